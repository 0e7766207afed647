"""The recursive-design residual bootstrap of a VAR."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...estimation.resampling import INDEPENDENT
from .bootstrap import Bootstrap
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.resampling import Resampling
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class ResidualBootstrap(Bootstrap):
    """Resample centred residuals, rebuild the series, estimate again.

    Each draw starts from the observed presample and uses the deterministic and exogenous terms
    of the model both to build the series and to estimate; residuals are centred and scaled for
    degrees of freedom.

    Parameters
    ----------
    draws : int
        Number of replications.
    threads : int
        Threads to use; the draws do not depend on it.
    interval : Interval
        How the draws become an interval.

    Notes
    -----
    Runkle (1987). Percentile intervals of these draws are not corrected for the small-sample
    bias of the coefficients. Residuals are treated as identically distributed: under conditional
    heteroskedasticity the uncertainty of the impact matrix is understated (Brueggemann, Jentsch
    and Trenkler 2016).
    """

    draws: int = 2000
    threads: int = 1
    interval: Interval = PERCENTILE

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "residual_bootstrap"

    def resampling(self, reduced: ReducedForm) -> Resampling:  # noqa: ARG002
        """Residuals one by one."""
        return INDEPENDENT

    def describe(self) -> str:
        """The method in words."""
        return f"residual bootstrap, {self.draws:,} draws, {self.interval.describe()}"
