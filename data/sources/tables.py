"""Tables on disk (CSV, Excel) as frames of numbers on a calendar, read strictly.

Nothing is repaired: a cell that is not a number, a date that is missing or out of order, or a
wrong encoding is an error that names the file, the date and the remedy.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import DataError, GapError, MissingSeriesError
from ..catalog import nearest
from ..dates import refuse_irregular
from .mapping import FileMapping

#: Texts that stand for a month or day without a figure (the publishers' own signs among them).
MISSING = frozenset({"", "-", ".", "NA", "N/A", "ND", "NaN", "nan"})

#: How a number is written: no separators, a point for decimals.
PLAIN_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[, '\u00a0]\d{3})+(?:\.\d*)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?", re.ASCII)

Rows = list[list[str]]
NumberedRows = list[tuple[int, list[str]]]


def read_table(path: Path, mapping: FileMapping) -> tuple[pd.DataFrame, list[str]]:
    """Figures of the mapped columns under their ids, and the names of all other columns.

    Returns
    -------
    frame : pandas.DataFrame, shape (periods, series)
        On a monthly ``PeriodIndex`` or a ``DatetimeIndex`` of days; missing figures are NaN.
    unused : list of str
        Columns of the file that the mapping does not name.

    Raises
    ------
    DataError, MissingSeriesError, GapError
    """
    header, body = read_rows(path, mapping.encoding, mapping.sheet)
    positions = _positions(path, header, mapping)
    dates = [(line, row[positions[mapping.date]].strip()) for line, row in body]
    index = calendar_of(path, dates, mapping.frequency)
    figures = {
        mapping.columns[column].column.id: numbers(
            path, column, [(date, row[at]) for (_, date), (_, row) in zip(dates, body, strict=True)]
        )
        for column, at in positions.items()
        if column != mapping.date
    }
    unused = [name for name in header if name not in mapping.columns and name != mapping.date]
    return pd.DataFrame(figures, index=index), unused


def read_rows(path: Path, encoding: str, sheet: str) -> tuple[list[str], NumberedRows]:
    """Column names of a CSV or Excel file, and its rows with their line numbers.

    Raises
    ------
    DataError
        The file cannot be read, has no row, or a row has too few or too many cells.
    """
    cells = _excel_rows(path, sheet) if _is_excel(path) else _csv_rows(path, encoding)
    # Blank lines are left out, but lines keep their number for the messages.
    rows = [(line, row) for line, row in enumerate(cells, start=1) if any(map(str.strip, row))]
    if len(rows) < 2:
        raise DataError(
            f"{path.name} holds no figures.", remedy="It needs a header line and a row a date."
        )
    header, body = [name.strip() for name in rows[0][1]], rows[1:]
    _refuse_ragged(path, header, body)
    return header, body


def numbers(
    path: Path, column: str, cells: Sequence[tuple[str, str]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The cells of a column as numbers, each with its date for the messages; NaN where empty.

    Raises
    ------
    DataError
        A cell is neither a number nor a sign for a missing figure.
    """
    values = np.full(len(cells), np.nan)
    for at, (when, cell) in enumerate(cells):
        text = cell.strip()
        if text in MISSING:
            continue
        if not PLAIN_NUMBER.fullmatch(text) or math.isinf(value := float(text)):
            problem, remedy = _fault(text)
            raise DataError(
                f"{path.name}, series '{column}', {when}: '{text}' {problem}.", remedy=remedy
            )
        values[at] = value
    return values


def _is_excel(path: Path) -> bool:
    if path.suffix.lower() == ".xls":
        raise DataError(
            f"{path.name} is in Excel's format of before 2007.",
            remedy="Save it as .xlsx or as CSV.",
        )
    return path.suffix.lower() in (".xlsx", ".xlsm")


def _csv_rows(path: Path, encoding: str) -> Rows:
    content = _read_bytes(path)
    try:
        text = content.decode(encoding)
    except LookupError:
        raise DataError(
            f"There is no encoding '{encoding}' ({path.name}).",
            remedy='Use encoding = "utf-8" or "shift_jis".',
        ) from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is not in {encoding} (byte {error.start}).",
            remedy=_encoding_remedy(content),
        ) from None
    try:
        return list(csv.reader(StringIO(text), strict=True))
    except csv.Error as error:
        raise DataError(
            f"{path.name} is not a CSV file: {error}.", remedy="Mend its quotation marks."
        ) from None


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read: {error.strerror}.", remedy="Check the path and its rights."
        ) from None


def _encoding_remedy(content: bytes) -> str:
    """Name Shift-JIS where the bytes are readable in it, as files of Japanese offices are."""
    try:
        content.decode("cp932")
    except UnicodeDecodeError:
        return "Save it as UTF-8."
    return 'It reads as Shift-JIS: write encoding = "shift_jis" in the mapping, or save as UTF-8.'


def _excel_rows(path: Path, sheet: str) -> Rows:
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except OSError as error:
        raise DataError(
            f"'{path}' cannot be read: {error.strerror}.", remedy="Check the path and its rights."
        ) from None
    except (BadZipFile, KeyError, ValueError) as error:
        raise DataError(
            f"{path.name} is not an Excel workbook.", remedy="Save it again as .xlsx or as CSV."
        ) from error
    try:
        if sheet not in book.sheetnames and (sheet or len(book.sheetnames) > 1):
            asked = f"no sheet '{sheet}'" if sheet else "several sheets"
            raise DataError(
                f"{path.name} has {asked}: {', '.join(book.sheetnames)}.",
                remedy='Name one in the mapping: sheet = "...".',
            )
        chosen = book[sheet] if sheet else book[book.sheetnames[0]]
        return [[_cell_text(cell) for cell in row] for row in chosen.iter_rows(values_only=True)]
    finally:
        book.close()


def _cell_text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def _refuse_ragged(path: Path, header: Sequence[str], body: NumberedRows) -> None:
    for line, row in body:
        if len(row) != len(header):
            raise DataError(
                f"{path.name}, line {line}: {len(row)} cells under {len(header)} column names.",
                remedy="Give each line one cell a column (a comma inside a number splits it).",
            )


def _positions(path: Path, header: Sequence[str], mapping: FileMapping) -> dict[str, int]:
    """Where the date and the mapped columns stand."""
    if mapping.date not in header:
        raise DataError(
            f"{path.name} has no date column '{mapping.date}'.",
            remedy=f"Its columns are separated by commas and begin: {', '.join(header[:5])[:80]}.",
        )
    wanted = [mapping.date, *mapping.columns]
    for name in wanted:
        if header.count(name) > 1:
            raise DataError(
                f"{path.name} has {header.count(name)} columns '{name}'.",
                remedy="Give each column its own name.",
            )
        if mapping.complete and name not in header:
            found = mapping.columns[name].column.id
            raise MissingSeriesError(
                f"{path.name} has no column '{name}', which the mapping takes for '{found}'.",
                remedy=nearest(name, header),
            )
    found_columns = {name: header.index(name) for name in wanted if name in header}
    if len(found_columns) == 1:
        raise MissingSeriesError(
            f"{path.name} has none of the columns of its known layout.",
            remedy="Write a mapping file for it (docs/data.md).",
        )
    return found_columns


def calendar_of(
    path: Path, dates: Sequence[tuple[int, str]], frequency: str
) -> pd.PeriodIndex | pd.DatetimeIndex:
    """The dates of a file, each with its line number for the messages.

    Raises
    ------
    DataError, GapError
    """
    days = []
    for line, text in dates:
        complete = f"{text}-01" if frequency == "monthly" and len(text) == 7 else text
        try:
            if not _DATE.fullmatch(text):
                raise ValueError(text)
            days.append(date.fromisoformat(complete))
        except ValueError:
            raise DataError(
                f"{path.name}, line {line}: '{text}' is not a date of {frequency} data.",
                remedy=f"Write dates as {'YYYY-MM' if frequency == 'monthly' else 'YYYY-MM-DD'}.",
            ) from None
    index = pd.DatetimeIndex(days)
    calendar = index.to_period("M") if frequency == "monthly" else index
    try:
        refuse_irregular(calendar)
    except GapError as error:
        raise GapError(f"{path.name}: {error.problem}", remedy=error.remedy) from None
    return calendar


def _fault(text: str) -> tuple[str, str]:
    if _THOUSANDS.fullmatch(text):
        plain = re.sub(r"[^\d.+-]", "", text)
        return "has a thousands separator", f"Write {plain}."
    if _DECIMAL_COMMA.fullmatch(text):
        return "has a decimal comma", f"Write {text.replace(',', '.')}."
    if PLAIN_NUMBER.fullmatch(text) or text.lower().lstrip("+-") in ("inf", "infinity"):
        return "is infinite", "Leave the cell empty or correct it."
    return "is not a number", "Leave the cell empty (or NA) where there is no figure."
