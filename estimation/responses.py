"""Impulse responses of a VAR, for one set of coefficients or for thousands of draws."""

from __future__ import annotations

import math

import numpy as np

from .companion import moving_average

#: From this many draws of the coefficients on, eight go through the recursion at a time.
MANY_DRAWS = 64


def impulse_responses(
    lags: np.ndarray, impact: np.ndarray, horizon: int, *, threads: int = 1
) -> np.ndarray:
    """Responses Theta_h = Phi_h B of the variables to the shocks.

    Computed by the recursion Theta_h = A_1 Theta_{h-1} + ... + A_p Theta_{h-p} from Theta_0 = B,
    which needs no eigenvectors.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    impact : ndarray, shape (..., K, J)
        Columns of B for J shocks, J <= K. Leading axes broadcast with those of ``lags``.
    horizon : int
        Last horizon.
    threads : int

    Returns
    -------
    ndarray, shape (..., H+1, K, J)
        [horizon, response, shock], horizon 0 first.

    References
    ----------
    Lütkepohl (2005), section 2.3.
    """
    leading = np.broadcast_shapes(lags.shape[:-3], impact.shape[:-2])
    if math.prod(lags.shape[:-3]) < MANY_DRAWS:
        responses: np.ndarray = moving_average(lags, horizon) @ impact[..., None, :, :]
        return responses
    from .response_lanes import recursion

    p, k = lags.shape[-3:-1]
    flat_lags = np.broadcast_to(lags, (*leading, p, k, k)).reshape(-1, p, k, k)
    flat_impact = np.broadcast_to(impact, (*leading, *impact.shape[-2:])).reshape(
        -1, *impact.shape[-2:]
    )
    found = recursion(flat_lags, flat_impact, horizon, threads)
    return found.reshape(*leading, horizon + 1, k, -1)
