"""Oil prices come out cell by cell, by the EIA's pages or FRED's copy; no key is ever shown."""

from __future__ import annotations

import json
import runpy
import traceback
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.eia import SpotPrices
from yenloop.data.sources.fred import Fred
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.registry import adapter
from yenloop.data.sources.staging import Staging

HERE = Path(__file__).parent / "replay"
replay = SimpleNamespace(**runpy.run_path(str(HERE / "server.py")))
eia = SimpleNamespace(**runpy.run_path(str(HERE / "eia.py")))
fred = SimpleNamespace(**runpy.run_path(str(HERE / "fred.py")))
Answer, Fault, serve = replay.Answer, replay.Fault, replay.serve

CODES = {
    "RBRTE/M": "eia_brent_monthly.csv",
    "RBRTE/D": "eia_brent_daily.csv",
    "RWTC/M": "eia_wti_monthly.csv",
    "RWTC/D": "eia_wti_daily.csv",
}
KEYED = SpotPrices(api_key=eia.KEY, fred=Fred(api_key=""))
KEYLESS = SpotPrices(api_key="", fred=Fred(api_key=""))
ROWS = [("2020-03", "32.01"), ("2020-04", "18.38"), ("2020-05", None), ("2020-06", "-1.5")]


def fetch(source, codes, routes, faults=None, seen=None, **options):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pace=0.0, pause=lambda seconds: None, **options)
        return list(source.fetch(codes, client))


def answering(rows=ROWS):
    return {eia.DATA: lambda query: eia.answer(query, rows)}


def only(routes, code="RBRTE/M", source=KEYED, **more):
    (found,) = fetch(source, [code], routes, **more)
    return found


def sending(content, **options):
    return {eia.DATA: lambda query: Answer(content, **options)}


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    monkeypatch.delenv("EIA_API_KEY", raising=False)
    monkeypatch.delenv("FRED_API_KEY", raising=False)


@pytest.fixture(scope="module")
def both(raw):
    """All four series, by the EIA's API and from FRED's copy."""
    return fetch(KEYED, CODES, eia.routes(raw)), fetch(KEYLESS, CODES, fred.routes(raw))


def test_every_price_of_the_raw_files_comes_out(raw, both):
    for all_found in both:
        for found, (code, name) in zip(all_found, CODES.items(), strict=True):
            assert isinstance(found, Arrived), found
            expected = pd.read_csv(raw / name, index_col=0, parse_dates=True)["Price"]
            if code.endswith("M"):
                expected.index = expected.index.to_period("M")
            shown = found.values.dropna()
            assert found.code == code
            assert shown.index.equals(expected.index)
            np.testing.assert_array_equal(shown, expected)


def test_frequency_unit_and_title_are_those_of_the_eia(both):
    for found in both[0]:
        assert isinstance(found.values.index, pd.PeriodIndex) == found.code.endswith("M")
        assert found.unit == "$/BBL"
        assert found.title.endswith("Spot Price FOB (Dollars per Barrel)")
        assert found.notes == ()


def test_negative_prices_are_prices(both):
    by_code = {found.code: found.values for found in both[0]}
    assert by_code["RWTC/D"]["2020-04-20"] == -36.98


def test_long_answers_come_in_pages_built_from_the_description(raw, both):
    seen = []
    found = only(eia.routes(raw), "RWTC/D", seen=seen)
    assert [request.query["offset"] for request in seen] == ["0", "5000", "10000"]
    assert {request.query["sort[0][direction]"] for request in seen} == {"asc"}
    assert len(found.bodies) == 3
    assert len(found.values) == 10_226


def test_a_copy_says_that_it_is_one(both):
    notes = [found.notes for found in both[1]]
    assert notes[:2] == [
        ("no EIA_API_KEY is set: FRED's copy MCOILBRENTEU",),
        ("no EIA_API_KEY is set: FRED's copy DCOILBRENTEU",),
    ]
    assert all("fred.stlouisfed.org" in found.bodies[0].url for found in both[1])


def test_the_notice_is_that_of_the_service_that_was_asked():
    assert KEYED.notice == KEYLESS.notice == ""
    assert "FRED® API" in SpotPrices(api_key="", fred=Fred(api_key=fred.KEY)).notice


def test_a_copy_that_cannot_be_had_is_missed():
    (found,) = fetch(KEYLESS, ["RWTC/M"], {fred.GRAPH: lambda query: Answer(replay.HTML)})
    assert isinstance(found, Missed)
    assert found.code == "RWTC/M"
    assert "a web page" in found.error.problem


def test_a_month_without_a_price_stays_empty_built_from_the_description():
    found = only(answering())
    np.testing.assert_array_equal(found.values, [32.01, 18.38, np.nan, -1.5])
    assert found.values.index.astype(str).tolist() == [period for period, _ in ROWS]


def test_numbers_may_come_as_numbers_built_from_the_description():
    assert only(answering([("2020-03", 32.01), ("2020-04", 18)])).values.tolist() == [32.01, 18.0]


def test_a_period_listed_twice_built_from_the_description():
    found = only(answering([*ROWS, ROWS[0]]))
    assert found.notes == ("listed twice with the same figure: 2020-03",)
    assert len(found.values) == 4
    missed = only(answering([*ROWS, ("2020-03", "32.02")]))
    assert "2020-03 is listed twice, with 32.01 and 32.02" in missed.error.problem


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("2020-03", "n/a")], "2020-03: 'n/a' is not a number"),
        ([("2020-03", "Infinity")], "'Infinity' is not a number"),
        ([("2020-03-15", "1")], "'2020-03-15' is not a date"),
        ([("2020", "1")], "'2020' is not a date"),
        ([(None, "1")], "'None' is not a date"),
        ([("2020-03", None)], "there are no figures"),
        ([], "0 rows were announced and 0 came"),
    ],
)
def test_rows_that_cannot_be_read_are_refused_built_from_the_description(rows, words):
    found = only(answering(rows))
    assert isinstance(found, Missed)
    assert words in found.error.problem


def test_rows_of_another_series_are_refused_built_from_the_description():
    other = {eia.DATA: lambda query: eia.answer({**query, "facets[series][]": "RWTC"}, ROWS)}
    assert "a row of the series 'RWTC' came" in only(other).error.problem


def test_rows_that_stay_away_are_an_error_built_from_the_description():
    body = {"response": {"total": "9", "data": []}}
    found = only(sending(json.dumps(body).encode()))
    assert "9 rows were announced and 0 came" in found.error.problem


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "Invalid facet 'x' provided.", "code": 400}, "Invalid facet 'x' provided."),
        ({"error": {"code": "API_KEY_MISSING", "message": "No api_key"}}, "answers: No api_key"),
        ({"response": {"total": "3"}}, "holds no rows"),
        ({"response": {"total": "many", "data": []}}, "holds no rows"),
        ({"response": {"total": "1", "data": ["x"]}}, "holds no rows"),
        ([], "holds no rows"),
        ("nothing", "holds no rows"),
    ],
)
def test_errors_under_status_200_are_recognised(body, words):
    found = only(sending(json.dumps(body).encode()))
    assert words in found.error.problem
    assert found.error.remedy


def test_a_web_page_is_refused():
    assert "a web page" in only(sending(replay.HTML)).error.problem


def test_a_body_cut_off_is_asked_for_again():
    cut = Fault(cut=120, unannounced=True)
    assert isinstance(only(answering(), faults={eia.DATA: [cut, cut]}), Arrived)
    found = only(answering(), faults={eia.DATA: repeat(cut)})
    assert "cut off, or is not JSON" in found.error.problem


def test_a_server_that_is_busy_is_asked_again():
    busy = [Fault(status=429), Fault(status=503), Fault(reset=True)]
    assert isinstance(only(answering(), faults={eia.DATA: busy}), Arrived)


def test_an_unknown_price_leaves_the_others():
    missed, arrived = fetch(KEYED, ["RNGWHHD/D", "RBRTE/M", "RBRTE/M"], answering())
    assert "'RNGWHHD/D' is not a spot price" in missed.error.problem
    assert "RBRTE/M, RBRTE/D, RWTC/M, RWTC/D" in missed.error.remedy
    assert isinstance(arrived, Arrived)


def test_keys_come_from_the_environment(monkeypatch):
    assert adapter("eia") == KEYLESS
    monkeypatch.setenv("EIA_API_KEY", f"{eia.KEY}\n")
    monkeypatch.setenv("FRED_API_KEY", "another")
    assert adapter("eia") == SpotPrices(api_key=eia.KEY, fred=Fred(api_key="another"))


def test_the_key_is_nowhere_but_in_the_request(tmp_path):
    seen, secret = [], "s3cret/key+of=somebody"
    source = SpotPrices(api_key=secret)
    accepting = {eia.DATA: lambda query: eia.answer({**query, "api_key": eia.KEY}, ROWS)}
    staging = Staging(tmp_path, lambda folder, error: error)
    found = only(accepting, source=source, seen=seen, staging=staging)
    assert [request.query["api_key"] for request in seen] == [secret]
    assert secret not in repr(source) + repr(found)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert stored
    assert secret.encode() not in stored

    wrong = only(answering(), source=source).error
    assert "API_KEY_INVALID" in wrong.problem
    assert "key" in wrong.remedy
    repeating = {eia.DATA: lambda query: Answer(json.dumps({"error": query["api_key"]}).encode())}
    dead = {eia.DATA: repeat(Fault(reset=True))}
    for error in (
        wrong,
        only(repeating, source=source).error,
        only(accepting, source=source, faults=dead).error,
    ):
        assert secret not in "".join(traceback.format_exception(error)) + repr(error)
