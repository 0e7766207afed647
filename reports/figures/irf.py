"""Impulse responses: one shock as a grid of its responses, or one response alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import add_note, draw_bands, integer_horizons, new_figure, paper_style, wrapped

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
        columns = min(len(responses), 3 if len(responses) > 4 else 2)
        rows = -(-len(responses) // columns)
        width, height = (4.2, 2.8) if len(responses) == 1 else (6.5, 1.75 * rows + 0.5)
        figure, axes = new_figure(rows, columns, width=width, height=height)
        for place, response in zip(axes.flat, responses):
            label = wrapped(labels[response], columns)
            _panel(place, tidy[tidy["response"] == response], label, periods)
        for place in axes.flat[len(responses) :]:
            place.set_axis_off()
        for place in axes.flat[: len(responses) - columns]:
            place.set_xlabel("")
        handles, names = axes[0, 0].get_legend_handles_labels()
        heading = wrapped(title, 1) if columns == 1 else title
        legend = figure.legend(
            handles, names, title=heading, title_fontsize=9, loc="outside upper center", ncols=3
        )
        legend.get_title().set_multialignment("center")
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, label: str, periods: str) -> None:
    draw_bands(ax, rows)
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_title(label)
    ax.set_ylabel(rows["unit"].iloc[0])
    ax.set_xlabel(f"{periods} after the shock")
