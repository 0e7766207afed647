"""The gain of the loop by horizon, and what it does to cycles of different length."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .short_names import short_name
from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    draw_bands,
    integer_horizons,
    new_figure,
    paper_style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    periods: str = "months",
) -> tuple[Figure, np.ndarray]:
    """Gain G(H) with bands; amplification by period with bars.

    Parameters
    ----------
    tidy : DataFrame
        Rows of a loop gain: ``gain``, ``amplification``, and ``domestic_gain`` where there is one.
    notes : sequence of str
    labels : mapping of str to str, optional
        Names of the variables.
    periods : str
        Word for the horizon axis.

    Returns
    -------
    figure, axes of shape (1, 2)
    """
    node = short_name(str(tidy["shock"].iloc[0]), labels or {})
    with paper_style():
        figure, axes = new_figure(1, 2, height=2.7)
        _by_horizon(axes[0, 0], tidy, node, periods)
        _by_period(axes[0, 1], tidy[tidy["statistic"] == "amplification"], periods)
        add_note(figure, notes)
    return figure, axes


def _by_horizon(ax: Axes, tidy: pd.DataFrame, node: str, periods: str) -> None:
    total = tidy[tidy["statistic"] == "gain"]
    domestic = tidy[tidy["statistic"] == "domestic_gain"]
    draw_bands(ax, total, color=INK, label="All feedback")
    if len(domestic):
        widest = domestic[domestic["level"] == domestic["level"].max()].sort_values("horizon")
        horizon = widest["horizon"].astype(float)
        ax.plot(horizon, widest["estimate"], color=ACCENT, label="Domestic block alone")
        for bound in ("conf_low", "conf_high"):
            ax.plot(horizon, widest[bound], color=ACCENT, linewidth=0.8, linestyle="--")
    integer_horizons(ax, int(total["horizon"].max()))
    ax.set_title(f"Gain of the loop at: {node}")
    ax.set_xlabel(f"Horizon H ({periods})")
    ax.set_ylabel("G(H), ratio")
    if len(domestic):
        low, high = ax.get_ylim()
        ax.set_ylim(low, high + 0.22 * (high - low))
        ax.legend(loc="upper right", ncols=2)


def _by_period(ax: Axes, rows: pd.DataFrame, periods: str) -> None:
    bands = list(dict.fromkeys(rows["response"]))
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level].set_index("response").loc[bands]
        x = np.arange(len(bands))
        width = 1.0 + 2.4 * rank
        ax.vlines(x, at["conf_low"], at["conf_high"], color=INK, linewidth=width, alpha=0.55)
    points = rows.drop_duplicates("response").set_index("response").loc[bands, "estimate"]
    ax.plot(np.arange(len(bands)), points, "o", color=INK, markersize=4.5, zorder=3)
    ax.axhline(1, color=QUIET, linewidth=0.6, zorder=0)
    ax.set_xticks(np.arange(len(bands)), [band.replace(" periods", "") for band in bands])
    ax.set_xlim(-0.5, len(bands) - 0.5)
    ax.set_title("Amplification by length of the cycle")
    ax.set_xlabel(f"Period ({periods})")
    ax.set_ylabel("|1/(1 - G)|, ratio")
