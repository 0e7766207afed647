"""Variances of the shocks by regime relative to the first, on a log scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import QUIET, add_note, new_figure, paper_style, share_colors

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Ratios marked on the axis.
TICKS = [digit * 10.0**power for power in range(-4, 5) for digit in (1, 2, 5)]


def draw(
    tidy: pd.DataFrame, *, notes: Sequence[str], labels: Mapping[str, str]
) -> tuple[Figure, Any]:
    """Chart the rows ``variance_ratio``: a dot with its limits for each shock and regime.

    Parameters
    ----------
    tidy : DataFrame
        ``shock`` is the shock, ``response`` the regime.
    notes : sequence of str
    labels : mapping of shock to str

    Returns
    -------
    figure, axes of shape (1, 1)
    """
    rows = tidy[tidy["statistic"] == "variance_ratio"]
    shocks, regimes = (list(dict.fromkeys(rows[name])) for name in ("shock", "response"))
    levels = sorted(rows["level"].unique(), reverse=True)
    with paper_style():
        height = 0.34 * len(shocks) * len(regimes) + 1.3
        figure, axes = new_figure(1, 1, height=height)
        ax, colors = axes[0, 0], share_colors(len(regimes))
        for place, (regime, color) in enumerate(zip(regimes, colors, strict=True)):
            own = rows[rows["response"] == regime]
            at = np.arange(len(shocks)) + 0.7 * ((place + 0.5) / len(regimes) - 0.5)
            for rank, level in enumerate(levels):
                limits = own[own["level"] == level].set_index("shock").loc[shocks]
                ax.hlines(
                    at,
                    limits["conf_low"],
                    limits["conf_high"],
                    color=color,
                    linewidth=0.9 + 1.4 * rank,
                )
            points = own.drop_duplicates("shock").set_index("shock").loc[shocks, "estimate"]
            ax.plot(points, at, "o", color=color, markersize=4, label=regime)
        ax.axvline(1.0, color=QUIET, linewidth=0.6, linestyle=":")
        ax.set_xscale("log")
        low, high = ax.get_xlim()
        ticks = [one for one in TICKS if low <= one <= high]
        ax.set_xticks(ticks, [f"{one:g}" for one in ticks])
        ax.set_xticks([], minor=True)
        ax.set_yticks(range(len(shocks)), [labels[shock] for shock in shocks])
        ax.invert_yaxis()
        ax.set_xlabel("Variance relative to the first regime (log scale)")
        figure.legend(loc="outside upper center", ncols=min(len(regimes), 3))
        drawn = " and ".join(f"{level:.0%}" for level in sorted(levels))
        add_note(figure, [f"Bars: {drawn} limits.", *notes], width=124)
    return figure, axes
