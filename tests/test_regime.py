"""Proves that regimes are found, named, dated and tested as their result says they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from yenloop.data.economy import regime_economy
from yenloop.data.panel import Column, Panel
from yenloop.data.policy import YIELD_CURVE_CONTROL
from yenloop.errors import (
    GapError,
    MissingSeriesError,
    NumericalError,
    SampleError,
    SpecError,
    YenloopWarning,
)
from yenloop.estimation.streams import block_generator
from yenloop.estimation.switching_design import pack
from yenloop.models.regime import MarkovAutoregression, RegimeRegression, jgb_sensitivity
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.switching.data import linear_fit
from yenloop.models.switching.multistart import (
    AT_BOUNDARY,
    BOUNDARY,
    COLLAPSED,
    DISQUALIFYING,
    FLOOR,
    headline,
    search,
)
from yenloop.models.switching.scaling import scale
from yenloop.models.switching.simulation import simulate
from yenloop.models.switching.standard_errors import standard_errors, values

DRIVERS = ["usdjpy_tokyo", "us10y"]


@pytest.fixture(scope="module")
def economy():
    return regime_economy(rng=1)


@pytest.fixture(scope="module")
def found(economy):
    return RegimeRegression("jgb10y", DRIVERS).fit(economy[0], starts=10)


@pytest.fixture(scope="module")
def masked(economy):
    return jgb_sensitivity(economy[0], mask=YIELD_CURVE_CONTROL, starts=10)


# -- collapse --------------------------------------------------------------------------------------


def test_linear_model_is_least_squares(found, economy):
    frame = economy[0].frame
    z = np.column_stack([np.ones(len(frame)), frame[DRIVERS]])
    residual = frame["jgb10y"] - z @ np.linalg.lstsq(z, frame["jgb10y"], rcond=None)[0]
    expected = -0.5 * len(z) * (np.log(2 * np.pi * np.mean(residual**2)) + 1)
    assert_allclose(found.comparison.loc["linear", "log_likelihood"], expected, rtol=1e-12)


def test_no_model_ends_below_one_nested_in_it(found):
    table = found.comparison["log_likelihood"]
    assert (table[["variance", "coefficients", "both"]] >= table["linear"] - 1e-6).all()
    assert table["both"] >= table[["variance", "coefficients"]].max() - 1e-6
    assert found.comparison["headline"].all()


def test_series_without_regimes_collapses_and_says_so():
    rng = np.random.default_rng(3)
    index = pd.period_range("2000-01", periods=120, freq="M")
    frame = pd.DataFrame({"y": rng.normal(size=120)}, index)
    result = RegimeRegression("y", switch="coefficients").fit(frame, starts=8)
    gain = result.comparison["lr_against_linear"].dropna()
    assert (gain >= -1e-6).all()
    assert COLLAPSED in " ".join(result.optima["flags"])


# -- equivariance ----------------------------------------------------------------------------------


def test_scale_of_the_data_does_not_matter(found, economy):
    factors = pd.Series({"jgb10y": 100.0, "usdjpy_tokyo": 1e-3, "us10y": 7.0})
    scaled = RegimeRegression("jgb10y", DRIVERS).fit(economy[0].frame * factors, starts=10)
    assert_allclose(scaled.loglik, found.loglik - found.nobs * np.log(100), rtol=1e-9)
    assert_allclose(scaled.transition, found.transition, atol=1e-6)
    assert_allclose(scaled.smoothed, found.smoothed, atol=1e-6)
    expected = found.parameters.switching * 100 / np.array([1, 1e-3, 7])
    assert_allclose(scaled.parameters.switching, expected, rtol=1e-4, atol=1e-5)
    for column in ("estimate", "std_error"):
        ratio = scaled.durations[column] / found.durations[column]
        assert_allclose(ratio, 1, rtol=1e-4)
        unit = np.tile(np.r_[100 / np.array([1, 1e-3, 7])], 2)
        ratio = scaled.params[column].to_numpy()[:6] / found.params[column].to_numpy()[:6]
        assert_allclose(ratio, unit, rtol=1e-3)


def test_same_seed_same_numbers(found, economy):
    again = RegimeRegression("jgb10y", DRIVERS).fit(economy[0], starts=10)
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    pd.testing.assert_frame_equal(again.optima, found.optima)


# -- known truth -----------------------------------------------------------------------------------


def test_coefficients_and_dates_of_a_simulated_economy(found, economy):
    truth = economy[1]
    assert found.regimes == ("low volatility", "high volatility")
    sensitive = found.smoothed["high volatility"] > 0.5
    assert (sensitive == (truth.regime == 1)).mean() > 0.95
    for regime, column in zip(found.regimes, truth.coefficients):
        for driver in DRIVERS:
            row = found.params.loc[(regime, driver)]
            assert (
                abs(row["estimate"] - truth.coefficients.loc[driver, column])
                < 3.5 * row["std_error"]
            )
    sigma = found.params.xs("sigma", level="name")
    assert (abs(sigma["estimate"] - truth.sigma) < 3.5 * sigma["std_error"]).all()
    assert found.comparison["bic"].idxmin() == "both"


def test_sensitivity_is_in_basis_points(economy):
    panel, truth = economy
    result = jgb_sensitivity(panel, starts=10)
    expected = truth.coefficients.loc["usdjpy_tokyo"].to_numpy() * 100
    assert_allclose(result.parameters.switching[:, 1], expected, atol=0.6)
    coefficients = result.tidy().query("statistic == 'regime_coefficient' and level == 0.9")
    units = coefficients.set_index("shock")["unit"]
    assert units["usdjpy_tokyo"].iloc[0] == "bp per %"
    assert units["us10y"].iloc[0] == "bp per bp"


def test_levels_and_changes_give_the_same_regimes(economy):
    panel, _ = economy
    changes = jgb_sensitivity(panel, starts=10)
    start = pd.DataFrame(0.0, index=panel.frame.index[:1] - 1, columns=panel.frame.columns)
    levels = pd.concat([start, panel.frame]).cumsum()
    levels["usdjpy_tokyo"] = 100 * np.exp(levels["usdjpy_tokyo"] / 100)
    columns = {n: replace(c, differenced=False, unit="percent per year" if c.response_unit == "bp"
                          else "yen per US dollar") for n, c in panel.columns.items()}  # fmt: skip
    result = jgb_sensitivity(Panel(levels, columns), starts=10)
    assert_allclose(result.smoothed, changes.smoothed, atol=1e-5)
    assert result.nobs == changes.nobs


# -- the mask --------------------------------------------------------------------------------------


def test_mask_makes_two_stretches_that_never_touch(masked):
    first, last = (pd.Period(date, "M") for date in YIELD_CURVE_CONTROL)
    assert len(masked.data.stretches) == 2
    assert not masked.smoothed.index.isin(pd.period_range(first, last)).any()
    path = masked.path()
    assert path.loc[first:last].isna().all(axis=None)
    # After the mask the prediction starts from the ergodic distribution.
    transition = masked.transition.to_numpy()
    ergodic = np.array([transition[1, 0], transition[0, 1]])
    ergodic /= ergodic.sum()
    assert_allclose(masked.predicted.loc[last + 1], ergodic, rtol=1e-10)
    assert "without 2016-09 to 2024-03" in masked.sample


def test_likelihood_with_a_mask_is_the_sum_over_the_stretches(masked):
    fit = masked.fits["both"]
    design = fit.model.design
    whole_filter = masked._filtered.contributions
    assert_allclose(fit.model.log_likelihood_of(whole_filter.sum()), masked.loglik, rtol=1e-10)
    assert design.n_observations == masked.nobs == len(masked.smoothed)


def test_lags_are_conditioned_on_within_each_stretch(economy):
    panel, _ = economy
    result = MarkovAutoregression(lags=2, response="jgb10y").fit(
        panel, mask=("2010-01", "2012-12"), starts=2
    )
    assert result.nobs == len(panel.frame) - 36 - 4
    assert pd.Period("2013-02", "M") not in result.smoothed.index
    assert pd.Period("2013-03", "M") in result.smoothed.index


# -- optima, flags, labels -------------------------------------------------------------------------


def test_spike_on_the_floor_is_listed_but_not_reported():
    rng = np.random.default_rng(8)
    y = rng.normal(size=100)
    y[40:46] = 0.2 + 1e-4 * rng.normal(size=6)  # six equal months: a variance near zero fits them
    frame = pd.DataFrame({"y": y}, pd.period_range("2000-01", periods=100, freq="M"))
    result = RegimeRegression("y").fit(frame, starts=40)
    flags = result.optima["flags"]
    assert FLOOR in flags.iloc[0]
    assert not result.optima["headline"].iloc[0]
    assert result.loglik < result.optima["log_likelihood"].iloc[0]
    assert not DISQUALIFYING.intersection(result.flags)


def test_boundary_probability_has_no_standard_error_but_a_reason():
    rng = np.random.default_rng(2)
    y = rng.normal(size=120)
    y[5::11] += 8  # lone outliers: their regime is never followed by itself
    frame = pd.DataFrame({"y": y}, pd.period_range("2000-01", periods=120, freq="M"))
    result = RegimeRegression("y", switch="coefficients").fit(frame, starts=10)
    assert BOUNDARY in result.flags
    low, high = result.regimes
    assert result.transition.loc[high, high] < AT_BOUNDARY
    assert result.transition_std_errors.loc[high].isna().all()
    assert result.transition_std_errors.loc[low].notna().all()
    assert np.isnan(result.durations.loc[high, "std_error"])
    assert "boundary" in result.durations.loc[high, "reason"]
    assert result.durations.loc[low, "reason"] == ""
    assert np.isfinite(result.params["std_error"]).all()


def test_flat_likelihood_has_no_standard_errors_but_a_reason():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"y": rng.normal(size=120)}, pd.period_range("2000-01", periods=120, freq="M")
    )
    result = RegimeRegression("y", switch="coefficients").fit(frame, starts=4)
    collapsed = next(o for o in result.fits["coefficients"].optima if COLLAPSED in o.flags)
    flat = replace(result, theta=collapsed.theta)
    assert flat.params["std_error"].isna().all()
    assert set(flat.params["reason"]) == {"the likelihood is flat in some direction"}


def test_all_optima_are_listed_with_their_hits(found):
    table = found.optima
    assert (table["log_likelihood"].diff().dropna() < 0).all()
    assert table["hits"].sum() == found.starts + 3  # the split linear model and two nested fits
    assert table["headline"].sum() == 1
    assert (table["largest_score"][table["headline"]] < 1e-3).all()


def test_regimes_are_ordered_by_the_named_quantity(economy):
    panel, _ = economy
    by_name = {
        by: RegimeRegression("jgb10y", DRIVERS, label_by=by).fit(panel, starts=6)
        for by in ("volatility", "us10y", "mean")
    }
    assert (np.diff(by_name["volatility"].parameters.variance) > 0).all()
    assert (np.diff(by_name["us10y"].parameters.switching[:, 2]) > 0).all()
    assert (np.diff(by_name["mean"].parameters.switching[:, 0]) > 0).all()
    assert by_name["us10y"].regimes[1] == "high us10y coefficient"
    high = by_name["us10y"].smoothed["high us10y coefficient"]
    assert_allclose(high, by_name["volatility"].smoothed["high volatility"], atol=1e-6)


def test_three_regimes_are_named_low_middle_high(economy):
    model = RegimeRegression("jgb10y", DRIVERS, regimes=3, switch="variance")
    result = model.fit(economy[0], starts=6)
    assert result.regimes == ("low volatility", "middle volatility", "high volatility")
    assert_allclose(result.transition.sum(axis=1), 1)
    assert result.loglik >= result.comparison.loc["linear", "log_likelihood"]


# -- standard errors and tidy rows -----------------------------------------------------------------


def test_three_covariances_agree_on_a_well_specified_model(found):
    errors = {
        kind: replace(found, covariance=kind).params["std_error"]
        for kind in ("hessian", "opg", "sandwich")
    }
    for kind in ("opg", "sandwich"):
        assert_allclose(errors[kind], errors["hessian"], rtol=0.6)
    with pytest.raises(SpecError, match="covariance"):
        _ = replace(found, covariance="bootstrap").params


def test_standard_errors_are_the_spread_over_simulated_samples(found):
    truth = found.parameters._replace(transition=np.array([[0.9, 0.1], [0.15, 0.85]]))
    estimates, reported = [], []
    for i in range(80):
        regressors = (found.data.x, found.data.w)
        y = simulate(truth, found.data, regressors, block_generator(7, i))
        sample = found.data.with_response(y)
        linear = linear_fit(sample)
        model = scale(sample, "both", linear, 0.01)
        theta = headline(search(model, linear, starts=1, seed=1, nested=[truth])).theta
        calm_first = np.argsort(model.parameters(theta).variance)
        theta = pack(model.scaled(model.parameters(theta).reordered(calm_first)), model.design)
        estimates.append(values(theta, model))
        reported.append(standard_errors(theta, model, "hessian")[0])
    spread = np.std(estimates, axis=0, ddof=1)
    # Moves, six coefficients, two standard deviations; durations are far from normal.
    assert_allclose(np.median(reported, axis=0)[:12], spread[:12], rtol=0.3)


def test_tidy_rows(found):
    tidy = found.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert set(tidy["statistic"]) == {
        "regime_transition", "regime_coefficient", "regime_sigma", "regime_duration"
    }  # fmt: skip
    assert set(tidy["level"]) == {0.68, 0.90}
    assert set(tidy["band"]) == {"asymptotic (hessian)"}
    wide = tidy[tidy["level"] == 0.90]
    reach = (wide["conf_high"] - wide["conf_low"]) / (2 * wide["std_error"])
    assert_allclose(reach, 1.6448536, rtol=1e-6)
    duration = tidy.query("statistic == 'regime_duration'")
    assert set(duration["unit"]) == {"months"}
    assert_allclose(found.durations["estimate"], 1 / (1 - np.diag(found.transition)), rtol=1e-12)


def test_words(found):
    text = str(found.summary())
    assert "not chi-square" in text
    assert "low volatility" in text
    assert "reflexive" not in text.lower()
    assert r"\toprule" in found.summary().to_latex()
    assert "hamilton1989" in found.cite()


def test_probabilities_are_dated(found, economy):
    for frame in (found.filtered, found.predicted, found.smoothed):
        assert_array_equal(frame.index, economy[0].frame.index)
        assert_allclose(frame.sum(axis=1), 1, atol=1e-12)
    assert_allclose(found.filtered.iloc[-1], found.smoothed.iloc[-1], atol=1e-14)


# -- bad input -------------------------------------------------------------------------------------


def test_bad_input_is_named(economy):
    panel = economy[0]
    with pytest.raises(MissingSeriesError, match="jgb20y"):
        RegimeRegression("jgb20y", DRIVERS).fit(panel)
    with pytest.raises(SpecError, match="regimes = 1"):
        RegimeRegression("jgb10y", DRIVERS, regimes=1).fit(panel)
    with pytest.raises(SpecError, match="switch = 'slope'"):
        RegimeRegression("jgb10y", DRIVERS, switch="slope").fit(panel)
    with pytest.raises(SpecError, match="No coefficient may switch"):
        RegimeRegression("jgb10y", common=DRIVERS, constant="common").fit(panel)
    with pytest.raises(SpecError, match="does not switch"):
        RegimeRegression("jgb10y", DRIVERS, label_by="brent").fit(panel, starts=2)
    with pytest.raises(SampleError, match="observations are left"):
        RegimeRegression("jgb10y", DRIVERS).fit(panel, end="2000-12")
    with pytest.raises(SampleError, match="shorter than the 4 lags"):
        MarkovAutoregression(4, "jgb10y").fit(panel, mask=("1999-04", "2002-12"))
    with pytest.raises(SpecError, match="Name the response"):
        MarkovAutoregression(4).fit(panel)
    twice = panel.frame.assign(copy=panel.frame["us10y"])
    with pytest.raises(NumericalError, match="combination"):
        RegimeRegression("jgb10y", [*DRIVERS, "copy"]).fit(twice)
    with pytest.raises(NumericalError, match="without error"):
        RegimeRegression("us10y", ["copy"]).fit(twice)
    gap = panel.frame.copy()
    gap.iloc[50, 0] = np.nan
    with pytest.raises(GapError):
        RegimeRegression("jgb10y", DRIVERS).fit(gap)


def test_many_histories_warn(economy):
    model = MarkovAutoregression(9, "jgb10y", switch="variance")
    with pytest.warns(YenloopWarning, match="1024 histories"):
        model.fit(economy[0].select(["jgb10y"], end="2009-12"), starts=1)


# -- the picture -----------------------------------------------------------------------------------


def test_figure_has_a_panel_for_each_sample(found, masked):
    figure, axes = found.plot(beside=[masked])
    assert axes.shape == (2, 1)
    assert axes[1, 0].get_title(loc="left") == masked.sample
    labels = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"Yield-curve control", "Band widened", "Negative policy rate"} <= labels
    smoothed = axes[1, 0].lines[0].get_ydata()
    assert np.isnan(smoothed).any()  # the line breaks where the sample does
    assert_allclose(axes[0, 0].lines[1].get_ydata(), found.filtered["high volatility"])


def test_figure_without_policy_for_other_countries():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.normal(size=90) * np.repeat([1, 3], 45)},
                         pd.period_range("1950Q1", periods=90, freq="Q"))  # fmt: skip
    column = Column("y", "Output growth", "%", frequency="quarterly")
    result = RegimeRegression("y").fit(Panel(frame, {"y": column}), starts=4)
    _, axes = result.plot(policy=False)
    assert len(axes[0, 0].lines) == 2
    assert result.data.period == "quarters"
