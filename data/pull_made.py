"""Series of the catalogue made of what arrived: as published, or months of daily figures."""

from __future__ import annotations

from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import SourceError
from .catalog import Entry, Recipe
from .dates import label_of
from .frequency import MAX_DAYS_TO_MONTH_END, months_of
from .sources.protocol import Arrived
from .stored_series import StoredSeries

_REPORT = "Please report it with the code; the publisher may have changed its format."


def make(entry: Entry, recipe: Recipe, arrived: Arrived, today: date) -> StoredSeries:
    """The series of an entry.

    Means and ends of months follow the rules of :func:`~yenloop.data.frequency.to_monthly`, and
    the last month is left empty until all of its figures are there.

    Parameters
    ----------
    entry : Entry
    recipe : Recipe
    arrived : Arrived
    today : date
        On which it arrived.

    Raises
    ------
    SourceError
        What arrived does not make the series.
    """
    _refuse_unusable(entry, recipe, arrived)
    values, notes = arrived.values, arrived.notes
    if recipe.make != "as published":
        values, until = _monthly(arrived.values, recipe, today)
        if until:
            notes = (*notes, f"{until} is left empty: it is not complete")
    return StoredSeries(
        entry,
        values.rename(entry.column.id),
        recipe.make if recipe.make == "as published" else f"{recipe.make} of {recipe.code}",
        arrived.bodies,
        published_unit=arrived.unit,
        updated=arrived.updated,
        notes=notes,
    )


def _refuse_unusable(entry: Entry, recipe: Recipe, arrived: Arrived) -> None:
    index, figures = arrived.values.index, arrived.values.to_numpy("float64")
    needed = entry.column.frequency if recipe.make == "as published" else "daily"
    kind = pd.PeriodIndex if needed == "monthly" else pd.DatetimeIndex
    fault = ""
    if not isinstance(index, kind):
        fault = f"the figures are not {needed}"
    elif not (index.is_monotonic_increasing and index.is_unique):
        fault = "the dates are not in order, each once"
    elif np.isinf(figures).any():
        fault = "a figure is infinite"
    elif not np.isfinite(figures).any():
        fault = "there are no figures"
    if fault:
        raise SourceError(f"{recipe.source} {recipe.code}: {fault}.", remedy=_REPORT)


def _monthly(days: pd.Series, recipe: Recipe, today: date) -> tuple[pd.Series, str]:
    """Months on their whole calendar, and the last one where it is not complete."""
    if recipe.make == "month sum":
        # A month with a day that is listed without a figure has no sum.
        months = days.groupby(pd.DatetimeIndex(days.index).to_period("M")).agg(_sum)
    else:
        observed: Literal["mean", "end"] = "mean" if recipe.make == "month mean" else "end"
        days = days.dropna()
        months, _ = months_of(days, observed)
    months = months.reindex(pd.period_range(months.index[0], months.index[-1], freq="M"))
    if _is_complete(pd.DatetimeIndex(days.index)[-1], recipe.lag, today):
        return months, ""
    last = months.index[-1]
    return months.where(months.index < last), label_of(last)


def _is_complete(last_day: pd.Timestamp, lag: int, today: date) -> bool:
    """Whether no later figure of the month of the last one is to come."""
    month_end = last_day.to_period("M").end_time.normalize()
    if last_day >= pd.offsets.BDay().rollback(month_end):
        return True
    # A holiday may close the month: then nothing more came in the week after it was due.
    due = month_end + pd.Timedelta(days=lag)
    closed = month_end - last_day <= pd.Timedelta(days=MAX_DAYS_TO_MONTH_END)
    return closed and pd.Timestamp(today) >= due + pd.Timedelta(days=7)


def _sum(days: pd.Series) -> float:
    return float(days.sum(skipna=False))
