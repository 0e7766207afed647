"""Impulse responses of several models over one another."""

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
    share_colors,
    titled_legend,
    wrapped,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Dashes of the second model and those after it: told apart without colour.
DASHES = ("--", ":", "-.")


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    labels: Mapping[str, str],
    title: str,
    periods: str = "Periods",
) -> tuple[Figure, Any]:
    """Chart the responses of several models to one shock.

    The first model has nested bands; the others have a line, and the widest band in outline.

    Parameters
    ----------
    tidy : DataFrame
        Tidy rows of one shock; ``model`` is the label in the legend.
    notes : sequence of str
        What differs between the models; printed under the chart.
    labels : mapping of variable to str
    title : str
        The shock and its size in words.
    periods : str
        Word for the horizon axis, such as ``Months``.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    responses = list(dict.fromkeys(tidy["response"]))
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(len(responses), most, row=1.75, rest=0.5, alone=(4.2, 2.8))
        columns = axes.shape[1]
        for place, response in zip(axes.flat, responses):
            _panel(place, tidy[tidy["response"] == response])
            place.set_title(wrapped(labels[response], columns))
        for place in axes.flat[max(len(responses) - columns, 0) : len(responses)]:
            place.set_xlabel(f"{periods} after the shock")
        heading = wrapped(title, 1) if columns == 1 else title
        titled_legend(figure, axes[0, 0], heading, columns=3)
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    first, *others = dict.fromkeys(rows["model"])
    own, *colors = share_colors(1 + len(others))
    draw_bands(ax, rows[rows["model"] == first], color=own, label=str(first))
    for model, color, dash in zip(others, colors, DASHES):
        _outlined(ax, rows[rows["model"] == model], str(model), color, dash)
    integer_horizons(ax, int(rows.groupby("model")["horizon"].max().min()))
    ax.set_ylabel(rows["unit"].iloc[0])


def _outlined(ax: Axes, rows: pd.DataFrame, label: str, color: str, dash: str) -> None:
    """A dashed line within thin limits of its widest band, lightly filled."""
    band = rows[rows["level"] == rows["level"].max()].sort_values("horizon")
    horizon = band["horizon"].astype(float)
    low, high = band["conf_low"], band["conf_high"]
    ax.fill_between(horizon, low, high, color=color, alpha=0.08, linewidth=0)
    for limit in (low, high):
        ax.plot(horizon, limit, color=color, linestyle=dash, linewidth=0.6)
    ax.plot(horizon, band["estimate"], color=color, linestyle=dash, linewidth=1.6, label=label)
