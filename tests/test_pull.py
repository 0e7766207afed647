"""A pull makes the catalogue's series of what arrives, keeps them, and says what is missing."""

from __future__ import annotations

import runpy
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from yenloop.data import pull as pull_module
from yenloop.data.catalog import entries
from yenloop.data.frequency import to_monthly
from yenloop.data.panel import Column, Panel
from yenloop.data.pull_made import make
from yenloop.data.pull_plan import plan_of
from yenloop.data.snapshots import verify, vintages
from yenloop.data.sources.protocol import Arrived, Body, Missed
from yenloop.data.sources.registry import KEYS
from yenloop.errors import MissingSeriesError, SourceError, SpecError

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "replay" / "pulls.py")))
BODY = Body("https://publisher.test/a.csv", b"a", "2020-07-20T00:00:00+00:00")


@pytest.fixture
def store(tmp_path):
    return tmp_path / "data" / "vintages"


# ----------------------------------------------------------------------------- plan


def test_the_plan_asks_for_each_code_once():
    plan = plan_of(["jgb10y", "jgb10y_daily", "jgb10y_eom", "jgb2y", "us10y"])
    assert plan.codes == {"mof": ("10Y", "2Y"), "fred": ("GS10",)}
    assert list(plan.entries) == ["jgb10y", "jgb10y_daily", "jgb10y_eom", "jgb2y", "us10y"]


def test_the_plan_of_everything_has_every_series_with_a_publisher():
    plan = plan_of()
    assert set(plan.entries) == {name for name, entry in entries().items() if entry.recipe}
    assert set(plan.codes) <= set(KEYS)
    for codes in plan.codes.values():
        assert len(set(codes)) == len(codes)


def test_a_series_without_a_publisher_or_name_is_refused():
    own = next(name for name, entry in entries().items() if entry.recipe is None)
    with pytest.raises(SpecError, match=f"'{own}'.*file of yours"):
        plan_of([own])
    with pytest.raises(MissingSeriesError, match="us10y"):
        plan_of(["us10"])
    with pytest.raises(SpecError, match="No series"):
        plan_of([])


# ----------------------------------------------------------------------------- series


def made(name, values, today=date(2020, 7, 20), **facts):
    entry = entries()[name]
    arrived = Arrived(entry.recipe.code, values, (BODY,), **facts)
    return make(entry, entry.recipe, arrived, today)


def days(until="2020-06-30", start="2020-01-02"):
    index = pd.bdate_range(start, until)
    return pd.Series(np.sqrt(np.arange(1.0, len(index) + 1)), index=index)


def test_published_figures_stay_as_they_are():
    values = pd.Series([1.25, np.nan, 3.5], index=pd.period_range("2020-01", periods=3, freq="M"))
    stored = made("us10y", values, unit="Percent", updated="2020-07-01", notes=("seen",))
    pd.testing.assert_series_equal(stored.values, values.rename("us10y"))
    assert (stored.made, stored.published_unit) == ("as published", "Percent")
    assert (stored.updated, stored.notes, stored.bodies) == ("2020-07-01", ("seen",), (BODY,))


@pytest.mark.parametrize(("name", "observed"), [("jgb10y", "mean"), ("jgb10y_eom", "end")])
def test_months_of_days_are_those_of_to_monthly(name, observed):
    values = days()
    values.iloc[5] = np.nan
    values = values.drop(values.loc["2020-03-05":"2020-03-31"].index)  # too few quotations
    values = values.drop(values.loc["2020-05-20":"2020-05-31"].index)  # no month end
    column = Column("x_daily", "X", "%", frequency="daily", observed="end", market=True)
    panel = to_monthly(Panel(values.to_frame("x_daily"), {"x_daily": column}), observed=observed)
    stored = made(name, values)
    expected = panel.frame.iloc[:, 0].rename(name)
    pd.testing.assert_series_equal(stored.values, expected)
    assert stored.values.isna().tolist() == [False, False, True, False, observed == "end", False]
    assert stored.made == f"month {observed} of 10Y"


@pytest.mark.parametrize("name", ["jgb10y", "jgb10y_eom"])
@pytest.mark.parametrize(
    ("until", "today", "complete"),
    [
        ("2020-06-30", "2020-06-30", True),
        ("2020-06-29", "2020-06-30", False),  # the last day is still to come
        ("2020-06-29", "2020-07-03", False),
        ("2020-06-29", "2020-07-08", True),  # a holiday at the month's end
        ("2020-06-22", "2020-12-31", False),
        ("2020-05-29", "2020-05-30", True),  # the month ends on a Sunday
        ("2020-05-28", "2020-05-30", False),
    ],
)
def test_the_last_month_is_empty_until_it_is_complete(name, until, today, complete):
    stored = made(name, days(until), date.fromisoformat(today))
    assert bool(stored.values.notna().iloc[-1]) == complete
    assert stored.values.iloc[:-1].notna().all()
    assert len(stored.notes) == (not complete)


def test_month_sums_add_listed_days_and_an_open_day_leaves_no_sum():
    values = pd.Series(0.0, index=pd.date_range("2020-01-01", "2020-03-31"))
    values["2020-01-15"], values["2020-01-16"], values["2020-02-03"] = 100.5, -20.0, np.nan
    stored = made("mof_yen_bought", values)
    assert stored.values["2020-01"] == 80.5
    assert np.isnan(stored.values["2020-02"])
    assert stored.values["2020-03"] == 0.0


@pytest.mark.parametrize(
    ("name", "values", "fault"),
    [
        ("us10y", days(), "are not monthly"),
        ("jgb10y", days().to_period("M"), "are not daily"),
        ("jgb10y_daily", days()[::-1], "not in order"),
        ("jgb10y", pd.concat([days(), days()]).sort_index(), "not in order"),
        ("jgb10y", days() * np.inf, "infinite"),
        ("jgb10y", days() * np.nan, "no figures"),
        ("jgb10y", days()[:0], "no figures"),
    ],
)
def test_what_does_not_make_the_series_is_refused(name, values, fault):
    with pytest.raises(SourceError, match=fault):
        made(name, values)


# ----------------------------------------------------------------------------- pull


def test_a_pull_stores_every_series_and_what_is_known_of_it(store):
    told = []
    with world.serve(world.routes()) as mirror:
        vintage = world.pull_world(
            store, mirror, command="test", progress=lambda *a: told.append(a)
        )
    assert vintages(store) == (vintage,)
    assert vintage.id == "2020-07-20T091200Z"
    assert vintage.series == world.NAMES
    assert (vintage.missed, vintage.findings) == ({}, ())
    assert vintage.notices[:2] == ("Thank mof.", "Thank fred.")
    assert vintage.record["command"] == "test"
    verify(vintage)
    for name, item in (("us10y", ("fred", "GS10")), ("us10y_daily", ("fred", "DGS10"))):
        assert vintage.read(name).equals(world.figures(*item))
    facts = vintage.sidecar("jgb10y")
    assert facts["made"] == "month mean of 10Y"
    assert facts["bodies"][0]["url"] == "https://mof.test/10Y.csv"
    assert [(done, total) for done, total, _ in told] == [(n, 8) for n in range(9)]
    assert {what for *_, what in told} == {"", *(" ".join(item) for item in world.CODES)}
    assert not (store / pull_module.STAGING).exists()


def test_each_code_is_asked_for_once(store):
    seen = []
    with world.serve(world.routes(), seen=seen) as mirror:
        world.pull_world(store, mirror)
    assert sorted(request.key for request in seen) == sorted(world.routes())


def test_some_series_may_be_pulled_alone(store):
    seen = []
    with world.serve(world.routes(), seen=seen) as mirror:
        vintage = world.pull_world(store, mirror, names=["cgpi", "jgb10y"])
    assert vintage.series == ("cgpi", "jgb10y")
    assert len(seen) == 2


def test_a_second_vintage_stands_beside_the_first_and_is_compared_with_it(store):
    item = ("boj", "PR01'PRCG20_2200000000")
    with world.serve(world.routes()) as mirror:
        first = world.pull_world(store, mirror)
    with world.serve(world.routes({item: world.figures(*item) * 10})) as mirror:
        second = world.pull_world(store, mirror, now=datetime(2020, 7, 21, tzinfo=UTC))
    assert [vintage.id for vintage in vintages(store)] == [first.id, second.id]
    assert {(found.series, found.kind) for found in second.findings} == {("cgpi", "scale")}
    assert second.read("cgpi").equals(first.read("cgpi") * 10)


def test_the_comparison_passes_over_vintages_without_the_series_or_damaged(store):
    item = ("boj", "PR01'PRCG20_2200000000")
    with world.serve(world.routes()) as mirror:
        world.pull_world(store, mirror)
        damaged = world.pull_world(store, mirror, now=datetime(2020, 7, 21, tzinfo=UTC))
        world.pull_world(store, mirror, names=["brent"], now=datetime(2020, 7, 22, tzinfo=UTC))
    (damaged.path / "series" / "cgpi.csv").write_bytes(b"date,value\n2020-01,0\n")
    with world.serve(world.routes({item: world.figures(*item) * 10})) as mirror:
        vintage = world.pull_world(store, mirror, now=datetime(2020, 7, 23, tzinfo=UTC))
    assert {(found.series, found.kind) for found in vintage.findings} == {("cgpi", "scale")}


# ----------------------------------------------------------------------------- failures in part


def source_where(boj):
    """The world's sources, with another one for the Bank of Japan."""
    return lambda key: boj if key == "boj" else world.Plain(key)


def broken(fetch):
    return SimpleNamespace(key="boj", notice="", fetch=fetch)


def never(codes, fetcher):
    raise SourceError("The publisher is closed.", remedy="Wait.")
    yield


def surprising(codes, fetcher):
    yield from world.Plain("boj").fetch(codes[:1], fetcher)
    yield {}["VALUES"]


def forgetful(codes, fetcher):
    yield from world.Plain("boj").fetch(codes[:1], fetcher)


def confused(codes, fetcher):
    for outcome in world.Plain("boj").fetch(codes[:1], fetcher):
        yield outcome
        yield outcome
    yield Missed("something else", SourceError("No.", remedy="No."))


@pytest.mark.parametrize(
    ("fetch", "missing", "reason"),
    [
        (never, {"cgpi", "neer"}, "The publisher is closed. Wait."),
        (surprising, {"neer"}, "could not be read (KeyError: 'VALUES')"),
        (forgetful, {"neer"}, "nothing was said of it"),
        (confused, {"neer"}, "nothing was said of it"),
    ],
)
def test_a_source_that_fails_costs_its_own_series_only(store, fetch, missing, reason):
    with world.serve(world.routes()) as mirror:
        vintage = world.pull_world(store, mirror, source=source_where(broken(fetch)))
    assert set(vintage.missed) == missing
    assert all(reason in sentence for sentence in vintage.missed.values())
    assert set(vintage.series) == set(world.NAMES) - missing
    assert (store / pull_module.STAGING).is_dir()


def test_figures_that_do_not_make_a_series_cost_that_series_only(store):
    def weekly(codes, fetcher):
        for outcome in world.Plain("boj").fetch(codes, fetcher):
            values = outcome.values.set_axis(outcome.values.index.to_timestamp())
            yield Arrived(outcome.code, values, outcome.bodies)

    with world.serve(world.routes()) as mirror:
        vintage = world.pull_world(store, mirror, source=source_where(broken(weekly)))
    assert set(vintage.missed) == {"cgpi", "neer"}
    assert "the figures are not monthly" in vintage.missed["cgpi"]


def test_nothing_at_all_makes_no_vintage(store):
    with world.serve({}) as mirror, pytest.raises(SourceError) as caught:
        world.pull_world(store, mirror)
    assert "None of 11 series arrived" in caught.value.problem
    assert "HTTP 404" in caught.value.problem
    assert vintages(store) == ()
    with world.serve(world.routes()) as mirror:
        assert not world.pull_world(store, mirror).missed


def test_the_usual_client_asks_the_publishers(store, monkeypatch):
    made = []

    def gather(codes, client, source, progress):
        made.append(client)
        return {
            (k, c): Missed(c, SourceError("No.", remedy="No.")) for k in codes for c in codes[k]
        }

    monkeypatch.setattr(pull_module, "gather", gather)
    with pytest.raises(SourceError):
        pull_module.pull(store)
    (client,) = made
    assert (client.mirror, client.pace > 0, client.pause) == ("", True, None)
    assert client.staging.folder == store / pull_module.STAGING
