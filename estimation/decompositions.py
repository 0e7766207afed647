"""Variance shares and historical contributions of structural shocks."""

from __future__ import annotations

import numpy as np


def fevd(responses: np.ndarray) -> np.ndarray:
    """Shares of the forecast error variance.

    The share of shock j in the error of forecasting variable i n steps ahead is
    sum_{h<n} Theta_h[i, j]^2 over the sum of that over all shocks, which is the forecast error
    variance when the shocks exhaust the covariance.

    Parameters
    ----------
    responses : ndarray, shape (..., H, K, K)
        Responses to shocks of unit variance at horizons 0 to H-1, [response, shock].

    Returns
    -------
    ndarray, shape (..., H, K, K)
        [n - 1, variable, shock]; each row over shocks sums to one.
    """
    parts: np.ndarray = np.cumsum(responses**2, axis=-3)
    parts /= parts.sum(axis=-1, keepdims=True)
    return parts


def historical_decomposition(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    impact: np.ndarray,
) -> np.ndarray:
    """Contributions to each observation: of every shock, the initial condition, z.

    Each part follows the VAR's own recursion from what enters it: B e_t for a shock, the
    presample for the initial condition, D z_t for the deterministic and exogenous terms. The
    parts add up to the data exactly, for any parameters: the shocks are those that the
    parameters imply for the observed data.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
        Data with the presample first.
    z : ndarray, shape (T, m)
    lags : ndarray, shape (..., p, K, K)
    deterministic : ndarray, shape (..., K, m)
    impact : ndarray, shape (..., K, K)

    Returns
    -------
    ndarray, shape (..., T, K, K+2)
        [time, variable, part]: shocks in their order, then initial condition, then z.
    """
    *batch, p, k, _ = lags.shape
    rows = len(z)
    stacked = np.moveaxis(lags, -3, -2).reshape(*batch, k, p * k)
    past = np.stack([y[p - lag : p - lag + rows] for lag in range(1, p + 1)], axis=1)
    terms = np.einsum("...im,tm->...ti", deterministic, z)
    residuals = y[p:] - terms - np.einsum("...ij,tj->...ti", stacked, past.reshape(rows, p * k))
    shocks = np.linalg.solve(impact, np.swapaxes(residuals, -1, -2))
    entering = np.zeros((*batch, rows, k, k + 2))
    entering[..., :k] = np.einsum("...ij,...jt->...tij", impact, shocks)
    entering[..., k + 1] = terms
    state = np.zeros((*batch, p * k, k + 2))
    state[..., k] = y[p - 1 :: -1].reshape(p * k) if p else 0.0
    for t in range(rows):
        entering[..., t, :, :] += stacked @ state
        state[..., k:, :] = state[..., :-k, :].copy()
        state[..., :k, :] = entering[..., t, :, :]
    return entering
