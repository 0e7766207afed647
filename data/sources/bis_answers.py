"""CSV of the BIS: of its SDMX service, and as its Data Portal exports it.

The service gives a column a dimension and attribute::

    FREQ,EER_TYPE,EER_BASKET,REF_AREA,UNIT_MEASURE,...,TITLE_TS,TIME_PERIOD,OBS_VALUE,OBS_STATUS,...
    M,R,B,JP,882,...,Japan - Real - Broad (64 economies),1994-01,164.06,A,...

An export has two lines of preamble and a blank one above the column names, one column of the key,
and month ends for months. The portal has no address for programs; a mirror may hold its exports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import BusySourceError, SourceError
from .protocol import Body
from .reading import csv_rows, refuse_html, text_of

#: Columns of the period and of the figure: of the service, of the portal with and without codes.
_COLUMNS = (
    ("TIME_PERIOD", "OBS_VALUE"),
    ("TIME_PERIOD:Period", "OBS_VALUE:Value"),
    ("Period", "Value"),
)
_KEYS = ("KEY:Timeseries Key", "Timeseries Key")
_CHANGED = "The BIS may have changed its format; look at the address in a browser."


@dataclass(frozen=True, slots=True)
class Read:
    """A series as texts.

    Attributes
    ----------
    observations : sequence of (str, str)
        Period and figure.
    unit : str
        Code or words.
    title, updated : str
    """

    observations: Sequence[tuple[str, str]]
    unit: str = ""
    title: str = ""
    updated: str = ""


def another_series(body: Body, key: str, holds: str) -> SourceError:
    """The error of a body that holds something else than was asked for."""
    return SourceError(
        f"{body.url}: the answer holds {holds} in the place of {key}.", remedy=_CHANGED
    )


def refuse_damaged_csv(body: Body) -> None:
    """Refuse what is no CSV of a series; ask again where it was cut off.

    Raises
    ------
    SourceError
    """
    refuse_html(body)
    if not _is_whole(body):
        raise BusySourceError(
            f"{body.url}: the CSV was cut off after {len(body.content)} bytes.",
            remedy="Try again; the connection was lost on the way.",
        )


def read_csv(body: Body, key: str) -> Read:
    """The one series of a CSV.

    Raises
    ------
    SourceError
        It holds another one, or a row is damaged.
    """
    table = _table(body)
    for line, row in table.rows:
        if len(row) != len(table.names):
            raise SourceError(
                f"{body.url}, line {line}: {len(row)} cells under {len(table.names)} column names.",
                remedy=_CHANGED,
            )
        if (found := table.key(row, key.count(".") + 1)) != key:
            raise another_series(body, key, found)
    if not table.rows:
        raise another_series(body, key, "no series")
    first = table.rows[0][1]
    return Read(
        [(row[table.period], row[table.figure]) for _, row in table.rows],
        unit=table.cell(first, "UNIT_MEASURE", "Unit"),
        title=table.cell(first, "TITLE_TS", "TITLE").strip(),
        updated=_updated(table.preamble),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of a CSV below their column names, and what stands above these."""

    preamble: list[list[str]]
    names: list[str]
    rows: list[tuple[int, list[str]]]
    period: int
    figure: int

    def cell(self, row: Sequence[str], *names: str) -> str:
        """The cell of the first of these columns that is there."""
        return next((row[self.names.index(name)] for name in names if name in self.names), "")

    def key(self, row: Sequence[str], length: int) -> str:
        """The key: one cell of the portal, one a dimension from the frequency on of the service."""
        if whole := self.cell(row, *_KEYS):
            return whole
        at = self.names.index("FREQ") if "FREQ" in self.names else len(self.names)
        return ".".join(row[at : at + length])


def _is_whole(body: Body) -> bool:
    """Without the end of a line, half a figure in the last cell looks like a whole one."""
    if body.content.endswith(b"\n"):
        _table(body)
        return True
    try:
        table = _table(body)
    except SourceError:
        return False
    last = table.rows[-1][1] if table.rows else []
    return len(last) == len(table.names) > table.figure + 1


def _table(body: Body) -> _Table:
    rows = csv_rows(text_of(body))
    for place, (_, names) in enumerate(rows[:4]):
        for period, figure in _COLUMNS:
            if period in names and figure in names:
                preamble = [row for _, row in rows[:place]]
                places = names.index(period), names.index(figure)
                return _Table(preamble, names, rows[place + 1 :], *places)
    raise SourceError(f"{body.url}: there are no columns of periods and figures.", remedy=_CHANGED)


def _updated(preamble: Sequence[Sequence[str]]) -> str:
    """The day of the last update, where the portal's preamble states one."""
    if len(preamble) != 2:
        return ""
    stated = dict(zip(*preamble, strict=False))
    return next((day for name, day in stated.items() if name.startswith("Last update")), "")
