"""Standard errors of the GARCH equations of structural shocks."""

from __future__ import annotations

import numpy as np

from .differences import slopes_at_zero
from .garch_shocks import GarchSample, memory_of
from .garch_shocks_optimum import LONGEST_MEMORY, GarchModel

#: A parameter this close to its bound has no standard error.
_EDGE = 1e-6


def garch_std_errors(
    model: GarchModel, basis: np.ndarray, residuals: np.ndarray, usable: np.ndarray
) -> np.ndarray:
    """Standard errors of alpha, beta and alpha + beta, robust to the distribution, shape (3, K).

    The sandwich of the moments that the estimate sets to zero: the score by all parameters,
    coefficients and impact matrix included, given the variances v that the equations return to,
    and e_t^2 - v (Francq, Horvath and Zakoian 2011). NaN for a shock whose equation lies at the
    edge of what is admissible.

    Parameters
    ----------
    model : GarchModel
    basis : ndarray, shape (T, n)
        Orthonormal columns that span the regressors.
    residuals : ndarray, shape (T, K)
    usable : ndarray of bool, shape (T,)
    """
    sample = GarchSample(basis, residuals @ model.unmixing.T, usable)
    theta, level = sample.start(model.persistence, model.share), model.level(residuals)
    n, k = sample.size
    inside = (model.share > _EDGE) & (model.share < 1 - _EDGE)
    inside &= (model.persistence > _EDGE) & (model.persistence < LONGEST_MEMORY - _EDGE)
    turns = ~np.eye(k, dtype=bool).ravel()  # the scale of a shock is its v
    free = np.concatenate([np.ones(n * k, dtype=bool), turns, inside, inside])
    moves = np.eye(len(theta) + k)[np.concatenate([free, np.ones(k, dtype=bool)])]

    def moments(move: np.ndarray) -> np.ndarray:
        point, target = theta + move[: len(theta)], level + move[len(theta) :]
        score = sample.mean_log_likelihood(point, target)[1][free]
        gap = (sample.shocks_at(point)[usable] ** 2).mean(axis=0) - target
        return np.concatenate([score, gap])

    def contributions(move: np.ndarray) -> np.ndarray:
        return sample.contributions(theta + move, level)

    each = slopes_at_zero(contributions, np.eye(len(theta))[free])
    each = np.hstack([each, sample.shocks[usable] ** 2 - level])
    inverse = np.linalg.inv(slopes_at_zero(moments, moves))
    covariance = inverse @ (each.T @ each) @ inverse.T / usable.sum() ** 2
    return _of_equations(covariance, model, inside, n * k + k * (k - 1))


def _of_equations(
    covariance: np.ndarray, model: GarchModel, inside: np.ndarray, first: int
) -> np.ndarray:
    """Standard errors of alpha, beta and their sum from the covariance of memory and share."""
    found = np.full((3, len(inside)), np.nan)
    for place, j in enumerate(np.flatnonzero(inside)):
        pair = [first + place, first + int(inside.sum()) + place]
        sum_, share = model.persistence[j], model.share[j]
        slopes = np.array([[share, sum_], [1 - share, -sum_], [1.0, 0.0]])
        slopes[:, 0] *= np.exp(-memory_of(sum_))
        found[:, j] = np.sqrt(np.diag(slopes @ covariance[np.ix_(pair, pair)] @ slopes.T))
    return found
