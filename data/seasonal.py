"""Seasonal adjustment of monthly series: by month dummies, or by STL where it may look ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pandas as pd

from ..errors import SampleError, SpecError
from .panel import Column, Panel

SeasonalMethod = Literal["dummies", "stl"]

#: Years of data that an adjustment needs at least.
MIN_YEARS = 3


def seasonally_adjust(
    panel: Panel,
    names: Iterable[str],
    method: SeasonalMethod = "dummies",
    *,
    real_time: bool = False,
) -> Panel:
    """Take the season out of monthly series.

    ``dummies`` regresses the change on twelve month dummies and takes out the effects less their
    average, so that effects sum to zero over a year and growth over any twelve months stays as it
    was. A level is adjusted through its changes. ``stl`` takes out the seasonal component of
    Cleveland et al. (1990), robust, with a seasonal window of 13; it uses later observations, so
    the column is marked ``two_sided``.

    Parameters
    ----------
    panel : Panel
        Monthly series; levels (best in logs) for ``stl``, changes or levels for ``dummies``.
    names : iterable of str
        Series to adjust.
    method : {"dummies", "stl"}
        How.
    real_time : bool
        Whether the figures serve real-time or out-of-sample work.

    Raises
    ------
    SpecError
        STL in real time, or of a change; a series that is not monthly; an unknown method.
    SampleError
        Fewer than three years of data.
    GapError
    """
    chosen = list(names)
    if method not in ("dummies", "stl"):
        raise SpecError(
            f"Seasonal adjustment '{method}' is not known.", remedy='Use "dummies" or "stl".'
        )
    if method == "stl" and real_time and chosen:
        raise SpecError(
            f"STL of {', '.join(chosen)} would use observations that were not yet there.",
            remedy='Use "dummies" in real-time and out-of-sample work.',
        )
    frame, columns = panel.frame.copy(), dict(panel.columns)
    for name in chosen:
        column = panel.describe(name)
        values = panel.select([name]).frame[name]
        _require_months(column, len(values))
        if method == "stl":
            adjusted, columns[name] = _by_stl(values, column)
        else:
            adjusted, columns[name] = _by_dummies(values, column)
        frame[name] = adjusted.reindex(frame.index)
    return panel.with_columns(frame, columns)


def _by_dummies(values: pd.Series, column: Column) -> tuple[pd.Series, Column]:
    change = values if column.differenced else values.diff()
    month = pd.PeriodIndex(change.index).month
    effects = change.groupby(month).mean()
    season = (effects - effects.mean()).loc[month].set_axis(change.index)
    if not column.differenced:
        # The level starts as published and carries the effects of the months since.
        season = season.cumsum() - season.iloc[0]
    return values - season, column.after("seasonally adjusted by month dummies")


def _by_stl(values: pd.Series, column: Column) -> tuple[pd.Series, Column]:
    from statsmodels.tsa.seasonal import STL

    if column.differenced:
        raise SpecError(
            f"STL adjusts levels, and '{column.id}' is a change.",
            remedy="Adjust before differences are taken.",
        )
    seasonal = STL(values.to_numpy(), period=12, seasonal=13, robust=True).fit().seasonal
    step = "seasonally adjusted by STL (two-sided)"
    return values - seasonal, column.after(step, two_sided=True)


def _require_months(column: Column, length: int) -> None:
    if column.frequency != "monthly":
        raise SpecError(
            f"'{column.id}' is {column.frequency}; seasons are removed from monthly series.",
            remedy="Leave it unadjusted.",
        )
    if length < 12 * MIN_YEARS:
        raise SampleError(
            f"'{column.id}' has {length} months, too few to know its season.",
            remedy=f"Use at least {MIN_YEARS} years, or leave it unadjusted.",
        )
