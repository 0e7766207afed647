"""Proves that Hamilton's (1989) GNP regimes come out as published, from every seed."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from yenloop.estimation.hamilton import whole
from yenloop.estimation.switching_design import SwitchingDesign, SwitchingParameters
from yenloop.estimation.switching_score import filter_at
from yenloop.models.regime import MarkovAutoregression, regime_count_test

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "switching.py")))

pytestmark = pytest.mark.golden

AR4 = "AR(4): p[0->0], p[1->0], mean0, mean1, sigma2, ar1..4"
AR2 = "AR(2) switching: p00,p10,mean0,mean1,sigma2,ar1_0,ar1_1,ar2_0,ar2_1"


@pytest.fixture(scope="module")
def case(golden):
    return golden("hamilton_1989_gnp")


@pytest.fixture(scope="module")
def growth(case):
    frame = case.frame()
    index = pd.PeriodIndex(frame["quarter_label"], freq="Q", name="quarter")
    return pd.DataFrame({"rgnp_growth": frame["rgnp_growth"].to_numpy()}, index)


@pytest.fixture(scope="module")
def hamilton(growth):
    return MarkovAutoregression(lags=4).fit(growth)


@pytest.fixture(scope="module")
def switching_ar2(growth):
    return MarkovAutoregression(lags=2, switching_ar=True).fit(growth)


def published_order(parameters):
    """p00, p10, means, common sigma^2, AR coefficients lag by lag."""
    transition, ar = parameters.transition, parameters.ar
    switching = not np.allclose(ar[0], ar[1])
    return np.r_[
        transition[0, 0],
        transition[1, 0],
        parameters.switching[:, 0],
        parameters.variance[0],
        ar.T.ravel() if switching else ar[0],
    ]


def standard_errors(result):
    """In the order of the published values, without sigma."""
    errors = result.params["std_error"]
    moves = result.transition_std_errors.to_numpy()
    means = errors[errors.index.get_level_values("name") == "const"]
    ar = errors[errors.index.get_level_values("name").str.startswith("ar")]
    ar = ar.sort_index(level="name", sort_remaining=False, kind="stable")
    return np.r_[moves[0, 0], moves[1, 0], means, ar]


def at_published(growth, values, lags, switching_ar):
    """The model at published parameters."""
    y = growth["rgnp_growth"].to_numpy()
    ar = values[5:].reshape(lags, 2).T if switching_ar else np.tile(values[5:], (2, 1))
    p00, p10 = values[:2]
    parameters = SwitchingParameters(
        np.array([[p00, 1 - p00], [p10, 1 - p10]]),
        values[2:4, None],
        np.empty(0),
        np.full(2, values[4]),
        ar,
    )
    design = SwitchingDesign(
        y, np.ones((len(y), 1)), np.empty((len(y), 0)), whole(len(y)), 2, lags, False, False, 0.0
    )
    return parameters, design


# -- the mean form with a common variance (EViews, Stata) -----------------------------------------


@pytest.mark.parametrize(
    ("name", "lags", "switching_ar"),
    [(AR4, 4, False), (AR2, 2, True), ("AR(1) switching", 1, True)],
)
def test_likelihood_at_published_parameters(case, growth, name, lags, switching_ar):
    kind = {4: "ML parameters", 2: "(Stata estimates)", 1: "ML parameters"}[lags]
    published = case.target(f"{name}: {kind}" if lags != 2 else f"{name} {kind}")
    name = "AR(2) switching: log-likelihood" if lags == 2 else f"{name}: log-likelihood at"
    parameters, design = at_published(growth, published, lags, switching_ar)
    assert_allclose(filter_at(parameters, design).log_likelihood, case.target(name), atol=6e-5)


def test_every_seed_reaches_the_maximum_from_the_default_starts(case, growth):
    target = case.target(f"{AR4}: log-likelihood at published")
    reached = [MarkovAutoregression(lags=4).fit(growth, rng=seed).loglik for seed in range(20)]
    assert_allclose(reached, target, atol=1e-5)


def test_parameters_and_standard_errors(case, hamilton):
    assert_allclose(
        published_order(hamilton.parameters), case.target(f"{AR4}: ML parameters"), atol=2e-4
    )
    assert_allclose(standard_errors(hamilton), case.target(f"{AR4}: s.e."), atol=2e-4)


def test_filtered_and_smoothed_paths(case, hamilton):
    boom = "high mean"
    assert_allclose(hamilton.filtered[boom], case.target("AR(4): filtered P(regime 1)"), atol=1e-5)
    assert_allclose(hamilton.smoothed[boom], case.target("AR(4): smoothed P(regime 1)"), atol=1e-5)


def test_linear_model_beside_it(hamilton):
    linear = hamilton.comparison.loc["linear", "log_likelihood"]
    assert_allclose(linear, -183.6692, atol=5e-5)  # MSTest's linear AR(4)
    assert_allclose(hamilton.comparison.loc["coefficients", "lr_against_linear"], 4.8116, atol=1e-4)
    assert "collapsed to one regime" in " ".join(hamilton.optima["flags"])


def test_monte_carlo_test_does_not_find_two_regimes(hamilton):
    # MSTest's LMC-LR on these data: p = 0.38 with 99 draws, whose Monte Carlo error is 0.05.
    test = regime_count_test(hamilton, draws=99, rng=1)
    assert_allclose(test.statistic, 4.8116, atol=1e-4)
    assert abs(test.p_value - 0.38) < 0.15
    assert test.failed == 0


# -- switching autoregressive coefficients ---------------------------------------------------------


def test_ar2_switching(case, switching_ar2):
    assert_allclose(switching_ar2.loglik, -179.32354, atol=6e-5)
    published = case.target(f"{AR2} (Stata estimates)")
    assert_allclose(published_order(switching_ar2.parameters), published, atol=1e-6)
    assert_allclose(standard_errors(switching_ar2), case.target("AR(2): s.e. OIM"), atol=1e-5)


def test_ar2_paths(case, switching_ar2):
    low = switching_ar2.smoothed["low mean"]
    assert_allclose(low, case.target("AR(2): smoothed P(regime 0)"), atol=1e-6)
    stored = case.frame("results_predict_rgnp.csv").dropna(how="all")
    assert_allclose(switching_ar2.predicted["low mean"], stored["switchar2_p1"], atol=1e-6)
    assert_allclose(switching_ar2.filtered["low mean"], stored["switchar2_f1"], atol=1e-6)


def test_ar1_switching_and_its_durations(case, growth):
    result = MarkovAutoregression(lags=1, switching_ar=True).fit(growth)
    assert_allclose(result.loglik, -186.7575, atol=6e-5)
    flip = result.parameters.reordered(np.array([1, 0]))
    published = case.target("AR(1) switching: ML parameters")
    assert_allclose(published_order(flip), published, atol=1e-3)
    durations = 1 / (1 - np.array([published[0], 1 - published[1]]))
    assert_allclose(durations, case.target("AR(1): expected durations"), atol=1e-5)
    assert_allclose(result.durations["estimate"], durations[::-1], atol=1e-3)


# -- switching variance ----------------------------------------------------------------------------


def test_switching_variance_belongs_to_todays_regime(growth):
    """A peer reports -180.67729 here: there the variance is that of the regime three quarters ago.

    Enumeration with that variance gives the peer's number at the peer's parameters, and with the
    variance of today's regime it gives ours, which is higher.
    """
    result = MarkovAutoregression(lags=4, switch="both", label_by="mean").fit(growth)
    y = growth["rgnp_growth"].to_numpy()
    x, w, blocks = np.ones((len(y), 1)), np.empty((len(y), 0)), [[0, len(y)]]
    peer = SwitchingParameters(
        np.array([[0.9082, 0.0918], [0.1845, 0.8155]]),
        np.array([[1.1606], [-0.0994]]),
        np.empty(0),
        np.array([0.5485, 0.9084]),
        np.tile([0.0558, -0.0269, -0.1907, -0.1791], (2, 1)),
    )
    three_ago = twin.filter_histories(y, x, w, peer, blocks, 4, variance_of=3)[0]
    assert_allclose(three_ago, -180.67729, atol=1e-5)
    today = twin.filter_histories(y, x, w, result.parameters, blocks, 4)[0]
    assert_allclose(result.loglik, today, rtol=1e-10)
    assert_allclose(result.loglik, -179.92116, atol=1e-5)
    assert result.comparison["headline"].all()
    nested = result.comparison.loc[["linear", "variance", "coefficients"], "log_likelihood"]
    assert (nested < result.loglik).all()
