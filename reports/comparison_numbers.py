"""Numbers of two runs, and of the stages between them, joined row by row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..models.moves import PARTS, STAGES

#: What identifies a number, beside its model where a table has several, and its occurrence where
#: one number has several kinds of interval.
IDENTITY = ("table", "statistic", "shock", "response", "horizon")

_VALUES = ["estimate", "conf_low", "conf_high"]
_FACTS = ["unit", "band", "sample", "method"]


def all_numbers(stages: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every number of both runs with its move and the parts of it, largest moves first.

    A move is compared with half the width of the number's widest interval in the old run; numbers
    without an interval stand at the end.

    Parameters
    ----------
    stages : mapping of stage to DataFrame
        ``numbers.csv`` of each of ``moves.STAGES``; the same frame may stand for several.

    Returns
    -------
    DataFrame
        ``IDENTITY``, ``model``, the estimates at all stages, the intervals of both runs, ``move``
        and its parts, ``move_over_half_interval``, ``held_by`` (``both``, ``old``, ``new``), unit,
        band and sample in both runs.
    """
    keyed: dict[int, pd.DataFrame] = {}
    for frame in stages.values():
        keyed.setdefault(id(frame), _keyed(frame))
    found = {stage: keyed[id(frame)] for stage, frame in stages.items()}
    old, new = found["old"], found["new"]
    every = new.index.union(old.index, sort=False)
    values = {stage: rows["estimate"].reindex(every) for stage, rows in found.items()}
    before, after = old.reindex(every), new.reindex(every)
    half = (before["conf_high"] - before["conf_low"]) / 2
    table = pd.DataFrame(
        {
            **values,
            "old_low": before["conf_low"],
            "old_high": before["conf_high"],
            "new_low": after["conf_low"],
            "new_high": after["conf_high"],
            "move": _difference(values["old"], values["new"]),
            **_parts(values),
            "move_over_half_interval": _difference(values["old"], values["new"]).abs()
            / half.where((half > 0) & np.isfinite(half)),
            "held_by": np.where(
                every.isin(old.index), np.where(every.isin(new.index), "both", "old"), "new"
            ),
            "unit": after["unit"].fillna(before["unit"]),
            "band_old": before["band"],
            "band_new": after["band"],
            "sample_old": before["sample"],
            "sample_new": after["sample"],
        }
    )
    table = table.sort_values("move_over_half_interval", ascending=False, kind="stable")
    return table.reset_index()


def find_number(numbers: pd.DataFrame, identity: tuple[str, ...]) -> pd.Series | None:
    """The row of ``numbers.csv`` with this ``IDENTITY`` and the widest interval, if there is one.

    Where a number has several kinds of interval, the first is the one that is reported.
    """
    rows = numbers
    for column, value in zip(IDENTITY, identity, strict=True):
        rows = rows[rows[column].astype(str) == value]
    if rows.empty:
        return None
    return rows.sort_values("level", ascending=False, kind="stable").iloc[0]


def _keyed(numbers: pd.DataFrame) -> pd.DataFrame:
    """One row a number, that of its widest interval, by what identifies it."""
    rows = numbers.astype({"horizon": str})
    several = rows.groupby("table")["model"].transform("nunique") > 1
    # The name of a table's only model may say what differs: its lags, for one.
    rows = rows.assign(model=rows["model"].where(several, ""))
    key = [*IDENTITY, "model"]
    widest = rows.groupby(key, dropna=False)["level"].transform("max")
    rows = rows[rows["level"].isna() | (rows["level"] == widest)]
    rows = rows.assign(occurrence=rows.groupby(key, dropna=False).cumcount())
    return rows.set_index([*key, "occurrence"])[[*_VALUES, *_FACTS]]


def _parts(values: Mapping[str, pd.Series]) -> dict[str, pd.Series]:
    """The parts of the move; see ``models.moves.Move``."""
    steps = {
        later: _difference(values[earlier], values[later])
        for earlier, later in zip(STAGES, list(STAGES)[1:])
    }
    found = {
        "revision": steps["revised"],
        "new_months": steps["extended"],
        "study_file": steps["respecified"],
        "software": steps["repeated"] + steps["new"],
    }
    return {name: found[name] for name in PARTS}


def _difference(before: pd.Series, after: pd.Series) -> pd.Series:
    """Zero where both are equal, infinite ones too."""
    with np.errstate(invalid="ignore"):
        return (after - before).mask(after == before, 0.0)
