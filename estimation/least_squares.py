"""Least squares by a column-scaled QR decomposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """A regression of ``k`` columns on the same ``n`` regressors.

    Attributes
    ----------
    coefficients : ndarray, shape (n, k)
        NaN when the regressors are linearly dependent (``rank < n``).
    residuals : ndarray, shape (T, k)
    gram_inverse : ndarray, shape (n, n)
        Inverse of X'X.
    rank : int
        Numerical rank of X.
    condition : float
        Condition number of X with its columns scaled to unit length.
    dependent : tuple of tuple of int
        One entry for each column that is a combination of columns before it: its own number
        first, then those that it combines.
    """

    coefficients: np.ndarray
    residuals: np.ndarray
    gram_inverse: np.ndarray
    rank: int
    condition: float
    dependent: tuple[tuple[int, ...], ...]


def least_squares(x: np.ndarray, y: np.ndarray) -> LeastSquares:
    """Regress the columns of ``y`` on ``x``.

    Columns are scaled to unit length first, so that the answer and the judgement of rank do not
    depend on units; X'X is never formed, which would square the condition number (for integrated
    series with a large mean that costs ten digits).

    Parameters
    ----------
    x : ndarray, shape (T, n), T >= n
    y : ndarray, shape (T, k)
    """
    rows, width = x.shape
    length = np.sqrt(np.einsum("ti,ti->i", x, x))
    length[length == 0] = 1.0
    q, r = np.linalg.qr(x / length)
    tolerance = 16 * max(rows, width) * np.finfo(float).eps
    dependent = _dependent_columns(r, tolerance)
    singular = np.linalg.svd(r, compute_uv=False)
    smallest, largest = (singular[-1], singular[0]) if width else (1.0, 1.0)
    if dependent:
        nan = np.full((width, width), np.nan)
        empty = np.full((width, y.shape[1]), np.nan)
        rank = width - len(dependent)
        return LeastSquares(empty, np.full(y.shape, np.nan), nan, rank, np.inf, dependent)
    r_inverse = np.linalg.solve(r, np.eye(width)) / length[:, None]
    coefficients = r_inverse @ (q.T @ y)
    return LeastSquares(
        coefficients,
        y - x @ coefficients,
        r_inverse @ r_inverse.T,
        width,
        float(largest / smallest),
        (),
    )


def many_least_squares(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Many regressions at once, by the same scaled QR decomposition.

    Parameters
    ----------
    x : ndarray, shape (R, T, n)
    y : ndarray, shape (R, T, k)

    Returns
    -------
    coefficients : ndarray, shape (R, n, k)
        NaN where the regressors are linearly dependent or a value is not finite.
    gram_inverse : ndarray, shape (R, n, n)
    covariance : ndarray, shape (R, k, k)
        Of the residuals, divisor T.
    """
    runs, rows, n = x.shape
    k = y.shape[-1]
    coefficients = np.full((runs, n, k), np.nan)
    gram_inverse = np.full((runs, n, n), np.nan)
    covariance = np.full((runs, k, k), np.nan)
    sound = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(y).all(axis=(1, 2))
    length = np.linalg.norm(x, axis=1)
    length[length == 0] = 1.0
    # The triangle of [X, Y] holds that of X, Q'Y and that of the residuals: Q is not needed.
    joint = np.concatenate([x[sound] / length[sound, None], y[sound]], axis=2)
    triangle = np.asarray(np.linalg.qr(joint, mode="r"))
    pivots = np.abs(np.diagonal(triangle[:, :n, :n], axis1=1, axis2=2))
    full = pivots.min(axis=1, initial=np.inf) > 16 * max(rows, n) * np.finfo(float).eps
    kept = np.flatnonzero(sound)[full]
    triangle = triangle[full]
    inverse = np.linalg.solve(triangle[:, :n, :n], np.eye(n)) / length[kept][:, :, None]
    coefficients[kept] = inverse @ triangle[:, :n, n:]
    gram_inverse[kept] = inverse @ np.swapaxes(inverse, 1, 2)
    rest = triangle[:, n:, n:]
    covariance[kept] = np.swapaxes(rest, 1, 2) @ rest / rows
    return coefficients, gram_inverse, covariance


def lagged_design(y: np.ndarray, z: np.ndarray, lags: int) -> np.ndarray:
    """Regressors [z_t, y_{t-1}, ..., y_{t-p}] of a VAR in the rows that have p before them.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
    z : ndarray, shape (T+p, m)

    Returns
    -------
    ndarray, shape (T, m + K p)
    """
    return np.hstack([z[lags:], lagged(y, lags)])


def lagged(y: np.ndarray, lags: int) -> np.ndarray:
    """y_{t-1}, ..., y_{t-p} side by side, (..., T+p, K) to (..., T, K p)."""
    last = y.shape[-2]
    parts = [y[..., lags - lag : last - lag, :] for lag in range(1, lags + 1)]
    return np.concatenate([y[..., lags:, :0], *parts], axis=-1)


def _dependent_columns(r: np.ndarray, tolerance: float) -> tuple[tuple[int, ...], ...]:
    """Columns whose distance from the span of the columns before them is only rounding."""
    distance = np.abs(np.diag(r))
    free: list[int] = []
    found = []
    for j in range(r.shape[1]):
        if distance[j] > tolerance:
            free.append(j)
            continue
        weights = np.linalg.lstsq(r[:, free], r[:, j], rcond=None)[0]
        found.append((j, *(i for i, w in zip(free, weights) if abs(w) > 1e-6)))
    return tuple(found)
