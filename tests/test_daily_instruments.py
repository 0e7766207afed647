"""Proves that surprises stand in the month that they move, by the clock and by the timing asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import entries
from yenloop.data.daily_changes import changes_around, own_days
from yenloop.data.daily_instruments import event_instruments, loop_instruments, size_instrument
from yenloop.data.events import Events
from yenloop.data.panel import Column, Panel
from yenloop.data.sources.files import load_data
from yenloop.data.transforms import log_difference
from yenloop.errors import DataError, MissingSeriesError, SpecError

NOON = "12:00 Asia/Tokyo"


def daily(**figures: np.ndarray | pd.Series) -> Panel:
    """A panel of catalogue series on the weekdays of 2020 and 2021, or on the given days."""
    days = pd.bdate_range("2020-01-01", "2021-12-31")
    frame = pd.DataFrame(
        {k: v if isinstance(v, pd.Series) else pd.Series(v, days) for k, v in figures.items()}
    )
    return Panel(frame, {name: entries()[name].column for name in frame})


def steps(jumps: dict[str, float]) -> np.ndarray:
    """A level that moves on the given days only."""
    days = pd.bdate_range("2020-01-01", "2021-12-31")
    moves = pd.Series(0.0, days)
    for day, size in jumps.items():
        moves[day] = size
    return moves.cumsum().to_numpy()


def test_a_series_that_moves_at_events_only_gives_the_change_of_its_month_means() -> None:
    """The instrument is then the variable of a VAR in changes of month means itself."""
    jumps = {"2020-02-05": 0.10, "2020-02-27": -0.04, "2020-04-30": 0.08, "2021-03-01": -0.2}
    panel = daily(jgb10y_daily=steps(jumps))
    events = Events.from_days("boj_decisions", list(jumps), clock=NOON)
    found = event_instruments(panel, events, ["jgb10y_daily"])
    level = panel.frame["jgb10y_daily"]
    means = level.groupby(pd.DatetimeIndex(level.index).to_period("M")).mean().diff()
    instrument = found.frame["jgb10y_at_boj_decisions"]
    np.testing.assert_allclose(instrument, means["2020-02":"2021-03"], atol=1e-15)
    # A decision of 30 April moves the mean of May, which a sum would date in April.
    assert instrument["2020-04"] < 0.01
    assert instrument["2020-05"] > 0.07
    column = found.describe("jgb10y_at_boj_decisions")
    assert (column.unit, column.observed, column.frequency) == (
        "percentage points",
        "mean",
        "monthly",
    )


def test_sums_count_event_days_only_and_months_without_one_are_zero() -> None:
    rng = np.random.default_rng(1)
    panel = daily(jgb2y_daily=rng.standard_normal(len(pd.bdate_range("2020-01-01", "2021-12-31"))))
    days = ["2020-03-04", "2020-03-25", "2020-06-17"]
    events = Events.from_days("d", days, clock=NOON)
    found = event_instruments(panel, events, ["jgb2y_daily"], timing="sum").frame["jgb2y_at_d"]
    change = panel.frame["jgb2y_daily"].diff()
    assert found.index[[0, -1]].astype(str).tolist() == [
        "2020-03",
        "2020-06",
    ]  # nothing is known beyond
    np.testing.assert_allclose(
        found, [change["2020-03-04"] + change["2020-03-25"], 0, 0, change["2020-06-17"]], atol=1e-12
    )


def test_a_statement_on_the_last_day_of_a_month_is_in_the_yen_of_the_next() -> None:
    """After noon in New York on Friday 31 July the next fixing is that of Monday 3 August."""
    yen = 100 * np.exp(steps({"2020-08-03": 0.01, "2020-07-31": 0.5}))
    panel = daily(usdjpy_h10_daily=yen)
    events = Events.from_days(
        "f", ["2020-06-10", "2020-07-31", "2020-09-16"], clock="14:00 America/New_York"
    )
    found = event_instruments(panel, events, ["usdjpy_h10_daily"], timing="sum").frame
    assert found["usdjpy_h10_at_f"].round(10).tolist() == [0.0, 0.0, 1.0, 0.0]  # per cent


def test_two_events_between_two_figures_are_one_change() -> None:
    panel = daily(jgb10y_daily=steps({"2020-05-07": 0.06}))
    holidays = pd.DatetimeIndex(["2020-05-04", "2020-05-05", "2020-05-06"])
    frame = panel.frame.copy()
    frame.loc[holidays] = np.nan
    events = Events.from_days("d", ["2020-04-01", "2020-05-05", "2020-05-06"], clock=NOON)
    found = event_instruments(Panel(frame, panel.columns), events, ["jgb10y_daily"], timing="sum")
    assert found.frame["jgb10y_at_d"].tolist() == pytest.approx([0.0, 0.06])


def test_a_decision_in_a_gap_of_the_series_is_not_a_zero() -> None:
    panel = daily(jgb10y_daily=steps({"2020-09-16": 0.05}))
    frame = panel.frame.copy()
    frame.loc["2020-06-25":"2020-07-07", "jgb10y_daily"] = np.nan
    events = Events.from_days("d", ["2020-04-15", "2020-07-03", "2020-09-16"], clock=NOON)
    holed = Panel(frame, panel.columns)
    summed = event_instruments(holed, events, ["jgb10y_daily"], timing="sum")
    np.testing.assert_allclose(summed.frame["jgb10y_at_d"], [0, 0, 0, np.nan, 0, 0.05])
    assert summed.trimmed == ("jgb10y_daily has a gap at 2020-07-03",)
    means = event_instruments(holed, events, ["jgb10y_daily"]).frame["jgb10y_at_d"]
    assert means.isna().tolist() == [False, False, False, True, True, False]


def test_months_that_are_quoted_in_part_are_left_empty() -> None:
    panel = daily(jgb10y_daily=steps({}))
    cut = panel.with_columns(panel.frame.loc["2020-02-17":"2021-03-15"], panel.columns)
    events = Events.from_days("d", ["2020-01-15", "2021-03-10"], clock=NOON)
    found = event_instruments(cut, events, ["jgb10y_daily"], timing="sum")
    assert found.span("jgb10y_at_d") == ("2020-03", "2021-02")


def test_the_month_mean_explains_a_var_of_month_means_twice_as_well_as_the_sum() -> None:
    rng = np.random.default_rng(7)
    days = pd.bdate_range("1980-01-01", "2019-12-31")
    months = pd.DatetimeIndex(days).to_period("M")
    middle = days[np.flatnonzero(np.diff(months.asi8, prepend=months.asi8[0] - 1))[:-1] + 10]
    moves = pd.Series(0.02 * rng.standard_normal(len(days)), days)
    moves[middle] += 0.10 * rng.standard_normal(len(middle))
    level = moves.cumsum()
    panel = Panel(
        level.to_frame("jgb10y_daily"), {"jgb10y_daily": entries()["jgb10y_daily"].column}
    )
    events = Events.from_days("d", middle, clock=NOON)
    change = level.groupby(months).mean().diff()
    r_squared = {}
    for timing in ("month mean", "sum"):
        z = event_instruments(panel, events, ["jgb10y_daily"], timing=timing).frame["jgb10y_at_d"]
        both = pd.concat([change, z], axis=1).dropna()
        r_squared[timing] = both.corr().iloc[0, 1] ** 2
    assert r_squared["month mean"] / r_squared["sum"] == pytest.approx(2, rel=0.2)


def test_sizes_by_month() -> None:
    events = Events.from_days(
        "i", ["2020-01-31", "2020-04-15"], clock=NOON, sizes=[30.0, -60.0], unit="bn yen"
    )
    summed = size_instrument(events, timing="sum")
    assert summed.frame["i_size"].tolist() == [30.0, 0.0, 0.0, -60.0]
    assert summed.describe("i_size").unit == "bn yen"
    means = size_instrument(events).frame["i_size"]
    np.testing.assert_allclose(means, [30 / 31, 30 * 30 / 31, 0, -60 * 16 / 30], atol=1e-12)
    with pytest.raises(DataError, match="have no sizes"):
        size_instrument(Events.from_days("i", ["2020-01-31"], clock=NOON))


def test_changes_run_from_the_last_figure_before_by_the_series_own_days() -> None:
    days = pd.DatetimeIndex(["2020-01-06", "2020-01-07", "2020-01-09", "2020-01-10", "2020-02-03"])
    figures = pd.Series([1.0, 2.0, 4.0, 8.0, 16.0], days)
    column = Column("x", "x", "percent", clock="15:00 Asia/Tokyo", response_unit="bp")
    events = Events.from_days("d", ["2020-01-08", "2020-01-10", "2020-02-04"], clock=NOON)
    found = changes_around(figures, column, events.announced, np.array([-2, -1, 0, 1, 2]))
    nan = np.nan
    np.testing.assert_array_equal(
        found,
        [
            [-1, 0, 2, 6, nan],  # the 8th is a holiday; beyond 10 January the series is silent
            [-2, 0, 4, nan, nan],
            [nan] * 5,  # nothing follows
        ],
    )


def test_what_cannot_be_made_is_refused() -> None:
    panel = daily(jgb10y_daily=steps({}))
    events = Events.from_days("d", ["2020-04-15"], clock=NOON)
    with pytest.raises(SpecError, match="timing 'week'"):
        event_instruments(panel, events, ["jgb10y_daily"], timing="week")
    with pytest.raises(MissingSeriesError):
        event_instruments(panel, events, ["jgb2y_daily"])
    late = Events.from_days("d", ["2030-04-15"], clock=NOON)
    with pytest.raises(DataError, match="'jgb10y_at_d' has no month"):
        event_instruments(panel, late, ["jgb10y_daily"])
    with pytest.raises(SpecError, match="not daily"):
        own_days(load_data().monthly, "jgb10y")
    assert loop_instruments(load_data()) is None


def test_prices_change_in_per_cent_as_elsewhere() -> None:
    panel = daily(usdjpy_ecb=100 + steps({"2020-05-06": 3.0}))
    figures, column = own_days(panel, "usdjpy_ecb")
    expected = log_difference(panel).frame["usdjpy_ecb"].iloc[1:]
    np.testing.assert_allclose(figures.diff().iloc[1:], expected)
    assert column.unit_of_responses == "%"


@pytest.mark.slow
def test_the_instruments_of_the_loop(shared_data: Path) -> None:
    data = load_data([shared_data / "real", shared_data / "instruments"])
    panel = loop_instruments(data)
    assert panel is not None
    assert data.instruments is not None
    made = [name for name in panel.names if name not in data.instruments.names]
    assert made == [
        "jgb2y_at_boj_decisions",
        "jgb10y_at_boj_decisions",
        "usdjpy_h10_at_boj_decisions",
        "usdjpy_h10_at_fomc_announcements",
        "usdjpy_h10_at_interventions",
    ]
    for name in made:
        panel.select([name])  # no gap inside
    summed = loop_instruments(data, timing="sum")
    assert summed is not None
    # In December 2022 the band of yield-curve control was widened: +15 bp on the day.
    assert summed.frame.loc["2022-12", "jgb10y_at_boj_decisions"] > 0.1
    # On 21 and 24 October 2022 yen were bought.
    assert summed.frame.loc["2022-10", "usdjpy_h10_at_interventions"] < -0.5
