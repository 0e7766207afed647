"""Root mean squared errors by horizon: the model and its benchmarks, one panel a variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, panel_grid, paper_style, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Colour, line and marker of each model, told apart in black and white too.
_LOOKS = ((INK, "-", "o"), (ACCENT, "--", "s"), (QUIET, ":", "^"), ("black", "-.", "D"))


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str],
    labels: Mapping[str, str],
    units: Mapping[str, str],
) -> tuple[Figure, Any]:
    """Chart the rows ``rmse`` of a forecast evaluation.

    Bars reach one standard error to both sides.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    rows = tidy[tidy["statistic"] == "rmse"]
    names = list(dict.fromkeys(rows["response"]))
    with paper_style():
        figure, axes = panel_grid(len(names), 3, row=1.9, rest=0.5)
        for ax, name in zip(axes.flat, names):
            _panel(ax, rows[rows["response"] == name])
            ax.set_title(wrapped(labels[name], axes.shape[1]))
            ax.set_ylabel(f"RMSE ({units[name]})")
            ax.set_xlabel("Periods ahead")
        figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
        add_note(figure, [*notes, "Bars: one standard error to both sides."])
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame) -> None:
    horizons = sorted(rows["horizon"].astype(int).unique())
    models = list(dict.fromkeys(rows["model"]))
    for place, model in enumerate(models):
        line = rows[rows["model"] == model].sort_values("horizon")
        color, style, marker = _LOOKS[place % len(_LOOKS)]
        # Neighbours stand beside one another, so that their bars can be read.
        shift = 0.006 * (place - (len(models) - 1) / 2) * (horizons[-1] - horizons[0] + 1)
        ax.errorbar(
            line["horizon"].astype(float) + shift,
            line["estimate"],
            yerr=line["std_error"],
            color=color,
            linestyle=style,
            marker=marker,
            markersize=3,
            linewidth=1.0,
            elinewidth=0.6,
            label=model,
        )
    ax.set_xticks(horizons)
    ax.set_ylim(bottom=0)
