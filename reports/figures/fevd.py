"""Forecast error variance decomposition: stacked shares by steps ahead, one panel a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import add_note, new_figure, paper_style, share_colors, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A share is written into its area at the last horizon where it is at least this.
SMALLEST_LABEL = 0.06


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    responses: Sequence[str],
    labels: Mapping[str, str],
    periods: str = "Periods",
) -> tuple[Figure, Any]:
    """Chart the shares of each shock.

    Parameters
    ----------
    tidy : DataFrame
    notes : sequence of str
    responses : sequence of str
        Variables to show.
    labels : mapping of variable or shock to str
    periods : str
        Word for the horizon axis, such as ``Months``.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        columns = min(len(responses), 3 if len(responses) > 4 else 2)
        rows = -(-len(responses) // columns)
        width = 4.5 if len(responses) == 1 else 6.5
        figure, axes = new_figure(rows, columns, width=width, height=1.8 * rows + 0.7, sharey="all")
        for ax, response in zip(axes.flat, responses):
            title = wrapped(labels[response], columns)
            _panel(ax, tidy[tidy["response"] == response], labels, title)
        for ax in axes.flat[len(responses) :]:
            ax.set_axis_off()
        for ax in axes[:, 0]:
            ax.set_ylabel("Share, %")
        for ax in axes.flat[max(len(responses) - columns, 0) : len(responses)]:
            ax.set_xlabel(f"{periods} ahead")
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=min(columns + 1, 3))
        add_note(figure, notes, width=80 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, labels: Mapping[str, str], title: str) -> None:
    shares = rows.drop_duplicates(["shock", "horizon"]).pivot_table(
        index="horizon", columns="shock", values="estimate", sort=False
    )
    steps = shares.index.to_numpy(float)
    colors = share_colors(shares.shape[1])
    percent = 100 * shares.to_numpy().T
    ax.stackplot(
        steps, percent, labels=[labels[str(s)] for s in shares], colors=colors, linewidth=0
    )
    below = 0.0
    for share in percent[:, -1]:
        if share >= 100 * SMALLEST_LABEL:
            place = (steps[-1] - 0.02 * (steps[-1] - steps[0]), below + share / 2)
            ax.annotate(f"{share:.0f}", place, ha="right", va="center", fontsize=7, color="white")
        below += share
    ax.set(title=title, ylim=(0, 100), xlim=(steps[0], max(steps[-1], steps[0] + 1)))
    step = 1 if steps[-1] <= 8 else 6 if steps[-1] <= 36 else 12
    ax.set_xticks([1, *range(step, int(steps[-1]) + 1, step)] if step > 1 else steps)
