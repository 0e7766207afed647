"""Panels of several places laid side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ..errors import DataError
from .panel import Column, Panel, label_of


def side_by_side(panels: Sequence[Panel]) -> Panel:
    """The columns of several panels of one frequency on one calendar.

    A series that two of them hold stands once if its figures are the same, and is refused if they
    are not: nothing is preferred silently.

    Parameters
    ----------
    panels : sequence of Panel
        All monthly or all daily.

    Raises
    ------
    DataError
        Two panels hold different figures, or another description, of one series.
    """
    if len(panels) == 1:
        return panels[0]
    figures: dict[str, pd.Series] = {}
    columns: dict[str, Column] = {}
    held_by: dict[str, str] = {}
    for panel in panels:
        for name in panel.names:
            if name in figures:
                held = figures[name], columns[name], held_by[name]
                _refuse_difference(held, (panel.frame[name], panel.columns[name], panel.source))
            else:
                figures[name], columns[name] = panel.frame[name], panel.columns[name]
                held_by[name] = panel.source
    sources = " and ".join(dict.fromkeys(panel.source for panel in panels))
    return Panel(on_one_calendar(figures), columns, sources)


def on_one_calendar(figures: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Series of one frequency beside each other; no month between them is left out."""
    frame = pd.DataFrame(dict(figures)).sort_index()
    if isinstance(frame.index, pd.PeriodIndex):
        frame = frame.reindex(pd.period_range(frame.index[0], frame.index[-1], freq="M"))
    return frame


def _refuse_difference(
    one: tuple[pd.Series, Column, str], other: tuple[pd.Series, Column, str]
) -> None:
    (first, column, source), (second, described, elsewhere) = one, other
    first, second = first.align(second)
    differs = (first != second) & ~(first.isna() & second.isna())
    if differs.any() or column != described:
        when = f" in {label_of(differs.idxmax())}" if differs.any() else ""
        raise DataError(
            f"The series '{column.id}' stands in {source} and in {elsewhere}, and they differ"
            f"{when}.",
            remedy="Leave one of them out (of the mapping, or of the data named).",
        )
