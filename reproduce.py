"""A run made once more from what it keeps: its study, its seed and its figures."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from .data.changes import input_changes
from .data.sources.files import Data
from .earlier import figures_now, study_of
from .errors import YenloopError
from .models.results import Summary
from .reports.csv_differences import EQUAL, csv_differences
from .reports.inputs import read_inputs
from .reports.manifest import Manifest, software_versions
from .reports.stored_run import StoredRun, open_run
from .study import Tell, run_study, silent

#: Differing numbers that a summary shows.
_SHOWN = 20

Verdict = Literal["byte-identical", "equal", "different"]


@dataclass(frozen=True)
class Reproduction:
    """A run beside the same run made again.

    Attributes
    ----------
    run : str
        Name of the run.
    again : Path or None
        Folder of the run that was made again, where it was kept.
    files : DataFrame
        Each CSV file and what became of it: ``byte-identical``, ``equal`` (every number to 1e-8
        of its size), ``different``, ``absent`` or ``new``.
    numbers : DataFrame
        Cells that differ, the worst first: ``file``, ``cell``, ``old``, ``new``, ``difference``.
    versions : DataFrame
        Software of another version than then: ``software``, ``then``, ``now``.
    altered : tuple of str
        Files that are no longer what the run wrote; the hash that it wrote down then decides.
    source : str
        Whether the places from which the figures came still hold the same.
    """

    run: str
    again: Path | None
    files: pd.DataFrame
    numbers: pd.DataFrame
    versions: pd.DataFrame
    altered: tuple[str, ...]
    source: str

    @property
    def verdict(self) -> Verdict:
        """How close the two are, by the file that is least so."""
        became = set(self.files["became"])
        if became <= {"byte-identical"}:
            return "byte-identical"
        return "equal" if became <= {"byte-identical", "equal"} else "different"

    @property
    def succeeded(self) -> bool:
        """Whether all numbers are the same or equal to 1e-8 of their size."""
        return self.verdict != "different"

    def in_words(self) -> str:
        """The verdict in a sentence."""
        count = f"{len(self.files)} CSV files"
        if self.verdict == "byte-identical":
            return f"The run {self.run} was made again: all {count} are byte-identical."
        worst = self.numbers["difference"].max() if len(self.numbers) else 0.0
        if self.verdict == "equal":
            return (
                f"The run {self.run} was made again: the numbers of all {count} are equal to "
                f"{EQUAL:g} of their size (largest difference {worst:.1e})."
            )
        unlike = int((~self.files["became"].isin(["byte-identical", "equal"])).sum())
        return f"The run {self.run} was made again, and {unlike} of {count} differ."

    def summary(self) -> Summary:
        """The verdict, what differs, and what may be the reason."""
        unlike = self.files[self.files["became"] != "byte-identical"]
        tables = [
            ("Files that are not byte-identical", unlike.set_index("file")),
            ("Numbers that differ, worst first", self.numbers.head(_SHOWN).set_index("file")),
            ("Software of another version", self.versions.set_index("software")),
        ]
        notes = [self.source]
        if self.altered:
            notes.append(f"Altered since the run was made: {', '.join(self.altered)}.")
        if len(self.numbers) > _SHOWN:
            notes.append(f"{len(self.numbers):,} cells differ in all.")
        if self.again is not None:
            notes.append(f"Made again in {self.again}.")
        return Summary(self.in_words(), [table for table in tables if len(table[1])], tuple(notes))


def reproduce(
    run: StoredRun | str | Path,
    out: Path | str | None = None,
    *,
    announce: Tell = silent,
    step: Tell = silent,
) -> Reproduction:
    """Make a run again from its own study, seed and figures, and compare the two.

    Parameters
    ----------
    run : StoredRun or path
    out : path, optional
        Folder in which the new run's folder is made and kept; by default it is thrown away, and
        no charts are drawn.
    announce, step : callable
        As ``run_study``.

    Raises
    ------
    StorageError
        The run does not hold its figures, or they were altered.
    SpecError
        Its study is not valid in this version.
    """
    stored = run if isinstance(run, StoredRun) else open_run(run)
    data, spec = read_inputs(stored), study_of(stored)
    with _folder(out) as folder:
        again = run_study(
            spec,
            data,
            folder,
            command=stored.manifest.command,
            pictures=out is not None,
            announce=announce,
            step=step,
        )
        files, numbers = _compared(stored, StoredRun(again))
    return Reproduction(
        run=stored.path.name,
        again=None if out is None else again,
        files=files,
        numbers=numbers,
        versions=_other_versions(stored.manifest),
        altered=_altered(stored),
        source=_source_now(stored, data),
    )


@contextmanager
def _folder(out: Path | str | None) -> Iterator[Path]:
    if out is not None:
        yield Path(out)
        return
    with tempfile.TemporaryDirectory(prefix="yenloop-") as folder:
        yield Path(folder)


def _compared(old: StoredRun, new: StoredRun) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What became of each file, and the cells that differ."""
    before, after = old.manifest.outputs, new.manifest.outputs
    became: dict[str, str] = {}
    differences = []
    for file in {**before, **after}:
        if file not in after or file not in before:
            became[file] = "absent" if file not in after else "new"
        elif before[file] == after[file]:
            became[file] = "byte-identical"
        elif not (old.path / file).is_file():
            became[file] = "different"  # from its hash, which is all that is left of it
        else:
            found = csv_differences(old.path / file, new.path / file)
            equal = bool((found["difference"] <= EQUAL).all())
            became[file] = "equal" if equal else "different"
            differences.append(found.assign(file=file))
    columns = ["file", "cell", "old", "new", "difference"]
    cells = pd.concat(differences) if differences else pd.DataFrame(columns=columns)
    worst_first = cells.sort_values("difference", ascending=False, kind="stable")
    files = pd.DataFrame({"file": list(became), "became": list(became.values())})
    return files, worst_first[columns].reset_index(drop=True)


def _altered(run: StoredRun) -> tuple[str, ...]:
    """CSV files that are no longer what the run wrote."""
    return tuple(
        file
        for file, digest in run.manifest.outputs.items()
        if not (run.path / file).is_file()
        or hashlib.sha256((run.path / file).read_bytes()).hexdigest() != digest
    )


def _other_versions(then: Manifest) -> pd.DataFrame:
    now = software_versions()
    rows = [
        (name, then.versions.get(name, "unknown"), version)
        for name, version in now.items()
        if then.versions.get(name) != version
    ]
    return pd.DataFrame(rows, columns=["software", "then", "now"])


def _source_now(run: StoredRun, held: Data) -> str:
    """Whether the places that the run's command names hold the same figures now."""
    try:
        changes = input_changes(held, figures_now(run))
    except YenloopError as error:
        return f"The figures' source cannot be read any more ({error.problem})"
    if changes.same:
        return "The figures' source holds the same figures now."
    rows = changes.changed
    counts = {
        "added": int((rows["status"] == "added").sum()),
        "removed": int((rows["status"] == "removed").sum()),
        "with new periods": int(((rows["new"] > 0) & (rows["status"] == "changed")).sum()),
        "with revisions": int((rows["revised"] > 0).sum()),
    }
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"The figures' source has changed since: {len(rows)} series differ ({told})."
