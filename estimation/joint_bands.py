"""At which pointwise level a band holds a whole draw: what simultaneous bands are calibrated on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .streams import block_generator

#: Points of the lattice on which the largest of correlated normal errors is integrated: critical
#: values are right to 0.003.
POINTS = 2**16
#: Points evaluated at a time.
CHUNK = 2**11
#: Directions with a smaller share of the variance than this are left out.
NEGLIGIBLE = 1e-10


def equal_tailed_levels(draws: np.ndarray) -> np.ndarray:
    """The level at which equal-tailed percentiles just hold all elements of each draw.

    With R draws of an element, the percentiles at level 1 - 2a lie at the positions (R - 1) a and
    (R - 1)(1 - a) of the sorted draws, so a draw with k draws below it is held up to
    a = min(k, R - 1 - k) / (R - 1).

    Parameters
    ----------
    draws : ndarray, shape (R, n)
        NaN where the element does not exist; it then does not count.

    Returns
    -------
    ndarray, shape (R,)
        Zero where there are no elements.
    """
    return _largest(1 - 2 * np.minimum(*_shares_beside(draws)))


def symmetric_levels(draws: np.ndarray) -> np.ndarray:
    """The level at which a quantile of absolute values just holds all elements of each draw.

    Parameters
    ----------
    draws : ndarray, shape (R, n)

    Returns
    -------
    ndarray, shape (R,)
    """
    return _largest(_shares_beside(np.abs(draws))[0])


def normal_levels(factors: np.ndarray, points: int = POINTS) -> np.ndarray:
    """Levels at which normal intervals just hold vectors of correlated standard normal errors.

    Parameters
    ----------
    factors : ndarray, shape (q, n)
        The errors are xi @ factors for q independent standard normal xi; each has unit variance.
    points : int
        A power of two.

    Returns
    -------
    ndarray, shape (points,)
        P(|z| <= m) for the largest m of n absolute errors, at the points of a randomly shifted
        Sobol sequence: the same for the same factors. The directions with the largest variance take
        the first coordinates, which are the most evenly spread.
    """
    from scipy.special import erf

    largest = np.zeros(points)
    if factors.shape[1]:
        _, size, directions = np.linalg.svd(factors, full_matrices=False)
        kept = size**2 > NEGLIGIBLE * np.sum(size**2)
        loadings = size[kept, None] * directions[kept]
        scores = _scores(len(loadings), points)
        for start in range(0, points, CHUNK):
            part = slice(start, start + CHUNK)
            largest[part] = np.abs(scores[part] @ loadings).max(axis=1)
    return np.asarray(erf(largest / np.sqrt(2)))


def _shares_beside(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the other draws of an element that lie below and above each draw."""
    order = np.argsort(draws, axis=0)  # NaN last
    below = np.empty(draws.shape)
    np.put_along_axis(below, order, np.arange(len(draws), dtype=float)[:, None], axis=0)
    missing = np.isnan(draws)
    below[missing] = np.nan
    others = len(draws) - 1 - missing.sum(axis=0)
    return below / others, 1 - below / others


def _largest(levels: np.ndarray) -> np.ndarray:
    return np.asarray(np.max(levels, axis=1, initial=0.0, where=~np.isnan(levels)))


@lru_cache(maxsize=1)
def _scores(dimensions: int, points: int) -> np.ndarray:
    """Evenly spread standard normal vectors, shape (points, dimensions)."""
    from scipy.special import ndtri
    from scipy.stats.qmc import Sobol

    lattice = Sobol(dimensions, scramble=False).random(points)
    shifted = (lattice + block_generator(0, 0).random(dimensions)) % 1.0
    scores: np.ndarray = ndtri(np.clip(shifted, 1e-16, 1 - 1e-16))
    return scores
