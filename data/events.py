"""Dated events: the days and hours at which something was announced or done, and how it went.

A decision announced at noon in Tokyo is in the JGB yield of the same date, struck at 15:00 there;
a statement at 14:00 in New York is not in the yen struck at noon there until the next business
day. So an event has an hour, and :func:`first_rows_after` finds for each series, by its own clock
and holidays, the first figure that could know of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, SampleError, SpecError
from .clocks import parse_clock, strikes
from .dates import refuse_irregular, require_date, span_of
from .panel import Column

#: Names by which a study asks for events.
DECISIONS, FOMC, INTERVENTIONS = "boj_decisions", "fomc_announcements", "interventions"


@dataclass(frozen=True, eq=False)
class Events:
    """Days on which something happened.

    Attributes
    ----------
    name : str
        Id by which a study asks for them, such as ``boj_decisions``.
    label : str
        Name in tables and charts.
    days : DatetimeIndex, length n
        Dates where it happened, each once, in order.
    announced : DatetimeIndex, length n
        The same with their hours, in the zone of the place.
    directions : Series of str or None
        Which way each went, by day.
    kinds : tuple of str
        What ``directions`` can be, in the order in which they are shown.
    sizes : Series of float or None
        How large each was, by day, in ``unit``; NaN where that is not known.
    unit : str
    clock : str
        The hours in words.
    publisher, source : str
        Who says so, and the file.
    notes : tuple of str
        Which rows of the file are no events, and why.
    """

    name: str
    label: str
    days: pd.DatetimeIndex
    announced: pd.DatetimeIndex
    directions: pd.Series | None = None
    kinds: tuple[str, ...] = ()
    sizes: pd.Series | None = None
    unit: str = ""
    clock: str = ""
    publisher: str = "user"
    source: str = "memory"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.days):
            raise DataError(
                f"The events '{self.name}' have no days ({self.source}).",
                remedy="Give at least one day.",
            )
        try:
            refuse_irregular(self.days)
        except GapError as error:
            raise GapError(f"Events '{self.name}': {error.problem}", remedy=error.remedy) from None
        if self.announced.tz is None or len(self.announced) != len(self.days):
            raise DataError(
                f"The events '{self.name}' need an hour with its zone for each day.",
                remedy='Use Events.from_days(..., clock="12:00 Asia/Tokyo").',
            )

    @classmethod
    def from_days(
        cls,
        name: str,
        days: Sequence[str] | pd.DatetimeIndex,
        *,
        clock: str,
        label: str = "",
        directions: Sequence[str] | None = None,
        sizes: Sequence[float] | None = None,
        unit: str = "",
    ) -> Self:
        """Events of one hour, from a list of days.

        Parameters
        ----------
        name : str
        days : sequence of str or DatetimeIndex
            In order, each once.
        clock : str
            The hour at which they are announced, such as ``12:00 Asia/Tokyo``.
        label : str, optional
        directions : sequence of str, optional
            Which way each went; shown in the order of their first occurrence.
        sizes : sequence of float, optional
        unit : str
            Of the sizes.
        """
        dates = pd.DatetimeIndex(list(days)).normalize()
        return cls(
            name,
            label or name,
            dates,
            announced_at(clock, dates),
            None if directions is None else pd.Series(list(directions), index=dates),
            tuple(dict.fromkeys(directions or ())),
            None if sizes is None else pd.Series(list(sizes), index=dates, dtype=float),
            unit,
            clock,
        )

    def __len__(self) -> int:
        return len(self.days)

    @property
    def span(self) -> str:
        """First and last day."""
        return span_of(self.days)

    @property
    def sha256(self) -> str:
        """Hash of days, hours, directions and sizes: their identity in the manifest."""
        digest = hashlib.sha256("\n".join(map(str, self.announced)).encode())
        for known in (self.directions, self.sizes):
            if known is not None:
                digest.update("\n".join(map(str, known.to_list())).encode())
        return digest.hexdigest()

    def between(self, start: str | None = None, end: str | None = None) -> Events:
        """Those from ``start`` to ``end``, both inclusive.

        Raises
        ------
        SampleError
            There are none.
        SpecError
            One of the two is not a date.
        """
        kept = np.ones(len(self), dtype=bool)
        if start:
            kept &= np.asarray(self.days >= require_date(start).start_time)
        if end:
            kept &= np.asarray(self.days <= require_date(end).end_time)
        if not kept.any():
            raise SampleError(
                f"None of the {self.label} ({self.span}) lies from {start or 'the start'} to "
                f"{end or 'the end'}.",
                remedy="Change the sample.",
            )
        return replace(
            self,
            days=self.days[kept],
            announced=self.announced[kept],
            directions=None if self.directions is None else self.directions[kept],
            sizes=None if self.sizes is None else self.sizes[kept],
        )

    def in_words(self) -> str:
        """What they are, how many there are, and which way they went, in one line."""
        said = f"{self.name}: {self.label}; {self.publisher}; {len(self)} days, {self.span}"
        if self.directions is not None:
            counts = self.directions.value_counts()
            ways = ", ".join(f"{kind} {counts[kind]}" for kind in self.kinds if kind in counts)
            said += f" ({ways})"
        if self.sizes is not None:
            said += f"; sizes in {self.unit}"
        return f"{said}; hour {self.clock}"


def announced_at(clock: str, days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The instants of one hour on many days, in the zone of its clock."""
    return strikes(clock, days).tz_convert(parse_clock(clock)[-1].zone)


def first_rows_after(
    column: Column, dates: pd.DatetimeIndex, announced: pd.DatetimeIndex
) -> np.ndarray:
    """Rows of a daily series that are the first to be struck after each announcement.

    A figure struck at the very instant of the announcement does not know of it.

    Parameters
    ----------
    column : Column
        Of the series; its clock says when a figure is struck.
    dates : DatetimeIndex, length T
        Days on which the series has a figure.
    announced : DatetimeIndex, length n

    Returns
    -------
    ndarray of int, shape (n,)
        T where no figure followed, 0 where none came before.

    Raises
    ------
    SpecError
        The series has no clock.
    """
    if not column.clock:
        raise SpecError(
            f"No clock is known for {column.id}, so nobody can say which figure is the first to "
            "know of an event.",
            remedy="Leave it out, or name its clock in the mapping.",
        )
    struck = strikes(column.clock, dates).as_unit("ns").asi8
    return np.searchsorted(struck, announced.as_unit("ns").asi8, side="right")
