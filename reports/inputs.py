"""The figures that a run was given, kept in its folder: tables to look at, exact to the last bit.

They stay where the run is: the page neither shows nor holds them, because the terms under which a
user has his data need not allow that they are passed on.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..data.catalog import Entry
from ..data.events import Events
from ..data.panel import Column, Panel
from ..data.sources.files import Data
from ..errors import StorageError

if TYPE_CHECKING:
    from .stored_run import StoredRun

#: Folder of the inputs in that of a run, and what describes them there.
FOLDER, DESCRIPTION = "inputs", "inputs.json"

#: Raised by one when an older reader could not make sense of the folder.
FORMAT = 1

#: A table of more bytes than this (long daily series) is compressed.
LARGE = 1_000_000

_PANELS = ("monthly", "daily", "instruments", "countries")


def write_inputs(data: Data, folder: Path) -> dict[str, str]:
    """Write figures and all that is known of them into a new folder.

    It holds ``monthly.csv``, ``daily.csv`` (``.csv.gz`` where it is large), ``instruments.csv``,
    ``countries.csv`` and ``events-NAME.csv``, as far as there are any, and ``inputs.json``.

    Parameters
    ----------
    data : Data
    folder : Path
        Is made; must not exist.

    Returns
    -------
    dict of str to str
        SHA-256 of each file, by its path in the folder above.
    """
    folder.mkdir()
    panels = {kind: panel for kind in _PANELS if (panel := getattr(data, kind)) is not None}
    tables = {kind: _text(panel.frame) for kind, panel in panels.items()}
    tables |= {f"events-{name}": _text(_table(events)) for name, events in data.events.items()}
    files = dict(_file(stem, text) for stem, text in tables.items())
    described = {
        "format": FORMAT,
        "panels": {kind: _described(panel) for kind, panel in panels.items()},
        "events": {name: _described_events(events) for name, events in data.events.items()},
        "entries": {name: _described_entry(entry) for name, entry in data.entries.items()},
        "report": data.report,
        "unused": data.unused,
        "lines": dict(data.lines),
        "stored_on": dict(data.stored_on),
    }
    files[DESCRIPTION] = (json.dumps(described, indent=1, ensure_ascii=False) + "\n").encode()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {f"{folder.name}/{name}": _sha256(content) for name, content in files.items()}


def read_inputs(run: StoredRun) -> Data:
    """The figures that a run was given: the study gives the same numbers with them.

    Each file is compared with its hash in the manifest before it is read.

    Raises
    ------
    StorageError
        The run is older than stored inputs, or a file is absent, altered or of a newer format.
    """
    files = _checked_files(run)
    described = json.loads(files[DESCRIPTION])
    if described["format"] > FORMAT:
        raise StorageError(
            f"The inputs of the run {run.path.name} are in a newer format.",
            remedy="Update yenloop.",
        )
    panels = {
        kind: _panel(_content(files, kind), facts) for kind, facts in described["panels"].items()
    }
    return Data(
        panels["monthly"],
        panels.get("daily"),
        report=tuple(described["report"]),
        entries={
            name: Entry(_column_of(name, panels), **facts)
            for name, facts in described["entries"].items()
        },
        unused=tuple(described["unused"]),
        lines=described["lines"],
        events={
            name: _events(_content(files, f"events-{name}"), facts)
            for name, facts in described["events"].items()
        },
        instruments=panels.get("instruments"),
        countries=panels.get("countries"),
        stored_on=described["stored_on"],
    )


def _checked_files(run: StoredRun) -> dict[str, bytes]:
    """All files of the inputs by name, each as the manifest knows it."""
    if not run.manifest.inputs:
        made_by = run.manifest.versions.get("yenloop", "an earlier version")
        raise StorageError(
            f"The run {run.path.name} does not hold the figures that it was given (it was made by "
            f"yenloop {made_by}).",
            remedy="Make it once more with `yenloop run`: runs keep their figures now.",
        )
    files = {}
    for path, digest in run.manifest.inputs.items():
        file = run.path / path
        content = file.read_bytes() if file.is_file() else None
        if content is None or _sha256(content) != digest:
            raise StorageError(
                f"'{file}' {'is absent' if content is None else 'was altered'}: it is not what "
                "the run was given.",
                remedy="Restore the run's folder from a copy, or run the study again.",
            )
        files[file.name] = content
    return files


def _file(stem: str, text: bytes) -> tuple[str, bytes]:
    """Name and content; compressed files hold no date, so the same figures give the same bytes."""
    if len(text) > LARGE:
        return f"{stem}.csv.gz", gzip.compress(text, mtime=0)
    return f"{stem}.csv", text


def _content(files: Mapping[str, bytes], stem: str) -> bytes:
    packed = f"{stem}.csv.gz"
    return gzip.decompress(files[packed]) if packed in files else files[f"{stem}.csv"]


def _text(frame: pd.DataFrame) -> bytes:
    """Shortest forms that read back exactly; empty where there is no figure."""
    return frame.to_csv(index_label="date", lineterminator="\n").encode("utf-8")


def _rows(text: bytes) -> tuple[list[str], list[list[str]]]:
    """Dates, and the cells beside them."""
    _, *rows = csv.reader(StringIO(text.decode("utf-8")))
    return [row[0] for row in rows], [row[1:] for row in rows]


def _number(cell: str) -> float:
    return float(cell) if cell else float("nan")


def _described(panel: Panel) -> dict[str, Any]:
    return {
        "source": panel.source,
        "sha256": panel.sha256,
        "trimmed": panel.trimmed,
        "dates": _calendar(panel.frame.index),
        "columns": [asdict(panel.columns[name]) for name in panel.names],
    }


def _panel(text: bytes, facts: Mapping[str, Any]) -> Panel:
    by_id = {described["id"]: Column(**described) for described in facts["columns"]}
    dates, cells = _rows(text)
    # Column by column in memory, as tables are when they are read: sums depend on the order.
    figures = np.array([[_number(cell) for cell in row] for row in cells], order="F")
    frame = pd.DataFrame(figures, _dates(dates, facts["dates"]), list(by_id))
    panel = Panel(frame, by_id, facts["source"], tuple(facts["trimmed"]))
    if panel.sha256 != facts["sha256"]:
        raise StorageError(
            f"The stored figures of {panel.source} do not read back as they were.",
            remedy="Update pandas, or run the study again.",
        )
    return panel


def _calendar(index: pd.Index) -> list[str]:
    """Which kind of dates a table has: months, or days in a unit of time."""
    if isinstance(index, pd.PeriodIndex):
        return ["periods", index.freqstr]
    assert isinstance(index, pd.DatetimeIndex)
    return ["days", index.unit]


def _dates(texts: list[str], calendar: list[str]) -> pd.PeriodIndex | pd.DatetimeIndex:
    kind, unit = calendar
    if kind == "periods":
        return pd.PeriodIndex(texts, freq=unit)
    return pd.DatetimeIndex(texts).as_unit(unit)  # type: ignore[arg-type]


def _table(events: Events) -> pd.DataFrame:
    """One row a day: the hour with its offset from UTC, direction and size where they are known."""
    columns = {
        "announced": [moment.isoformat() for moment in events.announced],
        "direction": "" if events.directions is None else events.directions.to_numpy(),
        "size": "" if events.sizes is None else events.sizes.to_numpy(float),
    }
    return pd.DataFrame(columns, index=events.days)


def _described_events(events: Events) -> dict[str, Any]:
    plain = ("name", "label", "kinds", "unit", "clock", "publisher", "source", "notes")
    return {
        **{name: getattr(events, name) for name in plain},
        "sha256": events.sha256,
        "dates": _calendar(events.days),
        "directed": events.directions is not None,
        "sized": events.sizes is not None,
        "hours": [events.announced.unit, str(events.announced.tz)],
    }


def _events(text: bytes, facts: Mapping[str, Any]) -> Events:
    dates, cells = _rows(text)
    days = _dates(dates, facts["dates"])
    assert isinstance(days, pd.DatetimeIndex)
    hours, ways, sizes = zip(*cells, strict=True)
    unit, zone = facts["hours"]
    announced = pd.DatetimeIndex(pd.to_datetime(list(hours), utc=True, format="ISO8601"))
    return Events(
        facts["name"],
        facts["label"],
        days,
        announced.tz_convert(zone).as_unit(unit),
        pd.Series(list(ways), index=days) if facts["directed"] else None,
        tuple(facts["kinds"]),
        pd.Series([_number(cell) for cell in sizes], index=days) if facts["sized"] else None,
        facts["unit"],
        facts["clock"],
        facts["publisher"],
        facts["source"],
        tuple(facts["notes"]),
    )


def _described_entry(entry: Entry) -> dict[str, Any]:
    """What the study does to a series; its column stands with its panel."""
    kept = ("transform", "flip", "taxed", "seasonal", "credit", "note")
    return {name: getattr(entry, name) for name in kept}


def _column_of(name: str, panels: Mapping[str, Panel]) -> Column:
    return next(panel.columns[name] for panel in panels.values() if name in panel.columns)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
