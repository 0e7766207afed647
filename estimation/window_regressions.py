r"""Regressions in many windows at once: rolling ones, and ones that forget the past by degrees.

The window that ends in row t weighs row s by :math:`\lambda^{t-s}`: a rolling window has
:math:`\lambda = 1` and a first row, discounted least squares :math:`\lambda \le 1` and all rows
up to t. Cross products are updated from window to window: rolling ones by sums from both ends of
blocks (van Herk), which add and never subtract, discounted ones by recursion.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jit import kernel

#: Status of a window: fine, regressors that do not vary enough, fewer observations than they need.
OK, COLLINEAR, SHORT = 0, 1, 2

#: Smallest pivot of the scaled cross products: below it a window's regressors are combinations.
_SMALLEST_PIVOT = 1e-10


@dataclass(frozen=True, slots=True)
class WindowEstimates:
    """Linear functions of the coefficients in each window.

    Attributes
    ----------
    last : ndarray of int, shape (D,)
        Last row of each window.
    estimate : ndarray, shape (D, H)
    covariance : ndarray, shape (D, H, H)
        HAC, with the factor m / (m - n) for m effective observations and n coefficients.
    coefficients : ndarray, shape (D, n)
    influence : ndarray, shape (D, H, T)
        Outcomes times it are the estimates.
    effective : ndarray, shape (D,)
        Kish's number of observations: the squared sum of weights over the sum of their squares.
    status : ndarray of int, shape (D,)
        ``OK``, or why the window has no estimate (NaN): ``COLLINEAR``, ``SHORT``.
    """

    last: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    coefficients: np.ndarray
    influence: np.ndarray
    effective: np.ndarray
    status: np.ndarray


def rolling_regressions(
    y: np.ndarray, x: np.ndarray, functions: np.ndarray, window: int, hac_lags: int
) -> WindowEstimates:
    """Functions of the coefficients in all windows of so many rows.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, n)
    functions : ndarray, shape (H, n)
    window : int
        Rows, at most T.
    hac_lags : int
        Of Bartlett's kernel.
    """
    last = np.arange(window - 1, len(y))
    return _windows(y, x, functions, last - window + 1, last, 1.0, hac_lags)


def discounted_regressions(
    y: np.ndarray, x: np.ndarray, functions: np.ndarray, forgetting: float, first: int, lags: int
) -> WindowEstimates:
    """Functions of the coefficients from all rows up to each date, older ones weighing less.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, n)
    functions : ndarray, shape (H, n)
    forgetting : float
        lambda in (0, 1]; 1 is recursive least squares.
    first : int
        Row of the first estimate.
    lags : int
        Of Bartlett's kernel.
    """
    last = np.arange(first, len(y))
    return _windows(y, x, functions, np.zeros_like(last), last, forgetting, lags)


def prediction_errors(found: WindowEstimates, y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Errors of one-step predictions, the first for the row after the first window's, (D-1,)."""
    ahead = found.last[:-1] + 1
    return np.asarray(y[ahead] - np.einsum("dn,dn->d", x[ahead], found.coefficients[:-1]))


def _windows(
    y: np.ndarray,
    x: np.ndarray,
    functions: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    forgetting: float,
    lags: int,
) -> WindowEstimates:
    data = np.column_stack([x, y])
    size = np.sqrt(np.mean(data**2, axis=0))
    size[size == 0] = 1.0
    data /= size
    rows, n = x.shape
    dates, shown = len(last), len(functions)
    moments = np.empty((dates, n + 1, n + 1))
    if first[-1] > 0 or last[0] == rows - 1:
        rolling_moments(data, int(last[0] - first[0] + 1), moments)
    else:
        discounted_moments(data, forgetting, int(last[0]), moments)
    scaled = np.ascontiguousarray(functions / size[:n])
    estimate, covariance = np.full((dates, shown), np.nan), np.full((dates, shown, shown), np.nan)
    coefficients, influence = np.full((dates, n), np.nan), np.zeros((dates, shown, rows))
    effective, status = np.empty(dates), np.empty(dates, dtype=np.int64)
    window_kernel(
        data,
        moments,
        first.astype(np.int64),
        last.astype(np.int64),
        forgetting,
        lags,
        scaled,
        _SMALLEST_PIVOT,
        estimate,
        covariance,
        coefficients,
        influence,
        effective,
        status,
    )
    return WindowEstimates(
        last,
        estimate * size[n],
        covariance * size[n] ** 2,
        coefficients * size[n] / size[:n],
        influence,
        effective,
        status,
    )


@kernel
def rolling_moments(data: np.ndarray, window: int, moments: np.ndarray) -> None:
    """Cross products of the columns of all windows, shape (T - window + 1, m, m).

    A window is the end of one block of ``window`` rows and the beginning of the next: the sum from
    its first row to the block's end, plus the sum from the next block's start to its last row.
    """
    rows, m = data.shape
    running = np.zeros((m, m))
    for block in range(0, rows, window):
        stop = min(block + window, rows)
        _clear(running)
        for s in range(stop - 1, block - 1, -1):
            for i in range(m):
                for j in range(i + 1):
                    running[i, j] += data[s, i] * data[s, j]
            if s < moments.shape[0]:
                for i in range(m):
                    for j in range(i + 1):
                        moments[s, i, j] = running[i, j]
    for block in range(window, rows, window):
        stop = min(block + window - 1, rows)
        _clear(running)
        for s in range(block, stop):
            for i in range(m):
                for j in range(i + 1):
                    running[i, j] += data[s, i] * data[s, j]
                    moments[s - window + 1, i, j] += running[i, j]


@kernel
def discounted_moments(
    data: np.ndarray, forgetting: float, first: int, moments: np.ndarray
) -> None:
    """Discounted cross products up to each row from ``first`` on, shape (T - first, m, m)."""
    rows, m = data.shape
    running = np.zeros((m, m))
    for s in range(rows):
        for i in range(m):
            for j in range(i + 1):
                running[i, j] = forgetting * running[i, j] + data[s, i] * data[s, j]
        if s >= first:
            for i in range(m):
                for j in range(i + 1):
                    moments[s - first, i, j] = running[i, j]


@kernel
def window_kernel(
    data: np.ndarray,
    moments: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    forgetting: float,
    lags: int,
    functions: np.ndarray,
    smallest: float,
    estimate: np.ndarray,
    covariance: np.ndarray,
    coefficients: np.ndarray,
    influence: np.ndarray,
    effective: np.ndarray,
    status: np.ndarray,
) -> None:
    """Fill the estimates of each window from the lower triangle of its cross products."""
    rows, m = data.shape
    n = m - 1
    shown = functions.shape[0]
    factor = np.empty((n, n))
    solved, step = np.empty((shown, n)), np.empty(n)
    residual, weight = np.empty(rows), np.empty(rows)
    total = np.empty(shown)
    for d in range(last.shape[0]):
        start, stop = first[d], last[d] + 1
        weights, squares = 0.0, 0.0
        now = 1.0
        for s in range(stop - 1, start - 1, -1):
            weight[s] = now
            weights += now
            squares += now * now
            now *= forgetting
        effective[d] = weights * weights / squares
        status[d] = SHORT if effective[d] <= n else _cholesky(moments[d], factor, smallest)
        if status[d] != OK:
            continue
        for i in range(n):
            coefficients[d, i] = moments[d, n, i]
        _solve(factor, coefficients[d])
        _residuals(data, coefficients[d], start, stop, residual)
        # One step of refinement takes out the rounding of the cross products.
        for i in range(n):
            step[i] = 0.0
            for s in range(start, stop):
                step[i] += weight[s] * residual[s] * data[s, i]
        _solve(factor, step)
        for i in range(n):
            coefficients[d, i] += step[i]
        _residuals(data, coefficients[d], start, stop, residual)
        for h in range(shown):
            estimate[d, h] = 0.0
            for i in range(n):
                solved[h, i] = functions[h, i]
                estimate[d, h] += functions[h, i] * coefficients[d, i]
            _solve(factor, solved[h])
            for s in range(start, stop):
                value = 0.0
                for i in range(n):
                    value += solved[h, i] * data[s, i]
                influence[d, h, s] = weight[s] * value
        scale = effective[d] / ((effective[d] - n) * (lags + 1.0))
        _bartlett(influence[d], residual, start, stop, lags, scale, total, covariance[d])


@kernel
def _clear(matrix: np.ndarray) -> None:
    for i in range(matrix.shape[0]):
        for j in range(matrix.shape[1]):
            matrix[i, j] = 0.0


@kernel
def _cholesky(moments: np.ndarray, factor: np.ndarray, smallest: float) -> int:
    """Fill the lower factor of the first n rows and columns; a status."""
    n = factor.shape[0]
    for j in range(n):
        pivot = moments[j, j]
        for k in range(j):
            pivot -= factor[j, k] * factor[j, k]
        if not pivot > smallest * moments[j, j]:
            return COLLINEAR
        factor[j, j] = np.sqrt(pivot)
        for i in range(j + 1, n):
            value = moments[i, j]
            for k in range(j):
                value -= factor[i, k] * factor[j, k]
            factor[i, j] = value / factor[j, j]
    return OK


@kernel
def _solve(factor: np.ndarray, vector: np.ndarray) -> None:
    """Solve L L' b = v in place."""
    n = factor.shape[0]
    for i in range(n):
        for k in range(i):
            vector[i] -= factor[i, k] * vector[k]
        vector[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            vector[i] -= factor[k, i] * vector[k]
        vector[i] /= factor[i, i]


@kernel
def _residuals(
    data: np.ndarray, coefficients: np.ndarray, start: int, stop: int, residual: np.ndarray
) -> None:
    n = coefficients.shape[0]
    for s in range(start, stop):
        residual[s] = data[s, n]
        for i in range(n):
            residual[s] -= data[s, i] * coefficients[i]


@kernel
def _bartlett(
    influence: np.ndarray,
    residual: np.ndarray,
    start: int,
    stop: int,
    lags: int,
    scale: float,
    total: np.ndarray,
    covariance: np.ndarray,
) -> None:
    """Covariance of sums over a window's rows: squares of its moving sums over lags + 1 rows."""
    shown = influence.shape[0]
    for h in range(shown):
        total[h] = 0.0
        for g in range(shown):
            covariance[h, g] = 0.0
    for s in range(start, stop + lags):
        for h in range(shown):
            if s < stop:
                total[h] += influence[h, s] * residual[s]
            if s - lags - 1 >= start:
                total[h] -= influence[h, s - lags - 1] * residual[s - lags - 1]
        for h in range(shown):
            for g in range(h + 1):
                covariance[h, g] += total[h] * total[g]
    for h in range(shown):
        for g in range(h + 1):
            covariance[h, g] *= scale
            covariance[g, h] = covariance[h, g]
