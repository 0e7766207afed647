"""How many long-run relations? Johansen's tests, with the deterministic case stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..estimation.rank_distribution import max_eigenvalue_distribution, trace_distribution
from .reduced_form.deterministic import Trend
from .results import Result, Summary, tidy_frame

Deterministic = Literal["n", "ci", "co", "coli", "colo"]


@dataclass(frozen=True, slots=True)
class DeterministicCase:
    """Which deterministic terms there are, and which of them only the long run holds.

    Attributes
    ----------
    number : int
        1 to 5, Johansen's cases I to V.
    trend : {"n", "c", "ct"}
        Terms of the VAR in levels.
    restricted : str
        ``const`` or ``trend``, whichever enters through the long-run relations only, or ``""``.
    words : str
    """

    number: int
    trend: Trend
    restricted: str
    words: str

    @property
    def numeral(self) -> str:
        """Johansen's Roman number."""
        return ("I", "II", "III", "IV", "V")[self.number - 1]


#: Johansen's cases under the names that statsmodels gives to the terms.
CASES: Mapping[Deterministic, DeterministicCase] = {
    "n": DeterministicCase(1, "n", "", "no deterministic terms"),
    "ci": DeterministicCase(
        2, "c", "const", "a constant in the long-run relations, no drift in the levels"
    ),
    "co": DeterministicCase(
        3, "c", "", "an unrestricted constant: levels may drift, the relations have no trend"
    ),
    "coli": DeterministicCase(
        4,
        "ct",
        "trend",
        "an unrestricted constant and a trend in the long-run relations: levels may drift",
    ),
    "colo": DeterministicCase(
        5, "ct", "", "an unrestricted constant and trend: levels may have a quadratic trend"
    ),
}


@dataclass(frozen=True, eq=False)
class RankTest(Result):
    """Johansen's likelihood-ratio tests of the number of long-run relations.

    Attributes
    ----------
    model : str
    case : str
        The deterministic case, on which the critical values depend: ``n``, ``ci``, ``co``,
        ``coli`` or ``colo``.
    table : DataFrame
        Rows: at most 0, 1, ..., K-1 relations under the null. Columns: ``eigenvalue``; ``trace``,
        ``trace_p``, ``trace_corrected`` (Reinsel-Ahn), ``trace_corrected_p``, ``trace_90``,
        ``trace_95``, ``trace_99`` (critical values); ``max_eigen``, ``max_eigen_p``,
        ``max_eigen_90`` ....
    level : float
        Significance level at which ``rank`` is decided.
    lags : int
        Lags of the changes.
    nobs : int
    sample : str
    """

    model: str
    case: Deterministic
    table: pd.DataFrame
    level: float
    lags: int
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("johansen1995", "doornik1998", "reinsel1992")

    @property
    def rank(self) -> int:
        """Relations by the corrected trace test: the first null that is not rejected."""
        return self._first_kept("trace_corrected_p")

    @property
    def rank_trace(self) -> int:
        """Relations by the trace test without correction."""
        return self._first_kept("trace_p")

    @property
    def rank_max_eigen(self) -> int:
        """Relations by the maximal-eigenvalue test."""
        return self._first_kept("max_eigen_p")

    def tidy(self) -> pd.DataFrame:
        """Every number of the table; ``horizon`` is the rank under the null."""
        return tidy_frame(
            {"model": self.model, "statistic": name, "horizon": rank, "estimate": value}
            for name in self.table
            for rank, value in self.table[name].items()
        )

    def summary(self) -> Summary:
        """The tests with their critical values, and what each of them decides."""
        trace = ["eigenvalue", "trace", "trace_p", "trace_corrected", "trace_corrected_p"]
        shown = [*trace, *(f"trace_{q}" for q in (90, 95, 99))]
        return Summary(
            f"Number of long-run relations: {self.rank}",
            [
                ("Trace tests", self.table[shown]),
                ("Maximal-eigenvalue tests", self.table.filter(like="max_eigen")),
            ],
            [
                f"At {self.level:.0%}: {self.rank} by the corrected trace, {self.rank_trace} by "
                f"the trace, {self.rank_max_eigen} by the maximal eigenvalue.",
                f"Case {CASES[self.case].numeral}: {CASES[self.case].words}; p-values and critical "
                "values by Doornik's (1998) gamma approximation of the limits.",
                "Corrected trace scaled by (T - K p) / T. Seasonal dummies that sum to zero leave "
                "the limits as they are; exogenous columns may not.",
                f"{self.lags} lag{'' if self.lags == 1 else 's'} of the changes; "
                f"{self.sample}, T = {self.nobs}.",
            ],
        )

    def _first_kept(self, p_value: str) -> int:
        kept = (self.table[p_value] >= self.level).to_numpy()
        return int(kept.argmax()) if kept.any() else len(kept)


def rank_table(
    eigenvalues: np.ndarray, nobs: int, case: DeterministicCase, lags: int
) -> pd.DataFrame:
    """The table of a ``RankTest`` from the squared canonical correlations.

    Trace_r = -T sum_{i > r} ln(1 - lambda_i); the maximal-eigenvalue statistic is its first term.
    """
    from scipy.stats import gamma

    k = len(eigenvalues)
    terms = -nobs * np.log1p(-eigenvalues)
    trace = np.cumsum(terms[::-1])[::-1]
    corrected = trace * (nobs - k * (lags + 1)) / nobs
    unit_roots = k - np.arange(k)
    columns: dict[str, Any] = {"eigenvalue": eigenvalues}
    shape, scale = trace_distribution(case.number - 1, unit_roots)
    for name, statistic in (("trace", trace), ("trace_corrected", corrected)):
        columns |= {name: statistic, f"{name}_p": gamma.sf(statistic, shape, scale=scale)}
    columns |= {f"trace_{q}": gamma.ppf(q / 100, shape, scale=scale) for q in (90, 95, 99)}
    shape, scale = max_eigenvalue_distribution(case.number - 1, unit_roots)
    columns |= {"max_eigen": terms, "max_eigen_p": gamma.sf(terms, shape, scale=scale)}
    columns |= {f"max_eigen_{q}": gamma.ppf(q / 100, shape, scale=scale) for q in (90, 95, 99)}
    return pd.DataFrame(columns, index=pd.RangeIndex(k, name="at most"))
