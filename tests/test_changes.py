"""Proves that every difference between two sets of figures is found, dated and measured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.changes import (
    CHANGE_COLUMNS,
    InputChanges,
    input_changes,
    spec_changes,
    with_old_periods,
)
from yenloop.data.events import Events
from yenloop.data.panel import Column, Panel
from yenloop.data.sources.files import Data, load_data
from yenloop.errors import DataError
from yenloop.spec import StudySpec


def panel(**series: list[float]) -> Panel:
    """Monthly series from 2020-01 on."""
    index = pd.period_range("2020-01", periods=len(next(iter(series.values()))), freq="M")
    frame = pd.DataFrame(series, index=index, dtype=float)
    columns = {name: Column(name, name.upper(), "per cent") for name in series}
    return Panel(frame, columns, "memory")


def data(monthly: Panel, **others: object) -> Data:
    return Data(monthly, None, (), {}, **others)


def row(changes: InputChanges, series: str) -> pd.Series:
    found = changes.frame.set_index("series").loc[series]
    assert isinstance(found, pd.Series)
    return found


NONE = float("nan")
OLD = data(
    panel(kept=[1, 2, 3, NONE], revised=[1, 0, -4, 8], short=[NONE, 2, NONE, NONE], gone=[1] * 4)
)
NEW = data(
    panel(
        kept=[1, 2, 3, NONE, NONE],
        revised=[1, 0.5, -4.5, NONE, 9],
        short=[1, 2, 3, NONE, 5],
        born=[NONE, 5, 6, 7, 8],
    )
)


def test_the_same_figures_have_no_changes() -> None:
    figures = load_data()
    changes = input_changes(figures, figures)
    assert changes.same
    assert not changes.has_new_periods
    assert not changes.has_revisions
    assert changes.in_words() == ()
    assert list(changes.frame["series"]) == sorted(figures.monthly.names)
    assert (
        changes.frame["compared"] == figures.monthly.frame.notna().sum().sort_index().to_numpy()
    ).all()


def test_each_series_is_what_became_of_it() -> None:
    changes = input_changes(OLD, NEW)
    assert tuple(changes.frame.columns) == CHANGE_COLUMNS
    status = dict(zip(changes.frame["series"], changes.frame["status"]))
    assert status == {
        "born": "added",
        "gone": "removed",
        "kept": "same",
        "revised": "changed",
        "short": "changed",
    }
    assert row(changes, "born")[["new", "new_first", "new_last"]].tolist() == [
        4,
        "2020-02",
        "2020-05",
    ]
    assert row(changes, "gone")[["withdrawn", "compared"]].tolist() == [4, 0]
    assert changes.has_new_periods
    assert changes.has_revisions


def test_revisions_are_counted_dated_and_measured() -> None:
    """0 -> 0.5 has no size as a share; -4 -> -4.5 is an eighth; 8 was withdrawn."""
    found = row(input_changes(OLD, NEW), "revised")
    assert found[["compared", "revised", "revised_first", "revised_last"]].tolist() == [
        3,
        2,
        "2020-02",
        "2020-03",
    ]
    assert found["largest_revision"] == 0.5
    assert found["largest_at"] == "2020-02"
    assert found["largest_relative_revision"] == 0.125
    assert found[["withdrawn", "withdrawn_first"]].tolist() == [1, "2020-04"]
    assert found[["new", "new_first", "new_after_end"]].tolist() == [1, "2020-05", 1]


def test_new_periods_are_those_without_a_figure_before_wherever_they_lie() -> None:
    found = row(input_changes(OLD, NEW), "short")
    assert found[["new", "new_first", "new_last", "new_after_end"]].tolist() == [
        3,
        "2020-01",
        "2020-05",
        2,
    ]
    assert found["revised"] == 0
    assert np.isnan(found["largest_revision"])


def test_the_last_digit_counts() -> None:
    one, other = panel(a=[0.1 + 0.2]), panel(a=[0.3])
    assert row(input_changes(data(one), data(other)), "a")["revised"] == 1


def test_a_description_that_changed_is_said() -> None:
    series = panel(a=[1, 2])
    columns = {
        "a": replace(series.columns["a"], unit="index, 2025 = 100", clock="15:00 Asia/Tokyo")
    }
    changed = data(replace(series, columns=columns))
    found = row(input_changes(data(series), changed), "a")
    assert found["status"] == "changed"
    assert found["description"] == (
        "unit: per cent -> index, 2025 = 100; clock: none -> 15:00 Asia/Tokyo"
    )


def test_monthly_daily_and_instruments_of_one_id_are_kept_apart() -> None:
    days = pd.DataFrame({"a": [1.0, 2.0]}, index=pd.DatetimeIndex(["2020-01-06", "2020-01-07"]))
    daily = Panel.from_frame(days)
    old = Data(panel(a=[1, 2]), daily, (), {}, instruments=panel(a=[0, 1]))
    new = Data(panel(a=[1, 2]), daily, (), {}, instruments=panel(a=[0, 2]))
    changes = input_changes(old, new)
    assert changes.frame[["kind", "status"]].to_numpy().tolist() == [
        ["monthly", "same"],
        ["daily", "same"],
        ["instruments", "changed"],
    ]
    assert changes.in_words() == (
        "a (instruments): 1 revised (2020-02); the largest revision is 1 (per cent) in 2020-02.",
    )


def events(days: list[str], ways: list[str], clock: str = "12:00 Asia/Tokyo") -> Events:
    return Events.from_days("decisions", days, clock=clock, directions=ways)


def test_events_are_compared_day_by_day() -> None:
    series = panel(a=[1, 2])
    old = events(["2020-01-21", "2020-03-16", "2020-04-27"], ["none", "easing", "easing"])
    new = events(["2020-01-21", "2020-03-16", "2020-06-16"], ["none", "none", "none"])
    changes = input_changes(
        data(series, events={"decisions": old}), data(series, events={"decisions": new})
    )
    found = row(changes, "decisions")
    assert found["kind"] == "events"
    assert found[["new_first", "revised_first", "withdrawn_first"]].tolist() == [
        "2020-06-16",
        "2020-03-16",
        "2020-04-27",
    ]
    late = events(
        ["2020-01-21", "2020-03-16", "2020-04-27"], ["none", "easing", "easing"], "14:00 Asia/Tokyo"
    )
    changes = input_changes(
        data(series, events={"decisions": old}), data(series, events={"decisions": late})
    )
    assert row(changes, "decisions")["revised"] == 3


def test_new_figures_on_the_old_periods_differ_by_revisions_alone() -> None:
    cut = with_old_periods(NEW, OLD)
    assert cut.monthly.names == ["kept", "revised", "short"]
    assert cut.monthly.frame.index.equals(OLD.monthly.frame.index)
    assert cut.monthly.frame["revised"].tolist()[:3] == [1, 0.5, -4.5]
    changes = input_changes(OLD, cut)
    assert not changes.has_new_periods
    before = input_changes(OLD, NEW).frame.set_index("series")
    after = changes.frame.set_index("series")
    sizes = ["revised", "largest_revision", "withdrawn"]
    pd.testing.assert_frame_equal(
        after.loc[cut.monthly.names, sizes], before.loc[cut.monthly.names, sizes]
    )


def test_a_later_set_cut_to_the_old_periods_is_the_old_one_where_nothing_was_revised() -> None:
    later = load_data()
    frame = later.monthly.frame
    earlier = replace(later, monthly=replace(later.monthly, frame=frame.iloc[:-5]))
    cut = with_old_periods(later, earlier)
    held = earlier.monthly.frame.dropna(axis="columns", how="all")
    pd.testing.assert_frame_equal(cut.monthly.frame, held, check_exact=True)
    assert cut.entries == dict(later.entries)
    assert "2026-04" in cut.lines["usdjpy_tokyo"]


def test_events_on_old_days_keep_their_new_hour_and_direction() -> None:
    series = panel(a=[1, 2])
    old = data(
        series, events={"decisions": events(["2020-01-21", "2020-03-16"], ["none", "easing"])}
    )
    new = events(["2020-01-21", "2020-03-16", "2020-06-16"], ["none", "none", "easing"])
    cut = with_old_periods(data(series, events={"decisions": new}), old).events["decisions"]
    assert len(cut) == 2
    assert cut.directions is not None
    assert cut.directions.tolist() == ["none", "none"]


def test_figures_without_a_common_month_are_refused() -> None:
    with pytest.raises(DataError, match="no figure"):
        with_old_periods(data(panel(a=[1, 2])), data(panel(b=[1, 2])))


def test_settings_that_differ_are_named_with_both_values() -> None:
    old = StudySpec()
    new = StudySpec.model_validate({"var": {"lags": 6}, "roles": {"oil": ["wti"]}, "seed": 1})
    changed = spec_changes(old.model_dump(mode="json"), new.model_dump(mode="json"))
    assert changed.to_numpy().tolist() == [
        ["seed", str(old.seed), "1"],
        ["roles.oil", '["brent", "wti"]', '["wti"]'],
        ["var.lags", "3", "6"],
    ]
    assert spec_changes({"a": 1}, {"b": {"c": "x"}}).to_numpy().tolist() == [
        ["a", "1", ""],
        ["b.c", "", '"x"'],
    ]
    assert spec_changes({}, {}).empty
