"""How much of a fall of the yen reaches prices, by every approach on one page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...models.passthrough import PER_YEN, describe_set
from ...models.passthrough_table import PassThroughTable
from ..content import Chart, Section
from ..formats import Interval
from ..numbers import Numbers
from ..tables import Table
from . import Chapter


def passthrough_chapter(table: PassThroughTable) -> Chapter:
    """The chart by horizon, and structural beside regression estimates in one table."""
    figure, _ = table.plot()
    section = Section(
        "pass-through",
        "Pass-through of the yen to import prices and the CPI",
        [
            "Two questions are answered side by side. The structural ratio follows one yen shock "
            "with everything else moving as it does after it; the distributed lags average over "
            "all the shocks that moved the yen in the sample. They need not agree.",
            "The import price index in yen contains the exchange rate mechanically where contracts "
            "are in foreign currency; the contract-currency index shows what sellers do with their "
            "own prices.",
            table.structural.notes()[1],
        ],
        [
            Chart(
                "pass-through",
                figure,
                "Pass-through by horizon: structural ratios beside distributed-lag regressions",
                "Pass-through to import prices in yen and in contract currency, to producer prices "
                "and to core CPI, by months after the shock, with 68% and 90% Fieller bands; the "
                "cumulated coefficients of regressions as points with bars.",
            ),
        ],
        [_table(table)],
    )
    numbers = {
        "pass-through": Numbers(
            table.structural.tidy(), table.structural.paths[0].sample, _structural_method(table)
        )
    }
    for regression in table.regressions:
        name = f"distributed-lag-{regression.price.id}".replace("_", "-")
        numbers[name] = Numbers(regression.tidy(), regression.sample, regression.method)
    return Chapter(section, numbers)


def pass_through_in_words(table: PassThroughTable, horizon: int = 12) -> str:
    """What has reached each price a year after a yen shock, with the widest interval."""
    level = max(table.structural.levels)
    parts = []
    for path in table.structural.paths:
        at = np.flatnonzero(path.horizons == horizon)
        if path.per != PER_YEN or not len(at):
            continue
        value, found = path.estimate[at[0]], describe_set(path.interval(level), int(at[0]))
        shown = "not distinguishable" if np.isnan(value) else f"{value:.2f}%"
        parts.append(f"{path.price.label} {shown} ({level:.0%}: {found})")
    path = table.structural.paths[0]
    return (
        f"Pass-through of a 1% fall of the yen after {horizon} months: {'; '.join(parts)}. "
        f"Yen shock, recursive; {path.model}, {path.sample}."
    )


def _structural_method(table: PassThroughTable) -> str:
    return " ".join(table.structural.paths[0].setting)


def _table(table: PassThroughTable) -> Table:
    """Approach and horizon with estimate, standard error and intervals, a block a price."""
    frame = table.frame
    levels = [f"{level:.0%}" for level in table.structural.levels]
    approaches = {a: _yen_shock(a, table) for a in frame["approach"].unique()}
    shown = pd.DataFrame(
        {
            "Price": frame["price"] + " (" + frame["unit"] + ")",
            "Approach": frame["approach"].map(approaches),
            "Months": frame["horizon"],
            "Estimate": frame["estimate"],
            "s.e.": frame["std_error"],
            **{
                f"{level} interval": [
                    Interval(low, high)
                    for low, high in zip(frame[f"low {level}"], frame[f"high {level}"])
                ]
                for level in levels
            },
        }
    )
    notes = [
        f"{approaches[str(a)]}: {rows['method'].iloc[0]}; sample {rows['sample'].iloc[0]}."
        for a, rows in frame.groupby("approach", sort=False)
    ]
    return Table(
        "pass-through",
        "Pass-through by approach, price and horizon",
        pd.concat([block for _, block in shown.groupby("Price", sort=False)], ignore_index=True),
        notes,
        group="Price",
        missing="the exchange rate's own response is not distinguishable from zero",
    )


def _yen_shock(approach: str, table: PassThroughTable) -> str:
    """The approach in words: the shock's id says which of several yen series it is."""
    return approach.replace(f"{table.structural.paths[0].shock} shock", "yen shock")
