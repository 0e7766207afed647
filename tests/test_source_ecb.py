"""Crosses of the ECB's reference rates equal its own file's ratios, whatever happens on the way."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources.ecb import ADDRESS, ReferenceRates
from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Body, Missed

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "ecb.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

SMALL = b"""Date,USD,JPY,CYP,
2024-01-03,1.0919,155.96,N/A,
2024-01-02,1.0956,155.74,N/A,
2007-12-31,1.4721,164.93,0.585274,
"""


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in ReferenceRates().fetch(codes, client)}


def serving(csv=SMALL, **options):
    archive = pages.zipped(csv, **options)
    return {pages.ARCHIVE: lambda query: Answer(archive, content_type="application/zip")}


def test_every_cross_of_the_daily_panel_is_the_ratio_in_the_published_file(raw, shared_data):
    seen = []
    panel = pd.read_csv(shared_data / "real" / "daily_panel.csv", index_col=0)
    columns = [name for name in panel if name.startswith("ecb_usd")]
    codes = [f"{name[-3:].upper()}/USD" for name in columns]
    found = pull(codes, pages.routes(raw), seen=seen)
    assert [request.key for request in seen] == [pages.ARCHIVE]
    table = pd.read_csv(raw / "ecb_eurofxref_hist_daily.csv", index_col=0).sort_index()
    for name, code in zip(columns, codes, strict=True):
        values = found[code].values
        assert values.index.is_monotonic_increasing
        assert values.index.is_unique
        np.testing.assert_array_equal(values, table[code[:3]] / table["USD"])
        # The panel holds the same figures with seven digits.
        exact = values[values.notna()]
        rounded = panel[name].dropna()
        assert list(exact.index.strftime("%Y-%m-%d")) == list(rounded.index)
        assert [float(f"{figure:.7g}") for figure in exact] == list(rounded)


def test_a_cross_says_what_it_is(raw):
    yen = pull(["JPY/USD"], pages.routes(raw))["JPY/USD"]
    assert yen.unit == "JPY per USD"
    assert yen.bodies[0].url == ADDRESS
    assert (yen.values.index[0], yen.values.index[-1], len(yen.values)) == (
        pd.Timestamp("1999-01-04"), pd.Timestamp("2026-03-05"), 6958,
    )  # fmt: skip
    assert yen.values.iloc[-1] == 183.03 / 1.1618


def test_the_euro_itself_is_one():
    found = pull(["EUR/USD", "USD/EUR", "JPY/EUR"], serving())
    assert found["EUR/USD"].values["2024-01-03"] == 1 / 1.0919
    assert found["USD/EUR"].values["2024-01-03"] == 1.0919
    assert found["JPY/EUR"].values["2024-01-03"] == 155.96


def test_a_day_without_a_rate_is_listed_without_a_figure():
    values = pull(["CYP/USD"], serving())["CYP/USD"].values
    assert list(values.isna()) == [False, True, True]
    assert values.iloc[0] == 0.585274 / 1.4721


@pytest.mark.parametrize("code", ["JPY", "jpy/usd", "JPY/USD/EUR", "XAU/USD", "Date/USD"])
def test_an_unknown_pair_is_missed_and_the_others_arrive(code):
    found = pull([code, "JPY/USD"], serving())
    assert isinstance(found[code], Missed)
    assert "European Central Bank" in str(found[code].error)
    assert isinstance(found["JPY/USD"], Arrived)


def test_an_archive_cut_off_is_asked_for_again(raw):
    seen = []
    faults = {pages.ARCHIVE: [Fault(cut=4000, unannounced=True), Fault(cut=0, unannounced=True)]}
    found = pull(["JPY/USD"], pages.routes(raw), faults, seen)
    assert len(seen) == 3
    assert len(found["JPY/USD"].values) == 6958


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (server.HTML, "web page"),
        (b"Service temporarily unavailable", "zip archive"),
        (pages.zipped(SMALL)[:-40], "cut off or damaged"),
        (pages.zipped(SMALL, member="eurofxref.csv"), "no eurofxref-hist.csv"),
        (pages.zipped(b"\xff\xfeD\x00a\x00t\x00e\x00"), "not in utf-8"),
        (pages.zipped(b"<Cube/>"), "column names"),
    ],
)
def test_what_is_not_the_archive_is_refused_with_the_address(content, says):
    faults = {pages.ARCHIVE: itertools.repeat(Fault(content=content))}
    found = pull(["JPY/USD", "KRW/USD"], serving(), faults)
    for code in ("JPY/USD", "KRW/USD"):
        assert isinstance(found[code], Missed)
        assert ADDRESS in str(found[code].error)
        assert says in str(found[code].error)


@pytest.mark.parametrize("seed", range(30))
def test_a_flipped_bit_is_seen_or_does_no_harm(seed):
    rng = np.random.default_rng(seed)
    archive = bytearray(pages.zipped(SMALL * 3))
    archive[rng.integers(len(archive))] ^= 1 << rng.integers(8)

    class Once:
        def get(self, url, params=None, *, secrets=None, check=None):
            body = Body(url, bytes(archive), "2026-11-23T00:00:00+00:00")
            check(body)
            return body

    (found,) = ReferenceRates().fetch(["JPY/USD"], Once())
    if isinstance(found, Arrived):
        assert list(found.values) == [164.93 / 1.4721, 155.74 / 1.0956, 155.96 / 1.0919]


def test_a_day_listed_twice_with_one_figure_is_kept_once_and_noted():
    found = pull(["JPY/USD"], serving(SMALL + b"2024-01-02,1.0956,155.74,N/A,\n"))["JPY/USD"]
    assert len(found.values) == 3
    assert found.notes == ("listed twice with the same figure: 2024-01-02",)


def test_a_day_listed_twice_with_two_figures_is_missed_with_both():
    found = pull(["JPY/USD"], serving(SMALL + b"2024-01-02,1.0956,156.74,N/A,\n"))["JPY/USD"]
    assert isinstance(found, Missed)
    for part in ("2024-01-02", repr(155.74 / 1.0956), repr(156.74 / 1.0956)):
        assert part in str(found.error)


def test_a_cell_that_is_no_number_is_told_with_its_line_and_keeps_no_other_currency_back():
    broken = SMALL.replace(b"155.74", b'"155,74"')
    found = pull(["JPY/USD", "CYP/USD"], serving(broken))
    assert "JPY, line 3, 2024-01-02: '155,74'" in str(found["JPY/USD"].error)
    assert isinstance(found["CYP/USD"], Arrived)


def test_a_row_that_is_too_short_is_an_error_with_its_line():
    error = pull(["JPY/USD"], serving(SMALL + b"1999-01-04,1.1789\n"))["JPY/USD"].error
    assert "line 5: 2 cells under 5 column names" in str(error)
