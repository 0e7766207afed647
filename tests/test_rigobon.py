"""Effects by variances on event days: closed form, confounded economies, weak shifts, clocks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import yenloop
from yenloop.data.events import Events
from yenloop.data.panel import Column, Panel
from yenloop.errors import SampleError, SpecError
from yenloop.estimation.fieller import fieller
from yenloop.estimation.rigobon import moment_shift, one_shock_statistic, resampled_effects
from yenloop.models.rigobon import rigobon

NOON = "12:00 Asia/Tokyo"
EFFECT = 0.8


def bond(name, label, clock):
    return Column(
        name,
        label,
        "pp",
        "simulated",
        frequency="daily",
        clock=clock,
        response_unit="bp",
        response_scale=100.0,
    )


COLUMNS = {
    "jgb": bond("jgb", "JGB", "15:00 Asia/Tokyo"),
    "us": bond("us", "US", "15:30 America/New_York"),
    "yen": Column(
        "yen", "Yen", "yen", "simulated", frequency="daily", clock="14:15 Europe/Berlin",
        market=True, response_unit="%",
    ),
}  # fmt: skip


def economy(seed=0, days=2400, shift=4.0, every=13):
    """Daily levels: policy news on event days, common news and feedback on all."""
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2010-01-04", periods=days)
    event = np.arange(days) % every == every - 1
    policy, common, foreign = rng.standard_normal((3, days)) * 0.02
    policy = policy * np.where(event, shift, 1.0)
    # Within the day: us = EFFECT jgb + ..., jgb = 0.5 us + ...
    structure = np.array([[1.0, -0.5], [-EFFECT, 1.0]])
    jgb, us = np.linalg.solve(structure, [policy + common, common + foreign])
    yen = -3 * jgb + rng.standard_normal(days) * 0.3
    levels = {"jgb": jgb.cumsum(), "us": us.cumsum(), "yen": 110 * np.exp(yen.cumsum() / 100)}
    panel = Panel(pd.DataFrame(levels, index=index), COLUMNS, "simulated")
    return panel, index[event]


@pytest.fixture(scope="module")
def found():
    return rigobon(*economy()[:1], "jgb", ["us", "yen"], economy()[1], clock=NOON)


def test_the_estimate_is_the_ratio_of_shifts():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(60), rng.standard_normal((60, 2))
    event = np.arange(60) < 20
    x[event] *= 3
    shift = moment_shift(x, y, event)
    first, second = (np.cov(np.column_stack([x, y])[kind].T) for kind in (event, ~event))
    assert_allclose(shift.own, (first - second)[0, 0])
    assert_allclose(shift.with_effects, (first - second)[0, 1:])
    assert_allclose(shift.effects, np.diag(first - second)[1:])
    # As instrumental variables: the instrument is the cause over the number of days, signed.
    z = np.where(event, (x - x[event].mean()) / 19, -(x - x[~event].mean()) / 39)
    assert_allclose(shift.ratio, (z @ y) / (z @ x))


def test_the_truth_is_found_where_least_squares_is_biased(found):
    """Per 10 bp: 8 bp of the US yield; common news and feedback bias the event-day slope."""
    assert (np.abs(found.estimate - [8.0, -0.3]) < 2.5 * found.std_error).all()
    assert (found.slope[0] - 8.0) / found.slope_error[0] > 2
    assert found.strength > 20
    assert not found.weak
    assert found.units == {"us": "bp per 10 bp", "yen": "% per 10 bp"}
    assert (
        found.deviations.loc["JGB (bp)", "events"] > 2 * found.deviations.loc["JGB (bp)", "control"]
    )
    assert (found.one_shock > 0.05).all()


@pytest.mark.parametrize("scale", [1.0, 0.3, 0.0])
def test_the_set_covers_at_every_strength(scale):
    """Simulated moments, nominal 90%: the percentile interval fails where the shift is small."""
    rng, hits, boot = np.random.default_rng(3), [], []
    event = np.arange(300) < 100
    for _ in range(200):
        policy = rng.standard_normal(300) * np.where(event, np.sqrt(1 + scale), 1.0)
        common, own = rng.standard_normal((2, 300))
        x = policy + common
        y = (EFFECT * x + 2 * common + own)[:, None]
        shift = moment_shift(x, y, event)
        found = fieller(
            shift.with_effects, shift.own[None], shift.covariance[:, :2, :2], level=0.90
        )
        hits.append(found.contains(EFFECT)[0])
        draws = resampled_effects(x, y, event, 200, rng)[:, 0]
        low, high = np.quantile(draws, (0.05, 0.95))
        boot.append(low <= EFFECT <= high)
    assert np.mean(hits) == pytest.approx(0.90, abs=0.055)
    if scale == 0:
        assert np.mean(boot) > 0.85  # wide, but not unbounded as it would have to be


def test_without_a_shift_the_set_has_no_bounds():
    weak = rigobon(economy(1, shift=1.0)[0], "jgb", "us", economy(1)[1], clock=NOON)
    assert weak.weak
    assert not weak.sets[0.90].bounded.any()
    assert np.isnan(weak.one_shock).all()
    text = str(weak.summary())
    assert "only the Anderson-Rubin set holds" in text
    assert "90% bootstrap" not in text
    tidy = weak.tidy()
    sets = tidy[(tidy["band"] == "Anderson-Rubin") & (tidy["level"] == 0.90)]
    assert np.isinf(sets["conf_low"]).all()


def test_the_test_of_one_kind_of_news_has_its_size():
    from scipy.stats import chi2

    rng, p_values, two = np.random.default_rng(5), [], []
    event = np.arange(400) < 150
    for _ in range(300):
        big = rng.standard_normal(400) * np.where(event, 4.0, 1.0)
        also = rng.standard_normal(400) * np.where(event, 4.0, 1.0)
        common, own = rng.standard_normal((2, 400))
        x = big + common
        for kept, extra in ((p_values, 0 * also), (two, also)):
            y = (EFFECT * x + common + own + extra)[:, None]
            kept.append(chi2.sf(one_shock_statistic(moment_shift(x, y, event))[0], 1))
    assert np.mean(np.array(p_values) < 0.10) < 0.17
    assert np.mean(np.array(two) < 0.10) > 0.8


def test_the_control_days_are_those_asked_for(found):
    panel, days = economy()
    other = rigobon(panel, "jgb", ["us", "yen"], days, clock=NOON, control="other days")
    assert found.counts[0] == other.counts[0] == 184
    assert found.counts[1] == 183
    assert other.counts[1] > 2000
    assert_allclose(other.estimate, found.estimate, rtol=0.4)
    assert "all days without one" in " ".join(other.notes())


def test_figures_follow_the_clocks_of_each_market():
    """What is said at noon in Tokyo is in the same date's US yield, at 20:00 in the next JGB's."""
    panel, days = economy()
    noon = rigobon(panel, "jgb", "us", days, clock=NOON, lags=0)
    shifted = panel.frame.assign(us=panel.frame["us"].shift(1)).iloc[1:]
    late = rigobon(
        Panel(shifted, panel.columns, "simulated"), "jgb", "us", days, clock=NOON, lags=0
    )
    assert noon.estimate[0] == pytest.approx(8.0, abs=2)
    assert abs(late.estimate[0]) < 3
    evening = rigobon(panel, "jgb", "us", days, clock="20:00 Asia/Tokyo", lags=0)
    assert (
        evening.deviations.loc["JGB (bp)", "events"]
        < 0.6 * noon.deviations.loc["JGB (bp)", "events"]
    )


def test_events_know_their_hour():
    panel, days = economy()
    events = Events.from_days("boj", days, clock=NOON, label="Bank of Japan decisions")
    one = rigobon(panel, "jgb", "us", events)
    other = rigobon(panel, "jgb", "us", days, clock=NOON)
    assert_allclose(one.estimate, other.estimate)
    assert "Bank of Japan decisions" in one.summary().title
    assert rigobon(panel, "jgb", "us", events, start="2014-01-01").counts[0] < one.counts[0]


def test_days_on_which_a_market_was_closed_are_left_out():
    panel, days = economy()
    closed = panel.frame.copy()
    closed.loc[days[10], "us"] = np.nan
    closed.loc[days[20], "yen"] = np.nan
    found = rigobon(Panel(closed, COLUMNS, "holidays"), "jgb", ["us", "yen"], days, clock=NOON)
    assert found.counts[0] == 182
    assert "2 without figures of all series" in " ".join(found.notes())


def test_past_changes_are_taken_off():
    """Tokyo follows last night's New York: noise in the shift, which the lag removes."""
    panel, days = economy(2)
    frame = panel.frame.copy()
    frame["jgb"] += 0.9 * frame["us"].shift(1).fillna(0)
    followed = Panel(frame, COLUMNS, "follows")
    with_lag, without = (
        rigobon(followed, "jgb", "us", days, clock=NOON, lags=lags) for lags in (1, 0)
    )
    assert with_lag.strength > without.strength
    assert with_lag.sets[0.90].contains(8.0).all()


def test_units_do_not_matter(found):
    panel, days = economy()
    scaled = panel.frame.assign(yen=panel.frame["yen"] / 100, us=panel.frame["us"] * 100)
    columns = {**COLUMNS, "us": bond("us", "US", "15:30 America/New_York")}
    again = rigobon(Panel(scaled, columns, "scaled"), "jgb", ["us", "yen"], days, clock=NOON)
    assert_allclose(again.estimate / found.estimate, [100, 1], rtol=1e-9)
    assert again.strength == pytest.approx(found.strength, rel=1e-9)
    assert_allclose(again.sets[0.9].low / found.sets[0.9].low, [100, 1], rtol=1e-9)


def test_what_cannot_be_asked_is_refused():
    panel, days = economy()
    ask = {"clock": NOON}
    early = {**COLUMNS, "us": bond("us", "US", "09:00 Asia/Tokyo")}
    with pytest.raises(SpecError, match="struck before JGB"):
        rigobon(Panel(panel.frame, early, "early"), "jgb", "us", days, clock="08:00 Asia/Tokyo")
    with pytest.raises(SampleError, match=r"5 event days and .* 20 of each"):
        rigobon(panel, "jgb", "us", days[:5], **ask)
    with pytest.raises(SpecError, match="hour of the events is not known"):
        rigobon(panel, "jgb", "us", days)
    with pytest.raises(SpecError, match="events is a list"):
        rigobon(panel, "jgb", "us", list(days), **ask)
    with pytest.raises(SpecError, match="Name a cause and other series"):
        rigobon(panel, "jgb", ["jgb"], days, **ask)
    with pytest.raises(SpecError, match="control = 'none'"):
        rigobon(panel, "jgb", "us", days, control="none", **ask)
    silent = {**COLUMNS, "us": bond("us", "US", "")}
    with pytest.raises(SpecError, match="No clock is known for us"):
        rigobon(Panel(panel.frame, silent, "silent"), "jgb", "us", days, **ask)


def test_the_result_is_labelled_drawn_and_kept(found, tmp_path):
    tidy = found.tidy()
    assert set(tidy["band"]) == {"Anderson-Rubin", "bootstrap", "normal, HC3", ""}
    assert len(tidy) == 2 * 3 * 2 + 1
    text = str(found.summary())
    for said in ("Effective F", "bp per 10 bp", "event-day slope", "15:30 America/New_York"):
        assert said in text
    assert found.plot()[1].shape == (1, 2)
    again = yenloop.load(found.save(tmp_path / "result.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), tidy)
    assert "Lewis" in found.cite()
    one, other = (
        rigobon(*economy()[:1], "jgb", "us", economy()[1], clock=NOON, rng=seed) for seed in (0, 1)
    )
    assert_allclose(np.ravel(one.percentiles[0.68]), np.ravel(other.percentiles[0.68]), rtol=0.1)
    assert_allclose(one.estimate, other.estimate)


def test_bank_of_japan_days(shared_data):
    """On real data: Tokyo moves more on decision days, and the yen answers with the right sign."""
    raw = pd.read_csv(shared_data / "real" / "daily_panel.csv", index_col=0, parse_dates=True)
    days = pd.read_csv(shared_data / "instruments" / "boj_mpm_dates.csv", parse_dates=["date"])
    columns = {
        "jgb10y": bond("jgb10y", "JGB 10y", "15:00 Asia/Tokyo"),
        "ecb_usdjpy": COLUMNS["yen"],
    }
    panel = Panel.from_frame(
        raw[["jgb10y", "ecb_usdjpy"]].dropna(how="all"),
        {"jgb10y": columns["jgb10y"], "ecb_usdjpy": Column(
            "ecb_usdjpy", "Yen", "yen", frequency="daily", clock="14:15 Europe/Berlin", market=True
        )},
    )  # fmt: skip
    past = pd.DatetimeIndex(days["date"][days["date"] < "2026-08-01"])
    found = rigobon(panel, "jgb10y", "ecb_usdjpy", past, clock=NOON, start="2012-01-01")
    assert (
        found.deviations.loc["JGB 10y (bp)", "events"]
        > 1.5 * found.deviations.loc["JGB 10y (bp)", "control"]
    )
    low, high = found.sets[0.90].low[0], found.sets[0.90].high[0]
    assert found.sets[0.90].bounded[0]
    assert low < high < 0
