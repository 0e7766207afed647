"""Responses with Anderson-Rubin sets: any pieces, those without an end drawn to the frame."""

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

#: How far an axis reaches beyond the estimates, in typical lengths of a bounded piece.
REACH = 3.0
#: Width of the column that stands for a horizon.
COLUMN = 0.8


def draw(
    tidy: pd.DataFrame,
    *,
    pieces: pd.DataFrame,
    labels: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
    periods: str = "Periods",
    delta: bool = True,
) -> tuple[Figure, Any]:
    """One panel per response: a column for each horizon, darker where a narrower set holds it.

    Parameters
    ----------
    tidy : DataFrame
        Rows of one shock; ``band`` starts with ``Anderson-Rubin`` or with ``delta method``.
    pieces : DataFrame
        The pieces of the sets: response, horizon, level, low, high.
    labels : mapping of variable to str
    title : str
        The shock and its size in words.
    notes : sequence of str
    periods : str
        Word for the horizon axis.
    delta : bool
        Whether delta-method limits of the widest level are drawn beside the sets.

    Returns
    -------
    figure, axes
    """
    responses = list(dict.fromkeys(tidy["response"]))
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(len(responses), most, row=1.95, rest=0.6, alone=(4.2, 3.0))
        columns = axes.shape[1]
        for ax, response in zip(axes.flat, responses):
            rows, parts = (frame[frame["response"] == response] for frame in (tidy, pieces))
            _panel(ax, rows, parts, delta)
            ax.set_title(wrapped(labels[response], columns))
            ax.set_ylabel(rows["unit"].iloc[0])
            ax.set_xlabel(f"{periods} after the shock")
        for ax in axes.flat[: len(responses) - columns]:
            ax.set_xlabel("")
        heading = wrapped(title, 1) if columns == 1 else title
        titled_legend(figure, axes[0, 0], heading, columns=2 if columns == 1 else 4)
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, tidy: pd.DataFrame, pieces: pd.DataFrame, delta: bool) -> None:
    sets = tidy[tidy["band"].str.startswith("Anderson-Rubin")]
    line = sets.drop_duplicates("horizon").sort_values("horizon")
    limits = tidy[tidy["band"].str.startswith("delta")]
    frame = _frame(line, pieces, limits)
    for rank, level in enumerate(sorted(sets["level"].unique(), reverse=True)):
        _columns(ax, pieces[pieces["level"] == level], frame, rank, f"{level:.0%} set")
    open_ends = pieces.loc[np.isinf(pieces["low"]) | np.isinf(pieces["high"])]
    # Where the instruments do not say how large a response is, its estimate says little.
    style = "-" if open_ends.empty else ":"
    ax.plot(line["horizon"].astype(float), line["estimate"], style, color=INK, label="estimate")
    _arrowheads(ax, open_ends, frame)
    if delta:
        _delta(ax, limits[limits["level"] == limits["level"].max()])
    zero_line(ax)
    integer_horizons(ax, int(tidy["horizon"].max()))
    ax.set_xlim(-0.6, tidy["horizon"].max() + 0.6)
    ax.set_ylim(frame)


def _columns(
    ax: Axes, pieces: pd.DataFrame, frame: tuple[float, float], rank: int, label: str
) -> None:
    """The pieces of one level as far as the frame shows them."""
    low, high = (np.clip(pieces[end].to_numpy(), *frame) for end in ("low", "high"))
    # A point, such as the shock's own response on impact, would have no height.
    height = np.maximum(high - low, (frame[1] - frame[0]) / 150)
    height[(low == high) & np.isin(low, frame)] = 0.0
    ax.bar(
        pieces["horizon"],
        height,
        COLUMN,
        (low + high - height) / 2,
        label=label,
        color=INK,
        alpha=band_alpha(rank),
        linewidth=0,
    )


def _arrowheads(ax: Axes, pieces: pd.DataFrame, frame: tuple[float, float]) -> None:
    """What has no end points beyond the frame."""
    inside = 0.02 * (frame[1] - frame[0])
    label: str | None = "no end"
    for end, place, marker in (("low", frame[0] + inside, "v"), ("high", frame[1] - inside, "^")):
        at = pieces.loc[np.isinf(pieces[end]), "horizon"].unique()
        if len(at):
            ax.plot(at, np.full(len(at), place), marker, color=INK, markersize=2.5, label=label)
            label = None


def _delta(ax: Axes, limits: pd.DataFrame) -> None:
    x = limits["horizon"].astype(float)
    label = f"{limits['level'].iloc[0]:.0%}, delta method"
    for end, name in (("conf_low", label), ("conf_high", None)):
        ax.plot(x, limits[end], color=ACCENT, linewidth=0.8, linestyle="--", label=name)


def _frame(line: pd.DataFrame, pieces: pd.DataFrame, limits: pd.DataFrame) -> tuple[float, float]:
    """Limits of the axis: all ends, but for those far away, of sets that are about to open.

    Where no piece has two ends, delta-method limits give the scale.
    """
    ends = pieces[["low", "high"]].to_numpy()
    length = ends[:, 1] - ends[:, 0]
    shown = np.isfinite(length) & (length > 0)
    if not shown.any():
        ends = limits[["conf_low", "conf_high"]].to_numpy()
        length = ends[:, 1] - ends[:, 0]
        shown = length > 0
    reach = REACH * float(np.median(length[shown])) if shown.any() else 1.0
    estimates, known = line["estimate"], ends[np.isfinite(ends)]
    low = max(float(known.min()), float(estimates.min()) - reach)
    high = min(float(known.max()), float(estimates.max()) + reach)
    low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.05 * (high - low)
    return low - margin, high + margin
