"""Files of events, read strictly: a row is an event, or is left out for a reason that is told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from fnmatch import fnmatchcase
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import DataError, MissingSeriesError
from ..catalog import nearest
from ..dates import label_of
from ..events import Events, announced_at
from .event_mapping import EventMapping
from .tables import numbers, read_rows

#: Which way several events of one day went, where they do not agree.
MIXED = "mixed"

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_HOUR = re.compile(r"(?:\d{4}-\d{2}-\d{2}[ T])?(\d{1,2}:\d{2})(?::\d{2}(?:\.0+)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file: its line, its day, and the cells of the columns that are read."""

    line: int
    day: date
    cells: Mapping[str, str]


def read_events(path: Path, mapping: EventMapping) -> tuple[Events, list[str]]:
    """Events of a file, and the names of the columns that are not used.

    Several rows of one day are one event: its hour is the first, its size the sum, and its
    direction that of all rows (``mixed`` where they do not agree).

    Raises
    ------
    DataError
        A day, an hour, a direction or a number cannot be read, or the days are out of order.
    MissingSeriesError
        The file has no such column.
    """
    header, body = read_rows(path, mapping.encoding, mapping.sheet)
    positions = {name: _position(path, header, name) for name in mapping.columns}
    cells = [
        (line, {name: row[at].strip() for name, at in positions.items()}) for line, row in body
    ]
    left_out: Counter[str] = Counter()
    rows: list[_Row] = []
    for line, row in cells:
        if reason := _why_not(row, mapping):
            left_out[reason] += 1
        else:
            rows.append(_Row(line, _day(path, line, row[mapping.date]), row))
    _refuse_disorder(path, rows)
    unused = [name for name in header if name not in positions]
    return _events(path, mapping, rows, left_out), unused


def _events(
    path: Path, mapping: EventMapping, rows: Sequence[_Row], left_out: Counter[str]
) -> Events:
    by_day: dict[date, list[_Row]] = {}
    for row in rows:
        by_day.setdefault(row.day, []).append(row)
    days = pd.DatetimeIndex(list(by_day))
    groups = list(by_day.values())
    several = sum(len(group) > 1 for group in groups)
    notes = [f"rows left out, {reason}: {count}" for reason, count in left_out.items()]
    notes += [f"days of several rows, taken together: {several}"] if several else []
    return Events(
        mapping.name,
        mapping.label,
        days,
        _announced(path, mapping, days, groups),
        _directions(path, mapping, days, groups),
        _kinds(mapping, rows, groups),
        _sizes(path, mapping, days, groups),
        mapping.unit,
        mapping.clock or f"of the column '{mapping.time}', {mapping.zone}",
        mapping.publisher,
        str(path),
        tuple(notes),
    )


def _why_not(cells: Mapping[str, str], mapping: EventMapping) -> str:
    """Why a row is no event; empty where it is one."""
    if mapping.scheduled_if_empty and not cells[mapping.scheduled_if_empty]:
        return f"scheduled, no '{mapping.scheduled_if_empty}' yet"
    for column, patterns in mapping.leave_out.items():
        for pattern in patterns:
            if fnmatchcase(cells[column], pattern):
                return f"'{column}' is '{pattern}'"
    return ""


def _position(path: Path, header: Sequence[str], name: str) -> int:
    if header.count(name) != 1:
        raise MissingSeriesError(
            f"{path.name} has {header.count(name) or 'no'} columns '{name}', which the mapping of "
            "its events names.",
            remedy=nearest(name, header),
        )
    return header.index(name)


def _day(path: Path, line: int, text: str) -> date:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise DataError(
            f"{path.name}, line {line}: '{text}' is not a day.", remedy="Write days as YYYY-MM-DD."
        ) from None


def _refuse_disorder(path: Path, rows: Sequence[_Row]) -> None:
    for before, after in pairwise(rows):
        if after.day < before.day:
            raise DataError(
                f"{path.name}, line {after.line}: {after.day} stands after {before.day}.",
                remedy="Sort the rows by day.",
            )


def _announced(
    path: Path, mapping: EventMapping, days: pd.DatetimeIndex, groups: Sequence[Sequence[_Row]]
) -> pd.DatetimeIndex:
    if mapping.clock:
        return announced_at(mapping.clock, days)
    hours = [min(_hour(path, row, mapping.time) for row in group) for group in groups]
    local = pd.DatetimeIndex(
        [day.replace(hour=hour.hour, minute=hour.minute) for day, hour in zip(days, hours)]
    )
    never = np.zeros(len(local), dtype=bool)
    return local.tz_localize(mapping.zone, ambiguous=never, nonexistent="shift_forward")


def _hour(path: Path, row: _Row, column: str) -> time:
    text = row.cells[column]
    form = _HOUR.fullmatch(text)
    try:
        if form is None:
            raise ValueError(text)
        return time.fromisoformat(form[1].zfill(5))
    except ValueError:
        raise DataError(
            f"{path.name}, line {row.line} ({row.day}): '{text}' in '{column}' is not an hour.",
            remedy="Write HH:MM.",
        ) from None


def _directions(
    path: Path, mapping: EventMapping, days: pd.DatetimeIndex, groups: Sequence[Sequence[_Row]]
) -> pd.Series | None:
    if not mapping.direction:
        return None
    found = []
    for group in groups:
        ways = {_direction(path, row, mapping) for row in group}
        found.append(ways.pop() if len(ways) == 1 else MIXED)
    return pd.Series(found, index=days)


def _direction(path: Path, row: _Row, mapping: EventMapping) -> str:
    text = row.cells[mapping.direction]
    if not text or (mapping.directions and text not in mapping.directions):
        known = nearest(text, mapping.directions) if mapping.directions else "Fill the cell."
        raise DataError(
            f"{path.name}, line {row.line} ({row.day}): '{text}' in '{mapping.direction}' is not a "
            "direction.",
            remedy=known,
        )
    return mapping.directions.get(text, text)


def _kinds(
    mapping: EventMapping, rows: Sequence[_Row], groups: Sequence[Sequence[_Row]]
) -> tuple[str, ...]:
    """Directions in the order of the mapping or of their first occurrence."""
    if not mapping.direction:
        return ()
    stand = (row.cells[mapping.direction] for row in rows)
    named = mapping.directions.values() or stand
    mixed = any(len({row.cells[mapping.direction] for row in group}) > 1 for group in groups)
    return tuple(dict.fromkeys([*named, *([MIXED] if mixed else [])]))


def _sizes(
    path: Path, mapping: EventMapping, days: pd.DatetimeIndex, groups: Sequence[Sequence[_Row]]
) -> pd.Series | None:
    """Sums by day; a day none of whose rows has a number has no size."""
    if not mapping.size:
        return None
    dated = [
        (label_of(day), row.cells[mapping.size])
        for day, group in zip(days, groups)
        for row in group
    ]
    values = pd.Series(numbers(path, mapping.size, dated))
    of_day = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return values.groupby(of_day).sum(min_count=1).set_axis(days)
