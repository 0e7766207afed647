r"""Coefficients that follow random walks: likelihood, filter and smoother of a regression.

.. math:: y_t = x_t' \beta_t + w_t' \gamma + \varepsilon_t, \qquad
          \beta_t = \beta_{t-1} + \nu_t, \qquad
          \varepsilon_t \sim N(0, \sigma^2), \quad \nu_t \sim N(0, \sigma^2 Q).

The first :math:`\beta_1` and :math:`\gamma` are diffuse. Given Q, the state is the deviation from
:math:`\beta_1`, which starts at zero, and :math:`(\beta_1, \gamma)` are coefficients of generalised
least squares: the filter runs over y and all regressors with the same gains, and its innovations
are regressed on each other. With Q = 0 that is least squares itself.

References
----------
Rosenberg (1973); de Jong (1991); Durbin and Koopman (2012), chapters 4 and 5.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jit import kernel
from .least_squares import LeastSquares, least_squares


@dataclass(frozen=True, slots=True)
class FilteredColumns:
    """What the filter leaves of outcome and regressors, columns [y, x, w].

    Attributes
    ----------
    innovations : ndarray, shape (T, m)
    scale : ndarray, shape (T,)
        Variance of the innovations over that of the errors.
    state : ndarray, shape (T, q, m)
        Predicted deviations from the first coefficients, before the period is seen.
    covariance : ndarray, shape (T, q, q)
        Of the prediction, over the variance of the errors.
    gls : LeastSquares
        Regression of the scaled innovations of y on those of the regressors.
    """

    innovations: np.ndarray
    scale: np.ndarray
    state: np.ndarray
    covariance: np.ndarray
    gls: LeastSquares

    @property
    def coefficients(self) -> np.ndarray:
        """First coefficients of x, then those of w, shape (n,)."""
        return self.gls.coefficients[:, 0]

    @property
    def variance(self) -> float:
        """Estimate of the errors' variance, divisor T - n."""
        left = self.gls.residuals[:, 0]
        return float(left @ left / (len(left) - len(self.coefficients)))


@dataclass(frozen=True, slots=True)
class CoefficientPath:
    """Coefficients by date and their covariance, given the variances of the model.

    Attributes
    ----------
    coefficients : ndarray, shape (D, q)
    covariance : ndarray, shape (D, q, q)
    rows : ndarray of int, shape (D,)
        Rows of the sample.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    rows: np.ndarray


def run_filter(y: np.ndarray, x: np.ndarray, w: np.ndarray, q: np.ndarray) -> FilteredColumns:
    """The Kalman filter over outcome and regressors.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, q)
        Regressors whose coefficients move.
    w : ndarray, shape (T, r)
        The others.
    q : ndarray, shape (q, q)
        Covariance of the coefficients' innovations over the variance of the errors.
    """
    innovations, scale, state, covariance = filter_columns(np.column_stack([y, x, w]), x, q)
    scaled = innovations / np.sqrt(scale)[:, None]
    gls = least_squares(scaled[:, 1:], scaled[:, :1])
    return FilteredColumns(innovations, scale, state, covariance, gls)


def filter_columns(
    data: np.ndarray, x: np.ndarray, q: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The filter over the columns of data (T, m), whose first state is zero.

    Returns
    -------
    innovations : ndarray, shape (T, m)
    scale : ndarray, shape (T,)
    state : ndarray, shape (T, q, m)
    covariance : ndarray, shape (T, q, q)
        As in ``FilteredColumns``.
    """
    rows, width = x.shape
    columns = np.ascontiguousarray(data)
    innovations, scale = np.empty_like(columns), np.empty(rows)
    state, covariance = np.empty((rows, width, data.shape[1])), np.empty((rows, width, width))
    moving = np.ascontiguousarray(x)
    filter_kernel(columns, moving, np.ascontiguousarray(q), innovations, scale, state, covariance)
    return innovations, scale, state, covariance


def log_likelihood(filtered: FilteredColumns, variance: float | None = None) -> float:
    """Diffuse log-likelihood, at the estimated variance of the errors or at a given one.

    It is that of the T - n outcomes that the diffuse coefficients leave (REML), so it does not
    favour coefficients that stay where they are as the profile likelihood does.
    """
    left = filtered.gls.residuals[:, 0]
    freedom = len(left) - len(filtered.coefficients)
    squared = filtered.variance if variance is None else variance
    size = np.linalg.slogdet(filtered.gls.gram_inverse)[1]
    return float(
        -0.5
        * (
            freedom * np.log(2 * np.pi * squared)
            + np.log(filtered.scale).sum()
            - size
            + left @ left / squared
        )
    )


def filtered_path(filtered: FilteredColumns, x: np.ndarray, first: int) -> CoefficientPath:
    """Coefficients given the sample up to each date, from row ``first`` on.

    Parameters
    ----------
    filtered : FilteredColumns
    x : ndarray, shape (T, q)
    first : int
        At least as many rows as there are coefficients come before it.
    """
    width, n = x.shape[1], len(filtered.coefficients)
    scaled = filtered.innovations / np.sqrt(filtered.scale)[:, None]
    size = np.sqrt(np.einsum("ti,ti->i", scaled, scaled))
    products = np.cumsum((scaled[:, :, None] * scaled[:, None, :]), axis=0)[first:]
    products /= size[:, None] * size
    inverse = np.linalg.inv(products[:, 1:, 1:])
    by_date = inverse @ products[:, 1:, :1]
    theta = by_date[..., 0] * size[0] / size[1:]
    left = products[:, 0, 0] - (products[:, :1, 1:] @ by_date)[:, 0, 0]
    rows = np.arange(first, len(x))
    variance = size[0] ** 2 * np.maximum(left, 0.0) / (rows + 1 - n)
    inverse /= size[1:, None] * size[1:]

    before, x_now = filtered.covariance[first:], x[first:]
    moved = np.einsum("tij,tj->ti", before, x_now)
    gain = moved / filtered.scale[first:, None]
    state = filtered.state[first:] + gain[:, :, None] * filtered.innovations[first:, None, :]
    after = before - gain[:, :, None] * moved[:, None, :]
    return _around_start(state, after, theta, inverse, variance, rows, width)


def smoothed_path(filtered: FilteredColumns, x: np.ndarray) -> CoefficientPath:
    """Coefficients of every date given the whole sample: two-sided."""
    state, covariance, _, _ = smooth_columns(filtered, x)
    rows, width = x.shape
    theta = np.broadcast_to(filtered.coefficients, (rows, len(filtered.coefficients)))
    inverse = np.broadcast_to(filtered.gls.gram_inverse, (rows, *filtered.gls.gram_inverse.shape))
    variance = np.full(rows, filtered.variance)
    return _around_start(state, covariance, theta, inverse, variance, np.arange(rows), width)


def score(filtered: FilteredColumns, x: np.ndarray) -> np.ndarray:
    """Derivative of the concentrated log-likelihood by Q, shape (q, q), symmetric.

    Half the sum of r r' / s^2 - N over the dates at which coefficients move, r and N those of the
    smoother at the estimated first coefficients (Koopman and Shephard 1992).
    """
    _, _, r, n = smooth_columns(filtered, x)
    at = r[1:, :, 0] - r[1:, :, 1:] @ filtered.coefficients
    across = r[1:, :, 1:]
    known = n[1:].sum(axis=0) - np.einsum(
        "tai,ij,tbj->ab", across, filtered.gls.gram_inverse, across, optimize=True
    )
    return np.asarray(0.5 * (at.T @ at / filtered.variance - known))


def smooth_columns(
    filtered: FilteredColumns, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Smoothed states (T, q, m) and covariances, and the r and N before each period."""
    state, covariance = np.empty_like(filtered.state), np.empty_like(filtered.covariance)
    r, n = np.empty_like(filtered.state), np.empty_like(filtered.covariance)
    smoother_kernel(
        np.ascontiguousarray(x),
        filtered.innovations,
        filtered.scale,
        filtered.state,
        filtered.covariance,
        state,
        covariance,
        r,
        n,
    )
    return state, covariance, r, n


def _around_start(
    state: np.ndarray,
    covariance: np.ndarray,
    theta: np.ndarray,
    inverse: np.ndarray,
    variance: np.ndarray,
    rows: np.ndarray,
    width: int,
) -> CoefficientPath:
    """Deviations of outcome and regressors put together with the first coefficients."""
    towards = -state[:, :, 1:]
    towards[:, np.arange(width), np.arange(width)] += 1.0
    coefficients = state[:, :, 0] + np.einsum("tqn,tn->tq", towards, theta)
    spread = covariance + towards @ inverse @ np.swapaxes(towards, 1, 2)
    return CoefficientPath(coefficients, variance[:, None, None] * spread, rows)


@kernel
def filter_kernel(
    data: np.ndarray,
    x: np.ndarray,
    q: np.ndarray,
    innovations: np.ndarray,
    scale: np.ndarray,
    state: np.ndarray,
    covariance: np.ndarray,
) -> None:
    """Fill innovations, their scale and the predictions of all columns.

    Parameters
    ----------
    data : ndarray, shape (T, m)
    x : ndarray, shape (T, q)
    q : ndarray, shape (q, q)
    innovations : ndarray, shape (T, m)
    scale : ndarray, shape (T,)
    state : ndarray, shape (T, q, m)
    covariance : ndarray, shape (T, q, q)
    """
    rows, columns = data.shape
    width = x.shape[1]
    moved = np.empty(width)
    for i in range(width):
        for c in range(columns):
            state[0, i, c] = 0.0
        for j in range(width):
            covariance[0, i, j] = 0.0
    for t in range(rows):
        scale[t] = 1.0
        for i in range(width):
            moved[i] = 0.0
            for j in range(width):
                moved[i] += covariance[t, i, j] * x[t, j]
            scale[t] += moved[i] * x[t, i]
        for c in range(columns):
            innovations[t, c] = data[t, c]
        for i in range(width):
            for c in range(columns):
                innovations[t, c] -= x[t, i] * state[t, i, c]
        if t + 1 == rows:
            break
        for i in range(width):
            gain = moved[i] / scale[t]
            for c in range(columns):
                state[t + 1, i, c] = state[t, i, c] + gain * innovations[t, c]
            for j in range(width):
                covariance[t + 1, i, j] = covariance[t, i, j] - gain * moved[j] + q[i, j]


@kernel
def smoother_kernel(
    x: np.ndarray,
    innovations: np.ndarray,
    scale: np.ndarray,
    predicted: np.ndarray,
    covariance: np.ndarray,
    smoothed: np.ndarray,
    smoothed_covariance: np.ndarray,
    r: np.ndarray,
    n: np.ndarray,
) -> None:
    """Fill smoothed states (T, q, m), covariances (T, q, q), r (T, q, m) and N (T, q, q).

    r[t] and N[t] stand before period t: they hold what periods t to T tell of its state.
    """
    rows, columns = innovations.shape
    width = x.shape[1]
    gain, across, row = np.empty(width), np.empty(width), np.empty(columns)
    later = np.zeros((width, columns))
    weight = np.zeros((width, width))
    product = np.empty((width, width))
    for t in range(rows - 1, -1, -1):
        for i in range(width):
            gain[i] = 0.0
            for j in range(width):
                gain[i] += covariance[t, i, j] * x[t, j]
            gain[i] /= scale[t]
        for c in range(columns):
            row[c] = innovations[t, c] / scale[t]
        for i in range(width):
            for c in range(columns):
                row[c] -= gain[i] * later[i, c]
        inside = 1.0 / scale[t]
        for i in range(width):
            across[i] = 0.0
            for j in range(width):
                across[i] += weight[i, j] * gain[j]
            inside += gain[i] * across[i]
        for i in range(width):
            for c in range(columns):
                later[i, c] += x[t, i] * row[c]
                r[t, i, c] = later[i, c]
        for i in range(width):
            for j in range(width):
                weight[i, j] += (
                    x[t, i] * x[t, j] * inside - x[t, i] * across[j] - across[i] * x[t, j]
                )
        for i in range(width):
            for j in range(width):
                n[t, i, j] = weight[i, j]
        for i in range(width):
            for c in range(columns):
                smoothed[t, i, c] = predicted[t, i, c]
            for j in range(width):
                product[i, j] = 0.0
                for k in range(width):
                    product[i, j] += covariance[t, i, k] * weight[k, j]
                for c in range(columns):
                    smoothed[t, i, c] += covariance[t, i, j] * later[j, c]
            for j in range(width):
                smoothed_covariance[t, i, j] = covariance[t, i, j]
                for k in range(width):
                    smoothed_covariance[t, i, j] -= product[i, k] * covariance[t, k, j]
