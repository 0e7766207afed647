"""Tables on disk with a row for each date and series, read as strictly as those with columns."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...errors import DataError, GapError, MissingSeriesError
from ..catalog import nearest
from ..joining import on_one_calendar
from .mapping import FileMapping
from .tables import NumberedRows, calendar_of, numbers, read_rows


def read_long_table(path: Path, mapping: FileMapping) -> tuple[pd.DataFrame, list[str]]:
    """Figures of the mapped series under their ids, and the names of all other series.

    Returns
    -------
    frame : pandas.DataFrame, shape (periods, series)
        Each series on its own span; missing figures are NaN.
    unused : list of str
        Series of the file that the mapping does not name.

    Raises
    ------
    DataError, MissingSeriesError, GapError
    """
    header, body = read_rows(path, mapping.encoding, mapping.sheet)
    at = {
        name: _position(path, header, name)
        for name in (mapping.date, mapping.series, mapping.value)
    }
    rows: dict[str, NumberedRows] = {}
    for line, row in body:
        cells = [row[at[mapping.date]].strip(), row[at[mapping.value]]]
        rows.setdefault(row[at[mapping.series]].strip(), []).append((line, cells))
    found = {name: entry for name, entry in mapping.columns.items() if name in rows}
    absent = [name for name in mapping.columns if name not in rows]
    if absent and (mapping.complete or not found):
        raise MissingSeriesError(
            f"{path.name} has no series '{absent[0]}' in its column '{mapping.series}'.",
            remedy=nearest(absent[0], rows),
        )
    figures = {
        entry.column.id: _series(path, name, rows[name], mapping.frequency)
        for name, entry in found.items()
    }
    return on_one_calendar(figures), [name for name in rows if name not in mapping.columns]


def _series(path: Path, name: str, rows: NumberedRows, frequency: str) -> pd.Series:
    dates = [(line, cells[0]) for line, cells in rows]
    try:
        index = calendar_of(path, dates, frequency)
    except GapError as error:
        raise GapError(f"Series '{name}': {error.problem}", remedy=error.remedy) from None
    values = numbers(path, name, [(cells[0], cells[1]) for _, cells in rows])
    return pd.Series(values, index)


def _position(path: Path, header: list[str], name: str) -> int:
    if header.count(name) != 1:
        raise DataError(
            f"{path.name} has {header.count(name) or 'no'} columns '{name}'.",
            remedy=f"Its columns begin: {', '.join(header[:5])[:80]}.",
        )
    return header.index(name)
