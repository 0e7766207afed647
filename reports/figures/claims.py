"""The statistics behind the verdicts: estimates and intervals against the claims' regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Height of a row of the forest, in inches.
ROW = 0.24
KEY = (
    "Points and lines: estimates and intervals; shaded: where the claim has them. Blue lies "
    "inside, red outside, grey neither."
)
#: Colours of an interval by what it says about its region.
COLOURS = {"inside": INK, "outside": ACCENT, "open": QUIET}


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[tuple[str, str], str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> tuple[Figure, np.ndarray]:
    """One block of rows for each claim and unit, with its own axis.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``claim_part``, ``region_low`` and ``region_high`` by claim (``model``) and part
        (``response``).
    notes : sequence of str
    labels : mapping of (claim, part) to str, optional
        Names of the rows.
    titles : mapping of claim to str, optional
        Claim and verdict in words.

    Returns
    -------
    figure, axes
    """
    parts = _parts(tidy)
    blocks = list(dict.fromkeys(zip(parts["model"], parts["unit"], strict=True)))
    grouped = [_of_block(parts, *block) for block in blocks]
    heights = [len(rows) + 1.6 for rows in grouped]
    names, heads = labels or {}, dict(titles or {})
    with paper_style():
        figure, axes = new_figure(len(blocks), height=ROW * sum(heights) + 0.3)
        axes[0, 0].get_gridspec().set_height_ratios(heights)
        for ax, (claim, unit), rows in zip(axes[:, 0], blocks, grouped, strict=True):
            _block(ax, rows)
            words = [names.get((claim, part), part) for part in rows["response"]]
            ax.set_yticks(range(len(rows)), words)
            ax.set_xlabel(unit, labelpad=1)
            ax.set_title(heads.pop(claim, ""), loc="left")
        add_note(figure, [KEY, *notes])
    return figure, axes


def _parts(tidy: pd.DataFrame) -> pd.DataFrame:
    """One row per part with its region."""
    key = ["model", "response"]
    parts = tidy[tidy["statistic"] == "claim_part"]
    for name in ("region_low", "region_high"):
        limit = tidy.loc[tidy["statistic"] == name, [*key, "estimate"]]
        parts = parts.merge(limit.rename(columns={"estimate": name}), on=key)
    return parts


def _of_block(parts: pd.DataFrame, claim: str, unit: str) -> pd.DataFrame:
    return parts[(parts["model"] == claim) & (parts["unit"] == unit)]


def _block(ax: Axes, rows: pd.DataFrame) -> None:
    left, right = _span(rows)
    numbers = rows[["estimate", "conf_low", "conf_high", "region_low", "region_high"]].to_numpy()
    for y, (estimate, low, high, region_low, region_high) in enumerate(numbers):
        start, end = max(region_low, left), min(region_high, right)
        ax.barh(y, end - start, left=start, height=0.86, color="#3f7f4c", alpha=0.16, zorder=0)
        colour = COLOURS[_where(low, high, region_low, region_high)]
        ax.plot([max(low, left), min(high, right)], [y, y], color=colour)
        ax.plot(estimate, y, "o", color=colour, markersize=4)
        if np.isinf(low):
            ax.text(right, y, "interval not bounded ", ha="right", va="bottom", fontsize=6.5)
    ax.axvline(0, color=QUIET, linewidth=0.6, zorder=1)
    ax.set_xlim(left, right)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _span(rows: pd.DataFrame) -> tuple[float, float]:
    """Axis that holds zero, the estimates, the finite limits, with room on both sides."""
    values = rows[["estimate", "conf_low", "conf_high", "region_low", "region_high"]].to_numpy()
    finite = np.append(values[np.isfinite(values)], 0.0)
    low, high = float(finite.min()), float(finite.max())
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _where(low: float, high: float, region_low: float, region_high: float) -> str:
    if region_low < low and high < region_high:
        return "inside"
    return "outside" if high <= region_low or low >= region_high else "open"
