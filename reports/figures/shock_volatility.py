"""Expected standard deviations of the shocks over time, one panel a shock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import INK, QUIET, add_note, panel_grid, paper_style, timestamps, wrapped, year_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame, *, notes: Sequence[str], dates: pd.Index, labels: Mapping[str, str]
) -> tuple[Figure, Any]:
    """Chart the rows ``shock_deviation``.

    Parameters
    ----------
    tidy : DataFrame
        ``horizon`` counts periods from the first of ``dates``.
    notes : sequence of str
    dates : Index
    labels : mapping of shock to str

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    rows = tidy[tidy["statistic"] == "shock_deviation"]
    shocks, when = list(dict.fromkeys(rows["shock"])), timestamps(dates)
    with paper_style():
        figure, axes = panel_grid(len(shocks), 2, row=1.5, rest=0.3, sharey="all", sharex=True)
        for ax, shock in zip(axes.flat, shocks):
            ax.plot(when, rows.loc[rows["shock"] == shock, "estimate"], color=INK, linewidth=0.9)
            ax.axhline(1.0, color=QUIET, linewidth=0.6, linestyle=":")
            ax.set_title(wrapped(labels[shock], axes.shape[1]))
            year_axis(ax)
        for ax in axes[:, 0]:
            ax.set_ylabel("Standard deviation")
        for ax in axes.flat[: len(shocks)][-axes.shape[1] :]:
            ax.tick_params(labelbottom=True)
        add_note(figure, notes, width=124)
    return figure, axes
