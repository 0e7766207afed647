"""The data of projections on one variable's movement: shock, controls, and the rows that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column, Panel, as_panel
from ..errors import SampleError, SpecError
from ..estimation.delta import moved_along
from ..estimation.least_squares import lagged
from ..estimation.projection_iv import ahead
from .options import require_choice, require_count
from .projection_errors import LagAugmented, ProjectionErrors, require_errors
from .provenance import ITEM
from .reduced_form.deterministic import Outlier, Trend, deterministic_terms, outlier_dummies
from .responses import chosen

Estimator = Literal["2sls", "liml"]


@dataclass(frozen=True, kw_only=True)
class ProjectionDesign:
    """What is projected on what, for projections whose shock is the movement of one variable.

    Parameters
    ----------
    shock : str
        Column whose movement in period t is followed.
    variables : sequence of str, optional
        The system: its lags are controls, and all of it responds. By default every column that
        has no other part.
    before : sequence of str
        Variables of the system that enter in period t as well: those that the shock's variable may
        react to within the period, as variables ordered before it do in a recursive VAR.
    lags : int
        Lags of the system, and of instruments, among the controls.
    errors : LagAugmented, NeweyWest or EqualWeightedCosines
        What the standard errors assume about the scores of neighbouring periods.
    trend : {"n", "c", "ct"}
    seasonal : bool
        As in ``VAR``.
    exclude : sequence of str or (str, str)
        Periods, or first and last of a run of them, that no regression may see: neither as the
        period of the shock, nor among its lags, nor up to the horizon.
    """

    shock: str
    variables: Sequence[str] | None = None
    before: Sequence[str] = ()
    lags: int = 12
    errors: ProjectionErrors = field(default_factory=LagAugmented)
    trend: Trend = "c"
    seasonal: bool = False
    exclude: Sequence[Outlier] = ()

    def __post_init__(self) -> None:
        require_count("lags", self.lags, 1)
        require_errors(self.errors)
        before = (self.before,) if isinstance(self.before, str) else tuple(self.before)
        if self.shock in before:
            raise SpecError(
                f"The shock's variable '{self.shock}' is to stand before itself.",
                remedy="Leave it out of before.",
            )
        object.__setattr__(self, "before", before)

    def held_on_impact(self, name: str, *, summed: bool = False) -> float:
        """The response in the period of the shock where it holds without error; NaN elsewhere.

        Zero for the variables before the shock's own, which is one unless it is summed too.
        """
        if name in self.before:
            return 0.0
        return 1.0 if name == self.shock and not summed else np.nan

    def arrange(
        self,
        data: Panel | pd.DataFrame,
        *,
        instruments: Sequence[str] = (),
        state: str | None = None,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> Arranged:
        """Put the columns into the periods of the shock, on their common sample.

        Parameters
        ----------
        data : Panel or DataFrame
        instruments : sequence of str
            Their lags are controls too.
        state : str, optional
            A column that is read in the period before the shock's.
        start, end : str, optional
        allow_mixed : bool

        Raises
        ------
        SpecError, MissingSeriesError, GapError, MixedObservationError, SampleError
        """
        given = as_panel(data)
        apart = {*instruments, state} - {self.shock}
        names = tuple(self.variables or (name for name in given.names if name not in apart))
        chosen((self.shock, *self.before), names, "variable of the system")
        wanted = list(dict.fromkeys([*names, *instruments, *([state] if state else [])]))
        panel = given.select(wanted, start=start, end=end, allow_mixed=allow_mixed)
        frame, p = panel.frame, self.lags
        if len(frame) <= p:
            raise SampleError(
                f"{len(frame)} periods for {p} lags.", remedy="Use fewer lags or a longer sample."
            )
        terms = deterministic_terms(frame.index, trend=self.trend, seasonal=self.seasonal)
        own = list(dict.fromkeys([*names, *instruments]))
        dropped = outlier_dummies(frame.index, self.exclude).to_numpy(float).sum(axis=1) > 0
        trimmed = tuple(dict.fromkeys(given.trimmed + panel.trimmed))
        return Arranged(
            spec=self,
            panel=replace(panel, trimmed=trimmed),
            names=names,
            instruments=tuple(instruments),
            dates=frame.index[p:],
            y=frame[list(names)].to_numpy(float)[p:],
            z=frame[list(instruments)].to_numpy(float)[p:],
            state=frame[state].to_numpy(float) if state else np.empty(0),
            controls=np.hstack(
                [
                    terms.to_numpy()[p:],
                    frame[list(self.before)].to_numpy(float)[p:],
                    lagged(frame[own].to_numpy(float), p),
                ]
            ),
            dropped=dropped,
            only=np.ones(len(frame) - p, dtype=bool),
        )


@dataclass(frozen=True, kw_only=True)
class InstrumentedDesign(ProjectionDesign):
    """The same with instruments of the shock's movement.

    Parameters
    ----------
    shock, variables, before, lags, errors, trend, seasonal, exclude
        See ``ProjectionDesign``.
    instruments : sequence of str
        Columns that move the shock's variable in period t and touch the rest only through it.
        Without any, what the controls leave of the shock's own variable in t is its instrument:
        least squares, in which the shock is the innovation of a variable ordered after ``before``.
    estimator : {"2sls", "liml"}
        With more instruments than one: two-stage least squares, or limited-information maximum
        likelihood, which is less biased when they are weak.
    """

    instruments: Sequence[str] = ()
    estimator: Estimator = "2sls"

    def __post_init__(self) -> None:
        super().__post_init__()
        given = self.instruments
        instruments = (given,) if isinstance(given, str) else tuple(given)
        if len(set(instruments)) < len(instruments) or set(instruments) & set(self.before):
            raise SpecError(
                f"instruments = {instruments} repeat themselves or controls.",
                remedy="Name each instrument once, and none that stands in before.",
            )
        object.__setattr__(self, "instruments", instruments)
        require_choice("estimator", self.estimator, get_args(Estimator))


@dataclass(frozen=True, eq=False, kw_only=True)
class Arranged:
    """Arrays of a projection, one row for each period t that has its lags.

    Attributes
    ----------
    spec : ProjectionDesign
    panel : Panel
        The columns used, on their common sample.
    names : tuple of str
        The system, the order of ``y``.
    instruments : tuple of str
    dates : Index, length T
    y : ndarray, shape (T, K)
    z : ndarray, shape (T, m)
        Instruments.
    state : ndarray, shape (T + p,)
        The column that the state is read from, from the first lag on; empty without one.
    controls : ndarray, shape (T, n)
        Deterministic terms, variables before the shock, lags of system and instruments.
    dropped : ndarray of bool, shape (T + p,)
        Periods excluded, from the first lag on.
    only : ndarray of bool, shape (T,)
        Periods of the shock that count.
    """

    spec: ProjectionDesign
    panel: Panel
    names: tuple[str, ...]
    instruments: tuple[str, ...]
    dates: pd.Index
    y: np.ndarray
    z: np.ndarray
    state: np.ndarray
    controls: np.ndarray
    dropped: np.ndarray
    only: np.ndarray

    @property
    def columns(self) -> Mapping[str, Column]:
        """What each column is."""
        return self.panel.columns

    @property
    def shock(self) -> np.ndarray:
        """The shock's variable, shape (T,)."""
        return np.asarray(self.y[:, self.names.index(self.spec.shock)])

    def outcome(self, names: Sequence[str], horizon: int, cumulated: frozenset[str]) -> np.ndarray:
        """What is explained at a horizon: y_{t+h}, or the sum up to it, shape (T, N)."""
        y = self.y[:, [self.names.index(name) for name in names]]
        sums = np.array([name in cumulated for name in names])
        return np.where(sums, ahead(y, horizon, summed=True), ahead(y, horizon))

    def rows(self, horizon: int) -> np.ndarray:
        """Periods t whose regression at a horizon sees nothing that is missing or excluded, (T,).

        From the first lag, t - p, to t + h.
        """
        count, p = len(self.y), self.spec.lags
        found: np.ndarray = np.zeros(count, dtype=bool)
        if horizon < count:
            seen = np.convolve(self.dropped, np.ones(p + 1 + horizon))[p + horizon : p + count]
            found[: count - horizon] = seen < 0.5
        return np.asarray(found & self.only)

    def spans(self, horizon: int) -> np.ndarray:
        """Periods from first to last by horizon, those left out in between too, shape (H+1,)."""
        return len(self.y) - np.arange(horizon + 1)

    def require_rows(self, horizon: int, regressors: int) -> None:
        """Refuse a horizon whose regression has fewer rows than coefficients.

        Raises
        ------
        SampleError
        """
        left = int(self.rows(horizon).sum())
        if left <= regressors:
            raise SampleError(
                f"{left} observations are left at horizon {horizon}, whose regressions have "
                f"{regressors} coefficients.",
                remedy="Use a shorter horizon, fewer lags or variables, or a longer sample.",
            )

    @property
    def nobs(self) -> int:
        """Observations of horizon 0."""
        return int(self.rows(0).sum())

    @property
    def sample(self) -> str:
        """First and last period of the shock at horizon 0."""
        return span_of(self.dates[self.rows(0)])

    def notes(self, model: str) -> tuple[str, ...]:
        """Controls, sample, what was excluded and trimmed, in sentences."""
        spec, labels = self.spec, {name: self.columns[name].label for name in self.columns}
        before = ", ".join(labels[name] for name in spec.before)
        terms = {"n": "no constant", "c": "a constant", "ct": "a constant and a trend"}[spec.trend]
        runs = [run if isinstance(run, str) else " to ".join(run) for run in spec.exclude]
        return (
            f"{model}: controls are {spec.lags} lags of {len(self.names)} variables"
            f"{' and of the instruments' if set(self.instruments) - set(self.names) else ''}, "
            f"{terms}{', seasonal dummies' if spec.seasonal else ''}"
            f"{f', and {before} in the period of the shock' if before else ''}; "
            f"{self.sample}, T = {self.nobs} at h = 0, each horizon on all the periods it has.",
            *([f"Left out with all that touches them: {', '.join(runs)}."] if runs else []),
            *(f"{reason[0].upper()}{reason[1:]}." for reason in self.panel.trimmed),
        )

    def facts(self, model: str, identification: str) -> dict[str, str]:
        """The same fact by fact; see ``provenance.facts_of``."""
        return {
            "variables": ITEM.join(self.columns[name].label for name in self.names),
            "sample": f"{self.sample}, T = {self.nobs}",
            "model": model,
            "identification": identification,
            "bands": self.spec.errors.describe(np.array([self.nobs])),
            "data": f"{PurePath(self.panel.source).name}, sha256 {self.panel.sha256[:12]}",
        }

    def fields(
        self,
        model: str,
        identification: str,
        point: np.ndarray,
        root: np.ndarray,
        counts: np.ndarray,
        regressors: int,
    ) -> dict[str, Any]:
        """Fields of a ``ProjectionIRF`` that its data, estimates and errors decide.

        Parameters
        ----------
        model, identification : str
        point : ndarray, shape (H+1, N, J)
        root : ndarray, shape (q, H+1, N, J)
        counts : ndarray of int, shape (H+1,)
            Observations by horizon.
        regressors : int
        """
        errors, spans = self.spec.errors, self.spans(len(counts) - 1)
        degrees = errors.degrees(np.arange(len(counts)), counts, regressors)
        return {
            "model": model,
            "columns": self.columns,
            "band": errors.name,
            "interval": errors.interval(spans),
            "facts": self.facts(model, identification),
            "nobs": self.nobs,
            "sample": self.sample,
            "point": point,
            "draws": moved_along(point, root),
            "observations": tuple(map(int, counts)),
            "degrees": tuple(map(int, degrees)),
        }
