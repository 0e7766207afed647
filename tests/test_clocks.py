"""Clocks order series by the moment they are struck; no holiday pairs a figure with a session
that came before its cause.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from yenloop.data.alignment import align_days
from yenloop.data.clocks import clock_order, parse_clock, strikes, struck_at
from yenloop.data.panel import Column, Panel
from yenloop.errors import DataError, GapError, MissingSeriesError, SpecError

CLOCKS = {
    "jgb10y": "15:00 Asia/Tokyo",
    "nikkei": "15:00 Asia/Tokyo; 15:30 Asia/Tokyo from 2024-11-05",
    "ecb_usdjpy": "14:15 Europe/Berlin",
    "usdjpy": "12:00 America/New_York",
    "sp500": "16:00 America/New_York",
}


def column(name: str) -> Column:
    return Column(name, name, "price", frequency="daily", clock=CLOCKS.get(name, ""), market=True)


def panel_of(frame: pd.DataFrame) -> Panel:
    return Panel(frame, {name: column(name) for name in frame.columns})


def days(*dates: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(dates)


def test_strikes_follow_the_summer_time_of_each_zone() -> None:
    winter_mismatch_summer = days("2024-01-15", "2024-03-20", "2024-07-15")
    ecb = strikes(CLOCKS["ecb_usdjpy"], winter_mismatch_summer)
    assert list(ecb.strftime("%H:%M")) == ["13:15", "13:15", "12:15"]
    new_york = ecb.tz_convert("America/New_York")
    # 08:15 in New York, but 09:15 in the weeks when only America has changed its clocks.
    assert list(new_york.strftime("%H:%M")) == ["08:15", "09:15", "08:15"]


def test_many_dates_at_once_agree_with_one_date_at_a_time() -> None:
    dates = pd.bdate_range("2024-02-01", "2024-12-31")
    for clock in CLOCKS.values():
        one_by_one = [struck_at(clock, day.date()) for day in dates]
        assert list(strikes(clock, dates)) == one_by_one


def test_tokyo_closes_half_an_hour_later_from_5_november_2024() -> None:
    dates = days("2024-11-01", "2024-11-05", "2025-07-01")

    def hours_apart(first: str, second: str) -> list[float]:
        gap = strikes(CLOCKS[second], dates) - strikes(CLOCKS[first], dates)
        return list(gap / pd.Timedelta(hours=1))

    # Summer time 14 and 13.5 hours, winter time 15 and 14.5.
    assert hours_apart("nikkei", "sp500") == [14.0, 14.5, 13.5]
    assert hours_apart("jgb10y", "nikkei") == [0.0, 0.5, 0.5]


def test_order_within_a_date_is_by_clock_whatever_order_is_given() -> None:
    wanted = ["jgb10y", "nikkei", "ecb_usdjpy", "usdjpy", "sp500"]
    given = [column(n) for n in ("sp500", "usdjpy", "jgb10y", "nikkei", "ecb_usdjpy")]
    assert clock_order(given, pd.bdate_range("2023-01-02", "2025-12-30")) == wanted
    assert clock_order(given, dt.date(2025, 1, 6)) == wanted


def test_clocks_that_change_places_are_refused_with_the_date() -> None:
    close = Column("dax", "dax", "price", clock="17:30 Europe/Berlin")
    with pytest.raises(SpecError, match="2024-03-11"):
        clock_order([column("usdjpy"), close], pd.bdate_range("2024-01-01", "2024-12-31"))


@pytest.mark.parametrize(
    "text", ["", "3pm Tokyo", "25:00 Asia/Tokyo", "15:75 Asia/Tokyo", "15:00 Asia/Edo", "15:00"]
)
def test_an_unreadable_clock_is_a_typed_error_with_a_remedy(text: str) -> None:
    with pytest.raises(SpecError, match="is not a clock") as error:
        parse_clock(text)
    assert "Asia/Tokyo" in error.value.remedy


def test_a_clock_that_begins_later_says_so() -> None:
    with pytest.raises(SpecError, match="does not say when 2024-01-04"):
        strikes("15:30 Asia/Tokyo from 2024-11-05", days("2024-01-04", "2025-01-06"))


def test_a_series_without_a_clock_is_named() -> None:
    with pytest.raises(SpecError, match="No clock is known for gold"):
        clock_order([column("nikkei"), column("gold")], days("2024-01-04"))


def holiday_in_tokyo() -> Panel:
    """New York falls on Monday while Tokyo is closed; Tokyo follows on Tuesday."""
    dates = days("2024-02-09", "2024-02-12", "2024-02-13", "2024-02-14")  # Friday to Wednesday
    return panel_of(
        pd.DataFrame(
            {"nikkei": [100.0, np.nan, 96.0, 96.0], "sp500": [100.0, 95.0, 95.0, 95.0]},
            index=dates,
        )
    )


def test_union_calendar_puts_the_answer_of_tokyo_one_row_after_its_cause() -> None:
    aligned = align_days(holiday_in_tokyo(), ["nikkei", "sp500"])
    change = aligned.frame.diff().iloc[1:]
    assert list(change["sp500"]) == [-5.0, 0.0, 0.0]
    assert list(change["nikkei"]) == [0.0, -4.0, 0.0]
    assert aligned.trimmed == ("nikkei closed on 1 of 4 dates",)


def test_common_calendar_would_pair_cause_and_answer_in_one_row() -> None:
    aligned = align_days(holiday_in_tokyo(), ["nikkei", "sp500"], calendar="common")
    assert list(aligned.frame.diff().iloc[1]) == [-4.0, -5.0]


def test_a_holiday_in_new_york_keeps_the_session_of_tokyo_before_it() -> None:
    frame = pd.DataFrame(
        {"nikkei": [100.0, 103.0, 103.0], "sp500": [100.0, np.nan, 102.0]},
        index=days("2024-02-16", "2024-02-19", "2024-02-20"),
    )
    change = align_days(panel_of(frame), ["nikkei", "sp500"]).frame.diff().iloc[1:]
    assert list(change["nikkei"]) == [3.0, 0.0]
    assert list(change["sp500"]) == [0.0, 2.0]


def test_changes_add_up_to_the_same_level_on_every_calendar() -> None:
    rng = np.random.default_rng(1)
    dates = pd.bdate_range("2023-01-06", "2023-12-29")  # Friday to Friday
    prices = 1000 + rng.standard_normal((len(dates), 2)).cumsum(axis=0)
    frame = pd.DataFrame(prices, dates, ["nikkei", "sp500"])
    inside = frame.iloc[1:-1]
    frame.iloc[1:-1] = inside.mask(rng.random(inside.shape) < 0.05)
    for calendar in ("union", "common", "weekly"):
        levels = align_days(panel_of(frame), ["nikkei", "sp500"], calendar=calendar).frame
        np.testing.assert_allclose(levels.iloc[-1] - levels.iloc[0], prices[-1] - prices[0])


def test_a_week_that_has_not_ended_is_left_out() -> None:
    weeks = align_days(holiday_in_tokyo(), ["nikkei", "sp500"], calendar="weekly").frame
    assert list(weeks.index.end_time.normalize()) == [pd.Timestamp("2024-02-09")]


def test_nothing_is_carried_past_the_end_of_the_shortest_series() -> None:
    frame = holiday_in_tokyo().frame.copy()
    frame.loc[pd.Timestamp("2024-02-15"), "nikkei"] = 97.0
    aligned = align_days(panel_of(frame), ["nikkei", "sp500"])
    assert aligned.frame.index[-1] == pd.Timestamp("2024-02-14")


def test_silence_longer_than_a_holiday_is_refused_with_its_dates() -> None:
    frame = pd.DataFrame(1.0, pd.bdate_range("2024-01-01", "2024-03-29"), ["nikkei", "sp500"])
    frame.loc["2024-02-01":"2024-02-20", "nikkei"] = np.nan
    with pytest.raises(GapError, match="'nikkei' has no value between 2024-01-31 and 2024-02-21"):
        align_days(panel_of(frame), ["nikkei", "sp500"])


def test_other_data_and_unknown_names_are_typed_errors() -> None:
    months = pd.DataFrame({"nikkei": [1.0, 2.0]}, pd.period_range("2024-01", periods=2, freq="M"))
    with pytest.raises(SpecError, match="not daily"):
        align_days(panel_of(months), ["nikkei"])
    with pytest.raises(SpecError, match="calendar 'lunar'"):
        align_days(holiday_in_tokyo(), ["nikkei"], calendar="lunar")
    with pytest.raises(MissingSeriesError):
        align_days(holiday_in_tokyo(), ["nikkei", "dax"])
    frame = pd.DataFrame(
        {"nikkei": [1.0, np.nan], "sp500": [np.nan, 1.0]}, days("2024-01-04", "2024-01-05")
    )
    with pytest.raises(DataError, match="No day has a figure"):
        align_days(panel_of(frame), ["nikkei", "sp500"])
