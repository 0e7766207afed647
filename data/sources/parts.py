"""What was read of a place, part by part: series, days of events, and remarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..catalog import Entry
from ..events import Events
from ..panel import Panel

_OBSERVED = {
    ("monthly", "mean"): "month mean",
    ("monthly", "end"): "month end",
    ("monthly", "sum"): "month's total",
    ("monthly", "survey"): "survey of the month",
    ("daily", "end"): "day's quotation",
    ("daily", "mean"): "day's mean",
    ("daily", "sum"): "day's total",
}


@dataclass(frozen=True)
class SeriesPart:
    """Series or instruments of one file or vintage; ``stored_on`` is the vintage's day."""

    panel: Panel
    kind: str
    headline: str
    lines: Mapping[str, str]
    entries: Mapping[str, Entry]
    unused: tuple[str, ...] = ()
    stored_on: str = ""

    @property
    def holds(self) -> str:
        """``monthly``, ``daily`` or ``instruments``."""
        monthly = isinstance(self.panel.frame.index, pd.PeriodIndex)
        return self.kind if self.kind != "series" else "monthly" if monthly else "daily"

    @property
    def report(self) -> tuple[str, ...]:
        """Lines as they are printed."""
        return (self.headline, *self.lines.values(), *_not_used(self.unused))


@dataclass(frozen=True)
class EventsPart:
    """Events of one file."""

    events: Events
    headline: str
    unused: tuple[str, ...]

    @property
    def report(self) -> tuple[str, ...]:
        """Lines as they are printed."""
        notes = (f"  {note}" for note in self.events.notes)
        return (self.headline, f"  {self.events.in_words()}", *notes, *_not_used(self.unused))


@dataclass(frozen=True)
class Remarks:
    """What else there is to say of a place."""

    report: tuple[str, ...]


#: What a place is read into.
Part = SeriesPart | EventsPart | Remarks


def line_of(panel: Panel, name_in_file: str, found: Entry) -> str:
    """What a column is, in one line."""
    column = found.column
    figures = panel.frame[column.id]
    first, last = panel.span(column.id)
    parts = [
        column.label,
        column.publisher,
        _OBSERVED.get((column.frequency, column.observed), column.observed)
        + (f", struck {column.clock}" if column.clock else ""),
        f"{first} to {last}, {int(figures.notna().sum())} values",
    ]
    inside = _months_missing_inside(figures)
    if column.frequency == "monthly" and inside:
        parts[-1] += f", {inside} months missing inside"
    if found.note:
        parts.append(found.note)
    return f"  {name_in_file} -> {column.id}: {'; '.join(parts)}"


def _months_missing_inside(figures: pd.Series) -> int:
    within = figures.loc[figures.first_valid_index() : figures.last_valid_index()]
    return int(within.isna().sum())


def _not_used(columns: Sequence[str]) -> Iterator[str]:
    if columns:
        yield f"  not used: {', '.join(columns)}"
