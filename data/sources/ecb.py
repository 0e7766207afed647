"""Euro foreign exchange reference rates of the European Central Bank.

One zip archive holds one CSV: a row a day, the newest first, a column a currency in units per
euro, ``N/A`` where there is no rate, and a comma after the last cell. It is the whole history
since 1999-01-04, published about 16:00 in Frankfurt on the days on which TARGET is open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import repeat
from typing import ClassVar
from zipfile import ZipFile

from ...errors import SourceError
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, date_of, dated, number, text_of
from .workbooks import refuse_damaged_zip

ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"

_MEMBER = "eurofxref-hist.csv"
_MISSING = ("N/A",)
_CODE = re.compile(r"([A-Z]{3})/([A-Z]{3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReferenceRates:
    """Crosses of the reference rates, such as ``JPY/USD``: yen per US dollar.

    A cross is the ratio of two rates of one day, (JPY per EUR) / (USD per EUR), in full
    precision; ``EUR`` itself is 1. A day without one of the two has no figure.
    """

    key: ClassVar[str] = "ecb"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each cross once, all from one download."""
        return arrivals(codes, lambda: _Table(fetcher.get(ADDRESS, check=_check)).series)


@dataclass(frozen=True, slots=True)
class _Rate:
    """Cells of a day, and the line on which they stand."""

    line: int
    day: date
    cells: Sequence[str]


class _Table:
    """The rows of the CSV."""

    def __init__(self, body: Body) -> None:
        self._body = body
        rows = csv_rows(_csv(body))
        self._currencies = [name.strip() for name in rows[0][1]]
        self._days = [self._day(line, cells) for line, cells in rows[1:]]

    def series(self, code: str) -> Arrived:
        pair = _CODE.fullmatch(code)
        if not pair:
            raise SourceError(
                f"European Central Bank: '{code}' is not a pair of currencies.",
                remedy="Write it as JPY/USD for yen per US dollar.",
            )
        price, base = (self._per_euro(currency) for currency in pair.groups())
        ratios = zip(self._days, price, base, strict=False)
        found = dated(
            ((row.day, p / b) for row, p, b in ratios), "daily", f"European Central Bank, {code}"
        )
        return Arrived(
            code,
            found.values,
            (self._body,),
            unit=f"{pair[1]} per {pair[2]}",
            title=f"{pair[1]} per {pair[2]}, ratio of two euro reference rates",
            notes=found.notes,
        )

    def _per_euro(self, currency: str) -> Iterator[float]:
        if currency == "EUR":
            return repeat(1.0)
        if currency not in self._currencies:
            raise SourceError(
                f"European Central Bank: there is no rate of '{currency}'.",
                remedy=f"There are: EUR, {', '.join(filter(None, self._currencies[1:]))}.",
            )
        at = self._currencies.index(currency)
        where = f"European Central Bank, {currency}"
        return (
            number(row.cells[at], f"{where}, line {row.line}, {row.day}", _MISSING)
            for row in self._days
        )

    def _day(self, line: int, cells: Sequence[str]) -> _Rate:
        where = f"{ADDRESS}, line {line}"
        if len(cells) != len(self._currencies):
            raise SourceError(
                f"{where}: {len(cells)} cells under {len(self._currencies)} column names.",
                remedy="Look at the file; the publisher may have changed its format.",
            )
        return _Rate(line, date_of(cells[0], "%Y-%m-%d", where), cells)


def _check(body: Body) -> None:
    refuse_damaged_zip(body)
    if not _csv(body).startswith("Date,"):
        raise SourceError(
            f"{body.url}: {_MEMBER} does not begin with its column names.",
            remedy="Look at the file; the publisher may have changed its format.",
        )


def _csv(body: Body) -> str:
    with ZipFile(BytesIO(body.content)) as archive:
        if _MEMBER not in archive.namelist():
            raise SourceError(
                f"{body.url}: the archive has no {_MEMBER}; it has "
                f"{', '.join(archive.namelist())}.",
                remedy="Look at the file; the publisher may have changed its format.",
            )
        unzipped = archive.read(_MEMBER)
    return text_of(Body(body.url, unzipped, body.retrieved_at))
