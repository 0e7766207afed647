"""One regression in which large moves of a regressor have coefficients of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .breaks import orthonormal, residuals_on
from .streams import block_generator

#: Replications that are drawn together; it does not change a draw.
_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class ThresholdSearch:
    """What each candidate for the threshold explains, and what chance would.

    Attributes
    ----------
    thresholds : ndarray, shape (G,)
    f : ndarray, shape (G,)
        F of coefficients that differ beyond each threshold.
    excess : ndarray, shape (G,)
        Sum of squares less the smallest one, over the error variance.
    drawn_f : ndarray, shape (R,)
        Largest F over the candidates in each replication without a threshold.
    drawn_excess : ndarray, shape (R, G)
        ``excess`` in each replication.
    """

    thresholds: np.ndarray
    f: np.ndarray
    excess: np.ndarray
    drawn_f: np.ndarray
    drawn_excess: np.ndarray

    @property
    def best(self) -> int:
        """Place of the candidate with the smallest sum of squares."""
        return int(self.excess.argmin())

    @property
    def p_value(self) -> float:
        """Share of replications (and the sample itself) with an F as large."""
        beyond = (self.drawn_f >= self.f.max()).sum() + 1
        return float(beyond / (len(self.drawn_f) + 1))

    def kept(self, level: float) -> np.ndarray:
        """Candidates that cannot be told from the best at a level, as a mask of shape (G,).

        The excess is compared with the larger of two limits: of the replications, for which no
        candidate is better than another, and of a threshold that is there, -2 ln(1 - sqrt(level)).
        So the set holds the threshold whether the kinds of moves differ much, little or not.

        References
        ----------
        Hansen (2000), Sample splitting and threshold estimation, Econometrica 68.
        """
        without = np.quantile(self.drawn_excess, level, axis=0)
        return np.asarray(self.excess <= np.maximum(without, -2 * np.log1p(-np.sqrt(level))))


def candidate_thresholds(moves: np.ndarray, trimming: float, most: int) -> np.ndarray:
    """Sizes of moves from the share ``trimming`` up to one less it, at most so many.

    Parameters
    ----------
    moves : ndarray, shape (T,)
    trimming : float
        Smallest share of small and of large moves.
    most : int
    """
    sizes = np.sort(np.abs(moves))
    first = int(np.ceil(trimming * len(sizes)))
    places = np.linspace(first - 1, len(sizes) - first - 1, most).round().astype(int)
    return np.unique(sizes[places])


def large_only(moves: np.ndarray, threshold: float) -> np.ndarray:
    """The moves beyond the threshold in size; zero elsewhere."""
    return np.where(np.abs(moves) > threshold, moves, 0.0)


def search_threshold(
    y: np.ndarray,
    moves: np.ndarray,
    others: np.ndarray,
    thresholds: np.ndarray,
    *,
    draws: int,
    seed: int,
    block: int = 1,
) -> ThresholdSearch:
    """F of a threshold at each candidate, with the fixed-regressor bootstrap of the largest.

    In a replication the outcome is the residual of the best threshold regression times a standard
    normal weight, which is the same for ``block`` neighbouring periods; the regressors stay. It
    allows for errors of moving variance, and with blocks for autocorrelated ones.

    Parameters
    ----------
    y : ndarray, shape (T,)
    moves : ndarray, shape (T, L+1)
        Current and past moves, split by the size of each.
    others : ndarray, shape (T, m)
    thresholds : ndarray, shape (G,)
    draws, seed, block : int

    References
    ----------
    Hansen (1996), Econometrica 64; Hansen (2000), Journal of Econometrics 97.
    """
    base = orthonormal(np.hstack([moves, others]))
    left = residuals_on(base, y[:, None])
    bases = [orthonormal(residuals_on(base, large_only(moves, size))) for size in thresholds]
    df = (moves.shape[1], len(y) - base.shape[1] - moves.shape[1])
    f, excess = _statistics(bases, left, df)
    residuals = residuals_on(bases[int(excess[:, 0].argmin())], left)[:, 0]
    drawn = []
    for number, first in enumerate(range(0, draws, _TOGETHER)):
        generator = block_generator(seed, number)
        weights = generator.standard_normal((-(-len(y) // block), _TOGETHER))
        outcomes = residuals[:, None] * np.repeat(weights, block, axis=0)[: len(y)]
        found = _statistics(bases, residuals_on(base, outcomes), df)
        drawn.append([one[:, : draws - first] for one in found])
    drawn_f, drawn_excess = (np.hstack(part).T for part in zip(*drawn))
    return ThresholdSearch(thresholds, f[:, 0], excess[:, 0], drawn_f.max(axis=1), drawn_excess)


def _statistics(
    bases: list[np.ndarray], left: np.ndarray, df: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """F and excess (G, R) of outcomes (T, R) that the common regressors do not explain."""
    total = (left**2).sum(axis=0)
    explained = np.stack([((basis.T @ left) ** 2).sum(axis=0) for basis in bases])
    squares = total - explained
    least = squares.min(axis=0)
    return explained / df[0] / (squares / df[1]), (squares - least) / (least / df[1])
