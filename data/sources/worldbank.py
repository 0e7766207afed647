"""Commodity prices of the World Bank (the Pink Sheet).

One Excel workbook whose address changes with each edition; the page on commodity markets links to
the present one. Sheet ``Monthly Prices`` has a column a commodity and sheet ``Monthly Indices`` one
an index, from 1960M01, with title lines above the names (those of the indices stand on several
lines) and ``…`` or ``..`` where there is no figure. Some editions have a further line of short
names such as CRUDE_BRENT, others have none: columns are found by their names, without the ``**``
that mark changes in their making.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from ...errors import SourceError
from ..catalog import nearest
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import date_of, dated, number
from .workbooks import linked_workbook, sheet_of

PAGE = "https://www.worldbank.org/en/research/commodity-markets"

_SHEETS = ("Monthly Prices", "Monthly Indices")
_LINK = re.compile(
    r"https://thedocs\.worldbank\.org/[^\"'\s<>]*CMO-Historical-Data-Monthly\.xlsx", re.ASCII
)
_MISSING = ("…", "...", "..")
_MONTH = re.compile(r"\d{4}M\d{2}", re.ASCII)
_UNIT = re.compile(r"\((.+)\)")
_BASE = re.compile(r"\b\d{4}\s*=\s*100\b", re.ASCII)
_UPDATED = re.compile(r"Updated on (.+)")


@dataclass(frozen=True, slots=True)
class PinkSheet:
    """Monthly averages by the name of the column, such as ``Crude oil, Brent`` or ``Energy``."""

    key: ClassVar[str] = "worldbank"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each column once, all from one download."""
        return arrivals(codes, lambda: _Workbook(linked_workbook(fetcher, PAGE, _LINK)).series)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: the sheet's rows of months with their line, where it stands, what is said of it."""

    sheet: str
    rows: list[tuple[int, list[str]]]
    at: int
    unit: str
    updated: str


class _Workbook:
    """Both sheets, by the name of the column."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._columns: dict[str, list[_Column]] = {}
        for sheet in _SHEETS:
            for name, column in _columns(body, sheet):
                self._columns.setdefault(name, []).append(column)

    def series(self, code: str) -> Arrived:
        where = f"World Bank, {code}"
        columns = self._columns.get(code, [])
        if len(columns) != 1:
            raise SourceError(
                f"{where}: {len(columns) or 'no'} columns of the workbook have this name.",
                remedy=nearest(code, list(self._columns)),
            )
        column = columns[0]
        found = dated(
            (
                (
                    date_of(row[0], "%YM%m", f"{where}, line {line}"),
                    number(row[column.at], f"{where}, line {line}, {row[0]}", _MISSING),
                )
                for line, row in column.rows
            ),
            "monthly",
            where,
        )
        return Arrived(
            code,
            found.values,
            (self._body,),
            unit=column.unit,
            title=f"{code} ({column.sheet})",
            updated=column.updated,
            notes=found.notes,
        )


def _columns(body: Body, sheet: str) -> Iterator[tuple[str, _Column]]:
    """Columns by name: the first text of a column, below which its unit may stand in brackets."""
    rows = sheet_of(body, sheet)
    first = next((at for at, row in enumerate(rows) if row and _MONTH.fullmatch(row[0])), None)
    if first is None:
        raise SourceError(
            f"{body.url}: sheet '{sheet}' has no month such as 1960M01.",
            remedy="Look at the workbook; the publisher may have changed its format.",
        )
    head = rows[:first]
    titles = [row[0] for row in head]
    base = _BASE.search(" ".join(titles))
    updated = _in_first(_UPDATED, titles)
    # A line of text without figures is a footnote.
    months = [(line, row) for line, row in enumerate(rows[first:], first + 1) if any(row[1:])]
    for at in range(1, len(rows[0])):
        cells = [row[at] for row in head if row[at]]
        if cells:
            unit = _in_first(_UNIT, cells[1:]) or (base[0] if base else "")
            name = " ".join(cells[0].rstrip("* ").split())
            yield name, _Column(sheet, months, at, unit, updated)


def _in_first(pattern: re.Pattern[str], texts: Sequence[str]) -> str:
    """What the first text that fits holds in the pattern's brackets; empty where none fits."""
    return next((found[1] for text in texts if (found := pattern.fullmatch(text))), "")
