"""What distributed lags of large and of small moves of the yen say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from ..data.panel import Column
from ..estimation.threshold import ThresholdSearch
from .equation_passthrough import EquationPassThrough
from .results import Result, Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class ThresholdLag(Result):
    r"""Distributed lags of large and of small moves of the exchange rate.

    .. math:: \Delta p_t = \sum_{l=0}^{L} \Delta e_{t-l} [\beta_l
              + \delta_l 1(|\Delta e_{t-l}| > \tau)]
              + \sum_l \gamma_l' \Delta w_{t-l} + d' s_t + u_t

    Each month's move is large or small for itself, whenever its effect comes.

    Attributes
    ----------
    price, exchange_rate : Column
    threshold : float
        tau, in the unit of the exchange rate's changes.
    estimated : bool
        Whether it minimises the sum of squares; otherwise it was given.
    large_share : float
        Share of the months with a large move.
    search : ThresholdSearch
        F by candidate and its bootstrap.
    estimates : EquationPassThrough
        Cumulated coefficients of large moves, of small ones, and the first less the second.
    equality : DataFrame
        Tests that large and small moves are alike: ``all coefficients`` (largest F over the
        candidates, bootstrap) and, at a given threshold, ``sum of coefficients`` (Wald, HAC).
    r_squared : float
    """

    price: Column
    exchange_rate: Column
    threshold: float
    estimated: bool
    large_share: float
    search: ThresholdSearch
    estimates: EquationPassThrough
    equality: pd.DataFrame
    r_squared: float

    methods: ClassVar[tuple[str, ...]] = (
        "hansen1996",
        "hansen2000",
        "hansen2000threshold",
        "newey_west1987",
    )

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return self.estimates.model

    @property
    def nobs(self) -> int:
        """Months of the regression."""
        return self.estimates.nobs

    @property
    def sample(self) -> str:
        """First and last month of the regression."""
        return self.estimates.sample

    def tidy(self) -> pd.DataFrame:
        """One row per kind of moves, horizon and level."""
        return self.estimates.tidy()

    def summary(self) -> Summary:
        """Pass-through of large and small moves, and the tests that they are alike."""
        paths = self.estimates.summary()
        tests = ("Tests that large and small moves are alike", self.equality)
        return Summary(paths.title, [*paths.tables, tests], self.notes())

    def notes(self) -> tuple[str, ...]:
        """Notes of the estimates, which say how the threshold was found."""
        return self.estimates.notes()

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Pass-through of large and small moves, the difference beside."""
        return self.estimates.plot(**options)
