"""Simulate eight samples of a VAR side by side and collect their moments.

The VAR is written in error-correction form, for a series x_t from which a fixed path has been
taken (``var_bootstrap`` says which):

    d_t = f_t + P x_{t-1} + G_1 d_{t-1} + ... + G_{p-1} d_{t-p+1} + u_t,     x_t = x_{t-1} + d_t,

with P = A_1 + ... + A_p - I and G_l = -(A_{l+1} + ... + A_p). Differences and centred levels are
nearly orthogonal where lagged levels of integrated series are nearly collinear, so that the normal
equations keep five digits more. They need no scaling: each step is exactly equivariant to
multiplying a series by a power of two, hence blind to units.

Lane arrays (see ``lanes``): ``level`` and ``change`` hold x and d, row r = 0, ..., T+p-1, K groups
a row; rows 0 to p-1 are the initial values.
"""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lane_algebra import row_start
from .lanes import broadcast, fma, gather, load, splat, store

#: Rows that are simulated and summed at a time: together with p older ones they stay in the
#: first-level cache.
CHUNK = 32


@kernel
def simulate(
    level: np.ndarray,
    change: np.ndarray,
    first: int,
    last: int,
    size: tuple[int, int],
    model: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    residuals: np.ndarray,
    positions: np.ndarray,
) -> None:
    """Rows ``first`` to ``last`` of x and d, two rows of three equations at a time.

    Both rows of a pair take what lies before them with one reading of the weights; the second then
    takes what the first has added: x_t = x_{t-1} + d_t makes that (P + G_1) d_t.

    Parameters
    ----------
    level, change : lane arrays, (T+p) K groups
    size : (K, p)
    model : drift f (T K), long run P (K K), short run G_{p-1}, ..., G_1 (K (p-1) K) and newest
        P + G_1 (K K), all flat
    residuals : ndarray, shape (T K,)
    positions : ndarray of int, shape (8 T,)
        Where the row of residuals that each period of each lane draws begins.
    """
    k, newest = size[0], model[3]
    for row in range(first, last, 2):
        pair = row + 1 < last
        for i in range(0, k, 3):
            _begin_pair(level, change, row, pair, i, size, model, residuals, positions)
        for i in range(k):
            store(level, row * k + i, load(level, (row - 1) * k + i) + load(change, row * k + i))
        if pair:
            for i in range(0, k, 3):
                _end_pair(change, row, i, k, newest)
            for i in range(k):
                now = (row + 1) * k + i
                store(level, now, load(level, row * k + i) + load(change, now))


@kernel
def _begin_pair(
    level: np.ndarray,
    change: np.ndarray,
    row: int,
    pair: bool,
    i: int,
    size: tuple[int, int],
    model: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    residuals: np.ndarray,
    positions: np.ndarray,
) -> None:
    """Equations i to i+2 of d in ``row``, and in the next one but for what ``row`` adds to it.

    A tile that sticks out repeats the last equation.
    """
    k, p = size
    drift, long_run, short_run, _ = model
    i1, i2 = min(i + 1, k - 1), min(i + 2, k - 1)
    t = row - p
    a = broadcast(drift, t * k + i) + gather(residuals, i, positions, 8 * t)
    b = broadcast(drift, t * k + i1) + gather(residuals, i1, positions, 8 * t)
    c = broadcast(drift, t * k + i2) + gather(residuals, i2, positions, 8 * t)
    a_next = b_next = c_next = splat(0.0)
    if pair:
        t += 1
        a_next = broadcast(drift, t * k + i) + gather(residuals, i, positions, 8 * t)
        b_next = broadcast(drift, t * k + i1) + gather(residuals, i1, positions, 8 * t)
        c_next = broadcast(drift, t * k + i2) + gather(residuals, i2, positions, 8 * t)
    width = (p - 1) * k
    w, w1, w2 = i * width, i1 * width, i2 * width
    oldest = (row - p + 1) * k
    for j in range(width - k):
        x, x_next = load(change, oldest + j), load(change, oldest + k + j)
        weight = broadcast(short_run, w + j)
        a, a_next = fma(weight, x, a), fma(weight, x_next, a_next)
        weight = broadcast(short_run, w1 + j)
        b, b_next = fma(weight, x, b), fma(weight, x_next, b_next)
        weight = broadcast(short_run, w2 + j)
        c, c_next = fma(weight, x, c), fma(weight, x_next, c_next)
    for j in range(max(width - k, 0), width):
        x = load(change, oldest + j)
        a = fma(broadcast(short_run, w + j), x, a)
        b = fma(broadcast(short_run, w1 + j), x, b)
        c = fma(broadcast(short_run, w2 + j), x, c)
    for j in range(k):
        x = load(level, (row - 1) * k + j)
        weight = broadcast(long_run, i * k + j)
        a, a_next = fma(weight, x, a), fma(weight, x, a_next)
        weight = broadcast(long_run, i1 * k + j)
        b, b_next = fma(weight, x, b), fma(weight, x, b_next)
        weight = broadcast(long_run, i2 * k + j)
        c, c_next = fma(weight, x, c), fma(weight, x, c_next)
    now = row * k
    store(change, now + i, a)
    store(change, now + i1, b)
    store(change, now + i2, c)
    if pair:
        store(change, now + k + i, a_next)
        store(change, now + k + i1, b_next)
        store(change, now + k + i2, c_next)


@kernel
def _end_pair(change: np.ndarray, row: int, i: int, k: int, newest: np.ndarray) -> None:
    """Add to equations i to i+2 of the row after ``row`` what d of ``row`` does to them."""
    i1, i2 = min(i + 1, k - 1), min(i + 2, k - 1)
    now, after = row * k, (row + 1) * k
    a, b, c = load(change, after + i), load(change, after + i1), load(change, after + i2)
    for j in range(k):
        x = load(change, now + j)
        a = fma(broadcast(newest, i * k + j), x, a)
        b = fma(broadcast(newest, i1 * k + j), x, b)
        c = fma(broadcast(newest, i2 * k + j), x, c)
    store(change, after + i, a)
    store(change, after + i1, b)
    store(change, after + i2, c)


@kernel
def add_products(
    left: np.ndarray,
    left_start: int,
    left_width: int,
    right: np.ndarray,
    right_start: int,
    right_width: int,
    rows: int,
    total: np.ndarray,
    total_start: int,
) -> None:
    """Add sum_t left_t right_t' over ``rows`` rows to a (left_width, right_width) block.

    Tiles of two by three keep the running sums in registers.
    """
    for i in range(0, left_width, 2):
        i1 = min(i + 1, left_width - 1)
        for j in range(0, right_width, 3):
            j1 = min(j + 1, right_width - 1)
            j2 = min(j + 2, right_width - 1)
            upper = total_start + i * right_width
            lower = total_start + i1 * right_width
            a0, a1, a2 = load(total, upper + j), load(total, upper + j1), load(total, upper + j2)
            b0, b1, b2 = load(total, lower + j), load(total, lower + j1), load(total, lower + j2)
            for t in range(rows):
                x = load(left, left_start + t * left_width + i)
                x1 = load(left, left_start + t * left_width + i1)
                y = load(right, right_start + t * right_width + j)
                y1 = load(right, right_start + t * right_width + j1)
                y2 = load(right, right_start + t * right_width + j2)
                a0 = fma(x, y, a0)
                a1 = fma(x, y1, a1)
                a2 = fma(x, y2, a2)
                b0 = fma(x1, y, b0)
                b1 = fma(x1, y1, b1)
                b2 = fma(x1, y2, b2)
            store(total, upper + j, a0)
            store(total, upper + j1, a1)
            store(total, upper + j2, a2)
            store(total, lower + j, b0)
            store(total, lower + j1, b1)
            store(total, lower + j2, b2)


@kernel
def add_chunk(
    total: np.ndarray,
    level: np.ndarray,
    change: np.ndarray,
    basis: np.ndarray,
    first: int,
    last: int,
    size: tuple[int, int, int],
) -> None:
    """Add the products of rows ``first`` to ``last`` that cannot be had from others.

    Parameters
    ----------
    total : lane array, see ``total_groups``
        Blocks S_l = sum d_t d_{t-l}' for l < p, then sum x_{t-1} d_t' and sum x_{t-1} x_{t-1}'
        (each K by K), then sum q_t d_{t-l}' for l < p and sum q_t x_{t-1}' (each m by K).
    basis : lane array, T m groups
        Orthonormal columns q_t that span the deterministic terms, the same in every lane.
    size : (K, p, m)
    """
    k, p, m = size
    rows = last - first
    square, wide = k * k, m * k
    now, before, here = first * k, (first - 1) * k, (first - p) * m
    tail = (p + 2) * square
    for lag in range(p):
        past = (first - lag) * k
        add_products(change, now, k, change, past, k, rows, total, lag * square)
        add_products(basis, here, m, change, past, k, rows, total, tail + lag * wide)
    add_products(level, before, k, change, now, k, rows, total, p * square)
    add_products(level, before, k, level, before, k, rows, total, (p + 1) * square)
    add_products(basis, here, m, level, before, k, rows, total, tail + p * wide)


@kernel
def total_groups(k: int, p: int, m: int) -> int:
    """Groups of lanes that ``add_chunk`` fills."""
    return (p + 2) * k * k + (p + 1) * m * k


@kernel
def fill_triangle(
    triangle: np.ndarray,
    total: np.ndarray,
    level: np.ndarray,
    change: np.ndarray,
    size: tuple[int, int, int],
    nobs: int,
) -> None:
    """Moment matrix of [q_t, x_{t-1}, d_{t-1}, ..., d_{t-p+1}, d_t] as a packed lower triangle.

    The columns q are orthonormal, so their part of the Cholesky factor is known: the identity, and
    beneath it the products with q. What is left to factorise begins at row m.
    """
    k, p, m = size
    square, wide = k * k, m * k
    tail = (p + 2) * square
    end = m + p * k
    for i in range(m):
        for j in range(i + 1):
            store(triangle, row_start(i) + j, splat(1.0 if i == j else 0.0))
    for lag in range(p + 1):
        # x stands in the first block of rows, the explained d_t (lag 0) in the last.
        block = p if lag == 0 else (0 if lag == p else lag)
        for b in range(k):
            row = row_start(m + block * k + b)
            for i in range(m):
                store(triangle, row + i, load(total, tail + lag * wide + i * k + b))
    for a in range(k):
        x_row, d_row = row_start(m + a), row_start(end + a)
        for b in range(k):
            store(triangle, d_row + m + b, load(total, p * square + b * k + a))
            for lag in range(1, p):
                store(triangle, d_row + m + lag * k + b, load(total, lag * square + a * k + b))
            if b <= a:
                store(triangle, x_row + m + b, load(total, (p + 1) * square + a * k + b))
                store(triangle, d_row + end + b, load(total, a * k + b))
    _fill_past_changes(triangle, total, change, size, nobs)
    _fill_level_on_changes(triangle, total, level, change, size, nobs)


@kernel
def _fill_past_changes(
    triangle: np.ndarray,
    total: np.ndarray,
    change: np.ndarray,
    size: tuple[int, int, int],
    nobs: int,
) -> None:
    """Products of d_{t-l} and d_{t-j}: those of d_{t-l+1} and d_{t-j+1}, one row earlier.

    Moving the window back by a row adds the product before its first row and drops the last.
    """
    k, p, m = size
    for gap in range(p - 1):
        for a in range(k):
            for b in range(a if gap == 0 else 0, k):
                value = load(total, gap * k * k + a * k + b)
                for j in range(1, p - gap):
                    late, early = (p - j) * k + a, (p - j - gap) * k + b
                    value = fma(load(change, early), load(change, late), value)
                    late, early = late + nobs * k, early + nobs * k
                    value = value - load(change, early) * load(change, late)
                    row = row_start(m + (j + gap) * k + b)
                    store(triangle, row + m + j * k + a, value)


@kernel
def _fill_level_on_changes(
    triangle: np.ndarray,
    total: np.ndarray,
    level: np.ndarray,
    change: np.ndarray,
    size: tuple[int, int, int],
    nobs: int,
) -> None:
    """Products of x_{t-1} and d_{t-l}, from x_{t-1} = x_{t-2} + d_{t-1} and the shift by a row."""
    k, p, m = size
    for a in range(k):
        start, stop = (p - 2) * k + a, (p + nobs - 2) * k + a
        for b in range(k):
            value = load(total, p * k * k + a * k + b)
            for lag in range(1, p):
                early, late = (p - lag) * k + b, (p + nobs - lag) * k + b
                value = fma(load(level, start), load(change, early), value)
                value = value - load(level, stop) * load(change, late)
                row, column = m + lag * k + b, m + k + a
                value = value + load(triangle, row_start(max(row, column)) + min(row, column))
                store(triangle, row_start(row) + m + a, value)
