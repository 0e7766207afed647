"""Variances that switch with a hidden state: EM, score, information, known truth, draws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import yenloop
from yenloop.errors import NotIdentifiedError, NumericalError, SpecError
from yenloop.estimation.shock_labels import matched
from yenloop.estimation.switching_information import parameter_covariance
from yenloop.estimation.switching_variances import (
    States,
    SwitchingModel,
    em,
    estimate_switching,
    filtered_joint,
)
from yenloop.estimation.variance_information import parameter_covariance as known_covariance
from yenloop.estimation.volatility import Observations
from yenloop.estimation.white_sample import WhiteSample
from yenloop.models.identification.heteroskedasticity import VarianceRegimes
from yenloop.models.identification.switching_variances import SwitchingVariances
from yenloop.models.inference.volatility_bootstrap import VolatilityBootstrap
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]
IMPACT = np.array([[1.0, 0.5, 0.2], [-0.3, 1.0, 0.4], [0.2, -0.4, 1.0]])
VARIANCES = np.array([[1.0, 1.0, 1.0], [8.0, 3.0, 0.4]])
TRANSITION = np.array([[0.95, 0.05], [0.10, 0.90]])


def economy(nobs, seed, variances=VARIANCES, transition=TRANSITION):
    rng, k = np.random.default_rng(seed), 3
    state, states, y = 0, np.zeros(nobs + 101, dtype=int), np.zeros((nobs + 101, k))
    for t in range(1, nobs + 101):
        state = states[t] = rng.choice(len(transition), p=transition[state])
        e = rng.standard_normal(k) * np.sqrt(variances[state])
        y[t] = 0.5 * y[t - 1] + IMPACT @ e
    return y[100:], states[101:]


def frame(y):
    index = pd.period_range("1950-01", periods=len(y), freq="M")
    return pd.DataFrame(y, index=index, columns=NAMES)


def observed(*series):
    nobs = len(series[0]) - 1
    usable = np.ones(nobs, dtype=bool)
    return Observations(np.stack(series), np.ones((nobs, 1)), 1, usable, None)


@pytest.fixture(scope="module")
def truth():
    return economy(600, 4)


@pytest.fixture(scope="module")
def reduced(truth):
    return VAR(1).fit(frame(truth[0]))


@pytest.fixture(scope="module")
def svar(reduced):
    return reduced.identify(SwitchingVariances(starts=3), inference=VolatilityBootstrap(150))


@pytest.mark.parametrize("states", [2, 3])
def test_the_likelihood_never_falls_and_its_score_ends_at_zero(states):
    variances = np.array([*VARIANCES, [0.4, 3.0, 4.0]])[:states]
    transition = np.full((states, states), 0.1 / (states - 1)) + np.eye(states) * (
        0.9 - 0.1 / (states - 1)
    )
    y, _ = economy(400, 2, variances, transition)
    end, white = estimate_switching(observed(y), states, starts=2, seed=0)
    gains = np.diff(end.path, axis=0)
    assert np.nanmin(gains) > -1e-8
    best = int(end.log_likelihood.argmax())
    assert end.converged[best]
    model, usable = end.states.model(best), np.ones(400, dtype=bool)
    u = white.residuals[0] - white.basis[0] @ end.change[best]

    def log_likelihood(theta):
        k, m = 3, states
        moved = replace(
            model,
            unmixing=(np.eye(k) + theta[: k * k].reshape(k, k)) @ model.unmixing,
            variances=model.variances * np.exp(theta[k * k : k * k + m * k].reshape(m, k)),
        )
        shift = theta[k * k + m * k :].reshape(white.basis.shape[2], k)
        return filtered_joint(moved, u - white.basis[0] @ shift, usable)[0]

    size = 9 + 3 * states + 4 * 3
    steps = 1e-5 * np.eye(size)
    score = [(log_likelihood(s) - log_likelihood(-s)) / 2e-5 for s in steps]
    assert np.abs(score).max() < 1e-2
    assert log_likelihood(np.zeros(size)) == pytest.approx(end.log_likelihood[best], abs=1e-6)


def test_starts_agree_and_one_run_does_not_touch_another(truth):
    data = observed(truth[0])
    end, white = estimate_switching(data, 2, starts=3, seed=1)
    highest = end.log_likelihood.max()
    assert (end.log_likelihood > highest - 1e-4).mean() > 0.5
    alone = em(white, data.usable, States.repeated(end.states.model(0), 1, 600))
    assert alone.log_likelihood[0] >= end.log_likelihood[0] - 1e-8
    broken = observed(truth[0], np.full_like(truth[0], np.nan), truth[0][::-1].copy())
    found = end.states.model(0).reestimate(broken)
    assert np.isfinite(found.unmixing).all(axis=(1, 2)).tolist() == [True, False, True]


def test_the_truth_is_found(svar, truth):
    found = svar.variance_ratios()
    average = VARIANCES[truth[1]].mean(axis=0)
    gap = np.abs(found.impact - IMPACT * np.sqrt(average))
    assert (gap < 3.5 * found.impact_errors).all()
    logs = np.log(found.ratios.iloc[:, 0] / VARIANCES[1])
    assert (np.abs(logs) < 3.5 * found.std_errors.iloc[:, 0] / found.ratios.iloc[:, 0]).all()
    probabilities = svar.shock_volatility().probabilities
    assert (probabilities.to_numpy().argmax(axis=1) == truth[1]).mean() > 0.9
    assert (probabilities.index == svar.reduced.dates).all()
    assert_allclose(svar.impact @ svar.impact.T, svar.reduced.covariance, rtol=1e-10)


def test_states_that_are_certain_are_known_regimes():
    """Far apart and lasting, hidden states give the estimates and errors of known regimes."""
    variances = np.array([[1.0, 1.0, 1.0], [400.0, 100.0, 900.0]])
    y, states = economy(300, 1, variances, np.array([[0.98, 0.02], [0.02, 0.98]]))
    var = VAR(1).fit(frame(y))
    hidden = var.identify(SwitchingVariances(starts=2))
    regime = pd.Series(np.r_[states[:1], states], index=frame(y).index)
    order = pd.Categorical(regime, categories=[0, 1])
    known = var.identify(VarianceRegimes(by=pd.Series(order, index=regime.index)))
    assert_allclose(hidden.impact, known.impact, rtol=0.02, atol=0.03)
    model, usable = hidden.reduced.volatility, hidden.reduced.resampled_rows
    u = hidden.reduced.residuals.to_numpy()
    ours = parameter_covariance(model, u, usable, robust=False)
    theirs = known_covariance(u @ model.unmixing.T, model.variances, model.membership, robust=False)
    assert_allclose(np.sqrt(np.diag(ours)), np.sqrt(np.diag(theirs)), rtol=0.1)


def test_standard_errors_are_the_spread_of_estimates(svar):
    series = [economy(600, 100 + seed)[0] for seed in range(80)]
    data = observed(*series)
    start = States.repeated(svar.reduced.volatility, 80, 600)
    states = em(WhiteSample.of(data), data.usable, start, gain=1e-5).states
    unit = np.linalg.inv(states.unmixing)
    calm = matched(unit * np.sqrt(states.variances[:, :1]), IMPACT)[0]
    assert_allclose(np.log(svar.variance_ratios().first_errors / calm.std(axis=0)), 0, atol=0.4)
    average = matched(unit, IMPACT)[0]
    assert_allclose(np.log(svar.draws.impact.std(axis=0) / average.std(axis=0)), 0, atol=0.4)


def test_drawn_errors_have_the_covariances_of_their_states(svar):
    reduced, model = svar.reduced, svar.reduced.volatility
    source = model.source(reduced.residuals.to_numpy(), reduced.resampled_rows, 1)
    u = np.concatenate([source(np.random.default_rng(seed)) for seed in range(40)])
    e = u @ model.unmixing.T
    assert_allclose(np.einsum("rti,rtj->ij", e, e) / e[..., 0].size, np.eye(3), atol=0.12)
    again = source(np.random.default_rng(0))
    assert (again == u[:8]).all()


def test_draws_keep_their_labels(svar):
    draws = svar.draws
    assert draws.failed == 0
    assert (np.einsum("rii->ri", draws.impact) > 0).all()
    assert (np.abs(draws.impact.mean(axis=0) - svar.impact) < draws.impact.std(axis=0)).all()


def test_equal_ratios_are_refused():
    common = np.array([[1.0, 1.0, 1.0], [6.0, 6.0, 6.0]])
    with pytest.raises(NotIdentifiedError, match="all variances move by a common factor"):
        VAR(1).fit(frame(economy(400, 3, common)[0])).identify(SwitchingVariances(starts=2))


def test_too_many_states_are_refused(truth):
    with pytest.raises(NumericalError, match="one of 9 states lost its periods"):
        VAR(1).fit(frame(truth[0][:60])).identify(SwitchingVariances(states=9, starts=0))
    with pytest.raises(SpecError, match="states = 1"):
        SwitchingVariances(states=1)


def test_the_user_can_say_whose_shock_rises_most(reduced):
    svar = reduced.identify(SwitchingVariances(starts=0, labels={"c": 1}))
    ratios = svar.reduced.volatility.variances
    assert (ratios[1] / ratios[0]).argmax() == 2


def test_units_do_not_matter(reduced, svar):
    data = pd.DataFrame(reduced.y, index=reduced.index, columns=NAMES)
    scale = np.array([100.0, 0.01, 1.0])
    scaled = VAR(1).fit(data * scale).identify(SwitchingVariances(starts=3))
    assert_allclose(scaled.impact / scale[:, None], svar.impact, rtol=1e-4, atol=1e-5)


def test_the_result_says_what_it_is_and_is_kept(svar, tmp_path):
    found = svar.variance_ratios()
    text = str(found.summary())
    for said in ("state 2", "Wald, proportional covariances", "has no chi-squared test"):
        assert said in text
    assert "Maciejowska" in svar.shock_volatility().cite()
    again = yenloop.load(found.save(tmp_path / "result.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    volatility = svar.shock_volatility()
    tidy = volatility.tidy()
    assert set(tidy["statistic"]) == {"shock_deviation", "state_probability"}
    assert volatility.parameters.loc["from state 1", "expected duration"] > 5
    reduced = yenloop.load(svar.reduced.save(tmp_path / "reduced.yenloop"))
    assert isinstance(reduced.volatility, SwitchingModel)
    assert "EM to convergence" in " ".join(svar.notes())
    assert WhiteSample.of(reduced.observations).basis.shape == (1, 600, 4)
