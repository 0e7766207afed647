"""Headline numbers of two runs: estimates with intervals, and where sampling alone would move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Height of a row with its axis, and of a group's heading, in inches.
ROW, HEADING = 0.5, 0.22

#: Colour and marker of a stage.
LOOKS = {"old": (QUIET, "o"), "revised": (ACCENT, "D"), "new": (INK, "o")}

KEY = (
    "Each row has an axis of its own. Shaded: where the number would lie with the new months in 90 "
    "of 100 samples if no parameter had changed; rows without it are not tested."
)
_NUMBER = ["model", "shock", "response", "horizon"]


def draw(
    tidy: pd.DataFrame,
    *,
    labels: Sequence[tuple[str, str]],
    stages: Sequence[str] = ("old", "new"),
    notes: Sequence[str] = (),
) -> tuple[Figure, np.ndarray]:
    """One row a number, each on its own scale, under the heading of its group.

    Parameters
    ----------
    tidy : DataFrame
        Rows of ``Comparison.tidy``.
    labels : sequence of (group, label)
        Of the numbers, in the order in which they first occur in ``tidy``.
    stages : sequence of str
        Estimates to show, of ``old``, ``revised`` and ``new``.
    notes : sequence of str

    Returns
    -------
    figure, axes of shape (numbers, 1)
    """
    numbers = [rows for _, rows in tidy.groupby(_NUMBER, sort=False, dropna=False)]
    groups = len(dict.fromkeys(group for group, _ in labels))
    with paper_style():
        figure, axes = new_figure(len(numbers), height=ROW * len(numbers) + HEADING * groups + 0.3)
        named: dict[str, Artist] = {}
        heading = ""
        for ax, (group, label), rows in zip(axes[:, 0], labels, numbers, strict=True):
            _number(ax, _values(rows), stages)
            unit = rows["unit"].iloc[0]
            ax.set_yticks([0], [label if unit == "ratio" else f"{label}\n{unit}"])
            if group != heading:
                ax.set_title(group, loc="left", fontweight="bold", pad=3)
                heading = group
            handles, names = ax.get_legend_handles_labels()
            named |= dict(zip(names, handles, strict=True))
        figure.legend(
            list(named.values()), list(named), loc="outside upper right", ncols=len(named)
        )
        add_note(figure, [KEY, *notes])
    return figure, axes


def _values(rows: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    """Estimate and limits by statistic."""
    numbers = rows[["estimate", "conf_low", "conf_high"]].to_numpy(float).tolist()
    return {name: (a, b, c) for name, (a, b, c) in zip(rows["statistic"], numbers, strict=True)}


def _number(
    ax: Axes, values: Mapping[str, tuple[float, float, float]], stages: Sequence[str]
) -> None:
    """Stages one beneath the other, on the range that sampling alone gives."""
    shown = [0.0]
    if "move_by_sampling" in values:
        start, (_, low, high) = values["revised"][0], values["move_by_sampling"]
        label = "by sampling alone (90%)"
        ax.axvspan(start + low, start + high, color=QUIET, alpha=0.2, linewidth=0, label=label)
        shown += [start + low, start + high]
    for stage, place in zip(stages, np.linspace(-0.3, 0.3, len(stages)), strict=True):
        estimate, low, high = values[stage]
        colour, marker = LOOKS[stage]
        ax.plot([low, high], [place, place], color=colour, linewidth=1)
        ax.plot(
            estimate,
            place,
            marker,
            color=colour,
            markerfacecolor=colour if stage == "new" else "white",
            markersize=4,
            linestyle="none",
            label=stage,
        )
        shown += [estimate, low, high]
    _frame(ax, np.array(shown))


def _frame(ax: Axes, shown: np.ndarray) -> None:
    """An axis that holds zero and everything finite, without a line at its left."""
    finite = shown[np.isfinite(shown)]
    room = 0.05 * (finite.max() - finite.min()) or 1.0
    ax.set_xlim(finite.min() - room, finite.max() + room)
    ax.axvline(0, color=QUIET, linewidth=0.6, zorder=0)
    ax.set_ylim(0.55, -0.55)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=7)
