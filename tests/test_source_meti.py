"""Industrial production is joined from the ministry's own two workbooks as the panel joins it."""

from __future__ import annotations

import itertools
import runpy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import Workbook

from yenloop.data.sources.http import Client
from yenloop.data.sources.meti import LINKED, PRESENT, IndustrialProduction
from yenloop.data.sources.protocol import Arrived, Missed

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "meti.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in IndustrialProduction().fetch(codes, client)}


def index(routes, **options):
    return pull(["IIP"], routes, **options)["IIP"]


def book(sheet, rows):
    workbook = Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()


def present(months=(202311, 202312, "P202401"), figures=(101.0, 102.5, 98), base="2020"):
    """The present workbook in small."""
    return book(
        "生産",
        [
            [f"項目：総合季節調整済指数【月次】付加価値額生産（{base}=100.0）"],
            ["", "", "時系列コード", *range(2018000101, 2018000101 + len(months))],
            ["品目番号", "品目名称", "付加生産ウエイト", *months],
            [1000000000, "鉱工業", 10000, *figures],
            [1100000000, "製造工業", 9983.5, *figures],
        ],
    )


def linked(figures=((202310, 100.0), (202311, 101.0), (202312, 102.4)), base="2020"):
    """The linked workbook in small."""
    return book(
        "生産付加価値額",
        [
            ["", f"項目：業種別季節調整済指数【接続指数】付加価値額生産（{base}=100.0）"],
            ["", f"B{base}", "1000000000", "1100000000"],
            ["", "業種名", "鉱工業", "製造工業"],
            ["時系列コード", "接続係数", 1.105314, 1.105636],
            *([month * 10000 + 1, month, figure, "-"] for month, figure in figures),
        ],
    )


def serving(new=None, old=None):
    bodies = {pages.PRESENT: new or present(), pages.LINKED: old or linked()}
    return {key: lambda query, body=body: Answer(body) for key, body in bodies.items()}


def by_month(values):
    return {str(month): figure for month, figure in values.items()}


def test_the_index_equals_the_monthly_panel_cell_by_cell(raw, shared_data):
    seen = []
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    found = index(pages.routes(raw), seen=seen)
    assert sorted(request.key for request in seen) == sorted([pages.PRESENT, pages.LINKED])
    assert by_month(found.values) == panel["jp_iip"].dropna().to_dict()
    assert found.unit == "2020=100, seasonally adjusted"
    assert [body.url for body in found.bodies] == [PRESENT, LINKED]
    assert found.notes == (
        "the linked workbook is taken before 2018-01; of 60 months that stand in both, 0 have "
        "another figure there",
    )


def test_the_present_workbook_goes_before_the_linked_one_and_differences_are_told():
    found = index(serving())
    assert by_month(found.values) == {
        "2023-10": 100.0, "2023-11": 101.0, "2023-12": 102.5, "2024-01": 98.0,
    }  # fmt: skip
    assert "before 2023-11; of 2 months that stand in both, 1 have another" in found.notes[0]
    assert found.notes[1] == "provisional: 2024-01"


def test_workbooks_on_two_bases_are_not_joined():
    error = index(serving(new=present(base="2025"))).error
    assert "on the base 2025, the linked one on 2020" in str(error)


def test_an_unknown_code_is_missed_and_the_index_arrives():
    found = pull(["IPP", "IIP"], serving())
    assert isinstance(found["IPP"], Missed)
    assert "There is: IIP." in str(found["IPP"].error)
    assert isinstance(found["IIP"], Arrived)


@pytest.mark.parametrize("key", [pages.PRESENT, pages.LINKED])
def test_a_workbook_cut_off_is_asked_for_again(raw, key):
    seen = []
    faults = {key: [Fault(cut=100_000, unannounced=True)]}
    found = index(pages.routes(raw), faults=faults, seen=seen)
    assert sum(request.key == key for request in seen) == 2
    assert len(found.values) == 561


@pytest.mark.parametrize("key", [pages.PRESENT, pages.LINKED])
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (server.HTML, "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 of before 2007", "neither"),
        (present()[:-100], "cut off or damaged"),
        (book("出荷", [["項目"]]), "no sheet"),
        (book("生産", []), ""),
        (book("生産", [["項目"]]), ""),
        (book("生産付加価値額", [["項目"]]), ""),
    ],
)
def test_what_is_not_the_workbook_is_refused_with_the_address(key, content, says):
    error = index(serving(), faults={key: itertools.repeat(Fault(content=content))}).error
    assert f"https://{key}" in str(error)
    assert says in str(error)


@pytest.mark.parametrize("cell", ["X", "***", "-", None, "98,0"])
def test_a_cell_that_is_no_number_is_told_with_line_and_month(cell):
    error = index(serving(new=present(figures=(101.0, cell, 98)))).error
    assert f"present workbook, line 4, 2023-12: '{cell or ''}' is not a number" in str(error)
    error = index(serving(old=linked([(202310, 100.0), (202311, cell)]))).error
    assert f"linked workbook, line 6, 2023-11: '{cell or ''}' is not a number" in str(error)


@pytest.mark.parametrize("name", [202413, "2024Q1", "p202401"])
def test_a_month_of_the_present_workbook_that_is_none_is_told_with_its_line(name):
    error = index(serving(new=present((202311, 202312, name)))).error
    assert f"present workbook, line 4: '{name}' is not a date" in str(error)


def test_a_month_of_the_linked_workbook_that_is_none_is_told_with_its_line():
    error = index(serving(old=linked([(202313, 100.0)]))).error
    assert "linked workbook, line 5: '202313' is not a date" in str(error)


def test_months_listed_twice():
    twice = [(202310, 100.0), (202310, 100.0), (202311, 101.0)]
    assert "listed twice with the same figure: 2023-10" in index(serving(old=linked(twice))).notes
    error = index(serving(old=linked([*twice, (202310, 99.0)]))).error
    for part in ("2023-10", "100.0", "99.0"):
        assert part in str(error)
