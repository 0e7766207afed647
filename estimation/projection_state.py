"""States of a regime, dated before the shock, and columns that they multiply."""

from __future__ import annotations

import numpy as np


def lagged_state(series: np.ndarray, lags: int, window: int = 1) -> np.ndarray:
    """Mean of the ``window`` periods that end in t - 1, for the periods t that have ``lags``.

    The state of the period of the shock would be a response to it: never that.

    Parameters
    ----------
    series : ndarray, shape (T + p,)
    lags : int
        p, at least ``window``.
    window : int

    Returns
    -------
    ndarray, shape (T,)
    """
    means = np.convolve(series, np.ones(window) / window, mode="valid")  # ends at window - 1, ...
    return means[lags - window : len(series) - window]


def dummy(z: np.ndarray, threshold: float) -> np.ndarray:
    """One where z lies above the threshold, zero elsewhere."""
    return (z > threshold).astype(float)


def logistic(z: np.ndarray, threshold: float, gamma: float) -> np.ndarray:
    """F(z) = 1 / (1 + exp(-gamma (z - c))): rises from zero to one, a half at the threshold c."""
    from scipy.special import expit

    return np.asarray(expit(gamma * (z - threshold)))


def interact(state: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """F times the columns, then 1 - F times them, (T, n) to (T, 2 n)."""
    weight = state[:, None]
    return np.hstack([weight * columns, (1 - weight) * columns])
