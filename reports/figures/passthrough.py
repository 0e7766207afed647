"""Pass-through by horizon: nested Fieller bands, distributed-lag points with their bars beside."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .ratio_bands import draw_ratio, keep_readable, say_where_unbounded
from .style import (
    ACCENT,
    INK,
    add_note,
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
    draw_ratio(ax, structural)
    _regression(ax, regression)
    zero_line(ax)
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_xlim(-0.5, rows["horizon"].max() + 0.8)
    keep_readable(
        ax,
        pd.concat([structural["estimate"], regression["estimate"]]),
        structural["conf_high"] - structural["conf_low"],
    )
    say_where_unbounded(ax, structural)


def _regression(ax: Axes, rows: pd.DataFrame) -> None:
    """Points with a thin bar for the widest level and a thick one for the narrowest."""
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level]
        x = at["horizon"].astype(float) + BESIDE
        ax.vlines(x, at["conf_low"], at["conf_high"], color=ACCENT, linewidth=0.8 + 1.2 * rank)
    points = rows.drop_duplicates("horizon")
    x = points["horizon"].astype(float) + BESIDE
    ax.plot(x, points["estimate"], "o", color=ACCENT, markersize=3)


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
