"""Cholesky factorisation and triangular solution of eight small systems at a time.

A lower triangle is stored row by row without its upper part: entry (i, j), j <= i, is the
``i (i + 1) / 2 + j``-th group of lanes. LAPACK, which takes one matrix after the other, cannot fill
the registers below a few hundred rows.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lanes import Lanes, fma, lesser, load, splat, sqrt, store


@kernel
def row_start(i: int) -> int:
    """Where row ``i`` of a packed lower triangle begins, in groups of lanes."""
    return i * (i + 1) // 2


@kernel
def cholesky(triangle: np.ndarray, start: int, size: int) -> None:
    """Replace rows and columns ``start`` to ``size`` of a packed triangle by its Cholesky factor.

    The columns before ``start`` must already hold the factor. Lanes whose matrix is not positive
    definite end in NaN.
    """
    for j in range(start, size, 2):
        corner = _diagonal_tile(triangle, j, size)
        for i in range(j + 2, size, 4):
            _tile_below(triangle, i, j, size, corner)


@kernel
def _diagonal_tile(triangle: np.ndarray, j: int, size: int) -> tuple[Lanes, Lanes, Lanes]:
    """Entries (j, j), (j+1, j), (j+1, j+1) of the factor; 1/(j, j), (j+1, j), 1/(j+1, j+1)."""
    two = j + 1 < size
    row = row_start(j)
    next_row = row_start(j + 1) if two else row
    first = load(triangle, row + j)
    beside = load(triangle, next_row + j)
    second = load(triangle, next_row + j + 1) if two else first
    minus = splat(-1.0)
    for k in range(j):
        x = load(triangle, row + k)
        y = load(triangle, next_row + k)
        first = fma(minus * x, x, first)
        beside = fma(minus * x, y, beside)
        second = fma(minus * y, y, second)
    first = sqrt(first)
    store(triangle, row + j, first)
    beside = beside / first
    second = sqrt(second - beside * beside)
    if two:
        store(triangle, next_row + j, beside)
        store(triangle, next_row + j + 1, second)
    one = splat(1.0)
    return one / first, beside, one / second


@kernel
def _tile_below(
    triangle: np.ndarray, i: int, j: int, size: int, corner: tuple[Lanes, Lanes, Lanes]
) -> None:
    """Columns j and j+1 of rows i to i+3: eight running sums, all in registers.

    A tile that sticks out repeats the last row.
    """
    row, next_row = row_start(j), row_start(j + 1)
    a, b = row_start(i), row_start(min(i + 1, size - 1))
    c, d = row_start(min(i + 2, size - 1)), row_start(min(i + 3, size - 1))
    a0, a1 = load(triangle, a + j), load(triangle, a + j + 1)
    b0, b1 = load(triangle, b + j), load(triangle, b + j + 1)
    c0, c1 = load(triangle, c + j), load(triangle, c + j + 1)
    d0, d1 = load(triangle, d + j), load(triangle, d + j + 1)
    minus = splat(-1.0)
    for k in range(j):
        x = minus * load(triangle, row + k)
        y = minus * load(triangle, next_row + k)
        entry = load(triangle, a + k)
        a0, a1 = fma(entry, x, a0), fma(entry, y, a1)
        entry = load(triangle, b + k)
        b0, b1 = fma(entry, x, b0), fma(entry, y, b1)
        entry = load(triangle, c + k)
        c0, c1 = fma(entry, x, c0), fma(entry, y, c1)
        entry = load(triangle, d + k)
        d0, d1 = fma(entry, x, d0), fma(entry, y, d1)
    inverse, beside, next_inverse = corner
    a0, b0, c0, d0 = a0 * inverse, b0 * inverse, c0 * inverse, d0 * inverse
    store(triangle, a + j, a0)
    store(triangle, b + j, b0)
    store(triangle, c + j, c0)
    store(triangle, d + j, d0)
    store(triangle, a + j + 1, (a1 - a0 * beside) * next_inverse)
    store(triangle, b + j + 1, (b1 - b0 * beside) * next_inverse)
    store(triangle, c + j + 1, (c1 - c0 * beside) * next_inverse)
    store(triangle, d + j + 1, (d1 - d0 * beside) * next_inverse)


@kernel
def solve_rows(triangle: np.ndarray, size: int, count: int) -> None:
    """Solve b L = l for the ``count`` rows l that follow a factor L of ``size`` rows, in place.

    When the triangle was made from moments of [X, Y], the rows after the first ``size`` turn into
    the coefficients of Y on X.
    """
    minus = splat(-1.0)
    for j in range(size - 1, -1, -1):
        pivot = load(triangle, row_start(j) + j)
        for row in range(0, count, 3):
            a = row_start(size + row)
            b = row_start(size + min(row + 1, count - 1))
            c = row_start(size + min(row + 2, count - 1))
            x = load(triangle, a + j)
            y = load(triangle, b + j)
            z = load(triangle, c + j)
            for i in range(j + 1, size):
                entry = minus * load(triangle, row_start(i) + j)
                x = fma(entry, load(triangle, a + i), x)
                y = fma(entry, load(triangle, b + i), y)
                z = fma(entry, load(triangle, c + i), z)
            store(triangle, a + j, x / pivot)
            store(triangle, b + j, y / pivot)
            store(triangle, c + j, z / pivot)


@kernel
def smallest_pivot(triangle: np.ndarray, start: int, size: int) -> Lanes:
    """Smallest share of a column's sum of squares that the columns before it leave unexplained.

    Rounding errors of the solution are of the order of machine precision over this share. NaN
    where the factorisation broke down.
    """
    smallest = splat(1.0)
    for i in range(start, size):
        row = row_start(i)
        pivot = load(triangle, row + i)
        pivot = pivot * pivot
        total = pivot
        for j in range(i):
            entry = load(triangle, row + j)
            total = fma(entry, entry, total)
        smallest = lesser(smallest, pivot / total)
    return smallest
