"""Case deletion: what an estimated VAR would be without some of its periods, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: A period with more leverage has a dummy of its own: leaving it out changes nothing.
_OWN_DUMMY = 1 - 1e-8


@dataclass(frozen=True, slots=True)
class Deletions:
    """Least squares without one stretch of rows, for each place where it can begin.

    Attributes
    ----------
    coefficients : ndarray, shape (T, n, K)
    products : ndarray, shape (T, K, K)
        Residual cross products of the rows that stay.
    removed : ndarray of int, shape (T,)
        Rows left out: fewer than the length of the stretch at the end of the sample, and where
        rows had dummies of their own.
    leverage : ndarray, shape (T,)
        x_t' (X'X)^-1 x_t of the first row of each stretch.
    """

    coefficients: np.ndarray
    products: np.ndarray
    removed: np.ndarray
    leverage: np.ndarray


def leave_out(
    x: np.ndarray,
    residuals: np.ndarray,
    coefficients: np.ndarray,
    gram_inverse: np.ndarray,
    length: int = 1,
) -> Deletions:
    """Leave out each period, or each stretch of ``length`` periods, in turn.

    With X_d and u_d the rows left out and H_d = X_d (X'X)^-1 X_d', the coefficients change by
    -(X'X)^-1 X_d' (I - H_d)^-1 u_d and the residual cross product by -u_d' (I - H_d)^-1 u_d: what a
    dummy for each row left out would do.

    Parameters
    ----------
    x : ndarray, shape (T, n)
    residuals : ndarray, shape (T, K)
    coefficients : ndarray, shape (n, K)
    gram_inverse : ndarray, shape (n, n)
    length : int

    References
    ----------
    Belsley, Kuh and Welsch (1980), chapter 2.
    """
    nobs = len(x)
    rows = np.arange(nobs)[:, None] + np.arange(length)
    inside = rows < nobs
    rows = np.minimum(rows, nobs - 1)
    leverage = np.einsum("tn,tn->t", x @ gram_inverse, x)
    used = inside & (leverage[rows] < _OWN_DUMMY)
    left_out = x[rows] * used[..., None]
    errors = residuals[rows] * used[..., None]
    ahead = left_out @ gram_inverse
    hat = ahead @ np.swapaxes(left_out, 1, 2)
    weighted = np.linalg.solve(np.eye(length) - hat, errors)
    return Deletions(
        coefficients - np.swapaxes(ahead, 1, 2) @ weighted,
        residuals.T @ residuals - np.swapaxes(errors, 1, 2) @ weighted,
        used.sum(axis=1),
        leverage,
    )
