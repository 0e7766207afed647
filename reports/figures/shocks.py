"""Structural shocks over time, the largest ones dated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ...data.dates import label_of
from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    panel_grid,
    paper_style,
    timestamps,
    wrapped,
    year_axis,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Align = Literal["left", "center", "right"]

#: Width of a label as a share of the figure.
ROOM = 0.065


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    shocks: Sequence[str],
    dates: pd.Index,
    labels: Mapping[str, str],
    labelled: int = 3,
) -> tuple[Figure, Any]:
    """Chart shocks as sticks, one panel a shock on one scale.

    Parameters
    ----------
    tidy : DataFrame
        ``horizon`` counts periods from the first of ``dates``.
    notes : sequence of str
    shocks : sequence of str
        Those to show.
    dates : Index
    labels : mapping of shock to str
    labelled : int
        How many of the largest carry their date in each panel.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        figure, axes = panel_grid(len(shocks), 2, row=1.6, rest=0.3, sharey="all", sharex=True)
        columns = axes.shape[1]
        for ax, shock in zip(axes.flat, shocks):
            values = tidy.loc[tidy["shock"] == shock, "estimate"].set_axis(dates)
            _panel(ax, values, labelled, ROOM * columns)
            ax.set_title(wrapped(labels[shock], columns))
        for ax in axes[:, 0]:
            ax.set_ylabel("Standard deviations")
        add_note(figure, ["Dotted: two standard deviations.", *notes], width=124)
    return figure, axes


def _panel(ax: Axes, values: pd.Series, labelled: int, room: float) -> None:
    from matplotlib.dates import date2num

    days = date2num(timestamps(values.index).to_numpy())
    heights = values.to_numpy()
    largest = values.abs().to_numpy().argsort(kind="stable")[::-1][:labelled]
    ax.vlines(days, 0, heights, color=INK, linewidth=0.7)
    ax.vlines(days[largest], 0, heights[largest], color=ACCENT, linewidth=1.2)
    for sign in (1, -1):
        side = np.sort(largest[np.sign(heights[largest]) == sign])
        places = _places(days[side], days[0], days[-1], room)
        for t, (align, lift) in zip(side, places, strict=True):
            ax.annotate(
                label_of(values.index[t]),
                (days[t], heights[t]),
                xytext=(0, lift * sign),
                textcoords="offset points",
                ha=align,
                va="bottom" if sign > 0 else "top",
                fontsize=6,
                color=ACCENT,
            )
    for limit in (-2, 2):
        ax.axhline(limit, color=QUIET, linewidth=0.6, linestyle=":")
    zero_line(ax)
    ax.margins(y=0.12)
    margin = 0.01 * (days[-1] - days[0])
    ax.set_xlim(days[0] - margin, days[-1] + margin)
    year_axis(ax)


def _places(days: np.ndarray, first: float, last: float, room: float) -> list[tuple[Align, int]]:
    """Alignment and lift in points: clear of neighbours and of the ends of the axis."""
    width = room * (last - first)
    found: list[tuple[Align, int]] = []
    for day in days:
        after = bool(((days > day) & (days < day + width)).any()) or day + width / 2 > last
        before = bool(((days < day) & (days > day - width)).any()) or day - width / 2 < first
        align: Align = "center" if after == before else "right" if after else "left"
        found.append((align, 9 if after and before else 2))
    return found
