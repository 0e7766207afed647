"""The oil application of Montiel Olea, Stock and Watson (2021) gives the stored MATLAB output."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.models.identification.instruments import Instruments
from yenloop.models.instrumented import instrumented_shock
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

NAMES = ["oil_prod_pct", "rea", "rpo"]
LEVELS = (0.68, 0.95)


@pytest.fixture(scope="module")
def case(golden):
    return golden("mosw_oil_svariv")


@pytest.fixture(scope="module")
def svar(case):
    frame = case.frame()
    frame.index = pd.period_range("1973-02", periods=len(frame), freq="M")
    reduced = VAR(24, divisor="T").fit(frame[NAMES])
    assert reduced.nobs == 356
    return reduced.identify(Instruments(frame["iv_kilian_supply"], "oil_prod_pct"))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "cumulated"])
def found(request, svar):
    """Sets and the suffix of their targets."""
    sets = svar.anderson_rubin(20, cumulative=request.param, levels=LEVELS)
    return sets, "cum" if request.param else ""


def test_the_reduced_form(case, svar):
    target = case.target("Sigma (ML)")
    np.testing.assert_allclose(svar.reduced.covariance, target, rtol=0, atol=1e-8)
    slopes = np.concatenate(list(svar.reduced.lag_coefficients), axis=1)
    np.testing.assert_allclose(slopes, case.target("slope matrix AL"), rtol=0, atol=1e-8)


def test_covariance_with_the_instrument_and_its_strength(case, svar):
    shock = instrumented_shock(svar)
    gamma = shock.gamma.value[:, 0]
    np.testing.assert_allclose(gamma, case.target("Gamma = cov(resid, z)"), rtol=0, atol=1e-9)
    assert shock.wald == pytest.approx(case.target("Wald statistic"), abs=1e-7)
    assert svar.anderson_rubin(0).wald == shock.wald


def test_responses_and_their_delta_method_errors(case, found):
    sets, suffix = found
    target = case.target(f"plug-in IRF{suffix} (3 variables x h=0..20)")
    np.testing.assert_allclose(sets.point.T, target, rtol=0, atol=1e-7)
    errors = case.target(f"delta-method s.e.{suffix}")
    np.testing.assert_allclose(sets.std_error.T, errors, rtol=0, atol=1e-7)


@pytest.mark.parametrize("level", LEVELS)
def test_sets(case, found, level):
    sets, suffix = found
    low, high = sets.sets[level].hull
    lower = case.target(f"MSW (Anderson-Rubin) lower bound {level:.0%} {suffix}")
    upper = case.target(f"MSW upper bound {level:.0%} {suffix}")
    np.testing.assert_allclose(low.T, lower, rtol=0, atol=1e-6)
    np.testing.assert_allclose(high.T, upper, rtol=0, atol=1e-6)
    assert sets.bounded(level)
    assert (sets.sets[level].kind == "bounded").all()


def test_the_values_of_the_reference(svar):
    """Digits as printed; the price falls after a cut of production, barely at 68%."""
    rows = svar.anderson_rubin(20, levels=LEVELS).tidy()
    rows = rows[rows["band"] == "Anderson-Rubin"].set_index(["response", "level", "horizon"])
    limits = rows[["conf_low", "conf_high"]]
    for place, expected in {
        ("rpo", 0.68, 0): (-0.245041, -0.001024),
        ("rpo", 0.68, 1): (-0.346868, 0.026497),
        ("rpo", 0.68, 6): (-0.319903, 0.008759),
        ("rpo", 0.68, 12): (-0.224496, 0.133621),
        ("rpo", 0.68, 20): (-0.140318, 0.191391),
        ("rea", 0.95, 0): (-0.080278, 0.632708),
        ("rpo", 0.95, 0): (-0.450492, 0.977362),
        ("rpo", 0.95, 12): (-0.532225, 1.547446),
    }.items():
        np.testing.assert_allclose(limits.loc[place], expected, rtol=0, atol=6e-7)
    estimate = rows.xs(0.68, level="level")["estimate"]
    expected = {0: -0.140009, 1: -0.188240, 6: -0.179199, 12: -0.069731, 20: 0.003032}
    assert estimate["rpo"][list(expected)].to_dict() == pytest.approx(expected, abs=6e-7)


def test_delta_method_limits_stand_beside(svar):
    from scipy.stats import norm

    rows = svar.anderson_rubin(1, levels=(0.68,)).tidy()
    delta = rows[rows["band"].str.startswith("delta") & (rows["response"] == "rpo")]
    low = delta["conf_low"].to_numpy()
    np.testing.assert_allclose(low, [-0.246386, -0.350737], rtol=0, atol=6e-7)
    reach = norm.ppf(0.84) * delta["std_error"]
    np.testing.assert_allclose(low, delta["estimate"] - reach, rtol=1e-12)
