"""Total connectedness over time, above what unrelated series would show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import INK, QUIET, add_note, new_figure, paper_style, shade_policy, year_axis

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(tidy: pd.DataFrame, *, notes: Sequence[str] = ()) -> tuple[Figure, np.ndarray]:
    """Line of the total index by the window's end, policy periods shaded.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``spillover_total_rolling`` (``horizon`` is the date), ``spillover_placebo_mean`` and
        ``spillover_placebo_95``.
    notes : sequence of str

    Returns
    -------
    figure, axes
    """
    from matplotlib.dates import date2num

    line = tidy[tidy["statistic"] == "spillover_total_rolling"]
    placebo = tidy.set_index("statistic")["estimate"]
    with paper_style():
        figure, axes = new_figure(height=2.5)
        ax = axes[0, 0]
        dates = pd.to_datetime(line["horizon"].astype(str))
        ax.axhspan(
            0,
            placebo["spillover_placebo_95"],
            color=QUIET,
            alpha=0.25,
            linewidth=0,
            label="unrelated series (95%)",
        )
        ax.plot(dates, line["estimate"], color=INK, linewidth=1.0, label="total connectedness")
        shade_policy(ax, name_them=True)
        year_axis(ax)
        ax.set_xlim(date2num(dates.iloc[0]), date2num(dates.iloc[-1]))
        ax.set_ylim(0, None)
        ax.set_ylabel("% of forecast-error variance")
        figure.legend(loc="outside upper center", ncols=3)
        add_note(figure, notes, width=124)
    return figure, axes
