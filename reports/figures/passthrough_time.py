"""Pass-through by date: paths with their limits, and where a path stays if nothing changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import (
    ACCENT,
    HEADING,
    INK,
    QUIET,
    add_note,
    band_alpha,
    new_figure,
    paper_style,
    shade_policy,
    timestamps,
    wrapped,
    year_axis,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A limit further away than so many median widths of the band is cut off.
REACH = 2.5

_COLORS = (INK, ACCENT, QUIET)


def draw(
    tidy: pd.DataFrame,  # noqa: ARG001
    *,
    notes: Sequence[str] = (),
    paths: pd.DataFrame,
    level: float | None = None,
    policy: bool = True,
) -> tuple[Figure, np.ndarray]:
    """One panel under the other, all on one axis of dates.

    Parameters
    ----------
    tidy : DataFrame
        Rows of the result; the chart is of ``paths``.
    notes : sequence of str
    paths : DataFrame
        Tidy rows with the columns ``date`` and ``panel``; within a panel each ``model`` is a line.
        Rows ``no_change`` are the limits that a path keeps to if nothing changes.
    level : float, optional
        Level of the limits where a panel has several lines; the largest by default. A single line
        shows all its levels.
    policy : bool
        Whether to shade yield-curve control.

    Returns
    -------
    figure, axes of shape (panels, 1)
    """
    titles = list(dict.fromkeys(paths["panel"]))
    with paper_style():
        height = 1.75 * len(titles) + 0.6
        figure, axes = new_figure(len(titles), 1, height=height, sharex=True)
        for ax, title in zip(axes[:, 0], titles):
            _panel(ax, paths[paths["panel"] == title], level)
            ax.set_title(wrapped(title, 1) if len(title) > HEADING else title, loc="left")
            if policy:
                shade_policy(ax, name_them=True)
        dates = timestamps(pd.Index(paths["date"]))
        axes[-1, 0].set_xlim(dates.min(), dates.max())
        figure.supylabel(paths["unit"].iloc[0], fontsize=8)
        year_axis(axes[-1, 0])
        handles = {
            name: handle
            for ax in axes[:, 0]
            for handle, name in zip(*ax.get_legend_handles_labels())
        }
        figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=3)
        add_note(figure, notes, width=124)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, level: float | None) -> None:
    estimates = rows[rows["statistic"] != "no_change"]
    models = list(dict.fromkeys(estimates["model"]))
    for model, color in zip(models, _COLORS):
        own = estimates[estimates["model"] == model]
        several = len(models) > 1
        one = own["level"].max() if level is None else level
        label = f"{model} ({one:.0%})" if several else "Estimate"
        _line(ax, own, color, [one] if several else None, label)
    for _, limits in rows[rows["statistic"] == "no_change"].groupby("model", sort=False):
        _no_change(ax, limits)
    zero_line(ax)
    _limit(ax, rows)
    ax.margins(x=0)


def _line(
    ax: Axes, rows: pd.DataFrame, color: str, levels: Sequence[float] | None, label: str
) -> None:
    """A path with nested limits, none where a set is not bounded."""
    found = sorted(rows["level"].unique(), reverse=True) if levels is None else levels
    for rank, level in enumerate(found):
        at = rows[rows["level"] == level].sort_values("date")
        bounded = np.isfinite(at["conf_low"]) & np.isfinite(at["conf_high"])
        ax.fill_between(
            timestamps(pd.Index(at["date"])),
            at["conf_low"].where(bounded),
            at["conf_high"].where(bounded),
            color=color,
            alpha=band_alpha(rank),
            linewidth=0,
            label=f"{level:.0%} limits" if levels is None else None,
        )
    line = rows.drop_duplicates("date").sort_values("date")
    ax.plot(timestamps(pd.Index(line["date"])), line["estimate"], color=color, lw=1.2, label=label)


def _no_change(ax: Axes, rows: pd.DataFrame) -> None:
    """The whole sample's estimate, and limits for the whole path around it."""
    when = timestamps(pd.Index(rows["date"]))
    words: str | None = f"Whole path if nothing changed, {rows['level'].iloc[0]:.0%}"
    for end in ("conf_low", "conf_high"):
        ax.plot(when, rows[end], color=QUIET, linewidth=0.9, linestyle="--", label=words)
        words = None
    ax.plot(when, rows["estimate"], color=QUIET, linewidth=0.7, label="Whole sample")


def _limit(ax: Axes, rows: pd.DataFrame) -> None:
    """Keep the axis readable where a set is bounded but wide because it is about to open."""
    finite = rows[np.isfinite(rows["conf_low"]) & np.isfinite(rows["conf_high"])]
    if finite.empty:
        return
    reach = REACH * float((finite["conf_high"] - finite["conf_low"]).median())
    low, high = ax.get_ylim()
    middle = rows["estimate"].dropna()
    ax.set_ylim(max(low, middle.min() - reach), min(high, middle.max() + reach))
