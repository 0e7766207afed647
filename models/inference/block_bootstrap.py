"""The residual bootstrap in blocks, for errors whose variance moves over time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from ...errors import SpecError
from ...estimation.resampling import MovingBlocks
from .bootstrap import draw_reduced_form, require_bootstrap
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class BlockBootstrap:
    """Resample runs of neighbouring residuals, rebuild the series, estimate again.

    Under conditional heteroskedasticity the sampling error of the residual covariance depends on
    fourth moments across neighbouring dates. Residuals drawn one by one lose them and give bands
    that are too narrow; so does the wild bootstrap for this purpose. Blocks keep them.

    Parameters
    ----------
    draws : int
        Number of replications.
    block_length : int, optional
        Neighbours drawn together; by default 5.03 T^(1/4), rounded up.
    threads : int
        Threads to use; the draws do not depend on it.
    interval : Interval
        How the draws become an interval.

    Notes
    -----
    Brueggemann, Jentsch and Trenkler (2016): overlapping blocks, centred place by place; the
    default length is that of Jentsch and Lunsford (2022).
    """

    draws: int = 1000
    block_length: int | None = None
    threads: int = 1
    interval: Interval = PERCENTILE

    def __post_init__(self) -> None:
        require_bootstrap(self.draws, self.interval)
        require_length(self.block_length)

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "block_bootstrap"

    def length(self, nobs: int) -> int:
        """Neighbours drawn together in a sample of ``nobs``."""
        return default_length(nobs) if self.block_length is None else self.block_length

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:
        """Joint draws of lags, deterministic terms and covariance.

        Raises
        ------
        DrawError
            If more than five per cent of the draws failed numerically.
        """
        return draw_reduced_form(
            reduced,
            seed,
            draws=self.draws,
            threads=self.threads,
            resampling=MovingBlocks(self.length(reduced.nobs)),
        )

    def describe(self) -> str:
        """The method in words."""
        return f"moving-block residual bootstrap, {self.draws:,} draws, {self.interval.describe()}"


def default_length(nobs: int) -> int:
    """Neighbours drawn together in a sample of ``nobs``: 5.03 T^(1/4), rounded up."""
    length: int = ceil(5.03 * nobs**0.25)
    return length


def require_length(block_length: int | None) -> None:
    """Refuse blocks of no residual."""
    if block_length is not None and block_length < 1:
        raise SpecError(
            f"A block of {block_length} residuals.", remedy="Use 1 or more, or None for a default."
        )
