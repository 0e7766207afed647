"""Small multiples of ratios by horizon: shocks, stages of a chain, definitions."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .ratio_bands import draw_ratio, keep_readable, say_where_unbounded
from .style import ACCENT, INK, add_note, integer_horizons, panel_grid, paper_style, wrapped
from .style import zero_line as at_zero

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Title of a panel, and its lines: label of each (empty for none) and the rows that it shows.
PanelOfLines = tuple[str, Mapping[str, Mapping[str, str]]]

#: Bands that are diagnostics and not drawn.
DIAGNOSTIC = "diagnostic"

#: Colour and line of the first and of the second ratio in a panel.
STYLES = ((INK, "-"), (ACCENT, "--"))


def draw(
    tidy: pd.DataFrame,
    *,
    panels: Sequence[PanelOfLines],
    notes: Sequence[str] = (),
    columns: int = 3,
    periods: str = "Months",
) -> tuple[Figure, np.ndarray]:
    """One panel for each title: one or two lines with nested sets.

    Parameters
    ----------
    tidy : DataFrame
        Rows of ratios; those whose ``band`` is a diagnostic are left out.
    panels : sequence of (title, lines)
        Lines by label, each with the values of tidy columns that its rows have; an empty label
        stays out of the legend.
    notes : sequence of str
    columns : int
        Panels side by side.
    periods : str
        Word for the horizon axis.

    Returns
    -------
    figure, axes
    """
    tidy = tidy[~tidy["band"].str.contains(DIAGNOSTIC, regex=False)]
    with paper_style():
        figure, axes = panel_grid(len(panels), columns, row=1.6, rest=0.5, alone=(4.2, 3.0))
        for ax, (title, lines) in zip(axes.flat, panels, strict=False):
            _panel(ax, [(label, _chosen(tidy, rows)) for label, rows in lines.items()])
            ax.set_title(wrapped(title, axes.shape[1]))
            ax.set_ylabel(textwrap.fill(_unit(tidy, lines), 26))
        for ax in axes[-1]:
            ax.set_xlabel(periods)
        figure.legend(*_key(tidy, axes), loc="outside upper center", ncols=5)
        add_note(figure, notes)
    return figure, axes


def _unit(tidy: pd.DataFrame, lines: Mapping[str, Mapping[str, str]]) -> str:
    """Unit of the first line."""
    return str(_chosen(tidy, next(iter(lines.values())))["unit"].iloc[0])


def _chosen(tidy: pd.DataFrame, values: Mapping[str, str]) -> pd.DataFrame:
    """The rows with these values."""
    inside = np.ones(len(tidy), dtype=bool)
    for column, value in values.items():
        inside &= (tidy[column] == value).to_numpy()
    return tidy[inside]


def _panel(ax: Axes, lines: Sequence[tuple[str, pd.DataFrame]]) -> None:
    for (label, rows), (color, style) in zip(lines, STYLES, strict=False):
        draw_ratio(ax, rows, color=color, label=label or None, style=style)
    shown = pd.concat([rows for _, rows in lines])
    at_zero(ax)
    integer_horizons(ax, int(shown["horizon"].max()))
    keep_readable(ax, shown["estimate"], shown["conf_high"] - shown["conf_low"])
    say_where_unbounded(ax, lines[0][1])


def _key(tidy: pd.DataFrame, axes: np.ndarray) -> tuple[list[Artist], list[str]]:
    """Legend entries: the lines of all panels, each label once, then the levels of the sets."""
    from matplotlib.patches import Patch

    found: dict[str, Artist] = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    for rank, level in enumerate(sorted(tidy["level"].unique(), reverse=True)):
        found[f"{level:.0%} set"] = Patch(color=INK, alpha=0.16 + 0.28 * rank, lw=0)
    return list(found.values()), list(found)
