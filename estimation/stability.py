"""Which of many VARs are stationary."""

from __future__ import annotations

import numpy as np

from .companion import companion
from .responses import MANY_DRAWS, impulse_responses

#: The first power of the companion matrix that is looked at, and how often it is squared.
FIRST_POWER = 128
SQUARINGS = 7

#: VARs looked at together: their companion matrices stay in the cache.
CHUNK = 128

#: Up to this many rows of the companion matrix, eigenvalues are the quickest answer.
SMALL = 12


def are_stationary(lags: np.ndarray) -> np.ndarray:
    """Whether all roots of each VAR lie strictly inside the unit circle.

    The largest root rho of the companion matrix M obeys rho^n <= |M^n| and |tr M^n| <= K p rho^n.
    A high power of M therefore settles the question for all but the VARs closest to the circle, of
    which alone the eigenvalues are computed: for 6 variables and 12 lags they cost as much as
    thirty products.

    Parameters
    ----------
    lags : ndarray, shape (R, p, K, K)
        In units of similar size, such as the errors' standard deviations.

    Returns
    -------
    ndarray of bool, shape (R,)
    """
    count, p, k, _ = lags.shape
    if count < MANY_DRAWS or k * p <= SMALL:
        return _by_eigenvalues(lags)
    found = np.empty(count, dtype=bool)
    for first in range(0, count, CHUNK):
        chunk = slice(first, first + CHUNK)
        found[chunk] = _by_powers(lags[chunk])
    return found


def _by_eigenvalues(lags: np.ndarray) -> np.ndarray:
    roots = np.linalg.eigvals(companion(lags))
    return np.asarray(np.abs(roots).max(axis=1) < 1)


def _by_powers(lags: np.ndarray) -> np.ndarray:
    found = np.zeros(len(lags), dtype=bool)
    open_ = np.arange(len(lags))
    with np.errstate(over="ignore", invalid="ignore"):
        power = _companion_power(lags, FIRST_POWER)
        for _ in range(SQUARINGS + 1):
            inside = np.linalg.norm(power, axis=(1, 2)) < 1
            outside = np.abs(np.trace(power, axis1=1, axis2=2)) > power.shape[1]
            found[open_[inside]] = True
            doubtful = ~(inside | outside)
            open_ = open_[doubtful]
            power = power[doubtful] @ power[doubtful]
    found[open_] = _by_eigenvalues(lags[open_])
    return found


def _companion_power(lags: np.ndarray, power: int) -> np.ndarray:
    """M^n, shape (R, K p, K p), from the moving-average coefficients Phi.

    The first K columns of M^h are (Phi_h', ..., Phi_{h-p+1}')'. With W = [E, M E, ..., M^{p-1} E],
    E the first K columns of the identity, M^n W holds only such columns, and the inverse of W is
    the triangular Toeplitz matrix of (I, -A_1, ..., -A_{p-1}).
    """
    count, p, k, _ = lags.shape
    phi = impulse_responses(lags, np.eye(k), power + p - 1)
    ahead = np.empty((count, p, k, p, k))
    w_inverse = np.zeros((count, p, k, p, k))
    for row in range(p):
        for column in range(p):
            ahead[:, row, :, column] = phi[:, power + column - row]
            if column == row:
                w_inverse[:, row, :, column] = np.eye(k)
            elif column > row:
                w_inverse[:, row, :, column] = -lags[:, column - row - 1]
    product: np.ndarray = ahead.reshape(count, p * k, -1) @ w_inverse.reshape(count, p * k, -1)
    return product
