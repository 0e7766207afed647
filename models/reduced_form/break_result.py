"""What results of tests for breaks share: the calendar, and the statistic over dates of a break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...data.dates import span_of
from ...estimation.break_dates import sup_wald_p_value
from ...estimation.breaks import functionals, p_value
from ..results import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Significance levels at which critical values are reported.
SIZES = (0.10, 0.05, 0.01)


@dataclass(frozen=True, eq=False, kw_only=True)
class BreakResult(Result):
    """Coefficients of a model that may break at unknown dates.

    A date is the last period before the break, counted in rows: ``periods[k - 1]``.

    Attributes
    ----------
    model : str
    breaking : str
        What breaks, in words.
    trimming : float
        Share of the sample that each regime has at least.
    periods : Index, length T
    draws, seed : int
        Of the bootstrap.
    """

    model: str
    breaking: str
    trimming: float
    periods: pd.Index
    draws: int
    seed: int

    @property
    def nobs(self) -> int:
        """Observations."""
        return len(self.periods)

    @property
    def sample(self) -> str:
        """First and last period."""
        return span_of(self.periods)


@dataclass(frozen=True, eq=False, kw_only=True)
class OneBreak(BreakResult):
    """A test of no break against one at an unknown date.

    Attributes
    ----------
    restrictions : int
        Degrees of freedom of the statistic at a known date.
    candidates : ndarray of int, shape (D,)
        Dates tried.
    sequence : Series, length D
        The statistic of a break at each of them.
    statistics : Mapping[str, float]
        ``sup``, ``mean`` and ``exp`` over the candidates.
    p_values : Mapping[str, float]
        Of these, by the bootstrap.
    asymptotic_p_value : float
        Of ``sup``; NaN where it is large.
    critical_values : Mapping[float, float]
        Bootstrap critical values of ``sup`` by significance level.
    break_row : int
        The estimated date.
    likely : Mapping[float, ndarray of int]
        Dates not rejected by the inverted likelihood ratio, by level.
    """

    restrictions: int
    candidates: np.ndarray
    sequence: pd.Series
    statistics: Mapping[str, float]
    p_values: Mapping[str, float]
    asymptotic_p_value: float
    critical_values: Mapping[float, float]
    break_row: int
    likely: Mapping[float, np.ndarray]

    figure: ClassVar[str] = "breaks"

    @property
    def date(self) -> Any:
        """The estimated date: the last period before the break, an element of ``periods``."""
        return self.periods[self.break_row - 1]

    def likely_dates(self, level: float = 0.90) -> pd.Index:
        """Dates that the inverted likelihood ratio does not reject."""
        return self.periods[self.likely[level] - 1]

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The statistic over candidate dates with critical values and the estimated date."""
        title = f"Break in {self.breaking}: {self._of}"
        return super().plot(periods=self.periods, title=title, **options)

    @property
    def _of(self) -> str:
        """What is tested, in the title of a chart."""
        return self.model

    @property
    def _candidates_in_words(self) -> str:
        return (
            f"candidates {span_of(self.sequence.index)} ({self.trimming:.0%} trimmed at either end)"
        )

    def _tests(self) -> pd.DataFrame:
        """The three statistics with their p-values."""
        return pd.DataFrame(
            {
                "statistic": pd.Series(self.statistics),
                "bootstrap p": pd.Series(self.p_values),
                "asymptotic p": pd.Series({"sup": self.asymptotic_p_value}),
            }
        ).loc[["sup", "mean", "exp"]]

    def _test_rows(self, name: str) -> list[dict[str, Any]]:
        """Tidy rows of the statistic ``name``: by date, over dates, its critical values."""
        rows: list[dict[str, Any]] = [
            {"statistic": name, "horizon": int(row) - 1, "estimate": value}
            for row, value in zip(self.candidates, self.sequence)
        ]
        for kind, value in self.statistics.items():
            rows.append({"statistic": f"{kind}_{name}", "estimate": value})
            rows.append({"statistic": f"{kind}_{name}, p-value", "estimate": self.p_values[kind]})
        asymptotic = f"sup_{name}, asymptotic p-value"
        rows.append({"statistic": asymptotic, "estimate": self.asymptotic_p_value})
        rows += [
            {"statistic": f"sup_{name}, critical value", "level": size, "estimate": value}
            for size, value in self.critical_values.items()
        ]
        return rows


def tested(
    values: np.ndarray, drawn: np.ndarray, dates: np.ndarray, periods: pd.Index, restrictions: int
) -> dict[str, Any]:
    """The fields of ``OneBreak`` that the statistic and its bootstrap decide.

    Parameters
    ----------
    values : ndarray, shape (D,)
        The statistic at each candidate date.
    drawn : ndarray, shape (R, 3)
        ``sup``, ``mean`` and ``exp`` of it without a break.
    dates : ndarray of int, shape (D,)
    periods : Index, length T
    restrictions : int
    """
    found = {name: float(value) for name, value in functionals(values).items()}
    return {
        "periods": periods,
        "restrictions": restrictions,
        "candidates": dates,
        "sequence": pd.Series(values, periods[dates - 1]),
        "statistics": found,
        "p_values": {
            name: p_value(value, draws) for (name, value), draws in zip(found.items(), drawn.T)
        },
        "asymptotic_p_value": sup_wald_p_value(found["sup"], restrictions, dates[0] / len(periods)),
        "critical_values": {size: float(np.quantile(drawn[:, 0], 1 - size)) for size in SIZES},
    }
