"""Major foreign holders of US Treasury securities (Treasury International Capital, TIC).

Two files of the US Treasury, both separated by tabs, in billions of dollars at the month's end:

- the history since 2000-03: a block a year, the newest first, months from December to January;
- the current table (table 5 of form SLT): the last thirteen months, the newest first. It names
  fewer countries than the history, so its ``All Other`` counts more of them and is not taken.

Where both list a month, the current table is taken: revisions reach it first.

Each annual survey of holdings, and the change of the monthly form at the end of 2011, starts a new
series: the level breaks. At most breaks the history lists the month twice, first in the new
series, then in the old one "for comparison only"; the new one is taken. Breaks and months on two
bases are named in the notes of each series.

The history is read from a published file. No published current table was at hand: its form (a
line ``Country`` with months as ``2026-07``, the figures, ``Notes:``) is that in which users of the
file describe it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import ClassVar

import pandas as pd

from ...errors import BusySourceError, SourceError
from ..catalog import nearest
from ..dates import label_of
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import Dated, csv_rows, date_of, dated, number, refuse_html, text_of

HISTORY = "https://ticdata.treasury.gov/Publish/mfhhis01.txt"
CURRENT = (
    "https://ticdata.treasury.gov/resource-center/data-chart-center/tic/Documents/slt_table5.txt"
)

_PUBLISHER = "US Treasury"
_NONE = ("n.a.",)
_NOTES = "\nNotes:"
_FOOTNOTE = re.compile(r"\s+\d+/$", re.ASCII)
_NEW_SERIES = re.compile(r"Series\s+\d+/", re.ASCII)
_UPDATED = re.compile(r"^\d{1,2}/\d{1,2}/\d{2,4}\b", re.ASCII | re.MULTILINE)

#: What the current table calls the lines of the history.
_CURRENT_NAMES = {
    "Of Which: Foreign Official": "For. Official",
    "Of Which: Foreign Official Treasury Bills": "Treasury Bills",
    "Of Which: Foreign Official T-Bonds & Notes": "T-Bonds & Notes",
}
_TOTAL, _REST = "Grand Total", "All Other"


@dataclass(frozen=True, slots=True)
class TreasuryHoldings:
    """Holdings of a country as the tables name it, such as ``Japan``; ``Total`` for all.

    Lines of official holders have the names of the history: ``For. Official``,
    ``Treasury Bills``, ``T-Bonds & Notes``.
    """

    key: ClassVar[str] = "treasury"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each country once, all from one download of the two files."""
        return arrivals(
            codes,
            lambda: (
                _Tables(
                    fetcher.get(HISTORY, check=_check_history),
                    fetcher.get(CURRENT, check=_check_current),
                ).series
            ),
        )


@dataclass(frozen=True, slots=True)
class _Figure:
    """A cell, the line on which it stands, and the footnote at the name of its line."""

    month: date
    text: str
    line: int
    mark: str = ""


@dataclass(slots=True)
class _Book:
    """What a file holds, by name of the holder, and where its series break."""

    figures: dict[str, list[_Figure]] = field(default_factory=dict)
    breaks: list[date] = field(default_factory=list)
    compared: list[date] = field(default_factory=list)

    def add(self, months: Sequence[date | None], line: int, row: Sequence[str]) -> None:
        """The figures of a line; a column without a month is not taken."""
        label = " ".join(row[0].split())
        mark = _FOOTNOTE.search(label)
        name = _CURRENT_NAMES.get(label, label.removesuffix(mark[0]) if mark else label)
        self.figures.setdefault(name, []).extend(
            _Figure(month, cell, line, mark[0].strip() if mark else "")
            for month, cell in zip_longest(months, row[1:], fillvalue="")
            if isinstance(month, date)
        )


class _Tables:
    """Both files, joined by holder."""

    def __init__(self, history: Body, current: Body) -> None:
        self._bodies = (history, current)
        text = text_of(history, "ascii")
        updated = _UPDATED.search(text)
        self._updated = updated[0] if updated else ""
        self._history = _read_history(text)
        self._current = _read_current(text_of(current))

    def series(self, code: str) -> Arrived:
        name = _TOTAL if code == "Total" else code
        listed = self._history.figures.get(name, [])
        recent = self._current.figures.get(name, [])
        if not listed and not recent:
            raise SourceError(
                f"{_PUBLISHER}: there is no holder '{name}'.",
                remedy=nearest(name, [*self._history.figures, *self._current.figures]),
            )
        old = _dated(listed, f"{_PUBLISHER}, {name}, history")
        new = _dated(recent, f"{_PUBLISHER}, {name}, current table")
        earlier = old.values[~old.values.index.isin(new.values.index)]
        return Arrived(
            code,
            pd.concat([part for part in (earlier, new.values) if len(part)]).sort_index(),
            self._bodies,
            unit="billions of dollars",
            title=f"Holdings of US Treasury securities at the month's end: {name}",
            updated=f"{self._updated} (history)" if self._updated else "",
            notes=(
                *old.notes,
                *new.notes,
                *_on_breaks(self._history),
                *_on_footnotes(listed),
                *_on_overlap(old.values, new.values),
            ),
        )


def _read_history(text: str) -> _Book:
    book = _Book()
    months: list[date | None] = []
    rows = csv_rows(text, delimiter="\t")
    for at, (line, row) in enumerate(rows):
        if row[0].strip() == "Country":
            above = [cells for _, cells in rows[max(at - 3, 0) : at]]
            months = _months(book, line, above or [[]], row)
        elif months and row[0].strip() and any(map(str.strip, row[1:])):
            book.add(months, line, row)
    return book


def _months(
    book: _Book, line: int, above: Sequence[Sequence[str]], years: Sequence[str]
) -> list[date | None]:
    """Months of the columns of a block, None for those that are not taken.

    Above the years stand the months and, where a series breaks, its name in two lines: a column
    headed ``Series 17/`` begins a new series, and the same month to the right of it is that of the
    old one.
    """
    where = f"{_PUBLISHER}, history, line {line}"
    names = (
        f"{month.strip()} {year.strip()}".strip()
        for month, year in zip_longest(above[-1][1:], years[1:], fillvalue="")
    )
    months = [date_of(name, "%b %Y", where) if name else None for name in names]
    for at, mark in enumerate(above[0][1:]):
        month = months[at] if at < len(months) else None
        if month is None or not _NEW_SERIES.fullmatch(mark.strip()):
            continue
        book.breaks.append(month)
        if months[at + 1 : at + 2] == [month]:
            book.compared.append(month)
            months[at + 1] = None
    return months


def _read_current(text: str) -> _Book:
    book = _Book()
    months: list[date | None] = []
    for line, row in csv_rows(text[: text.index(_NOTES)], delimiter="\t"):
        if row[0].strip() == "Country":
            where = f"{_PUBLISHER}, current table, line {line}"
            months = [date_of(cell, "%Y-%m", where) if cell.strip() else None for cell in row[1:]]
        elif months and row[0].strip() != _REST:
            book.add(months, line, row)
    return book


def _dated(figures: Sequence[_Figure], where: str) -> Dated:
    if not figures:
        return Dated(pd.Series(dtype="float64"), ())
    return dated(
        (
            (each.month, number(each.text, f"{where}, line {each.line}, {each.month:%Y-%m}", _NONE))
            for each in figures
        ),
        "monthly",
        where,
    )


def _on_breaks(book: _Book) -> Iterator[str]:
    if book.breaks:
        yield f"a new series begins (the level breaks) in {_listed(book.breaks)}"
    if book.compared:
        yield (
            f"listed in the new and the old series, the new one is taken: {_listed(book.compared)}"
        )


def _on_footnotes(figures: Sequence[_Figure]) -> Iterator[str]:
    for mark in dict.fromkeys(each.mark for each in figures if each.mark):
        months = [each.month for each in figures if each.mark == mark]
        yield (
            f"the name carries footnote {mark} from {min(months):%Y-%m} to {max(months):%Y-%m}: "
            "the holders counted there may differ"
        )


def _on_overlap(old: pd.Series, new: pd.Series) -> Iterator[str]:
    if new.empty:
        yield f"not in the current table: ends with the history in {label_of(old.index[-1])}"
        return
    both = old.index.intersection(new.index)
    if len(both):
        revised = int((old[both] != new[both]).sum())
        yield (
            f"{label_of(both[0])} to {label_of(both[-1])} stand in both files, the current table "
            f"is taken; months with another figure in the history: {revised}"
        )


def _listed(months: Sequence[date]) -> str:
    return ", ".join(f"{month:%Y-%m}" for month in sorted(months))


def _check_history(body: Body) -> None:
    # The tables are followed by their footnotes, those on breaks last.
    _refuse_unfinished(body, b"Denotes series break")


def _check_current(body: Body) -> None:
    _refuse_unfinished(body, _NOTES.encode())


def _refuse_unfinished(body: Body, end: bytes) -> None:
    refuse_html(body)
    at = body.content.find(b"Country\t")
    if at < 0 or body.content.find(end, at) < 0:
        raise BusySourceError(
            f"{body.url}: no whole table of holders, the body may have been cut off after "
            f"{len(body.content)} bytes.",
            remedy="Try again; if that does not help, the publisher has changed its format.",
        )
