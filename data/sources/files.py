"""Figures from the bundled panel, stored vintages, or a user's own folders and files.

Beside series, a place may hold days of events, monthly instruments and monthly series of other
economies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path

import pandas as pd

from ...errors import DataError, SpecError
from .. import bundled
from ..catalog import Entry, make_entry
from ..events import Events
from ..joining import side_by_side
from ..panel import Panel
from ..snapshots import RECORD
from .event_files import read_events
from .event_mapping import EventMapping
from .long_tables import read_long_table
from .mapping import AnyMapping, FileMapping, known_layouts, read_folder_mapping, read_mapping
from .parts import EventsPart, Part, Remarks, SeriesPart, line_of
from .tables import read_table
from .vintage_files import read_vintage

MONTHLY_FILE = "monthly_panel.csv"
DAILY_FILE = "daily_panel.csv"
BUNDLED_FILE = "japan_loop_monthly.csv"

#: Kinds of monthly series that lie beside the panel.
_ASIDE = ("instruments", "countries")

#: A folder or a file.
Place = str | Path

_COUNT = make_entry(
    "announcements",
    {"label": "Announcements", "unit": "count", "frequency": "monthly", "observed": "sum"},
    {},
)


@dataclass(frozen=True)
class Data:
    """Figures to work on and what they are.

    Attributes
    ----------
    monthly : Panel
        Monthly series.
    daily : Panel or None
        Daily series, where there are any.
    report : tuple of str
        The mapping from columns to catalogue ids with publisher, clock, ``observed`` and span,
        line by line as it is printed.
    entries : Mapping[str, Entry]
        Default transform and notes of each series, by id.
    unused : tuple of str
        Columns of the files that are not used.
    lines : Mapping[str, str]
        The report's line of each series, by id.
    events : Mapping[str, Events]
        Days of events, by the name under which a study asks for them.
    instruments : Panel or None
        Monthly instruments, each column on its own span; months without news are zeros.
    countries : Panel or None
        Monthly series of several economies, for comparisons with them.
    stored_on : Mapping[str, str]
        Day on which the figures of a series were stored, for those of a vintage.
    """

    monthly: Panel
    daily: Panel | None
    report: tuple[str, ...]
    entries: Mapping[str, Entry]
    unused: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, Events] = field(default_factory=dict)
    instruments: Panel | None = None
    countries: Panel | None = None
    stored_on: Mapping[str, str] = field(default_factory=dict)

    @property
    def headlines(self) -> tuple[str, ...]:
        """One line a file: what it holds."""
        return tuple(line for line in self.report if not line.startswith(" "))

    @property
    def hashes(self) -> dict[str, str]:
        """Identity of all figures used, by source."""
        panels = (self.monthly, self.daily, self.instruments, self.countries)
        return {found.source: found.sha256 for found in (*panels, *self.events.values()) if found}


def load_bundled() -> Panel:
    """The embedded monthly panel: 18 official series of the loop from 1999-01 on, in levels."""
    return _load_bundled_file().panel


def load_data(
    where: Place | Sequence[Place] | None = None, *, mapping: str | Path | None = None
) -> Data:
    """Figures from the bundled panel, from folders, files or vintages; nothing is guessed.

    Parameters
    ----------
    where : path or sequence of paths, optional
        None for the bundled panel; a folder that holds ``monthly_panel.csv`` and perhaps
        ``daily_panel.csv``; the folder of a stored vintage, which is compared with its hashes;
        or one CSV or Excel file. Several places are laid side by side; a
        series that two of them hold must have the same figures in both. Files of events and of
        instruments are recognised beside series; where the places hold nothing else, the
        figures are those of the bundled panel.
    mapping : path, optional
        Mapping file of a single place. By default ``mapping.toml`` in the folder, or the TOML
        file with the data file's stem; failing that, the known layouts.

    Raises
    ------
    DataError
        A file is absent, empty, in another encoding, or holds a cell that is not a number.
    GapError
        Dates are repeated, skipped or out of order.
    SpecError
        The mapping is not valid.
    MissingSeriesError
        The mapping names a column or an id that does not exist.
    SnapshotError
        A file of a vintage is missing or was altered.
    """
    places = [where] if isinstance(where, str | Path) else list(where or ())
    if mapping is not None and len(places) != 1:
        raise SpecError(
            "A mapping was given without the data that it maps."
            if not places
            else "One mapping was given for several places.",
            remedy="Name the data file, or leave the mapping out.",
        )
    own = Path(mapping) if mapping else None
    return _as_data([part for place in places for part in _read_place(Path(place), own)])


def _read_place(path: Path, mapping: Path | None) -> list[Part]:
    if (path / RECORD).is_file():
        if mapping is not None:
            raise SpecError(
                f"The vintage '{path}' was given a mapping.", remedy="It needs none: leave it out."
            )
        return read_vintage(path)
    if path.is_dir():
        return _read_folder(path, mapping)
    if not path.exists():
        raise DataError(
            f"There is no file or folder '{path}'.",
            remedy=f"Name a folder with {MONTHLY_FILE}, or a CSV or Excel file.",
        )
    return [_read_file(path, _mapping_of(path, mapping))]


def _read_folder(folder: Path, mapping: Path | None) -> list[Part]:
    """The two panels, and all that lies beside them that the mapping or a layout names."""
    own = mapping or folder / "mapping.toml"
    mappings = read_folder_mapping(own) if mapping or own.exists() else known_layouts()
    for name in (MONTHLY_FILE, DAILY_FILE):
        if (folder / name).exists() and name not in mappings:
            raise SpecError(
                f"The mapping {own.name} has no table for {name}.",
                remedy=f'Add ["{name}"] with its date column, or take the file away.',
            )
    named = [
        (folder / name, found)
        for name, found in mappings.items()
        if (folder / name).exists() and (name in (MONTHLY_FILE, DAILY_FILE) or _is_aside(found))
    ]
    if not named:
        raise DataError(
            f"The folder '{folder}' holds no {MONTHLY_FILE}.",
            remedy=f"Name a folder with {MONTHLY_FILE} (and {DAILY_FILE}), or one file.",
        )
    tables = (file for file in folder.iterdir() if file.suffix.lower() in (".csv", ".xlsx"))
    strangers = sorted({file.name for file in tables} - {path.name for path, _ in named})
    files: list[Part] = [_read_file(path, found) for path, found in named]
    if not strangers:
        return files
    return [*files, Remarks((f"  not read in {folder}: {', '.join(strangers)}",))]


def _is_aside(mapping: AnyMapping) -> bool:
    """Whether a file lies beside the panels: of these a folder may have any number."""
    return isinstance(mapping, EventMapping) or mapping.kind != "series"


def _mapping_of(path: Path, mapping: Path | None) -> AnyMapping:
    beside = path.with_suffix(".toml")
    if mapping is not None:
        return read_mapping(mapping)
    if beside.exists():
        return read_mapping(beside)
    layouts = known_layouts()
    if path.name in layouts:
        return layouts[path.name]
    raise SpecError(
        f"Nothing says what the columns of {path.name} are.",
        remedy=f'Write {beside.name} beside it: [file] date = "month", frequency = "monthly"; '
        '[columns] with lines such as yen = "usdjpy_tokyo" (docs/data.md).',
    )


def _load_bundled_file() -> SeriesPart:
    layout = known_layouts()[BUNDLED_FILE]
    assert isinstance(layout, FileMapping)
    with resources.as_file(resources.files(bundled).joinpath(BUNDLED_FILE)) as path:
        return _load_file(path, layout, source="bundled panel")


def _read_file(path: Path, mapping: AnyMapping) -> SeriesPart | EventsPart:
    if isinstance(mapping, FileMapping):
        return _load_file(path, mapping)
    events, unused = read_events(path, mapping)
    headline = f"{path.name}: days of {events.label}: {len(events)}, {events.span}"
    note = f" ({mapping.note})" if mapping.note else ""
    return EventsPart(events, headline + note, tuple(unused))


def _load_file(path: Path, mapping: FileMapping, source: str | None = None) -> SeriesPart:
    frame, unused = (read_long_table if mapping.series else read_table)(path, mapping)
    if mapping.announcements:
        frame = _with_quiet_months(path, mapping, frame)
        unused.remove(mapping.announcements)
    names = {found.column.id: column for column, found in mapping.columns.items()}
    empty = [str(name) for name in frame.columns if frame[name].isna().all()]
    if empty and (mapping.complete or len(empty) == frame.shape[1]):
        raise DataError(
            f"{path.name}: the series '{names[empty[0]]}' ({empty[0]}) has no figures.",
            remedy="Supply them, or take the column out of the mapping.",
        )
    frame = frame.drop(columns=empty)
    entries = {name: mapping.columns[names[name]] for name in map(str, frame.columns)}
    panel = Panel(
        frame, {name: found.column for name, found in entries.items()}, source or str(path)
    )
    unused += [names[name] for name in empty]
    what: str = mapping.kind
    if mapping.kind == "countries":
        # Of files of many countries a few are read: the others are counted, not listed.
        what, unused = f"series of countries, {len(unused)} others not read", []
    headline = f"{source or path.name}: {len(entries)} {mapping.frequency} {what}, {panel.sample}"
    return SeriesPart(
        panel,
        mapping.kind,
        f"{headline} ({mapping.note})" if mapping.note else headline,
        {name: line_of(panel, names[name], found) for name, found in entries.items()},
        entries,
        tuple(unused),
    )


def _with_quiet_months(path: Path, mapping: FileMapping, frame: pd.DataFrame) -> pd.DataFrame:
    """Zeros in months without an announcement, between the first and the last figure."""
    counting = replace(mapping, columns={mapping.announcements: _COUNT}, complete=True)
    quiet = read_table(path, counting)[0][_COUNT.column.id] == 0
    inside = frame.ffill().notna() & frame.bfill().notna()
    return frame.mask(inside & frame.isna() & quiet.to_numpy()[:, None], 0.0)


def _as_data(parts: Sequence[Part]) -> Data:
    files = [part for part in parts if isinstance(part, SeriesPart)]
    if all(file.holds in _ASIDE for file in files):
        files.insert(0, _load_bundled_file())
        parts = [files[0], *parts]
    panels = {
        kind: [file.panel for file in files if file.holds == kind]
        for kind in ("monthly", "daily", *_ASIDE)
    }
    if not panels["monthly"]:
        raise DataError(
            f"{panels['daily'][0].source} holds daily figures; the study needs monthly ones.",
            remedy=f"Put it beside a {MONTHLY_FILE} as {DAILY_FILE}, or name a monthly file too.",
        )
    # The panels come last: what lies beside them does not describe their series.
    described = sorted(files, key=lambda file: file.holds not in _ASIDE)
    return Data(
        side_by_side(panels["monthly"]),
        side_by_side(panels["daily"]) if panels["daily"] else None,
        report=tuple(line for part in parts for line in part.report),
        entries={name: found for file in described for name, found in file.entries.items()},
        unused=tuple(name for file in files for name in file.unused),
        lines={name: line for file in described for name, line in file.lines.items()},
        events=_by_name([part.events for part in parts if isinstance(part, EventsPart)]),
        instruments=side_by_side(panels["instruments"]) if panels["instruments"] else None,
        countries=side_by_side(panels["countries"]) if panels["countries"] else None,
        stored_on={
            name: file.stored_on for file in files if file.stored_on for name in file.entries
        },
    )


def _by_name(given: Sequence[Events]) -> dict[str, Events]:
    found: dict[str, Events] = {}
    for events in given:
        if events.name in found:
            raise DataError(
                f"{found[events.name].source} and {events.source} both hold the events "
                f"'{events.name}'.",
                remedy="Leave one of them out, or give it another name in its mapping.",
            )
        found[events.name] = events
    return found
