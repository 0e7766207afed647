"""Local projections give the published numbers: coefficients, robust errors, intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.projection_errors import EqualWeightedCosines, LagAugmented, NeweyWest
from yenloop.models.projection_shocks import ReducedFormInnovations
from yenloop.models.projections import LocalProjections
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

INNOVATIONS = ReducedFormInnovations()
WHITE = NeweyWest(lags=0)


def responses(frame, shock, horizon, *, lags, errors, scheme=INNOVATIONS, size="unit"):
    fitted = LocalProjections(lags, errors=errors).fit(frame)
    return fitted.irf(shock, horizon, scheme=scheme, size=size, cumulative=False)


# -- Stock and Watson (2001), lag-augmented -------------------------------------------------------


def test_lag_augmented_projections_of_stock_and_watson(golden):
    """Values recomputed from the authors' method: y_t, ..., y_{t-4}, White with T / (T - k)."""
    frame = golden("stock_watson_2001").frame(index_col="date")
    frame = frame.set_axis(pd.PeriodIndex(frame.index.str.upper(), freq="Q"), axis=0)
    irf = responses(frame[["infl", "unemp", "ff"]], "ff", 12, lags=4, errors=LagAugmented())
    expected = {
        1: [0.1150624358, -0.0012227960, 0.9389196117],
        4: [0.0225714268, 0.1850534790, 0.6011466309],
        8: [-0.3933718234, 0.4019241548, -0.0651783511],
        12: [-0.7099956879, 0.2335983455, -0.4585631185],
    }
    errors = {
        1: [0.1041275190, 0.0312809171, 0.1602519044],
        4: [0.2020586912, 0.0678866864, 0.2665678774],
        8: [0.1521860695, 0.0708652199, 0.2532346515],
        12: [0.1499324159, 0.1297775513, 0.2085550220],
    }
    for h, values in expected.items():
        np.testing.assert_allclose(irf.point[h, :, 0], values, rtol=0, atol=5e-11)
        np.testing.assert_allclose(irf.std_error[h, :, 0], errors[h], rtol=0, atol=5e-11)


# -- Montiel Olea and Plagborg-Moeller's example on Gertler and Karadi's data ---------------------


@pytest.fixture(scope="module")
def gertler_karadi(golden):
    frame = golden("lp_inference_gk_rz").frame()
    months = [f"{y}-{m:02d}" for y, m in zip(frame["year"], frame["month"], strict=True)]
    frame.index = pd.PeriodIndex(months, freq="M")
    return frame[["logcpi", "logip", "ff", "ebp", "ff4_tc"]]


@pytest.fixture(scope="module")
def case(golden):
    return golden("lp_inference_gk_rz")


def test_white_errors_without_augmentation(case, gertler_karadi):
    """Twelve values of each variable, y_t to y_{t-11}."""
    irf = responses(gertler_karadi, "ff4_tc", 20, lags=11, errors=WHITE).select(response="ebp")
    assert irf.observations[1] == 258
    for h, name in ((1, "EBP on ff4_tc(-1), p=12"), (5, "same at h=5"), (20, "same at h=20")):
        found = [irf.point[h, 0, 0], irf.std_error[h, 0, 0]]
        np.testing.assert_allclose(found, case.target(name), rtol=0, atol=1e-9)


def test_other_coefficients_of_the_same_regression(case, gertler_karadi):
    found = LocalProjections(11, errors=WHITE).fit(gertler_karadi).regression(1)
    values, errors = found["estimate", "ebp"], found["std_error", "ebp"] ** 2
    given = [*values[["const", "logip"]], *errors[["const", "logcpi", "logcpi.l11"]]]
    np.testing.assert_allclose(given, case.target("h=1: constant (raw levels)"), rtol=0, atol=1e-7)


def test_equal_weighted_cosines_and_student_intervals(case, gertler_karadi):
    errors = EqualWeightedCosines()
    irf = responses(gertler_karadi, "ff4_tc", 20, lags=11, errors=errors).select(response="ebp")
    low, high = irf.bands([0.9])[0.9]
    for h, count in ((1, 16), (20, 15)):
        assert irf.degrees[h] == count
        target = case.target(f"EWC s.e. h={h} ")
        assert irf.std_error[h, 0, 0] == pytest.approx(target, abs=1e-9)
        interval = case.target(f"EWC 90 pct interval h={h}")
        np.testing.assert_allclose([low[h, 0, 0], high[h, 0, 0]], interval[:2], rtol=0, atol=1e-8)


def test_lag_augmentation_at_all_horizons(case, gertler_karadi):
    irf = responses(gertler_karadi, "ff4_tc", 48, lags=12, errors=LagAugmented())
    irf = irf.select(response="ebp")
    low, high = irf.bands([0.9])[0.9]
    for found, name in (
        (irf.point, "lag-augmented LP (13 lags"),
        (irf.std_error, "EHW s.e. of lag-augmented LP"),
        (low, "lag-augmented 90 pct normal interval, lower"),
    ):
        np.testing.assert_allclose(found[1:, 0, 0], case.target(name), rtol=0, atol=1e-8)
    np.testing.assert_allclose(high - irf.point, irf.point - low, rtol=0, atol=1e-9)


# -- Jorda (2005) with R lpirfs -------------------------------------------------------------------


@pytest.fixture(scope="module")
def jorda(golden):
    return golden("jorda_2005_lpirfs")


@pytest.fixture(scope="module")
def rules(jorda):
    frame = jorda.frame(index_col="quarter")
    return frame.set_axis(pd.PeriodIndex(frame.index, freq="Q"), axis=0)


@pytest.fixture(scope="module")
def blocks(rules):
    """Coefficients on y_t and their errors, four values of each variable, lags to the horizon."""
    return responses(rules, None, 12, lags=3, errors=NeweyWest(small_sample=False))


@pytest.mark.parametrize("shock", ["GDP_gap", "Infl", "FF"])
def test_projections_of_jorda(jorda, rules, blocks, shock):
    """lpirfs multiplies coefficients by the impact of a VAR(4), and their bounds likewise.

    Its bounds ignore covariances; they show here that the coefficients' errors are ours.
    """
    impact = VAR(4).fit(rules).identify(Cholesky()).impact
    column = (impact / np.diagonal(impact))[:, list(rules).index(shock)]
    name = f"lp_lin unit shock in {shock}: responses"
    np.testing.assert_allclose(blocks.point @ column, jorda.target(name), rtol=0, atol=1e-7)
    reach = 1.96 * blocks.std_error
    for sign, bound in ((-1, "lower"), (1, "upper")):
        found = (blocks.point + sign * reach) @ column
        target = jorda.target(f"lp_lin shock {shock}: {bound} band")
        np.testing.assert_allclose(found, target, rtol=0, atol=1e-7)


def test_the_size_of_a_shock_is_structural(jorda, rules, blocks):
    """lpirfs takes the reduced form's deviation, 0.8209; the structural one is 0.784 (T - 1)."""
    given = jorda.target("lp_lin s.d. shock FF: responses")
    fitted = LocalProjections(4, divisor="T").fit(rules)
    irf = fitted.irf("FF", 12, scheme=Cholesky(), size="1sd")
    count = irf.nobs
    ours = irf.point[0, 2, 0] * np.sqrt(count / (count - 1))
    assert ours == pytest.approx(0.784123, abs=5e-7)
    assert given[0, 2] == pytest.approx(0.820925856, abs=5e-10)
    residuals = fitted.one_step.residuals["FF"]
    assert residuals.std(ddof=1) == pytest.approx(given[0, 2], abs=1e-9)
    np.testing.assert_allclose(given, blocks.point[..., 2] * given[0, 2], rtol=0, atol=1e-9)


def test_projections_on_a_shock_that_comes_first(jorda):
    """lpirfs' lp_lin_iv: government spending first, four lags; Newey-West with h + 1 lags."""
    frame = jorda.frame("data_ag2012.csv")
    quarters = [f"{y:.0f}Q{q:.0f}" for y, q in zip(frame["Year"], frame["Quarter"], strict=True)]
    frame.index = pd.PeriodIndex(quarters, freq="Q")
    frame = frame[["Gov", "Tax", "GDP"]].iloc[6:]  # as in the package's example
    target = jorda.target("lp_lin_iv (AG data, Gov as shock, 4 lags): responses")
    low = jorda.target("lp_lin_iv lower band")
    for h, (response, bound) in enumerate(zip(target, low, strict=True)):
        errors = NeweyWest(h + 1, small_sample=False)
        irf = responses(frame, "Gov", h, lags=4, errors=errors, scheme=Cholesky())
        np.testing.assert_allclose(irf.point[h, :, 0], response, rtol=0, atol=1e-6)
        level = float(2 * ndtr(1.96) - 1)
        found = irf.bands([level])[level][0][h, :, 0]
        np.testing.assert_allclose(found, bound, rtol=0, atol=1e-6)
