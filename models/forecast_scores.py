"""Forecasts out of sample, scored: errors, distributions and coverage, by model and horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column
from ..errors import SpecError
from ..estimation.scores import mean_and_error
from .results import Result, Summary, tidy_frame


@dataclass(frozen=True, eq=False)
class ForecastRecord:
    """One model's forecasts, scored.

    Attributes
    ----------
    errors : ndarray, shape (N, H, K)
        Outcome minus forecast by origin, horizon and variable, in the units of responses.
    crps : ndarray, shape (N, H, K)
    inside : ndarray, shape (L, N, H, K)
        1 where the interval of a level held the outcome, 0 where not. NaN throughout where the
        outcome is not known yet.
    """

    errors: np.ndarray
    crps: np.ndarray
    inside: np.ndarray


@dataclass(frozen=True, eq=False)
class ForecastEvaluation(Result):
    """Root mean squared errors, ranked probability scores and coverage, by horizon and model.

    Attributes
    ----------
    model : str
        Name of the model evaluated; the others are benchmarks.
    names : tuple of str
    columns : Mapping[str, Column]
    horizons : tuple of int
    targets : Mapping[str, str]
        What is forecast of each variable: ``end``, ``mean`` or ``sum``.
    records : Mapping[str, ForecastRecord]
        By model, the evaluated one first.
    origins : Index, length N
        Last observation that each forecast used.
    levels : tuple of float
    scheme : str
        How the sample grew.
    draws : int
    seed : int
    """

    model: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    horizons: tuple[int, ...]
    targets: Mapping[str, str]
    records: Mapping[str, ForecastRecord]
    origins: pd.Index
    levels: tuple[float, ...]
    scheme: str
    draws: int
    seed: int

    methods: ClassVar[tuple[str, ...]] = ("gneiting_raftery2007", "diebold_mariano1995")
    figure: ClassVar[str] = "forecast_evaluation"

    @property
    def nobs(self) -> int:
        """Number of forecast origins."""
        return len(self.origins)

    @property
    def sample(self) -> str:
        """First and last forecast origin."""
        return span_of(self.origins)

    def rmse(self) -> pd.DataFrame:
        """Root mean squared errors: variable and horizon in rows, models in columns."""
        return self._table(lambda record, h: self._root_mean_square(record, h)[0])

    def scores(self) -> pd.DataFrame:
        """Mean continuous ranked probability scores, laid out as ``rmse``."""
        return self._table(lambda record, h: np.nanmean(record.crps[:, h], axis=0))

    def coverage(self, level: float = 0.90) -> pd.DataFrame:
        """Share of outcomes inside the interval of a level, laid out as ``rmse``."""
        if level not in self.levels:
            raise SpecError(f"No interval at {level:g}.", remedy=f"There are {self.levels}.")
        place = self.levels.index(level)
        return self._table(lambda record, h: np.nanmean(record.inside[place, :, h], axis=0))

    def against(self, benchmark: str) -> pd.DataFrame:
        """Diebold and Mariano's test of equal squared errors against a benchmark.

        ``t`` below zero favours the model; the small-sample factor and Student's t are those of
        Harvey, Leybourne and Newbold (1997), the variance has Bartlett weights up to h - 1.
        """
        from scipy.stats import t as student

        if benchmark not in self.records or benchmark == self.model:
            known = ", ".join(name for name in self.records if name != self.model)
            raise SpecError(f"No benchmark '{benchmark}'.", remedy=f"There are: {known}.")
        rows = []
        for place, horizon in enumerate(self.horizons):
            ours, theirs = (self.records[m].errors[:, place] ** 2 for m in (self.model, benchmark))
            loss, error = mean_and_error(ours - theirs, horizon - 1)
            count = int(np.sum(~np.isnan(ours[:, 0])))
            factor = (count + 1 - 2 * horizon + horizon * (horizon - 1) / count) / count
            statistic = np.sqrt(max(factor, 0.0)) * loss / error
            ratio = np.sqrt(np.nanmean(ours, axis=0) / np.nanmean(theirs, axis=0))
            for i, name in enumerate(self.names):
                rows.append(
                    {
                        "variable": self.columns[name].label,
                        "horizon": horizon,
                        "rmse_ratio": ratio[i],
                        "t": statistic[i],
                        "p_value": 2 * student.sf(abs(statistic[i]), count - 1),
                        "origins": count,
                    }
                )
        return pd.DataFrame(rows).set_index(["variable", "horizon"]).sort_index(level=0)

    def tidy(self) -> pd.DataFrame:
        """Statistics ``rmse``, ``crps`` and ``coverage_90`` (...) by model, variable, horizon.

        Standard errors have Bartlett weights up to h - 1; that of a root mean square is the delta
        method's.
        """
        rows = []
        for model, record in self.records.items():
            for place, horizon in enumerate(self.horizons):
                scored = {
                    "rmse": self._root_mean_square(record, place),
                    "crps": mean_and_error(record.crps[:, place], horizon - 1),
                    **{
                        f"coverage_{100 * level:g}": mean_and_error(
                            record.inside[at, :, place], horizon - 1
                        )
                        for at, level in enumerate(self.levels)
                    },
                }
                for statistic, (value, error) in scored.items():
                    for i, name in enumerate(self.names):
                        share = statistic.startswith("coverage")
                        rows.append(
                            {
                                "model": model,
                                "statistic": statistic,
                                "response": name,
                                "horizon": horizon,
                                "estimate": value[i],
                                "std_error": error[i],
                                "cumulative": self.targets[name] == "sum",
                                "unit": "share" if share else self.columns[name].unit_of_responses,
                            }
                        )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Errors, scores, coverage, and the tests against each benchmark."""
        level = self.levels[-1]
        tables = [
            ("Root mean squared error", self.rmse()),
            ("Continuous ranked probability score", self.scores()),
            (f"Coverage of the {level:.0%} interval", self.coverage(level)),
            *(
                (f"{self.model} against {name}: equal squared errors", self.against(name))
                for name in self.records
                if name != self.model
            ),
        ]
        return Summary(f"Forecasts out of sample, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Origins, what is forecast, how intervals are made."""
        words = {
            "end": "the value then",
            "mean": "the mean until then",
            "sum": "the sum until then",
        }
        kinds = {words[self.targets[name]] for name in self.names}
        each = ", ".join(f"{self.columns[n].label}: {words[self.targets[n]]}" for n in self.names)
        return (
            f"{self.nobs} forecast origins, {self.sample}; {self.scheme}; each forecast uses the "
            "data of its origin and before, as they are known now (not as first published).",
            f"Forecast is {kinds.pop() if len(kinds) == 1 else each}.",
            f"Intervals: {self.draws:,} paths with bootstrapped parameters and resampled residuals "
            f"(random walk: its own past changes), seed {self.seed}.",
        )

    def plot(self, **options: Any) -> Any:
        """Root mean squared errors by horizon, one panel a variable, one line a model."""
        return super().plot(
            labels={name: self.columns[name].label for name in self.names},
            units={name: self.columns[name].unit_of_responses for name in self.names},
            **options,
        )

    def _root_mean_square(self, record: ForecastRecord, place: int) -> tuple[Any, Any]:
        mean, error = mean_and_error(record.errors[:, place] ** 2, self.horizons[place] - 1)
        root = np.sqrt(mean)
        return root, error / (2 * root)

    def _table(self, value: Any) -> pd.DataFrame:
        labels = [self.columns[name].label for name in self.names]
        columns = {
            model: np.array([value(record, h) for h in range(len(self.horizons))]).T.ravel()
            for model, record in self.records.items()
        }
        rows = pd.MultiIndex.from_product([labels, self.horizons], names=["variable", "horizon"])
        return pd.DataFrame(columns, index=rows)
