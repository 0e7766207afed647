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
    last = len(y)
    return np.hstack([z[lags:], *(y[lags - lag : last - lag] for lag in range(1, lags + 1))])


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
