"""Pass-through at one horizon under several treatments of the prices: points with bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    horizon: int,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> tuple[Figure, np.ndarray]:
    """One panel a price, one row an option; the first option's estimate is a thin line.

    Parameters
    ----------
    tidy : DataFrame
        Rows of one horizon; ``model`` is the option.
    horizon : int
        That horizon, for the heading.
    notes : sequence of str
    labels : mapping of str to str, optional
        Name of each response.

    Returns
    -------
    figure, axes of shape (1, prices)
    """
    prices = list(dict.fromkeys(tidy["response"]))
    options = list(dict.fromkeys(tidy["model"]))
    with paper_style():
        figure, axes = new_figure(1, len(prices), height=0.24 * len(options) + 0.9, sharey="row")
        for ax, price in zip(axes.flat, prices, strict=True):
            here = tidy[tidy["response"] == price]
            _panel(ax, here, options)
            ax.set_title(f"{(labels or {}).get(price, price)}\nafter {horizon} months")
            ax.set_xlabel(here["unit"].iloc[0])
        axes[0, 0].set_yticks(range(len(options)), options)
        axes[0, 0].invert_yaxis()
        add_note(figure, notes)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, options: Sequence[str]) -> None:
    """Thin bars for the widest level, thick ones for the narrowest, none where not bounded."""
    place = rows["model"].map(options.index)
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = (rows["level"] == level) & np.isfinite(rows["conf_low"] + rows["conf_high"])
        found = rows[at]
        ax.hlines(
            place[at], found["conf_low"], found["conf_high"], color=INK, linewidth=0.8 + 1.2 * rank
        )
    points = rows.drop_duplicates("model")
    ax.plot(points["estimate"], place[points.index], "o", color=INK, markersize=3.5)
    ax.axvline(points["estimate"].iloc[0], color=QUIET, linewidth=0.5, linestyle=":", zorder=0)
    ax.axvline(0, color=QUIET, linewidth=0.6, zorder=0)
