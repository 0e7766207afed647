"""Figures from files: the bundled panel, a folder of panels, or a user's own CSV or Excel file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

import pandas as pd

from ...errors import DataError, SpecError
from .. import bundled
from ..catalog import Entry
from ..panel import Panel
from .mapping import FileMapping, known_layouts, read_folder_mapping, read_mapping
from .tables import read_table

MONTHLY_FILE = "monthly_panel.csv"
DAILY_FILE = "daily_panel.csv"
BUNDLED_FILE = "japan_loop_monthly.csv"

_OBSERVED = {
    ("monthly", "mean"): "month mean",
    ("monthly", "end"): "month end",
    ("monthly", "sum"): "month's total",
    ("monthly", "survey"): "survey of the month",
    ("daily", "end"): "day's quotation",
    ("daily", "mean"): "day's mean",
    ("daily", "sum"): "day's total",
}


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
    """

    monthly: Panel
    daily: Panel | None
    report: tuple[str, ...]
    entries: Mapping[str, Entry]
    unused: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _File:
    panel: Panel
    headline: str
    lines: Mapping[str, str]
    entries: Mapping[str, Entry]
    unused: tuple[str, ...]

    @property
    def report(self) -> tuple[str, ...]:
        unused = (f"  not used: {', '.join(self.unused)}",) if self.unused else ()
        return (self.headline, *self.lines.values(), *unused)


def load_bundled() -> Panel:
    """The embedded monthly panel: 18 official series of the loop from 1999-01 on, in levels."""
    return _load_bundled_file().panel


def load_data(where: str | Path | None = None, *, mapping: str | Path | None = None) -> Data:
    """Figures from the bundled panel, a folder or a file; nothing is guessed or substituted.

    Parameters
    ----------
    where : path or None
        None for the bundled panel; a folder that holds ``monthly_panel.csv`` and perhaps
        ``daily_panel.csv``; or one monthly CSV or Excel file.
    mapping : path, optional
        Mapping file. By default ``mapping.toml`` in the folder, or the TOML file with the data
        file's stem; failing that, the known layouts of the file names above.

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
    """
    if where is None:
        if mapping is not None:
            raise SpecError(
                "A mapping was given without the data that it maps.",
                remedy="Name the data file, or leave the mapping out.",
            )
        return _as_data(_load_bundled_file(), None)
    path = Path(where)
    if path.is_dir():
        return _load_folder(path, Path(mapping) if mapping else None)
    if not path.exists():
        raise DataError(
            f"There is no file or folder '{path}'.",
            remedy="Name a folder with monthly_panel.csv, or a CSV or Excel file.",
        )
    return _as_data(_load_file(path, _mapping_of(path, mapping)), None)


def _load_folder(folder: Path, mapping: Path | None) -> Data:
    own = mapping or folder / "mapping.toml"
    mappings = read_folder_mapping(own) if mapping or own.exists() else known_layouts()
    if not (folder / MONTHLY_FILE).exists():
        raise DataError(
            f"The folder '{folder}' holds no {MONTHLY_FILE}.",
            remedy=f"Name a folder with {MONTHLY_FILE} (and {DAILY_FILE}), or one file.",
        )
    found = []
    for name in (MONTHLY_FILE, DAILY_FILE):
        if not (folder / name).exists():
            continue
        if name not in mappings:
            raise SpecError(
                f"The mapping {own.name} has no table for {name}.",
                remedy=f'Add ["{name}"] with its date column, or take the file away.',
            )
        found.append(_load_file(folder / name, mappings[name]))
    return _as_data(found[0], found[1] if len(found) > 1 else None)


def _mapping_of(path: Path, mapping: str | Path | None) -> FileMapping:
    beside = path.with_suffix(".toml")
    if mapping is not None:
        return read_mapping(Path(mapping))
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


def _load_bundled_file() -> _File:
    with resources.as_file(resources.files(bundled).joinpath(BUNDLED_FILE)) as path:
        return _load_file(path, known_layouts()[BUNDLED_FILE], source="bundled panel")


def _load_file(path: Path, mapping: FileMapping, source: str | None = None) -> _File:
    frame, unused = read_table(path, mapping)
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
    headline = f"{source or path.name}: {len(entries)} {mapping.frequency} series, {panel.sample}"
    return _File(
        panel,
        f"{headline} ({mapping.note})" if mapping.note else headline,
        {name: _line(panel, names[name], found) for name, found in entries.items()},
        entries,
        tuple(unused),
    )


def _line(panel: Panel, name_in_file: str, found: Entry) -> str:
    """What a column is, in one line."""
    column = found.column
    figures = panel.frame[column.id]
    first, last = panel.span(column.id)
    parts = [
        column.label,
        column.publisher,
        _OBSERVED.get((column.frequency, column.observed), column.observed)
        + (f", struck {column.clock}" if column.clock else ""),
        f"{first} to {last}, {int(figures.notna().sum())} values",
    ]
    inside = _months_missing_inside(figures)
    if column.frequency == "monthly" and inside:
        parts[-1] += f", {inside} months missing inside"
    if found.note:
        parts.append(found.note)
    return f"  {name_in_file} -> {column.id}: {'; '.join(parts)}"


def _months_missing_inside(figures: pd.Series) -> int:
    within = figures.loc[figures.first_valid_index() : figures.last_valid_index()]
    return int(within.isna().sum())


def _as_data(monthly: _File, daily: _File | None) -> Data:
    if not isinstance(monthly.panel.frame.index, pd.PeriodIndex):
        raise DataError(
            f"{monthly.panel.source} holds daily figures; the study needs monthly ones.",
            remedy=f"Put it beside a {MONTHLY_FILE} as {DAILY_FILE}, or name a monthly file.",
        )
    files = [monthly] if daily is None else [monthly, daily]
    return Data(
        monthly.panel,
        daily.panel if daily else None,
        report=tuple(line for file in files for line in file.report),
        entries={name: found for file in files for name, found in file.entries.items()},
        unused=tuple(name for file in files for name in file.unused),
        lines={name: line for file in files for name, line in file.lines.items()},
    )
