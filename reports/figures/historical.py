"""Historical decomposition: stacked contributions to one variable with its actual path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import (
    GREY,
    PALE,
    add_note,
    new_figure,
    paper_style,
    part_colors,
    timestamps,
    year_axis,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    response: str,
    dates: pd.Index,
    labels: Mapping[str, str],
    title: str,
    rest: str = "",
    start: str | None = None,
    window: int = 1,
    with_baseline: bool = False,
) -> tuple[Figure, Any]:
    """Chart the contributions of the shocks, around the baseline or on top of it.

    Parameters
    ----------
    tidy : DataFrame
        ``horizon`` counts periods from the first of ``dates``.
    notes : sequence of str
    response : str
        The variable shown.
    dates : Index
    labels : mapping of shock to str
        Parts without a label (initial condition, deterministic terms) make up the baseline.
    title : str
        The variable.
    rest : str
        The shocks that are not identified, in grey.
    start : str, optional
        First period shown.
    window : int
        Sum over this many periods.
    with_baseline : bool
        Stack the baseline too and show the actual path; otherwise the path less the baseline,
        for series whose level would leave no room for the contributions.

    Returns
    -------
    figure, axes of shape (1, 1)
    """
    rows = tidy[tidy["response"] == response].drop_duplicates(["shock", "horizon"])
    parts = rows.pivot_table(index="horizon", columns="shock", values="estimate", sort=False)
    parts = parts.set_axis(dates, axis=0)
    shown = parts[[name for name in parts if name in labels]].rename(columns=dict(labels))
    line = "Actual less baseline"
    if with_baseline:
        shown["Baseline"] = parts.drop(columns=list(labels), errors="ignore").sum(axis=1)
        line = "Actual"
    shown = shown.rolling(window).sum().dropna().loc[start:]
    with paper_style():
        figure, axes = new_figure(height=3.2)
        ax, when = axes[0, 0], timestamps(shown.index)
        _stack(ax, when, shown, {"Baseline": PALE, labels.get(rest, rest): GREY})
        ax.plot(when, shown.sum(axis=1), color="black", linewidth=1.0, label=line)
        zero_line(ax)
        ax.set_title(title)
        ax.set_ylabel(rows["unit"].iloc[0])
        ax.set_xlim(when[0], when[-1])
        year_axis(ax)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        add_note(figure, notes)
    return figure, axes


def _stack(ax: Axes, when: pd.DatetimeIndex, parts: pd.DataFrame, greys: Mapping[str, str]) -> None:
    """One column a period: positive parts stacked up from zero, negative ones down."""
    from matplotlib.dates import date2num

    days = date2num(when.to_numpy())
    width = float(np.diff(days).max()) if len(days) > 1 else 1.0
    edges = np.append(days - width / 2, days[-1] + width / 2)
    above, below = np.zeros(len(parts)), np.zeros(len(parts))
    names = [str(name) for name in parts]
    for name, color in zip(names, part_colors(names, greys)):
        value = parts[name].to_numpy()
        base = np.where(value >= 0, above, below)
        low, high = (np.append(y, y[-1]) for y in (base, base + value))
        ax.fill_between(edges, low, high, step="post", color=color, label=name, linewidth=0)
        above, below = above + np.maximum(value, 0), below + np.minimum(value, 0)
