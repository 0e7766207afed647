"""The same statistics under every identification: one panel each, sorted, coloured by family."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, panel_grid, paper_style, zero_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colours of the families, in the order in which they are met; told apart in grey as well.
COLOURS = (INK, ACCENT, "#3f7f4c", "#b08c1f", "#7a4b8a", QUIET)


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    titles: Mapping[str, str] | None = None,
    base: str = "",
) -> tuple[Figure, np.ndarray]:
    """Draw the curves.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``scheme_curve``; ``model`` reads ``family=signs, approach=..., lags=3, sample=...``.
    notes : sequence of str
    titles : mapping of statistic to str, optional
        Names of the panels.
    base : str
        ``model`` of the base specification, which is ringed.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    rows = tidy[tidy["statistic"] == "scheme_curve"]
    rows = rows.assign(family=rows["model"].str.extract(r"family=([^,]*),")[0])
    found = set(rows["response"])
    statistics = [name for name in titles or dict.fromkeys(rows["response"]) if name in found]
    families = list(dict.fromkeys(rows["family"]))
    colours = dict(zip(families, COLOURS, strict=False))
    names = titles or {}
    with paper_style():
        figure, axes = panel_grid(len(statistics), 2, row=1.55, rest=0.6, alone=(4.6, 3.0))
        cut = 0
        for ax, statistic in zip(axes.flat, statistics):
            of_it = rows[rows["response"] == statistic]
            cut += _panel(ax, of_it, colours, base)
            ax.set_title(textwrap.fill(names.get(statistic, statistic), 36), fontsize=8)
            ax.set_ylabel(textwrap.fill(of_it["unit"].iloc[0], 18), fontsize=6.5)
        _legend(figure, colours)
        add_note(figure, [*_remarks(rows, cut), *notes], width=108)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, colours: Mapping[str, str], base: str) -> int:
    """Points and nested bars; returns how many bars are cut off at the axis."""
    curve = rows.drop_duplicates("model").sort_values("estimate", kind="stable")
    place = dict(zip(curve["model"], range(len(curve)), strict=True))
    low, high = _limits(rows, curve)
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level]
        bounds = at[["conf_low", "conf_high"]].clip(low, high).to_numpy()
        ax.vlines(
            at["model"].map(place),
            *bounds.T,
            color=at["family"].map(colours),
            alpha=0.35 + 0.35 * rank,
            linewidth=0.8 + 0.9 * rank,
        )
    x, y = np.arange(len(curve)), curve["estimate"].clip(low, high)
    colour, beyond = curve["family"].map(colours), (curve["estimate"] != y).to_numpy()
    for marker, size, where in (("o", 8, ~beyond), ("v", 12, beyond)):
        ax.scatter(
            x[where], y[where], s=size, c=colour[where], marker=marker, zorder=3, linewidths=0
        )
    if base in place:
        ax.scatter(place[base], y.iloc[place[base]], s=34, facecolors="none", edgecolors="black")
    zero_line(ax)
    ax.set_ylim(low, high)
    ax.set_xlim(-1, len(curve))
    ax.set_xticks([])
    ax.spines["bottom"].set_visible(False)
    widest = rows[rows["level"] == rows["level"].max()]
    return int(((widest["conf_low"] < low) | (widest["conf_high"] > high)).sum())


def _limits(rows: pd.DataFrame, curve: pd.DataFrame) -> tuple[float, float]:
    """An axis on which most estimates with their intervals can be read; wild ones are cut off."""
    bounds = rows[["conf_low", "conf_high"]].to_numpy()
    finite = bounds[np.isfinite(bounds).all(axis=1)]
    middle = curve["estimate"].quantile([0.15, 0.85]).to_numpy()
    usual = np.median(finite, axis=0) if len(finite) else middle
    low, high = min(middle[0], usual[0], 0.0), max(middle[1], usual[1], 0.0)
    margin = 0.25 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _legend(figure: Figure, colours: Mapping[str, str]) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=colour, marker="o", markersize=4, label=family)
        for family, colour in colours.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


def _remarks(rows: pd.DataFrame, cut: int) -> list[str]:
    levels = " and ".join(f"{level:.0%}" for level in sorted(rows["level"].unique()))
    found = [
        f"Each point a specification (identification, lags, sample), sorted; bars: {levels} "
        "intervals; ring: the base. Values that a scheme imposes are left out."
    ]
    if cut:
        found.append(f"{cut} intervals go beyond the axes; triangles: so do the estimates.")
    return found
