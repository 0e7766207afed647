"""Pass-through of countries side by side: a forest of rows, and one of differences below."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Height of a row of the forest, in inches.
ROW = 0.25

#: Kinds of rows, and what stands above those that do not have the price's name above them.
_BLOCKS = {"pass_through": "", "pass_through_difference": "Difference"}


def draw(
    tidy: pd.DataFrame,
    *,
    approach: str,
    labels: Mapping[str, str] | None = None,
    notes: Sequence[str] = (),
    horizon: int = 12,
) -> tuple[Figure, np.ndarray]:
    """One column per price: its rows, the first one marked, and the differences below.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``pass_through`` and ``pass_through_difference``; ``model`` is the approach, a colon
        and the name of the row.
    approach : str
        Name of the model.
    labels : mapping of str to str, optional
        Name of the price that a response belongs to.
    notes : sequence of str
    horizon : int
        Months after the currency's fall; the last horizon where it is not reached.

    Returns
    -------
    figure, axes
    """
    rows = tidy[tidy["statistic"].isin(_BLOCKS)]
    month = horizon if horizon in set(rows["horizon"]) else int(rows["horizon"].max())
    rows = rows[rows["horizon"] == month]
    rows = rows.assign(
        name=rows["model"].str.removeprefix(f"{approach}: "),
        price=[(labels or {}).get(response, response) for response in rows["response"]],
    )
    prices = list(dict.fromkeys(rows["price"]))
    kinds = [kind for kind in _BLOCKS if (rows["statistic"] == kind).any()]
    counts = [rows.loc[rows["statistic"] == kind, "name"].nunique() for kind in kinds]
    levels = " and ".join(f"{level:.0%}" for level in sorted(rows["level"].unique()))
    with paper_style():
        figure, axes = new_figure(
            len(kinds), len(prices), height=ROW * sum(counts) + 0.75 * len(kinds)
        )
        axes[0, 0].get_gridspec().set_height_ratios([count + 1 for count in counts])
        for down, kind in enumerate(kinds):
            for across, price in enumerate(prices):
                here = rows[(rows["statistic"] == kind) & (rows["price"] == price)]
                ax = axes[down, across]
                _forest(ax, here, marked=kind == "pass_through", named=across == 0)
                ax.set_title(f"{_BLOCKS[kind] or price}, {month} months")
        for ax, price in zip(axes[-1], prices, strict=True):
            unit = rows.loc[rows["price"] == price, "unit"].iloc[0]
            ax.set_xlabel(textwrap.fill(unit, 40))
        add_note(
            figure,
            [f"Points: estimates; thick and thin lines: {levels} intervals.", *notes],
            width=126,
        )
    return figure, axes


def _forest(ax: Axes, rows: pd.DataFrame, *, marked: bool, named: bool) -> None:
    names = list(dict.fromkeys(rows["name"]))
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level].set_index("name").loc[names]
        for y, name in enumerate(names):
            color = ACCENT if marked and y == 0 else INK
            low, high = at.loc[name, ["conf_low", "conf_high"]]
            ax.plot([low, high], [y, y], color=color, linewidth=0.9 + 2.0 * rank, zorder=2 + rank)
            ax.plot(at.loc[name, "estimate"], y, "o", color=color, markersize=4, zorder=5)
    ax.axvline(0, color=QUIET, linewidth=0.6, zorder=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names if named else [""] * len(names))
    ax.grid(axis="y", visible=False)
