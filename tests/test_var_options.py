"""Exogenous lags, outlier dummies and robust errors: other programs, collapse, known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.api import VAR as STATSMODELS_VAR

from yenloop.errors import DataError, NumericalError, SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR

LAG = np.array([[0.5, 0.1, 0.0], [-0.2, 0.6, 0.1], [0.1, 0.0, 0.3]])
ROOT = np.array([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [0.2, -0.3, 0.7]])
EXOGENOUS = np.array([[2.0, -1.0], [0.5, 1.5], [0.0, 0.7]])  # on brent now and a month ago


def simulate(periods=240, *, seed=0, spread=None):
    """A VAR(1) of a, b, c driven by brent now and a month ago, from 1995-01."""
    rng = np.random.default_rng(seed)
    brent = rng.standard_normal(periods)
    scale = np.ones(periods) if spread is None else spread
    y = np.zeros((periods, 3))
    for t in range(1, periods):
        u = scale[t] * ROOT @ rng.standard_normal(3)
        y[t] = 0.2 + LAG @ y[t - 1] + EXOGENOUS @ [brent[t], brent[t - 1]] + u
    index = pd.period_range("1995-01", periods=periods, freq="M")
    return pd.DataFrame(np.column_stack([y, brent]), index=index, columns=[*"abc", "brent"])


@pytest.fixture(scope="module")
def data():
    return simulate()


@pytest.fixture(scope="module")
def varx(data):
    return VAR(2, exog=["brent"], exog_lags=1).fit(data)


def test_coefficients_agree_with_statsmodels(data, varx):
    exog = pd.concat([data["brent"], data["brent"].shift(1)], axis=1).iloc[1:].to_numpy()
    theirs = STATSMODELS_VAR(data[[*"abc"]].to_numpy()[1:], exog=exog).fit(2, trend="c")
    ours = VAR(2, exog=["brent"], exog_lags=1).fit(data, start="1995-01")
    # Statsmodels needs complete rows: its sample starts with the second month.
    same = VAR(2, exog=["brent", "before"]).fit(data.assign(before=data["brent"].shift(1)).iloc[1:])
    np.testing.assert_allclose(same.params, np.asarray(theirs.params), rtol=0, atol=1e-10)
    np.testing.assert_allclose(same.std_errors, np.asarray(theirs.stderr), rtol=0, atol=1e-10)
    assert same.loglik == pytest.approx(theirs.llf, rel=1e-12)
    # Ours uses one month more: the lag reaches back into the presample.
    assert (ours.nobs, same.nobs) == (238, 237)
    assert ours.z_names == varx.z_names == ("const", "brent", "brent.l1")


def test_recovers_the_coefficients_of_current_and_past_values():
    var = VAR(1, exog=["brent"], exog_lags=1).fit(simulate(20_000))
    found = var.params.loc[["brent", "brent.l1"]].to_numpy().T
    error = var.std_errors.loc[["brent", "brent.l1"]].to_numpy().T
    assert (np.abs(found - EXOGENOUS) < 5 * error).all()


def test_more_exogenous_lags_than_lags_take_their_presample(data):
    var = VAR(1, exog=["brent"], exog_lags=4).fit(data)
    assert (str(var.index[0]), str(var.dates[0]), var.nobs) == ("1995-04", "1995-05", 236)
    back = [data["brent"].iloc[4 - lag : len(data) - lag] for lag in range(5)]
    np.testing.assert_array_equal(var.z[:, 1:], np.column_stack(back))


def test_lag_selection_has_the_exogenous_lags_on_one_common_sample(data):
    selection = VAR("bic", max_lags=3, exog=["brent"], exog_lags=5).select_lags(data)
    assert selection.terms == ("const", "brent", *(f"brent.l{lag}" for lag in range(1, 6)))
    assert (selection.nobs, selection.sample) == (235, "1995-06 to 2014-12")
    fitted = VAR(3, exog=["brent"], exog_lags=5).fit(data)
    assert selection.table.loc[3, "bic"] == pytest.approx(fitted.bic)


def test_units_of_exogenous_coefficients(varx):
    tidy = varx.tidy()
    units = tidy.set_index("shock")["unit"]
    assert set(units[["brent", "brent.l1", "a"]]) == {"unit per unit"}
    assert set(units["const"]) == {"unit"}


def test_terms_and_lags_are_said_in_words(data, varx):
    assert "exogenous brent with 1 lag" in varx.terms_in_words
    var = VAR(1, exog=["brent"], outliers=["2001-02"], seasonal=True).fit(data)
    words = "constant, 11 seasonal dummies, exogenous brent, a dummy for each of 2001-02"
    assert words in var.terms_in_words


def test_forecasts_carry_exogenous_lags_and_the_trend_on(data):
    var = VAR(2, trend="ct", exog=["brent"], exog_lags=3, outliers=["2003-05"]).fit(data)
    svar = var.identify(Cholesky(), inference=ResidualBootstrap(100))
    ahead = pd.DataFrame({"brent": [1.0, -2.0, 0.5]})
    found = svar.forecast(3, exog=ahead, cumulative=False).point
    brent = np.append(data["brent"].to_numpy(), ahead["brent"])
    path = list(data[[*"abc"]].to_numpy())
    for step in range(3):
        t = len(data) + step
        z = np.array([1.0, t + 1, *brent[t - np.arange(4)], 0.0])
        path.append(
            var.deterministic @ z
            + sum(a @ path[t - 1 - i] for i, a in enumerate(var.lag_coefficients))
        )
        np.testing.assert_allclose(found[step], path[t], rtol=1e-12)
    dated = ahead.set_axis(pd.period_range("2015-01", periods=3, freq="M"), axis=0)
    shuffled = dated.iloc[[2, 0, 1]]
    np.testing.assert_array_equal(svar.forecast(3, exog=shuffled, cumulative=False).point, found)
    with pytest.raises(SpecError, match="exogenous columns .brent., whose future values"):
        svar.forecast(4, exog=ahead)
    with pytest.raises(SpecError, match="missing"):
        svar.forecast(3, exog=ahead.assign(brent=np.nan))


def test_the_bootstrap_simulates_with_the_exogenous_variables(varx):
    # Left out of the simulation but not of the estimation, their coefficients would be near zero.
    drawn = varx.draws(ResidualBootstrap(400), 0)
    error = varx.std_errors.to_numpy().T[:, :3]
    gap = drawn.deterministic.mean(axis=0) - varx.deterministic
    assert (np.abs(gap) < 0.5 * error).all()
    spread = drawn.deterministic.std(axis=0)
    np.testing.assert_allclose(spread, error, rtol=0.2)


def test_everything_downstream_works_with_exogenous_lags(varx):
    svar = varx.identify(Cholesky(), inference=ResidualBootstrap(100))
    history = svar.historical_decomposition(draws=20)
    np.testing.assert_allclose(history.point.sum(axis=2), varx.y[2:], rtol=0, atol=1e-10)
    np.testing.assert_allclose(
        history.draws.sum(axis=-1), np.broadcast_to(varx.y[2:], (20, 238, 3)), rtol=0, atol=1e-10
    )
    assert "exogenous variables" in history.parts
    np.testing.assert_allclose(svar.fevd(6).point.sum(axis=2), 1.0)
    assert svar.irf(6).point.shape == (7, 3, 3)


# -- dummies of single months ---------------------------------------------------------------------


def test_a_dummy_takes_its_month_out_of_the_estimation(data):
    spoiled = data.copy()
    spoiled.loc["2003-05", ["a", "b", "c"]] += [50.0, -20.0, 10.0]
    var = VAR(1, exog=["brent"], outliers=["2003-05"]).fit(spoiled)
    plain = VAR(1, exog=["brent"]).fit(spoiled)
    keep = plain.dates != pd.Period("2003-05", "M")
    left_out = np.linalg.lstsq(plain.design[keep], spoiled[[*"abc"]].to_numpy()[1:][keep])[0]
    kept = list(plain.regressors)
    np.testing.assert_allclose(var.params.loc[kept], left_out, atol=1e-10)
    np.testing.assert_allclose(var.residuals.loc["2003-05"], 0.0, atol=1e-10)
    assert var.df_resid == plain.df_resid - 1
    np.testing.assert_array_equal(var.resampled_rows, keep)
    assert var.plain_least_squares
    assert plain.resampled_rows.all()


def test_a_run_of_months_is_one_dummy_each(data):
    names = VAR(1, outliers=[("2004-11", "2005-02"), "2001-03", "2005-01"]).fit(data).z_names
    months = ("2001-03", "2004-11", "2004-12", "2005-01", "2005-02")
    assert names == ("const", *(f"outlier_{month}" for month in months))


def test_outliers_outside_the_sample_are_refused(data):
    with pytest.raises(SpecError, match="outlier 2030-01 is not in the sample"):
        VAR(1, outliers=["2030-01"]).fit(data)
    with pytest.raises(NumericalError, match="outlier_1995-02 is zero throughout"):
        VAR(3, outliers=["1995-02"]).fit(data)


# -- standard errors ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC3"])
def test_robust_standard_errors_agree_with_statsmodels(data, kind):
    var = VAR(2, exog=["brent"], exog_lags=1, errors=kind).fit(data)
    for i, name in enumerate(var.names):
        theirs = sm.OLS(var.y[2:, i], var.design).fit(cov_type=kind)
        np.testing.assert_allclose(var.std_errors[name], theirs.bse, rtol=1e-10)
    n = len(var.regressors)
    whole = var.coefficient_covariance()
    u, left = var.residuals.to_numpy(), 1 - np.sum(var.design @ var.gram_inverse * var.design, 1)
    weight = {"HC0": 1.0, "HC1": var.nobs / var.df_resid, "HC3": 1 / left**2}[kind]
    meat = (var.design * (weight * u[:, 0] * u[:, 2])[:, None]).T @ var.design
    block = var.gram_inverse @ meat @ var.gram_inverse
    np.testing.assert_allclose(whole[:n, 2 * n :], block, rtol=1e-9, atol=1e-16)
    np.testing.assert_allclose(whole, whole.T, rtol=1e-12)
    np.testing.assert_array_equal(
        whole, VAR(2, exog=["brent"], exog_lags=1).fit(data).coefficient_covariance(kind)
    )


def test_robust_errors_reach_every_table(data):
    plain, robust = (VAR(1, errors=kind).fit(data) for kind in ("classical", "HC1"))
    np.testing.assert_array_equal(plain.params, robust.params)
    ratio = robust.std_errors / plain.std_errors
    assert not np.allclose(ratio, 1.0, atol=0.01)
    np.testing.assert_allclose(plain.tvalues / robust.tvalues, ratio)
    low, high = robust.conf_int(0.9)
    before = plain.conf_int(0.9)
    np.testing.assert_allclose((high - low) / (before[1] - before[0]), ratio)
    assert set(robust.tidy()["band"]) == {"t, HC1"}
    assert set(plain.tidy()["band"]) == {"t"}
    assert "white1980" in robust.cite()
    assert "Standard errors (HC1)" in str(robust.summary())


def test_the_classical_covariance_is_the_kronecker_product(varx):
    target = np.kron(varx.covariance, varx.gram_inverse)
    np.testing.assert_allclose(varx.coefficient_covariance("classical"), target, rtol=1e-14)


def test_robust_errors_see_heteroskedasticity():
    # Errors that are large when brent is: classical errors of its coefficient are too small.
    rng = np.random.default_rng(5)
    brent = rng.standard_normal(4_000)
    errors = brent[:, None] * rng.standard_normal((4_000, 2))
    frame = pd.DataFrame(errors, columns=["x", "y"]).assign(brent=brent)
    frame.index = pd.period_range("1700-01", periods=4_000, freq="M")
    plain, robust = (
        VAR(1, exog=["brent"], errors=kind).fit(frame) for kind in ("classical", "HC0")
    )
    ratio = robust.std_errors.loc["brent"] / plain.std_errors.loc["brent"]
    np.testing.assert_allclose(ratio, np.sqrt(3), rtol=0.1)  # E x^4 = 3 (E x^2)^2


def test_a_dummy_has_no_robust_standard_error(data):
    spec = {"lags": 1, "outliers": ["2003-05"]}
    assert VAR(**spec).fit(data).std_errors.loc["outlier_2003-05"].notna().all()
    for kind in ("HC0", "HC3"):
        var = VAR(**spec, errors=kind).fit(data)
        assert var.std_errors.loc["outlier_2003-05"].isna().all()
        assert np.isfinite(var.coefficient_covariance()).all()
        # The other coefficients do not notice: they are those of the sample without the month.
        keep = var.resampled_rows
        theirs = sm.OLS(var.y[1:, 0][keep], np.delete(var.design, 1, 1)[keep]).fit(cov_type=kind)
        np.testing.assert_allclose(
            var.std_errors["a"].drop("outlier_2003-05"), theirs.bse, rtol=1e-9
        )


@pytest.mark.parametrize("errors", ["classical", "HC3"])
def test_standard_errors_follow_the_units(data, errors):
    spec = VAR(2, exog=["brent"], exog_lags=1, errors=errors)
    first, second = (
        spec.fit(data),
        spec.fit(data.assign(a=100 * data["a"], brent=data["brent"] / 9)),
    )
    np.testing.assert_allclose(second.tvalues.drop("const"), first.tvalues.drop("const"), rtol=1e-8)


@pytest.mark.parametrize(
    "options",
    [
        {"exog_lags": 1},
        {"exog": ["brent"], "exog_lags": -1},
        {"errors": "HC2"},
    ],
)
def test_options_are_checked(options):
    with pytest.raises(SpecError):
        VAR(1, **options)


def test_reestimation_of_the_data_is_the_estimate(data):
    for options in (
        {},
        {"outliers": ["2003-05"]},
        {"restrictions": [BlockExogenous(["a"])]},
        {"pandemic": PandemicScale("2003-05", fixed=(5, 4, 3, 0.5)), "divisor": "T"},
    ):
        var = VAR(2, exog=["brent"], exog_lags=1, **options).fit(data)
        broken = np.full_like(var.y, np.nan)
        lags, terms, covariance = var.reestimate(np.stack([var.y, broken, 2 * var.y]))
        np.testing.assert_allclose(lags[0], var.lag_coefficients, atol=1e-10)
        np.testing.assert_allclose(terms[0], var.deterministic, atol=1e-9)
        np.testing.assert_allclose(covariance[0], var.covariance, rtol=1e-8)
        assert all(np.isnan(part[1]).any() for part in (lags, terms, covariance))
        np.testing.assert_allclose(covariance[2], 4 * var.covariance, rtol=1e-8)


def test_specifications_that_are_no_numbers_or_leave_nothing(data):
    for lags in (2.5, True, 0, -1):
        with pytest.raises(SpecError, match=f"lags = {lags}. Use a whole number of 1 or more"):
            VAR(lags)
    with pytest.raises(SpecError, match="nothing is left to explain"):
        VAR(1, exog=list(data)).fit(data)
    one = VAR(1, exog="brent", restrictions=BlockExogenous("a"))
    assert one == VAR(1, exog=["brent"], restrictions=[BlockExogenous(["a"])])


def test_an_array_without_names_is_refused(data):
    with pytest.raises(DataError, match="ndarray, without names and dates"):
        VAR(1).fit(data.to_numpy())
