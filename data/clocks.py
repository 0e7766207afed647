"""Clocks: at which instant a daily figure is struck, and in which order figures of a date come.

A date is not a moment. On 2 December Tokyo's stocks close at 06:30 UTC, the ECB fixes the yen at
13:15 UTC and New York closes at 21:00 UTC: Japan's figure of a date can move America's figure of
the same date, never the reverse.

A clock is written ``17:00 Asia/Tokyo``; where the hour has changed, the later hour follows with
its first day: ``15:00 Asia/Tokyo; 15:30 Asia/Tokyo from 2024-11-05``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from ..errors import SpecError
from .panel import Column, label_of

_FORM = re.compile(
    r"(?P<time>\d{2}:\d{2}) (?P<zone>[A-Za-z_]+(?:/[A-Za-z_]+)*)"
    r"(?: from (?P<since>\d{4}-\d{2}-\d{2}))?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time of day in a zone, and the first day on which it holds."""

    time: time
    zone: ZoneInfo
    since: date = date.min


def parse_clock(text: str) -> tuple[Clock, ...]:
    """Read a clock; several hours are ordered by their first day.

    Raises
    ------
    SpecError
        The text is not of the form ``HH:MM Zone[; HH:MM Zone from YYYY-MM-DD]``.
    """
    clocks = []
    for part in text.split(";"):
        form = _FORM.fullmatch(part.strip())
        if form is None:
            raise _unreadable(text)
        try:
            since = date.fromisoformat(form["since"]) if form["since"] else date.min
            clock = Clock(time.fromisoformat(form["time"]), ZoneInfo(form["zone"]), since)
        except (ValueError, KeyError, OSError) as error:
            raise _unreadable(text) from error
        clocks.append(clock)
    return tuple(sorted(clocks, key=lambda clock: clock.since))


def struck_at(clock: str, on: date) -> datetime:
    """The instant, in UTC, at which a figure dated ``on`` is struck (summer time included)."""
    in_force = [c for c in parse_clock(clock) if c.since <= on]
    if not in_force:
        raise _not_yet_in_force(clock, on)
    last = in_force[-1]
    return datetime.combine(on, last.time, last.zone).astimezone(UTC)


def strikes(clock: str, dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The instants, in UTC, at which the figures of many dates are struck."""
    days = dates.normalize().as_unit("ns")
    instants = np.full(len(days), np.iinfo(np.int64).min)
    for hour in parse_clock(clock):
        holds = np.ones(len(days), dtype=bool)
        if hour.since > date.min:
            holds = np.asarray(days >= pd.Timestamp(hour.since))
        local = days[holds] + pd.Timedelta(hours=hour.time.hour, minutes=hour.time.minute)
        ambiguous = np.zeros(len(local), dtype=bool)
        struck = local.tz_localize(hour.zone, ambiguous=ambiguous, nonexistent="shift_forward")
        instants[holds] = struck.asi8
    if (instants == np.iinfo(np.int64).min).any():
        raise _not_yet_in_force(clock, days[0])
    return pd.DatetimeIndex(instants.view("datetime64[ns]")).tz_localize("UTC")


def clock_order(columns: Iterable[Column], on: date | pd.DatetimeIndex) -> list[str]:
    """Ids in the order in which their figures of one date are struck.

    Series struck at the same instant keep the order in which they are given.

    Parameters
    ----------
    columns : iterable of Column
    on : date or DatetimeIndex
        One date, or all dates of a sample.

    Raises
    ------
    SpecError
        A series has no clock, or two of them change places within the sample (summer time does
        not begin everywhere in the same week).
    """
    described = list(columns)
    without = [column.id for column in described if not column.clock]
    if without:
        raise SpecError(
            f"No clock is known for {', '.join(without)}.",
            remedy="Leave them out of the order by clock, or name their clock in the mapping.",
        )
    dates = on if isinstance(on, pd.DatetimeIndex) else pd.DatetimeIndex([on])
    instants = np.column_stack([strikes(column.clock, dates).asi8 for column in described])
    order = np.argsort(np.median(instants - instants[:, :1], axis=0), kind="stable")
    reversed_ = np.argwhere(np.diff(instants[:, order], axis=1) < 0)
    if len(reversed_):
        row, at = reversed_[0]
        first, second = described[order[at]].id, described[order[at + 1]].id
        raise SpecError(
            f"'{first}' is struck before '{second}' on most dates, but after it on "
            f"{label_of(dates[row])}.",
            remedy="Choose series whose clocks keep their order, or give the order yourself.",
        )
    return [described[i].id for i in order]


def struck_apart(columns: Iterable[Column], index: pd.Index) -> bool:
    """Whether the series are daily and struck at different hours of a date."""
    return isinstance(index, pd.DatetimeIndex) and len({column.clock for column in columns}) > 1


def _not_yet_in_force(clock: str, on: date) -> SpecError:
    return SpecError(
        f"The clock '{clock}' does not say when {label_of(pd.Timestamp(on))} was struck.",
        remedy="Give the first hour without 'from'.",
    )


def _unreadable(text: str) -> SpecError:
    return SpecError(
        f"'{text}' is not a clock.",
        remedy="Write it as '17:00 Asia/Tokyo', or with a later hour as "
        "'15:00 Asia/Tokyo; 15:30 Asia/Tokyo from 2024-11-05'.",
    )
