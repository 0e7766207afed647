r"""Sampling errors of an instrumented shock: joint influence functions of the VAR and E[z u].

The shock that moves instrument z is identified up to scale by Gamma = E[z u]: its responses are
Phi_h Gamma over the impact response of its own variable. All of them are functions of the
coefficients and of Gamma, and an influence function says what each period adds to the estimation
error of such a function. It is carried through the recursion of the responses, so that
numerators and denominators of any two responses have a joint covariance, whatever the strength
of the instrument.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .companion import side_by_side
from .responses import impulse_responses


@dataclass(frozen=True, slots=True)
class Influenced:
    r"""An estimate with its influence function: estimate - truth is about mean_t psi_t.

    Attributes
    ----------
    value : ndarray, shape (...)
    influence : ndarray, shape (T, ...)
        psi_t, with mean zero.
    """

    value: np.ndarray
    influence: np.ndarray

    def cumulated(self, summed: np.ndarray) -> Influenced:
        """Responses [horizon, response, ...], those of some variables summed over horizons.

        Parameters
        ----------
        summed : ndarray of bool, shape (K,)
        """
        value, influence = self.value.copy(), self.influence.copy()
        value[:, summed] = value[:, summed].cumsum(axis=0)
        influence[:, :, summed] = influence[:, :, summed].cumsum(axis=1)
        return Influenced(value, influence)


def coefficient_influence(
    design: np.ndarray,
    residuals: np.ndarray,
    covariance: np.ndarray,
    coefficient_covariance: np.ndarray,
) -> np.ndarray:
    """Influence of each period on the coefficients, T V (Sigma^-1 u_t (x) x_t).

    V is the covariance of the coefficients under errors that are alike. Without restrictions the
    influence is T u_t (x) (X'X)^-1 x_t; with them it has no part in the directions that are fixed.

    Parameters
    ----------
    design : ndarray, shape (T, n)
    residuals : ndarray, shape (T, K)
    covariance : ndarray, shape (K, K)
    coefficient_covariance : ndarray, shape (K n, K n)
        Equation by equation.

    Returns
    -------
    ndarray, shape (T, K, n)
        [period, equation, regressor].
    """
    nobs, width = design.shape
    weighted = np.linalg.solve(covariance, residuals.T).T
    scores = (weighted[:, :, None] * design[:, None, :]).reshape(nobs, -1)
    found: np.ndarray = nobs * (scores @ coefficient_covariance)
    return found.reshape(nobs, -1, width)


def covariance_with_instruments(
    instruments: np.ndarray,
    residuals: np.ndarray,
    design: np.ndarray,
    coefficients: np.ndarray,
) -> Influenced:
    r"""Gamma = cov(u, z) over the n periods that have the instruments, with its influence.

    Residuals carry the error of the coefficients, u_t - (A_hat - A) x_t, so that

    .. math:: \psi_t = \frac{T}{n} 1_t [(z_t - \bar z)(u_t - \bar u)' - \Gamma']
                       - \frac{1}{n} \sum_s (z_s - \bar z) x_s' \, \psi^A_t{}' .

    Where the instruments cover the sample this is (z_t residualised on x_t) u_t' - Gamma'; raw z_t
    would leave out what estimating the VAR adds.

    Parameters
    ----------
    instruments : ndarray, shape (T, q)
        NaN in periods without; a period counts if it has all of them.
    residuals : ndarray, shape (T, K)
    design : ndarray, shape (T, n)
        What the coefficients multiply.
    coefficients : ndarray, shape (T, K, n)
        Influence of each period on the coefficients.

    Returns
    -------
    Influenced
        Value of shape (K, q), divisor n.
    """
    there = np.isfinite(instruments).all(axis=1)
    z = instruments[there] - instruments[there].mean(axis=0)
    u = residuals[there] - residuals[there].mean(axis=0)
    gamma = u.T @ z / len(z)
    influence = -coefficients @ (design[there].T @ z / len(z))
    products = u[:, :, None] * z[:, None, :] - gamma
    influence[there] += len(there) / len(z) * products
    return Influenced(gamma, influence)


def numerators(
    lags: np.ndarray, lag_influence: np.ndarray, gamma: Influenced, horizon: int
) -> Influenced:
    r"""Phi_h Gamma with its influence: responses before they are normalised.

    The responses obey r_h = sum_l A_l r_{h-l} from r_0 = Gamma; a small error in A and Gamma obeys
    the same recursion differentiated, d_h = sum_l (A_l d_{h-l} + dA_l r_{h-l}), d_0 = dGamma.

    Parameters
    ----------
    lags : ndarray, shape (p, K, K)
    lag_influence : ndarray, shape (T, K, K p)
        Of [A_1, ..., A_p].
    gamma : Influenced
        Value of shape (K, q).
    horizon : int

    Returns
    -------
    Influenced
        Value of shape (H+1, K, q).
    """
    value = impulse_responses(lags, gamma.value, horizon)
    flat = side_by_side(lags)
    (p, k, _), q = lags.shape, gamma.value.shape[1]
    influence = np.empty((len(gamma.influence), *value.shape))
    influence[:, 0] = gamma.influence
    for h in range(1, horizon + 1):
        past = slice(max(h - p, 0), h)
        width = k * min(h, p)
        errors = influence[:, past][:, ::-1].reshape(-1, width, q)  # latest first
        responses = value[past][::-1].reshape(width, q)
        influence[:, h] = flat[:, :width] @ errors + lag_influence[:, :, :width] @ responses
    return Influenced(value, influence)


def joint_covariance(*influences: np.ndarray, newey_west: int = 0) -> np.ndarray:
    """Covariance matrices of several estimates from their influence functions.

    Parameters
    ----------
    *influences : ndarray, shape (T, ..., q)
        Leading axes broadcast; each is put after the last.
    newey_west : int
        Lags with Bartlett weights; without them periods count as uncorrelated (HC0).

    Returns
    -------
    ndarray, shape (..., Q, Q)
        Q the number of estimates, divisor T.
    """
    shape = np.broadcast_shapes(*(one.shape[:-1] for one in influences))
    parts = [np.broadcast_to(one, (*shape, one.shape[-1])) for one in influences]
    scores = np.moveaxis(np.concatenate(parts, axis=-1), 0, -2)
    found: np.ndarray = scores.swapaxes(-1, -2) @ scores
    for lag in range(1, newey_west + 1):
        across = scores[..., lag:, :].swapaxes(-1, -2) @ scores[..., :-lag, :]
        found += (1 - lag / (newey_west + 1)) * (across + across.swapaxes(-1, -2))
    return np.asarray(found / shape[0] ** 2)


def wald_of_relevance(denominator: np.ndarray, covariance: np.ndarray) -> float:
    """Wald statistic of the hypothesis that the instruments do not move the shock's own variable.

    Chi-squared with q degrees of freedom under it; a confidence set is unbounded where it does
    not reach the critical value of the set's level.

    Parameters
    ----------
    denominator : ndarray, shape (q,)
        Covariance of the instruments with the own variable's error.
    covariance : ndarray, shape (q, q)
        Of its estimate.
    """
    return float(denominator @ np.linalg.solve(covariance, denominator))
