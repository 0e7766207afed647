"""``numbers.csv``: every number of a run in one tidy file, with its sample and method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..models.results import TIDY_COLUMNS, tidy_frame

NUMBERS_COLUMNS = ("table", *TIDY_COLUMNS, "sample", "method")


@dataclass(frozen=True, eq=False)
class Numbers:
    """Tidy numbers of one origin.

    Attributes
    ----------
    tidy : DataFrame
        In ``TIDY_COLUMNS``.
    sample : str
        First and last period used, such as ``1999-02 to 2025-11``.
    method : str
        Model, identification and inference in a few words.
    """

    tidy: pd.DataFrame
    sample: str
    method: str

    def __post_init__(self) -> None:
        if not self.sample or not self.method:
            raise ValueError("numbers need a sample and a method")


def numbers_frame(numbers: Mapping[str, Numbers]) -> pd.DataFrame:
    """All numbers in one frame, tables in alphabetical order, rows in the order of their table.

    A test statistic, a share or a correlation has no unit; the file says so in words.
    """
    parts = []
    for name in sorted(numbers):
        source = numbers[name]
        rows = tidy_frame(source.tidy)
        rows["unit"] = rows["unit"].replace("", "pure number")
        rows["horizon"] = [_plain(h) for h in rows["horizon"]]
        parts.append(rows.assign(table=name, sample=source.sample, method=source.method))
    if not parts:
        return pd.DataFrame(columns=list(NUMBERS_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(NUMBERS_COLUMNS)]


def numbers_csv(numbers: Mapping[str, Numbers]) -> str:
    """The file's text; floats in the shortest form that reads back exactly."""
    return numbers_frame(numbers).to_csv(index=False, na_rep="NaN", lineterminator="\n")


def _plain(horizon: object) -> str:
    """``12`` whether the horizon came as 12 or 12.0; empty where there is none."""
    if horizon is None or horizon is pd.NA or horizon != horizon:
        return ""
    return f"{horizon:g}" if isinstance(horizon, float) else str(horizon)
