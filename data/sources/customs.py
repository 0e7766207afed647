"""Exports and imports in yen, from the Trade Statistics of Japan (Japan Customs).

One CSV in Shift-JIS holds the world totals of every month since 1979, under a title in Japanese,
a title with the unit in English, and the header ``Years/Months,Exp-Total,Imp-Total``. Cells end
with a space. The months of the present year that are not published yet are listed with zeros.
(The layout is taken from what others wrote in 2026 who read the file.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from ...errors import SourceError
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, date_of, dated, number, refuse_cut_off, refuse_html, text_of

_URL = "https://www.customs.go.jp/toukei/suii/html/data/d41ma.csv"
_MONTHS = "Years/Months"
_COLUMNS = {"exports": "Exp-Total", "imports": "Imp-Total"}
_UNIT = "a thousand yen"
_LOOK = "Look at the address in a browser; Japan Customs may have changed its format."


@dataclass(frozen=True, slots=True)
class Customs:
    """Monthly world totals in thousand yen, not seasonally adjusted: ``exports``, ``imports``."""

    key: ClassVar[str] = "customs"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each total, from a file that is downloaded once."""
        return arrivals(codes, lambda: partial(_total, fetcher.get(_URL, check=_check)))


def _check(body: Body) -> None:
    refuse_html(body)
    refuse_cut_off(body)


def _total(body: Body, code: str) -> Arrived:
    """The months of a total that are published."""
    if code not in _COLUMNS:
        raise SourceError(
            f"There is no total '{code}' in the file of Japan Customs.",
            remedy=f"There are {' and '.join(_COLUMNS)}.",
        )
    rows = csv_rows(text_of(body, "cp932"))
    at, start = _column(_COLUMNS[code], rows, body)
    pairs = []
    for line, row in rows[start:]:
        where = f"{body.url}, line {line}, {code} of {row[0].strip()}"
        if len(row) <= at:
            raise SourceError(f"{where}: the row is not whole.", remedy=_LOOK)
        month = date_of(row[0], "%Y/%m", where)
        pairs.append((month, number(row[at].replace(",", ""), where, missing=())))
    while pairs and pairs[-1][1] == 0:
        pairs.pop()
    for month, value in pairs:
        if value <= 0:
            raise SourceError(
                f"Japan Customs: {code} of {month:%Y-%m} are {value:g}.",
                remedy="Look at the file; this is no month that is still to come.",
            )
    values, notes = dated(pairs, "monthly", f"Japan Customs, {code}")
    return Arrived(code, values, (body,), unit=_UNIT, title=f"World, {_COLUMNS[code]}", notes=notes)


def _column(name: str, rows: Sequence[tuple[int, list[str]]], body: Body) -> tuple[int, int]:
    """Where a column stands, and the row after the header."""
    unit_seen = False
    for at, (_, row) in enumerate(rows):
        names = [cell.strip() for cell in row]
        unit_seen |= any(_UNIT in cell for cell in names)
        if names[0] == _MONTHS and name in names and unit_seen:
            return names.index(name), at + 1
    raise SourceError(
        f"{body.url}: there is no header '{_MONTHS},...,{name}' below a title with the unit "
        f"'{_UNIT}'.",
        remedy=_LOOK,
    )
