"""Mapping files: which column of a file is which series.

A mapping is a small TOML file beside the data::

    [file]
    date = "month"            # name of the date column
    frequency = "monthly"     # or "daily"

    [columns]
    yen = "usdjpy_tokyo"      # column of the file = id of the catalogue
    wages = { id = "wages", label = "Scheduled earnings", unit = "index, 2020 = 100",
              observed = "survey", transform = "dlog100" }

(an inline table stands on one line; it is broken here for reading). ``[file]`` may also name
``encoding`` and, for Excel, ``sheet``. It may say ``kind``: ``"series"`` (the default),
``"instruments"`` (monthly surprises that serve as instruments, never as variables),
``"countries"`` (monthly series of other economies, which lie beside the panel), or ``"events"``
(days of announcements: :mod:`.event_mapping`). A file with a row for each date and series names
the columns ``series`` and ``value`` of the series' name and figure; ``[columns]`` then lists the
series by that name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from ...errors import SpecError
from .. import catalog
from ..catalog import Entry, make_entry, nearest
from .event_mapping import KEYS as EVENT_KEYS
from .event_mapping import EventMapping, event_mapping

_FILE_KEYS = (
    "kind", "date", "frequency", "series", "value", "announcements", "encoding", "sheet", "note",
)  # fmt: skip
_KINDS = ("series", "instruments", "countries")


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What the columns of one file are.

    Attributes
    ----------
    date : str
        Name of the date column.
    frequency : str
        ``monthly`` or ``daily``.
    kind : str
        ``series``, or ``instruments`` or ``countries`` (monthly).
    series, value : str
        Of a file with a row for each date and series: the columns that hold the series' name and
        its figure. Empty for a file with a column for each series.
    announcements : str
        Of instruments: the column that counts announcements. Where it is 0, an empty cell is a
        month without news, a zero; elsewhere it is a figure that is missing.
    columns : Mapping[str, Entry]
        Series by column name.
    complete : bool
        Whether each column must be in the file (a mapping that a user wrote) or may be absent
        (a known layout).
    encoding : str
        Encoding of a CSV file.
    sheet : str
        Sheet of an Excel file; empty for its only sheet.
    note : str
        What a user has to know.
    """

    date: str
    frequency: str
    columns: Mapping[str, Entry]
    kind: Literal["series", "instruments", "countries"] = "series"
    series: str = ""
    value: str = ""
    announcements: str = ""
    complete: bool = True
    encoding: str = "utf-8-sig"
    sheet: str = ""
    note: str = ""


#: What a file may be mapped to.
AnyMapping = FileMapping | EventMapping


def read_mapping(path: Path) -> AnyMapping:
    """Read the mapping of a single file.

    Raises
    ------
    SpecError
        The mapping cannot be read, or a key is unknown, missing or not allowed.
    MissingSeriesError
        It names an id that the catalogue does not have.
    """
    content = _read_toml(path)
    _refuse_unknown(content, ("file", "columns"), path.name)
    table = dict(content.get("file", {}))
    if "columns" in content:
        table["columns"] = content["columns"]
    return _mapping(table, path.name)


def read_folder_mapping(path: Path) -> dict[str, AnyMapping]:
    """Read a folder's mapping: one table a file, such as ``["monthly_panel.csv"]``."""
    tables = _read_toml(path)
    return {name: _mapping(table, f"{path.name}, {name}") for name, table in tables.items()}


def known_layouts() -> dict[str, AnyMapping]:
    """Layouts that need no mapping file, by file name."""
    folder = resources.files(catalog.__package__)
    tables = tomllib.loads(folder.joinpath("layouts.toml").read_text(encoding="utf-8"))
    layouts = {name: _mapping(table, f"layouts.toml, {name}") for name, table in tables.items()}
    return {
        name: replace(layout, complete=False) if isinstance(layout, FileMapping) else layout
        for name, layout in layouts.items()
    }


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SpecError(
            f"There is no mapping file '{path}'.", remedy="Check the path, or write it."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SpecError(
            f"The mapping file '{path}' cannot be read: {error}.", remedy="Mend the line named."
        ) from None


def _mapping(table: Mapping[str, Any], where: str) -> AnyMapping:
    kind = table.get("kind", "series")
    if kind == "events":
        _refuse_unknown(table, EVENT_KEYS, where)
        return event_mapping(table, where)
    if kind not in _KINDS:
        raise SpecError(
            f"The mapping {where} has kind = {kind!r}.",
            remedy='Write "series", "instruments", "countries" or "events".',
        )
    _refuse_unknown(table, (*_FILE_KEYS, "columns"), where)
    columns = table.get("columns")
    if not isinstance(columns, Mapping) or not columns:
        raise SpecError(
            f"The mapping {where} maps no columns.",
            remedy='Write [columns] with lines such as yen = "usdjpy_tokyo".',
        )
    if not isinstance(table.get("date"), str) or table.get("frequency") not in ("monthly", "daily"):
        raise SpecError(
            f"The mapping {where} does not say which column holds the date and how frequent it is.",
            remedy='Write date = "month" and frequency = "monthly" (or "daily").',
        )
    if kind != "series" and table["frequency"] != "monthly":
        raise SpecError(
            f"The mapping {where} has {kind} that are not monthly.",
            remedy="Give their days as events, or sum them by month."
            if kind == "instruments"
            else "Give months.",
        )
    if ("series" in table) != ("value" in table):
        raise SpecError(
            f"The mapping {where} names one of series and value without the other.",
            remedy="A file with a row for each date and series has a column of each.",
        )
    if "announcements" in table and kind != "instruments":
        raise SpecError(
            f"The mapping {where} counts announcements of series.",
            remedy='Only kind = "instruments" has announcements.',
        )
    options = {key: table[key] for key in _FILE_KEYS if key in table}
    series = {
        column: _series(column, target, options["frequency"], where)
        for column, target in columns.items()
    }
    _refuse_duplicates(series, where)
    return FileMapping(columns=series, **options)


def _series(column: str, target: object, frequency: str, where: str) -> Entry:
    """The series that a column is: one of the catalogue, or a new one described in place."""
    if isinstance(target, str):
        target = {"id": target}
    if not isinstance(target, Mapping) or not isinstance(target.get("id"), str):
        raise SpecError(
            f"The mapping {where} does not say which series the column '{column}' is.",
            remedy=f'Write {column} = "ID", or {column} = {{ id = "ID", label = "...", ... }}.',
        )
    keys = {key: value for key, value in target.items() if key != "id"}
    name = target["id"]
    if name in catalog.entries() or not keys:
        found = catalog.entry(name)
        _refuse_unknown(keys, ("note",), f"{where}, {column} (the catalogue describes '{name}')")
        found = replace(found, note=keys.get("note", found.note))
    else:
        found = make_entry(name, {"frequency": frequency, **keys}, {})
    if found.column.frequency != frequency:
        raise SpecError(
            f"The mapping {where} takes the {frequency} column '{column}' for '{name}', "
            f"which is {found.column.frequency}.",
            remedy=nearest(
                name, (n for n, e in catalog.entries().items() if e.column.frequency == frequency)
            ),
        )
    return found


def _refuse_unknown(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        raise SpecError(
            f"The mapping {where} has the unknown key '{unknown[0]}'.",
            remedy=nearest(unknown[0], known),
        )


def _refuse_duplicates(series: Mapping[str, Entry], where: str) -> None:
    seen: dict[str, str] = {}
    for column, found in series.items():
        name = found.column.id
        if name in seen:
            raise SpecError(
                f"The mapping {where} takes both '{seen[name]}' and '{column}' for '{name}'.",
                remedy="One series, one column: leave one out, or give it its own id.",
            )
        seen[name] = column
