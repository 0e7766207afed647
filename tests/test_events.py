"""Proves that days of events are read exactly, and that no figure struck before one knows of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.events import DECISIONS, FOMC, INTERVENTIONS, Events, first_rows_after
from yenloop.data.panel import Column
from yenloop.data.sources.files import load_data
from yenloop.errors import (
    DataError,
    GapError,
    MissingSeriesError,
    SampleError,
    SpecError,
    YenloopError,
)

MAPPING = """
[file]
kind = "events"
name = "boj_decisions"
label = "Decisions"
date = "day"
clock = "12:00 Asia/Tokyo"
direction = "went"
directions = { up = "tightening", down = "easing" }
size = "bp"
unit = "bp"
scheduled_if_empty = "went"
leave_out = { basis = "*guess*" }
"""
DAYS = (
    "day,went,bp,basis,remark\n"
    "2024-01-10,up,5,statement,\n"
    "2024-02-14,down,-2.5,statement,x\n"
    "2024-02-14,down,-1.5,minutes,\n"
    "2024-03-13,up,,a guess,\n"
    "2024-04-10,up,,statement,\n"
    "2024-05-08,,,,\n"
)


def write(folder: Path, days: str = DAYS, mapping: str | None = MAPPING) -> Path:
    path = folder / "days.csv"
    path.write_text(days, encoding="utf-8")
    if mapping is not None:
        path.with_suffix(".toml").write_text(mapping, encoding="utf-8")
    return path


def read(path: Path) -> Events:
    (events,) = load_data(path).events.values()
    return events


def test_every_row_is_an_event_or_is_left_out_for_a_reason(tmp_path: Path) -> None:
    data = load_data(write(tmp_path))
    events = data.events[DECISIONS]
    assert events.days.strftime("%Y-%m-%d").tolist() == ["2024-01-10", "2024-02-14", "2024-04-10"]
    assert events.directions is not None
    assert events.directions.tolist() == ["tightening", "easing", "tightening"]
    assert events.kinds == ("tightening", "easing")
    assert events.sizes is not None
    np.testing.assert_array_equal(events.sizes, [5.0, -4.0, np.nan])
    assert events.announced.tz_convert("UTC").hour.tolist() == [3, 3, 3]
    assert events.notes == (
        "rows left out, 'basis' is '*guess*': 1",
        "rows left out, scheduled, no 'went' yet: 1",
        "days of several rows, taken together: 1",
    )
    shown = [line for line in data.report if "boj_decisions" in line]
    assert "3 days, 2024-01-10 to 2024-04-10 (tightening 2, easing 1); sizes in bp" in shown[0]
    assert data.report[-1] == "  not used: remark"
    assert data.monthly.source == "bundled panel"  # the file holds no series


def test_hours_stand_in_a_column_and_rows_of_a_day_that_disagree_are_mixed(tmp_path: Path) -> None:
    mapping = MAPPING.replace(
        'clock = "12:00 Asia/Tokyo"', 'time = "bp"\nzone = "America/New_York"'
    )
    mapping = mapping.replace('size = "bp"\nunit = "bp"\n', "")
    days = DAYS.replace(",5,", ",9:30,").replace(",-2.5,", ",2024-02-14 14:15:00,")
    days = days.replace("2024-02-14,down,-1.5", "2024-02-14,up,08:00").replace(
        "up,,st", "up,14:00,st"
    )
    events = read(write(tmp_path, days, mapping))
    utc = events.announced.tz_convert("UTC").strftime("%H:%M").tolist()
    assert utc == ["14:30", "13:00", "18:00"]  # summer time in April; the first row of the day
    assert events.kinds == ("tightening", "easing", "mixed")
    assert events.directions is not None
    assert events.directions.tolist() == ["tightening", "mixed", "tightening"]


@pytest.mark.parametrize(
    ("old", "new", "error", "message", "remedy"),
    [
        ("2024-01-10", "10/01/2024", DataError, "line 2: '10/01/2024' is not a day", "YYYY"),
        ("2024-01-10", "2024-02-30", DataError, "line 2: '2024-02-30' is not a day", "YYYY"),
        ("2024-01-10", "2024-03-01", DataError, "line 3: 2024-02-14 stands after", "Sort"),
        (",up,5,", ",sideways,5,", DataError, r"line 2 \(2024-01-10\): 'sideways'", "up"),
        (",5,", ",five,", DataError, "series 'bp', 2024-01-10: 'five' is not a number", "empty"),
        ("day,went", "day,gone", MissingSeriesError, "no columns 'went'", "went|There are"),
        ("day,went,bp", "day,went,went", MissingSeriesError, "2 columns 'went'", ""),
    ],
)
def test_each_fault_names_file_line_and_day(
    tmp_path: Path, old: str, new: str, error: type[YenloopError], message: str, remedy: str
) -> None:
    with pytest.raises(error, match=message) as raised:
        load_data(write(tmp_path, DAYS.replace(old, new, 1)))
    assert "days.csv" in raised.value.problem
    assert any(word in raised.value.remedy for word in remedy.split("|"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "boj_decisions"\n', "", "name = None"),
        ('"boj_decisions"', '"BoJ days"', "name = 'BoJ days'"),
        ('clock = "12:00 Asia/Tokyo"', "", "at which hour"),
        ('clock = "12:00 Asia/Tokyo"', 'time = "bp"', "at which hour"),
        ('clock = "12:00 Asia/Tokyo"', 'time = "bp"\nzone = "Edo"', "zone = 'Edo'"),
        ('"12:00 Asia/Tokyo"', '"noon"', "'noon' is not a clock"),
        ('unit = "bp"\n', "", "unit = None"),
        ('direction = "went"\n', "", "directions"),
        ('{ basis = "*guess*" }', '"guess"', "leave_out = 'guess'"),
        ('{ up = "tightening", down = "easing" }', '"up"', "directions = 'up'"),
        ("kind =", "kinds =", "unknown key 'kinds'"),
        ('"events"', '"days"', "kind = 'days'"),
        ("size =", "sizes =", "unknown key 'sizes'"),
    ],
)
def test_each_fault_of_a_mapping_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(SpecError, match=message):
        load_data(write(tmp_path, mapping=MAPPING.replace(old, new, 1)))


def test_an_hour_that_cannot_be_read_names_its_line(tmp_path: Path) -> None:
    mapping = MAPPING.replace('clock = "12:00 Asia/Tokyo"', 'time = "basis"\nzone = "Asia/Tokyo"')
    with pytest.raises(DataError, match=r"line 2 \(2024-01-10\): 'statement' in 'basis'"):
        load_data(write(tmp_path, mapping=mapping))


def test_only_scheduled_days_are_no_events(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'boj_decisions' have no days"):
        load_data(write(tmp_path, "day,went,bp,basis\n2031-01-08,,,\n"))


def column(clock: str) -> Column:
    return Column("x", "x", "unit", clock=clock, frequency="daily")


@pytest.mark.parametrize(
    ("clock", "first"),
    [
        ("15:00 Asia/Tokyo", "2024-07-31"),  # three hours later, the same date
        ("11:00 Asia/Tokyo", "2024-08-01"),
        ("12:00 Asia/Tokyo", "2024-08-01"),  # the very instant does not know of it
        ("12:00 America/New_York", "2024-07-31"),
        ("14:15 Europe/Berlin", "2024-07-31"),
    ],
)
def test_a_decision_at_noon_in_tokyo_is_in_the_first_figure_struck_after_it(
    clock: str, first: str
) -> None:
    dates = pd.bdate_range("2024-07-29", "2024-08-02")
    events = Events.from_days("d", ["2024-07-31"], clock="12:00 Asia/Tokyo")
    (row,) = first_rows_after(column(clock), dates, events.announced)
    assert dates[row] == pd.Timestamp(first)


def test_a_statement_in_the_afternoon_of_new_york_is_in_the_next_noon_fixing() -> None:
    dates = pd.bdate_range("2024-07-29", "2024-08-05").drop(pd.Timestamp("2024-08-01"))
    events = Events.from_days("f", ["2024-07-31"], clock="14:00 America/New_York")
    (row,) = first_rows_after(column("12:00 America/New_York"), dates, events.announced)
    assert dates[row] == pd.Timestamp("2024-08-02")  # 1 August was a holiday
    with pytest.raises(SpecError, match="No clock is known for x"):
        first_rows_after(column(""), dates, events.announced)


def test_events_of_a_sample() -> None:
    days = ["2020-01-21", "2020-03-16", "2021-01-21"]
    events = Events.from_days(
        "d", days, clock="12:00 Asia/Tokyo", directions=["a", "b", "a"], sizes=[1, 2, 3], unit="bp"
    )
    inside = events.between("2020-02", "2020-12-31")
    assert inside.span == "2020-03-16 to 2020-03-16"
    assert inside.directions is not None
    assert inside.sizes is not None
    assert (inside.directions.tolist(), inside.sizes.tolist()) == (["b"], [2.0])
    assert events.sha256 != inside.sha256
    with pytest.raises(SampleError, match="None of the d"):
        events.between("2022-01")
    with pytest.raises(GapError, match="occurs twice"):
        Events.from_days("d", ["2020-01-21", "2020-01-21"], clock="12:00 Asia/Tokyo")
    with pytest.raises(DataError, match="need an hour"):
        Events("d", "d", events.days, events.days)


def test_the_real_days_are_recognised_by_their_layout(shared_data: Path) -> None:
    events = load_data(shared_data / "instruments").events
    assert list(events) == [DECISIONS, INTERVENTIONS, FOMC]
    decisions = events[DECISIONS]
    assert (len(decisions), decisions.span) == (370, "1998-01-16 to 2026-09-18")
    assert decisions.directions is not None
    counts = decisions.directions.value_counts()
    assert counts.to_dict() == {
        "no change": 337,
        "easing": 16,
        "tightening": 15,
        "framework change": 2,
    }
    assert pd.Timestamp("2009-12-01") not in decisions.days  # a day known from memory only
    interventions = events[INTERVENTIONS]
    assert interventions.sizes is not None
    assert interventions.sizes["1999-06-21"] == pytest.approx(-1028.9)  # dollars and euros bought
    assert interventions.sizes["2022-10-21"] == pytest.approx(5620.2)
    assert (events[FOMC].announced[-1].hour, events[FOMC].announced[-1].minute) == (14, 0)
