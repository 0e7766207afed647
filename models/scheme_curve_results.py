"""What a curve over identification schemes shows: cells, the table side by side, sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from .claim_components import Component
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Specification:
    """What a cell is.

    Attributes
    ----------
    approach, family : str
        Name of the identification, and of the kind that it belongs to.
    lags : int
    sample : str
        Name of the window.
    """

    approach: str
    family: str
    lags: int
    sample: str

    def __str__(self) -> str:
        return (
            f"family={self.family}, approach={self.approach}, lags={self.lags}, "
            f"sample={self.sample}"
        )


@dataclass(frozen=True, eq=False)
class SchemeCell:
    """The statistics of one specification.

    Attributes
    ----------
    specification : Specification
    components : tuple of Component
    refused : tuple of str
        Why other statistics are not among them.
    period : str
        First and last period used, presample excluded.
    nobs : int
    """

    specification: Specification
    components: tuple[Component, ...]
    refused: tuple[str, ...]
    period: str
    nobs: int


@dataclass(frozen=True, eq=False)
class SchemeCurve(Result):
    """The same statistics under every identification, lag length and sample.

    A statistic whose value or sign a scheme imposes is listed, but neither drawn nor counted.

    Attributes
    ----------
    cells : tuple of SchemeCell
    base : Specification
    levels : tuple of float
    schemes : Mapping[str, str]
        Each approach's assumptions in words.
    setting : tuple of str
        Families with their bands, lags and samples in words.
    """

    cells: tuple[SchemeCell, ...]
    base: Specification
    levels: tuple[float, ...]
    schemes: Mapping[str, str]
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("simonsohn2020",)
    figure: ClassVar[str] = "scheme_curve"

    @property
    def statistics(self) -> dict[str, Component]:
        """One component of each statistic by its name: for its label and unit."""
        return {c.name: c for cell in self.cells for c in cell.components}

    def free(self, statistic: str) -> list[tuple[SchemeCell, Component]]:
        """The cells that measure a statistic without imposing it."""
        return [
            (cell, c)
            for cell in self.cells
            for c in cell.components
            if c.name == statistic and not c.restricted and not np.isnan(c.estimate)
        ]

    def base_cells(self) -> list[SchemeCell]:
        """Every approach in the lags and the sample of the base."""
        at = (self.base.lags, self.base.sample)
        return [c for c in self.cells if (c.specification.lags, c.specification.sample) == at]

    def tidy(self) -> pd.DataFrame:
        """Statistics ``scheme_curve`` and, where a scheme imposes the value, ``imposed``.

        ``model`` names the specification, ``response`` the statistic.
        """
        return tidy_frame(
            row
            for cell in self.cells
            for component in cell.components
            for row in self._rows(cell, component)
        )

    def _rows(self, cell: SchemeCell, component: Component) -> Iterator[dict[str, Any]]:
        same = {
            "model": str(cell.specification),
            "shock": "",
            "response": component.name,
            "estimate": component.estimate,
            "unit": component.unit,
        }
        if component.restricted:
            yield {**same, "statistic": "imposed"}
            return
        error = component.std_error(max(self.levels))
        for level in self.levels:
            low, high = component.interval(level)
            yield {
                **same,
                "statistic": "scheme_curve",
                "std_error": error,
                "level": level,
                "conf_low": low,
                "conf_high": high,
                "band": component.method,
            }

    @property
    def side_by_side(self) -> pd.DataFrame:
        """Statistics by approach, in the lags and the sample of the base: estimate and interval."""
        level = max(self.levels)
        columns = {
            cell.specification.approach: {c.name: _in_words(c, level) for c in cell.components}
            for cell in self.base_cells()
        }
        named = {c.name: f"{c.title} ({c.unit})" for c in self.statistics.values()}
        table = pd.DataFrame(columns, index=list(named), dtype=object).fillna("not identified")
        return table.rename(index=named).rename_axis(f"{level:.0%} interval")

    def refusals(self) -> dict[str, tuple[str, ...]]:
        """By approach, why some statistics are not there in the lags and the sample of the base."""
        return {c.specification.approach: c.refused for c in self.base_cells() if c.refused}

    def sentence(self, statistic: str) -> str:
        """How often a statistic is positive and negative, in all and by family.

        Where neither end of an interval exists, as with a weak instrument, it is only counted.
        """
        found, level = self.free(statistic), max(self.levels)
        title = self.statistics[statistic].title
        bounds = np.array([c.interval(level) for _, c in found]).reshape(-1, 2)
        told = np.isfinite(bounds).any(axis=1)
        if not told.any():
            return f"{title}: imposed, not identified or not bounded in every specification."
        by_family: dict[str, list[float]] = {}
        for (cell, component), counts in zip(found, told, strict=True):
            if counts:
                by_family.setdefault(cell.specification.family, []).append(component.estimate)
        points = np.concatenate(list(by_family.values()))
        families = "; ".join(
            f"{family} {min(values):.2g} to {max(values):.2g}"
            for family, values in by_family.items()
        )
        open_ended = f"; {(~told).sum()} more are not bounded" if (~told).any() else ""
        return (
            f"{title}: of {len(points)} specifications {int((points > 0).sum())} are positive and "
            f"{int((points < 0).sum())} negative; the {level:.0%} interval lies above zero in "
            f"{int((bounds[:, 0] > 0).sum())} and below zero in {int((bounds[:, 1] < 0).sum())}"
            f"{open_ended}. By family: {families} ({found[0][1].unit})."
        )

    def summary(self) -> Summary:
        """Side by side, then how the sign holds up."""
        base = self.base
        caption = f"Side by side, {base.lags} lags, {base.sample}"
        return Summary(
            "Statistics under every identification", [(caption, self.side_by_side)], self.notes()
        )

    def notes(self) -> tuple[str, ...]:
        """The sentences, the refusals, the approaches."""
        refused = (
            f"{approach}: {' '.join(reasons)}" for approach, reasons in self.refusals().items()
        )
        schemes = (f"{approach}: {words}." for approach, words in self.schemes.items())
        sentences = (self.sentence(name) for name in self.statistics)
        return (*sentences, *refused, *schemes, *self.setting)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """One panel a statistic, the sorted estimates coloured by family."""
        titles = {c.name: c.title for c in self.statistics.values()}
        same = {"base": str(self.base), "titles": titles, "notes": self.setting}
        return super().plot(**(same | options))


def _in_words(component: Component, level: float) -> str:
    """Estimate and interval, or that the scheme imposes it."""
    if component.restricted:
        return "imposed"
    low, high = component.interval(level)
    point = "masked" if np.isnan(component.estimate) else f"{component.estimate:.2g}"
    bounds = "not bounded" if np.isinf(low) and np.isinf(high) else f"{low:.2g}, {high:.2g}"
    return f"{point} [{bounds}]"
