"""Official purchases of yen: quarters close with their totals, and nothing lost goes unseen.

The Ministry's file is not at hand: bodies are built from its description
(tests/replay/mof_interventions.py) with the operations of the development data.
"""

from __future__ import annotations

import itertools
import runpy
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.http import Client
from yenloop.data.sources.mof_interventions import Interventions
from yenloop.data.sources.protocol import Arrived, Missed

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "mof_interventions.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

#: The yen bought in 2022, with dollars and marks of other days.
SMALL = [
    pages.Operation(date(2022, 7, 1), 100, "USD", "DEM"),
    pages.Operation(date(2022, 7, 1), 48, "JPY", "DEM"),
    pages.Operation(date(2022, 9, 22), 28382, "USD", "JPY"),
    pages.Operation(date(2022, 10, 21), 56202, "USD", "JPY"),
    pages.Operation(date(2022, 10, 24), 7296, "USD", "JPY"),
]


def pull(codes, content, faults=None, seen=None):
    routes = {pages.FILE: lambda query: Answer(content)}
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in Interventions().fetch(codes, client)}


def small(operations=SMALL, **options):
    return pages.rendered(operations, (2022, 3), (2023, 1), **options)


@pytest.fixture(scope="module")
def net(raw):
    """Net purchases against all currencies, from the operations since 1991."""
    content = pages.routes(raw)[pages.FILE]({}).content
    return pull(["net_yen", "USD/JPY", "EUR/JPY"], content)


def test_every_operation_is_there_as_built_from_the_description(net, shared_data):
    folder = shared_data / "instruments"
    table = pd.read_csv(folder / "mof_fx_intervention_daily.csv", parse_dates=["date"])
    listed = table.groupby("date")["jpy_bought_bn"].sum()
    values = net["net_yen"].values
    np.testing.assert_allclose(values[listed.index], listed, atol=1e-9)
    assert (values.drop(listed.index) == 0).all()
    dollars = table[table["currency_pair"] == "USD/JPY"].groupby("date")["jpy_bought_bn"].sum()
    np.testing.assert_allclose(net["USD/JPY"].values[dollars.index], dollars, atol=1e-9)
    assert net["EUR/JPY"].values.sum() == pytest.approx(-1075.3)


def test_month_sums_are_zero_where_the_ministry_says_that_there_was_nothing(net, shared_data):
    months = net["net_yen"].values.resample("ME").sum()
    months.index = months.index.strftime("%Y-%m")
    table = pd.read_csv(shared_data / "instruments" / "mof_fx_intervention_monthly.csv")
    known = table.set_index("month")["jpy_bought_bn"]
    np.testing.assert_allclose(months, known["1991-04":"2026-06"], atol=1e-9)
    assert (months["2025-01":"2026-03"] == 0).all()


def test_it_says_what_it_is(net):
    arrived = net["net_yen"]
    assert arrived.unit == "billion yen"
    assert "divided by 10" in arrived.notes[0]
    span = arrived.values.index[[0, -1]]
    assert list(span) == [pd.Timestamp("1991-04-01"), pd.Timestamp("2026-06-30")]
    assert not arrived.values.isna().any()


def test_days_are_signed_and_days_after_the_last_total_are_not_there():
    found = pull(["net_yen", "USD/JPY", "DEM/JPY"], small())
    values = found["net_yen"].values
    assert list(values.index[[0, -1]]) == [pd.Timestamp("2022-07-01"), pd.Timestamp("2023-03-31")]
    assert values[values != 0].to_dict() == {
        pd.Timestamp("2022-07-01"): -4.8,
        pd.Timestamp("2022-09-22"): 2838.2,
        pd.Timestamp("2022-10-21"): 5620.2,
        pd.Timestamp("2022-10-24"): 729.6,
    }
    assert found["DEM/JPY"].values.sum() == -4.8
    assert found["USD/JPY"].values["2022-07-01"] == 0


def test_two_operations_of_a_day_are_added():
    twice = [*SMALL[2:3], pages.Operation(date(2022, 9, 22), 18, "USD", "JPY")]
    values = pull(["net_yen"], small(twice))["net_yen"].values
    assert values["2022-09-22"] == 2840.0


def test_an_unknown_pair_is_missed_alone():
    found = pull(["GBP/JPY", "net_yen"], small())
    assert "lists no operations 'GBP/JPY'" in found["GBP/JPY"].error.problem
    assert "net_yen, DEM/JPY, USD/JPY" in found["GBP/JPY"].error.remedy
    assert isinstance(found["net_yen"], Arrived)


@pytest.mark.parametrize(("rounding", "arrives"), [(3, True), (-3, True), (5, False), (-9, False)])
def test_totals_differ_from_the_operations_by_rounding_only(rounding, arrives):
    found = pull(["net_yen"], small(rounding=rounding))["net_yen"]
    assert isinstance(found, Arrived) == arrives
    if not arrives:
        assert "add up to 28,530, and the total is" in found.error.problem


def without(words):
    lines = small().splitlines(keepends=True)
    return b"".join(line for line in lines if words not in line)


def test_a_lost_operation_is_seen():
    error = pull(["net_yen"], without(b"7,296"))["net_yen"].error
    assert "the operations of 2022Q4 add up to 56,202, and the total is 63,498" in error.problem


def test_a_lost_quarter_is_seen():
    error = pull(["net_yen"], without(b"October - December"))["net_yen"].error
    assert "2023Q1 follows on 2022Q3; a quarter is not there" in error.problem


def test_a_body_that_was_cut_off_among_operations_is_asked_for_again():
    whole = small()
    at = whole.index(b"7,296")
    seen = []
    faults = {pages.FILE: [Fault(cut=at, unannounced=True)]}
    found = pull(["net_yen"], whole, faults, seen)
    assert isinstance(found["net_yen"], Arrived)
    assert len(seen) == 2


@pytest.mark.parametrize("rest", [0, 8])
def test_a_body_that_is_always_cut_off_is_missed(rest):
    whole = small()
    end = whole.rindex(b"\r\n", 0, whole.index(b"October - December")) + 2 + rest
    cut = {pages.FILE: itertools.repeat(Fault(content=whole[:end]))}
    assert "was cut off" in pull(["net_yen"], whole, cut)["net_yen"].error.problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: server.HTML, "a web page came"),
        (lambda body: b"\x81 " + body, "not in cp932"),
        (lambda body: body.replace(b"Currency pairs", b"Pairs"), "there is no header"),
        (lambda body: body.replace(b'"28,382"', b"n.a."), "'n.a.' is not a number"),
        (lambda body: body.replace(b"Sep,22", b"Sep,31"), "'2022 Sep 31' is not a day"),
        (lambda body: body.replace(b"Sep,22", b"Oct,22"), "stands under 2022Q3"),
        (lambda body: body.replace(b"(sold)", b"(lent)"), "what was sold and bought is not in"),
        (lambda body: body.replace(b"July - September 2022", b"Sum"), "neither an operation nor"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_says_where(change, said):
    found = pull(["net_yen", "USD/JPY"], change(small()))
    for each in found.values():
        assert isinstance(each, Missed)
        assert said in each.error.problem
        assert "feio/foreign_exchange_intervention_operations.csv" in each.error.problem
