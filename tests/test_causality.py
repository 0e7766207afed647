"""Causality tests give the published statistics, agree with single regressions, and find causes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from yenloop.errors import SampleError, SpecError
from yenloop.estimation.multiplicity import holm
from yenloop.models.reduced_form.causality import granger_test
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.storage import load
from yenloop.models.var import VAR

# Names of JMulTi's files: co constant, lo linear trend, s seasonal dummies.
VARIANTS = {"co": ("c", False), "colo": ("ct", False), "cos": ("c", True), "coslo": ("ct", True)}


def economy(nobs=200, feedback=0.0, seed=0):
    """x leads y by a month; y feeds back into x only if asked; z is on its own."""
    rng = np.random.default_rng(seed)
    e = rng.standard_normal((nobs, 3))
    y = np.zeros((nobs, 3))
    for t in range(1, nobs):
        y[t] = 0.4 * y[t - 1] + e[t]
        y[t, 1] += 0.5 * y[t - 1, 0]
        y[t, 0] += feedback * y[t - 1, 1]
    index = pd.period_range("2000-01", periods=nobs, freq="M")
    return pd.DataFrame(y, index=index, columns=["x", "y", "z"])


@pytest.fixture(scope="module")
def var():
    return VAR(2).fit(economy())


@pytest.mark.golden
def test_west_germany(golden):
    levels = golden("luetkepohl_e1").frame()[["invest", "income", "cons"]]
    index = pd.period_range("1960Q1", periods=len(levels), freq="Q")
    var2 = VAR(2).fit(np.log(levels).diff().set_axis(index, axis=0), end="1978Q4")
    found = var2.granger("invest", ["income", "cons"])
    assert found.f == pytest.approx(1.318924, abs=5e-7)
    assert found.df == (4, 198)
    assert found.p_value == pytest.approx(0.264233, abs=5e-7)


@pytest.mark.golden
def test_canada_as_in_r(golden):
    case = golden("canada_vars")
    data = case.frame().drop(columns="time")
    data.index = pd.period_range("1980Q1", periods=len(data), freq="Q")
    var2 = VAR(2).fit(data[["e", "prod", "rw", "U"]])
    found = var2.granger("e")
    assert found.effect == ("prod", "rw", "U")
    assert found.f == pytest.approx(case.target("Granger causality e -> others"), abs=1e-7)
    assert found.df == (6, 292)
    assert found.p_value == pytest.approx(3.20605606463076e-06, rel=1e-7)
    together = var2.instantaneous("e")
    assert together.wald == pytest.approx(case.target("instantaneous causality chi2"), abs=1e-9)
    assert together.p_value == pytest.approx(9.22769847810923e-06, rel=1e-9)
    assert "close to one" in " ".join(found.notes())


@pytest.mark.golden
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("file", "lags"), [("granger_causality", 4), ("inst_causality", 3)])
@pytest.mark.parametrize(("cause", "pair"), [("Dp", "dp_r"), ("R", "r_dp")])
def test_lag_augmented_as_in_jmulti(golden, variant, file, lags, cause, pair):
    case = golden("luetkepohl_e6_vecm")
    text = (case.folder / "jmulti" / f"vecm_e6_jmulti_{variant}_{file}_{pair}.txt").read_text()
    numbers = r"l = ([\d.]+).*; (\d+), (\d+)\) = ([\d.]+).*c = ([\d.]+).*; 1\) = ([\d.]+)"
    f, *df, p, wald, p_wald = map(float, re.search(numbers, text, re.S).groups())
    data = case.frame()[["Dp", "R"]]
    data.index = pd.period_range("1972Q2", periods=len(data), freq="Q")
    trend, seasonal = VARIANTS[variant]
    # JMulTi divides the covariance by T, and tests contemporaneous errors in a VAR with one lag
    # more than the one whose coefficients it tests.
    found = VAR(lags, divisor="T", trend=trend, seasonal=seasonal).fit(data)
    found = found.granger(cause, extra_lags=1)
    assert found.f == pytest.approx(f, abs=6e-5)
    assert found.df == tuple(df)
    assert found.p_value == pytest.approx(p, abs=6e-5)
    together = VAR(lags + 1, trend=trend, seasonal=seasonal).fit(data).instantaneous(cause)
    assert together.wald == pytest.approx(wald, abs=6e-5)
    assert together.p_value == pytest.approx(p_wald, abs=6e-5)


@pytest.mark.golden
def test_stock_watson_table(golden):
    # The paper's own vintage differs in the third digit; these were recomputed on the file.
    frame = golden("stock_watson_2001").frame(index_col="date")
    frame.index = pd.PeriodIndex(frame.index.str.upper(), freq="Q")
    var4 = VAR(4).fit(frame[["infl", "unemp", "ff"]])
    found = var4.granger_table(denominator="equation").matrix().to_numpy()
    target = [
        [np.nan, 0.294479, 0.000238],
        [0.008451, np.nan, 0.000017],
        [0.652691, 0.003921, np.nan],
    ]
    np.testing.assert_allclose(found, target, rtol=0, atol=5.1e-7)


@pytest.mark.parametrize("errors", ["classical", "HC0", "HC1", "HC3"])
def test_one_equation_is_a_test_of_its_regression(var, errors):
    x = pd.DataFrame(var.design, columns=list(var.regressors))
    kind = {"classical": "nonrobust"}.get(errors, errors)
    fit = sm.OLS(var.y[2:, 1], x).fit(cov_type=kind, use_t=True)
    f_test = fit.f_test("x.l1 = 0, x.l2 = 0")
    found = var.granger("x", "y", errors=errors, denominator="equation")
    assert found.f == pytest.approx(float(f_test.fvalue), rel=1e-9)
    assert found.p_value == pytest.approx(float(f_test.pvalue), rel=1e-7)
    assert found.wald == pytest.approx(2 * found.f, rel=1e-12)


def test_blocks_and_symmetry(var):
    both = var.granger(["x", "z"], "y")
    assert both.restrictions == 4
    assert both.wald > max(var.granger("x", "y").wald, var.granger("z", "y").wald)
    one_way, other = var.instantaneous(["x", "z"], "y"), var.instantaneous("y")
    assert one_way.wald == pytest.approx(other.wald, rel=1e-12)
    robust = var.instantaneous("y", errors="HC0")
    assert robust.restrictions == 2
    assert robust.wald == pytest.approx(other.wald, rel=0.5)


def test_units_and_order_do_not_matter(var):
    scaled = economy()[["z", "y", "x"]] * [1e-3, 1e3, 1.0]
    other = VAR(2).fit(scaled)
    for options in ({}, {"errors": "HC3"}, {"extra_lags": 1}):
        first, second = (one.granger("x", ["y", "z"], **options) for one in (var, other))
        assert first.f == pytest.approx(second.f, rel=1e-8)
    first, second = (one.instantaneous("x", ["y", "z"]).wald for one in (var, other))
    assert first == pytest.approx(second, rel=1e-8)


def test_finds_the_cause_and_no_other(var):
    table = var.granger_table()
    assert len(table.pairs) == 6
    np.testing.assert_allclose(table.pairs["p_holm"], holm(table.pairs["p"].to_numpy()))
    p = table.pairs.set_index(["cause", "effect"])["p_holm"]
    assert p["x", "y"] < 1e-6
    assert (p.drop(("x", "y")) > 0.05).all()
    assert table.matrix("F").loc["x", "y"] == pytest.approx(var.granger("x", "y").f)


def test_extra_lags_keep_the_size_with_unit_roots():
    rng = np.random.default_rng(3)
    index = pd.period_range("2000-01", periods=120, freq="M")
    p_values = []
    for _ in range(150):
        walks = pd.DataFrame(rng.standard_normal((120, 2)).cumsum(axis=0), index, ["a", "b"])
        var1 = VAR(1).fit(walks)
        p_values.append([var1.granger("a", "b", extra_lags=extra).p_value for extra in (0, 1)])
    plain, augmented = (np.array(p_values) < 0.05).mean(axis=0)
    # 5 per cent nominal; 0.11 is more than three Monte Carlo standard errors above.
    assert plain > 0.11
    assert augmented < 0.11


def test_restrictions_leave_out_what_they_exclude():
    var2 = VAR(2, restrictions=[BlockExogenous(["x"])]).fit(economy())
    with pytest.raises(SpecError, match="already exclude"):
        var2.granger("y", "x")
    pairs = var2.granger_table().pairs
    assert list(zip(pairs["cause"], pairs["effect"])) == list(zip("xxyz", "yzzy"))
    assert var2.granger("y", ["x", "z"]).restrictions == 2
    with pytest.raises(SpecError, match="without restrictions"):
        var2.granger("x", "y", extra_lags=1)


def test_a_scale_of_one_changes_nothing(var):
    scaled = VAR(2, pandemic=PandemicScale("2010-03", fixed=(1, 1, 1, 0))).fit(economy())
    for options in ({}, {"errors": "HC1"}, {"extra_lags": 1}):
        first, second = (one.granger("x", "y", **options) for one in (var, scaled))
        assert first.f == pytest.approx(second.f, rel=1e-9)
    larger = VAR(2, pandemic=PandemicScale("2010-03", fixed=(4, 3, 2, 0.5))).fit(economy())
    assert larger.granger("x", "y", extra_lags=1).f != pytest.approx(first.f, rel=1e-3)


def test_refuses_what_makes_no_sense(var):
    with pytest.raises(SpecError, match="not in the VAR"):
        var.granger("w")
    with pytest.raises(SpecError, match="both sides"):
        var.granger("x", ["x", "y"])
    with pytest.raises(SpecError, match="denominator"):
        var.granger("x", denominator="all")
    with pytest.raises(SampleError, match="too few"):
        granger_test(VAR(2).fit(economy(20)), "x", extra_lags=3)


def test_results_read_in_words_and_travel(var, tmp_path):
    found = var.granger("x", "y", errors="HC1")
    assert found.verdict == "rejected at 5%"
    assert "x -> y" in str(found.summary())
    assert "robust to heteroskedasticity (HC1)" in " ".join(found.notes())
    assert found.tidy()["statistic"].iloc[0] == "granger causality, F"
    assert "granger1969" in found.cite()
    table = var.granger_table()
    assert "Holm" in str(table.summary())
    assert len(table.tidy()) == 18
    for result in (found, var.instantaneous("x"), table):
        again = load(result.save(tmp_path / "one.yenloop"))
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
        assert str(again.summary()) == str(result.summary())
