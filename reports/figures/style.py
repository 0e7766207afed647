"""The look that all figures share: style sheet, nested bands, shaded periods, the note beneath."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ...data.policy import YIELD_CURVE_CONTROL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1f4e79"  # estimates and their bands
ACCENT = "#c1440e"  # the second series or scheme
QUIET = "#5c6b73"  # zero lines, annotations
PALE = "#c9ced1"  # the baseline of a decomposition
GREY = "#8f989d"  # shocks that are not identified, as one

#: Characters of a heading that fit the width of a page.
HEADING = 84

#: Policy periods that time axes shade: name, first and last month.
POLICY_PERIODS = (("Yield-curve control", *YIELD_CURVE_CONTROL),)


@contextmanager
def paper_style() -> Iterator[None]:
    """Apply the paper style inside a block, never globally; nothing is shown on a screen."""
    import matplotlib.pyplot as plt

    sheet = files("yenloop.reports").joinpath("styles/yenloop-paper.mplstyle")
    with as_file(sheet) as path, plt.style.context(path):
        yield


def new_figure(
    rows: int = 1,
    columns: int = 1,
    *,
    width: float = 6.5,
    height: float = 3.0,
    sharex: bool = False,
    sharey: Literal["none", "all", "row", "col"] = "none",
) -> tuple[Figure, np.ndarray]:
    """A figure outside pyplot's registry (no state, no leak) and its axes, always 2-D."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex=sharex, sharey=sharey)
    return figure, axes


def panel_grid(
    count: int,
    columns: int,
    *,
    row: float,
    rest: float,
    alone: tuple[float, float] | None = None,
    sharex: bool = False,
    sharey: Literal["none", "all", "row", "col"] = "none",
) -> tuple[Figure, np.ndarray]:
    """A figure of ``count`` panels in so many columns at most; places left over stay blank.

    Parameters
    ----------
    count, columns : int
    row, rest : float
        Height of a row of panels and of what stands above and below them, in inches.
    alone : (float, float), optional
        Width and height of a figure with one panel.
    sharex, sharey
        As in ``new_figure``.

    Returns
    -------
    figure, axes of shape (rows, columns)
    """
    columns = min(columns, count)
    rows = -(-count // columns)
    width, height = alone if alone and count == 1 else (6.5, row * rows + rest)
    figure, axes = new_figure(
        rows, columns, width=width, height=height, sharex=sharex, sharey=sharey
    )
    for ax in axes.flat[count:]:
        ax.set_axis_off()
    return figure, axes


def titled_legend(figure: Figure, ax: Axes, title: str, *, columns: int) -> None:
    """The legend of one panel above all of them, under a heading of one line or more."""
    handles, names = ax.get_legend_handles_labels()
    title = "\n".join(textwrap.fill(line, HEADING) for line in title.splitlines())
    legend = figure.legend(
        handles, names, title=title, title_fontsize=9, loc="outside upper center", ncols=columns
    )
    legend.get_title().set_multialignment("center")


def draw_bands(ax: Axes, rows: pd.DataFrame, *, color: str = INK, label: str | None = None) -> None:
    """Line and nested bands of one response from its tidy rows, with a zero line."""
    levels = sorted(rows["level"].dropna().unique(), reverse=True)
    for rank, level in enumerate(levels):
        band = rows[rows["level"] == level].sort_values("horizon")
        ax.fill_between(
            band["horizon"].astype(float),
            band["conf_low"],
            band["conf_high"],
            color=color,
            alpha=band_alpha(rank),
            linewidth=0,
            label=f"{level:.0%} band" if label is None else None,
        )
    line = rows.drop_duplicates("horizon").sort_values("horizon")
    ax.plot(line["horizon"].astype(float), line["estimate"], color=color, label=label)
    zero_line(ax)


def band_alpha(rank: int) -> float:
    """Opacity of nested bands, numbered from the widest: the inner ones are darker."""
    return 0.16 + 0.12 * rank


def zero_line(ax: Axes) -> None:
    """A thin line at zero, under the data."""
    ax.axhline(0, color=QUIET, linewidth=0.6, zorder=0)


def integer_horizons(ax: Axes, last: int) -> None:
    """Integer ticks from 0; every 6 or 12 periods when the axis is long."""
    step = 1 if last <= 8 else 2 if last <= 12 else 6 if last <= 36 else 12
    ax.set_xticks(range(0, last + 1, step))
    ax.set_xlim(0, last)


def timestamps(index: pd.Index) -> pd.DatetimeIndex:
    """Dates for a time axis: periods stand at their first day."""
    return index.to_timestamp() if isinstance(index, pd.PeriodIndex) else pd.DatetimeIndex(index)


def year_axis(ax: Axes, *, ticks: int = 10) -> None:
    """Years (or months, on a short span) on a time axis, at most so many ticks."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(maxticks=ticks)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def wrapped(text: str, columns: int) -> str:
    """A title broken into lines that fit above one of ``columns`` panels side by side."""
    width = {1: 52, 2: 44}.get(columns, 27)
    parts = text.replace(" (", "\n(") if columns > 1 and len(text) > width else text
    return "\n".join(textwrap.fill(line, width) for line in parts.splitlines())


def share_colors(count: int) -> list[str]:
    """Colours of stacked parts, from the style's cycle."""
    import matplotlib as mpl

    cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    return [cycle[i % len(cycle)] for i in range(count)]


def part_colors(parts: Sequence[str], greys: Mapping[str, str]) -> list[str]:
    """Colours of stacked parts: those of ``greys``, by name, and the style's cycle for the rest."""
    cycle = iter(share_colors(len(parts)))
    return [greys[part] if part in greys else next(cycle) for part in parts]


def shade_policy(ax: Axes, *, name_them: bool = False) -> None:
    """Shade the policy periods on a time axis."""
    from matplotlib.dates import date2num

    for name, start, end in POLICY_PERIODS:
        ax.axvspan(
            date2num(pd.Period(start, "M").start_time),
            date2num(pd.Period(end, "M").end_time),
            color=QUIET,
            alpha=0.12,
            linewidth=0,
            zorder=0,
            label=name if name_them else None,
        )


def add_note(figure: Figure, notes: Sequence[str], *, width: int = 136) -> None:
    """The note under a figure: shock size, identification, bands, sample."""
    text = "\n".join(textwrap.wrap("Note: " + " ".join(notes), width))
    lines = text.count("\n") + 1
    inches = 0.13 * lines + 0.08
    figure.set_figheight(figure.get_figheight() + inches)
    share = inches / figure.get_figheight()
    figure.set_layout_engine("constrained", rect=(0, share, 1, 1 - share))
    figure.text(0.01, share * 0.9, text, va="top", ha="left", fontsize=6.5, color="#333333")
