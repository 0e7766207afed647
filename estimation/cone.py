"""Cones {x: M x >= 0} in a few dimensions: projections, edges, rows that say nothing new.

Rows are given as the first ``count`` of an array; vectors have as many elements as it has columns.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel

#: Numbers relative to vectors of unit length that count as zero.
ZERO = 1e-10


@kernel
def project_on_cone(
    c: np.ndarray, sign: float, rows: np.ndarray, count: int, found: np.ndarray
) -> float:
    """Put into ``found`` the vector of the cone that is nearest to sign c; returns its length.

    It is c + rows' w for the w >= 0 that makes it shortest: non-negative least squares (Lawson and
    Hanson 1974, chapter 23), in which the rows that enter are those that it violates most.
    """
    d = len(c)
    active = np.empty(d, dtype=np.int64)
    weights, trial = np.zeros(d), np.zeros(d)
    q, r = np.empty((d, d)), np.empty((d, d))
    used = np.zeros(count, dtype=np.bool_)
    size = 0
    _residual(c, sign, q, size, found)
    tolerance = 1e-13 * length_of(c)
    for _ in range(10 * (count + d)):
        entering = _most_violated(rows, count, used, found, tolerance)
        if entering < 0 or size == d:
            break
        used[entering] = True  # left out for good if it depends on the active rows
        if not orthogonalise(rows, entering, q, r, size):
            continue
        active[size], weights[size] = entering, 0.0
        size += 1
        while True:
            _solve(c, sign, q, r, size, trial)
            leaving = _step(weights, trial, size)
            if leaving < 0:
                break
            used[active[leaving]] = False
            size -= 1
            for i in range(leaving, size):
                active[i], weights[i] = active[i + 1], weights[i + 1]
                orthogonalise(rows, active[i], q, r, i)
        _residual(c, sign, q, size, found)
    return length_of(found)


@kernel
def extreme_rays(rows: np.ndarray, count: int) -> np.ndarray:
    """Unit vectors along the edges of a cone without lines, by all sets of d - 1 of its rows.

    An edge in which more rows meet is found several times.
    """
    d = rows.shape[1]
    size = 0
    rays = np.empty((64, d))
    chosen = np.zeros(max(d - 1, 1), dtype=np.int64)
    q, r, ray = np.empty((d, d)), np.empty((d, d)), np.empty(d)
    depth, row = 0, 0  # rows chosen so far, and the next to try
    while depth >= 0:
        if depth < d - 1 and row < count:
            chosen[depth] = row
            depth += 1 if orthogonalise(rows, row, q, r, depth) else 0
            row += 1
            continue
        if depth == d - 1:
            _orthogonal_to(q, depth, ray)
            for sign in (1.0, -1.0):
                if _inside(rows, count, ray, sign):
                    if size == len(rays):
                        rays = np.concatenate((rays, rays))
                    for i in range(d):
                        rays[size, i] = sign * ray[i]
                    size += 1
        depth -= 1
        row = chosen[depth] + 1 if depth >= 0 else 0
    return rays[:size]


@kernel
def irredundant_rows(rows: np.ndarray, basis: np.ndarray, d: int) -> tuple[np.ndarray, int]:
    """Rows by their coordinates in the first d vectors of ``basis``, none implied by the others.

    They have unit length. Rows that are zero there hold by themselves.
    """
    kept = np.empty((len(rows), d))
    count = 0
    for row in range(len(rows)):
        for i in range(d):
            kept[count, i] = inner(basis, i, rows[row])
        length = length_of(kept[count])
        if length > ZERO * length_of(rows[row]):
            for i in range(d):
                kept[count, i] /= length
            count += 1
    own, found = np.empty(d), np.empty(d)
    for row in range(count - 1, -1, -1):
        own[:] = kept[row]
        kept[row] = kept[count - 1]
        # Implied if it is a combination of the others with non-negative weights.
        if project_on_cone(own, -1.0, kept, count - 1, found) <= ZERO:
            count -= 1
        else:
            kept[row] = own
    return kept, count


@kernel
def null_basis(rows: np.ndarray, basis: np.ndarray) -> int:
    """Put an orthonormal basis of what is orthogonal to all rows into ``basis``; its dimension."""
    k = basis.shape[1]
    q, r, unit = np.empty((k, k)), np.empty((k, k)), np.eye(k)
    held = 0
    for row in range(len(rows)):
        if held < k and orthogonalise(rows, row, q, r, held):
            held += 1
    for place in range(held, k):
        orthogonalise(unit, _most_left(q, place), q, r, place)
        basis[place - held] = q[place]
    dimension: int = k - held
    return dimension


@kernel
def rank_of(rows: np.ndarray, count: int) -> int:
    """Number of independent rows."""
    d = rows.shape[1]
    q, r = np.empty((d, d)), np.empty((d, d))
    rank = 0
    for row in range(count):
        if rank < d and orthogonalise(rows, row, q, r, rank):
            rank += 1
    return rank


@kernel
def orthogonalise(rows: np.ndarray, row: int, q: np.ndarray, r: np.ndarray, size: int) -> bool:
    """Extend rows[active]' = q' r by a row at place ``size``; False if it depends on the others."""
    d = q.shape[1]
    for m in range(d):
        q[size, m] = rows[row, m]
    length = length_of(q[size])
    for i in range(size):
        r[i, size] = 0.0
    for _ in range(2):
        for i in range(size):
            along = inner(q, i, q[size])
            r[i, size] += along
            for m in range(d):
                q[size, m] -= along * q[i, m]
    left = length_of(q[size])
    r[size, size] = left
    if left <= ZERO * length:
        return False
    for m in range(d):
        q[size, m] /= left
    return True


@kernel
def inner(rows: np.ndarray, row: int, x: np.ndarray) -> float:
    """Inner product of a row and a vector."""
    total = 0.0
    for i in range(len(x)):
        total += rows[row, i] * x[i]
    return total


@kernel
def length_of(x: np.ndarray) -> float:
    """Euclidean length."""
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i]
    length: float = np.sqrt(total)
    return length


@kernel
def _most_violated(
    rows: np.ndarray, count: int, used: np.ndarray, x: np.ndarray, tolerance: float
) -> int:
    """The row with the most negative product among those not used; -1 if none is negative."""
    worst, found = -tolerance, -1
    for row in range(count):
        if not used[row]:
            value = inner(rows, row, x)
            if value < worst:
                worst, found = value, row
    return found


@kernel
def _step(weights: np.ndarray, trial: np.ndarray, size: int) -> int:
    """Move the weights to the trial ones, as far as they stay positive; which one becomes zero."""
    step, leaving = 1.0, -1
    for i in range(size):
        if trial[i] <= 0:
            reach = weights[i] / (weights[i] - trial[i])
            if leaving < 0 or reach < step:
                step, leaving = reach, i
    for i in range(size):
        weights[i] += step * (trial[i] - weights[i])
    return leaving


@kernel
def _solve(
    c: np.ndarray, sign: float, q: np.ndarray, r: np.ndarray, size: int, weights: np.ndarray
) -> None:
    """Weights of the active rows that make sign c + rows' weights orthogonal to them."""
    for i in range(size - 1, -1, -1):
        value = -sign * inner(q, i, c)
        for m in range(i + 1, size):
            value -= r[i, m] * weights[m]
        weights[i] = value / r[i, i]


@kernel
def _residual(c: np.ndarray, sign: float, q: np.ndarray, size: int, found: np.ndarray) -> None:
    """What is left of sign c orthogonal to the first ``size`` rows of ``q``."""
    for m in range(len(c)):
        found[m] = sign * c[m]
    for _ in range(2):
        for i in range(size):
            along = inner(q, i, found)
            for m in range(len(c)):
                found[m] -= along * q[i, m]


@kernel
def _orthogonal_to(q: np.ndarray, size: int, x: np.ndarray) -> None:
    """The unit vector orthogonal to the first ``size`` = d - 1 rows of ``q``."""
    unit = np.zeros(len(x))
    unit[_most_left(q, size)] = 1.0
    _residual(unit, 1.0, q, size, x)
    length = length_of(x)
    for m in range(len(x)):
        x[m] /= length


@kernel
def _most_left(q: np.ndarray, size: int) -> int:
    """The unit vector of which most is orthogonal to the first ``size`` rows of ``q``."""
    best, longest = 0, -1.0
    for i in range(q.shape[1]):
        left = 1.0
        for m in range(size):
            left -= q[m, i] ** 2
        if left > longest:
            best, longest = i, left
    return best


@kernel
def _inside(rows: np.ndarray, count: int, x: np.ndarray, sign: float) -> bool:
    """Whether sign x lies in the cone."""
    lowest = 0.0
    for row in range(count):
        lowest = min(lowest, sign * inner(rows, row, x))
    return lowest >= -ZERO
