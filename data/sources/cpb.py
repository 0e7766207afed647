"""World Trade Monitor of the CPB Netherlands Bureau for Economic Policy Analysis.

One Excel workbook a month, under an address of its own; the page of the latest edition links to
it. Sheets ``trade_out`` (volumes, and unit values in US dollars) and ``inpro_out`` (industrial
production) have a line a series, with the publisher's code in the third column, and a column a
month, headed ``2000m01``. An empty cell is a month without a figure: a region may end before the
others.

Codes are the publisher's: ``mgz`` imports, ``xgz`` exports, ``ipz`` industrial production; ``jp``
Japan; ``qnmi`` volume, ``pdmi`` unit value in US dollars; ``sn`` seasonally adjusted, ``sm`` and
``sp`` the same for production weighted by imports or production (one country has the same figures
in both). All are indices.
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

PAGE = "https://www.cpb.nl/en/worldtrademonitor/latest"

_SHEETS = ("trade_out", "inpro_out")
_LINK = re.compile(
    r"(?:https://www\.cpb\.nl)?/[^\"'\s<>]*world-trade-monitor[^\"'\s<>]*\.xlsx",
    re.ASCII | re.IGNORECASE,
)
_MONTH = re.compile(r"\d{4}m\d{2}", re.ASCII)
_BASE = re.compile(r"\b\d{4}\s*=\s*100\b", re.ASCII)
_NAME, _CODE = 1, 2


@dataclass(frozen=True, slots=True)
class WorldTradeMonitor:
    """Indices by the publisher's code, such as ``mgz_jp_qnmi_sn``: Japanese import volume."""

    key: ClassVar[str] = "cpb"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each code once, all from one download."""
        return arrivals(codes, lambda: _Workbook(linked_workbook(fetcher, PAGE, _LINK)).series)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet's months (empty for other columns), base year, and the time of its making."""

    name: str
    months: list[str]
    base: str
    updated: str


@dataclass(frozen=True, slots=True)
class _Line:
    """The line of a series: its cells, and the heading of its section."""

    sheet: _Sheet
    at: int
    cells: list[str]
    section: str


class _Workbook:
    """Both sheets, by code."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._lines: dict[str, list[_Line]] = {}
        for name in _SHEETS:
            for line in _lines(body, name):
                self._lines.setdefault(line.cells[_CODE], []).append(line)

    def series(self, code: str) -> Arrived:
        lines = self._lines.get(code, [])
        if len(lines) != 1:
            raise SourceError(
                f"CPB: {len(lines) or 'no'} lines of the workbook have the code '{code}'.",
                remedy=nearest(code, list(self._lines)),
            )
        line = lines[0]
        where = f"CPB, {code}"
        found = dated(
            (
                (date_of(month, "%Ym%m", where), number(cell, f"{where}, line {line.at}, {month}"))
                for month, cell in zip(line.sheet.months, line.cells, strict=True)
                if month
            ),
            "monthly",
            where,
        )
        return Arrived(
            code,
            found.values,
            (self._body,),
            unit=line.sheet.base,
            title=f"{line.section}: {line.cells[_NAME]}",
            updated=line.sheet.updated,
            notes=found.notes,
        )


def _lines(body: Body, name: str) -> Iterator[_Line]:
    rows = sheet_of(body, name, columns=_CODE + 1)
    head = next((at for at, row in enumerate(rows) if any(map(_MONTH.fullmatch, row))), None)
    if head is None:
        raise SourceError(
            f"{body.url}: sheet '{name}' has no month such as 2000m01.",
            remedy="Look at the workbook; the publisher may have changed its format.",
        )
    first = next(at for at, cell in enumerate(rows[head]) if _MONTH.fullmatch(cell))
    months = [""] * first + rows[head][first:]
    base = _BASE.search(" ".join(row[_NAME] for row in rows[:head]))
    updated = " ".join(rows[head][_NAME].split())
    sheet = _Sheet(name, months, base[0] if base else "", updated)
    section = ""
    for at, row in enumerate(rows[head + 1 :], head + 2):
        if row[_CODE]:
            yield _Line(sheet, at, row, section)
        elif row[_NAME]:
            section = row[_NAME]
