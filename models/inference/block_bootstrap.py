"""The residual bootstrap in blocks, for errors whose variance moves over time."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from ...errors import SpecError
from ...estimation.resampling import INDEPENDENT, MovingBlocks
from .bootstrap import Bootstrap
from .intervals.expanded_percentile import ExpandedPercentile
from .intervals.percentile import PERCENTILE, Percentile
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.resampling import Resampling
    from ..reduced_form.base import ReducedForm


class Blocks(Bootstrap):
    """Neighbouring residuals are drawn together, ``block_length`` of them."""

    __slots__ = ()

    block_length: int | None

    def __post_init__(self) -> None:
        Bootstrap.__post_init__(self)
        if self.block_length is not None and self.block_length < 1:
            raise SpecError(
                f"A block of {self.block_length} residuals.",
                remedy="Use 1 or more, or None for a default.",
            )

    def length(self, nobs: int) -> int:
        """Neighbours drawn together in a sample of ``nobs``, by default 5.03 T^(1/4)."""
        return ceil(5.03 * nobs**0.25) if self.block_length is None else self.block_length

    def resampling(self, reduced: ReducedForm) -> Resampling:
        """Runs of neighbouring residuals, or residuals one by one."""
        length = self.length(reduced.nobs)
        return INDEPENDENT if length == 1 else MovingBlocks(length)

    def interval_for(self, reduced: ReducedForm) -> Interval:
        """Percentiles expanded for the number of blocks; see ``Inference.interval_for``.

        Whole blocks of the residuals' degrees of freedom count.
        """
        if self._expands:
            blocks = reduced.df_resid // self.length(reduced.nobs)
            return ExpandedPercentile(max(blocks, 2.0), threads=self.threads)
        return Bootstrap.interval_for(self, reduced)

    @property
    def interval_in_words(self) -> str:
        """The interval, whatever the number of blocks."""
        few = " expanded for the number of blocks" if self._expands else ""
        return self.interval.describe() + few

    @property
    def _expands(self) -> bool:
        return self.block_length != 1 and type(self.interval) is Percentile


@dataclass(frozen=True, slots=True)
class BlockBootstrap(Blocks):
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
    default length is that of Jentsch and Lunsford (2022). A macroeconomic sample holds few blocks,
    so that percentiles are expanded for their number (see ``ExpandedPercentile``).
    """

    draws: int = 1000
    block_length: int | None = None
    threads: int = 1
    interval: Interval = PERCENTILE

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "block_bootstrap"

    def describe(self) -> str:
        """The method in words."""
        return f"moving-block residual bootstrap, {self.draws:,} draws, {self.interval_in_words}"
