"""The VECM: between a VAR in changes and one in levels, in any units, near a known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, NumericalError, SpecError
from yenloop.estimation.granger_representation import cointegration_rank
from yenloop.estimation.johansen import reduced_rank
from yenloop.estimation.rank_distribution import max_eigenvalue_distribution, trace_distribution
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.loop import loop_gain
from yenloop.models.storage import load, save
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM, _normalised
from yenloop.models.vecm_rank import CASES

NAMES = ["a", "b", "c"]

#: One relation, a = 0.5 b + 0.8 c, to which c does not react.
ALPHA = np.array([-0.25, 0.15, 0.0])
BETA = np.array([1.0, -0.5, -0.8])
GAMMA = np.array([[0.2, 0.1, 0.0], [0.0, 0.3, 0.1], [0.1, 0.0, 0.2]])
IMPACT = np.array([[1.0, 0.0, 0.0], [0.3, 0.8, 0.0], [-0.2, 0.4, 0.6]])


def simulate(nobs, seed=0, drift=(0.05, 0.02, 0.05)):
    rng = np.random.default_rng(seed)
    y = np.zeros((nobs + 50, 3))
    for t in range(2, len(y)):
        past = y[t - 1] - y[t - 2]
        e = IMPACT @ rng.standard_normal(3)
        y[t] = y[t - 1] + ALPHA * (BETA @ y[t - 1]) + GAMMA @ past + np.array(drift) + e
    index = pd.period_range("1990-01", periods=nobs, freq="M")
    return pd.DataFrame(y[50:] + np.array([500.0, 100.0, 0.0]), index=index, columns=NAMES)


@pytest.fixture(scope="module")
def data():
    return simulate(240)


@pytest.fixture(scope="module")
def with_news(data):
    news = np.random.default_rng(5).standard_normal(len(data))
    return data.assign(a=data["a"] + 0.5 * news, news=news)


@pytest.fixture(scope="module")
def vecm(data):
    return VECM(1, 1).fit(data)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("divisor", ["T", "df"])
def test_full_rank_is_the_var_in_levels(with_news, case, divisor):
    options = {"seasonal": True, "exog": ["news"], "divisor": divisor}
    vecm = VECM(1, 3, case, **options).fit(with_news)
    var = VAR(2, trend=CASES[case].trend, **options).fit(with_news)
    np.testing.assert_allclose(vecm.lag_coefficients, var.lag_coefficients, atol=1e-9)
    np.testing.assert_allclose(vecm.deterministic, var.deterministic, atol=1e-7)
    np.testing.assert_allclose(vecm.residuals, var.residuals, atol=1e-9)
    assert vecm.loglik == pytest.approx(var.loglik, abs=1e-8)
    if divisor == "T" or not CASES[case].restricted:
        np.testing.assert_allclose(vecm.covariance, var.covariance, rtol=1e-9)
    if not CASES[case].restricted:
        found, known = vecm.coefficient_covariance(), var.coefficient_covariance()
        scale = np.sqrt(np.diag(known))
        np.testing.assert_allclose(
            found / scale / scale[:, None], known / scale / scale[:, None], atol=1e-7
        )


@pytest.mark.parametrize(
    ("case", "trend"), [("n", "n"), ("ci", "n"), ("co", "c"), ("coli", "c"), ("colo", "ct")]
)
def test_rank_zero_is_the_var_in_changes(data, case, trend):
    vecm = VECM(2, 0, case).fit(data)
    changes = VAR(2, trend=trend).fit(data.diff().iloc[1:])
    np.testing.assert_allclose(vecm.gamma, changes.lag_coefficients, atol=1e-9)
    np.testing.assert_allclose(vecm.residuals, changes.residuals, atol=1e-9)
    np.testing.assert_allclose(vecm.covariance, changes.covariance, rtol=1e-9)
    assert vecm.unit_roots == 3
    np.testing.assert_allclose(np.sort(np.abs(vecm.roots - 1))[:3], 0, atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_var_in_levels_reproduces_the_fitted_values(with_news, case):
    vecm = VECM(2, 1, case, seasonal=True, exog=["news"]).fit(with_news)
    fitted = vecm.z @ vecm.deterministic.T
    for lag in range(1, vecm.p + 1):
        fitted += vecm.y[vecm.p - lag : len(vecm.y) - lag] @ vecm.lag_coefficients[lag - 1].T
    np.testing.assert_allclose(fitted, vecm.fitted, rtol=0, atol=1e-10)
    x = vecm.estimated_design
    np.testing.assert_allclose(x[:, : vecm.rank], vecm.deviations.iloc[vecm.p - 1 : -1], atol=1e-9)
    changes = x @ vecm.coefficients.to_numpy()
    np.testing.assert_allclose(changes, fitted - vecm.y[vecm.p - 1 : -1], rtol=0, atol=1e-9)


@pytest.mark.parametrize("case", ["n", "ci", "co", "coli", "colo"])
def test_estimates_agree_with_statsmodels(data, case):
    from statsmodels.tsa.vector_ar import vecm as reference

    found = VECM(2, 2, case, divisor="T").fit(data)
    options = {"k_ar_diff": 2, "deterministic": case}
    known = reference.VECM(data.to_numpy(), coint_rank=2, **options).fit()
    np.testing.assert_allclose(found.alpha, known.alpha, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.beta[:3], known.beta, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(
        found.gamma.transpose(1, 0, 2).reshape(3, 6), known.gamma, rtol=1e-6, atol=1e-8
    )
    np.testing.assert_allclose(found.lag_coefficients, known.var_rep, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(found.covariance, known.sigma_u, rtol=1e-6)
    assert found.loglik == pytest.approx(known.llf, abs=1e-6)
    # With two relations and several free rows it mixes up the order of the standard errors.
    one = VECM(2, 1, case, divisor="T").fit(data).relation_errors
    known = reference.VECM(data.to_numpy(), coint_rank=1, **options).fit()
    np.testing.assert_allclose(one.loc[NAMES], known.stderr_beta, rtol=1e-6)
    np.testing.assert_allclose(one.iloc[3:], known.stderr_det_coef_coint, rtol=1e-6)


@pytest.mark.parametrize(("case", "order"), [("n", -1), ("co", 0)])
def test_rank_tests_agree_with_statsmodels(data, case, order):
    from statsmodels.tsa.vector_ar.vecm import coint_johansen

    found = VECM(2, deterministic=case).rank_test(data).table
    known = coint_johansen(data.to_numpy(), order, 2)
    np.testing.assert_allclose(found["trace"], known.trace_stat, rtol=1e-7)
    np.testing.assert_allclose(found["max_eigen"], known.max_eig_stat, rtol=1e-7)


@pytest.mark.parametrize(("case", "order"), [(0, -1), (2, 0), (4, 1)])
def test_critical_values_agree_with_simulated_ones(case, order):
    from scipy.stats import gamma
    from statsmodels.tsa.coint_tables import c_sja, c_sjt

    for n in range(1, 13):
        for rule, table in ((trace_distribution, c_sjt), (max_eigenvalue_distribution, c_sja)):
            shape, scale = rule(case, np.array([n]))
            found = gamma.ppf([0.90, 0.95], shape, scale=scale)
            np.testing.assert_allclose(found, table(n, order)[:2], rtol=0.015)


def test_the_true_rank_relation_and_reactions_are_found():
    data = simulate(1500, seed=3)
    vecm = VECM(1).fit(data)
    assert vecm.rank == 1
    error = (vecm.relations["ec1"] - BETA) / vecm.relation_errors["ec1"].replace(0, 1)
    assert (error.abs() < 3).all()
    reaction = (vecm.alpha[:, 0] - ALPHA) / vecm.coefficient_errors.loc["ec1"]
    assert (reaction.abs() < 3).all()
    np.testing.assert_allclose(vecm.gamma[0], GAMMA, atol=0.1)
    np.testing.assert_allclose(vecm.covariance, IMPACT @ IMPACT.T, atol=0.1)
    assert vecm.weak_exogeneity("c").p_value > 0.05
    assert vecm.weak_exogeneity("a").p_value < 1e-6
    assert vecm.exclusion("c").p_value < 1e-6
    assert vecm.holds({"a": 1, "b": -0.5, "c": -0.8}).p_value > 0.05
    assert vecm.holds({"a": 1, "b": -1}).p_value < 1e-6


def test_likelihood_ratios_are_those_of_the_restricted_likelihoods(data, vecm):
    def loglik(explained, x):
        u = explained - x @ np.linalg.lstsq(x, explained, rcond=None)[0]
        return -len(u) / 2 * np.linalg.slogdet(u.T @ u / len(u))[1]

    d = vecm.concentrated
    ahead = loglik(d.changes, vecm.estimated_design)

    def of(relation):
        return loglik(d.changes, np.column_stack([d.levels @ relation, d.short_run]))

    known = np.array([1.0, -0.6, -0.7])
    test = vecm.holds(dict(zip(NAMES, known)))
    assert test.statistic == pytest.approx(2 * (ahead - of(known)), abs=1e-7)
    assert test.df == (2,)

    # c does not react: its equation without the relation, the others given it.
    def without_c(free):
        error = d.levels @ np.array([1.0, *free])
        others = np.column_stack([error, d.short_run, d.changes[:, 2]])
        return -loglik(d.changes[:, :2], others) - loglik(d.changes[:, 2:], d.short_run)

    from scipy.optimize import minimize

    best = minimize(
        without_c, vecm.beta[1:, 0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}
    )
    test = vecm.weak_exogeneity("c")
    assert test.statistic == pytest.approx(2 * (ahead + best.fun), abs=1e-6)
    assert test.df == (1,)
    best = minimize(
        lambda free: -of(np.array([1.0, *free, 0.0])),
        [-1.0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-10},
    )
    assert vecm.exclusion("c").statistic == pytest.approx(2 * (ahead + best.fun), abs=1e-6)


def test_reestimation_of_many_series_is_that_of_each(data):
    vecm = VECM(1, 1, "coli", seasonal=True).fit(data)
    own = vecm.reestimate(vecm.y[None])
    for found, known in zip(own, (vecm.lag_coefficients, vecm.deterministic, vecm.covariance)):
        np.testing.assert_allclose(found[0], known, atol=1e-8)
    others = [simulate(240, seed) for seed in (1, 2, 3)]
    found = vecm.reestimate(np.stack([frame.to_numpy() for frame in others]))
    for r, frame in enumerate(others):
        one = VECM(1, 1, "coli", seasonal=True).fit(frame)
        np.testing.assert_allclose(found[0][r], one.lag_coefficients, atol=1e-8)
        np.testing.assert_allclose(found[1][r], one.deterministic, atol=1e-6)
        np.testing.assert_allclose(found[2][r], one.covariance, atol=1e-9)
    broken = np.stack([frame.to_numpy() for frame in others])
    broken[1, -1, 0] = np.inf
    lags, _, covariance = vecm.reestimate(broken)
    np.testing.assert_allclose(covariance[[0, 2]], found[2][[0, 2]])
    assert np.isnan(covariance[1]).all()
    assert np.isfinite(lags[[0, 2]]).all()


@settings(max_examples=15, deadline=None)
@given(powers=st.lists(st.integers(-3, 4), min_size=3, max_size=3))
def test_units_do_not_matter(data, vecm, powers):
    factor = 10.0 ** np.array(powers)
    scaled = VECM(1, 1).fit(data * factor)
    ratio = factor / factor[:, None]
    np.testing.assert_allclose(scaled.lag_coefficients * ratio, vecm.lag_coefficients, atol=1e-7)
    np.testing.assert_allclose(
        scaled.relations["ec1"] * factor / factor[0], vecm.relations["ec1"], rtol=1e-6
    )
    np.testing.assert_allclose(scaled.rank_test.table, vecm.rank_test.table, rtol=1e-6, atol=1e-9)
    assert scaled.weak_exogeneity("b").statistic == pytest.approx(
        vecm.weak_exogeneity("b").statistic, rel=1e-6
    )
    assert scaled.max_root == pytest.approx(vecm.max_root, abs=1e-7)
    errors = np.sqrt(np.diag(scaled.covariance))
    ranks = cointegration_rank(scaled.lag_coefficients[None], errors)
    assert ranks == [1]


@pytest.mark.parametrize("order", [["c", "a", "b"], ["b", "c", "a"]])
def test_order_and_normalisation_only_write_the_model_down(data, vecm, order):
    moved = VECM(1, 1).fit(data[order])
    np.testing.assert_allclose(moved.pi.loc[NAMES, NAMES], vecm.pi, atol=1e-10)
    np.testing.assert_allclose(moved.rank_test.table, vecm.rank_test.table, rtol=1e-7, atol=1e-12)
    named = VECM(1, 1, normalise=["c"]).fit(data)
    np.testing.assert_allclose(named.pi, vecm.pi, atol=1e-10)
    assert named.relations.loc["c", "ec1"] == 1
    assert named.relation_errors.loc["c", "ec1"] == 0


def test_a_shifted_series_moves_the_constant_alone(data, vecm):
    shifted = VECM(1, 1).fit(data + np.array([1000.0, 0.0, -300.0]))
    np.testing.assert_allclose(shifted.lag_coefficients, vecm.lag_coefficients, atol=1e-9)
    np.testing.assert_allclose(shifted.covariance, vecm.covariance, rtol=1e-9)


def test_imposed_unit_roots_are_no_instability(data, vecm):
    assert vecm.unit_roots == 2
    assert vecm.is_stable
    assert vecm.max_root < 0.95
    assert not vecm.near_unit_root
    svar = vecm.identify(Cholesky(), inference=ResidualBootstrap(100))
    assert not any("stable" in note or "explode" in note for note in svar.notes())
    assert "2 unit roots imposed" in " ".join(vecm.notes())
    lags = vecm.lag_coefficients.copy()
    lags[0] -= 7 * vecm.alpha @ vecm.beta.T  # the same relation, overshot
    wild = replace(vecm, lag_coefficients=lags)
    assert not wild.is_stable
    assert "NOT inside" in " ".join(wild.notes())
    assert wild.instability.endswith("responses explode.")


@pytest.mark.parametrize("inference", [ResidualBootstrap(400), BlockBootstrap(400), DeltaMethod()])
def test_draws_keep_the_rank_and_bands_surround_the_estimate(vecm, inference):
    svar = vecm.identify(Cholesky(), inference=inference)
    draws = svar.draws
    assert draws.failed == 0
    errors = np.sqrt(np.diag(vecm.covariance))
    assert (cointegration_rank(draws.lags, errors) == 1).all()
    irf = svar.irf(12)
    assert not irf.cumulated
    low, high = irf.bands([0.90])[0.90]
    inside = (low <= irf.point) & (irf.point <= high)
    assert inside.mean() > 0.95
    shares = svar.fevd(12)
    np.testing.assert_allclose(shares.point.sum(axis=-1), 1)


def test_the_delta_method_agrees_with_the_bootstrap_in_a_long_sample():
    vecm = VECM(1, 1).fit(simulate(1500, seed=4))
    drawn = vecm.identify(Cholesky(), inference=ResidualBootstrap(400)).irf(8).std_error
    delta = vecm.identify(Cholesky(), inference=DeltaMethod()).irf(8).std_error
    used = delta > 1e-6
    np.testing.assert_allclose(drawn[used], delta[used], rtol=0.25)


def test_bands_that_do_not_hold_with_unit_roots_are_refused(vecm):
    svar = vecm.identify(Cholesky(), inference=ResidualBootstrap(100))
    with pytest.raises(InvalidInferenceError, match="number of unit roots"):
        loop_gain(svar, "a")
    corrected = vecm.identify(Cholesky(), inference=BiasCorrectedBootstrap(100))
    with pytest.raises(InvalidInferenceError, match="correction for bias"):
        corrected.irf(4)


def test_a_result_is_the_same_after_saving(vecm, tmp_path):
    effects = vecm.identify(Cholesky(), inference=ResidualBootstrap(100)).long_run_effects()
    for result in (vecm, vecm.rank_test, effects):
        found = load(save(result, tmp_path / "result.yenloop"))
        assert str(found.summary()) == str(result.summary())
        pd.testing.assert_frame_equal(found.tidy(), result.tidy())


def test_history_adds_up(vecm):
    history = vecm.identify(Cholesky()).historical_decomposition()
    np.testing.assert_allclose(history.point.sum(axis=-1), vecm.y[vecm.p :], rtol=0, atol=1e-10)


def test_lags_by_a_criterion_are_those_of_the_levels_less_one(data):
    vecm = VECM("bic", 1, max_lags=6).fit(data)
    assert vecm.p - 1 == VAR("bic", max_lags=6).fit(data).p - 1 == 1
    assert vecm.lag_selection is not None
    none = VECM(0, 1).fit(data)
    assert none.p == 1
    assert none.gamma.shape == (0, 3, 3)


def test_tables_and_words(data):
    vecm = VECM(1, deterministic="coli").fit(data)
    assert vecm.rank == 1
    text = str(vecm.summary())
    for words in ("Case IV", "corrected trace", "2 unit roots imposed", "weakly exogenous", "ec1"):
        assert words in text
    tidy = vecm.tidy([0.68, 0.90])
    row = tidy[(tidy["statistic"] == "beta") & (tidy["shock"] == "trend") & (tidy["level"] == 0.90)]
    assert row["estimate"].item() == vecm.relations.loc["trend", "ec1"]
    assert "Johansen" in vecm.cite()
    rank = vecm.rank_test
    assert {"trace", "trace_95", "max_eigen_p"} <= set(rank.tidy()["statistic"])
    assert "Case IV: an unrestricted constant and a trend" in str(rank.summary())
    assert "Doornik" in rank.cite()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"rank": 4}, "rank = 4 with 3"),
        ({"rank": 2, "normalise": ["a"]}, "normalise = a with 2"),
        ({"rank": 1, "normalise": ["x"]}, "normalise = x"),
    ],
)
def test_what_does_not_fit_the_data_is_refused(data, options, fault):
    with pytest.raises(SpecError, match=fault):
        VECM(1, **options).fit(data)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"deterministic": "li"}, "a constant in the relations|unrestricted constant"),
        ({"lags": -1}, "lags = -1"),
        ({"lags": "abc"}, "lags = 'abc'"),
        ({"rank": "trace"}, "rank = 'trace'"),
        ({"level": 5}, "level = 5"),
    ],
)
def test_specifications_are_checked(options, fault):
    with pytest.raises(SpecError, match=fault):
        VECM(**options)


def test_changes_are_refused(data):
    described = {
        name: Column(id=name, label=name, unit="%", differenced=name == "b") for name in NAMES
    }
    with pytest.raises(SpecError, match="b: already changes"):
        VECM(1, 1).fit(Panel.from_frame(data, described))


def test_a_relation_without_the_normalised_variable_is_refused(vecm):
    fit = reduced_rank(vecm.concentrated, 1)
    fit.beta[0] = 0
    with pytest.raises(NumericalError, match="cannot be solved for a"):
        _normalised(fit, vecm.concentrated.r1, [0], ["a"])


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (lambda v: v.weak_exogeneity("a", "b", "c"), "Test at most 2"),
        (lambda v: v.weak_exogeneity("x"), "'x'"),
        (lambda v: v.exclusion("a", "b", "c"), "0 rows of beta"),
        (lambda v: v.holds({"a": 1}, {"b": 1}), "at rank 1"),
        (lambda v: v.holds(), "0 given relations"),
    ],
)
def test_tests_without_a_null_are_refused(vecm, ask, fault):
    with pytest.raises(SpecError, match=fault):
        ask(vecm)
