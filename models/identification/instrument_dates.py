"""Instruments on the dates of a model: a value goes to its own period, or is refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...data.dates import frequency_of, label_of, regular_index, span_of
from ...errors import DataError, GapError, SampleError, SpecError

#: Periods beyond one for each instrument without which nothing is estimated.
FEWEST = 20


def dated(series: pd.Series | pd.DataFrame) -> pd.DataFrame:
    """Instruments as a frame of numbers in the order of their dates.

    Parameters
    ----------
    series : Series or DataFrame
        On a ``PeriodIndex`` or ``DatetimeIndex``, in any order; NaN where not observed.

    Raises
    ------
    SpecError
        If it is something else.
    DataError
        If there are no dates, or values that are not numbers.
    GapError
        If a date occurs twice.
    """
    if not isinstance(series, pd.Series | pd.DataFrame):
        raise SpecError(
            f"The instruments are a {type(series).__name__}, without names and dates.",
            remedy="Pass a Series or a DataFrame with a PeriodIndex or DatetimeIndex.",
        )
    if isinstance(series, pd.Series):
        series = series.to_frame("instrument" if series.name is None else series.name)
    frame = series
    index = frame.index
    if not isinstance(index, pd.PeriodIndex | pd.DatetimeIndex) or index.hasnans:
        raise DataError(
            "An instrument has rows without a date.",
            remedy="Set a PeriodIndex or DatetimeIndex, with a date in each row.",
        )
    if index.has_duplicates:
        twice = label_of(index[index.duplicated()][0])
        raise GapError(f"The instruments have two rows for {twice}.", remedy="Keep one row a date.")
    if frame.columns.has_duplicates or frame.shape[1] == 0:
        raise SpecError("The instruments have no names of their own.", remedy="Name each once.")
    try:
        numbers = frame.astype(float)
    except (TypeError, ValueError):
        raise DataError(
            f"The instruments {', '.join(map(str, frame.columns))} hold something else than "
            "numbers.",
            remedy="Leave cells without a value empty.",
        ) from None
    if np.isinf(numbers.to_numpy()).any():
        raise DataError("An instrument is infinite.", remedy="Leave the cell empty or correct it.")
    return numbers.set_axis(numbers.columns.map(str), axis=1).sort_index()


def on_dates_of(frame: pd.DataFrame, dates: pd.Index) -> np.ndarray:
    """Values on the dates of a model, NaN where there are none, shape (T, m).

    Raises
    ------
    DataError
        If the instruments have another frequency, or several values in a period.
    SampleError
        If none of them has a period in common with the model.
    """
    placed = _in_periods(frame, dates)
    values = placed.reindex(dates).to_numpy(copy=True)
    if not np.isfinite(values).any():
        raise SampleError(
            f"The model ({span_of(dates)}) and the instruments ({_spans(placed)}) have no period "
            "in common.",
            remedy="Use instruments or a sample that overlap.",
        )
    return values


def require_usable(names: Sequence[str], values: np.ndarray, dates: pd.Index) -> None:
    """Refuse instruments of one shock that are observed together too seldom, or do not vary.

    Raises
    ------
    SampleError, DataError
    """
    observed = np.isfinite(values).all(axis=1)
    fewest = FEWEST + len(names)
    where = f" ({span_of(dates[observed])})" if observed.any() else ""
    if observed.sum() < fewest:
        raise SampleError(
            f"{', '.join(names)}: observed in {observed.sum()} periods of the model{where}.",
            remedy=f"At least {fewest} are needed.",
        )
    constant = np.ptp(values[observed], axis=0) == 0
    if constant.any():
        raise DataError(
            f"The instrument {names[constant.argmax()]} does not change in the sample of the "
            f"model{where}.",
            remedy="Use an instrument that varies.",
        )


def coverage_in_words(values: np.ndarray, dates: pd.Index) -> str:
    """In how many periods instruments are observed: ``270 of 396 periods, 1990-01 to 2012-06``."""
    observed = np.isfinite(values).all(axis=1)
    at = np.flatnonzero(observed)
    inside = at[-1] - at[0] + 1 - len(at)
    missing = f", {inside} missing in between" if inside else ""
    return f"{len(at)} of {len(dates)} periods, {span_of(dates[at[[0, -1]]])}{missing}"


def _in_periods(frame: pd.DataFrame, dates: pd.Index) -> pd.DataFrame:
    """The same values on an index that can be looked up by the dates of the model."""
    index = frame.index
    if isinstance(dates, pd.PeriodIndex) and isinstance(index, pd.DatetimeIndex):
        _refuse_coarser(index, dates)
        periods = index.tz_localize(None).to_period(dates.freqstr)
        if periods.has_duplicates:
            twice = periods[periods.duplicated()][0]
            raise DataError(
                f"The instruments have {(periods == twice).sum()} values in {label_of(twice)}, a "
                f"period of the model ({frequency_of(dates)}).",
                remedy="Add up or average them by period first, as fits what they measure.",
            )
        return frame.set_axis(periods, axis=0)
    same = type(index) is type(dates) and (
        not isinstance(index, pd.PeriodIndex) or index.freqstr == getattr(dates, "freqstr", "")
    )
    if not same:
        raise DataError(
            f"The instruments are {_frequency(index)}, from {span_of(index)}; the model is "
            f"{_frequency(dates)}, from {span_of(dates)}.",
            remedy="Bring them to the frequency of the model first.",
        )
    zoned = isinstance(index, pd.DatetimeIndex) and index.tz is not None
    return frame.tz_localize(None) if zoned else frame


def _refuse_coarser(index: pd.DatetimeIndex, dates: pd.PeriodIndex) -> None:
    """Refuse, say, quarterly dates in a monthly model, where they would leave most months out."""
    try:
        found = frequency_of(regular_index(index))
    except DataError:  # dates of events have no regular distance
        return
    order = ("daily", "weekly", "monthly", "quarterly", "annual")
    if order.index(found) > order.index(frequency_of(dates)):
        raise DataError(
            f"The instruments are {found}, from {span_of(index)}; the model is "
            f"{_frequency(dates)}, from {span_of(dates)}.",
            remedy="Use instruments of the model's frequency.",
        )


def _frequency(index: pd.Index) -> str:
    return frequency_of(index) if isinstance(index, pd.PeriodIndex) else "daily"


def _spans(frame: pd.DataFrame) -> str:
    """First and last date of each instrument with a value."""
    found = []
    for name in frame.columns:
        present = frame.index[frame[name].notna().to_numpy()]
        found.append(f"{name}: {span_of(present) if len(present) else 'no value'}")
    return "; ".join(found)
