"""Frequency: days on which all markets are open, and daily quotations as months or weeks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, SpecError
from .panel import Column, Panel, label_of, window_of

#: Longest stretch between two figures of a series that counts as holidays, in calendar days:
#: Tokyo was closed from 27 April to 6 May 2019, New York from 11 to 16 September 2001.
LONGEST_CLOSURE = 12

#: A month with fewer quotations than this is left empty.
MIN_QUOTATIONS = 10

#: A last quotation earlier than this many days before the month's end is no month end.
MAX_DAYS_TO_MONTH_END = 7


def common_days(
    panel: Panel,
    names: Iterable[str],
    *,
    start: str | None = None,
    end: str | None = None,
    max_gap_days: int = LONGEST_CLOSURE,
) -> Panel:
    """The days on which each of the series is quoted.

    Changes between them span the days on which one of the markets was closed, for all series
    alike. ``trimmed`` says how many days were left out.

    Parameters
    ----------
    panel : Panel
        Daily series.
    names : iterable of str
        Catalogue ids.
    start, end : str, optional
        First and last day, inclusive.
    max_gap_days : int
        Longest stretch of calendar days between two such days.

    Raises
    ------
    GapError
        A longer stretch without a common day.
    DataError, MissingSeriesError, SpecError
    """
    require_daily(panel)
    wanted = list(names)
    columns = {name: panel.describe(name) for name in wanted}
    frame = window_of(panel.frame, start, end).loc[:, wanted]
    open_days = frame.dropna()
    if open_days.empty:
        raise DataError(
            f"No day has a quotation of each of {', '.join(wanted)}.",
            remedy="Check the span of each series, or leave one out.",
        )
    inside = frame.loc[open_days.index[0] : open_days.index[-1]].dropna(how="all")
    gaps = np.diff(open_days.index.to_numpy("datetime64[D]")).astype(int)
    if len(gaps) and gaps.max() > max_gap_days:
        at = int(gaps.argmax())
        before, after = open_days.index[at], open_days.index[at + 1]
        absent = inside.loc[before:after].iloc[1:-1].isna().sum().idxmax()
        raise GapError(
            f"No common day between {label_of(before)} and {label_of(after)} "
            f"(most often missing: '{absent}').",
            remedy="Start after the gap, or leave that series out.",
        )
    closed = len(inside) - len(open_days)
    note = f"{closed} of {len(inside)} days left out on which a market was closed"
    common = panel.with_columns(open_days, columns)
    return replace(common, trimmed=(*panel.trimmed, note)) if closed else common


def to_monthly(
    panel: Panel,
    names: Iterable[str] | None = None,
    observed: Literal["mean", "end"] = "mean",
    *,
    min_quotations: int = MIN_QUOTATIONS,
) -> Panel:
    """Daily quotations as month means or month ends.

    Months with fewer than ``min_quotations`` are empty, and so is a month end whose last
    quotation is more than a week before the month's end. The id says what the figure is:
    ``us10y_daily`` becomes ``us10y`` or ``us10y_eom``. ``trimmed`` names a last month that is
    not complete.

    Raises
    ------
    SpecError
        The panel is not daily, ``observed`` is neither mean nor end, or two series would have
        one id.
    """
    require_daily(panel)
    if observed not in ("mean", "end"):
        raise SpecError(f"observed = {observed!r} is not known.", remedy='Use "mean" or "end".')
    figures, columns, notes = {}, {}, []
    for name in panel.names if names is None else names:
        column = _monthly_column(panel.describe(name), observed)
        if column.id in columns:
            raise SpecError(
                f"Two series would be '{column.id}'.", remedy="Convert one of them only."
            )
        months, until = months_of(panel.frame[name].dropna(), observed, min_quotations)
        figures[column.id], columns[column.id] = months, column
        if until:
            notes.append(f"{column.id}: the last month has quotations to {until} only")
    frame = pd.DataFrame(figures)
    calendar = pd.period_range(frame.index.min(), frame.index.max(), freq="M")
    return Panel(frame.reindex(calendar), columns, panel.source, (*panel.trimmed, *notes))


def months_of(
    quotations: pd.Series,
    observed: Literal["mean", "end"],
    min_quotations: int = MIN_QUOTATIONS,
) -> tuple[pd.Series, str]:
    """Monthly figures by the rules of :func:`to_monthly`; months without a quotation are absent.

    Returns
    -------
    months : pandas.Series
        On a monthly ``PeriodIndex``.
    until : str
        Last day of quotations where the last month has a mean and is not complete.
    """
    month = pd.DatetimeIndex(quotations.index).to_period("M")
    by_month = quotations.groupby(month)
    last_days = quotations.index.to_series().groupby(month).max()
    days_left = pd.PeriodIndex(last_days.index).end_time.normalize() - pd.DatetimeIndex(last_days)
    complete = days_left <= pd.Timedelta(days=MAX_DAYS_TO_MONTH_END)
    usable = (by_month.count() >= min_quotations).to_numpy()
    if observed == "end":
        return by_month.last().where(usable & complete), ""
    partial = bool(len(usable)) and bool(usable[-1]) and not complete[-1]
    return by_month.mean().where(usable), label_of(quotations.index[-1]) if partial else ""


def to_weekly(
    panel: Panel,
    names: Iterable[str] | None = None,
    observed: Literal["mean", "end"] = "end",
    *,
    carry: bool = False,
) -> Panel:
    """Daily quotations as weeks that end on Friday.

    Parameters
    ----------
    panel : Panel
        Daily series.
    names : iterable of str, optional
        Catalogue ids; all by default.
    observed : {"end", "mean"}
        The week's last quotation, or its mean.
    carry : bool
        For a market that is closed all week, take the quotation of the week before, which is the
        last one struck (Tokyo in the first week of May 2019). ``trimmed`` names these weeks.
        Otherwise the week is empty.
    """
    require_daily(panel)
    if observed not in ("mean", "end") or (carry and observed == "mean"):
        raise SpecError(
            f"Weeks with observed = {observed!r} and carry = {carry} are not defined.",
            remedy='Use observed = "end" (with carry or not) or "mean" (without).',
        )
    wanted = panel.names if names is None else list(names)
    columns = {
        name: replace(
            panel.describe(name),
            frequency="weekly",
            observed=observed,
            transform=f"week's {'last quotation' if observed == 'end' else 'mean'}",
        )
        for name in wanted
    }
    days = panel.frame.loc[:, wanted]
    weeks = days.groupby(pd.DatetimeIndex(days.index).to_period("W-FRI"))
    frame = weeks.last() if observed == "end" else weeks.mean()
    frame = frame.reindex(pd.period_range(frame.index[0], frame.index[-1], freq="W-FRI"))
    notes = []
    if carry:
        filled = frame.ffill(limit=1).where(frame.bfill().notna())
        for name in wanted:
            closed = frame.index[(frame[name].isna() & filled[name].notna()).to_numpy()]
            if len(closed):
                weeks_named = ", ".join(label_of(week) for week in closed)
                notes.append(f"{name}: last quotation carried over the weeks to {weeks_named}")
        frame = filled
    return Panel(frame, columns, panel.source, (*panel.trimmed, *notes))


def require_daily(panel: Panel) -> None:
    """Refuse a panel of months or weeks where days are needed."""
    if not isinstance(panel.frame.index, pd.DatetimeIndex):
        raise SpecError("The panel is not daily.", remedy="Pass the daily panel (Data.daily).")


def _monthly_column(column: Column, observed: Literal["mean", "end"]) -> Column:
    base = column.id.removesuffix("_daily")
    if observed == "end":
        name, label = f"{base}_eom", f"{column.label} (month end)"
    else:
        name, label = base if base != column.id else f"{base}_mean", column.label
    text = "month mean of daily quotations" if observed == "mean" else "month's last quotation"
    return replace(
        column, id=name, label=label, frequency="monthly", observed=observed, transform=text
    )
