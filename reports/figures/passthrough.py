"""Pass-through by horizon: nested Fieller bands, distributed-lag points with their bars beside."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    band_alpha,
    integer_horizons,
    new_figure,
    paper_style,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Distance of the regressions' points from the horizon that they belong to.
BESIDE = 0.3


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    columns: int = 2,
) -> tuple[Figure, np.ndarray]:
    """One panel per price and unit.

    Parameters
    ----------
    tidy : DataFrame
        Rows of pass-through results; ``band`` starts with ``Fieller`` for structural ratios and
        with ``normal`` for regressions; other bands are not drawn.
    notes : sequence of str
    labels : mapping of str to str, optional
        Name of each response.
    columns : int
        Panels side by side.

    Returns
    -------
    figure, axes
    """
    names = labels or {}
    panels = _panels(tidy)
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    with paper_style():
        figure, axes = new_figure(rows, columns, height=2.3 * rows)
        for ax, (response, unit) in zip(axes.flat, panels, strict=False):
            here = tidy[(tidy["response"] == response) & (tidy["unit"] == unit)]
            _panel(ax, here)
            ax.set_title(names.get(response, response))
            ax.set_ylabel(textwrap.fill(unit, 26))
            ax.set_xlabel("Months after the shock")
        for ax in axes.flat[len(panels) :]:
            ax.set_visible(False)
        add_note(figure, notes)
        figure.legend(handles=_key(tidy), loc="outside upper center", ncols=4)
    return figure, axes


def _panels(tidy: pd.DataFrame) -> list[tuple[str, str]]:
    """Price and unit of each panel: those of one unit stand together."""
    pairs = dict.fromkeys(zip(tidy["response"], tidy["unit"], strict=True))
    units = list(dict.fromkeys(tidy["unit"]))
    return sorted(pairs, key=lambda pair: units.index(pair[1]))


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    structural = rows[rows["band"].str.startswith("Fieller")]
    regression = rows[rows["band"].str.startswith("normal")]
    _structural(ax, structural)
    _regression(ax, regression)
    zero_line(ax)
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_xlim(-0.5, rows["horizon"].max() + 0.8)
    _limit(ax, structural, regression)
    _say_where_unbounded(ax, structural)


def _structural(ax: Axes, rows: pd.DataFrame) -> None:
    """Line and bands; horizons whose set is unbounded have no band."""
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level].sort_values("horizon")
        bounded = np.isfinite(at["conf_low"]) & np.isfinite(at["conf_high"])
        low, high = at["conf_low"].where(bounded), at["conf_high"].where(bounded)
        x, alpha = at["horizon"].astype(float), band_alpha(rank)
        ax.fill_between(x, low, high, color=INK, alpha=alpha, linewidth=0)
    line = rows.drop_duplicates("horizon").sort_values("horizon")
    ax.plot(line["horizon"].astype(float), line["estimate"], color=INK)


def _regression(ax: Axes, rows: pd.DataFrame) -> None:
    """Points with a thin bar for the widest level and a thick one for the narrowest."""
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level]
        x = at["horizon"].astype(float) + BESIDE
        ax.vlines(x, at["conf_low"], at["conf_high"], color=ACCENT, linewidth=0.8 + 1.2 * rank)
    points = rows.drop_duplicates("horizon")
    x = points["horizon"].astype(float) + BESIDE
    ax.plot(x, points["estimate"], "o", color=ACCENT, markersize=3)


def _limit(ax: Axes, structural: pd.DataFrame, regression: pd.DataFrame) -> None:
    """Keep the axis readable where a set is bounded but wide because it is about to open."""
    estimates = pd.concat([structural["estimate"], regression["estimate"]]).dropna()
    widths = (structural["conf_high"] - structural["conf_low"]).replace(np.inf, np.nan).dropna()
    if estimates.empty or widths.empty:
        return
    reach = 3 * float(widths.median())
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, estimates.min() - reach), min(high, estimates.max() + reach))


def _say_where_unbounded(ax: Axes, rows: pd.DataFrame) -> None:
    widest = rows[rows["level"] == rows["level"].max()]
    unbounded = widest.loc[np.isinf(widest["conf_low"]) | np.isinf(widest["conf_high"]), "horizon"]
    if unbounded.empty:
        return
    months = sorted(int(h) for h in unbounded)
    for month in months:
        ax.axvspan(month - 0.5, month + 0.5, color=QUIET, alpha=0.10, linewidth=0, zorder=0)
    words = f"{widest['level'].iloc[0]:.0%} set not bounded:\nmonths {_spans(months)}"
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


def _key(tidy: pd.DataFrame) -> list[Artist]:
    """What the colours stand for."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    structural = tidy[tidy["band"].str.startswith("Fieller")]
    regression = tidy[tidy["band"].str.startswith("normal")]
    if len(structural):
        handles.append(Line2D([], [], color=INK, label="Structural VAR"))
        for rank, level in enumerate(sorted(structural["level"].unique(), reverse=True)):
            handles.append(
                Patch(color=INK, alpha=0.16 + 0.28 * rank, lw=0, label=f"{level:.0%} Fieller set")
            )
    if len(regression):
        levels = " and ".join(f"{level:.0%}" for level in sorted(regression["level"].unique()))
        label = f"Distributed lags, {levels} (HAC)"
        handles.append(Line2D([], [], marker="o", markersize=3, color=ACCENT, label=label))
    return handles
