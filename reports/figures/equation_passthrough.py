"""Pass-through of one equation by horizon: kinds of moves in one panel, their difference beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    draw_bands,
    integer_horizons,
    new_figure,
    paper_style,
    share_colors,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    title: str,
    kinds: Mapping[str, str],
    notes: Sequence[str] = (),
    periods: str = "months",
) -> tuple[Figure, np.ndarray]:
    """Chart the pass-through of one price.

    Parameters
    ----------
    tidy : DataFrame
        Rows of one equation; ``model`` tells the kinds of moves apart.
    title : str
        The price.
    kinds : mapping of model to str
        Name of each kind of moves.
    notes : sequence of str
    periods : str
        Word for the horizon axis.

    Returns
    -------
    figure, axes
    """
    gap = tidy["statistic"] == "pass_through_difference"
    panels = [(tidy[~gap], title), (tidy[gap], f"{title}: difference")]
    panels = [(rows, heading) for rows, heading in panels if len(rows)]
    with paper_style():
        width = 6.5 if len(panels) > 1 else 4.4
        figure, axes = new_figure(1, len(panels), width=width, height=2.9)
        for ax, (rows, heading) in zip(axes.flat, panels):
            _panel(ax, rows, kinds)
            ax.set_title(heading)
            ax.set_xlabel(f"{periods[:1].upper()}{periods[1:]} after the move")
        handles, names = _key(axes)
        figure.legend(handles, names, loc="outside upper center", ncols=3)
        add_note(figure, notes, width=118 if len(panels) > 1 else 80)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, kinds: Mapping[str, str]) -> None:
    models = list(dict.fromkeys(rows["model"]))
    single = rows["statistic"].iloc[0] == "pass_through_difference"
    colors = [QUIET] if single else [INK, ACCENT, *share_colors(len(models))[2:]]
    for model, color in zip(models, colors):
        draw_bands(ax, rows[rows["model"] == model], color=color, label=kinds[model])
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_ylabel(rows["unit"].iloc[0])


def _key(axes: np.ndarray) -> tuple[list[Artist], list[str]]:
    """Lines of all panels, each once."""
    found: dict[str, Artist] = {}
    for ax in axes.flat:
        handles, names = ax.get_legend_handles_labels()
        found |= dict(zip(names, handles))
    return list(found.values()), list(found)
