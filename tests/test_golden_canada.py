"""The VAR of the Canadian labour market agrees with R's package vars to its printed digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NearUnitRootWarning
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

PFAFF = ["prod", "e", "U", "rw"]
MOST = ["e", "prod", "rw", "U"]


@pytest.fixture(scope="module")
def case(golden):
    return golden("canada_vars")


@pytest.fixture(scope="module")
def data(case):
    frame = case.frame().drop(columns="time")
    return frame.set_axis(pd.period_range("1980Q1", periods=len(frame), freq="Q"), axis=0)


@pytest.fixture(scope="module")
def var1(data):
    return VAR(1, trend="ct").fit(data[PFAFF])


@pytest.fixture(scope="module")
def svar(data):
    return VAR(2).fit(data[MOST]).identify(Cholesky(), inference=ResidualBootstrap(100))


def test_lag_criteria(case, data):
    selection = VAR(trend="ct", max_lags=8).select_lags(data[PFAFF])
    found = selection.table.loc[1:, ["aic", "hqic", "bic", "fpe"]].to_numpy().T
    target = case.target("VARselect criteria")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-9)
    chosen = [selection.best(name) for name in ("aic", "hqic", "bic", "fpe")]
    assert chosen == [3, 2, 1, 3]


@pytest.mark.parametrize("equation", PFAFF)
def test_coefficients_and_standard_errors(case, var1, equation):
    slopes = [f"{name}.l1" for name in PFAFF]
    found = var1.params.loc[[*slopes, "trend"], equation]
    target = case.target(f"VAR(1) const+trend eq {equation}")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-9)
    errors = var1.std_errors.loc[slopes, equation]
    target = case.target(f"VAR(1) eq {equation} std errors")
    np.testing.assert_allclose(errors, target, rtol=0, atol=1e-9)


def test_trend_counts_from_the_first_observation(var1):
    # R: the trend runs p+1, ..., T, so that the constants agree too.
    constants = [16.2434074733297, -278.761211375592, 259.982009666455, 163.024530661782]
    np.testing.assert_allclose(var1.params.loc["const"], constants, rtol=1e-9)
    assert var1.pvalues.loc["prod.l1", "e"] == pytest.approx(7.49289195106099e-07, rel=1e-6)


def test_fit_of_the_var2(svar):
    reduced = svar.reduced
    assert reduced.loglik == pytest.approx(-175.818568, abs=5e-7)
    variances = [0.13163473833, 0.42571075649, 0.6088583404, 0.0782099767]
    np.testing.assert_allclose(np.diag(reduced.covariance), variances, rtol=1e-9)
    equation = [1.637820602, 0.1672716685, -0.0631186313, 0.2655847772, -0.497133775]
    terms = ["e.l1", "prod.l1", "rw.l1", "U.l1", "e.l2"]
    np.testing.assert_allclose(reduced.params.loc[terms, "e"], equation, rtol=0, atol=5e-10)
    assert reduced.params.loc["const", "e"] == pytest.approx(-136.9984494, abs=5e-8)


def test_roots(case, svar):
    found = np.abs(svar.reduced.roots)
    np.testing.assert_allclose(found, case.target("roots"), rtol=0, atol=1e-9)
    assert svar.reduced.is_stable
    assert svar.reduced.near_unit_root
    with pytest.warns(NearUnitRootWarning, match="close to one"):
        svar.reduced.diagnostics()


def test_orthogonal_responses(case, svar):
    irf = svar.irf(10)
    found = irf.point[:, :, 0]
    target = case.target("VAR(2) const Cholesky IRF to e shock")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-8)


def test_variance_decomposition(case, svar):
    shares = svar.fevd(10)
    np.testing.assert_allclose(shares.shares("rw"), case.target("FEVD of rw"), rtol=0, atol=1e-8)
    first = [0.463621090, 0.00300824, 0.00247920, 0.530891463]
    eighth = [0.422941590, 0.26486149, 0.14001287, 0.172184048]
    np.testing.assert_allclose(shares.shares("U").loc[[1, 8]], [first, eighth], rtol=0, atol=6e-9)


def test_point_forecast(case, svar):
    found = svar.forecast(4).path("U")["estimate"]
    target = case.target("predict U 1..4")[:, 0]
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def tests(var1):
    found = var1.diagnostics(portmanteau_lags=16, lm_lags=5, arch_lags=5)
    return {test.name.split(" (")[0]: test for test in found.tests}


@pytest.mark.parametrize(
    ("name", "target", "tolerance", "df"),
    [
        ("Portmanteau", "Portmanteau Q(16) full", 1e-7, (240,)),
        ("Adjusted portmanteau", "adj. full precision", 1e-7, (240,)),
        ("Breusch-Godfrey LM", "Breusch-Godfrey LM(5)", 1e-6, (80,)),
        ("Edgerton-Shukur F", "Edgerton-Shukur F(5)", 1e-6, (80, 215)),
        ("ARCH-LM", "multivariate ARCH-LM(5)", 1e-6, (500,)),
    ],
)
def test_residual_tests(case, tests, name, target, tolerance, df):
    assert tests[name].statistic == pytest.approx(case.target(target), abs=tolerance)
    assert tests[name].df == df


def test_normality(case, tests):
    found = [tests[name].statistic for name in ("Jarque-Bera", "Skewness", "Kurtosis")]
    target = case.target("multivariate Jarque-Bera")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-6)


def test_p_values_of_residual_tests(tests):
    p_values = {
        "Portmanteau": 0.605998789997827,
        "Adjusted portmanteau": 0.216720270350695,
        "Breusch-Godfrey LM": 3.52265670916152e-3,
        "Edgerton-Shukur F": 0.000849011244506537,
        "Jarque-Bera": 0.270766009753550,
        "ARCH-LM": 0.0160644948482627,
    }
    for name, p_value in p_values.items():
        assert tests[name].p_value == pytest.approx(p_value, rel=1e-9), name
