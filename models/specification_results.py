"""What a specification curve shows: the cells, the sentence on the sign, the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from .joint_estimate import JointEstimate
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Specification:
    """One cell of the curve.

    Attributes
    ----------
    order : tuple of str
        The variables that change places, in their recursive order.
    lags : int
    sample : str
        Name of the window.
    """

    order: tuple[str, ...]
    lags: int
    sample: str

    def __str__(self) -> str:
        return f"order={'>'.join(self.order)}, lags={self.lags}, sample={self.sample}"


@dataclass(frozen=True, eq=False)
class Cell:
    """The gain in one specification.

    Attributes
    ----------
    specification : Specification
    gain : JointEstimate, one element
        Masked where the opened system is unstable.
    period : str
        First and last period used, presample excluded.
    nobs : int
    """

    specification: Specification
    gain: JointEstimate
    period: str
    nobs: int


@dataclass(frozen=True, eq=False)
class SpecificationCurve(Result):
    """The gain at a node over orders, lags and samples.

    Attributes
    ----------
    node : str
    horizon : int
    columns : Mapping[str, Column]
    cells : tuple of Cell
    base : Specification
        The one that the study uses elsewhere.
    sensitivity_lags : tuple of int
        Lag lengths that are shown but not counted.
    levels : tuple of float
    band : str
    setting : tuple of str
        Identification, bands and terms in words.
    """

    node: str
    horizon: int
    columns: Mapping[str, Column]
    cells: tuple[Cell, ...]
    base: Specification
    sensitivity_lags: tuple[int, ...]
    levels: tuple[float, ...]
    band: str
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("simonsohn2020", "bode1945")
    figure: ClassVar[str] = "specification_curve"

    def __getitem__(self, specification: Specification) -> Cell:
        return {cell.specification: cell for cell in self.cells}[specification]

    def tidy(self) -> pd.DataFrame:
        """Statistics ``gain`` and ``masked_share``; ``model`` names order, lags and sample."""
        at_node = {"shock": self.node, "response": self.node, "unit": "ratio"}
        rows: list[dict[str, Any]] = []
        for cell in self.cells:
            same = {"model": str(cell.specification), **at_node}
            place = [{"horizon": self.horizon}]
            rows += cell.gain.rows(self.levels, place, statistic="gain", band=self.band, **same)
            rows.append({**same, "statistic": "masked_share", "estimate": cell.gain.masked})
        return tidy_frame(rows)

    @property
    def table(self) -> pd.DataFrame:
        """One row per specification: estimate, widest interval, share of draws masked."""
        level = max(self.levels)
        rows = []
        for cell in self.cells:
            low, high = cell.gain.interval(level)
            rows.append(
                {
                    "order": ", ".join(self._label(n) for n in cell.specification.order),
                    "lags": cell.specification.lags,
                    "sample": cell.period,
                    "T": cell.nobs,
                    f"G({self.horizon})": float(cell.gain.point[0]),
                    f"{level:.0%} low": low,
                    f"{level:.0%} high": high,
                    "masked": cell.gain.masked,
                }
            )
        return pd.DataFrame(rows)

    def summary(self) -> Summary:
        """The sentence, then every specification."""
        title = f"Specification curve of the gain at {self._label(self.node)}"
        return Summary(title, [(self.sentence(), self.table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """The sentence on the sign, then the setting."""
        return (self.sentence(), *self.setting)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The sorted estimates with a matrix of what each specification is."""
        labels = {name: column.label for name, column in self.columns.items()}
        same = {"base": str(self.base), "labels": labels, "sensitivity": self.sensitivity_lags}
        return super().plot(**(same | options))

    def counted(self) -> list[Cell]:
        """The cells of the main curve whose gain exists (lags for sensitivity are left out)."""
        return [
            cell
            for cell in self.cells
            if cell.specification.lags not in self.sensitivity_lags
            and not np.isnan(cell.gain.point[0])
        ]

    def sentence(self) -> str:
        """Whether the curve crosses zero, what turns the sign, and the counts."""
        cells, level = self.counted(), max(self.levels)
        if not cells:
            return "The opened system is unstable in every specification: no gain exists."
        points = np.array([float(cell.gain.point[0]) for cell in cells])
        bounds = np.array([cell.gain.interval(level) for cell in cells])
        above, below = int((bounds[:, 0] > 0).sum()), int((bounds[:, 1] < 0).sum())
        positive, negative = int((points > 0).sum()), int((points < 0).sum())
        turning = self._what_turns_the_sign(cells)
        opening = (
            f"The sign of the gain depends on {_listed(turning)}"
            if turning
            else "The sign of the gain is the same in all specifications"
        )
        return (
            f"{opening}: of {len(cells)} specifications {positive} are positive and {negative} "
            f"negative; the {level:.0%} interval lies above zero in {above} and below zero in "
            f"{below}. Estimates run from {points.min():.2f} to {points.max():.2f}."
        )

    @staticmethod
    def _what_turns_the_sign(cells: Sequence[Cell]) -> list[str]:
        """Dimensions along which the sign changes while the other two are held."""
        frame = pd.DataFrame(
            [(*_key(cell.specification), cell.gain.point[0] > 0) for cell in cells],
            columns=["the order", "the lags", "the sample", "positive"],
        )
        dimensions = ["the order", "the lags", "the sample"]
        return [
            name
            for name in dimensions
            if frame.groupby([d for d in dimensions if d != name])["positive"].nunique().gt(1).any()
        ]

    def _label(self, name: str) -> str:
        return self.columns[name].label


def _key(specification: Specification) -> tuple[str, int, str]:
    return ">".join(specification.order), specification.lags, specification.sample


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
