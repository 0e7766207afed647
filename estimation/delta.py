"""The delta method by differences: asymptotic covariances, and estimates moved along their roots.

The parameters are theta = (b, s): b the coefficients of all equations, equation by equation, and
s = vech Sigma, the lower triangle of the error covariance row by row.
"""

from __future__ import annotations

import numpy as np

from .var_bootstrap import ReducedFormDraws

#: Length of a step in standard errors. Central differences err by its square, and by rounding
#: over it: derivatives of responses over 48 periods are right to 1e-7 of a standard error.
STEP = 1e-4
#: Eigenvalues of a correlation matrix below this are rounding.
SINGULAR = 1e-13


def normal_covariance(
    coefficient_covariance: np.ndarray, covariance: np.ndarray, nobs: int
) -> np.ndarray:
    """Covariance of theta when the errors are normal, independent and alike in all periods.

    Coefficients and Sigma are independent; the covariance of s is 2 D+ (Sigma (x) Sigma) D+' / T.

    Parameters
    ----------
    coefficient_covariance : ndarray, shape (K n, K n)
        Such as Sigma (x) (X'X)^-1: already that of the estimate, so divided by T too.
    covariance : ndarray, shape (K, K)
    nobs : int

    Returns
    -------
    ndarray, shape (K n + K(K+1)/2, K n + K(K+1)/2)

    References
    ----------
    Lütkepohl (2005), propositions 3.1 and 3.4.
    """
    row, column = np.tril_indices(len(covariance))
    of_sigma = (
        covariance[np.ix_(row, row)] * covariance[np.ix_(column, column)]
        + covariance[np.ix_(row, column)] * covariance[np.ix_(column, row)]
    ) / nobs
    return _side_by_side(coefficient_covariance, of_sigma)


def iid_covariance(coefficient_covariance: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Covariance of theta when the errors are independent and alike, of any distribution.

    As ``normal_covariance``, with the covariance of s from the fourth moments of the residuals.

    Parameters
    ----------
    coefficient_covariance : ndarray, shape (K n, K n)
    residuals : ndarray, shape (T, K)
        With the mean square that is reported as Sigma.
    """
    moments = _covariance_influence(residuals)
    return _side_by_side(coefficient_covariance, moments.T @ moments)


def robust_covariance(
    coefficient_covariance: np.ndarray,
    covariance: np.ndarray,
    design: np.ndarray,
    residuals: np.ndarray,
) -> np.ndarray:
    """Covariance of theta when the errors are a martingale difference of moving variance.

    The sum over periods of h_t h_t', h_t = (V (Sigma^-1 u_t (x) x_t), (vech u_t u_t' - s) / T),
    where V is the covariance of b under errors that are alike. Without restrictions on b the
    first part is u_t (x) (X'X)^-1 x_t. The blocks between b and s are kept: they are zero only for
    symmetric errors.

    Parameters
    ----------
    coefficient_covariance : ndarray, shape (K n, K n)
    covariance : ndarray, shape (K, K)
    design : ndarray, shape (T, n)
    residuals : ndarray, shape (T, K)
        With the mean square that is reported as Sigma.

    References
    ----------
    White (1980) for b. Neighbouring periods are taken to be uncorrelated in h_t, which for s under
    conditional heteroskedasticity of long memory understates the variance (Brüggemann, Jentsch and
    Trenkler 2016).
    """
    weighted = np.linalg.solve(covariance, residuals.T).T
    scores = (weighted[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    influence = np.hstack([scores @ coefficient_covariance, _covariance_influence(residuals)])
    robust: np.ndarray = influence.T @ influence
    return robust


def root(covariance: np.ndarray) -> np.ndarray:
    """A matrix R with R R' equal to a positive semi-definite matrix; null directions left out.

    Parameters
    ----------
    covariance : ndarray, shape (n, n)
        Rows of zeros are parameters that are fixed.

    Returns
    -------
    ndarray, shape (n, q), q <= n
    """
    scale = np.sqrt(np.diag(covariance))
    free = scale > 0
    # Eigenvectors of the correlations: those of the covariance would depend on units.
    correlation = covariance[np.ix_(free, free)] / np.outer(scale[free], scale[free])
    size, vectors = np.linalg.eigh(correlation)
    kept = size > SINGULAR * len(size)
    found = np.zeros((len(scale), int(kept.sum())))
    found[free] = scale[free, None] * vectors[:, kept] * np.sqrt(size[kept])
    return found


def perturbed(
    lags: np.ndarray, deterministic: np.ndarray, covariance: np.ndarray, directions: np.ndarray
) -> ReducedFormDraws:
    """The reduced form moved by plus and minus ``STEP`` along each direction.

    Parameters
    ----------
    lags : ndarray, shape (p, K, K)
    deterministic : ndarray, shape (K, m)
    covariance : ndarray, shape (K, K)
    directions : ndarray, shape (K n + K(K+1)/2, q)

    Returns
    -------
    ReducedFormDraws
        2 q of them: the q with plus, then the q with minus, in the same order.
    """
    p, k, _ = lags.shape
    m = deterministic.shape[1]
    step = STEP * np.vstack([directions.T, -directions.T])
    by_equation = step[:, : k * (m + k * p)].reshape(len(step), k, m + k * p)
    to_lags = by_equation[:, :, m:].reshape(-1, k, p, k).transpose(0, 2, 1, 3)
    to_covariance = np.zeros((len(step), k, k))
    row, column = np.tril_indices(k)
    to_covariance[:, row, column] = to_covariance[:, column, row] = step[:, by_equation[0].size :]
    return ReducedFormDraws(
        lags + to_lags, deterministic + by_equation[:, :, :m], covariance + to_covariance, 0, 0
    )


def moved_along(estimate: np.ndarray, root: np.ndarray) -> np.ndarray:
    """An estimate moved by plus and minus ``STEP`` along a root of its covariance.

    Parameters
    ----------
    estimate : ndarray, shape (...)
    root : ndarray, shape (q, ...)
        What ``directional_derivatives`` gives back.

    Returns
    -------
    ndarray, shape (2 q, ...)
        In the order of ``perturbed``.
    """
    pairs = len(root)
    draws = np.empty((2 * pairs, *estimate.shape))
    np.multiply(root, STEP, out=draws[:pairs])
    np.subtract(estimate, draws[:pairs], out=draws[pairs:])
    draws[:pairs] += estimate
    return draws


def directional_derivatives(draws: np.ndarray) -> np.ndarray:
    """Central differences of what was computed from the ``perturbed`` reduced forms.

    Parameters
    ----------
    draws : ndarray, shape (2 q, ...)

    Returns
    -------
    ndarray, shape (q, ...)
        One a direction. The sum of their squares is the delta method's variance.
    """
    pairs = len(draws) // 2
    derivatives: np.ndarray = (draws[:pairs] - draws[pairs:]) / (2 * STEP)
    return derivatives


def _covariance_influence(residuals: np.ndarray) -> np.ndarray:
    """(vech u_t u_t' - mean) / T, shape (T, K(K+1)/2)."""
    row, column = np.tril_indices(residuals.shape[1])
    products = residuals[:, row] * residuals[:, column]
    influence: np.ndarray = (products - products.mean(axis=0)) / len(residuals)
    return influence


def _side_by_side(coefficients: np.ndarray, of_sigma: np.ndarray) -> np.ndarray:
    """A block-diagonal matrix."""
    n, width = len(coefficients), len(coefficients) + len(of_sigma)
    joint = np.zeros((width, width))
    joint[:n, :n] = coefficients
    joint[n:, n:] = of_sigma
    return joint
