"""Impact matrices of which only some columns are identified: those shocks, and the rest as one.

With u_t = B e_t and B B' = Sigma, the shock of an identified column b_j is
e_j = b_j' Sigma^-1 u_t, whatever the other columns are. Those are known as far as their sum goes:
with B_1 the identified columns, any B_2 with B_1 B_1' + B_2 B_2' = Sigma spans the part of u_t that
is left, and what is added up over all its columns does not depend on which of them is taken. So an
impact matrix that is completed by some B_2 serves wherever the shocks that are not identified are
only summed.
"""

from __future__ import annotations

import numpy as np


def identified_columns(impact: np.ndarray) -> np.ndarray:
    """Which shocks an impact matrix (K, K) identifies, shape (K,), bool; NaN marks the others."""
    return np.asarray(np.isfinite(impact).all(axis=0))


def completed(impact: np.ndarray, covariance: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Impact matrices with columns that exhaust Sigma in the place of those not identified.

    Parameters
    ----------
    impact, covariance : ndarray, shape (..., K, K)
    known : ndarray of bool, shape (K,)
        The identified columns, which are kept as they are.

    Returns
    -------
    ndarray, shape (..., K, K)
        Single columns that were not identified mean nothing: only sums over all of them do.
    """
    if known.all():
        return impact
    factor = np.linalg.cholesky(covariance)
    # Sigma = P P': in the coordinates P^-1 u_t shocks are orthonormal directions.
    directions = np.linalg.solve(factor, impact[..., known])
    basis = np.linalg.qr(directions, mode="complete").Q
    whole = impact.copy()
    whole[..., ~known] = factor @ basis[..., directions.shape[-1] :]
    return whole


def with_remainder(parts: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What each identified shock does and, last, what all others do together.

    Parameters
    ----------
    parts : ndarray, shape (..., K)
        What adds up over the shocks of a completed impact matrix.
    known : ndarray of bool, shape (K,)

    Returns
    -------
    ndarray, shape (..., J + 1), J identified shocks; (..., K) where all are.
    """
    if known.all():
        return parts
    rest = parts[..., ~known].sum(axis=-1, keepdims=True)
    return np.concatenate([parts[..., known], rest], axis=-1)
