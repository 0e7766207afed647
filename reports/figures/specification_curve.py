"""Sorted estimates over all specifications, and beneath them what each specification is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .short_names import short_name
from .style import ACCENT, INK, QUIET, add_note, paper_style, zero_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Rows of the matrix in groups: key in ``model`` -> heading.
GROUPS = {"order": "Order", "lags": "Lags", "sample": "Sample"}


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    base: str = "",
    sensitivity: Sequence[int] = (),
) -> tuple[Figure, np.ndarray]:
    """Draw the curve.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``gain``; ``model`` reads ``order=a>b>c, lags=3, sample=full``.
    notes : sequence of str
        The first is the sentence on the sign.
    labels : mapping of str to str, optional
        Names of the variables.
    base : str
        ``model`` of the base specification, which is highlighted.
    sensitivity : sequence of int
        Lag lengths drawn in a lighter tone.

    Returns
    -------
    figure, axes of shape (2, 1)
    """
    from matplotlib.figure import Figure

    rows = tidy[(tidy["statistic"] == "gain") & tidy["estimate"].notna()]
    curve = rows.drop_duplicates("model").sort_values("estimate", kind="stable")
    curve = curve.assign(place=np.arange(len(curve)))
    parts = pd.DataFrame([_parts(model) for model in curve["model"]], index=curve["place"])
    choices = pd.DataFrame([_parts(model) for model in rows["model"].unique()])
    light = parts["lags"].isin([str(p) for p in sensitivity]).to_numpy()
    absent = tidy.loc[tidy["statistic"] == "gain", "model"].nunique() - len(curve)
    with paper_style():
        matrix_rows = sum(choices[key].nunique() for key in GROUPS)
        height = 2.5 + 0.135 * (matrix_rows + 3)
        figure = Figure(figsize=(6.5, height), layout="constrained")
        axes = figure.subplots(2, 1, sharex=True, squeeze=False, height_ratios=[2.5, height - 2.5])
        beyond = _estimates(axes[0, 0], rows, curve, light, base)
        colors = np.where(curve["model"] == base, ACCENT, np.where(light, QUIET, INK))
        _matrix(axes[1, 0], parts, choices, colors, labels or {})
        axes[0, 0].set_ylabel(f"G({int(curve['horizon'].iloc[0])}), ratio")
        add_note(figure, [*notes, *_remarks(beyond, absent, sensitivity, bool(light.any()))])
    return figure, axes


def _parts(model: str) -> dict[str, str]:
    """``order=a>b, lags=3, sample=full`` as a dictionary."""
    return dict(part.split("=", 1) for part in model.split(", "))


def _estimates(
    ax: Axes, rows: pd.DataFrame, curve: pd.DataFrame, light: np.ndarray, base: str
) -> int:
    """Points and nested bars; returns how many estimates lie beyond the axis."""
    place = dict(zip(curve["model"], curve["place"], strict=True))
    low, high = _limits(rows, curve)
    for rank, level in enumerate(sorted(rows["level"].unique(), reverse=True)):
        at = rows[rows["level"] == level]
        x = at["model"].map(place).to_numpy()
        is_base = (at["model"] == base).to_numpy()
        pale = light[x]
        bounds = at[["conf_low", "conf_high"]].clip(low, high).to_numpy()
        for mask, color, alpha in (
            (~is_base & ~pale, INK, 0.28 + 0.25 * rank),
            (~is_base & pale, QUIET, 0.20 + 0.15 * rank),
            (is_base, ACCENT, 0.6 + 0.4 * rank),
        ):
            ax.vlines(
                x[mask], *bounds[mask].T, color=color, alpha=alpha, linewidth=0.8 + 1.0 * rank
            )
    inside = curve["estimate"].between(low, high).to_numpy()
    colors = np.where(curve["model"] == base, ACCENT, np.where(light, QUIET, INK))
    x, y = curve["place"].to_numpy(), curve["estimate"].to_numpy()
    ax.scatter(x[inside], y[inside], s=7, c=colors[inside], zorder=3, linewidths=0)
    ax.scatter(
        x[~inside],
        np.clip(y[~inside], low, high),
        s=12,
        c=colors[~inside],
        marker="v",
        zorder=3,
        linewidths=0,
        clip_on=False,
    )
    chosen = curve[curve["model"] == base]
    for row in chosen.itertuples():
        ax.annotate(
            f"base {row.estimate:.2f}",
            (row.place, high),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            color=ACCENT,
            fontsize=7.5,
        )
    zero_line(ax)
    ax.set_ylim(low, high)
    ax.set_xlim(-1.5, len(curve) + 0.5)
    ax.tick_params(bottom=False)
    ax.spines["bottom"].set_visible(False)
    return int((~inside).sum())


def _limits(rows: pd.DataFrame, curve: pd.DataFrame) -> tuple[float, float]:
    """An axis on which the bulk of the estimates can be read; wild intervals are cut off."""
    bounds = rows[["conf_low", "conf_high"]].to_numpy()
    estimates = curve["estimate"].to_numpy()
    low, high = np.nanquantile(bounds, [0.15, 1.0])
    low = min(low, np.quantile(estimates, 0.04))
    margin = 0.06 * (high - low)
    return float(min(low, 0) - margin), float(max(high, 0) + margin)


def _matrix(
    ax: Axes,
    parts: pd.DataFrame,
    choices: pd.DataFrame,
    colors: np.ndarray,
    labels: Mapping[str, str],
) -> None:
    """A dot where a specification has the choice of the row."""
    y, ticks, names = 0.0, [], []
    for key, heading in GROUPS.items():
        ax.text(
            -0.01,
            -y,
            heading,
            transform=ax.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=7,
            fontweight="bold",
        )
        y += 1
        for choice in choices[key].unique():
            has = (parts[key] == choice).to_numpy()
            x = parts.index.to_numpy()
            ax.axhline(-y, color=QUIET, linewidth=0.25, alpha=0.5, zorder=0)
            ax.scatter(x[has], np.full(has.sum(), -y), s=4.5, c=colors[has], linewidths=0)
            ticks.append(-y)
            names.append(_row_name(key, choice, labels))
            y += 1
        y += 0.3
    ax.set_yticks(ticks, names, fontsize=6.5)
    ax.set_ylim(-y + 0.6, 0.6)
    ax.set_xticks([])
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def _row_name(key: str, choice: str, labels: Mapping[str, str]) -> str:
    if key != "order":
        return choice
    return ", ".join(short_name(name, labels) for name in choice.split(">"))


def _remarks(beyond: int, absent: int, sensitivity: Sequence[int], pale: bool) -> list[str]:
    found = ["Bars: 68% and 90% intervals, cut off at the axis."]
    if beyond:
        found.append(f"Triangles: {beyond} estimates beyond the axis.")
    if absent:
        found.append(f"{absent} specifications are missing: their opened system is unstable.")
    if pale:
        found.append(f"Grey: {', '.join(map(str, sensitivity))} lags.")
    return found
