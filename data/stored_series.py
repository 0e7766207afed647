"""How a series is stored: its figures as a table, and what is known of them beside.

Figures are written in the shortest form that reads back as the same number.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from ..errors import SnapshotError
from .catalog import Entry
from .sources.protocol import Body


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A series to be stored.

    Attributes
    ----------
    entry : Entry
        What it is.
    values : pandas.Series
        Figures on a monthly ``PeriodIndex`` or a ``DatetimeIndex`` of days, ascending, each date
        once; NaN where the publisher lists a date without a figure.
    made : str
        How they were made of the source's figures: ``as published``, ``month mean of DGS10``.
    bodies : tuple of Body
        What they were read from.
    published_unit : str
        Unit as the publisher states it; empty where it does not.
    updated : str
        The publisher's date of its last update, where it states one.
    notes : tuple of str
        What was seen on the way.
    """

    entry: Entry
    values: pd.Series
    made: str
    bodies: tuple[Body, ...]
    published_unit: str = ""
    updated: str = ""
    notes: tuple[str, ...] = ()


def table_of(name: str, values: pd.Series) -> bytes:
    """Figures as a CSV file of ``date,value``.

    Raises
    ------
    SnapshotError
        The dates are not in order, a figure is infinite, or the name is no name of a file.
    """
    index, figures = values.index, values.to_numpy("float64")
    fault = ""
    if not re.fullmatch(r"\w[\w.-]*", name):
        fault = "its name is no name of a file"
    elif not (index.is_monotonic_increasing and index.is_unique):
        fault = "its dates are not in order, each once"
    elif np.isinf(figures).any():
        fault = "it holds an infinite figure"
    if fault:
        raise SnapshotError(
            f"The series '{name}' cannot be stored: {fault}.", remedy="Mend its source."
        )
    months = isinstance(index, pd.PeriodIndex)
    dates = index.astype(str) if months else pd.DatetimeIndex(index).strftime("%Y-%m-%d")
    cells = ("" if figure != figure else repr(figure) for figure in figures.tolist())
    lines = (f"{date},{cell}\n" for date, cell in zip(dates, cells, strict=True))
    return "".join(chain(["date,value\n"], lines)).encode()


def figures_of(name: str, content: bytes) -> pd.Series:
    """Figures of a CSV file that ``table_of`` made, to the last bit."""
    rows = [line.split(",") for line in content.decode().splitlines()[1:]]
    dates = [date for date, _ in rows]
    index: pd.PeriodIndex | pd.DatetimeIndex
    index = pd.DatetimeIndex(np.array(dates, dtype="datetime64[D]"))
    if dates and len(dates[0]) == len("2026-11"):
        index = index.to_period("M")
    figures = np.array([float(cell or "nan") for _, cell in rows])
    return pd.Series(figures, index=index, name=name)


def sidecar_of(stored: StoredSeries, table: bytes) -> bytes:
    """What is known of a series beside its figures, as JSON."""
    column, recipe = stored.entry.column, stored.entry.recipe
    bodies = [
        {"url": body.url, "sha256": body.sha256, "retrieved_at": body.retrieved_at}
        for body in stored.bodies
    ]
    facts = {
        "id": column.id,
        "label": column.label,
        "publisher": column.publisher,
        "source": recipe.source if recipe else "file",
        "fetched": recipe.code if recipe else "",
        "code": column.code,
        "unit": column.unit,
        "published_unit": stored.published_unit,
        "frequency": column.frequency,
        "observed": column.observed,
        "clock": column.clock,
        "made": stored.made,
        "retrieved_at": min((body["retrieved_at"] for body in bodies), default=""),
        "bodies": bodies,
        "sha256": hashlib.sha256(table).hexdigest(),
        "terms": column.terms,
        "credit": stored.entry.credit,
        "updated": stored.updated,
        "notes": list(stored.notes),
    }
    return as_json(facts)


def as_json(content: Mapping[str, Any]) -> bytes:
    """A JSON file, one key a line."""
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
