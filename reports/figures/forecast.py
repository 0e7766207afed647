"""Fan charts: past values, the point path, nested bands."""

from __future__ import annotations

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
    wrapped,
    year_axis,
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
    history: pd.DataFrame,
    labels: Mapping[str, str],
    units: Mapping[str, str],
) -> tuple[Figure, Any]:
    """Chart the forecasts of some variables.

    Parameters
    ----------
    tidy : DataFrame
        ``horizon`` counts steps ahead from 1.
    notes : sequence of str
    responses : sequence of str
        Variables to show.
    dates : Index
        Periods of the forecast.
    history : DataFrame
        Past values in the units of the forecast.
    labels : mapping of variable to str
    units : mapping of variable to str
        Unit, and since when where the change since the last observation is shown.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        figure, axes = panel_grid(len(responses), 2, row=1.7, rest=0.2, alone=(4.5, 2.8))
        columns = axes.shape[1]
        for ax, response in zip(axes.flat, responses):
            _panel(ax, tidy[tidy["response"] == response], dates, history[response])
            ax.set_title(wrapped(labels[response], columns))
            ax.set_ylabel(units[response])
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
        add_note(figure, notes, width=80 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, dates: pd.Index, past: pd.Series) -> None:
    """The fan starts at the last observation, from which it opens."""
    from matplotlib.dates import date2num

    before = date2num(timestamps(past.index).to_numpy())
    when = [before[-1], *date2num(timestamps(dates).to_numpy())]
    last = float(past.iloc[-1])
    for rank, level in enumerate(sorted(rows["level"].dropna().unique(), reverse=True)):
        band = rows[rows["level"] == level]
        ax.fill_between(
            when,
            [last, *band["conf_low"]],
            [last, *band["conf_high"]],
            color=INK,
            alpha=band_alpha(rank),
            linewidth=0,
            label=f"{level:.0%} band",
        )
    point = rows.drop_duplicates("horizon")["estimate"]
    ax.plot(when, [last, *point], color=INK, linestyle="--", label="Forecast")
    ax.plot(before, past, color="black", linewidth=1.0, label="Data")
    ax.axvline(when[0], color=QUIET, linewidth=0.6, linestyle=":")
    ax.set_xlim(before[0], when[-1])
    year_axis(ax)
