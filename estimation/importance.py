"""Importance weights: how many draws they are worth, and draws of equal weight from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Resampled:
    """Draws of equal weight, named by their places among the weighted ones.

    Attributes
    ----------
    index : ndarray of int, shape (count,)
        In ascending order; a place may occur several times.
    distinct : int
        Different places among them.
    effective : float
        Effective size of the weighted draws.
    """

    index: np.ndarray
    distinct: int
    effective: float

    @property
    def duplicates(self) -> int:
        """Draws that repeat another one."""
        return len(self.index) - self.distinct


def normalised(log_weights: np.ndarray) -> np.ndarray:
    """Weights that sum to one, shape (R,); a draw of weight zero has -inf.

    Raises
    ------
    ValueError
        If a weight is NaN or infinite, or none is above zero.
    """
    largest = log_weights.max(initial=-np.inf)
    if not np.isfinite(largest):
        raise ValueError(f"no finite weight among {len(log_weights)}")
    weights = np.exp(log_weights - largest)
    shares: np.ndarray = weights / weights.sum()
    return shares


def effective_size(log_weights: np.ndarray) -> float:
    """Number of equally weighted draws that are worth the weighted ones: (sum w)^2 / sum w^2.

    Parameters
    ----------
    log_weights : ndarray, shape (R,)
        Up to a constant.

    References
    ----------
    Kong, Liu and Wong (1994).
    """
    return float(1 / np.square(normalised(log_weights)).sum())


def resample(log_weights: np.ndarray, count: int, seed: int) -> Resampled:
    """Systematic resampling: one uniform number and ``count`` equal steps through the weights.

    A draw of weight w occurs floor(count w) or ceil(count w) times, so that equal weights give each
    draw once, and the noise that resampling adds is less than that of independent choices.

    Parameters
    ----------
    log_weights : ndarray, shape (R,)
        Up to a constant; -inf for a weight of zero.
    count : int
    seed : int

    References
    ----------
    Kitagawa (1996).
    """
    shares = normalised(log_weights)
    steps = (np.random.default_rng(seed).random() + np.arange(count)) / count
    edges = np.cumsum(shares)
    index = np.searchsorted(edges / edges[-1], steps, side="right")
    return Resampled(index, len(np.unique(index)), effective_size(log_weights))
