"""The West German VAR(2) agrees with Stata's manual and with Luetkepohl (2005)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.diagnostics import lm_at_lag
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

END = "1978Q4"  # the book holds out the last 16 quarters


@pytest.fixture(scope="module")
def case(golden):
    return golden("luetkepohl_e1")


@pytest.fixture(scope="module")
def stata(case):
    # Stata stores logs and differences in single precision, which moves the sixth digit.
    frame = case.frame("data_lutkepohl2_stata.csv")[["dln_inv", "dln_inc", "dln_consump"]]
    index = pd.period_range("1960Q1", periods=len(frame), freq="Q")
    return frame.set_axis(index, axis=0).set_axis(["inv", "inc", "con"], axis=1)


@pytest.fixture(scope="module")
def var2(stata):
    return VAR(2).fit(stata, end=END)


def test_coefficients_and_standard_errors(case, var2):
    for equation, label in (("inv", "eq1[inv]"), ("inc", "eq2[inc]"), ("con", "eq3[cons]")):
        for term in ("inv1", "inv2", "inc1", "inc2", "con1", "con2", "const"):
            row = term if term == "const" else f"{term[:3]}.l{term[3]}"
            for table, name in (
                (var2.params, f"coef {label} {term}"),
                (var2.std_errors, f"se(dfk) {label[:3]} {term}"),
            ):
                try:
                    target = case.target(name)
                except KeyError:
                    continue
                assert table.loc[row, equation] == pytest.approx(target, abs=6e-8), name


def test_likelihood_and_fit(case, var2):
    assert var2.nobs == 73
    assert var2.loglik == pytest.approx(case.target("loglik VAR(2)"), abs=6e-4)
    rmse = np.sqrt(np.diag(var2.covariance))
    np.testing.assert_allclose(rmse, case.target("rmse per equation"), rtol=0, atol=6e-7)
    actual = var2.y[2:]
    residual = (var2.residuals**2).sum().to_numpy()
    r2 = 1 - residual / ((actual - actual.mean(axis=0)) ** 2).sum(axis=0)
    np.testing.assert_allclose(r2, case.target("R2 per equation"), rtol=0, atol=6e-5)


def test_criteria_up_to_the_likelihood_constant(case, var2):
    # Stata's criteria are -2 ll / T + ..., which adds K (1 + ln 2 pi) to ln|Sigma| + ...
    shift = 3 * (1 + np.log(2 * np.pi))
    found = [var2.aic + shift, var2.hqic + shift, var2.bic + shift]
    target = [case.target(name) for name in ("AIC/T", "HQIC/T", "SBIC/T")]
    np.testing.assert_allclose(found, target, rtol=0, atol=6e-6)


def test_lag_selection_on_the_common_sample(case, stata):
    selection = VAR(max_lags=4).select_lags(stata, end=END)
    assert selection.nobs == 71
    target = case.target("varsoc loglik lags 0..4")
    np.testing.assert_allclose(selection.table["loglik"], target, rtol=0, atol=6e-4)
    chosen = [selection.best(name, least=0) for name in ("fpe", "aic", "hqic", "bic")]
    assert chosen == list(case.target("selected lag fpe/aic/hqic/sbic"))
    # The book counts no deterministic terms: 2 K / T less than ours.
    table = selection.table["aic"] - 2 * 3 / 71
    np.testing.assert_allclose(table, case.target("Table 4.5 AIC"), rtol=0, atol=0.0051)


@pytest.mark.parametrize("lag", [1, 2])
def test_lm_test_at_one_lag(case, var2, lag):
    found = lm_at_lag(var2, lag)
    assert found.statistic == pytest.approx(case.target(f"varlmar LM({lag})"), abs=6e-5)
    assert found.df == (9,)


def test_book_values(case):
    levels = case.frame()[["invest", "income", "cons"]]
    index = pd.period_range("1960Q1", periods=len(levels), freq="Q")
    changes = np.log(levels).diff().set_axis(index, axis=0)
    var2 = VAR(2).fit(changes, end=END)
    found = np.hstack([var2.deterministic, *var2.lag_coefficients])
    np.testing.assert_allclose(found, case.target("B_hat"), rtol=0, atol=6e-4)
    covariance = 1e4 * var2.covariance
    np.testing.assert_allclose(covariance, case.target("Sigma_u x 1e4"), rtol=0, atol=6e-3)
    precise = [-0.31963097, 0.145988827, 0.961219032, -0.160551108, 0.114604982, 0.934393758]
    slopes = np.hstack([*var2.lag_coefficients])[0]
    np.testing.assert_allclose(slopes, precise, rtol=0, atol=6e-9)
    svar = var2.identify(Cholesky(), inference=ResidualBootstrap(100))
    forecast = svar.forecast(2)
    np.testing.assert_allclose(forecast.point, case.target("point forecasts"), rtol=0, atol=6e-4)
    theta = svar.irf(1).point
    mse = 1e4 * np.einsum("hij,hkj->ik", theta, theta)
    plug_in = case.target("2-step forecast MSE without")
    np.testing.assert_allclose(mse, plug_in, rtol=0, atol=6e-3)
