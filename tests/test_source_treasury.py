"""Holdings of US Treasuries equal the Treasury's own history; breaks and overlaps are told."""

from __future__ import annotations

import itertools
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from yenloop.data.sources.http import Client
from yenloop.data.sources.protocol import Arrived, Missed
from yenloop.data.sources.treasury import CURRENT, HISTORY, TreasuryHoldings

FOLDER = Path(__file__).parent / "replay"
server = SimpleNamespace(**runpy.run_path(str(FOLDER / "server.py")))
pages = SimpleNamespace(**runpy.run_path(str(FOLDER / "treasury.py")))
Answer, Fault, serve = server.Answer, server.Fault, server.serve

BREAKS = "2000-03 2002-06 2003-06 2004-06 2005-06 2006-06 2007-06 2008-06 2009-06 2010-06 2011-06"

SMALL = b"""\t\tMAJOR FOREIGN HOLDERS\t\t\t
\tSeries 16/\tSeries\t\t\t
\tXII\tXI\t\t\t
\tJun\tJun\tMay\tApr\t
Country\t2011\t2011\t2011\t2011\t
\t------\t------\t------\t------\t
Japan\t881.5\t911.1\t912.4\t906.7\t
Egypt\tn.a.\t10.5\t11.1\t11.3\t
Grand Total\t4690.6\t4533.6\t4536.6\t4496.5\t
16/   Denotes series break.\t\t\t\t\t
"""


def pull(codes, routes, faults=None, seen=None):
    with serve(routes, faults, seen) as mirror:
        client = Client(mirror=mirror, pause=lambda seconds: None, pace=0.0)
        return {each.code: each for each in TreasuryHoldings().fetch(codes, client)}


def serving(history=SMALL, current=None):
    table = current or pages.current_table(["2011-07", "2011-06"], {"Japan": ["884.9", "881.5"]})
    return {
        pages.HISTORY: lambda query: Answer(history, content_type="text/plain"),
        pages.CURRENT: lambda query: Answer(table, content_type="text/plain"),
    }


def by_month(values):
    return {str(month): figure for month, figure in values.dropna().items()}


def test_every_holder_of_the_history_equals_the_country_panel_cell_by_cell(raw, shared_data):
    seen = []
    panel = pd.read_csv(shared_data / "real" / "tic_holdings_monthly.csv", index_col=0)
    # One holder stands in several columns there, with and without the mark of a footnote.
    panel.columns = [re.sub(r"\s+\d+/$", "", name.strip()) for name in panel.columns]
    holders = panel.T.groupby(level=0).first().T.astype(float)
    found = pull(list(holders), pages.routes(raw), seen=seen)
    assert sorted(request.key for request in seen) == sorted([pages.HISTORY, pages.CURRENT])
    for name in holders:
        assert by_month(found[name].values) == holders[name].dropna().to_dict()


def test_japan_and_the_total_equal_the_monthly_panel(raw, shared_data):
    panel = pd.read_csv(shared_data / "real" / "monthly_panel.csv", index_col=0)
    found = pull(["Japan", "Total"], pages.routes(raw))
    for code, column in {"Japan": "tic_japan_ust_bn", "Total": "tic_total_ust_bn"}.items():
        assert by_month(found[code].values) == panel[column].dropna().to_dict()
        assert found[code].unit == "billions of dollars"
        assert found[code].updated == "3/18/26 (history)"
        assert [body.url for body in found[code].bodies] == [HISTORY, CURRENT]


def test_breaks_and_months_on_two_bases_are_told_with_their_dates(raw):
    breaks, compared, _ = pull(["Japan"], pages.routes(raw))["Japan"].notes
    assert re.findall(r"\d{4}-\d{2}", breaks) == [*BREAKS.split(), "2011-12"]
    assert re.findall(r"\d{4}-\d{2}", compared) == BREAKS.split()


def test_footnotes_at_a_name_are_told(raw):
    notes = pull(["United Kingdom"], pages.routes(raw))["United Kingdom"].notes
    assert any("footnote 2/ from 2000-03 to 2011-12" in note for note in notes)


def test_the_column_of_the_new_series_is_taken():
    found = pull(["Japan"], serving())["Japan"]
    assert by_month(found.values) == {
        "2011-04": 906.7, "2011-05": 912.4, "2011-06": 881.5, "2011-07": 884.9,
    }  # fmt: skip


def test_a_missing_figure_is_not_filled_from_the_old_series():
    egypt = pull(["Egypt"], serving())["Egypt"]
    assert by_month(egypt.values) == {"2011-04": 11.3, "2011-05": 11.1}
    assert str(egypt.values.index[-1]) == "2011-06"
    assert egypt.notes[-1] == "not in the current table: ends with the history in 2011-06"


def test_the_current_table_built_from_the_description_goes_before_the_history():
    table = pages.current_table(["2011-07", "2011-06", "2011-05"], {"Japan": ["1", "2", "912.4"]})
    found = pull(["Japan"], serving(current=table))["Japan"]
    assert by_month(found.values) == {
        "2011-04": 906.7, "2011-05": 912.4, "2011-06": 2.0, "2011-07": 1.0,
    }  # fmt: skip
    assert found.notes[-1] == (
        "2011-05 to 2011-06 stand in both files, the current table is taken; months with another "
        "figure in the history: 1"
    )


def test_official_holders_and_the_rest_in_the_table_built_from_the_description(raw):
    history = (raw / "ustreas_tic_mfhhis01_2000_2025.txt").read_bytes()
    lines = {
        "All Other": ["1831.3", "1822.8"],
        "Grand Total": ["9289.4", "9267.2"],
        "Of Which: Foreign Official": ["3954.8", "3887.0"],
    }
    routes = serving(history, pages.current_table(["2026-01", "2025-12"], lines))
    found = pull(["For. Official", "All Other", "Total"], routes)
    assert by_month(found["For. Official"].values)["2026-01"] == 3954.8
    assert by_month(found["Total"].values)["2025-12"] == 9267.2
    # The rest of a shorter list of countries is another quantity.
    assert by_month(found["All Other"].values)["2025-12"] == 710.8
    assert "2026-01" not in by_month(found["All Other"].values)


def test_a_holder_of_the_current_table_alone_built_from_the_description():
    lines = {"Japan": ["1", "2"], "Ruritania": ["0.2", "0.1"]}
    table = pages.current_table(["2011-07", "2011-06"], lines)
    found = pull(["Ruritania"], serving(current=table))["Ruritania"]
    assert by_month(found.values) == {"2011-06": 0.1, "2011-07": 0.2}


def test_years_without_months_are_refused():
    history = b"Country\t2011\nJapan\t1.0\n1/ Denotes series break.\n"
    assert "line 1: '2011' is not a date" in str(pull(["Japan"], serving(history))["Japan"].error)


def test_an_unknown_holder_is_missed_and_the_others_arrive():
    found = pull(["Jpan", "Japan"], serving())
    assert isinstance(found["Jpan"], Missed)
    assert "'Jpan'" in str(found["Jpan"].error)
    assert "Japan" in found["Jpan"].error.remedy
    assert isinstance(found["Japan"], Arrived)


@pytest.mark.parametrize("key", [pages.HISTORY, pages.CURRENT])
def test_a_table_cut_off_is_asked_for_again(raw, key):
    seen = []
    faults = {key: [Fault(cut=200, unannounced=True), Fault(cut=900, unannounced=True)]}
    found = pull(["Japan"], pages.routes(raw), faults, seen)
    assert sum(request.key == key for request in seen) == 3
    assert len(found["Japan"].values) == 310


def test_a_history_that_is_cut_off_at_a_line_s_end_is_seen(raw):
    history = (raw / "ustreas_tic_mfhhis01_2000_2025.txt").read_bytes()
    cut = history[: history.index(b"\n", len(history) // 2) + 1]
    faults = {pages.HISTORY: itertools.repeat(Fault(content=cut))}
    error = pull(["Japan"], pages.routes(raw), faults)["Japan"].error
    assert "cut off" in str(error)


@pytest.mark.parametrize("key", [pages.HISTORY, pages.CURRENT])
@pytest.mark.parametrize(
    ("content", "says"),
    [(server.HTML, "web page"), (b"Access denied.\n", "no whole table of holders")],
)
def test_what_is_not_the_table_is_refused_with_the_address(key, content, says):
    found = pull(["Japan", "Total"], serving(), {key: itertools.repeat(Fault(content=content))})
    for code in ("Japan", "Total"):
        assert isinstance(found[code], Missed)
        assert f"https://{key}" in str(found[code].error)
        assert says in str(found[code].error)


def test_a_wrong_encoding_is_refused():
    found = pull(["Japan"], serving(SMALL.replace(b"Egypt", "Türkiye".encode("latin-1"))))
    assert "not in ascii" in str(found["Japan"].error)


def test_a_month_listed_twice_without_a_break_is_missed_with_both_figures():
    unmarked = SMALL.replace(b"Series 16/", b"      ")
    found = pull(["Japan", "Egypt"], serving(unmarked))
    for part in ("2011-06", "881.5", "911.1"):
        assert part in str(found["Japan"].error)
    assert isinstance(found["Egypt"], Missed)


def test_a_month_listed_twice_with_one_figure_is_kept_once_and_noted():
    twice = SMALL.replace(b"Series 16/", b"").replace(b"911.1", b"881.5")
    found = pull(["Japan"], serving(twice))["Japan"]
    assert found.notes[0] == "listed twice with the same figure: 2011-06"


@pytest.mark.parametrize("cell", [b"9,12.4", b"", b"*"])
def test_a_cell_that_is_no_number_is_told_with_its_line_and_keeps_no_other_holder_back(cell):
    found = pull(["Japan", "Total"], serving(SMALL.replace(b"912.4", cell)))
    assert f"Japan, history, line 7, 2011-05: '{cell.decode()}'" in str(found["Japan"].error)
    assert isinstance(found["Total"], Arrived)


def test_a_month_that_is_none_is_told_with_its_line():
    error = pull(["Japan"], serving(SMALL.replace(b"May", b"Mai")))["Japan"].error
    assert "history, line 5: 'Mai 2011' is not a date" in str(error)
