"""The published tables: ``coverage.csv`` for machines, ``coverage.md`` for readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import pandas as pd

from .cells import HORIZON, LEVEL, SUP_T, Cell
from .economies import SEED, Economy
from .pages import page_of
from .replicate import INTERIOR, Held

COLUMNS = (
    "model", "scheme", "band", "object", "horizon", "T", "dgp", "nominal", "coverage", "mc_error",
    "draws", "seed",
)  # fmt: skip

#: What the bands that are meant for an economy have to reach at a nominal 90%.
REQUIRED = 0.87

_OBJECTS = {
    "irf": "response",
    "cumulative_irf": "cumulated response",
    "unit_irf": "response to a shock of one unit",
    "cumulative_unit_irf": "cumulated response to a shock of one unit",
    "fevd": "variance share",
    "irf_path": f"whole path, 0 to {HORIZON}",
    "zero_share": "test of a zero share: rejections",
}


def write(found: Mapping[Cell, Held], folder: Path, name: str) -> tuple[Path, Path]:
    """Write both tables into a folder, as ``name``.csv and ``name``.md; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    csv, page = folder / f"{name}.csv", folder / f"{name}.md"
    table(found).to_csv(csv, index=False, lineterminator="\n")
    page.write_text(as_page(found, name), encoding="utf-8")
    return csv, page


def table(found: Mapping[Cell, Held]) -> pd.DataFrame:
    """One row a cell, with the columns ``COLUMNS``."""
    page = page_of(found)
    rows = [
        (
            f"{page.model}({len(page.economies[cell.economy].lags)})",
            cell.scheme,
            cell.band,
            cell.quantity,
            cell.horizon,
            cell.nobs,
            cell.economy,
            round(cell.nominal, 4),
            round(held.coverage, 4),
            round(held.mc_error, 4),
            page.draws_of(cell.band),
            SEED,
        )
        for cell, held in sorted(found.items())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def as_page(found: Mapping[Cell, Held], name: str) -> str:
    """The tables with what they mean, in Markdown."""
    page = page_of(found)
    introduction = page.introduction.format(
        level=LEVEL,
        samples=max(held.samples + held.refused for held in found.values()),
        seed=SEED,
        horizon=HORIZON,
        draws=page.draws,
        interior=INTERIOR,
        outer=1 - INTERIOR,
        error=max((held.mc_error for held in found.values() if held.samples > 1), default=0.0),
        name=name,
    )
    parts = [introduction, *_shortfalls(found)]
    lengths = sorted({cell.nobs for cell in found})
    for economy, cells in groupby(sorted(found), lambda cell: cell.economy):
        held = {cell: found[cell] for cell in cells}
        parts.append("\n".join(_section(page.economies[economy], held, lengths)))
    return "\n".join(parts)


def _shortfalls(found: Mapping[Cell, Held]) -> Iterator[str]:
    """The cells of bands that must reach ``REQUIRED`` and do not."""
    required = {
        cell: held
        for cell, held in sorted(found.items())
        if _is_required(cell, page_of(found).required)
    }
    short = [
        f"- {_in_words(cell)}: " + (f"{held.coverage:.1%}" if held.samples else "refused")
        for cell, held in required.items()
        if not held.coverage >= REQUIRED  # a refused band falls short too
    ]
    yield f"## Below {REQUIRED:.0%}\n"
    yield "\n".join(short or ["None of the bands that have to reach it."]) + "\n"
    outside = [
        f"- {_in_words(cell)}: {min(held.at_boundary) / held.samples:.1%}"
        for cell, held in required.items()
        if held.at_boundary and held.samples and min(held.at_boundary) < REQUIRED * held.samples
    ]
    if outside:
        yield "Single responses at a boundary, which are no part of the averages:\n"
        yield "\n".join(outside) + "\n"


def _in_words(cell: Cell) -> str:
    return (
        f"{cell.economy}, T = {cell.nobs}, {cell.scheme}: {cell.band}, "
        f"{_OBJECTS[cell.quantity]}, h = {cell.horizon}"
    )


def _is_required(cell: Cell, required: tuple[str, ...]) -> bool:
    """Whether the band is one that is meant to hold its level in this economy.

    Plain percentiles, Hall's, percentile-t and the delta method stand for comparison, and so do
    pointwise bands beside a whole path.
    """
    band = cell.band.removesuffix(SUP_T)
    joint = cell.band != band
    pointwise_path = cell.quantity == "irf_path" and not joint
    return band in required and not (pointwise_path or cell.quantity == "zero_share")


def _section(economy: Economy, found: Mapping[Cell, Held], lengths: Sequence[int]) -> Iterator[str]:
    """One economy: what it is, and its table with a column for each sample length."""
    yield f"## `{economy.name}`\n"
    yield f"{_described(economy)}\n"
    yield (
        "| Identification | Band | Object | h | " + " | ".join(f"T = {n}" for n in lengths) + " |"
    )
    yield "|---|---|---|---:|" + "---:|" * len(lengths)
    rows: dict[tuple[str, str, str, int], dict[int, Held]] = {}
    for cell, held in found.items():
        row = (cell.scheme, cell.band, cell.quantity, cell.horizon)
        rows.setdefault(row, {})[cell.nobs] = held
    for (scheme, band, quantity, horizon), held_by in sorted(rows.items(), key=lambda row: row[0]):
        entries = (_entry(held_by.get(nobs)) for nobs in lengths)
        first = f"| {scheme.replace('_', '-')} | {band.replace('_', ' ')} | {_OBJECTS[quantity]} | "
        yield f"{first}{horizon} | {' | '.join(entries)} |"
    yield ""


def _described(economy: Economy) -> str:
    about = f"{economy.about[0].upper()}{economy.about[1:]}. "
    roots = f"Largest root {economy.largest_root:.3f}."
    if not economy.garch:
        return about + roots
    pairs = ", ".join(f"({alpha:.2f}, {beta:.2f})" for alpha, beta in economy.garch)
    return f"{about}{roots} (alpha, beta) of the shocks: {pairs}."


def _entry(held: Held | None) -> str:
    if held is None:
        return ""
    refused = held.refused / (held.samples + held.refused)
    if refused == 1:
        return "refused"
    without = f", {refused:.1%} refused" if refused else ""
    return f"{100 * held.coverage:.1f} ({100 * held.lowest:.0f}){without}"
