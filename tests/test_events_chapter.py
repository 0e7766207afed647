"""Proves that the page around decisions says what it found, or what to give for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.catalog import entries
from yenloop.data.events import DECISIONS, Events
from yenloop.data.panel import Panel
from yenloop.data.sources.files import Data, load_data
from yenloop.errors import SpecError
from yenloop.estimates import _decisions
from yenloop.reports.chapters.events import events_chapter
from yenloop.reports.latex import table_latex
from yenloop.reports.numbers import numbers_frame
from yenloop.reports.tables import lay_out, table_csv
from yenloop.spec import EventSpec, StudySpec, read_spec


def with_days(
    *, daily: bool = True, series: tuple[str, ...] = ("jgb10y_daily", "usdjpy_ecb")
) -> Data:
    """The bundled panel, thirty decisions, and daily figures around them."""
    dates = pd.bdate_range("2015-01-01", "2018-12-31")
    walk = np.random.default_rng(1).standard_normal((len(dates), len(series))).cumsum(axis=0)
    panel = Panel(
        pd.DataFrame(100 + walk / 10, dates, list(series)),
        {name: entries()[name].column for name in series},
        "simulated",
    )
    days = dates[30:-30:30]
    ways = ["tightening", "no change"] * len(days)
    events = Events.from_days(
        DECISIONS, days, clock="12:00 Asia/Tokyo", directions=ways[: len(days)], label="decisions"
    )
    return replace(load_data(), daily=panel if daily else None, events={DECISIONS: events})


SPEC = StudySpec(events=EventSpec(draws=99, before=2, after=3))


def test_without_days_the_page_says_what_to_give() -> None:
    chapter = events_chapter(_decisions(SPEC, load_data()))
    (sentence,) = chapter.section.paragraphs
    assert "hold no days of decisions ('boj_decisions')" in sentence
    assert "--data FOLDER --data DAYS.csv" in sentence
    assert 'kind = "events"' in sentence
    assert not chapter.section.charts
    assert not chapter.numbers


def test_without_daily_figures_it_says_so() -> None:
    for data in (with_days(daily=False), with_days(series=("usdjpy_ecb",))):
        (sentence,) = events_chapter(_decisions(SPEC, data)).section.paragraphs
        assert "days of decisions, but no daily figures of jgb10y_daily" in sentence
        assert "daily_panel.csv" in sentence


def test_days_outside_of_the_figures_are_told_and_stop_nothing() -> None:
    spec = StudySpec(events=EventSpec(start="2031-01-01"))
    (sentence,) = events_chapter(_decisions(spec, with_days())).section.paragraphs
    assert sentence.startswith("No event study was made. None of the decisions")


@pytest.fixture(scope="module")
def chapter():
    return events_chapter(_decisions(SPEC, with_days()))


def test_the_page_holds_charts_tables_and_every_number(chapter) -> None:
    section = chapter.section
    assert [chart.name for chart in section.charts] == ["decisions", "decision-surprises"]
    assert [table.name for table in section.tables] == [
        "decision-changes",
        "decision-moves",
        "decision-slopes",
    ]
    assert section.paragraphs[-1] == "Not in the data: jgb2y_daily, nikkei_daily, us10y_daily."
    numbers = numbers_frame(chapter.numbers)
    for column in ("unit", "sample", "method", "statistic"):
        assert (numbers[column] != "").all()
    shown = lay_out(section.tables[0])
    assert [block.label for block in shown.blocks][:2] == ["all", "tightening"]
    changes = numbers[(numbers["statistic"] == "event_change") & (numbers["horizon"] == "0")]
    assert changes["estimate"].nunique() == len(section.tables[0].frame)
    for table in section.tables:
        assert table_csv(table)
        assert table_latex(table)


def test_the_page_names_the_events_and_their_number(chapter) -> None:
    text = " ".join([*chapter.section.paragraphs, *chapter.section.tables[0].notes])
    assert "33 decisions" in text
    assert "Ordinary days: same weekday and hour" in text
    assert "not policy from news" in text


def test_the_section_of_the_study_file(tmp_path) -> None:
    file = tmp_path / "study.toml"
    file.write_text('[events]\nseries = ["jgb10y_daily"]\nafter = 20\n', encoding="utf-8")
    assert read_spec(file).events.after == 20
    for text, message in (
        ('surprise = "nikkei_daily"\nseries = ["jgb10y_daily"]', "is not among series"),
        ("window = 3", "unknown key 'events.window'"),
        ('start = "2001"', "events.start"),
    ):
        file.write_text(f"[events]\n{text}\n", encoding="utf-8")
        with pytest.raises(SpecError, match=message):
            read_spec(file)
