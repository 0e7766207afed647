"""Consumer prices and unemployment equal the Bureau's files cell by cell, and e-Stat's answers.

The Bureau's files are its own; answers of e-Stat's API are built from its description
(tests/replay/statistics_bureau.py).
"""

from __future__ import annotations

import itertools
import json
import runpy
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.statistics_bureau import StatisticsBureau

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "statistics_bureau.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

#: Ids of the catalogue and e-Stat's codes.
PRICES = {
    "cpi_all": "0001",
    "cpi_core": "0161",
    "cpi_corecore": "0178",
    "cpi_less_food_energy": "0168",
    "cpi_food": "0002",
    "cpi_fresh_food": "0157",
    "cpi_food_less_fresh": "0172",
    "cpi_energy": "0167",
}
CODES = [f"cpi/{code}" for code in PRICES.values()]


@pytest.fixture(autouse=True)
def no_app_id(monkeypatch):
    monkeypatch.delenv("ESTAT_APP_ID", raising=False)


def pull(codes, routes, faults=None, seen=None, app_id=""):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in StatisticsBureau(app_id).fetch(codes, client)}


def figures(text):
    return [float(cell) if cell else np.nan for cell in text]


@pytest.fixture(scope="module")
def without_key(raw):
    """All prices and the unemployment rate from the Bureau's files, and what was asked for."""
    seen = []
    codes = [*CODES, "cpi/1001", "cpi/9999", "unemployment", "wages", "cpi"]
    return pull(codes, pages.routes(raw), seen=seen), [each.key for each in seen]


@pytest.fixture(scope="module")
def with_key(raw):
    """The same prices from e-Stat, and what was asked for."""
    seen = []
    return pull(CODES, pages.routes(raw), seen=seen, app_id=pages.APP_ID), seen


def test_each_file_is_asked_for_once(without_key):
    assert sorted(without_key[1]) == sorted([pages.DOWNLOAD, pages.ITEMS, pages.WORKBOOK])


def test_prices_equal_the_file_of_groups_cell_by_cell(raw, without_key):
    rows = pages._rows(raw / "stat_cpi_zmi2020s_middlecat_1970_2020base.csv")
    for code in PRICES.values():
        found = without_key[0][f"cpi/{code}"]
        at = rows[2].index(code)
        assert found.title == rows[1][at]
        assert found.unit == "index, 2020 = 100"
        assert list(found.values.index.strftime("%Y%m")) == [row[0] for row in rows[6:]]
        np.testing.assert_array_equal(found.values, figures(row[at] for row in rows[6:]))


def test_every_group_and_item_equals_its_file_cell_by_cell(raw):
    routes = pages.routes(raw)
    groups = pages._rows(raw / "stat_cpi_zmi2020s_middlecat_1970_2020base.csv")
    items = pages._rows(raw / "stat_cpi_zmi2020aa_items_2020base.csv")
    others = [code for code in items[2][1::40] if code not in groups[2]]
    found = pull([f"cpi/{code}" for code in (*groups[2][1:], *others)], routes)
    for rows, codes in ((groups, groups[2][1:]), (items, others)):
        for code in codes:
            cells = [row[rows[2].index(code)] for row in rows[6:]]
            np.testing.assert_array_equal(found[f"cpi/{code}"].values, figures(cells))


def test_prices_are_those_of_the_monthly_panel(shared_data, without_key, with_key):
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    for name, code in PRICES.items():
        listed = panel[name].dropna()
        for found in (without_key[0][f"cpi/{code}"], with_key[0][f"cpi/{code}"]):
            known = listed[: len(found.values)]
            assert list(found.values.index.astype(str)) == list(known.index.str[:7])
            np.testing.assert_array_equal(found.values, known)
    assert len(with_key[0]["cpi/0001"].values) == len(panel["cpi_all"].dropna())


def test_items_come_with_a_note_on_what_they_are(without_key):
    rice = without_key[0]["cpi/1001"]
    assert rice.title == "Non-glutinous rice-A"
    assert rice.values.index[0] == pd.Period("2020-01", "M")
    assert rice.values.iloc[-1] == 198.665
    assert rice.notes == ("reference figures with three decimals, since 2020",)


def test_unknown_codes_are_missed_alone(without_key):
    assert "no group or item '9999'" in without_key[0]["cpi/9999"].error.problem
    for code in ("wages", "cpi"):
        assert f"no code '{code}'" in without_key[0][code].error.problem


def test_unemployment_equals_the_workbook_cell_by_cell(raw, shared_data, without_key):
    rate = without_key[0]["unemployment"]
    assert rate.unit == "percent, seasonally adjusted"
    book = load_workbook(raw / "stat_unemployment_rate.xlsx", read_only=True)
    with pytest.warns(UserWarning, match="header or footer"):
        rows = list(
            book["季節調整値"].iter_rows(min_row=11, min_col=20, max_col=20, values_only=True)
        )
    book.close()
    cells = [cell for (cell,) in rows if cell is not None]
    assert list(rate.values) == cells
    assert len(cells) == 861
    span = pd.period_range("1953-01", "2024-09", freq="M")
    assert rate.values.index.equals(span)
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    known = panel["jp_unemployment"].dropna()
    assert list(rate.values[known.index[0][:7] :]) == list(known)


def test_prices_from_e_stat_as_built_from_the_description(raw, with_key):
    found, seen = with_key
    assert [each.key for each in seen] == [pages.API]
    query = seen[0].query
    assert query["statsDataId"] == "0003427113"
    assert query["cdCat01"] == ",".join(PRICES.values())
    assert (query["cdTab"], query["cdArea"]) == ("1", "00000")
    for code in PRICES.values():
        arrived, listed = found[f"cpi/{code}"], pages.figures(raw)[code]
        assert list(arrived.values.index.astype(str)) == list(listed)
        np.testing.assert_array_equal(arrived.values, figures(listed.values()))
        assert (arrived.unit, arrived.updated) == ("index, 2020 = 100", "2026-09-18")
    assert found["cpi/0161"].title == "0161 生鮮食品を除く総合"
    assert found["cpi/0161"].values["2026-08"] == 113.6


def test_the_key_is_shown_nowhere(raw, with_key):
    found, _ = with_key
    shown = repr(found) + repr(StatisticsBureau(pages.APP_ID))
    assert pages.APP_ID not in shown
    assert StatisticsBureau(pages.APP_ID).notice.startswith("This service uses the API of e-Stat")
    assert StatisticsBureau().notice == ""


def test_the_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("ESTAT_APP_ID", f" {pages.APP_ID}\n")
    assert StatisticsBureau().app_id == pages.APP_ID


LISTED = {"0001": {"2024-11": "110.0", "2024-12": "", "2025-01": "111.2"}, "0161": {"2024-11": "9"}}
NAMES = {"0001": "総合", "0161": "生鮮食品を除く総合"}


def answering(most=100_000, listed=LISTED):
    return {pages.API: lambda query: pages.api(query, listed, NAMES, most)}


def test_pages_are_asked_for_one_after_the_other():
    seen = []
    found = pull(["cpi/0001", "cpi/0161"], answering(most=2), seen=seen, app_id=pages.APP_ID)
    assert [each.query.get("startPosition") for each in seen] == [None, "3", "5", "7"]
    values = found["cpi/0001"].values
    assert list(values.index.astype(str)) == ["2024-11", "2024-12", "2025-01"]
    np.testing.assert_array_equal(values, [110.0, np.nan, 111.2])
    assert len(found["cpi/0161"].bodies) == 4


def test_what_there_is_one_of_is_no_list():
    listed = {"0161": {"2024-11": "109.2"}}
    query = {"statsDataId": "0003427113", "cdTab": "1", "cdArea": "00000", "cdCat01": "0161"}
    answer = pages.api({**query, "appId": pages.APP_ID, "limit": "1"}, listed, NAMES)
    data = json.loads(answer.content)["GET_STATS_DATA"]["STATISTICAL_DATA"]
    assert isinstance(data["DATA_INF"]["VALUE"], dict)
    found = pull(["cpi/0161"], answering(most=1, listed=listed), app_id=pages.APP_ID)
    assert list(found["cpi/0161"].values) == [109.2]


def test_a_code_that_e_stat_does_not_have_is_missed_alone():
    found = pull(["cpi/0001", "cpi/9999"], answering(), app_id=pages.APP_ID)
    assert isinstance(found["cpi/0001"], Arrived)
    assert "no group or item '9999' in e-Stat's table 0003427113" in str(found["cpi/9999"].error)


def test_a_page_that_loses_figures_is_seen():
    def answer(query):
        content = pages.api(query, LISTED, NAMES).content
        return Answer(content.replace(b'"TOTAL_NUMBER": 7', b'"TOTAL_NUMBER": 8'))

    found = pull(["cpi/0001", "cpi/0161"], {pages.API: answer}, app_id=pages.APP_ID)
    for each in found.values():
        assert "7 figures came, and there are 8" in each.error.problem
        assert "file-download" in each.error.problem  # the second way failed too


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            Fault(content=pages.failure(100, f"認証に失敗 {pages.APP_ID}").content),
            "e-Stat answers 100",
        ),
        (Fault(content=pages.failure(1, "該当データ").content), "e-Stat answers 1,"),
        (Fault(content=pages.failure(200, "error").content), "e-Stat answers 200"),
        (Fault(status=403, content=pages.failure(100, "認証").content), "403"),
        (Fault(content=server.HTML), "a web page came"),
        (Fault(cut=5000, unannounced=True), "was cut off"),
        (Fault(content=b'{"GET_STATS_DATA": {"RESULT": {}}}'), "no answer of getStatsData"),
        (Fault(content=b'{"GET_STATS_DATA": }'), "no answer of getStatsData"),
    ],
)
def test_without_e_stat_the_file_is_read_and_that_is_said(raw, fault, said):
    faults = {pages.API: itertools.repeat(fault)}
    codes = ["cpi/0161", "cpi/1001"]
    found = pull(codes, pages.routes(raw), faults, app_id=pages.APP_ID)
    for code in codes:
        assert (
            found[code].notes[0].startswith("read from the Bureau's file, as e-Stat's API failed")
        )
        assert said in found[code].notes[0]
        assert pages.APP_ID not in repr(found)
    assert found["cpi/0161"].values.iloc[-1] == 108.8


def test_a_busy_service_is_asked_again(raw):
    faults = {pages.API: [Fault(content=pages.failure(300, "busy").content), Fault(cut=900)]}
    seen = []
    found = pull(["cpi/0161"], pages.routes(raw), faults, seen, pages.APP_ID)
    assert len(seen) == 3
    assert found["cpi/0161"].notes == ()


def test_a_table_of_another_base_year_is_refused():
    def answer(query):
        content = pages.api(query, LISTED, NAMES).content.decode()
        return Answer(content.replace("2020年基準消費者", "2030年基準消費者").encode())

    found = pull(["cpi/0001"], {pages.API: answer}, app_id=pages.APP_ID)
    assert "'2030年基準消費者物価指数', not that of 2020 = 100" in found["cpi/0001"].error.problem


@pytest.mark.parametrize("figure", ["110,0", "x", "…"])
def test_a_figure_of_e_stat_that_is_none_is_an_error_with_its_month(figure):
    listed = {"0001": {"2024-11": figure}, "0161": {"2024-11": "109.2"}}
    found = pull(["cpi/0001", "cpi/0161"], answering(listed=listed), app_id=pages.APP_ID)
    assert f"0001, 2024-11: '{figure}' is not a number" in found["cpi/0001"].error.problem
    assert isinstance(found["cpi/0161"], Arrived)


def small(**changes):
    """A file of two groups and three months."""
    text = (
        "類・品目,総合,生鮮食品を除く総合\r\n"
        'Group/Item,All items,"All items, less fresh food"\r\n'
        "類・品目符号(Group/Item code),0001,0161\r\n含類総連番(Serial number),001,733\r\n"
        "ウエイト(Weight),3190396706,3064100061\r\n202408,109.1,108.7\r\n"
        "202409,108.9,\r\n202410,109.5,108.8\r\n"
    )  # fmt: skip
    for old, new in changes.get("replace", ()):
        assert old in text
        text = text.replace(old, new)
    return text.encode(changes.get("encoding", "cp932"))


def from_file(content, codes=("cpi/0001", "cpi/0161"), items=None):
    routes = {pages.DOWNLOAD: lambda query: Answer(content)}
    if items is not None:
        routes[pages.ITEMS] = lambda query: Answer(items)
    return pull(codes, routes)


def test_an_empty_cell_is_a_month_without_a_figure():
    found = from_file(small())
    np.testing.assert_array_equal(found["cpi/0161"].values, [108.7, np.nan, 108.8])


def test_months_that_are_listed_twice():
    same = from_file(small(replace=[("202410,109.5", "202410,109.5,108.8\r\n202410,109.5")]))
    assert same["cpi/0001"].notes == ("listed twice with the same figure: 2024-10",)
    other = from_file(small(replace=[("202410,109.5", "202410,109.6,108.8\r\n202410,109.5")]))
    assert "2024-10 is listed twice, with 109.6 and 109.5" in str(other["cpi/0001"].error)
    assert isinstance(other["cpi/0161"], Arrived)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (server.HTML, "a web page came"),
        (small()[:-9], "was cut off"),
        (small(encoding="utf-8"), "there are no lines|not in cp932"),
        (small(replace=[("Group/Item,", "Group,")]), "there are no lines"),
        (small(replace=[("0001,0161", "0001,0001")]), "the codes and the names do not pair"),
        (small(replace=[("202410,109.5,108.8", "202410,109.5")]), "2 cells stand under 3 columns"),
        (small(replace=[("202410", "202413")]), "'202413' is not a date"),
    ],
)
def test_what_is_not_the_file_is_refused(content, said):
    for each in from_file(content).values():
        assert isinstance(each, Missed)
        assert any(words in each.error.problem for words in said.split("|"))


def test_a_cell_that_is_no_figure_is_an_error_with_line_and_month():
    found = from_file(small(replace=[("108.9", "108.9r")]))
    error = found["cpi/0001"].error
    assert "line 7, cpi/0001 of 202409: '108.9r' is not a number" in error.problem
    assert isinstance(found["cpi/0161"], Arrived)


def test_items_that_are_not_there_keep_no_group_back():
    found = from_file(small(), codes=("cpi/1001", "cpi/0001"))
    assert "zmi2020aa.csv" in found["cpi/1001"].error.problem
    assert isinstance(found["cpi/0001"], Arrived)


def test_the_base_year_2025_has_a_file_of_its_own():
    seen = []
    routes = {pages.DOWNLOAD: lambda query: Answer(small())}
    found = pull(["cpi2025/0161", "cpi2025/9999"], routes, seen=seen)
    assert found["cpi2025/0161"].unit == "index, 2025 = 100"
    assert "no group or item '9999'" in found["cpi2025/9999"].error.problem
    assert [each.query["statInfId"] for each in seen] == ["000040482945"]


def workbook(rows, sheet="季節調整値"):
    """A workbook with these rows of year, month and rates below the header of the Bureau's."""
    book = Workbook()
    book.active.title = sheet
    header = [
        [None, None, "完全失業者", None, "完全失業率（％）", None],
        [None, None, "Unemployed person", None, "Unemployment rate  (percent)", None],
        [None, None, "男女計", "男", "男女計", "男"],
    ]
    for row in [*header, *rows]:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def months(year, era):
    """A year's rows: its era stands beside January, its number beside February."""
    labels = [era, year, *[None] * 10]
    return [
        [label, f"{at}月", 170, 99, year - 2016 + at / 10, 9] for at, label in enumerate(labels, 1)
    ]


#: The turn of an era, months that are still to come, and a note.
MONTHS = [
    *months(2018, "平成30年"),
    *months(2019, "平成31年"),
    ["令和 2年", "1月", 160, 94, 2, 9],
    [2020, "2月", None, None, None, None],
    ["※注_Notes", "3月", None, None, None, None],
    [None, None, None, None, "Please refer to the notes.", None],
]
MONTHS[16][0] = "令和元年"


def rates(content):
    return pull(["unemployment"], {pages.WORKBOOK: lambda query: Answer(content)})["unemployment"]


def test_years_of_the_workbook_are_read_by_era_and_months_to_come_are_not_there():
    values = rates(workbook(MONTHS)).values
    assert values.index.equals(pd.period_range("2018-01", "2020-01", freq="M"))
    assert values["2019-05"] == 3.5
    assert values["2020-01"] == 2


def changed(at, cell, value):
    rows = [list(row) for row in MONTHS]
    rows[at][cell] = value
    return rows


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (workbook(MONTHS, "Sheet1"), "no sheet '季節調整値'"),
        (workbook(changed(16, 0, "令和2年")), "row 20: '令和2年' '5月' does not"),
        (workbook(changed(13, 0, 2020)), "row 17: '2020' '2月' does not follow"),
        (workbook(changed(3, 1, "5月")), "row 7: '' '5月' does not follow"),
        (workbook(changed(0, 0, None)), "row 4: '' '1月' does not follow"),
        (workbook(changed(4, 4, "2.4p")), "row 8, 2018-05: '2.4p' is not a number"),
        (workbook([]), "there are no figures"),
    ],
)
def test_a_workbook_that_says_something_else_is_refused(content, said):
    missed = rates(content)
    assert isinstance(missed, Missed)
    assert said in missed.error.problem


@pytest.mark.parametrize(
    ("content", "said"),
    [(server.HTML, "a web page came"), (b"year,rate\n", "a zip archive or an Excel workbook")],
)
def test_a_workbook_that_is_none_is_refused(content, said):
    routes = {pages.WORKBOOK: lambda query: Answer(content)}
    assert said in pull(["unemployment"], routes)["unemployment"].error.problem


def test_a_workbook_that_was_cut_off_is_asked_for_again(raw):
    faults = {pages.WORKBOOK: [Fault(cut=90_000, unannounced=True)]}
    seen = []
    found = pull(["unemployment"], pages.routes(raw), faults, seen)
    assert found["unemployment"].values.iloc[-1] == 2.4
    assert len(seen) == 2
