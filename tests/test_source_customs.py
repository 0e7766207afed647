"""Exports and imports in yen: months as published, none that is still to come, and every fault.

The file of Japan Customs is not at hand: bodies are built from its description
(tests/replay/customs.py); most figures are derived ones of the development data.
"""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from yenloop.data.sources.customs import Customs
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "customs.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

SMALL = [
    ("2026-03", 10981365626, 10350131403),
    ("2026-04", 10506425454, 10224099873),
    ("2026-05", 9499093475, 9890878158),
]
BOTH = ["exports", "imports"]


def pull(codes, content, faults=None, seen=None):
    routes = {pages.FILE: lambda query: Answer(content)}
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in Customs().fetch(codes, client)}


def test_every_month_equals_the_figures_of_a_file_built_from_the_description(raw):
    seen = []
    content = pages.routes(raw)[pages.FILE]({}).content
    found = pull(BOTH, content, seen=seen)
    assert len(seen) == 1
    listed = pages.months(raw.parent)
    assert len(listed) == 300
    for at, code in enumerate(BOTH, start=1):
        values = found[code].values
        assert list(values.index.astype(str)) == [row[0] for row in listed]
        assert list(values) == [row[at] for row in listed]


def test_months_to_come_are_not_there():
    found = pull(BOTH, pages.rendered(SMALL))
    exports = found["exports"]
    assert list(exports.values) == [10981365626, 10506425454, 9499093475]
    assert exports.values.index[-1] == pd.Period("2026-05", "M")
    assert list(found["imports"].values) == [10350131403, 10224099873, 9890878158]
    assert exports.unit == "a thousand yen"
    assert exports.title == "World, Exp-Total"
    assert exports.notes == ()


def test_a_month_of_the_past_is_no_zero():
    hole = [SMALL[0], ("2026-04", 0, 10224099873), SMALL[2]]
    found = pull(BOTH, pages.rendered(hole))
    assert "exports of 2026-04 are 0" in found["exports"].error.problem
    assert isinstance(found["imports"], Arrived)


def test_an_unknown_total_is_missed_alone():
    found = pull(["balance", "exports"], pages.rendered(SMALL))
    assert "no total 'balance'" in found["balance"].error.problem
    assert isinstance(found["exports"], Arrived)


def test_a_month_that_is_listed_twice():
    same = pull(BOTH, pages.rendered([*SMALL, SMALL[2]]))["exports"]
    assert same.notes == ("listed twice with the same figure: 2026-05",)
    other = [*SMALL, ("2026-05", 9499093475, 9890878159)]
    found = pull(BOTH, pages.rendered(other))
    assert "2026-05 is listed twice, with 9890878158.0 and 9890878159.0" in str(
        found["imports"].error
    )
    assert isinstance(found["exports"], Arrived)


def test_a_body_that_was_cut_off_is_asked_for_again():
    whole = pages.rendered(SMALL)
    seen = []
    faults = {pages.FILE: [Fault(cut=whole.index(b"9890878158") + 4, unannounced=True)]}
    assert pull(BOTH, whole, faults, seen)["imports"].values.iloc[-1] == 9890878158
    assert len(seen) == 2
    always = {pages.FILE: itertools.repeat(Fault(cut=200, unannounced=True))}
    assert "was cut off" in pull(BOTH, whole, always)["imports"].error.problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: server.HTML, "a web page came"),
        (lambda body: b"\x81 " + body, "not in cp932"),
        (lambda body: pages.rendered(SMALL, unit="a million yen"), "the unit 'a thousand yen'"),
        (lambda body: body.replace(b"Exp-Total", b"Exports"), "there is no header"),
        (lambda body: body.replace(b"9499093475 ", b"9.4x "), "line 7, exports of 2026/05: '9.4x'"),
        (lambda body: body.replace(b"9499093475 ", b""), "line 7, exports of 2026/05: ''"),
        (lambda body: body.replace(b"2026/05", b"2026/13"), "'2026/13' is not a date"),
        (lambda body: body.replace(b"2026/05,9499093475 ,", b"2026/05"), "the row is not whole"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_where(change, said):
    missed = pull(["exports"], change(pages.rendered(SMALL)))["exports"]
    assert isinstance(missed, Missed)
    assert said in missed.error.problem
