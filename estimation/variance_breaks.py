"""Dates at which the covariance of a VAR's errors changes, by maximum likelihood.

Given the coefficients the log-likelihood of a partition is the sum over its regimes of
-T_m log|S_m| / 2, so that the best one is found among all of them by dynamic programming. Given the
dates the coefficients are those of the model with these regimes. Both are found in turn until the
dates stay.
"""

from __future__ import annotations

import numpy as np

from .decompositions import implied_residuals
from .variance_regimes import RegimeFit, estimate_regimes
from .volatility import Observations
from .white_sample import WhiteSample

#: Rounds after which the best partition met is taken.
MAX_ROUNDS = 20


def estimate_breaks(
    data: Observations, breaks: int, smallest: int
) -> tuple[np.ndarray, RegimeFit, np.ndarray]:
    """Rows at which new regimes begin, the estimates with these regimes, and their residuals.

    Parameters
    ----------
    data : Observations
        One sample.
    breaks : int
    smallest : int
        Fewest usable periods of a regime.

    Returns
    -------
    starts : ndarray of int, shape (breaks,)
    fit : RegimeFit
    residuals : ndarray, shape (T, K)
        Over their known scale.

    Notes
    -----
    The covariances of the regimes are unrestricted where dates are compared, also where there are
    more than two of them.
    """
    residuals = WhiteSample.of(data).residuals[0]
    met: dict[tuple[int, ...], tuple[float, RegimeFit, np.ndarray]] = {}
    for _ in range(MAX_ROUNDS):
        starts = best_partition(residuals, data.usable, breaks, smallest)
        key = tuple(int(start) for start in starts)
        if key in met:
            break
        fit = estimate_regimes(data, membership_of(starts, len(residuals)))
        residuals = residuals_of(data, fit)
        met[key] = partition_log_likelihood(residuals, data.usable, starts), fit, residuals
    best = max(met, key=lambda key: met[key][0])
    return np.array(best, dtype=int), met[best][1], met[best][2]


def best_partition(
    residuals: np.ndarray, usable: np.ndarray, breaks: int, smallest: int
) -> np.ndarray:
    """First rows of the later regimes where sum_m T_m log|S_m| is smallest, shape (breaks,).

    Parameters
    ----------
    residuals : ndarray, shape (T, K)
    usable : ndarray of bool, shape (T,)
    breaks : int
    smallest : int
    """
    nobs = len(residuals)
    cost = segment_costs(residuals, usable, smallest)
    best, last = cost[0], np.zeros((breaks + 1, nobs + 1), dtype=int)
    for count in range(1, breaks + 1):
        candidates = best[:, None] + cost
        last[count] = candidates.argmin(axis=0)
        best = candidates.min(axis=0)
    starts = np.empty(breaks, dtype=int)
    end = nobs
    for count in range(breaks, 0, -1):
        end = starts[count - 1] = last[count, end]
    return starts


def segment_costs(residuals: np.ndarray, usable: np.ndarray, smallest: int) -> np.ndarray:
    """T_ij log|S_ij| of rows i to j - 1 as [i, j], shape (T+1, T+1); infinite where too short."""
    nobs, k = residuals.shape
    scaled = residuals / residuals[usable].std(axis=0)
    products = np.einsum("ti,tj->tij", scaled, scaled) * usable[:, None, None]
    sums = np.concatenate([np.zeros((1, k, k)), np.cumsum(products, axis=0)])
    counts = np.concatenate([[0], np.cumsum(usable)])
    found = np.full((nobs + 1, nobs + 1), np.inf)
    for first in range(nobs + 1):
        ends = np.flatnonzero(counts - counts[first] >= smallest)
        size = counts[ends] - counts[first]
        covariances = (sums[ends] - sums[first]) / size[:, None, None]
        found[first, ends] = size * np.linalg.slogdet(covariances)[1]
    return found


def partition_log_likelihood(
    residuals: np.ndarray, usable: np.ndarray, starts: np.ndarray
) -> float:
    """-sum_m T_m log|S_m| / 2 of one partition: its log-likelihood up to a constant."""
    found = 0.0
    for part, counted in zip(np.split(residuals, starts), np.split(usable, starts), strict=True):
        count = counted.sum()
        found -= count * np.linalg.slogdet(part.T @ part / count)[1] / 2
    return float(found)


def largest_gain(residuals: np.ndarray, smallest: int) -> float:
    """LR statistic of one break at the date where it is largest.

    Parameters
    ----------
    residuals : ndarray, shape (T, K)
        Of usable periods.
    smallest : int
    """
    nobs = len(residuals)
    sums = np.cumsum(np.einsum("ti,tj->tij", residuals, residuals), axis=0)
    size = np.arange(smallest, nobs - smallest + 1)
    before, whole = sums[size - 1], sums[-1]
    logs = [
        count * np.linalg.slogdet(part / count[:, None, None])[1]
        for part, count in ((before, size), (whole - before, nobs - size))
    ]
    return float(nobs * np.linalg.slogdet(whole / nobs)[1] - (logs[0] + logs[1]).min())


def membership_of(starts: np.ndarray, nobs: int) -> np.ndarray:
    """One for the regime of each row, shape (T, M)."""
    regime = np.searchsorted(starts, np.arange(nobs), side="right")
    return np.asarray(np.eye(len(starts) + 1)[regime])


def residuals_of(data: Observations, fit: RegimeFit) -> np.ndarray:
    """Residuals of one sample over their known scale, shape (T, K)."""
    found = implied_residuals(data.y, data.z, fit.lags, fit.deterministic)[0]
    scale = 1.0 if data.scales is None else data.scales[:, None]
    return np.asarray(found / scale)
