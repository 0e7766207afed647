"""AB models agree with Stata's svar and R's vars::SVAR to the digits that they print."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.ab import AB
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

NAN = np.nan


@pytest.fixture(scope="module")
def stata(golden):
    return golden("stata_svar_ab_macrodata")


@pytest.fixture(scope="module")
def macro(stata):
    frame = stata.frame().drop(columns="quarter")
    frame = frame.set_axis(pd.period_range("1959Q2", periods=len(frame), freq="Q"), axis=0)
    return VAR(3).fit(frame)


@pytest.fixture(scope="module")
def recursive(macro):
    scheme = AB(a={"cons": ["gdp"], "inv": ["gdp", "cons"]})
    return macro.identify(scheme).structural_coefficients()


def test_stata_matrices(stata, recursive):
    np.testing.assert_allclose(recursive.a, stata.target("A (unit"), rtol=0, atol=1e-8)
    np.testing.assert_allclose(recursive.b, stata.target("B (diag"), rtol=0, atol=5e-10)


def test_stata_standard_errors(stata, recursive):
    below = recursive.a_std_errors.to_numpy()[[1, 2, 2], [0, 0, 1]]
    np.testing.assert_allclose(below, stata.target("s.e. of a21"), rtol=0, atol=1e-8)
    own = np.diag(recursive.b_std_errors)
    np.testing.assert_allclose(own, stata.target("s.e. of b11"), rtol=0, atol=1e-10)
    assert int(np.isfinite(recursive.std_error).sum()) == 6


def test_stata_log_likelihoods(stata, macro, recursive):
    assert recursive.loglik == pytest.approx(stata.target("SVAR log likelihood"), abs=1e-6)
    assert macro.loglik == pytest.approx(stata.target("VAR log likelihood"), abs=1e-7)
    small, adjusted = stata.target("det Sigma (ML)")
    shrink = (macro.df_resid / macro.nobs) ** 3
    assert np.linalg.det(macro.covariance) == pytest.approx(adjusted, abs=1e-22)
    assert np.linalg.det(macro.covariance) * shrink == pytest.approx(small, abs=1e-22)


def test_stata_information_criteria(stata, macro):
    t, k, n = macro.nobs, 30, macro.nobs - macro.df_resid
    fit = -2 * macro.loglik / t
    found = [fit + 2 * k / t, fit + 2 * np.log(np.log(t)) * k / t, fit + np.log(t) * k / t]
    detail = np.linalg.det(macro.covariance) * (macro.df_resid / t) ** 3
    found.append(1e12 * detail * ((t + n) / (t - n)) ** 3)
    np.testing.assert_allclose(found, stata.target("AIC, HQIC"), rtol=0, atol=1e-8)


@pytest.mark.parametrize("equation", [1, 2, 3])
def test_stata_fit_of_the_equations(stata, macro, equation):
    name = macro.names[equation - 1]
    residuals, actual = macro.residuals[name], macro.y[macro.p :, equation - 1]
    lost = residuals @ residuals
    r2 = 1 - lost / np.sum((actual - actual.mean()) ** 2)
    f = (r2 / 9) / ((1 - r2) / macro.df_resid)
    found = [r2, np.sqrt(lost / macro.df_resid), f]
    target = stata.target(f"equation {equation}:")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-8)


def test_stata_reduced_form(stata, macro):
    order = [f"{name}.l{lag}" for name in macro.names for lag in (1, 2, 3)] + ["const"]
    params, errors = (table.loc[order].to_numpy().T for table in (macro.params, macro.std_errors))
    target = stata.target("30 VAR coefficients").reshape(3, 10)
    np.testing.assert_allclose(params, target, rtol=0, atol=1e-10)
    target = stata.target("s.e. of the 30").reshape(3, 10)
    np.testing.assert_allclose(errors, target, rtol=0, atol=1e-10)


@pytest.fixture(scope="module")
def canada(golden):
    case = golden("canada_vars")
    frame = case.frame().drop(columns="time")
    frame = frame.set_axis(pd.period_range("1980Q1", periods=len(frame), freq="Q"), axis=0)
    return VAR(2).fit(frame[["e", "prod", "rw", "U"]])


#: R: diag(Amat) <- NA; Amat[2, 1] <- NA; Amat[4, 1] <- NA.
R_PATTERN = np.array([[NAN, 0, 0, 0], [NAN, NAN, 0, 0], [0, 0, NAN, 0], [NAN, 0, 0, NAN]])


def test_r_a_model(golden, canada):
    found = canada.identify(AB(a=R_PATTERN)).structural_coefficients()
    target = golden("canada_vars").target("SVAR A (scoring)")
    np.testing.assert_allclose(found.a, target, rtol=0, atol=1e-4)
    digits = [2.7562254769, 1.53341233, 1.28156864, 4.88239683, 0.0870033488, 2.5624800192]
    ours = [*np.diag(found.a), found.a.loc["prod", "e"], found.a.loc["U", "e"]]
    np.testing.assert_allclose(ours, digits, rtol=0, atol=6e-9)
    np.testing.assert_array_equal(found.b, np.eye(4))


def test_r_over_identification(golden, canada):
    found = canada.identify(AB(a=R_PATTERN)).structural_coefficients()
    assert found.df == 4
    target = golden("canada_vars").target("SVAR overid. LR")
    # R stops its scoring steps at 1e-7, just short of the maximum.
    assert found.lr == pytest.approx(target, abs=1e-6)
    assert found.lr <= target
    assert found.p_value == pytest.approx(0.414131, abs=5e-7)


def test_stata_and_r_write_the_same_model(canada):
    """Free diagonal of A with B = I, or unit diagonal of A with B diagonal free."""
    r_way = canada.identify(AB(a=R_PATTERN))
    stata_way = canada.identify(AB(a={"prod": ["e"], "U": ["e"]}))
    np.testing.assert_allclose(r_way.impact, stata_way.impact, rtol=0, atol=1e-12)
    a = r_way.structural_coefficients().a.to_numpy()
    unit = stata_way.structural_coefficients()
    np.testing.assert_allclose(unit.a, a / np.diag(a)[:, None], rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.diag(unit.b), 1 / np.diag(a), rtol=1e-10)
