"""Local projections one regression at a time, straight from the definitions: the oracle."""

import numpy as np


def regress(y, controls, now, horizon, rows, cumulated):
    """Coefficient on the last of the variables ``now`` and its errors' contributions, (T, K).

    Returns the coefficients (K,), the contributions (rows, K) and the number of regressors.
    """
    x = np.column_stack([controls[:rows], y[:rows][:, now]])
    ahead = y[horizon : horizon + rows]
    total = sum(y[s : s + rows] for s in range(horizon + 1))
    outcome = np.where(cumulated, total, ahead)
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ x.T @ outcome
    residuals = outcome - x @ coefficients
    return coefficients[-1], (x @ inverse)[:, -1:] * residuals, x.shape[1]


def project(y, controls, order, wanted, horizon, *, alone, cumulated, common):
    """Coefficients [horizon, response, shock], contributions (T, ...) with T / (T - k)."""
    longest = len(y) - horizon if common else len(y)
    shape = (horizon + 1, y.shape[1], len(wanted))
    found, influence = np.empty(shape), np.zeros((longest, *shape))
    for h in range(horizon + 1):
        rows = longest if common else longest - h
        for j, variable in enumerate(wanted):
            before = [i for i in order if i != variable]
            if not alone:
                before = list(order[: list(order).index(variable)])
            now = [*before, variable]
            found[h, :, j], parts, k = regress(y, controls, now, h, rows, cumulated)
            influence[:rows, h, :, j] = parts * np.sqrt(rows / (rows - k))
    return found, influence


def bartlett(scores, lags):
    """sum_l (1 - |l| / (L + 1)) sum_t s_t s_{t-l}' for scores (T, n)."""
    found = scores.T @ scores
    for lag in range(1, lags + 1):
        gamma = scores[lag:].T @ scores[:-lag]
        found = found + (1 - lag / (lags + 1)) * (gamma + gamma.T)
    return found


def cosines(scores, count):
    """T / B times the sum of outer products of sqrt(2 / T) sum_t s_t cos(pi b (t - 1/2) / T)."""
    rows = len(scores)
    found = 0.0
    for b in range(1, count + 1):
        weights = np.cos(np.pi * b * (np.arange(1, rows + 1) - 0.5) / rows)
        total = np.sqrt(2 / rows) * weights @ scores
        found = found + np.outer(total, total)
    return found * rows / count


def corrected(responses, controls, rows):
    """Herbst and Johannsen's estimator for controls without the constant, one response path."""
    w = controls - controls.mean(axis=0)
    count = len(w)
    variance = np.cov(w.T).reshape(w.shape[1], w.shape[1])
    found = responses.copy()
    for h in range(1, len(responses)):
        for j in range(1, h + 1):
            gamma = w[:-j].T @ w[j:] / (count - j - 1)
            persistence = 1 + np.trace(np.linalg.solve(variance, gamma))
            found[h] += persistence * found[h - j] / rows[h]
    return found
