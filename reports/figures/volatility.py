"""Conditional volatility of several series, small multiples with policy periods shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    INK,
    add_note,
    panel_grid,
    paper_style,
    shade_policy,
    timestamps,
    wrapped,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(paths: pd.DataFrame, *, notes: Sequence[str] = ()) -> tuple[Figure, np.ndarray]:
    """One panel a series, each on its own scale.

    Parameters
    ----------
    paths : DataFrame
        Rows ``date, series, label, unit, estimate``.
    notes : sequence of str

    Returns
    -------
    figure, axes
    """
    series = list(dict.fromkeys(paths["series"]))
    most = 2 if len(series) == 4 else 3
    with paper_style():
        figure, axes = panel_grid(len(series), most, row=1.55, rest=0.35, sharex=True)
        for ax, name in zip(axes.flat, series):
            _panel(ax, paths[paths["series"] == name], axes.shape[1])
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=2)
        add_note(figure, notes, width=124)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, columns: int) -> None:
    from matplotlib.dates import date2num

    dates = timestamps(pd.Index(rows["date"]))
    ax.plot(dates, rows["estimate"], color=INK, linewidth=0.8)
    shade_policy(ax, name_them=True)
    year_axis(ax, ticks=10 if columns == 1 else 6 if columns == 2 else 5)
    ax.set_xlim(date2num(dates[0]), date2num(dates[-1]))
    ax.set_ylim(0, None)
    ax.set_title(wrapped(rows["label"].iloc[0], columns))
    ax.set_ylabel(rows["unit"].iloc[0])
