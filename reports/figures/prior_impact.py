"""Impact responses: what the prior over rotations implies, and the posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from .style import ACCENT, INK, QUIET, add_note, panel_grid, paper_style, titled_legend, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def draw(
    tidy: pd.DataFrame,  # noqa: ARG001
    *,
    densities: pd.DataFrame,
    responses: Sequence[str],
    labels: Mapping[str, str],
    units: Mapping[str, str],
    title: str,
    notes: Sequence[str] = (),
) -> tuple[Figure, Any]:
    """One panel a response: histograms of prior and posterior, the unrestricted prior dotted.

    Parameters
    ----------
    tidy : DataFrame
        Of the result; the histograms are drawn from ``densities``.
    densities : DataFrame
        Columns response, low, high, prior, posterior, unrestricted.
    responses : sequence of str
    labels, units : mapping of variable to str
    title : str
        The shock and its size.
    notes : sequence of str

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    with paper_style():
        most = 3 if len(responses) > 4 else 2
        figure, axes = panel_grid(len(responses), most, row=1.7, rest=0.6, alone=(4.2, 2.9))
        columns = axes.shape[1]
        for ax, response in zip(axes.flat, responses):
            _panel(ax, densities[densities["response"] == response])
            ax.set_title(wrapped(labels[response], columns))
            ax.set_xlabel(f"Response on impact ({units[response]})")
        for ax in axes[:, 0]:
            ax.set_ylabel("Density")
        heading = wrapped(title, 1) if columns == 1 else title
        titled_legend(figure, axes[0, 0], heading, columns=3)
        add_note(figure, notes, width=75 if len(responses) == 1 else 118)
    return figure, axes


def _panel(ax: Axes, bins: pd.DataFrame) -> None:
    edges = [*bins["low"], bins["high"].iloc[-1]]
    middle = (bins["low"] + bins["high"]) / 2
    prior, posterior = "prior, restricted", "posterior"
    ax.stairs(bins["prior"], edges, fill=True, color=ACCENT, alpha=0.3, label=prior)
    ax.stairs(bins["posterior"], edges, color=INK, linewidth=1.2, label=posterior)
    ax.plot(middle, bins["unrestricted"], ":", color=QUIET, linewidth=1.0, label="unrestricted")
    ax.axvline(0, color=QUIET, linewidth=0.6, zorder=0)
    ax.set_ylim(0, 1.08 * max(bins["prior"].max(), bins["posterior"].max()))
    ax.set_yticks([])
