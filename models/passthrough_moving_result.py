"""What a model of random-walk coefficients says of pass-through over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from .passthrough_paths import PassThroughPath
from .passthrough_stability_result import PassThroughStability
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class MovingPassThrough(Result):
    r"""Cumulated pass-through of coefficients that follow random walks.

    .. math:: \Delta p_t = x_t' \beta_t + w_t' \gamma + u_t, \qquad
              \beta_t = \beta_{t-1} + \nu_t, \qquad
              \nu_t \sim N(0, \lambda^2 \sigma^2 S),

    with errors u that may be autoregressive. S is such that over the sample the cumulated
    pass-through moves by lambda standard errors of its estimate with constant coefficients; see
    ``estimation.movement.movement_shapes``.

    Attributes
    ----------
    price, exchange_rate : Column
    estimator : str
        Where the movement lambda that is used comes from.
    spread : str
        What moves: ``sum``, ``together`` or ``each``.
    movement : ndarray, shape (J,)
        lambda.
    drift : float
        The same of the mean of the price.
    median_unbiased : float
        Stock and Watson's lambda, NaN where coefficients move each for itself.
    interval : (float, float)
        Its 90% interval.
    nyblom : float
        The statistic behind them.
    likelihood : ndarray, shape (J,)
        lambda by maximum likelihood.
    likelihood_gain : float
        Log-likelihood above that of coefficients that stay.
    maxima : ndarray, shape (S,)
        Log-likelihoods that the starts of the search led to.
    error_autoregression : ndarray, shape (p,)
        Of u.
    filtered, smoothed : PassThroughPath
        From the months up to each date, and from all months (two-sided).
    coefficients : DataFrame
        Smoothed coefficients of the exchange rate by date.
    coefficient_covariance : ndarray, shape (D, q, q)
    """

    price: Column
    exchange_rate: Column
    estimator: str
    spread: str
    movement: np.ndarray
    drift: float
    median_unbiased: float
    interval: tuple[float, float]
    nyblom: float
    likelihood: np.ndarray
    likelihood_gain: float
    maxima: np.ndarray
    error_autoregression: np.ndarray
    filtered: PassThroughPath
    smoothed: PassThroughPath
    coefficients: pd.DataFrame
    coefficient_covariance: np.ndarray

    methods: ClassVar[tuple[str, ...]] = (
        "stock_watson1998",
        "hamilton1986",
        "dejong1991",
        "durbin_koopman2012",
        "nyblom1989",
        "cochrane_orcutt1949",
    )
    figure: ClassVar[str] = "passthrough_time"

    @property
    def stability(self) -> PassThroughStability:
        """The tests that come first."""
        return self.smoothed.stability

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return "random-walk coefficients"

    @property
    def nobs(self) -> int:
        """Months that are explained."""
        return self.smoothed.nobs

    @property
    def sample(self) -> str:
        """First and last of them."""
        return self.smoothed.sample

    def frame(self, horizons: Sequence[int] | None = None) -> pd.DataFrame:
        """Tidy rows of every date with the column ``date``, both paths."""
        return pd.concat(
            [path.frame(horizons) for path in (self.filtered, self.smoothed)], ignore_index=True
        )

    def tidy(self) -> pd.DataFrame:
        """Rows of the last date, where both paths meet, and the movement."""
        rows: list[dict[str, Any]] = [
            {"statistic": "movement", "horizon": place, "estimate": value}
            for place, value in enumerate(self.movement)
        ]
        rows += [
            {"statistic": "movement, maximum likelihood", "horizon": place, "estimate": value}
            for place, value in enumerate(self.likelihood)
        ]
        if len(self.movement) == 1:
            rows.append(
                {
                    "statistic": "movement, median unbiased",
                    "estimate": self.median_unbiased,
                    "level": 0.90,
                    "conf_low": self.interval[0],
                    "conf_high": self.interval[1],
                    "band": "inverted Nyblom test",
                }
            )
        same = {
            "model": self.model,
            "response": self.price.id,
            "unit": "standard errors over the sample",
        }
        movement = tidy_frame({**same, **row} for row in rows)
        return tidy_frame(pd.concat([self.filtered.tidy(), movement], ignore_index=True))

    def summary(self) -> Summary:
        """Tests of stability, how much coefficients move, then both paths at some dates."""
        tests, path = self.smoothed.summary().tables[:2], self.smoothed.summary().tables[2]
        tables = [
            *tests,
            ("Movement over the sample, in standard errors", self._movement_table()),
            (
                f"Filtered: {self.filtered.summary().tables[2][0]}",
                self.filtered.summary().tables[2][1],
            ),
            (f"Smoothed (two-sided): {path[0]}", path[1]),
        ]
        title = f"Pass-through to {self.price.label} over time: {self.model}"
        return Summary(title, tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Stability, movement, what each path knows, limits."""
        return (self.stability.sentence, *self.smoothed.setting, f"Limits: {self.smoothed.band}.")

    def plot(self, *, horizons: Sequence[int] | None = None, **options: Any) -> tuple[Figure, Any]:
        """Both paths with their limits, one panel a horizon: by default the first and the last."""
        own = self.smoothed.horizons
        shown = own[[0, -1]] if horizons is None else np.asarray(horizons)
        frame = self.frame([int(h) for h in dict.fromkeys(shown)])
        months = frame["horizon"].map(lambda h: "in the month" if h == 0 else f"after {h} months")
        frame = frame.assign(panel=f"{self.price.label}, {self.model}: " + months)
        return super().plot(paths=frame, **options)

    def cite(self) -> str:
        """BibTeX of the methods used, those of the tests included."""
        from .citations import bibtex

        return bibtex(tuple(dict.fromkeys([*self.stability.methods, *self.methods])))

    def _movement_table(self) -> pd.DataFrame:
        rows: dict[str, dict[str, Any]] = {}
        if len(self.movement) == 1:
            low, high = self.interval
            rows["median unbiased"] = {
                "lambda": self.median_unbiased,
                "90% interval": f"[{low:.2f}, {high:.2f}]",
            }
        names = ["maximum likelihood"]
        if len(self.movement) > 1:
            names = [f"maximum likelihood, lag {lag}" for lag in range(len(self.movement))]
        for name, value in zip(names, self.likelihood):
            rows[name] = {"lambda": value, "90% interval": ""}
        return pd.DataFrame.from_dict(rows, orient="index")
