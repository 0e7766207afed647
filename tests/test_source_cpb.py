"""Japan's trade indices equal the CPB's own workbook, found through its page."""

from __future__ import annotations

import itertools
import runpy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import Workbook

from yenloop.data.sources.cpb import PAGE, WorldTradeMonitor
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "cpb.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

#: Codes, and the columns of the monthly panel.
COLUMNS = {
    "mgz_jp_qnmi_sn": "imports_real",
    "xgz_jp_qnmi_sn": "exports_real",
    "mgz_jp_pdmi_sn": "import_price_usd_cpb",
    "xgz_jp_pdmi_sn": "export_price_usd_cpb",
    "ipz_jp_qnmi_sm": "jp_ip_cpb",
    "ipz_jp_qnmi_sp": "jp_ip_cpb",
}


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in WorldTradeMonitor().fetch(codes, client)}


def book(months=("2024m11", "2024m12"), imports=(97.4, 100.5), again=()):
    """The workbook in small."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "trade_out"
    for row in (
        ["", "CPB WORLD TRADE MONITOR"],
        ["", "Merchandise world trade, fixed base 2021=100"],
        ["", "21 February 2025  11:53:47", "", "", "", *months],
        ["", "Volumes, seasonally adjusted", "", "Values 2021, usd bln"],
        ["", "    Japan", "mgz_jp_qnmi_sn", 770.6, "", *imports],
        ["", "    China", "mgz_cn_qnmi_sn", 2685.0, "", 98.8, None],
        *again,
    ):
        sheet.append(row)
    production = workbook.create_sheet("inpro_out")
    production.append(["", "", "", "", "", "2024m12"])
    production.append(["", "Japan", "ipz_jp_qnmi_sm", 0.036, "", 97.2])
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


def test_japan_equals_the_monthly_panel_cell_by_cell(raw, shared_data):
    seen = []
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    found = pull(list(COLUMNS), pages.routes(raw), seen=seen)
    assert [request.key for request in seen] == [pages.PAGE, pages.WORKBOOK]
    for code, column in COLUMNS.items():
        values = by_month(found[code].values)
        # The panel holds six digits.
        assert {month: float(f"{figure:.6g}") for month, figure in values.items()} == (
            panel[column].dropna().to_dict()
        )


def test_every_series_of_trade_equals_the_country_panel_cell_by_cell(raw, shared_data):
    panel = pd.read_csv(shared_data / "real" / "cpb_trade_panel_monthly.csv")
    expected = {
        code: dict(zip(rows["month"], rows["value"], strict=True))
        for code, rows in panel.dropna().groupby("code")
    }
    found = pull(list(expected), pages.routes(raw))
    for code, figures in expected.items():
        assert by_month(found[code].values) == pytest.approx(figures, rel=1e-14)


def test_units_titles_and_the_time_of_the_edition(raw):
    found = pull(list(COLUMNS), pages.routes(raw))
    assert {each.unit for each in found.values()} == {"2021=100"}
    assert {each.updated for each in found.values()} == {"21 February 2025 11:53:47"}
    assert found["mgz_jp_qnmi_sn"].title == "Volumes, seasonally adjusted: Japan"
    assert found["xgz_jp_pdmi_sn"].title == "Prices / unit values in usd: Japan"
    assert found["mgz_jp_qnmi_sn"].bodies[0].url == f"https://{pages.WORKBOOK}"


def test_a_region_that_ends_early_is_listed_without_figures():
    values = pull(["mgz_cn_qnmi_sn"], serving())["mgz_cn_qnmi_sn"].values
    assert list(values.isna()) == [False, True]


def test_an_unknown_code_is_missed_and_the_others_arrive():
    found = pull(["mgz_jp_qnmi", "mgz_jp_qnmi_sn"], serving())
    assert isinstance(found["mgz_jp_qnmi"], Missed)
    assert "CPB: no lines" in str(found["mgz_jp_qnmi"].error)
    assert "mgz_jp_qnmi_sn" in found["mgz_jp_qnmi"].error.remedy
    assert isinstance(found["mgz_jp_qnmi_sn"], Arrived)


def test_a_code_on_two_lines_is_not_chosen_between():
    twice = book(again=[["", "Japan", "mgz_jp_qnmi_sn", 770.6, "", 1, 2]])
    error = pull(["mgz_jp_qnmi_sn"], serving(twice))["mgz_jp_qnmi_sn"].error
    assert "2 lines of the workbook have the code" in str(error)


def test_a_page_without_the_link_says_where_to_look():
    error = pull(["mgz_jp_qnmi_sn"], serving(page=pages.page("/data.xlsx")))["mgz_jp_qnmi_sn"].error
    assert PAGE in str(error)
    assert "no link to an Excel workbook" in str(error)


@pytest.mark.parametrize(
    "link",
    [
        "/sites/default/files/omnidownload/CPB-World-Trade-Monitor-November-2022.xlsx",
        "https://www.cpb.nl/system/files/cpbmedia/cpb-world-trade-monitor-july-2026_0.xlsx",
    ],
)
def test_the_address_of_the_edition_is_read_off_the_page(link):
    address = f"www.cpb.nl/{link.removeprefix('https://www.cpb.nl').removeprefix('/')}"
    routes = serving(page=pages.page(link))
    routes[address] = routes.pop(pages.WORKBOOK)
    found = pull(["mgz_jp_qnmi_sn"], routes)["mgz_jp_qnmi_sn"]
    assert found.bodies[0].url == f"https://{address}"


@pytest.mark.parametrize(
    ("key", "bytes_sent"), [(pages.PAGE, 120), (pages.WORKBOOK, 200_000), (pages.WORKBOOK, 0)]
)
def test_what_is_cut_off_is_asked_for_again(raw, key, bytes_sent):
    seen = []
    faults = {key: [Fault(cut=bytes_sent, unannounced=True)]}
    found = pull(["mgz_jp_qnmi_sn"], pages.routes(raw), faults, seen)
    assert sum(request.key == key for request in seen) == 2
    assert len(found["mgz_jp_qnmi_sn"].values) == 300


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (server.HTML, "web page"),
        (b"Too many requests", "neither"),
        (book()[:-100], "cut off or damaged"),
    ],
)
def test_what_is_not_the_workbook_is_refused_with_the_address(content, says):
    faults = {pages.WORKBOOK: itertools.repeat(Fault(content=content))}
    error = pull(["mgz_jp_qnmi_sn"], serving(), faults)["mgz_jp_qnmi_sn"].error
    assert f"https://{pages.WORKBOOK}" in str(error)
    assert says in str(error)


def test_a_sheet_without_months_is_refused():
    error = pull(["mgz_jp_qnmi_sn"], serving(book(months=("Nov", "Dec"))))["mgz_jp_qnmi_sn"].error
    assert "sheet 'trade_out' has no month such as 2000m01" in str(error)


def test_a_cell_that_is_no_number_is_told_with_line_and_month():
    found = pull(["mgz_jp_qnmi_sn", "mgz_cn_qnmi_sn"], serving(book(imports=("97,4", 100.5))))
    error = found["mgz_jp_qnmi_sn"].error
    assert "mgz_jp_qnmi_sn, line 5, 2024m11: '97,4' is not a number" in str(error)
    assert isinstance(found["mgz_cn_qnmi_sn"], Arrived)


def test_months_listed_twice():
    months = ("2024m12", "2024m12")
    found = pull(["mgz_jp_qnmi_sn"], serving(book(months, (100.5, 100.5))))["mgz_jp_qnmi_sn"]
    assert found.notes == ("listed twice with the same figure: 2024-12",)
    error = pull(["mgz_jp_qnmi_sn"], serving(book(months, (97.4, 100.5))))["mgz_jp_qnmi_sn"].error
    for part in ("2024-12", "97.4", "100.5"):
        assert part in str(error)


def test_a_month_that_is_none_is_told():
    found = pull(["mgz_jp_qnmi_sn"], serving(book(("2024m12", "2024m13"))))["mgz_jp_qnmi_sn"]
    assert "'2024m13' is not a date" in str(found.error)
