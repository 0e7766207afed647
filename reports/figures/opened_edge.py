"""Responses with one edge of the loop and without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    ACCENT,
    INK,
    add_note,
    draw_bands,
    integer_horizons,
    new_figure,
    paper_style,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    periods: str = "Months",
) -> tuple[Figure, np.ndarray]:
    """One panel per variable: the response as estimated with bands, and without the edge.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``irf`` and ``irf_opened`` of one shock.
    notes : sequence of str
    labels : mapping of str to str, optional
        Title of each panel.
    periods : str
        Word for the horizon axis.

    Returns
    -------
    figure, axes of shape (rows, 3)
    """
    names = list(dict.fromkeys(tidy["response"]))
    rows = -(-len(names) // 3)
    with paper_style():
        figure, axes = new_figure(rows, 3, height=1.75 * rows + 0.3)
        for ax, name in zip(axes.flat, names, strict=False):
            here = tidy[tidy["response"] == name]
            draw_bands(ax, here[here["statistic"] == "irf"], color=INK, label="As estimated")
            opened = here[here["statistic"] == "irf_opened"].drop_duplicates("horizon")
            horizon = opened["horizon"].astype(float)
            ax.plot(horizon, opened["estimate"], color=ACCENT, ls="--", label="Without the edge")
            integer_horizons(ax, int(here["horizon"].max()))
            ax.set_title((labels or {}).get(name, name))
        for ax in axes[-1]:
            ax.set_xlabel(f"{periods} after the shock")
        for ax in axes.flat[len(names) :]:
            ax.set_axis_off()
        handles, words = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside upper center", ncols=2)
        add_note(figure, notes)
    return figure, axes
