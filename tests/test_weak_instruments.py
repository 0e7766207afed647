"""Proves that sets are the inverted test at any strength, and that errors are the sample's."""

import numpy as np
import pytest
from scipy.stats import chi2

from yenloop.estimation.anderson_rubin import (
    BOUNDED,
    EMPTY,
    PIECES,
    TWO_RAYS,
    WHOLE_LINE,
    ConfidenceSets,
    anderson_rubin,
    statistic,
)
from yenloop.estimation.fieller import fieller
from yenloop.estimation.least_squares import lagged_design, least_squares
from yenloop.estimation.proxy import joint_moments
from yenloop.estimation.responses import impulse_responses
from yenloop.estimation.weak_instruments import (
    coefficient_influence,
    covariance_with_instruments,
    joint_covariance,
    numerators,
    wald_of_relevance,
)

P, K, T, HORIZON = 2, 3, 160, 6


def sample(rng, missing=0, q=1, trend="c"):
    """Series, deterministic terms and instruments, some of the first of which are missing."""
    y = rng.standard_normal((T + P, K))
    for t in range(P, T + P):
        y[t] += 0.4 * y[t - 1] - 0.2 * y[t - 2, ::-1]
    z = np.ones((T + P, 1 if trend == "c" else 0))
    instruments = 0.6 * y[P:, :1] + rng.standard_normal((T, q)) + 3
    instruments[:missing] = np.nan
    return y, z, instruments


def estimated(y, z, instruments, weights=None):
    """Gamma and numerators by weighted least squares: the estimator as a function of the sample."""
    w = np.ones(T) if weights is None else weights
    root = np.sqrt(w)[:, None]
    x = lagged_design(y, z, P)
    fit = least_squares(x * root, y[P:] * root)
    u = y[P:] - x @ fit.coefficients
    there = np.isfinite(instruments).all(axis=1)
    w = np.where(there, w, 0.0)
    filled = np.where(there[:, None], instruments, 0.0)
    mean_z, mean_u = w @ filled / w.sum(), w @ u / w.sum()
    gamma = ((u - mean_u) * w[:, None]).T @ (filled - mean_z) / w.sum()
    lags = fit.coefficients[z.shape[1] :].reshape(P, K, K).swapaxes(1, 2)
    return gamma, impulse_responses(lags, gamma, HORIZON), x, u, lags, fit


def influenced(y, z, instruments):
    gamma, _, x, u, lags, fit = estimated(y, z, instruments)
    covariance = u.T @ u / T
    coefficients = coefficient_influence(x, u, covariance, np.kron(covariance, fit.gram_inverse))
    found = covariance_with_instruments(instruments, u, x, coefficients)
    np.testing.assert_allclose(found.value, gamma, rtol=1e-10, atol=1e-12)
    return found, numerators(lags, coefficients[:, :, z.shape[1] :], found, HORIZON)


@pytest.mark.parametrize("missing", [0, 45])
@pytest.mark.parametrize(("q", "trend"), [(1, "c"), (2, "c"), (1, "n")])
def test_influence_is_what_a_little_more_weight_on_a_period_does(missing, q, trend):
    y, z, instruments = sample(np.random.default_rng(3), missing, q, trend)
    gamma, found = influenced(y, z, instruments)
    step = 1e-5
    for t in (0, 7, missing, 99, T - 1):
        sides = []
        for sign in (1, -1):
            weights = np.ones(T)
            weights[t] += sign * step * T
            sides.append(estimated(y, z, instruments, weights)[:2])
        for i, influence in ((0, gamma.influence[t]), (1, found.influence[t])):
            slope = (sides[0][i] - sides[1][i]) / (2 * step)
            np.testing.assert_allclose(influence, slope, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("missing", [0, 45])
def test_influences_have_mean_zero_and_cumulate(missing):
    gamma, found = influenced(*sample(np.random.default_rng(4), missing))
    np.testing.assert_allclose(gamma.influence.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(found.influence.mean(axis=0), 0, atol=1e-12)
    summed = found.cumulated(np.array([True, False, True]))
    np.testing.assert_allclose(summed.value[:, 0], found.value[:, 0].cumsum(axis=0))
    np.testing.assert_allclose(summed.influence[:, :, 2], found.influence[:, :, 2].cumsum(axis=1))
    np.testing.assert_array_equal(summed.influence[:, :, 1], found.influence[:, :, 1])


def test_gamma_is_that_of_the_scheme():
    y, z, instruments = sample(np.random.default_rng(5), 30, 2)
    gamma, _, _, u, _, _ = estimated(y, z, instruments)
    np.testing.assert_allclose(joint_moments(u, instruments)[0], gamma, rtol=1e-12)


def test_with_all_periods_the_instrument_counts_net_of_the_regressors():
    y, z, instruments = sample(np.random.default_rng(6))
    gamma, _ = influenced(y, z, instruments)
    _, _, x, u, _, _ = estimated(y, z, instruments)
    net = least_squares(x, instruments).residuals
    products = net * u
    expected = (products - products.mean(axis=0)).T @ (products - products.mean(axis=0)) / T**2
    found = joint_covariance(gamma.influence[:, :, 0])
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_newey_west_without_lags_is_hc0_and_with_lags_is_bartlett():
    rng = np.random.default_rng(7)
    one, two = rng.standard_normal((2, 50, 4, 1))
    both = np.concatenate([one, two], axis=-1)
    plain = joint_covariance(one, two)
    np.testing.assert_allclose(plain, np.einsum("thi,thj->hij", both, both) / 50**2)
    expected = plain.copy()
    for lag in (1, 2):
        across = np.einsum("thi,thj->hij", both[lag:], both[:-lag]) / 50**2
        expected += (1 - lag / 3) * (across + across.swapaxes(1, 2))
    np.testing.assert_allclose(joint_covariance(one, two, newey_west=2), expected)


def problem(rng, q, strength):
    root = rng.normal(size=(2 * q, 2 * q))
    denominator = strength * rng.normal(size=q)
    numerator = rng.choice([0, 1, -3]) * denominator + rng.choice([0.5, 2, 3]) * rng.normal(size=q)
    return numerator, denominator, root @ root.T / (2 * q)


@pytest.mark.parametrize("q", [1, 2, 3])
def test_the_set_is_the_inverted_test_whatever_the_units_of_the_instruments(q):
    """On a grid of ratios, for problems of every strength; all kinds of sets occur."""
    rng, seen = np.random.default_rng(q), set()
    grid = np.tan(np.linspace(-np.pi / 2, np.pi / 2, 1501)[1:-1])
    for _ in range(120):
        a, b, V = problem(rng, q, 10 ** rng.uniform(-1, 1.2))
        units = 10 ** rng.uniform(-4, 4, size=q)
        twice = np.tile(units, 2)
        found = anderson_rubin(units * a, units * b, V * np.outer(twice, twice), 0.90)
        expected = statistic(grid, a, b, V) <= chi2.ppf(0.90, q)
        ends = found.pieces[np.isfinite(found.pieces)]
        near = (np.abs(grid[:, None] - ends) < 1e-6 * (1 + np.abs(ends))).any(axis=1)
        inside = ConfidenceSets(np.broadcast_to(found.pieces, (len(grid), q + 1, 2)), 0.90)
        np.testing.assert_array_equal(inside.contains(grid)[~near], expected[~near])
        seen.add(str(found.kind))
        # Bounded, or empty, exactly if the instruments are relevant at this level.
        wald = wald_of_relevance(b, V[q:, q:])
        assert found.bounded == (wald > chi2.ppf(0.90, q))
    assert seen == {BOUNDED, TWO_RAYS, WHOLE_LINE} | ({EMPTY, PIECES} if q > 1 else set())


def test_one_instrument_gives_fieller():
    rng = np.random.default_rng(8)
    problems = [problem(rng, 1, 3.0) for _ in range(200)]
    a, b, V = (np.array(part) for part in zip(*problems))
    found, sets = anderson_rubin(a, b, V, 0.68), fieller(a[:, 0], b[:, 0], V, 0.68)
    np.testing.assert_array_equal(found.kind, sets.kind)
    values = rng.normal(size=200)
    np.testing.assert_array_equal(found.contains(values), sets.contains(values))
    np.testing.assert_array_equal(found.hull, sets.hull)


def test_instruments_that_contradict_each_other_leave_nothing():
    V = 1e-4 * np.eye(4)
    found = anderson_rubin(np.array([1.0, -1.0]), np.ones(2), V, 0.90)
    assert found.kind == EMPTY
    assert np.isnan(found.hull).all()
    assert not found.contains(0.0)
    agreeing = anderson_rubin(np.ones(2), np.ones(2), V, 0.90)
    assert agreeing.kind == BOUNDED
    assert agreeing.contains(1.0)


def test_sets_grow_with_the_level_and_follow_the_unit():
    rng = np.random.default_rng(9)
    for q in (1, 2):
        for _ in range(40):
            a, b, V = problem(rng, q, 2.0)
            narrow, wide = (anderson_rubin(a, b, V, level) for level in (0.68, 0.95))
            for low, high in narrow.pieces[~np.isnan(narrow.pieces[:, 0])]:
                inside = (wide.pieces[:, 0] <= low) & (high <= wide.pieces[:, 1])
                assert inside.any()
            unit = np.kron([[4, -2], [-2, 1]], np.ones((q, q)))
            direct = anderson_rubin(-2 * a, b, V * unit, 0.68)
            np.testing.assert_allclose(narrow.scaled(-2.0).pieces, direct.pieces, rtol=1e-7)


def test_pooling_an_instrument_with_its_repeat_under_independent_noise_is_stronger():
    """Two equally strong instruments with independent errors: shorter than either alone."""
    a, b = np.array([2.0, 2.0]), np.array([4.0, 4.0])
    both = anderson_rubin(a, b, 0.25 * np.eye(4), 0.90)
    alone = anderson_rubin(a[:1], b[:1], 0.25 * np.eye(2), 0.90)
    length = [float(np.diff(one.hull, axis=0)[0]) for one in (both, alone)]
    assert length[0] < length[1]
