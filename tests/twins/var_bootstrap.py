"""The bootstrap of a VAR, one replication after the other, as a textbook writes it.

Levels are simulated and regressed as they are, by Gram-Schmidt run twice, in the precision that is
asked for: in ``np.longdouble`` the twin is a reference for the accuracy of the kernel.
"""

from types import SimpleNamespace

import numpy as np

from yenloop.estimation.streams import BLOCK, block_generator


def independent(residuals, generator, lane):
    """Centred residuals, each as likely as any other."""
    nobs = len(residuals)
    centred = residuals - residuals.mean(axis=0)
    return centred[generator.integers(0, nobs, size=(nobs, BLOCK))[:, lane]]


def moving_blocks(length):
    """Brueggemann, Jentsch and Trenkler (2016), section 4, step by step."""

    def draw(residuals, generator, lane):
        nobs = len(residuals)
        blocks = -(-nobs // length)
        starts = generator.integers(0, nobs - length + 1, size=(blocks, 1, BLOCK))[:, 0, lane]
        errors = []
        for start in starts:
            for s in range(length):
                expected = np.mean([residuals[s + r] for r in range(nobs - length + 1)], axis=0)
                errors.append(residuals[start + s] - expected)
        return np.array(errors[:nobs])

    return draw


def wild(residuals, generator, lane):
    """Own residuals times +1 or -1."""
    signs = np.where(generator.random((len(residuals), BLOCK))[:, lane] < 0.5, 1, -1)
    return residuals * signs[:, None]


def bootstrap_reduced_form(
    y, z, lags, deterministic, residuals, *, draws, seed, rule=independent, precision=float
):
    """Lags (R, p, K, K), deterministic (R, K, m), covariance (R, K, K; divisor T - n)."""
    y, z, lags, deterministic, residuals = (
        array.astype(precision) for array in (y, z, lags, deterministic, residuals)
    )
    p, k, _ = lags.shape
    nobs, m = z.shape
    degrees = nobs - (k * p + m)
    shocks = residuals * np.sqrt(precision(nobs) / degrees)
    found = []
    for draw in range(draws):
        generator = block_generator(seed, draw // BLOCK)
        series = simulate(y[:p], z @ deterministic.T, lags, rule(shocks, generator, draw % BLOCK))
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
