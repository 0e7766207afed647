"""Paths of a VAR into the future."""

from __future__ import annotations

import numpy as np


def forecast_paths(
    start: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    shocks: np.ndarray,
) -> np.ndarray:
    """Continue a VAR from its last observations, one path for each draw.

    Parameters
    ----------
    start : ndarray, shape (p, K)
        Last observations, the latest at the end.
    z : ndarray, shape (S, m)
        Deterministic and exogenous terms of the periods ahead.
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    shocks : ndarray, shape (R, S, K)
        Reduced-form errors u_t of those periods.

    Returns
    -------
    ndarray, shape (R, S, K)
    """
    paths, p, k, _ = lags.shape
    steps = len(z)
    y = np.empty((paths, p + steps, k))
    y[:, :p] = start
    entering = np.einsum("rim,sm->rsi", deterministic, z) + shocks
    for s in range(steps):
        y[:, p + s] = entering[:, s]
        for lag in range(1, p + 1):
            y[:, p + s] += np.einsum("rij,rj->ri", lags[:, lag - 1], y[:, p + s - lag])
    return y[:, p:]
