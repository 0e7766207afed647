"""Proves that the switching regressions of Stata's manual come out, or a better optimum does."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from yenloop.estimation.hamilton import whole
from yenloop.estimation.switching_design import SwitchingDesign, SwitchingParameters
from yenloop.estimation.switching_score import filter_at
from yenloop.models.regime import RegimeRegression

pytestmark = pytest.mark.golden


@pytest.fixture(scope="module")
def case(golden):
    return golden("stata_mswitch_fedfunds")


def with_lag(series, **others):
    """A quarterly frame of a series, its lag and whatever else; rows before all exist dropped."""
    frame = pd.DataFrame({"y": series, "lag": series.shift(1), **others}).dropna()
    return frame.set_axis(pd.period_range("1954Q3", periods=len(frame), freq="Q"), axis=0)


def published_order(result, names, *, common_variance=True):
    """p00, p10, coefficients regressor by regressor, sigma^2; in the order of the regimes."""
    parameters = result.parameters
    order = [result.data.switching.index(name) for name in names]
    variance = parameters.variance[:1] if common_variance else parameters.variance
    return np.r_[
        parameters.transition[0, 0],
        parameters.transition[1, 0],
        parameters.switching[:, order].T.ravel(),
        variance,
    ]


def standard_errors(result, names):
    """In the order of the published values, without sigma."""
    moves = result.transition_std_errors.to_numpy()
    errors = result.params["std_error"]
    by_name = [errors[(regime, name)] for name in names for regime in result.regimes]
    return np.r_[moves[0, 0], moves[1, 0], by_name]


def test_fed_funds_constant(case):
    frame = with_lag(case.frame()["fedfunds"].dropna())
    whole_series = pd.DataFrame({"y": [*frame["lag"].iloc[:1], *frame["y"]]}).set_axis(
        pd.period_range("1954Q3", periods=len(frame) + 1, freq="Q"), axis=0
    )
    result = RegimeRegression("y", switch="coefficients").fit(whole_series, starts=10)
    name = "fedfunds const: p00,p10,mu0,mu1,sigma2"
    assert_allclose(result.loglik, case.target(f"{name}: log-likelihood"), atol=6e-5)
    published = case.target(f"{name}: ML parameters")
    assert_allclose(published_order(result, ["const"]), published, atol=2e-4)
    expected = case.target(f"{name}: s.e.")
    assert_allclose(standard_errors(result, ["const"]), expected, atol=2e-4)


def test_fed_funds_with_lag(case):
    frame = with_lag(case.frame()["fedfunds"].dropna())
    model = RegimeRegression("y", ["lag"], switch="coefficients", label_by="lag")
    result = model.fit(frame, starts=10)
    name = "fedfunds const + lag"
    assert_allclose(result.loglik, case.target(f"{name}: log-likelihood"), atol=6e-5)
    published = case.target(f"{name}: ML parameters")
    assert_allclose(published_order(result, ["const", "lag"]), published, atol=2e-4)
    expected = case.target(f"{name}: s.e.")
    assert_allclose(standard_errors(result, ["const", "lag"]), expected, atol=2e-4)


def fed_funds_with_output_gap_and_inflation(case):
    data = case.frame()
    return with_lag(data["fedfunds"], ogap=data["ogap"], inf=data["inf"])


def test_fed_funds_with_output_gap_and_inflation(case):
    frame = fed_funds_with_output_gap_and_inflation(case)
    model = RegimeRegression("y", ["lag", "ogap", "inf"], switch="coefficients", label_by="lag")
    result = model.fit(frame, starts=10)
    assert_allclose(result.loglik, -229.25614, atol=6e-5)
    # Printed in Stata's manual ([TS] mswitch): seven digits.
    stata = [0.7279288, 0.2114578, 0.6554954, -0.0944924, 0.8314458, 0.9292574, 0.1355425,
             0.0343072, -0.0273928, 0.2125275, 0.5764495**2]  # fmt: skip
    names = ["const", "lag", "ogap", "inf"]
    assert_allclose(published_order(result, names), stata, atol=2e-4)
    stata_errors = [0.0929915, 0.0641179, 0.1373889, 0.1279231, 0.0333236, 0.0270852, 0.0294113,
                    0.0240138, 0.0408057, 0.0297351]  # fmt: skip
    assert_allclose(standard_errors(result, names), stata_errors, atol=2e-4)


def test_three_regimes_likelihood_at_statas_parameters(case):
    frame = fed_funds_with_output_gap_and_inflation(case)
    by_regressor = np.array(
        [[0.5261292, -0.0034106, 0.6015991], [0.8464551, 0.9690088, 0.4178913],
         [0.1201952, 0.0464136, 0.1075357], [-0.0425603, 0.1298906, 0.9099168]]
    )  # fmt: skip
    first = np.array([[0.7253684, 0.1641252, 0.6178282], [0.2564055, 0.7994204, 0.3821718]])
    parameters = SwitchingParameters(
        np.column_stack([*first, 1 - first.sum(axis=0)]),
        np.ascontiguousarray(by_regressor.T),
        np.empty(0),
        np.full(3, 0.438375**2),
        np.empty((3, 0)),
    )
    rows = len(frame)
    x = np.column_stack([np.ones(rows), frame[["lag", "ogap", "inf"]]])
    design = SwitchingDesign(
        frame["y"].to_numpy(), x, np.empty((rows, 0)), whole(rows), 3, 0, False, False, 0.0
    )
    expected = case.target("fedfunds 3 regimes")
    assert_allclose(filter_at(parameters, design).log_likelihood, expected, atol=6e-5)


def test_three_regimes_find_more_than_the_published_optimum(case):
    frame = fed_funds_with_output_gap_and_inflation(case)
    model = RegimeRegression("y", ["lag", "ogap", "inf"], regimes=3, switch="coefficients")
    result = model.fit(frame, rng=0)
    assert result.loglik >= -182.27188 - 1e-4  # Stata prints -189.89493
    assert (np.diff(result.optima["log_likelihood"]) < 0).all()
    assert result.optima["hits"].sum() == result.starts + 1
    # At that optimum one move is impossible: it has no standard error, the others have.
    at_zero = result.transition < 1e-5
    assert at_zero.to_numpy().sum() == 1
    assert (result.transition_std_errors.isna() == at_zero).all(axis=None)
    assert result.params["std_error"].notna().all()


def test_stock_returns_with_switching_variance(case):
    frame = with_lag(case.frame()["areturns"].dropna())
    result = RegimeRegression("y", ["lag"]).fit(frame, starts=10)
    name = "areturns const + lag, switching variance"
    assert_allclose(result.loglik, case.target(f"{name}: log-likelihood"), atol=6e-5)
    published = case.target(f"{name}: ML parameters")
    ours = published_order(result, ["const", "lag"], common_variance=False)
    assert_allclose(ours, published, atol=1e-3)
    expected = case.target(f"{name}: s.e.")
    assert_allclose(standard_errors(result, ["const", "lag"]), expected, atol=2e-4)


def mumps():
    """Monthly mumps cases in New York City, seasonally differenced, as statsmodels carries them."""
    folder = Path(find_spec("statsmodels").submodule_search_locations[0])
    source = folder / "tsa" / "regime_switching" / "tests" / "test_markov_regression.py"
    if not source.exists():
        pytest.skip("this statsmodels comes without its tests, which carry the series")
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "mumpspc":
            return pd.Series(ast.literal_eval(node.value))
    raise AssertionError("the series has moved")


def test_mumps_without_constant_switching_variance():
    frame = with_lag(mumps())
    frame = frame.set_axis(pd.period_range("1929-01", periods=len(frame), freq="M"), axis=0)
    result = RegimeRegression("y", ["lag"], constant="none").fit(frame, starts=10)
    assert_allclose(result.loglik, 131.7225, atol=6e-5)
    stata = [0.762733, 0.1473767, 0.420275, 0.9847369, 0.0562405**2, 0.2611362**2]
    assert_allclose(published_order(result, ["lag"], common_variance=False), stata, atol=2e-4)
