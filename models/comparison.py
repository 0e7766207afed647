"""Two runs of a study side by side: what changed, how the numbers moved, and what moved them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from .moves import PARTS, RANGE, STAGES, Estimate, Move
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: P-values below this are called more than sampling noise.
NOTABLE = 0.10

HOW_PARTS_ARE_MADE = (
    "Revisions: the old study file on the new figures of the old months, less the old run. New "
    "months: the same on all months, less that. Study file: the new run, less that. The parts add "
    "up to the move; with parts in another order each would be another number."
)
HOW_NOISE_IS_MADE = (
    "Range and p-value belong to the part of the new months: paths are simulated from the VAR of "
    "all months as if no parameter had changed (residuals resampled as for the bands), both "
    "samples are estimated on each, and their difference is what sampling alone gives. Revisions "
    "and steps of the consumption tax are taken as known."
)
NOT_TESTED = (
    "Not tested: numbers that do not come from the recursive VAR of the loop, and ratios without "
    "an estimate."
)


@dataclass(frozen=True, slots=True)
class VerdictMove:
    """A claim's verdict at every stage.

    Attributes
    ----------
    claim, statement : str
    words : mapping of stage to verdict
        See ``moves.STAGES``; empty where the stage has none.
    """

    claim: str
    statement: str
    words: Mapping[str, str]

    @property
    def changed(self) -> bool:
        """Whether the new run says something else."""
        return self.words["old"] != self.words["new"]

    def sentence(self) -> str:
        """The verdict, and what turned it."""
        before, after = self.words["old"], self.words["new"]
        if not self.changed:
            return f"{self.claim}: {after}, as before."
        turns = [
            STAGES[later]
            for earlier, later in pairwise(STAGES)
            if self.words[earlier] != self.words[later]
        ]
        return f"{self.claim}: {before}, now {after} (it turns with {'; '.join(turns)})."


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison(Result):
    """How the conclusions of a study moved from one run to another.

    Attributes
    ----------
    old, new : str
        Names of the runs.
    level : float
        Of the intervals.
    moves : tuple of Move
        Headline numbers, in the order of the report.
    verdicts : tuple of VerdictMove
    parts : tuple of str
        What differs between the runs, of ``moves.PARTS``; other parts are zero.
    series : DataFrame
        Series that changed: new months and revisions, one row a series.
    series_in_words : tuple of str
    settings : DataFrame
        Settings that changed: ``key``, ``old``, ``new``.
    software : DataFrame
        Packages of another version: ``package``, ``old``, ``new``.
    numbers : DataFrame
        Every number of both runs, largest moves first.
    samples : (str, str)
        Of the VAR of the loop, in the old months and in all months.
    months : int
        New months of that VAR.
    together : float
        P-value of all tested moves at once.
    remarks : tuple of str
        What could not be done, and why.
    folder : str
        Where the comparison was written.
    """

    old: str
    new: str
    level: float
    moves: tuple[Move, ...]
    verdicts: tuple[VerdictMove, ...]
    parts: tuple[str, ...]
    series: pd.DataFrame
    series_in_words: tuple[str, ...]
    settings: pd.DataFrame
    software: pd.DataFrame
    numbers: pd.DataFrame
    samples: tuple[str, str]
    months: int
    together: float
    remarks: tuple[str, ...] = ()
    folder: str = ""

    methods: ClassVar[tuple[str, ...]] = ("hausman1978", "bruggemann2016", "kilian1998")
    figure: ClassVar[str] = "moves"

    @property
    def tested(self) -> tuple[Move, ...]:
        """The moves that have a p-value."""
        return tuple(move for move in self.moves if move.noise is not None)

    @property
    def table(self) -> pd.DataFrame:
        """One row for each headline number: both estimates, the parts, the test."""
        return pd.DataFrame([self._row(move) for move in self.moves])

    def tidy(self) -> pd.DataFrame:
        """Stages, parts and ranges of all headline numbers; ``model`` is table and statistic."""
        return tidy_frame([row for move in self.moves for row in move.rows(self.level)])

    def short(self) -> pd.DataFrame:
        """The short list for the eye: estimates, move and parts, range by sampling, p-value."""
        rows = [
            {
                "group": move.group,
                "number": move.label,
                "unit": move.unit,
                "old": move.text(move.old.value),
                "new": move.text(move.new.value),
                "move": move.text(move.total, signed=True),
                **{PARTS[p]: move.text(getattr(move, p), signed=True) for p in self.parts},
                f"by sampling ({RANGE:.0%})": move.range_text(),
                "p": f"{move.noise.p_value:.2f}" if move.noise else "",
            }
            for move in self.moves
            if move.leads
        ]
        return pd.DataFrame(rows).set_index(["group", "number"])

    def summary(self) -> Summary:
        """The short list of headline numbers, their intervals, the verdicts, what else changed."""
        tables = [("Headline numbers", self.short()), ("Intervals", self._intervals())]
        if self.verdicts:
            words = {v.claim: {"old": v.words["old"], "new": v.words["new"]} for v in self.verdicts}
            tables.append(("Verdicts", pd.DataFrame.from_dict(words, orient="index")))
        for caption, frame in (
            ("Settings of the study file", self.settings),
            ("Software", self.software),
        ):
            if len(frame):
                tables.append((caption, frame.set_index(frame.columns[0])))
        return Summary(f"From {self.old} to {self.new}", tables, self.notes())

    def to_latex(self) -> str:
        """The tables of the summary in booktabs style."""
        return self.summary().to_latex()

    def notes(self) -> tuple[str, ...]:
        """Inputs that changed, the moves in sentences, and how they were taken apart."""
        return (*self.inputs_in_words(), *self.sentences(), *self.method())

    def inputs_in_words(self) -> tuple[str, ...]:
        """What changed in the inputs, in a few sentences."""
        if not len(self.series):
            found = ["No figure changed."]
        else:
            new, revised = (int((self.series[what] > 0).sum()) for what in ("new", "revised"))
            found = [
                f"{len(self.series)} series changed: {new} with new periods, {revised} revised."
            ]
        if len(self.settings):
            found.append(f"Settings changed: {', '.join(self.settings['key'])}.")
        if len(self.software):
            found.append(f"Versions changed: {', '.join(self.software['package'])}.")
        return tuple(found)

    def sentences(self) -> tuple[str, ...]:
        """The first number, others of the short list beyond sampling noise, all, the verdicts."""
        beyond = [m for m in self.tested if m.noise and m.noise.p_value < NOTABLE]
        short = [move for move in self.moves if move.leads]
        told = [move for i, move in enumerate(short) if i == 0 or move in beyond]
        return (
            *(move.sentence(self.months, self.parts) for move in told),
            *self._all_at_once(len(beyond)),
            *(verdict.sentence() for verdict in self.verdicts),
        )

    def method(self) -> tuple[str, ...]:
        """How moves were taken apart and tested, with what could not be done."""
        how = [HOW_PARTS_ARE_MADE]
        if self.tested:
            how += [HOW_NOISE_IS_MADE, NOT_TESTED]
        return (
            *how,
            f"Intervals: {self.level:.0%}. VAR of the loop: {self.samples[0]}, then "
            f"{self.samples[1]}.",
            *self.remarks,
        )

    def plot(self, *, every: bool = False, **options: Any) -> tuple[Figure, Any]:
        """Old, revised and new estimates with intervals, and the range that sampling alone gives.

        Parameters
        ----------
        every : bool
            All headline numbers instead of the short list.
        """
        shown = [move for move in self.moves if every or move.leads]
        rows = tidy_frame([row for move in shown for row in move.rows(self.level)])
        stages = ["old", "new"]
        if "revision" in self.parts and len(self.parts) > 1:
            stages.insert(1, "revised")
        defaults = {
            "labels": [(move.group, move.label) for move in shown],
            "stages": stages,
            "notes": self._under_chart(stages),
        }
        return self._draw(self.figure, rows, **{**defaults, **options})

    def _under_chart(self, stages: list[str]) -> tuple[str, ...]:
        words = "; ".join(f"{stage}: {STAGES[stage]}" for stage in stages if stage == "revised")
        return (
            f"Lines are {self.level:.0%} intervals{'; ' + words if words else ''}.",
            f"Old: {self.old}, {self.samples[0]}; new: {self.new}, {self.samples[1]} (VAR of the "
            "loop).",
            *([HOW_NOISE_IS_MADE] if self.tested else []),
        )

    def _all_at_once(self, beyond: int) -> list[str]:
        """How many p-values are small, how many would be, and the joint test."""
        count = len(self.tested)
        if not count:
            return []
        return [
            f"Of {count} tested moves {beyond} {'has' if beyond == 1 else 'have'} p < {NOTABLE:g}, "
            f"where {NOTABLE * count:.0f} would under no change; all at once p = "
            f"{self.together:.2f}."
        ]

    def _intervals(self) -> pd.DataFrame:
        rows = [
            {
                "number": move.label,
                **{
                    stage: f"[{move.text(one.low)}, {move.text(one.high)}]"
                    for stage, one in (("old", move.old), ("new", move.new))
                    if not np.isnan(one.low)
                },
            }
            for move in self.moves
            if move.leads
        ]
        return pd.DataFrame(rows).set_index("number").fillna("")

    def _row(self, move: Move) -> dict[str, Any]:
        noise = move.noise
        return {
            "group": move.group,
            "number": move.label,
            "unit": move.unit,
            **_interval("old", move.old),
            **_interval("revised", move.revised),
            **_interval("extended", move.extended),
            **_interval("new", move.new),
            "move": move.total,
            **{words: getattr(move, part) for part, words in PARTS.items()},
            "range_low": noise.low if noise else np.nan,
            "range_high": noise.high if noise else np.nan,
            "p": noise.p_value if noise else np.nan,
            "paths": noise.draws if noise else 0,
            "move_over_half_interval": move.relative,
            "sample_old": move.samples[0],
            "sample_new": move.samples[1],
            "method_old": move.methods[0],
            "method_new": move.methods[1],
        }


def _interval(stage: str, found: Estimate) -> dict[str, float]:
    return {stage: found.value, f"{stage}_low": found.low, f"{stage}_high": found.high}
