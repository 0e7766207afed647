"""Calendars: which frequency a column of dates has, and how a date is printed."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import pandas as pd

from ..errors import DataError, GapError, SpecError

Frequency = Literal["monthly", "daily", "weekly", "quarterly", "annual"]

#: What one period is called.
PERIOD_NAMES: dict[Frequency, str] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "annual": "year",
}

#: Median distance between dates in days -> frequency.
_SPACINGS: tuple[tuple[float, float, Frequency], ...] = (
    (0, 5, "daily"),
    (6, 8, "weekly"),
    (27, 32, "monthly"),
    (88, 93, "quarterly"),
    (360, 370, "annual"),
)

_DATE = re.compile(r"\d{4}(?:Q[1-4]|-\d{2}(?:-\d{2})?)?", re.ASCII)

_PERIOD_CODES: dict[str, Frequency] = {
    "M": "monthly",
    "W": "weekly",
    "Q": "quarterly",
    "Y": "annual",
    "D": "daily",
    "B": "daily",
}


def regular_index(index: pd.Index) -> pd.PeriodIndex | pd.DatetimeIndex:
    """Turn dates into periods unless they are days.

    The frequency is read off the median distance between dates, so a skipped month stays
    visible as a skipped period instead of turning the calendar into days.

    Raises
    ------
    DataError
        The index holds no dates, or their distance fits no calendar.
    """
    if isinstance(index, pd.PeriodIndex):
        return index
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError(
            f"The panel's index is {type(index).__name__}, not dates.",
            remedy="Set a PeriodIndex, such as pd.period_range('1999-01', periods=n, freq='M').",
        )
    if index.hasnans:
        raise DataError("A row has no date.", remedy="Give each row its date.")
    dates = index.tz_localize(None)
    if len(dates) < 2:
        return dates
    spacing = float(np.median(np.abs(np.diff(dates.to_numpy("datetime64[s]").astype(float)))))
    days = spacing / 86_400
    for low, high, frequency in _SPACINGS:
        if low <= days <= high:
            return dates if frequency == "daily" else dates.to_period(_code(dates, frequency))
    raise DataError(
        f"The dates are {days:g} days apart at the median: neither days, weeks, months, "
        "quarters nor years.",
        remedy="Bring the series to one of these frequencies first.",
    )


def frequency_of(index: pd.PeriodIndex | pd.DatetimeIndex) -> Frequency:
    """Frequency of a panel's index."""
    if isinstance(index, pd.DatetimeIndex):
        return "daily"
    code = index.freqstr[0]
    if code not in _PERIOD_CODES:
        raise DataError(
            f"Periods of frequency '{index.freqstr}' are not supported.",
            remedy="Use days, weeks, months, quarters or years.",
        )
    return _PERIOD_CODES[code]


def label_of(period: object) -> str:
    """A date as it is printed: ``2026-06`` for months, ``2026-06-30`` for days and weeks."""
    if isinstance(period, pd.Period) and period.freqstr.startswith("W"):
        period = period.end_time
    if isinstance(period, pd.Timestamp):
        return period.strftime("%Y-%m-%d")
    return str(period)


def span_of(dates: pd.Index) -> str:
    """First and last date as they are printed: ``1999-01 to 2025-11``."""
    return f"{label_of(dates[0])} to {label_of(dates[-1])}"


def require_date(text: str) -> pd.Period:
    """Read ``YYYY``, ``YYYYQn``, ``YYYY-MM`` or ``YYYY-MM-DD``; anything else is refused."""
    if _DATE.fullmatch(text):
        try:
            return pd.Period(text)
        except ValueError:
            pass
    raise SpecError(f"'{text}' is not a date.", remedy="Write YYYY-MM or YYYY-MM-DD.")


def refuse_irregular(index: pd.Index) -> None:
    """Refuse duplicated, unordered or (for periods) skipped dates."""
    if index.has_duplicates:
        twice = label_of(index[index.duplicated()][0])
        raise GapError(f"The date {twice} occurs twice.", remedy="Keep one row a date.")
    if not index.is_monotonic_increasing:
        at = int((index[1:] < index[:-1]).argmax())
        raise GapError(
            f"The dates are not in order: {label_of(index[at + 1])} stands after "
            f"{label_of(index[at])}.",
            remedy="Sort the rows by date.",
        )
    if isinstance(index, pd.PeriodIndex) and len(index) > 1:
        steps = np.diff(index.asi8)
        if (steps != 1).any():
            at = int((steps != 1).argmax())
            raise GapError(
                f"No row between {label_of(index[at])} and {label_of(index[at + 1])}.",
                remedy="Add the missing periods, or use a sample without the gap.",
            )


def _code(dates: pd.DatetimeIndex, frequency: Frequency) -> str:
    if frequency != "weekly":
        return {"monthly": "M", "quarterly": "Q", "annual": "Y"}[frequency]
    # Weeks end on the day on which all figures are struck, if there is one such day.
    days = dates.day_name().str[:3].str.upper().unique()
    return f"W-{days[0]}" if len(days) == 1 else "W-SUN"
