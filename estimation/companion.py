"""The companion form of a VAR: its roots and its moving-average coefficients."""

from __future__ import annotations

import numpy as np


def companion(lags: np.ndarray) -> np.ndarray:
    """Companion matrix of A_1, ..., A_p.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)

    Returns
    -------
    ndarray, shape (..., K p, K p)
    """
    *batch, p, k, _ = lags.shape
    matrix = np.zeros((*batch, k * p, k * p))
    matrix[..., :k, :] = side_by_side(lags)
    below = np.arange(k * (p - 1))
    matrix[..., k + below, below] = 1.0
    return matrix


def side_by_side(lags: np.ndarray) -> np.ndarray:
    """[A_1, ..., A_p], shape (..., K, p K)."""
    *batch, p, k, _ = lags.shape
    return np.moveaxis(lags, -3, -2).reshape(*batch, k, p * k)


def companion_roots(lags: np.ndarray) -> np.ndarray:
    """Eigenvalues of the companion matrix, largest modulus first.

    The VAR is stable when all of them lie strictly inside the unit circle.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)

    Returns
    -------
    complex ndarray, shape (..., K p)
    """
    roots = np.linalg.eigvals(companion(lags)).astype(complex)
    order = np.argsort(-np.abs(roots), axis=-1, kind="stable")
    return np.take_along_axis(roots, order, axis=-1)


def moving_average(lags: np.ndarray, horizon: int) -> np.ndarray:
    """Coefficients of the reduced form's moving average by the recursion Phi_h = sum_l A_l Phi_h-l.

    The recursion needs no eigenvectors, which a defective companion matrix does not have.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    horizon : int

    Returns
    -------
    ndarray, shape (..., H+1, K, K)
        Phi_0 = I first.
    """
    *batch, p, k, _ = lags.shape
    phi = np.zeros((*batch, horizon + 1, k, k))
    phi[..., 0, :, :] = np.eye(k)
    for h in range(1, horizon + 1):
        for lag in range(1, min(h, p) + 1):
            phi[..., h, :, :] += lags[..., lag - 1, :, :] @ phi[..., h - lag, :, :]
    return phi
