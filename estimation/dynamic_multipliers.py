"""Responses of a VAR to its exogenous variables."""

from __future__ import annotations

import numpy as np

from .responses import impulse_responses


def dynamic_multipliers(lags: np.ndarray, exogenous: np.ndarray, horizon: int) -> np.ndarray:
    """Effect of a change in x_t alone on y_{t+h}.

    D_h = A_1 D_{h-1} + ... + A_p D_{h-p} + Theta_h, with Theta_h the coefficients of x_{t-h}, zero
    beyond the lags of x. Each Theta_i is an impulse that arrives i periods late. The effect of a
    change that lasts is D_0 + ... + D_h.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    exogenous : ndarray, shape (..., q+1, K, J)
        Coefficients of x_t, x_{t-1}, ..., x_{t-q}.
    horizon : int
        Last horizon.

    Returns
    -------
    ndarray, shape (..., H+1, K, J)
        [horizon, response, exogenous variable], horizon 0 first.

    References
    ----------
    Lütkepohl (2005), section 10.6.
    """
    *batch, delays, k, j = exogenous.shape
    found = np.zeros((*batch, horizon + 1, k, j))
    for delay in range(min(delays, horizon + 1)):
        found[..., delay:, :, :] += impulse_responses(
            lags, exogenous[..., delay, :, :], horizon - delay
        )
    return found
