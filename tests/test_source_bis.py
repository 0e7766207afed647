"""The BIS: every figure comes out as published, by CSV and by sdmx1 alike.

The two exports of its portal are real files byte for byte. The service's CSV and SDMX-ML are
built from what it was seen to answer (tests/replay/bis.py), with real figures but for days.
"""

from __future__ import annotations

import csv
import logging
import math
import runpy
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.bis import ADDRESS, BisStatistics
from yenloop.data.sources.bis_answers import read_csv, refuse_damaged_csv
from yenloop.data.sources.bis_sdmx import read_message, refuse_damaged_message
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Body, Missed
from yenloop.data.sources.registry import adapter
from yenloop.errors import BusySourceError, SourceError

REPLAY = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(REPLAY / "server.py")))
bis = SimpleNamespace(**runpy.run_path(str(REPLAY / "bis.py")))
Fault, serve = server.Fault, server.serve

REER, RATE, DAYS = "WS_EER/M.R.B.JP", "WS_CBPOL/M.JP", "WS_CBPOL/D.CA"
KEY = f"{bis.HOST}/api/v1/data/{REER}"
#: Days as the service was seen to answer them: it lists weekends without a figure.
CANADA = [
    ("2014-01-02", "1"),
    ("2014-01-03", "1"),
    ("2014-01-04", "NaN"),
    ("2014-01-05", "NaN"),
    ("2014-01-06", "1"),
]

needs_sdmx = pytest.mark.skipif(find_spec("sdmx") is None, reason="sdmx1 is not installed")
BOTH = pytest.mark.parametrize(
    "sdmx", [False, pytest.param(True, marks=needs_sdmx)], ids=["csv", "sdmx1"]
)


@pytest.fixture
def ask(raw):
    """Fetch from a replay; gives what came by code, and the queries that were sent."""

    def fetch(codes, sdmx, faults=None, routes=None):
        seen = []
        routes = routes or bis.routes(raw, {DAYS: CANADA})
        with serve(routes, faults, seen) as mirror:
            client = Client(mirror=mirror, pace=0.0, pause=lambda _: None)
            found = list(BisStatistics(sdmx).fetch(codes, client))
        assert [each.code for each in found] == list(codes)
        return {each.code: each for each in found}, seen

    return fetch


def body(content):
    return Body(f"{ADDRESS}/{REER}", content, "2026-08-13T08:00:00+00:00")


def series(rows):
    index = pd.PeriodIndex([period for period, _ in rows], freq="M")
    return pd.Series([float(figure) for _, figure in rows], index)


@pytest.mark.parametrize("code", [REER, RATE])
def test_exported_files_come_out_cell_by_cell(ask, raw, code):
    found, _ = ask([code], False, routes=bis.exports(raw))
    content = (raw / bis.EXPORTS[code]).read_bytes()
    assert found[code].bodies[0].content == content
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))[4:]
    period = {REER: 8, RATE: 6}[code]
    assert [str(month) for month in found[code].values.index] == [row[period][:7] for row in rows]
    assert found[code].values.tolist() == [float(row[-1]) for row in rows]
    assert len(rows) == {REER: 385, RATE: 59}[code]
    assert found[code].unit == {REER: "Index, 2020 = 100", RATE: "Per cent per year"}[code]
    assert found[code].updated == {REER: "2026-03-12", RATE: "2025-08-28"}[code]


@BOTH
def test_every_raw_figure_comes_out_built_from_what_was_seen(ask, raw, sdmx):
    expected = {**bis.in_table(raw), REER: bis.in_export(raw, REER)}
    assert len(expected) > 50
    found, seen = ask(list(expected), sdmx)
    for code, rows in expected.items():
        pd.testing.assert_series_equal(found[code].values, series(rows), check_freq=False)
    assert len(seen) == len(expected)


@BOTH
def test_the_policy_rate_is_that_of_the_panel_built_from_what_was_seen(ask, raw, sdmx):
    found, _ = ask([RATE], sdmx)
    panel = pd.read_csv(raw.parent / "monthly_panel.csv", index_col=0)["boj_policy_rate"]
    given = panel.dropna()
    arrived = found[RATE].values.dropna()
    assert [str(month) for month in arrived.index] == [str(month)[:7] for month in given.index]
    assert arrived.tolist() == given.tolist()


@BOTH
def test_days_without_a_figure_stay_built_from_what_was_seen(ask, sdmx):
    found, _ = ask([DAYS], sdmx)
    values = found[DAYS].values
    assert values.index.equals(pd.DatetimeIndex([day for day, _ in CANADA]))
    np.testing.assert_array_equal(values, [1, 1, math.nan, math.nan, 1])


@needs_sdmx
def test_both_ways_say_the_same_but_for_the_way(ask):
    for code in (REER, RATE, DAYS):
        by_csv, by_sdmx = (ask([code], sdmx)[0][code] for sdmx in (False, True))
        pd.testing.assert_series_equal(by_csv.values, by_sdmx.values)
        assert by_csv.unit == by_sdmx.unit != ""
        assert by_csv.title == by_sdmx.title != ""
        assert by_csv.notes == ("read as CSV",)
        assert by_sdmx.notes == ("read as SDMX-ML by sdmx1",)


def test_the_form_that_is_asked_for(ask):
    _, seen = ask([REER], False)
    assert dict(seen[0].query) == {"format": "csv"}
    if find_spec("sdmx"):
        _, seen = ask([REER], True)
        assert dict(seen[0].query) == {}


def test_without_sdmx1_csv_is_taken(monkeypatch):
    monkeypatch.setattr("yenloop.data.sources.bis.find_spec", lambda name: None)
    assert not BisStatistics().sdmx
    monkeypatch.setattr("yenloop.data.sources.bis.find_spec", lambda name: name)
    assert BisStatistics().sdmx
    assert adapter("bis").key == "bis"


@needs_sdmx
def test_sdmx1_gives_no_advice(ask, caplog, capfd):
    before = logging.getLogger("sdmx").level
    ask([REER], True)
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("sdmx").level == before


@BOTH
def test_an_unknown_series_keeps_no_other_back(ask, sdmx):
    found, _ = ask([REER, "WS_EER/M.R.B.ZZ", RATE], sdmx)
    assert isinstance(found[REER], Arrived)
    assert isinstance(found[RATE], Arrived)
    error = str(found["WS_EER/M.R.B.ZZ"].error)
    assert "HTTP 404" in error
    assert "stats.bis.org/api/v1/data/WS_EER/M.R.B.ZZ" in error


@pytest.mark.parametrize(
    "code", ["", "WS_EER", "WS_EER/", "WS_EER/M..B.JP", "WS_EER/M.R.B.JP+US", "WS_EER/M.R.B.*"]
)
def test_what_is_no_code_of_one_series_is_never_sent(ask, code):
    found, seen = ask([code], False)
    assert "WS_EER/M.R.B.JP" in str(found[code].error)
    assert not seen


def test_other_frequencies_are_refused(ask):
    found, seen = ask(["WS_SPP/Q.JP.R.628"], False)
    assert "its frequency is 'Q'" in str(found["WS_SPP/Q.JP.R.628"].error)
    assert not seen


@BOTH
def test_a_web_page_is_refused(ask, sdmx):
    found, _ = ask([REER], sdmx, {KEY: [Fault(content=server.HTML)]})
    assert "web page" in str(found[REER].error)


@BOTH
def test_cut_bodies_are_asked_for_again(ask, sdmx):
    faults = [Fault(cut=900), Fault(cut=900, unannounced=True), Fault(status=503)]
    found, seen = ask([REER], sdmx, {KEY: faults})
    assert len(found[REER].values) == 385
    assert len(seen) == 4


ROWS = [("2026-05", "66.03"), ("2026-06", "65.3")]


def test_a_cut_in_the_csv_is_seen_wherever_it_may_do_harm():
    whole = bis.as_csv(RATE, ROWS)
    for end in range(1, len(whole)):
        cut = body(whole[:end])
        try:
            refuse_damaged_csv(cut)
        except BusySourceError:
            continue
        except SourceError:
            assert whole[:end].endswith(b"\n")
            continue
        read = read_csv(cut, "M.JP").observations if cut.content.count(b"\n") > 1 else []
        assert read in ([], ROWS[:1], ROWS)
        # Lines may be lost with their ends; that is for the connection to notice.
        assert read == ROWS or cut.content.endswith((b"\n", b","))


@pytest.mark.parametrize("code", [REER, RATE])
def test_a_cut_in_an_export_is_seen_within_its_last_line(raw, code):
    whole = (raw / bis.EXPORTS[code]).read_bytes()
    last = whole.rstrip().rfind(b"\n") + 1
    for end in range(last + 1, len(whole)):
        with pytest.raises(BusySourceError):
            refuse_damaged_csv(body(whole[:end]))


def test_a_cut_anywhere_in_the_message_is_seen():
    whole = bis.as_xml(REER, ROWS)
    refuse_damaged_message(body(whole))
    for end in range(1, len(whole)):
        with pytest.raises(BusySourceError):
            refuse_damaged_message(body(whole[:end]))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"66.03", b"n.a.", "2026-05: 'n.a.' is not a number"),
        (b"2026-05", b"2026-13", "'2026-13' is not a date"),
        (b"2026-05", b"2026", "'2026' is not a date"),
        (b"2026-05", b"2026-06", "2026-06 is listed twice, with 66.03 and 65.3"),
    ],
)
@BOTH
def test_damaged_cells_are_refused(ask, sdmx, old, new, said):
    form = bis.as_xml if sdmx else bis.as_csv
    content = form(REER, ROWS).replace(old, new, 1)
    found, _ = ask([REER], sdmx, {KEY: [Fault(content=content)]})
    assert said in str(found[REER].error)


@BOTH
def test_another_series_is_refused(ask, sdmx):
    form = bis.as_xml if sdmx else bis.as_csv
    for other in ("WS_EER/M.R.B.US", "WS_EER/M.N.B.JP", "WS_EER/D.R.B.JP", RATE):
        faults = {KEY: [Fault(content=form(other, ROWS))]}
        found, _ = ask([REER], sdmx, faults)
        assert "in the place of M.R.B.JP" in str(found[REER].error)


def test_several_series_are_refused():
    one, other = bis.as_csv(REER, ROWS), bis.as_csv("WS_EER/M.R.B.US", ROWS)
    with pytest.raises(SourceError, match=r"holds M\.R\.B\.US in the place of M\.R\.B\.JP"):
        read_csv(body(one + other.split(b"\n", 1)[1]), "M.R.B.JP")
    with pytest.raises(SourceError, match="holds no series"):
        read_csv(body(one.split(b"\n", 1)[0] + b"\n"), "M.R.B.JP")


@needs_sdmx
def test_several_series_in_a_message_are_refused():
    one = bis.as_xml(REER, ROWS)
    start, end = one.index(b"<Series"), one.index(b"</Series>") + len(b"</Series>")
    more = one[:end] + one[start:end].replace(b'"JP"', b'"US"') + one[end:]
    with pytest.raises(SourceError, match="holds 2 series"):
        read_message(body(more), "M.R.B.JP")
    with pytest.raises(SourceError, match="holds 0 series"):
        read_message(body(one[:start] + one[end:]), "M.R.B.JP")


def test_a_short_line_is_refused():
    content = bis.as_csv(REER, ROWS).replace(b",A,F,\n", b",A\n", 1)
    refuse_damaged_csv(body(content))
    with pytest.raises(SourceError, match="line 2: "):
        read_csv(body(content), "M.R.B.JP")


def test_other_documents_are_refused():
    with pytest.raises(SourceError, match="no columns of periods and figures"):
        refuse_damaged_csv(body(b"a,b\n1,2\n"))
    with pytest.raises(SourceError, match="'Error' in the place of a message"):
        refuse_damaged_message(body(b"<Error>No results</Error>"))


def test_codes_that_are_not_known_stand_for_their_units(ask):
    content = bis.as_csv(REER, ROWS).replace(b",882,", b",641,")
    found, _ = ask([REER], False, {KEY: [Fault(content=content)]})
    assert found[REER].unit == "641"
    assert not isinstance(found[REER], Missed)
