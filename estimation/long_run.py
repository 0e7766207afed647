"""Long-run effects of the errors of a stationary VAR: the sum of their moving average."""

from __future__ import annotations

import numpy as np


def long_run_multiplier(lags: np.ndarray) -> np.ndarray:
    """(I - A_1 - ... - A_p)^-1: the sum of all moving-average coefficients of a stable VAR.

    NaN where the determinant of I - A_1 - ... - A_p is not positive: a real root lies on or outside
    the unit circle, the sum does not exist, and the formula would give it the wrong sign.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)

    Returns
    -------
    ndarray, shape (..., K, K)
    """
    at_one = np.eye(lags.shape[-1]) - lags.sum(axis=-3)
    exists = (np.linalg.slogdet(at_one)[0] > 0)[..., None, None]
    found = np.linalg.inv(np.where(exists, at_one, np.eye(lags.shape[-1])))
    return np.where(exists, found, np.nan)


def recursive_long_run(factor: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """B with B B' = Sigma whose long-run matrix is lower triangular with a positive diagonal.

    With Sigma = F F' and rows F = L Q' (L lower triangular, Q orthogonal) it is B = F Q, whose
    long-run matrix is L: no covariance is formed, which would square the condition of the rows.

    Parameters
    ----------
    factor : ndarray, shape (..., K, K)
        F.
    rows : ndarray, shape (..., K, K)
        Rows of the long-run multiplier in the order of the restrictions.

    Returns
    -------
    ndarray, shape (..., K, K)
        Shocks in the order of the restrictions; NaN where the rows are.
    """
    product = np.swapaxes(rows @ factor, -1, -2)
    exists = np.isfinite(product).all(axis=(-1, -2), keepdims=True)
    q, r = np.linalg.qr(np.where(exists, product, np.eye(product.shape[-1])))
    own = np.einsum("...ii->...i", r)
    return np.where(exists, factor @ (q * np.where(own < 0, -1.0, 1.0)[..., None, :]), np.nan)
