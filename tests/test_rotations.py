"""Rotations are Haar, satisfy all signs and zeros, and are those of a textbook's algorithm."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ks_2samp, kstest

from yenloop.estimation.long_run import long_run_multiplier
from yenloop.estimation.median_target import median_target
from yenloop.estimation.response_restrictions import (
    LONG_RUN,
    Cells,
    ResponseRestrictions,
    RestrictionRows,
)
from yenloop.estimation.rotations import draw_rotations, drawing_order
from yenloop.estimation.zero_sign_weights import log_zero_sign_weights

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "rotations.py")))
K = 4

#: (shock, response, horizon, cumulative, sign, origin)
SIGNS = [
    *((0, 3, h, False, 1, 0) for h in range(3)),
    *((0, 2, h, False, -1, 1) for h in range(2)),
    (1, 1, 0, False, 1, 2),
    *((1, 3, h, True, -1, 3) for h in (1, 3)),
    (3, 0, 0, False, 1, 4),
]
ZEROS = [(1, 0, 0, False, 0, 5), (1, 2, 2, False, 0, 6), (3, 1, LONG_RUN, False, 0, 7)]


def forms(count: int = 1, k: int = K, p: int = 2, seed: int = 0):
    """Lags (R, p, K, K) of stationary VARs and factors of covariances."""
    rng = np.random.default_rng(seed)
    lags = 0.25 * rng.standard_normal((count, p, k, k)) / k
    lags[:, 0] += 0.5 * np.eye(k)
    root = rng.standard_normal((count, k, 2 * k))
    return lags, np.linalg.cholesky(root @ np.swapaxes(root, 1, 2))


def restrictions(zeros=(), signs=SIGNS, k: int = K) -> ResponseRestrictions:
    return ResponseRestrictions(k, Cells.of(signs), Cells.of(zeros))


def unrestricted(k: int) -> RestrictionRows:
    none = np.zeros(k + 1, dtype=int)
    return RestrictionRows(np.zeros((1, 0, k)), none, np.zeros((1, 0, k)), none)


def order_of(rows: RestrictionRows) -> np.ndarray:
    return drawing_order(rows.sign_bounds, rows.zero_bounds)


# -- Haar ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 3, 5])
def test_rotations_are_haar_on_all_orthogonal_matrices(k):
    """E tr Q = 0, Var tr Q = 1, Q ~ O Q, both orientations; what LAPACK returns fails the first."""
    count = 16_000
    q = draw_rotations(unrestricted(k), count=count, max_attempts=1, seed=k).rotation[0]
    assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(k), q.shape), atol=1e-14)
    trace = np.einsum("rii->r", q).round(9)
    assert abs(trace.mean()) < 4 / np.sqrt(count)
    assert abs(trace.var() - 1) < 0.06
    fixed = np.linalg.qr(np.random.default_rng(0).standard_normal((k, k)))[0]
    turned = np.einsum("ij,rji->r", fixed, q).round(9)
    assert ks_2samp(trace[::2], turned[1::2]).pvalue > 1e-3
    assert abs((np.linalg.det(q) > 0).mean() - 0.5) < 4 * 0.5 / np.sqrt(count)
    for i, j in ((0, 0), (k - 1, 0), (0, k - 1)):  # a coordinate of a uniform unit vector
        assert kstest((q[:, i, j] + 1) / 2, "beta", ((k - 1) / 2, (k - 1) / 2)).pvalue > 1e-3
    raw = np.einsum("rii->r", twin.raw_qr(np.random.default_rng(1), count, k))
    assert abs(raw.mean()) > 0.3 or raw.var() < 0.1


# -- the algorithm -------------------------------------------------------------------------------


@pytest.mark.parametrize("zeros", [(), ZEROS])
@pytest.mark.parametrize("flips", [True, False])
def test_the_kernel_is_the_textbook_algorithm(zeros, flips):
    rows = restrictions(zeros).rows(*forms(3))
    found = draw_rotations(rows, count=3, max_attempts=5000, seed=4, flips=flips)
    slow, attempts = twin.draw_rotations(rows, order_of(rows), count=3, seed=4, flips=flips)
    assert found.found.all()
    assert_array_equal(found.attempts, attempts)
    assert_allclose(found.rotation, slow, rtol=0, atol=1e-10)


def test_accepted_rotations_have_the_distribution_of_plain_rejection():
    """Column by column with sign flips, without them, and whole matrices by QR."""
    rows = restrictions().rows(*forms(seed=3))
    options = {"count": 3000, "max_attempts": 100_000, "seed": 1}
    flipped = draw_rotations(rows, **options)
    plain = draw_rotations(rows, flips=False, **options)
    gain = plain.attempts.sum() / flipped.attempts.sum()
    assert 7 < gain < 9  # 2^3 for three restricted shocks
    whole = twin.by_rejection(rows.signs[0], rows.sign_bounds, np.random.default_rng(2), 1500)
    for other in (plain.rotation[0], whole):
        for i in range(K):
            for j in range(K):
                assert ks_2samp(flipped.rotation[0, :, i, j], other[:, i, j]).pvalue > 1e-4


def test_every_restriction_holds_when_responses_are_computed_again():
    lags, factor = forms(20, seed=5)
    found = draw_rotations(
        restrictions(ZEROS).rows(lags, factor), count=4, max_attempts=20_000, seed=0
    )
    assert found.found.mean() > 0.8
    for r, c in np.argwhere(found.found):
        q = found.rotation[r, c]
        assert_allclose(q.T @ q, np.eye(K), rtol=0, atol=1e-12)
        impact = factor[r] @ q
        theta = twin.responses(lags[r], impact, 3)
        summed = np.cumsum(theta, axis=0)
        for j, i, h, cumulative, sign, _ in SIGNS:
            assert sign * (summed if cumulative else theta)[h, i, j] > -1e-12
        lasting = long_run_multiplier(lags[r]) @ impact
        for j, i, h, *_ in ZEROS:
            size = np.abs(factor[r]).max()
            assert abs((lasting if h == LONG_RUN else theta[h])[i, j]) < 1e-12 * size


def test_a_column_with_zeros_is_uniform_in_what_they_leave():
    rng = np.random.default_rng(7)
    zeros = rng.standard_normal((1, 2, 5))
    none, bounds = np.zeros(6, dtype=int), np.array([0, 0, 0, 2, 2, 2])
    rows = RestrictionRows(np.zeros((1, 0, 5)), none, zeros, bounds)
    column = draw_rotations(rows, count=8000, max_attempts=1, seed=0).rotation[0, :, :, 2]
    assert np.abs(column @ zeros[0].T).max() < 1e-13
    basis = np.linalg.svd(zeros[0])[2][2:]
    inside = column @ basis.T
    for i in range(3):
        assert kstest((inside[:, i] + 1) / 2, "beta", (1, 1)).pvalue > 1e-3


def test_zeros_that_say_the_same_count_once():
    row = np.random.default_rng(8).standard_normal(3)
    zeros = np.stack([row, 2 * row])[None]
    none, bounds = np.zeros(4, dtype=int), np.array([0, 2, 2, 2])
    rows = RestrictionRows(np.zeros((1, 0, 3)), none, zeros, bounds)
    q = draw_rotations(rows, count=50, max_attempts=1, seed=0).rotation[0]
    assert np.abs(q[:, :, 0] @ row).max() < 1e-13
    assert_allclose(np.swapaxes(q, 1, 2) @ q, np.broadcast_to(np.eye(3), q.shape), atol=1e-13)


# -- what must come out --------------------------------------------------------------------------


def test_recursive_zeros_leave_the_cholesky_factor():
    lags, factor = forms(5)
    zeros = [(j, i, 0, False, 0, 0) for j in range(K) for i in range(j)]
    signs = [(j, j, 0, False, 1, 1) for j in range(K)]
    found = draw_rotations(restrictions(zeros, signs).rows(lags, factor), max_attempts=1, seed=0)
    assert found.found.all()
    assert_allclose(factor[:, None] @ found.rotation, factor[:, None], rtol=0, atol=1e-12)


@pytest.mark.parametrize("correlation", [-0.7, 0.3])
def test_with_two_variables_the_set_is_an_arc_that_holds_the_cholesky_column(correlation):
    """Shock 0 raises variable 0 and moves variable 1 as the Cholesky column does."""
    factor = np.linalg.cholesky(np.array([[1.0, correlation], [correlation, 1.0]]))
    sign = int(np.sign(correlation))
    signs = [(0, 0, 0, False, 1, 0), (0, 1, 0, False, sign, 1)]
    rows = restrictions((), signs, 2).rows(np.zeros((1, 1, 2, 2)), factor[None])
    q = draw_rotations(rows, count=4000, max_attempts=100, seed=0).rotation[0, :, :, 0]
    angle = np.arctan2(q[:, 1], q[:, 0])
    low, high = sorted([-np.arctan(factor[1, 0] / factor[1, 1]), sign * np.pi / 2])
    assert low < 0 < high
    assert kstest((angle - low) / (high - low), "uniform").pvalue > 1e-3


def test_the_weights_are_constant_without_zeros():
    lags, factor = forms(6)
    whole = restrictions()
    found = draw_rotations(whole.rows(lags, factor), max_attempts=10_000, seed=0)
    impact = factor @ found.rotation[:, 0]
    order = drawing_order(whole.signs.bounds(K), whole.zeros.bounds(K))
    assert_array_equal(log_zero_sign_weights(lags, impact, whole.zeros, order), np.zeros(6))


# -- streams and limits --------------------------------------------------------------------------


def test_rotations_do_not_depend_on_threads_or_on_how_many_follow():
    rows = restrictions(ZEROS).rows(*forms(30))
    one = draw_rotations(rows, count=2, max_attempts=2000, seed=9)
    two = draw_rotations(rows, count=2, max_attempts=2000, seed=9, threads=2)
    assert_array_equal(one.rotation, two.rotation)
    assert_array_equal(one.attempts, two.attempts)
    few = draw_rotations(rows.at(np.arange(10)), count=2, max_attempts=2000, seed=9)
    assert_array_equal(few.rotation, one.rotation[:10])
    other = draw_rotations(rows, count=2, max_attempts=2000, seed=10)
    assert np.nanmax(np.abs(other.rotation - one.rotation)) > 0.1
    on = draw_rotations(rows, count=2, max_attempts=2000, seed=9, first=8)
    assert np.nanmax(np.abs(on.rotation - one.rotation)) > 0.1


def test_a_search_in_vain_ends_and_a_response_that_does_not_exist_is_not_searched_for():
    rows = restrictions((), [(0, 0, 0, False, 1, 0), (0, 0, 0, False, -1, 1)]).rows(*forms())
    found = draw_rotations(rows, count=3, max_attempts=70, seed=0)
    assert not found.found.any()
    assert (found.attempts == 70).all()
    assert np.isnan(found.rotation).all()
    lags, factor = forms(2)
    lags[1], lags[1, 0, 0, 0] = 0.0, 1.2  # explosive: no long run
    lasting = draw_rotations(restrictions(ZEROS).rows(lags, factor), max_attempts=50_000, seed=0)
    assert_array_equal(lasting.found[:, 0], [True, False])
    assert lasting.attempts[1, 0] == 0


def test_rows_can_be_added_and_restrictions_dropped():
    lags, factor = forms(2)
    whole = restrictions(ZEROS)
    extra = np.arange(2.0 * 2 * K).reshape(2, 2, K)
    more = whole.rows(lags, factor).with_signs(np.array([3, 0]), extra)
    assert_array_equal(np.diff(more.sign_bounds), [6, 3, 0, 2])
    assert_array_equal(more.signs[:, 5], extra[:, 1])
    assert_array_equal(more.signs[:, -1], extra[:, 0])
    rest = whole.without(0, 5)
    assert set(rest.signs.origin) == {1, 2, 3, 4}
    assert set(rest.zeros.origin) == {6, 7}
    assert_array_equal(whole.of_shocks(3).shocks, [3])
    assert_array_equal(whole.shocks, [0, 1, 3])


def test_the_median_target_is_the_model_closest_to_the_medians_in_any_units():
    rng = np.random.default_rng(3)
    models = rng.standard_normal((200, 5, 3, 2))
    models[17] = np.median(models, axis=0) + 1e-3
    models[:, 0, 1, 0] = 0.0  # restricted: no evidence either way
    assert median_target(models) == 17
    units = np.array([1.0, 1000.0, 1e-6])[:, None]
    assert median_target(models * units) == 17
