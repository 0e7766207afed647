"""Proves pass-through over time: published sub-samples, collapse to one regression, known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from yenloop.data.panel import Column, Panel
from yenloop.errors import MissingSeriesError, NumericalError, SampleError, SpecError
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.passthrough_moving import moving_pass_through
from yenloop.models.passthrough_regimes import pass_through_by_regime, pass_through_by_state
from yenloop.models.passthrough_stability import pass_through_stability
from yenloop.models.passthrough_time import pass_through_over_time
from yenloop.models.passthrough_window_ratios import rolling_structural_pass_through
from yenloop.models.passthrough_windows import discounted_pass_through, rolling_pass_through
from yenloop.models.storage import load
from yenloop.models.var import VAR

TERMS = {"lags": 2, "seasonal": False, "hac_lags": 4}
FEW = {"draws": 99, **TERMS}


def panel(frame: pd.DataFrame) -> Panel:
    columns = {
        name: Column(id=name, label=name, unit="100 x dlog", differenced=True) for name in frame
    }
    return Panel.from_frame(frame, columns)


def economy(periods: int = 240, seed: int = 0, pass_through=0.5) -> Panel:
    """Oil, a yen that falls when oil rises, and a price that follows both with lags."""
    rng = np.random.default_rng(seed)
    oil = rng.normal(size=periods)
    yen = lfilter([1.0], [1.0, -0.3], 0.3 * oil + rng.normal(size=periods))
    sizes = np.broadcast_to(pass_through, periods)
    answer = sizes * (yen + 0.5 * np.append(0.0, yen[:-1]))
    price = answer + 0.2 * oil + lfilter([1.0], [1.0, -0.3], 0.5 * rng.normal(size=periods))
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return panel(pd.DataFrame({"oil": oil, "yen": yen, "price": price}, index))


@pytest.fixture(scope="module")
def data() -> Panel:
    return economy()


@pytest.fixture(scope="module")
def tests(data):
    return pass_through_stability(data, "price", "yen", **FEW)


# -- golden: Yoshida and Zhai (2025), sub-samples by R and numpy ----------------------------------


@pytest.fixture(scope="module")
def japan(golden):
    case = golden("japan_erpt_yoshida_zhai_2025")
    logs = case.frame(index_col="Date")
    logs.index = pd.PeriodIndex(logs.index, freq="M")
    return case, panel(100 * logs.diff().iloc[1:])


@pytest.mark.golden
@pytest.mark.parametrize(
    ("name", "window", "place"), [("rows 1-168", 161, 0), ("rows 169-343", 168, -1)]
)
def test_windows_are_the_published_sub_samples(japan, name, window, place):
    # Sub-samples are rows of the logs: after the difference and six lags 161 and 168 are left.
    case, changes = japan
    found = rolling_pass_through(
        changes,
        "ipi",
        "eri",
        window=window,
        horizons=[0, 6],
        draws=99,
        lags=6,
        controls=["epi"],
        seasonal=False,
        hac_lags=6,
        stability=object(),
    )
    target = case.target(f"import-price pass-through sub-sample {name}")
    np.testing.assert_allclose(found.estimate[place], target, atol=1e-9)


@pytest.mark.golden
def test_the_window_of_all_months_is_the_published_regression(japan):
    case, changes = japan
    terms = {"lags": 6, "controls": ["epi"], "seasonal": False, "hac_lags": 6}
    options = {"horizons": [0, 6], "draws": 99, "stability": object(), **terms}
    whole = rolling_pass_through(changes, "ipi", "eri", window=336, **options)
    one = discounted_pass_through(changes, "ipi", "eri", forgetting=1.0, **options)
    target = case.target("import-price pass-through (dlog ipi")
    np.testing.assert_allclose(whole.estimate[-1], target, atol=1e-9)
    np.testing.assert_allclose(one.estimate[-1], target, atol=1e-9)
    still = moving_pass_through(
        changes, "ipi", "eri", drifting_mean=False, error_lags=0, starts=1, **options
    )
    np.testing.assert_allclose(still.smoothed.whole_sample, target, atol=1e-9)


# -- windows --------------------------------------------------------------------------------------


def test_one_window_over_all_months_is_the_distributed_lag(data, tests):
    path = rolling_pass_through(data, "price", "yen", window=238, stability=tests, **FEW)
    one = distributed_lag(data, "price", exchange_rate="yen", horizons=[0, 1, 2], **TERMS)
    np.testing.assert_allclose(path.estimate[0], one.estimate, rtol=1e-9)
    np.testing.assert_allclose(path.covariance[0], one.covariance, rtol=1e-7)
    np.testing.assert_allclose(path.whole_sample, one.estimate, rtol=1e-9)
    low, high = path.limits[0.90]
    normal_low, normal_high = one.interval(0.90)
    assert (low[0] < normal_low).all()
    assert (high[0] > normal_high).all()


def test_windows_are_dated_by_their_last_month(data, tests):
    path = rolling_pass_through(data, "price", "yen", window=60, stability=tests, **FEW)
    assert str(path.dates[0]) == "2005-02"
    assert str(path.dates[-1]) == "2019-12"
    assert path.windows["first month"].iloc[0] == "2000-03"
    part = data.select(data.names, start="2000-01", end="2005-02")
    one = distributed_lag(part, "price", exchange_rate="yen", horizons=[0, 1, 2], **TERMS)
    np.testing.assert_allclose(path.estimate[0], one.estimate, rtol=1e-9)
    frame = path.frame([2])
    assert list(frame.columns[:2]) == ["date", "model"]
    assert frame["date"].iloc[0] == path.dates[0]
    assert set(frame["statistic"]) == {"pass_through", "no_change"}
    tidy = path.tidy()
    assert (tidy["model"] == "rolling windows of 60 months, 2019-12").all()
    assert set(tidy["unit"]) == {"% per 1% fall of the yen"}


def test_a_path_leaves_the_band_only_where_something_changed():
    step = np.where(np.arange(240) < 120, 0.2, 0.8)
    moved = rolling_pass_through(economy(pass_through=step), "price", "yen", window=60, **FEW)
    assert moved.no_change.p_values[-1] <= 0.02
    band = moved.no_change
    outside = (moved.estimate < band.low) | (moved.estimate > band.high)
    assert outside[:, -1].any()
    np.testing.assert_allclose(moved.estimate[0, -1], 0.3, atol=4 * moved.std_error[0, -1])
    np.testing.assert_allclose(moved.estimate[-1, -1], 1.2, atol=4 * moved.std_error[-1, -1])
    left = []
    for seed in range(12):
        still = rolling_pass_through(
            economy(150, seed), "price", "yen", window=60, stability=object(), **FEW
        )
        left.append(still.no_change.p_values[-1] <= 0.10)
    assert np.mean(left) <= 0.10 + 3 * np.sqrt(0.09 / 12)


def test_forgetting_by_degrees(data, tests):
    whole = discounted_pass_through(data, "price", "yen", forgetting=1.0, stability=tests, **FEW)
    one = distributed_lag(data, "price", exchange_rate="yen", horizons=[0, 1, 2], **TERMS)
    np.testing.assert_allclose(whole.estimate[-1], one.estimate, rtol=1e-9)
    np.testing.assert_allclose(whole.std_error[-1], one.std_error, rtol=1e-7)
    later = economy(240, seed=0)
    cut = later.select(later.names, end="2010-06")
    options = {"forgetting": [0.95, 0.98, 1.0], "stability": tests, **FEW}
    full, part = (discounted_pass_through(p, "price", "yen", **options) for p in (later, cut))
    np.testing.assert_allclose(full.estimate[: len(part.dates)], part.estimate, rtol=1e-9)
    assert set(full.windows["forgetting factor"]) <= {0.95, 0.98, 1.0}
    assert "predicted best so far" in full.setting[0]
    step = np.where(np.arange(240) < 120, 0.2, 0.8)
    quick = discounted_pass_through(
        economy(pass_through=step), "price", "yen", forgetting=0.95, stability=tests, **FEW
    )
    assert quick.estimate[-1, -1] == pytest.approx(1.2, abs=0.15)


def test_ratio_of_a_var_in_windows(data, tests):
    order = ["oil", "yen", "price"]
    options = {"var_lags": 2, "horizons": [0, 3], "draws": 99, "stability": tests}
    path = rolling_structural_pass_through(data, order, "price", "yen", window=100, **options)
    assert str(path.dates[0]) == "2008-06"
    last = VAR(lags=2).fit(data.select(order, start="2011-07"))
    svar = last.identify(Cholesky(order), inference=DeltaMethod("robust"))
    irf = svar.irf(3, size="1sd", cumulative=True).select(shock="yen")
    ratio = irf.point[[0, 3], 2, 0] / irf.point[[0, 3], 1, 0]
    np.testing.assert_allclose(path.estimate[-1], ratio, rtol=1e-9)
    assert path.estimate[-1, 0] == pytest.approx(0.5, abs=4 * path.std_error[-1, 0])
    low, high = path.limits[0.90]
    assert ((low < path.estimate) & (path.estimate < high)).all()
    assert (path.no_change.p_values > 0.05).all()
    whole = rolling_structural_pass_through(data, order, "price", "yen", window=238, **options)
    np.testing.assert_allclose(whole.estimate[0], whole.whole_sample, rtol=1e-12)


def test_an_unbounded_set_hides_the_point(tests):
    rng = np.random.default_rng(5)
    index = pd.period_range("2000-01", periods=120, freq="M")
    yen = rng.normal(size=120)
    bounce = yen - np.append(0.0, yen[:-1])  # a move that is gone after a month
    frame = pd.DataFrame({"yen": bounce, "price": rng.normal(size=120)}, index)
    path = rolling_structural_pass_through(
        panel(frame),
        ["yen", "price"],
        "price",
        "yen",
        var_lags=8,
        window=60,
        horizons=[6],
        stability=tests,
    )
    low, _ = path.limits[0.90]
    hidden = np.isnan(path.estimate)
    assert hidden.any()
    assert np.isinf(low[hidden]).all()
    path.plot()


# -- random-walk coefficients ---------------------------------------------------------------------


def test_without_movement_the_path_is_the_regression(data, tests):
    still = moving_pass_through(
        data, "price", "yen", drifting_mean=False, error_lags=0, stability=tests, **FEW
    )
    one = distributed_lag(data, "price", exchange_rate="yen", horizons=[0, 1, 2], **TERMS)
    np.testing.assert_allclose(still.smoothed.whole_sample, one.estimate, rtol=1e-9)
    if still.movement[0] == 0:
        np.testing.assert_allclose(still.smoothed.estimate[0], one.estimate, rtol=1e-9)
    np.testing.assert_allclose(still.filtered.estimate[-1], still.smoothed.estimate[-1], atol=1e-8)
    assert still.smoothed.two_sided
    assert not still.filtered.two_sided


@pytest.mark.parametrize("estimator", ["median unbiased", "maximum likelihood"])
def test_a_path_that_moves_is_followed(estimator):
    rng = np.random.default_rng(11)
    truth = 0.5 + 0.06 * np.cumsum(rng.normal(size=300))
    moving = moving_pass_through(
        economy(300, 1, truth),
        "price",
        "yen",
        estimator=estimator,
        stability=object(),
        controls=["oil"],
        control_lags=0,
        **TERMS,
    )
    path = moving.smoothed
    target = 1.5 * truth[len(truth) - len(path.dates) :]
    assert np.corrcoef(path.estimate[:, -1], target)[0, 1] > 0.75
    low, high = path.limits[0.90]
    assert np.mean((low[:, -1] < target) & (target < high[:, -1])) > 0.7
    sums = np.array([1.0, 1.0, 1.0])
    joint = np.einsum("dij,i,j->d", moving.coefficient_covariance, sums, sums)
    np.testing.assert_allclose(joint, path.std_error[:, -1] ** 2, rtol=1e-9)
    np.testing.assert_allclose(moving.coefficients.sum(axis=1), path.estimate[:, -1], rtol=1e-9)
    assert moving.movement[0] > 3


def test_a_mean_that_jumps_does_not_move_pass_through(tests):
    data = economy(240, 2)
    jump = np.where(np.arange(240) < 200, 0.0, 2.0)
    shifted = panel(
        data.frame.assign(price=data.frame["price"] + jump, yen=data.frame["yen"] + jump)
    )
    options = {"estimator": "maximum likelihood", "stability": tests, "starts": 2, **TERMS}
    drifts = moving_pass_through(shifted, "price", "yen", **options)
    stays = moving_pass_through(shifted, "price", "yen", drifting_mean=False, **options)
    assert drifts.drift > 5
    assert np.ptp(drifts.smoothed.estimate[:, -1]) < np.ptp(stays.smoothed.estimate[:, -1])


def test_spreads_of_the_movement(data, tests):
    options = {"stability": tests, "starts": 2, **TERMS}
    together = moving_pass_through(data, "price", "yen", spread="together", **options)
    assert together.movement.shape == (1,)
    each = moving_pass_through(
        data, "price", "yen", spread="each", estimator="maximum likelihood", **options
    )
    assert each.movement.shape == (3,)
    assert np.isnan(each.median_unbiased)
    assert "each coefficient moves for itself" in each.notes()[1]
    with pytest.raises(SpecError, match="The median-unbiased estimate is of one movement"):
        moving_pass_through(data, "price", "yen", spread="each", **options)


# -- regimes --------------------------------------------------------------------------------------


def test_regimes_are_one_regression_with_dummies(data):
    from statsmodels.regression.linear_model import OLS

    found = pass_through_by_regime(
        data, "price", "yen", starts=["2010-01"], drifting_mean=False, **FEW
    )
    yen = pd.DataFrame({f"{lag}": data.frame["yen"].shift(lag) for lag in range(3)}).iloc[2:]
    late = (yen.index >= pd.Period("2010-01", "M")).astype(float)
    x = np.column_stack([yen, np.ones(238), late, yen.mul(late, axis=0)])
    options = {"maxlags": 4, "kernel": "bartlett", "use_correction": True}
    fit = OLS(data.frame["price"].iloc[2:].to_numpy(), x).fit(cov_type="HAC", cov_kwds=options)
    early = np.array([1.0, 1, 1, 0, 0, 0, 0, 0])
    change = np.array([0.0, 0, 0, 0, 0, 1, 1, 1])
    for row, path in zip((early, early + change, change), found.paths):
        test = fit.t_test(row)
        assert path.estimate[-1] == pytest.approx(float(test.effect.item()), rel=1e-9)
        assert path.std_error[-1] == pytest.approx(float(test.sd.item()), rel=1e-8)
    theirs = fit.wald_test(change, use_f=False, scalar=True)
    assert found.equality.loc[1, "degrees of freedom"] == 1
    assert found.equality["Wald"].iloc[-1] == pytest.approx(float(theirs.statistic), rel=1e-8)
    assert found.months == {"before 2010-01": 118, "from 2010-01": 120}


def test_a_difference_of_regimes_is_found():
    step = np.where(np.arange(240) < 150, 0.4, 0.9)
    options = {"controls": ["oil"], **FEW}
    moved = economy(pass_through=step)
    found = pass_through_by_regime(moved, "price", "yen", starts=["2012-07"], **options)
    assert found.equality["bootstrap p"].iloc[-1] <= 0.02
    difference = found.paths[-1]
    assert difference.estimate[-1] == pytest.approx(0.75, abs=4 * difference.std_error[-1])
    assert "is rejected at 5%" in found.notes()[0]
    assert next(iter(found.summary().tables))[0] == "The same in all of them?"
    same = pass_through_by_regime(economy(seed=3), "price", "yen", starts=["2012-07"], **options)
    assert same.equality["bootstrap p"].iloc[-1] > 0.05


def test_masks_states_and_several_starts(data):
    mask = pass_through_by_regime(data, "price", "yen", inside=("2005-01", "2009-12"), **FEW)
    assert mask.months == {"other months": 178, "2005-01 to 2009-12": 60}
    three = pass_through_by_regime(data, "price", "yen", starts=["2010-01", "2005-01"], **FEW)
    assert list(three.months) == [
        "before 2005-01",
        "from 2005-01 to before 2010-01",
        "from 2010-01",
    ]
    assert len(three.paths) == 4
    assert three.equality["degrees of freedom"].eq(2).all()
    _, axes = three.plot()
    assert len(axes[0, 0].get_legend_handles_labels()[1]) == 3
    # A state counts from the month after: what happens in May belongs to April's state.
    states = pd.Series(np.where(data.frame["oil"] > 0, "dear", "cheap"), data.frame.index)
    named = pass_through_by_regime(data, "price", "yen", states=states, **FEW)
    assert named.months["dear"] == int((data.frame["oil"].iloc[1:-1] > 0).sum())


def test_pass_through_that_goes_with_a_state():
    data = economy(400, 7)
    state = np.append(0.0, np.sin(np.arange(399) / 9))
    before = np.append(0.0, state[:-1])
    frame = data.frame.assign(state=state)
    frame["price"] += 0.3 * before * frame["yen"]
    columns = {**data.columns, "state": Column(id="state", label="the state", unit="index")}
    found = pass_through_by_state(
        Panel.from_frame(frame, columns), "price", "yen", state="state", at=(0.25, 0.75), **FEW
    )
    low, high = np.quantile(before[2:], [0.25, 0.75])
    difference = found.paths[-1]
    expected = 0.3 * (high - low)
    assert difference.estimate[0] == pytest.approx(expected, abs=3 * difference.std_error[0])
    assert found.equality["bootstrap p"].iloc[0] <= 0.02


# -- everything together --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything(data):
    return pass_through_over_time(
        data,
        "price",
        "yen",
        window=80,
        forgetting=0.97,
        order=["oil", "yen", "price"],
        controls=["oil"],
        **FEW,
    )


def test_tests_come_first(everything):
    tables = [caption for caption, _ in everything.summary().tables]
    assert tables[0].startswith("Change of the cumulated pass-through")
    assert tables[-1].startswith("Pass-through at 2 months")
    assert everything.notes()[0] == everything.stability.sentence
    for path in everything.paths:
        assert path.notes()[0] == everything.stability.sentence
        assert path.summary().tables[0][0] == tables[0]
    assert everything.moving.summary().tables[0][0] == tables[0]
    tidy = everything.tidy()
    latest = tidy[tidy["statistic"] == "pass_through"]
    assert latest["cumulative"].all()
    assert latest["model"].str.endswith("2019-12").all()
    assert set(everything.frame()["model"]) == {path.approach for path in everything.paths}
    for key in ("nyblom1989", "stock_watson1998", "koop_korobilis2012", "fieller1954"):
        assert key in everything.cite()


def test_charts_say_what_they_show(everything):
    figure, axes = everything.plot()
    assert axes.shape == (4, 1)
    words = figure.texts[-1].get_text().replace("\n", " ")
    assert words.startswith("Note: Stability first")
    assert "two-sided" in words
    rolling = axes[0, 0].lines[0]
    np.testing.assert_allclose(rolling.get_ydata(), everything.windows[0].estimate[:, -1])
    names = axes[-1, 0].get_legend_handles_labels()[1]
    assert "random-walk coefficients, smoothed (90%)" in names
    names = axes[0, 0].get_legend_handles_labels()[1]
    assert {"90% limits", "Whole path if nothing changed, 90%", "Whole sample"} <= set(names)
    for result in (everything.windows[0], everything.moving):
        _, axes = result.plot(horizons=[0])
        assert axes.shape == (1, 1)


def test_results_travel(everything, data, tmp_path):
    regimes = pass_through_by_regime(data, "price", "yen", starts=["2010-01"], **FEW)
    for result in (everything, *everything.windows, everything.moving, regimes):
        again = load(result.save(tmp_path / "one.yenloop"))
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
        assert str(again.summary()) == str(result.summary())


def test_units_do_not_matter(data):
    scaled = data.with_columns(data.frame * [1.0, 1.0, 100.0], data.columns)
    for estimate in (rolling_pass_through, moving_pass_through):
        options = {"stability": object(), **TERMS}
        one, other = (estimate(p, "price", "yen", **options) for p in (data, scaled))
        one, other = (getattr(path, "smoothed", path).estimate for path in (one, other))
        np.testing.assert_allclose(other, 100 * one, rtol=1e-4, atol=1e-6)


# -- refusals -------------------------------------------------------------------------------------


def test_refusals_name_the_remedy(data, tests):
    options = {"stability": tests, **FEW}
    with pytest.raises(SpecError, match="Choose from 8 to 238 months"):
        rolling_pass_through(data, "price", "yen", window=500, **options)
    with pytest.raises(SpecError, match=r"Use factors from 0\.7778 to 1"):
        discounted_pass_through(data, "price", "yen", forgetting=0.5, **options)
    quiet = data.frame["yen"].where((np.arange(240) < 100) | (np.arange(240) > 140), 0.0)
    silent = panel(data.frame.assign(yen=quiet))
    with pytest.raises(NumericalError, match="do not vary enough in the months up to"):
        rolling_pass_through(silent, "price", "yen", window=20, **options)
    seasonal = {**data.columns, "price": replace(data.columns["price"], two_sided=True)}
    with pytest.raises(SpecError, match="estimates that use no later month"):
        discounted_pass_through(data.with_columns(data.frame, seasonal), "price", "yen", **options)
    with pytest.raises(SpecError, match="exactly one of starts, inside and states"):
        pass_through_by_regime(data, "price", "yen", **FEW)
    with pytest.raises(SpecError, match="All months are of one regime"):
        pass_through_by_regime(data, "price", "yen", starts=["2031-01"], **FEW)
    with pytest.raises(SampleError, match="2 months"):
        pass_through_by_regime(data, "price", "yen", starts=["2019-11"], **FEW)
    with pytest.raises(MissingSeriesError, match="no value of the state for the month before"):
        pass_through_by_regime(data, "price", "yen", states=pd.Series(dtype=object), **FEW)
    with pytest.raises(SpecError, match="two quantiles in order"):
        pass_through_by_state(data, "price", "yen", state="oil", at=(0.9, 0.1), **FEW)
    with pytest.raises(SpecError, match="'yen' is not in the order"):
        rolling_structural_pass_through(
            data, ["oil", "price"], "price", "yen", stability=tests, **TERMS
        )
    with pytest.raises(SpecError, match="estimator"):
        moving_pass_through(data, "price", "yen", estimator="Bayes", stability=tests, **TERMS)
