"""Partitions with several breaks: tests, dates, coefficients by regime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...data.panel import label_of
from ..results import Summary, tidy_frame
from .break_regimes import ERRORS_IN_WORDS, interval_rows, spans
from .break_result import BreakResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class MultipleBreaks(BreakResult):
    """Partitions with 0 to M breaks, the tests and criteria that choose among them.

    Attributes
    ----------
    response, label, unit : str
        The equation.
    errors : str
    smallest : int
        Fewest periods of a regime.
    outcome : ndarray, shape (T,)
        What is explained.
    table : DataFrame
        One row for each number of breaks: ``squares``, ``bic``, ``lwz``; ``sup_f`` against no
        break and ``next_f`` of one more break, with bootstrap p-values.
    ud_max, ud_max_p_value : float
        Largest ``sup_f`` over the numbers of breaks.
    rows : Mapping[int, tuple of int]
        Rows before each break, by the number of breaks.
    intervals : Mapping[int, tuple of Mapping[float, tuple of int]]
        Bai's interval of each date by level, by the number of breaks.
    likely : Mapping[int, tuple of Mapping[float, ndarray of int]]
        Dates of each break, the others given, not rejected by the inverted likelihood ratio.
    coefficients : Mapping[int, DataFrame]
        By regime, by the number of breaks.
    fitted : Mapping[int, ndarray]
        Fitted values, by the number of breaks.
    chosen : Mapping[str, int]
        Number of breaks by rule: ``sequential`` (at 5 per cent), ``bic``, ``lwz``.
    selection : str
        The rule that decides what is shown.
    """

    response: str
    label: str
    unit: str
    errors: str
    smallest: int
    outcome: np.ndarray
    table: pd.DataFrame
    ud_max: float
    ud_max_p_value: float
    rows: Mapping[int, tuple[int, ...]]
    intervals: Mapping[int, tuple[Mapping[float, tuple[int, int]], ...]]
    likely: Mapping[int, tuple[Mapping[float, np.ndarray], ...]]
    coefficients: Mapping[int, pd.DataFrame]
    fitted: Mapping[int, np.ndarray]
    chosen: Mapping[str, int]
    selection: str

    methods: ClassVar[tuple[str, ...]] = (
        "bai_perron1998",
        "bai_perron2003",
        "hansen2000",
        "davidson_flachaire2008",
        "eo_morley2015",
        "liu1997",
    )
    figure: ClassVar[str] = "multiple_breaks"

    @property
    def number(self) -> int:
        """Number of breaks by ``selection``."""
        return self.chosen[self.selection]

    def dates(self, number: int | None = None) -> list[Any]:
        """Last period before each break, with the selected number of breaks by default."""
        rows = self.rows[self.number if number is None else number]
        return [self.periods[row - 1] for row in rows]

    def interval(
        self, place: int, level: float = 0.90, *, number: int | None = None
    ) -> tuple[Any, Any]:
        """First and last date of the interval of one break, the first break being 0."""
        found = self.intervals[self.number if number is None else number]
        first, last = found[place][level]
        return self.periods[first - 1], self.periods[last - 1]

    def tidy(self) -> pd.DataFrame:
        """Tests and criteria by number of breaks (``horizon``), and the dates of the selection.

        Of a date, ``estimate`` and bounds are rows: ``periods[row]`` is the last period before it.
        """
        rows: list[dict[str, Any]] = [
            {"statistic": str(name), "horizon": int(str(number)), "estimate": value}
            for name in self.table
            for number, value in self.table[name].items()
        ]
        rows.append({"statistic": "ud_max", "estimate": self.ud_max})
        rows.append({"statistic": "ud_max, p-value", "estimate": self.ud_max_p_value})
        for place, row in enumerate(self.rows[self.number]):
            intervals = self.intervals[self.number][place]
            rows += interval_rows(row, intervals, self.likely[self.number][place], place + 1)
        return tidy_frame({"model": self.model, "response": self.response, **row} for row in rows)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The series, fitted values by regime, and each date with its interval."""
        outcome = pd.DataFrame(
            {"actual": self.outcome, "fitted": self.fitted[self.number]}, index=self.periods
        )
        return super().plot(
            outcome=outcome,
            title=f"Breaks in {self.breaking}: {self.label}",
            unit=self.unit,
            **options,
        )

    def summary(self) -> Summary:
        """Tests and criteria by number of breaks, dates and coefficients of the selection."""
        tables = [("Number of breaks", self.table)]
        if self.number:
            tables.append((f"Dates of the {self.number} break(s)", self._date_table()))
        tables.append(
            ("Coefficients by regime (dates taken as known)", self.coefficients[self.number])
        )
        title = f"Breaks at unknown dates: {self.label}, {self.model}"
        return Summary(title, tables, self.notes())

    def _date_table(self) -> pd.DataFrame:
        likely = self.likely[self.number]
        columns = {"last period before": [label_of(date) for date in self.dates()]}
        for level in likely[0]:
            columns[f"likely dates, {level:.0%}"] = [
                spans(self.periods, found[level]) for found in likely
            ]
            columns[f"interval (Bai), {level:.0%}"] = [
                " to ".join(map(label_of, self.interval(place, level)))
                for place in range(self.number)
            ]
        return pd.DataFrame(columns, index=pd.RangeIndex(1, self.number + 1, name="break"))

    def notes(self) -> tuple[str, ...]:
        """Partitions, tests, choice, sample."""
        by_rule = ", ".join(f"{rule} {number}" for rule, number in self.chosen.items())
        return (
            f"Dates minimise the sum of squares over all partitions with at least {self.smallest} "
            f"periods a regime ({self.trimming:.0%}); {self.breaking} of the equation break.",
            f"F statistics {ERRORS_IN_WORDS[self.errors]}: sup_f against no break, next_f of one "
            f"more break; UDmax {self.ud_max:.2f} (p = {self.ud_max_p_value:.3f}). Fixed-regressor "
            f"bootstrap, {self.draws:,} draws, seed {self.seed}.",
            f"Number of breaks: {by_rule}; shown: {self.selection}. Likely dates: inverted "
            "likelihood ratio, the other dates given; Bai's intervals are too short for a small "
            "break.",
            f"{self.model[0].upper()}{self.model[1:]}, {self.sample}, T = {self.nobs}.",
        )
