"""The DCC recursion, eight dates at a time.

Q_t depends on Q_{t-1}, so the recursion itself runs date by date (across the elements of the
matrix); factorising R_t does not, so eight consecutive dates are factorised side by side.

Matrices are packed: element (i, j), j <= i, has place i (i + 1) / 2 + j. A *row* of ``q``,
``by_a`` and ``by_b`` holds one date's elements, padded to whole groups of eight; nine rows are the
eight dates of a block and the first of the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .jit import kernel
from .lane_algebra import cholesky, row_start
from .lanes import WIDTH, Lanes, fma, lane_array, load, load_strided, splat, sqrt, store


@dataclass(frozen=True, slots=True)
class PackedResiduals:
    """Standardised residuals and target as the kernel reads them.

    Attributes
    ----------
    z : ndarray
        [block, series, lane], flat; rows beyond the sample are zero.
    products : ndarray
        A row z_t z_t' for each date, flat.
    target : ndarray
        One row.
    n, groups, blocks, periods : int
        Series, groups of eight in a row, blocks of eight dates, dates.
    """

    z: np.ndarray
    products: np.ndarray
    target: np.ndarray
    n: int
    groups: int
    blocks: int
    periods: int


def pack(z: np.ndarray, target: np.ndarray) -> PackedResiduals:
    """Arrange residuals (T, N) and target (N, N) for the kernel."""
    periods, n = z.shape
    blocks = -(-periods // WIDTH)
    padded = np.zeros((blocks * WIDTH, n))
    padded[:periods] = z
    places = n * (n + 1) // 2
    groups = -(-places // WIDTH)
    products = lane_array(blocks * WIDTH * groups)
    rows = products.reshape(blocks * WIDTH, groups * WIDTH)
    for i in range(n):
        first = i * (i + 1) // 2
        np.multiply(padded[:, i : i + 1], padded[:, : i + 1], out=rows[:, first : first + i + 1])
    packed_target = lane_array(groups)
    packed_target[:places] = target[np.tril_indices(n)]
    by_lane = lane_array(blocks * n)
    by_lane.reshape(blocks, n, WIDTH)[:] = padded.reshape(blocks, WIDTH, n).transpose(0, 2, 1)
    return PackedResiduals(by_lane, products, packed_target, n, groups, blocks, periods)


def run_correlations(packed: PackedResiduals, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Log-likelihood (T,) and score (T, 2); NaN from the first matrix that is not definite."""
    n, groups, blocks = packed.n, packed.groups, packed.blocks
    places = n * (n + 1) // 2
    loglik, score = lane_array(blocks), lane_array(2 * blocks)
    paths = (lane_array(9 * groups), lane_array(9 * groups), lane_array(9 * groups))
    work = (lane_array(places), lane_array(places), lane_array(n), lane_array(n), lane_array(n))
    size = (n, groups, blocks)
    _run(packed.z, packed.products, packed.target, size, (a, b), paths, work, loglik, score)
    slopes = score.reshape(2, -1)[:, : packed.periods]
    return loglik[: packed.periods], np.ascontiguousarray(slopes.T)


@kernel
def _run(
    z: np.ndarray,
    products: np.ndarray,
    target: np.ndarray,
    size: tuple[int, int, int],
    parameters: tuple[float, float],
    paths: tuple[np.ndarray, np.ndarray, np.ndarray],
    work: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    loglik: np.ndarray,
    score: np.ndarray,
) -> None:
    n, groups, blocks = size
    q = paths[0]
    factor, inverse, scale, rotated, solved = work
    logs = np.empty(WIDTH)
    for k in range(groups):
        store(q, k, load(target, k))
    for block in range(blocks):
        _advance(products, target, block * WIDTH, groups, parameters, paths)
        pivots = _factorise(q, groups * WIDTH, n, scale, factor, inverse)
        excess = _solve(z, block * n, n, inverse, rotated, solved)
        store(logs, 0, pivots)
        for w in range(WIDTH):
            # Half the log determinant: the pivots' product is the determinant's root.
            logs[w] = math.log(logs[w]) if logs[w] > 0.0 else math.nan
        store(loglik, block, splat(-0.5) * excess - load(logs, 0))
        slope_a, slope_b = _score(paths, groups * WIDTH, n, scale, inverse, solved)
        store(score, block, slope_a)
        store(score, blocks + block, slope_b)
        for path in paths:
            for k in range(groups):
                store(path, k, load(path, WIDTH * groups + k))


@kernel
def _advance(
    products: np.ndarray,
    target: np.ndarray,
    first: int,
    groups: int,
    parameters: tuple[float, float],
    paths: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """From the block's first date to the next block's: Q and its derivatives in a and b."""
    q, by_a, by_b = paths
    a, b = splat(parameters[0]), splat(parameters[1])
    rest = splat(1.0 - parameters[0] - parameters[1])
    for row in range(WIDTH):
        for k in range(groups):
            here, ahead = row * groups + k, (row + 1) * groups + k
            mean, product, now = (
                load(target, k),
                load(products, (first + row) * groups + k),
                load(q, here),
            )
            store(by_a, ahead, fma(b, load(by_a, here), product - mean))
            store(by_b, ahead, fma(b, load(by_b, here), now - mean))
            store(q, ahead, fma(b, now, fma(a, product, rest * mean)))


@kernel
def _factorise(
    q: np.ndarray, row: int, n: int, scale: np.ndarray, factor: np.ndarray, inverse: np.ndarray
) -> Lanes:
    """Cholesky factors of eight R_t and their inverses; the products of the pivots."""
    one = splat(1.0)
    for i in range(n):
        store(scale, i, one / sqrt(load_strided(q, row_start(i) + i, row)))
    for i in range(n):
        for j in range(i):
            at = row_start(i) + j
            store(factor, at, load_strided(q, at, row) * load(scale, i) * load(scale, j))
        store(factor, row_start(i) + i, one)
    cholesky(factor, 0, n)
    pivots = one
    for i in range(n):
        pivot = load(factor, row_start(i) + i)
        pivots = pivots * pivot
        reciprocal = one / pivot
        store(inverse, row_start(i) + i, reciprocal)
        for j in range(i):
            value = splat(0.0)
            for k in range(j, i):
                value = fma(load(factor, row_start(i) + k), load(inverse, row_start(k) + j), value)
            store(inverse, row_start(i) + j, splat(-1.0) * value * reciprocal)
    return pivots


@kernel
def _solve(
    z: np.ndarray, first: int, n: int, inverse: np.ndarray, rotated: np.ndarray, solved: np.ndarray
) -> Lanes:
    """``solved`` = R^{-1} z for eight dates; returns z' R^{-1} z - z' z."""
    excess = splat(0.0)
    for i in range(n):
        value = splat(0.0)
        for k in range(i + 1):
            value = fma(load(inverse, row_start(i) + k), load(z, first + k), value)
        store(rotated, i, value)
        own = load(z, first + i)
        excess = excess + value * value - own * own
    for i in range(n):
        value = splat(0.0)
        for k in range(i, n):
            value = fma(load(inverse, row_start(k) + i), load(rotated, k), value)
        store(solved, i, value)
    return excess


@kernel
def _score(
    paths: tuple[np.ndarray, np.ndarray, np.ndarray],
    row: int,
    n: int,
    scale: np.ndarray,
    inverse: np.ndarray,
    solved: np.ndarray,
) -> tuple[Lanes, Lanes]:
    """Score = -sum over i > j of (R^{-1} - x x')_ij dR_ij, with x = R^{-1} z.

    dR_ij = dQ_ij d_i d_j - R_ij (dQ_ii d_i^2 + dQ_jj d_j^2) / 2 with d = diag(Q)^{-1/2}; the
    diagonal of R never moves.
    """
    q, by_a, by_b = paths
    slope_a, slope_b = splat(0.0), splat(0.0)
    for i in range(1, n):
        diagonal, d_i = row_start(i) + i, load(scale, i)
        own_a = load_strided(by_a, diagonal, row) * d_i * d_i
        own_b = load_strided(by_b, diagonal, row) * d_i * d_i
        for j in range(i):
            weight = load(solved, i) * load(solved, j)
            for k in range(i, n):
                left = splat(-1.0) * load(inverse, row_start(k) + i)
                weight = fma(left, load(inverse, row_start(k) + j), weight)
            at, beside, d_j = row_start(i) + j, row_start(j) + j, load(scale, j)
            both = d_i * d_j
            half = splat(0.5) * load_strided(q, at, row) * both
            other_a = load_strided(by_a, beside, row) * d_j * d_j
            other_b = load_strided(by_b, beside, row) * d_j * d_j
            move_a = load_strided(by_a, at, row) * both - half * (own_a + other_a)
            move_b = load_strided(by_b, at, row) * both - half * (own_b + other_b)
            slope_a, slope_b = fma(weight, move_a, slope_a), fma(weight, move_b, slope_b)
    return slope_a, slope_b
