"""Two runs of a study: what changed in between, how the numbers moved, and what moved them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from .data.changes import InputChanges, input_changes, spec_changes, with_old_periods
from .data.sources.files import Data
from .earlier import study_of
from .estimates import loop_of
from .headline_samples import Draws, HeadlineSamples
from .headlines import Headline, Identity, headlines
from .models.comparison import Comparison, VerdictMove
from .models.moves import STAGES, Estimate, Move, Noise, sampling_noise, together
from .models.paired_samples import Key
from .reports.comparison import write_comparison
from .reports.comparison_numbers import all_numbers, find_number
from .reports.inputs import read_inputs
from .reports.manifest import software_versions
from .reports.run_folder import DEFAULT_OUT, require_writable
from .reports.stored_run import StoredRun, open_run
from .spec import StudySpec
from .study import Tell, run_study, silent

if TYPE_CHECKING:
    import pandas as pd

    from .data.loop_panel import LoopPanel

#: Below the folder of the runs: estimations between two runs, kept for the next comparison.
KEPT = ".between-runs"

#: Packages whose version changes pictures alone.
OF_PICTURES = ("matplotlib",)

#: What a stage is estimated for.
_WHY = {
    "repeated": "Software",
    "revised": "Revisions",
    "extended": "New months",
    "respecified": "Software",
}


@dataclass(frozen=True)
class _Side:
    """A run with its study file and its figures."""

    run: StoredRun
    spec: StudySpec
    data: Data


def compare_runs(
    old: Path | str, new: Path | str, out: Path | str = DEFAULT_OUT, *, step: Tell = silent
) -> Comparison:
    """Explain how the conclusions of a study moved from one run to another.

    What lies between the runs is estimated by the study's own means: the old study file on the new
    figures of the old months (what that moves is revision), then on all months (new months), then
    the new study file. Where a run was made by other software than the present, it is estimated
    once more. For numbers of the recursive VAR of the loop, a paired bootstrap under no change of
    parameters says what new months alone would move.

    Parameters
    ----------
    old, new : path or str
        Folders of finished runs, or their names below ``out``.
    out : path
        Folder in which ``compare-OLD-NEW`` is made: page, charts, tables, every number.
    step : callable
        Told the name of each step when it begins.

    Raises
    ------
    YenloopError
        With what is missing and the remedy; nothing half-written is left.
    """
    require_writable(out)
    step("Reading both runs")
    before, after = _open(old, out), _open(new, out)
    cut = with_old_periods(after.data, before.data)
    # How far a study file reads the figures is a matter of months, not of the study.
    end = before.spec.data.model_copy(update={"end": after.spec.data.end})
    longer = before.spec.model_copy(update={"data": end})
    runs = _Between(before, after, Path(out), step).runs(cut, longer)
    short_loop, long_loop = loop_of(before.spec, cut), loop_of(longer, after.data)
    wanted = headlines(after.spec, long_loop.roles, _labels(long_loop), after.run)
    step("What sampling alone would move")
    samples = HeadlineSamples(before.spec, longer, short_loop, long_loop)
    drawn, remarks = samples.drawn()
    numbers = {stage: run.numbers for stage, run in runs.items()}
    moves, p_value = _moves(wanted, numbers, drawn)
    changes = input_changes(before.data, after.data)
    step("Writing the comparison")
    found = Comparison(
        old=before.run.path.name,
        new=after.run.path.name,
        level=max(after.spec.var.levels),
        moves=moves,
        verdicts=_verdicts(runs),
        parts=_parts(runs),
        series=changes.changed,
        series_in_words=changes.in_words(),
        settings=spec_changes(before.run.manifest.spec, after.run.manifest.spec),
        software=_software(before.run, after.run),
        numbers=all_numbers(numbers),
        samples=samples.spans,
        months=samples.months,
        together=p_value,
        remarks=(*remarks, *_held_by_one(changes)),
    )
    return replace(found, folder=str(write_comparison(found, changes.frame, out)))


def _open(run: Path | str, out: Path | str) -> _Side:
    stored = open_run(run, out)
    return _Side(stored, study_of(stored), read_inputs(stored))


def _labels(loop: LoopPanel) -> dict[str, str]:
    return {name: column.label for name, column in loop.panel.columns.items()}


# -- what lies between the runs ------------------------------------------------------------------


@dataclass(frozen=True)
class _Between:
    """Finds the runs of all stages, and makes those that are not there."""

    before: _Side
    after: _Side
    out: Path
    step: Tell

    def runs(self, cut: Data, longer: StudySpec) -> dict[str, StoredRun]:
        """The run of each stage; neighbours with the same study and figures share one.

        Parameters
        ----------
        cut : Data
            The new figures of the old months.
        longer : StudySpec
            The old study on all months.
        """
        before, after = self.before, self.after
        known: dict[str, StoredRun] = {}
        for side in (before, after):
            if _by_present_software(side.run):
                known.setdefault(_identity(side.spec, side.data), side.run)
        wanted = {
            "repeated": (before.spec, before.data),
            "revised": (before.spec, cut),
            "extended": (longer, after.data),
            "respecified": (after.spec, after.data),
        }
        found = {"old": before.run}
        for stage, (spec, data) in wanted.items():
            key = _identity(spec, data)
            if key not in known:
                known[key] = self._made(stage, key, spec, data)
            found[stage] = known[key]
        return {**found, "new": after.run}

    def _made(self, stage: str, key: str, spec: StudySpec, data: Data) -> StoredRun:
        """The study on these figures, from an earlier comparison or estimated now."""
        kept = self.out / KEPT / key
        if earlier := sorted(kept.glob("[!.]*/manifest.json")):
            return StoredRun(earlier[0].parent)

        def tell(name: str) -> None:
            self.step(f"{_WHY[stage]}: {name}")

        return StoredRun(run_study(spec, data, kept, pictures=False, step=tell))


def _identity(spec: StudySpec, data: Data) -> str:
    """What the numbers of a study depend on, as a hash: settings, figures, software."""
    found = (data.monthly, data.daily, data.instruments, data.countries)
    panels = [panel for panel in found if panel is not None]
    names = [name for panel in panels for name in panel.names]
    parts = {
        "spec": spec.model_dump(mode="json", exclude={"title"}),
        "figures": [panel.sha256 for panel in panels],
        "events": {name: events.sha256 for name, events in data.events.items()},
        "series": {name: repr(data.entries.get(name)) for name in names},
        "software": _numerical(software_versions()),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:24]


def _numerical(versions: Mapping[str, str]) -> dict[str, str]:
    return {name: number for name, number in versions.items() if name not in OF_PICTURES}


def _by_present_software(run: StoredRun) -> bool:
    return _numerical(run.manifest.versions) == _numerical(software_versions())


def _parts(runs: Mapping[str, StoredRun]) -> tuple[str, ...]:
    """Parts of a move that can differ from zero."""
    differs = {later: runs[earlier].path != runs[later].path for earlier, later in pairwise(STAGES)}
    found = {
        "revision": differs["revised"],
        "new_months": differs["extended"],
        "study_file": differs["respecified"],
        "software": not all(_by_present_software(runs[stage]) for stage in ("old", "new")),
    }
    return tuple(part for part, there in found.items() if there)


def _software(before: StoredRun, after: StoredRun) -> pd.DataFrame:
    """Packages of another version."""
    changed = spec_changes(before.manifest.versions, after.manifest.versions)
    return changed.rename(columns={"key": "package"})


def _verdicts(runs: Mapping[str, StoredRun]) -> tuple[VerdictMove, ...]:
    """The verdict on each claim at every stage."""
    tables = {stage: _verdicts_of(run) for stage, run in runs.items()}
    return tuple(
        VerdictMove(claim, statement, {s: t.get(claim, ("", ""))[1] for s, t in tables.items()})
        for claim, (statement, _) in tables["new"].items()
    )


def _verdicts_of(run: StoredRun) -> dict[str, tuple[str, str]]:
    """Statement and verdict by claim."""
    table = run.table("claims")
    split = (statement.partition(". ") for statement in table["Statement"])
    return {
        claim: (statement, verdict)
        for (claim, _, statement), verdict in zip(split, table["Verdict"], strict=True)
    }


def _held_by_one(changes: InputChanges) -> list[str]:
    """A remark on series that came or went."""
    names = changes.changed.loc[changes.changed["status"].isin(["added", "removed"]), "series"]
    if names.empty:
        return []
    words = ", ".join(names)
    return [f"Only one of the runs has {words}; what that moves counts among the new months."]


# -- the moves -----------------------------------------------------------------------------------


def _moves(
    wanted: Sequence[Headline],
    numbers: Mapping[str, pd.DataFrame],
    drawn: Mapping[Key, Draws],
) -> tuple[tuple[Move, ...], float]:
    """The headline numbers at all stages, and the p-value of all tested ones at once."""
    moves, differences, seen = [], [], []
    for headline in wanted:
        rows = {s: find_number(frame, headline.identity) for s, frame in numbers.items()}
        if rows["old"] is None and rows["new"] is None:
            continue
        move = _move(headline, rows, drawn.get(_key(headline.identity)))
        moves.append(move)
        if move.noise is not None:
            before, after = drawn[_key(headline.identity)]
            differences.append(after - before)
            seen.append(move.new_months)
    p_value = together(np.stack(differences, axis=1), np.array(seen)) if seen else float("nan")
    return tuple(moves), p_value


def _key(identity: Identity) -> Key:
    """What drawn numbers are called by; tables beside the main one have none."""
    table, statistic, shock, response, horizon = identity
    main = table in ("loop-gain", "responses", "pass-through")
    return statistic, shock, response, int(horizon) if main else -1


def _move(headline: Headline, rows: Mapping[str, pd.Series | None], draws: Draws | None) -> Move:
    estimates = {stage: _estimate(row) for stage, row in rows.items()}
    seen = estimates["extended"].value - estimates["revised"].value
    noise: Noise | None = None if draws is None else sampling_noise(*draws, seen)
    table, statistic, shock, response, horizon = headline.identity
    shown = rows["new"] if rows["new"] is not None else rows["old"]
    assert shown is not None
    return Move(
        table=table,
        statistic=statistic,
        shock=shock,
        response=response,
        horizon=horizon,
        group=headline.group,
        label=headline.label,
        unit=str(shown["unit"]),
        leads=headline.leads,
        **estimates,
        noise=noise,
        samples=(_fact(rows["old"], "sample"), _fact(rows["new"], "sample")),
        methods=(_fact(rows["old"], "method"), _fact(rows["new"], "method")),
    )


def _estimate(row: pd.Series | None) -> Estimate:
    if row is None:
        return Estimate(float("nan"), float("nan"), float("nan"))
    return Estimate(float(row["estimate"]), float(row["conf_low"]), float(row["conf_high"]))


def _fact(row: pd.Series | None, name: str) -> str:
    return "" if row is None else str(row[name])
