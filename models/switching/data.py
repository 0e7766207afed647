"""What a switching regression is fitted to: arrays, names, dates, and the one-regime fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ...data.dates import PERIOD_NAMES, span_of
from ...data.panel import Column, Panel
from ...errors import NumericalError, SampleError
from ...estimation.least_squares import lagged_design, least_squares
from ...estimation.switching_design import SwitchingParameters

#: What switches: the coefficients, the variance, or both; ``linear`` is one regime.
Switch = Literal["coefficients", "variance", "both"]

#: Name of the constant among the regressors.
CONSTANT = "const"

#: Fewer observations than this per parameter of the linear model are refused.
_OBSERVATIONS_PER_PARAMETER = 5


@dataclass(frozen=True, eq=False)
class SwitchingData:
    """A response, its regressors and its regimes-to-be.

    Attributes
    ----------
    response : str
        Id of the column that is explained.
    switching, common : tuple of str
        Regressors whose coefficients may switch, and those whose may not.
    columns : Mapping[str, Column]
        What each column is.
    y, x, w : ndarray, shapes (T,), (T, nx), (T, nw)
        Response, ``switching`` and ``common`` regressors.
    index : Index
        The T dates; across a mask they jump.
    stretches : ndarray of int, shape (S, 2)
        First row and end of each run of neighbouring dates.
    regimes, lags : int
    switching_ar : bool
        Whether the autoregressive coefficients switch with the other coefficients.
    mask : tuple of str, optional
        First and last period left out.
    """

    response: str
    switching: tuple[str, ...]
    common: tuple[str, ...]
    columns: Mapping[str, Column]
    y: np.ndarray
    x: np.ndarray
    w: np.ndarray
    index: pd.Index
    stretches: np.ndarray
    regimes: int
    lags: int = 0
    switching_ar: bool = False
    mask: tuple[str, str] | None = None

    @property
    def used(self) -> np.ndarray:
        """Rows with a density: all but the first ``lags`` of each stretch."""
        return np.concatenate([np.arange(a + self.lags, b) for a, b in self.stretches])

    @property
    def sample(self) -> str:
        """First and last period, and what was left out between them."""
        ends = span_of(self.index)
        left_out = f" without {self.mask[0]} to {self.mask[1]}" if self.mask else ""
        return f"{ends}{left_out}"

    @property
    def period(self) -> str:
        """Word for the periods in which durations are counted."""
        return f"{PERIOD_NAMES[self.columns[self.response].frequency]}s"

    def with_response(self, y: np.ndarray) -> SwitchingData:
        """The same regressors and dates with another response (a simulated one)."""
        return replace(self, y=y)


@dataclass(frozen=True, slots=True)
class LinearFit:
    """The model with one regime, by least squares.

    Attributes
    ----------
    parameters : SwitchingParameters
        With one regime: ``switching`` (1, nx), ``common`` (nw,), ``variance`` (1,), ``ar`` (1, p).
    log_likelihood : float
    """

    parameters: SwitchingParameters
    log_likelihood: float

    @property
    def n_parameters(self) -> int:
        """Coefficients and the variance."""
        p = self.parameters
        return p.switching.size + p.common.size + p.ar.size + 1


def arrange(
    panel: Panel,
    response: str,
    switching: Sequence[str],
    common: Sequence[str],
    *,
    constant: Literal["switching", "common", "none"],
    regimes: int,
    lags: int = 0,
    switching_ar: bool = False,
    start: str | None = None,
    end: str | None = None,
    mask: tuple[str, str] | None = None,
) -> SwitchingData:
    """Cut the sample, leave out the mask, and note which dates are neighbours.

    Raises
    ------
    MissingSeriesError, GapError, SampleError
    """
    panel = panel.select([response, *switching, *common], start=start, end=end)
    frame = panel.frame
    kept = np.ones(len(frame), dtype=bool)
    if mask is not None:
        kept[frame.index.slice_indexer(*mask)] = False
    rows = np.flatnonzero(kept)
    x_names = ((CONSTANT,) if constant == "switching" else ()) + tuple(switching)
    w_names = ((CONSTANT,) if constant == "common" else ()) + tuple(common)
    with_constant = frame.assign(**{CONSTANT: 1.0}).iloc[rows]
    data = SwitchingData(
        response=response,
        switching=x_names,
        common=w_names,
        columns=panel.columns,
        y=with_constant[response].to_numpy(float),
        x=np.ascontiguousarray(with_constant[list(x_names)].to_numpy(float)),
        w=np.ascontiguousarray(with_constant[list(w_names)].to_numpy(float)),
        index=frame.index[rows],
        stretches=_stretches(rows),
        regimes=regimes,
        lags=lags,
        switching_ar=switching_ar,
        mask=mask,
    )
    _require_observations(data)
    return data


def linear_fit(data: SwitchingData) -> LinearFit:
    """The one-regime model by least squares: regression, or autoregression with a constant.

    Raises
    ------
    NumericalError
        If the regressors are linearly dependent or explain the response without error.
    """
    y, used, p = data.y, data.used, data.lags
    regressors = np.column_stack([data.x, data.w])
    names = [*data.switching, *data.common, *(f"lag {lag}" for lag in range(1, p + 1))]
    blocks = [lagged_design(y[a:b, None], regressors[a:b], p) for a, b in data.stretches]
    fit = least_squares(np.concatenate(blocks), y[used][:, None])
    if fit.dependent:
        raise NumericalError(
            f"The regressor {names[fit.dependent[0][0]]} is a combination of the others.",
            remedy="Leave one of them out.",
        )
    variance = float(np.mean(fit.residuals**2))
    if not variance > 1e-20 * float(np.mean(y[used] ** 2)):
        raise NumericalError(
            f"The regressors explain {data.response} without error.",
            remedy="Check that the response is not among the regressors.",
        )
    b = fit.coefficients[:, 0]
    nx, n = data.x.shape[1], regressors.shape[1]
    ar = b[n:]
    # In the mean form a constant is a mean: intercept / (1 - sum of phi).
    level = b[:n] / (1 - ar.sum()) if p else b
    log_likelihood = -0.5 * len(used) * (np.log(2 * np.pi * variance) + 1)
    parameters = SwitchingParameters(
        np.ones((1, 1)), level[None, :nx], level[nx:n], np.array([variance]), ar[None]
    )
    return LinearFit(parameters, float(log_likelihood))


def _stretches(rows: np.ndarray) -> np.ndarray:
    """Runs of consecutive row numbers, as positions among the rows kept."""
    if not len(rows):
        return np.zeros((0, 2), dtype=np.int64)
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    return np.column_stack([np.r_[0, breaks], np.r_[breaks, len(rows)]]).astype(np.int64)


def _require_observations(data: SwitchingData) -> None:
    """Refuse a sample that is too short, or a stretch without a single density."""
    lengths = np.diff(data.stretches, axis=1).ravel()
    parameters = data.x.shape[1] + data.w.shape[1] + data.lags + 1
    needed = data.regimes * _OBSERVATIONS_PER_PARAMETER * parameters
    left = int(lengths.sum()) - data.lags * len(lengths)
    if left < needed:
        raise SampleError(
            f"{max(left, 0)} observations are left for {data.regimes} regimes of "
            f"{data.response}, which need at least {needed}.",
            remedy="Use fewer regressors or regimes, or a longer sample.",
        )
    if (lengths <= data.lags).any():
        raise SampleError(
            f"A stretch of {int(lengths.min())} periods is shorter than the {data.lags} lags.",
            remedy="Move the mask or the ends of the sample.",
        )
