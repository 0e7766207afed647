"""The published tables: ``coverage.csv`` for machines, ``coverage.md`` for readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import pandas as pd

from .cells import (
    BANDS,
    BLOCKS,
    DRAWS,
    HORIZON,
    KILIAN,
    KILIAN_BLOCKS,
    LEVEL,
    SUP_T,
    Cell,
)
from .economies import ECONOMIES, SEED, Economy
from .replicate import INTERIOR, Held

COLUMNS = (
    "model", "scheme", "band", "object", "horizon", "T", "dgp", "nominal", "coverage", "mc_error",
    "draws", "seed",
)  # fmt: skip

#: What the bands that are meant for an economy have to reach at a nominal 90%.
REQUIRED = 0.87

_LENGTHS = (100, 160, 300)

_OBJECTS = {
    "irf": "response",
    "cumulative_irf": "cumulated response",
    "unit_irf": "response to a shock of one unit",
    "fevd": "variance share",
    "irf_path": f"whole path, 0 to {HORIZON}",
    "zero_share": "test of a zero share: rejections",
}

_INTRODUCTION = """\
# Coverage of the bands

How often a nominal {level:.0%} band holds the truth: Monte Carlo coverage in {samples:,} samples of
each economy and length, made by `make audit` (seed {seed}) through the package's public path:
`VAR(2).fit(data).identify(scheme, inference=band).irf({horizon})` and `.fevd({horizon})`, with
{draws:,} bootstrap draws for each sample.

- The estimated VAR has a constant and the right number of lags; Sigma's divisor is T minus the
  coefficients of an equation. T counts the periods explained. Coverage with a wrong number of lags
  is another question.
- Shocks have one standard deviation unless a unit is named. An entry is the average over all
  responses to all shocks that are not zero by assumption (Kilian and Kim 2011), in brackets the
  response that is held least often; a whole path is one response to one shock over all horizons.
  Variance shares are those with a true value between {interior:.0%} and {outer:.0%}: at the
  boundary no interval has its level, and the size of the one-sided test (`above_null`) stands
  instead.
- The Monte Carlo standard error is at most {error:.1%} (`mc_error` in `{name}.csv`; samples are
  independent, the responses of one sample are not).
- Samples in which the package refuses a band are counted apart ("refused") and are left out of the
  coverage: the identification fails in the estimate or in more than 5% of the draws, or a joint
  band would rest on a few extreme draws.
- Bands that have to reach 87% and do not are listed first; they stay in the table.
- Bands named after their bootstrap alone are equal-tailed percentiles.
"""


def write(found: Mapping[Cell, Held], folder: Path, name: str) -> tuple[Path, Path]:
    """Write both tables into a folder, as ``name``.csv and ``name``.md; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    csv, page = folder / f"{name}.csv", folder / f"{name}.md"
    table(found).to_csv(csv, index=False, lineterminator="\n")
    page.write_text(as_page(found, name), encoding="utf-8")
    return csv, page


def table(found: Mapping[Cell, Held]) -> pd.DataFrame:
    """One row a cell, with the columns ``COLUMNS``."""
    rows = [
        (
            f"VAR({len(ECONOMIES[cell.economy].lags)})",
            cell.scheme,
            cell.band,
            cell.quantity,
            cell.horizon,
            cell.nobs,
            cell.economy,
            round(cell.nominal, 4),
            round(held.coverage, 4),
            round(held.mc_error, 4),
            getattr(BANDS[cell.band.removesuffix(SUP_T)], "draws", 0),
            SEED,
        )
        for cell, held in sorted(found.items())
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def as_page(found: Mapping[Cell, Held], name: str) -> str:
    """The tables with what they mean, in Markdown."""
    introduction = _INTRODUCTION.format(
        level=LEVEL,
        samples=max(held.samples + held.refused for held in found.values()),
        seed=SEED,
        horizon=HORIZON,
        draws=DRAWS,
        interior=INTERIOR,
        outer=1 - INTERIOR,
        error=max((held.mc_error for held in found.values() if held.samples > 1), default=0.0),
        name=name,
    )
    parts = [introduction, *_shortfalls(found)]
    for economy, cells in groupby(sorted(found), lambda cell: cell.economy):
        parts.append("\n".join(_section(ECONOMIES[economy], {c: found[c] for c in cells})))
    return "\n".join(parts)


def _shortfalls(found: Mapping[Cell, Held]) -> Iterator[str]:
    """The cells of bands that must reach ``REQUIRED`` and do not."""
    short = [
        f"- {cell.economy}, T = {cell.nobs}, {cell.scheme}: {cell.band}, "
        f"{_OBJECTS[cell.quantity]}, h = {cell.horizon}: "
        + (f"{held.coverage:.1%}" if held.samples else "refused")
        for cell, held in sorted(found.items())
        if _is_required(cell) and not held.coverage >= REQUIRED  # a refused band falls short too
    ]
    yield f"## Below {REQUIRED:.0%}\n"
    yield "\n".join(short or ["None of the bands that have to reach it."]) + "\n"


def _is_required(cell: Cell) -> bool:
    """Whether the band is one that is meant to hold its level in this economy.

    Plain percentiles, Hall's, percentile-t and the delta method stand for comparison, and so do
    pointwise bands beside a whole path.
    """
    band = cell.band.removesuffix(SUP_T)
    joint = cell.band != band
    pointwise_path = cell.quantity == "irf_path" and not joint
    return band in (KILIAN, BLOCKS, KILIAN_BLOCKS) and not (
        pointwise_path or cell.quantity == "zero_share"
    )


def _section(economy: Economy, found: Mapping[Cell, Held]) -> Iterator[str]:
    """One economy: what it is, and its table with a column for each sample length."""
    yield f"## `{economy.name}`\n"
    yield f"{_described(economy)}\n"
    yield (
        "| Identification | Band | Object | h | " + " | ".join(f"T = {n}" for n in _LENGTHS) + " |"
    )
    yield "|---|---|---|---:|" + "---:|" * len(_LENGTHS)
    rows: dict[tuple[str, str, str, int], dict[int, Held]] = {}
    for cell, held in found.items():
        row = (cell.scheme, cell.band, cell.quantity, cell.horizon)
        rows.setdefault(row, {})[cell.nobs] = held
    for (scheme, band, quantity, horizon), held_by in sorted(rows.items(), key=lambda row: row[0]):
        entries = (_entry(held_by.get(nobs)) for nobs in _LENGTHS)
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
