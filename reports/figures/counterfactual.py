"""Counterfactual history: actual paths and those without some shocks or reactions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import (
    INK,
    QUIET,
    add_note,
    band_alpha,
    panel_grid,
    paper_style,
    timestamps,
    titled_legend,
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
    responses: Sequence[str],
    dates: pd.Index,
    shown_from: int,
    window: tuple[int, int],
    labels: Mapping[str, str],
    units: Mapping[str, str],
    title: str,
) -> tuple[Figure, Any]:
    """Chart actual and counterfactual paths on a dated axis.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``actual`` and ``counterfactual``; ``horizon`` counts periods from the first date.
    notes : sequence of str
    responses : sequence of str
        Variables to show.
    dates : Index
    shown_from : int
        First period shown.
    window : (int, int)
        First and last period of the counterfactual.
    labels : mapping of variable to str
    units : mapping of variable to str
        Unit, and since when where the change is shown.
    title : str
        What is switched off.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        row = 1.7 if len(responses) > 2 else 2.2
        figure, axes = panel_grid(len(responses), 2, row=row, rest=0.5, alone=(4.5, 2.8))
        columns = axes.shape[1]
        shown = tidy[tidy["horizon"] >= shown_from]
        for ax, response in zip(axes.flat, responses):
            _panel(ax, shown[shown["response"] == response], timestamps(dates), window)
            ax.set_title(wrapped(labels[response], columns))
            ax.set_ylabel(units[response])
        heading = textwrap.fill(title, 52 if columns == 1 else 92)
        titled_legend(figure, axes[0, 0], heading, columns=4)
        add_note(figure, notes, width=80 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, dates: pd.DatetimeIndex, window: tuple[int, int]) -> None:
    """The band is drawn where it has a width: from the start of the counterfactual on."""
    from matplotlib.dates import date2num

    days = date2num(dates.to_numpy())
    paths = rows[rows["statistic"] == "counterfactual"]
    for rank, level in enumerate(sorted(paths["level"].dropna().unique(), reverse=True)):
        band = paths[(paths["level"] == level) & (paths["horizon"] >= window[0] - 1)]
        ax.fill_between(
            days[band["horizon"]],
            band["conf_low"],
            band["conf_high"],
            color=INK,
            alpha=band_alpha(rank),
            linewidth=0,
            label=f"{level:.0%} band",
        )
    point = paths.drop_duplicates("horizon")
    point = point[point["horizon"] >= window[0] - 1]
    ax.plot(
        days[point["horizon"]], point["estimate"], color=INK, linestyle="--", label="Counterfactual"
    )
    actual = rows[rows["statistic"] == "actual"]
    ax.plot(days[actual["horizon"]], actual["estimate"], color="black", lw=1.0, label="Actual")
    for period in window:
        if rows["horizon"].min() < period < len(days) - 1:
            ax.axvline(days[period], color=QUIET, linewidth=0.6, linestyle=":")
    zero_line(ax)
    ax.set_xlim(days[rows["horizon"].min()], days[-1])
    year_axis(ax)
