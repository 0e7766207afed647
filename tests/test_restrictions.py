"""Restricted VARs: another program, collapse to least squares and known formulas, equivariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from linearmodels.system import SUR

from yenloop.errors import SpecError
from yenloop.estimation.least_squares import least_squares, many_least_squares
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.restrictions import BlockExogenous, Linear, Zero
from yenloop.models.var import VAR

FIRST = np.array([[0.5, 0.1, 0, 0], [0.1, 0.4, 0, 0], [0.3, 0.0, 0.4, 0.1], [0.0, 0.2, -0.1, 0.5]])
SECOND = np.diag([0.1, 0.1, 0.2, 0.0])
ROOT = np.array([[1, 0, 0, 0], [0.4, 0.9, 0, 0], [0.5, 0.3, 0.8, 0], [0.2, -0.4, 0.3, 0.7]])
NAMES = ["oil", "us", "yen", "cpi"]
CLOSED = BlockExogenous(["oil", "us"])


def simulate(periods=200, *, seed=0):
    """A VAR(2) in which oil and us do not depend on the past of yen and cpi."""
    rng = np.random.default_rng(seed)
    y = np.zeros((periods + 50, 4))
    for t in range(2, len(y)):
        y[t] = 0.1 + FIRST @ y[t - 1] + SECOND @ y[t - 2] + ROOT @ rng.standard_normal(4)
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return pd.DataFrame(y[50:], index=index, columns=NAMES)


@pytest.fixture(scope="module")
def data():
    return simulate()


@pytest.fixture(scope="module")
def closed(data):
    return VAR(2, restrictions=[CLOSED], divisor="T").fit(data)


@pytest.fixture(scope="module")
def free(data):
    return VAR(2, divisor="T").fit(data)


# -- another program ------------------------------------------------------------------------------


@pytest.mark.parametrize(("errors", "theirs"), [("classical", "unadjusted"), ("HC0", "robust")])
def test_estimates_and_errors_agree_with_linearmodels(data, errors, theirs):
    zeros = Zero([("cpi", "oil", 2), ("yen", "cpi", None)])
    var = VAR(2, restrictions=[CLOSED, zeros], divisor="T", errors=errors).fit(data)
    regressors = pd.DataFrame(var.design, columns=var.regressors)
    left_out = {name: [c for c in var.regressors if var.params.loc[c, name] == 0] for name in NAMES}
    equations = {
        name: {
            "dependent": pd.Series(var.y[2:, i], name=name),
            "exog": regressors.drop(columns=left_out[name]),
        }
        for i, name in enumerate(NAMES)
    }
    sur = SUR(equations).fit(
        method="gls", iterate=True, cov_type=theirs, tol=1e-13, iter_limit=1000
    )
    assert len(sur.params) == 4 * 9 - 11
    for label in sur.params.index:
        equation, term = label.split("_", 1)
        assert var.params.loc[term, equation] == pytest.approx(sur.params[label], abs=1e-9)
        assert var.std_errors.loc[term, equation] == pytest.approx(sur.std_errors[label], abs=1e-9)
    np.testing.assert_allclose(var.covariance, sur.sigma, rtol=1e-9)


def test_one_step_is_the_textbook_estimator(data, free):
    # Luetkepohl (2005), (5.2.6): beta = R gamma, gamma by GLS with Sigma of least squares.
    var = VAR(2, restrictions=[CLOSED], iterate=False).fit(data)
    x, y = free.design, free.y[2:]
    kept = np.flatnonzero((var.params != 0).to_numpy().T.ravel())
    weight = np.linalg.inv(free.covariance)
    normal = np.kron(weight, x.T @ x)[np.ix_(kept, kept)]
    right = np.kron(weight, x.T) @ y.T.ravel()
    gamma = np.linalg.solve(normal, right[kept])
    np.testing.assert_allclose(var.params.to_numpy().T.ravel()[kept], gamma, rtol=1e-9)


# -- collapse -------------------------------------------------------------------------------------


def test_restrictions_that_hold_already_change_nothing(data, free):
    place = ("cpi", "yen", 1)
    estimate = free.params.loc["yen.l1", "cpi"]
    var = VAR(2, restrictions=[Linear({place: 2.0}, 2 * estimate)], divisor="T").fit(data)
    np.testing.assert_allclose(var.params, free.params, rtol=1e-10)
    np.testing.assert_allclose(var.covariance, free.covariance, rtol=1e-10)
    assert var.loglik == pytest.approx(free.loglik)
    assert not var.plain_least_squares
    assert VAR(2, restrictions=[]).fit(data).plain_least_squares


def test_the_closed_block_is_a_var_of_its_own(data, closed):
    alone = VAR(2, divisor="T").fit(data[["oil", "us"]])
    terms = list(alone.params.index)
    np.testing.assert_allclose(closed.params.loc[terms, ["oil", "us"]], alone.params, atol=1e-12)
    np.testing.assert_allclose(closed.covariance[:2, :2], alone.covariance, rtol=1e-12)
    np.testing.assert_allclose(
        closed.std_errors.loc[terms, ["oil", "us"]], alone.std_errors, rtol=1e-10
    )
    others = ["yen.l1", "cpi.l1", "yen.l2", "cpi.l2"]
    assert (closed.params.loc[others, ["oil", "us"]] == 0).all(axis=None)
    assert (closed.std_errors.loc[others, ["oil", "us"]] == 0).all(axis=None)
    assert closed.pvalues.loc[others, ["oil", "us"]].isna().all(axis=None)


def test_the_open_block_is_least_squares_given_the_closed_one(closed):
    # The likelihood factors: y2 on the regressors and on the current y1.
    x, y = closed.design, closed.y[2:]
    given = least_squares(np.hstack([x, y[:, :2]]), y[:, 2:])
    through = given.coefficients[9:].T
    conditional = given.coefficients[:9] + closed.params.to_numpy()[:, :2] @ through.T
    np.testing.assert_allclose(closed.params[["yen", "cpi"]], conditional, atol=1e-9)
    inner = given.residuals.T @ given.residuals / len(x)
    target = inner + through @ closed.covariance[:2, :2] @ through.T
    np.testing.assert_allclose(closed.covariance[2:, 2:], target, rtol=1e-9)


def test_residual_covariance_is_that_of_the_residuals(closed):
    u = closed.residuals.to_numpy()
    np.testing.assert_allclose(closed.covariance, u.T @ u / len(u), rtol=1e-12)
    np.testing.assert_allclose(closed.fitted + closed.residuals, closed.y[2:], atol=1e-12)


def test_a_weighted_sum_holds_exactly(data):
    sums = [
        Linear({("cpi", "yen", None): 1.0}, 0.25),
        Linear({("yen", "us", 1): 1, ("cpi", "us", 1): -1}),
        Linear([(("cpi", "const", None), 1.0)], 0.5),
    ]
    params = VAR(3, restrictions=sums).fit(data).params
    assert params.loc[["yen.l1", "yen.l2", "yen.l3"], "cpi"].sum() == pytest.approx(0.25, abs=1e-12)
    assert params.loc["us.l1", "yen"] == pytest.approx(params.loc["us.l1", "cpi"], abs=1e-12)
    assert params.loc["const", "cpi"] == 0.5


# -- counting and testing -------------------------------------------------------------------------


def test_free_coefficients_are_counted(data, closed, free):
    assert (closed.df_resid, free.df_resid) == (198 - 9 + 2, 198 - 9)
    assert closed.dynamic_coefficients == 2 * 16 - 8
    coefficients = 4 * 9 - 8
    log_det = np.linalg.slogdet(closed.covariance)[1]
    assert closed.aic == pytest.approx(log_det + 2 * coefficients / 198)
    assert closed.bic == pytest.approx(log_det + np.log(198) * coefficients / 198)
    assert closed.loglik == pytest.approx(-198 / 2 * (4 * np.log(2 * np.pi) + log_det + 4))
    by_df = VAR(2, restrictions=[CLOSED]).fit(data)
    np.testing.assert_allclose(by_df.covariance * 191, closed.covariance * 198)
    assert "on average" in " ".join(by_df.notes())


def test_likelihood_ratio_and_wald(data, closed, free):
    found = closed.test_restrictions()
    ratio, corrected, wald = found.tests
    assert ratio.statistic == pytest.approx(2 * (free.loglik - closed.loglik))
    assert corrected.statistic == pytest.approx(ratio.statistic * (198 - 9) / 198)
    assert ratio.df == corrected.df == wald.df == (8,)
    places = [9 * e + i for e in (0, 1) for i in (3, 4, 7, 8)]
    gap = free.params.to_numpy().T.ravel()[places]
    spread = free.coefficient_covariance()[np.ix_(places, places)]
    assert wald.statistic == pytest.approx(gap @ np.linalg.solve(spread, gap))
    assert 0.01 < ratio.p_value < 1  # the restrictions are true
    # The unrestricted VAR can test the same, and one restriction is a squared t ratio.
    again = free.test_restrictions([CLOSED])
    assert again.tests[0].statistic == pytest.approx(ratio.statistic)
    for errors in ("classical", "HC1"):
        one = free.test_restrictions([Zero([("cpi", "oil", 1)])], errors=errors).tests[2]
        robust = VAR(2, divisor="T", errors=errors).fit(data)
        assert one.statistic == pytest.approx(robust.tvalues.loc["oil.l1", "cpi"] ** 2)
    false = free.test_restrictions([BlockExogenous(["yen"])])
    assert false.tests[0].p_value < 1e-4
    assert "rejected" in str(false.summary())
    assert len(false.tidy()) == 6


def test_further_restrictions_are_tested_against_the_restricted_var(data, closed):
    further = Zero([("cpi", "oil", None)])
    both = VAR(2, restrictions=[CLOSED, further], divisor="T").fit(data)
    ratio, _, wald = closed.test_restrictions([further]).tests
    assert ratio.statistic == pytest.approx(2 * (closed.loglik - both.loglik))
    assert ratio.df == (2,)
    places = [9 * 3 + 1, 9 * 3 + 5]
    gap = closed.params.to_numpy().T.ravel()[places]
    spread = closed.coefficient_covariance()[np.ix_(places, places)]
    assert wald.statistic == pytest.approx(gap @ np.linalg.solve(spread, gap))


def test_the_tests_have_their_size():
    p_values = [
        [t.p_value for t in VAR(2).fit(simulate(250, seed=s)).test_restrictions([CLOSED]).tests]
        for s in range(200)
    ]
    rejected = (np.array(p_values) < 0.1).mean(axis=0)
    assert (np.abs(rejected - 0.1) < 0.07).all()  # three Monte Carlo errors


def test_lags_are_chosen_for_the_restricted_model(data):
    spec = VAR("aic", max_lags=3, restrictions=[CLOSED])
    selection = spec.select_lags(data)
    fitted = VAR(2, restrictions=[CLOSED]).fit(data, start="2000-02")
    assert selection.table.loc[2, "aic"] == pytest.approx(fitted.aic)
    assert spec.fit(data).p == selection.best("aic")
    with pytest.raises(SpecError, match="No equation holds lag 3 of yen"):
        VAR("aic", max_lags=4, restrictions=[Zero([("cpi", "yen", 3)])]).fit(data)


# -- equivariance ---------------------------------------------------------------------------------


def test_units_do_not_matter(data, closed):
    moved = VAR(2, restrictions=[CLOSED], divisor="T").fit(
        data.assign(oil=100 * data["oil"], cpi=data["cpi"] / 1000)
    )
    terms = [name for name in closed.regressors if name != "const"]
    np.testing.assert_allclose(moved.tvalues.loc[terms], closed.tvalues.loc[terms], rtol=1e-8)
    np.testing.assert_allclose(np.abs(moved.roots), np.abs(closed.roots), rtol=1e-8)
    ratio = closed.test_restrictions().tests[0].statistic
    assert moved.test_restrictions().tests[0].statistic == pytest.approx(ratio)


def test_the_order_of_the_columns_does_not_matter(data, closed):
    other = VAR(2, restrictions=[CLOSED], divisor="T").fit(data[["cpi", "us", "yen", "oil"]])
    rows, columns = list(closed.params.index), list(closed.params.columns)
    np.testing.assert_allclose(other.params.loc[rows, columns], closed.params, atol=1e-11)
    np.testing.assert_allclose(other.std_errors.loc[rows, columns], closed.std_errors, rtol=1e-9)


def test_accuracy_on_integrated_series_with_a_large_mean(data):
    levels = 500 + data.cumsum() / 100
    var = VAR(3, restrictions=[CLOSED]).fit(levels)
    alone = VAR(3).fit(levels[["oil", "us"]])
    terms = [name for name in alone.params.index if name != "const"]
    np.testing.assert_allclose(
        var.params.loc[terms, ["oil", "us"]], alone.params.loc[terms], atol=1e-9
    )


def test_many_regressions_are_one_after_the_other():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((5, 40, 3)) * [1.0, 1e4, 1e-3]
    y = rng.standard_normal((5, 40, 2))
    x[1, :, 2] = x[1, :, 0]  # dependent
    y[3, 7, 0] = np.nan
    coefficients, gram_inverse, covariance = many_least_squares(x, y)
    for run in (0, 2, 4):
        fit = least_squares(x[run], y[run])
        np.testing.assert_allclose(coefficients[run], fit.coefficients, rtol=1e-11)
        np.testing.assert_allclose(gram_inverse[run], fit.gram_inverse, rtol=1e-11)
        np.testing.assert_allclose(
            covariance[run], fit.residuals.T @ fit.residuals / 40, rtol=1e-11
        )
    for run in (1, 3):
        assert np.isnan(coefficients[run]).all()
        assert np.isnan(covariance[run]).all()


# -- downstream -----------------------------------------------------------------------------------


def test_every_draw_obeys_the_restrictions(data):
    var = VAR(2, restrictions=[CLOSED, Linear({("cpi", "yen", None): 1.0}, 0.25)]).fit(data)
    drawn = var.draws(ResidualBootstrap(300), 0)
    assert (drawn.lags[:, :, :2, 2:] == 0).all()
    np.testing.assert_allclose(drawn.lags[:, :, 3, 2].sum(axis=1), 0.25, atol=1e-10)
    error = var.std_errors.to_numpy().T[:, 1:].reshape(4, 2, 4).transpose(1, 0, 2)
    loose = error > 0
    np.testing.assert_allclose(drawn.lags.std(axis=0)[loose], error[loose], rtol=0.3)
    np.testing.assert_allclose(drawn.covariance.mean(axis=0), var.covariance, rtol=0.1, atol=0.05)


def test_responses_of_the_closed_block_are_its_own(data, closed):
    inference = ResidualBootstrap(200)
    svar = closed.identify(Cholesky(), inference=inference)
    irf = svar.irf(12)
    assert (irf.draws[:, :, :2, 2:] == 0).all()
    alone = VAR(2, divisor="T").fit(data[["oil", "us"]]).identify(Cholesky(), inference=inference)
    np.testing.assert_allclose(irf.point[:, :2, :2], alone.irf(12).point, atol=1e-10)
    history = svar.historical_decomposition()
    np.testing.assert_allclose(history.point.sum(axis=2), closed.y[2:], rtol=0, atol=1e-10)
    np.testing.assert_allclose(svar.fevd(6).point[:, 0, 2:], 0.0, atol=1e-20)
    np.testing.assert_allclose(svar.forecast(4).point[:, :2], alone.forecast(4).point, atol=1e-10)
    assert "oil, us closed to all others" in " ".join(irf.notes())
    assert closed.diagnostics().table.loc["Portmanteau (16 lags)", "df"] == str(16 * 16 - 24)


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("restriction", "message"),
    [
        (BlockExogenous(["gold"]), "No variable is called 'gold'"),
        (BlockExogenous(NAMES), "A closed block of 4 of 4"),
        (Zero([("gold", "oil", 1)]), "No equation is called 'gold'"),
        (Zero([("oil", "gold", 1)]), "No variable or term is called 'gold'"),
        (Zero([("oil", "us", 7)]), "No equation holds lag 7 of us"),
    ],
)
def test_restrictions_on_what_is_not_there_are_refused(data, restriction, message):
    with pytest.raises(SpecError, match=message):
        VAR(2, restrictions=[restriction]).fit(data)


def test_contradictions_are_refused_and_repetitions_are_not(data, closed):
    twice = VAR(2, restrictions=[CLOSED, Zero([("oil", "yen", 1)])], divisor="T").fit(data)
    np.testing.assert_array_equal(twice.params, closed.params)
    with pytest.raises(SpecError, match="repeat or contradict"):
        VAR(2, restrictions=[CLOSED, Linear({("oil", "yen", 1): 1.0}, 0.5)]).fit(data)
    with pytest.raises(SpecError, match="no restrictions to test"):
        VAR(2).fit(data).test_restrictions()


def test_specifications_stay_hashable():
    spec = VAR(2, restrictions=[CLOSED, Zero([("cpi", "oil", 1)]), Linear({("cpi", "us", 1): 1})])
    assert hash(spec) == hash(VAR(2, restrictions=spec.restrictions))


@pytest.mark.parametrize("place", ["cpi", ("cpi", "yen"), ("cpi", "yen", 1, 2)])
def test_a_coefficient_has_an_equation_a_variable_and_a_lag(place):
    with pytest.raises(SpecError, match="equation, variable, lag"):
        Zero([place])
    with pytest.raises(SpecError, match="equation, variable, lag"):
        Linear([(place, 1.0)])
