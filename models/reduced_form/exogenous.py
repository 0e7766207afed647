"""Exogenous columns of a VAR: their lags, and their values ahead of the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...data.dates import label_of, span_of
from ...errors import SpecError

if TYPE_CHECKING:
    from .base import ReducedForm


def exogenous_terms(frame: pd.DataFrame, lags: int) -> pd.DataFrame:
    """Current values, then all columns one period back, ... ``lags`` back.

    Returns
    -------
    DataFrame, shape (T, columns * (lags + 1))
        Columns ``brent``, ``brent.l1``, ...; missing in the first ``lags`` rows.
    """
    held = [frame, *(frame.shift(lag).add_suffix(f".l{lag}") for lag in range(1, lags + 1))]
    return pd.concat(held, axis=1)


def future_exogenous(
    reduced: ReducedForm, dates: pd.Index, given: pd.DataFrame | None
) -> np.ndarray:
    """Exogenous terms of the periods ahead, shape (S, columns * (lags + 1)).

    Lags reach back into the sample; current values are those of ``given``, by date where its
    index holds dates, otherwise in its order.

    Raises
    ------
    SpecError
        If the model has exogenous columns and ``given`` does not say what they will be, or has
        none and something is given.
    """
    names = list(reduced.spec.exog or ())
    if not names:
        if given is not None:
            raise SpecError(
                "exog= was given, and the model has no exogenous columns.",
                remedy="Leave it out, or name the columns in the specification of the model.",
            )
        return np.empty((len(dates), 0))
    lags = len(reduced.exogenous_terms) // len(names) - 1
    if given is None or [name for name in names if name not in given] or len(given) < len(dates):
        raise SpecError(
            f"The model has exogenous columns ({', '.join(names)}), whose future values "
            f"a forecast of {len(dates)} periods needs.",
            remedy="Pass exog= with these columns for each period ahead.",
        )
    ahead = _periods_ahead(given[names], dates)
    if ahead.isna().any(axis=None):
        raise SpecError(
            "Future values of the exogenous columns are missing.",
            remedy="Fill them in for each period ahead.",
        )
    place = [reduced.z_names.index(name) for name in names]
    known = reduced.z[-lags:, place] if lags else np.empty((0, len(names)))
    path = pd.DataFrame(np.vstack([known, ahead.to_numpy(float)]), columns=names)
    return exogenous_terms(path, lags).to_numpy()[lags:]


def _periods_ahead(given: pd.DataFrame, dates: pd.Index) -> pd.DataFrame:
    """The rows of these dates; of a frame without dates the first ones.

    Raises
    ------
    SpecError
        If the frame has dates, but not all of these: its rows would belong to other periods.
    """
    index = given.index
    if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex):
        return given.iloc[: len(dates)]
    if isinstance(dates, pd.PeriodIndex):
        index = pd.PeriodIndex(index, freq=dates.freq)
    absent = dates[~dates.isin(index)]
    if len(absent) or index.has_duplicates:
        fault = f"no row for {label_of(absent[0])}" if len(absent) else "a date twice"
        raise SpecError(
            f"The future values of {', '.join(map(str, given))} have {fault}; the forecast is of "
            f"{span_of(dates)}.",
            remedy="Give one row for each of these dates, or rows without dates in their order.",
        )
    return given.set_axis(index, axis=0).loc[dates]
