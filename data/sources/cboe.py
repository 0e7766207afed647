"""The VIX, Cboe Global Markets: one CSV with a line ``DATE,OPEN,HIGH,LOW,CLOSE`` and one a day.

Dates are written month first (``07/23/2026``), ascending from 1990-01-02. Before 1992 all four
figures of a day are the same: only closing levels were computed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ...errors import SourceError
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, date_of, dated, number, refuse_cut_off, refuse_html, text_of

_ADDRESS = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
_HEADER = ["DATE", "OPEN", "HIGH", "LOW", "CLOSE"]
_CHANGED = "Cboe may have changed its format; look at the address in a browser."


@dataclass(frozen=True, slots=True)
class Cboe:
    """The VIX at the close of each day, in percent per year; code ``VIX``."""

    key: ClassVar[str] = "cboe"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each code once, arrived or missed."""
        for code in dict.fromkeys(codes):
            try:
                yield _closes(code, fetcher)
            except SourceError as error:
                yield Missed(code, error)


def _closes(code: str, fetcher: Fetcher) -> Arrived:
    if code != "VIX":
        raise SourceError(f"Cboe: '{code}' is not read here.", remedy="There is VIX.")
    body = fetcher.get(_ADDRESS, check=_check)
    rows = csv_rows(text_of(body))[1:]
    found = dated((_pair(row, f"Cboe VIX, line {line}") for line, row in rows), "daily", "Cboe VIX")
    return Arrived(code, found.values, (body,), title="VIX, closing level", notes=found.notes)


def _pair(row: Sequence[str], where: str) -> tuple[date, float]:
    if len(row) != len(_HEADER):
        raise SourceError(
            f"{where}: {len(row)} cells where {len(_HEADER)} belong.", remedy=_CHANGED
        )
    day = date_of(row[0], "%m/%d/%Y", where)
    # Cboe has no sign for a missing figure: an empty cell is refused too.
    return day, number(row[-1], f"{where} ({day})", missing=())


def _check(body: Body) -> None:
    refuse_html(body)
    refuse_cut_off(body)
    rows = csv_rows(text_of(body))
    if not rows or [cell.strip() for cell in rows[0][1]] != _HEADER:
        raise SourceError(
            f"{body.url}: the first line is not '{','.join(_HEADER)}'.", remedy=_CHANGED
        )
