"""One block of the bootstrap: eight replications of a VAR simulated and estimated side by side."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lane_algebra import cholesky, row_start, smallest_pivot, solve_rows
from .lanes import fma, lane_array, load, splat, store_strided
from .streams import BLOCK
from .var_moments import CHUNK, add_chunk, fill_triangle, simulate, total_groups


def workspace(
    start: np.ndarray, nobs: int, columns: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lane arrays for ``replicate``: x, its differences, sums of products, moment matrix.

    Parameters
    ----------
    start : ndarray, shape (p, K)
        The rows of x before the first simulated one, the same in every lane.
    nobs : int
        T, rows to simulate.
    columns : int
        m, deterministic columns.
    """
    p, k = start.shape
    level, change = lane_array((nobs + p) * k), lane_array((nobs + p) * k)
    level[: p * k * BLOCK] = np.repeat(start.ravel(), BLOCK)
    change[k * BLOCK : p * k * BLOCK] = np.repeat(np.diff(start, axis=0).ravel(), BLOCK)
    total = lane_array(total_groups(k, p, columns))
    return level, change, total, lane_array(row_start(columns + (p + 1) * k))


@kernel
def replicate(
    work: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    dynamics: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    basis: np.ndarray,
    residuals: np.ndarray,
    positions: np.ndarray,
    size: tuple[int, int, int],
    nobs: int,
    divisor: float,
    estimates: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    draw: int,
) -> None:
    """Simulate and estimate replications ``draw`` to ``draw + 7``.

    The Cholesky factor of the moments of [q, x_{t-1}, d_{t-1}, ..., d_t] holds both estimates: its
    last K rows and columns times their transpose are the residuals' cross product, the columns
    before them give the coefficients by back-substitution.

    Parameters
    ----------
    work : lane arrays of ``workspace``
    dynamics, residuals, positions
        See ``var_moments.simulate``.
    basis : lane array, T m groups
        Orthonormal columns q that span the deterministic terms.
    size : (K, p, m)
    nobs : int
    divisor : float
        Of the covariance.
    estimates : flat arrays of shapes (R, p, K, K), (R, K, m), (R, K, K) and (R,)
        Lags, coefficients on q, covariance and smallest pivot; filled.
    draw : int
        Number of the first lane's replication; R >= draw + 8.
    """
    level, change, total, triangle = work
    k, p, m = size
    regressors = m + p * k
    for i in range(len(total)):
        total[i] = 0.0
    for first in range(p, p + nobs, CHUNK):
        last = min(first + CHUNK, p + nobs)
        simulate(level, change, first, last, (k, p), dynamics, residuals, positions)
        add_chunk(total, level, change, basis, first, last, size)
    fill_triangle(triangle, total, level, change, size, nobs)
    cholesky(triangle, m, regressors + k)
    lags, on_basis, covariance, pivot = estimates
    store_strided(pivot, draw, 1, smallest_pivot(triangle, m, regressors + k))
    _write_covariance(triangle, regressors, k, divisor, covariance, draw)
    solve_rows(triangle, regressors, k)
    _write_coefficients(triangle, size, lags, on_basis, draw)


@kernel
def _write_covariance(
    triangle: np.ndarray, end: int, k: int, divisor: float, covariance: np.ndarray, draw: int
) -> None:
    scale = splat(1.0 / divisor)
    for a in range(k):
        for b in range(a + 1):
            value = splat(0.0)
            for j in range(end, end + b + 1):
                left = load(triangle, row_start(end + a) + j)
                value = fma(left, load(triangle, row_start(end + b) + j), value)
            value = value * scale
            store_strided(covariance, (draw * k + a) * k + b, k * k, value)
            store_strided(covariance, (draw * k + b) * k + a, k * k, value)


@kernel
def _write_coefficients(
    triangle: np.ndarray,
    size: tuple[int, int, int],
    lags: np.ndarray,
    on_basis: np.ndarray,
    draw: int,
) -> None:
    """From the error-correction form back: A_1 = I + P + G_1, A_l = G_l - G_{l-1}, G_p = 0."""
    k, p, m = size
    for a in range(k):
        row = row_start(m + p * k + a)
        for i in range(m):
            store_strided(on_basis, (draw * k + a) * m + i, k * m, load(triangle, row + i))
        for b in range(k):
            for lag in range(1, p + 1):
                value = splat(1.0 if lag == 1 and a == b else 0.0)
                if lag == 1:
                    value = value + load(triangle, row + m + b)
                else:
                    value = value - load(triangle, row + m + (lag - 1) * k + b)
                if lag < p:
                    value = value + load(triangle, row + m + lag * k + b)
                entry = ((draw * p + lag - 1) * k + a) * k + b
                store_strided(lags, entry, p * k * k, value)
