"""A pull of the whole catalogue from replayed publishers equals their files, cell by cell."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import entries
from yenloop.data.pull import pull
from yenloop.data.snapshots import Vintage, open_vintage, verify
from yenloop.data.sources.files import load_data
from yenloop.data.sources.http import Client

REPLAY = Path(__file__).parent / "replay"
SOURCES = (
    "fred", "boj", "mof", "mof_interventions", "customs", "statistics_bureau", "ecb", "treasury",
    "worldbank", "eia", "bis", "cboe", "meti", "cpb",
)  # fmt: skip

#: Series of which no publisher's file lies beside the tests.
WITHOUT_FILE = {
    "usdjpy_tokyo_eom", "usdjpy_tokyo_daily", "call_rate_boj", "call_rate_daily", "monetary_base",
    "us_import_price", "us_cpi_nsa", "us_cpi_food", "us_cpi_energy",
    "us_neer", "euro_neer", "uk_neer", "korea_neer", "canada_neer",
    "japan_cpi", "us_cpi_bis", "euro_cpi", "uk_cpi", "china_cpi", "korea_cpi", "canada_cpi",
    "india_cpi", "brazil_cpi", "mexico_cpi", "south_africa_cpi",
    "eurusd_h10", "gbpusd_h10", "usdcny_h10", "usdcad_h10", "usdkrw_h10", "usdinr_h10",
    "usdbrl_h10", "usdmxn_h10", "usdzar_h10",
}  # fmt: skip

#: Every bit of the figures, on the same dates; days may be counted in another unit of time.
SAME: dict[str, Any] = {"check_exact": True, "check_names": False, "check_freq": False,
                        "check_index_type": False}  # fmt: skip
#: The panel's figures are rounded to six digits or three decimals, whichever is coarser.
ROUNDED = {"rtol": 5e-6, "atol": 6e-4}
#: Other sources than the panel's, or another rounding: Treasury yields as FRED's month means at
#: two decimals, shares at two decimals, money rounded to 100 (100 million yen).
OTHER = {"us2y": 6e-3, "us10y": 6e-3, "us30y": 6e-3, "nikkei": 0.06, "nikkei_eom": 0.06,
         "nasdaq": 0.06, "nasdaq_eom": 0.06, "m2": 51.0, "copper_wb": 0.06}  # fmt: skip
#: The panel joins two sources for these, or makes its own means of days.
JOINED = {"sp500", "sp500_eom", "sp500_daily", "reer", "brent", "wti"}


def replayed(name: str) -> dict[str, Any]:
    return runpy.run_path(str(REPLAY / f"{name}.py"))


@pytest.fixture(scope="module")
def vintage(raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vintage]:
    modules = {name: replayed(name) for name in SOURCES}
    routes: dict[str, Any] = {}
    for found in modules.values():
        routes |= found["routes"](raw)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FRED_API_KEY", raising=False)
        patch.setenv("EIA_API_KEY", modules["eia"]["KEY"])
        patch.setenv("ESTAT_APP_ID", modules["statistics_bureau"]["APP_ID"])
        store = tmp_path_factory.mktemp("vintages")
        with replayed("server")["serve"](routes) as url:
            client = Client(url, store / ".pull", pace=0.0, pause=lambda _: None)
            yield pull(store, mirror=url, client=client)


@pytest.mark.slow
def test_every_series_with_a_file_arrives_and_the_others_are_named(vintage: Vintage) -> None:
    asked = {name for name, entry in entries().items() if entry.recipe is not None}
    assert set(vintage.missed) == WITHOUT_FILE
    assert set(vintage.series) == asked - WITHOUT_FILE
    assert all(sentence.strip() for sentence in vintage.missed.values())
    verify(vintage)
    assert open_vintage("latest", vintage.path.parent).id == vintage.id


@pytest.mark.slow
def test_every_cell_equals_the_panels_of_the_same_files(vintage: Vintage, raw: Path) -> None:
    data = load_data(raw.parent)
    assert data.daily is not None
    compared = 0
    for name in vintage.series:
        panel = data.daily if entries()[name].column.frequency == "daily" else data.monthly
        if name not in panel.names or name in JOINED:
            continue
        ours, theirs = vintage.read(name).align(panel.frame[name], join="inner")
        both = ours.notna() & theirs.notna()
        tolerance = {"rtol": 0, "atol": OTHER[name]} if name in OTHER else ROUNDED
        np.testing.assert_allclose(ours[both], theirs[both], err_msg=name, **tolerance)
        # Only a month that is not complete, or an era without ten quotations, may be lacking.
        lacking = theirs.index[~both & theirs.notna()]
        assert len(lacking) <= 2, (name, list(lacking))
        assert not (ours.notna() & theirs.isna()).any(), name
        compared += int(both.sum())
    assert compared > 300_000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "file", "date", "column"),
    [
        ("us10y_daily", "fred_DGS10.csv", "date", "value"),
        ("vix_daily", "cboe_vix_daily.csv", "DATE", "CLOSE"),
        ("import_price_yen", "boj_import_price_yen_allcommodities_PRCG20_2600000000.csv", "month",
         "value"),
        ("neer", "boj_neer_FX180110001.csv", "month", "value"),
        ("brent", "eia_brent_monthly.csv", "Date", "Price"),
        ("fedfunds", "fred_FEDFUNDS.csv", "date", "value"),
    ],
)  # fmt: skip
def test_figures_are_stored_as_published(
    vintage: Vintage, raw: Path, name: str, file: str, date: str, column: str
) -> None:
    table = pd.read_csv(raw / file, na_values=["."])
    stored = vintage.read(name)
    dates = pd.DatetimeIndex(table[date])
    index = dates.to_period("M") if isinstance(stored.index, pd.PeriodIndex) else dates
    expected = pd.Series(table[column].to_numpy("float64"), index)
    pd.testing.assert_series_equal(stored.dropna(), expected.dropna(), **SAME)


@pytest.mark.slow
def test_the_yield_curve_is_that_of_the_ministry(vintage: Vintage, raw: Path) -> None:
    curve = pd.read_csv(
        raw / "mof_jgbcme_all_1974_2026-04.csv", skiprows=1, index_col=0, na_values="-"
    )
    curve = curve[curve.index.notna()]
    days = pd.DatetimeIndex(pd.to_datetime(curve.index, format="%Y/%m/%d"))
    for years in (1, 2, 3, 5, 7, 10, 15, 20, 25, 30, 40):
        stored = vintage.read(f"jgb{years}y_daily")
        expected = pd.Series(curve[f"{years}Y"].to_numpy("float64"), days)
        pd.testing.assert_series_equal(stored[: days[-1]].dropna(), expected.dropna(), **SAME)
