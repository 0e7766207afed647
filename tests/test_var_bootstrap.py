"""Proves that the bootstrap kernel draws what a textbook bootstrap draws, to the last digits."""

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yenloop.errors import NumericalError, SampleError
from yenloop.estimation import var_bootstrap
from yenloop.estimation.companion import moving_average
from yenloop.estimation.least_squares import lagged_design, least_squares
from yenloop.estimation.resampling import MovingBlocks, Wild
from yenloop.estimation.var_bootstrap import bootstrap_reduced_form

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "var_bootstrap.py")))

wide_precision = pytest.mark.skipif(
    np.finfo(np.longdouble).eps > 1e-18, reason="long double is no wider than double here"
)


def persistent_changes(nobs, k, seed):
    """Correlated first-order autoregressions with coefficient 0.6."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((nobs, k)) @ (np.eye(k) + 0.3 * np.tri(k, k=-1)).T
    y = np.zeros((nobs, k))
    for t in range(1, nobs):
        y[t] = 0.2 + 0.6 * y[t - 1] + 0.1 * np.roll(y[t - 1], 1) + shocks[t]
    return y


def terms(nobs, *names):
    """Columns z by name."""
    t = np.arange(1, nobs + 1)
    rng = np.random.default_rng(9)
    columns = {
        "constant": np.ones((nobs, 1)),
        "trend": t[:, None],
        "seasonal": (t[:, None] % 12 == np.arange(1, 12)) - 1 / 12,
        "exogenous": 3 + rng.standard_normal((nobs, 1)).cumsum(axis=0),
    }
    return np.hstack([np.empty((nobs, 0)), *(columns[name] for name in names)])


def estimated(y, z, p):
    """Arguments of the bootstrap: the series and their least-squares VAR."""
    k, m = y.shape[1], z.shape[1]
    fit = least_squares(lagged_design(y, np.pad(z, ((p, 0), (0, 0))), p), y[p:])
    lags = fit.coefficients[m:].reshape(p, k, k).transpose(0, 2, 1)
    return y, z, lags, fit.coefficients[:m].T, fit.residuals


def assert_same(found, expected, tolerance):
    for name in ("lags", "deterministic", "covariance"):
        ours, theirs = getattr(found, name), getattr(expected, name).astype(float)
        scale = np.abs(theirs).max() if theirs.size else 1.0
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale, err_msg=name)


def orthogonalised(draws, horizon=48):
    """Cholesky responses, shape (R, H+1, K, K)."""
    impact = np.linalg.cholesky(draws.covariance.astype(float))
    return moving_average(draws.lags.astype(float), horizon) @ impact[:, None]


def response_error(found, expected):
    """Largest error of a response over 48 periods, relative to its variable's largest response."""
    ours, theirs = orthogonalised(found), orthogonalised(expected)
    largest = np.abs(theirs).max(axis=(1, 3))
    return (np.abs(ours - theirs).max(axis=(1, 3)) / largest).max()


# --- Equal to the twin --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "p", "names"),
    [
        (1, 1, ["constant"]),
        (1, 4, []),
        (2, 1, ["constant", "trend"]),
        (3, 2, ["constant"]),
        (4, 3, ["constant", "seasonal", "exogenous"]),
        (5, 2, ["exogenous"]),
        (6, 12, ["constant"]),
        (7, 1, ["constant", "trend", "exogenous"]),
    ],
)
def test_equals_twin_on_stationary_data(k, p, names):
    arguments = estimated(persistent_changes(150, k, seed=k), terms(150 - p, *names), p)
    found = bootstrap_reduced_form(*arguments, draws=10, seed=3)
    assert (found.failed, found.refitted) == (0, 0)
    assert_same(found, twin.bootstrap_reduced_form(*arguments, draws=10, seed=3), 1e-11)


@pytest.mark.parametrize(
    ("resampling", "rule"), [(MovingBlocks(7), twin.moving_blocks(7)), (Wild(), twin.wild)]
)
def test_equals_twin_under_other_rules(resampling, rule):
    arguments = estimated(persistent_changes(100, 3, seed=4), terms(98, "constant"), 2)
    expected = twin.bootstrap_reduced_form(*arguments, draws=9, seed=8, rule=rule)
    found = bootstrap_reduced_form(*arguments, draws=9, seed=8, resampling=resampling)
    assert_same(found, expected, 1e-11)


def test_exogenous_and_seasonal_terms_enter_the_simulated_series():
    """A bootstrap that simulated without them would find coefficients around zero."""
    p, nobs = 1, 300
    z = terms(nobs, "constant", "seasonal", "exogenous")
    rng = np.random.default_rng(2)
    truth = np.vstack([np.linspace(1, 5, z.shape[1]), np.linspace(-4, 3, z.shape[1])])
    y = np.zeros((nobs + p, 2))
    for t in range(nobs):
        y[t + p] = 0.5 * y[t] + truth @ z[t] + 0.3 * rng.standard_normal(2)
    arguments = estimated(y, z, p)
    found = bootstrap_reduced_form(*arguments, draws=400, seed=1)
    spread = found.deterministic.std(axis=0)
    assert (np.abs(found.deterministic.mean(axis=0) - arguments[3]) < 0.5 * spread).all()
    assert (np.abs(arguments[3]) > 5 * spread).sum() > 15


# --- Accuracy -----------------------------------------------------------------------------------

SCALES = 10.0 ** np.array([-2, 4, 0, 1, -1, 2])


@wide_precision
@pytest.mark.parametrize(
    ("mean", "trend", "scales", "names"),
    [
        (0, 0, 1, ["constant"]),
        (500, 0, 1, ["constant"]),
        (500, 0, SCALES, ["constant"]),
        (500, 0.3, SCALES, ["constant", "trend"]),
        (500, 0, SCALES, ["constant", "seasonal"]),
    ],
)
def test_integrated_series_keep_eleven_digits(mean, trend, scales, names):
    """12 lags of 6 random walks: raw normal equations keep 5 digits of the responses here."""
    p = 12
    walk = persistent_changes(288 + p, 6, seed=5).cumsum(axis=0)
    y = scales * (mean + trend * np.arange(len(walk))[:, None] + walk)
    arguments = estimated(y, terms(288, *names), p)
    found = bootstrap_reduced_form(*arguments, draws=3, seed=6)
    expected = twin.bootstrap_reduced_form(*arguments, draws=3, seed=6, precision=np.longdouble)
    assert found.refitted == 0
    assert response_error(found, expected) < 1e-11


@wide_precision
def test_a_trend_without_a_trend_term_is_left_to_qr():
    """Levels that are a straight line up to 1 in 20,000 are nearly collinear with each other."""
    p = 2
    line = 1000 + np.arange(202)[:, None] * np.linspace(0.5, 2, 3)
    arguments = estimated(line + 0.02 * persistent_changes(202, 3, 7), terms(200, "constant"), p)
    found = bootstrap_reduced_form(*arguments, draws=9, seed=2)
    expected = twin.bootstrap_reduced_form(*arguments, draws=9, seed=2, precision=np.longdouble)
    assert (found.refitted, found.failed) == (9, 0)
    assert response_error(found, expected) < 1e-9


@wide_precision
def test_nearly_equal_series_are_left_to_qr(monkeypatch):
    rng = np.random.default_rng(3)
    shocks = rng.standard_normal((120, 2))
    shocks[:, 1] = shocks[:, 0] + 1e-4 * shocks[:, 1]
    lags = np.diag([0.5, 0.3])[None]
    y = twin.simulate(np.ones((1, 2)), np.ones((120, 2)), lags, shocks)
    lags = 0.5 * np.eye(2)[None]
    arguments = (y, terms(120, "constant"), lags, np.ones((2, 1)), shocks)
    expected = twin.bootstrap_reduced_form(*arguments, draws=9, seed=2, precision=np.longdouble)
    found = bootstrap_reduced_form(*arguments, draws=9, seed=2)
    assert (found.refitted, found.failed) == (9, 0)
    assert_same(found, expected, 1e-10)

    monkeypatch.setattr(var_bootstrap, "SMALLEST_PIVOT", 0.0)
    without = bootstrap_reduced_form(*arguments, draws=9, seed=2)
    assert without.refitted == 0
    assert np.abs(without.lags - expected.lags).max() > 1e-10 * np.abs(expected.lags).max()


def test_collinear_replications_fail_and_are_left_out():
    rng = np.random.default_rng(0)
    shocks = rng.standard_normal((60, 1)) * [1.0, 2.0]
    lags = 0.5 * np.eye(2)[None]
    y = np.vstack(
        [[[1.0, 2.0]], twin.simulate(np.array([[1.0, 2.0]]), 0 * shocks, lags, shocks)[1:]]
    )
    found = bootstrap_reduced_form(y, terms(60), lags, np.empty((2, 0)), shocks, draws=12, seed=1)
    assert (found.failed, found.refitted, len(found.lags)) == (12, 0, 0)


def test_explosions_beyond_all_numbers_fail():
    shocks = np.random.default_rng(0).standard_normal((1200, 1))
    found = bootstrap_reduced_form(
        np.ones((1201, 1)),
        terms(1200, "constant"),
        np.full((1, 1, 1), 2.0),
        np.zeros((1, 1)),
        shocks,
        draws=9,
        seed=1,
    )
    assert (found.failed, len(found.covariance)) == (9, 0)


# --- Same draws however they are made -----------------------------------------------------------


@pytest.fixture(scope="module")
def changes():
    return estimated(persistent_changes(120, 4, seed=11), terms(117, "constant", "exogenous"), 3)


def identical(found, expected):
    return all(
        np.array_equal(getattr(found, name), getattr(expected, name))
        for name in ("lags", "deterministic", "covariance")
    )


def first(found, draws):
    return SimpleNamespace(
        lags=found.lags[:draws],
        deterministic=found.deterministic[:draws],
        covariance=found.covariance[:draws],
    )


@pytest.mark.parametrize("threads", [2, 3, 50])
def test_threads_do_not_change_a_bit(changes, threads):
    one = bootstrap_reduced_form(*changes, draws=100, seed=1)
    assert identical(bootstrap_reduced_form(*changes, draws=100, seed=1, threads=threads), one)


@pytest.mark.parametrize("draws", [1, 5, 8, 9, 17])
def test_fewer_draws_are_the_first_of_many(changes, draws):
    many = bootstrap_reduced_form(*changes, draws=40, seed=2)
    few = bootstrap_reduced_form(*changes, draws=draws, seed=2)
    assert few.lags.shape == (draws, 3, 4, 4)
    assert few.deterministic.shape == (draws, 4, 2)
    assert few.covariance.shape == (draws, 4, 4)
    assert identical(few, first(many, draws))
    assert all(getattr(few, name).flags.c_contiguous for name in ("lags", "covariance"))


def test_seeds_differ(changes):
    one, other = (bootstrap_reduced_form(*changes, draws=8, seed=seed) for seed in (1, 2))
    assert not np.isclose(one.lags, other.lags).any()


def rescaled(arguments, units):
    """The same VAR with each series measured in other units."""
    y, z, lags, deterministic, residuals = arguments
    ratio = units[:, None] / units
    return y * units, z, lags * ratio, deterministic * units[:, None], residuals * units


def test_units_of_a_power_of_two_do_not_change_a_bit(changes):
    units = np.array([1024.0, 1.0, 2.0**-20, 4.0])
    ratio = units[:, None] / units
    found = bootstrap_reduced_form(*rescaled(changes, units), draws=16, seed=4)
    plain = bootstrap_reduced_form(*changes, draws=16, seed=4)
    assert np.array_equal(found.lags, plain.lags * ratio)
    assert np.array_equal(found.deterministic, plain.deterministic * units[:, None])
    assert np.array_equal(found.covariance, plain.covariance * np.outer(units, units))


def test_a_series_in_thousandths(changes):
    units = np.array([1.0, 1000.0, 1.0, 1.0])
    ratio = units[:, None] / units
    found = bootstrap_reduced_form(*rescaled(changes, units), draws=16, seed=4)
    plain = bootstrap_reduced_form(*changes, draws=16, seed=4)
    np.testing.assert_allclose(found.lags / ratio, plain.lags, rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        found.covariance / np.outer(units, units), plain.covariance, rtol=0, atol=1e-12
    )


def test_order_of_the_series(changes):
    y, z, lags, deterministic, residuals = changes
    order = [2, 0, 3, 1]
    turned = (
        y[:, order],
        z,
        lags[:, order][:, :, order],
        deterministic[order],
        residuals[:, order],
    )
    found = bootstrap_reduced_form(*turned, draws=9, seed=4)
    plain = bootstrap_reduced_form(*changes, draws=9, seed=4)
    np.testing.assert_allclose(found.lags, plain.lags[:, :, order][..., order], atol=1e-12)
    np.testing.assert_allclose(found.deterministic, plain.deterministic[:, order], atol=1e-11)


def test_another_basis_of_the_deterministic_terms(changes):
    """Twelve seasonal means instead of a constant and contrasts: the same model, other columns."""
    y = changes[0]
    contrasts = terms(117, "constant", "seasonal")
    means = (np.arange(1, 118)[:, None] % 12 == np.arange(12)).astype(float)
    one = bootstrap_reduced_form(*estimated(y, contrasts, 3), draws=9, seed=4)
    other = bootstrap_reduced_form(*estimated(y, means, 3), draws=9, seed=4)
    np.testing.assert_allclose(other.lags, one.lags, atol=1e-11)
    np.testing.assert_allclose(
        other.deterministic @ means.T, one.deterministic @ contrasts.T, atol=1e-11
    )


# --- What is drawn ------------------------------------------------------------------------------


def test_divisors(changes):
    by_degrees = bootstrap_reduced_form(*changes, draws=8, seed=1, divisor="df")
    by_rows = bootstrap_reduced_form(*changes, draws=8, seed=1, divisor="T")
    np.testing.assert_allclose(by_rows.covariance * 117 / (117 - 14), by_degrees.covariance)
    assert np.array_equal(by_rows.lags, by_degrees.lags)


def test_residuals_are_centred_and_scaled_for_degrees_of_freedom(changes):
    """The mean of the drawn covariances is then the unbiased estimate; a shift does not matter."""
    found = bootstrap_reduced_form(*changes, draws=2000, seed=1)
    residuals = changes[-1]
    unbiased = residuals.T @ residuals / (117 - 14)
    error = found.covariance.std(axis=0) / np.sqrt(2000)
    assert (np.abs(found.covariance.mean(axis=0) - unbiased) < 4 * error).all()

    shifted = bootstrap_reduced_form(*changes[:-1], residuals + 5.0, draws=8, seed=1)
    np.testing.assert_allclose(shifted.lags, found.lags[:8], atol=1e-12)


def test_spread_of_an_autoregression_is_that_of_its_theory():
    """sqrt(T) (a* - a) has standard deviation sqrt(1 - a^2)."""
    rng = np.random.default_rng(12)
    shocks = rng.standard_normal((2001, 1))
    y = twin.simulate(np.zeros((1, 1)), 0 * shocks[1:], 0.7 * np.eye(1)[None], shocks[1:])
    found = bootstrap_reduced_form(*estimated(y, terms(2000, "constant"), 1), draws=2000, seed=1)
    assert found.lags.std() * np.sqrt(2000) == pytest.approx(np.sqrt(1 - 0.7**2), rel=0.06)


# --- What is refused ----------------------------------------------------------------------------


def test_dependent_columns_are_refused(changes):
    y, z, lags, deterministic, residuals = changes
    doubled = np.hstack([z, z[:, :1]])
    with pytest.raises(NumericalError, match="linearly dependent"):
        bootstrap_reduced_form(
            y, doubled, lags, np.pad(deterministic, ((0, 0), (0, 1))), residuals, draws=8, seed=1
        )


def test_missing_values_are_refused(changes):
    y = changes[0].copy()
    y[50, 1] = np.nan
    with pytest.raises(NumericalError, match="y holds values that are not finite"):
        bootstrap_reduced_form(y, *changes[1:], draws=8, seed=1)


def test_too_few_rows_are_refused(changes):
    y, z, lags, deterministic, residuals = changes
    with pytest.raises(SampleError, match="14 observations cannot carry 14 coefficients"):
        bootstrap_reduced_form(y[:17], z[:14], lags, deterministic, residuals[:14], draws=8, seed=1)


def test_shapes_are_checked(changes):
    with pytest.raises(ValueError, match="residuals has shape"):
        bootstrap_reduced_form(*changes[:-1], changes[-1][:-1], draws=8, seed=1)
