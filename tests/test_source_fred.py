"""FRED comes out cell by cell, alike with and without a key; no answer is misread, no key shown."""

from __future__ import annotations

import json
import pickle
import runpy
import traceback
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.fred import Fred, FredClient, key_of_environment
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.registry import adapter
from yenloop.data.sources.staging import Staging
from yenloop.errors import SourceError

HERE = Path(__file__).parent / "replay"
replay = SimpleNamespace(**runpy.run_path(str(HERE / "server.py")))
fred = SimpleNamespace(**runpy.run_path(str(HERE / "fred.py")))
Answer, Fault, serve = replay.Answer, replay.Fault, replay.serve

CSV = b"observation_date,GS10\n2026-07-01,4.51\n2026-08-01,\n2026-09-01,.\n2026-10-01,-0.25\n"
MONTHS = {"2026-07-01": "4.51", "2026-08-01": "", "2026-09-01": "", "2026-10-01": "-0.25"}
KEYED = Fred(api_key=fred.KEY)
KEYLESS = Fred(api_key="")


def client(mirror, **options):
    return Client(mirror=mirror, pace=0.0, pause=lambda seconds: None, **options)


def chart(content, **options):
    return {fred.GRAPH: lambda query: Answer(content, **options)}


def api(figures=MONTHS, **options):
    return fred.api_routes(lambda code: figures if code == "GS10" else None, **options)


def fetch(source, codes, routes, faults=None, seen=None, **options):
    with serve(routes, faults, seen) as mirror:
        return list(source.fetch(codes, client(mirror, **options)))


def only(source, routes, code="GS10", **more):
    (found,) = fetch(source, [code], routes, **more)
    return found


@pytest.fixture(autouse=True)
def no_key(monkeypatch):
    monkeypatch.delenv("FRED_API_KEY", raising=False)


@pytest.fixture(scope="module")
def everything(raw):
    """All series with raw files, fetched without and with a key, by code."""
    with serve(fred.routes(raw)) as mirror:
        return {
            source: {found.code: found for found in source.fetch(fred.FILES, client(mirror))}
            for source in (KEYLESS, KEYED)
        }


def read_raw(raw, name):
    """The raw file, read by pandas."""
    frame = pd.read_csv(raw / name, na_values=".")
    if "Country" in frame:
        frame = frame[frame["Country"] == "Japan"]
    figure = "Close" if name.startswith("yahoo") else frame.columns[-1]
    figures = frame[figure].round(2) if name.startswith("yahoo") else frame[figure]
    dates = pd.to_datetime(frame.iloc[:, 0].str[:10])
    return pd.Series(figures.to_numpy(), dates)


@pytest.mark.parametrize("source", [KEYLESS, KEYED], ids=["keyless", "keyed"])
def test_every_figure_of_the_raw_files_comes_out(raw, everything, source):
    cells = 0
    for code, names in fred.FILES.items():
        found = everything[source][code]
        assert isinstance(found, Arrived), found
        for name in names:
            expected = read_raw(raw, name)
            if isinstance(found.values.index, pd.PeriodIndex):
                expected.index = expected.index.to_period("M")
            got = found.values.reindex(expected.index)
            shown = expected.notna()
            np.testing.assert_array_equal(got[shown], expected[shown], err_msg=name)
            assert expected.index.isin(found.values.index).all()
            cells += len(expected)
        assert found.values.dtype == "float64"
        assert found.values.index.is_monotonic_increasing
        assert found.values.index.is_unique
    assert cells > 200_000


def test_both_ways_give_the_same_series(everything):
    for code in fred.FILES:
        keyless, keyed = everything[KEYLESS][code], everything[KEYED][code]
        pd.testing.assert_series_equal(keyless.values, keyed.values)
        assert keyless.code == keyed.code == code
        assert keyless.notes == keyed.notes


def test_months_are_periods_and_days_are_dates(everything):
    for code in ("CPIAUCSL", "EXJPUS", "IRSTCI01JPM156N", "M2SL"):
        assert everything[KEYLESS][code].values.index.freqstr == "M"
    for code in ("DGS10", "DEXJPUS", "SP500", "VIXCLS", "DCOILBRENTEU"):
        assert isinstance(everything[KEYLESS][code].values.index, pd.DatetimeIndex)
    # Listed without a figure: the shutdown of 2025 left no survey.
    prices = everything[KEYLESS]["CPIAUCSL"].values
    assert prices.index[prices.isna()].astype(str).tolist() == ["2025-10"]


def test_monthly_treasury_yields_come_out(raw):
    with serve(fred.routes(raw)) as mirror:
        found = only_arrived(KEYLESS.fetch(["GS10"], client(mirror)))
    published = {"1962-02": 4.04, "2025-03": 4.28, "2025-04": 4.28, "2024-10": 4.10}
    assert {month: found.values[month] for month in published} == published
    assert str(found.values.index[-1]) == "2026-07"


def only_arrived(found):
    (series,) = found
    assert isinstance(series, Arrived), series
    return series


def test_a_key_brings_unit_title_and_update():
    found = only(KEYED, api())
    assert found.unit == "Percent"
    assert found.title.endswith("10-Year Constant Maturity")
    assert found.updated == "2026-11-20 15:16:23-06"
    assert [body.url.partition("?")[2] for body in found.bodies] == ["series_id=GS10"] * 2
    assert (only(KEYLESS, chart(CSV)).unit, KEYLESS.notice) == ("", "")
    assert KEYED.notice.startswith("This product uses the FRED® API but is not endorsed")


def test_figures_and_their_absence_are_read_as_written():
    for found in (only(KEYLESS, chart(CSV)), only(KEYED, api())):
        assert found.values.index.astype(str).tolist() == [day[:7] for day in MONTHS]
        np.testing.assert_array_equal(found.values, [4.51, np.nan, np.nan, -0.25])


@pytest.mark.parametrize("header", [b"DATE,GS10", b"\xef\xbb\xbfobservation_date,GS10"])
def test_headers_of_other_years_are_read(header):
    old = CSV.replace(b"observation_date,GS10", header).replace(b"\n", b"\r\n")
    pd.testing.assert_series_equal(
        only(KEYLESS, chart(old)).values, only(KEYLESS, chart(CSV)).values
    )


def test_long_answers_come_in_pages():
    days = pd.date_range("2000-01-01", periods=250)
    figures = {f"{day:%Y-%m-%d}": f"{at / 4}" for at, day in enumerate(days)}
    seen = []
    found = only(KEYED, api(figures, rows_a_page=100), seen=seen)
    np.testing.assert_array_equal(found.values, np.arange(250) / 4)
    assert [request.query.get("offset") for request in seen[1:]] == [None, "100", "200"]
    assert len(found.bodies) == 4


def test_a_page_that_stays_away_is_an_error():
    with_gap = api(rows_a_page=2)
    page = with_gap[fred.OBSERVATIONS]
    with_gap[fred.OBSERVATIONS] = lambda query: (
        Answer(b'<observations count="4"></observations>') if "offset" in query else page(query)
    )
    found = only(KEYED, with_gap)
    assert "announced 4 rows and sent 2" in found.error.problem


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("SP500", "last ten years only"),
        ("BAMLH0A0HYM2", "last three years only"),
        ("NIKKEI225", "copyright of Nikkei Inc."),
    ],
)
def test_terms_and_limits_of_series_are_said(code, words):
    dates = CSV.replace(b"GS10", code.encode())
    figures = fred.api_routes(lambda asked: MONTHS if asked == code else None)
    for found in (only(KEYLESS, chart(dates), code), only(KEYED, figures, code)):
        assert words in " ".join(found.notes)


@pytest.mark.parametrize(
    ("spacing", "frequency"),
    [("W-FRI", "weekly"), ("QS", "quarterly"), ("YS", "annual"), ("2W", "14 days apart")],
)
def test_other_calendars_are_refused(spacing, frequency):
    figures = {f"{day:%Y-%m-%d}": "1" for day in pd.date_range("2020", periods=9, freq=spacing)}
    rows = "".join(f"{day},1\n" for day in figures)
    content = f"observation_date,GS10\n{rows}".encode()
    for found in (only(KEYLESS, chart(content)), only(KEYED, api(figures))):
        assert isinstance(found, Missed)
        assert "FRED GS10" in found.error.problem
        assert frequency in found.error.problem


def test_a_single_date_does_not_show_its_calendar():
    found = only(KEYLESS, chart(b"observation_date,GS10\n2026-07-01,4.51\n"))
    assert "one date only (2026-07-01)" in found.error.problem


def test_an_unknown_series_leaves_the_others(raw):
    with serve(fred.routes(raw)) as mirror:
        for source, words in ((KEYLESS, "HTTP 404"), (KEYED, "The series does not exist")):
            missed, arrived = source.fetch(["NOSUCH", "FEDFUNDS", "NOSUCH"], client(mirror))
            assert (missed.code, arrived.code) == ("NOSUCH", "FEDFUNDS")
            assert words in missed.error.problem
            assert "NOSUCH" in missed.error.problem
            assert len(arrived.values) == 865


@pytest.mark.parametrize("code", ["", "GS10&api_key=x", "../GS10", "GS 10", "日経"])
def test_what_cannot_be_an_id_is_not_asked_for(code):
    seen = []
    for source in (KEYLESS, KEYED):
        (found,) = fetch(source, [code], {}, seen=seen)
        assert "is not an id of FRED" in found.error.problem
    assert not seen


@pytest.mark.parametrize("source", [KEYLESS, KEYED], ids=["keyless", "keyed"])
def test_a_web_page_under_status_200_is_refused(source):
    routes = {key: lambda query: Answer(replay.HTML) for key in (fred.GRAPH, fred.API)}
    found = only(source, routes)
    assert "a web page came in the place of figures, titled 'Error'" in found.error.problem


@pytest.mark.parametrize("kept", [30, 45, len(CSV) - 1])
def test_a_csv_cut_off_is_asked_for_again(kept):
    cut = Fault(cut=kept, unannounced=True)
    whole = only(KEYLESS, chart(CSV), faults={fred.GRAPH: [cut, cut]})
    assert len(whole.values) == 4
    found = only(KEYLESS, chart(CSV), faults={fred.GRAPH: repeat(cut)})
    assert "cut off after" in found.error.problem


def test_xml_cut_off_is_asked_for_again():
    cuts = [Fault(cut=kept, unannounced=True) for kept in (60, 200, 280)]
    whole = only(KEYED, api(), faults={fred.OBSERVATIONS: cuts})
    assert len(whole.values) == 4
    found = only(KEYED, api(), faults={fred.OBSERVATIONS: repeat(cuts[-1])})
    assert "cut off, or is not XML" in found.error.problem


def test_a_server_that_is_busy_is_asked_again():
    busy = [Fault(status=503), Fault(status=429), Fault(reset=True)]
    for source, routes, key in ((KEYLESS, chart(CSV), fred.GRAPH), (KEYED, api(), fred.API)):
        assert isinstance(only(source, routes, faults={key: busy}), Arrived)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"date,value\n2026-07-01,4.51\n2026-08-01,1\n", "first line is 'date,value'"),
        (CSV.replace(b"GS10", b"GS2"), "first line is 'observation_date,gs2'"),
        (CSV.replace(b"4.51", b"4,51"), "line 2: 3 cells"),
        (CSV.replace(b"4.51", b"n/a"), "line 2 (2026-07-01): 'n/a' is not a number"),
        (CSV.replace(b"4.51", b"nan"), "'nan' is not a number"),
        (CSV.replace(b"4.51", b"inf"), "'inf' is not a number"),
        (CSV.replace(b"2026-07-01", b"07/01/2026"), "line 2: '07/01/2026' is not a date"),
        (CSV.replace(b"2026-07-01", b"2026-08-01"), "2026-08 is listed twice, with 4.51 and no"),
        (b"observation_date,GS10\n", "there are no figures"),
        (b"observation_date,GS10\n2026-07-01,.\n2026-08-01,.\n", "there are no figures"),
        ("observation_date,GS10\n2026-07-01,４\n".encode("shift-jis"), "not in utf-8"),
    ],
)
def test_a_csv_that_cannot_be_read_is_refused(content, words):
    found = only(KEYLESS, chart(content))
    assert isinstance(found, Missed)
    assert words in found.error.problem
    assert found.error.remedy


def observations(*rows):
    """XML with rows of (date, figure), as they stand."""
    lines = "".join(
        f'<observation realtime_start="{fred.TODAY}" realtime_end="{fred.TODAY}" date="{day}" '
        f'value="{figure}"/>'
        for day, figure in rows
    )
    body = f'<observations count="{len(rows)}">{lines}</observations>'.encode()
    return {**api(), fred.OBSERVATIONS: lambda query: Answer(body)}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("2026-07-01", "nan"), ("2026-08-01", "1")], "2026-07-01: 'nan' is not a number"),
        ([("2026-07-01", ""), ("2026-08-01", "1")], "2026-07-01: '' is not a number"),
        ([("2026-07-01", "1e999"), ("2026-08-01", "1")], "'1e999' is not a number"),
        ([("July 2026", "1"), ("2026-08-01", "1")], "FRED GS10: Invalid isoformat string"),
        ([("2026-07-01", "1"), ("2026-07-01", "2"), ("2026-08-01", "3")], "with 1.0 and 2.0"),
        ([("2026-07-01", "1"), ("2026-07-01", "."), ("2026-08-01", "3")], "with 1.0 and no figure"),
        ([], "there are no figures"),
    ],
)
def test_xml_that_fredapi_would_take_is_read_strictly(rows, words):
    found = only(KEYED, observations(*rows))
    assert isinstance(found, Missed)
    assert words in found.error.problem


def test_dates_listed_twice_alike_are_kept_once_and_noted():
    twice = [(day, figure or ".") for day, figure in MONTHS.items()]
    twice += [twice[0], twice[1]]
    rows = "".join(f"{day},{figure}\n" for day, figure in twice)
    for found in (
        only(KEYLESS, chart(f"observation_date,GS10\n{rows}".encode())),
        only(KEYED, observations(*twice)),
    ):
        assert len(found.values) == 4
        assert found.notes == ("listed twice with the same figure: 2026-07, 2026-08",)


def test_an_answer_without_content_is_refused():
    empty = {**api(), fred.API: lambda query: Answer(b"<seriess/>")}
    assert "No info exists for series id: GS10" in only(KEYED, empty).error.problem


def test_errors_under_status_200_are_recognised():
    says_no = {**api(), fred.API: lambda query: Answer(fred.error("Nothing today.").content)}
    assert "Bad Request.  Nothing today." in only(KEYED, says_no).error.problem
    busy = Fault(content=fred.error("Exceeded Rate Limit", 429).content)
    assert isinstance(only(KEYED, api(), faults={fred.API: [busy]}), Arrived)


def test_a_wrong_key_says_what_to_do():
    found = only(Fred(api_key="0" * 32), api())
    assert found.error.problem.endswith(
        "HTTP 400 (Bad Request): Bad Request. The value for variable api_key is not registered."
    )
    assert found.error.remedy.startswith("Correct FRED_API_KEY, or unset it")


def test_the_key_comes_from_the_environment(monkeypatch):
    assert (key_of_environment(), adapter("fred")) == ("", KEYLESS)
    monkeypatch.setenv("FRED_API_KEY", f" {fred.KEY}\n")
    assert adapter("fred") == KEYED
    assert isinstance(only(Fred(), api()), Arrived)


def test_the_key_is_nowhere_but_in_the_request(tmp_path):
    seen, secret = [], "s3cretkeyofsomebody0000000000000"
    source = Fred(api_key=secret)
    routes = {key: without_key(route) for key, route in api().items()}
    staging = Staging(tmp_path, lambda folder, error: error)
    found = only(source, routes, seen=seen, staging=staging)
    assert {request.query["api_key"] for request in seen} == {secret}
    assert secret not in repr(source) + repr(found)
    assert not any(secret in body.url for body in found.bodies)
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert stored
    assert secret.encode() not in stored

    repeating = {fred.API: lambda query: Answer(f"<error message='{query['api_key']}'/>".encode())}
    wrong = fetch(source, ["GS10"], repeating)[0].error
    refused = fetch(source, ["GS10"], api())[0].error
    dead = only(source, api(), faults={fred.API: repeat(Fault(reset=True))}).error
    for error in (wrong, refused, dead):
        told = "".join(traceback.format_exception(error))
        assert secret not in told + repr(error) + json.dumps(error.args)
        assert secret.encode() not in pickle.dumps(error)


def without_key(route):
    return lambda query: route({**query, "api_key": fred.KEY})


def test_what_arrived_is_not_asked_for_again(tmp_path):
    seen, staging = [], Staging(tmp_path, lambda folder, error: error)
    with serve(api(), seen=seen) as mirror:
        for _ in range(2):
            (found,) = KEYED.fetch(["GS10"], client(mirror, staging=staging))
            assert isinstance(found, Arrived)
    assert len(seen) == 2


def test_fredapi_does_not_reach_for_the_network_by_itself(monkeypatch):
    monkeypatch.setattr("fredapi.fred.urlopen", None)
    monkeypatch.setattr("urllib.request.install_opener", None)
    with serve(api()) as mirror:
        fetcher = client(mirror)
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("HTTPS_PROXY", "http://proxy.test:1")
            asking = FredClient(fred.KEY, fetcher)
        info = asking.get_series_info("GS10")
    assert info["units"] == "Percent"


def test_errors_of_the_fetcher_are_missed_series():
    class Broken:
        def get(self, *args, **options):
            raise SourceError("no network.", remedy="Connect.")

    assert [found.error.problem for found in KEYLESS.fetch(["GS2", "GS10"], Broken())] == [
        "no network."
    ] * 2
