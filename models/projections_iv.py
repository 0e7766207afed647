"""Instrumented local projections: responses, multipliers and pass-through in one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, response_scales
from ..errors import SpecError
from .instrumented_responses import InstrumentedResponses
from .options import require_count, require_levels
from .passthrough import PER_YEN, require_log_changes
from .projection_design import Arranged, InstrumentedDesign
from .responses import amount, chosen, cumulated_columns


@dataclass(frozen=True, kw_only=True)
class InstrumentedProjections(InstrumentedDesign):
    r"""Local projections on the part of a variable's movement that instruments explain.

    .. math:: y_{i,t+h} = \theta_{i,h} \, x_t + \gamma_h' w_t + u_{t,h}, \qquad
              \sum_{s \le h} y_{i,t+s} = \mu_{i,h} \sum_{s \le h} x_{t+s} + \gamma_h' w_t + u_{t,h}

    with z_t as instruments of x_t or of its sum. The second form is a multiplier in one step: the
    ratio of two cumulated responses to the shock that moves the instruments, with its own standard
    error (Ramey and Zubairy 2018); with prices and an exchange rate in log changes it is their
    pass-through.

    Parameters
    ----------
    shock, variables, before, lags, errors, trend, seasonal, exclude
        See ``ProjectionDesign``.
    instruments, estimator
        See ``InstrumentedDesign``. The Anderson-Rubin sets of both estimators are the same.

    References
    ----------
    Jordà, Schularick and Taylor (2015); Stock and Watson (2018); Ramey and Zubairy (2018).
    """

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> InstrumentedProjectionResults:
        """Arrange the data; regressions are run when responses are asked for.

        Parameters
        ----------
        data : Panel or DataFrame
        start, end : str, optional
            First and last period of the data used, lags included.
        allow_mixed : bool
            Accept month means beside month ends of market prices; the notes say so.

        Raises
        ------
        SpecError, MissingSeriesError, GapError, MixedObservationError, SampleError
        """
        arranged = self.arrange(
            data, instruments=self.instruments, start=start, end=end, allow_mixed=allow_mixed
        )
        return InstrumentedProjectionResults(spec=self, data=arranged)


@dataclass(frozen=True, eq=False, kw_only=True)
class InstrumentedProjectionResults:
    """Instrumented projections on one sample: what responses are computed from.

    Attributes
    ----------
    spec : InstrumentedDesign
    data : Arranged
    """

    spec: InstrumentedDesign
    data: Arranged

    @property
    def model(self) -> str:
        """Name of the approach in tables, such as ``LP-IV(12)``."""
        kind = "LP-IV" if self.spec.instruments else "LP"
        liml = ", LIML" if self.spec.estimator == "liml" and len(self.spec.instruments) > 1 else ""
        return f"{kind}({self.spec.lags}{liml})"

    def irf(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        size: Literal["unit"] | Mapping[str, float] = "unit",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> InstrumentedResponses:
        """Responses to a movement of the shock's variable in period t that instruments cause.

        Parameters
        ----------
        horizon : int
        response : str or sequence of str, optional
            By default the whole system.
        size : "unit" or mapping of the shock to its size
            Movement of the shock's variable on impact, in the panel's unit; a structural standard
            deviation is not identified by single regressions.
        cumulative : bool or "auto"
            Which responses are summed up to the horizon; by default those of changes.
        levels : sequence of float

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        names = chosen(response, self.data.names, "variable")
        moved = size_of(size, self.spec.shock)
        column = self.data.columns[self.spec.shock]
        words = amount(moved * column.response_scale, column)
        return _responses(
            self,
            names,
            horizon,
            levels,
            cumulated=cumulated_columns(names, self.data.columns, cumulative),
            summed=False,
            scale=moved,
            statistic="irf",
            title=f"{column.label}: {words} on impact, {self._source}",
        )

    def multiplier(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        levels: Sequence[float] = (0.68, 0.90),
    ) -> InstrumentedResponses:
        """Sums of the responses up to a horizon per sum of the movements of the shock's variable.

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        column = self.data.columns[self.spec.shock]
        names = self._others(response)
        return _responses(
            self,
            names,
            horizon,
            levels,
            cumulated=frozenset(names),
            summed=True,
            scale=1 / column.response_scale,
            statistic="multiplier",
            per=f"1 {column.unit_of_responses} of {column.label}, both summed",
            title=f"Multipliers of {column.label}, {self._source}",
        )

    def pass_through(
        self,
        prices: str | Sequence[str] | None = None,
        horizon: int = 24,
        *,
        levels: Sequence[float] = (0.68, 0.90),
        per: str = PER_YEN,
    ) -> InstrumentedResponses:
        """Cumulated change of prices per cumulated change of the exchange rate, in one step.

        Parameters
        ----------
        prices : str or sequence of str, optional
            By default every variable but the shock's, which is the exchange rate and rises as the
            yen weakens.
        horizon : int
            Months after the shock.
        levels : sequence of float
        per : str
            What the denominator is counted in; to be changed when it is not an exchange rate.

        Raises
        ------
        SpecError
            A variable that is not a log change, or is not in the system.
        SampleError, NumericalError
        """
        names = self._others(prices)
        require_log_changes(self.data.columns, [self.spec.shock, *names])
        base = self.data.columns[self.spec.shock]
        return _responses(
            self,
            names,
            horizon,
            levels,
            cumulated=frozenset(names),
            summed=True,
            scale=1.0,
            statistic="pass_through" if per == PER_YEN else f"pass_through_per_{base.id}",
            per=per,
            title=f"Pass-through of {base.label}, {self._source}",
        )

    @property
    def _source(self) -> str:
        labels = [self.data.columns[name].label for name in self.spec.instruments]
        if labels:
            return f"instrumented by {', '.join(labels)}"
        return "its own innovation (least squares)"

    def _others(self, response: str | Sequence[str] | None) -> tuple[str, ...]:
        """Variables whose ratio to the shock's own is not one by construction."""
        others = tuple(name for name in self.data.names if name != self.spec.shock)
        return chosen(response, others, "other variable")


def size_of(size: Literal["unit"] | Mapping[str, float], shock: str) -> float:
    """Movement of the shock's variable on impact, in the panel's unit.

    Raises
    ------
    SpecError
    """
    if isinstance(size, Mapping):
        chosen(tuple(size), (shock,), "shock")
        return float(size[shock])
    if size != "unit":
        raise SpecError(
            f"size = {size!r}.",
            remedy=f"Use 'unit' or a mapping such as {{'{shock}': 10}}: the standard deviation of "
            "a shock is not identified by single regressions.",
        )
    return 1.0


def _responses(
    results: InstrumentedProjectionResults,
    names: tuple[str, ...],
    horizon: int,
    levels: Sequence[float],
    *,
    cumulated: frozenset[str],
    summed: bool,
    scale: float,
    statistic: str,
    title: str,
    per: str = "",
) -> InstrumentedResponses:
    """Run the regressions of all horizons and arrange what they give."""
    from .instrumented_horizons import run

    require_count("horizon", horizon, 0)
    require_levels(levels)
    data, spec = results.data, results.spec
    found = run(results, names, horizon, levels, cumulated=cumulated, summed=summed)
    factor = scale * response_scales(names, data.columns)
    degrees = spec.errors.degrees(np.arange(horizon + 1), found.rows, data.controls.shape[1] + 1)
    return InstrumentedResponses(
        model=results.model,
        columns=data.columns,
        names=names,
        shock=spec.shock,
        instruments=data.instruments,
        statistic=statistic,
        title=title,
        per=per,
        point=found.point * factor,
        influence=found.influence * factor,
        sets={level: sets.scaled(factor) for level, sets in found.sets.items()},
        strength=found.strength,
        cumulated=cumulated,
        interval=spec.errors.interval(data.spans(horizon)),
        errors=spec.errors,
        levels=tuple(levels),
        setting=data.notes(results.model),
        facts=data.facts(results.model, title),
        observations=tuple(map(int, found.rows)),
        degrees=tuple(map(int, degrees)),
        nobs=data.nobs,
        sample=data.sample,
    )
