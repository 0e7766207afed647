"""Influence of single periods by date: one stem a period, the largest named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ...data.dates import label_of
from .style import (
    ACCENT,
    INK,
    add_note,
    new_figure,
    paper_style,
    timestamps,
    wrapped,
    year_axis,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    dates: pd.Index,
    title: str,
    named: int = 5,
) -> tuple[Figure, Any]:
    """Chart the influence of each period.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``influence``; ``horizon`` counts periods from the first of ``dates``.
    notes : sequence of str
    dates : Index
    title : str
    named : int
        How many of the largest have their date written at them.

    Returns
    -------
    figure, axes of shape (1, 1)
    """
    from matplotlib.dates import date2num

    rows = tidy[tidy["statistic"] == "influence"]
    value = rows["estimate"].to_numpy()
    place = rows["horizon"].to_numpy(int)
    when = date2num(timestamps(dates).to_numpy())
    largest = np.argsort(-np.abs(np.nan_to_num(value)), kind="stable")[:named]
    with paper_style():
        figure, axes = new_figure(height=2.9)
        ax = axes[0, 0]
        ax.vlines(when[place], 0, value, color=INK, linewidth=0.8)
        ax.vlines(when[place[largest]], 0, value[largest], color=ACCENT, linewidth=1.4)
        for i in largest:
            _name(ax, label_of(dates[place[i]]), when[place[i]], value[i])
        zero_line(ax)
        ax.margins(x=0.05, y=0.12)
        ax.set_ylabel("Influence, standard errors")
        ax.set_title(wrapped(title, 1))
        year_axis(ax)
        add_note(figure, notes)
    return figure, axes


def _name(ax: Axes, text: str, x: float, y: float) -> None:
    """The date at the end of a stem."""
    above = y > 0
    ax.annotate(
        text,
        (x, y),
        xytext=(0, 3 if above else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if above else "top",
        fontsize=7,
        color=ACCENT,
    )
