"""The DCC second stage written date by date in numpy: the oracle of the compiled kernel."""

import numpy as np


def correlation_likelihood(z, target, a, b):
    """Log-likelihood (T,) and score (T, 2), straight from the definitions."""
    q, by_a, by_b = target.copy(), np.zeros_like(target), np.zeros_like(target)
    loglik, score = np.empty(len(z)), np.empty((len(z), 2))
    for t, now in enumerate(z):
        d = 1 / np.sqrt(np.diag(q))
        r = q * np.outer(d, d)
        inverse = np.linalg.inv(r)
        x = inverse @ now
        loglik[t] = -0.5 * (np.linalg.slogdet(r)[1] + now @ x - now @ now)
        for column, dq in enumerate((by_a, by_b)):
            share = np.diag(dq) * d**2
            dr = dq * np.outer(d, d) - 0.5 * r * (share[:, None] + share)
            score[t, column] = -0.5 * np.sum((inverse - np.outer(x, x)) * dr)
        product = np.outer(now, now)
        by_a = product - target + b * by_a
        by_b = q - target + b * by_b
        q = (1 - a - b) * target + a * product + b * q
    return loglik, score


def correlations(z, target, a, b):
    """R_t for every date, shape (T, N, N)."""
    q, path = target.copy(), np.empty((len(z), *target.shape))
    for t, now in enumerate(z):
        d = 1 / np.sqrt(np.diag(q))
        path[t] = q * np.outer(d, d)
        q = (1 - a - b) * target + a * np.outer(now, now) + b * q
    return path
