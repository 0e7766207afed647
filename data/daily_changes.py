"""A daily series on its own trading days: its level as changes are shown, and changes at events."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .dates import label_of
from .events import Events, first_rows_after
from .frequency import LONGEST_CLOSURE, require_daily
from .panel import Column, Panel
from .transforms import log_level


def own_days(panel: Panel, name: str) -> tuple[pd.Series, Column]:
    """A series on the days on which it is quoted: yields as they are, prices in 100 x log.

    Differences of it are changes in percentage points and in per cent.

    Raises
    ------
    SpecError
        The panel is not daily.
    MissingSeriesError, DataError
    """
    require_daily(panel)
    column = panel.describe(name)
    quoted = panel.frame.loc[:, [name]].dropna()
    alone = Panel(quoted, {name: column}, panel.source)
    if column.response_unit != "bp":
        alone = log_level(alone)
    return alone.frame[name], alone.columns[name]


def changes_around(
    figures: pd.Series, column: Column, announced: pd.DatetimeIndex, offsets: np.ndarray
) -> np.ndarray:
    """Changes from the last figure before each announcement to those around it.

    Parameters
    ----------
    figures : Series, length T
        From :func:`own_days`.
    column : Column
        Its clock says which figure is the first to know of an announcement.
    announced : DatetimeIndex, length n
    offsets : ndarray of int, shape (H,)
        Trading days from the first figure after the announcement, which is 0; -1 is the last one
        before, from which the changes run.

    Returns
    -------
    ndarray, shape (n, H)
        NaN where the series has no figure, or where it was silent in between for longer than any
        holiday.
    """
    dates = pd.DatetimeIndex(figures.index)
    rows = first_rows_after(column, dates, announced)[:, None]
    at, before = rows + offsets, rows - 1
    inside = (rows > 0) & (rows < len(dates)) & (at >= 0) & (at < len(dates))
    at, before = np.where(inside, at, 0), np.where(inside, before, 0)
    days = dates.to_numpy("datetime64[D]")
    silences = np.cumsum(np.diff(days, prepend=days[:1]).astype(int) > LONGEST_CLOSURE)
    values = figures.to_numpy(float)
    return np.where(
        inside & (silences[at] == silences[before]), values[at] - values[before], np.nan
    )


def changes_at_events(figures: pd.Series, column: Column, events: Events) -> tuple[pd.Series, str]:
    """The series' change in each row that is the first to know of an event, zero in all others.

    Two events between the same two figures are one change. Where the change at an event is not
    known, so is the row: NaN.

    Returns
    -------
    changes : Series, length T
    note : str
        Which events lie in a gap of the series, or nothing.
    """
    rows = first_rows_after(column, pd.DatetimeIndex(figures.index), events.announced)
    inside = (rows > 0) & (rows < len(figures))
    found = changes_around(figures, column, events.announced, np.array([0]))[:, 0]
    changes = np.zeros(len(figures))
    changes[rows[inside]] = found[inside]
    gaps = [label_of(day) for day in events.days[inside & np.isnan(found)]]
    note = f"{column.id} has a gap at {', '.join(gaps)}" if gaps else ""
    return pd.Series(changes, figures.index, name=column.id), note
