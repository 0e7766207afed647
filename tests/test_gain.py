"""Proves that the gain from one shock is Bode's return ratio of the whole structural system."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from yenloop.estimation import gain as g
from yenloop.estimation.companion import moving_average

DRAWS = 60


def random_systems(rng, draws, k, p, radius=0.9):
    """Random lag matrices with the given largest root, and random impact matrices."""
    lags = rng.normal(size=(draws, p, k, k)) / np.sqrt(k * p)
    shrink = radius * rng.uniform(0.3, 1.0, draws) / g.largest_modulus(lags)
    lags = lags * shrink[:, None, None, None] ** np.arange(1, p + 1)[:, None, None]
    impact = np.eye(k) + 0.4 * rng.normal(size=(draws, k, k))
    return lags, impact


def covariance_of(impact):
    return impact @ impact.swapaxes(-1, -2)


def polynomial_at(polynomial, z):
    """A(z) of one set of coefficients (..., p + 1, K, K) at the scalar z."""
    powers = complex(z) ** np.arange(polynomial.shape[-3])
    return (polynomial * powers[:, None, None]).sum(-3)


def without(matrix, i):
    """The matrix without row and column i, and the row and column that were cut off."""
    others = np.delete(np.arange(matrix.shape[-1]), i)
    rest = matrix[..., others[:, None], others]
    return rest, matrix[..., i, others], matrix[..., others, i]


def own_response(present, lagged, i, moving, horizon):
    """Step through A0 y_t = A1 y_{t-1} + ... + e_t while only ``moving`` variables may react."""
    k = len(present)
    a0 = present[np.ix_(moving, moving)]
    path = np.zeros((horizon + 1, k))
    for h in range(horizon + 1):
        known = np.eye(k)[i] if h == 0 else np.zeros(k)
        for lag, matrix in enumerate(lagged, start=1):
            if h >= lag:
                known = known + matrix @ path[h - lag]
        path[h, moving] = np.linalg.solve(a0, known[moving])
    return path[:, i]


@pytest.mark.parametrize(("k", "p"), [(2, 1), (3, 2), (4, 3), (5, 2), (6, 4), (6, 12)])
def test_one_shock_gives_the_return_ratio_of_the_full_system(k, p):
    rng = np.random.default_rng(100 * k + p)
    lags, impact = random_systems(rng, DRAWS, k, p)
    full = g.structural_polynomial(lags, impact)
    for i in range(k):
        points = np.concatenate([[1.0], np.exp(1j * rng.uniform(0, np.pi, 3))])
        gain = g.gain_at(lags, covariance_of(impact), impact[..., i], i, points)
        for n, z in enumerate(points):
            a = polynomial_at(full, z)
            rest, row, column = without(a, i)
            through = (row * np.linalg.solve(rest, column[..., None])[..., 0]).sum(-1) / a[:, i, i]
            direct = 1 - 1 / (a[:, i, i] * np.linalg.inv(a)[:, i, i])
            # A gain of 1e3 is known to 1e-5: compare relative to its size.
            size = 1 + np.abs(direct) ** 2
            assert np.abs((gain[:, n] - through) / size).max() < 1e-8
            assert np.abs((gain[:, n] - direct) / size).max() < 1e-8


def test_the_row_from_one_shock_is_the_row_of_the_full_system():
    lags, impact = random_systems(np.random.default_rng(1), DRAWS, 5, 3)
    full = g.structural_polynomial(lags, impact)
    row = g.structural_row(lags, covariance_of(impact), impact[..., 3])
    assert_allclose(row, full[..., 3, :], atol=1e-9, rtol=1e-8)


@pytest.mark.parametrize("node", [0, 2])
def test_finite_horizon_gain_by_stepping_through_the_equations(node):
    lags, impact = random_systems(np.random.default_rng(2), 5, 4, 2)
    gain = g.finite_horizon_gain(lags, covariance_of(impact), impact[..., node], node, 30)
    full = g.structural_polynomial(lags, impact)
    for draw in range(5):
        present, lagged = full[draw, 0], -full[draw, 1:]
        held = own_response(present, lagged, node, [node], 30).cumsum()
        closed = own_response(present, lagged, node, list(range(4)), 30).cumsum()
        assert_allclose(gain[draw], 1 - held / closed, rtol=1e-8, atol=1e-10)


def test_closed_response_is_the_moving_average_times_the_shock():
    lags, impact = random_systems(np.random.default_rng(3), 8, 5, 3)
    closed = g.own_response_closed(lags, impact[..., 1], 1, 20)
    responses = moving_average(lags, 20) @ impact[:, None]
    assert_allclose(closed, responses[..., 1, 1], atol=1e-12)


def test_finite_horizon_gain_converges_to_the_gain_at_one():
    lags, impact = random_systems(np.random.default_rng(4), DRAWS, 4, 2, radius=0.8)
    covariance, shock = covariance_of(impact), impact[..., 2]
    own, rest = g.opened_system(lags, covariance, shock, 2)
    keep = (g.largest_modulus(own) < 0.9) & (g.largest_modulus(rest) < 0.9)
    assert keep.sum() > 20
    path = g.finite_horizon_gain(lags[keep], covariance[keep], shock[keep], 2, 400)
    limit = g.long_run_gain(lags[keep], covariance[keep], shock[keep], 2)
    assert_allclose(path[:, -1], limit, rtol=1e-9, atol=1e-10)
    early, late = (np.median(np.abs(path[:, h] - limit)) for h in (2, 24))
    assert late < 0.05 * early


def test_a_recursive_order_sets_the_gain_on_impact_to_zero_exactly():
    rng = np.random.default_rng(3)
    lags, _ = random_systems(rng, DRAWS, 5, 2)
    impact = np.tril(np.eye(5) + 0.2 * rng.normal(size=(DRAWS, 5, 5)))
    gain = g.finite_horizon_gain(lags, covariance_of(impact), impact[..., 2], 2, 4)
    assert (gain[:, 0] == 0).all()
    assert (np.abs(gain[:, 1:]) > 1e-9).all()


def test_a_system_without_feedback_to_the_node_has_no_gain():
    rng = np.random.default_rng(5)
    lags, impact = random_systems(rng, DRAWS, 4, 3)
    impact = np.tril(impact)
    lags = np.tril(lags)
    gain = g.finite_horizon_gain(lags, covariance_of(impact), impact[..., 2], 2, 24)
    assert np.abs(gain).max() < 1e-8
    points = np.exp(1j * np.linspace(0, np.pi, 5))
    assert np.abs(g.gain_at(lags, covariance_of(impact), impact[..., 2], 2, points)).max() < 1e-7


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shock_scale=st.floats(1e-3, 1e3),
    log_scales=st.lists(st.floats(-3, 3), min_size=4, max_size=4),
    order=st.permutations(range(4)),
)
def test_gain_does_not_depend_on_scales_signs_or_order(seed, shock_scale, log_scales, order):
    lags, impact = random_systems(np.random.default_rng(seed), 3, 4, 2)
    covariance, shock = covariance_of(impact), impact[..., 1]
    base = g.finite_horizon_gain(lags, covariance, shock, 1, 24)
    rescaled = g.finite_horizon_gain(lags, covariance, -shock_scale * shock, 1, 24)
    d = 10.0 ** np.array(log_scales)
    order = np.array(order)
    moved = g.finite_horizon_gain(
        (d[:, None] * lags / d)[..., order[:, None], order],
        (d[:, None] * covariance * d)[..., order[:, None], order],
        (d * shock)[..., order],
        int(np.flatnonzero(order == 1)[0]),
        24,
    )
    size = 1 + np.abs(base) ** 2
    assert np.abs((rescaled - base) / size).max() < 1e-8
    assert np.abs((moved - base) / size).max() < 1e-7


def test_the_batch_is_the_loop_over_draws():
    lags, impact = random_systems(np.random.default_rng(6), 4, 3, 2)
    covariance = covariance_of(impact)
    together = g.amplification_by_period(lags, covariance, impact[..., 0], 0)
    for draw in range(4):
        alone = g.amplification_by_period(lags[draw], covariance[draw], impact[draw, :, 0], 0)
        assert_allclose(together[0][draw], alone[0], rtol=1e-12)
        assert_allclose(together[1][draw], alone[1], rtol=1e-9, atol=1e-9)


# -- the opened system ---------------------------------------------------------------------------


def test_the_rest_has_the_determinant_of_the_other_structural_equations():
    """det A_-i,-i(z) = C_ii(z) det A(z), and the state space from b_i alone has it."""
    rng = np.random.default_rng(7)
    lags, impact = random_systems(rng, DRAWS, 5, 3)
    full = g.structural_polynomial(lags, impact)
    for i in range(5):
        own, rest = g.opened_system(lags, covariance_of(impact), impact[..., i], i)
        at_zero = np.linalg.det(without(full[:, 0], i)[0])
        for z in (0.7, 1.0, np.exp(0.8j), 1.3 * np.exp(2j)):
            a = polynomial_at(full, z)
            minor = np.linalg.det(without(a, i)[0])
            cofactor = np.linalg.inv(a)[:, i, i] * np.linalg.det(a)
            found = at_zero * np.linalg.det(np.eye(4) - polynomial_at(rest, z) * z)
            assert_allclose(cofactor, minor, rtol=1e-7, atol=1e-9)
            assert_allclose(found, minor, rtol=1e-7, atol=1e-9)
            alone = full[:, 0, i, i] * (1 - (polynomial_at(own, z) * z)[:, 0, 0])
            assert_allclose(alone, a[:, i, i], rtol=1e-8, atol=1e-10)


def test_the_rest_does_not_depend_on_how_the_other_shocks_are_identified():
    """Any completion of b_i to a full impact matrix gives the same roots."""
    rng = np.random.default_rng(8)
    lags, impact = random_systems(rng, 20, 4, 2)
    i, others = 1, np.array([0, 2, 3])
    rotation = np.linalg.qr(rng.normal(size=(20, 3, 3)))[0]
    other_impact = impact.copy()
    other_impact[..., others] = impact[..., others] @ rotation
    radii = []
    for b in (impact, other_impact):
        full = g.structural_polynomial(lags, b)[..., others[:, None], others]
        radii.append(g.largest_modulus(g.reduced_form(full)[0]))
    _, rest = g.opened_system(lags, covariance_of(impact), impact[..., i], i)
    assert_allclose(radii[0], radii[1], rtol=1e-7)
    assert_allclose(g.largest_modulus(rest), radii[0], rtol=1e-7)


def test_stability_agrees_with_the_eigenvalues_close_to_the_unit_circle():
    rng = np.random.default_rng(9)
    lags = rng.normal(size=(300, 3, 4, 4)) / 4
    target = np.concatenate([1 + rng.uniform(-1e-6, 1e-6, 100), rng.uniform(0.3, 1.5, 200)])
    factor = target / g.largest_modulus(lags)
    lags = lags * factor[:, None, None, None] ** np.arange(1, 4)[:, None, None]
    assert_allclose(g.largest_modulus(lags), target, rtol=1e-6)
    assert (g.is_stable(lags) == (g.largest_modulus(lags) < 1)).all()
    assert 50 < g.is_stable(lags).sum() < 250


def test_gain_above_one_in_a_stable_system_means_that_the_opened_system_is_unstable():
    """y explodes on its own (1.2) and the loop through x holds it: closed roots are stable."""
    full = np.array([[[1.0, 0.0], [0.0, 1.0]], [[-1.2, 0.6], [-0.5, -0.1]]])
    lags, impact = g.reduced_form(full)
    own, rest = g.opened_system(lags, covariance_of(impact), impact[:, 0], 0)
    assert g.is_stable(lags)
    assert not g.is_stable(own)
    assert g.is_stable(rest)
    assert_allclose(g.largest_modulus(own), 1.2)
    assert g.long_run_gain(lags, covariance_of(impact), impact[:, 0], 0) > 1


def test_the_gain_at_one_is_masked_at_a_unit_root():
    lags = np.zeros((2, 1, 2, 2))
    lags[0, 0] = [[0.5, 0.2], [0.3, 0.4]]
    lags[1, 0] = [[1.0, 0.0], [0.3, 0.4]]
    identity = np.stack([np.eye(2)] * 2)
    gain = g.long_run_gain(lags, identity, identity[..., 0], 0)
    assert np.isfinite(gain[0])
    assert np.isnan(gain[1])


# -- domestic block, edges, openings -------------------------------------------------------------


def test_domestic_gain_is_the_gain_when_nothing_feeds_back_abroad():
    lags, impact = random_systems(np.random.default_rng(10), 20, 5, 2)
    domestic, node = [2, 3, 4], 3
    inner_lags, inner_impact = g.domestic_system(lags, covariance_of(impact), impact, domestic)
    found = g.finite_horizon_gain(
        inner_lags, covariance_of(inner_impact), inner_impact[..., 1], 1, 30
    )
    cut = [(foreign, home) for foreign in (0, 1) for home in domestic]
    open_lags, open_impact = g.open_edges(lags, impact, cut)
    expected = g.finite_horizon_gain(
        open_lags, covariance_of(open_impact), open_impact[..., node], node, 30
    )
    assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    full = g.structural_polynomial(lags, impact)
    stepped = [
        own_response(a[0], -a[1:], node, domestic, 30).cumsum() for a in full
    ]  # fmt: skip
    held = [own_response(a[0], -a[1:], node, [node], 30).cumsum() for a in full]
    assert_allclose(found, 1 - np.array(held) / np.array(stepped), rtol=1e-7, atol=1e-9)


def test_opening_every_edge_into_a_variable_gives_its_held_response():
    lags, impact = random_systems(np.random.default_rng(11), 20, 4, 3)
    node = 2
    held = g.own_response_held(
        g.structural_row(lags, covariance_of(impact), impact[..., node])[..., node], 24
    )
    open_lags, open_impact = g.open_edges(lags, impact, [(node, j) for j in (0, 1, 3)])
    responses = moving_average(open_lags, 24) @ open_impact[:, None]
    assert_allclose(responses[..., node, node], held, atol=1e-9)


def test_opening_an_edge_that_is_not_there_changes_nothing():
    lags, impact = np.tril(random_systems(np.random.default_rng(12), 5, 3, 2)[0]), np.eye(3)
    open_lags, open_impact = g.open_edges(lags, np.broadcast_to(impact, (5, 3, 3)), [(0, 2)])
    assert_allclose(open_lags, lags, atol=1e-14)
    assert_allclose(open_impact, np.broadcast_to(impact, (5, 3, 3)), atol=1e-14)


def test_an_edge_joins_two_variables():
    with pytest.raises(ValueError, match="two different"):
        g.open_edges(np.zeros((1, 2, 2)), np.eye(2), [(1, 1)])


def test_an_edge_is_the_response_to_a_sustained_change_with_the_others_held():
    lags, impact = random_systems(np.random.default_rng(13), 6, 4, 2)
    full = g.structural_polynomial(lags, impact)
    target, source = 3, 1
    edge = g.edge_response(full[..., target, :], target, source, 40)
    for draw, a in enumerate(full):
        level = np.zeros(41)
        for h in range(41):
            # The source rises by one and stays there, so the sustained input is one from 0 on.
            known = sum(-a[lag, target, source] for lag in range(min(h, 2) + 1))
            known -= sum(a[lag, target, target] * level[h - lag] for lag in (1, 2) if h >= lag)
            level[h] = known / a[0, target, target]
        assert_allclose(edge[draw], level, rtol=1e-9, atol=1e-10)


def test_the_product_of_the_edges_is_the_gain_when_the_cycle_is_the_only_loop():
    rng = np.random.default_rng(14)
    full = np.zeros((DRAWS, 3, 3, 3))
    full[:, 0] = np.eye(3) * rng.uniform(0.5, 2, (DRAWS, 3, 1))
    full[:, 1:] -= 0.2 * np.eye(3) * rng.uniform(0, 1, (DRAWS, 2, 3, 1))
    for target, source in ((1, 0), (2, 1), (0, 2)):
        full[:, :, target, source] = 0.3 * rng.normal(size=(DRAWS, 3))
    full[:, 0, 0, 2] = 0.0
    lags, impact = g.reduced_form(full)
    product = np.ones(DRAWS)
    for target, source in ((1, 0), (2, 1), (0, 2)):
        product *= g.edge_long_run(full[..., target, :], target, source)
    gain = g.gain_at(lags, covariance_of(impact), impact[..., 0], 0, np.ones(1))[:, 0]
    assert_allclose(gain, product, rtol=1e-9, atol=1e-12)


# -- frequencies ---------------------------------------------------------------------------------


def test_amplification_of_a_loop_within_the_period_is_the_same_at_every_period():
    """With y = 0.5 x + e and x = 0.6 y there is a gain of 0.3 and no dynamics."""
    full = np.array([[[1.0, -0.5], [-0.6, 1.0]], [[0.0, 0.0], [0.0, 0.0]]])
    lags, impact = g.reduced_form(full)
    modulus, degrees = g.amplification_by_period(lags, covariance_of(impact), impact[:, 0], 0)
    assert_allclose(modulus, 1 / 0.7)
    assert_allclose(degrees, 0, atol=1e-10)


def test_amplification_averages_over_the_band():
    lags, impact = random_systems(np.random.default_rng(15), 1, 3, 2)
    lags, impact = lags[0], impact[0]
    modulus, degrees = g.amplification_by_period(
        lags, covariance_of(impact), impact[:, 0], 0, bands=((12.0, 36.0),), points=400
    )
    edges = 2 * np.pi / np.array([36.0, 12.0])
    full = g.structural_polynomial(lags, impact)
    values = np.array([
        polynomial_at(full, np.exp(-1j * w))[0, 0]
        * np.linalg.inv(polynomial_at(full, np.exp(-1j * w)))[0, 0]
        for w in np.linspace(*edges, 2001)
    ])  # fmt: skip
    assert_allclose(modulus[0], np.abs(values).mean(), rtol=1e-3)
    assert_allclose(degrees[0], np.degrees(np.angle(values)).mean(), atol=0.1)


def test_long_division_of_polynomials():
    quotient = g.expand_quotient(np.array([1.0, 2.0]), np.array([2.0, -1.0]), 6)
    assert_allclose(quotient, [0.5, 1.25, 0.625, 0.3125, 0.15625, 0.078125, 0.0390625])
    assert_allclose(g.expand_quotient(np.array([1.0, 2.0, 3.0]), np.array([1.0]), 1), [1.0, 2.0])
