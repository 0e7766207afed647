"""The unemployment rate, from the historical workbook 1-a-1 of Japan's Labour Force Survey.

The sheet of seasonally adjusted figures has a row a month since 1953. The year stands beside
January by its era and beside February by its number (in 2019 the new era also beside May); rates
stand under ``完全失業率（％）`` for both sexes, men and women. The rest of the present year is
listed without figures, and notes follow below.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from datetime import date

from ...errors import SourceError
from .eras import era_year
from .protocol import Arrived, Body, Fetcher
from .reading import dated, number
from .workbooks import refuse_damaged_zip, sheet_of

_URL = "https://www.stat.go.jp/data/roudou/longtime/zuhyou/lt01-a10.xlsx"
_SHEET = "季節調整値"
_RATE = "完全失業率（％）"
_BOTH_SEXES = "男女計"
_MISSING = ("", "…", "...", "-")
_MONTH = re.compile(r"(\d{1,2})月", re.ASCII)
_YEAR = re.compile(r"(昭和|平成|令和).*年|\d{4}", re.ASCII)
_LOOK = "Look at the address in a browser; the Statistics Bureau may have changed its format."


def unemployment_rate(fetcher: Fetcher, code: str) -> Arrived:
    """The rate of both sexes in percent, seasonally adjusted; earlier months are revised.

    Raises
    ------
    SourceError
    """
    body = fetcher.get(_URL, check=refuse_damaged_zip)
    rows = sheet_of(body, _SHEET)
    column, first = _column(rows, body)
    pairs = []
    for where, month, row in _months(rows, first, body):
        pairs.append((month, number(row[column], f"{where}, {month:%Y-%m}", missing=_MISSING)))
    # The months that are still to come are listed too.
    while pairs and math.isnan(pairs[-1][1]):
        pairs.pop()
    values, notes = dated(pairs, "monthly", "Labour Force Survey, unemployment rate")
    return Arrived(
        code,
        values,
        (body,),
        unit="percent, seasonally adjusted",
        title="Unemployment rate, both sexes (Labour Force Survey)",
        notes=notes,
    )


def _column(rows: Sequence[Sequence[str]], body: Body) -> tuple[int, int]:
    """Where the rate of both sexes stands, and the first row below the header."""
    for at, row in enumerate(rows[:-2]):
        if _RATE in row:
            start = row.index(_RATE)
            below = next((sub for sub in rows[at + 1 : at + 3] if _BOTH_SEXES in sub), None)
            if below is not None and _BOTH_SEXES in below[start:]:
                return below.index(_BOTH_SEXES, start), at + 1
    raise SourceError(
        f"{body.url}: the sheet '{_SHEET}' has no column '{_RATE}' for '{_BOTH_SEXES}'.",
        remedy=_LOOK,
    )


def _months(
    rows: Sequence[Sequence[str]], first: int, body: Body
) -> Iterator[tuple[str, date, Sequence[str]]]:
    """The rows of months, each with its place and its month.

    Raises
    ------
    SourceError
        A year does not say the same by its era and by its number, or a month is out of order.
    """
    year, before = 0, 12
    for at, row in enumerate(rows[first:], start=first + 1):
        where = f"{body.url}, sheet {_SHEET}, row {at}"
        if not (found := _MONTH.fullmatch(row[1])):
            continue
        month, stated = int(found[1]), _stated_year(row[0], where)
        due = year + (month == 1) if year else stated
        if not due or stated not in (0, due) or month != before % 12 + 1:
            raise SourceError(
                f"{where}: '{row[0]}' '{row[1]}' does not follow on the month before.",
                remedy=_LOOK,
            )
        year, before = due, month
        yield where, date(year, month, 1), row


def _stated_year(label: str, where: str) -> int:
    """The year beside a month, by its era or its number; 0 where none stands there."""
    if not _YEAR.fullmatch(label):
        return 0
    return int(label) if label.isdecimal() else era_year(label, where)
