"""Limiting distributions of Johansen's rank tests in the five deterministic cases."""

from __future__ import annotations

import numpy as np

# Mean and variance of the trace statistic with n unit roots under the null, by case I to V, on
# n^2, n, 1, [n = 1], [n = 2], sqrt(n): Doornik (1998), tables 7 and 8 with cases in Johansen's
# order.
_TRACE_MEAN = np.array(
    [
        [2, -1.00, 0.07, 0.07, 0, 0],
        [2, 2.01, 0, 0.06, 0.05, 0],
        [2, 1.05, -1.55, -0.50, -0.23, 0],
        [2, 4.05, 0.50, -0.23, -0.07, 0],
        [2, 2.85, -5.10, -0.10, -0.06, 1.35],
    ]
)
_TRACE_VARIANCE = np.array(
    [
        [3, -0.33, -0.55, 0, 0, 0],
        [3, 3.60, 0.75, -0.40, -0.30, 0],
        [3, 1.80, 0, -2.80, -1.10, 0],
        [3, 5.70, 3.20, -1.30, -0.50, 0],
        [3, 4.00, 0.80, -5.80, -2.66, 0],
    ]
)
# The same for the largest eigenvalue, on n, 1, [n = 1], [n = 2], sqrt(n).
_MAX_MEAN = np.array(
    [
        [6.0019, -2.7558, 0.67185, 0.11490, -2.7764],
        [5.9498, 0.43402, 0.048360, 0.018198, -2.3669],
        [5.8271, -1.6487, -1.6118, -0.25949, -1.5666],
        [5.8658, 2.5595, -0.34443, -0.077991, -1.7552],
        [5.6364, -0.90531, -3.5166, -0.47966, -0.21447],
    ]
)
_MAX_VARIANCE = np.array(
    [
        [1.8806, -15.499, 1.1136, 0.070508, 14.714],
        [2.2231, -7.9064, 0.58592, -0.034324, 12.058],
        [2.0785, -9.7846, -3.3680, -0.24528, 13.074],
        [1.9955, -5.5428, 1.2425, 0.41949, 12.841],
        [2.0899, -5.3303, -7.1523, -0.25260, 12.393],
    ]
)


def trace_distribution(case: int, unit_roots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shape and scale of the gamma distribution that approximates the trace statistic.

    Parameters
    ----------
    case : int
        0 to 4: Johansen's cases I to V.
    unit_roots : ndarray of int
        K - r, with r the rank under the null.

    Returns
    -------
    shape, scale : ndarray
        The gamma distribution has the mean and variance of Doornik's (1998) response surfaces; its
        5 per cent points agree with simulated ones within 1.5 per cent.
    """
    return _gamma(_surface(unit_roots), _TRACE_MEAN[case], _TRACE_VARIANCE[case])


def max_eigenvalue_distribution(case: int, unit_roots: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same for the maximal-eigenvalue statistic; see ``trace_distribution``."""
    return _gamma(_surface(unit_roots)[..., 1:], _MAX_MEAN[case], _MAX_VARIANCE[case])


def _surface(unit_roots: np.ndarray) -> np.ndarray:
    n = np.asarray(unit_roots, dtype=float)
    return np.stack([n**2, n, np.ones_like(n), n == 1, n == 2, np.sqrt(n)], axis=-1)


def _gamma(
    surface: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    first, second = surface @ mean, surface @ variance
    return first**2 / second, second / first
