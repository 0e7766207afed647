"""The distribution that a uniform rotation implies for an impact response."""

from __future__ import annotations

import math

import numpy as np


def haar_density(response: np.ndarray, deviation: float, variables: int) -> np.ndarray:
    r"""Density of an element of B = F Q, F F' = Sigma, with Q uniform over orthogonal matrices.

    The response of variable i to any shock is its error's standard deviation times one element of
    a vector that is uniform on the unit sphere, so that with K variables

    .. math:: p(h) = \frac{\Gamma(K/2)}{\Gamma(1/2)\,\Gamma((K-1)/2)}
        \frac{1}{\sqrt{\sigma_{ii}}} \left(1 - \frac{h^2}{\sigma_{ii}}\right)^{(K-3)/2} .

    It is U-shaped for K = 2, uniform for K = 3 and concentrated about zero for more.

    Parameters
    ----------
    response : ndarray
        h.
    deviation : float
        Square root of sigma_ii.
    variables : int
        K.

    Returns
    -------
    ndarray
        Zero beyond the deviation.

    References
    ----------
    Baumeister and Hamilton (2015), equation (33).
    """
    log_constant = math.lgamma(variables / 2) - math.lgamma((variables - 1) / 2)
    constant = math.exp(log_constant) / (math.sqrt(math.pi) * deviation)
    share = np.square(response / deviation)
    inside = share < 1
    left = np.where(inside, 1 - share, 1.0)
    return np.where(inside, constant * left ** ((variables - 3) / 2), 0.0)


def largest_gap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Kolmogorov and Smirnov's distance: the largest gap between two distribution functions.

    Two samples of one distribution, of N and R independent draws, are in 95 of 100 cases no further
    apart than ``sampling_gap``.

    Parameters
    ----------
    one, other : ndarray, shapes (N, ...) and (R, ...)

    Returns
    -------
    ndarray, shape (...)
        Between 0 and 1.
    """
    found = np.empty(one.shape[1:])
    for cell in np.ndindex(found.shape):
        first, second = np.sort(one[(slice(None), *cell)]), np.sort(other[(slice(None), *cell)])
        values = np.concatenate([first, second])
        shares = [np.searchsorted(x, values, side="right") / len(x) for x in (first, second)]
        found[cell] = np.abs(shares[0] - shares[1]).max()
    return found


def sampling_gap(one: int, other: int) -> float:
    """The 95 per cent quantile of ``largest_gap`` for samples of one distribution, asymptotically.

    Smirnov (1948).
    """
    return 1.358 * math.sqrt(1 / one + 1 / other)
