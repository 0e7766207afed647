"""What changed from one stored vintage to another, series by series."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .changes import InputChanges, input_changes
from .panel import Panel
from .rebasing import constant_ratio
from .snapshots import Vintage
from .sources.files import Data

#: How the figures of a series are had, as its sidecar says it.
_ORIGIN = ("source", "fetched", "made", "published_unit")


@dataclass(frozen=True)
class VintageDiff:
    """What changed from one vintage to another.

    Attributes
    ----------
    old, new : str
        Their ids.
    frame : DataFrame
        One row a series: the columns of ``InputChanges.frame`` and, of the series that both hold,
        ``largest`` and ``mean``: the largest revision in absolute terms and the mean of the
        figures that were revised, with its sign, in ``revised_in`` (``%``, or ``points`` for a
        series in per cent); ``rebased``: the constant by which all figures were multiplied, or
        NaN; ``origin``: what changed in how the figures are had.
    missed : Mapping[str, str]
        Why a series of the old vintage is not in the new one, where that is known.
    """

    old: str
    new: str
    frame: pd.DataFrame
    missed: Mapping[str, str]

    @property
    def changed(self) -> pd.DataFrame:
        """The rows of all series that are not the same."""
        return self.frame[(self.frame["status"] != "same") | (self.frame["origin"] != "")]

    def lines(self) -> tuple[str, ...]:
        """A line on both vintages, then one for each series that changed."""
        counts = self.frame["status"].value_counts()
        words = (f"{counts[status]:,} {status}" for status in _STATUSES if status in counts)
        return (f"{self.old} -> {self.new}: {', '.join(words) or 'no series'}.", *self._sentences())

    def _sentences(self) -> Iterator[str]:
        inputs = InputChanges(self.frame)
        said = dict(zip(inputs.changed["series"], inputs.in_words(), strict=True))
        for row in self.changed.to_dict("records"):
            same = f"{row['series']} ({row['kind']}): the same figures."
            yield f"  {said.get(row['series'], same)}{''.join(self._more(row))}"

    def _more(self, row: Mapping[Hashable, Any]) -> Iterator[str]:
        if row["status"] == "removed" and row["series"] in self.missed:
            yield f" It did not arrive: {self.missed[row['series']]}"
        if row["rebased"] == row["rebased"]:
            yield f" Rebased: all figures times {row['rebased']:.6g}."
        elif row["revised"] and row["revised_in"]:
            unit = row["revised_in"].replace("points", " points")
            yield f" At most {row['largest']:.3g}{unit}, on average {row['mean']:+.3g}{unit}."
        if row["origin"]:
            yield f" {row['origin'][0].upper()}{row['origin'][1:]}."


_STATUSES = ("added", "removed", "changed", "same")


def diff(old: Vintage, new: Vintage) -> VintageDiff:
    """Compare two vintages; a figure differs if its last digit does.

    Parameters
    ----------
    old, new : Vintage
        Any two of them; those of one store by :func:`~.snapshots.open_vintage`.

    Raises
    ------
    SnapshotError
        A file of one of them is missing or was altered.
    """
    before, after = _as_data(old), _as_data(new)
    frame = input_changes(before, after).frame
    in_both = set(old.series) & set(new.series)
    more = [
        _details(
            _figures(before, name), _figures(after, name), old.sidecar(name), new.sidecar(name)
        )
        if name in in_both
        else _NONE
        for name in frame["series"]
    ]
    details = pd.DataFrame(more, columns=list(_NONE), index=frame.index)
    return VintageDiff(old.id, new.id, pd.concat([frame, details], axis="columns"), new.missed)


_NONE: dict[str, Any] = {
    "revised_in": "",
    "largest": np.nan,
    "mean": np.nan,
    "rebased": np.nan,
    "origin": "",
}


def _details(
    before: pd.Series, after: pd.Series, then: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    both = pd.concat([before, after], axis="columns", join="inner").dropna()
    revised = both[both.iloc[:, 0] != both.iloc[:, 1]]
    sizes = revised.iloc[:, 1] - revised.iloc[:, 0]
    points = str(now["unit"]).startswith("percent")
    shown = sizes if points else 100 * (sizes / revised.iloc[:, 0].abs()).replace(np.inf, np.nan)
    ratio = constant_ratio(before, after)
    return {
        "revised_in": "points" if points else "%",
        "largest": shown.abs().max(),
        "mean": shown.mean(),
        "rebased": np.nan if ratio is None else ratio,
        "origin": "; ".join(
            f"{key.replace('_', ' ')}: {then[key] or 'none'} -> {now[key] or 'none'}"
            for key in _ORIGIN
            if then[key] != now[key]
        ),
    }


def _as_data(vintage: Vintage) -> Data:
    monthly, daily = vintage.panels()
    none = Panel(pd.DataFrame(index=pd.PeriodIndex([], freq="M")), {}, f"vintage {vintage.id}")
    return Data(
        monthly or none,
        daily,
        report=(),
        entries={name: vintage.entry(name) for name in vintage.series},
    )


def _figures(data: Data, name: str) -> pd.Series:
    panel = data.daily if data.daily is not None and name in data.daily.names else data.monthly
    return panel.frame[name]
