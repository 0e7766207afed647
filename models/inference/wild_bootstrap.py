"""The wild bootstrap, for the coefficients where the errors' variance changes over time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ...estimation.resampling import Wild
from ..options import require_choice
from .bootstrap import Bootstrap
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.resampling import Resampling
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class WildBootstrap(Bootstrap):
    """Keep each period's residuals in their place, with a random weight, and estimate again.

    The variance of each period stays where it was, whatever made it change. That is right for the
    coefficients and for what depends on them alone. It is not right for the covariance of the
    errors or what depends on it (impact matrix, responses to structural shocks, variance shares):
    the weight's square is one or nearly so, hence u*_t u*_t' hardly varies over draws and the
    uncertainty of the covariance is lost.

    Parameters
    ----------
    draws : int
        Number of replications.
    weights : {"rademacher", "mammen"}
        +1 or -1 with equal probability, or Mammen's two points, which keep the third moment.
    threads : int
        Threads to use; the draws do not depend on it.
    interval : Interval
        How the draws become an interval.

    Notes
    -----
    Goncalves and Kilian (2004) for the coefficients; Brueggemann, Jentsch and Trenkler (2016) for
    its failure on the covariance.
    """

    draws: int = 2000
    weights: Literal["rademacher", "mammen"] = "rademacher"
    threads: int = 1
    interval: Interval = PERCENTILE

    def __post_init__(self) -> None:
        Bootstrap.__post_init__(self)
        require_choice("weights", self.weights, ("rademacher", "mammen"))

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "wild_bootstrap"

    def resampling(self, reduced: ReducedForm) -> Resampling:  # noqa: ARG002
        """Each period's own residuals, weighted."""
        return Wild(self.weights)

    def describe(self) -> str:
        """The method in words."""
        return (
            f"wild bootstrap ({self.weights.capitalize()} weights), {self.draws:,} draws, "
            f"{self.interval.describe()}"
        )
