"""Paths of daily series around events: a row of panels a series, a column a kind of event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .short_names import short_name
from .style import ACCENT, QUIET, add_note, draw_bands, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    labels: Mapping[str, str],
    groups: Sequence[str],
) -> tuple[Figure, Any]:
    """Chart the rows ``event_change`` of an event study.

    Parameters
    ----------
    tidy : DataFrame
        ``shock`` is the kind of event, ``horizon`` counts trading days.
    notes : sequence of str
    labels : mapping of series to str
    groups : sequence of str
        Kinds of event shown.

    Returns
    -------
    figure, axes of shape (series, groups)
    """
    rows = tidy[(tidy["statistic"] == "event_change") & tidy["shock"].isin(groups)]
    counts = tidy[(tidy["statistic"] == "events") & (tidy["horizon"] == 0)]
    names = list(dict.fromkeys(rows["response"]))
    units = rows.drop_duplicates("response").set_index("response")["unit"]
    with paper_style():
        figure, axes = new_figure(
            len(names),
            len(groups),
            width=6.5 if len(groups) > 1 else 4.2,
            height=1.22 * len(names) + 0.7,
            sharex=True,
            sharey="row",
        )
        for place, group in enumerate(groups):
            own = counts.loc[counts["shock"] == group, "estimate"]
            axes[0, place].set_title(f"{_capital(group, labels)} ({int(own.max())})")
            for ax, name in zip(axes[:, place], names):
                of_group = (rows["shock"] == group) & (rows["response"] == name)
                _panel(ax, rows[of_group])
            axes[-1, place].set_xlabel("Trading days")
        for ax, name in zip(axes[:, 0], names):
            ax.set_ylabel(f"{short_name(name, labels)}\n({units[name]})")
        figure.align_ylabels(axes[:, 0])
        handles, words = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, words, loc="outside upper center", ncols=3)
        remark = (
            "In brackets: number of events. Day 0 (dot): the first figure after the announcement; "
            "dotted line: the last before it."
        )
        add_note(figure, [remark, *notes], width=124)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    draw_bands(ax, rows)
    first = rows[rows["horizon"] == 0].drop_duplicates("horizon")
    ax.scatter(first["horizon"].astype(float), first["estimate"], s=9, color=ACCENT, zorder=3)
    ax.axvline(-1, color=QUIET, linewidth=0.6, linestyle=":")
    horizons = rows["horizon"].astype(int)
    ax.set_xlim(horizons.min(), horizons.max())
    ax.set_xticks(range(-(-int(horizons.min()) // 5) * 5, int(horizons.max()) + 1, 5))


def _capital(group: str, labels: Mapping[str, str]) -> str:
    """The group as a title, with the short name of the series by which it was chosen."""
    for name, label in labels.items():
        if group.startswith(label):
            return short_name(name, labels) + group.removeprefix(label)
    return group[0].upper() + group[1:]
