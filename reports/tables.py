"""Tables: raw values, how they are printed, and the CSV in full precision.

A table holds raw values. Digits, units in the heads, intervals and dashes are made when it is
printed, so that the page, the paper and the CSV cannot disagree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

import pandas as pd

from .formats import DASH, Interval, cell_text, decimals_for, is_missing, is_number

#: Said of a dash unless the table knows better.
NO_VALUE = "not defined or not estimated"

#: Cells of more characters than this may wrap.
LONG = 24

Kind = Literal["number", "word", "text"]

_NO_INTERVAL = Interval(math.nan, math.nan)


@dataclass(frozen=True, eq=False)
class Table:
    """A table of a report.

    Attributes
    ----------
    name : str
        Stem of its files and its LaTeX label (``tab:name``): lower case, digits, hyphens.
    caption : str
    frame : DataFrame
        Raw values: numbers, ``Interval``, dates, words. A named index becomes the first columns.
    notes : sequence of str
        Sample, method, how the intervals were made.
    units : mapping of column to unit
        Put into the heads. Columns of one unit share their decimals; an empty unit shares them
        without showing (its rows then say the unit in a column ``Unit``).
    group : str, optional
        Column that splits the rows into blocks; its value stands once, above its block.
    missing : str
        Why some cells have no value; printed with the dash when there is one.
    decimals : mapping of column to int
        Overrides the decimals that are chosen for a column.
    """

    name: str
    caption: str
    frame: pd.DataFrame
    notes: Sequence[str] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    missing: str = NO_VALUE
    decimals: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Rows under one heading (empty when the table has no groups), as printed."""

    label: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Layout:
    """A table as it is printed, whatever the medium.

    Attributes
    ----------
    heads : tuple of str
        Column heads with their units.
    kinds : tuple of str
        ``number`` (flush right), ``word`` (short, on one line) or ``text`` (may wrap). The first
        column names the rows and is never flush right.
    blocks : tuple of Block
    notes : tuple of str
        The table's notes, with what the dash and the word "unbounded" mean where they occur.
    """

    heads: tuple[str, ...]
    kinds: tuple[Kind, ...]
    blocks: tuple[Block, ...]
    notes: tuple[str, ...]


def lay_out(table: Table) -> Layout:
    """The table as printed: heads with units, digits by unit and block, dashes explained."""
    columns = _columns(table.frame)
    decimals = _decimals(table, columns)
    labels = _block_labels(table, columns)
    shown = {name: cells for name, cells in columns.items() if name != table.group}
    printed: dict[str, list[tuple[str, ...]]] = {}
    for i, label in enumerate(labels):
        row = tuple(cell_text(cells[i], decimals[name][i]) for name, cells in shown.items())
        printed.setdefault(label, []).append(row)
    return Layout(
        heads=tuple(_head(table, name) for name in shown),
        kinds=tuple(_kind(cells, first=i == 0) for i, cells in enumerate(shown.values())),
        blocks=tuple(Block(label, tuple(rows)) for label, rows in printed.items()),
        notes=(*table.notes, *_explanations(list(chain(*shown.values())), table.missing)),
    )


def table_csv(table: Table) -> str:
    """Comma-separated values that read back exactly; an interval takes two columns."""
    written: dict[str, list[object]] = {}
    for name, cells in _columns(table.frame).items():
        if any(isinstance(cell, Interval) for cell in cells):
            ends = [cell if isinstance(cell, Interval) else _NO_INTERVAL for cell in cells]
            written[_head(table, name, " low")] = [end.low for end in ends]
            written[_head(table, name, " high")] = [end.high for end in ends]
        else:
            written[_head(table, name)] = cells
    return pd.DataFrame(written).to_csv(index=False, na_rep="NaN", lineterminator="\n")


def _columns(frame: pd.DataFrame) -> dict[str, list[object]]:
    """Cells by column; a meaningful index becomes the first columns."""
    if not isinstance(frame.index, pd.RangeIndex) or frame.index.name is not None:
        frame = frame.reset_index(names=[str(name or "") for name in frame.index.names])
    if frame.columns.has_duplicates:
        raise ValueError(f"two columns of the same name: {list(frame.columns)}")
    return {str(name): frame[name].tolist() for name in frame.columns}


def _block_labels(table: Table, columns: Mapping[str, Sequence[object]]) -> list[str]:
    """The heading above each row; empty without groups."""
    if table.group is None:
        return [""] * len(table.frame)
    return [cell_text(value) for value in columns[table.group]]


def _decimals(table: Table, columns: Mapping[str, Sequence[object]]) -> dict[str, list[int]]:
    """Decimals of every cell: the same within a unit of a block of rows."""
    row_units = columns.get("Unit", [""] * len(table.frame))
    places = list(zip(_block_labels(table, columns), map(str, row_units)))
    alike: dict[tuple[str, ...], list[object]] = {}
    for name, cells in columns.items():
        for place, cell in zip(places, cells):
            alike.setdefault((*place, table.units.get(name, name)), []).append(cell)
    digits = {key: decimals_for(cells) for key, cells in alike.items()}
    chosen: dict[str, list[int]] = {}
    for name in columns:
        own = [digits[(*place, table.units.get(name, name))] for place in places]
        chosen[name] = [table.decimals.get(name, n) for n in own]
    return chosen


def _explanations(cells: Sequence[object], missing: str) -> list[str]:
    """What the dash and the word "unbounded" mean, where they occur."""
    notes = []
    if any(is_missing(cell) for cell in cells):
        notes.append(f"{DASH}: {missing}.")
    intervals = [cell for cell in cells if isinstance(cell, Interval) and not cell.missing]
    if any(not math.isfinite(end) for cell in intervals for end in (cell.low, cell.high)):
        notes.append("Unbounded: the data do not limit the interval on that side.")
    if any(cell.low > cell.high for cell in intervals):
        notes.append("Outside (a, b): every value but those between a and b.")
    return notes


def _kind(cells: Sequence[object], *, first: bool) -> Kind:
    present = [cell for cell in cells if not is_missing(cell)]
    if not first and present and all(is_number(cell) for cell in present):
        return "number"
    return "text" if any(len(cell_text(cell)) > LONG for cell in present) else "word"


def _head(table: Table, name: str, part: str = "") -> str:
    unit = table.units.get(name, "")
    return f"{name}{part} ({unit})" if unit else f"{name}{part}"
