"""Credible bands under one prior over rotations inside the regions that hold for every prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import (
    ACCENT,
    INK,
    add_note,
    band_alpha,
    integer_horizons,
    panel_grid,
    paper_style,
    titled_legend,
    wrapped,
    zero_line,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How far a panel reaches beyond the credible bands where a region has no end, in their widths.
REACH = 1.5


def draw(
    tidy: pd.DataFrame,
    *,
    responses: Sequence[str],
    labels: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
    periods: str = "Periods",
) -> tuple[Figure, Any]:
    """One panel a response: robust regions in outline, credible bands filled, posterior means.

    Parameters
    ----------
    tidy : DataFrame
        Statistics ``robust_region``, ``irf`` and ``set_of_means`` of one shock.
    responses : sequence of str
    labels : mapping of variable to str
    title : str
        The shock and its size in words.
    notes : sequence of str
    periods : str
        Word for the horizon axis.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(len(responses), most, row=1.95, rest=0.8, alone=(4.6, 3.2))
        columns = axes.shape[1]
        for ax, response in zip(axes.flat, responses):
            rows = tidy[tidy["response"] == response].sort_values("horizon")
            _panel(ax, rows)
            ax.set_title(wrapped(labels[response], columns))
            ax.set_ylabel(rows["unit"].iloc[0])
            ax.set_xlabel(f"{periods} after the shock")
        for ax in axes.flat[: len(responses) - columns]:
            ax.set_xlabel("")
        heading = wrapped(title, 1) if columns == 1 else title
        titled_legend(figure, axes[0, 0], heading, columns=2 if columns == 1 else 3)
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    region, prior = (rows[rows["statistic"] == name] for name in ("robust_region", "irf"))
    frame = _frame(region, prior)
    levels = sorted(region["level"].unique(), reverse=True)
    for rank, level in enumerate(levels):
        _shade(ax, region[region["level"] == level], frame, rank)
    for rank, level in enumerate(levels):
        band = prior[prior["level"] == level]
        ax.fill_between(
            band["horizon"].astype(float),
            band["conf_low"],
            band["conf_high"],
            color=INK,
            alpha=0.2 + 0.2 * rank,
            linewidth=0,
            label=f"{level:.0%} credible, one prior",
        )
    means = rows[rows["statistic"] == "set_of_means"]
    for end, label in (("conf_low", "posterior means, all priors"), ("conf_high", None)):
        ax.plot(
            means["horizon"].astype(float),
            means[end].where(np.isfinite(means[end])),
            color=ACCENT,
            linestyle="--",
            linewidth=1.0,
            label=label,
        )
    line = prior.drop_duplicates("horizon")
    ax.plot(line["horizon"].astype(float), line["estimate"], color=INK, label="median target")
    zero_line(ax)
    integer_horizons(ax, int(rows["horizon"].max()))
    ax.set_ylim(frame)


def _shade(ax: Axes, region: pd.DataFrame, frame: tuple[float, float], rank: int) -> None:
    """The robust region of one level as far as the frame shows it."""
    x = region["horizon"].astype(float)
    low, high = (region[end].clip(*frame) for end in ("conf_low", "conf_high"))
    label = f"{region['level'].iloc[0]:.0%} robust region"
    ax.fill_between(
        x, low, high, color=ACCENT, alpha=0.5 * band_alpha(rank), linewidth=0, label=label
    )
    for end in ("conf_low", "conf_high"):
        known = region[end].where(np.isfinite(region[end]))
        ax.plot(x, known, color=ACCENT, alpha=0.5, linewidth=0.5)


def _frame(region: pd.DataFrame, prior: pd.DataFrame) -> tuple[float, float]:
    """Limits of the axis: all ends, or some way beyond the credible bands where there is none."""
    shown = prior[["conf_low", "conf_high"]].to_numpy()
    low, high = min(shown.min(), 0.0), max(shown.max(), 0.0)
    reach, (lows, highs) = REACH * (high - low), (region["conf_low"], region["conf_high"])
    low = low - reach if np.isinf(lows).any() else min(low, lows.min())
    high = high + reach if np.isinf(highs).any() else max(high, highs.max())
    margin = 0.05 * (high - low)
    return float(low - margin), float(high + margin)
