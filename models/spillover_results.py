"""Net spillovers between two countries, the yen apart from both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import label_of
from .connectedness import CLOCK_NOTE, ConnectednessResults
from .results import Result, Summary, bands_from_draws, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .volatility_results import GarchResults

_UNIT = "percentage points"


@dataclass(frozen=True, slots=True)
class Blocks:
    """Who belongs where.

    Attributes
    ----------
    japan, united_states : tuple of str
        Ids of the countries' markets.
    yen : str
        The yen, a node of its own: it belongs to no country.
    """

    japan: tuple[str, ...]
    yen: str
    united_states: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """All nodes."""
        return [*self.japan, self.yen, *self.united_states]


@dataclass(frozen=True, slots=True)
class Variant:
    """A table that stands beside the headline: what differs, the table, its blocks."""

    name: str
    results: ConnectednessResults
    blocks: Blocks


@dataclass(frozen=True, eq=False)
class Spillover(Result):
    """Connectedness of Japan and the United States and the nets between them.

    Attributes
    ----------
    changes : ConnectednessResults
        Headline: table of changes, recursive in clock order (daily) or generalised (monthly).
    blocks : Blocks
    volatility : ConnectednessResults or None
        Recursive table of log variances, conditional on the estimated volatility equations.
    garch : GarchResults
        Volatility equations of the series.
    variants : tuple of Variant
        The same nets computed otherwise.
    last_common : Timestamp or Period
        Last date on which every series has a figure.
    setting : tuple of str
        Calendar and closed markets in words.
    """

    changes: ConnectednessResults
    blocks: Blocks
    volatility: ConnectednessResults | None
    garch: GarchResults
    variants: tuple[Variant, ...]
    last_common: pd.Timestamp | pd.Period
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = (*ConnectednessResults.methods, "lin_engle_ito1994")
    figure: ClassVar[str] = "spillover_net"

    @property
    def model(self) -> str:
        """Name in tables."""
        return self.changes.model

    @property
    def nobs(self) -> int:
        """Observations of the headline."""
        return self.changes.nobs

    @property
    def sample(self) -> str:
        """Sample of the headline."""
        return self.changes.sample

    @property
    def beside(self) -> ConnectednessResults:
        """The table of changes under the other scheme, from the same draws."""
        return _other_scheme(self.changes)

    def versions(self) -> Iterator[Variant]:
        """The headline and everything beside it, most trusted first."""
        yield Variant(f"changes, {_scheme(self.changes)}", self.changes, self.blocks)
        yield Variant(f"changes, {_scheme(self.beside)}", self.beside, self.blocks)
        if self.volatility is not None:
            other = _other_scheme(self.volatility)
            for results in (self.volatility, other):
                yield Variant(f"volatilities, {_scheme(results)}", results, self.blocks)
        yield from self.variants

    def tidy(self, levels: Sequence[float] = (0.68, 0.90)) -> pd.DataFrame:
        """Net Japan -> US without and with the yen, and the difference, for each version."""
        rows = []
        for version in self.versions():
            for statistic, sender, point, draws in _nets(version):
                error, bands = bands_from_draws(np.array(point), draws, levels)
                for level, (low, high) in bands.items():
                    rows.append(
                        {
                            "model": version.name,
                            "statistic": statistic,
                            "shock": sender,
                            "response": "United States",
                            "horizon": version.results.spec.horizon,
                            "estimate": point,
                            "std_error": float(error),
                            "level": level,
                            "conf_low": float(low),
                            "conf_high": float(high),
                            "band": version.results.spec.inference.name,
                            "unit": _UNIT,
                        }
                    )
        return tidy_frame(rows)

    def plot_series(self, **options: Any) -> tuple[Figure, Any]:
        """Net of each series, the headline beside the other scheme."""
        both = [self.changes, self.beside]
        titles = {one.model: f"{_scheme(one)[0].upper()}{_scheme(one)[1:]}" for one in both}
        tidy = pd.concat([one.tidy() for one in both], ignore_index=True)
        notes = (*self.changes.notes(), *self.beside.notes()[1:2])
        defaults = {"labels": self.changes.labels, "titles": titles, "notes": notes}
        return self._draw("spillover_series", tidy, **{**defaults, **options})

    def summary(self) -> Summary:
        """The nets with their 90% intervals, and the headline's table."""
        tidy = self.tidy((0.90,))
        nets = tidy.set_index(["model", "shock"])[["estimate", "conf_low", "conf_high"]]
        tables = [("Net to the United States, percentage points, 90% intervals", nets)]
        return Summary(
            "Spillovers between Japan and the United States",
            [*tables, *self.changes.summary().tables],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """What a net is, which table it comes from, calendar, last common date."""
        japan = ", ".join(self._label(name) for name in self.blocks.japan)
        america = ", ".join(self._label(name) for name in self.blocks.united_states)
        volatility = (
            "Volatilities: log GARCH variances known at each close; intervals take the volatility "
            "equations as given.",
        )
        return (
            f"Net = shares of the forecast-error variances of {america} due to {japan} (and the "
            "yen) minus the reverse, summed over the series; positive where Japan sends more.",
            *self.changes.notes()[1:4],
            *([CLOCK_NOTE] if self.changes.struck_apart else []),
            *(volatility if self.volatility is not None else ()),
            *self.setting,
            f"Last common date: {label_of(self.last_common)}.",
        )

    def sentence(self) -> str:
        """The headline in words, with interval, sample and what the yen changes."""
        rows = self.tidy((0.90,))
        rows = rows[rows["model"] == rows["model"].iloc[0]].set_index("statistic")
        alone, with_yen, step = (
            f"{rows.loc[s, 'estimate']:+.1f} [{rows.loc[s, 'conf_low']:+.1f}, "
            f"{rows.loc[s, 'conf_high']:+.1f}]"
            for s in ("net_japan", "net_japan_yen", "net_yen_adds")
        )
        return (
            f"Net of Japan towards the United States, {self.changes.sample}: {alone} percentage "
            f"points without the yen and {with_yen} with it (90% intervals); counting the yen as "
            f"Japanese changes it by {step}."
        )

    def _label(self, name: str) -> str:
        return self.changes.labels[name]


def _scheme(results: ConnectednessResults) -> str:
    if results.spec.scheme == "generalised":
        return "generalised"
    daily = isinstance(results.reduced.index, pd.DatetimeIndex)
    return "clock order" if daily else "recursive"


def _other_scheme(results: ConnectednessResults) -> ConnectednessResults:
    if results.spec.scheme == "recursive":
        return results.under("generalised")
    return results.under("recursive")


def _nets(version: Variant) -> Iterator[tuple[str, str, float, np.ndarray]]:
    """Statistic, sender, point and draws of the net without the yen, with it, and the step."""
    results, blocks = version.results, version.blocks
    alone, alone_draws = results.net_between(blocks.japan, blocks.united_states)
    both, both_draws = results.net_between((*blocks.japan, blocks.yen), blocks.united_states)
    yield "net_japan", "Japan", alone, alone_draws
    yield "net_japan_yen", "Japan and the yen", both, both_draws
    yield "net_yen_adds", "what the yen adds", both - alone, both_draws - alone_draws
