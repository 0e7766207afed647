r"""Monthly instruments made of daily changes at dated events.

The change of a yield or of the yen between the last figure struck before an announcement and the
first struck after it is a surprise. Two ways lead from days to months:

``month mean``  the change of the month mean of cumulated surprises, as Gertler and Karadi (2015)
    have it. A surprise on day d lifts the level from d on, and so the mean of that month only by
    the share of its days that are left and the mean of the next month by the rest. This is how it
    enters a VAR whose variables are changes of month means, so it is the default.
``sum``  the sum over the month's days: for variables struck at the month's end. Among month means
    it dates a decision of the 31st a month before most of its effect: with decisions in the
    middle of the month the first stage explains half as much as with ``month mean``.

The first is predictable from the surprises of the month before and correlates with the last
residual of the VAR: that is no fault of an instrument of an invertible VAR, but local projections
need a lag of the surprises as a control. Months without an event are zeros; outside the span of
the events or of the series there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

import pandas as pd

from ..errors import DataError, SpecError
from .daily_changes import changes_at_events, own_days
from .events import DECISIONS, FOMC, INTERVENTIONS, Events
from .frequency import MAX_DAYS_TO_MONTH_END, MIN_QUOTATIONS
from .joining import side_by_side
from .panel import Column, Panel

if TYPE_CHECKING:
    from .sources.files import Data

Timing = Literal["month mean", "sum"]

#: Series whose changes at events are instruments of the loop, by the events' name.
LOOP_CHANGES: Mapping[str, tuple[str, ...]] = {
    DECISIONS: ("jgb2y_daily", "jgb10y_daily", "usdjpy_h10_daily"),
    FOMC: ("usdjpy_h10_daily",),
    INTERVENTIONS: ("usdjpy_h10_daily",),
}

_IN_WORDS = {
    "month mean": "change at announcements, cumulated; month mean; difference",
    "sum": "change at announcements, summed over the month",
}


def event_instruments(
    panel: Panel, events: Events, names: Iterable[str], *, timing: Timing = "month mean"
) -> Panel:
    """Changes of daily series at events, by month.

    Parameters
    ----------
    panel : Panel
        Daily levels with clocks.
    events : Events
    names : iterable of str
        Catalogue ids.
    timing : {"month mean", "sum"}
        From days to months: see the module.

    Returns
    -------
    Panel
        Monthly; ``jgb10y_daily`` at ``boj_decisions`` becomes ``jgb10y_at_boj_decisions``, in
        percentage points (yields) or per cent.

    Raises
    ------
    SpecError
        The panel is not daily, a series has no clock, or the timing is not known.
    DataError
        A series has no month in common with the events.
    MissingSeriesError
    """
    figures, columns, notes = {}, {}, []
    for name in names:
        level, column = own_days(panel, name)
        changes, note = changes_at_events(level, column, events)
        months = _by_month(changes, timing, _whole_months(changes.index))
        described = _column(column, events, timing)
        figures[described.id] = _within(months, events, described.id)
        columns[described.id] = described
        notes += [note] if note else []
    frame = pd.DataFrame(figures)
    calendar = pd.period_range(frame.index.min(), frame.index.max(), freq="M")
    return Panel(frame.reindex(calendar), columns, panel.source, tuple(notes))


def size_instrument(events: Events, *, timing: Timing = "month mean") -> Panel:
    """The sizes of events by month, in their own unit; every calendar day counts alike.

    Raises
    ------
    DataError
        The events have no sizes.
    """
    if events.sizes is None:
        raise DataError(
            f"The {events.label} ({events.source}) have no sizes.",
            remedy="Name their column in the mapping: size and unit.",
        )
    first, last = events.days[0].to_period("M"), events.days[-1].to_period("M")
    days = pd.date_range((first - 1).start_time, last.end_time.normalize())
    sizes = events.sizes.reindex(days, fill_value=0.0)
    name = f"{events.name}_size"
    months = _within(_by_month(sizes, timing, _whole_months(days)), events, name)
    described = Column(
        name,
        f"{events.label}, size",
        events.unit,
        events.publisher,
        observed="sum" if timing == "sum" else "mean",
        transform=_IN_WORDS[timing].replace("change at announcements", "sizes"),
    )
    return Panel(months.to_frame(name), {name: described}, events.source)


def loop_instruments(data: Data, *, timing: Timing = "month mean") -> Panel | None:
    """All instruments of the loop: those of files, and those made of daily changes at events.

    Parameters
    ----------
    data : Data
    timing : {"month mean", "sum"}
        Of those made here.

    Returns
    -------
    Panel or None
        None where there are none.
    """
    panels = [] if data.instruments is None else [data.instruments]
    for kind, wanted in LOOP_CHANGES.items():
        if kind in data.events and data.daily is not None:
            names = [name for name in wanted if name in data.daily.names]
            if names:
                panels.append(
                    event_instruments(data.daily, data.events[kind], names, timing=timing)
                )
    return side_by_side(panels) if panels else None


def _by_month(changes: pd.Series, timing: Timing, whole: pd.Series) -> pd.Series:
    """Daily changes as months; a month with an unknown change is unknown, as is the next mean."""
    if timing not in get_args(Timing):
        raise SpecError(
            f"The timing '{timing}' is not known.", remedy=f"Use one of {[*get_args(Timing)]}."
        )
    month = pd.DatetimeIndex(changes.index).to_period("M")
    known = whole & changes.notna().groupby(month).all().reindex(whole.index, fill_value=False)
    if timing == "sum":
        return changes.groupby(month).sum().reindex(whole.index).where(known)
    means = changes.fillna(0.0).cumsum().groupby(month).mean()
    return means.reindex(whole.index).where(known).diff()


def _whole_months(days: pd.Index) -> pd.Series:
    """Whether a month is quoted from its beginning to its end."""
    dates = pd.Series(pd.DatetimeIndex(days), index=pd.DatetimeIndex(days).to_period("M"))
    by_month = dates.groupby(level=0)
    first, last = by_month.min(), by_month.max()
    months = pd.PeriodIndex(first.index)
    late = pd.DatetimeIndex(first) - months.start_time
    early = months.end_time.normalize() - pd.DatetimeIndex(last)
    limit = pd.Timedelta(days=MAX_DAYS_TO_MONTH_END)
    whole = (by_month.count() >= MIN_QUOTATIONS) & (late <= limit) & (early <= limit)
    return whole.reindex(pd.period_range(months[0], months[-1], freq="M"), fill_value=False)


def _within(months: pd.Series, events: Events, name: str) -> pd.Series:
    """The months from the first event to the last: of others nobody knows whether any was."""
    first, last = events.days[0].to_period("M"), events.days[-1].to_period("M")
    inside = months.loc[first:last]
    if inside.notna().sum() == 0:
        raise DataError(
            f"'{name}' has no month: the events run from {first} to {last}, the daily figures from "
            f"{months.index[0]} to {months.index[-1]}.",
            remedy="Supply days and figures of the same years.",
        )
    return inside


def _column(column: Column, events: Events, timing: Timing) -> Column:
    yields = column.response_unit == "bp"
    return replace(
        column,
        id=f"{column.id.removesuffix('_daily')}_at_{events.name}",
        label=f"{column.label}: {events.label}",
        unit="percentage points" if yields else "%",
        frequency="monthly",
        observed="sum" if timing == "sum" else "mean",
        market=False,
        transform=_IN_WORDS[timing],
        response_unit="",
        response_scale=1.0,
    )
