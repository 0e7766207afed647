"""The residual bootstrap in blocks, for errors whose variance moves over time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from ...errors import SpecError
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval
from .residual_bootstrap import draw_reduced_form

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.var_results import VARResults


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
    Brueggemann, Jentsch and Trenkler (2016); the default length is that of Jentsch and Lunsford
    (2022). Blocks are circular, so that every residual is drawn equally often.
    """

    draws: int = 1000
    block_length: int | None = None
    threads: int = 1
    interval: Interval = PERCENTILE

    def __post_init__(self) -> None:
        if self.draws < 100:
            raise SpecError(
                f"{self.draws} bootstrap draws cannot carry a percentile band.",
                remedy="Ask for at least 100, better 1,000.",
            )
        if self.block_length is not None and self.block_length < 1:
            raise SpecError(
                f"A block of {self.block_length} residuals.", remedy="Use 1 or more, or leave it."
            )

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "block_bootstrap"

    def length(self, nobs: int) -> int:
        """Neighbours drawn together in a sample of ``nobs``."""
        return self.block_length or ceil(5.03 * nobs**0.25)

    def draw(self, reduced: VARResults, seed: int) -> ReducedFormDraws:
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
            block_length=self.length(reduced.nobs),
        )

    def describe(self) -> str:
        """The method in words."""
        return f"moving-block residual bootstrap, {self.draws:,} draws, {self.interval.describe()}"
