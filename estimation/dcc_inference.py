"""Sampling error of the two-stage DCC estimate: what each observation adds to it.

The estimate solves three sets of moment conditions one after the other: the scores of each
volatility equation, z z' - Qbar = 0 for the target, and the score of the second stage. Their
Jacobian is block lower-triangular, so the influence of an observation on (Qbar, a, b) is found by
forward substitution (Engle and Sheppard 2001; Newey and McFadden 1994, section 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .dcc import (
    correlation_hessian,
    correlation_likelihood,
    correlation_target,
    product_innovations,
)
from .garch import GarchShape, garch_path, mean_hessian


@dataclass(frozen=True, slots=True)
class Margin:
    """One series of the first stage.

    Attributes
    ----------
    y : ndarray, shape (T,)
    shape : GarchShape
    theta : ndarray, shape (n,)
    influence : ndarray, shape (T, n)
        Influence of each observation on ``theta``.
    """

    y: np.ndarray
    shape: GarchShape
    theta: np.ndarray
    influence: np.ndarray


def garch_influence(
    theta: np.ndarray, y: np.ndarray, shape: GarchShape, free: np.ndarray
) -> np.ndarray:
    """Influence of each observation on a GARCH estimate, shape (T, n).

    Its mean cross product over T is the Bollerslev-Wooldridge (1992) sandwich. At an edge of the
    admissible region only the ``free`` directions move (see ``GarchOptimum``).
    """
    score = garch_path(theta, y, shape).score
    curvature = free.T @ mean_hessian(theta, y, shape) @ free
    influence: np.ndarray = -score @ free @ np.linalg.solve(curvature, free.T)
    return influence


def target_influence(
    margins: Sequence[Margin], target: np.ndarray, a: float, b: float
) -> np.ndarray:
    """Influence on the distinct elements of Qbar (row by row, diagonal included).

    z z' is autocorrelated, which is what the model says: z_t z_t' - Qbar follows an ARMA(1, 1)
    with coefficients a + b and -b and innovations z_t z_t' - Q_t. Its sum is therefore that of
    the innovations times (1 - b) / (1 - a - b). A kernel estimate of the long-run variance would
    need lags that no sample affords when a + b is near one.
    """
    at = np.tril_indices(len(target))
    innovations = product_innovations(_residuals(margins), target, a, b)
    weight = (1 - b) / (1 - a - b)

    def mean_products(z: np.ndarray) -> np.ndarray:
        products: np.ndarray = correlation_target(z)[at]
        return products

    influence: np.ndarray = weight * innovations + _from_margins(margins, mean_products)
    return influence


def correlation_influence(
    margins: Sequence[Margin],
    target: np.ndarray,
    a: float,
    b: float,
    influence_of_target: np.ndarray,
) -> np.ndarray:
    """Influence on (a, b), shape (T, 2), with both earlier stages' errors carried through."""
    z = _residuals(margins)
    at = np.tril_indices(len(target))

    def mean_score(residuals: np.ndarray, held: np.ndarray = target) -> np.ndarray:
        mean: np.ndarray = correlation_likelihood(residuals, held, a, b).score.mean(axis=0)
        return mean

    by_target = np.empty((2, len(at[0])))
    step = 1e-5
    for column, (i, j) in enumerate(zip(*at, strict=True)):
        moved = np.zeros_like(target)
        moved[i, j] = moved[j, i] = step
        difference = mean_score(z, target + moved) - mean_score(z, target - moved)
        by_target[:, column] = difference / (2 * step)
    total = correlation_likelihood(z, target, a, b).score
    total = total + _from_margins(margins, mean_score) + influence_of_target @ by_target.T
    influence: np.ndarray = -np.linalg.solve(correlation_hessian(z, target, a, b), total.T).T
    return influence


def _residuals(margins: Sequence[Margin]) -> np.ndarray:
    paths = [garch_path(margin.theta, margin.y, margin.shape) for margin in margins]
    return np.column_stack([path.residual / np.sqrt(path.variance) for path in paths])


def _from_margins(
    margins: Sequence[Margin], statistic: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """First-stage error in ``statistic``: its derivative in theta times theta's influence."""
    z = _residuals(margins)
    total: np.ndarray | float = 0.0
    for i, margin in enumerate(margins):
        for k in range(len(margin.theta)):
            step = np.zeros_like(margin.theta)
            step[k] = 1e-5 * max(abs(margin.theta[k]), 1e-2)
            ends = []
            for theta in (margin.theta + step, margin.theta - step):
                path = garch_path(theta, margin.y, margin.shape)
                moved = z.copy()
                moved[:, i] = path.residual / np.sqrt(path.variance)
                ends.append(statistic(moved))
            derivative = (ends[0] - ends[1]) / (2 * step[k])
            total = total + np.outer(margin.influence[:, k], derivative)
    result: np.ndarray = np.asarray(total)
    return result
