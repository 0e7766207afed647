"""The shock that satisfies sign restrictions best: Uhlig's (2005) penalty function, solved exactly.

Let x = M q be the restricted responses to the shock with column q of Q, each signed so that it
should be positive and in standard deviations of its variable. Uhlig minimises

    g(q) = sum_k f(-x_k),    f(x) = x for x <= 0,  w x for x > 0  (w = 100)

over the unit sphere: satisfied restrictions are rewarded, violated ones penalised. As f is the
largest of lambda x over 1 <= lambda <= w, g(q) is the largest of -lambda'M q over a box, and where
some q has g(q) < 0

    min g(q) = -min |M'lambda|  over  1 <= lambda_k <= w,    q = M'lambda / |M'lambda| :

a least-squares problem in a box with one solution q, found without starting values.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .response_restrictions import RestrictionRows
from .rotations import basis_of_zeros, length_of, project

#: Largest excess of g(q) over its bound, relative to it, at which it is known which signs bind.
GAP = 1e-9

#: Passes through the restrictions after which a solution is given up.
PASSES = 100_000


def penalised_columns(rows: RestrictionRows, order: np.ndarray, penalty: float) -> np.ndarray:
    """Columns of Q that minimise the penalty function, one shock after the other.

    Each column is orthogonal to its zeros and to the columns before it (Mountford and Uhlig 2009).

    Parameters
    ----------
    rows : RestrictionRows
        Of R reduced forms; signs in standard deviations of their variables.
    order : ndarray of int, shape (J,)
        The shocks that have signs, the first to be solved first; the n-th has at most K - n zeros.
    penalty : float
        w, what a violation weighs beside a satisfied restriction of the same size.

    Returns
    -------
    ndarray, shape (R, K, K)
        Q with NaN in the columns of other shocks, and of all from the first on for which no
        direction is rewarded on balance (g >= 0 everywhere), so that none is best.
    """
    forms, _, k = rows.signs.shape
    found = np.full((forms, k, k), np.nan)
    arrays = (rows.signs, rows.sign_bounds, rows.zeros, rows.zero_bounds)
    _solve(arrays, order, rows.exist, float(penalty), found)
    return found


@kernel
def _solve(
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    order: np.ndarray,
    exist: np.ndarray,
    penalty: float,
    found: np.ndarray,
) -> None:
    signs, sign_bounds, zeros, zero_bounds = arrays
    k = signs.shape[2]
    q, basis = np.empty((k, k)), np.empty((k, k))
    inside = np.empty((signs.shape[1], k))
    for form in range(len(signs)):
        if not exist[form]:
            continue
        for place in range(len(order)):
            shock = order[place]
            begin, end = sign_bounds[shock], sign_bounds[shock + 1]
            span = (zero_bounds[shock], zero_bounds[shock + 1])
            held = basis_of_zeros(q, place, zeros[form], span, basis)
            for row in range(begin, end):
                for i in range(k):
                    inside[row - begin, i] = signs[form, row, i]
                project(inside, row - begin, q, place)
                project(inside, row - begin, basis, held)
            if not _least_penalty(inside, end - begin, penalty, q, place):
                break
            for i in range(k):
                found[form, i, shock] = q[place, i]


@kernel
def _least_penalty(m: np.ndarray, count: int, penalty: float, q: np.ndarray, place: int) -> bool:
    """Minimise g over unit vectors into ``q[place]``; False where none has g < 0."""
    k = m.shape[1]
    weight, p = np.ones(count), np.zeros((1, k))
    size = 0.0
    for row in range(count):
        size += length_of(m, row)
        for i in range(k):
            p[0, i] += m[row, i]
    for _ in range(PASSES):
        for row in range(count):
            square = length_of(m, row) ** 2
            if square > 0.0:
                best = weight[row] - _inner(m, row, p, 0) / square
                best = min(max(best, 1.0), penalty)
                for i in range(k):
                    p[0, i] += (best - weight[row]) * m[row, i]
                weight[row] = best
        bound = length_of(p, 0)
        if bound <= 1e-10 * size:
            return False
        for i in range(k):
            q[place, i] = p[0, i] / bound
        if _penalty_of(m, count, penalty, q, place) + bound <= GAP * bound:
            _polish(m, count, penalty, weight, q, place)
            return True
    return False


@kernel
def _polish(
    m: np.ndarray, count: int, penalty: float, weight: np.ndarray, q: np.ndarray, place: int
) -> None:
    """Solve for q given which restrictions bind: their responses are zero."""
    k = m.shape[1]
    active, p = np.empty((k, k)), np.zeros((1, k))
    held = 0
    for row in range(count):
        if 1.0 < weight[row] < penalty:
            if held < k - 1:
                for i in range(k):
                    active[held, i] = m[row, i]
                project(active, held, active, held)
                project(active, held, active, held)
                left = length_of(active, held)
                if left > 1e-10 * length_of(m, row):
                    for i in range(k):
                        active[held, i] /= left
                    held += 1
        else:
            for i in range(k):
                p[0, i] += weight[row] * m[row, i]
    for _ in range(2):
        project(p, 0, active, held)
    length = length_of(p, 0)
    if length == 0.0:
        return
    before = _penalty_of(m, count, penalty, q, place)
    for i in range(k):
        p[0, i] /= length
    if _penalty_of(m, count, penalty, p, 0) < before:
        for i in range(k):
            q[place, i] = p[0, i]


@kernel
def _penalty_of(m: np.ndarray, count: int, penalty: float, q: np.ndarray, place: int) -> float:
    """g(q)."""
    total = 0.0
    for row in range(count):
        x = _inner(m, row, q, place)
        total -= x if x >= 0.0 else penalty * x
    return total


@kernel
def _inner(x: np.ndarray, row: int, y: np.ndarray, other: int) -> float:
    total = 0.0
    for i in range(x.shape[1]):
        total += x[row, i] * y[other, i]
    return total
