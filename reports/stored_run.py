"""A run that was made earlier: what it was, its tables, numbers and stored results."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

from ..errors import OutputError
from ..models.results import Summary
from .manifest import Manifest
from .run_folder import DEFAULT_OUT

#: Tables that say in brief what a run found.
BRIEF = ("claims", "gain", "pass-through")
#: Longest text of a cell on a terminal.
_WIDTH = 60


@dataclass(frozen=True)
class StoredRun:
    """The folder of a finished run, read as it is asked for."""

    path: Path

    @cached_property
    def manifest(self) -> Manifest:
        """What the run was made of."""
        return Manifest.from_json((self.path / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def numbers(self) -> pd.DataFrame:
        """Every number of the run, as in ``numbers.csv``."""
        return pd.read_csv(self.path / "numbers.csv", keep_default_na=False, na_values=["NaN"])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return _stems(self.path / "tables", ".csv")

    @property
    def results(self) -> tuple[str, ...]:
        """Names of the stored results."""
        return _stems(self.path / "results", ".yenloop")

    def table(self, name: str) -> pd.DataFrame:
        """A table as it was printed."""
        return pd.read_csv(self.path / "tables" / f"{name}.csv", dtype=str, keep_default_na=False)

    def load(self, name: str) -> Any:
        """A stored result, draws included where they were stored."""
        from ..models.storage import load

        return load(self.path / "results" / f"{name}.yenloop")

    def summary(self) -> Summary:
        """When and from what the run was made, and what it found in brief."""
        about = self.manifest
        facts = {
            "Run": self.path.name,
            "Made": about.run_at,
            "Command": about.command,
            "Seed": about.seed,
            **{f"Data: {source}": f"sha256 {digest[:12]}" for source, digest in about.data.items()},
            **{f"Sample: {model}": sample for model, sample in about.samples.items()},
            **{f"Draws: {model}": _counts(counts) for model, counts in about.draws.items()},
            "yenloop": about.versions.get("yenloop", ""),
        }
        found = [(name, _readable(self.table(name))) for name in BRIEF if name in self.tables]
        tables = [("The run", pd.DataFrame({"": pd.Series(facts, dtype=object)})), *found]
        notes = (
            *about.warnings,
            f"Tables: {', '.join(self.tables)}.",
            f"Stored results: {', '.join(self.results) or 'none'}.",
        )
        return Summary(str(about.spec.get("title", "A run")), tables, notes)

    def shown(self, name: str) -> Summary:
        """A stored result or a table by name.

        Raises
        ------
        OutputError
            If the run has neither.
        """
        if name in self.results:
            summary: Summary = self.load(name).summary()
            return summary
        if name in self.tables:
            return Summary(name, [(self.path.name, _readable(self.table(name)))])
        raise self._unknown(name, (*self.results, *self.tables))

    def export(self, path: str | Path, name: str | None = None) -> Path:
        """Write a stored result, or all numbers of the run, as a workbook or for Stata.

        Raises
        ------
        OutputError, SpecError
        """
        from ..models.export import export_frame, export_result

        if name is None:
            return export_frame(self.numbers, self.summary(), path)
        if name not in self.results:
            raise self._unknown(name, self.results)
        return export_result(self.load(name), path)

    def _unknown(self, name: str, known: tuple[str, ...]) -> OutputError:
        return OutputError(
            f"The run {self.path.name} has no '{name}'.", remedy=f"There are: {', '.join(known)}."
        )


def open_run(run: str | Path | None = None, out: Path | str = DEFAULT_OUT) -> StoredRun:
    """A finished run by its folder, or by its name below ``out``; the newest where none is named.

    Raises
    ------
    OutputError
        If there is no such run.
    """
    if run is None:
        made = sorted(Path(out).glob("[!.]*/manifest.json"), key=lambda file: file.stat().st_mtime)
        if not made:
            raise OutputError(f"There is no run in {out}.", remedy="Make one with `yenloop run`.")
        return StoredRun(made[-1].parent)
    for folder in (Path(run), Path(out) / run):
        if (folder / "manifest.json").is_file():
            return StoredRun(folder)
    raise OutputError(
        f"'{run}' is not the folder of a finished run.",
        remedy=f"Name a folder that holds manifest.json, or a run in {out}.",
    )


def _stems(folder: Path, suffix: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob(f"*{suffix}")))


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """For a terminal: numbers as numbers, long sentences cut; the files hold them whole."""
    shown = table.map(lambda text: _number(text) or shorten(text, _WIDTH, placeholder=" ..."))
    return shown.set_index(shown.columns[0])


def _number(text: str) -> str:
    try:
        return "-" if text == "NaN" else f"{float(text):.4g}"
    except ValueError:
        return ""


def _counts(counts: Any) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items())
