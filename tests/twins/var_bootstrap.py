"""The residual bootstrap of a VAR, one replication after the other, as a textbook writes it.

Levels are simulated and regressed as they are, by Gram-Schmidt run twice, in the precision that is
asked for: in ``np.longdouble`` the twin is a reference for the accuracy of the kernel.
"""

from types import SimpleNamespace

import numpy as np

from yenloop.estimation.streams import BLOCK, block_generator


def bootstrap_reduced_form(
    y, z, lags, deterministic, residuals, *, draws, seed, block_length=1, precision=float
):
    """Lags (R, p, K, K), deterministic (R, K, m), covariance (R, K, K; divisor T - n)."""
    y, z, lags, deterministic, residuals = (
        array.astype(precision) for array in (y, z, lags, deterministic, residuals)
    )
    p, k, _ = lags.shape
    nobs, m = z.shape
    degrees = nobs - (k * p + m)
    shocks = (residuals - residuals.mean(axis=0)) * np.sqrt(precision(nobs) / degrees)
    found = []
    for draw in range(draws):
        series = simulate(
            y[:p], z @ deterministic.T, lags, shocks[drawn_rows(seed, draw, nobs, block_length)]
        )
        design = np.hstack([z, *(series[p - lag : nobs + p - lag] for lag in range(1, p + 1))])
        coefficients, errors = regress(design, series[p:])
        found.append(
            (
                coefficients[m:].reshape(p, k, k).transpose(0, 2, 1),
                coefficients[:m].T,
                errors.T @ errors / degrees,
            )
        )
    stacked = (np.array(part) for part in zip(*found))
    return SimpleNamespace(**dict(zip(("lags", "deterministic", "covariance"), stacked)))


def drawn_rows(seed, draw, nobs, block_length):
    """Rows of the residuals: runs of ``block_length`` neighbours on a circle."""
    blocks = -(-nobs // block_length)
    starts = block_generator(seed, draw // BLOCK).integers(0, nobs, size=(blocks, BLOCK))
    rows = [(start + i) % nobs for start in starts[:, draw % BLOCK] for i in range(block_length)]
    return np.array(rows[:nobs])


def simulate(start, drift, lags, shocks):
    series = list(start)
    for fixed, shock in zip(drift, shocks):
        series.append(fixed + shock + sum(a @ series[-1 - i] for i, a in enumerate(lags)))
    return np.array(series)


def regress(x, y):
    """Coefficients (n, K) and residuals (T, K) of y on x."""
    n = x.shape[1]
    q = np.zeros_like(x)
    r = np.zeros((n, n), dtype=x.dtype)
    for j in range(n):
        column = x[:, j].copy()
        for _ in range(2):
            overlap = q[:, :j].T @ column
            r[:j, j] += overlap
            column -= q[:, :j] @ overlap
        r[j, j] = np.sqrt(column @ column)
        q[:, j] = column / r[j, j]
    coefficients = q.T @ y
    for j in reversed(range(n)):
        coefficients[j] = (coefficients[j] - r[j, j + 1 :] @ coefficients[j + 1 :]) / r[j, j]
    return coefficients, y - x @ coefficients
