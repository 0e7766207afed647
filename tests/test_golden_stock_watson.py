"""The recursive VAR of Stock and Watson (2001) gives the values recomputed on the file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def case(golden):
    return golden("stock_watson_2001")


@pytest.fixture(scope="module")
def svar(case):
    frame = case.frame(index_col="date")
    frame = frame.set_axis(pd.PeriodIndex(frame.index.str.upper(), freq="Q"), axis=0)
    reduced = VAR(4).fit(frame[["infl", "unemp", "ff"]])
    assert reduced.sample == "1961Q1 to 2000Q4"
    return reduced.identify(Cholesky(), inference=ResidualBootstrap(100))


def test_impact_and_likelihood(svar):
    target = [[0.98503, 0, 0], [-0.013452, 0.22593, 0], [0.10898, -0.39494, 0.78385]]
    np.testing.assert_allclose(svar.impact, target, rtol=0, atol=5e-6)
    assert svar.reduced.loglik == pytest.approx(-381.3691829547, abs=5e-9)
    assert svar.reduced.nobs == 160


@pytest.mark.parametrize(("shock", "letter"), [("infl", "pi"), ("unemp", "u"), ("ff", "R")])
def test_responses(case, svar, shock, letter):
    found = svar.irf(23).select(shock=shock).point[:, :, 0]
    target = case.target(f"toolbox Cholesky IRF to {letter} shock")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-8)


@pytest.mark.parametrize(("variable", "letter"), [("infl", "pi"), ("unemp", "u"), ("ff", "R")])
def test_variance_decomposition(case, svar, variable, letter):
    found = 100 * svar.fevd(12).shares(variable).loc[[1, 4, 8, 12]]
    target = case.target(f"toolbox FEVD of {letter} at")
    np.testing.assert_allclose(found, target, rtol=0, atol=1e-6)


def test_forecast_standard_errors_without_parameter_uncertainty(svar):
    squared = np.cumsum(svar.irf(11).point ** 2, axis=0).sum(axis=2)
    target = [[0.98503, 0.22633, 0.88446], [2.0709, 0.94512, 2.6682]]
    np.testing.assert_allclose(np.sqrt(squared[[0, 11]]), target, rtol=0, atol=5e-5)


def test_point_forecast(svar):
    path = [2.69862578, 2.64137860, 2.63547021, 2.75436825]
    path += [2.89070217, 2.93338524, 2.95357231, 3.00745365]
    found = svar.forecast(8).path("infl")["estimate"]
    np.testing.assert_allclose(found, path, rtol=0, atol=5e-9)


def test_historical_decomposition(svar):
    last = svar.historical_decomposition().contributions("infl").iloc[-1]
    shocks = [-2.63254361, 0.85551782, -0.41727391]
    np.testing.assert_allclose(last[["infl", "unemp", "ff"]], shocks, rtol=0, atol=5e-9)
    baseline = last["initial condition"] + last["deterministic terms"]
    assert baseline == pytest.approx(3.94240792, abs=5e-9)
