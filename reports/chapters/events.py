"""What markets did around the Bank of Japan's decisions, where their days are given."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...models.event_study_results import ALL, EventStudy
from ..content import Chart, Section
from ..formats import Interval, p_value_text
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

TITLE = "Around decisions of the Bank of Japan"

#: How one gets an event study where the data hold no days.
HOW_TO_GIVE_DAYS = (
    "No event study was made: the data hold no days of decisions ('{name}'). Give them beside "
    "daily figures, as in 'yenloop run --data FOLDER --data DAYS.csv': one row a day, and beside "
    'it DAYS.toml with [file] kind = "events", name = "{name}", label, date (the column of days) '
    'and clock = "12:00 Asia/Tokyo"; direction names a column (tightening, easing) by which the '
    "charts are split."
)

#: The same where days are there, but nothing daily to look at.
HOW_TO_GIVE_FIGURES = (
    "No event study was made: there are {count} days of decisions, but no daily figures of "
    "{surprise}. Give a folder with daily_panel.csv: 'yenloop run --data FOLDER --data DAYS.csv'."
)


@dataclass(frozen=True, eq=False)
class Decisions:
    """The event study, or why there is none.

    Attributes
    ----------
    study : EventStudy or None
    remark : str
        What is missing and how to give it, or which series were left out.
    """

    study: EventStudy | None
    remark: str = ""


def events_chapter(found: Decisions) -> Chapter:
    """Paths by direction and by surprise, absolute changes, slopes; or what to give for them."""
    study, remark = found.study, [found.remark] if found.remark else []
    if study is None:
        return Chapter(Section("decisions", TITLE, remark), {})
    section = Section(
        "decisions",
        TITLE,
        [study.sentence(), _slopes_in_words(study), *remark],
        _charts(study),
        [_changes(study), _moves(study), _slopes(study)],
    )
    numbers = Numbers(study.tidy(), study.sample, " ".join(study.notes()))
    return Chapter(section, {"event-study": numbers})


def _slopes_in_words(study: EventStudy) -> str:
    """What the slopes say, and what they do not."""
    same = study.slopes["p_same"].rename(index=study.labels)
    differ = [str(label) for label in same.index[same < 0.05]]
    said = f"differ at 5% for {', '.join(differ)}" if differ else "differ at 5% for no series"
    return (
        f"Slopes on decision days and on ordinary days {said}. Whatever else became known in the "
        "same hours is in these changes too: the study tells decision days from other days, not "
        "policy from news."
    )


def _charts(study: EventStudy) -> list[Chart]:
    charts = []
    for name, groups, how in (
        ("decisions", study.directions or (ALL,), "by direction"),
        ("decision-surprises", study.signs, "by the sign of the surprise"),
    ):
        if groups:
            figure, _ = study.plot(groups=groups)
            charts.append(
                Chart(
                    name,
                    figure,
                    f"Changes around {study.label}, {how}",
                    "Average cumulated changes of each series with 68% and 90% bands, from some "
                    "days before the announcement to some days after it.",
                )
            )
    return charts


def _changes(study: EventStudy) -> Table:
    level = f"{max(study.levels):.0%} interval"
    rows = study.table().reset_index()
    shown = pd.DataFrame(
        {
            "Decisions": rows["group"],
            "Series": rows["series"],
            "Unit": rows["unit"],
            "Events": rows["events"],
            "Change": rows["change"],
            level: [Interval(low, high) for low, high in zip(rows["low"], rows["high"])],
            "p": _p_values(rows["p"]),
        }
    )
    return Table(
        "decision-changes",
        f"Changes over the announcement: {study.label}",
        shown,
        study.notes(),
        units={"Change": "", level: ""},
        group="Decisions",
        missing="the sign of this very change chose the days",
    )


def _moves(study: EventStudy) -> Table:
    rows = study.moves
    shown = pd.DataFrame(
        {
            "Decisions": rows["group"],
            "Series": rows["series"].map(study.labels),
            "Unit": [study.columns[name].unit_of_responses for name in rows["series"]],
            "Events": rows["events"],
            "Mean absolute change": rows["mean"],
            "On ordinary days": rows["ordinary"],
            "p": _p_values(rows["p"]),
        }
    )
    return Table(
        "decision-moves",
        "Do markets move more over the announcement than on ordinary days?",
        shown,
        ["p: one-sided, the share of draws of as many ordinary days that moved as much or more."],
        units={"Mean absolute change": "", "On ordinary days": ""},
        group="Decisions",
    )


def _slopes(study: EventStudy) -> Table:
    level = max(study.levels)
    limits = study.slope_interval(level)
    rows = study.slopes.reset_index()
    shown = pd.DataFrame(
        {
            "Series": rows["series"].map(study.labels),
            "Unit": rows["unit"],
            "Events": rows["events"],
            "Slope": rows["slope"],
            f"{level:.0%} interval": [Interval(low, high) for low, high in zip(*limits)],
            "p, zero": _p_values(rows["p"]),
            "On ordinary days": rows["ordinary"],
            "p, same": _p_values(rows["p_same"]),
        }
    )
    return Table(
        "decision-slopes",
        f"Changes with {study.columns[study.surprise].label} over the announcement",
        shown,
        [
            "OLS over all events, HC3 errors, t critical values. p, zero: surprises dealt out anew "
            "over the days. p, same: against slopes over as many ordinary days.",
            f"{study.nobs} {study.label}, {study.sample}.",
        ],
        units={"Slope": "", f"{level:.0%} interval": "", "On ordinary days": ""},
    )


def _p_values(values: pd.Series) -> list[str | None]:
    return [p_value_text(p) if p == p else None for p in values]
