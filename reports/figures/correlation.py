"""Dynamic correlations of pairs with their bands, policy periods shaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    INK,
    add_note,
    band_alpha,
    panel_grid,
    paper_style,
    shade_policy,
    timestamps,
    wrapped,
    year_axis,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(paths: pd.DataFrame, *, notes: Sequence[str] = ()) -> tuple[Figure, np.ndarray]:
    """One panel a pair, on one scale.

    Parameters
    ----------
    paths : DataFrame
        Rows ``date, pair, label, estimate, level, conf_low, conf_high``.
    notes : sequence of str

    Returns
    -------
    figure, axes
    """
    pairs = list(dict.fromkeys(paths["pair"]))
    with paper_style():
        rest = 0.4 if len(pairs) > 2 else 0.9
        figure, axes = panel_grid(len(pairs), 2, row=1.6, rest=rest, sharex=True, sharey="all")
        for ax, pair in zip(axes.flat, pairs):
            _panel(ax, paths[paths["pair"] == pair], axes.shape[1])
        for ax in axes[:, 0]:
            ax.set_ylabel("Correlation")
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=3)
        add_note(figure, notes, width=124)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, columns: int) -> None:
    from matplotlib.dates import date2num

    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        band = rows[rows["level"] == level]
        ax.fill_between(
            timestamps(pd.Index(band["date"])),
            band["conf_low"],
            band["conf_high"],
            color=INK,
            alpha=band_alpha(rank),
            linewidth=0,
            label=f"{level:.0%} band",
        )
    line = rows[rows["level"] == rows["level"].iloc[0]]
    dates = timestamps(pd.Index(line["date"]))
    ax.plot(dates, line["estimate"], color=INK, linewidth=1.0)
    zero_line(ax)
    shade_policy(ax, name_them=True)
    year_axis(ax)
    ax.set_xlim(date2num(dates[0]), date2num(dates[-1]))
    ax.set_title(wrapped(rows["label"].iloc[0], columns))
