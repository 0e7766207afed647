"""Unit-root tests: p-values of each series in levels and in changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import QUIET, add_note, new_figure, paper_style, share_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARKERS = "osD^v"


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    labels: Mapping[str, str],
    tests: Mapping[str, str],
    level: float,
) -> tuple[Figure, Any]:
    """Chart the p-values, levels on the left and changes on the right.

    Parameters
    ----------
    tidy : DataFrame
        Rows whose ``statistic`` is ``<test>, <form>, p-value``.
    notes : sequence of str
    labels : mapping of series to str
    tests : mapping of test to its null hypothesis
    level : float
        Significance level, marked by a line.

    Returns
    -------
    figure, axes of shape (1, 2)
    """
    with paper_style():
        height = 1.3 + 0.3 * len(labels)
        figure, axes = new_figure(1, 2, height=height, sharey="all")
        for ax, form in zip(axes[0], ("level", "change")):
            _panel(ax, tidy, labels, tests, form)
            ax.axvline(level, color=QUIET, linewidth=0.8, linestyle="--")
            ax.set(title=f"{form.capitalize()}s", xlabel="p-value", xlim=(-0.03, 1.03))
        axes[0, 0].invert_yaxis()
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside upper center", ncols=2)
        add_note(figure, notes)
    return figure, axes


def _panel(
    ax: Axes, tidy: pd.DataFrame, labels: Mapping[str, str], tests: Mapping[str, str], form: str
) -> None:
    """One row a series, one marker a test; the markers of a row are spread a little."""
    spread = 0.7 / len(tests)
    for i, (test, null) in enumerate(tests.items()):
        found = tidy[tidy["statistic"] == f"{test}, {form}, p-value"].set_index("response")
        height = [row + (i - (len(tests) - 1) / 2) * spread for row in range(len(labels))]
        ax.scatter(
            found.loc[list(labels), "estimate"],
            height,
            marker=_MARKERS[i],
            s=16,
            color=share_colors(len(tests))[i],
            label=f"{test} (null: {null})",
        )
    ax.set_yticks(range(len(labels)), list(labels.values()))
