"""Volatility and how it travels between Japan and the United States."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...data.panel import label_of
from ...models.connectedness import ConnectednessResults
from ...models.correlation import DCCResults
from ...models.identification.cholesky import Cholesky
from ...models.results import Result
from ...models.spillover import Spillover
from ...models.structural import StructuralVAR
from ...models.volatility import GarchResults
from ..content import Chart, Section
from ..formats import Interval
from ..interval_tables import interval_table, statistics_with_units
from ..numbers import Numbers
from ..tables import Table
from . import Chapter

_PARAMETERS = {
    "garch_mu": "Mean",
    "garch_omega": "omega",
    "garch_alpha": "alpha",
    "garch_gamma": "gamma",
    "garch_beta": "beta",
    "garch_persistence": "Persistence",
    "garch_next_volatility": "Volatility after the last date",
}


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
            spillover.tidy().assign(statistic=""),
            notes=spillover.notes()[:1],
            period="steps",
        ),
        _measures("connectedness", spillover.changes),
        _measures("connectedness-beside", spillover.beside),
        _garch("garch", found.spillover.garch),
        _garch("gjr", found.gjr),
        _correlations(found.correlation),
    ]


def _measures(name: str, results: ConnectednessResults) -> Table:
    """What each series receives, sends and nets, with 90% intervals; the total in a note."""
    tidy = results.tidy((0.90,)).set_index("statistic")
    columns: dict[str, object] = {"Series": [results.labels[n] for n in results.names]}
    for head, statistic in (("From others", "received"), ("To others", "sent"), ("Net", "net")):
        rows = tidy.loc[f"spillover_{statistic}"]
        columns[head] = rows["estimate"].to_list()
        columns[f"{head}, 90%"] = [
            Interval(low, high) for low, high in zip(rows["conf_low"], rows["conf_high"])
        ]
    total = tidy.loc["spillover_total"]
    return Table(
        name,
        f"Connectedness, {results.model}, percentage points",
        pd.DataFrame(columns),
        [
            f"Total {total['estimate']:.1f}% [{total['conf_low']:.1f}, {total['conf_high']:.1f}].",
            *results.notes(),
        ],
    )


def _correlations(correlation: DCCResults) -> Table:
    """Parameters, and the correlation of each pair on the last date."""
    labels = {name: correlation.garch[name].label for name in correlation.names}
    tidy = correlation.tidy()
    pairs = tidy["shock"].map(labels) + " and " + tidy["response"].map(labels)
    what = tidy["statistic"].map({"dcc_a": "Parameter a", "dcc_b": "Parameter b"})
    shown = tidy.assign(
        statistic=what.fillna(pairs), shock="", response="", horizon=None, band="two-stage"
    )
    last = label_of(correlation.dates[-1])
    return interval_table(
        "dcc",
        f"Dynamic conditional correlations: parameters, and each pair on {last}",
        shown,
        notes=correlation.notes(),
    )


def _garch(name: str, garch: GarchResults) -> Table:
    """A block a series; units stand with the parameters."""
    tidy = garch.tidy()
    return interval_table(
        name,
        f"Volatility equations: {garch.model}",
        statistics_with_units(tidy, tidy["statistic"].map(_PARAMETERS)),
        labels={name: garch[name].label for name in garch.names},
        notes=garch.notes(),
        missing="a restriction that binds is held fixed",
    )


def _numbers(found: Markets) -> dict[str, Numbers]:
    spillover, correlation = found.spillover, found.correlation
    nets = spillover.tidy()
    numbers = {
        f"net-spillovers, {version.name}": Numbers(
            nets[nets["model"] == version.name],
            version.results.sample,
            " ".join(version.results.notes()),
        )
        for version in spillover.versions()
    }
    results: dict[str, Result] = {
        "connectedness": spillover.changes,
        "connectedness-beside": spillover.beside,
        "garch": spillover.garch,
        "gjr": found.gjr,
        "dcc": correlation,
    }
    if spillover.volatility is not None:
        results["connectedness-volatility"] = spillover.volatility
    return numbers | {
        name: Numbers(result.tidy(), result.sample, " ".join(result.notes()))  # type: ignore[attr-defined]
        for name, result in results.items()
    }
