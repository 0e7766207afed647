"""Levels or differences: unit-root and cointegration tests, and the decision in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ...data.panel import Column, Panel, as_panel
from ...data.seasonal import seasonally_adjust
from ...errors import SpecError
from ..results import Result, Summary, tidy_frame
from ..var import VAR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Decision = Literal["levels", "differences", "cointegration"]

#: Test -> its null hypothesis.
UNIT_ROOT_TESTS = {
    "ADF": "unit root",
    "DF-GLS": "unit root",
    "Phillips-Perron": "unit root",
    "KPSS": "stationary",
}

#: Columns of statsmodels' critical values.
_CRITICAL_COLUMN = {0.10: 0, 0.05: 1, 0.01: 2}


@dataclass(frozen=True, eq=False)
class Stationarity(Result):
    """Unit-root tests of each series, cointegration tests of all, and what follows.

    Attributes
    ----------
    names : tuple of str
    columns : Mapping[str, Column]
    tests : DataFrame
        Columns ``series``, ``form`` (``level`` or ``change``), ``test``, ``statistic``,
        ``p_value``, ``lags``.
    orders : Mapping[str, int | None]
        Order of integration, None where the tests do not agree on one.
    johansen : DataFrame
        Rows: at most 0, 1, ... long-run relations. Columns ``trace``, ``trace_corrected``
        (Reinsel-Ahn), ``trace_critical``, ``max_eigen``, ``max_eigen_critical``.
    rank : int
        Long-run relations by the corrected trace test.
    rank_max_eigen : int
        The same by the maximal-eigenvalue test.
    decision : {"levels", "differences", "cointegration"}
    reason : str
    lags : int
        Lags of the VAR in levels behind the cointegration tests.
    trend : str
        Deterministic terms of the unit-root tests of levels.
    level : float
        Significance level of the decision.
    nobs : int
    sample : str
    seasonal : bool
        Whether calendar-month effects were removed first.
    """

    names: tuple[str, ...]
    columns: Mapping[str, Column]
    tests: pd.DataFrame
    orders: Mapping[str, int | None]
    johansen: pd.DataFrame
    rank: int
    rank_max_eigen: int
    decision: Decision
    reason: str
    lags: int
    trend: str
    level: float
    nobs: int
    sample: str
    seasonal: bool = False

    methods: ClassVar[tuple[str, ...]] = (
        "dickey1979",
        "elliott1996",
        "phillips1988",
        "kwiatkowski1992",
        "johansen1995",
        "reinsel1992",
    )
    model: ClassVar[str] = "unit roots and cointegration"
    figure: ClassVar[str] = "stationarity"

    @property
    def table(self) -> pd.DataFrame:
        """p-values by series and form, one column a test, and the order of integration."""
        table = self.tests.pivot_table(
            index=["series", "form"], columns="test", values="p_value", sort=False
        )
        table = table[list(UNIT_ROOT_TESTS)].rename_axis(columns=None)
        order = [self.orders[str(series)] for series, _ in table.index]
        labels = [(self.columns[str(s)].label, form) for s, form in table.index]
        return table.assign(order=["unclear" if o is None else str(o) for o in order]).set_axis(
            pd.MultiIndex.from_tuples(labels, names=["series", "form"]), axis=0
        )

    def tidy(self) -> pd.DataFrame:
        """Statistics and p-values of all tests."""
        rows: list[dict[str, Any]] = []
        for t in self.tests.itertuples():
            named = {"statistic": f"{t.test}, {t.form}", "response": t.series}
            rows.append({**named, "estimate": t.statistic})
            p_value = {"statistic": f"{t.test}, {t.form}, p-value", "estimate": t.p_value}
            rows.append({**named, **p_value})
        for name in self.johansen:
            rows += [
                {"statistic": f"Johansen {name}", "horizon": rank, "estimate": value}
                for rank, value in enumerate(self.johansen[name])
            ]
        return tidy_frame({"model": self.model, **row} for row in rows)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """p-values of the unit-root tests, levels beside changes."""
        labels = {name: self.columns[name].label for name in self.names}
        return super().plot(labels=labels, tests=UNIT_ROOT_TESTS, level=self.level, **options)

    def summary(self) -> Summary:
        """The decision, p-values of the unit-root tests, the cointegration tests."""
        nulls = ", ".join(f"{test} ({null})" for test, null in UNIT_ROOT_TESTS.items())
        terms = {"c": "a constant", "ct": "a constant and a trend"}[self.trend]
        return Summary(
            f"Levels or differences: {self.decision}",
            [
                ("Unit-root tests: p-values", self.table),
                (f"Johansen tests, {self.level:.0%} critical values", self.johansen),
            ],
            [
                self.reason,
                f"Null hypotheses: {nulls}. Levels with {terms}, changes with a constant.",
                "Lags of ADF and DF-GLS by AIC; bandwidth of the other two 12 (T / 100)^(1/4).",
                f"Johansen with an unrestricted constant, {self.lags} lags in levels; corrected "
                "trace scaled by (T - K p) / T.",
                f"Sample {self.sample}, T = {self.nobs}.{self._season_in_words()}",
            ],
        )

    def _season_in_words(self) -> str:
        return " Calendar-month effects on the changes removed." if self.seasonal else ""


def examine_stationarity(
    data: Panel | pd.DataFrame,
    *,
    start: str | None = None,
    end: str | None = None,
    trend: Literal["c", "ct"] = "ct",
    lags: int | Literal["aic", "bic", "hqic"] = "aic",
    max_lags: int = 12,
    level: float = 0.05,
    seasonal: bool = False,
) -> Stationarity:
    """Decide whether a VAR of these series belongs in levels or in differences.

    Parameters
    ----------
    data : Panel or DataFrame
        The series in levels (prices and exchange rates in 100 x log).
    start, end : str, optional
    trend : {"c", "ct"}
        Terms of the unit-root tests of levels. A trend is the safe choice for prices; without
        one the tests of series that do not drift have more power.
    lags : int or criterion
        Lags of the VAR in levels behind the Johansen tests.
    max_lags : int
        Largest number that the criterion may choose.
    level : {0.10, 0.05, 0.01}
    seasonal : bool
        Remove calendar-month effects on the changes first, as the dummies of a VAR of the changes
        do. They sum to zero over a year, so the tests keep their limits (Dickey, Bell and Miller
        1986; Johansen 1995); left in, a season adds lags and false long-run relations.

    Raises
    ------
    SpecError
        If a column is already a change, or the level has no critical values.
    """
    panel = as_panel(data)
    changes = [name for name in panel.names if panel.describe(name).differenced]
    if changes:
        raise SpecError(
            f"{', '.join(changes)}: already changes, so their unit roots say nothing about levels.",
            remedy="Pass the series in levels.",
        )
    if level not in _CRITICAL_COLUMN:
        raise SpecError(f"level = {level}.", remedy="Use 0.10, 0.05 or 0.01.")
    panel = panel.select(panel.names, start=start, end=end)
    if seasonal:
        panel = seasonally_adjust(panel, panel.names)
    reduced = VAR(lags=lags, max_lags=max_lags).fit(panel)
    frame = pd.DataFrame(reduced.y, columns=list(reduced.names))
    tests = pd.DataFrame(_unit_root_tests(frame, trend))
    orders = {name: _order(tests[tests["series"] == name], level) for name in reduced.names}
    johansen, rank, rank_max_eigen = _johansen(reduced.y, reduced.p, level)
    labels = {name: panel.columns[name].label for name in reduced.names}
    decision, reason = _decide(orders, labels, rank, rank_max_eigen, level)
    return Stationarity(
        names=reduced.names,
        columns=reduced.columns,
        tests=tests,
        orders=orders,
        johansen=johansen,
        rank=rank,
        rank_max_eigen=rank_max_eigen,
        decision=decision,
        reason=reason,
        lags=reduced.p,
        trend=trend,
        level=level,
        nobs=reduced.nobs,
        sample=reduced.sample,
        seasonal=seasonal,
    )


def _unit_root_tests(frame: pd.DataFrame, trend: str) -> list[dict[str, object]]:
    from arch.unitroot import ADF, DFGLS, KPSS, PhillipsPerron

    kinds = dict(zip(UNIT_ROOT_TESTS, (ADF, DFGLS, PhillipsPerron, KPSS)))
    rows: list[dict[str, object]] = []
    for name in frame:
        level = frame[name].to_numpy()
        for form, values, terms in (("level", level, trend), ("change", np.diff(level), "c")):
            for test, kind in kinds.items():
                # The data-dependent bandwidth of arch's KPSS test does not exist for some
                # series without autocorrelation; lags = -1 is the rule that depends on T alone.
                options = {"lags": -1} if test == "KPSS" else {}
                found = kind(values, trend=terms, **options)
                rows.append(
                    {
                        "series": name,
                        "form": form,
                        "test": test,
                        "statistic": float(found.stat),
                        "p_value": float(found.pvalue),
                        "lags": int(found.lags),
                    }
                )
    return rows


def _order(tests: pd.DataFrame, level: float) -> int | None:
    """0 or 1 where the tests agree: two of three against a unit root, and KPSS with them."""
    rejected = dict(zip(zip(tests["form"], tests["test"]), tests["p_value"] < level))
    roots = [test for test, null in UNIT_ROOT_TESTS.items() if null == "unit root"]

    def unit_root_rejected(form: str) -> bool:
        return sum(rejected[form, test] for test in roots) >= 2

    if unit_root_rejected("level"):
        return None if rejected["level", "KPSS"] else 0
    return 1 if unit_root_rejected("change") else None


def _johansen(y: np.ndarray, lags: int, level: float) -> tuple[pd.DataFrame, int, int]:
    """Johansen's tests, the rank by the corrected trace and the rank by the largest eigenvalue."""
    from statsmodels.tsa.vector_ar.vecm import coint_johansen

    found = coint_johansen(y, det_order=0, k_ar_diff=lags - 1)
    rows, k = len(y) - lags, y.shape[1]
    column = _CRITICAL_COLUMN[level]
    table = pd.DataFrame(
        {
            "trace": found.trace_stat,
            "trace_corrected": found.trace_stat * (rows - k * lags) / rows,
            "trace_critical": found.trace_stat_crit_vals[:, column],
            "max_eigen": found.max_eig_stat,
            "max_eigen_critical": found.max_eig_stat_crit_vals[:, column],
        },
        index=pd.RangeIndex(k, name="at most"),
    )

    def first_not_rejected(statistic: str, critical: str) -> int:
        kept = (table[statistic] <= table[critical]).to_numpy()
        return int(kept.argmax()) if kept.any() else k

    trace = first_not_rejected("trace_corrected", "trace_critical")
    return table, trace, first_not_rejected("max_eigen", "max_eigen_critical")


def _decide(
    orders: Mapping[str, int | None],
    labels: Mapping[str, str],
    rank: int,
    rank_max_eigen: int,
    level: float,
) -> tuple[Decision, str]:
    k = len(orders)
    unclear = [labels[name] for name, order in orders.items() if order is None]
    caution = f" The tests do not agree on {', '.join(unclear)}." if unclear else ""
    if rank != rank_max_eigen:
        caution += f" The maximal-eigenvalue test finds {rank_max_eigen} instead of {rank}."
    if rank == k or all(order == 0 for order in orders.values()):
        return "levels", f"No unit root is left at {level:.0%}: a VAR in levels.{caution}"
    integrated = [labels[name] for name, order in orders.items() if order != 0]
    roots = f"A unit root is not rejected for {', '.join(integrated)} at {level:.0%}"
    if rank == 0:
        reason = f"{roots}, and no long-run relation is found: a VAR in differences."
        return "differences", reason + caution
    relation = "1 long-run relation is" if rank == 1 else f"{rank} long-run relations are"
    reason = (
        f"{roots}, and {relation} found by the trace test. A VAR in differences leaves out the "
        "adjustment to the long run, so its long-horizon responses need a check in levels or by "
        "an error correction model; a VAR in levels keeps it, with wider bands far out."
    )
    return "cointegration", reason + caution
