"""Commodity prices equal the World Bank's own workbook, found through its page."""

from __future__ import annotations

import itertools
import runpy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.worldbank import PAGE, PinkSheet

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "worldbank.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

#: Names of columns, and those of the monthly panel.
COLUMNS = {
    "Crude oil, average": "wb_oil_avg",
    "Crude oil, Brent": "brent_wb",
    "Crude oil, Dubai": "dubai_wb",
    "Crude oil, WTI": "wti_wb",
    "Coal, Australian": "coal_aus",
    "Liquefied natural gas, Japan": "lng_japan",
    "Wheat, US HRW": "wheat_hrw",
    "Maize": "maize",
    "Soybeans": "soybeans",
    "Copper": "copper",
    "Aluminum": "aluminum",
    "Iron ore, cfr spot": "iron_ore",
    "Gold": "gold",
    "Silver": "silver",
    "Platinum": "platinum",
    "Total Index": "wb_index_total",
    "Energy": "wb_index_energy",
    "Non-energy": "wb_index_nonenergy",
    "Agriculture": "wb_index_agriculture",
    "Food": "wb_index_food",
    "Metals & Minerals": "wb_index_metals",
    "Precious Metals": "wb_index_precious",
}
TITLES = [
    ["World Bank Commodity Price Data"],
    ["in US dollars, 2010=100"],
    ["Updated on May 4"],
]
PRICES = [["1960M01", 1.63, "…"], ["1960M02", "..", 0.5]]


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in PinkSheet().fetch(codes, client)}


def book(prices=PRICES, short_names=()):
    """The workbook in small: two prices and two indices, whose names stand on two lines."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "Monthly Prices"
    names = ["", "Crude oil, Brent", "Coal, South  African **"]
    for row in [*TITLES, names, ["", "($/bbl)", "($/mt)"], *short_names, *prices]:
        sheet.append(row)
    sheet = workbook.create_sheet("Monthly Indices")
    for row in [*TITLES, ["", "Energy"], ["", "", "Food **"], *short_names, ["1960M01", 2.13, 21]]:
        sheet.append(row)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def serving(content=None, page=None):
    content, page = content or book(), page or pages.page()
    return {
        pages.PAGE: lambda query: Answer(page, content_type="text/html"),
        pages.WORKBOOK: lambda query: Answer(content),
    }


def by_month(values):
    return {str(month): figure for month, figure in values.dropna().items()}


def test_every_commodity_equals_the_workbook_and_the_monthly_panel_cell_by_cell(raw, shared_data):
    seen = []
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    found = pull(list(COLUMNS), pages.routes(raw), seen=seen)
    assert [request.key for request in seen] == [pages.PAGE, pages.WORKBOOK]
    for name, column in COLUMNS.items():
        values = by_month(found[name].values)
        assert len(found[name].values) == 797
        # The panel holds six digits.
        assert {month: float(f"{figure:.6g}") for month, figure in values.items()} == (
            panel[column].dropna().to_dict()
        )


def test_every_column_of_both_sheets_can_be_had(raw):
    path = raw / "worldbank_pinksheet_CMO-Historical-Data-Monthly.xlsx"
    with path.open("rb") as file:
        rows = list(
            load_workbook(file, read_only=True)["Monthly Prices"].iter_rows(
                min_row=5, max_col=72, values_only=True
            )
        )
    names = [" ".join(name.rstrip("* ").split()) for name in rows[0][1:]]
    found = pull(names, pages.routes(raw))
    for at, name in enumerate(names, start=1):
        published = {row[0].replace("M", "-"): row[at] for row in rows[2:]}
        figures = {key: each for key, each in published.items() if not isinstance(each, str)}
        assert by_month(found[name].values) == figures
        assert found[name].unit == rows[1][at].strip("()")


def test_units_titles_and_the_date_of_the_edition(raw):
    found = pull(["Iron ore, cfr spot", "Energy"], pages.routes(raw))
    assert found["Iron ore, cfr spot"].unit == "$/dmtu"
    assert found["Energy"].unit == "2010=100"
    assert found["Energy"].updated == "June 02, 2026"
    assert [body.url for body in found["Energy"].bodies] == [f"https://{pages.WORKBOOK}"]


@pytest.mark.parametrize("short_names", [(), (["", "CRUDE_BRENT", "COAL_SAFRICA"],)])
def test_editions_with_and_without_short_names(short_names):
    names = ["Crude oil, Brent", "Coal, South African", "Energy", "Food"]
    found = pull(names, serving(book(short_names=short_names)))
    assert [by_month(found[name].values) for name in names] == [
        {"1960-01": 1.63}, {"1960-02": 0.5}, {"1960-01": 2.13}, {"1960-01": 21.0},
    ]  # fmt: skip
    assert [found[name].unit for name in names] == ["$/bbl", "$/mt", "2010=100", "2010=100"]


def test_footnotes_below_the_figures_are_no_months():
    found = pull(["Crude oil, Brent"], serving(book([*PRICES, [], ["** A footnote"]])))
    assert len(found["Crude oil, Brent"].values) == 2


def test_an_unknown_commodity_is_missed_and_the_others_arrive():
    found = pull(["CRUDE_BRENT", "Energy"], serving())
    assert isinstance(found["CRUDE_BRENT"], Missed)
    assert "World Bank, CRUDE_BRENT: no columns" in str(found["CRUDE_BRENT"].error)
    assert isinstance(found["Energy"], Arrived)


def test_two_columns_of_one_name_are_not_chosen_between():
    workbook = load_workbook(BytesIO(book()))
    workbook["Monthly Prices"]["C4"] = "Crude oil, Brent"
    content = BytesIO()
    workbook.save(content)
    error = pull(["Crude oil, Brent"], serving(content.getvalue()))["Crude oil, Brent"].error
    assert "2 columns of the workbook have this name" in str(error)


def test_a_page_without_the_link_says_where_to_look():
    page = pages.page("https://thedocs.worldbank.org/CMO-Historical-Data-Annual.xlsx")
    error = pull(["Energy"], serving(page=page))["Energy"].error
    assert PAGE in str(error)
    assert "no link to an Excel workbook" in str(error)


@pytest.mark.parametrize(
    "link",
    [
        "https://thedocs.worldbank.org/en/doc/a&amp;b/CMO-Historical-Data-Monthly.xlsx",
        "https://thedocs.worldbank.org/en/doc/0-0050012027/related/CMO-Historical-Data-Monthly.xlsx",
    ],
)
def test_the_address_of_the_edition_is_read_off_the_page(link):
    address = link.replace("&amp;", "&")
    routes = serving(page=pages.page(link))
    routes[address.removeprefix("https://")] = routes.pop(pages.WORKBOOK)
    found = pull(["Energy"], routes)["Energy"]
    assert found.bodies[0].url == address


@pytest.mark.parametrize(
    ("key", "bytes_sent"), [(pages.PAGE, 150), (pages.WORKBOOK, 300_000), (pages.WORKBOOK, 0)]
)
def test_what_is_cut_off_is_asked_for_again(raw, key, bytes_sent):
    seen = []
    faults = {key: [Fault(cut=bytes_sent, unannounced=True)]}
    found = pull(["Energy"], pages.routes(raw), faults, seen)
    assert sum(request.key == key for request in seen) == 2
    assert len(found["Energy"].values) == 797


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (server.HTML, "web page"),
        (b"Too many requests", "neither"),
        (book()[:-100], "cut off or damaged"),
        (pages.page(), "web page"),
    ],
)
def test_what_is_not_the_workbook_is_refused_with_the_address(content, says):
    faults = {pages.WORKBOOK: itertools.repeat(Fault(content=content))}
    found = pull(["Energy", "Maize"], serving(), faults)
    for code in ("Energy", "Maize"):
        assert f"https://{pages.WORKBOOK}" in str(found[code].error)
        assert says in str(found[code].error)


@pytest.mark.parametrize("cell", ["1,63", "n/a", None])
def test_a_cell_that_is_no_number_is_told_with_line_and_month(cell):
    prices = [["1960M01", 1.63, "…"], ["1960M02", cell, 0.5]]
    found = pull(["Crude oil, Brent", "Coal, South African"], serving(book(prices)))
    error = found["Crude oil, Brent"].error
    assert f"Crude oil, Brent, line 7, 1960M02: '{cell or ''}' is not a number" in str(error)
    assert isinstance(found["Coal, South African"], Arrived)


def test_a_month_that_is_none_is_told_with_its_line():
    found = pull(["Crude oil, Brent"], serving(book([*PRICES, ["1960M13", 1, 1]])))
    assert "line 8: '1960M13' is not a date" in str(found["Crude oil, Brent"].error)


def test_months_listed_twice():
    found = pull(["Crude oil, Brent"], serving(book([*PRICES, ["1960M01", 1.63, 1]])))
    assert found["Crude oil, Brent"].notes == ("listed twice with the same figure: 1960-01",)
    found = pull(["Crude oil, Brent"], serving(book([*PRICES, ["1960M01", 1.64, 1]])))
    for part in ("1960-01", "1.63", "1.64"):
        assert part in str(found["Crude oil, Brent"].error)
