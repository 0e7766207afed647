"""The distributed-lag regression behind all that is said about pass-through over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict, Unpack

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column, Panel
from ..errors import SpecError
from .distributed_lag import lag_regressors, require_full_rank
from .options import require_count
from .passthrough import TABLE_HORIZONS, require_log_changes


class LagTerms(TypedDict, total=False):
    """Terms of the regression; see ``distributed_lag``.

    Attributes
    ----------
    lags : int
        L: lags of the exchange rate, 12 by default.
    controls : sequence of str
        Ids that enter with their current value and lags.
    control_lags : int or None
        As many as ``lags`` by default.
    seasonal : bool
        Whether calendar-month dummies enter; by default they do.
    hac_lags : int
        Lags of Bartlett's kernel in covariances, and the longest autoregression of the errors in
        bootstraps; 12 by default.
    """

    lags: int
    controls: Sequence[str]
    control_lags: int | None
    seasonal: bool
    hac_lags: int


@dataclass(frozen=True, eq=False)
class LagRegression:
    r"""Outcome and regressors of :math:`\Delta p_t = x_t' \beta + w_t' \gamma + u_t`.

    Attributes
    ----------
    price, exchange_rate : Column
    y : ndarray, shape (T,)
    x : ndarray, shape (T, L+1)
        Current value and lags of the exchange rate's change.
    w : ndarray, shape (T, r)
        Controls, constant, calendar-month dummies.
    x_names, w_names : tuple of str
    dates : Index, length T
    hac_lags : int
    terms : str
        The regressors in words.
    """

    price: Column
    exchange_rate: Column
    y: np.ndarray
    x: np.ndarray
    w: np.ndarray
    x_names: tuple[str, ...]
    w_names: tuple[str, ...]
    dates: pd.Index
    hac_lags: int
    terms: str

    @property
    def lags(self) -> int:
        """L."""
        return len(self.x_names) - 1

    @property
    def nobs(self) -> int:
        """T."""
        return len(self.y)

    @property
    def sample(self) -> str:
        """First and last period."""
        return span_of(self.dates)

    @property
    def regressors(self) -> np.ndarray:
        """x, then w, shape (T, n)."""
        return np.hstack([self.x, self.w])

    @property
    def frame(self) -> pd.DataFrame:
        """Outcome and regressors by name."""
        names = [self.price.id, *self.x_names, *self.w_names]
        return pd.DataFrame(np.column_stack([self.y, self.x, self.w]), self.dates, names)

    @property
    def setting(self) -> str:
        """Terms and sample, for notes."""
        return f"Regression of {self.price.label} on {self.terms}; {self.sample}, T = {self.nobs}."

    @property
    def headline(self) -> int:
        """Months of the pass-through that is shown where there is room for one: a year."""
        return min(12, self.lags)

    @property
    def horizons(self) -> list[int]:
        """Horizons shown by default: those of the tables that the lags reach, and the headline."""
        return sorted({*(h for h in TABLE_HORIZONS if h <= self.lags), self.headline})

    def sums(self, horizons: Sequence[int]) -> np.ndarray:
        """Rows that cumulate the exchange rate's coefficients, shape (H, L+1).

        Raises
        ------
        SpecError
            A horizon that the lags do not reach.
        """
        beyond = [h for h in horizons if not 0 <= h <= self.lags]
        if beyond or not len(horizons):
            raise SpecError(
                f"Pass-through at {beyond or 'no'} months cannot be summed from {self.lags} lags.",
                remedy=f"Use horizons from 0 to {self.lags}, or more lags.",
            )
        return np.tril(np.ones((self.lags + 1, self.lags + 1)))[list(horizons)]


def lag_regression(
    panel: Panel, price: str, exchange_rate: str, **terms: Unpack[LagTerms]
) -> LagRegression:
    """Outcome and regressors for a price's log changes.

    Parameters
    ----------
    panel : Panel
        Changes in 100 x log differences.
    price, exchange_rate : str
        Ids; the exchange rate rises when the yen weakens.
    **terms
        See ``LagTerms``.

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError
    """
    lags, hac_lags = terms.get("lags", 12), terms.get("hac_lags", 12)
    controls, seasonal = tuple(terms.get("controls", ())), terms.get("seasonal", True)
    chosen = terms.get("control_lags")
    control_lags = lags if chosen is None else chosen
    for key, count in (("lags", lags), ("control_lags", control_lags), ("hac_lags", hac_lags)):
        require_count(key, count, 0)
    data = panel.select([price, exchange_rate, *controls])
    require_log_changes(data.columns, [price, exchange_rate])
    frame = lag_regressors(data.frame, exchange_rate, lags, controls, control_lags, seasonal)
    require_full_rank(frame)
    words = [f"current and {lags} lags of {data.columns[exchange_rate].label}"]
    if controls:
        labels = ", ".join(data.columns[name].label for name in controls)
        words.append(f"{labels} with {control_lags} lags")
    if seasonal:
        words.append("calendar-month dummies")
    values = frame.to_numpy(float)
    return LagRegression(
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        y=data.frame[price].loc[frame.index].to_numpy(float),
        x=values[:, : lags + 1],
        w=values[:, lags + 1 :],
        x_names=tuple(map(str, frame.columns[: lags + 1])),
        w_names=tuple(map(str, frame.columns[lags + 1 :])),
        dates=frame.index,
        hac_lags=hac_lags,
        terms=", ".join(words),
    )
