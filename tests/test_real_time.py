"""Proves that what was known on a date is what was stored by then, or what release lags leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data import catalog
from yenloop.data.panel import Panel
from yenloop.data.real_time import as_known_on, newest_known, real_time_panel
from yenloop.data.snapshots import StoredSeries, Vintage, write_vintage
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.errors import DataError, SnapshotError, SpecError


def store_in(store: Path, at: datetime, **figures: pd.Series) -> Vintage:
    series = {
        name: StoredSeries(catalog.entry(name), values, "as published", ())
        for name, values in figures.items()
    }
    about = {"missed": {}, "findings": (), "notices": (), "command": ""}
    return write_vintage(store, series, made_at=at, **about)


def months(start: str, *figures: float) -> pd.Series:
    return pd.Series(figures, index=pd.period_range(start, periods=len(figures), freq="M"))


def test_the_newest_vintage_made_by_a_day(tmp_path: Path) -> None:
    values = months("2026-01", 1.0, 2.0)
    june, july = (
        store_in(tmp_path, datetime(2026, month, 20, 23, tzinfo=UTC), cpi_core=values)
        for month in (6, 7)
    )
    assert newest_known("2026-07-19", tmp_path) == june
    assert newest_known(date(2026, 7, 20), tmp_path) == july
    assert newest_known("2026-06", tmp_path) == june  # a month stands for its last day
    with pytest.raises(SnapshotError, match=r"by 2026-06-19; the first is 2026-06-20T230000Z"):
        newest_known("2026-06-19", tmp_path)
    with pytest.raises(SpecError, match="not a date"):
        newest_known("june", tmp_path)


def test_the_triangle_of_revisions(tmp_path: Path) -> None:
    store_in(tmp_path, datetime(2026, 6, 1, tzinfo=UTC), cpi_core=months("2026-01", 1.0, 2.0))
    store_in(tmp_path, datetime(2026, 6, 2, tzinfo=UTC), neer=months("2026-01", 7.0))
    store_in(tmp_path, datetime(2026, 7, 1, tzinfo=UTC), cpi_core=months("2026-01", 1.0, 2.5, 3.0))
    triangle = real_time_panel("cpi_core", tmp_path)
    assert triangle.columns.tolist() == ["2026-06-01T000000Z", "2026-07-01T000000Z"]
    assert triangle.index.astype(str).tolist() == ["2026-01", "2026-02", "2026-03"]
    np.testing.assert_array_equal(triangle.to_numpy(), [[1, 1], [2, 2.5], [np.nan, 3]])
    with pytest.raises(SnapshotError, match="'brent'.*--only brent"):
        real_time_panel("brent", tmp_path)


@pytest.mark.parametrize(
    ("day", "cpi", "yen", "import_price"),
    [
        # Core CPI is out 27 days after the month, the yen's mean 4, import prices 15.
        ("2026-06-26", "2026-04", "2026-05", "2026-05"),
        ("2026-06-27", "2026-05", "2026-05", "2026-05"),
        ("2026-07-03", "2026-05", "2026-05", "2026-05"),
        ("2026-07-04", "2026-05", "2026-06", "2026-05"),
        ("2026-07-15", "2026-05", "2026-06", "2026-06"),
    ],
)
def test_release_lags_decide_which_months_were_known(
    day: str, cpi: str, yen: str, import_price: str
) -> None:
    panel = load_bundled()
    cut = as_known_on(panel, day)
    lasts = [cut.span(name)[1] for name in ("cpi_core", "usdjpy_tokyo", "import_price_yen")]
    assert lasts == [cpi, yen, import_price]
    for name in cut.names:
        kept = cut.frame[name].dropna()
        pd.testing.assert_series_equal(kept, panel.frame[name].loc[kept.index])
    assert cut.sample.endswith(max(cut.span(name)[1] for name in cut.names))
    assert cut.source == f"bundled panel as known on {day}"
    assert "final figures, periods that had been published by then" in cut.trimmed[-1]


def test_days_count_by_themselves() -> None:
    index = pd.bdate_range("2026-11-02", "2026-11-20")
    frame = pd.DataFrame({"jgb10y_daily": np.arange(15.0), "usdjpy_ecb": 150.0}, index=index)
    panel = Panel(frame, {name: catalog.entry(name).column for name in frame.columns})
    cut = as_known_on(panel, "2026-11-11")
    assert cut.span("jgb10y_daily")[1] == "2026-11-10"  # a day later
    assert cut.span("usdjpy_ecb")[1] == "2026-11-11"  # in the afternoon


def test_a_series_without_a_lag_is_refused_until_one_is_given() -> None:
    wages = Panel.from_frame(pd.DataFrame({"wages": months("2026-01", 1.0, 2.0, 3.0)}))
    with pytest.raises(DataError, match=r"no release lag is known of wages.*lags="):
        as_known_on(wages, "2026-03-20")
    assert as_known_on(wages, "2026-03-20", lags={"wages": 38}).span("wages")[1] == "2026-01"
    with pytest.raises(DataError, match="no figure was known of wages"):
        as_known_on(wages, "2026-01-31", lags={"wages": 38})


def test_figures_adjusted_with_later_ones_were_not_known() -> None:
    panel = load_bundled().select(["cpi_core"])
    column = replace(panel.describe("cpi_core"), two_sided=True)
    adjusted = panel.with_columns(panel.frame, {"cpi_core": column})
    with pytest.raises(SpecError, match="observations that were not yet there"):
        as_known_on(adjusted, "2020-01-01")


def test_of_data_all_is_cut_and_what_is_left_out_is_said(tmp_path: Path) -> None:
    calendar = pd.period_range("2020-01", "2026-07", freq="M")
    frame = pd.DataFrame({"cgpi": 100.0, "wages": 1.0, "neer": np.nan}, index=calendar)
    frame.loc["2026-06":, "neer"] = 90.0
    frame.rename_axis("month").to_csv(tmp_path / "own.csv")
    (tmp_path / "own.toml").write_text(
        '[file]\ndate = "month"\nfrequency = "monthly"\n[columns]\ncgpi = "cgpi"\nneer = "neer"\n'
        'wages = { id = "wages", label = "Wages", unit = "yen", observed = "survey" }\n'
    )
    (tmp_path / "boj_mpm_dates.csv").write_text(
        "date,policy_change,direction,day_basis\n2024-03-19,1,tighten,\n2026-06-16,0,none,\n"
    )
    data = load_data([tmp_path / "own.csv", tmp_path / "boj_mpm_dates.csv"])
    cut = as_known_on(data, "2026-05-01")
    assert cut.monthly.names == ["cgpi"]
    assert cut.monthly.span("cgpi") == ("2020-01", "2026-03")
    assert list(cut.entries) == list(cut.lines) == ["cgpi"]
    assert cut.lines["cgpi"].endswith("; as known on 2026-05-01")
    assert cut.events["boj_decisions"].span == "2024-03-19 to 2024-03-19"
    assert cut.headlines[: len(data.headlines)] == data.headlines
    assert cut.headlines[len(data.headlines) :] == (
        "as known on 2026-05-01: final figures, periods that had been published by then (by usual "
        "release lags; later revisions are not undone)",
        "left out: no release lag is known of wages",
        "left out: no figure was known of neer",
    )
    assert "  to 2026-03: cgpi" in cut.report
    assert list(cut.hashes) != list(data.hashes)
    assert "wages" in as_known_on(data, "2026-05-01", lags={"wages": 40}).monthly.names
    assert as_known_on(data, "2020-03-01").events == {}
    with pytest.raises(DataError, match="no monthly figure was known"):
        as_known_on(data, "2020-01-31")


def test_a_vintage_made_by_then_is_known_whole(tmp_path: Path) -> None:
    """It was published earlier than usual, but it was there."""
    early = store_in(
        tmp_path, datetime(2026, 6, 20, tzinfo=UTC), cpi_core=months("2026-03", 1.0, 2.0, 3.0)
    )
    data = load_data(early.path)
    assert as_known_on(data, "2026-06-20").monthly.span("cpi_core")[1] == "2026-05"
    assert as_known_on(data, "2026-06-19").monthly.span("cpi_core")[1] == "2026-04"
    said = as_known_on(data, "2026-06-20").report
    assert "  not cut, of a vintage made by then: cpi_core" in said


def test_every_series_that_can_be_pulled_can_be_cut() -> None:
    index = pd.period_range("2000-01", "2026-06", freq="M")
    monthly = {
        name: found.column
        for name, found in catalog.entries().items()
        if found.recipe is not None and found.column.frequency == "monthly"
    }
    panel = Panel(pd.DataFrame(1.0, index=index, columns=list(monthly)), monthly)
    cut = as_known_on(panel, "2026-06-30")
    assert cut.names == panel.names
    for name in cut.names:
        recipe = catalog.entry(name).recipe
        assert recipe is not None
        last = pd.Period(cut.span(name)[1], "M")
        published = [
            (m.end_time.normalize() + pd.Timedelta(days=recipe.lag)) for m in (last, last + 1)
        ]
        assert published[0] <= pd.Timestamp("2026-06-30") < published[1]
