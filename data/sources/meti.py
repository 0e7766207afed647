"""Indices of industrial production of the Japanese Ministry of Economy, Trade and Industry.

Two Excel workbooks, both seasonally adjusted on the base of 2020:

- the present one (``b2020_gsm1j.xlsx``): sheet 生産, a line an industry and a column a month since
  2018-01, headed ``202401``, with a P before months whose figures are provisional;
- the linked one (``b2020_sgs1j.xlsx``): sheet 生産付加価値額, a line a month since 1978-01 and a
  column an industry: figures of earlier bases, brought to the level of 2020 by the ministry.

The present workbook is taken for all of its months and the linked one before them. Both must state
the same base year, so that a change of base in one of them is not taken for a fall of production.
With the next base the ministry will publish both under new addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import pandas as pd

from ...errors import SourceError
from ..dates import label_of
from .arrivals import arrivals
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import Dated, date_of, dated, number
from .workbooks import refuse_damaged_zip, sheet_of

PRESENT = "https://www.meti.go.jp/statistics/tyo/iip/xls/b2020_gsm1j.xlsx"
LINKED = "https://www.meti.go.jp/statistics/tyo/iip/xls/b2020_sgs1j.xlsx"

_CODE = "IIP"
#: Mining and manufacturing together.
_INDUSTRY = "1000000000"
_WHERE = "METI, industrial production"
_MONTH = re.compile(r"P?\s*\d{6}", re.ASCII)
_BASE = re.compile(r"(\d{4})[=＝]100", re.ASCII)
_LOOK = "Look at the workbook; the publisher may have changed its format."


@dataclass(frozen=True, slots=True)
class IndustrialProduction:
    """``IIP``: production of mining and manufacturing, weighted by value added."""

    key: ClassVar[str] = "meti"
    notice: ClassVar[str] = ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """The index, from one download of the two workbooks."""
        return arrivals(
            codes,
            lambda: (
                _Workbooks(
                    fetcher.get(PRESENT, check=refuse_damaged_zip),
                    fetcher.get(LINKED, check=refuse_damaged_zip),
                ).series
            ),
        )


class _Index(NamedTuple):
    """Figures of a workbook, the base year that it states, and its provisional months."""

    found: Dated
    base: str
    provisional: tuple[str, ...] = ()


class _Workbooks:
    """The present and the linked workbook."""

    def __init__(self, present: Body, linked: Body) -> None:
        self._bodies = (present, linked)

    def series(self, code: str) -> Arrived:
        if code != _CODE:
            raise SourceError(f"METI: there is no series '{code}'.", remedy=f"There is: {_CODE}.")
        present, linked = _read_present(self._bodies[0]), _read_linked(self._bodies[1])
        if present.base != linked.base:
            raise SourceError(
                f"{_WHERE}: the present workbook is on the base {present.base or 'not stated'}, "
                f"the linked one on {linked.base or 'not stated'}.",
                remedy="Wait until the ministry has published both on one base.",
            )
        new, old = present.found.values, linked.found.values
        return Arrived(
            code,
            pd.concat([old[old.index < new.index[0]], new]),
            self._bodies,
            unit=f"{present.base}=100, seasonally adjusted",
            title="Indices of industrial production: mining and manufacturing, value added",
            notes=(
                *present.found.notes,
                *linked.found.notes,
                _on_overlap(old, new),
                *(f"provisional: {month}" for month in present.provisional),
            ),
        )


def _read_present(body: Body) -> _Index:
    rows = sheet_of(body, "生産")
    head = next((row for row in rows if any(map(_MONTH.fullmatch, row))), [])
    lines = [(at, row) for at, row in enumerate(rows, 1) if row[0] == _INDUSTRY]
    if not head or len(lines) != 1:
        raise _unknown_format(body)
    line, cells = lines[0]
    first = next(at for at, name in enumerate(head) if _MONTH.fullmatch(name))
    months = [(name, cell) for name, cell in zip(head[first:], cells[first:]) if name]
    return _Index(
        _figures(
            ((name.removeprefix("P").strip(), cell, line) for name, cell in months),
            "present workbook",
        ),
        _base_of(rows),
        tuple(f"{name[-6:-2]}-{name[-2:]}" for name, _ in months if name.startswith("P")),
    )


def _read_linked(body: Body) -> _Index:
    rows = sheet_of(body, "生産付加価値額", columns=2)
    columns = {at for row in rows[:4] for at, cell in enumerate(row) if cell == _INDUSTRY}
    if len(columns) != 1:
        raise _unknown_format(body)
    at = columns.pop()
    return _Index(
        _figures(
            (
                (row[1], row[at], line)
                for line, row in enumerate(rows, 1)
                if _MONTH.fullmatch(row[1])
            ),
            "linked workbook",
        ),
        _base_of(rows),
    )


def _figures(cells: Iterable[tuple[str, str, int]], workbook: str) -> Dated:
    where = f"{_WHERE}, {workbook}"
    return dated(
        (
            (
                date_of(month, "%Y%m", f"{where}, line {line}"),
                number(cell, f"{where}, line {line}, {month[:4]}-{month[4:]}", ()),
            )
            for month, cell, line in cells
        ),
        "monthly",
        where,
    )


def _base_of(rows: Sequence[Sequence[str]]) -> str:
    found = _BASE.search(" ".join(rows[0]))
    return found[1] if found else ""


def _on_overlap(old: pd.Series, new: pd.Series) -> str:
    both = old.index.intersection(new.index)
    other = int((old[both] != new[both]).sum())
    return (
        f"the linked workbook is taken before {label_of(new.index[0])}; of {len(both)} months that "
        f"stand in both, {other} have another figure there"
    )


def _unknown_format(body: Body) -> SourceError:
    return SourceError(
        f"{body.url}: there is no line of months, or not one series {_INDUSTRY}.", remedy=_LOOK
    )
