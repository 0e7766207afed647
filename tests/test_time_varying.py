"""Proves that kernels for coefficients over time agree with plain numpy, statsmodels and tables."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yenloop.estimation.autoregressive_errors import (
    coloured,
    innovations,
    quasi_differences,
    yule_walker,
)
from yenloop.estimation.drifting_mean import whitened
from yenloop.estimation.fixed_b import critical_values
from yenloop.estimation.median_unbiased import LARGEST, movement_at, statistic_quantile
from yenloop.estimation.movement import covariance_of, maximise, movement_shapes
from yenloop.estimation.moving_coefficients import fit_moving
from yenloop.estimation.parameter_stability import nyblom, standardised_scores
from yenloop.estimation.time_varying import (
    filter_columns,
    filtered_path,
    log_likelihood,
    run_filter,
    score,
    smooth_columns,
    smoothed_path,
)
from yenloop.estimation.window_ratios import (
    chance_of_windows,
    pair_covariance,
    pair_influence,
    recursive_var,
)
from yenloop.estimation.window_regressions import (
    COLLINEAR,
    OK,
    SHORT,
    discounted_regressions,
    prediction_errors,
    rolling_regressions,
)

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "time_varying.py")))


def regression(rows: int = 150, seed: int = 0):
    """Regressors with moving coefficients, others, and the outcome."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)) * [1.0, 3.0, 0.1]
    w = np.column_stack([np.ones(rows), rng.normal(size=rows)])
    beta = 1 + np.cumsum(rng.normal(size=(rows, 3)) * 0.05, axis=0)
    return (x * beta).sum(axis=1) + w @ [0.5, 1.0] + rng.normal(size=rows), x, w


def covariance(seed: int = 1) -> np.ndarray:
    root = 0.05 * np.random.default_rng(seed).normal(size=(3, 3))
    return root @ root.T


# -- filter, smoother, likelihood ---------------------------------------------------------------


def test_filter_and_smoother_agree_with_plain_numpy():
    y, x, w = regression()
    data, q = np.column_stack([y, x, w]), covariance()
    compiled, plain = filter_columns(data, x, q), twin.filter_columns(data, x, q)
    for one, other in zip(compiled, plain):
        np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-12)
    filtered = run_filter(y, x, w, q)
    for one, other in zip(smooth_columns(filtered, x), twin.smooth_columns(x, *plain)):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-9)


def test_likelihood_and_paths_are_those_of_statsmodels():
    from statsmodels.tsa.statespace.mlemodel import MLEModel

    y, x, w = regression()
    q = covariance()
    filtered = run_filter(y, x, w, q)
    model = MLEModel(y, k_states=5, k_posdef=3, initialization="diffuse")
    model["design"] = np.hstack([x, w]).T[None]
    model["transition"], model["selection"] = np.eye(5), np.eye(5)[:, :3]
    model["state_cov"] = q * filtered.variance
    model["obs_cov"] = np.array([[filtered.variance]])
    theirs = model.ssm.smooth()
    # They count the diffuse outcomes with a constant of log(2 pi) / 2 each.
    ours = log_likelihood(filtered) - 2.5 * np.log(2 * np.pi)
    assert ours == pytest.approx(theirs.llf, abs=1e-8)
    smoothed = smoothed_path(filtered, x)
    np.testing.assert_allclose(smoothed.coefficients, theirs.smoothed_state[:3].T, atol=1e-8)
    spread = theirs.smoothed_state_cov[:3, :3].transpose(2, 0, 1)
    np.testing.assert_allclose(smoothed.covariance, spread, atol=1e-8)
    path = filtered_path(filtered, x, 12)
    np.testing.assert_allclose(path.coefficients, theirs.filtered_state[:3, 12:].T, atol=1e-8)
    last = theirs.filtered_state_cov[:3, :3, -1]
    np.testing.assert_allclose(path.covariance[-1], last, atol=1e-8)


def test_likelihood_is_that_of_the_joint_distribution():
    y, x, w = regression(60)
    for q in (covariance(), np.zeros((3, 3))):
        ours = log_likelihood(run_filter(y, x, w, q), 1.3)
        assert ours == pytest.approx(twin.gls_log_likelihood(y, x, w, q, 1.3), abs=1e-9)


def test_score_is_the_slope_of_the_likelihood():
    y, x, w = regression(80)
    q, step = covariance(), 1e-6
    slope = score(run_filter(y, x, w, q), x)
    for i, j in ((0, 0), (1, 1), (0, 2)):
        move = np.zeros((3, 3))
        move[i, j] += step / 2
        move[j, i] += step / 2
        ends = [log_likelihood(run_filter(y, x, w, q + sign * move)) for sign in (1, -1)]
        assert slope[i, j] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-4, abs=1e-3)


def test_without_movement_the_filter_is_recursive_least_squares():
    from statsmodels.regression.linear_model import OLS
    from statsmodels.regression.recursive_ls import RecursiveLS

    y, x, w = regression(100)
    filtered = run_filter(y, x, w, np.zeros((3, 3)))
    both = np.hstack([x, w])
    fit = OLS(y, both).fit()
    np.testing.assert_allclose(filtered.coefficients, fit.params, rtol=1e-10)
    smoothed = smoothed_path(filtered, x)
    np.testing.assert_allclose(smoothed.coefficients, np.tile(fit.params[:3], (100, 1)), atol=1e-10)
    np.testing.assert_allclose(smoothed.covariance[50], fit.cov_params()[:3, :3], rtol=1e-9)
    recursive = RecursiveLS(y, both).fit().recursive_coefficients.filtered[:3, 20:].T
    np.testing.assert_allclose(filtered_path(filtered, x, 20).coefficients, recursive, atol=1e-8)


# -- windows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [30, 75, 149, 150])
def test_rolling_windows_agree_with_plain_numpy(window):
    y, x, w = regression()
    both, functions = np.hstack([x, w]), np.tril(np.ones((4, 5)))
    found = rolling_regressions(y, both, functions, window, 6)
    first = found.last - window + 1
    estimate, spread, coefficients = twin.window_sums(y, both, functions, first, found.last, 1.0, 6)
    np.testing.assert_allclose(found.estimate, estimate, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.covariance, spread, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(found.coefficients, coefficients, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.influence @ y, estimate, rtol=1e-8, atol=1e-9)
    assert (found.effective == window).all()


@pytest.mark.parametrize("forgetting", [0.95, 1.0])
def test_discounted_regressions_agree_with_plain_numpy(forgetting):
    y, x, w = regression()
    both, functions = np.hstack([x, w]), np.tril(np.ones((4, 5)))
    found = discounted_regressions(y, both, functions, forgetting, 25, 4)
    first = np.zeros_like(found.last)
    estimate, spread, b = twin.window_sums(y, both, functions, first, found.last, forgetting, 4)
    np.testing.assert_allclose(found.estimate, estimate, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(found.covariance, spread, rtol=1e-8, atol=1e-10)
    errors = y[26:] - np.einsum("tn,tn->t", both[26:], b[:-1])
    np.testing.assert_allclose(prediction_errors(found, y, both), errors, rtol=1e-8, atol=1e-9)
    if forgetting < 1:
        assert found.effective[-1] == pytest.approx(1.95 / 0.05, rel=1e-2)


def test_a_window_over_all_rows_has_the_covariance_of_statsmodels():
    from statsmodels.regression.linear_model import OLS

    y, x, w = regression()
    both = np.hstack([x, w])
    found = rolling_regressions(y, both, np.eye(5), len(y), 8)
    options = {"maxlags": 8, "kernel": "bartlett", "use_correction": True}
    fit = OLS(y, both).fit(cov_type="HAC", cov_kwds=options)
    np.testing.assert_allclose(found.estimate[0], fit.params, rtol=1e-10)
    np.testing.assert_allclose(found.covariance[0], fit.cov_params(), rtol=1e-8)


def test_windows_without_an_answer_say_why():
    y, x, w = regression()
    silent = x.copy()
    silent[40:80, 1] = 0.0
    found = rolling_regressions(y, np.hstack([silent, w]), np.eye(5), 30, 2)
    inside = (found.last >= 69) & (found.last < 80)
    assert (found.status[inside] == COLLINEAR).all()
    assert np.isnan(found.estimate[inside]).all()
    assert (found.status[~inside] == OK).all()
    assert (discounted_regressions(y, x, np.eye(3), 0.6, 20, 2).status == OK).all()
    assert (discounted_regressions(y, x, np.eye(3), 0.4, 20, 2).status == SHORT).all()


def test_units_do_not_matter():
    y, x, w = regression()
    both, scale = np.hstack([x, w]), np.array([1e-6, 1e3, 1.0, 1e4, 1.0])
    plain = rolling_regressions(y, both, np.eye(5), 40, 3)
    scaled = rolling_regressions(1e3 * y, both * scale, np.eye(5), 40, 3)
    np.testing.assert_allclose(scaled.estimate * scale / 1e3, plain.estimate, rtol=1e-8)


# -- ratios of a VAR in windows -------------------------------------------------------------------


def test_influence_adds_up_to_the_covariance():
    rng = np.random.default_rng(3)
    y = rng.normal(size=(203, 3)) @ np.array([[1.0, 0.4, 0.2], [0, 1, 0.5], [0, 0, 1]])
    var = recursive_var(y, 2)
    parts = pair_influence(var, 1, 2, 1, 6)
    added = np.einsum("thi,thj->hij", parts, parts)
    np.testing.assert_allclose(added, pair_covariance(var, 1, 2, 1, 6), rtol=1e-5)
    distance = chance_of_windows(parts[..., 0] - 0.5 * parts[..., 1], np.arange(59, 201), 60, 20, 0)
    again = chance_of_windows(parts[..., 0] - 0.5 * parts[..., 1], np.arange(59, 201), 60, 9, 0)
    assert distance.shape == (20, 7)
    np.testing.assert_array_equal(distance[:9], again)


# -- errors that are autocorrelated ---------------------------------------------------------------


def test_autoregression_of_errors():
    shocks = np.random.default_rng(4).normal(size=4000)
    phi = np.array([0.4, 0.2])
    errors = coloured(shocks, phi)
    np.testing.assert_allclose(innovations(errors, phi), shocks, atol=1e-12)
    np.testing.assert_allclose(quasi_differences(errors, phi), shocks[2:], atol=1e-12)
    np.testing.assert_allclose(yule_walker(errors, 8), phi, atol=0.05)
    assert len(yule_walker(shocks, 8)) == 0
    assert len(yule_walker(shocks, 0)) == 0


def test_yule_walker_solves_the_equations():
    errors = coloured(np.random.default_rng(5).normal(size=300), np.array([0.5, -0.3]))
    phi = yule_walker(errors, 6)
    moments = np.array([errors[lag:] @ errors[: 300 - lag] for lag in range(len(phi) + 1)])
    places = np.abs(np.subtract.outer(np.arange(len(phi)), np.arange(len(phi))))
    np.testing.assert_allclose(moments[places] @ phi, moments[1:], rtol=1e-10)


def test_a_drifting_mean_is_taken_out():
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=(300, 2)), np.ones((300, 1))
    mean = np.where(np.arange(300) < 200, 0.0, 4.0)
    y = x @ [1.0, -1.0] + mean + rng.normal(size=300)
    stays = whitened(y, x, w, 0, longest=0, drifting=False, seed=0)
    np.testing.assert_array_equal(stays.operator, np.eye(300))
    drifts = whitened(y, x, w, 0, longest=0, drifting=True, seed=0)
    assert drifts.drift > 10
    np.testing.assert_allclose(drifts.operator @ y, drifts.y, atol=1e-9)
    np.testing.assert_allclose(drifts.operator @ x, drifts.x, atol=1e-9)
    quiet = whitened(y - mean, x, w, 0, longest=0, drifting=True, seed=0)
    assert quiet.drift < 5


# -- how much coefficients move -------------------------------------------------------------------


def test_median_of_nyblom_has_the_scale_of_stock_and_watson():
    # Their table 3 gives the medians of the mean Wald statistic, T = 500, by lambda; simulated here
    # beside Nyblom's, on the same paths.
    table = {0: 0.689, 5: 1.632, 10: 4.222, 20: 13.900}
    rng, nobs, paths = np.random.default_rng(7), 500, 3000
    dates = np.arange(75, 425)
    for movement, published in table.items():
        walk = np.cumsum(rng.normal(size=(paths, nobs)), axis=1) * movement / nobs
        y = walk + rng.normal(size=(paths, nobs))
        left = y - y.mean(axis=1, keepdims=True)
        sums = np.cumsum(left, axis=1)
        total = (left**2).sum(axis=1)[:, None]
        fall = sums[:, dates - 1] ** 2 * nobs / (dates * (nobs - dates))
        wald = ((nobs - 2) * fall / (total - fall)).mean(axis=1)
        assert np.median(wald) == pytest.approx(published, rel=0.08)
        nyblom = (sums**2).sum(axis=1) / nobs**2 / left.var(axis=1)
        ours = statistic_quantile(1, nobs, movement)
        assert np.median(nyblom) == pytest.approx(ours, rel=0.08)


def test_quantiles_without_movement_are_those_of_hansen():
    # Hansen (1992), table 1: 5% critical values with 1, 2 and 5 coefficients.
    for count, published in ((1, 0.470), (2, 0.749), (5, 1.47)):
        ours = statistic_quantile(count, 10_000, 0.0, 0.95)
        assert ours == pytest.approx(published, rel=0.03)


def test_movement_is_zero_below_the_median_and_capped_above():
    assert movement_at(0.05, 1, 300) == 0.0
    assert movement_at(100.0, 1, 300) == LARGEST
    middle = movement_at(0.6, 1, 300)
    assert statistic_quantile(1, 300, middle) == pytest.approx(0.6, abs=1e-4)
    assert movement_at(0.6, 1, 300, 0.95) < middle < movement_at(0.6, 1, 300, 0.05)


def test_shapes_move_the_sum_by_its_standard_error():
    _, x, _ = regression()
    total = np.array([[1.0, 1.0, 0.0]])
    error = total @ np.linalg.inv(x.T @ x) @ total.T / len(x)
    for spread in ("sum", "together"):
        moved = covariance_of(movement_shapes(x, spread, total), np.array([2.0]))
        np.testing.assert_allclose(total @ moved @ total.T, 4 * error, rtol=1e-9)
    each = movement_shapes(x, "each", total)
    assert each.shape == (3, 3, 3)
    np.testing.assert_allclose(
        np.diag(each.sum(axis=0)) * len(x), np.diag(np.linalg.inv(x.T @ x)), rtol=1e-9
    )


def test_maximum_does_not_depend_on_the_start_and_beats_no_movement():
    y, x, w = regression(200, seed=8)
    shapes = movement_shapes(x, "together", np.ones((1, 3)))
    found = maximise(y, x, w, shapes, starts=4, seed=0)
    assert np.ptp(found.maxima) < 1e-4
    assert found.log_likelihood > found.constant + 5
    grid = [
        log_likelihood(run_filter(y, x, w, covariance_of(shapes, np.array([value]))))
        for value in np.linspace(0.0, 60.0, 61)
    ]
    assert found.log_likelihood >= max(grid) - 1e-8
    still = np.hstack([x, w]) @ np.ones(5) + np.random.default_rng(9).normal(size=200)
    quiet = maximise(still, x, w, shapes, starts=3, seed=0)
    assert 0 <= quiet.log_likelihood - quiet.constant < 3


def moving_sample(seed: int, movement: float, rows: int = 300):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 1))
    beta = 0.5 + movement / rows * np.cumsum(rng.normal(size=rows))
    return beta, x[:, 0] * beta + rng.normal(size=rows), x


def test_median_unbiased_estimate_is_off_as_often_up_as_down():
    rng, truth, rows, paths = np.random.default_rng(10), 5.0, 300, 200
    x = rng.normal(size=(rows, 1))
    beta = truth / rows * np.cumsum(rng.normal(size=(paths, rows)), axis=1)
    y = beta * x[:, 0] + rng.normal(size=(paths, rows))
    basis, _ = np.linalg.qr(np.column_stack([x, np.ones(rows)]))
    statistics = nyblom(standardised_scores(x, y - (y @ basis) @ basis.T, 0))
    found = np.array([movement_at(float(value), 1, rows) for value in statistics])
    assert 0.39 < np.mean(found > truth) < 0.61  # one half, three standard errors either way


def test_the_likelihood_piles_up_at_zero():
    none = 0
    for seed in range(40):
        _, y, x = moving_sample(seed, 5.0)
        shapes = movement_shapes(x, "sum", np.ones((1, 1)))
        none += maximise(y, x, np.ones((300, 1)), shapes, starts=1, seed=0).movement[0] < 0.1
    assert none >= 8  # although the coefficient moves in all of them


def test_a_random_walk_is_recovered():
    beta, y, x = moving_sample(3, 25.0)
    options = {"spread": "sum", "longest": 0, "drifting": False, "first": 10, "starts": 3}
    inside = []
    for unbiased in (True, False):
        fit = fit_moving(
            y, x, np.ones((300, 1)), 0, np.ones((1, 1)), unbiased=unbiased, seed=0, **options
        )
        assert np.corrcoef(fit.smoothed.coefficients[:, 0], beta)[0, 1] > 0.9
        error = np.sqrt(fit.smoothed.covariance[:, 0, 0])
        inside.append(np.mean(np.abs(fit.smoothed.coefficients[:, 0] - beta) < 1.645 * error))
        np.testing.assert_allclose(
            fit.filtered.coefficients[-1], fit.smoothed.coefficients[-1], atol=1e-8
        )
    assert min(inside) > 0.75


# -- critical values ------------------------------------------------------------------------------


def test_critical_values_are_those_of_kiefer_and_vogelsang():
    shares = np.array([0.02, 0.1, 0.3, 0.7, 1.0])
    # Their polynomials in b for Bartlett's kernel, at one-sided levels of 90, 95 and 97.5%.
    polynomials = {
        0.80: (1.2816, 1.3040, 0.5135, -0.3386),
        0.90: (1.6449, 2.1859, 0.3142, -0.3427),
        0.95: (1.9600, 2.9694, 0.4160, -0.5324),
    }
    for level, powers in polynomials.items():
        published = sum(c * shares**i for i, c in enumerate(powers))
        np.testing.assert_allclose(critical_values(level, shares), published, rtol=0.025)
