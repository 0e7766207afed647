"""Proves that Fieller's set is the inverted test, unbounded exactly when it must be, and covers."""

import numpy as np
import pytest
from scipy.stats import norm

from yenloop.estimation.fieller import (
    BOUNDED,
    TWO_RAYS,
    WHOLE_LINE,
    fieller,
    joint_covariance,
    ratio_std_error,
)

Z90 = norm.ppf(0.95)


def covariance(v_a: float, v_b: float, correlation: float) -> np.ndarray:
    c = correlation * np.sqrt(v_a * v_b)
    return np.array([[v_a, c], [c, v_b]])


def not_rejected(a, b, V, ratios, z):
    distance = (a - ratios * b) ** 2
    return distance <= z**2 * (V[0, 0] - 2 * ratios * V[0, 1] + ratios**2 * V[1, 1])


@pytest.mark.parametrize("a", [-3.0, -0.4, 0.0, 2.0])
@pytest.mark.parametrize("t", [-4.0, -1.0, 0.0, 0.3, 1.6, 1.7, 5.0])
@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.6])
def test_closed_form_is_the_inverted_test(a, t, correlation):
    V = covariance(0.7, 2.0, correlation)
    b = t * np.sqrt(V[1, 1])
    found = fieller(np.array(a), np.array(b), V, 0.90)
    ratios = np.concatenate([np.linspace(-30, 30, 6001), [-1e6, 1e6]])
    near = np.zeros(len(ratios), bool)
    for limit in (found.low, found.high):
        near |= np.abs(ratios - limit) < 1e-6
    expected = not_rejected(a, b, V, ratios, Z90)
    np.testing.assert_array_equal(found.contains(ratios)[~near], expected[~near])


@pytest.mark.parametrize("a", [-2.0, 0.1, 7.0])
def test_bounded_exactly_when_the_denominator_differs_from_zero(a):
    t = np.array([-5.0, -Z90 - 1e-9, -Z90 + 1e-9, 0.0, 1.0, Z90 - 1e-9, Z90 + 1e-9, 3.0])
    V = covariance(1.0, 4.0, 0.3)
    found = fieller(np.full(8, a), 2.0 * t, np.broadcast_to(V, (8, 2, 2)), 0.90)
    np.testing.assert_array_equal(found.bounded, np.abs(t) > Z90)
    low, high = found.hull
    np.testing.assert_array_equal(np.isinf(low) & np.isinf(high), ~found.bounded)


def test_the_three_kinds_and_their_limits():
    V = np.broadcast_to(np.eye(2), (3, 2, 2))
    found = fieller(np.array([4.0, 4.0, 0.5]), np.array([4.0, 1.0, 0.5]), V, 0.90)
    assert list(found.kind) == [BOUNDED, TWO_RAYS, WHOLE_LINE]
    assert found.low[0] < 1.0 < found.high[0]
    assert found.low[1] < 0 < found.high[1] < 4.0  # the point estimate 4 lies on the upper ray
    assert np.isneginf(found.low[2])
    assert np.isposinf(found.high[2])


def test_a_known_denominator_gives_the_normal_interval():
    found = fieller(np.array(3.0), np.array(2.0), np.diag([0.25, 0.0]), 0.68)
    reach = norm.ppf(0.84) * 0.5 / 2
    np.testing.assert_allclose([found.low, found.high], [1.5 - reach, 1.5 + reach], rtol=1e-14)


def test_degenerate_inputs():
    zero = np.zeros((2, 2))
    assert fieller(np.array(0.0), np.array(2.0), zero).low == 0.0
    assert fieller(np.array(1.0), np.array(0.0), zero).kind == WHOLE_LINE
    assert np.isinf(ratio_std_error(np.array(1.0), np.array(0.0), np.eye(2)))


@pytest.mark.parametrize("level", [0.68, 0.90])
def test_scaling_either_estimate_scales_the_set(level):
    a, b = np.array([1.2, -0.5, 0.1]), np.array([3.0, 0.8, 0.2])
    V = np.broadcast_to(covariance(0.5, 0.3, 0.4), (3, 2, 2))
    plain = fieller(a, b, V, level)
    for s_a, s_b in ((1e6, 1e6), (1e-150, 1e-150), (1e5, 1.0), (1.0, 1e-5), (-1.0, -1.0)):
        S = np.array([[s_a * s_a, s_a * s_b], [s_a * s_b, s_b * s_b]])
        scaled = fieller(a * s_a, b * s_b, V * S, level)
        np.testing.assert_array_equal(scaled.kind, plain.kind)
        np.testing.assert_allclose(scaled.low, plain.low * (s_a / s_b), rtol=1e-9)
        np.testing.assert_allclose(scaled.high, plain.high * (s_a / s_b), rtol=1e-9)


def test_limits_solve_the_quadratic_where_roots_nearly_cancel():
    V = covariance(1.0, 1.0, 0.0)
    found = fieller(np.array(1e-9), np.array(1e9), V, 0.90)
    reach = Z90 / 1e9
    np.testing.assert_allclose([found.low, found.high], [-reach, reach], rtol=1e-8)


def test_far_from_zero_it_is_the_delta_method():
    a, b, V = np.array(500.0), np.array(1000.0), covariance(1.0, 1.0, 0.5)
    found = fieller(a, b, V, 0.90)
    error = float(ratio_std_error(a, b, V))
    np.testing.assert_allclose(found.high - found.low, 2 * Z90 * error, rtol=1e-4)


def test_covariance_of_joint_draws():
    rng = np.random.default_rng(0)
    above, below = rng.normal(size=(2, 50, 3))
    found = joint_covariance(above, below)
    for h in range(3):
        np.testing.assert_allclose(found[h], np.cov(above[:, h], below[:, h]), rtol=1e-12)


@pytest.mark.parametrize("t", [0.5, 1.0, 2.0, 3.0, 5.0])
def test_it_covers_however_weak_the_denominator(t):
    """2,000 normal pairs each; within two Monte Carlo standard errors of 90%."""
    pairs, truth = 2000, 0.6
    V = covariance(1.0, 1.0, 0.5)
    rng = np.random.default_rng(20250)
    a, b = rng.multivariate_normal([truth * t, t], V, size=pairs).T
    found = fieller(a, b, np.broadcast_to(V, (pairs, 2, 2)), 0.90)
    covered = found.contains(truth).mean()
    assert abs(covered - 0.90) < 2 * np.sqrt(0.09 / pairs)
