"""Effects identified by variances on event days: sets that hold at any strength, and the slope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Distance of the event-day slope from the line of its effect.
BESIDE = 0.22


def draw(
    tidy: pd.DataFrame, *, notes: Sequence[str], labels: Mapping[str, str]
) -> tuple[Figure, Any]:
    """Chart the Anderson-Rubin sets and the slopes on event days, a panel for each unit.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``rigobon`` and ``event_day_slope``; infinite limits mark sets without bounds.
    notes : sequence of str
    labels : mapping of series to str

    Returns
    -------
    figure, axes of shape (1, units)
    """
    ours = tidy[(tidy["statistic"] == "rigobon") & (tidy["band"] == "Anderson-Rubin")]
    slopes = tidy[tidy["statistic"] == "event_day_slope"]
    units = list(dict.fromkeys(ours["unit"]))
    with paper_style():
        most = int(ours.groupby("unit")["response"].nunique().max())
        figure, axes = new_figure(1, len(units), height=0.55 * most + 1.5)
        for ax, unit in zip(axes[0], units):
            names = list(dict.fromkeys(ours.loc[ours["unit"] == unit, "response"]))
            for place, name in enumerate(names):
                _bars(ax, slopes[slopes["response"] == name], place + BESIDE, ACCENT)
                _bars(ax, ours[ours["response"] == name], place, INK)
            ax.axvline(0.0, color=QUIET, linewidth=0.6, linestyle=":")
            ax.set_yticks(range(len(names)), [wrapped(labels[name], len(units)) for name in names])
            ax.set_ylim(len(names) - 0.4, -0.6)
            ax.set_xlabel(unit)
        for color, word in ((INK, "By variances, Anderson-Rubin set"), (ACCENT, "Event-day slope")):
            axes[0, 0].plot([], [], "o-", color=color, markersize=4, label=word)
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
        add_note(figure, ["Dashed: no bound on that side.", *notes], width=124)
    return figure, axes


def _bars(ax: Axes, rows: pd.DataFrame, place: float, color: str) -> None:
    """A dot with its limits; what has no bound is dashed and leaves the limits of the axis."""
    for rank, (_, row) in enumerate(rows.sort_values("level", ascending=False).iterrows()):
        limits, width = (row["conf_low"], row["conf_high"]), 0.9 + 1.4 * rank
        if np.isfinite(limits).all():
            ax.hlines(place, *limits, color=color, linewidth=width)
        else:
            ax.axhline(place, color=color, linewidth=width, linestyle="--", alpha=0.6)
    ax.plot(rows["estimate"].iloc[:1], [place], "o", color=color, markersize=4)
