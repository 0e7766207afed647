"""The VIX comes out cell by cell from Cboe's file; no other body is taken for it."""

from __future__ import annotations

import runpy
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.cboe import Cboe
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.registry import adapter

HERE = Path(__file__).parent / "replay"
replay = SimpleNamespace(**runpy.run_path(str(HERE / "server.py")))
cboe = SimpleNamespace(**runpy.run_path(str(HERE / "cboe.py")))
Answer, Fault, serve = replay.Answer, replay.Fault, replay.serve

CSV = (
    b"DATE,OPEN,HIGH,LOW,CLOSE\n"
    b"07/21/2026,17.10,19.50,16.90,17.80\n"
    b"07/22/2026,17.42,19.49,16.64,16.64\n"
    b"07/23/2026,17.67,20.31,17.32,18.70\n"
)


def fetch(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pace=0.0, pause=lambda seconds: None)
        return list(Cboe().fetch(codes, client))


def only(content, **more):
    (found,) = fetch(["VIX"], {cboe.VIX: lambda query: Answer(content)}, **more)
    return found


def test_every_close_of_the_raw_file_comes_out(raw):
    (found,) = fetch(["VIX"], cboe.routes(raw))
    assert isinstance(found, Arrived)
    expected = pd.read_csv(raw / cboe.FILE, index_col=0, parse_dates=True)["CLOSE"]
    assert len(expected) == 9235
    assert found.values.index.equals(expected.index)
    np.testing.assert_array_equal(found.values, expected)
    assert (found.code, found.notes, found.bodies[0].url) == ("VIX", (), f"https://{cboe.VIX}")


def test_the_close_is_read_whatever_the_ends_of_lines():
    for content in (CSV, CSV.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + CSV):
        found = only(content)
        assert found.values.tolist() == [17.80, 16.64, 18.70]
        assert found.values.index[0] == pd.Timestamp("2026-07-21")


def test_the_file_is_asked_for_once():
    seen = []
    found, missed = fetch(["VIX", "VVIX", "VIX"], {cboe.VIX: lambda query: Answer(CSV)}, seen=seen)
    assert (found.code, missed.code, len(seen)) == ("VIX", "VVIX", 1)
    assert (missed.error.problem, missed.error.remedy) == (
        "Cboe: 'VVIX' is not read here.",
        "There is VIX.",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (replay.HTML, "a web page came in the place of figures"),
        (CSV.replace(b"CLOSE", b"VALUE"), "first line is not 'DATE,OPEN,HIGH,LOW,CLOSE'"),
        (CSV.replace(b"DATE,OPEN,HIGH,LOW,CLOSE\n", b""), "first line is not"),
        (CSV.replace(b"18.70", b""), "line 4 (2026-07-23): '' is not a number"),
        (CSV.replace(b"18.70", b"N/A"), "line 4 (2026-07-23): 'N/A' is not a number"),
        (CSV.replace(b",18.70", b""), "line 4: 4 cells where 5 belong"),
        (CSV.replace(b"07/23/2026", b"23/07/2026"), "line 4: '23/07/2026' is not a date"),
        (CSV.replace(b"07/23/2026", b"2026-07-23"), "'2026-07-23' is not a date"),
        (CSV.replace(b"07/23/2026", b"07/22/2026"), "2026-07-22 is listed twice, with 16.64 and"),
        (CSV[:25], "there are no figures"),
        (CSV.decode().encode("utf-16"), "cut off"),
    ],
)
def test_another_body_is_not_taken_for_it(content, words):
    found = only(content)
    assert isinstance(found, Missed)
    assert words in found.error.problem
    assert found.error.remedy


def test_days_listed_twice_alike_are_kept_once_and_noted():
    found = only(CSV + CSV[-35:])
    assert len(found.values) == 3
    assert found.notes == ("listed twice with the same figure: 2026-07-23",)


@pytest.mark.parametrize("kept", [20, 55, len(CSV) - 1])
def test_a_file_cut_off_is_asked_for_again(kept):
    cut = Fault(cut=kept, unannounced=True)
    assert len(only(CSV, faults={cboe.VIX: [cut, cut]}).values) == 3
    assert "cut off after" in only(CSV, faults={cboe.VIX: repeat(cut)}).error.problem


def test_a_refusal_is_a_missed_series():
    found = only(CSV, faults={cboe.VIX: [Fault(status=403, content=b"<Error/>")]})
    assert "HTTP 403" in found.error.problem


def test_the_registry_knows_it():
    assert adapter("cboe") == Cboe()
    assert (Cboe().key, Cboe().notice) == ("cboe", "")
