"""Dynamic conditional correlation: the second-stage likelihood, its gradient and its maximum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import NumericalError
from .dcc_lanes import PackedResiduals, pack, run_correlations

#: Largest a + b; at one the recursion has no mean to return to.
LARGEST_SUM = 0.9999

#: (a + b, a / (a + b)) from which the climb may start; the likeliest is taken.
_STARTS = ((0.98, 0.02), (0.95, 0.06), (0.98, 0.06), (0.80, 0.10), (0.5, 0.2))

#: Below this a or b is compared with zero itself.
_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class CorrelationLikelihood:
    """The part of the likelihood that correlations add, observation by observation.

    Attributes
    ----------
    loglik : ndarray, shape (T,)
        -(log|R_t| + z_t' R_t^{-1} z_t - z_t' z_t) / 2.
    score : ndarray, shape (T, 2)
        Derivatives with respect to a and b, the target held.
    """

    loglik: np.ndarray
    score: np.ndarray


@dataclass(frozen=True, slots=True)
class CorrelationOptimum:
    """Maximum of the second stage.

    Attributes
    ----------
    a, b, loglik : float
    converged : bool
    edge : str
        The restriction that binds (``a = 0``, ``b = 0``, ``a + b at its bound``), or empty.
    """

    a: float
    b: float
    loglik: float
    converged: bool
    edge: str


def correlation_target(z: np.ndarray) -> np.ndarray:
    """Qbar: the sample covariance of the standardised residuals (demeaned, divisor T - 1).

    It is not rescaled to a correlation matrix; this is rmgarch's convention.
    """
    target: np.ndarray = np.atleast_2d(np.cov(z, rowvar=False))
    return target


def correlation_likelihood(
    z: np.ndarray, target: np.ndarray, a: float, b: float
) -> CorrelationLikelihood:
    r"""Likelihood and exact score of the DCC(1,1) second stage.

    .. math:: Q_t = (1 - a - b) \bar Q + a z_{t-1} z_{t-1}' + b Q_{t-1}, \quad Q_1 = \bar Q, \quad
        R_t = diag(Q_t)^{-1/2} Q_t diag(Q_t)^{-1/2}

    (Engle 2002). The state of the recursion is Q_t, not R_t.

    Parameters
    ----------
    z : ndarray, shape (T, N)
        Standardised residuals.
    target : ndarray, shape (N, N)
        Qbar.
    a, b : float
        Not negative, with a + b < 1.

    Raises
    ------
    NumericalError
        If a correlation matrix on the way is not positive definite.
    """
    return _evaluate(pack(z, target), a, b)


def maximise_correlation(z: np.ndarray, target: np.ndarray) -> CorrelationOptimum:
    """Climb to the maximum over a, b >= 0, a + b < 1.

    The climb (BFGS, its first curvature the outer product of the scores) runs in the logits of
    a + b and of a / (a + b), which turn the triangle into a plane, from the likeliest of a few
    starts. Where the maximum lies at an edge of the triangle, the edge is named.
    """
    from scipy.optimize import minimize

    packed = pack(z, target)

    def evaluate(point: np.ndarray) -> tuple[float, np.ndarray]:
        total, share = LARGEST_SUM * _logistic(point[0]), _logistic(point[1])
        at = _evaluate(packed, total * share, total * (1 - share))
        by_total = at.score @ [share, 1 - share] * total * (1 - total / LARGEST_SUM)
        by_share = at.score @ [total, -total] * share * (1 - share)
        return -float(at.loglik.mean()), -np.column_stack([by_total, by_share])

    def objective(point: np.ndarray) -> tuple[float, np.ndarray]:
        value, slopes = evaluate(point)
        return value, slopes.mean(axis=0)

    starts = np.array([[_logit(total / LARGEST_SUM), _logit(share)] for total, share in _STARTS])
    start = min(starts, key=lambda point: evaluate(point)[0])
    slopes = evaluate(start)[1]
    first = np.linalg.inv(slopes.T @ slopes / len(z))
    options: Any = {"gtol": 1e-9, "hess_inv0": (first + first.T) / 2}
    climb = minimize(objective, start, jac=True, method="BFGS", options=options)
    total, share = LARGEST_SUM * _logistic(climb.x[0]), _logistic(climb.x[1])
    return _settle(packed, float(total * share), float(total * (1 - share)))


def correlation_hessian(z: np.ndarray, target: np.ndarray, a: float, b: float) -> np.ndarray:
    """Second derivatives of the mean log-likelihood in (a, b), by central differences."""
    step = 1e-6
    columns = [
        correlation_likelihood(z, target, a + da, b + db).score.mean(axis=0)
        - correlation_likelihood(z, target, a - da, b - db).score.mean(axis=0)
        for da, db in ((step, 0.0), (0.0, step))
    ]
    hessian = np.column_stack(columns) / (2 * step)
    symmetric: np.ndarray = (hessian + hessian.T) / 2
    return symmetric


def dynamic_correlations(z: np.ndarray, target: np.ndarray, a: float, b: float) -> np.ndarray:
    """R_t for every date, shape (T, N, N)."""
    q = _quasi_correlations(z, target, a, b)
    scale = 1.0 / np.sqrt(np.diagonal(q, axis1=1, axis2=2))
    correlations: np.ndarray = q * scale[:, :, None] * scale[:, None, :]
    return correlations


def product_innovations(z: np.ndarray, target: np.ndarray, a: float, b: float) -> np.ndarray:
    """z_t z_t' - Q_t, centred, its distinct elements row by row: shape (T, N (N + 1) / 2)."""
    at = np.tril_indices(len(target))
    products = z[:, at[0]] * z[:, at[1]]
    surprise = products - _quasi_correlations(z, target, a, b)[:, at[0], at[1]]
    centred: np.ndarray = surprise - surprise.mean(axis=0)
    return centred


def pair_path(
    z_first: np.ndarray, z_second: np.ndarray, target: np.ndarray, a: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """Conditional correlation of one pair, for many parameter vectors at once.

    Parameters
    ----------
    z_first, z_second : ndarray, shape (T,)
    target : ndarray, shape (R, 3)
        Qbar's elements (first, first), (second, second), (first, second).
    a, b : ndarray, shape (R,)

    Returns
    -------
    ndarray, shape (R, T)
    """
    products = np.stack([z_first**2, z_second**2, z_first * z_second])
    draws, periods = len(a), len(z_first)
    q = target.copy()
    path = np.empty((draws, periods))
    for t in range(periods):
        path[:, t] = q[:, 2] / np.sqrt(q[:, 0] * q[:, 1])
        drift = (1 - a - b)[:, None] * target
        q = drift + a[:, None] * products[:, t] + b[:, None] * q
    return path


def _quasi_correlations(z: np.ndarray, target: np.ndarray, a: float, b: float) -> np.ndarray:
    """Q_t for every date: deviations from the target pass through one linear filter."""
    from scipy.signal import lfilter

    products = z[:, :, None] * z[:, None, :] - target
    q: np.ndarray = target + lfilter([0.0, a], [1.0, -b], products, axis=0)
    return q


def _evaluate(packed: PackedResiduals, a: float, b: float) -> CorrelationLikelihood:
    loglik, score = run_correlations(packed, float(a), float(b))
    if not np.isfinite(loglik).all():
        bad = int(np.isfinite(loglik).argmin())
        raise NumericalError(
            f"The correlation matrix of observation {bad + 1} is singular (a={a:.4f}, b={b:.4f}).",
            remedy="Leave out a series that is a combination of the others.",
        )
    return CorrelationLikelihood(loglik, score)


def _settle(packed: PackedResiduals, a: float, b: float) -> CorrelationOptimum:
    """The maximum, put on the edge of the triangle where the climb was heading for it."""
    edge = ""
    if a < _NEAR and _evaluate(packed, 0.0, b).score[:, 0].sum() <= 0:
        # Without a the correlations do not move, and b means nothing.
        a, b, edge = 0.0, 0.0, "a = 0"
    elif b < _NEAR and _evaluate(packed, a, 0.0).score[:, 1].sum() <= 0:
        b, edge = 0.0, "b = 0"
    elif a + b > LARGEST_SUM - 1e-5:
        edge = "a + b at its bound"
    at = _evaluate(packed, a, b)
    flat = bool(np.abs(at.score.mean(axis=0)).max() < 1e-6)
    return CorrelationOptimum(a, b, float(at.loglik.sum()), flat or bool(edge), edge)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))
