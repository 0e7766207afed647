"""Bounds of responses over the identified set, draw by draw, and regions that hold the whole set.

References: Giacomini and Kitagawa (2021); Gafarov, Meier and Montiel Olea (2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from .cone_bounds import range_over_cone
from .jit import kernel
from .response_restrictions import RestrictionRows
from .rotation_ascent import range_over_rotations
from .rotations import draw_rotations
from .streams import BLOCK
from .threads import in_parts

#: Ends within this of zero, relative to the length of the row, are zero.
ROUNDING = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class SetBounds:
    """Ends of the identified set of n responses to one shock in R reduced forms.

    Attributes
    ----------
    ends : ndarray, shape (R, 2, n)
        Lower and upper ends; NaN where the set is empty.
    nonempty : ndarray of bool, shape (R,)
        Whether the restrictions can be satisfied; where several shocks are restricted, whether a
        rotation was found.
    exact : bool
        Whether only this shock is restricted. Otherwise the ends are attained by some rotation:
        the set reaches at least as far.
    outer : ndarray, shape (R, 2, n)
        Ends under the restrictions on this shock alone, beyond which the set does not reach.
    searches : int
        Local searches that were made.
    """

    ends: np.ndarray
    nonempty: np.ndarray
    exact: bool
    outer: np.ndarray
    searches: int = 0

    @property
    def lower(self) -> np.ndarray:
        """Lower ends, shape (R, n)."""
        return self.ends[:, 0]

    @property
    def upper(self) -> np.ndarray:
        """Upper ends, shape (R, n)."""
        return self.ends[:, 1]

    @property
    def at_outer(self) -> float:
        """Share of ends that reach the outer ones, and are exact for that reason."""
        found, outer = self.ends[self.nonempty], self.outer[self.nonempty]
        with np.errstate(invalid="ignore"):
            near = np.abs(found - outer) <= 1e-6 * np.diff(outer, axis=1)
        return float((near | (found == outer)).mean())


def set_bounds(
    rows: RestrictionRows,
    targets: np.ndarray,
    shock: int,
    starts: Mapping[int, np.ndarray],
    order: np.ndarray,
    *,
    size: np.ndarray | None = None,
    threads: int = 1,
) -> SetBounds:
    """Lower and upper ends of the identified set of responses c'q_j to one shock.

    Where shock j alone is restricted the ends are exact. Otherwise accepted rotations of each
    reduced form are moved to local extremes of each response.

    Parameters
    ----------
    rows : RestrictionRows
        Of R reduced forms.
    targets : ndarray, shape (R, n, K)
        Rows c.
    shock : int
        j.
    starts : Mapping of int to ndarray
        What ``starting_rotations`` found.
    order : ndarray of int, shape (K,)
        Shocks in the order in which columns are drawn.
    size : ndarray, shape (R, K), optional
        Rows s: bounds of c'q_j / s'q_j, infinite where s'q_j can be zero.
    threads : int
    """
    count, n, k = targets.shape
    sizes = np.zeros((count, k)) if size is None else size
    rounding = ROUNDING * np.linalg.norm(targets, axis=-1)
    if size is not None:
        rounding = rounding / np.linalg.norm(size, axis=-1)[:, None]

    def clean(ends: np.ndarray) -> np.ndarray:
        """Ends without what rounding leaves where a restriction binds at zero."""
        return np.where(np.abs(ends) <= rounding[:, None], 0.0, ends)

    outer, columns = np.full((count, 2, n), np.nan), np.zeros((count, 2, n, k))
    nonempty = rows.exist.copy()
    _outer_bounds(rows, targets, sizes, shock, outer, columns, nonempty, threads)
    restricted = restricted_shocks(rows)
    if not restricted[np.arange(k) != shock].any():
        return SetBounds(clean(outer), nonempty, True, clean(outer))
    found = np.full((count, 2, n), np.nan)
    length = np.linalg.norm(rows.signs, axis=-1, keepdims=True)
    signs = rows.signs / np.where(length > 0, length, 1.0)
    searches = np.zeros(count, dtype=np.int64)

    def run(first: int, last: int) -> None:
        for r in range(first, last):
            if r in starts:
                own = (signs[r], rows.sign_bounds, rows.zeros[r], rows.zero_bounds)
                searches[r] = range_over_rotations(
                    (*own, order, restricted),
                    targets[r],
                    shock,
                    sizes[r],
                    starts[r],
                    outer[r],
                    columns[r],
                    found[r],
                )

    in_parts(run, count, threads)
    nonempty = np.array([r in starts for r in range(count)])
    return SetBounds(clean(found), nonempty, False, clean(outer), int(searches.sum()))


def restricted_shocks(rows: RestrictionRows) -> np.ndarray:
    """Which shocks have restrictions, shape (K,), bool."""
    return np.asarray((np.diff(rows.sign_bounds) > 0) | (np.diff(rows.zero_bounds) > 0))


def starting_rotations(
    rows: RestrictionRows,
    order: np.ndarray,
    *,
    count: int,
    max_attempts: int,
    seed: int,
    threads: int = 1,
) -> dict[int, np.ndarray]:
    """Accepted rotations (S, K, K), shock j in row j, of each reduced form that has any.

    Each is tried for one rotation first: where there is none, more are not looked for. Nothing
    where only one shock is restricted, whose bounds need no rotations.

    Parameters
    ----------
    rows : RestrictionRows
    order : ndarray of int, shape (K,)
    count : int
        Rotations that are wanted of each reduced form.
    max_attempts : int
        For each rotation.
    seed : int
    threads : int
    """
    which = np.flatnonzero(rows.exist)
    if restricted_shocks(rows).sum() < 2:
        return {}
    draw = partial(
        draw_rotations, max_attempts=max_attempts, seed=seed, order=order, threads=threads
    )
    one = draw(rows.at(which), count=1)
    some = np.flatnonzero(one.found[:, 0])
    first = -(-one.found.size // BLOCK)
    more = draw(rows.at(which[some]), count=max(count - 1, 1), first=first)
    found = {}
    for place, r in enumerate(some):
        own = np.concatenate([one.rotation[r], more.rotation[place][more.found[place]]])
        found[int(which[r])] = np.ascontiguousarray(own.swapaxes(-1, -2))
    return found


def robust_region(lower: np.ndarray, upper: np.ndarray, level: float) -> tuple[np.ndarray, ...]:
    """Shortest intervals that hold the whole identified set with a probability of ``level``.

    Whatever the prior inside the identified set, its credible set has at least this probability
    (Giacomini and Kitagawa 2021, proposition 1): the shortest [a, b] with l >= a and u <= b in a
    share ``level`` of the draws.

    Parameters
    ----------
    lower, upper : ndarray, shape (R, ...)
        Ends of the set by draw; infinite where it is not bounded.
    level : float

    Returns
    -------
    low, high : ndarray, shape (...)
        Where the set is unbounded in more than 1 - ``level`` of the draws, one end is infinite, and
        the other the quantile of the draws' ends, or infinite too.
    """
    needed = max(1, int(np.ceil(level * len(lower) - 1e-9)))
    lows, highs = (
        np.ascontiguousarray(np.moveaxis(x, 0, -1)).reshape(-1, len(x)) for x in (lower, upper)
    )
    found = np.empty((2, len(lows)))
    _shortest(lows, highs, np.argsort(-lows, axis=1, kind="stable"), needed, found)
    for cell in np.flatnonzero(np.isinf(found[1])):
        ends = np.sort(-lows[cell])[needed - 1], np.sort(highs[cell])[needed - 1]
        if np.isinf(ends).any():
            found[:, cell] = -ends[0], ends[1]
    low, high = found.reshape(2, *lower.shape[1:])
    return low, high


def _outer_bounds(
    rows: RestrictionRows,
    targets: np.ndarray,
    sizes: np.ndarray,
    shock: int,
    outer: np.ndarray,
    columns: np.ndarray,
    nonempty: np.ndarray,
    threads: int,
) -> None:
    """Bounds under the restrictions on one shock, and where these cannot be satisfied."""
    own = slice(*rows.sign_bounds[shock : shock + 2])
    zero = slice(*rows.zero_bounds[shock : shock + 2])

    def run(first: int, last: int) -> None:
        for r in range(first, last):
            if nonempty[r]:
                nonempty[r] = range_over_cone(
                    np.ascontiguousarray(rows.signs[r, own]),
                    np.ascontiguousarray(rows.zeros[r, zero]),
                    targets[r],
                    sizes[r],
                    outer[r],
                    columns[r],
                )

    in_parts(run, len(targets), threads)


@kernel
def _shortest(
    lower: np.ndarray, upper: np.ndarray, order: np.ndarray, needed: int, found: np.ndarray
) -> None:
    """For each cell the shortest interval that holds ``needed`` of its pairs.

    The lower end is that of some pair. Going down through them, a heap holds the ``needed``
    smallest upper ends so far, the largest of which is the upper end that goes with it.
    """
    heap = np.empty(needed)
    for cell in range(len(lower)):
        shortest = np.inf
        found[0, cell], found[1, cell] = -np.inf, np.inf
        size = 0
        for place in order[cell]:
            value = upper[cell, place]
            if size < needed:
                _push(heap, size, value)
                size += 1
            elif value < heap[0]:
                _replace(heap, size, value)
            width = heap[0] - lower[cell, place]
            if size == needed and width < shortest:
                shortest = width
                found[0, cell], found[1, cell] = lower[cell, place], heap[0]


@kernel
def _push(heap: np.ndarray, size: int, value: float) -> None:
    """Add a value to a heap with the largest on top."""
    place = size
    while place > 0 and heap[(place - 1) // 2] < value:
        heap[place] = heap[(place - 1) // 2]
        place = (place - 1) // 2
    heap[place] = value


@kernel
def _replace(heap: np.ndarray, size: int, value: float) -> None:
    """Put a value in the place of the largest."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and heap[child + 1] > heap[child]:
            child += 1
        if heap[child] <= value:
            break
        heap[place] = heap[child]
        place = child
    heap[place] = value
