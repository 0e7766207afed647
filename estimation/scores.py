"""Scores of forecasts, and the uncertainty of their means."""

from __future__ import annotations

import numpy as np


def crps(draws: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Continuous ranked probability score of a sample from the predictive distribution.

    E|X - y| - E|X - X'| / 2, both expectations over the draws; in the unit of the variable, and
    equal to the absolute error where all draws coincide. Smaller is better.

    Parameters
    ----------
    draws : ndarray, shape (R, ...)
    outcome : ndarray, shape (...)

    References
    ----------
    Gneiting and Raftery (2007), equation 21; the second term from order statistics.
    """
    ordered = np.sort(draws, axis=0)
    count = len(draws)
    weights = (2 * np.arange(1, count + 1) - count - 1) / count**2
    spread = np.tensordot(weights, ordered, axes=1)
    distance: np.ndarray = np.abs(draws - outcome).mean(axis=0) - spread
    return distance


def mean_and_error(scores: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean over time and its standard error with Bartlett weights up to ``lags``.

    Parameters
    ----------
    scores : ndarray, shape (T, ...)
        NaN where there is no score; such rows must stand at the end.
    lags : int
        Forecasts h steps ahead overlap in h - 1 periods.
    """
    count = np.sum(~np.isnan(scores), axis=0)
    mean = np.nanmean(scores, axis=0)
    centred = np.nan_to_num(scores - mean)
    variance = np.sum(centred**2, axis=0)
    for lag in range(1, min(lags, len(scores) - 1) + 1):
        weight = 1 - lag / (lags + 1)
        variance = variance + 2 * weight * np.sum(centred[lag:] * centred[:-lag], axis=0)
    return mean, np.sqrt(variance) / count
