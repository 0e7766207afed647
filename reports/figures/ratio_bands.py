"""Ratios with sets that may be unbounded: line, nested bands, and where there is no band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import INK, QUIET, band_alpha

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_ratio(
    ax: Axes, rows: pd.DataFrame, *, color: str = INK, label: str | None = None, style: str = "-"
) -> None:
    """Line and bands of one ratio by horizon; horizons whose set is unbounded have no band."""
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level].sort_values("horizon")
        bounded = np.isfinite(at["conf_low"]) & np.isfinite(at["conf_high"])
        low, high = at["conf_low"].where(bounded), at["conf_high"].where(bounded)
        x, alpha = at["horizon"].astype(float), band_alpha(rank)
        ax.fill_between(x, low, high, color=color, alpha=alpha, linewidth=0)
    line = rows.drop_duplicates("horizon").sort_values("horizon")
    ax.plot(
        line["horizon"].astype(float), line["estimate"], color=color, linestyle=style, label=label
    )


def keep_readable(ax: Axes, estimates: pd.Series, widths: pd.Series) -> None:
    """Keep the axis readable where a set is bounded but wide because it is about to open.

    Parameters
    ----------
    ax : Axes
    estimates : Series
        All points that are drawn.
    widths : Series
        Widths of the bands; those of unbounded sets are left out.
    """
    shown, finite = estimates.dropna(), widths.replace(np.inf, np.nan).dropna()
    if shown.empty or finite.empty:
        return
    reach = 3 * float(finite.median())
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, shown.min() - reach), min(high, shown.max() + reach))


def say_where_unbounded(ax: Axes, rows: pd.DataFrame) -> None:
    """Shade the months whose widest set is unbounded, and name them."""
    widest = rows[rows["level"] == rows["level"].max()]
    unbounded = widest.loc[np.isinf(widest["conf_low"]) | np.isinf(widest["conf_high"]), "horizon"]
    if unbounded.empty:
        return
    months = sorted({int(h) for h in unbounded})
    for month in months:
        ax.axvspan(month - 0.5, month + 0.5, color=QUIET, alpha=0.10, linewidth=0, zorder=0)
    when = "at any horizon" if len(months) == len(widest) else f"in months {_spans(months)}"
    words = f"{widest['level'].iloc[0]:.0%} set not bounded:\n{when}"
    ax.text(0.97, 0.04, words, transform=ax.transAxes, ha="right", va="bottom", fontsize=6.5)


def _spans(months: Sequence[int]) -> str:
    """Months in words, runs joined: 3, 7-9."""
    runs: list[list[int]] = []
    for month in months:
        if runs and month == runs[-1][-1] + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
