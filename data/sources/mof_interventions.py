"""Official purchases and sales of yen, from the Ministry of Finance.

The Ministry's file of foreign exchange intervention operations lists every operation since April
1991 with its day, its amount in 100 million yen, and what was sold and bought, in Japanese and in
English; the year and the month stand only where they change. After each quarter comes a row with
its total, 0 where there was no operation. The file is in Shift-JIS, with notes above and below.

A day without an operation in a quarter that has its total is a zero; days after the last total
are left open. The totals also show that no operation was lost on the way: they differ from the
sum of the operations by rounding only. (The layout is taken from what others wrote in 2026 who
read the file; that the totals count all operations, whatever was bought, is seen in their sums.)
"""

from __future__ import annotations

import re
from calendar import month_abbr
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar, NamedTuple

import pandas as pd

from ...errors import BusySourceError, SourceError
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, number, refuse_cut_off, refuse_html, text_of

_URL = (
    "https://www.mof.go.jp/english/policy/international_policy/reference/feio/"
    "foreign_exchange_intervention_operations.csv"
)
_ALL = "net_yen"
_YEN = "Japanese yen"
_CURRENCIES = {
    _YEN: "JPY",
    "US dollar": "USD",
    "German mark": "DEM",
    "Deutsche mark": "DEM",
    "euro": "EUR",
    "Euro": "EUR",
    "Indonesian rupiah": "IDR",
}
_MONTHS = {name: at for at, name in enumerate(month_abbr) if name}
_QUARTER = re.compile(r"[A-Z][a-z]+\.? *[-–] *([A-Z][a-z]{2})[a-z]*\.?,? *(\d{4})", re.ASCII)
_FIGURE = re.compile(r"[\d,]+", re.ASCII)
_LEG = re.compile(r"([A-Za-z ]+)\((sold|bought)\)")
_PER_BILLION = 10
_LOOK = "Look at the address in a browser; the Ministry may have changed its format."


@dataclass(frozen=True, slots=True)
class Interventions:
    """Daily net purchases of yen in billion yen; sales are negative.

    Codes are ``net_yen`` (against all currencies) and pairs such as ``USD/JPY``, ``EUR/JPY`` and
    ``DEM/JPY``. Operations without the yen, such as dollars against marks, count in none.
    """

    key: ClassVar[str] = "mof_interventions"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each series, from a file that is downloaded once."""
        return arrivals(codes, lambda: partial(_net_purchases, fetcher.get(_URL, check=_check)))


class _Operation(NamedTuple):
    """Yen bought, in 100 million yen; sales are negative, and zero is one without the yen."""

    day: date
    pair: str
    amount: float
    yen: float


class _Quarter(NamedTuple):
    period: pd.Period
    operations: tuple[_Operation, ...]


class _Columns(NamedTuple):
    year: int
    month: int
    day: int
    amount: int
    pair: int


def _check(body: Body) -> None:
    refuse_html(body)
    try:
        _quarters(body)
    except SourceError:
        refuse_cut_off(body)
        raise


def _quarters(body: Body) -> list[_Quarter]:
    """The quarters that have their totals, with their operations.

    Raises
    ------
    SourceError
        A row cannot be read, a quarter is not there, or operations do not add up to its total.
    BusySourceError
        Operations at the end have no total: the file was cut off.
    """
    rows = csv_rows(text_of(body, "cp932"))
    columns, start = _columns(rows, body)
    quarters: list[_Quarter] = []
    waiting: list[_Operation] = []
    year = month = ""
    for line, row in rows[start:]:
        cells = [cell.strip() for cell in row]
        where = f"{body.url}, line {line}"
        if len(cells) <= columns.pair:
            continue  # a note below the figures
        if cells[columns.day]:
            year, month = cells[columns.year] or year, cells[columns.month] or month
            day = _day(year, month, cells[columns.day], where)
            waiting.append(_operation(day, cells[columns.amount], cells[columns.pair], where))
        elif found := _QUARTER.fullmatch(cells[columns.year]):
            period = pd.Period(_day(found[2], found[1], "1", where), "Q")
            _refuse_unsound(period, waiting, quarters, cells[columns.amount], where)
            quarters.append(_Quarter(period, tuple(waiting)))
            waiting = []
        elif _FIGURE.fullmatch(cells[columns.amount]):
            raise SourceError(
                f"{where}: this is neither an operation nor a quarter's total.", remedy=_LOOK
            )
    if waiting or not quarters:
        raise BusySourceError(
            f"{body.url}: the file was cut off; the last operations have no quarter's total.",
            remedy="Try again; the connection was lost on the way.",
        )
    return quarters


def _columns(rows: Sequence[tuple[int, list[str]]], body: Body) -> tuple[_Columns, int]:
    """Where the English columns stand, and the row after the header."""
    for at, (_, row) in enumerate(rows):
        names = [cell.strip() for cell in row]
        if {"Year", "Month", "Day", "Currency pairs"} <= set(names):
            amount = next((i for i, name in enumerate(names) if "amount" in name.lower()), None)
            if amount is not None:
                year, month, day = (names.index(name) for name in ("Year", "Month", "Day"))
                pair = names.index("Currency pairs")
                return _Columns(year, month, day, amount, pair), at + 1
    raise SourceError(
        f"{body.url}: there is no header 'Year,Month,Day,...(amount),...,Currency pairs'.",
        remedy=_LOOK,
    )


def _day(year: str, month: str, day: str, where: str) -> date:
    try:
        return date(int(year), _MONTHS[month[:3]], int(day))
    except (ValueError, KeyError):
        raise SourceError(f"{where}: '{year} {month} {day}' is not a day.", remedy=_LOOK) from None


def _operation(day: date, amount: str, legs: str, where: str) -> _Operation:
    """An operation from its English words: ``the US dollar (sold) the Japanese yen (bought)``."""
    sides = {side: name.strip().removeprefix("the ") for name, side in _LEG.findall(legs)}
    if set(sides) != {"sold", "bought"}:
        raise SourceError(f"{where}: what was sold and bought is not in '{legs}'.", remedy=_LOOK)
    figure = _amount(amount, where)
    yen = figure if sides["bought"] == _YEN else -figure if sides["sold"] == _YEN else 0.0
    names = sorted(sides.values(), key=lambda name: name == _YEN)
    return _Operation(day, "/".join(_CURRENCIES.get(name, name) for name in names), figure, yen)


def _amount(text: str, where: str) -> float:
    return number(text.replace(",", ""), where, missing=())


def _refuse_unsound(
    period: pd.Period,
    operations: Sequence[_Operation],
    before: Sequence[_Quarter],
    total: str,
    where: str,
) -> None:
    if before and period != before[-1].period + 1:
        raise SourceError(
            f"{where}: {period} follows on {before[-1].period}; a quarter is not there.",
            remedy=_LOOK,
        )
    for operation in operations:
        if pd.Period(operation.day, "Q") != period:
            raise SourceError(
                f"{where}: the operation of {operation.day} stands under {period}.", remedy=_LOOK
            )
    added = sum(operation.amount for operation in operations)
    # Each amount and the total are rounded to 100 million yen.
    if abs(added - _amount(total, where)) > len(operations) + 1:
        raise SourceError(
            f"{where}: the operations of {period} add up to {added:,.0f}, and the total is "
            f"{total} (100 million yen).",
            remedy=_LOOK,
        )


def _net_purchases(body: Body, code: str) -> Arrived:
    """Net purchases on every day of the quarters that have their totals."""
    quarters = _quarters(body)
    operations = [each for quarter in quarters for each in quarter.operations if each.yen]
    pairs = {each.pair for each in operations}
    if code != _ALL and code not in pairs:
        raise SourceError(
            f"The Ministry of Finance lists no operations '{code}'.",
            remedy=f"There are {', '.join((_ALL, *sorted(pairs)))}.",
        )
    first, last = quarters[0].period.start_time, quarters[-1].period.end_time.normalize()
    bought = dict.fromkeys(pd.date_range(first, last), 0.0)
    for each in operations:
        if code in (_ALL, each.pair):
            bought[pd.Timestamp(each.day)] += each.yen
    values = pd.Series(list(bought.values()), index=pd.DatetimeIndex(list(bought)))
    note = f"amounts of 100 million yen, divided by {_PER_BILLION}; zero where none is listed"
    return Arrived(
        code,
        values / _PER_BILLION,
        (body,),
        unit="billion yen",
        title="Foreign exchange intervention operations, net purchases of yen",
        notes=(note,),
    )
