"""Several breaks in one equation: the partitions that minimise the sum of squares.

A partition into l + 1 regimes is the array of its l dates, each the number of rows before the
break. Outcomes have their draws on the first axis; regressors are common to all draws.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .breaks import does_not_vary

#: Inverse Cholesky factors by first row, or None to make them on the way.
Factors = list[np.ndarray] | None

#: Rounds of the iteration between dates and coefficients that do not break.
_MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Partitions:
    """The best partitions with 0, 1, ..., M breaks.

    Attributes
    ----------
    dates : ndarray of int, shape (R, M+1, M)
        [draw, number of breaks, break]; unused places hold the number of rows.
    squares : ndarray, shape (R, M+1)
        Sums of squared residuals.
    """

    dates: np.ndarray
    squares: np.ndarray

    def of(self, breaks: int) -> np.ndarray:
        """Dates of the partition with that many breaks, shape (R, breaks)."""
        return self.dates[:, breaks, :breaks]


def best_partitions(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, most: int, smallest: int
) -> Partitions:
    """Partitions with up to ``most`` breaks by dynamic programming.

    Without w the minimum is global: the best partition of rows 1 to j ends in a regime that
    follows the best partition of the rows before it. With w the dates given gamma and gamma given
    the dates are found in turn until the dates stay, from two starts: the dates at which
    everything breaks, and gamma with one break less. The result can be a local minimum.

    Parameters
    ----------
    y : ndarray, shape (R, T)
    x : ndarray, shape (T, q)
        Regressors whose coefficients break; orthonormal columns keep the sums of squares exact.
    w : ndarray, shape (T, r)
        Regressors whose coefficients gamma are common to all regimes; r may be 0.
    most : int
    smallest : int
        Fewest rows of a regime, more than q.

    References
    ----------
    Bai and Perron (2003), sections 3.1 to 3.3.
    """
    if not w.shape[1]:
        return _global_minimum(y, x, most, smallest)
    gamma, least = common_coefficients(y, x, w, np.empty((len(y), 0), int))
    dates = np.full((len(y), most + 1, most), y.shape[1])
    squares = np.tile(least[:, None], most + 1)
    factors = list(segment_factors(x, smallest))
    both = np.hstack([x, w])
    everything = _global_minimum(y, both, most, smallest) if smallest > both.shape[1] else None
    for breaks in range(1, most + 1):
        first = _global_minimum(y - gamma @ w.T, x, breaks, smallest, factors)
        starts = [first.of(breaks)]
        if everything is not None:
            starts.append(everything.of(breaks))
        found = [_descend(y, x, w, start, smallest, factors) for start in starts]
        pick = np.argmin([least for _, least in found], axis=0)
        draw = np.arange(len(y))
        current = np.stack([found_dates for found_dates, _ in found])[pick, draw]
        dates[:, breaks, :breaks] = current
        gamma, squares[:, breaks] = common_coefficients(y, x, w, current)
    return Partitions(dates, squares)


def _descend(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    dates: np.ndarray,
    smallest: int,
    factors: Factors,
) -> tuple[np.ndarray, np.ndarray]:
    """Dates given gamma and gamma given the dates in turn; each step lowers the squares."""
    dates, moving = dates.copy(), np.arange(len(y))
    for _ in range(_MOST_ROUNDS):
        gamma, _ = common_coefficients(y[moving], x, w, dates[moving])
        left = y[moving] - gamma @ w.T
        found = _global_minimum(left, x, dates.shape[1], smallest, factors)
        again = found.of(dates.shape[1])
        moved = (again != dates[moving]).any(axis=1)
        dates[moving] = again
        moving = moving[moved]
        if not len(moving):
            break
    return dates, common_coefficients(y, x, w, dates)[1]


def common_coefficients(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, dates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients gamma (R, r) of w given each draw's partition, and the sums of squares (R,)."""
    total = np.einsum("rt,rt->r", y, y)
    common = np.broadcast_to(w.T @ w, (len(y), w.shape[1], w.shape[1])).copy()
    onto = y @ w
    for rows in regimes(dates, y.shape[1]):
        cross, with_w, with_y = _regime_sums(y, x, w, rows)
        inverse = np.linalg.inv(np.linalg.cholesky(cross))
        of_w, of_y = inverse @ with_w, (inverse @ with_y[..., None])[..., 0]
        common -= np.swapaxes(of_w, 1, 2) @ of_w
        onto -= np.einsum("rqs,rq->rs", of_w, of_y)
        total -= np.einsum("rq,rq->r", of_y, of_y)
    gamma = np.linalg.solve(common, onto[..., None])[..., 0]
    return gamma, total - np.einsum("rs,rs->r", gamma, onto)


def regimes(dates: np.ndarray, nobs: int) -> np.ndarray:
    """Which rows belong to which regime, shape (l+1, R, T), bool, for dates of shape (R, l)."""
    ends = np.hstack([np.zeros((len(dates), 1), int), dates, np.full((len(dates), 1), nobs)])
    row = np.arange(nobs)
    return np.stack(
        [(row >= ends[:, i, None]) & (row < ends[:, i + 1, None]) for i in range(ends.shape[1] - 1)]
    )


def _regime_sums(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x'x, x'w and x'y over the rows (R, T) of one regime of each draw."""
    inside = rows.astype(float)
    q, r = x.shape[1], w.shape[1]

    def summed(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        products = (left[:, :, None] * right[:, None, :]).reshape(len(x), -1)
        sums: np.ndarray = inside @ products
        return sums.reshape(len(y), left.shape[1], right.shape[1])

    return summed(x, x), summed(x, w).reshape(len(y), q, r), (y * inside) @ x


def _global_minimum(
    y: np.ndarray, x: np.ndarray, most: int, smallest: int, factors: Factors = None
) -> Partitions:
    """Dynamic programming over the table of all segments' sums of squares."""
    draws, nobs = y.shape
    table = segment_squares(y, x, smallest, factors)
    best = table[0]  # (T+1, R): rows 1 to j in one regime
    squares = np.empty((draws, most + 1))
    squares[:, 0] = best[nobs]
    last_break = np.zeros((most + 1, nobs + 1, draws), dtype=int)
    for breaks in range(1, most + 1):
        longer = np.full_like(best, np.inf)
        for end in range((breaks + 1) * smallest, nobs + 1):
            starts = np.arange(breaks * smallest, end - smallest + 1)
            candidates = best[starts] + table[starts, end]
            pick = candidates.argmin(axis=0)
            last_break[breaks, end] = starts[pick]
            longer[end] = np.take_along_axis(candidates, pick[None], axis=0)[0]
        best = longer
        squares[:, breaks] = best[nobs]
    dates = np.full((draws, most + 1, most), nobs)
    for breaks in range(1, most + 1):
        last = np.full(draws, nobs)
        for place in range(breaks, 0, -1):
            last = last_break[place, last, np.arange(draws)]
            dates[:, breaks, place - 1] = last
    return Partitions(dates, squares)


def segment_squares(
    y: np.ndarray, x: np.ndarray, smallest: int, factors: Factors = None
) -> np.ndarray:
    """Sum of squared residuals of every segment of at least ``smallest`` rows.

    ``factors`` are those of ``segment_factors``, where they are used again.

    Returns
    -------
    ndarray, shape (T+1, T+1, R)
        [first row, row after the last]; infinite where the segment is too short.
    """
    draws, nobs = y.shape
    moments = _cumulated(x[:, :, None] * y.T[:, None, :])
    squares = _cumulated(y.T**2)
    table = np.full((nobs + 1, nobs + 1, draws), np.inf)
    for start, inverse in enumerate(factors or segment_factors(x, smallest)):
        ends = slice(start + smallest, nobs + 1)
        onto = inverse @ (moments[ends] - moments[start])
        fitted = np.einsum("jqr,jqr->jr", onto, onto)
        table[start, ends] = squares[ends] - squares[start] - fitted
    return table


def segment_factors(x: np.ndarray, smallest: int) -> Iterator[np.ndarray]:
    """Inverse Cholesky factors of x'x of the segments from each first row, shape (ends, q, q)."""
    cross = _cumulated(x[:, :, None] * x[:, None, :])
    for start in range(len(x) - smallest + 1):
        segments = cross[start + smallest :] - cross[start]
        try:
            yield np.linalg.inv(np.linalg.cholesky(segments))
        except np.linalg.LinAlgError:
            raise does_not_vary() from None


def _cumulated(values: np.ndarray) -> np.ndarray:
    """Sums of the first j rows, j = 0, ..., T."""
    return np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
