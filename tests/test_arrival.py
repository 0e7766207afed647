"""Proves that wrong units, scales, bases, ends, gaps, signs and jumps are seen on arrival, and that
real figures raise next to no false alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data import catalog
from yenloop.data.arrival import Finding, _jumps, _steps, check_arrival
from yenloop.data.rebasing import constant_ratio, power_of_ten
from yenloop.data.sources.files import Data, load_data

LONG_AGO = date(1900, 1, 1)


def months(figures: object, end: str = "2026-08") -> pd.Series:
    values = np.asarray(figures, dtype=float)
    return pd.Series(values, index=pd.period_range(end=end, periods=len(values), freq="M"))


def prices(periods: int = 120) -> pd.Series:
    """An index that moves a little each month, given to one decimal."""
    changes = np.random.default_rng(3).normal(0.1, 0.3, periods)
    return months((100 * np.exp(np.cumsum(changes) / 100)).round(1))


def look(
    values: pd.Series,
    name: str = "cpi_core",
    *,
    earlier: pd.Series | None = None,
    unit: str = "",
    before: str = "",
    today: date = LONG_AGO,
) -> list[Finding]:
    return check_arrival(
        name,
        catalog.entry(name),
        values,
        earlier=earlier,
        published_unit=unit,
        earlier_unit=before,
        today=today,
    )


def kinds(found: list[Finding]) -> list[str]:
    return [finding.kind for finding in found]


def test_figures_like_those_of_before_raise_nothing() -> None:
    values = prices()
    assert look(values, unit="CY2020=100", before="CY2020=100", earlier=values.iloc[:-1]) == []
    assert look(values) == []


@pytest.mark.parametrize(
    ("name", "unit", "before", "found"),
    [
        ("cpi_core", "CY2025=100", "CY2020=100", ["unit"]),
        ("cpi_core", "CY2025=100", "", ["unit"]),
        ("cpi_core", "Index 2020=100", "", []),
        ("cpi_core", "", "CY2020=100", []),
        ("m2", "billion yen", "", ["unit"]),
        ("m2", "100 million yen", "", []),
        ("us_m2", "Billions of Dollars", "", []),
        ("us_m2", "Millions of Dollars", "", ["unit"]),
        ("us_cpi", "Index 1982-1984=100", "", []),
    ],
)
def test_another_unit_is_named(name: str, unit: str, before: str, found: list[str]) -> None:
    seen = look(prices(), name, unit=unit, before=before)
    assert kinds(seen) == found
    assert all(unit in finding.sentence for finding in seen)


@pytest.mark.parametrize("factor", [10.0, 0.1, 1000.0])
def test_a_whole_series_in_another_unit_is_a_scale(factor: float) -> None:
    (found,) = look(prices() * factor, earlier=prices())
    assert (found.kind, found.series) == ("scale", "cpi_core")
    assert f"{factor:.6g} times" in found.sentence


def test_a_new_base_is_told_from_revisions() -> None:
    rebased = (prices() * 0.9471).round(1)
    rebased.iloc[-5:] += 0.3  # the last months are revised at the same time
    (found,) = look(rebased, earlier=prices())
    assert (found.kind, found.date) == ("rebased", "")
    assert "0.947" in found.sentence
    revised = prices() + np.where(np.arange(120) > 100, 0.2, 0.0)
    assert look(revised, earlier=prices()) == []


@pytest.mark.parametrize("at", [-1, -3, 40])
def test_a_step_by_a_power_of_ten_inside_is_another_unit_from_there_on(at: int) -> None:
    values = prices()
    values.iloc[at:] *= 10
    found = look(values)
    assert kinds(found) == ["scale"]
    assert found[0].date == str(values.index[at])
    assert look(values, earlier=values) == []  # it was reported when it came


def test_yields_near_zero_may_move_by_powers_of_ten() -> None:
    noise = np.random.default_rng(8).normal(0, 0.01, 120)
    near_zero = months(0.02 + np.abs(noise))
    near_zero.iloc[-4:] *= 10
    assert "scale" not in kinds(look(near_zero, "jgb2y"))
    in_per_cent = months(2.5 + noise)
    in_per_cent.iloc[-4:] /= 100
    assert "scale" in kinds(look(in_per_cent, "us10y"))


@pytest.mark.parametrize(
    ("name", "last", "due"),
    [
        # Core CPI: 27 days after the month; ten more pass before it counts as late.
        ("cpi_core", "2026-08", date(2026, 11, 6)),
        # JGB yields: a day later. Five business days are allowed for holidays.
        ("jgb10y_daily", "2026-11-06", date(2026, 11, 17)),
    ],
)
def test_a_stale_end_is_dated_by_the_release_lag(name: str, last: str, due: date) -> None:
    monthly = len(last) == 7
    values = prices() if monthly else pd.Series(
        2.0 + 0.01 * np.sin(np.arange(300)), index=pd.bdate_range(end=last, periods=300)
    )  # fmt: skip
    assert look(values, name, today=due) == []
    (found,) = look(values, name, today=date.fromordinal(due.toordinal() + 1))
    assert (found.kind, found.date) == ("stale", last)
    assert f"expected by {due}" in found.sentence


def test_golden_week_is_not_stale() -> None:
    """Tokyo was closed from 27 April to 6 May 2019; the figure of the 7th came on the 8th."""
    values = pd.Series(1.0, index=pd.bdate_range(end="2019-04-26", periods=300))
    assert look(values, "jgb10y_daily", today=date(2019, 5, 7)) == []


def test_only_new_gaps_are_reported() -> None:
    values = prices()
    gap = values.drop(values.index[[50, 51]])
    (found,) = look(gap)
    assert (found.kind, found.date) == ("gap", str(values.index[49]))
    assert "2 months" in found.sentence
    assert look(gap, earlier=gap.iloc[:-1]) == []
    listed = values.where(values.index != values.index[60])  # listed without a figure
    (found,) = look(listed)
    assert "1 month)" in found.sentence
    days = pd.Series(1.0, index=pd.bdate_range("2026-01-05", periods=60))
    assert look(days, "jgb10y_daily") == []
    assert kinds(look(days.drop(days.index[20:29]), "jgb10y_daily")) == ["gap"]


def test_figures_without_a_logarithm_are_named() -> None:
    values = prices()
    values.iloc[[7, 9]] = 0.0, -1.0
    found = look(values)
    assert found[0].kind == "sign"
    assert "1 more" in found[0].sentence
    assert "sign" not in kinds(look(values, "jgb10y"))


def test_history_that_is_lost_is_counted() -> None:
    values = prices()
    (found,) = look(values.iloc[60:], earlier=values)
    assert (found.kind, found.date) == ("history", str(values.index[0]))
    assert "60 periods" in found.sentence
    (found,) = look(values.iloc[:-1], earlier=values)
    assert f"({values.index[-1]} to {values.index[-1]})" in found.sentence
    # A window that moves on with the calendar, as some of FRED's do, is no loss.
    assert look(values.iloc[1:], earlier=values.iloc[:-1]) == []


def test_a_jump_is_seen_once_and_not_where_the_series_has_leapt_before() -> None:
    values = prices()
    values.iloc[-1] *= 1.08
    (found,) = look(values, earlier=values.iloc[:-1])
    assert (found.kind, found.date) == ("jump", "2026-08")
    assert "%" in found.sentence
    assert look(values, earlier=values) == []
    assert kinds(look(values)) == ["jump"]
    old = prices()
    old.iloc[80:] *= 1.08  # more than two years ago when the series arrives for the first time
    assert look(old) == []
    assert "jump" in kinds(look(old, earlier=prices()))  # a revision made it
    leapt = prices()
    leapt.iloc[20:] *= 1.08
    leapt.iloc[-1] *= 1.1
    assert look(leapt) == []


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Data:
    return load_data(shared_data / "real")


def panels(data: Data) -> list[tuple[str, pd.Series]]:
    assert data.daily is not None
    return [
        (name, panel.frame[name].dropna())
        for panel in (data.monthly, data.daily)
        for name in panel.names
    ]


def test_real_figures_raise_next_to_no_false_alarm(real: Data) -> None:
    """Over their whole history: fewer than one change in 1,000 a month, 1 in 5,000 a day."""
    changes = {True: 0, False: 0}
    jumps = {True: 0, False: 0}
    for name, values in panels(real):
        monthly = isinstance(values.index, pd.PeriodIndex)
        changes[monthly] += len(values) - 1
        jumps[monthly] += len(_jumps(catalog.entry(name), values))
        assert _steps(catalog.entry(name), values) == {}
    assert changes[True] > 50_000
    assert changes[False] > 500_000
    assert jumps[True] / changes[True] < 1 / 1000
    assert jumps[False] / changes[False] < 1 / 5000


def test_the_last_two_years_of_real_figures_raise_known_findings_only(real: Data) -> None:
    found = [
        finding
        for name, values in panels(real)
        for finding in look(values, name)
    ]  # fmt: skip
    assert {finding.kind for finding in found} == {"gap", "sign"}
    assert [f.series for f in found if f.kind == "sign"] == ["wti_daily"]  # 20 April 2020
    assert {f.series for f in found if f.kind == "gap"} == {
        "boj_policy_rate", "jgb1y", "jgb2y", "jgb3y", "us_cpi", "us_core_cpi", "us_unemployment",
        "usdjpy_h10_daily", "jgb1y_daily", "jgb2y_daily", "jgb3y_daily",
    }  # fmt: skip


def test_a_decimal_point_in_the_wrong_place_is_seen_in_real_figures(real: Data) -> None:
    """The last figure of every price, ten times as large, beside a vintage without it."""
    logs = {name for name, _ in panels(real) if catalog.entry(name).transform.endswith("log100")}
    for name, values in panels(real):
        if name not in logs or len(values) < 300 or (values <= 0).any():
            continue
        wrong = values.copy()
        wrong.iloc[-1] *= 10
        assert {"scale", "jump"} & set(kinds(look(wrong, name, earlier=values.iloc[:-1]))), name
        assert set(kinds(look(values, name, earlier=values.iloc[:-1]))) <= {"gap"}


def test_a_constant_ratio_needs_figures_enough_and_rounding_is_no_revision() -> None:
    values = prices()
    assert constant_ratio(values.iloc[:11], 2 * values.iloc[:11]) is None
    assert constant_ratio(values, values) is None
    assert constant_ratio(values, (values * 1.3).round(1)) == pytest.approx(1.3, rel=1e-3)
    noisy = values * (1.3 + np.random.default_rng(2).normal(0, 0.02, len(values)))
    assert constant_ratio(values, noisy) is None
    assert constant_ratio(values * 0, values) is None
    assert [power_of_ten(x) for x in (10.02, 0.0999, 1.0, 3.0, -10.0)] == [1, -1, 0, 0, 0]


def test_a_series_without_a_recipe_has_no_release_to_be_late() -> None:
    entry = replace(catalog.entry("cpi_core"), recipe=None)
    today = date(2030, 1, 1)
    assert (
        check_arrival(
            "x", entry, prices(), earlier=None, published_unit="", today=today
        )
        == []
    )  # fmt: skip
