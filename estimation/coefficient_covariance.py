"""Covariance of the coefficients of a VAR: classical, or robust to heteroskedasticity."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .restricted_var import LinearRestrictions

ErrorKind = Literal["classical", "HC0", "HC1", "HC3"]


def coefficient_covariance(
    x: np.ndarray,
    residuals: np.ndarray,
    gram_inverse: np.ndarray,
    covariance: np.ndarray,
    restrictions: LinearRestrictions | None = None,
    *,
    errors: ErrorKind,
    parameters: float,
) -> np.ndarray:
    """Covariance of all coefficients under an assumption about the errors.

    Parameters
    ----------
    x : ndarray, shape (T, n)
    residuals : ndarray, shape (T, K)
    gram_inverse : ndarray, shape (n, n)
    covariance : ndarray, shape (K, K)
        Of the errors; its divisor becomes that of the classical result. Under restrictions it is
        the weight of generalised least squares.
    restrictions : LinearRestrictions, optional
    errors : {"classical", "HC0", "HC1", "HC3"}
        Alike in all periods; or of a covariance that differs between them, with squared residuals
        as they are, times T / (T - parameters), or each over one minus its leverage. A period with
        a dummy of its own has no residual and adds nothing to a robust covariance.
    parameters : float
        Coefficients of an equation, on average.

    Returns
    -------
    ndarray, shape (K n, K n)
        Equation by equation; zero in the directions that the restrictions fix.

    References
    ----------
    White (1980); MacKinnon and White (1985). The leverage is that of all regressors, which under
    restrictions errs on the side of caution.
    """
    found = (
        _classical(gram_inverse, covariance, restrictions)
        if errors == "classical"
        else _robust(x, residuals, gram_inverse, covariance, restrictions, errors, parameters)
    )
    return found if restrictions is None else _cleared(found, restrictions, len(gram_inverse))


def _classical(
    gram_inverse: np.ndarray, covariance: np.ndarray, restrictions: LinearRestrictions | None
) -> np.ndarray:
    """N = Sigma (x) (X'X)^-1 without restrictions, N - N C' (C N C')^-1 C N with them."""
    free: np.ndarray = np.kron(covariance, gram_inverse)
    if restrictions is None:
        return free
    matrix, weights = _towards_restrictions(gram_inverse, covariance, restrictions)
    lost = (free @ matrix.T) @ weights
    found: np.ndarray = free - (lost + lost.T) / 2
    return found


def _robust(
    x: np.ndarray,
    residuals: np.ndarray,
    gram_inverse: np.ndarray,
    covariance: np.ndarray,
    restrictions: LinearRestrictions | None,
    errors: ErrorKind,
    parameters: float,
) -> np.ndarray:
    """The sum over periods of h_t h_t', h_t = u_t (x) (X'X)^-1 x_t, cross-equation blocks included.

    With restrictions h_t loses its part in the directions that they fix.
    """
    nobs = len(x)
    ahead = x @ gram_inverse
    if errors == "HC3":
        left = 1 - np.einsum("tn,tn->t", ahead, x)
        own_dummy = left < 1e-8
        enlarged = np.where(own_dummy, 0.0, 1 / np.where(own_dummy, 1.0, left))
        residuals = residuals * enlarged[:, None]
    influence = np.einsum("tk,tn->tkn", residuals, ahead).reshape(nobs, -1)
    if restrictions is not None:
        matrix, weights = _towards_restrictions(gram_inverse, covariance, restrictions)
        influence -= (influence @ matrix.T) @ weights
    factor = nobs / (nobs - parameters) if errors == "HC1" else 1.0
    found: np.ndarray = factor * (influence.T @ influence)
    return found


def _towards_restrictions(
    gram_inverse: np.ndarray, covariance: np.ndarray, restrictions: LinearRestrictions
) -> tuple[np.ndarray, np.ndarray]:
    """C and (C N C')^-1 C N, rows scaled to unit variance before solving."""
    matrix = restrictions.matrix(len(covariance))
    across = matrix @ np.kron(covariance, gram_inverse)
    middle = across @ matrix.T
    length = np.sqrt(np.diag(middle))
    scaled = middle / np.outer(length, length)
    return matrix, np.linalg.solve(scaled, across / length[:, None]) / length[:, None]


def _cleared(matrix: np.ndarray, restrictions: LinearRestrictions, n: int) -> np.ndarray:
    """Rounding taken off the rows and columns of coefficients that are fixed."""
    regressor, equation, _ = restrictions.fixed()
    place = equation * n + regressor
    matrix[place] = 0.0
    matrix[:, place] = 0.0
    return matrix
