"""Proves that an event study finds what is there and keeps its size with few events."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import entries
from yenloop.data.events import Events
from yenloop.data.panel import Panel
from yenloop.data.sources.files import load_bundled
from yenloop.errors import DataError, SampleError, SpecError
from yenloop.estimation.event_study import (
    draw_ordinary_days,
    hc3_slope,
    permutation_p_value,
    placebo_test,
    same_slope_p_value,
)
from yenloop.models.event_study import event_study
from yenloop.models.event_study_results import ALL, EventStudy
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.storage import load, save

NAMES = ["jgb10y_daily", "usdjpy_ecb", "us10y_daily"]
DAYS = pd.bdate_range("2012-01-02", "2019-12-31")


@cache
def decisions() -> Events:
    """Wednesdays, eight a year: two of them tighten, two ease."""
    wednesdays = DAYS[DAYS.day_of_week == 2][20:-20:6]
    ways = ["tightening", "no change", "easing", "no change"] * len(wednesdays)
    return Events.from_days(
        "boj_decisions",
        wednesdays,
        clock="12:00 Asia/Tokyo",
        label="decisions",
        directions=ways[: len(wednesdays)],
    )


@cache
def economy(effect: float = 5.0) -> Panel:
    """Tightening lifts the JGB yield by ``effect`` bp at once and the yen by -1% over two days.

    On other days a yield that rises by 10 bp goes with a yen that falls by 1%, on decision days
    with one that rises by 1%. US yields move on their own.
    """
    rng = np.random.default_rng(5)
    events = decisions()
    at = DAYS.get_indexer(events.days)
    yields = 2.0 * rng.standard_t(5, len(DAYS))
    yen = 0.1 * yields + 0.2 * rng.standard_normal(len(DAYS))
    yen[at] -= 0.2 * yields[at]
    assert events.directions is not None
    sign = events.directions.map({"tightening": 1.0, "easing": -1.0, "no change": 0.0}).to_numpy()
    yields[at] += effect * sign
    yen[at + 1] -= sign
    frame = pd.DataFrame(
        {
            "jgb10y_daily": 1 + yields.cumsum() / 100,
            "usdjpy_ecb": 100 * np.exp(yen.cumsum() / 100),
            "us10y_daily": 3 + 0.05 * rng.standard_normal(len(DAYS)).cumsum(),
        },
        DAYS,
    )
    return Panel(frame, {name: entries()[name].column for name in NAMES}, "simulated")


@cache
def study() -> EventStudy:
    return event_study(economy(), decisions(), NAMES, draws=499, rng=3)


def cell(group: str, name: str, horizon: int) -> tuple[int, int, int]:
    found = study()
    return found.groups.index(group), found.names.index(name), horizon + 5


def test_the_effect_of_each_direction_is_found_when_it_comes() -> None:
    found = study()
    for group, name, horizon, truth in (
        ("tightening", "jgb10y_daily", 0, 5.0),
        ("easing", "jgb10y_daily", 0, -5.0),
        ("tightening", "jgb10y_daily", 5, 5.0),
        ("tightening", "usdjpy_ecb", 1, -1.0),
        ("easing", "usdjpy_ecb", 1, 1.0),
        ("no change", "jgb10y_daily", 0, 0.0),
        ("tightening", "us10y_daily", 0, 0.0),
    ):
        at = cell(group, name, horizon)
        assert abs(found.estimate[at] - truth) < 3 * found.std_error[at], (group, name, horizon)
        assert (found.p_value[at] < 0.05) == (truth != 0), (group, name, horizon)
    before = found.p_value[cell("tightening", "jgb10y_daily", -2)]
    assert before > 0.05  # nothing happened before


def test_no_effect_in_a_group_of_both_directions_but_larger_moves() -> None:
    found = study()
    assert found.p_value[cell(ALL, "jgb10y_daily", 0)] > 0.05
    moves = found.moves.set_index(["group", "series"])
    assert moves.loc[(ALL, "jgb10y_daily"), "p"] == 1 / 500
    assert moves.loc[(ALL, "us10y_daily"), "p"] > 0.05
    assert (moves["mean"] > moves["ordinary"])[("tightening", "jgb10y_daily")]


def test_the_slope_of_decision_days_is_told_from_that_of_ordinary_days() -> None:
    quiet = event_study(economy(0.0), decisions(), NAMES, draws=499, rng=3)
    yen, us = quiet.slopes.loc["usdjpy_ecb"], quiet.slopes.loc["us10y_daily"]
    assert yen["slope"] == pytest.approx(-1.0, abs=0.25)
    assert yen["ordinary"] == pytest.approx(1.0, abs=0.1)
    assert yen["p"] == yen["p_same"] == 1 / 500
    assert min(us["p"], us["p_same"]) > 0.05
    assert (yen["unit"], us["unit"]) == ("% per 10 bp", "bp per 10 bp")
    low, high = quiet.slope_interval(0.90)
    assert low[0] < -1.0 < high[0]


def test_numbers_by_hand() -> None:
    """The mean change of an event is that of the figures on both sides, less the ordinary mean."""
    found, level = study(), economy().frame["jgb10y_daily"]
    events = decisions()
    assert events.directions is not None
    at = DAYS.get_indexer(events.days[events.directions == "easing"])
    changes = 100 * (level.to_numpy()[at + 3] - level.to_numpy()[at - 1])
    here = cell("easing", "jgb10y_daily", 3)
    assert found.estimate[here] + found.ordinary[here] == pytest.approx(changes.mean())
    assert found.std_error[here] == pytest.approx(changes.std(ddof=1) / np.sqrt(len(at)))
    ordinary = []
    for row in DAYS.get_indexer(events.days[events.directions == "easing"]):
        near = [row + 5 * week for week in range(-26, 27) if week]
        kept = [d for d in near if 0 < d < len(DAYS) and DAYS[d] not in events.days]
        known = [d for d in kept if d + 3 < len(DAYS)]
        ordinary.append(np.mean([100 * (level.iloc[d + 3] - level.iloc[d - 1]) for d in known]))
    assert found.ordinary[here] == pytest.approx(np.mean(ordinary))


def test_groups_by_the_sign_of_the_surprise_are_not_tested_on_it() -> None:
    found = study()
    up = "JGB 10-year yield up"
    assert found.signs == (up, "JGB 10-year yield down")
    assert found.estimate[cell(up, "jgb10y_daily", 0)] > 0
    assert np.isnan(found.p_value[cell(up, "jgb10y_daily", 0)])
    assert np.isfinite(found.p_value[cell(up, "usdjpy_ecb", 0)])
    no_size = found.p_value[:, :, found.horizons == -1]
    assert np.isnan(no_size).all()  # from where all changes run


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_twelve_random_days_are_an_event_at_the_nominal_rate(spread: float) -> None:
    """Heavy tails, and a variance on event days that is up to nine times the ordinary one."""
    rng = np.random.default_rng(11)
    everybody, replications = np.ones((1, 12), dtype=bool), 500
    rejected = 0
    for r in range(replications):
        cells = spread * rng.standard_t(4, (12, 1))
        ordinary = rng.standard_t(4, (12, 40, 1))
        picks = draw_ordinary_days(np.ones((12, 40), dtype=bool), 99, seed=r)
        rejected += placebo_test(cells, ordinary, picks, everybody).p_value[0, 0] <= 0.10
    assert 0.06 < rejected / replications < 0.14


def test_two_random_events_are_no_event_either() -> None:
    rng = np.random.default_rng(12)
    p_values = []
    for r in range(400):
        ordinary = rng.standard_t(4, (2, 40, 1))
        picks = draw_ordinary_days(np.ones((2, 40), dtype=bool), 99, seed=r)
        test = placebo_test(rng.standard_t(4, (2, 1)), ordinary, picks, np.ones((1, 2), dtype=bool))
        p_values.append(test.p_value[0, 0])
    assert 0.06 < np.mean(np.array(p_values) <= 0.10) < 0.14


def test_slopes_of_nothing_are_found_at_the_nominal_rate() -> None:
    """With an error that is larger where the surprise is."""
    rng = np.random.default_rng(13)
    zero, same = [], []
    for r in range(400):
        x = rng.standard_t(5, 25)
        y = rng.standard_normal(25) * (0.5 + np.abs(x))
        zero.append(permutation_p_value(x, y, 99, seed=r))
        ordinary = rng.standard_normal((99, 2, 25))
        drawn = hc3_slope(ordinary[:, 0], ordinary[:, 1])
        slope, error = hc3_slope(rng.standard_normal(25), rng.standard_normal(25))
        same.append(same_slope_p_value((float(slope), float(error)), drawn, 0.0))
    assert 0.06 < np.mean(np.array(zero) <= 0.10) < 0.16
    assert 0.06 < np.mean(np.array(same) <= 0.10) < 0.14


def test_the_interval_and_the_p_value_agree() -> None:
    """Zero lies outside the 90% interval where, and only where, p is at most 0.10."""
    low, high = study().interval(0.90)
    p = study().p_value
    tested = np.isfinite(p)
    outside = (low > 0) | (high < 0)
    assert (outside == (p <= 0.10))[tested].mean() > 0.99


def test_hc3_is_that_of_statsmodels_and_pairs_with_a_gap_are_left_out() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((2, 30))
    fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3")
    slope, error = hc3_slope(x, y)
    assert float(slope) == pytest.approx(fit.params[1], rel=1e-12)
    assert float(error) == pytest.approx(fit.bse[1], rel=1e-12)
    holed = np.append(x, np.nan), np.append(y, 1.0)
    np.testing.assert_allclose(hc3_slope(*holed), [slope, error], rtol=1e-12)
    assert np.isnan(hc3_slope(np.zeros(9), np.arange(9.0))).all()
    assert np.isnan(permutation_p_value(np.zeros(9), np.arange(9.0), 99, 1))


def test_ordinary_days_are_drawn_from_those_allowed_alike() -> None:
    allowed = np.array([[True, False, True, True], [False, False, True, False]])
    picks = draw_ordinary_days(allowed, 3000, seed=4)
    assert set(picks[:, 1]) == {2}
    shares = np.bincount(picks[:, 0], minlength=4) / 3000
    np.testing.assert_allclose(shares, [1 / 3, 0, 1 / 3, 1 / 3], atol=0.03)


def test_a_cell_that_never_moves_has_no_p_value() -> None:
    cells, ordinary = np.zeros((8, 1)), np.zeros((8, 5, 1))
    picks = draw_ordinary_days(np.ones((8, 5), dtype=bool), 99, seed=1)
    test = placebo_test(cells, ordinary, picks, np.ones((1, 8), dtype=bool))
    assert np.isnan(test.p_value[0, 0])
    assert test.mean[0, 0] == 0
    assert np.isinf(test.critical(0.999)[0, 0])


def test_units_and_the_order_of_series_change_nothing() -> None:
    panel, found = economy(), study()
    scaled = panel.frame.assign(usdjpy_ecb=1000 * panel.frame["usdjpy_ecb"])
    other = event_study(
        Panel(scaled, panel.columns), decisions(), NAMES[::-1], surprise=NAMES[0], draws=499, rng=3
    )
    np.testing.assert_allclose(other.estimate[:, ::-1], found.estimate, atol=1e-9)
    np.testing.assert_allclose(other.p_value[:, ::-1], found.p_value)
    np.testing.assert_allclose(other.slopes.loc[NAMES[1], "p"], found.slopes.loc[NAMES[1], "p"])


def test_a_holiday_in_one_market_leaves_the_others_alone() -> None:
    """On a holiday of New York the US yield answers a day later, with the same change."""
    panel, events = economy(), decisions()
    frame = panel.frame.copy()
    frame.loc[events.days[4], "us10y_daily"] = np.nan
    other = event_study(Panel(frame, panel.columns), events, NAMES, draws=99, rng=3)
    found = study()
    assert (other.counts == found.counts).all()
    np.testing.assert_allclose(other.estimate[:, :2], found.estimate[:, :2])
    total = (other.estimate + other.ordinary - found.estimate - found.ordinary)[0, 2, 5]
    level = panel.frame["us10y_daily"]
    row = DAYS.get_loc(events.days[4])
    assert total * other.nobs == pytest.approx(100 * (level.iloc[row + 1] - level.iloc[row]))


def test_series_that_begin_later_have_fewer_events() -> None:
    panel = economy()
    frame = panel.frame.copy()
    frame.loc[:"2015-12-31", "us10y_daily"] = np.nan
    other = event_study(Panel(frame, panel.columns), decisions(), NAMES, draws=99, rng=3)
    assert other.nobs == study().nobs
    since = int((decisions().days >= "2016-01-01").sum())
    assert other.counts[0, :, 5].tolist() == [other.nobs, other.nobs, since]
    assert other.slopes["events"].tolist() == [other.nobs, since]


def test_a_direction_of_two_days_is_counted_not_averaged() -> None:
    events = decisions()
    assert events.directions is not None
    ways = events.directions.copy()
    ways.iloc[:2] = "framework"
    rare = replace(events, directions=ways, kinds=(*events.kinds, "framework"))
    found = event_study(economy(), rare, NAMES, draws=99)
    assert "framework" not in found.groups
    assert "Too few for an average of their own: framework (2)." in found.setting
    plain = replace(events, directions=None, kinds=())
    assert event_study(economy(), plain, NAMES, draws=99).directions == ()


def test_the_same_seed_gives_the_same_numbers_and_they_are_stored(tmp_path) -> None:
    again = event_study(economy(), decisions(), NAMES, draws=499, rng=3)
    pd.testing.assert_frame_equal(again.tidy(), study().tidy())
    back = load(save(study(), tmp_path / "study.yenloop"))
    pd.testing.assert_frame_equal(back.tidy(), study().tidy())


def test_tidy_summary_notes_and_citations() -> None:
    tidy = study().tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    numbers = tidy[~tidy["statistic"].str.endswith("p_value") & (tidy["statistic"] != "events")]
    assert not (numbers["unit"] == "").any()
    assert not tidy.duplicated(["statistic", "shock", "response", "horizon", "level"]).any()
    text = str(study().summary())
    assert f"{study().nobs} decisions, {study().sample}." in text
    assert "499 draws, seed 3" in text
    assert "Mean absolute change over" in study().sentence()
    assert study().cite().count("@") == 4


def test_the_chart_has_a_row_a_series_and_a_column_a_direction() -> None:
    _, axes = study().plot()
    assert axes.shape == (3, 3)
    titles = [ax.get_title() for ax in axes[0]]
    tightening = int((decisions().directions == "tightening").sum())
    assert titles[0] == f"Tightening ({tightening})"
    _, axes = study().plot(groups=study().signs)
    assert axes[0, 0].get_title().startswith("JGB 10y up (")


def test_what_cannot_be_studied_is_refused() -> None:
    panel, events = economy(), decisions()
    with pytest.raises(SampleError, match="None of the decisions"):
        event_study(panel, events, NAMES, start="2031-01-01")
    late = Events.from_days("d", ["2031-01-08", "2031-02-12"], clock=events.clock)
    with pytest.raises(SampleError, match="Only 0 of 2 days"):
        event_study(panel, late, NAMES)
    with pytest.raises(SpecError, match="surprise 'nikkei_daily'"):
        event_study(panel, events, NAMES, surprise="nikkei_daily")
    with pytest.raises(SpecError, match="different series"):
        event_study(panel, events, [*NAMES, NAMES[0]])
    with pytest.raises(SpecError, match="before = 0"):
        event_study(panel, events, NAMES, before=0)
    with pytest.raises(SpecError, match="not daily"):
        event_study(load_bundled(), events, ["jgb10y"])
    timeless = {**panel.columns, "usdjpy_ecb": replace(panel.columns["usdjpy_ecb"], clock="")}
    with pytest.raises(SpecError, match="No clock is known for usdjpy_ecb"):
        event_study(Panel(panel.frame, timeless), events, NAMES)
    with pytest.raises(DataError, match="not in the data"):
        event_study(panel, events, ["nikkei_daily"])


@pytest.mark.slow
def test_the_real_decisions(shared_data) -> None:
    """The day on which the band was widened is found, and study days move more than others."""
    from yenloop.data.sources.files import load_data

    data = load_data([shared_data / "real", shared_data / "instruments"])
    assert data.daily is not None
    found = event_study(data.daily, data.events["boj_decisions"], NAMES, start="1999-01-04")
    assert found.nobs > 340
    moves = found.moves.set_index(["group", "series"])
    assert moves.loc[("tightening", "jgb10y_daily"), "p"] < 0.01
    assert moves.loc[(ALL, "usdjpy_ecb"), "p"] < 0.01
    assert found.slopes.loc["usdjpy_ecb", "p_same"] < 0.01
