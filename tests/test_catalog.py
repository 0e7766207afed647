"""Proves that the catalogue describes every series and knows when each is struck."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from yenloop.data import catalog
from yenloop.data.bundled import __file__ as bundled_file
from yenloop.data.catalogue_page import catalogue_page
from yenloop.data.clocks import clock_order, parse_clock, struck_at
from yenloop.data.sources import registry
from yenloop.data.sources.files import load_bundled
from yenloop.data.sources.mapping import FileMapping, known_layouts
from yenloop.errors import MissingSeriesError, SpecError

BUNDLED_IDS = [
    "usdjpy_tokyo", "neer",
    "import_price_yen", "import_price_contract", "import_price_petroleum_yen", "cgpi",
    "cpi_all", "cpi_core", "cpi_corecore",
    "jgb2y", "jgb10y", "jgb30y", "call_rate", "us10y", "us2y",
    "brent", "wti", "m2",
]  # fmt: skip

#: What the statements under test need beside the loop's own six series.
CLAIMED = {
    "C1": ["usdjpy_tokyo", "import_price_yen", "cpi_all", "cpi_food", "cpi_energy", "us_neer",
           "us_import_price", "us_cpi_nsa", "us_cpi_food", "us_cpi_energy", "euro_neer",
           "euro_cpi", "uk_neer", "uk_cpi", "korea_neer", "korea_cpi"],
    "C2": ["usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y", "us10y", "brent"],
    "C3": ["usdjpy_tokyo", "cpi_all", "jgb10y"],
    "C4": ["jp_imports_customs", "jp_imports_real_boj", "jgb10y", "jgb30y"],
    "C5": ["jgb2y", "jgb10y", "jgb30y", "usdjpy_tokyo"],
    "C6": ["us10y", "jgb10y", "us10y_daily", "jgb10y_daily", "usdjpy_ecb"],
    "C7": ["us10y", "jgb10y", "us2y", "jgb2y", "gold_wb", "silver_wb"],
    "C8": ["nikkei", "m2", "jp_iip", "usdjpy_tokyo"],
    "C9": ["vix_daily", "us_hy_oas_daily", "nikkei_daily", "jgb10y_daily", "sp500_daily"],
    "C10": ["sp500_daily", "usdjpy_ecb", "usdjpy_h10_daily", "nikkei_daily"],
    "C11": ["tic_japan", "tic_total", "usdjpy_tokyo", "us10y"],
}  # fmt: skip


def sources() -> list[dict[str, str]]:
    path = Path(bundled_file).parent / "SOURCES.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_bundled_column_is_an_id_of_the_catalogue() -> None:
    assert load_bundled().names == BUNDLED_IDS
    assert set(BUNDLED_IDS) <= set(catalog.load())


@pytest.mark.parametrize("row", sources(), ids=lambda row: row["column"])
def test_catalogue_agrees_with_the_sources_table(row: dict[str, str]) -> None:
    column = catalog.entry(row["column"]).column
    assert row["publisher"].startswith(column.publisher)
    assert row["observed"].removeprefix("month ") == column.observed
    assert row["frequency"] == column.frequency
    assert row["series_id"].split(",")[0].split(" (")[0].startswith(column.code.split(",")[0])
    assert column.terms


def test_the_credits_name_each_publisher_of_the_bundled_panel() -> None:
    text = (Path(bundled_file).parent / "README.md").read_text(encoding="utf-8")
    for row in sources():
        assert f"`{row['column']}`" in text
    assert "The Bank of Japan does not guarantee the content of the service." in text
    assert 'Created by editing "Interest Rate" (Ministry of\n  Finance Japan' in text
    for name in BUNDLED_IDS:
        assert catalog.entry(name).credit


def test_every_layout_maps_to_series_of_its_own_frequency() -> None:
    layouts = {n: one for n, one in known_layouts().items() if isinstance(one, FileMapping)}
    series = {name for name, layout in layouts.items() if layout.kind == "series"}
    assert series == {"japan_loop_monthly.csv", "monthly_panel.csv", "daily_panel.csv"}
    used = {found.column.id for one in layouts.values() for found in one.columns.values()}
    assert used <= set(catalog.load())
    fetched = {name for name, entry in catalog.entries().items() if entry.recipe}
    own = {"jp_imports_real_boj", "jp_exports_real_boj"}  # a user's mapping brings these
    assert used | fetched | own == set(catalog.load())


def test_every_column_of_the_bundled_panel_can_be_fetched_and_says_what_it_is() -> None:
    for name in known_layouts()["japan_loop_monthly.csv"].columns:
        found = catalog.entry(name)
        column = found.column
        assert found.recipe is not None, name
        assert all((column.code, column.unit, column.frequency, column.terms, found.credit)), name
        assert column.observed != "unknown", name


@pytest.mark.parametrize("claim", CLAIMED)
def test_the_series_that_a_claim_needs_are_there(claim: str) -> None:
    for name in CLAIMED[claim]:
        found = catalog.entry(name)
        assert found.recipe is not None or found.column.terms, name
        assert all((found.column.code, found.column.unit, found.column.terms)), name
        assert not found.column.market or found.column.clock or found.note or found.recipe, name


def test_every_recipe_names_an_adapter_and_daily_figures_make_the_months() -> None:
    recipes = {name: entry for name, entry in catalog.entries().items() if entry.recipe}
    daily = {
        (entry.recipe.source, entry.recipe.code)
        for entry in recipes.values()
        if entry.column.frequency == "daily"
    }
    for name, entry in recipes.items():
        recipe, column = entry.recipe, entry.column
        assert recipe.source in registry.KEYS, name
        assert (column.frequency == "monthly") or recipe.make == "as published", name
        if recipe.make in ("month mean", "month end") and recipe.source != "mof_interventions":
            assert (recipe.source, recipe.code) in daily, name
            assert recipe.make == f"month {column.observed}", name
        assert 0 <= recipe.lag <= 130, name


def test_a_series_of_a_source_needs_a_code_and_a_lag() -> None:
    keys = {"label": "x", "unit": "%", "frequency": "monthly", "observed": "mean"}
    with pytest.raises(SpecError, match="no lag"):
        catalog.make_entry("x", {**keys, "source": "fred", "code": "X"}, {})
    with pytest.raises(SpecError, match="no code"):
        catalog.make_entry("x", {**keys, "source": "fred", "lag": 3}, {})
    with pytest.raises(SpecError, match="make"):
        catalog.make_entry("x", {**keys, "source": "fred", "code": "X", "lag": 3, "make": "?"}, {})
    made = catalog.make_entry("x", {**keys, "source": "fred", "code": "X", "lag": 3}, {})
    assert made.recipe == catalog.Recipe("fred", "X", "as published", 3)
    assert catalog.make_entry("x", {**keys, "source": "file"}, {}).recipe is None


def test_the_page_of_the_catalogue_is_up_to_date() -> None:
    """To renew it, write what ``catalogue_page()`` returns to docs/catalogue.md."""
    page = Path(__file__).parents[1] / "docs" / "catalogue.md"
    assert page.read_text(encoding="utf-8") == catalogue_page()


def test_three_yens_are_three_series() -> None:
    ids = ("usdjpy_tokyo", "usdjpy_ecb", "usdjpy_h10", "usdjpy_h10_eom", "usdjpy_h10_daily")
    kinds = {
        (c.clock, c.observed, c.frequency) for c in (catalog.entry(name).column for name in ids)
    }
    assert len(kinds) == len(ids)


def test_units_of_responses() -> None:
    jgb, brent = catalog.entry("jgb10y").column, catalog.entry("brent").column
    assert (jgb.unit_of_responses, jgb.response_scale) == ("bp", 100.0)
    assert brent.unit_of_responses == "US dollars per barrel"
    assert catalog.entry("neer").flip
    assert catalog.entry("cpi_core").taxed
    assert not catalog.entry("import_price_yen").taxed


def test_an_unknown_id_names_its_neighbours() -> None:
    with pytest.raises(MissingSeriesError, match="no series 'usdjpy_toky'") as raised:
        catalog.entry("usdjpy_toky")
    assert "usdjpy_tokyo" in raised.value.remedy


def test_the_catalogue_is_read_once_and_cannot_be_changed() -> None:
    assert catalog.entries() is catalog.entries()
    with pytest.raises(TypeError):
        catalog.entries()["x"] = catalog.entry("m2")  # type: ignore[index]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"lable": "x"}, "unknown key 'lable'"),
        ({"label": ""}, "does not say its label"),
        ({"observed": "average"}, "observed = 'average'"),
        ({"market": True, "observed": "survey"}, "mean or the last"),
        ({"market": "yes"}, "market = 'yes'"),
        ({"clock": "5pm Tokyo"}, "'5pm Tokyo' is not a clock"),
        ({"transform": "log"}, "transform = 'log'"),
        ({"response_unit": "pp"}, "response_unit = 'pp'"),
    ],
)
def test_a_description_that_is_not_complete_or_not_known_is_refused(
    keys: dict[str, object], message: str
) -> None:
    complete = {"label": "x", "unit": "y", "frequency": "monthly", "observed": "mean"}
    with pytest.raises(SpecError, match=message):
        catalog.make_entry("x", {**complete, **keys}, {})


def test_tokyo_closes_hours_before_new_york() -> None:
    """13.5-14.5 hours since 2024-11-05, 14-15 before, with and without summer time."""
    nikkei, sp500 = catalog.entry("nikkei_daily").column, catalog.entry("sp500_daily").column
    hours = {
        day: (struck_at(sp500.clock, day) - struck_at(nikkei.clock, day)).total_seconds() / 3600
        for day in (date(2024, 1, 10), date(2024, 7, 10), date(2025, 1, 10), date(2025, 7, 10))
    }
    assert list(hours.values()) == [15.0, 14.0, 14.5, 13.5]


def test_the_ecb_fixing_is_at_a_quarter_past_eight_in_new_york() -> None:
    clock = catalog.entry("usdjpy_ecb").column.clock
    assert struck_at(clock, date(2024, 1, 10)) == datetime(2024, 1, 10, 13, 15, tzinfo=UTC)
    assert struck_at("08:15 America/New_York", date(2024, 1, 10)) == struck_at(
        clock, date(2024, 1, 10)
    )


def test_the_order_within_a_date_is_by_clock() -> None:
    names = (
        "vix_daily",
        "us10y_daily",
        "sp500_daily",
        "usdjpy_ecb",
        "nikkei_daily",
        "jgb10y_daily",
    )
    columns = [catalog.entry(name).column for name in names]
    order = clock_order(columns, date(2025, 3, 3))
    assert order == [
        "jgb10y_daily", "nikkei_daily", "usdjpy_ecb", "us10y_daily", "sp500_daily", "vix_daily",
    ]  # fmt: skip
    with pytest.raises(SpecError, match="No clock is known for brent_daily"):
        clock_order([catalog.entry("brent_daily").column], date(2025, 3, 3))


@pytest.mark.parametrize(
    "text", ["", "25:00 Asia/Tokyo", "15:00 Mars/Base", "15:00 Asia/Tokyo from 2024-13-01"]
)
def test_clocks_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(SpecError, match="is not a clock"):
        parse_clock(text)
