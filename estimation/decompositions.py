"""Variance shares and historical contributions of structural shocks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .companion import side_by_side
from .least_squares import lagged


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


def shares_of_variance(parts: np.ndarray, responses: np.ndarray) -> np.ndarray:
    """Cumulated squares of ``parts`` over the forecast error variance.

    Two uses. With draws of the sampling errors Theta* - Theta as parts these are the shares that a
    shock without any effect would seem to have: an estimated share is a sum of squares, above
    zero even where the true one is zero. With generalised responses as parts they are the
    generalised shares as they are, which do not add up to one.

    Parameters
    ----------
    parts : ndarray, shape (..., H, K, J)
    responses : ndarray, shape (..., H, K, K)
        Responses to shocks that exhaust the covariance, in any rotation.

    Returns
    -------
    ndarray, shape (..., H, K, J)
        [n - 1, variable, part] for n steps ahead.
    """
    shares: np.ndarray = np.cumsum(parts**2, axis=-3)
    shares /= np.cumsum((responses**2).sum(axis=-1, keepdims=True), axis=-3)
    return shares


def historical_decomposition(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    impact: np.ndarray,
    groups: Sequence[Sequence[int]] | None = None,
) -> np.ndarray:
    """Contributions to each observation: of every shock, the initial condition, groups of z.

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
    groups : sequence of sequences of int, optional
        Columns of z whose contributions are one part; each column belongs to one group. By
        default all columns are a single part.

    Returns
    -------
    ndarray, shape (..., T, K, K+1+G)
        [time, variable, part]: shocks in their order, then initial condition, then the groups.
    """
    together = groups if groups is not None else [range(z.shape[1])]
    *batch, p, k, _ = lags.shape
    rows = len(z)
    terms = np.stack(
        [
            np.einsum("...im,tm->...ti", deterministic[..., columns], z[:, columns])
            for columns in map(list, together)
        ],
        axis=-1,
    )
    residuals = _less_lags(y, lags) - terms.sum(axis=-1)
    shocks = np.linalg.solve(impact, np.swapaxes(residuals, -1, -2))
    parts = k + 1 + terms.shape[-1]
    entering = np.zeros((*batch, rows, k, parts))
    entering[..., :k] = np.einsum("...ij,...jt->...tij", impact, shocks)
    entering[..., k + 1 :] = terms
    state = np.zeros((*batch, p * k, parts))
    state[..., k] = y[p - 1 :: -1].reshape(p * k) if p else 0.0
    stacked = side_by_side(lags)
    for t in range(rows):
        entering[..., t, :, :] += stacked @ state
        state[..., k:, :] = state[..., :-k, :].copy()
        state[..., :k, :] = entering[..., t, :, :]
    return entering


def implied_residuals(
    y: np.ndarray, z: np.ndarray, lags: np.ndarray, deterministic: np.ndarray
) -> np.ndarray:
    """Residuals that parameters imply for data, shape (..., T, K).

    Parameters
    ----------
    y : ndarray, shape (T+p, K) or (..., T+p, K)
        Data with the presample first: the observed ones, or those that belong to the parameters.
    z : ndarray, shape (T, m)
    lags : ndarray, shape (..., p, K, K)
    deterministic : ndarray, shape (..., K, m)
    """
    residuals: np.ndarray = _less_lags(y, lags) - z @ np.swapaxes(deterministic, -1, -2)
    return residuals


def _less_lags(y: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """y_t - A_1 y_{t-1} - ... - A_p y_{t-p}, shape (..., T, K)."""
    p = lags.shape[-3]
    left: np.ndarray = y[..., p:, :] - lagged(y, p) @ np.swapaxes(side_by_side(lags), -1, -2)
    return left
