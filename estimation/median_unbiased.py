r"""How much coefficients move: Stock and Watson's median-unbiased estimate from Nyblom's test.

k coefficients follow random walks whose innovations have the covariance
:math:`(\lambda / T)^2 \sigma^2 (X'X / T)^{-1}`: over the sample they move by :math:`\lambda`
standard errors of their full-sample estimates. The likelihood of such a model often has its maximum
at zero when lambda is small but not zero, so lambda is estimated by the value for which the
statistic is the median of its distribution.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: Simulated paths, periods of each, and their seed.
_PATHS, _PERIODS, _SEED = 20_000, 500, 1998

#: Beyond this Stock and Watson's tables end, and coefficients hardly have a mean.
LARGEST = 30.0


def statistic_quantile(
    coefficients: int, nobs: int, movement: float, probability: float = 0.5
) -> float:
    r"""Quantile of Nyblom's statistic when k coefficients move by lambda.

    It is the sum over coefficients of :math:`\int h^2`, h the bridge of
    :math:`W(s) + \lambda \int_0^s \nu`, with W and nu independent Brownian motions, over
    :math:`1 + (\lambda^2 / T) \sum \int (\nu - \bar\nu)^2`: what moves is in the residuals, too.
    """
    zero, linear, square, spread = _parts(coefficients)
    residual = 1 + movement**2 / nobs * spread
    drawn = (zero + movement * (2 * linear + movement * square)) / residual
    return float(np.quantile(drawn, probability))


def movement_at(statistic: float, coefficients: int, nobs: int, probability: float = 0.5) -> float:
    """The lambda for which the statistic is this quantile; zero where it is too small for any.

    Parameters
    ----------
    statistic : float
        Nyblom's.
    coefficients : int
        k.
    nobs : int
        T.
    probability : float
        One half gives the median-unbiased estimate; 0.95 and 0.05 the ends of a 90% interval.

    Returns
    -------
    float
        At most ``LARGEST``.

    References
    ----------
    Stock and Watson (1998).
    """
    from scipy.optimize import brentq

    def above(movement: float) -> float:
        return statistic_quantile(coefficients, nobs, movement, probability) - statistic

    if above(0.0) >= 0:
        return 0.0
    if above(LARGEST) <= 0:
        return LARGEST
    return float(brentq(above, 0.0, LARGEST, xtol=1e-6))


@lru_cache(maxsize=32)
def _parts(coefficients: int) -> np.ndarray:
    """Draws of the integrals of h_W^2, h_W h_nu, h_nu^2 and (nu - mean)^2 of k coefficients."""
    single = _single()
    if coefficients == 1:
        return single
    chosen = np.random.default_rng(_SEED + coefficients).integers(0, _PATHS, (coefficients, _PATHS))
    return np.asarray(single[:, chosen].sum(axis=1))


@lru_cache(maxsize=1)
def _single() -> np.ndarray:
    """The same for one coefficient, shape (4, paths)."""
    rng = np.random.default_rng(_SEED)
    time = np.arange(1, _PERIODS + 1) / _PERIODS
    parts = []
    for _ in range(_PATHS // 1000):
        noise, steps = rng.standard_normal((2, 1000, _PERIODS)) / np.sqrt(_PERIODS)
        walk, path = np.cumsum(noise, axis=1), np.cumsum(steps, axis=1)
        area = np.cumsum(path, axis=1) / _PERIODS
        h_walk, h_area = (sums - sums[:, -1:] * time for sums in (walk, area))
        around = path - area[:, -1:]
        pairs = ((h_walk, h_walk), (h_walk, h_area), (h_area, h_area), (around, around))
        parts.append([np.einsum("rt,rt->r", a, b) / _PERIODS for a, b in pairs])
    return np.concatenate(parts, axis=1)
