"""The range of a response over rotations whose columns are restricted together.

Columns of a rotation are orthogonal, so that restrictions on one shock bear on all. The largest
response c'q_j has no closed form then; it is searched from rotations that satisfy the restrictions,
by projected gradients on the orthogonal matrices: Q moves to Q exp(S), S skew-symmetric, along the
gradient as far as the linearised restrictions let it (a least-distance problem), and is put back
onto the orthogonal matrices and the zeros; a move that does not gain is shortened. What is found
is attained: an inner approximation of the range.
"""

from __future__ import annotations

import numpy as np

from .cone import inner, length_of, null_basis, orthogonalise, project_on_cone
from .jit import kernel

#: A restriction (its row of unit length) counts as held down to minus this.
HELD = 1e-10
#: A gain below this, relative to the target's length, is none.
GAIN = 1e-8
#: Moves of a search at most, the longest and shortest of them in radians, and how many of them in a
#: row may mend violations.
MOVES, LONGEST, SHORTEST, MENDS = 200, 0.7, 1e-8, 4
#: How often all targets are gone through.
SWEEPS = 2
#: Where a shock's own response is this small, relative to its largest, it cannot be given a size.
VANISHING = 1e-3

_Restrictions = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


@kernel
def range_over_rotations(
    restrictions: _Restrictions,
    targets: np.ndarray,
    shock: int,
    size: np.ndarray,
    starts: np.ndarray,
    outer: np.ndarray,
    columns: np.ndarray,
    found: np.ndarray,
) -> int:
    """Bounds of each target, a response to one shock, over the rotations that are reached.

    The bound under the restrictions on the shock alone is the bound if the column that attains it
    is one of an admissible rotation. Otherwise a search begins at the best rotation known so far,
    those found for other targets included, and begins again where one of them turns out to be
    better.

    Parameters
    ----------
    restrictions : tuple
        Sign rows (r, K) of unit length, their bounds by shock (K+1,), zero rows (z, K) and their
        bounds (K+1,), shocks in drawing order (K,), and which shocks are restricted (K,), bool.
    targets : ndarray, shape (n, K)
        Rows c of c'q_j.
    shock : int
        j.
    size : ndarray, shape (K,)
        s, for the bounds of c'q_j / s'q_j; zeros for those of c'q_j.
    starts : ndarray, shape (S, K, K)
        Rotations that satisfy the restrictions, shock j in row j.
    outer, columns : ndarray, shapes (2, n) and (2, n, K)
        What ``range_over_cone`` found.
    found : ndarray, shape (2, n)
        Output: lower and upper bounds.

    Returns
    -------
    int
        Searches that were made.
    """
    n, k = targets.shape
    count, searches = len(starts), 0
    known = np.empty((count + 1 + 2 * n * SWEEPS, k, k))
    known[:count] = starts
    best, searched = np.zeros((2, n), dtype=np.int64), np.full((2, n), -1)
    found[0], found[1] = np.inf, -np.inf
    for place in range(count):
        _compare(known[place, shock], place, targets, size, best, found)
    none = np.zeros(k)
    for task in range(2 * n * SWEEPS + 1):
        # First of all the smallest own response: where it vanishes nothing has a given size.
        target, side = (task - 1) // 2 % n, (task - 1) % 2
        c, s, start = targets[target], size, best[side, target]
        if task == 0:
            if length_of(size) == 0:
                continue
            c, s, side, start = size, none, 0, _lowest_response(starts, shock, size)
        else:
            if outer[0, target] == outer[1, target]:  # set by the size of the shock
                found[side, target] = outer[side, target]
            missing = abs(outer[side, target] - found[side, target])
            if (
                missing <= GAIN * length_of(c)
                or searched[side, target] == start
                or np.isinf(found[side, target])
            ):
                continue
        if task == 0 or not _completed(
            restrictions, columns[side, target], shock, known[:count], start, known[count]
        ):
            known[count] = known[start]
            _ascend(restrictions, c, 2.0 * side - 1.0, shock, s, known[count])
            searches += 1
        _compare(known[count, shock], count, targets, size, best, found)
        if task > 0:
            searched[side, target] = best[side, target]
        count += 1
    return searches


@kernel
def _completed(
    restrictions: _Restrictions,
    column: np.ndarray,
    shock: int,
    known: np.ndarray,
    start: int,
    found: np.ndarray,
) -> bool:
    """Whether a column is one of an admissible rotation, by completing it with known ones.

    Those are tried in turn from ``start``; each is turned as little as orthogonality needs.
    """
    if length_of(column) == 0:
        return False
    zeros, bounds, order = restrictions[2], restrictions[3], restrictions[4]
    k = len(column)
    basis, r, other = np.empty((k, k)), np.empty((k, k)), np.empty((1, k))
    other[0] = column
    for turn in range(len(known)):
        place = (start + turn) % len(known)
        found[shock] = column
        done = True
        for position in range(k):
            mine = order[position]
            if mine == shock:
                continue
            orthogonalise(other, 0, basis, r, 0)
            size = 1
            for earlier in range(position):
                if order[earlier] != shock:
                    done &= orthogonalise(found, order[earlier], basis, r, size)
                    size += 1
            for row in range(bounds[mine], bounds[mine + 1]):
                if size < k and orthogonalise(zeros, row, basis, r, size):
                    size += 1
            if size == k or not orthogonalise(known[place], mine, basis, r, size):
                done = False
                break
            found[mine] = basis[size]
        if done and _lowest(restrictions, found) >= -HELD:
            return True
    return False


@kernel
def _compare(
    column: np.ndarray,
    place: int,
    targets: np.ndarray,
    size: np.ndarray,
    best: np.ndarray,
    found: np.ndarray,
) -> None:
    """Widen the bounds by what a column attains."""
    for target in range(len(targets)):
        value = _value(targets[target], size, column)
        if value < found[0, target]:
            found[0, target], best[0, target] = value, place
        if value > found[1, target]:
            found[1, target], best[1, target] = value, place


@kernel
def _value(c: np.ndarray, size: np.ndarray, column: np.ndarray) -> float:
    """c'q, or c'q / s'q; infinite where s'q vanishes and c'q does not."""
    above, below, length = 0.0, 0.0, length_of(size)
    for i in range(len(c)):
        above += c[i] * column[i]
        below += size[i] * column[i]
    if length == 0:
        return above
    if below > VANISHING * length:
        return above / below
    return np.inf if above > 0 else -np.inf


@kernel
def _lowest_response(known: np.ndarray, shock: int, size: np.ndarray) -> int:
    """The rotation in which the own response of the shock is smallest."""
    lowest, least = 0, np.inf
    for place in range(len(known)):
        value = inner(known[place], shock, size)
        if value < least:
            lowest, least = place, value
    return lowest


@kernel
def _ascend(
    restrictions: _Restrictions,
    c: np.ndarray,
    sign: float,
    shock: int,
    size: np.ndarray,
    q: np.ndarray,
) -> None:
    """Move ``q`` to where sign times the value has a local maximum.

    How far the gradient is followed is doubled after a gain and cut to a quarter without one. What
    the curvature of the restrictions violates is mended by Newton steps back to them.
    """
    k = len(c)
    pairs = _pairs(restrictions[5])
    reached, trial, objective = q.copy(), np.empty((k, k)), np.empty(k)
    value, scale = sign * _value(c, size, q[shock]), length_of(c)
    stretch = LONGEST / scale if scale > 0 else 0.0
    idle, mended = 0, 0
    for _ in range(MOVES):
        # A move from q, or a step back to the restrictions from where it led.
        ratio = sign * value if length_of(size) > 0 else 0.0
        for i in range(k):
            objective[i] = sign * (c[i] - ratio * size[i])
        step = _move(restrictions, pairs, reached, objective, shock, 0.0 if mended else stretch)
        moved = length_of(step)
        if moved < SHORTEST and not mended:
            return
        _retract(restrictions, pairs, reached, step, LONGEST / max(moved, LONGEST), trial)
        held = _lowest(restrictions, trial) >= -HELD
        if not held and mended < MENDS:
            reached[:] = trial
            mended += 1
            continue
        gain = sign * _value(c, size, trial[shock]) - value
        if held and gain > 0:
            q[:] = trial
            value += gain
            idle = idle + 1 if gain < GAIN * scale else 0
            if idle == 3 or np.isinf(gain):
                return
            stretch *= 2
        else:
            stretch /= 4
        reached[:] = q
        mended = 0


@kernel
def _pairs(restricted: np.ndarray) -> np.ndarray:
    """Pairs of columns whose rotation matters: at least one of them is restricted."""
    k = len(restricted)
    pairs = np.empty((k * (k - 1) // 2, 2), dtype=np.int64)
    count = 0
    for a in range(k):
        for b in range(a + 1, k):
            if restricted[a] or restricted[b]:
                pairs[count, 0], pairs[count, 1] = a, b
                count += 1
    return pairs[:count]


@kernel
def _derivative(
    pairs: np.ndarray, q: np.ndarray, row: np.ndarray, shock: int, found: np.ndarray
) -> None:
    """Derivative of row'q_shock by the elements of S at Q exp(S), S = 0."""
    for n in range(len(pairs)):
        a, b = pairs[n]
        found[n] = 0.0
        if shock == b:
            found[n] = inner(q, a, row)
        elif shock == a:
            found[n] = -inner(q, b, row)


@kernel
def _move(
    restrictions: _Restrictions,
    pairs: np.ndarray,
    q: np.ndarray,
    objective: np.ndarray,
    shock: int,
    stretch: float,
) -> np.ndarray:
    """So many times the gradient, as far as the linearised restrictions allow."""
    gradient = np.empty(len(pairs))
    _derivative(pairs, q, objective, shock, gradient)
    basis, d = _tangent(restrictions, pairs, q)
    wanted = np.empty(d)
    for i in range(d):
        wanted[i] = stretch * inner(basis, i, gradient)
    return _nearest(restrictions, pairs, q, basis, d, wanted)


@kernel
def _tangent(
    restrictions: _Restrictions, pairs: np.ndarray, q: np.ndarray
) -> tuple[np.ndarray, int]:
    """Orthonormal basis of the S that keep the zeros to first order, and its dimension."""
    zeros, bounds = restrictions[2], restrictions[3]
    n = len(pairs)
    slopes, basis = np.empty((len(zeros), n)), np.empty((n, n))
    for shock in range(len(bounds) - 1):
        for row in range(bounds[shock], bounds[shock + 1]):
            _derivative(pairs, q, zeros[row], shock, slopes[row])
    return basis, null_basis(slopes, basis)


@kernel
def _nearest(
    restrictions: _Restrictions,
    pairs: np.ndarray,
    q: np.ndarray,
    basis: np.ndarray,
    d: int,
    wanted: np.ndarray,
) -> np.ndarray:
    """The S nearest to the wanted one (in the basis) that keeps the signs to first order.

    With S = wanted + t it is the shortest t with G t >= h, a projection onto a cone of one more
    dimension (Lawson and Hanson 1974, section 23.4).
    """
    signs, bounds = restrictions[0], restrictions[1]
    rows, slope = np.empty((len(signs), d + 1)), np.empty(len(pairs))
    for shock in range(len(bounds) - 1):
        for row in range(bounds[shock], bounds[shock + 1]):
            _derivative(pairs, q, signs[row], shock, slope)
            rows[row, d] = -inner(signs, row, q[shock])
            for i in range(d):
                rows[row, i] = inner(basis, i, slope)
                rows[row, d] -= rows[row, i] * wanted[i]
    last, found = np.zeros(d + 1), np.empty(d + 1)
    last[d] = 1.0
    project_on_cone(last, -1.0, rows, len(rows), found)
    step = np.zeros(len(pairs))
    if found[d] == 0.0:
        return step
    for i in range(d):
        along = wanted[i] - found[i] / found[d]
        for n in range(len(pairs)):
            step[n] += along * basis[i, n]
    return step


@kernel
def _lowest(restrictions: _Restrictions, q: np.ndarray) -> float:
    """The sign row that is violated most, or held least."""
    signs, bounds = restrictions[0], restrictions[1]
    lowest = np.inf
    for shock in range(len(bounds) - 1):
        for row in range(bounds[shock], bounds[shock + 1]):
            lowest = min(lowest, inner(signs, row, q[shock]))
    return lowest


@kernel
def _retract(
    restrictions: _Restrictions,
    pairs: np.ndarray,
    q: np.ndarray,
    step: np.ndarray,
    length: float,
    found: np.ndarray,
) -> None:
    """Put Q + length Q S onto the orthogonal matrices that satisfy the zeros, column by column."""
    zeros, bounds, order = restrictions[2], restrictions[3], restrictions[4]
    k = len(q)
    moved = q.copy()
    for n in range(len(pairs)):
        a, b = pairs[n]
        for i in range(k):
            moved[b, i] += length * step[n] * q[a, i]
            moved[a, i] -= length * step[n] * q[b, i]
    basis, r = np.empty((k, k)), np.empty((k, k))
    for place in range(k):
        shock = order[place]
        size = 0
        for earlier in range(place):
            orthogonalise(found, order[earlier], basis, r, size)
            size += 1
        for row in range(bounds[shock], bounds[shock + 1]):
            if orthogonalise(zeros, row, basis, r, size):
                size += 1
        orthogonalise(moved, shock, basis, r, size)
        found[shock] = basis[size]
