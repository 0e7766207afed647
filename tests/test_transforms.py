"""Proves that transforms compute what they say, keep labels and units true, and invent nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.data.frequency import common_days, to_monthly, to_weekly
from yenloop.data.panel import Column, Panel
from yenloop.data.seasonal import seasonally_adjust
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.data.tax_steps import TAX_DATES, remove_tax_steps
from yenloop.data.transforms import (
    apply,
    catalogue_recipe,
    difference,
    flip,
    log_difference,
    log_level,
    window,
)
from yenloop.errors import DataError, GapError, MixedObservationError, SampleError, SpecError


def monthly(values: np.ndarray | list[float], name: str = "x", **changes: Any) -> Panel:
    dates = pd.period_range("1999-01", periods=len(values), freq="M")
    column = Column(id=name, label=name, unit="index", observed="survey")
    frame = pd.DataFrame({name: np.asarray(values, dtype=float)}, index=dates)
    return Panel(frame, {name: replace(column, **changes)})


def daily(**columns: pd.Series) -> Panel:
    frame = pd.DataFrame(columns)
    described = {
        name: Column(id=name, label=name, unit="index", frequency="daily", observed="end")
        for name in columns
    }
    return Panel(frame, described)


def prices(steps: dict[str, float], seed: int = 1, months: int = 300) -> np.ndarray:
    """A price level with seasons, noise and known steps in 100 x log points."""
    rng = np.random.default_rng(seed)
    dates = pd.period_range("1999-01", periods=months, freq="M")
    season = rng.normal(0, 0.5, 12)
    change = 0.1 + season[dates.month - 1] + rng.normal(0, 0.2, months)
    for date, size in steps.items():
        change[dates == pd.Period(date, "M")] += size
    return 100 * np.exp(np.cumsum(change) / 100)


# Logs and differences ------------------------------------------------------------------------


def test_the_log_difference_of_an_exponential_trend_is_its_growth_rate() -> None:
    grown = log_difference(monthly(np.exp(0.002 * np.arange(40))))
    np.testing.assert_allclose(grown.frame["x"].iloc[1:], 0.2, rtol=1e-12)
    assert np.isnan(grown.frame["x"].iloc[0])
    column = grown.describe("x")
    assert column.transform == "100 x log difference"
    assert (column.unit, column.unit_of_responses, column.differenced) == ("%", "%", True)
    assert grown.select(["x"]).sample == "1999-02 to 2002-04"


def test_a_difference_of_a_yield_is_in_percentage_points_and_its_responses_in_bp() -> None:
    changed = difference(load_bundled(), ["jgb10y"])
    column = changed.describe("jgb10y")
    assert (column.unit, column.differenced) == ("percentage points", True)
    assert (column.response_unit, column.response_scale) == ("bp", 100.0)
    published = load_bundled().frame["jgb10y"]
    np.testing.assert_array_equal(changed.frame["jgb10y"], published.diff())
    assert changed.describe("us10y") == load_bundled().describe("us10y")


def test_logs_of_what_is_not_positive_are_refused_with_series_and_date() -> None:
    with pytest.raises(DataError, match="'x' is -0.1 in 1999-03: it has no logarithm"):
        log_level(monthly([1.0, 2.0, -0.1, 0.0]))


def test_neighbours_only_an_interior_gap_is_refused_before_differencing() -> None:
    with pytest.raises(GapError, match="'x' has no value in 1999-02"):
        difference(monthly([1.0, np.nan, 3.0]))


def test_nothing_is_transformed_twice() -> None:
    grown = log_difference(monthly([1.0, 2.0, 3.0]))
    with pytest.raises(SpecError, match="is a change already"):
        difference(grown)
    with pytest.raises(SpecError, match="of which no log is taken"):
        log_level(grown)


# The sign of an exchange rate ----------------------------------------------------------------


def test_flipping_twice_is_the_identity() -> None:
    for panel in (load_bundled(), log_level(load_bundled(), ["neer"])):
        twice = flip(flip(panel, ["neer"]), ["neer"])
        np.testing.assert_allclose(twice.frame["neer"], panel.frame["neer"], rtol=1e-14)
        assert twice.describe("neer") == panel.describe("neer")


def test_a_flipped_index_goes_up_when_the_yen_weakens() -> None:
    flipped = flip(load_bundled(), ["neer"])
    column = flipped.describe("neer")
    assert column.unit == "index, 2020 = 100, higher = weaker yen"
    assert (column.label, column.flipped) == ("Nominal effective yen, inverted", True)
    before, after = log_difference(load_bundled(), ["neer"]), log_difference(flipped, ["neer"])
    np.testing.assert_allclose(after.frame["neer"], -before.frame["neer"], atol=1e-11)
    together = after.frame["neer"].corr(
        log_difference(load_bundled(), ["usdjpy_tokyo"]).frame["usdjpy_tokyo"]
    )
    assert together > 0.7
    with pytest.raises(DataError, match="not positive"):
        flip(monthly([1.0, 0.0]), ["x"])


# Tax steps -----------------------------------------------------------------------------------


def test_the_closed_form_is_least_squares_on_month_dummies_and_impulses() -> None:
    panel = monthly(prices({"2014-04": 1.9, "2019-10": 0.4}))
    _, steps = remove_tax_steps(panel, ["x"])
    change = 100 * np.log(panel.frame["x"]).diff().dropna()
    dummies = [(change.index.month == m).astype(float) for m in range(1, 13)]
    impulses = [(change.index == pd.Period(s.date, "M")).astype(float) for s in steps]
    x = np.column_stack(dummies + impulses)
    beta, ssr, *_ = np.linalg.lstsq(x, change.to_numpy(), rcond=None)
    errors = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * ssr / (len(change) - x.shape[1]))
    assert [s.date for s in steps] == ["2014-04", "2019-10"]
    np.testing.assert_allclose([s.size for s in steps], beta[12:], rtol=1e-9)
    np.testing.assert_allclose([s.std_error for s in steps], errors[12:], rtol=1e-9)


def test_a_known_step_is_recovered_and_its_interval_covers() -> None:
    """200 draws: mean within 4 Monte Carlo errors, coverage of 90% intervals within 4 of 0.9."""
    truth, found, covered = 1.9, [], []
    for seed in range(200):
        _, (step,) = remove_tax_steps(
            monthly(prices({"2014-04": truth}, seed)), ["x"], dates=["2014-04"]
        )
        assert step.std_error is not None
        found.append(step.size)
        covered.append(abs(step.size - truth) < 1.645 * step.std_error)
    assert abs(np.mean(found) - truth) < 4 * np.std(found) / np.sqrt(200)
    assert abs(np.mean(covered) - 0.9) < 4 * np.sqrt(0.9 * 0.1 / 200)


def test_the_level_runs_through_without_a_step_and_starts_as_published() -> None:
    with_step, without = prices({"2014-04": 2.0}), prices({})
    cleaned, steps = remove_tax_steps(monthly(with_step), ["x"], known={"x": {"2014-04": 2.0}})
    assert steps[0].std_error is None
    column = cleaned.describe("x")
    assert column.transform == "tax steps removed (2014-04, 2019-10)"
    kept = cleaned.frame["x"].to_numpy()
    np.testing.assert_array_equal(kept[:183], with_step[:183])
    np.testing.assert_allclose(kept[183:248], without[183:248], rtol=1e-12)


def test_the_steps_of_the_bundled_consumer_prices() -> None:
    """In 2014 core CPI stepped by about two per cent; in 2019 nursery fees took most of it back."""
    _, steps = remove_tax_steps(load_bundled(), ["cpi_core"])
    by_date = {step.date: step for step in steps}
    assert set(by_date) == {"2014-04", "2019-10"}
    assert 1.5 < by_date["2014-04"].size < 2.4
    assert -0.2 < by_date["2019-10"].size < 0.7
    assert "against 27 other years" in str(by_date["2014-04"])
    assert TAX_DATES == ("1989-04", "1997-04", "2014-04", "2019-10")


def test_tax_steps_that_cannot_be_estimated_are_refused() -> None:
    with pytest.raises(SampleError, match="'x' in 2001-04 has 2 other years"):
        remove_tax_steps(monthly(prices({}, months=36)), ["x"], dates=["2001-04"])
    with pytest.raises(SpecError, match="'April' is not a date"):
        remove_tax_steps(monthly(prices({})), ["x"], dates=["April"])
    with pytest.raises(SpecError, match="not a monthly level as published"):
        remove_tax_steps(log_level(monthly(prices({}))), ["x"])
    with pytest.raises(DataError, match="'x' is not positive in 1999-01"):
        remove_tax_steps(monthly(-prices({})), ["x"])
    panel, steps = remove_tax_steps(monthly(prices({}, months=36)), ["x"])
    assert steps == ()
    assert panel.describe("x").transform == ""


# Seasons -------------------------------------------------------------------------------------


def test_without_a_season_month_dummies_change_nothing() -> None:
    """The same figure in each month of a year leaves twelve equal effects."""
    yearly = np.repeat(np.random.default_rng(0).normal(size=10), 12)
    panel = monthly(yearly, differenced=True)
    adjusted = seasonally_adjust(panel, ["x"])
    np.testing.assert_allclose(adjusted.frame["x"], yearly, atol=1e-14)


def test_month_dummies_leave_residuals_around_the_mean() -> None:
    change = np.random.default_rng(2).normal(size=240) + np.tile(np.arange(12.0), 20)
    adjusted = seasonally_adjust(monthly(change, differenced=True), ["x"]).frame["x"]
    dummies = np.tile(np.eye(12), (20, 1))
    residuals = change - dummies @ np.linalg.lstsq(dummies, change, rcond=None)[0]
    np.testing.assert_allclose(adjusted, residuals + change.mean(), atol=1e-12)


def test_growth_over_twelve_months_is_as_published() -> None:
    panel = log_level(monthly(prices({}, months=200)))
    adjusted = seasonally_adjust(panel, ["x"])
    np.testing.assert_allclose(
        adjusted.frame["x"].diff(12).dropna(), panel.frame["x"].diff(12).dropna(), atol=1e-9
    )
    assert adjusted.frame["x"].iloc[0] == panel.frame["x"].iloc[0]
    change = seasonally_adjust(difference(panel), ["x"]).frame["x"]
    np.testing.assert_allclose(adjusted.frame["x"].diff().dropna(), change.dropna(), atol=1e-9)


def test_stl_takes_a_season_out_and_is_marked_two_sided() -> None:
    season = 2 * np.sin(2 * np.pi * np.arange(240) / 12)
    trend = 0.1 * np.arange(240)
    adjusted = seasonally_adjust(monthly(trend + season), ["x"], "stl")
    np.testing.assert_allclose(adjusted.frame["x"], trend, atol=0.05)
    assert adjusted.describe("x").two_sided


def test_stl_is_refused_in_real_time() -> None:
    panel = monthly(prices({}))
    with pytest.raises(SpecError, match="STL of x would use observations that were not yet there"):
        seasonally_adjust(panel, ["x"], "stl", real_time=True)
    with pytest.raises(SpecError, match="not yet there"):
        apply(panel, {"x": "dlog100"}, seasonal={"x": "stl"}, real_time=True)
    real_time = apply(panel, {"x": "dlog100"}, seasonal={"x": "dummies"}, real_time=True)
    assert not real_time.panel.describe("x").two_sided


def test_seasons_that_cannot_be_known_are_refused() -> None:
    with pytest.raises(SampleError, match="'x' has 35 months"):
        seasonally_adjust(monthly(np.ones(35)), ["x"])
    with pytest.raises(SpecError, match="adjusts levels"):
        seasonally_adjust(monthly(np.ones(50), differenced=True), ["x"], "stl")
    with pytest.raises(SpecError, match="'x' is quarterly"):
        seasonally_adjust(monthly(np.ones(50), frequency="quarterly"), ["x"])
    with pytest.raises(SpecError, match="'x13' is not known"):
        seasonally_adjust(monthly(np.ones(50)), ["x"], "x13")  # type: ignore[arg-type]


# The recipe ----------------------------------------------------------------------------------


def test_the_catalogue_recipe_makes_the_base_panel() -> None:
    names = ["brent", "us10y", "usdjpy_tokyo", "neer", "import_price_yen", "cpi_core", "jgb10y"]
    done = apply(load_bundled(), *catalogue_recipe(names))
    assert done.panel.names == names
    assert all(column.differenced for column in done.panel.columns.values())
    assert done.panel.describe("cpi_core").transform == (
        "tax steps removed (2014-04, 2019-10); 100 x log difference; "
        "seasonally adjusted by month dummies"
    )
    assert done.notes[3] == "neer: sign turned; 100 x log difference"
    assert [step.date for step in done.tax_steps] == ["2014-04", "2019-10"]
    base = done.panel.select([name for name in names if name != "neer"])
    assert base.sample == "1999-02 to 2025-11"
    assert base.trimmed == ("starts 1999-02: all", "ends 2025-11: brent")
    april = done.panel.frame["cpi_core"][done.panel.frame.index.month == 4]
    assert april["2014-04"] == pytest.approx(april.drop("2014-04").mean(), abs=1e-12)


def test_the_recipe_is_the_steps_one_by_one() -> None:
    panel = window(load_bundled(), "2000-01", "2020-12")
    done = apply(
        panel,
        {"cpi_core": "dlog100", "jgb10y": "level", "us10y": "diff", "wti": "log100"},
        tax_steps=["cpi_core"],
        tax_dates=["2014-04"],
    )
    cleaned, _ = remove_tax_steps(panel, ["cpi_core"], dates=["2014-04"])
    expected = log_difference(cleaned, ["cpi_core"]).frame["cpi_core"]
    pd.testing.assert_series_equal(done.panel.frame["cpi_core"], expected)
    pd.testing.assert_series_equal(done.panel.frame["jgb10y"], panel.frame["jgb10y"])
    pd.testing.assert_series_equal(done.panel.frame["us10y"], panel.frame["us10y"].diff())
    pd.testing.assert_series_equal(done.panel.frame["wti"], 100 * np.log(panel.frame["wti"]))
    assert done.notes[1] == "jgb10y: as published"


def test_faults_of_a_recipe_are_named() -> None:
    panel = load_bundled()
    with pytest.raises(SpecError, match="transform 'dlog' of 'cpi_core'") as raised:
        apply(panel, {"cpi_core": "dlog"})
    assert "dlog100" in raised.value.remedy
    with pytest.raises(SpecError, match="flips names 'neer', which has no transform"):
        apply(panel, {"cpi_core": "dlog100"}, flips=["neer"])
    with pytest.raises(DataError, match="'jgb2y' is .* it has no logarithm"):
        apply(panel, {"jgb2y": "dlog100"})
    with pytest.raises(DataError, match="from 2050-01 to the end"):
        window(panel, "2050-01")


# Equivariance --------------------------------------------------------------------------------

LEVELS = st.integers(0, 10_000).map(lambda seed: prices({"2014-04": 1.0}, seed, 240))


@settings(max_examples=25, deadline=None)
@given(level=LEVELS, scale=st.sampled_from([1e-3, 0.5, 1000.0]))
def test_rescaling_a_price_leaves_its_growth_and_its_tax_step(
    level: np.ndarray, scale: float
) -> None:
    recipe: dict[str, Any] = {"tax_steps": ["x"], "seasonal": {"x": "dummies"}}
    plain = apply(monthly(level), {"x": "dlog100"}, **recipe)
    scaled = apply(monthly(scale * level), {"x": "dlog100"}, **recipe)
    np.testing.assert_allclose(scaled.panel.frame, plain.panel.frame, atol=1e-9)
    assert scaled.tax_steps[0].size == pytest.approx(plain.tax_steps[0].size, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(level=LEVELS, constant=st.floats(-1e3, 1e3))
def test_adding_a_constant_leaves_the_change_and_shifts_the_adjusted_level(
    level: np.ndarray, constant: float
) -> None:
    plain, shifted = monthly(level), monthly(level + constant)
    np.testing.assert_allclose(difference(shifted).frame, difference(plain).frame, atol=1e-9)
    np.testing.assert_allclose(
        seasonally_adjust(shifted, ["x"]).frame,
        seasonally_adjust(plain, ["x"]).frame + constant,
        atol=1e-9,
    )


# Frequency -----------------------------------------------------------------------------------

DAYS = pd.bdate_range("2020-01-01", "2020-03-16")


def test_months_are_means_or_ends_and_thin_months_are_empty() -> None:
    quotations = pd.Series(np.arange(len(DAYS), dtype=float), DAYS)
    quotations["2020-02-10":] = np.nan
    quotations["2020-03-02":] = 7.0
    panel = daily(us10y_daily=quotations)
    mean, end = to_monthly(panel), to_monthly(panel, observed="end")
    assert mean.names == ["us10y"]
    assert end.names == ["us10y_eom"]
    assert mean.frame.loc["2020-01", "us10y"] == quotations["2020-01"].mean()
    assert end.frame.loc["2020-01", "us10y_eom"] == quotations["2020-01-31"]
    assert mean.frame["us10y"].isna().tolist() == [False, True, False]
    assert end.frame["us10y_eom"].isna().tolist() == [False, True, True]
    assert mean.trimmed == ("us10y: the last month has quotations to 2020-03-16 only",)
    assert (mean.describe("us10y").observed, mean.describe("us10y").frequency) == (
        "mean",
        "monthly",
    )
    assert end.describe("us10y_eom").observed == "end"


def test_month_means_and_ends_made_of_daily_figures_do_not_mix() -> None:
    panel = daily(a_daily=pd.Series(1.0, DAYS), b_daily=pd.Series(1.0, DAYS))
    columns = {name: replace(column, market=True) for name, column in panel.columns.items()}
    panel = panel.with_columns(panel.frame, columns)
    mean, end = to_monthly(panel, ["a_daily"]), to_monthly(panel, ["b_daily"], "end")
    both = Panel(mean.frame.join(end.frame), {**mean.columns, **end.columns})
    with pytest.raises(MixedObservationError, match="b_eom"):
        both.select(["a", "b_eom"])


def test_common_days_are_those_on_which_all_markets_are_open() -> None:
    tokyo, new_york = (pd.Series(np.arange(len(DAYS), dtype=float), DAYS) for _ in range(2))
    tokyo["2020-02-11"] = new_york["2020-02-17"] = np.nan
    panel = daily(tokyo=tokyo, new_york=new_york)
    with pytest.raises(GapError, match="'tokyo' has no value in 2020-02-11") as raised:
        difference(panel)
    assert "common_days" in raised.value.remedy
    both = common_days(panel, ["new_york", "tokyo"], start="2020-02-03")
    assert both.names == ["new_york", "tokyo"]
    assert both.trimmed == ("2 of 31 days left out on which a market was closed",)
    assert both.select(["tokyo"]).trimmed == both.trimmed
    change = difference(both).frame["tokyo"]
    assert change["2020-02-12"] == 2.0
    tokyo["2020-02-03":"2020-02-20"] = np.nan
    with pytest.raises(GapError, match="2020-01-31 and 2020-02-21 .*'tokyo'"):
        common_days(daily(tokyo=tokyo, new_york=new_york), ["tokyo", "new_york"])


def test_weeks_end_on_friday_and_a_closed_week_is_empty_unless_carried() -> None:
    tokyo, new_york = (pd.Series(np.arange(len(DAYS), dtype=float), DAYS) for _ in range(2))
    tokyo["2020-02-10":"2020-02-14"] = np.nan
    panel = daily(tokyo=tokyo, new_york=new_york)
    weeks = to_weekly(panel)
    assert weeks.frame.index.freqstr == "W-FRI"
    first, second = weeks.select(["new_york"], start="2020-02", end="2020-02-14").frame["new_york"]
    assert (first, second) == (new_york["2020-02-07"], new_york["2020-02-14"])
    with pytest.raises(GapError, match="'tokyo' has no value in 2020-02-14"):
        weeks.select(["tokyo"])
    carried = to_weekly(panel, carry=True)
    assert window(carried, "2020-02-08", "2020-02-14").frame["tokyo"].tolist() == [
        tokyo["2020-02-07"]
    ]
    assert carried.trimmed == ("tokyo: last quotation carried over the weeks to 2020-02-14",)
    mean = window(to_weekly(panel, ["new_york"], "mean"), "2020-02-03", "2020-02-07")
    assert mean.frame.iloc[0, 0] == new_york["2020-02-03":"2020-02-07"].mean()
    with pytest.raises(SpecError, match="not defined"):
        to_weekly(panel, observed="mean", carry=True)
    with pytest.raises(SpecError, match="not daily"):
        to_weekly(load_bundled())


@pytest.mark.slow
def test_real_daily_figures_give_the_published_months(shared_data: Path) -> None:
    """Tolerance: the stored month means keep five to six digits."""
    data = load_data(shared_data / "real")
    assert data.daily is not None
    made = to_monthly(data.daily, ["jgb10y_daily", "us10y_daily", "nikkei_daily"]).frame
    stored = data.monthly.frame[["jgb10y", "us10y", "nikkei"]].reindex(made.index)
    np.testing.assert_allclose(made, stored, rtol=5e-6, atol=5e-5)
    ends = to_monthly(data.daily, ["jgb10y_daily"], "end").frame["jgb10y_eom"]
    pd.testing.assert_series_equal(
        ends.dropna(), data.monthly.frame["jgb10y_eom"].dropna(), check_freq=False
    )
    markets = ["jgb10y_daily", "nikkei_daily", "usdjpy_ecb", "sp500_daily", "us10y_daily"]
    assert common_days(data.daily, markets, start="1999-01-04").sample == "1999-01-04 to 2026-02-27"
