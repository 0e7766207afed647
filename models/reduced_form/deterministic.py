"""Deterministic terms of a VAR: constant, trend, seasonal dummies, dummies of single periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from ...data.dates import label_of, span_of
from ...data.panel import window_of
from ...errors import SpecError

Trend = Literal["n", "c", "ct"]

#: A period, or the first and the last of a run of periods.
Outlier = str | tuple[str, str]

#: How the names of dummies of single periods begin.
OUTLIER = "outlier_"

_SEASONS = {"M": ("month", 12), "Q": ("quarter", 4)}


def deterministic_terms(
    index: pd.Index, *, trend: Trend, seasonal: bool, first: int = 1
) -> pd.DataFrame:
    """Constant, trend and seasonal dummies for the periods of ``index``.

    Parameters
    ----------
    index : PeriodIndex or DatetimeIndex
    trend : {"n", "c", "ct"}
        None, a constant, a constant and a linear trend.
    seasonal : bool
        11 monthly or 3 quarterly dummies, centred (1 - 1/S in the season, -1/S elsewhere), so
        that the constant keeps its meaning; the year's last season is the base.
    first : int
        Value of the trend in the first period. It counts from 1 in the first period of the data
        (the presample included), so that it does not move with the number of lags.

    Returns
    -------
    DataFrame, shape (len(index), m)
        Columns ``const``, ``trend``, ``month_01`` ... ``month_11`` (or ``quarter_1`` ...).
    """
    terms: dict[str, np.ndarray] = {}
    if trend in ("c", "ct"):
        terms["const"] = np.ones(len(index))
    if trend == "ct":
        terms["trend"] = np.arange(first, first + len(index), dtype=float)
    if seasonal:
        terms |= _seasonal_dummies(index)
    return pd.DataFrame(terms, index=index, dtype=float)


def outlier_dummies(index: pd.Index, outliers: Sequence[Outlier]) -> pd.DataFrame:
    """One dummy for each period named, so that it has no say in the coefficients.

    Parameters
    ----------
    index : PeriodIndex or DatetimeIndex
    outliers : sequence of str or (str, str)
        Periods, or first and last of a run of them.

    Returns
    -------
    DataFrame, shape (len(index), d)
        Columns such as ``outlier_2020-04``, in the order of time.

    Raises
    ------
    SpecError
        If a period is not in ``index``.
    """
    places = pd.DataFrame({"row": np.arange(len(index))}, index=index)
    rows: set[int] = set()
    for outlier in outliers:
        first, last = (outlier, outlier) if isinstance(outlier, str) else outlier
        found = window_of(places, first, last)["row"]
        if found.empty:
            raise SpecError(
                f"The outlier {first}{'' if first == last else f' to {last}'} is not in the sample "
                f"({span_of(index)}).",
                remedy="Name periods of the sample, the presample left out.",
            )
        rows.update(found.tolist())
    ordered = sorted(rows)
    names = [f"{OUTLIER}{label_of(index[row])}" for row in ordered]
    dummies = np.zeros((len(index), len(ordered)))
    dummies[ordered, np.arange(len(ordered))] = 1.0
    return pd.DataFrame(dummies, index=index, columns=names)


def next_periods(index: pd.Index, steps: int) -> pd.Index:
    """The ``steps`` periods that follow ``index``; for daily data the next weekdays."""
    if isinstance(index, pd.PeriodIndex):
        return pd.period_range(index[-1] + 1, periods=steps)
    return pd.bdate_range(index[-1] + pd.offsets.BDay(), periods=steps)


def _seasonal_dummies(index: pd.Index) -> dict[str, np.ndarray]:
    frequency = index.freqstr[:1] if isinstance(index, pd.PeriodIndex) else ""
    if not isinstance(index, pd.PeriodIndex) or frequency not in _SEASONS:
        raise SpecError(
            "Seasonal dummies need monthly or quarterly periods.",
            remedy="Use a PeriodIndex of months or quarters, or seasonal=False.",
        )
    word, seasons = _SEASONS[frequency]
    season = np.asarray(index.month if frequency == "M" else index.quarter)
    width = 2 if frequency == "M" else 1
    return {
        f"{word}_{s:0{width}d}": np.where(season == s, 1.0, 0.0) - 1 / seasons
        for s in range(1, seasons)
    }
