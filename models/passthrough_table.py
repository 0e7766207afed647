"""Structural and regression estimates of pass-through in one table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..estimation.fieller import BOUNDED
from .distributed_lag import DistributedLag
from .passthrough import PER_YEN, TABLE_HORIZONS, PassThrough, RatioPath, describe_set
from .results import Result, Summary, tidy_frame


@dataclass(frozen=True, eq=False)
class PassThroughTable(Result):
    """Pass-through by approach, price and horizon, each row with its sample and method.

    The approaches answer different questions: the structural ratio follows a yen shock with
    everything else moving as it does after it; the distributed lags average over all the shocks
    that moved the yen in the sample.

    Attributes
    ----------
    structural : PassThrough
    regressions : tuple of DistributedLag
    horizons : tuple of int
        Months shown in ``frame``; a regression shows those that its lags reach.
    """

    structural: PassThrough
    regressions: tuple[DistributedLag, ...]
    horizons: tuple[int, ...] = TABLE_HORIZONS

    methods: ClassVar[tuple[str, ...]] = (*PassThrough.methods, *DistributedLag.methods)
    figure: ClassVar[str] = "passthrough"

    @property
    def labels(self) -> dict[str, str]:
        """Label of each price."""
        return {**self.structural.labels, **{r.price.id: r.price.label for r in self.regressions}}

    @property
    def frame(self) -> pd.DataFrame:
        """The table: approach, price, horizon, estimate, s.e., limits, sample, method."""
        rows: list[dict[str, Any]] = []
        for path in self.structural.paths:
            rows += _structural_rows(path, self.structural.levels, self.horizons)
        for regression in self.regressions:
            rows += _regression_rows(regression, self.horizons)
        return pd.DataFrame(rows)

    def tidy(self) -> pd.DataFrame:
        """The tidy frames of all approaches, one after the other."""
        results = (self.structural, *self.regressions)
        return tidy_frame(pd.concat([result.tidy() for result in results], ignore_index=True))

    def summary(self) -> Summary:
        """The table by price."""
        frame = self.frame
        tables = [
            (f"{price}, {unit}", rows.drop(columns=["price", "unit"]).set_index("approach"))
            for (price, unit), rows in frame.groupby(["price", "unit"], sort=False)
        ]
        return Summary("Pass-through by approach", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Notes of the structural estimates, then the method of each kind of regression."""
        methods = dict.fromkeys(f"{r.model}: {r.method}." for r in self.regressions)
        return (*self.structural.notes(), *methods)

    def plot(self, **options: Any) -> tuple[Any, Any]:
        """Structural bands by horizon with the regressions' points beside."""
        return super().plot(labels=self.labels, **options)


def _structural_rows(
    path: RatioPath, levels: Iterable[float], horizons: Iterable[int]
) -> list[dict[str, Any]]:
    rows = []
    for i in np.flatnonzero(np.isin(path.horizons, list(horizons))):
        limits: dict[str, Any] = {}
        words = []
        for level in levels:
            sets = path.interval(level)
            low, high = sets.hull
            limits |= {f"low {level:.0%}": low[i], f"high {level:.0%}": high[i]}
            if sets.kind[i] != BOUNDED:
                words.append(f"{level:.0%} set: {describe_set(sets, int(i))}")
        rows.append(
            {
                "approach": f"{path.model}, {path.shock} shock",
                "price": path.price.label,
                "unit": f"% per {path.per}",
                "horizon": int(path.horizons[i]),
                "estimate": path.estimate[i],
                "std_error": path.std_error[i],
                **limits,
                "sample": path.sample,
                "method": "; ".join(["cumulated responses, Fieller", *words]),
            }
        )
    return rows


def _regression_rows(regression: DistributedLag, horizons: Iterable[int]) -> list[dict[str, Any]]:
    rows = []
    for i in np.flatnonzero(np.isin(regression.horizons, list(horizons))):
        limits: dict[str, Any] = {}
        for level in regression.levels:
            low, high = regression.interval(level)
            limits |= {f"low {level:.0%}": low[i], f"high {level:.0%}": high[i]}
        rows.append(
            {
                "approach": regression.model,
                "price": regression.price.label,
                "unit": f"% per {PER_YEN}",
                "horizon": int(regression.horizons[i]),
                "estimate": regression.estimate[i],
                "std_error": regression.std_error[i],
                **limits,
                "sample": regression.sample,
                "method": f"{regression.method}; normal interval",
            }
        )
    return rows
