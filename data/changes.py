"""What changed between two sets of figures, and between two studies.

A later set of figures differs from an earlier one in two ways: it has periods that the earlier one
lacked, and it gives other figures for periods that both have. :func:`input_changes` counts both,
series by series; :func:`with_old_periods` takes the first away, so that what is left is revision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError
from .events import Events
from .panel import Panel, label_of
from .sources.files import Data
from .sources.parts import line_of

#: Columns of ``InputChanges.frame``; what does not apply to a series is 0, NaN or empty.
CHANGE_COLUMNS = (
    "series",
    "kind",
    "status",
    "compared",
    "new",
    "new_first",
    "new_last",
    "new_after_end",
    "revised",
    "revised_first",
    "revised_last",
    "largest_revision",
    "largest_relative_revision",
    "largest_at",
    "withdrawn",
    "withdrawn_first",
    "withdrawn_last",
    "unit",
    "description",
)

#: What descriptions say of the figures, and what the study does to them by default.
_OF_COLUMN = ("unit", "clock", "observed", "publisher", "code", "market")
_OF_ENTRY = ("transform", "flip", "taxed", "seasonal")
_OF_EVENTS = ("label", "unit", "clock", "publisher")

_PANELS = ("monthly", "daily", "instruments", "countries")


@dataclass(frozen=True)
class InputChanges:
    """What changed from one set of figures to a later one.

    Attributes
    ----------
    frame : DataFrame
        One row a series in ``CHANGE_COLUMNS``: ``kind`` is ``monthly``, ``daily``,
        ``instruments``, ``countries`` or ``events``; ``status`` is ``added``, ``removed``,
        ``changed`` or ``same``; ``compared`` counts the periods with a figure in both,
        ``new_after_end`` the new ones after the last earlier figure. Revisions are in the series'
        own unit, and as a share of the size of the earlier figure (NaN where that is zero);
        ``largest_at`` dates the largest in absolute terms. ``description`` says which parts of the
        description changed, from what to what.
    """

    frame: pd.DataFrame

    @property
    def changed(self) -> pd.DataFrame:
        """The rows of all series that are not the same."""
        return self.frame[self.frame["status"] != "same"]

    @property
    def same(self) -> bool:
        """Whether both hold the same figures of the same series, described in the same way."""
        return self.changed.empty

    @property
    def has_new_periods(self) -> bool:
        """Whether a series that both hold has figures for periods without one before."""
        return bool((self._in_both["new"] > 0).any())

    @property
    def has_revisions(self) -> bool:
        """Whether a figure of a series that both hold is another one now, or was withdrawn."""
        return bool((self._in_both[["revised", "withdrawn"]] > 0).any(axis=None))

    @property
    def _in_both(self) -> pd.DataFrame:
        return self.frame[self.frame["status"].isin(["changed", "same"])]

    def in_words(self) -> tuple[str, ...]:
        """One sentence for each series that changed."""
        return tuple(_sentence(row) for _, row in self.changed.iterrows())


def input_changes(old: Data, new: Data) -> InputChanges:
    """Compare two sets of figures series by series; a figure differs if its last digit does.

    Parameters
    ----------
    old, new : Data

    Returns
    -------
    InputChanges
        Monthly series in alphabetical order, then daily ones, instruments, those of other economies
        and events. The period of an event is its day; it is revised if its hour, direction or size
        is another one.
    """
    before, after = _by_series(old), _by_series(new)
    order = sorted({*before, *after}, key=lambda key: ((*_PANELS, "events").index(key[0]), key[1]))
    rows = [_row(*key, before.get(key), after.get(key)) for key in order]
    return InputChanges(pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)))


def spec_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> pd.DataFrame:
    """Settings that differ between two studies.

    Parameters
    ----------
    old, new : mapping
        As ``StudySpec.model_dump(mode="json")``, or the ``spec`` of a manifest.

    Returns
    -------
    DataFrame
        Columns ``key`` (such as ``var.lags``), ``old`` and ``new``, the values as JSON; empty
        where a study does not have the key.
    """
    before, after = dict(_flat(old)), dict(_flat(new))
    rows = [(key, before.get(key, ""), after.get(key, "")) for key in {**before, **after}]
    differing = [(key, was, now) for key, was, now in rows if was != now]
    return pd.DataFrame(differing, columns=["key", "old", "new"], dtype=object)


def with_old_periods(new: Data, old: Data) -> Data:
    """The new figures on exactly the periods for which the old ones have a figure.

    What a study finds with them differs from what it found with the old figures by revisions
    alone. Series that one of the two lacks are left out; a figure that was withdrawn is missing.

    Parameters
    ----------
    new, old : Data

    Raises
    ------
    DataError
        No monthly figure stands in both.
    """
    panels = {kind: _cut_panel(getattr(new, kind), getattr(old, kind)) for kind in _PANELS}
    monthly = panels["monthly"]
    if monthly is None:
        raise DataError(
            f"{new.monthly.source} has no figure for a month of {old.monthly.source}.",
            remedy="Compare figures of the same series.",
        )
    found = reversed([panel for panel in panels.values() if panel])
    kept = {name: panel for panel in found for name in panel.names}
    entries = {name: entry for name, entry in new.entries.items() if name in kept}
    return Data(
        monthly,
        panels["daily"],
        report=tuple(f"{panel.source}: {panel.sample}" for panel in panels.values() if panel),
        entries=entries,
        lines={name: line_of(kept[name], name, entry) for name, entry in entries.items()},
        events={
            name: _cut_events(new.events[name], held)
            for name, held in old.events.items()
            if name in new.events and new.events[name].days.isin(held.days).any()
        },
        instruments=panels["instruments"],
        countries=panels["countries"],
        stored_on={name: day for name, day in new.stored_on.items() if name in kept},
    )


@dataclass(frozen=True)
class _Series:
    """Figures of one series, or what is known of each event, by period; and what they are."""

    figures: pd.Series
    description: Mapping[str, Any]


def _by_series(data: Data) -> dict[tuple[str, str], _Series]:
    """All series by kind and id."""
    found = {}
    for kind in _PANELS:
        panel: Panel | None = getattr(data, kind)
        for name in panel.names if panel is not None else ():
            assert panel is not None
            described = _parts(panel.columns[name], _OF_COLUMN)
            if name in data.entries:
                described |= _parts(data.entries[name], _OF_ENTRY)
            found[kind, name] = _Series(panel.frame[name].dropna(), described)
    for name, events in data.events.items():
        found["events", name] = _Series(_known_of(events), _parts(events, _OF_EVENTS))
    return found


def _known_of(events: Events) -> pd.Series:
    """Hour, direction and size of each event in words, by day."""
    parts: list[Any] = [events.announced]
    parts += [part for part in (events.directions, events.sizes) if part is not None]
    return pd.Series([" ".join(map(str, known)) for known in zip(*parts)], index=events.days)


def _row(kind: str, name: str, old: _Series | None, new: _Series | None) -> dict[str, Any]:
    """One row of the frame."""
    series = new or old
    assert series is not None
    before = old.figures if old else series.figures.iloc[:0]
    after = new.figures if new else series.figures.iloc[:0]
    both = before.index.intersection(after.index)
    before_both, after_both = before.loc[both].to_numpy(), after.loc[both].to_numpy()
    differs = before_both != after_both
    new_periods = after.index.difference(before.index)
    row = {
        "series": name,
        "kind": kind,
        "compared": len(both),
        **_dated("new", new_periods),
        "new_after_end": int((new_periods > before.index[-1]).sum()) if len(before) else 0,
        **_dated("revised", both[differs]),
        **_dated("withdrawn", before.index.difference(after.index)),
        **(_sizes(before_both, after_both, both) if kind != "events" else _NO_SIZES),
        "unit": series.description["unit"],
        "description": _differences(old.description, new.description) if old and new else "",
    }
    moved = any(row[what] for what in ("new", "revised", "withdrawn", "description"))
    in_both = "changed" if moved else "same"
    return {**row, "status": "added" if old is None else "removed" if new is None else in_both}


_NO_SIZES = {
    "largest_revision": float("nan"),
    "largest_relative_revision": float("nan"),
    "largest_at": "",
}


def _sizes(before: np.ndarray, after: np.ndarray, periods: pd.Index) -> dict[str, Any]:
    """The largest revision in absolute terms, and the largest as a share."""
    if (before == after).all():
        return _NO_SIZES
    size = np.abs(after - before)
    known = (size > 0) & (before != 0)
    shares = size[known] / np.abs(before[known])
    return {
        "largest_revision": float(size.max()),
        "largest_relative_revision": float(shares.max()) if known.any() else float("nan"),
        "largest_at": label_of(periods[int(size.argmax())]),
    }


def _dated(what: str, periods: pd.Index) -> dict[str, Any]:
    """How many periods, the first and the last."""
    ends = (label_of(periods[0]), label_of(periods[-1])) if len(periods) else ("", "")
    return {what: len(periods), f"{what}_first": ends[0], f"{what}_last": ends[1]}


def _parts(item: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(item, name) for name in names}


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name}: {old.get(name, '') or 'none'} -> {new.get(name, '') or 'none'}"
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    )


def _sentence(row: pd.Series) -> str:
    """What happened to one series."""
    parts = [row["status"]] if row["status"] in ("added", "removed") else []
    for what in ("new", "revised", "withdrawn"):
        if row[what]:
            first, last = row[f"{what}_first"], row[f"{what}_last"]
            when = first if first == last else f"{first} to {last}"
            parts.append(f"{row[what]:,} {what} ({when})")
    if row["largest_at"]:
        size = f"{row['largest_revision']:.4g} ({row['unit']})"
        parts.append(f"the largest revision is {size} in {row['largest_at']}")
    if row["description"]:
        parts.append(row["description"])
    return f"{row['series']} ({row['kind']}): {'; '.join(parts)}."


def _cut_panel(new: Panel | None, old: Panel | None) -> Panel | None:
    """A panel's figures where another one has some, on the other one's calendar."""
    if new is None or old is None:
        return None
    names = [name for name in new.names if name in old.names]
    frame = new.frame[names].reindex(old.frame.index).where(old.frame[names].notna())
    frame = frame.dropna(axis="columns", how="all")
    if frame.empty:
        return None
    columns = {str(name): new.columns[str(name)] for name in frame.columns}
    source = f"{new.source} on the periods of {old.source}"
    return replace(new, frame=frame, columns=columns, source=source)


def _cut_events(new: Events, old: Events) -> Events:
    kept = new.days.isin(old.days)
    return replace(
        new,
        days=new.days[kept],
        announced=new.announced[kept],
        directions=None if new.directions is None else new.directions[kept],
        sizes=None if new.sizes is None else new.sizes[kept],
    )


def _flat(content: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Dotted keys and their values as JSON."""
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", json.dumps(value, ensure_ascii=False)
