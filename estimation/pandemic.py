"""Months in which all errors are larger: Lenza and Primiceri's scale, by maximum likelihood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

#: Largest scale that the search considers.
LARGEST = 1e4
#: Values of the decay from which the search starts.
DECAYS = (0.3, 0.7, 0.95)
#: Distance from a bound, in logs of the scale or in the decay, that counts as on it.
NEAR_BOUND = 1e-6

#: Residuals over their scale of the model estimated for given scales, shape (T,) -> (T, K).
Residuals = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class ScaleEstimate:
    """The scale that maximises the likelihood.

    Attributes
    ----------
    values : ndarray, shape (d,)
        s_0, s_1, s_2 as far as the sample holds these months, then rho if it goes on.
    std_errors : ndarray, shape (d,)
        From the curvature of the concentrated likelihood; NaN for values on a bound.
    on_bound : ndarray of bool, shape (d,)
        Whether the likelihood would go beyond s = 1, rho = 0 or rho = 1.
    loglik : float
        Concentrated log-likelihood without its constant, see ``scale_loglik``.
    """

    values: np.ndarray
    std_errors: np.ndarray
    on_bound: np.ndarray
    loglik: float


def scale_path(values: Sequence[float] | np.ndarray, first: int, nobs: int) -> np.ndarray:
    """s_t: one before the row ``first``, then s_0, s_1, and 1 + (s_2 - 1) rho^(j-2) from j = 2 on.

    Parameters
    ----------
    values : sequence of float, length d <= 4
        s_0, s_1, s_2, rho, or as many of them as the sample holds months.
    first : int
    nobs : int
        Length of the path.

    Returns
    -------
    ndarray, shape (nobs,)
    """
    path = np.ones(nobs)
    start = np.asarray(values[:3])[: nobs - first]
    path[first : first + len(start)] = start
    if len(values) == 4 and not np.isnan(values[3]):
        path[first + 3 :] += (values[2] - 1) * values[3] ** np.arange(1.0, nobs - first - 2)
    return path


def scale_loglik(standardised: np.ndarray, scales: np.ndarray) -> float:
    """Concentrated Gaussian log-likelihood -T/2 ln|E'E / T| - K sum_t ln s_t, constant left out."""
    nobs, k = standardised.shape
    log_det = np.linalg.slogdet(standardised.T @ standardised / nobs)[1]
    return float(-nobs / 2 * log_det - k * np.log(scales).sum())


def maximise_scale(residuals: Residuals, first: int, nobs: int) -> ScaleEstimate:
    """Maximum likelihood estimate of the scale, all other parameters concentrated out.

    The scale is never below one: as s_t goes to zero the fit passes through the observation of
    that single month and the likelihood grows without bound.

    Parameters
    ----------
    residuals : callable
        Standardised residuals of the maximum likelihood estimate for given scales.
    first : int
        Row of the first month with a scale of its own.
    nobs : int

    References
    ----------
    Lenza and Primiceri (2022), equation (2), with a flat prior on s_t >= 1 and 0 <= rho <= 1.
    """
    size = min(nobs - first, 3) + (nobs - first > 3)
    standard = residuals(np.ones(nobs))
    distance = _distances(standard)[first : first + 3]
    k = standard.shape[1]
    opening = np.log(np.maximum(np.sqrt(distance / k), 1.5))
    starts = [np.append(opening, decay) for decay in DECAYS] if size == 4 else [opening]
    free = np.arange(size)
    # Two BLAS threads on matrices of this size only wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        found = [_climb(residuals, first, nobs, start, free) for start in starts]
    point, loglik = max(found, key=lambda end: end[1])
    low, high = _bounds(size)
    point = np.where(point - low < NEAR_BOUND, low, point)
    point = np.where(high - point < NEAR_BOUND, high, point)
    on_bound = (point == low) | (point == high)
    values = _natural(point)
    undefined = np.zeros(size, dtype=bool)
    if size == 4:
        undefined[3] = point[2] == low[2]  # where the third month is normal, nothing decays
    errors = _std_errors(residuals, first, nobs, values, ~on_bound & ~undefined)
    return ScaleEstimate(np.where(undefined, np.nan, values), errors, on_bound & ~undefined, loglik)


def profile_interval(
    residuals: Residuals, first: int, nobs: int, found: ScaleEstimate, which: int, drop: float
) -> tuple[float, float]:
    """Values of one parameter whose profile log-likelihood is within ``drop`` of the maximum.

    Each scale rests on the errors of one month only, so its likelihood is skewed and a symmetric
    interval misleads; the profile keeps the skewness and stops at the bounds.

    Parameters
    ----------
    residuals, first, nobs
        As in ``maximise_scale``.
    found : ScaleEstimate
    which : int
        Index of the parameter.
    drop : float
        Half the critical value of chi-squared(1).
    """
    from scipy.optimize import brentq

    size = len(found.values)
    centre = _working(np.nan_to_num(found.values, nan=0.5))
    free = np.delete(np.arange(size), which)
    latest = centre

    def below(value: float) -> float:
        nonlocal latest
        start = latest.copy()
        start[which] = value
        latest, loglik = _climb(residuals, first, nobs, start, free)
        return found.loglik - loglik - drop

    def end(bound: float, step: float) -> float:
        nonlocal latest
        latest = centre
        inside = outside = centre[which]
        while outside != bound and below(outside) < 0:
            inside = outside
            outside = max(outside + step, bound) if step < 0 else min(outside + step, bound)
        found = bound if below(outside) < 0 else brentq(below, inside, outside, xtol=1e-4)
        return float(np.exp(found) if which < 3 else found)

    low, high = _bounds(size)
    with threadpool_limits(limits=1, user_api="blas"):
        return end(low[which], -0.25), end(high[which], 0.25)


def _climb(
    residuals: Residuals, first: int, nobs: int, start: np.ndarray, free: np.ndarray
) -> tuple[np.ndarray, float]:
    """Maximise over the ``free`` entries of (ln s_0, ln s_1, ln s_2, rho) from ``start``."""
    from scipy.optimize import minimize

    def downhill(part: np.ndarray) -> tuple[float, np.ndarray]:
        point = start.copy()
        point[free] = part
        loglik, slope = _loglik_and_slope(residuals, first, nobs, _natural(point))
        chain = np.append(_natural(point)[:3], 1.0)[: len(point)]
        return -loglik, -(slope * chain)[free]

    low, high = _bounds(len(start))
    limits = list(zip(low[free], high[free]))
    begin = np.clip(start[free], low[free], high[free])
    if not len(free):
        return start, -downhill(begin)[0]
    end = minimize(
        downhill,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 500},
    )
    point = start.copy()
    point[free] = end.x
    return point, -float(end.fun)


def _loglik_and_slope(
    residuals: Residuals, first: int, nobs: int, values: np.ndarray
) -> tuple[float, np.ndarray]:
    """Concentrated log-likelihood and its derivatives by s_0, s_1, s_2, rho.

    All other parameters are at their optimum, so only the direct effect counts:
    d loglik / d ln s_t = e_t' Sigma^-1 e_t - K.
    """
    scales = scale_path(values, first, nobs)
    standardised = residuals(scales)
    by_month = (_distances(standardised) - standardised.shape[1]) / scales
    slope = by_month[first : first + 3]
    if len(values) == 4:
        later = np.arange(1.0, nobs - first - 2)
        tail = by_month[first + 3 :]
        slope[2] += tail @ values[3] ** later
        by_decay = (values[2] - 1) * (tail @ (later * values[3] ** (later - 1)))
        slope = np.append(slope, by_decay)
    return scale_loglik(standardised, scales), slope


def _std_errors(
    residuals: Residuals, first: int, nobs: int, values: np.ndarray, inside: np.ndarray
) -> np.ndarray:
    """Standard errors of the parameters inside their bounds, the others held where they are."""
    errors = np.full(len(values), np.nan)
    places = np.flatnonzero(inside)
    curvature = np.empty((len(places), len(places)))
    for row, i in enumerate(places):
        step = 1e-4 * values[i]
        sides = []
        for sign in (1, -1):
            moved = values.copy()
            moved[i] += sign * step
            sides.append(_loglik_and_slope(residuals, first, nobs, moved)[1][places])
        curvature[row] = (sides[0] - sides[1]) / (2 * step)
    if len(places):
        variances = np.diag(np.linalg.inv(-(curvature + curvature.T) / 2))
        errors[places] = np.sqrt(np.where(variances > 0, variances, np.nan))
    return errors


def _distances(standardised: np.ndarray) -> np.ndarray:
    """e_t' Sigma^-1 e_t with Sigma of divisor T, shape (T,)."""
    factor = np.linalg.cholesky(standardised.T @ standardised / len(standardised))
    found: np.ndarray = np.sum(np.linalg.solve(factor, standardised.T) ** 2, axis=0)
    return found


def _bounds(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of (ln s_0, ln s_1, ln s_2, rho)."""
    return np.zeros(size), np.append(np.full(3, np.log(LARGEST)), 1.0)[:size]


def _natural(point: np.ndarray) -> np.ndarray:
    """(s_0, s_1, s_2, rho) of (ln s_0, ln s_1, ln s_2, rho)."""
    return np.concatenate([np.exp(point[:3]), point[3:]])


def _working(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.log(values[:3]), values[3:]])
