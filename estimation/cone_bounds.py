"""The range of a response over all columns that satisfy the restrictions on one shock.

The column q of the shock satisfies M q >= 0, Z q = 0 and |q| = 1, and a response is c'q.

- If the projection of c onto the cone of these q is not zero, its length is the largest c'q.
- Otherwise c'q <= 0 in the whole cone. Its largest value is reached on an edge, as the set where
  -c'q >= t |q| is convex for t >= 0; it is zero if the cone holds a line.

This is the solution of Gafarov, Meier and Montiel Olea (2018), whose active sets are found here by
projection instead of trying all of them. The response to a shock of given size is c'q / s'q with
s'q >= 0 in the cone; it too takes its extremes on edges, and is unbounded where s'q can be zero.
"""

from __future__ import annotations

import numpy as np

from .cone import (
    ZERO,
    extreme_rays,
    inner,
    irredundant_rows,
    length_of,
    null_basis,
    project_on_cone,
    rank_of,
)
from .jit import kernel


@kernel
def range_over_cone(
    signs: np.ndarray,
    zeros: np.ndarray,
    targets: np.ndarray,
    size: np.ndarray,
    bounds: np.ndarray,
    columns: np.ndarray,
) -> bool:
    """Bounds of each target over the unit vectors that satisfy the restrictions.

    Parameters
    ----------
    signs : ndarray, shape (r, K)
        M.
    zeros : ndarray, shape (z, K)
        Z.
    targets : ndarray, shape (n, K)
        Rows c.
    size : ndarray, shape (K,)
        s, a multiple of a row of M; zeros for the bounds of c'q itself.
    bounds : ndarray, shape (2, n)
        Output: lower and upper bounds.
    columns : ndarray, shape (2, n, K)
        Output: unit vectors that attain them; zeros where there is none, or any will do.

    Returns
    -------
    bool
        False if no vector satisfies the restrictions.
    """
    basis = np.empty((signs.shape[1], signs.shape[1]))
    d = null_basis(zeros, basis)
    rows, count = irredundant_rows(signs, basis, d)
    pointed = rank_of(rows, count) == d
    if pointed and _is_origin(rows, count):
        return False
    columns[:] = 0.0
    c, s, found = np.empty(d), np.empty(d), np.empty(d)
    _coordinates(size, basis, s)
    sized = length_of(s) > 0
    rays, lines = np.empty((0, d)), np.empty((0, d))
    if sized:
        rays, lines = _edges(rows, count)
    for n in range(len(targets)):
        _coordinates(targets[n], basis, c)
        for side in range(2):
            sign = 2.0 * side - 1.0
            if sized:
                bounds[side, n] = sign * _largest_ratio(c, sign, s, rays, lines, found)
            else:
                length = project_on_cone(c, sign, rows, count, found)
                if length <= ZERO * length_of(c):
                    if pointed and len(rays) == 0:
                        rays = extreme_rays(rows, count)
                    length = _largest_on_rays(c, sign, rays, found)
                bounds[side, n] = sign * length
            _unit_vector(found, basis, columns[side, n])
    return True


@kernel
def _is_origin(rows: np.ndarray, count: int) -> bool:
    """Whether a cone without lines is zero alone: even the sum of its rows projects to zero."""
    d = rows.shape[1]
    centre, found = np.zeros(d), np.empty(d)
    for row in range(count):
        for i in range(d):
            centre[i] += rows[row, i]
    return project_on_cone(centre, 1.0, rows, count, found) <= ZERO


@kernel
def _largest_on_rays(c: np.ndarray, sign: float, rays: np.ndarray, found: np.ndarray) -> float:
    """The largest sign c'x over rays; zero without any, where the cone holds a line."""
    best, place = -np.inf, -1
    for ray in range(len(rays)):
        value = sign * inner(rays, ray, c)
        if value > best:
            best, place = value, ray
    for i in range(len(c)):
        found[i] = rays[place, i] if place >= 0 else 0.0
    return best if place >= 0 else 0.0


@kernel
def _edges(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """A cone as the sum of its edges and its lines: unit vectors along both, in rows."""
    d = rows.shape[1]
    lines, span = np.empty((d, d)), np.empty((d, d))
    held = null_basis(rows[:count], lines)
    dimension = null_basis(lines[:held], span)
    inside, kept = irredundant_rows(rows[:count], span, dimension)
    rays = extreme_rays(inside, kept)
    found = np.zeros((len(rays), d))
    for ray in range(len(rays)):
        for i in range(dimension):
            for m in range(d):
                found[ray, m] += rays[ray, i] * span[i, m]
    return found, lines[:held]


@kernel
def _largest_ratio(
    c: np.ndarray,
    sign: float,
    s: np.ndarray,
    rays: np.ndarray,
    lines: np.ndarray,
    found: np.ndarray,
) -> float:
    """The largest sign c'x / s'x over a cone in which s'x >= 0; ``found`` attains it."""
    along, squares, apart = 0.0, 0.0, 0.0
    for i in range(len(s)):
        along += sign * c[i] * s[i]
        squares += s[i] * s[i]
        found[i] = 0.0
    for i in range(len(s)):
        apart += (sign * c[i] - along / squares * s[i]) ** 2
    size = length_of(c)
    if np.sqrt(apart) <= ZERO * size:
        return along / squares
    for line in range(len(lines)):  # s'x is zero along it
        if abs(inner(lines, line, c)) > ZERO * size:
            return np.inf
    best, place = -np.inf, 0
    for ray in range(len(rays)):
        above, below = sign * inner(rays, ray, c), inner(rays, ray, s)
        if below > ZERO * np.sqrt(squares):
            if above / below > best:
                best, place = above / below, ray
        elif above > ZERO * size:
            return np.inf
    for i in range(len(s)):
        found[i] = rays[place, i]
    return best


@kernel
def _coordinates(vector: np.ndarray, basis: np.ndarray, found: np.ndarray) -> None:
    """Coordinates in the first vectors of ``basis``."""
    for i in range(len(found)):
        found[i] = inner(basis, i, vector)


@kernel
def _unit_vector(coordinates: np.ndarray, basis: np.ndarray, found: np.ndarray) -> None:
    """The vector of unit length with these coordinates, or zero."""
    length = length_of(coordinates)
    if length > 0:
        for i in range(len(coordinates)):
            for m in range(len(found)):
                found[m] += coordinates[i] / length * basis[i, m]
