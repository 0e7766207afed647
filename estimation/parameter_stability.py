"""Tests of constant coefficients that allow autocorrelated errors, for many outcomes at once.

Outcomes stand on the first axis, as a bootstrap gives them. Long-run covariances are Bartlett's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .breaks import does_not_vary, residuals_on
from .long_run_covariance import bartlett_root

#: Elliott and Müller's alternative: coefficients that move by so much over the sample.
PERSISTENCE = 10.0


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Linear functions of coefficients that are new to a regression, ready for its tests.

    Attributes
    ----------
    basis : ndarray, shape (T, q)
        Orthonormal; what the new regressors add to those of the null.
    influence : ndarray, shape (m, T)
        Outcomes times it are the estimates.
    freedom : int
        T less the coefficients of both.
    """

    basis: np.ndarray
    influence: np.ndarray
    freedom: int

    def estimate(self, outcomes: np.ndarray) -> np.ndarray:
        """The m functions of R outcomes (R, T), shape (R, m)."""
        return np.asarray(outcomes @ self.influence.T)


def contrasts(null: np.ndarray, added: np.ndarray, matrix: np.ndarray) -> Contrasts:
    """Functions of the coefficients of regressors that are added to those of a null.

    Parameters
    ----------
    null : ndarray, shape (T, n)
        Orthonormal basis of the regressors of the null.
    added : ndarray, shape (T, q)
    matrix : ndarray, shape (m, q)
        The functions, one a row.

    Raises
    ------
    NumericalError
        If the new regressors are combinations of the others.
    """
    left = residuals_on(null, added)
    basis, triangle = np.linalg.qr(left)
    if np.any(np.abs(np.diag(triangle)) < 1e-8 * np.linalg.norm(added, axis=0)):
        raise does_not_vary()
    freedom = len(null) - null.shape[1] - added.shape[1]
    return Contrasts(basis, np.linalg.solve(triangle.T, matrix.T).T @ basis.T, freedom)


def contrast_covariance(tested: Contrasts, residuals: np.ndarray, lags: int) -> np.ndarray:
    """HAC covariance of the functions, with the factor T / freedom, shape (R, m, m).

    Parameters
    ----------
    tested : Contrasts
    residuals : ndarray, shape (R, T)
        Of the regression without the new regressors.
    lags : int
        Of Bartlett's kernel.
    """
    left = residuals - (residuals @ tested.basis) @ tested.basis.T
    root = bartlett_root(tested.influence.T[:, None, :] * left.T[:, :, None], lags)
    factor = len(tested.basis) / tested.freedom
    return np.asarray(factor * np.einsum("srm,srn->rmn", root, root, optimize=True))


def hac_wald(tested: Contrasts, residuals: np.ndarray, lags: int) -> np.ndarray:
    """Wald statistics of the functions being zero, chi-squared with m degrees of freedom.

    Parameters
    ----------
    tested : Contrasts
    residuals : ndarray, shape (R, T)
        Of the regression without the new regressors.
    lags : int

    Returns
    -------
    ndarray, shape (R,)
    """
    estimate = tested.estimate(residuals)
    covariance = contrast_covariance(tested, residuals, lags)
    solved = np.linalg.solve(covariance, estimate[..., None])[..., 0]
    return np.asarray(np.einsum("rm,rm->r", estimate, solved))


def standardised_scores(x: np.ndarray, residuals: np.ndarray, lags: int) -> np.ndarray:
    """Scores x_t u_t of R outcomes with a long-run covariance of one, shape (R, T, k).

    Parameters
    ----------
    x : ndarray, shape (T, k)
    residuals : ndarray, shape (R, T)
        Of the regression with constant coefficients.
    lags : int
        Of Bartlett's kernel; 0 for errors that are not autocorrelated.
    """
    scores = x[:, None, :] * residuals.T[:, :, None]
    root = bartlett_root(scores, lags)
    covariance = np.einsum("srk,srl->rkl", root, root, optimize=True) / len(x)
    factor = np.linalg.cholesky(covariance)
    return np.asarray(np.linalg.solve(factor, scores.transpose(1, 2, 0)).transpose(0, 2, 1))


def nyblom(scores: np.ndarray) -> np.ndarray:
    r"""Nyblom's statistic :math:`T^{-2} \sum_t S_t' V^{-1} S_t`, S the cumulated scores.

    Locally most powerful against coefficients that are a martingale.

    Parameters
    ----------
    scores : ndarray, shape (R, T, k)
        Standardised.

    Returns
    -------
    ndarray, shape (R,)

    References
    ----------
    Nyblom (1989); Hansen (1992).
    """
    cumulated = np.cumsum(scores, axis=1)
    return np.asarray(np.einsum("rtk,rtk->r", cumulated, cumulated) / scores.shape[1] ** 2)


def quasi_local_level(scores: np.ndarray) -> np.ndarray:
    r"""The statistic qLL, with its sign turned: large values reject constant coefficients.

    With :math:`\bar r = 1 - 10 / T` and :math:`w_t = \bar r w_{t-1} + \Delta U_t`, it is the sum
    of squares of U less :math:`\bar r` times that of the residuals of w on :math:`\bar r^t`, summed
    over coefficients: point-optimal against one persistent movement and, asymptotically, against
    few breaks or many alike.

    Parameters
    ----------
    scores : ndarray, shape (R, T, k)
        U: standardised scores.

    Returns
    -------
    ndarray, shape (R,)

    References
    ----------
    Elliott and Müller (2006).
    """
    from scipy.signal import lfilter

    nobs = scores.shape[1]
    r = 1 - PERSISTENCE / nobs
    w = lfilter([1.0, -1.0], [1.0, -r], scores, axis=1)
    trend = r ** np.arange(1, nobs + 1)
    on_trend = np.einsum("t,rtk->rk", trend, w) ** 2 / (trend @ trend)
    unexplained = np.einsum("rtk,rtk->r", w, w) - on_trend.sum(axis=1)
    return np.asarray(np.einsum("rtk,rtk->r", scores, scores) - r * unexplained)
