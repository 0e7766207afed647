"""What volatility equations found: parameters, paths, standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import label_of
from ..estimation.garch import GarchPath, GarchShape, garch_path, next_variance
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .volatility import Garch

_PRESAMPLE = {
    "mean_square": "mean squared residual at the estimated mean",
    "backcast": "exponentially weighted backcast of the first 75 squared residuals",
}


@dataclass(frozen=True, eq=False)
class GarchSeries:
    """The estimate for one series, in its own unit.

    Attributes
    ----------
    name, label, unit : str
    y : pandas.Series
        The observations used.
    shape : GarchShape
    theta : ndarray, shape (n,)
        In the order of ``shape.names``.
    influence : ndarray, shape (T, n)
        Of each observation on ``theta``.
    converged : bool
    edges : tuple of str
        Restrictions that bind; standard errors hold them fixed.
    """

    name: str
    label: str
    unit: str
    y: pd.Series
    shape: GarchShape
    theta: np.ndarray
    influence: np.ndarray
    converged: bool
    edges: tuple[str, ...]

    @cached_property
    def path(self) -> GarchPath:
        """Residuals, variances and log densities at the estimate."""
        return garch_path(self.theta, self.y.to_numpy(), self.shape)

    @property
    def covariance(self) -> np.ndarray:
        """Bollerslev-Wooldridge sandwich covariance of ``theta``."""
        covariance: np.ndarray = self.influence.T @ self.influence / len(self.y) ** 2
        return covariance

    @property
    def std_errors(self) -> np.ndarray:
        """Their standard errors; NaN where a restriction holds the parameter."""
        variance = np.diag(self.covariance)
        errors: np.ndarray = np.sqrt(np.where(variance > 1e-24, variance, np.nan))
        return errors

    @property
    def loglik(self) -> float:
        """Log-likelihood in the series' own unit, with all constants."""
        return float(self.path.loglik.sum())

    @property
    def persistence(self) -> float:
        """Persistence: alpha + gamma / 2 + beta."""
        return float(self.shape.persistence @ self.theta)

    @property
    def persistence_std_error(self) -> float:
        """Standard error of persistence; NaN at its bound and without ARCH effect: it is held.

        Where persistence is held, what the errors of its parts leave is rounding.
        """
        weights, covariance = self.shape.persistence, self.covariance
        error = float(np.sqrt(weights @ covariance @ weights))
        rounding = 1e-6 * float(np.abs(weights) @ np.sqrt(np.diag(covariance)))
        return error if error > rounding else float("nan")

    @cached_property
    def next_variance(self) -> pd.Series:
        """Variance of the next change as known after each date's close."""
        ahead = next_variance(self.theta, self.path, self.shape)
        return pd.Series(ahead, self.y.index, name=self.name)

    @cached_property
    def last_volatility(self) -> tuple[float, float]:
        """Volatility of the change after the last one, and its standard error (delta method)."""
        slope = np.empty(len(self.theta))
        for i, value in enumerate(self.theta):
            step = np.zeros_like(self.theta)
            step[i] = 1e-5 * max(abs(value), 1e-6)
            ends = [self._volatility_after_last(self.theta + s) for s in (step, -step)]
            slope[i] = (ends[0] - ends[1]) / (2 * step[i])
        return self._volatility_after_last(self.theta), float(
            np.sqrt(slope @ self.covariance @ slope)
        )

    def _volatility_after_last(self, theta: np.ndarray) -> float:
        path = garch_path(theta, self.y.to_numpy(), self.shape)
        return float(np.sqrt(next_variance(theta, path, self.shape)[-1]))


@dataclass(frozen=True, eq=False)
class GarchResults(Result):
    """Volatility equations of several series.

    Attributes
    ----------
    spec : Garch
    series : tuple of GarchSeries
    """

    spec: Garch
    series: tuple[GarchSeries, ...]

    methods: ClassVar[tuple[str, ...]] = (
        "bollerslev1986",
        "glosten1993",
        "bollerslev_wooldridge1992",
    )
    figure: ClassVar[str] = "volatility"

    def __getitem__(self, name: str) -> GarchSeries:
        for one in self.series:
            if one.name == name:
                return one
        raise KeyError(name)

    @property
    def model(self) -> str:
        """Name in tables."""
        return self.spec.name

    @property
    def names(self) -> tuple[str, ...]:
        """The series."""
        return tuple(one.name for one in self.series)

    @property
    def params(self) -> pd.DataFrame:
        """Estimates, a row for each series; mu and omega in the series' unit."""
        rows = {one.name: dict(zip(one.shape.names, one.theta)) for one in self.series}
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def std_errors(self) -> pd.DataFrame:
        """Bollerslev-Wooldridge standard errors; missing where a restriction holds the value."""
        rows = {one.name: dict(zip(one.shape.names, one.std_errors)) for one in self.series}
        return pd.DataFrame.from_dict(rows, orient="index")

    @property
    def persistence(self) -> pd.Series:
        """Persistence: alpha + gamma / 2 + beta of each series."""
        return pd.Series({one.name: one.persistence for one in self.series})

    @property
    def volatility(self) -> pd.DataFrame:
        """Conditional standard deviation of each date's change, as known the date before."""
        return pd.DataFrame(
            {one.name: pd.Series(np.sqrt(one.path.variance), one.y.index) for one in self.series}
        )

    @property
    def standardised(self) -> pd.DataFrame:
        """Residuals over their conditional standard deviation."""
        return pd.DataFrame(
            {
                one.name: pd.Series(one.path.residual / np.sqrt(one.path.variance), one.y.index)
                for one in self.series
            }
        )

    @property
    def loglik(self) -> float:
        """Sum of the series' log-likelihoods."""
        return float(sum(one.loglik for one in self.series))

    @property
    def nobs(self) -> int:
        """Observations of the longest series."""
        return max(len(one.y) for one in self.series)

    @property
    def sample(self) -> str:
        """First and last date of any series."""
        first = min(one.y.index[0] for one in self.series)
        last = max(one.y.index[-1] for one in self.series)
        return f"{label_of(first)} to {label_of(last)}"

    def paths(self) -> pd.DataFrame:
        """Conditional volatility as rows ``date, series, label, unit, estimate`` for charts."""
        frames = [
            pd.DataFrame(
                {
                    "date": one.y.index,
                    "series": one.name,
                    "label": one.label,
                    "unit": one.unit,
                    "estimate": np.sqrt(one.path.variance),
                }
            )
            for one in self.series
        ]
        return pd.concat(frames, ignore_index=True)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Conditional volatilities as small multiples."""
        return self._draw(self.figure, self.paths(), **options)

    def tidy(self, levels: Sequence[float] = (0.68, 0.90)) -> pd.DataFrame:
        """Parameters, persistence and the volatility of the next change, with normal intervals."""
        rows = []
        for one in self.series:
            listed = [
                (name, float(value), float(error), _unit(name, one.unit))
                for name, value, error in zip(one.shape.names, one.theta, one.std_errors)
            ]
            listed.append(("persistence", one.persistence, one.persistence_std_error, ""))
            listed.append(("next_volatility", *one.last_volatility, one.unit))
            for statistic, estimate, error, unit in listed:
                for level in levels:
                    low, high = normal_bounds(estimate, error, level)
                    rows.append(
                        {
                            "model": self.model,
                            "statistic": f"garch_{statistic}",
                            "response": one.name,
                            "estimate": estimate,
                            "std_error": error,
                            "level": level,
                            "conf_low": low,
                            "conf_high": high,
                            "band": "Bollerslev-Wooldridge",
                            "unit": unit,
                        }
                    )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Parameters, standard errors, persistence and fit."""
        labels = {one.name: one.label for one in self.series}
        fit = pd.DataFrame(
            {
                "persistence": self.persistence,
                "next volatility": {n: self[n].last_volatility[0] for n in self.names},
                "s.e.": {n: self[n].last_volatility[1] for n in self.names},
                "log-likelihood": {n: self[n].loglik for n in self.names},
                "T": {n: len(self[n].y) for n in self.names},
                "last date": {n: label_of(self[n].y.index[-1]) for n in self.names},
            }
        )
        tables = [
            ("Parameters", self.params.rename(index=labels)),
            ("Robust standard errors", self.std_errors.rename(index=labels)),
            ("Persistence and fit", fit.rename(index=labels)),
        ]
        return Summary(f"{self.model}, {len(self.series)} series", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Method, presample, restrictions that bind, sample."""
        bound = [f"{one.label}: {', '.join(one.edges)}" for one in self.series if one.edges]
        stuck = [one.label for one in self.series if not one.converged]
        return (
            f"{self.model} with a constant mean by quasi-maximum likelihood; presample variance: "
            f"{_PRESAMPLE[self.spec.presample]}.",
            "Standard errors: Bollerslev-Wooldridge.",
            *([f"Restrictions that bind ({'; '.join(bound)}) are held fixed."] if bound else []),
            *([f"NOT converged: {', '.join(stuck)}."] if stuck else []),
            f"Sample {self.sample}.",
        )


def _unit(parameter: str, unit: str) -> str:
    return {"mu": unit, "omega": f"({unit})^2"}.get(parameter, "")
