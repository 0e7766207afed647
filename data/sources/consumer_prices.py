"""Japan's consumer price index, by e-Stat's API or by the Statistics Bureau's files.

With an application id the figures come from e-Stat's table of a base year, and without one from
the Bureau's files, which hold the same figures: one of groups, since 1970, and one of items with
three decimals for reference, since the base year. Both are CSV in Shift-JIS: names in Japanese,
names in English, codes, serial numbers and weights above a row a month; an empty cell is a month
without a figure.

The figures of the base year 2025 were first published in August 2026. Those of the base year 2020
go on until the ones of December 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from ...errors import SourceError
from .arrivals import arrivals
from .estat import Table, get_table
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, date_of, dated, number, refuse_cut_off, refuse_html, text_of

_FILES = "https://www.e-stat.go.jp/stat-search/file-download"
_INDEX, _JAPAN = "1", "00000"
_NAMES, _CODES = "Group/Item", "類・品目符号"
_MONTH = re.compile(r"\d{6}", re.ASCII)
_BASE_IN_TITLE = re.compile(r"(\d{4})年基準", re.ASCII)
_LOOK = "Look at the address in a browser; the Statistics Bureau may have changed its format."


class Base(NamedTuple):
    """Where the figures of a base year are.

    Attributes
    ----------
    year : int
    table : str
        e-Stat's id of the table.
    groups : str
        e-Stat's id of the file of groups.
    items : str
        Address of the file of items; empty where the file of groups holds them.
    """

    year: int
    table: str
    groups: str
    items: str = ""

    @property
    def unit(self) -> str:
        """Unit of the index."""
        return f"index, {self.year} = 100"


#: By the first part of a code.
BASES = {
    "cpi": Base(
        2020,
        "0003427113",
        "000032103842",
        "https://www.stat.go.jp/data/cpi/2020/csv/zmi2020aa.csv",
    ),
    "cpi2025": Base(2025, "0004052037", "000040482945"),
}


def consumer_prices(
    base: Base, codes: Sequence[str], fetcher: Fetcher, app_id: str = ""
) -> Iterator[Arrived | Missed]:
    """Indices such as ``cpi/0161``, each arrived or missed.

    Parameters
    ----------
    base : Base
    codes : sequence of str
        A family of ``BASES``, a slash, and the code of a group or an item.
    fetcher : Fetcher
    app_id : str
        The user's application id at e-Stat; where the API fails or there is none, the files are
        read.
    """
    if not app_id:
        yield from _from_files(base, codes, fetcher)
        return
    which = {"cdTab": _INDEX, "cdArea": _JAPAN, "cdCat01": ",".join(map(_item, codes))}
    try:
        table = get_table(fetcher, base.table, which, app_id)
    except SourceError as error:
        yield from (_second_way(found, error) for found in _from_files(base, codes, fetcher))
    else:
        yield from arrivals(codes, lambda: partial(_from_table, table, base))


def _second_way(found: Arrived | Missed, failure: SourceError) -> Arrived | Missed:
    """What the files gave, with why the API gave nothing."""
    if isinstance(found, Arrived):
        note = f"read from the Bureau's file, as e-Stat's API failed: {failure.problem}"
        return replace(found, notes=(note, *found.notes))
    both = f"{failure.problem} {found.error.problem}"
    return replace(found, error=SourceError(both, remedy=failure.remedy))


def _from_table(table: Table, base: Base, code: str) -> Arrived:
    item = _item(code)
    stated = _BASE_IN_TITLE.search(table.title)
    if stated and int(stated[1]) != base.year:
        raise SourceError(
            f"e-Stat's table {base.table} is '{table.title}', not that of {base.year} = 100.",
            remedy="Leave ESTAT_APP_ID out, so that the Bureau's files are read.",
        )
    if item not in table.cells:
        raise _no_such(code, f"e-Stat's table {base.table}")
    values, notes = table.months(item)
    return Arrived(
        code,
        values,
        table.bodies,
        unit=base.unit,
        title=table.names.get(item, ""),
        updated=table.updated,
        notes=notes,
    )


def _from_files(base: Base, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
    """What the file of groups holds, and the others from that of items."""
    try:
        which = {"statInfId": base.groups, "fileKind": "1"}
        groups = _File(fetcher.get(_FILES, which, check=_check), base)
    except SourceError as error:
        yield from (Missed(code, error) for code in codes)
        return
    others = [code for code in codes if base.items and _item(code) not in groups.columns]
    here = [code for code in codes if code not in others]
    yield from arrivals(here, lambda: groups.series)
    if others:
        yield from arrivals(others, lambda: _items_of(base, fetcher))


class _File:
    """A file's columns by code, and its months."""

    def __init__(self, body: Body, base: Base, notes: tuple[str, ...] = ()) -> None:
        self._body, self._base, self._notes = body, base, notes
        rows = csv_rows(text_of(body, "cp932"))
        header = {row[0].partition("(")[0].strip(): row for _, row in rows if not _is_month(row)}
        if not {_NAMES, _CODES} <= set(header):
            raise SourceError(
                f"{body.url}: there are no lines '{_NAMES}' and '{_CODES}'.", remedy=_LOOK
            )
        self._names = header[_NAMES]
        #: Where the figures of a code stand.
        self.columns = {code.strip(): at for at, code in enumerate(header[_CODES]) if at}
        if len(self.columns) != len(self._names) - 1:
            raise SourceError(f"{body.url}: the codes and the names do not pair.", remedy=_LOOK)
        self._months = [(line, row) for line, row in rows if _is_month(row)]

    def series(self, code: str) -> Arrived:
        """The months of a code."""
        at = self.columns.get(_item(code))
        if at is None:
            raise _no_such(code, self._body.url)
        pairs = []
        for line, row in self._months:
            where = f"{self._body.url}, line {line}, {code} of {row[0]}"
            if len(row) != len(self._names):
                raise SourceError(
                    f"{where}: {len(row)} cells stand under {len(self._names)} columns.",
                    remedy=_LOOK,
                )
            pairs.append((date_of(row[0], "%Y%m", where), number(row[at], where)))
        values, notes = dated(pairs, "monthly", f"Statistics Bureau, {code}")
        return Arrived(
            code,
            values,
            (self._body,),
            unit=self._base.unit,
            title=self._names[at].strip(),
            notes=(*self._notes, *notes),
        )


def _items_of(base: Base, fetcher: Fetcher) -> Callable[[str], Arrived]:
    note = f"reference figures with three decimals, since {base.year}"
    return _File(fetcher.get(base.items, check=_check), base, (note,)).series


def _check(body: Body) -> None:
    refuse_html(body)
    refuse_cut_off(body)


def _is_month(row: Sequence[str]) -> bool:
    return bool(_MONTH.fullmatch(row[0].strip()))


def _item(code: str) -> str:
    return code.partition("/")[2]


def _no_such(code: str, place: str) -> SourceError:
    return SourceError(
        f"There is no group or item '{_item(code)}' in {place}.",
        remedy="Codes stand in the third line of the Bureau's files, and in the table on e-Stat.",
    )
