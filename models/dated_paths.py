"""Paths of variables over dates, those of changes shown as the change since some period."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .inference.intervals.protocol import Bounds
from .responses import in_logs, long_frame
from .structural_result import StructuralResult


@dataclass(frozen=True, eq=False, kw_only=True)
class DatedPaths(StructuralResult):
    """A path of every variable.

    Attributes
    ----------
    names : tuple of str
    dates : Index
    cumulated : frozenset of str
        Variables shown as the change since ``since``.
    """

    names: tuple[str, ...]
    dates: pd.Index
    cumulated: frozenset[str]

    @property
    def since(self) -> str:
        """The period from which changes are counted."""
        raise NotImplementedError

    def unit(self, name: str) -> str:
        """Unit of a variable; log points where changes of a logarithm are summed."""
        column = self.columns[name]
        summed_logs = name in self.cumulated and in_logs(column)
        return "log points" if summed_logs else column.unit_of_responses

    def unit_since(self, name: str) -> str:
        """Unit of a variable, and since when where the change is shown."""
        return self.unit(name) + (f" since {self.since}" if name in self.cumulated else "")

    def _rows(
        self, statistic: str, point: np.ndarray, std_error: np.ndarray, bands: Bounds, *, first: int
    ) -> pd.DataFrame:
        """Rows of a tidy frame from arrays of shape (periods, K), the first period so numbered."""
        rows = long_frame(
            point[..., None],
            std_error[..., None],
            {q: (low[..., None], high[..., None]) for q, (low, high) in bands.items()},
            self.names,
            [""],
            first=first,
        )
        return rows.assign(
            model=self.model,
            statistic=statistic,
            band=self.band,
            cumulative=rows["response"].isin(self.cumulated),
            unit=rows["response"].map({name: self.unit(name) for name in self.names}),
        )


def band_columns(bands: Bounds) -> dict[str, np.ndarray]:
    """Bounds by the name of a column: ``low_90``, ``high_90``, ..."""
    return {
        f"{side}_{100 * level:g}": bound
        for level, bounds in bands.items()
        for side, bound in zip(("low", "high"), bounds, strict=True)
    }
