"""Proves that a panel keeps its calendar and descriptions, and refuses gaps, mixes and nonsense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel, as_panel, label_of, refuse_two_sided
from yenloop.errors import (
    DataError,
    GapError,
    MissingSeriesError,
    MixedObservationError,
    SpecError,
)


def monthly(**columns: list[float]) -> pd.DataFrame:
    length = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.period_range("2000-01", periods=length, freq="M"))


def market(name: str, observed: str) -> Column:
    return Column(id=name, label=name, unit="percent per year", observed=observed, market=True)


def test_columns_keep_their_order_and_the_sample_is_that_of_the_columns_used() -> None:
    nan = np.nan
    panel = Panel.from_frame(monthly(a=[nan, 2, 3, 4, 5], b=[1, 2, 3, nan, nan], c=[1, 2, 3, 4, 5]))
    assert panel.sample == "2000-01 to 2000-05"
    both = panel.select(["c", "a"])
    assert both.names == ["c", "a"]
    assert both.sample == "2000-02 to 2000-05"
    assert both.trimmed == ("starts 2000-02: a",)
    assert panel.select(["a", "b"]).trimmed == ("starts 2000-02: a", "ends 2000-03: b")
    assert panel.span("b") == ("2000-01", "2000-03")


def test_an_interior_gap_is_refused_with_series_and_dates() -> None:
    panel = Panel.from_frame(monthly(a=[1, np.nan, 3, 4], b=[1, 2, 3, 4]))
    with pytest.raises(GapError, match="'a' has no value in 2000-02") as raised:
        panel.select(["a", "b"])
    assert "start/end" in raised.value.remedy
    assert panel.select(["a", "b"], start="2000-03").sample == "2000-03 to 2000-04"


def test_a_month_without_a_row_is_a_gap_and_not_a_daily_calendar() -> None:
    dates = pd.to_datetime(["2000-01-31", "2000-02-29", "2000-04-30", "2000-05-31"])
    with pytest.raises(GapError, match="2000-02 and 2000-04"):
        Panel.from_frame(pd.DataFrame({"a": [1.0, 2, 3, 4]}, index=dates))


@pytest.mark.parametrize(
    ("dates", "frequency", "last"),
    [
        (pd.date_range("2000-01-01", periods=5, freq="MS"), "monthly", "2000-05"),
        (pd.date_range("2000-01-31", periods=5, freq="BME"), "monthly", "2000-05"),
        (pd.date_range("2000-01-01", periods=5, freq="QS"), "quarterly", "2001Q1"),
        (pd.date_range("2000-01-07", periods=5, freq="W-FRI"), "weekly", "2000-02-04"),
        (pd.bdate_range("2000-01-03", periods=8), "daily", "2000-01-12"),
        (pd.date_range("2000-12-31", periods=5, freq="YE"), "annual", "2004"),
    ],
)
def test_calendars_are_read_off_the_distance_of_the_dates(
    dates: pd.DatetimeIndex, frequency: str, last: str
) -> None:
    panel = Panel.from_frame(pd.DataFrame({"a": np.arange(float(len(dates)))}, index=dates))
    assert panel.describe("a").frequency == frequency
    assert label_of(panel.frame.index[-1]) == last


def test_rows_that_are_not_dates_are_refused() -> None:
    with pytest.raises(DataError, match="not dates"):
        Panel.from_frame(pd.DataFrame({"a": [1.0, 2.0]}))
    fortnights = pd.date_range("2000-01-01", periods=3, freq="14D")
    with pytest.raises(DataError, match="14 days apart"):
        Panel.from_frame(pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=fortnights))


def test_duplicate_and_unordered_dates_are_named() -> None:
    frame = monthly(a=[1.0, 2.0, 3.0])
    with pytest.raises(GapError, match="2000-02 occurs twice"):
        Panel.from_frame(frame.iloc[[0, 1, 1]])
    with pytest.raises(GapError, match="2000-01 stands after 2000-02"):
        Panel.from_frame(frame.iloc[[1, 0, 2]])


def test_text_and_infinite_values_are_named_with_series_and_date() -> None:
    frame = monthly(a=[1.0, 2.0]).astype(object)
    frame.iloc[1, 0] = "two"
    with pytest.raises(DataError, match="'a' holds 'two' in 2000-02"):
        Panel.from_frame(frame)
    with pytest.raises(DataError, match="'a' is infinite in 2000-01"):
        Panel.from_frame(monthly(a=[np.inf, 1.0]))


def test_column_names_that_are_numbers_become_text_and_duplicates_are_refused() -> None:
    frame = monthly(a=[1.0, 2.0]).rename(columns={"a": 5})
    assert Panel.from_frame(frame).select(["5"]).names == ["5"]
    twice = pd.concat([frame, frame], axis=1)
    with pytest.raises(DataError, match="'5' occurs twice"):
        Panel.from_frame(twice)


def test_month_means_and_month_ends_do_not_mix_unless_it_is_asked_for() -> None:
    frame = monthly(us10y=[1.0, 2.0], jgb10y_eom=[1.0, 2.0], cpi=[1.0, 2.0])
    columns = {
        "us10y": market("us10y", "mean"),
        "jgb10y_eom": market("jgb10y_eom", "end"),
        "cpi": Column(id="cpi", label="CPI", unit="index", observed="survey"),
    }
    panel = Panel(frame, columns)
    with pytest.raises(MixedObservationError, match=r"ends \(jgb10y_eom\).*means \(us10y\)"):
        panel.select(["us10y", "jgb10y_eom"])
    assert panel.select(["us10y", "cpi"]).names == ["us10y", "cpi"]
    mixed = panel.select(["us10y", "jgb10y_eom"], allow_mixed=True)
    assert "on request" in mixed.trimmed[0]


def test_missing_series_repeated_series_and_bad_dates_are_refused() -> None:
    panel = Panel.from_frame(monthly(a=[1.0, 2.0], b=[1.0, 2.0]))
    with pytest.raises(MissingSeriesError, match="'c' is not in the data") as raised:
        panel.select(["a", "c"])
    assert raised.value.remedy == "Available: a, b."
    with pytest.raises(SpecError, match="different series"):
        panel.select(["a", "a"])
    with pytest.raises(SpecError, match="'January' is not a date"):
        panel.select(["a"], start="January")
    with pytest.raises(DataError, match="from 2005-01 to the end .* a 2000-01 to 2000-02"):
        panel.select(["a"], start="2005-01")


def test_the_hash_is_of_names_dates_and_values() -> None:
    frame = monthly(a=[1.0, 2.0], b=[3.0, np.nan])
    first = Panel.from_frame(frame).sha256
    assert first == Panel.from_frame(frame.copy()).sha256
    changed = frame.copy()
    changed.iloc[0, 0] += 1e-12
    others = [frame[["b", "a"]], frame.iloc[:1], changed, frame.rename(columns={"a": "x"})]
    assert len({first, *(Panel.from_frame(other).sha256 for other in others)}) == 5


def test_two_sided_columns_are_refused_for_real_time_work() -> None:
    column = Column(id="cpi", label="CPI", unit="%")
    refuse_two_sided([column], "forecast evaluation")
    with pytest.raises(SpecError, match=r"cpi: .* \(forecast evaluation\)"):
        refuse_two_sided([replace(column, two_sided=True)], "forecast evaluation")


def test_a_labelled_frame_is_accepted_as_a_panel() -> None:
    frame = monthly(a=[1, 2])
    panel = as_panel(frame)
    assert panel.frame.dtypes["a"] == np.float64
    assert as_panel(panel) is panel
