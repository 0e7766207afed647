"""Volatility and how it travels between Japan and the United States."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ...models.connectedness import ConnectednessResults
from ...models.correlation import DCCResults
from ...models.identification.cholesky import Cholesky
from ...models.results import Result
from ...models.spillover import Spillover
from ...models.structural import StructuralVAR
from ...models.volatility import GarchResults
from ..content import Chart, Section
from ..interval_tables import interval_table
from ..numbers import Numbers
from ..tables import Table
from . import Chapter


@dataclass(frozen=True, eq=False)
class Markets:
    """Results on volatility and spillovers.

    Attributes
    ----------
    spillover : Spillover
        Daily in the order of the clocks where there are daily figures, else monthly.
    gjr : GarchResults
        Volatility equations with a coefficient of its own for negative residuals, beside the
        symmetric ones of ``spillover.garch``.
    correlation : DCCResults
    """

    spillover: Spillover
    gjr: GarchResults
    correlation: DCCResults

    def clock_ordered(self, seed: int) -> StructuralVAR | None:
        """The daily VAR in the order of the clocks; None where there are only months."""
        changes = self.spillover.changes
        if not isinstance(changes.reduced.index, pd.DatetimeIndex):
            return None
        scheme = Cholesky(changes.order)
        return changes.reduced.identify(scheme, inference=changes.spec.inference, rng=seed)


def markets_chapter(found: Markets) -> Chapter:
    """Nets, tables in both schemes, volatilities, dynamic correlations."""
    spillover = found.spillover
    section = Section(
        "spillovers",
        "Volatility and spillovers between Japan and US markets",
        [spillover.sentence(), *spillover.notes()],
        _charts(found),
        _tables(found),
    )
    return Chapter(section, _numbers(found))


def _charts(found: Markets) -> list[Chart]:
    spillover = found.spillover
    return [
        _chart(
            "net-spillovers",
            spillover,
            "Net of Japan towards the United States, by version",
            "Bars of net spillovers with 90% intervals for each way of computing them.",
        ),
        _chart(
            "connectedness",
            spillover.changes,
            f"Connectedness of changes: {spillover.changes.model}",
            "Table of variance shares as a heat map with numbers.",
        ),
        _chart(
            "volatility",
            spillover.garch,
            "Conditional volatilities",
            "Conditional standard deviations of each series over time.",
        ),
        _chart(
            "correlations",
            found.correlation,
            "Dynamic conditional correlations",
            "Correlations over time with bands; yield-curve control is shaded.",
        ),
    ]


def _chart(name: str, result: Result, caption: str, alt: str) -> Chart:
    figure, _ = result.plot()
    return Chart(name, figure, caption, alt)


def _tables(found: Markets) -> list[Table]:
    spillover = found.spillover
    return [
        interval_table(
            "net-spillovers",
            "Net of Japan towards the United States",
            spillover.tidy(),
            notes=spillover.notes()[:1],
        ),
        _measures("connectedness", spillover.changes),
        _measures("connectedness-beside", spillover.beside),
        _garch("garch", found.spillover.garch),
        _garch("gjr", found.gjr),
        interval_table(
            "dcc",
            "Dynamic conditional correlation: parameters",
            found.correlation.tidy(),
            notes=found.correlation.notes(),
        ),
    ]


def _measures(name: str, results: ConnectednessResults) -> Table:
    tidy = results.tidy()
    measures = tidy[~tidy["statistic"].isin(["spillover_share"])]
    return interval_table(
        name,
        f"Connectedness measures, {results.model}",
        measures,
        labels=results.labels,
        notes=results.notes(),
    )


def _garch(name: str, garch: GarchResults) -> Table:
    tidy = garch.tidy()
    return interval_table(
        name,
        f"Volatility equations: {garch.model}",
        tidy,
        labels=_labels(garch.names, garch),
        notes=garch.notes(),
    )


def _labels(names: Sequence[str], garch: GarchResults) -> dict[str, str]:
    return {name: garch[name].label for name in names}


def _numbers(found: Markets) -> dict[str, Numbers]:
    spillover, correlation = found.spillover, found.correlation
    results: dict[str, Result] = {
        "net-spillovers": spillover,
        "connectedness": spillover.changes,
        "connectedness-beside": spillover.beside,
        "garch": spillover.garch,
        "gjr": found.gjr,
        "dcc": correlation,
    }
    if spillover.volatility is not None:
        results["connectedness-volatility"] = spillover.volatility
    return {
        name: Numbers(result.tidy(), result.sample, " ".join(result.notes()))  # type: ignore[attr-defined]
        for name, result in results.items()
    }
