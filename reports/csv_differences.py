"""Cell by cell: in what two CSV files of a run differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

#: One row a cell in which two files differ.
DIFFERENCE_COLUMNS = ("cell", "old", "new", "difference")

#: Two numbers that are closer than this, as a share of the larger, are equal.
EQUAL = 1e-8

#: Numbers below this are the remains of rounding: where zero is meant, any of them is zero.
ZERO = 1e-12

#: Columns of ``numbers.csv`` that say what a number is.
_KEYS = ("table", "statistic", "shock", "response", "horizon", "level")


def csv_differences(old: Path, new: Path) -> pd.DataFrame:
    """Cells in which two CSV files differ, the largest difference first.

    Parameters
    ----------
    old, new : Path

    Returns
    -------
    DataFrame
        Columns ``cell`` (what stands there), ``old`` and ``new`` as they are written, and
        ``difference``: of two numbers as a share of the larger one in absolute value; infinite
        where one of them is a text, missing or infinite. Files of another shape or with other
        columns give one row that says so.
    """
    before, after = _read(old), _read(new)
    if before.shape != after.shape or list(before.columns) != list(after.columns):
        row = ("rows x columns", _shape(before), _shape(after), np.inf)
        return pd.DataFrame([row], columns=list(DIFFERENCE_COLUMNS))
    was, now = before.to_numpy(object), after.to_numpy(object)
    rows, columns = np.nonzero(was != now)
    was, now = was[rows, columns], now[rows, columns]
    labels, names = _labels(before), list(before.columns)
    named = [f"{labels[row]}: {names[column]}" for row, column in zip(rows, columns)]
    found = pd.DataFrame(
        {"cell": named, "old": was, "new": now, "difference": relative_differences(was, now)},
        columns=list(DIFFERENCE_COLUMNS),
    )
    return found.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def relative_differences(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Difference of two cells as a share of the larger one; infinite where it has no size."""
    was, now = (
        pd.to_numeric(pd.Series(cells, dtype=object), errors="coerce").to_numpy(float)
        for cells in (old, new)
    )
    larger = np.maximum(np.abs(was), np.abs(now))
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(larger < ZERO, 0.0, np.abs(was - now) / larger)
    return np.where(np.isfinite(share), share, np.inf)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _shape(table: pd.DataFrame) -> str:
    return f"{table.shape[0]:,} x {table.shape[1]}"


def _labels(table: pd.DataFrame) -> list[str]:
    """What says of each row which numbers stand in it."""
    keys = [name for name in _KEYS if name in table.columns] or [table.columns[0]]
    return [", ".join(filter(None, row)) for row in zip(*(table[name] for name in keys))]
