"""State-dependent local projections: responses by regime, the regime dated before the shock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel, refuse_two_sided, response_scales
from ..errors import InvalidInferenceError, SampleError, SpecError
from ..estimation.projection_iv import k_class, kleibergen_paap, partial_out
from ..estimation.projection_state import dummy, interact, lagged_state, logistic
from .identification.instruments import STRONG
from .instrumented_horizons import joint_root, spread_of
from .instrumented_responses import InstrumentedResponses
from .instrumented_words import spans
from .options import require_count, require_levels
from .passthrough import PER_YEN
from .projection_design import Arranged, InstrumentedDesign
from .projections_iv import InstrumentedProjectionResults, InstrumentedProjections, size_of
from .responses import amount, chosen, cumulated_columns
from .state_responses import CAVEATS, StateRatios, StateResponses


@dataclass(frozen=True, slots=True)
class State:
    """Which regime a period is in: a dummy, or a smooth share, of a variable dated before it.

    Parameters
    ----------
    variable : str
        Column that is read in t - 1, the period before the shock, and never later.
    threshold : float
        In the column's unit. F = 1 is the regime in which the variable lies above it.
    gamma : float, optional
        Steepness of F = 1 / (1 + exp(-gamma (z - threshold) / s)), s the variable's standard
        deviation; by default F is a dummy. It is chosen, not estimated: 1.5 is common.
    window : int
        Periods up to t - 1 whose mean is compared.
    high, low : str
        Names of the regimes above and below.
    """

    variable: str
    threshold: float = 0.0
    gamma: float | None = None
    window: int = 1
    high: str = "high"
    low: str = "low"

    def __post_init__(self) -> None:
        require_count("window", self.window, 1)
        if self.gamma is not None and not 0 < self.gamma < np.inf:
            raise SpecError(
                f"gamma = {self.gamma}.", remedy="Use a positive number, or None for a dummy."
            )
        if self.high == self.low:
            raise SpecError(
                f"Both regimes are called '{self.high}'.", remedy="Give each a name of its own."
            )

    def shares(self, series: np.ndarray, lags: int) -> np.ndarray:
        """F by period t of the shock, from the column with ``lags`` periods before the first."""
        z = lagged_state(series, lags, self.window)
        if self.gamma is None:
            return dummy(z, self.threshold)
        return logistic(z, self.threshold, self.gamma / float(z.std(ddof=1)))

    def describe(self, label: str) -> str:
        """Which regime is F = 1, in words."""
        window = f"the mean of the {self.window} periods" if self.window > 1 else "the period"
        smooth = (
            f", a smooth share with gamma {self.gamma:g} per standard deviation"
            if self.gamma is not None
            else ""
        )
        return (
            f"F = 1 is the regime '{self.high}': {label} above {self.threshold:g} in {window} "
            f"before the shock (t - 1){smooth}; F = 0 is the regime '{self.low}'."
        )


@dataclass(frozen=True, kw_only=True)
class StateProjections(InstrumentedDesign):
    r"""Local projections with coefficients of their own in each of two regimes.

    .. math:: y_{t+h} = F_{t-1} (\theta^1_h x_t + \gamma^{1}_h{}' w_t)
              + (1 - F_{t-1}) (\theta^0_h x_t + \gamma^{0}_h{}' w_t) + u_{t,h}

    All controls, the constant among them, differ between the regimes, and so do instruments.

    Parameters
    ----------
    state : State
    shock, variables, before, lags, errors, trend, seasonal, exclude
        See ``ProjectionDesign``.
    instruments, estimator
        See ``InstrumentedDesign``.

    References
    ----------
    Auerbach and Gorodnichenko (2013); Ramey and Zubairy (2018); Gonçalves, Herrera, Kilian and
    Pesavento (2024).
    """

    state: State

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.state.window > self.lags:
            raise SpecError(
                f"A state over {self.state.window} periods with {self.lags} lags.",
                remedy="Use a window no longer than the lags.",
            )

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> StateProjectionResults:
        """Arrange the data and date the regimes; see ``InstrumentedProjections.fit``.

        Raises
        ------
        SpecError
            The state rests on later observations, as a two-sided filter's does; or as above.
        MissingSeriesError, GapError, MixedObservationError, SampleError
        """
        panel, name = as_panel(data), self.state.variable
        refuse_two_sided([panel.describe(name)], "a state dated before the shock")
        arranged = self.arrange(
            panel,
            instruments=self.instruments,
            state=name,
            start=start,
            end=end,
            allow_mixed=allow_mixed,
        )
        shares = self.state.shares(arranged.state, self.lags)
        return StateProjectionResults(spec=self, data=arranged, shares=shares)


@dataclass(frozen=True, eq=False, kw_only=True)
class StateProjectionResults:
    """State-dependent projections on one sample.

    Attributes
    ----------
    spec : StateProjections
    data : Arranged
    shares : ndarray, shape (T,)
        F, the weight of the regime ``spec.state.high``, by period of the shock.
    """

    spec: StateProjections
    data: Arranged
    shares: np.ndarray

    @property
    def model(self) -> str:
        """Name of the approach in tables, such as ``state-dependent LP(12)``."""
        kind = "LP-IV" if self.spec.instruments else "LP"
        return f"state-dependent {kind}({self.spec.lags})"

    @property
    def regimes(self) -> tuple[str, str]:
        """Names of F = 1 and F = 0."""
        return self.spec.state.high, self.spec.state.low

    @property
    def state(self) -> pd.Series:
        """F by period of the shock."""
        return pd.Series(self.shares, index=self.data.dates, name=f"F ({self.spec.state.high})")

    def irf(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        size: Literal["unit"] | Mapping[str, float] = "unit",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> StateResponses:
        """Responses in both regimes, jointly estimated; see ``InstrumentedProjectionResults.irf``.

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        require_count("horizon", horizon, 0)
        require_levels(levels)
        data, spec = self.data, self.spec
        names = chosen(response, data.names, "variable")
        cumulated = cumulated_columns(names, data.columns, cumulative)
        moved = size_of(size, spec.shock)
        column = data.columns[spec.shock]
        words = f"{column.label}: {amount(moved * column.response_scale, column)} on impact"
        shocks = tuple(f"{spec.shock}, {regime}" for regime in self.regimes)
        found = _both_regimes(self, names, horizon, cumulated)
        scale = moved * response_scales(names, data.columns)[:, None]
        point = found.point * scale
        root = joint_root(spec.errors, found.influence) * scale
        identification = spec.state.describe(self._label)
        regressors = 2 * data.controls.shape[1] + 2
        return StateResponses(
            **data.fields(self.model, identification, point, root, found.rows, regressors),
            levels=tuple(levels),
            setting=(*self._notes(found), *data.notes(self.model)),
            names=names,
            shocks=shocks,
            sizes={name: f"{words} ({regime})" for name, regime in zip(shocks, self.regimes)},
            sized=shocks,
            cumulated=cumulated,
            cited=(*StateResponses.methods, *spec.errors.methods),
            regimes=self.regimes,
            rank=found.rank,
        )

    def pass_through(
        self,
        prices: str | Sequence[str] | None = None,
        horizon: int = 24,
        *,
        levels: Sequence[float] = (0.68, 0.90),
        per: str = PER_YEN,
    ) -> StateRatios:
        """Pass-through in each regime, with Anderson-Rubin sets; for a state that is a dummy.

        See ``InstrumentedProjectionResults.pass_through``.

        Raises
        ------
        InvalidInferenceError
            With a smooth state: the denominators of both regimes stand in one equation, and there
            is no set for one of them that holds at every strength.
        SpecError, SampleError, NumericalError
        """
        return self._ratios(lambda one: one.pass_through(prices, horizon, levels=levels, per=per))

    def multiplier(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        levels: Sequence[float] = (0.68, 0.90),
    ) -> StateRatios:
        """Multipliers in each regime; see ``InstrumentedProjectionResults.multiplier``.

        Raises
        ------
        InvalidInferenceError
            With a smooth state, as for ``pass_through``.
        SpecError, SampleError, NumericalError
        """
        return self._ratios(lambda one: one.multiplier(horizon, response=response, levels=levels))

    def _ratios(
        self, of: Callable[[InstrumentedProjectionResults], InstrumentedResponses]
    ) -> StateRatios:
        """The same in both regimes: a dummy splits the regression into two."""
        if self.spec.state.gamma is not None:
            raise InvalidInferenceError(
                "A ratio by regime needs a set that holds where its denominator may be zero, and "
                "with a smooth state there is none for one regime alone.",
                remedy="Use a dummy state, State(gamma=None), or the responses, irf().",
            )
        shared = {f.name: getattr(self.spec, f.name) for f in fields(InstrumentedDesign)}
        spec = InstrumentedProjections(**shared)
        found = []
        for inside in (self.shares == 1, self.shares == 0):
            own = replace(self.data, only=inside)
            found.append(of(InstrumentedProjectionResults(spec=spec, data=own)))
        return StateRatios(
            model=self.model,
            regimes=dict(zip(self.regimes, found)),
            setting=(self._state_in_words(), *CAVEATS),
            design=self.data.notes(self.model),
            nobs=self.data.nobs,
            sample=self.data.sample,
        )

    @property
    def _label(self) -> str:
        return self.data.columns[self.spec.state.variable].label

    def _state_in_words(self) -> str:
        share = float(self.shares[self.data.rows(0)].mean())
        mean = "F is 1 in" if self.spec.state.gamma is None else "F averages"
        return f"{self.spec.state.describe(self._label)} {mean} {share:.0%} of the periods."

    def _notes(self, found: _Both) -> tuple[str, ...]:
        spans_of_time = self.data.spans(len(found.rows) - 1)
        errors = f"Errors: {self.spec.errors.describe(spans_of_time)}."
        if np.isinf(found.rank).any():
            return (self._state_in_words(), *CAVEATS, errors)
        weak = np.flatnonzero(found.rank < STRONG)
        least = int(found.rank.argmin())
        strength = (
            f"Kleibergen-Paap F of both regimes {found.rank[0]:.1f} at h = 0, lowest "
            f"{found.rank[least]:.1f} at h = {least}"
        )
        if len(weak):
            strength += (
                f"; below {STRONG:g} at horizons {spans(weak)}, where these bands do not hold"
            )
        return (self._state_in_words(), *CAVEATS, errors, f"{strength}.")


@dataclass(frozen=True, slots=True, eq=False)
class _Both:
    """Estimates (H+1, N, 2), influences (T, H+1, N, 2), rank F and observations (H+1,)."""

    point: np.ndarray
    influence: np.ndarray
    rank: np.ndarray
    rows: np.ndarray


def _both_regimes(
    results: StateProjectionResults, names: Sequence[str], horizon: int, cumulated: frozenset[str]
) -> _Both:
    """One regression a horizon and response with all columns multiplied by F and by 1 - F."""
    data, spec, shares = results.data, results.spec, results.shares
    controls, x = interact(shares, data.controls), interact(shares, data.shock[:, None])
    z = interact(shares, data.z) if spec.instruments else x
    _require_both(results, horizon, data.controls.shape[1] + z.shape[1] // 2)
    point = np.empty((horizon + 1, len(names), 2))
    influence = np.zeros((len(x), *point.shape))
    rank = np.empty(horizon + 1)
    counts = np.array([data.rows(h).sum() for h in range(horizon + 1)])
    for h in range(horizon + 1):
        rows, outcome = data.rows(h), data.outcome(names, h, cumulated)
        parts = partial_out(outcome[rows], x[rows], z[rows], controls[rows])
        spread = partial(spread_of, spec.errors, h, rows)
        rank[h] = kleibergen_paap(parts[0], spread)[0] / z.shape[1]
        free = counts[h] - controls.shape[1] - 2
        factor = np.sqrt(counts[h] / free) if spec.errors.small_sample else 1.0
        for i, part in enumerate(parts):
            fit = k_class(part, liml=spec.estimator == "liml")
            point[h, i], influence[rows, h, i] = fit.coefficients, factor * fit.influence
    for i, name in enumerate(names):
        value = spec.held_on_impact(name)
        if not np.isnan(value):
            point[0, i], influence[:, 0, i] = value, 0.0
    return _Both(point, influence, rank, counts)


def _require_both(results: StateProjectionResults, horizon: int, coefficients: int) -> None:
    """Refuse a regime with fewer periods than coefficients of its own."""
    shares = results.shares[results.data.rows(horizon)]
    for regime, weight in zip(results.regimes, (shares, 1 - shares)):
        periods = float(weight.sum())
        if periods <= coefficients:
            raise SampleError(
                f"The regime '{regime}' has {periods:.0f} periods at horizon {horizon}, and "
                f"{coefficients} coefficients of its own.",
                remedy="Use another threshold, fewer lags or variables, or a shorter horizon.",
            )
