"""A connectedness table as a heat map: rows receive, columns send, with sums and nets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .style import add_note, new_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Characters of a label in one line of the axis.
LINE = 13


def draw(
    tidy: pd.DataFrame,
    *,
    notes: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
    title: str = "",
) -> tuple[Figure, np.ndarray]:
    """Chart one connectedness table.

    Parameters
    ----------
    tidy : DataFrame
        Rows ``spillover_share``, ``spillover_sent``, ``spillover_received``, ``spillover_net`` of
        one model.
    notes : sequence of str
    labels : mapping of series to str, optional
    title : str

    Returns
    -------
    figure, axes
    """
    rows = tidy.drop_duplicates(["statistic", "shock", "response"])
    shares = rows[rows["statistic"] == "spillover_share"]
    names = list(dict.fromkeys(shares["response"]))
    table = shares.pivot_table(index="response", columns="shock", values="estimate")
    words = [_wrapped((labels or {}).get(name, name)) for name in names]
    with paper_style():
        figure, axes = new_figure(width=6.5, height=0.42 * (len(names) + 3) + 0.9)
        ax = axes[0, 0]
        _cells(ax, table.loc[names, names].to_numpy())
        _margins(ax, rows, names)
        size = len(names)
        ax.set_xticks(range(size + 1), [*words, "from\nothers"])
        ax.set_yticks(range(size + 2), [*(w.replace("\n", " ") for w in words), "to others", "net"])
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        for side in ax.spines.values():
            side.set_visible(False)
        if title:
            figure.suptitle(title, fontsize=8.5)
        add_note(figure, notes, width=124)
    return figure, axes


def _cells(ax: Axes, table: np.ndarray) -> None:
    """Shares as colours with their numbers; own shares stay white, they are no spillover."""
    size = len(table)
    others = np.where(np.eye(size, dtype=bool), np.nan, table)
    top = max(float(np.nanmax(others)), 1.0)
    # The square root keeps small shares apart from zero beside one large one.
    ax.imshow(np.sqrt(others), cmap="Blues", vmin=0, vmax=np.sqrt(top) * 1.1, aspect="auto")
    ax.set_xlim(-0.5, size + 0.5)
    ax.set_ylim(size + 1.5, -0.5)
    for i in range(size):
        for j in range(size):
            own = i == j
            dark = not own and table[i, j] > 0.45 * top
            color = "white" if dark else "#8a9499" if own else "black"
            ax.text(j, i, f"{table[i, j]:.1f}", ha="center", va="center", fontsize=7.5, color=color)


def _margins(ax: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    """FROM beside the table, TO and NET beneath it."""
    size = len(names)
    value = rows.set_index(["statistic", "shock", "response"])["estimate"]
    for i, name in enumerate(names):
        ax.text(size, i, f"{value['spillover_received', '', name]:.1f}", **_CENTRED)
        ax.text(i, size, f"{value['spillover_sent', name, '']:.1f}", **_CENTRED)
        net = value["spillover_net", name, ""]
        ax.text(i, size + 1, f"{net:+.1f}".replace("-", "\N{MINUS SIGN}"), **_CENTRED)
    total = value["spillover_total", "", ""]
    ax.text(size, size, f"{total:.1f}%\ntotal", **{**_CENTRED, "fontweight": "bold"})
    ax.axhline(size - 0.5, color="black", linewidth=0.6)
    ax.axvline(size - 0.5, color="black", linewidth=0.6)


_CENTRED: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 7.5}


def _wrapped(label: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(label, LINE))
