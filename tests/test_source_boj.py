"""The Bank of Japan's API: every figure comes out as published, whatever the Bank complains of.

Bodies are built from the description of the API (tests/replay/boj.py); the figures in them are
real but for those of daily series and of refused frequencies.
"""

from __future__ import annotations

import json
import math
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import entry
from yenloop.data.sources.boj import ADDRESS, NOTICE, BankOfJapan, metadata
from yenloop.data.sources.boj_answers import Refusal, read
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Body, Missed
from yenloop.data.sources.registry import adapter
from yenloop.errors import BusySourceError, SourceError

REPLAY = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(REPLAY / "server.py")))
bank = SimpleNamespace(**runpy.run_path(str(REPLAY / "boj.py")))
Fault, serve = server.Fault, server.serve

YEN, CONTRACT = "PR01'PRCG20_2600000000", "PR01'PRCG20_2500000000"
DAYS = bank.Stored(
    "FM08",
    "FXERD01",
    "US.Dollar/Yen Spot Rate at 9:00 in JST, Tokyo Market",
    "Yen per U.S. Dollar",
    20261009,
    (20261001, 20261002, 20261003, 20261004, 20261005),
    (157.56, 157.94, None, None, 157.74),
    "DAILY",
)
OTHERS = [
    bank.Stored("CO", f"TK{n}", "A survey", "% points", 20261002, (dates,), (15,), frequency)
    for n, (frequency, dates) in enumerate(
        [
            ("QUARTERLY", 202603),
            ("ANNUAL", 2025),
            ("ANNUAL(MAR)", 2025),
            ("SEMIANNUAL", 202601),
            ("SEMIANNUAL(SEP)", 202601),
            ("WEEKLY(MONDAY)", 20261005),
        ]
    )
]


@pytest.fixture
def ask(raw):
    """Fetch from the replay of the API; gives what came, and the queries that were sent."""

    def fetch(codes, faults=None, **options):
        seen = []
        with serve(bank.routes(raw, **options), faults, seen) as mirror:
            client = Client(mirror=mirror, pace=0.0, pause=lambda _: None)
            found = list(BankOfJapan().fetch(codes, client))
        return {each.code: each for each in found}, [each.query for each in seen], found

    return fetch


def full(series):
    """What the Bank stores, as the adapter should give it."""
    index = pd.PeriodIndex([f"{d // 100}-{d % 100:02d}" for d in series.dates], freq="M")
    return pd.Series([math.nan if v is None else v for v in series.figures], index, float)


def body(content):
    return Body(f"{ADDRESS}/getDataCode", content, "2026-10-09T05:00:00+00:00")


def page(**changes):
    row = {
        "SERIES_CODE": "FXERM07",
        "NAME_OF_TIME_SERIES": "US.Dollar/Yen",
        "UNIT": "Yen per U.S. Dollar",
        "FREQUENCY": "MONTHLY",
        "LAST_UPDATE": 20260903,
        "VALUES": {"SURVEY_DATES": [202607, 202608], "VALUES": [162.45, 158.81]},
    }
    envelope = {
        "STATUS": 200,
        "MESSAGEID": "M181000I",
        "MESSAGE": "Successfully completed",
        "NEXTPOSITION": None,
        "RESULTSET": [row],
    }
    for name, value in changes.items():
        (envelope if name in envelope else row)[name] = value
    return envelope


class Canned:
    """A fetcher with one answer for all queries."""

    def __init__(self, envelope):
        self.content = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()

    def get(self, url, params=None, *, secrets=None, check=None):
        answer = body(self.content)
        check(answer)
        return answer


def only(envelope, code="FM08'FXERM07"):
    (found,) = BankOfJapan().fetch([code], Canned(envelope))
    return found


# ----------------------------------------------------------------------------- figures


def test_every_raw_figure_comes_out_built_from_the_description(ask, raw):
    by_code = {f"{s.database}'{s.code}": s for s in bank.alone(raw)}
    found, queries, _ = ask(list(by_code))
    assert len(found) == 7
    for code, series in by_code.items():
        pd.testing.assert_series_equal(found[code].values, full(series))
        assert found[code].unit == series.unit
        assert found[code].title == series.name
        assert found[code].updated.replace("-", "") == str(series.updated)
        assert found[code].notes == ()
    assert len(queries) == 4  # one a database


def test_the_archive_comes_out_cell_by_cell_built_from_the_description(ask, raw):
    alone = {s.code for s in bank.alone(raw)}
    series = [s for s in bank.in_archive(raw) if s.code not in alone]
    assert len(series) > 3000
    codes = [f"PR01'{s.code}" for s in series]
    found, queries, _ = ask(codes)
    assert max(len(query["code"].split(",")) for query in queries) == 250
    figures = np.array([found[code].values.to_numpy() for code in codes])
    assert figures.shape == (len(series), 77)
    np.testing.assert_array_equal(figures, [s.figures for s in series])
    months = pd.period_range("2020-01", "2026-05", freq="M")
    assert all(found[code].values.index.equals(months) for code in codes)


@pytest.mark.parametrize(("basis", "head"), [("yen", "26"), ("contract", "25")])
def test_groups_of_import_prices_are_the_columns_of_the_panel(raw, basis, head):
    groups = "food textiles metals wood petroleum chemicals machinery electronics transport other"
    panel = pd.read_csv(raw.parent / "monthly_panel.csv", index_col=0)
    figures = {series.code: series.figures for series in bank.in_archive(raw)}
    for place, group in enumerate(groups.split(), start=1):
        column = panel[f"import_{group}_{basis}_2020on"].dropna()
        np.testing.assert_array_equal(figures[f"PRCG20_{head}{place:03d}20001"], column)


def test_days_without_a_figure_stay_built_from_the_description(ask):
    found, _, _ = ask(["FM08'FXERD01"], extra=[DAYS])
    values = found["FM08'FXERD01"].values
    assert values.index.equals(pd.DatetimeIndex([f"2026-10-0{day}" for day in range(1, 6)]))
    np.testing.assert_array_equal(values, [157.56, 157.94, math.nan, math.nan, 157.74])


def test_each_code_comes_once_built_from_the_description(ask):
    _, queries, stream = ask([YEN, "no code", YEN, "no code"])
    assert sorted(each.code for each in stream) == [YEN, "no code"]
    assert len(queries) == 1


def test_letters_may_be_small_built_from_the_description(ask):
    found, _, _ = ask(["pr01'prcg20_2600000000"])
    assert len(found["pr01'prcg20_2600000000"].values) == 800


# ----------------------------------------------------------------------------- pages


@pytest.mark.parametrize(("points", "pages"), [(1, 4), (801, 4), (1500, 3), (3000, 2), (3020, 1)])
def test_pages_are_joined_built_from_the_description(ask, raw, points, pages):
    series = [s for s in bank.alone(raw) if s.database == "PR01"]
    found, queries, _ = ask([f"PR01'{s.code}" for s in series], points=points)
    for each in series:
        code = f"PR01'{each.code}"
        pd.testing.assert_series_equal(found[code].values, full(each))
        assert len(found[code].bodies) == 1
    assert len(queries) == pages
    assert "startPosition" not in queries[0]


def test_a_series_on_two_pages_is_joined_built_from_the_description():
    class Pages:
        def get(self, url, params=None, *, secrets=None, check=None):
            second = "startPosition" in params
            row = {"SURVEY_DATES": [202608 if second else 202607], "VALUES": [float(second)]}
            answer = body(json.dumps(page(VALUES=row, NEXTPOSITION=None if second else 2)).encode())
            check(answer)
            return answer

    codes = ["FM08'FXERM07", "FM08'FXERM06"]
    joined, missing = BankOfJapan().fetch(codes, Pages())
    assert joined.values.tolist() == [0.0, 1.0]
    assert len(joined.bodies) == 2
    assert isinstance(missing, Missed)


@pytest.mark.parametrize("following", [1, 2, 3, 1000])
def test_pages_that_lead_nowhere_are_refused_built_from_the_description(following):
    found = only(page(NEXTPOSITION=following))
    assert "next page would begin at" in str(found.error)


# ----------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("http_status", [False, True], ids=["HTTP 200", "HTTP as the body"])
def test_unknown_codes_keep_no_other_back_built_from_the_description(ask, http_status):
    codes = ["PR01'NONE1", YEN, "PR01'NONE2", "PR01'NONE3", CONTRACT, "PR01'NONE4"]
    found, queries, stream = ask(codes, http_status=http_status)
    assert sorted(each.code for each in stream) == sorted(codes)
    for code in codes:
        if "NONE" in code:
            error = found[code].error
            assert "Nonexistent series code" in str(error)
            assert "Bank of Japan" in str(error)
            assert "www.stat-search.boj.or.jp" in str(error)
        else:
            assert len(found[code].values) > 600
    assert len(queries) == 5


def test_one_unknown_code_alone_is_missed_built_from_the_description(ask):
    found, queries, _ = ask(["PR01'NONE"])
    assert isinstance(found["PR01'NONE"], Missed)
    assert len(queries) == 1


def test_frequencies_are_asked_apart_built_from_the_description(ask):
    month = replace(DAYS, code="FXERM06", dates=(202607, 202608), figures=(1, 2))
    days = [replace(DAYS, code=f"FXERD0{n}") for n in range(1, 5)]
    months = [replace(month, code=f"FXERM0{n}", frequency="MONTHLY") for n in range(1, 5)]
    mixed = [s for pair in zip(days, months, strict=True) for s in pair]
    found, _, stream = ask([f"FM08'{s.code}" for s in mixed], extra=mixed)
    assert len(stream) == 8
    for each in stream:
        assert isinstance(each, Arrived)
    assert isinstance(found["FM08'FXERD02"].values.index, pd.DatetimeIndex)
    assert isinstance(found["FM08'FXERM02"].values.index, pd.PeriodIndex)


def test_other_frequencies_are_refused_by_name_built_from_the_description(ask):
    found, _, stream = ask([f"CO'TK{n}" for n in range(6)], extra=OTHERS)
    assert len(stream) == 6
    for series in OTHERS:
        error = str(found[f"CO'{series.code}"].error)
        assert f"'{series.frequency}'; monthly and daily series are read" in error


@pytest.mark.parametrize("message_id", ["M181013E", "M181014E"])
def test_without_a_position_the_codes_are_halved_built_from_the_description(message_id):
    """A Bank that says no more than that something is wrong with one of the codes."""

    class Vague:
        calls = 0

        def get(self, url, params=None, *, secrets=None, check=None):
            self.calls += 1
            names = params["code"].split(",")
            good = page(VALUES={"SURVEY_DATES": [202608], "VALUES": [1.0]})
            good["RESULTSET"] = [{**good["RESULTSET"][0], "SERIES_CODE": name} for name in names]
            bad = {"STATUS": 400, "MESSAGEID": message_id, "MESSAGE": "No.", "DATE": ""}
            answer = body(json.dumps(bad if "BAD" in names else good).encode())
            check(answer)
            return answer

    vague = Vague()
    codes = [f"FM08'S{n}" for n in range(20)] + ["FM08'BAD"] + [f"FM08'T{n}" for n in range(20)]
    found = list(BankOfJapan().fetch(codes, vague))
    assert [each.code for each in found if isinstance(each, Missed)] == ["FM08'BAD"]
    assert sorted(each.code for each in found) == sorted(codes)
    assert vague.calls <= 13


def test_a_wrong_database_is_asked_for_once_built_from_the_description(ask):
    found, queries, _ = ask(["XX01'A", "XX01'B", YEN])
    assert "Invalid database name" in str(found["XX01'A"].error)
    assert isinstance(found[YEN], Arrived)
    assert len(queries) == 2


@pytest.mark.parametrize("code", ["PRCG20_2600000000", "PR01'", "'X", "PR01'A B", "PR01'A,B", ""])
def test_what_is_no_code_is_never_sent_built_from_the_description(ask, code):
    found, queries, _ = ask([code, YEN])
    assert "FM08'FXERM07" in str(found[code].error)
    assert isinstance(found[YEN], Arrived)
    assert len(queries) == 1


def test_success_without_data_is_missed_built_from_the_description(ask):
    empty = replace(DAYS, figures=(None,) * 5)
    found, _, _ = ask(["FM08'FXERD01"], extra=[empty])
    assert "no figures" in str(found["FM08'FXERD01"].error)
    without = {"STATUS": 200, "MESSAGEID": "M181030I", "MESSAGE": "", "NEXTPOSITION": None}
    assert "no figures" in str(only(without).error)


# ----------------------------------------------------------------------------- broken answers


@pytest.mark.parametrize("status", [500, 503])
def test_a_busy_bank_is_asked_again_built_from_the_description(ask, status):
    busy = {"STATUS": status, "MESSAGEID": "M181090S", "MESSAGE": "Unexpected error"}
    faults = {bank.DATA: [Fault(content=json.dumps(busy).encode())] * 3}
    found, queries, _ = ask([YEN], faults)
    assert len(found[YEN].values) == 800
    assert len(queries) == 4


def test_a_cut_anywhere_is_seen_built_from_the_description():
    whole = json.dumps(page()).encode()
    read(body(whole))
    for end in range(1, len(whole)):
        with pytest.raises(BusySourceError, match="cut off"):
            read(body(whole[:end]))


def test_cut_bodies_are_asked_for_again_built_from_the_description(ask):
    faults = {bank.DATA: [Fault(cut=1000), Fault(cut=1000, unannounced=True), Fault(reset=True)]}
    found, queries, _ = ask([YEN], faults)
    assert len(found[YEN].values) == 800
    assert len(queries) == 4


def test_a_web_page_is_refused_built_from_the_description(ask):
    found, _, _ = ask([YEN], {bank.DATA: [Fault(content=server.HTML)]})
    assert "web page" in str(found[YEN].error)


def test_a_wrong_encoding_is_refused_built_from_the_description():
    shift_jis = json.dumps(page(UNIT="円"), ensure_ascii=False).encode("cp932")
    assert "not in utf-8" in str(only(shift_jis).error)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"VALUES": {"SURVEY_DATES": [202607], "VALUES": [1, 2]}}, "does not pair dates"),
        ({"VALUES": [1, 2]}, "does not pair dates"),
        ({"VALUES": {"SURVEY_DATES": [20260701], "VALUES": [1]}}, "'20260701' is not a date"),
        ({"VALUES": {"SURVEY_DATES": [202613], "VALUES": [1]}}, "'202613' is not a date"),
        ({"VALUES": {"SURVEY_DATES": ["2026-7"], "VALUES": [1]}}, "'2026-7' is not a date"),
        ({"VALUES": {"SURVEY_DATES": [202607], "VALUES": ["n.a."]}}, "202607: 'n.a.' is not a"),
        ({"VALUES": {"SURVEY_DATES": [202607], "VALUES": [True]}}, "202607: True is not a number"),
        ({"VALUES": {"SURVEY_DATES": [202607], "VALUES": [math.nan]}}, "NaN is no figure"),
        ({"VALUES": {"SURVEY_DATES": [202607], "VALUES": [math.inf]}}, "Infinity is no figure"),
        (
            {"VALUES": {"SURVEY_DATES": [202607, 202607], "VALUES": [1.5, 2]}},
            "2026-07 is listed twice, with 1.5 and 2.0",
        ),
        ({"FREQUENCY": ""}, "its frequency is ''"),
        ({"SERIES_CODE": "ANOTHER"}, "holds no figures of it"),
        ({"RESULTSET": None}, "no RESULTSET"),
        ({"RESULTSET": ["FXERM07"]}, "no RESULTSET"),
        ({"STATUS": "fine"}, "the STATUS 'fine'"),
        ({"NEXTPOSITION": "soon"}, "NEXTPOSITION is 'soon'"),
    ],
)
def test_what_is_not_as_documented_is_refused_built_from_the_description(changes, said):
    found = only(page(**changes))
    assert isinstance(found, Missed)
    assert said in str(found.error)
    assert not isinstance(found.error, BusySourceError)


def test_a_date_twice_with_one_figure_is_noted_built_from_the_description():
    values = {"SURVEY_DATES": [202607, 202608, 202607], "VALUES": [1.5, 2, 1.5]}
    found = only(page(VALUES=values))
    assert found.values.tolist() == [1.5, 2.0]
    assert found.notes == ("listed twice with the same figure: 2026-07",)


def test_figures_may_be_texts_and_names_japanese_built_from_the_description():
    values = {"SURVEY_DATES": ["202607", "202608"], "VALUES": ["162.45", None]}
    envelope = page(VALUES=values, UNIT=None, LAST_UPDATE=None, UNIT_J="円")
    found = only(envelope)
    np.testing.assert_array_equal(found.values, [162.45, math.nan])
    assert (found.unit, found.updated) == ("円", "")


@pytest.mark.parametrize(
    ("message", "position"),
    [
        ("Nonexistent series code：2", 1),
        ("指定した系列コードは存在しません。：12番目のコード", 11),
        ("Nonexistent series code", None),
        ("Nonexistent series code：0", None),
    ],
)
def test_the_position_is_read_in_both_languages(message, position):
    refused = {"STATUS": 400, "MESSAGEID": "M181013E", "MESSAGE": message, "DATE": ""}
    with pytest.raises(Refusal) as caught:
        read(body(json.dumps(refused).encode()))
    assert caught.value.position == position
    assert caught.value.message_id == "M181013E"


# ----------------------------------------------------------------------------- catalogue


def test_the_catalogue_of_a_database_built_from_the_description(raw):
    with serve(bank.routes(raw)) as mirror:
        client = Client(mirror=mirror, pace=0.0)
        found = metadata("fm09", client)
        prices = metadata("PR01", client)
        with pytest.raises(SourceError, match="Invalid database name"):
            metadata("XX01", client)
    assert found.index.tolist() == ["FM09'FX180110001"]
    assert found.loc["FM09'FX180110001"].to_dict() == {
        "name": "Nominal Effective Exchange Rate",
        "category": "",
        "unit": "CY 2020=100",
        "frequency": "monthly",
        "first": "197001",
        "last": "202608",
        "updated": "2026-09-25",
    }
    assert len(prices) == 3042
    assert "輸入物価指数/円ベース" in prices.loc["PR01'PRCG20_2600120001", "category"]


def test_the_bank_gets_its_notice():
    assert adapter("boj").notice == NOTICE
    assert entry("import_price_yen").credit.endswith(NOTICE)
