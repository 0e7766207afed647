"""The labelled result of a Markov-switching model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...estimation.hamilton import (
    Filtered,
    kim_smoother,
    predicted_of,
    regimes_of,
)
from ...estimation.switching_design import SwitchingParameters
from ...estimation.switching_score import filter_at
from ..results import Result, Summary, normal_bounds, tidy_frame
from .data import CONSTANT, LinearFit, Switch, SwitchingData
from .fits import Fit, compare, optima_table, require_best
from .labels import RegimeLabels
from .standard_errors import Covariance, Quantity, quantities, standard_errors, values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LR_NOTE = (
    "The likelihood ratio against one regime is not chi-square (under one regime the transition "
    "probabilities are not identified): compare information criteria, and take the evidence for "
    "two regimes from the Monte Carlo LR test (regime_count_test)."
)


@dataclass(frozen=True, eq=False)
class RegimeResult(Result):
    """A Markov-switching model with its regimes named, and the models beside it.

    Attributes
    ----------
    data : SwitchingData
    switch : {"coefficients", "variance", "both"}
        What switches in the model that is reported.
    linear : LinearFit
        The model with one regime.
    fits : Mapping[str, Fit]
        All switching models, with all their optima.
    labels : RegimeLabels
        Names of the regimes and the quantity that orders them.
    theta : ndarray
        The reported optimum with its regimes in that order, in the optimiser's units.
    covariance : {"hessian", "opg", "sandwich"}
        Source of the standard errors.
    seed, starts : int
        Of the random starts.
    levels : tuple of float
        Levels of the intervals.
    source, panel_sha256 : str
    """

    data: SwitchingData
    switch: Switch
    linear: LinearFit
    fits: Mapping[Switch, Fit]
    labels: RegimeLabels
    theta: np.ndarray
    covariance: Covariance
    seed: int
    starts: int
    levels: tuple[float, ...] = (0.68, 0.90)
    source: str = "memory"
    panel_sha256: str = ""

    methods: ClassVar[tuple[str, ...]] = ("hamilton1989", "hamilton1990", "kim1994")
    figure: ClassVar[str] = "regimes"

    @property
    def regimes(self) -> tuple[str, ...]:
        """Names of the regimes, in ascending order of the labelling quantity."""
        return self.labels.names

    @property
    def model(self) -> str:
        """Name of the model in tables."""
        masked = f", without {self.data.mask[0]} to {self.data.mask[1]}" if self.data.mask else ""
        lags = f", {self.data.lags} lags" if self.data.lags else ""
        return f"regimes of {self.data.response} ({self.switch}{lags}){masked}"

    @property
    def sample(self) -> str:
        """First and last period, and the mask."""
        return self.data.sample

    @property
    def nobs(self) -> int:
        """Observations with a density."""
        return self._fit.model.design.n_observations

    @property
    def loglik(self) -> float:
        """Log-likelihood of the reported optimum."""
        return require_best(self._fit).log_likelihood

    @property
    def aic(self) -> float:
        """Akaike's criterion."""
        return float(self.comparison["aic"][self.switch])

    @property
    def bic(self) -> float:
        """Schwarz's criterion."""
        return float(self.comparison["bic"][self.switch])

    @property
    def flags(self) -> tuple[str, ...]:
        """What a reader must know of the reported optimum."""
        return require_best(self._fit).flags

    @cached_property
    def parameters(self) -> SwitchingParameters:
        """The parameters as arrays, in the data's units; regimes in their order."""
        return self._fit.model.parameters(self.theta)

    @cached_property
    def params(self) -> pd.DataFrame:
        """Coefficients, standard deviations and AR terms with standard errors and reasons."""
        kinds = ("regime_coefficient", "regime_sigma", "regime_ar")
        rows = self._table[self._table["statistic"].isin(kinds)]
        return rows.set_index(["regime", "name"])[["estimate", "std_error", "reason"]]

    @cached_property
    def transition(self) -> pd.DataFrame:
        """P(to | from), one row per regime that is left."""
        return self._square("estimate")

    @cached_property
    def transition_std_errors(self) -> pd.DataFrame:
        """Standard errors of the transition matrix."""
        return self._square("std_error")

    @cached_property
    def durations(self) -> pd.DataFrame:
        """Expected duration 1 / (1 - p_ii) of each regime, in periods of the data."""
        rows = self._table[self._table["statistic"] == "regime_duration"]
        return rows.set_index("regime")[["estimate", "std_error", "reason"]]

    @cached_property
    def filtered(self) -> pd.DataFrame:
        """P(regime | data to that date): what could be known then, given these parameters."""
        return self._dated(regimes_of(self._filtered.joint, self.data.regimes))

    @cached_property
    def predicted(self) -> pd.DataFrame:
        """P(regime | data to the date before)."""
        marginal = regimes_of(self._filtered.joint, self.data.regimes)
        usable = self._fit.model.design.usable
        return self._dated(predicted_of(marginal, self.parameters.transition, usable))

    @cached_property
    def smoothed(self) -> pd.DataFrame:
        """P(regime | the whole sample)."""
        usable = self._fit.model.design.usable
        joint = kim_smoother(self._filtered, self.data.regimes, usable).joint
        return self._dated(regimes_of(joint, self.data.regimes))

    @cached_property
    def comparison(self) -> pd.DataFrame:
        """The models beside each other: linear, variance only, coefficients only, both."""
        return compare(self.linear, self.fits, self.nobs)

    @cached_property
    def optima(self) -> pd.DataFrame:
        """All optima found of the reported model, best first, with hits and flags."""
        return optima_table(self._fit)

    def tidy(self) -> pd.DataFrame:
        """Coefficients, standard deviations, moves and durations, with normal intervals."""
        rows = []
        for row in self._table.to_dict("records"):
            regime = f" | {row['regime']}" if row["regime"] != "all" else ""
            for level in self.levels:
                low, high = normal_bounds(row["estimate"], row["std_error"], level)
                rows.append(
                    {
                        "model": self.model,
                        "statistic": row["statistic"],
                        "shock": row["name"] or f"to {row['to']}",
                        "response": self.data.response + regime,
                        "estimate": row["estimate"],
                        "std_error": row["std_error"],
                        "level": level,
                        "conf_low": low,
                        "conf_high": high,
                        "band": f"asymptotic ({self.covariance})",
                        "cumulative": False,
                        "unit": row["unit"],
                    }
                )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Parameters, moves, durations, and the models and optima beside them."""
        label = self.data.columns[self.data.response].label
        return Summary(
            f"Markov-switching model of {label}: {len(self.regimes)} regimes",
            [
                (f"Coefficients and standard deviations ({self.covariance} s.e.)", self.params),
                ("Probability of moving, from row to column", self.transition),
                (f"Expected duration, {self.data.period}", self.durations),
                ("Models beside each other", self.comparison),
                ("Optima found", self.optima),
            ],
            (*self.notes(), LR_NOTE),
        )

    def notes(self) -> tuple[str, ...]:
        """Sample, method, what orders the regimes, and what to mind."""
        best, starts = require_best(self._fit), int(self.optima["hits"].sum())
        flags = (f"Mind: {'; '.join(self.flags)}.",) if self.flags else ()
        return (
            f"Sample {self.sample} ({self.nobs} observations).",
            f"Regimes in ascending order of {self.labels.quantity}.",
            f"Maximum likelihood, Hamilton filter from the ergodic distribution; log-likelihood "
            f"{self.loglik:.2f}, reached from {best.hits} of {starts} starts (seed {self.seed}).",
            *flags,
        )

    def path(self) -> pd.DataFrame:
        """Filtered and smoothed probability of the last regime by date; missing in the mask."""
        last = self.regimes[-1]
        frame = pd.DataFrame({"filtered": self.filtered[last], "smoothed": self.smoothed[last]})
        if not isinstance(frame.index, pd.PeriodIndex):
            return frame
        every = pd.period_range(frame.index[0], frame.index[-1], freq=frame.index.freq)
        return frame.reindex(every)

    def plot(self, *, beside: Sequence[RegimeResult] = (), **options: Any) -> tuple[Figure, Any]:
        """Filtered and smoothed probability of the last regime, with the policy dates.

        ``beside`` adds a panel for each further result, such as the sample without a mask.
        """
        shown = (self, *beside)
        options.setdefault("paths", {result.sample: result.path() for result in shown})
        options.setdefault("regime", self.regimes[-1])
        return super().plot(**options)

    @property
    def _fit(self) -> Fit:
        return self.fits[self.switch]

    @cached_property
    def _filtered(self) -> Filtered:
        model = self._fit.model
        return filter_at(model.scaled(self.parameters), model.design)

    @cached_property
    def _table(self) -> pd.DataFrame:
        """Every reported number with its name, regime, unit, standard error and reason."""
        model = self._fit.model
        std_error, reasons = standard_errors(self.theta, model, self.covariance)
        reported = quantities(model)
        return pd.DataFrame(
            {
                "statistic": [q.statistic for q in reported],
                "name": [q.name for q in reported],
                "regime": ["all" if q.regime is None else self.regimes[q.regime] for q in reported],
                "to": ["" if q.to is None else self.regimes[q.to] for q in reported],
                "unit": [self._unit(q) for q in reported],
                "estimate": values(self.theta, model),
                "std_error": std_error,
                "reason": list(reasons),
            }
        )

    def _unit(self, quantity: Quantity) -> str:
        unit = self.data.columns[self.data.response].unit
        if quantity.statistic == "regime_coefficient" and quantity.name != CONSTANT:
            return f"{unit} per {self.data.columns[quantity.name].unit}"
        return {
            "regime_transition": "probability",
            "regime_duration": self.data.period,
            "regime_ar": "ratio",
        }.get(quantity.statistic, unit)

    def _square(self, column: str) -> pd.DataFrame:
        rows = self._table[self._table["statistic"] == "regime_transition"]
        k = len(self.regimes)
        return pd.DataFrame(
            rows[column].to_numpy().reshape(k, k),
            pd.Index(self.regimes, name="from"),
            pd.Index(self.regimes, name="to"),
        )

    def _dated(self, probabilities: np.ndarray) -> pd.DataFrame:
        used = self.data.used
        return pd.DataFrame(probabilities[used], self.data.index[used], list(self.regimes))
