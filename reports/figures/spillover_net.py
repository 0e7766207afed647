"""Net of Japan towards the United States, without and with the yen, in every version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Statistic -> name in the legend, colour, offset from the row's centre.
SENDERS = {
    "net_japan": ("Japan", INK, -0.14),
    "net_japan_yen": ("Japan and the yen", ACCENT, 0.14),
}


def draw(
    tidy: pd.DataFrame, *, notes: Sequence[str] = (), level: float = 0.90
) -> tuple[Figure, np.ndarray]:
    """Points with intervals, a row for each version, the headline on top.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``net_japan`` and ``net_japan_yen``; ``model`` is the version.
    notes : sequence of str
    level : float

    Returns
    -------
    figure, axes
    """
    rows = tidy[tidy["statistic"].isin(SENDERS) & np.isclose(tidy["level"], level)]
    versions = list(dict.fromkeys(rows["model"]))
    with paper_style():
        figure, axes = new_figure(height=0.3 * len(versions) + 0.95)
        ax = axes[0, 0]
        for statistic, (name, color, offset) in SENDERS.items():
            one = rows[rows["statistic"] == statistic].set_index("model").loc[versions]
            place = np.arange(len(versions)) + offset
            ax.hlines(place, one["conf_low"], one["conf_high"], color=color, linewidth=1.6)
            ax.plot(one["estimate"], place, "o", color=color, markersize=4, label=name)
        ax.axvline(0, color=QUIET, linewidth=0.8)
        ax.axhline(0.5, color=QUIET, linewidth=0.4, linestyle=":")
        ax.set_yticks(range(len(versions)), versions)
        ax.set_ylim(len(versions) - 0.5, -0.5)
        ax.margins(x=0.08)
        ax.set_xlabel(f"Net sent to the United States, percentage points ({level:.0%} intervals)")
        figure.legend(loc="outside upper center", ncols=2)
        add_note(figure, notes, width=124)
    return figure, axes
