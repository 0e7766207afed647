"""Proves that the simulated economies have the truth that they state."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from yenloop.data import economy
from yenloop.estimation import gain as g
from yenloop.estimation.least_squares import least_squares


def least_squares_var(y, p):
    """Lag matrices and residual covariance of a VAR with a constant."""
    k = y.shape[1]
    past = [y[p - lag : len(y) - lag] for lag in range(1, p + 1)]
    fit = least_squares(np.column_stack([np.ones(len(y) - p), *past]), y[p:])
    covariance = fit.residuals.T @ fit.residuals / len(fit.residuals)
    return fit.coefficients[1:].reshape(p, k, k).transpose(0, 2, 1), covariance


@pytest.mark.parametrize(("path_gain", "us_follows_jgb"), [(0.25, 0.0), (-0.3, 0.1), (0.0, 0.0)])
def test_the_stated_gain_is_that_of_the_equations(path_gain, us_follows_jgb):
    _, truth = economy.loop_economy(10, path_gain=path_gain, us_follows_jgb=us_follows_jgb)
    covariance = truth.impact @ truth.impact.T
    shock, node = truth.impact[:, 2], 2
    found = g.finite_horizon_gain(truth.lags, covariance, shock, node, 60)
    assert_allclose(found, truth.gain, atol=1e-10)
    long_run = g.long_run_gain(truth.lags, covariance, shock, node)
    assert_allclose(long_run, truth.long_run_gain, atol=1e-10)
    lags, impact = g.domestic_system(truth.lags, covariance, truth.impact, [2, 3, 4, 5])
    domestic = g.finite_horizon_gain(lags, impact @ impact.T, impact[:, 0], 0, 60)
    assert_allclose(domestic, truth.domestic_gain, atol=1e-10)
    assert_allclose(truth.path_gain, path_gain, atol=1e-12)


def test_with_one_loop_path_gain_domestic_gain_and_gain_agree_in_the_long_run():
    _, truth = economy.loop_economy(10, path_gain=0.25)
    assert_allclose(truth.long_run_gain, 0.25, atol=1e-12)
    assert_allclose(truth.gain[-1], 0.25, atol=1e-6)
    assert_allclose(truth.domestic_gain, truth.gain, atol=1e-12)
    _, two_loops = economy.loop_economy(10, path_gain=0.25, us_follows_jgb=0.1)
    assert two_loops.long_run_gain > 0.26
    assert_allclose(two_loops.domestic_gain[-1], 0.25, atol=1e-6)


def test_the_edges_are_those_of_the_structural_equations():
    _, truth = economy.loop_economy(10, us_follows_jgb=0.1)
    full = g.structural_polynomial(truth.lags, truth.impact)
    for (target, source), edge in truth.edges.items():
        i, j = economy.LOOP_NAMES.index(target), economy.LOOP_NAMES.index(source)
        assert_allclose(g.edge_long_run(full[:, i], i, j), edge, rtol=1e-9)
    assert_allclose(truth.edges["import_price_yen", "usdjpy_tokyo"], 0.8, rtol=1e-12)


def test_a_long_simulated_sample_gives_back_the_gain():
    """T = 20,000; over 50 seeds the standard deviation of the estimate is 0.0135."""
    panel, truth = economy.loop_economy(20_000, rng=1, us_follows_jgb=0.1)
    lags, covariance = least_squares_var(panel.frame.to_numpy(), 2)
    shock = np.linalg.cholesky(covariance)[:, 2]
    found = g.finite_horizon_gain(lags, covariance, shock, 2, 60)
    for horizon in (12, 24, 60):
        assert abs(found[horizon] - truth.gain[horizon]) < 3 * 0.0135


def test_simulated_loop_is_a_panel_of_changes_with_units():
    panel, _ = economy.loop_economy(50, rng=3)
    assert panel.names == list(economy.LOOP_NAMES)
    assert panel.sample == "1999-01 to 2003-02"
    assert all(column.differenced for column in panel.columns.values())
    assert panel.columns["jgb10y"].response_unit == "bp"
    again, _ = economy.loop_economy(50, rng=3)
    assert (again.frame == panel.frame).to_numpy().all()


def test_simulate_var_has_the_moments_of_the_var():
    lags = np.array([[[0.5, 0.1], [0.0, 0.3]], [[0.1, 0.0], [0.2, -0.2]]])
    impact = np.array([[1.0, 0.0], [0.5, 2.0]])
    intercept = np.array([1.0, -1.0])
    y = economy.simulate_var(lags, impact, 60_000, 4, intercept=intercept)
    mean = np.linalg.solve(np.eye(2) - lags.sum(0), intercept)
    assert_allclose(y.mean(0), mean, atol=0.06)
    found, covariance = least_squares_var(y, 2)
    assert_allclose(found, lags, atol=0.02)
    assert_allclose(covariance, impact @ impact.T, rtol=0.03)


def test_regimes_have_the_stated_dates_coefficients_and_errors():
    panel, truth = economy.regime_economy(60_000, rng=5, switches=(20_000, 40_000))
    assert truth.regime.to_numpy().sum() == 20_000
    assert truth.regime.iloc[19_999] == 0
    assert truth.regime.iloc[20_000] == 1
    for regime in (0, 1):
        rows = panel.frame[truth.regime == regime]
        x = np.column_stack([np.ones(len(rows)), rows["usdjpy_tokyo"], rows["us10y"]])
        fit = least_squares(x, rows[["jgb10y"]].to_numpy())
        assert_allclose(fit.coefficients[:, 0], truth.coefficients[regime], atol=0.008)
        assert_allclose(fit.residuals.std(), truth.sigma[regime], rtol=0.02)


@pytest.mark.parametrize(
    ("same_day", "overnight", "net"), [(0.4, 0.0, 13.8), (0.4, 0.4, 0.0), (0.4, 0.2, 9.9)]
)
def test_the_clock_order_finds_the_stated_spillover_and_the_other_order_does_not(
    same_day, overnight, net
):
    panel, truth = economy.two_clock_economy(100_000, rng=6, same_day=same_day, overnight=overnight)
    assert_allclose(truth.net_japan, net, atol=0.06)
    lags, covariance = least_squares_var(panel.frame.to_numpy(), 2)
    japan_first = net_of_first(lags, covariance)
    assert abs(japan_first - truth.net_japan) < 0.6
    us_first = -net_of_first(lags[:, ::-1, ::-1], covariance[::-1, ::-1])
    assert us_first < truth.net_japan - 10


def test_common_news_makes_a_lead_without_an_effect():
    panel, truth = economy.two_clock_economy(
        50_000, rng=7, same_day=0.0, overnight=0.0, common_news=1.0
    )
    assert truth.net_japan == 0
    japan, us = panel.frame["japan"].to_numpy(), panel.frame["us"].to_numpy()
    assert np.corrcoef(us[:-1], japan[1:])[0, 1] > 0.3
    assert abs(np.corrcoef(japan[:-1], us[1:])[0, 1]) < 0.02


def net_of_first(lags, covariance):
    """To minus from of the first variable: ten-step variance shares, recursive in this order."""
    responses = [np.linalg.cholesky(covariance)]
    for _ in range(9):
        past = responses[::-1][: len(lags)]
        responses.append(sum(a @ r for a, r in zip(lags, past)))
    variance = (np.array(responses) ** 2).sum(0)
    share = 100 * variance / variance.sum(1, keepdims=True)
    return share[1, 0] - share[0, 1]
