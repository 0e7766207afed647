"""The claims and what became of them."""

from __future__ import annotations

import pandas as pd

from ...models.claims import Verdict, Verdicts
from ..content import Chart, Section
from ..formats import Interval, p_value_text
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

_OF_A_PART = "A part's own verdict looks at its interval alone, without regard to the other parts."


def verdicts_chapter(verdicts: Verdicts) -> Chapter:
    """Every part of every claim against the region that would support it."""
    figure, _ = verdicts.plot()
    rule, power, *notes = verdicts.notes()
    section = Section(
        "verdicts",
        "Verdicts",
        [
            "The statements come from a macro report; they are hypotheses. Statistic, horizon, "
            "sample and the region that supports each were written down before estimation.",
            *(f"{v.claim}: {v.statement} Verdict: {v.verdict}." for v in verdicts.verdicts),
        ],
        [
            Chart(
                "verdicts",
                figure,
                "The statistics behind the verdicts, with the regions that support them",
                "Each statistic with its 90% interval beside a shaded region.",
            )
        ],
        [_parts_table(verdicts, [rule, _OF_A_PART, power, *notes])],
    )
    return Chapter(section, _numbers(verdicts))


def in_brief(verdicts: Verdicts) -> str:
    """The verdicts in one sentence."""
    found = "; ".join(f"{v.claim} {v.verdict}" for v in verdicts.verdicts)
    return (
        f"Verdicts by a rule fixed before estimation: {found}. Not distinguishable means that the "
        "interval neither lies inside nor outside the region that would support the statement."
    )


def verdicts_table(verdicts: Verdicts) -> Table:
    """The front page's table: one row a claim, with what decides it."""
    level = f"{verdicts.verdicts[0].level:.0%} interval"
    rows = [
        {
            "Statement": f"{v.claim}. {v.statement}",
            "Verdict": v.verdict,
            "Turns on": f"{v.statistic} ({v.hinge.component.unit})",
            "Estimate": v.estimate,
            level: Interval(*v.interval),
        }
        for v in verdicts.verdicts
    ]
    return Table(
        "claims",
        "Three statements and their verdicts",
        pd.DataFrame(rows),
        [verdicts.notes()[0], *map(_in_numbers, verdicts.verdicts)],
        units={"Estimate": "", level: ""},
    )


def _in_numbers(verdict: Verdict) -> str:
    """P-value, power, sample and scheme behind a verdict."""
    return (
        f"{verdict.claim}: p = {verdict.p_value:.3f} (Holm {verdict.p_holm:.3f}), minimum "
        f"detectable effect at 80% power {verdict.mde:.3g} in the unit of the estimate; "
        f"{verdict.sample}, last common month {verdict.last_month}. {_schemes_in_words(verdict)}"
    )


def _schemes_in_words(verdict: Verdict) -> str:
    """What identifies the statistic that decides, and what some schemes impose."""
    decides, words = verdict.hinge, f"Schemes: {verdict.scheme}"
    if decides.schemes > 1:
        words += f"; the least favourable of {decides.schemes}: {decides.component.scheme}"
    elif decides.schemes:
        words += f": {decides.component.scheme}"
    left_out = f" Left out: {'; '.join(verdict.left_out)}." if verdict.left_out else ""
    return f"{words}.{left_out}"


def _numbers(verdicts: Verdicts) -> dict[str, Numbers]:
    """The numbers of each claim, with its own sample and schemes."""
    tidy, rule = verdicts.tidy(), "Interval against a region fixed beforehand; Holm across claims."
    return {
        f"verdict-{v.claim.lower()}": Numbers(
            tidy[tidy["model"] == v.claim], v.sample, f"{rule} {_schemes_in_words(v)}"
        )
        for v in verdicts.verdicts
    }


def _parts_table(verdicts: Verdicts, notes: list[str]) -> Table:
    parts = verdicts.parts.reset_index()
    shown = pd.DataFrame(
        {
            "Claim": parts["claim"],
            "Statistic": parts["statistic"] + " (" + parts["unit"] + ")",
            "Verdict": parts["verdict"],
            "Estimate": parts["estimate"],
            "90% interval": [
                Interval(low, high) for low, high in zip(parts["conf_low"], parts["conf_high"])
            ],
            "Region": parts["region"],
            "p": [p_value_text(p) for p in parts["p"]],
            "MDE": parts["min. detectable effect"],
        }
    )
    return Table(
        "claim-statistics",
        "Statistics behind the verdicts",
        shown,
        notes,
        units={"Estimate": "", "90% interval": ""},
        group="Claim",
    )
