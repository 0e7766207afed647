"""Alignment: daily series of markets with different holidays on one calendar.

A holiday must not push a figure into the row of a session that it could not have seen. Three
calendars are offered:

``union``   a row for each date on which any of the markets was open. A closed market keeps its
            last figure (a change of zero) and its next change covers the days it was closed. On a
            holiday in Tokyo the row holds New York's session and no Japanese change; Tokyo's next
            change, which could see that session, stands in a later row. Whatever a row contains
            was struck after the rows above it and, within the row, in the order of the clocks: no
            date is dropped and none meets a wrong session.
``common``  the dates on which every market was open, changes running from the one before. After a
            holiday in Tokyo one row holds New York's holiday session *and* Tokyo's answer to it,
            as if Tokyo had moved first. It is offered to show how much that matters: with equal
            effects both ways and the actual rates of holidays, Japan's simulated net is 3.2
            points on it and 0.7 on ``union``, where it should be zero.
``weekly``  weeks that end on Friday: the hours between the clocks are a small part of a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, SpecError
from .frequency import LONGEST_CLOSURE, common_days, require_daily, to_weekly
from .panel import Panel, label_of, window_of

Calendar = Literal["union", "common", "weekly"]

#: What a row is, in words.
DESCRIPTIONS = {
    "union": (
        "a row for each date on which a market was open; a closed market keeps its last figure "
        "and its next change covers the closed days"
    ),
    "common": (
        "a row for each date on which all markets were open; a row after a holiday mixes the "
        "holiday session of one market with the answer of the other"
    ),
    "weekly": "weeks that end on Friday",
}


def align_days(
    panel: Panel,
    names: Sequence[str],
    *,
    calendar: Calendar = "union",
    start: str | None = None,
    end: str | None = None,
) -> Panel:
    """Levels of daily series on one calendar, without missing values.

    Nothing is carried past the last date on which all series have a figure.

    Parameters
    ----------
    panel : Panel
        Daily series in levels.
    names : sequence of str
        Catalogue ids.
    calendar : {"union", "common", "weekly"}
    start, end : str, optional
        First and last day, inclusive.

    Raises
    ------
    SpecError
        The panel is not daily, or the calendar is not known.
    DataError
        The series have no date in common.
    GapError
        A series is silent for longer than any holiday.
    MissingSeriesError
    """
    if calendar not in DESCRIPTIONS:
        raise SpecError(
            f"The calendar '{calendar}' is not known.", remedy=f"Use one of {[*DESCRIPTIONS]}."
        )
    if calendar == "common":
        return common_days(panel, names, start=start, end=end)
    union = union_days(panel, names, start=start, end=end)
    if calendar == "union":
        return union
    weeks = to_weekly(union)
    last = pd.Timestamp(union.frame.index[-1])
    # A week that has not ended would be shorter than the others.
    whole = weeks.frame[[week.end_time.normalize() <= last for week in weeks.frame.index]]
    return weeks.with_columns(whole, weeks.columns)


def union_days(
    panel: Panel, names: Sequence[str], *, start: str | None = None, end: str | None = None
) -> Panel:
    """Each date on which any market was open; a closed market keeps its last figure."""
    require_daily(panel)
    columns = {name: panel.describe(name) for name in names}
    figures = window_of(panel.frame, start, end).loc[:, list(names)].dropna(how="all")
    together = figures.index[figures.notna().all(axis=1)]
    if together.empty:
        raise DataError(
            f"No day has a figure of each of {', '.join(names)}.",
            remedy="Check the span of each series, or leave one out.",
        )
    figures = figures.loc[together[0] : together[-1]]
    _refuse_silence(figures)
    closed = figures.isna().sum()
    notes = [
        f"{columns[name].label} closed on {closed[name]} of {len(figures)} dates"
        for name in names
        if closed[name]
    ]
    aligned = panel.with_columns(figures.ffill(), columns)
    return replace(aligned, trimmed=(*panel.trimmed, *notes))


def _refuse_silence(figures: pd.DataFrame) -> None:
    """A series silent for longer than a holiday lacks data: its last figure is not carried on."""
    for name in figures.columns:
        dates = figures.index[figures[name].notna()]
        days = np.diff(dates.to_numpy("datetime64[D]")).astype(int)
        if len(days) and days.max() > LONGEST_CLOSURE:
            at = int(days.argmax())
            raise GapError(
                f"The series '{name}' has no value between {label_of(dates[at])} and "
                f"{label_of(dates[at + 1])}, longer than any holiday.",
                remedy="Choose a sample without the gap (start/end), or fill it at the source.",
            )
