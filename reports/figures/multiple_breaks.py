"""Several breaks: the series, its fit by regime, and each date with its likely dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .breaks import shade_likely
from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    new_figure,
    paper_style,
    timestamps,
    wrapped,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    outcome: pd.DataFrame,
    title: str,
    unit: str,
    level: float | None = None,
) -> tuple[Figure, Any]:
    """Chart what is explained, the fit with breaks, and the dates.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``break_date``: ``estimate`` and bounds are rows of ``outcome``.
    notes : sequence of str
    outcome : DataFrame
        Columns ``actual`` and ``fitted``, dated.
    title, unit : str
    level : float, optional
        Coverage of the shaded dates; the largest by default.

    Returns
    -------
    figure, axes of shape (1, 1)
    """
    from matplotlib.dates import date2num

    rows = tidy[tidy["statistic"] == "break_date"]
    when = timestamps(outcome.index)
    with paper_style():
        figure, axes = new_figure(height=2.9)
        ax = axes[0, 0]
        ax.plot(when, outcome["actual"], color=QUIET, linewidth=0.8, label="Data")
        ax.plot(when, outcome["fitted"], color=INK, label="Fitted, coefficients by regime")
        shade_likely(ax, rows, when, level)
        for place, row in enumerate(rows["estimate"].unique()):
            label = None if place else "Last period before a break"
            ax.axvline(date2num(when[int(row)]), color=ACCENT, linewidth=1.0, label=label)
        ax.set(xlim=(when[0], when[-1]), ylabel=unit)
        ax.set_title(wrapped(title, 1))
        year_axis(ax)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=2)
        add_note(figure, notes)
    return figure, axes
