"""Dynamic conditional correlation: the second-stage likelihood, its gradient and its maximum."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from .jit import kernel

#: Largest a + b; at one the recursion has no mean to return to.
LARGEST_SUM = 0.9999

#: (a + b, a / (a + b)) from which the climb may start; the two most likely are tried.
_STARTS = ((0.98, 0.02), (0.95, 0.06), (0.98, 0.06), (0.80, 0.10), (0.5, 0.2))


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
    periods = len(z)
    loglik, score = np.empty(periods), np.empty((periods, 2))
    z, target = np.ascontiguousarray(z), np.ascontiguousarray(target)
    bad = _correlations(z, target, float(a), float(b), loglik, score)
    if bad >= 0:
        raise NumericalError(
            f"The correlation matrix of observation {bad + 1} is singular (a={a:.4f}, b={b:.4f}).",
            remedy="Leave out a series that is a combination of the others.",
        )
    return CorrelationLikelihood(loglik, score)


def maximise_correlation(z: np.ndarray, target: np.ndarray) -> CorrelationOptimum:
    """Climb to the maximum over a, b >= 0, a + b < 1.

    The climb runs in (a + b, a / (a + b)), which turns the triangle into a box, from the two most
    likely of a few starts; Newton's steps in (a, b) finish it where no restriction binds.
    """
    from scipy.optimize import minimize

    periods = len(z)

    def objective(point: np.ndarray) -> tuple[float, np.ndarray]:
        total, share = point
        at = correlation_likelihood(z, target, total * share, total * (1 - share))
        by_a, by_b = at.score.mean(axis=0)
        slope = np.array([by_a * share + by_b * (1 - share), (by_a - by_b) * total])
        return -float(at.loglik.mean()), -slope

    starts = sorted(_STARTS, key=lambda start: objective(np.array(start))[0])[:2]
    box = [(0.0, LARGEST_SUM), (0.0, 1.0)]
    climbs = [
        minimize(objective, start, jac=True, method="L-BFGS-B", bounds=box, options={"ftol": 1e-13})
        for start in starts
    ]
    best = min(climbs, key=lambda climb: float(climb.fun))
    total, share = best.x
    a, b = float(total * share), float(total * (1 - share))
    edge = _edge(a, b)
    if edge:
        return CorrelationOptimum(a, b, -float(best.fun) * periods, bool(best.success), edge)
    return _polish(z, target, a, b)


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


def _edge(a: float, b: float) -> str:
    if a < 1e-6:
        return "a = 0"
    if b < 1e-6:
        return "b = 0"
    return "a + b at its bound" if a + b > LARGEST_SUM - 1e-6 else ""


def _polish(z: np.ndarray, target: np.ndarray, a: float, b: float) -> CorrelationOptimum:
    """Newton's steps in (a, b); each must stay inside and not lower the likelihood."""
    at = correlation_likelihood(z, target, a, b)
    for _ in range(10):
        slope = at.score.mean(axis=0)
        if np.abs(slope).max() < 1e-10:
            break
        step = np.linalg.solve(correlation_hessian(z, target, a, b), slope)
        trial_a, trial_b = a - float(step[0]), b - float(step[1])
        if _edge(trial_a, trial_b):
            break
        trial = correlation_likelihood(z, target, trial_a, trial_b)
        if not trial.loglik.mean() >= at.loglik.mean() - 1e-13:
            break
        a, b, at = trial_a, trial_b, trial
    flat = bool(np.abs(at.score.mean(axis=0)).max() < 1e-7)
    return CorrelationOptimum(a, b, float(at.loglik.sum()), flat, "")


@kernel
def _correlations(
    z: np.ndarray,
    target: np.ndarray,
    a: float,
    b: float,
    loglik: np.ndarray,
    score: np.ndarray,
) -> int:
    """Run the recursion; fill ``loglik`` and ``score``. Index of the first bad date, or -1."""
    periods, n = z.shape
    q, by_a, by_b = target.copy(), np.zeros((n, n)), np.zeros((n, n))
    scale, factor, inverse = np.empty(n), np.zeros((n, n)), np.zeros((n, n))
    rotated, solved = np.empty(n), np.empty(n)
    for t in range(periods):
        for i in range(n):
            scale[i] = 1.0 / math.sqrt(q[i, i])
        determinant = _factorise(q, scale, factor, inverse)
        if not determinant > 0.0:
            return t
        quadratic = _solve(inverse, z[t], rotated, solved)
        loglik[t] = -0.5 * (math.log(determinant) + quadratic)
        _score(q, scale, inverse, solved, by_a, by_b, score[t])
        for i in range(n):
            for j in range(i + 1):
                product = z[t, i] * z[t, j]
                by_a[i, j] = product - target[i, j] + b * by_a[i, j]
                by_b[i, j] = q[i, j] - target[i, j] + b * by_b[i, j]
                q[i, j] = (1.0 - a - b) * target[i, j] + a * product + b * q[i, j]
    return -1


@kernel
def _factorise(q: np.ndarray, scale: np.ndarray, factor: np.ndarray, inverse: np.ndarray) -> float:
    """Cholesky factor of R = D Q D and its inverse; the determinant of R (0 if not definite)."""
    n = len(scale)
    determinant = 1.0
    for i in range(n):
        for j in range(i + 1):
            value = 1.0 if i == j else q[i, j] * scale[i] * scale[j]
            for k in range(j):
                value -= factor[i, k] * factor[j, k]
            if i == j:
                if not value > 0.0:
                    return 0.0
                determinant *= value
                factor[i, i] = math.sqrt(value)
            else:
                factor[i, j] = value / factor[j, j]
        inverse[i, i] = 1.0 / factor[i, i]
        for j in range(i):
            value = 0.0
            for k in range(j, i):
                value -= factor[i, k] * inverse[k, j]
            inverse[i, j] = value * inverse[i, i]
    return determinant


@kernel
def _solve(inverse: np.ndarray, z: np.ndarray, rotated: np.ndarray, solved: np.ndarray) -> float:
    """``solved`` = R^{-1} z; returns z' R^{-1} z - z' z."""
    n = len(z)
    excess = 0.0
    for i in range(n):
        value = 0.0
        for k in range(i + 1):
            value += inverse[i, k] * z[k]
        rotated[i] = value
        excess += value * value - z[i] * z[i]
    for i in range(n):
        value = 0.0
        for k in range(i, n):
            value += inverse[k, i] * rotated[k]
        solved[i] = value
    return excess


@kernel
def _score(
    q: np.ndarray,
    scale: np.ndarray,
    inverse: np.ndarray,
    solved: np.ndarray,
    by_a: np.ndarray,
    by_b: np.ndarray,
    score: np.ndarray,
) -> None:
    """Score = -sum over i > j of (R^{-1} - x x')_ij dR_ij, with x = R^{-1} z.

    dR_ij = dQ_ij d_i d_j - R_ij (dQ_ii d_i^2 + dQ_jj d_j^2) / 2 with d = diag(Q)^{-1/2}; the
    diagonal of R never moves.
    """
    n = len(scale)
    score[0] = 0.0
    score[1] = 0.0
    for i in range(1, n):
        own_a = by_a[i, i] * scale[i] * scale[i]
        own_b = by_b[i, i] * scale[i] * scale[i]
        for j in range(i):
            weight = -solved[i] * solved[j]
            for k in range(i, n):
                weight += inverse[k, i] * inverse[k, j]
            both = scale[i] * scale[j]
            half = 0.5 * q[i, j] * both
            other = scale[j] * scale[j]
            score[0] -= weight * (by_a[i, j] * both - half * (own_a + by_a[j, j] * other))
            score[1] -= weight * (by_b[i, j] * both - half * (own_b + by_b[j, j] * other))
