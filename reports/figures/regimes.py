"""Probability of a regime over time, with the policy of the Bank of Japan behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...data.policy import BAND_WIDENINGS, NEGATIVE_RATES
from .style import (
    ACCENT,
    INK,
    QUIET,
    add_note,
    new_figure,
    paper_style,
    shade_policy,
    timestamps,
    year_axis,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    paths: Mapping[str, pd.DataFrame],
    regime: str,
    policy: bool = True,
) -> tuple[Figure, Any]:
    """Chart the filtered and smoothed probability of one regime, a panel for each sample.

    Parameters
    ----------
    tidy : DataFrame
        Tidy rows of the model; the expected durations are read from it.
    notes : sequence of str
    paths : mapping of title to DataFrame
        Columns ``filtered`` and ``smoothed`` by date, missing where the sample has a gap.
    regime : str
        Name of the regime.
    policy : bool
        Whether to shade and mark the Bank of Japan's policy dates.

    Returns
    -------
    figure, axes of shape (panels, 1)
    """
    with paper_style():
        height = 1.75 * len(paths) + 0.55
        figure, axes = new_figure(len(paths), 1, height=height, sharex=True, sharey="all")
        for ax, (title, path) in zip(axes[:, 0], paths.items()):
            _panel(ax, path)
            if policy:
                _policy_dates(ax, path.index)
            ax.set_title(title, loc="left")
            ax.set_ylabel("Probability")
        year_axis(axes[-1, 0])
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
        where = ", first panel" if len(paths) > 1 else ""
        add_note(figure, (f"Regime: {regime}{_duration(tidy, regime, where)}.", *notes))
    return figure, axes


def _panel(ax: Axes, path: pd.DataFrame) -> None:
    """Both probabilities; lines break where the sample does."""
    from matplotlib.dates import date2num

    when = timestamps(path.index)
    ax.fill_between(when, 0, path["smoothed"], color=INK, alpha=0.18, linewidth=0)
    ax.plot(when, path["smoothed"], color=INK, linewidth=1.2, label="Smoothed (whole sample)")
    ax.plot(when, path["filtered"], color=ACCENT, linewidth=0.7, label="Filtered (to that date)")
    ax.set_ylim(-0.02, 1.02)
    ax.set_yticks([0, 0.5, 1])
    ax.set_xlim(*date2num(when[[0, -1]]))


def _policy_dates(ax: Axes, index: pd.Index) -> None:
    """Shaded yield-curve control, its widenings, and a bar for the negative policy rate."""
    from matplotlib.dates import date2num

    shade_policy(ax, name_them=True)
    first, last = timestamps(index)[[0, -1]]
    for rank, month in enumerate(BAND_WIDENINGS):
        date = pd.Period(month, "M").start_time
        if first <= date <= last:
            name = "Band widened" if rank == 0 else None
            ax.axvline(
                date2num(date), color=QUIET, linewidth=0.9, linestyle=(0, (4, 2)), label=name
            )
    start, end = (pd.Period(month, "M") for month in NEGATIVE_RATES)
    ax.plot(
        date2num([start.start_time, end.end_time]),
        [1.05, 1.05],
        color="#b8860b",
        linewidth=3,
        solid_capstyle="butt",
        clip_on=False,
        label="Negative policy rate",
    )


def _duration(tidy: pd.DataFrame, regime: str, where: str) -> str:
    """The regime's expected duration, in brackets."""
    rows = tidy[(tidy["statistic"] == "regime_duration") & tidy["response"].str.endswith(regime)]
    if rows.empty:
        return ""
    first = rows.iloc[0]
    error = "" if pd.isna(first["std_error"]) else f", s.e. {first['std_error']:.1f}"
    return f" (expected duration{where} {first['estimate']:.1f} {first['unit']}{error})"
