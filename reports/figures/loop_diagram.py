"""The loop as a diagram: each arrow with its elasticity, the gain in the middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .short_names import short_name
from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Half axes of the ellipse on which the nodes stand, in inches.
RADIUS = np.array([2.75, 1.85])

#: Width and height of a node, and half of the picture.
NODE = np.array([1.15, 0.46])
HALF = np.array([3.25, 1.85])

#: What stands in the middle, by statistic.
GAINS = {
    "gain": "All feedback",
    "domestic_gain": "Domestic block alone",
    "path_gain": "Along these arrows",
}


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    horizon: int = 24,
    captions: Mapping[tuple[str, str], str] | None = None,
) -> tuple[Figure, Axes]:
    """Draw the cycle.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``edge`` (``shock`` acts on ``response``, in the order of the cycle); ``gain``,
        ``domestic_gain`` and ``path_gain`` where they are known.
    notes : sequence of str
    labels : mapping of str to str, optional
        Names of the variables.
    horizon : int
        Horizon of the numbers; the last one at hand if it was not estimated.
    captions : mapping of (source, target) to str, optional
        What an arrow is called, such as ``pass-through at the border``.

    Returns
    -------
    figure, axes
    """
    level = tidy["level"].max()
    widest = tidy[tidy["level"] == level]
    edges = _at(widest[widest["statistic"] == "edge"], horizon)
    cycle = list(edges["shock"])
    places = _places(len(cycle))
    with paper_style():
        figure, axes = new_figure(width=2 * HALF[0], height=2 * HALF[1])
        ax: Axes = axes[0, 0]
        ax.set_axis_off()
        ax.set_xlim(-HALF[0], HALF[0])
        ax.set_ylim(-HALF[1], HALF[1])
        for n, (_, edge) in enumerate(edges.iterrows()):
            ends = places[n], places[(n + 1) % len(cycle)]
            caption = (captions or {}).get((edge["shock"], edge["response"]), "")
            _arrow(ax, *ends, edge, level, caption)
        for name, place in zip(cycle, places, strict=True):
            _node(ax, place, short_name(name, labels or {}))
        _middle(ax, widest, horizon, short_name(cycle[0], labels or {}), level)
        solid = f"Solid arrows: the {level:.0%} interval leaves out zero."
        add_note(figure, [*notes, solid])
    return figure, ax


def _at(rows: pd.DataFrame, horizon: int) -> pd.DataFrame:
    """The rows of one horizon."""
    known = rows["horizon"].unique()
    chosen = horizon if horizon in known else known.max()
    return rows[rows["horizon"] == chosen]


def _places(count: int) -> np.ndarray:
    """Nodes on an ellipse, clockwise from the upper left; four make a rectangle."""
    angle = np.pi * (0.75 - 2 * np.arange(count) / count)
    places: np.ndarray = RADIUS * np.column_stack([np.cos(angle), np.sin(angle)])
    return places


def _node(ax: Axes, place: np.ndarray, name: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = place - NODE / 2
    box = FancyBboxPatch(
        (corner[0], corner[1]),
        NODE[0],
        NODE[1],
        boxstyle="round,pad=0.02,rounding_size=0.12",
        facecolor="white",
        edgecolor=INK,
        linewidth=1.2,
        zorder=3,
    )
    ax.add_patch(box)
    ax.text(place[0], place[1], name, ha="center", va="center", fontsize=9, zorder=4)


def _arrow(
    ax: Axes,
    start: np.ndarray,
    end: np.ndarray,
    edge: pd.Series,
    level: float,
    caption: str,
) -> None:
    """An arrow between two nodes, grey and dashed where its interval contains zero."""
    estimate, low, high = (float(edge[key]) for key in ("estimate", "conf_low", "conf_high"))
    clear = low > 0 or high < 0
    way = end - start
    ax.annotate(
        "",
        xy=tuple(end - _reach(way)),
        xytext=tuple(start + _reach(way)),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
            "color": (INK if estimate > 0 else ACCENT) if clear else QUIET,
            "linewidth": 1.8 if clear else 1.0,
            "linestyle": "-" if clear else (0, (4, 2)),
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    words = _edge_words(estimate, low, high, str(edge["unit"]), level)
    _beside(ax, (start + end) / 2, way, "\n".join(filter(None, (caption, *words))))


def _beside(ax: Axes, middle: np.ndarray, way: np.ndarray, text: str) -> None:
    """Words on the outer side of an arrow: above or below a flat one, beside a steep one."""
    style: dict[str, Any] = {"fontsize": 7.5, "linespacing": 1.35}
    if abs(way[0]) > abs(way[1]):
        up = middle[1] > 0
        y = middle[1] + (0.09 if up else -0.09)
        ax.text(middle[0], y, text, ha="center", va="bottom" if up else "top", **style)
    else:
        right = middle[0] > 0
        x = middle[0] + (0.09 if right else -0.09)
        ax.text(x, middle[1], text, ha="left" if right else "right", va="center", **style)


def _reach(way: np.ndarray) -> np.ndarray:
    """From the centre of a node to its edge in the direction of the arrow, and a little air."""
    half = NODE / 2 + 0.07
    reach: np.ndarray = way * np.min(half / np.maximum(np.abs(way), 1e-12))
    return reach


def _edge_words(
    estimate: float, low: float, high: float, unit: str, level: float
) -> tuple[str, str]:
    if np.isnan(estimate):
        return "not shown", "(own dynamics too\nclose to a unit root)"
    number, interval = _figures(estimate, low, high)
    space = "" if unit.startswith("%") else " "
    return rf"$\bf{{{number}}}${space}{unit}", f"{level:.0%}: {interval}"


def _middle(ax: Axes, widest: pd.DataFrame, horizon: int, node: str, level: float) -> None:
    """The gains, one under the other."""
    found = [
        (name, _at(widest[widest["statistic"] == statistic], horizon).iloc[0])
        for statistic, name in GAINS.items()
        if (widest["statistic"] == statistic).any()
    ]
    if not found:
        return
    top = 0.15 * len(found)
    title = f"Gain at the node “{node}”, G({int(found[0][1]['horizon'])})"
    ax.text(0, top + 0.1, title, ha="center", va="bottom", fontsize=8.5, color=INK)
    for n, (name, row) in enumerate(found):
        y = top - 0.12 - 0.27 * n
        number, interval = _figures(row["estimate"], row["conf_low"], row["conf_high"])
        ax.text(-0.15, y, name, ha="right", va="center", fontsize=7.5)
        ax.text(0.35, y, rf"$\bf{{{number}}}$", ha="right", va="center", fontsize=7.5)
        ax.text(0.45, y, f"{level:.0%}: {interval}", ha="left", va="center", fontsize=7.5)


def _figures(estimate: float, low: float, high: float) -> tuple[str, str]:
    """Estimate and interval with as many decimals as show two digits of its width.

    One more where a bound that is not zero would be printed as zero, up to five.
    """
    if np.isnan([estimate, low, high]).any():
        return "n.a.", "masked"
    decimals = int(np.clip(1 - np.floor(np.log10(max(high - low, 1e-6))), 0, 5))
    while decimals < 5 and any(x != 0 and round(x, decimals) == 0 for x in (low, high)):
        decimals += 1
    number, *ends = (f"{x:.{decimals}f}".replace("-", "−") for x in (estimate, low, high))
    return number, " to ".join(ends)
