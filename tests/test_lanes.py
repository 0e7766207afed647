"""Proves that eight lanes compute what numpy computes, alone and in the kernels built on them."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numba.extending import _Intrinsic

from yenloop.estimation import lane_algebra, lanes, response_lanes, var_moments, var_replication
from yenloop.estimation.jit import kernel
from yenloop.estimation.lane_algebra import smallest_pivot
from yenloop.estimation.lanes import (
    broadcast,
    fma,
    gather,
    lane_array,
    lesser,
    load,
    load_strided,
    splat,
    sqrt,
    store,
    store_strided,
)

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "lanes.py")))


@kernel
def every_operation(x, positions, number, out, strided):
    """One group of ``out`` for each operation."""
    a = load(x, 0)
    b = load(x, 1)
    store(out, 0, a + b)
    store(out, 1, a - b)
    store(out, 2, a * b)
    store(out, 3, a / b)
    store(out, 4, fma(a, b, splat(number)))
    store(out, 5, sqrt(b))
    store(out, 6, lesser(a, b))
    store(out, 7, broadcast(x, 11))
    store(out, 8, load_strided(x, 1, 2))
    store(out, 9, gather(x, 2, positions, 8))
    store_strided(strided, 3, 5, a)


def operands():
    rng = np.random.default_rng(1)
    return rng.standard_normal(24) ** 2 + 0.1, rng.integers(0, 22, 16)


def test_operations_match_numpy():
    x, positions = operands()
    results = []
    for operation in (every_operation, twin.as_python(SimpleNamespace(f=every_operation))["f"]):
        out, strided = np.zeros(80), np.zeros(40)
        operation(x, positions, 0.7, out, strided)
        results.append((out, strided))
    (compiled, compiled_strided), (plain, plain_strided) = results
    fused = slice(32, 40)
    np.testing.assert_allclose(compiled[fused], plain[fused], rtol=4e-16)
    compiled[fused] = plain[fused]
    np.testing.assert_array_equal(compiled, plain)
    np.testing.assert_array_equal(compiled_strided, plain_strided)


def test_twin_matches_plain_numpy():
    x, positions = operands()
    out, strided = np.zeros(80), np.zeros(40)
    twin.as_python(SimpleNamespace(f=every_operation))["f"](x, positions, 0.7, out, strided)
    a, b = x[:8], x[8:16]
    expected = [a + b, a - b, a * b, a / b, a * b + 0.7, np.sqrt(b), np.minimum(a, b)]
    expected += [np.full(8, x[11]), x[1:17:2], x[2 + positions[8:]]]
    np.testing.assert_array_equal(out, np.concatenate(expected))
    np.testing.assert_array_equal(strided[3::5], a)
    assert np.count_nonzero(strided) == 8


def test_lanes_do_not_mix():
    x, positions = operands()
    before = np.zeros(80)
    every_operation(x, positions, 0.7, before, np.zeros(40))
    after = np.zeros(80)
    x[3] = np.nan  # lane 3 of the first operand, also element 3 of what is gathered
    every_operation(x, np.full(16, 9), 0.7, after, np.zeros(40))
    others = [w for w in range(8) if w != 3]
    for group in range(7):
        np.testing.assert_array_equal(after[8 * group :][others], before[8 * group :][others])


def test_lane_array_begins_on_a_cache_line():
    for groups in (1, 3, 100):
        array = lane_array(groups)
        assert array.size == 8 * groups
        assert array.ctypes.data % 64 == 0
        assert not array.any()


def packed(matrices):
    """Eight symmetric matrices as a packed triangle of lanes."""
    size = matrices.shape[1]
    rows, columns = np.tril_indices(size)
    triangle = lane_array(rows.size)
    triangle[:] = matrices[:, rows, columns].T.ravel()
    return triangle


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 13])
def test_cholesky_and_solution_match_lapack(size):
    rng = np.random.default_rng(size)
    count = 1 + size % 3
    data = rng.standard_normal((8, 40, size + count))
    moments = data.transpose(0, 2, 1) @ data
    triangle = packed(moments)
    lane_algebra.cholesky(triangle, 0, size + count)
    factor = np.linalg.cholesky(moments)
    np.testing.assert_allclose(triangle, packed(factor), rtol=1e-12, atol=1e-12)

    unexplained = np.diagonal(factor, axis1=1, axis2=2) ** 2 / np.diagonal(moments, 0, 1, 2)
    np.testing.assert_allclose(
        run_smallest_pivot(triangle, size + count), unexplained.min(axis=1), rtol=1e-12
    )

    lane_algebra.solve_rows(triangle, size, count)
    expected = np.linalg.solve(moments[:, :size, :size], moments[:, :size, size:])
    for row in range(count):
        start = 8 * lane_algebra.row_start(size + row)
        solved = triangle[start : start + 8 * size].reshape(size, 8).T
        np.testing.assert_allclose(solved, expected[:, :, row], rtol=1e-10, atol=1e-12)


@kernel
def write_smallest_pivot(triangle, size, out):
    store(out, 0, smallest_pivot(triangle, 0, size))


def run_smallest_pivot(triangle, size):
    out = np.empty(8)
    write_smallest_pivot(triangle, size, out)
    return out


def test_an_indefinite_matrix_is_nan_in_its_lane_only():
    matrices = np.stack([np.eye(4)] * 8)
    matrices[5, 1, 0] = matrices[5, 0, 1] = 2.0
    triangle = packed(matrices)
    lane_algebra.cholesky(triangle, 0, 4)
    pivots = run_smallest_pivot(triangle, 4)
    assert np.isnan(pivots[5])
    assert (np.delete(pivots, 5) == 1).all()


@pytest.mark.parametrize(("k", "p", "m"), [(2, 3, 2), (3, 1, 0)])
def test_kernels_run_as_python_on_the_twin(k, p, m):
    """The whole of a bootstrap block and of a response recursion, compiled and interpreted."""
    rng = np.random.default_rng(7)
    nobs = 40
    start = rng.standard_normal((p, k))
    dynamics = (
        rng.standard_normal(nobs * k),
        -0.3 * np.eye(k).ravel(),
        0.1 * rng.standard_normal(k * k * (p - 1)),
        0.2 * rng.standard_normal(k * k),
    )
    basis = lane_array(nobs * m)
    basis[:] = np.repeat(np.linalg.qr(rng.standard_normal((nobs, m)))[0].ravel(), 8)
    residuals = rng.standard_normal(nobs * k)
    positions = rng.integers(0, nobs, nobs * 8) * k
    weights, path = lane_array(k * p * k), lane_array(6 * k * k)
    plain = twin.as_python(lane_algebra, var_moments, var_replication, response_lanes)
    results = []
    for replicate, respond in (
        (var_replication.replicate, response_lanes._respond),
        (plain["replicate"], plain["_respond"]),
    ):
        estimates = tuple(np.empty(8 * n) for n in (p * k * k, k * m, k * k, 1))
        work = var_replication.workspace(start, nobs, m)
        replicate(work, dynamics, basis, residuals, positions, (k, p, m), nobs, 30.0, estimates, 0)
        responses = np.empty(8 * 6 * k * k)
        respond(estimates[0], estimates[2], (8, p, k, k, 5), 0, 8, weights, path, responses)
        results.append(np.concatenate([*estimates, responses]))
    np.testing.assert_allclose(*results, rtol=1e-11, atol=1e-12)
    assert np.isfinite(results[0]).all()


def test_every_operation_has_a_twin():
    operations = {name for name, value in vars(lanes).items() if isinstance(value, _Intrinsic)}
    assert operations == set(twin.OPERATIONS)
