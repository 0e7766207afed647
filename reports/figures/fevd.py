"""Forecast error variance decomposition: stacked shares by steps ahead, one panel a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import GREY, QUIET, add_note, panel_grid, paper_style, part_colors, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

#: A share is written into its area at the last horizon where it takes this much of the axis.
SMALLEST_LABEL = 0.06
#: Hatching of shares that are not above their null band.
STROKES = "////"


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    responses: Sequence[str],
    labels: Mapping[str, str],
    rest: str = "",
    periods: str = "Periods",
    complete: bool = True,
) -> tuple[Figure, Any]:
    """Chart the shares of each shock, hatched where they are not above their null band.

    Parameters
    ----------
    tidy : DataFrame
        Shares, and rows ``fevd_null`` with the null bands where there are any.
    notes : sequence of str
    responses : sequence of str
        Variables to show.
    labels : mapping of variable or shock to str
    rest : str
        The shocks that are not identified, in grey.
    periods : str
        Word for the horizon axis, such as ``Months``.
    complete : bool
        Whether the shares in a variable sum to one.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(
            len(responses), most, row=1.8, rest=0.7, alone=(4.5, 2.5), sharey="all"
        )
        columns = axes.shape[1]
        top = 100 if complete else 1.02 * max(_sums(tidy, response) for response in responses)
        for ax, response in zip(axes.flat, responses):
            title = wrapped(labels[response], columns)
            _panel(ax, tidy[tidy["response"] == response], labels, rest, top)
            ax.set_title(title)
        for ax in axes[:, 0]:
            ax.set_ylabel("Share, %")
        for ax in axes.flat[max(len(responses) - columns, 0) : len(responses)]:
            ax.set_xlabel(f"{periods} ahead")
        handles = [*axes[0, 0].get_legend_handles_labels()[0], *_null_key(tidy)]
        figure.legend(handles=handles, loc="outside upper center", ncols=min(columns + 1, 3))
        add_note(figure, notes, width=80 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, labels: Mapping[str, str], rest: str, top: float) -> None:
    null = rows[rows["statistic"] == "fevd_null"]
    shares = _shares(rows)
    limits = _wide(null[null["level"] == null["level"].max()], "conf_high")
    steps = shares.index.to_numpy(float)
    below = np.zeros(len(steps))
    names = [str(name) for name in shares]
    for color, shock in zip(part_colors(names, {rest: GREY}), names):
        above = below + 100 * shares[shock].to_numpy()
        ax.fill_between(steps, below, above, color=color, label=labels[shock], linewidth=0)
        if shock in limits:
            _hatch(ax, steps, below, above, (shares[shock] <= limits[shock]).to_numpy())
        if above[-1] - below[-1] >= SMALLEST_LABEL * top:
            _number(ax, steps, below[-1], above[-1])
        below = above
    ax.set(ylim=(0, top), xlim=(steps[0], max(steps[-1], steps[0] + 1)))
    step = 1 if steps[-1] <= 8 else 6 if steps[-1] <= 36 else 12
    ax.set_xticks([1, *range(step, int(steps[-1]) + 1, step)] if step > 1 else steps)


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """The point shares in one variable."""
    found = rows[~rows["statistic"].isin(["fevd_null", "fevd_p_value"])]
    return _wide(found.drop_duplicates(["shock", "horizon"]), "estimate")


def _sums(tidy: pd.DataFrame, response: str) -> float:
    """The largest sum of shares in one variable, in per cent."""
    return 100 * float(_shares(tidy[tidy["response"] == response]).sum(axis=1).max())


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Steps ahead in rows, shocks in columns, in the order of the tidy frame."""
    return rows.pivot_table(index="horizon", columns="shock", values=column, sort=False)


def _hatch(
    ax: Axes, steps: np.ndarray, low: np.ndarray, high: np.ndarray, where: np.ndarray
) -> None:
    """Strokes over the part of an area that sampling error alone could give."""
    if where.any():
        ax.fill_between(
            steps, low, high, where=where, facecolor="none", edgecolor="white", hatch=STROKES, lw=0
        )


def _null_key(tidy: pd.DataFrame) -> list[Patch]:
    """What the strokes mean, for the legend; nothing where there is no null band."""
    from matplotlib.patches import Patch

    if not (tidy["statistic"] == "fevd_null").any():
        return []
    label = "Not above its null band"
    return [Patch(facecolor=QUIET, edgecolor="white", hatch=STROKES, lw=0, label=label)]


def _number(ax: Axes, steps: np.ndarray, low: float, high: float) -> None:
    """The share at the last step, written into its area."""
    place = (steps[-1] - 0.02 * (steps[-1] - steps[0]), (low + high) / 2)
    ax.annotate(f"{high - low:.0f}", place, ha="right", va="center", fontsize=7, color="white")
