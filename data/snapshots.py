"""Dated vintages on disk: written whole, checked whenever they are read, never changed again.

A vintage is a folder of the store::

    2026-11-23T091200Z/
        vintage.json      when and how it was made, its series, what did not arrive, what was seen
        vintage.sha256    hash of vintage.json, which holds the hashes of all other files
        series/ID.csv     date,value; an empty value is a date that is listed without a figure
        series/ID.json    publisher, code, unit, when and where it was had, terms
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from ..errors import SnapshotError
from ..version import __version__
from .arrival import Finding
from .catalog import Entry, entries, make_entry
from .joining import on_one_calendar
from .panel import Panel
from .store import DEFAULT_STORE, RECORD, free_name, vintage_folders
from .stored_series import StoredSeries, as_json, figures_of, sidecar_of, table_of
from .whole_folder import WholeFolder

__all__ = [
    "DEFAULT_STORE",
    "RECORD",
    "StoredSeries",
    "Vintage",
    "not_stored",
    "open_vintage",
    "verify",
    "vintages",
    "write_vintage",
]

#: Raised by one when an older reader could not make sense of a vintage.
FORMAT = 1

_SEAL = "vintage.sha256"
_RESTORE = "Restore the folder from a copy, or use another vintage (`yenloop data list`)."
#: What a sidecar says of the series itself.
_COLUMN = ("unit", "publisher", "code", "observed", "clock", "terms")


@dataclass(frozen=True)
class Vintage:
    """A stored vintage. Each file is compared with its hash when it is read.

    Attributes
    ----------
    path : Path
        Its folder.
    """

    path: Path

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """What ``vintage.json`` says.

        Raises
        ------
        SnapshotError
            It is absent, was altered, or is of a newer format.
        """
        content = _read(self.path / RECORD)
        if _read(self.path / _SEAL) != _seal(content):
            raise _altered(self.path / RECORD)
        record: Mapping[str, Any] = json.loads(content)
        if record["format"] > FORMAT:
            raise SnapshotError(
                f"The vintage '{self.path}' is in a newer format.", remedy="Update yenloop."
            )
        return record

    @property
    def id(self) -> str:
        """Its name, after the moment at which it was made."""
        return str(self.record["id"])

    @property
    def made_at(self) -> datetime:
        """When it was made (UTC)."""
        return datetime.fromisoformat(self.record["made_at"])

    @property
    def series(self) -> tuple[str, ...]:
        """Catalogue ids of its series."""
        return tuple(self.record["series"])

    @property
    def missed(self) -> Mapping[str, str]:
        """Series that were asked for and did not arrive, each with the reason."""
        return dict(self.record["missed"])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What looked suspicious on arrival."""
        return tuple(Finding(**found) for found in self.record["findings"])

    @property
    def notices(self) -> tuple[str, ...]:
        """What publishers ask their users to print."""
        return tuple(self.record["notices"])

    def read(self, name: str) -> pd.Series:
        """Figures of a series, on months or on days.

        Raises
        ------
        SnapshotError
            The vintage has no such series, or its file is absent or was altered.
        """
        return figures_of(name, self._checked("series", name, ".csv"))

    def sidecar(self, name: str) -> Mapping[str, Any]:
        """What is known of a series beside its figures.

        Raises
        ------
        SnapshotError
        """
        facts: Mapping[str, Any] = json.loads(self._checked("sidecars", name, ".json"))
        return facts

    def entry(self, name: str) -> Entry:
        """The catalogue's entry of a series, with unit, clock and terms as they were stored.

        A series that the catalogue no longer has is described by its sidecar alone.
        """
        facts = self.sidecar(name)
        if name not in entries():
            keys = ("label", "unit", "code", "frequency", "observed", "clock")
            publisher = {"name": facts["publisher"], **{k: facts[k] for k in ("terms", "credit")}}
            return make_entry(name, {key: facts[key] for key in keys}, publisher)
        known = entries()[name]
        column = replace(known.column, **{key: facts[key] for key in _COLUMN})
        return replace(known, column=column, credit=facts["credit"])

    def panels(self) -> tuple[Panel | None, Panel | None]:
        """All monthly series on one calendar, and all daily ones; None where there are none."""
        figures = {name: self.read(name) for name in self.series}
        months = {
            name: values
            for name, values in figures.items()
            if isinstance(values.index, pd.PeriodIndex)
        }
        days = {name: values for name, values in figures.items() if name not in months}
        return self._panel(months, "monthly"), self._panel(days, "daily")

    def _panel(self, figures: Mapping[str, pd.Series], frequency: str) -> Panel | None:
        if not figures:
            return None
        columns = {name: self.entry(name).column for name in figures}
        return Panel(on_one_calendar(figures), columns, f"vintage {self.id}, {frequency}")

    def _checked(self, kind: str, name: str, suffix: str) -> bytes:
        if name not in self.record[kind]:
            why = self.missed.get(name)
            raise SnapshotError(
                f"The vintage {self.id} has no series '{name}'" + (f": {why}" if why else "."),
                remedy=f"Pull it: `yenloop data pull --only {name}`.",
            )
        path = self.path / "series" / f"{name}{suffix}"
        content = _read(path)
        if hashlib.sha256(content).hexdigest() != self.record[kind][name]:
            raise _altered(path)
        return content


def write_vintage(
    store: Path | str,
    series: Mapping[str, StoredSeries],
    *,
    missed: Mapping[str, str],
    findings: Sequence[Finding],
    notices: Sequence[str],
    command: str,
    made_at: datetime,
) -> Vintage:
    """Store figures as a new vintage: it is there whole, on the disk, or not at all.

    Parameters
    ----------
    store : path
        Folder that holds the vintages; made if absent.
    series : mapping of id to StoredSeries
    missed : mapping of id to str
        What did not arrive, and why.
    findings : sequence of Finding
        What looked suspicious on arrival.
    notices : sequence of str
        What publishers ask their users to print.
    command : str
        What made it.
    made_at : datetime
        With its zone.

    Raises
    ------
    SnapshotError
        The vintage cannot be written, or the figures of a series cannot be stored.
    """
    chosen = free_name(store, made_at)
    tables = {name: table_of(name, stored.values) for name, stored in series.items()}
    sidecars = {name: sidecar_of(stored, tables[name]) for name, stored in series.items()}
    record = {
        "format": FORMAT,
        "id": chosen,
        "made_at": made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "yenloop": __version__,
        "command": command,
        "series": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        "sidecars": {
            name: hashlib.sha256(content).hexdigest() for name, content in sidecars.items()
        },
        "missed": dict(missed),
        "findings": [asdict(found) for found in findings],
        "notices": list(notices),
    }
    try:
        with WholeFolder(store, chosen, complaint=not_stored, numbered=False) as folder:
            (folder.path / "series").mkdir()
            for name in series:
                (folder.path / "series" / f"{name}.csv").write_bytes(tables[name])
                (folder.path / "series" / f"{name}.json").write_bytes(sidecars[name])
            (folder.path / RECORD).write_bytes(as_json(record))
            (folder.path / _SEAL).write_bytes(_seal(as_json(record)))
    except OSError as error:
        raise not_stored(Path(store), error) from error
    return Vintage(folder.path)


def vintages(store: Path | str = DEFAULT_STORE) -> tuple[Vintage, ...]:
    """All vintages of a store, oldest first; one that was damaged raises when it is read."""
    return tuple(Vintage(path) for path in vintage_folders(store))


def open_vintage(which: Path | str = "latest", store: Path | str = DEFAULT_STORE) -> Vintage:
    """A vintage: ``"latest"``, one by its id, or one by its folder.

    Raises
    ------
    SnapshotError
        There is no such vintage, or it was altered.
    """
    stored = vintages(store)
    if which == "latest":
        if not stored:
            raise SnapshotError(
                f"There is no vintage in '{store}'.",
                remedy="Make one with `yenloop data pull`, or name its folder with --store DIR.",
            )
        return stored[-1]
    for path in (Path(store) / which, Path(which)):
        if (path / RECORD).is_file():
            return Vintage(path)
    there = ", ".join(vintage.path.name for vintage in stored[-4:]) or "none"
    raise SnapshotError(
        f"There is no vintage '{which}' in '{store}'.", remedy=f"The newest there: {there}."
    )


def verify(vintage: Vintage) -> int:
    """Compare every byte of a vintage with its hashes; a single altered bit is found.

    Returns
    -------
    int
        How many files it has. Hidden files do not count.

    Raises
    ------
    SnapshotError
        A file was altered, is missing, or does not belong there. All such files are named.
    """
    record = vintage.record
    expected = {RECORD, _SEAL}
    faults = []
    for kind, suffix in (("series", ".csv"), ("sidecars", ".json")):
        for name in record[kind]:
            expected.add(f"series/{name}{suffix}")
            try:
                vintage._checked(kind, name, suffix)
            except SnapshotError as error:
                faults.append(error.problem)
    present = {
        path.relative_to(vintage.path).as_posix()
        for path in vintage.path.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    faults += [
        f"'{vintage.path / name}' does not belong there." for name in sorted(present - expected)
    ]
    if faults:
        raise SnapshotError(" ".join(faults), remedy=_RESTORE)
    return len(expected)


def not_stored(store: Path, error: OSError) -> SnapshotError:
    """The error that names the store, the reason and the way out."""
    return SnapshotError(
        f"The vintage cannot be stored in '{store}' ({error.strerror or error}).",
        remedy="Make room there, or choose a folder that you can write to with --store DIR.",
    )


def _seal(content: bytes) -> bytes:
    """One line that ``sha256sum --check`` reads too."""
    return f"{hashlib.sha256(content).hexdigest()}  {RECORD}\n".encode()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SnapshotError(f"'{path}' is missing.", remedy=_RESTORE) from None
    except OSError as error:
        raise SnapshotError(
            f"'{path}' cannot be read: {error.strerror}.", remedy=_RESTORE
        ) from None


def _altered(path: Path) -> SnapshotError:
    return SnapshotError(f"'{path}' was altered: its hash is another one.", remedy=_RESTORE)
