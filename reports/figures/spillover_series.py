"""Net spillovers of each series, with intervals, one panel for each reading of the same data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    level: float = 0.90,
) -> tuple[Figure, np.ndarray]:
    """Bars of the nets, a panel a model, side by side on one scale.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``spillover_net`` of one or more models.
    notes : sequence of str
    labels : mapping of series to str, optional
    titles : mapping of model to str, optional
    level : float
        Of the whiskers.

    Returns
    -------
    figure, axes
    """
    rows = tidy[(tidy["statistic"] == "spillover_net") & np.isclose(tidy["level"], level)]
    models = list(dict.fromkeys(rows["model"]))
    with paper_style():
        series = rows["shock"].nunique()
        figure, axes = new_figure(
            1, len(models), height=0.3 * series + 0.9, sharex=True, sharey="row"
        )
        for ax, model in zip(axes[0], models):
            _panel(ax, rows[rows["model"] == model], labels or {})
            ax.set_title((titles or {}).get(model, model))
            ax.set_xlabel(f"Net sent, percentage points ({level:.0%})")
        add_note(figure, notes, width=124)
    return figure, axes


def _panel(ax: Axes, rows: pd.DataFrame, labels: Mapping[str, str]) -> None:
    place = np.arange(len(rows))
    estimate = rows["estimate"].to_numpy()
    # A percentile interval of a biased estimate need not hold the estimate.
    low = np.clip(estimate - rows["conf_low"].to_numpy(), 0, None)
    high = np.clip(rows["conf_high"].to_numpy() - estimate, 0, None)
    colors = [INK if value > 0 else ACCENT for value in estimate]
    ax.barh(place, estimate, height=0.6, color=colors, alpha=0.75)
    ax.errorbar(
        estimate,
        place,
        xerr=np.vstack([low, high]),
        fmt="none",
        ecolor="black",
        elinewidth=0.9,
        capsize=2,
    )
    ax.axvline(0, color=QUIET, linewidth=0.6)
    ax.set_yticks(place, [labels.get(name, name) for name in rows["shock"]])
    ax.set_ylim(len(rows) - 0.5, -0.5)
