"""Yields of Japanese government bonds, from the Ministry of Finance.

The Ministry publishes the same par yields twice, in English and in Japanese, each time as a
history that ends with last month and a file of the current month:

- English: ``Date,1Y,...,40Y`` with days such as 1974/9/24;
- Japanese: ``基準日,1年,...,40年`` in Shift-JIS, with days by era such as S49.9.24.

Above the header stands a title with the unit; below the figures there may be notes. ``-`` stands
for a maturity that was not issued then. The English files lead; the Japanese ones confirm them,
and give the days that the English ones lack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import ClassVar

import pandas as pd

from ...errors import BusySourceError, SourceError
from .arrivals import arrivals
from .eras import era_date
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import Dated, csv_rows, date_of, dated, number, refuse_html, text_of

_TERMS = (*range(1, 11), 15, 20, 25, 30, 40)
_LOOK = "Look at the address in a browser; the Ministry may have changed its format."


@dataclass(frozen=True, slots=True)
class JgbCurve:
    """Daily par yields of government bonds: codes ``1Y`` to ``10Y``, ``15Y``, ..., ``40Y``."""

    key: ClassVar[str] = "mof"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each yield, from files that are downloaded once."""
        return arrivals(codes, lambda: partial(_curve_point, _both(fetcher)))


@dataclass(frozen=True, slots=True)
class _Edition:
    name: str
    history: str
    month: str
    encoding: str
    date_column: str
    year_sign: str
    day: Callable[[str, str], date]


_ENGLISH = _Edition(
    "English",
    "https://www.mof.go.jp/english/policy/jgbs/reference/interest_rate/historical/jgbcme_all.csv",
    "https://www.mof.go.jp/english/policy/jgbs/reference/interest_rate/jgbcme.csv",
    "cp932",
    "Date",
    "Y",
    lambda text, where: date_of(text, "%Y/%m/%d", where),
)
_JAPANESE = _Edition(
    "Japanese",
    "https://www.mof.go.jp/jgbs/reference/interest_rate/data/jgbcm_all.csv",
    "https://www.mof.go.jp/jgbs/reference/interest_rate/jgbcm.csv",
    "cp932",
    "基準日",
    "年",
    era_date,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """A day of a file: its cells by code, and where it stands."""

    where: str
    day: date
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Table:
    """The days of an edition, of both of its files."""

    edition: _Edition
    bodies: tuple[Body, ...]
    rows: tuple[_Row, ...]

    def holds(self, code: str) -> bool:
        return any(code in row.cells for row in self.rows)

    def series(self, code: str) -> Dated:
        """A day that both files list has to have the same figure in both."""
        pairs = [
            (row.day, number(row.cells[code], f"{row.where}, {code}", missing=("-",)))
            for row in self.rows
            if code in row.cells
        ]
        where = f"Ministry of Finance, {code} in the {self.edition.name} files"
        return dated(pairs, "daily", where)


@dataclass(frozen=True, slots=True)
class _Found:
    """The editions that could be had, and what is to be said of those that could not."""

    tables: tuple[_Table, ...]
    notes: tuple[str, ...]


def _both(fetcher: Fetcher) -> _Found:
    """The editions that could be had, the English one first.

    Raises
    ------
    SourceError
        There is none.
    """
    tables, notes, errors = [], [], []
    for edition in (_ENGLISH, _JAPANESE):
        try:
            table, seen = _table(edition, fetcher)
        except SourceError as error:
            errors.append(error)
            notes.append(f"the {edition.name} files could not be read: {error.problem}")
        else:
            tables.append(table)
            notes += seen
    if not tables:
        raise SourceError(
            " ".join(error.problem for error in errors), remedy=errors[0].remedy
        ) from errors[0]
    return _Found(tuple(tables), tuple(notes))


def _table(edition: _Edition, fetcher: Fetcher) -> tuple[_Table, list[str]]:
    """Both files of an edition; without its current month it is still of use."""
    history = fetcher.get(edition.history, check=_check)
    bodies, rows = [history], _rows(history, edition)
    if not rows:
        raise SourceError(f"{edition.history}: there are no days in it.", remedy=_LOOK)
    try:
        month = fetcher.get(edition.month, check=_check)
        rows += _rows(month, edition)
    except SourceError as error:
        note = f"the {edition.name} file of the current month could not be read: {error.problem}"
        return _Table(edition, tuple(bodies), tuple(rows)), [note]
    return _Table(edition, (*bodies, month), tuple(rows)), []


def _check(body: Body) -> None:
    refuse_html(body)
    # Notes at the end may lack a line's end; a day without one was cut off.
    if body.content.rpartition(b"\n")[2][:1].isalnum():
        raise BusySourceError(
            f"{body.url}: the body was cut off after {len(body.content)} bytes.",
            remedy="Try again; the connection was lost on the way.",
        )


def _rows(body: Body, edition: _Edition) -> list[_Row]:
    """The days of a file, in its order; there is none in the first days of a month."""
    lines = csv_rows(text_of(body, edition.encoding))
    start = next((at for at, (_, row) in enumerate(lines) if row[0] == edition.date_column), None)
    if start is None or not any("%" in cell for _, row in lines[:start] for cell in row):
        raise SourceError(
            f"{body.url}: there is no header '{edition.date_column},1{edition.year_sign},...' "
            "below a title with the unit %.",
            remedy=_LOOK,
        )
    columns = [name.strip().replace(edition.year_sign, "Y") for name in lines[start][1]]
    rows = []
    for line, row in lines[start + 1 :]:
        if not any(map(str.strip, row[1:])):
            continue  # a note below the figures
        where = f"{body.url}, line {line}, {row[0]}"
        if len(row) != len(columns):
            raise SourceError(
                f"{where}: {len(row)} cells stand under {len(columns)} columns.", remedy=_LOOK
            )
        cells = dict(zip(columns[1:], row[1:], strict=True))
        rows.append(_Row(where, edition.day(row[0], where), cells))
    return rows


def _curve_point(found: _Found, code: str) -> Arrived:
    """A yield as the editions agree on it.

    Raises
    ------
    SourceError
        There is no such maturity, or the editions differ.
    """
    holding = [table for table in found.tables if table.holds(code)]
    if not holding:
        raise SourceError(
            f"The Ministry of Finance publishes no yield '{code}'.",
            remedy=f"There are {', '.join(f'{term}Y' for term in _TERMS)}.",
        )
    first, *others = ((table.edition, table.series(code)) for table in holding)
    values, notes = first[1].values, [*found.notes, *first[1].notes]
    for edition, series in others:
        _refuse_disagreement(code, (first[0], values), (edition, series.values))
        notes += series.notes
        added = series.values.loc[series.values.index.difference(values.index)]
        if len(added):
            notes.append(_taken_over(added, edition))
            values = pd.concat([values, added]).sort_index()
    bodies = tuple(body for table in holding for body in table.bodies)
    title = f"JGB par yield, {code.removesuffix('Y')} years"
    return Arrived(code, values, bodies, unit="%", title=title, notes=tuple(notes))


def _refuse_disagreement(
    code: str, one: tuple[_Edition, pd.Series], other: tuple[_Edition, pd.Series]
) -> None:
    shared = one[1].index.intersection(other[1].index)
    first, second = one[1].loc[shared], other[1].loc[shared]
    differ = shared[(first != second) & ~(first.isna() & second.isna())]
    if len(differ):
        day = differ[0]
        raise SourceError(
            f"Ministry of Finance, {code}: {day:%Y-%m-%d} is {first[day]} in the {one[0].name} "
            f"files and {second[day]} in the {other[0].name} ones.",
            remedy="Ask the Ministry which one holds; the series is left out until then.",
        )


def _taken_over(added: pd.Series, edition: _Edition) -> str:
    days = f"{added.index[0]:%Y-%m-%d} to {added.index[-1]:%Y-%m-%d}"
    return f"{len(added)} days from {days} stand in the {edition.name} files only"
