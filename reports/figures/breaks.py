"""A break at an unknown date: the statistic over candidate dates beside its critical values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...data.dates import label_of
from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    new_figure,
    paper_style,
    timestamps,
    wrapped,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAMES = {"wald": "Wald statistic", "lr": "Likelihood ratio"}
_LINES = ("-.", "--", ":")


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    periods: pd.Index,
    title: str,
    sizes: Sequence[float] = (0.10, 0.05),
    level: float | None = None,
) -> tuple[Figure, Any]:
    """Chart the sequence of statistics with the estimated date and its likely dates.

    Parameters
    ----------
    tidy : DataFrame
        ``horizon`` of the statistic, and ``estimate`` of the date, are rows of ``periods``.
    notes : sequence of str
    periods : Index
        All periods of the sample.
    title : str
    sizes : sequence of float
        Significance levels of the critical values shown.
    level : float, optional
        Coverage of the shaded dates; the largest by default.

    Returns
    -------
    figure, axes of shape (1, 1)
    """
    kind = "lr" if (tidy["statistic"] == "lr").any() else "wald"
    sequence = tidy[tidy["statistic"] == kind]
    when = timestamps(periods)
    with paper_style():
        figure, axes = new_figure(height=2.9)
        ax = axes[0, 0]
        ax.plot(
            when[sequence["horizon"].to_numpy(int)],
            sequence["estimate"],
            color=INK,
            label=_NAMES[kind],
        )
        _critical_values(ax, tidy, f"sup_{kind}, critical value", sizes)
        _date(ax, tidy, when, periods, level)
        ax.set(xlim=(when[0], when[-1]), ylabel=_NAMES[kind], xlabel="Last period before the break")
        ax.set_ylim(bottom=0)
        ax.set_title(wrapped(title, 1))
        year_axis(ax)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside upper center", ncols=3)
        add_note(figure, notes)
    return figure, axes


def _critical_values(ax: Axes, tidy: pd.DataFrame, name: str, sizes: Sequence[float]) -> None:
    """A horizontal line for each significance level of the largest statistic."""
    found = tidy[tidy["statistic"] == name].set_index("level")["estimate"]
    for size, line in zip(sizes, _LINES):
        ax.axhline(
            found[size],
            color=QUIET,
            linewidth=0.9,
            linestyle=line,
            label=f"{size:.0%} critical value",
        )


def _date(
    ax: Axes, tidy: pd.DataFrame, when: pd.DatetimeIndex, periods: pd.Index, level: float | None
) -> None:
    """The estimated date as a line, its likely dates shaded."""
    from matplotlib.dates import date2num

    rows = tidy[tidy["statistic"] == "break_date"]
    row = int(rows["estimate"].iloc[0])
    date, label = date2num(when[row]), f"Estimated: {label_of(periods[row])}"
    shade_likely(ax, rows, when, level)
    ax.axvline(date, color=ACCENT, linewidth=1.0, label=label)


def shade_likely(ax: Axes, rows: pd.DataFrame, when: pd.DatetimeIndex, level: float | None) -> None:
    """Shade the likely dates of one or more breaks, the largest level by default."""
    from matplotlib.dates import date2num

    likely = rows[rows["band"] == "likely dates"]
    shown = likely["level"].max() if level is None else level
    label: str | None = f"Likely dates, {shown:.0%}"
    bounds = likely.loc[likely["level"] == shown, ["conf_low", "conf_high"]].to_numpy(int)
    for first, last in bounds:
        # Each date stands for its period, which lasts until the next.
        ends = date2num(when[[first, min(last + 1, len(when) - 1)]].to_numpy())
        ax.axvspan(*ends, color=ACCENT, alpha=0.16, linewidth=0, label=label)
        label = None
