"""Shocks with GARCH variances: exact score, known truth, how many there are, draws, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import yenloop
from yenloop.errors import IdentificationWarning, NotIdentifiedError
from yenloop.estimation.garch_shocks import GarchSample, variance_path
from yenloop.estimation.garch_shocks_optimum import GarchModel, climb, estimate_garch
from yenloop.estimation.garch_tests import product_autocorrelation, size_autocorrelation
from yenloop.estimation.shock_labels import matched
from yenloop.estimation.volatility import Observations
from yenloop.estimation.white_sample import WhiteSample
from yenloop.models.identification.garch_variances import GarchVariances
from yenloop.models.inference.volatility_bootstrap import VolatilityBootstrap
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]
IMPACT = np.array([[1.0, 0.5, 0.2], [-0.3, 1.0, 0.4], [0.2, -0.4, 1.0]])
ALPHA, BETA = np.array([0.15, 0.10, 0.30]), np.array([0.80, 0.85, 0.50])


def economy(nobs, seed, alpha=ALPHA, beta=BETA, impact=IMPACT):
    rng, k = np.random.default_rng(seed), len(impact)
    h, e, y = np.ones(k), np.zeros(k), np.zeros((nobs + 101, k))
    for t in range(1, nobs + 101):
        h = 1 - alpha - beta + alpha * e**2 + beta * h
        e = np.sqrt(h) * rng.standard_normal(k)
        y[t] = 0.5 * y[t - 1] + impact @ e
    return y[100:]


def frame(y, names=NAMES):
    index = pd.period_range("1950-01", periods=len(y), freq="M")
    return pd.DataFrame(y, index=index, columns=names[: y.shape[1]])


def observed(y):
    nobs = len(y) - 1
    return Observations(y[None], np.ones((nobs, 1)), 1, np.ones(nobs, dtype=bool), None)


@pytest.fixture(scope="module")
def reduced():
    return VAR(1).fit(frame(economy(700, 1)))


@pytest.fixture(scope="module")
def svar(reduced):
    return reduced.identify(GarchVariances(starts=2), inference=VolatilityBootstrap(100))


def test_the_score_is_the_derivative_of_the_likelihood():
    y = economy(120, 0)
    white = WhiteSample.of(observed(y))
    usable = np.arange(120) % 17 != 3
    sample = GarchSample(white.basis[0], white.residuals[0] @ np.linalg.inv(IMPACT).T, usable)
    rng = np.random.default_rng(0)
    theta = sample.start(np.array([0.9, 0.8, 0.5]), np.array([0.2, 0.1, 0.3]))
    theta = theta + 0.02 * rng.standard_normal(len(theta))
    value, score = sample.mean_log_likelihood(theta)
    steps = 1e-6 * np.eye(len(theta))
    slopes = [
        (sample.mean_log_likelihood(theta + s)[0] - sample.mean_log_likelihood(theta - s)[0]) / 2e-6
        for s in steps
    ]
    assert_allclose(score, slopes, rtol=0, atol=1e-7)
    level = (sample.shocks_at(theta)[usable] ** 2).mean(axis=0)
    assert value == pytest.approx(sample.contributions(theta, level).mean(), rel=1e-12)
    held, given = sample.mean_log_likelihood(theta, level)
    slopes = [
        sample.contributions(theta + s, level).mean()
        - sample.contributions(theta - s, level).mean()
        for s in steps
    ]
    assert held == pytest.approx(value)
    assert_allclose(given, np.array(slopes) / 2e-6, rtol=0, atol=1e-7)


def test_variances_follow_their_equations():
    e = np.random.default_rng(0).standard_normal((50, 2))
    alpha, beta = np.array([0.1, 0.3]), np.array([0.8, 0.2])
    usable = np.ones(50, dtype=bool)
    usable[10] = False
    level = np.array([2.0, 0.5])
    h, constant = variance_path(e, usable, alpha, beta, level), (1 - alpha - beta) * level
    assert_allclose(h[0], level)
    assert_allclose(h[1:10], constant + alpha * e[:9] ** 2 + beta * h[:9])
    assert_allclose(h[11], constant + (alpha + beta) * h[10])


def test_without_garch_the_likelihood_is_that_of_constant_variances():
    y = economy(200, 3)
    white = WhiteSample.of(observed(y))
    start = GarchModel(np.linalg.inv(IMPACT), ALPHA, BETA, np.ones(200, dtype=bool))
    end = climb(white, 0, start.usable, start, constant=np.ones(3, dtype=bool))
    u = white.residuals[0]
    log_det = np.linalg.slogdet(u.T @ u / 200)[1]
    assert end.log_likelihood == pytest.approx(
        -100 * (log_det + 3 * (1 + np.log(2 * np.pi))), rel=1e-9
    )
    assert_allclose(end.change, 0, atol=1e-5)


def test_the_score_of_the_estimate_is_zero_and_starts_agree(reduced):
    best, white = estimate_garch(reduced_data(reduced), starts=1, seed=0)
    model, usable = best.model, best.model.usable
    assert best.converged
    u = white.residuals[0] - white.basis[0] @ best.change
    sample = GarchSample(white.basis[0], u @ model.unmixing.T, usable)
    value, score = sample.mean_log_likelihood(sample.start(model.persistence, model.share))
    assert np.abs(score).max() < 1e-5
    assert value * usable.sum() + usable.sum() * np.linalg.slogdet(model.unmixing)[1] == (
        pytest.approx(best.log_likelihood, rel=1e-10)
    )
    rotated = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0] @ model.unmixing
    other = climb(white, 0, usable, GarchModel(rotated, ALPHA, BETA, usable))
    assert other.log_likelihood == pytest.approx(best.log_likelihood, abs=1e-4)


def reduced_data(reduced):
    return Observations(reduced.y[None], reduced.z, 1, reduced.resampled_rows, None)


def test_the_truth_is_found_in_a_long_sample():
    svar = VAR(1).fit(frame(economy(4000, 2))).identify(GarchVariances(starts=1))
    assert_allclose(svar.impact, IMPACT, atol=0.12)
    table = svar.shock_volatility().parameters
    assert (np.abs(table["alpha"] - ALPHA) < 3.5 * table["s.e. alpha"]).all()
    assert (np.abs(table["beta"] - BETA) < 3.5 * table["s.e. beta"]).all()
    assert_allclose(svar.impact @ svar.impact.T, svar.reduced.covariance, rtol=1e-10)


def test_draws_are_centred_on_the_estimate_with_the_right_spread(svar):
    draws = svar.draws
    assert draws.failed == 0
    spread = draws.impact.std(axis=0)
    assert (np.abs(draws.impact.mean(axis=0) - svar.impact) < spread).all()
    estimates = []
    for seed in range(40):
        data = observed(economy(700, 50 + seed))
        model = GarchModel(np.linalg.inv(IMPACT), ALPHA, BETA, data.usable)
        estimates.append(np.linalg.inv(model.reestimate(data).unmixing[0]))
    found, _ = matched(np.array(estimates), IMPACT)
    # Responses relative to the shock's own variable: the size of a shock has very heavy tails.
    ours, theirs = (drawn / np.einsum("rii->ri", drawn)[:, None] for drawn in (draws.impact, found))
    width = [np.subtract(*np.quantile(d, (0.84, 0.16), axis=0)) for d in (ours, theirs)]
    other = ~np.eye(3, dtype=bool)
    assert_allclose(np.log(width[0][other] / width[1][other]), 0, atol=0.6)


def test_moving_blocks_take_the_place_of_the_model(reduced):
    blocks = VolatilityBootstrap(100, block_length=None)
    svar = reduced.identify(GarchVariances(starts=0), inference=blocks)
    source = svar.reduced.volatility.source(
        svar.reduced.residuals.to_numpy(), svar.reduced.resampled_rows, 20
    )
    drawn = source(np.random.default_rng(0))
    assert drawn.shape == (8, 700, 3)
    residuals = svar.reduced.residuals.to_numpy()
    gaps = np.abs(drawn[0, 1:20] - drawn[0, :19] - np.diff(residuals, axis=0)[:, None]).max(axis=2)
    assert gaps.min() < 0.05


def test_generated_errors_have_the_models_variances(svar):
    reduced, model = svar.reduced, svar.reduced.volatility
    source = model.source(reduced.residuals.to_numpy(), reduced.resampled_rows, 1)
    u = np.concatenate([source(np.random.default_rng(seed)) for seed in range(30)])
    e = u @ model.unmixing.T
    assert_allclose((e**2).mean(axis=(0, 1)), 1, atol=0.15)
    size = e**2 - (e**2).mean(axis=(0, 1))
    clustering = (size[:, 1:] * size[:, :-1]).mean(axis=(0, 1)) / (size**2).mean(axis=(0, 1))
    assert (clustering > 0.05).all()


def test_units_and_order_do_not_matter(reduced, svar):
    data = pd.DataFrame(reduced.y, index=reduced.index, columns=NAMES)
    scale, order = np.array([100.0, 0.1, 1.0]), ["b", "c", "a"]
    scaled = VAR(1).fit(data * scale).identify(GarchVariances(starts=0))
    assert_allclose(scaled.impact / scale[:, None], svar.impact, rtol=1e-3, atol=1e-4)
    moved = VAR(1).fit(data[order]).identify(GarchVariances(starts=0)).impact
    found = pd.DataFrame(moved, index=order, columns=order).loc[NAMES, NAMES]
    assert_allclose(found, svar.impact, rtol=1e-3, atol=1e-3)


def test_the_tests_of_remaining_garch_have_their_size():
    from scipy.stats import chi2

    rng, rejected = np.random.default_rng(0), np.zeros(2)
    for _ in range(400):
        e = rng.standard_normal((300, 2))
        for place, (statistic, df) in enumerate(
            (size_autocorrelation(e, 5), product_autocorrelation(e, 1))
        ):
            rejected[place] += chi2.sf(statistic, df) < 0.10
            assert df == (5, 9)[place]
    assert_allclose(rejected / 400, 0.10, atol=0.05)
    turn = np.linalg.qr(rng.standard_normal((2, 2)))[0]
    for test in (size_autocorrelation, product_autocorrelation):
        assert test(e @ turn, 2)[0] == pytest.approx(test(e, 2)[0], rel=1e-9)


def test_constant_variances_are_refused():
    flat = VAR(1).fit(frame(economy(300, 5, 0 * ALPHA, 0 * BETA)))
    with pytest.raises(NotIdentifiedError, match="variances of all are constant"):
        flat.identify(GarchVariances(starts=0))


def test_shocks_without_garch_are_flagged_or_left_out():
    alpha, beta = np.array([0.3, 0.0, 0.0]), np.array([0.6, 0.0, 0.0])
    one = VAR(1).fit(frame(economy(900, 1, alpha, beta)))
    with pytest.warns(IdentificationWarning, match="those of b, c are then not told apart"):
        one.identify(GarchVariances(starts=0))
    strict = one.identify(GarchVariances(starts=0, strict=True), inference=VolatilityBootstrap(100))
    assert strict.identified == ("a",)
    assert_allclose(strict.impact[:, 0], IMPACT[:, 0], atol=0.15)
    assert strict.irf(3).shocks == ("a",)


def test_the_result_is_dated_and_kept(svar, tmp_path):
    found = svar.shock_volatility()
    assert list(found.parameters["alpha + beta"]) == list(svar.reduced.volatility.persistence)
    assert (found.deviations.index == svar.reduced.dates).all()
    text = str(found.summary())
    for said in ("Q1, length of the other shocks (r = 0)", "alpha", "given the past"):
        assert said in text
    assert "Normandin" in found.cite()
    assert found.plot()[1].size == 4
    again = yenloop.load(found.save(tmp_path / "result.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    reduced = yenloop.load(svar.reduced.save(tmp_path / "reduced.yenloop"))
    assert_allclose(reduced.path, svar.reduced.path)
    assert "GARCH(1,1) variances" in " ".join(svar.notes())
