"""Regimes of variance: likelihood, closed form, refusals, labels, dates of change, draws, bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.linalg import eigh

import yenloop
from yenloop.errors import (
    IdentificationWarning,
    InvalidInferenceError,
    NotIdentifiedError,
    SampleError,
    SpecError,
)
from yenloop.estimation.joint_diagonal import criterion, diagonalise
from yenloop.estimation.regime_resampling import WithinRegimes
from yenloop.estimation.resampling import MovingBlocks
from yenloop.estimation.shock_labels import matched, own_shocks
from yenloop.estimation.variance_breaks import (
    best_partition,
    membership_of,
    partition_log_likelihood,
    residuals_of,
)
from yenloop.estimation.variance_information import impact_and_errors, parameter_covariance
from yenloop.estimation.variance_regimes import RegimeModel, estimate_regimes, log_likelihood
from yenloop.estimation.variance_tests import (
    common_impact,
    equal_covariances,
    permuted_equal_covariances,
    proportional_covariances,
)
from yenloop.estimation.volatility import Observations
from yenloop.estimation.white_sample import WhiteSample
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.heteroskedasticity import VarianceRegimes
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.volatility_bootstrap import VolatilityBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]
#: Every variable reacts to every shock within the period.
IMPACT = np.array([[1.0, 0.5, 0.2], [-0.3, 1.0, 0.4], [0.2, -0.4, 1.0]])
RATIOS = np.array([[1.0, 1.0, 1.0], [6.0, 1.0, 0.2]])


def economy(nobs=300, seed=0, variances=RATIOS, impact=IMPACT, regime=None, runs=None):
    """Series (runs, nobs + 1, K) of a VAR(1) whose shocks have the variances of their regime."""
    rng, k = np.random.default_rng(seed), len(impact)
    cut = np.arange(nobs) * len(variances) // nobs
    regime = cut if regime is None else regime
    e = rng.standard_normal((runs or 1, nobs + 1, k))
    e[:, 1:] *= np.sqrt(variances[regime])
    y = e @ impact.T
    for t in range(1, nobs + 1):
        y[:, t] += 0.5 * y[:, t - 1]
    return y if runs else y[0]


def frame(y, names=NAMES):
    index = pd.period_range("1990-01", periods=len(y), freq="M")
    return pd.DataFrame(y, index=index, columns=names[: y.shape[1]])


def observed(y, p=1):
    many = y if y.ndim == 3 else y[None]
    nobs = many.shape[1] - p
    return Observations(many, np.ones((nobs, 1)), p, np.ones(nobs, dtype=bool), None)


def halves(data):
    """The date in the middle: the true one of ``economy``."""
    return str(data.index[1 + (len(data) - 1) // 2])


@pytest.fixture(scope="module")
def data():
    return frame(economy(400, seed=3))


@pytest.fixture(scope="module")
def reduced(data):
    return VAR(1).fit(data)


@pytest.fixture(scope="module")
def svar(data, reduced):
    scheme = VarianceRegimes(breaks=[halves(data)])
    return reduced.identify(scheme, inference=VolatilityBootstrap(300))


def log_density(theta, y, regime, k, p=1):
    """Gaussian log-likelihood from first principles, constant left out."""
    n, regimes = 1 + k * p, int(regime.max()) + 1
    beta = theta[: n * k].reshape(k, n)
    unmixing = theta[n * k : n * k + k * k].reshape(k, k)
    variances = np.exp(theta[n * k + k * k :]).reshape(regimes, k)[regime]
    lags = [y[p - lag : len(y) - lag] for lag in range(1, p + 1)]
    e = (y[p:] - np.hstack([np.ones((len(y) - p, 1)), *lags]) @ beta.T) @ unmixing.T
    density = np.linalg.slogdet(unmixing)[1] - (np.log(variances) + e**2 / variances).sum(1) / 2
    return density.sum()


# -- the maximum of the likelihood ---------------------------------------------------------------


@pytest.mark.parametrize("regimes", [2, 3])
def test_the_score_is_zero_in_coefficients_impact_and_variances(regimes):
    variances = np.array([[1.0, 1, 1], [6, 1, 0.2], [0.5, 4, 2]])[:regimes]
    y = economy(180, seed=1, variances=variances)
    regime = np.arange(180) * regimes // 180
    fit = estimate_regimes(observed(y), np.eye(regimes)[regime])
    theta = np.concatenate(
        [
            np.hstack([fit.deterministic[0], fit.lags[0, 0]]).ravel(),
            fit.unmixing[0].ravel(),
            np.log(fit.variances[0]).ravel(),
        ]
    )
    steps = 1e-6 * np.eye(len(theta))
    score = [
        (log_density(theta + s, y, regime, 3) - log_density(theta - s, y, regime, 3)) / 2e-6
        for s in steps
    ]
    assert np.abs(score).max() < 1e-5
    unit = np.linalg.inv(fit.unmixing[0])
    modelled = np.einsum("ik,mk,jk->mij", unit, fit.variances[0], unit)
    found = log_likelihood(modelled, np.bincount(regime)) + 180 * 3 * np.log(2 * np.pi) / 2
    assert found == pytest.approx(log_density(theta, y, regime, 3), rel=1e-10)


def test_two_regimes_are_the_generalised_eigenvalue_problem_and_reproduced_exactly():
    """Sigma_m = B Lambda_m B' holds for both regimes, as it does not after a polar projection."""
    y = economy(200, seed=2)
    regime = np.arange(200) // 100
    fit = estimate_regimes(observed(y), np.eye(2)[regime])
    u = residuals_of(observed(y), fit)
    first, second = (u[regime == m].T @ u[regime == m] / 100 for m in range(2))
    ratios = fit.variances[0, 1] / fit.variances[0, 0]
    assert_allclose(np.sort(ratios), eigh(second, first, eigvals_only=True), rtol=1e-9)
    unit = np.linalg.inv(fit.unmixing[0])
    for m, covariance in enumerate((first, second)):
        modelled = unit * fit.variances[0, m] @ unit.T
        assert_allclose(modelled, covariance, rtol=0, atol=1e-12)
    assert_allclose(fit.variances[0].mean(axis=0), 1, rtol=1e-12)


def test_stopping_at_least_squares_gives_other_ratios():
    y = economy(60, seed=5)
    member = np.eye(2)[np.arange(60) // 30]
    whole = estimate_regimes(observed(y), member)
    u = WhiteSample.of(observed(y)).residuals[0]
    covariances = np.einsum("tm,ti,tj->mij", member, u, u) / 30
    once = diagonalise(covariances[None], np.array([[0.5, 0.5]]))
    ours, theirs = (np.sort(np.log(v[1] / v[0])) for v in (whole.variances[0], once.variances[0]))
    assert np.abs(ours - theirs).max() > 0.05
    again = estimate_regimes(observed(y), member, whole.unmixing[0])
    assert_allclose(again.lags, whole.lags, atol=1e-10)


def test_three_regimes_reach_the_same_maximum_from_any_start():
    rng = np.random.default_rng(0)
    variances = np.exp(rng.standard_normal((3, 4)))
    mixing = rng.standard_normal((4, 4))
    e = rng.standard_normal((3, 80, 4)) * np.sqrt(variances)[:, None]
    u = e @ mixing.T
    covariances = np.einsum("mti,mtj->mij", u, u)[None] / 80
    weights = np.full((1, 3), 1 / 3)
    best = diagonalise(covariances, weights)
    starts = rng.standard_normal((20, 4, 4))
    many = diagonalise(np.repeat(covariances, 20, 0), np.repeat(weights, 20, 0), starts)
    heights = criterion(many.unmixing, np.repeat(covariances, 20, 0), np.repeat(weights, 20, 0))
    lowest = criterion(best.unmixing, covariances, weights)[0]
    assert best.converged.all()
    assert heights[many.converged].min() > lowest - 1e-9
    assert (np.abs(heights - lowest) < 1e-9).mean() > 0.5


def test_months_with_a_dummy_of_their_own_do_not_count(data):
    months = [str(data.index[20]), str(data.index[300])]
    found = VAR(1, outliers=months).fit(data).identify(VarianceRegimes(breaks=[halves(data)]))
    model, usable = found.reduced.volatility, found.reduced.resampled_rows
    assert usable.sum() == len(usable) - 2
    u = found.reduced.residuals.to_numpy()
    assert_allclose(u[~usable], 0, atol=1e-10)
    counts = np.bincount(model.regime[usable])
    unit = np.linalg.inv(model.unmixing)
    for m in range(2):
        here = u[usable & (model.regime == m)]
        modelled = unit * model.variances[m] @ unit.T
        assert_allclose(modelled, here.T @ here / counts[m], atol=1e-11)


def test_months_of_known_scale_are_weighted():
    y = frame(economy(240, seed=8))
    scale = PandemicScale(start="2005-01", fixed=(4.0, 3.0, 2.0, 0.8))
    found = VAR(1, pandemic=scale).fit(y).identify(VarianceRegimes(breaks=["1998-01"]))
    plain = VAR(1).fit(y).identify(VarianceRegimes(breaks=["1998-01"]))
    e = found.reduced.residuals.to_numpy()
    assert_allclose(found.reduced.innovations.to_numpy(), e * found.reduced.scales[:, None])
    assert np.abs(found.impact - plain.impact).max() > 1e-3
    assert found.draws.failed == 0


# -- what the structural model says --------------------------------------------------------------


def test_b_reproduces_the_reported_covariance(svar):
    assert_allclose(svar.impact @ svar.impact.T, svar.reduced.covariance, atol=1e-13)
    assert_allclose(svar.covariance, svar.reduced.covariance)
    u = svar.reduced.residuals.to_numpy()
    assert_allclose(svar.reduced.covariance, u.T @ u / svar.reduced.df_resid, atol=1e-12)
    assert_allclose((svar.shocks() ** 2).mean(), svar.reduced.df_resid / len(u), rtol=1e-10)
    products = svar.draws.impact @ svar.draws.impact.transpose(0, 2, 1)
    assert_allclose(products, svar.draws.covariance, atol=1e-12)
    assert_allclose(svar.fevd(8).point.sum(axis=-1), 1)


def test_the_truth_is_found(svar):
    found = svar.variance_ratios()
    truth = IMPACT * np.sqrt(RATIOS.mean(axis=0))
    assert (np.abs(found.impact - truth) < 3 * found.impact_errors).all()
    assert (np.abs(found.first_impact - IMPACT) < 3 * found.first_errors).all()
    logs = np.log(found.ratios.iloc[:, 0] / RATIOS[1])
    assert (np.abs(logs) < 3 * found.std_errors.iloc[:, 0] / found.ratios.iloc[:, 0]).all()
    assert_allclose(svar.reduced.lag_coefficients[0], 0.5 * np.eye(3), atol=0.15)


@pytest.mark.parametrize("robust", [True, False])
def test_standard_errors_are_the_spread_of_estimates(robust):
    regime = np.arange(300) // 150
    fit = estimate_regimes(observed(economy(300, seed=4, runs=400)), np.eye(2)[regime])
    impact, _ = matched(np.linalg.inv(fit.unmixing), IMPACT)
    spread = impact.std(axis=0)
    errors = []
    for run in range(0, 400, 10):
        u = economy(300, seed=100 + run)  # another sample, at the true parameters
        unmixing = np.linalg.inv(IMPACT * np.sqrt(RATIOS.mean(axis=0)))
        shocks = (u[1:] - 0.5 * u[:-1]) @ unmixing.T
        variances = RATIOS / RATIOS.mean(axis=0)
        covariance = parameter_covariance(shocks, variances, np.eye(2)[regime], robust=robust)
        weights = np.array([0.5, 0.5])
        errors.append(impact_and_errors(unmixing, variances, covariance, weights)[1])
    assert_allclose(np.mean(errors, axis=0), spread, rtol=0.15)


def test_bands_cover_the_truth():
    """60 samples of two variables: nominal 90%, four entries of B each."""
    impact, variances = IMPACT[:2, :2], np.array([[1.0, 1.0], [5.0, 0.5]])
    truth, hits = impact * np.sqrt(variances.mean(axis=0)), []
    regime = np.arange(200) // 100
    for seed in range(60):
        y = economy(200, seed, variances, impact)
        found = (
            VAR(1)
            .fit(frame(y))
            .identify(
                VarianceRegimes(breaks=["1998-06"]), inference=VolatilityBootstrap(100), rng=seed
            )
        )
        assert (found.reduced.volatility.regime == regime).all()
        low, high = np.quantile(found.draws.impact, (0.05, 0.95), axis=0)
        hits.append((low <= truth) & (truth <= high))
    assert 0.80 < np.mean(hits) < 0.97


# -- what is not identified ----------------------------------------------------------------------


def test_equal_variances_are_refused():
    flat = VAR(1).fit(frame(economy(300, seed=2, variances=np.ones((2, 3)))))
    with pytest.raises(NotIdentifiedError, match=r"not rejected that the regimes have one cov"):
        flat.identify(VarianceRegimes(breaks=["2002-06"]))
    common = VAR(1).fit(frame(economy(300, seed=2, variances=np.array([[1.0] * 3, [5.0] * 3]))))
    with pytest.raises(NotIdentifiedError, match="all variances move by a common factor"):
        common.identify(VarianceRegimes(breaks=["2002-06"]))


def test_shocks_with_one_ratio_are_flagged_or_left_out():
    variances = np.array([[1.0, 1.0, 1.0], [6.0, 1.0, 1.0]])
    two_alike = VAR(1).fit(frame(economy(400, seed=1, variances=variances)))
    where = {"breaks": ["2006-10"]}
    with pytest.warns(IdentificationWarning, match=r"do not tell them apart at 10%: b and c"):
        whole = two_alike.identify(VarianceRegimes(**where))
    assert np.isfinite(whole.impact).all()
    part = two_alike.identify(
        VarianceRegimes(**where, strict=True), inference=VolatilityBootstrap(100)
    )
    assert part.identified == ("a",)
    assert_allclose(part.impact[:, 0], whole.impact[:, 0])
    assert np.isnan(part.impact[:, 1:]).all()
    assert part.irf(4).shocks == ("a",)
    assert part.fevd(4).point.shape[-1] == 2  # the others as one
    assert np.isfinite(part.draws.impact[..., 0]).all()
    assert np.abs(part.draws.impact[..., 0].mean(axis=0) - whole.impact[:, 0]).max() < 0.1
    ratios = part.variance_ratios()
    assert ratios.p_value("c", "b") > 0.1 > ratios.p_value("a", "b")
    assert ratios.weakest["b"] == ratios.p_value("b", "c")


def test_tests_of_equal_ratios_have_their_size():
    """A Wald test with one degree of freedom, as if B were identified, rejects three times."""
    rng, p_values, wald = np.random.default_rng(0), [], []
    from scipy.stats import chi2

    for _ in range(800):
        parts = rng.standard_normal((2, 120, 2))
        covariances = np.einsum("mti,mtj->mij", parts, parts) / 120
        found = diagonalise(covariances[None], np.array([[0.5, 0.5]]))
        turned = found.unmixing[0] @ covariances @ found.unmixing[0].T
        statistic, df = proportional_covariances(turned, np.array([120.0, 120.0]))
        assert df == 2
        p_values.append(chi2.sf(statistic, df))
        logs = np.log(found.variances[0, 1] / found.variances[0, 0])
        wald.append((logs[0] - logs[1]) ** 2 / (4 / 120 + 4 / 120))
    assert np.mean(np.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(wald) > 3.841) > 0.12


def test_the_over_identification_test_has_its_size():
    """Three regimes that share B: T = 200 in each, nominal 10 per cent."""
    from scipy.stats import chi2

    rng, size = np.random.default_rng(1), 400
    variances = np.array([[1.0, 1, 1], [6, 1, 0.2], [0.5, 4, 2]])
    u = (rng.standard_normal((size, 3, 200, 3)) * np.sqrt(variances)[:, None]) @ IMPACT.T
    covariances = np.einsum("rmti,rmtj->rmij", u, u) / 200
    start = np.repeat(np.linalg.inv(IMPACT)[None], size, 0)
    found = diagonalise(covariances, np.full((size, 3), 1 / 3), start)
    tests = [
        common_impact(s, a, v, np.full(3, 200.0))
        for s, a, v in zip(covariances, found.unmixing, found.variances)
    ]
    statistics = np.array([statistic for statistic, _ in tests])
    assert tests[0][1] == 3
    assert statistics.mean() == pytest.approx(3, abs=0.4)
    assert (chi2.sf(statistics, 3) < 0.10).mean() == pytest.approx(0.10, abs=0.04)
    # Other impact matrices in each regime are noticed.
    other = u.copy()
    other[:, 2] = u[:, 2, :, ::-1]
    covariances = np.einsum("rmti,rmtj->rmij", other, other) / 200
    found = diagonalise(covariances[:20], np.full((20, 3), 1 / 3))
    wrong = [
        common_impact(s, a, v, np.full(3, 200.0))[0]
        for s, a, v in zip(covariances, found.unmixing, found.variances)
    ]
    assert chi2.sf(np.min(wrong), 3) < 1e-4


def test_equal_covariances_are_tested_without_normality():
    regime = np.arange(120) // 60
    rejected = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        u = rng.standard_t(3, (120, 2))
        found = equal_covariances(
            np.array([u[regime == m].T @ u[regime == m] / 60 for m in range(2)]),
            np.array([60, 60]),
        )
        drawn = permuted_equal_covariances(u, regime, 99, rng)
        rejected += (1 + (drawn >= found).sum()) / 100 <= 0.10
    assert rejected / 60 < 0.2


# -- labels --------------------------------------------------------------------------------------


def test_shocks_are_matched_whatever_their_order_and_sign():
    rng = np.random.default_rng(0)
    turned = np.array([(IMPACT * rng.choice([-1, 1], 3))[:, rng.permutation(3)] for _ in range(50)])
    found, ambiguous = matched(turned, IMPACT)
    assert_allclose(found, np.repeat(IMPACT[None], 50, 0), atol=1e-12)
    assert not ambiguous.any()
    rotation = np.linalg.qr(rng.standard_normal((3, 3)))[0]
    _, ambiguous = matched((IMPACT @ rotation)[None], IMPACT)
    assert ambiguous.all()


def test_labels_do_not_depend_on_the_order_of_the_ratios():
    shuffled = IMPACT[:, [2, 0, 1]]
    assert (own_shocks(shuffled, IMPACT @ IMPACT.T) == [1, 2, 0]).all()
    assert own_shocks(IMPACT, IMPACT @ IMPACT.T, {0: 2})[0] == 2


def test_shocks_in_the_order_of_their_ratios_have_far_wider_bands():
    """Two shocks with one ratio in the second regime, told apart by the third, change places."""
    variances, regime = np.array([[1.0, 1, 1], [4, 4, 0.5], [0.3, 6, 1]]), np.arange(300) // 100
    y = economy(300, seed=1, variances=variances, regime=regime, runs=200)
    fit = estimate_regimes(observed(y), np.eye(3)[regime], np.linalg.inv(IMPACT))
    raw = np.linalg.inv(fit.unmixing)
    by_ratio = np.argsort(-fit.variances[:, 1] / fit.variances[:, 0], axis=1)
    ordered = np.take_along_axis(raw, by_ratio[:, None], axis=2)
    ordered *= np.where(np.einsum("rii->ri", ordered) < 0, -1, 1)[:, None]
    ours, ambiguous = matched(raw, IMPACT * np.sqrt(variances.mean(axis=0)))
    width = [np.subtract(*np.quantile(draws, (0.95, 0.05), axis=0)) for draws in (ordered, ours)]
    assert (width[0] / width[1])[:, :2].mean() > 3
    assert ambiguous.mean() < 0.02
    assert (np.einsum("rii->ri", ours) > 0).all()


def test_draws_without_a_clear_label_are_counted():
    variances = np.array([[1.0, 1.0, 1.0], [4.0, 1.5, 1.0]])
    found = VAR(1).fit(frame(economy(200, seed=7, variances=variances)))
    svar = found.identify(
        VarianceRegimes(breaks=["1998-04"], level=0.9), inference=VolatilityBootstrap(200)
    )
    assert len(svar.draws) == 200
    assert "of 200 draws the label of a shock is a guess" in " ".join(svar.draws.remarks)
    assert "the label of a shock is a guess" in str(svar.irf(2).summary())


def test_the_user_can_say_whose_shock_moves_most(data, reduced):
    given = VarianceRegimes(breaks=[halves(data)], labels={"b": 1})
    svar = reduced.identify(given)
    ratio = svar.reduced.volatility.variances
    assert (ratio[1] / ratio[0]).argmax() == 1
    assert "b has the shock whose variance rises most" in given.describe(NAMES, reduced.columns)
    for wrong in ({"x": 1}, {"a": 4}, {"a": 1, "b": 1}):
        with pytest.raises(SpecError, match="labels"):
            reduced.identify(VarianceRegimes(breaks=[halves(data)], labels=wrong))


# -- equivariance --------------------------------------------------------------------------------


def test_units_and_order_do_not_matter(data, svar):
    scale, order = np.array([1000.0, 1e-2, 1.0]), ["c", "a", "b"]
    scheme = VarianceRegimes(breaks=[halves(data)])
    scaled = VAR(1).fit(data * scale).identify(scheme)
    assert_allclose(scaled.impact / scale[:, None], svar.impact, rtol=1e-8)
    moved = VAR(1).fit(data[order]).identify(scheme)
    found = pd.DataFrame(moved.impact, index=order, columns=order).loc[NAMES, NAMES]
    assert_allclose(found, svar.impact, rtol=1e-8, atol=1e-10)
    one, other = (s.variance_ratios() for s in (svar, scaled))
    assert_allclose(one.pairs, other.pairs, rtol=1e-7)


# -- regimes -------------------------------------------------------------------------------------


def test_regimes_by_label_are_those_by_date(data, svar):
    late = pd.Series(np.arange(len(data)) >= 201, index=data.index)
    assert str(data.index[201]) == halves(data)
    by_truth = VAR(1).fit(data).identify(VarianceRegimes(by=late))
    assert_allclose(by_truth.impact, svar.impact, atol=1e-12)
    assert by_truth.reduced.regimes == ("False", "True")
    words = pd.Series(np.where(late, "calm", "wild"), data.index)
    named = pd.Categorical(words, categories=["calm", "none", "wild"])
    turned = VAR(1).fit(data).identify(VarianceRegimes(by=pd.Series(named, data.index)))
    assert turned.reduced.regimes == ("calm", "wild")
    ours, theirs = (s.reduced.volatility.variances for s in (svar, turned))
    assert_allclose(theirs, ours[::-1], rtol=1e-8)
    assert VarianceRegimes(by=words) == VarianceRegimes(by=words)


def test_scattered_regimes_need_not_be_stretches():
    regime = (np.arange(300) % 6 == 0).astype(int)
    y = frame(economy(300, seed=4, regime=regime, variances=np.array([[1.0, 1, 1], [9, 1, 0.2]])))
    kind = pd.Series(np.r_[0, regime], index=y.index).map({0: "other", 1: "decision"})
    svar = VAR(1).fit(y).identify(VarianceRegimes(by=kind), inference=VolatilityBootstrap(100))
    assert svar.reduced.regimes == ("other", "decision")
    assert svar.variance_ratios().counts == (250, 50)
    assert_allclose(svar.variance_ratios().first_impact, IMPACT, atol=0.35)


def test_the_date_of_a_break_is_found_and_is_the_best_of_all():
    y = economy(200, seed=6, variances=np.array([[1.0, 1, 1], [3, 1, 0.4]]))
    found = VAR(1).fit(frame(y)).identify(VarianceRegimes(breaks=1))
    start = int(np.argmax(found.reduced.volatility.regime))
    assert abs(start - 100) <= 8
    assert found.reduced.searched
    heights = {}
    for row in range(30, 171):
        data = observed(y)
        u = residuals_of(data, estimate_regimes(data, membership_of(np.array([row]), 200)))
        heights[row] = partition_log_likelihood(u, data.usable, np.array([row]))
    assert max(heights, key=heights.get) == start
    tests = found.variance_ratios().tests
    assert tests[0].p_value == pytest.approx(0.001)
    assert "bands take them as known" in " ".join(found.draws.remarks)
    assert (
        "given the dates of the regimes, which were estimated" in found.variance_ratios().notes()[0]
    )


def test_two_dates_by_dynamic_programming_are_the_best_of_all_pairs():
    variances = np.array([[1.0, 1, 1], [6, 1, 0.2], [1, 5, 1]])
    y = economy(90, seed=3, variances=variances)
    u, usable = y[1:] - 0.5 * y[:-1], np.ones(90, dtype=bool)
    starts = best_partition(u, usable, 2, 15)
    pairs = [(i, j) for i in range(15, 61) for j in range(i + 15, 76)]
    best = max(pairs, key=lambda pair: partition_log_likelihood(u, usable, np.array(pair)))
    assert tuple(starts) == best
    assert np.abs(starts - [30, 60]).max() <= 5
    found = VAR(1).fit(frame(economy(240, seed=3, variances=variances)))
    svar = found.identify(VarianceRegimes(breaks=2))
    assert len(svar.reduced.regimes) == 3
    assert np.isnan(svar.variance_ratios().tests[0].p_value)


def test_no_break_is_refused_at_the_best_date_too():
    """At the best of many dates a chi-squared p-value would be far too small."""
    flat = VAR(1).fit(frame(economy(160, seed=5, variances=np.ones((1, 3)))))
    with pytest.raises(NotIdentifiedError, match="999 permutations"):
        flat.identify(VarianceRegimes(breaks=1))


@pytest.mark.parametrize(
    ("given", "fault", "error"),
    [
        ({}, "given by breaks or by labels", SpecError),
        ({"breaks": ["2000-01"], "by": pd.Series([1])}, "given by breaks or by labels", SpecError),
        ({"breaks": -1}, "breaks = -1", SpecError),
        ({"breaks": 1, "trimming": 0.7}, "trimming = 0.7", SpecError),
        ({"breaks": ["2000-01"], "level": 0}, "level = 0", SpecError),
        ({"by": [1, 2]}, "not a series", SpecError),
    ],
)
def test_schemes_that_cannot_be_are_refused(given, fault, error):
    with pytest.raises(error, match=fault):
        VarianceRegimes(**given)


def test_regimes_that_do_not_fit_are_refused(data, reduced):
    with pytest.raises(SampleError, match=r"needs at least 7 periods; 2023-01 to 2023-05 has 5"):
        reduced.identify(VarianceRegimes(breaks=["2000-01", "2023-01"]))
    with pytest.raises(SpecError, match="2030-01 leaves no period"):
        reduced.identify(VarianceRegimes(breaks=["2030-01"]))
    short = pd.Series(1, index=data.index[:390])
    with pytest.raises(SpecError, match="No regime is given for 2022-07, 2022-08, 2022-09 and 8"):
        reduced.identify(VarianceRegimes(by=short))
    with pytest.raises(SpecError, match="are of one regime"):
        reduced.identify(VarianceRegimes(by=pd.Series(1, index=data.index)))
    with pytest.raises(SampleError, match="do not fit into"):
        VAR(1).fit(data.iloc[:60]).identify(VarianceRegimes(breaks=8))
    restricted = VAR(1, restrictions=[BlockExogenous(["a"])]).fit(data)
    with pytest.raises(SpecError, match="without restrictions"):
        restricted.identify(VarianceRegimes(breaks=[halves(data)]))
    alone = VAR(1).fit(data[["a"]])
    with pytest.raises(SpecError, match="One variable has one shock"):
        alone.identify(VarianceRegimes(breaks=[halves(data)]))


# -- draws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 6])
def test_residuals_are_drawn_inside_regimes(length):
    regime = (np.arange(100) % 3 == 0).astype(int)
    residuals = np.column_stack([regime, np.arange(100.0)])
    rule = WithinRegimes(regime, *([MovingBlocks(length)] if length > 1 else []))
    usable = np.arange(100) != 50
    table = rule.table(np.column_stack([residuals, np.ones(100)]), usable)
    rows = rule.rows(np.random.default_rng(0), usable)
    assert rows.shape == (100, 8)
    sizes = [len(rule.rule.table(residuals[regime == m], usable[regime == m])) for m in range(2)]
    assert len(table) == sum(sizes)
    assert ((rows < sizes[0]) == (regime == 0)[:, None]).all()


def test_only_a_bootstrap_that_keeps_the_regimes_is_valid(data, reduced):
    scheme = VarianceRegimes(breaks=[halves(data)])
    for bands in (ResidualBootstrap(100), BlockBootstrap(100), WildBootstrap(100)):
        svar = reduced.identify(scheme, inference=bands)
        with pytest.raises(InvalidInferenceError, match="volatility_bootstrap"):
            svar.irf(4)
        with pytest.raises(InvalidInferenceError):
            _ = svar.draws
    with pytest.raises(InvalidInferenceError, match="variances move"):
        reduced.identify(scheme).forecast(4)
    with pytest.raises(InvalidInferenceError, match="this scheme has none"):
        reduced.identify(Cholesky(), inference=VolatilityBootstrap(100)).irf(4)
    with pytest.raises(InvalidInferenceError, match="no variances that move"):
        VolatilityBootstrap(100).draw(reduced, 0)
    assert isinstance(reduced.identify(scheme).inference, VolatilityBootstrap)


def test_draws_do_not_depend_on_threads_or_on_their_number(data, reduced):
    scheme = VarianceRegimes(breaks=[halves(data)])
    one, other, more = (
        reduced.identify(scheme, inference=bands, rng=5).draws.impact
        for bands in (
            VolatilityBootstrap(100),
            VolatilityBootstrap(100, threads=2),
            VolatilityBootstrap(140),
        )
    )
    assert (one == other).all()
    assert (one == more[:100]).all()


def test_one_failed_draw_does_not_end_the_others(svar):
    model, reduced = svar.reduced.volatility, svar.reduced
    y = np.repeat(reduced.y[None], 3, 0)
    y[1, 50:] = np.inf
    y[2, :, 1] = y[2, :, 0]
    found = model.reestimate(replace(reduced.observations, y=y))
    assert np.isfinite(found.unmixing).all(axis=(1, 2)).tolist() == [True, False, False]
    assert_allclose(np.abs(np.linalg.det(found.unmixing[0])), abs(np.linalg.det(model.unmixing)))


def test_blocks_inside_regimes_are_for_variances_that_move_inside_them(data, reduced):
    svar = reduced.identify(
        VarianceRegimes(breaks=[halves(data)]), inference=VolatilityBootstrap(100, None)
    )
    assert "moving blocks" in svar.inference.describe()
    assert "blocks of 23 periods" in " ".join(svar.notes())
    assert svar.draws.failed == 0


def test_the_reduced_form_replicates_itself(svar):
    lags, deterministic, covariance = svar.reduced.reestimate(svar.reduced.y[None])
    assert_allclose(lags[0], svar.reduced.lag_coefficients, atol=1e-9)
    assert_allclose(deterministic[0], svar.reduced.deterministic, atol=1e-9)
    assert_allclose(covariance[0], svar.reduced.covariance, atol=1e-9)
    found = svar.inference.draw(svar.reduced, svar.seed)
    assert_allclose(found.covariance, svar.draws.covariance, atol=1e-12)


def test_weighting_by_the_variances_makes_coefficients_more_accurate(svar, reduced):
    ours, plain = (
        svar.reduced.std_errors,
        VAR(1, errors="HC1").fit(reduced_data(reduced)).std_errors,
    )
    assert (ours.to_numpy() < plain.to_numpy() * 1.1).all()
    assert ours.to_numpy().mean() < plain.to_numpy().mean()
    robust = np.sqrt(np.diag(svar.reduced.coefficient_covariance("HC1")))
    assert_allclose(robust.reshape(3, -1).T, ours, rtol=0.25)
    with pytest.raises(SpecError, match="HC3"):
        svar.reduced.coefficient_covariance("HC3")


def reduced_data(reduced):
    return pd.DataFrame(reduced.y, index=reduced.index, columns=list(reduced.names))


# -- results -------------------------------------------------------------------------------------


def test_the_result_is_labelled_and_says_what_it_is(svar):
    found = svar.variance_ratios(levels=(0.90,), errors="gaussian")
    tidy = found.tidy()
    rows = tidy[tidy["statistic"] == "variance_ratio"]
    assert len(rows) == 3
    assert (rows["conf_low"] < rows["estimate"]).all()
    assert (rows["estimate"] < rows["conf_high"]).all()
    text = str(found.summary())
    for said in ("LR, proportional covariances", "(999 permutations)", "unit variance on average"):
        assert said in text
    assert "Rigobon" in found.cite()
    assert "Pham" in found.cite()
    assert found.plot()[1].shape == (1, 1)
    assert "generalised least squares with the variances of" in str(svar.reduced.summary())
    volatility = svar.shock_volatility()
    assert_allclose((volatility.deviations**2).mean(), 1, rtol=1e-8)
    assert volatility.plot()[1].size == 4
    with pytest.raises(SpecError, match="no pair"):
        found.p_value("a", "x")


def test_other_schemes_have_no_ratios(reduced):
    plain = reduced.identify(Cholesky())
    for ask in (plain.variance_ratios, plain.shock_volatility):
        with pytest.raises(SpecError, match="scheme 'cholesky'"):
            ask()


def test_results_are_kept_on_disk(svar, tmp_path):
    for result in (svar.variance_ratios(), svar.irf(4), svar.shock_volatility(), svar.reduced):
        again = yenloop.load(result.save(tmp_path / "result.yenloop"))
        assert type(again) is type(result)
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
    assert isinstance(again.volatility, RegimeModel)
