"""JGB yields equal the Ministry's files cell by cell; eras, overlaps and every fault are seen."""

from __future__ import annotations

import itertools
import runpy
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.eras import era_date, era_year
from yenloop.data.sources.http import Client
from yenloop.data.sources.mof import JgbCurve
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.errors import SourceError

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "mof.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

CODES = pages.HEADER.split(",")[1:]
DAY = (
    "2026/9/30,1.684,1.952,2.086,2.273,2.399,2.525,2.639,2.796,2.926,3.057,3.583,3.877,4.1,4.098,-"
)
DAY_JP = DAY.replace("2026/9/30", "R8.9.30")
NEXT = (
    "2026/10/1,1.668,1.939,2.077,2.274,2.407,2.534,2.657,2.82,2.952,3.092,3.62,3.91,4.154,4.122,-"
)


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in JgbCurve().fetch(codes, client)}


def serving(**bodies):
    """Routes of small files; what is not given is not there."""
    small = {
        "HISTORY": pages.english([DAY]),
        "MONTH": pages.english([NEXT], "Interest Rate (October 2026)", pages.NOTE),
        "HISTORY_JP": pages.japanese([DAY_JP]),
        "MONTH_JP": pages.japanese([]),
    } | bodies
    answers = {getattr(pages, name): body for name, body in small.items() if body is not None}
    return {key: lambda query, body=body: Answer(body) for key, body in answers.items()}


@pytest.fixture(scope="module")
def curve(raw):
    """All yields from the Ministry's own files, and what was asked for."""
    seen = []
    return pull([*CODES, "12Y"], pages.routes(raw), seen=seen), [each.key for each in seen]


def table(path, encoding):
    return pd.read_csv(path, skiprows=1, index_col=0, na_values="-", encoding=encoding)


def test_each_file_is_asked_for_once(curve):
    assert curve[1] == [pages.HISTORY, pages.MONTH, pages.HISTORY_JP, pages.MONTH_JP]


def test_yields_equal_the_english_file_and_then_the_japanese_one_cell_by_cell(curve, raw):
    english = table(raw / "mof_jgbcme_all_1974_2026-04.csv", "ascii")
    japanese = table(raw / "mof_jgbcm_all_1974_2026-06_jp.csv", "cp932")
    days = pd.to_datetime(english.index, format="%Y/%m/%d")
    for code in CODES:
        values = curve[0][code].values
        np.testing.assert_array_equal(values.loc[days], english[code])
        np.testing.assert_array_equal(values, japanese[code.replace("Y", "年")])
        assert values.index.is_unique
        assert values.index.is_monotonic_increasing


def test_days_of_both_files_are_those_of_the_daily_panel(curve, shared_data):
    panel = pd.read_csv(shared_data / "real" / "daily_panel.csv", index_col=0, parse_dates=True)
    for code in ("2Y", "10Y", "30Y"):
        figures = curve[0][code].values.dropna()
        pd.testing.assert_series_equal(
            figures, panel[f"jgb{code.lower()}"].dropna(),
            check_names=False, check_index_type=False, check_freq=False,
        )  # fmt: skip


def test_month_means_are_those_of_the_monthly_panel(curve, shared_data):
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    means = curve[0]["10Y"].values.resample("ME").mean()
    means.index = means.index.strftime("%Y-%m")
    shared = panel["jgb10y"].dropna()
    np.testing.assert_allclose(means[shared.index.str[:7]], shared, atol=6e-5)


def test_what_the_japanese_files_add_is_said(curve):
    ten = curve[0]["10Y"]
    assert ten.unit == "%"
    assert len(ten.bodies) == 4
    assert ten.notes == ("22 days from 2026-06-01 to 2026-06-30 stand in the Japanese files only",)


def test_an_unknown_maturity_is_missed_alone(curve):
    assert isinstance(curve[0]["12Y"], Missed)
    assert "publishes no yield '12Y'" in curve[0]["12Y"].error.problem
    assert "10Y, 15Y, 20Y" in curve[0]["12Y"].error.remedy


def test_the_current_month_follows_on_the_history():
    ten = pull(["10Y"], serving())["10Y"]
    assert list(ten.values) == [3.057, 3.092]
    assert list(ten.values.index) == [pd.Timestamp("2026-09-30"), pd.Timestamp("2026-10-01")]
    assert ten.notes == ()


def test_a_maturity_that_is_not_issued_is_listed_without_a_figure():
    issued = NEXT.replace(",-", ",4.125")
    days = pages.japanese([DAY_JP, issued.replace("2026/", "R8.").replace("/", ".")])
    both = serving(MONTH=pages.english([issued]), HISTORY_JP=days)
    forty = pull(["40Y"], both)["40Y"]
    assert np.isnan(forty.values["2026-09-30"])
    assert forty.values["2026-10-01"] == 4.125


def test_a_holiday_before_the_first_day_of_the_month_is_fine():
    ten = pull(["10Y"], serving(MONTH=pages.english([], notes=pages.NOTE)))["10Y"]
    assert list(ten.values) == [3.057]
    assert ten.notes == ()


def test_days_that_both_files_list_have_to_agree():
    month = pages.english([DAY, NEXT])
    agreed = pull(["10Y"], serving(MONTH=month))["10Y"]
    assert list(agreed.values) == [3.057, 3.092]
    assert agreed.notes == ("listed twice with the same figure: 2026-09-30",)
    changed = serving(MONTH=pages.english([DAY.replace("3.057", "3.058"), NEXT]))
    found = pull(["10Y", "2Y"], changed)
    assert "10Y in the English files: 2026-09-30 is listed twice, with 3.057 and 3.058" in str(
        found["10Y"].error
    )
    assert isinstance(found["2Y"], Arrived)


def test_the_editions_have_to_agree():
    changed = pages.japanese([DAY_JP.replace("3.057", "3.07")])
    found = pull(["10Y", "2Y"], serving(HISTORY_JP=changed))
    assert found["10Y"].error.problem == (
        "Ministry of Finance, 10Y: 2026-09-30 is 3.057 in the English files and 3.07 in the "
        "Japanese ones."
    )
    assert isinstance(found["2Y"], Arrived)


def test_the_japanese_files_serve_where_the_english_ones_are_not_there():
    ten = pull(["10Y"], serving(HISTORY=None, MONTH=None))["10Y"]
    assert list(ten.values) == [3.057]
    assert len(ten.bodies) == 2
    assert len(ten.notes) == 1
    assert ten.notes[0].startswith("the English files could not be read: https://www.mof.go.jp/")


def test_nothing_arrives_without_a_history():
    found = pull(["10Y", "2Y"], serving(HISTORY=None, HISTORY_JP=None))
    for each in found.values():
        assert isinstance(each, Missed)
        assert "jgbcme_all.csv" in each.error.problem
        assert "jgbcm_all.csv" in each.error.problem


def test_a_missing_current_month_is_said():
    ten = pull(["10Y"], serving(MONTH=None))["10Y"]
    assert list(ten.values) == [3.057]
    assert "English file of the current month could not be read" in ten.notes[0]


def test_a_body_that_was_cut_off_is_asked_for_again(raw):
    whole = (raw / "mof_jgbcme_all_1974_2026-04.csv").read_bytes()
    faults = {pages.HISTORY: [Fault(cut=len(whole) - 9, unannounced=True), Fault(cut=5000)]}
    seen = []
    found = pull(["10Y"], pages.routes(raw), faults, seen)
    assert found["10Y"].values.iloc[-1] == 2.69
    assert [each.key for each in seen].count(pages.HISTORY) == 3


def test_a_body_that_is_always_cut_off_leaves_the_japanese_one():
    cut = {pages.HISTORY: itertools.repeat(Fault(cut=130, unannounced=True))}
    ten = pull(["10Y"], serving(), cut)["10Y"]
    assert list(ten.values) == [3.057]
    assert "was cut off" in ten.notes[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (server.HTML, "a web page came"),
        (pages.english([DAY]).decode().replace("%", "bp").encode(), "with the unit %"),
        (pages.japanese([DAY_JP]).decode("cp932").encode(), "is no header|is not in cp932"),
        (pages.english([DAY.rsplit(",", 1)[0]]), "15 cells stand under 16 columns"),
        (pages.english([DAY.replace("2026/9/30", "2026/9/31")]), "'2026/9/31' is not a date"),
        (pages.english([]), "there are no days"),
    ],
)
def test_what_is_not_the_file_is_refused(body, said):
    ten = pull(["10Y"], serving(HISTORY=body))["10Y"]
    assert ten.notes[0].startswith("the English files could not be read")
    assert any(words in ten.notes[0] for words in said.split("|"))


@pytest.mark.parametrize("cell", ["n.a.", "", "3,057x", "--"])
def test_a_cell_that_is_no_figure_is_an_error_with_line_and_date(cell):
    cells = DAY.split(",")
    cells[CODES.index("10Y") + 1] = f'"{cell}"'
    found = pull(["10Y", "9Y"], serving(HISTORY=pages.english([",".join(cells)])))
    error = found["10Y"].error
    assert f"line 3, 2026/9/30, 10Y: '{cell}' is not a number" in error.problem
    assert list(found["9Y"].values) == [2.926, 2.952]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("S49.9.24", "1974-09-24"),
        ("S64.1.7", "1989-01-07"),
        ("H1.1.8", "1989-01-08"),
        ("平成元年1月8日", "1989-01-08"),
        ("H31.4.30", "2019-04-30"),
        ("R1.5.1", "2019-05-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和 8年 6月30日", "2026-06-30"),
        ("Ｒ８.６.３０", "2026-06-30"),
    ],
)
def test_days_by_era(text, day):
    assert era_date(text, "file") == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    ["S64.1.8", "H1.1.7", "H31.5.1", "R1.4.30", "H0.1.1", "R8.6.31", "M1.1.1", "R8.6", "", "8.6.1"],
)
def test_a_day_that_is_not_in_its_era_is_refused(text):
    with pytest.raises(SourceError, match=f"file: '{text}' is not"):
        era_date(text, "file")


def test_years_by_era():
    labels = {
        "昭和28年": 1953,
        "昭和64年": 1989,
        "平成元年": 1989,
        "平成31年": 2019,
        "令和元年": 2019,
    }
    assert {label: era_year(label, "file") for label in labels} == labels
    for label in ("平成32年", "昭和65年", "令和0年", "1953", "令和6"):
        with pytest.raises(SourceError, match="file: "):
            era_year(label, "file")
