"""Past vintages come back exactly, however many requests they take, where fredapi loses them."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.sources import fred_vintages
from yenloop.data.sources.fred import FredClient
from yenloop.data.sources.fred_vintages import FredVintages, known_on
from yenloop.data.sources.http import Client
from yenloop.errors import SourceError

HERE = Path(__file__).parent / "replay"
serve = runpy.run_path(str(HERE / "server.py"))["serve"]
fred = SimpleNamespace(**runpy.run_path(str(HERE / "fred.py")))
Answer = fred.Answer


def history(dates, vintages, seed):
    """Vintages by day: each adds a date or revises some; figures vanish and are missing too."""
    rng = np.random.default_rng(seed)
    held, figures = {}, {}
    for at, day in enumerate(vintages):
        known = 3 + at * (len(dates) - 3) // len(vintages)
        for date in dates[: known + 1]:
            revised = date not in figures or rng.random() < 0.1
            if revised:
                figures[date] = "" if rng.random() < 0.1 else f"{rng.integers(900, 1100) / 10}"
        shown = {date: figure for date, figure in figures.items() if rng.random() > 0.05}
        held[day] = shown or dict(figures)
    return held


def written(index):
    return [f"{day:%Y-%m-%d}" for day in index]


MONTHS = written(pd.date_range("2019-01-01", periods=30, freq="MS"))
MONTHLY = history(MONTHS, written(pd.date_range("2019-05-14", periods=26, freq="30D")), seed=1)
DAILY = history(
    written(pd.bdate_range("2020-01-01", periods=60)),
    written(pd.bdate_range("2020-01-07", periods=50)),
    seed=2,
)
SERIES = {"MONTHLY": MONTHLY, "DAILY": DAILY}


@pytest.fixture
def ask():
    """Asks a server that holds the series, and gives the requests that it saw beside the answer."""

    def asked(question, series=SERIES, **options):
        seen = []
        routes = fred.api_routes(lambda code: None, series, **options)
        with serve(routes, seen=seen) as mirror:
            client = Client(mirror=mirror, pace=0.0, pause=lambda seconds: None, tries=2)
            return question(FredVintages(client, api_key=fred.KEY)), seen

    return asked


def figures_of(vintage, monthly):
    """A vintage as the server holds it, as a series."""
    values = [float(figure or "nan") for figure in vintage.values()]
    index = pd.DatetimeIndex(list(vintage))
    found = pd.Series(values, index.to_period("M") if monthly else index, dtype="float64")
    return found.sort_index()


def assert_same(found, expected):
    """The same dates and figures; units of time stamps may differ."""
    assert type(found.index) is type(expected.index)
    assert found.dtype == "float64"
    assert found.index.astype(str).tolist() == expected.index.astype(str).tolist()
    np.testing.assert_array_equal(found, expected)


def periods_of(held):
    """The server's own periods as a frame."""
    rows = [(day, start, end, float(figure or "nan")) for day, start, end, figure in held]
    return pd.DataFrame(rows, columns=["date", "realtime_start", "realtime_end", "value"])


def flat(revisions):
    """Revisions with dates as text, as ``periods_of`` gives them."""
    found = revisions.reset_index()
    stamps = found["date"].dt.to_timestamp() if "period" in str(found["date"].dtype) else None
    found["date"] = found["date"] if stamps is None else stamps
    for name in ("date", "realtime_start", "realtime_end"):
        found[name] = found[name].dt.strftime("%Y-%m-%d")
    return found[["date", "realtime_start", "realtime_end", "value"]]


@pytest.mark.parametrize("code", SERIES)
@pytest.mark.parametrize("in_a_request", [1, 2, 7, 1900])
@pytest.mark.parametrize("cuts", [True, False])
def test_revisions_do_not_depend_on_the_number_of_requests_built_from_the_description(
    ask, monkeypatch, code, in_a_request, cuts
):
    monkeypatch.setattr(fred_vintages, "_VINTAGES_A_REQUEST", in_a_request)
    found, seen = ask(
        lambda fetched: fetched.revisions(code),
        vintages_a_window=in_a_request,
        rows_a_page=150,
        cuts=cuts,
    )
    expected = periods_of(fred._periods(SERIES[code]))
    pd.testing.assert_frame_equal(flat(found), expected, check_dtype=False)
    assert found["value"].dtype == "float64"
    assert found["value"].isna().any()
    assert str(found["realtime_end"].max())[:10] == fred.FOREVER
    windows = {request.query.get("realtime_start") for request in seen} - {None}
    assert len(windows) == -(-len(SERIES[code]) // in_a_request)


def test_more_vintages_than_fred_allows_built_from_the_description(ask):
    dates = MONTHS[:24]
    days = written(pd.date_range("2008-01-01", periods=4100))
    rng = np.random.default_rng(3)
    figures, many = dict.fromkeys(dates, "1.0"), {}
    for day in days:
        figures = {**figures, dates[rng.integers(24)]: f"{rng.integers(100)}.5"}
        many[day] = figures
    found, seen = ask(lambda fetched: fetched.revisions("MANY"), {"MANY": many})
    pd.testing.assert_frame_equal(flat(found), periods_of(fred._periods(many)), check_dtype=False)
    windows = [
        (request.query["realtime_start"], request.query["realtime_end"])
        for request in seen
        if request.key == fred.OBSERVATIONS
    ]
    assert windows == [(days[0], days[1899]), (days[1900], days[3799]), (days[3800], fred.FOREVER)]

    def by_fredapi(fetched):
        return FredClient(fred.KEY, fetched.fetcher).get_series_all_releases("MANY")

    with pytest.raises(SourceError, match="There are 4100 vintage dates"):
        ask(by_fredapi, {"MANY": many})


@pytest.mark.parametrize("code", SERIES)
def test_a_past_day_shows_its_vintage_and_nothing_later_built_from_the_description(ask, code):
    held = SERIES[code]
    days = list(held)[::5]
    between = [str(pd.Timestamp(day) + pd.Timedelta(days=2))[:10] for day in days]

    def question(fetched):
        return fetched.revisions(code), {day: fetched.as_of(code, day) for day in days + between}

    (revisions, found), _ = ask(question)
    for day in days + between:
        latest = max(vintage for vintage in held if vintage <= day)
        expected = figures_of(held[latest], monthly=code == "MONTHLY")
        assert_same(found[day], expected)
        assert_same(known_on(revisions, day), expected)


def test_a_past_day_takes_one_request(ask):
    _, seen = ask(lambda fetched: fetched.as_of("MONTHLY", pd.Timestamp("2020-03-01")))
    assert [request.query["realtime_end"] for request in seen] == ["2020-03-01"]


def test_before_the_first_vintage_nothing_is_known(ask):
    revisions, _ = ask(lambda fetched: fetched.revisions("MONTHLY"))
    assert known_on(revisions, "2019-05-13").empty
    with pytest.raises(SourceError, match="does not exist in ALFRED") as refused:
        ask(lambda fetched: fetched.as_of("MONTHLY", "2019-05-13"))
    assert "none as old as that" in refused.value.remedy


@pytest.mark.parametrize("code", SERIES)
def test_the_first_release_of_each_date_built_from_the_description(ask, code):
    found, _ = ask(lambda fetched: fetched.first_release(code))
    held = SERIES[code]
    before = set(held[min(held)])
    expected = {}
    for day in sorted(held):
        for date, figure in held[day].items():
            if figure and date not in before:
                expected.setdefault(date, (float(figure), day))
    form = "%Y-%m-01" if code == "MONTHLY" else "%Y-%m-%d"
    assert found.index.strftime(form).tolist() == sorted(expected)
    assert found["value"].tolist() == [expected[date][0] for date in sorted(expected)]
    published = found["published"].dt.strftime("%Y-%m-%d")
    assert published.tolist() == [expected[date][1] for date in sorted(expected)]
    assert (found["value"].dtype, found.index.is_unique) == ("float64", True)


def test_days_of_vintages_come_in_pages(ask):
    found, seen = ask(lambda fetched: fetched.vintage_dates("DAILY"), rows_a_page=20)
    assert written(found) == list(DAILY)
    assert len(seen) == 3


def test_what_is_repaired_in_fredapi(ask):
    """Were fredapi to mend these, the repairs could go."""

    def by_fredapi(fetched):
        client = FredClient(fred.KEY, fetched.fetcher)
        return client.get_series_all_releases("MONTHLY"), client.get_series_as_of_date(
            "MONTHLY", "2020-03-01"
        )

    (releases, known), _ = ask(by_fredapi)
    assert set(releases.dtypes) == {np.dtype("O")}
    assert pd.NaT in releases["value"].tolist()
    assert "realtime_end" not in releases
    assert known["date"].duplicated().any()


def test_vintages_ask_for_a_key(monkeypatch):
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    with pytest.raises(SourceError, match="only to users with a key") as refused:
        FredVintages(Client())
    assert refused.value.remedy.startswith("Set FRED_API_KEY")
    monkeypatch.setenv("FRED_API_KEY", "of-the-environment")
    vintages = FredVintages(Client())
    assert vintages.api_key == "of-the-environment"
    assert "of-the-environment" not in repr(vintages)


def test_a_series_that_fred_does_not_archive_is_refused(ask):
    for question in (
        lambda fetched: fetched.vintage_dates("NONE"),
        lambda fetched: fetched.as_of("NONE", "2020-01-01"),
        lambda fetched: fetched.revisions("NONE"),
        lambda fetched: fetched.first_release("NONE"),
    ):
        with pytest.raises(SourceError, match="does not exist in ALFRED") as refused:
            ask(question)
        assert "vintages that were stored here" in refused.value.remedy
        assert fred.KEY not in str(refused.value)


def test_an_empty_list_of_vintages_is_refused(ask):
    with pytest.raises(SourceError, match="FRED EMPTY: there are no vintages"):
        ask(lambda fetched: fetched.revisions("EMPTY"), {"EMPTY": {}})


def test_other_calendars_and_ids_are_refused(ask):
    weeks = history(
        written(pd.date_range("2020-01-03", periods=20, freq="W-FRI")),
        written(pd.date_range("2020-02-01", periods=10, freq="W")),
        seed=4,
    )
    for question in (
        lambda fetched: fetched.revisions("WEEKLY"),
        lambda fetched: fetched.as_of("WEEKLY", "2020-03-30"),
    ):
        with pytest.raises(SourceError, match="FRED WEEKLY.* is weekly"):
            ask(question, {"WEEKLY": weeks})
    with pytest.raises(SourceError, match="is not an id of FRED"):
        ask(lambda fetched: fetched.as_of("GS10&x=1", "2020-03-30"))


def row(start, end, value, day="2020-01-01"):
    return (
        f'<observation realtime_start="{start}" realtime_end="{end}" date="{day}" value="{value}"/>'
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [row("2020-02-01", "2020-03-15", "1"), row("2020-03-01", "9999-12-31", "2")],
            "for 2020-01-01 both 1.0 and 2.0 hold on 2020-03-01",
        ),
        ([row("2020-02-01", "9999-12-31", "inf")], "'inf' is not a number"),
        ([row("2020-02-01", "someday", "1")], "someday"),
    ],
)
def test_histories_that_contradict_themselves_are_refused(ask, rows, words):
    other = row("2020-02-01", "9999-12-31", "3", day="2020-02-01")
    body = f"<observations>{''.join(rows)}{other}</observations>".encode()

    def question(fetched):
        routes = {
            fred.OBSERVATIONS: lambda query: Answer(body),
            fred.VINTAGE_DATES: lambda query: Answer(
                b"<vintage_dates><vintage_date>2020-02-01</vintage_date></vintage_dates>"
            ),
        }
        with serve(routes) as mirror:
            client = Client(mirror=mirror, pace=0.0)
            return FredVintages(client, api_key=fred.KEY).revisions("ODD")

    with pytest.raises(SourceError) as refused:
        ask(question)
    assert words in refused.value.problem
