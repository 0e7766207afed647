"""Errors of a regression that are autocorrelated: their autoregression, and a bootstrap of them.

Filters run along the last axis and start with the first value: what lies before it is zero. So
innovations that are coloured again are the errors they came from, first values included.
"""

from __future__ import annotations

import numpy as np


def yule_walker(errors: np.ndarray, most: int) -> np.ndarray:
    """A stationary autoregression of errors with mean zero, its order chosen by BIC.

    Parameters
    ----------
    errors : ndarray, shape (T,)
    most : int
        Largest order tried.

    Returns
    -------
    ndarray, shape (p,)
        Coefficients of lags 1 to p; p may be 0.

    Notes
    -----
    By the recursion of Levinson and Durbin, whose coefficients are stationary in every sample.
    """
    nobs = len(errors)
    moments = np.array([errors[lag:] @ errors[: nobs - lag] for lag in range(most + 1)]) / nobs
    variance, phi = moments[0], np.empty(0)
    best, chosen = nobs * np.log(variance), phi
    for order in range(1, most + 1):
        reflection = (moments[order] - phi @ moments[order - 1 : 0 : -1]) / variance
        phi = np.append(phi - reflection * phi[::-1], reflection)
        variance *= 1 - reflection**2
        criterion = nobs * np.log(variance) + order * np.log(nobs)
        if criterion < best:
            best, chosen = criterion, phi
    return chosen


def innovations(errors: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """What the autoregression leaves of errors (..., T)."""
    left = errors.copy()
    for lag, coefficient in enumerate(phi, start=1):
        left[..., lag:] -= coefficient * errors[..., :-lag]
    return left


def coloured(shocks: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Errors (..., T) that innovations of the same shape give."""
    from scipy.signal import lfilter

    return np.asarray(lfilter([1.0], np.append(1.0, -phi), shocks, axis=-1))


def quasi_differences(series: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """s_t - sum_j phi_j s_{t-j} in the rows that have p before them, (T, ...) to (T - p, ...).

    A regression between such series has the coefficients of the series themselves, and errors
    that are not autocorrelated (Cochrane and Orcutt 1949).
    """
    p = len(phi)
    left = series[p:].copy()
    for lag, coefficient in enumerate(phi, start=1):
        left -= coefficient * series[p - lag : len(series) - lag]
    return np.asarray(left)
