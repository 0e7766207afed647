"""Proves that several places are laid side by side, nothing is preferred silently, and monthly
instruments tell a month without news from a figure that is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data.joining import side_by_side
from yenloop.data.panel import Panel
from yenloop.data.sources.files import load_data
from yenloop.errors import DataError, SpecError

MONTHLY = "month,usdjpy,cpi_core\n2020-01,109.3,100.2\n2020-02,110.0,100.1\n2020-03,107.3,100.0\n"
DAILY = "date,jgb10y\n2020-01-06,-0.02\n2020-01-07,-0.01\n2020-01-08,0.0\n"
DAYS = "date,policy_change,direction,day_basis\n2020-01-07,0,none,\n2031-01-08,,,\n"
WINDOWS = (
    "month,possible,USDJPY,FF4,SEP\n"
    "2019-12,0,,,\n2020-01,1,0.4,0.01,1\n2020-02,0,,,\n2020-03,2,,-0.02,0\n2020-04,1,-0.1,0.0,\n"
)


def place(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_figures_days_and_instruments_of_two_folders(tmp_path: Path) -> None:
    figures = place(tmp_path / "figures", monthly_panel=MONTHLY, daily_panel=DAILY, notes="a,b\n")
    aside = place(tmp_path / "aside", boj_mpm_dates=DAYS, bousquet_usmpd_fomc_monthly=WINDOWS)
    data = load_data([figures, aside])
    assert data.monthly.names == ["usdjpy_h10", "cpi_core"]
    assert data.daily is not None
    assert data.daily.names == ["jgb10y_daily"]
    assert list(data.events) == ["boj_decisions"]
    assert data.instruments is not None
    assert data.instruments.names == ["fomc_ff4", "fomc_usdjpy"]
    assert len(data.headlines) == 4
    assert any("not read in" in line and "notes.csv" in line for line in data.report)
    assert set(data.hashes) == {
        str(figures / "monthly_panel.csv"),
        str(figures / "daily_panel.csv"),
        str(aside / "boj_mpm_dates.csv"),
        str(aside / "bousquet_usmpd_fomc_monthly.csv"),
    }
    alone = load_data(figures)
    assert (alone.events, alone.instruments) == ({}, None)
    assert alone.monthly.sha256 == data.monthly.sha256


def test_a_quiet_month_is_a_zero_and_a_missing_quotation_is_not(tmp_path: Path) -> None:
    instruments = load_data(place(tmp_path / "a", bousquet_usmpd_fomc_monthly=WINDOWS)).instruments
    assert instruments is not None
    yen = instruments.frame["fomc_usdjpy"]
    np.testing.assert_array_equal(yen, [np.nan, 0.4, 0.0, np.nan, -0.1])
    assert instruments.describe("fomc_usdjpy").unit == "%"
    assert instruments.describe("fomc_usdjpy").publisher.startswith("P. Bousquet")
    assert instruments.span("fomc_ff4") == ("2020-01", "2020-04")


def test_without_series_of_their_own_the_places_stand_beside_the_bundled_panel(
    tmp_path: Path,
) -> None:
    data = load_data(place(tmp_path / "days", boj_mpm_dates=DAYS))
    assert data.report[0] == "bundled panel: 18 monthly series, 1999-01 to 2026-09"
    assert data.monthly.source == "bundled panel"


def test_single_files_go_together_and_a_daily_one_needs_months(tmp_path: Path) -> None:
    folder = place(tmp_path / "x", monthly_panel=MONTHLY, daily_panel=DAILY)
    data = load_data([folder / "monthly_panel.csv", folder / "daily_panel.csv"])
    assert data.daily is not None
    with pytest.raises(DataError, match="daily figures"):
        load_data([folder / "daily_panel.csv"])


def test_a_series_of_two_places_must_have_the_same_figures(tmp_path: Path) -> None:
    one = place(tmp_path / "one", monthly_panel=MONTHLY)
    same = place(tmp_path / "same", monthly_panel=MONTHLY.replace("cpi_core", "cpi_all"))
    data = load_data([one, same])
    assert data.monthly.names == ["usdjpy_h10", "cpi_core", "cpi_all"]
    other = place(tmp_path / "other", monthly_panel=MONTHLY.replace("110.0", "110.1"))
    with pytest.raises(DataError, match="'usdjpy_h10' stands in .*one.* and in .*other.* 2020-02"):
        load_data([one, other])


def test_events_of_one_name_in_two_places_are_refused(tmp_path: Path) -> None:
    one = place(tmp_path / "one", boj_mpm_dates=DAYS)
    other = Path(shutil.copytree(one, tmp_path / "other"))
    with pytest.raises(DataError, match="both hold the events 'boj_decisions'"):
        load_data([one, other])


def test_one_mapping_does_not_serve_several_places(tmp_path: Path) -> None:
    one = place(tmp_path / "one", boj_mpm_dates=DAYS)
    with pytest.raises(SpecError, match="several places"):
        load_data([one, one], mapping=tmp_path / "m.toml")


def test_own_files_of_a_folder_are_mapped_by_kind(tmp_path: Path) -> None:
    folder = place(
        tmp_path / "mine",
        monthly_panel=MONTHLY,
        days="day\n2020-01-07\n",
        surprises="month,z\n2020-01,0.5\n2020-02,0\n",
    )
    mapping = """
["monthly_panel.csv"]
date = "month"
frequency = "monthly"
columns = { cpi_core = "cpi_core" }
["days.csv"]
kind = "events"
name = "boj_decisions"
label = "Decisions"
date = "day"
clock = "12:00 Asia/Tokyo"
["surprises.csv"]
kind = "instruments"
date = "month"
frequency = "monthly"
columns = { z = { id = "my_z", label = "Surprise", unit = "bp", observed = "sum" } }
"""
    (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
    data = load_data(folder)
    assert data.instruments is not None
    assert data.instruments.frame["my_z"].tolist() == [0.5, 0.0]
    assert len(data.events["boj_decisions"]) == 1
    for old, new, message in (
        ('"monthly"\ncolumns = { z', '"daily"\ncolumns = { z', "not monthly"),
        ("columns = { cpi", 'announcements = "x"\ncolumns = { cpi', "counts announcements of"),
    ):
        (folder / "mapping.toml").write_text(mapping.replace(old, new), encoding="utf-8")
        with pytest.raises(SpecError, match=message):
            load_data(folder)


def test_panels_on_different_calendars_share_one() -> None:
    months = pd.period_range("2020-01", periods=5, freq="M")
    one = Panel.from_frame(pd.DataFrame({"a": [1.0, 2.0]}, months[:2]))
    other = Panel.from_frame(pd.DataFrame({"b": [1.0]}, months[4:]))
    joined = side_by_side([one, other])
    assert joined.sample == "2020-01 to 2020-05"
    assert joined.frame.isna().sum().to_dict() == {"a": 3, "b": 4}
    assert side_by_side([one]) is one


def test_the_real_instruments_agree_with_their_table(shared_data: Path) -> None:
    """The files of the authors and the table of all of them hold the same figures, once each."""
    data = load_data(shared_data / "instruments")
    panel = data.instruments
    assert panel is not None
    assert panel.span("jk_mp_pm") == ("1990-02", "2024-09")
    assert panel.span("kaenzig_oil_surprise") == ("1975-01", "2024-12")
    assert panel.frame.loc["2023-12", "fomc_usdjpy"] == pytest.approx(-1.33664)
    assert panel.frame.loc["2023-10", "fomc_usdjpy"] == 0.0  # no announcement
    assert np.isnan(panel.frame.loc["2008-11", "fomc_usdjpy"])  # one, without a quotation
    assert not [name for name in panel.names if name.startswith("adams")]
