"""What a comparison of pass-through says: each country, the differences, the tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from .country_contrasts import Comparison, Contrast
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PASS_THROUGH = "pass_through"
DIFFERENCE = "pass_through_difference"
PER_CURRENCY = "1% fall of the currency"
UNIT = f"% per {PER_CURRENCY}"


@dataclass(frozen=True, eq=False, kw_only=True)
class PassThroughComparison(Result):
    """Pass-through side by side, with joint errors.

    Attributes
    ----------
    title : str
    approach : str
        Name of the model in tables.
    comparisons : tuple of Comparison
        One a price.
    levels : tuple of float
    band : str
        How intervals are made.
    setting : tuple of str
        Equations, rates, series and what is left out, in words.
    references : tuple of str
        Keys of the methods.
    """

    title: str
    approach: str
    comparisons: tuple[Comparison, ...]
    levels: tuple[float, ...]
    band: str
    setting: tuple[str, ...]
    references: tuple[str, ...]

    figure: ClassVar[str] = "passthrough_countries"

    def __getitem__(self, price: str) -> Comparison:
        return next(one for one in self.comparisons if one.price == price)

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return self.approach

    @property
    def nobs(self) -> int:
        """Months of the sample."""
        return self.comparisons[0].nobs

    @property
    def sample(self) -> str:
        """First and last month of the regressions."""
        return self.comparisons[0].sample

    def tidy(self) -> pd.DataFrame:
        """One row per country, horizon and level; differences, their p-values and tests below.

        ``model`` names the approach and the row. A difference has the measure of the price as
        ``response``; so have ``p_value`` (both sides), ``p_holm`` (for the number of countries) and
        the tests ``equality`` (of all) and ``equality_of_others``, whose estimates are p-values.
        """
        return tidy_frame(row for one in self.comparisons for row in self._rows(one))

    def summary(self) -> Summary:
        """By price: each row, and the differences with their tests, at the headline horizon."""
        tables = []
        for one in self.comparisons:
            months = f"{one.label}, {int(one.horizons[one.shown])} months, {UNIT}"
            tables.append((months, self._table(one, one.single).assign(R2=one.r_squared)))
            if one.differences:
                tables.append((f"Differences: {months}", self._differences(one)))
        return Summary(self.title, tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Unit, intervals, tests, equations and what is left out."""
        return (
            f"Change of the price up to the horizon, {UNIT}.",
            f"Intervals: {self.band}.",
            *(said for one in self.comparisons for said in _tests_in_words(one)),
            *self.setting,
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Forest of rows and of differences, one column a price."""
        labels = {one.price: one.label for one in self.comparisons}
        labels |= {column.id: one.label for one in self.comparisons for column in one.responses}
        return super().plot(**{"labels": labels, "approach": self.approach, **options})

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.references)

    def _table(self, one: Comparison, contrasts: Sequence[Contrast]) -> pd.DataFrame:
        at = one.shown
        rows = {}
        for contrast in contrasts:
            row = {"estimate": contrast.estimate[at], "s.e.": contrast.std_error[at]}
            for level in self.levels:
                low, high = contrast.interval(level)
                row |= {f"low {level:.0%}": low[at], f"high {level:.0%}": high[at]}
            rows[contrast.name] = row
        return pd.DataFrame.from_dict(rows, orient="index")

    def _differences(self, one: Comparison) -> pd.DataFrame:
        contrasts = [*one.differences, *filter(None, [one.minus_others])]
        table = self._table(one, contrasts)
        table["p"] = [contrast.p_value[one.shown] for contrast in contrasts]
        adjusted = [*one.holm[:, one.shown]]
        return table.assign(**{"p (Holm)": adjusted + [np.nan] * (len(table) - len(adjusted))})

    def _rows(self, one: Comparison) -> Iterator[dict[str, object]]:
        for i, contrast in enumerate(one.single):
            facts = {
                "statistic": PASS_THROUGH,
                "shock": one.shocks[i].id,
                "response": one.responses[i].id,
            }
            yield from self._of_contrast(one, contrast, facts)
        gap = {"statistic": DIFFERENCE, "shock": one.shocks[0].id, "response": one.price}
        for contrast in (*one.differences, *filter(None, [one.minus_others])):
            yield from self._of_contrast(one, contrast, gap)
            yield from self._p_values(one, contrast.name, "p_value", contrast.p_value)
        for contrast, adjusted in zip(one.differences, one.holm):
            yield from self._p_values(one, contrast.name, "p_holm", adjusted)
        for name in ("equality", "equality_of_others"):
            test = getattr(one, name)
            if test.restrictions:
                yield from self._p_values(one, "", name, test.p_value)

    def _of_contrast(
        self, one: Comparison, contrast: Contrast, facts: Mapping[str, str]
    ) -> Iterator[dict[str, object]]:
        for level in self.levels:
            low, high = contrast.interval(level)
            for i, horizon in enumerate(one.horizons):
                yield {
                    **facts,
                    "model": f"{self.approach}: {contrast.name}",
                    "horizon": int(horizon),
                    "estimate": contrast.estimate[i],
                    "std_error": contrast.std_error[i],
                    "level": level,
                    "conf_low": low[i],
                    "conf_high": high[i],
                    "band": self.band,
                    "cumulative": True,
                    "unit": UNIT,
                }

    def _p_values(
        self, one: Comparison, name: str, statistic: str, values: np.ndarray
    ) -> Iterator[dict[str, object]]:
        for horizon, value in zip(one.horizons, values):
            yield {
                "model": f"{self.approach}: {name}" if name else self.approach,
                "statistic": statistic,
                "shock": one.shocks[0].id,
                "response": one.price,
                "horizon": int(horizon),
                "estimate": value,
                "band": self.band,
                "cumulative": True,
            }


def _tests_in_words(one: Comparison) -> Iterator[str]:
    """Whether the rows can be told apart at the headline horizon."""
    months = int(one.horizons[one.shown])
    tests = ((one.equality, "all"), (one.equality_of_others, f"all but {one.rows[0]}"))
    said = [
        f"{who}: {_p_in_words(test.p_value[one.shown])}"
        for test, who in tests
        if test.restrictions and np.isfinite(test.p_value[one.shown])
    ]
    if said:
        yield f"{one.label}, {months} months, Wald test of equality of {'; of '.join(said)}."


def _p_in_words(p_value: float) -> str:
    return f"p = {p_value:.2f}" if p_value >= 0.01 else "p < 0.01"
