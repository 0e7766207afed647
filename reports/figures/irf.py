"""Impulse responses: one shock as a grid of its responses, or one response alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import (
    add_note,
    draw_bands,
    integer_horizons,
    panel_grid,
    paper_style,
    titled_legend,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    labels: Mapping[str, str],
    title: str,
    periods: str = "Periods",
    ax: Axes | None = None,
) -> tuple[Figure, Any]:
    """Chart the responses to one shock.

    Parameters
    ----------
    tidy : DataFrame
        Tidy rows of one shock.
    notes : sequence of str
        Shock size, identification, bands, sample; printed under the chart.
    labels : mapping of variable to str
        Name of each response.
    title : str
        The shock and its size in words.
    periods : str
        Word for the horizon axis, such as ``Months``.
    ax : matplotlib Axes, optional
        Draw into it; then there must be one response, and no note is added.

    Returns
    -------
    figure, axes
        The axes are an array of shape (rows, columns), or ``ax`` itself.
    """
    responses = list(dict.fromkeys(tidy["response"]))
    if ax is not None:
        with paper_style():
            _panel(ax, tidy, labels[responses[0]], periods)
        return ax.figure.get_figure(root=True), ax
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(len(responses), most, row=1.75, rest=0.5, alone=(4.2, 2.8))
        columns = axes.shape[1]
        for place, response in zip(axes.flat, responses):
            label = wrapped(labels[response], columns)
            _panel(place, tidy[tidy["response"] == response], label, periods)
        for place in axes.flat[: len(responses) - columns]:
            place.set_xlabel("")
        heading = wrapped(title, 1) if columns == 1 else title
        titled_legend(figure, axes[0, 0], heading, columns=3)
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, label: str, periods: str) -> None:
    draw_bands(ax, rows)
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_title(label)
    ax.set_ylabel(rows["unit"].iloc[0])
    ax.set_xlabel(f"{periods} after the shock")
