"""The study of Japan and the United States: truth by the clock, groups, calendars, real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.economy import two_clock_economy
from yenloop.data.panel import Column, Panel
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.errors import ClockWarning, SampleError, SpecError
from yenloop.models.connectedness import Connectedness, ConnectednessResults
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.spillover import (
    NOON_YEN,
    Blocks,
    changes_of,
    japan_us_spillover,
    monthly_spillover,
    with_stocks_to_2018,
)
from yenloop.models.spillover_results import Spillover

QUICK = BlockBootstrap(100)


@pytest.fixture(scope="module")
def months() -> Panel:
    return load_bundled()


@pytest.fixture(scope="module")
def monthly(months: Panel) -> Spillover:
    return monthly_spillover(months, draws=200)


@pytest.fixture(scope="module")
def daily(shared_data: Path) -> Spillover:
    panel = load_data(shared_data / "real").daily
    return japan_us_spillover(panel, start="2016-09-01", draws=200)


# --- The clock ---------------------------------------------------------------------------------


def test_default_order_is_by_the_clock_and_recovers_the_truth() -> None:
    """Japan's net in points; Monte Carlo error at 20,000 days about 0.6."""
    panel, truth = two_clock_economy(20_000, rng=1, same_day=0.4, overnight=0.2)
    reordered = Panel(panel.frame[["us", "japan"]], panel.columns)
    results = Connectedness(scheme="recursive", inference=QUICK).fit(reordered)
    assert results.order == ("japan", "us")
    net, draws = results.net_between(["japan"], ["us"])
    assert net == pytest.approx(truth.net_japan, abs=1.8)
    assert np.quantile(draws, 0.02) < truth.net_japan < np.quantile(draws, 0.98)
    wrong = results.under("recursive", ["us", "japan"]).net_between(["japan"], ["us"])[0]
    assert wrong < 0 < net


def test_generalised_daily_shares_warn_and_understate_japan() -> None:
    panel, truth = two_clock_economy(8_000, rng=2, same_day=0.4, overnight=0.0)
    with pytest.warns(ClockWarning, match="different hours"):
        results = Connectedness(inference=QUICK).fit(panel)
    assert results.net_between(["japan"], ["us"])[0] < truth.net_japan / 3
    assert "different hours" in " ".join(results.notes())


def test_placebo_common_news_is_no_effect_of_the_market_that_closes_later() -> None:
    """Nothing but news round the clock: only its part between the closes looks like a lead."""
    panel, _ = two_clock_economy(8_000, rng=3, same_day=0.0, overnight=0.0)
    results = Connectedness(scheme="recursive", inference=BlockBootstrap(300)).fit(panel)
    net, draws = results.net_between(["japan"], ["us"])
    assert abs(net) < 1.0
    assert np.quantile(draws, 0.01) < 0.1


def test_common_dates_lend_the_market_with_more_holidays_a_lead() -> None:
    """Equal effects both ways, so the truth is a net of zero; closed on 6 and 3.5% of the dates.

    What a market would have done on a holiday it does on the next open date. Monte Carlo error of
    each net at 30,000 days about 0.6, of their difference about 0.2.
    """
    rng = np.random.default_rng(4)
    days = 30_000
    news = rng.standard_normal((days, 2))
    is_open = rng.random((days, 2)) > [0.06, 0.035]
    moves, pending = np.zeros((days, 2)), np.zeros(2)
    for t in range(days):
        pending[0] += news[t, 0] + 0.4 * (moves[t - 1, 1] if t else 0.0)
        moves[t, 0] = pending[0] if is_open[t, 0] else 0.0
        pending[1] += news[t, 1] + 0.4 * moves[t, 0]
        moves[t, 1] = pending[1] if is_open[t, 1] else 0.0
        pending[is_open[t]] = 0.0
    dates = pd.bdate_range("1900-01-01", periods=days)
    levels = pd.DataFrame(moves.cumsum(axis=0), dates, ["japan", "us"])
    union, common = (
        Connectedness(scheme="recursive", inference=QUICK)
        .fit(frame.diff().iloc[1:])
        .net_between(["japan"], ["us"])[0]
        for frame in (levels, levels[is_open.all(axis=1)])
    )
    assert abs(union) < 2.5
    assert common > union + 1.5


# --- Tables ------------------------------------------------------------------------------------


def test_intervals_belong_to_joint_draws(monthly: Spillover) -> None:
    results = monthly.changes
    np.testing.assert_allclose(results.share_draws.sum(axis=-1), 100.0)
    both = results.net_between(["jgb10y", "usdjpy_tokyo"], ["us10y"])[1]
    alone = results.net_between(["jgb10y"], ["us10y"])[1]
    yen = results.net_between(["usdjpy_tokyo"], ["us10y"])[1]
    np.testing.assert_allclose(both, alone + yen, atol=1e-10)
    rows = monthly.tidy((0.90,)).query("model == 'changes, generalised'").set_index("statistic")
    step = rows.loc["net_yen_adds"]
    low, high = np.quantile(both - alone, [0.05, 0.95])
    np.testing.assert_allclose([step["conf_low"], step["conf_high"]], [low, high])


def test_blocks_of_one_are_the_plain_residual_bootstrap(months: Panel) -> None:
    changes = changes_of(months.select(["us10y", "jgb10y"]))
    plain = Connectedness(inference=BlockBootstrap(100, block_length=1)).fit(changes, rng=5)
    from yenloop.models.inference.residual_bootstrap import ResidualBootstrap

    expected = ResidualBootstrap(draws=100).draw(plain.reduced, 5)
    np.testing.assert_array_equal(plain.draws.covariance, expected.covariance)


def test_blocks_keep_the_sampling_error_that_changing_variances_cause() -> None:
    """Squares correlate over time: blocks give a variance the wider interval that it needs."""
    rng = np.random.default_rng(6)
    variance, y = 1.0, np.empty((3000, 2))
    for t in range(3000):
        y[t] = np.sqrt(variance) * rng.standard_normal(2)
        variance = 0.03 + 0.12 * (y[t] ** 2).mean() + 0.85 * variance
    frame = pd.DataFrame(y, pd.bdate_range("2001-01-01", periods=3000), ["a", "b"])

    def spread(length: int | None) -> float:
        rule = Connectedness(1, scheme="recursive", inference=BlockBootstrap(400, length))
        return float(rule.fit(frame).draws.covariance[:, 0, 0].std())

    assert spread(None) > 1.5 * spread(1)


def test_same_seed_same_numbers_and_both_schemes_share_draws(months: Panel) -> None:
    changes = changes_of(months.select(["us10y", "usdjpy_tokyo", "jgb10y"]))
    one, two = (Connectedness(inference=QUICK).fit(changes, rng=7) for _ in range(2))
    np.testing.assert_array_equal(one.share_draws, two.share_draws)
    other = one.under("recursive", ["us10y", "usdjpy_tokyo", "jgb10y"])
    assert other.draws is one.draws
    assert other.order == ("us10y", "usdjpy_tokyo", "jgb10y")


def test_rolling_index_has_dates_and_a_placebo(monthly: Spillover) -> None:
    rolling = monthly.changes.rolling(60)
    assert rolling.total.index[-1] == monthly.changes.reduced.index[-1]
    assert len(rolling.total) == len(monthly.changes.reduced.y) - 59
    mean, high = rolling.placebo
    assert 0 < mean < high < rolling.total.mean()
    assert tuple(rolling.tidy().columns) == TIDY_COLUMNS
    assert rolling.plot()[0].axes
    assert "unrelated" in str(rolling.summary()).lower()


@pytest.mark.parametrize("window", [9, 14, 5000])
def test_windows_that_cannot_carry_the_regression_are_refused(
    monthly: Spillover, window: int
) -> None:
    with pytest.raises(SampleError, match=f"A window of {window} rows") as error:
        monthly.changes.rolling(window)
    assert "between 15" in error.value.remedy


def test_mistakes_in_the_specification_are_typed_errors(monthly: Spillover) -> None:
    with pytest.raises(SpecError, match="no order"):
        Connectedness(order=["a", "b"])
    with pytest.raises(SpecError, match="scheme = 'joint'"):
        Connectedness(scheme="joint")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="horizon = 0"):
        Connectedness(horizon=0)
    with pytest.raises(SpecError, match="at least 100"):
        BlockBootstrap(20)
    frame = pd.DataFrame(np.random.default_rng(8).standard_normal((200, 2)), columns=["a", "b"])
    frame.index = pd.bdate_range("2001-01-01", periods=200)
    with pytest.raises(SpecError, match="is not one of the series"):
        Connectedness(scheme="recursive", order=["a", "c"], inference=QUICK).fit(frame)
    with pytest.raises(SpecError, match="gold not among"):
        monthly.changes.net_between(["gold"], ["us10y"])


# --- The two studies ---------------------------------------------------------------------------


def test_monthly_fallback_stands_on_the_bundled_figures_alone(monthly: Spillover) -> None:
    assert monthly.changes.spec.scheme == "generalised"
    assert [v.name for v in monthly.versions()] == [
        "changes, generalised",
        "changes, recursive",
        "with US stocks, to 2018-12",
    ]
    notes = " ".join(monthly.notes())
    assert "--data FOLDER" in notes
    assert "sample ends in 2018-12" in notes
    assert monthly.sample.endswith("2025-11") or monthly.sample > "2025"
    for text in (monthly.sentence(), str(monthly.summary())):
        assert "90% interval" in text


def test_a_sample_after_2018_does_without_the_stocks_of_the_arch_package(months: Panel) -> None:
    results = monthly_spillover(months, start="2012-01", draws=100)
    assert [v.name for v in results.versions()] == ["changes, generalised", "changes, recursive"]
    assert "left out" in " ".join(results.notes())


def test_us_stocks_of_the_arch_package_are_month_means_and_end_in_2018(months: Panel) -> None:
    panel = with_stocks_to_2018(months)
    stocks = panel.frame["sp500"].dropna()
    assert str(stocks.index[-1]) == "2018-12"
    assert panel.columns["sp500"].observed == "mean"
    # Mean of the 19 closes of December 2018; the last close was 2506.85.
    assert stocks.iloc[-1] == pytest.approx(2567.31, abs=0.01)


def test_changes_are_differences_of_yields_and_log_changes_of_the_rest(months: Panel) -> None:
    changes = changes_of(months.select(["us10y", "brent"]))
    levels = months.select(["us10y", "brent"]).frame
    np.testing.assert_allclose(changes.frame["us10y"], levels["us10y"].diff().iloc[1:])
    np.testing.assert_allclose(changes.frame["brent"], 100 * np.log(levels["brent"]).diff()[1:])


def test_daily_study_is_ordered_by_the_clock(daily: Spillover) -> None:
    assert daily.changes.order == (
        "jgb10y_daily", "nikkei_daily", "usdjpy_ecb", "us10y_daily", "sp500_daily", "vix_daily",
    )  # fmt: skip
    assert daily.last_common == pd.Timestamp("2026-02-27")
    assert "Last common date: 2026-02-27" in " ".join(daily.notes())
    names = [version.name for version in daily.versions()]
    assert names[:2] == ["changes, clock order", "changes, generalised"]
    assert {"weekly, generalised", "yen at noon in New York"} <= set(names)


def test_generalised_daily_nets_stand_below_those_by_the_clock(daily: Spillover) -> None:
    nets = daily.tidy((0.90,)).set_index(["model", "statistic"])["estimate"]
    for kind in ("changes", "volatilities"):
        by_clock, generalised = f"{kind}, clock order", f"{kind}, generalised"
        assert nets[generalised, "net_japan"] < nets[by_clock, "net_japan"] - 10


def test_the_noon_yen_turns_the_sign_of_the_net(daily: Spillover) -> None:
    """Since 2016-09 with the yen counted as Japanese: the hour of its quotation decides."""
    nets = daily.tidy((0.90,)).set_index(["model", "statistic"])["estimate"]
    assert nets["changes, clock order", "net_japan_yen"] < -15
    assert nets["yen at noon in New York", "net_japan_yen"] > 0
    assert NOON_YEN in [v.blocks.yen for v in daily.variants]


def test_variances_are_known_at_the_close_that_dates_them(daily: Spillover) -> None:
    assert daily.volatility is not None
    one = daily.garch["nikkei_daily"]
    reduced = daily.volatility.reduced
    column = reduced.names.index("nikkei_daily")
    known = pd.Series(reduced.y[:, column], reduced.index)
    date = one.y.index[100]
    position = one.y.index.get_loc(date)
    assert known[date] == pytest.approx(np.log(one.path.variance[position + 1]))
    closed = [d for d in known.index[1:] if d not in one.y.index]
    before = known.index[known.index.get_loc(closed[0]) - 1]
    assert known[closed[0]] == known[before]


def test_results_print_cite_and_draw(monthly: Spillover, daily: Spillover) -> None:
    for results in (monthly, monthly.changes, daily, daily.changes):
        assert isinstance(results, (Spillover, ConnectednessResults))
        assert tuple(results.tidy().columns) == TIDY_COLUMNS
        assert "diebold_yilmaz2012" in results.cite()
        assert "\\toprule" in results.summary().to_latex()
        assert results.plot()[0].axes
    assert daily.plot_series()[0].axes


def test_a_series_without_a_clock_is_ordered_as_given() -> None:
    rng = np.random.default_rng(9)
    frame = pd.DataFrame(rng.standard_normal((300, 2)), columns=["a", "b"])
    frame.index = pd.bdate_range("2001-01-01", periods=300)
    columns = {"a": Column("a", "A", "%"), "b": Column("b", "B", "%", clock="15:00 Asia/Tokyo")}
    rule = Connectedness(scheme="recursive", inference=QUICK)
    assert rule.fit(Panel(frame, columns)).order == ("a", "b")


def test_blocks_name_every_node_once() -> None:
    blocks = Blocks(("j",), "y", ("u", "v"))
    assert blocks.names == ["j", "y", "u", "v"]
