"""Local projections on a panel of countries: a common response, a constant for each country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column, Panel, response_scales
from ..errors import InvalidInferenceError, SampleError, SpecError
from ..estimation.delta import moved_along
from ..estimation.panel_projection import pooled, summed_by
from .inference.intervals.protocol import Interval
from .options import require_choice, require_count, require_levels
from .projection_design import Arranged, ProjectionDesign
from .projection_errors import LagAugmented
from .projection_irf import ProjectionIRF
from .projections_iv import size_of
from .responses import amount, chosen, cumulated_columns
from .student_interval import Student

#: Fewer countries than these do not carry errors clustered by country, which rest on a law of
#: large numbers over countries.
FEWEST_CLUSTERS = 20


@dataclass(frozen=True, kw_only=True)
class PanelProjections(ProjectionDesign):
    r"""Local projections with one response for all countries.

    .. math:: y_{c,t+h} = \alpha_{c,h} + \theta_h x_{c,t} + \gamma_h' w_{c,t} + u_{c,t,h}

    Parameters
    ----------
    shock, variables, before, lags, trend, seasonal, exclude
        See ``ProjectionDesign``; the constant is each country's own.
    errors : LagAugmented, NeweyWest or EqualWeightedCosines
        Of sums over countries by period, so that any correlation between countries is allowed for:
        lag-augmented errors are those clustered by period, Newey and West's are Driscoll and
        Kraay's. They need long samples, not many countries.
    cluster : {"period", "country"}
        Sums over countries by period, as above; or over periods by country, which allows any
        correlation within a country and none between them, and needs 20 countries or more. With
        shocks in common it fails however many there are.
    bias_correction : bool
        Twice the estimate less the mean of those of the two halves of the sample (half-panel
        jackknife), which removes the Nickell bias to first order.

    References
    ----------
    Driscoll and Kraay (1998); Nickell (1981); Chudik, Pesaran and Yang (2018); Almuzara and
    Sancibrián (2024).
    """

    cluster: Literal["period", "country"] = "period"
    bias_correction: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice("cluster", self.cluster, ("period", "country"))
        if self.cluster == "country" and not isinstance(self.errors, LagAugmented):
            raise SpecError(
                f"Errors clustered by country are none of {self.errors.name}.",
                remedy="Leave out errors, or use cluster='period'.",
            )

    def fit(
        self,
        data: Mapping[str, Panel | pd.DataFrame],
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> PanelProjectionResults:
        """Arrange the data of each country on its own sample.

        Parameters
        ----------
        data : mapping of country to Panel or DataFrame
            The same columns for all.
        start, end : str, optional
        allow_mixed : bool

        Raises
        ------
        InvalidInferenceError
            Errors clustered by country, and too few countries.
        SpecError, MissingSeriesError, GapError, MixedObservationError, SampleError
        """
        if not data:
            raise SpecError("A panel without countries.", remedy="Pass one panel a country.")
        if self.cluster == "country" and len(data) < FEWEST_CLUSTERS:
            raise InvalidInferenceError(
                f"{len(data)} countries do not carry errors clustered by country, which need "
                f"{FEWEST_CLUSTERS} or more.",
                remedy="Use cluster='period', with NeweyWest() for Driscoll and Kraay's errors, or "
                "compare country by country.",
            )
        found = {
            country: self.arrange(one, start=start, end=end, allow_mixed=allow_mixed)
            for country, one in data.items()
        }
        first = next(iter(found.values()))
        for country, one in found.items():
            if set(one.names) != set(first.names) or one.dates.dtype != first.dates.dtype:
                raise SpecError(
                    f"'{country}' has other variables than the rest, or other periods.",
                    remedy="Give all countries the same columns and frequency.",
                )
        return PanelProjectionResults(spec=self, data=found)


@dataclass(frozen=True, eq=False, kw_only=True)
class PanelProjectionResults:
    """Projections on a panel: what responses are computed from.

    Attributes
    ----------
    spec : PanelProjections
    data : Mapping of country to Arranged
    """

    spec: PanelProjections
    data: Mapping[str, Arranged]

    @property
    def model(self) -> str:
        """Name of the approach in tables, such as ``panel LP(12)``."""
        return f"panel LP({self.spec.lags})"

    @property
    def countries(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.data)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables."""
        return next(iter(self.data.values())).names

    @property
    def columns(self) -> Mapping[str, Column]:
        """What each variable is, as in the first country."""
        return next(iter(self.data.values())).columns

    @property
    def dates(self) -> pd.Index:
        """All periods of the shock in any country, in order."""
        found = [one.dates[one.rows(0)] for one in self.data.values()]
        return found[0].append(found[1:]).unique().sort_values()

    def irf(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        size: Literal["unit"] | Mapping[str, float] = "unit",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> PanelResponses:
        """Common responses; see ``InstrumentedProjectionResults.irf``.

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        require_count("horizon", horizon, 0)
        require_levels(levels)
        spec, names = self.spec, chosen(response, self.names, "variable")
        cumulated = cumulated_columns(names, self.columns, cumulative)
        moved, column = size_of(size, spec.shock), self.columns[spec.shock]
        found = _common(self, names, horizon, cumulated)
        scale = (moved * response_scales(names, self.columns))[:, None]
        point, root = found.point[..., None] * scale, found.root[..., None] * scale
        words = f"{column.label}: {amount(moved * column.response_scale, column)} on impact"
        setting = self._notes(found)
        return PanelResponses(
            model=self.model,
            columns=self.columns,
            levels=tuple(levels),
            band=self._band,
            interval=found.interval,
            setting=setting,
            facts={"model": self.model, "sample": self.sample, "identification": words},
            nobs=int(found.rows[0]),
            sample=self.sample,
            names=names,
            shocks=(spec.shock,),
            point=point,
            draws=moved_along(point, root),
            sizes={spec.shock: words},
            sized=(spec.shock,),
            cumulated=cumulated,
            observations=tuple(map(int, found.rows)),
            degrees=found.degrees,
            cited=(*PanelResponses.methods, *self._cited),
            countries=self.countries,
        )

    @property
    def sample(self) -> str:
        """First and last period of the shock in any country."""
        return span_of(self.dates)

    @property
    def _band(self) -> str:
        by_country = self.spec.cluster == "country"
        return "clustered by country" if by_country else self.spec.errors.name

    @property
    def _cited(self) -> tuple[str, ...]:
        by_country = self.spec.cluster == "country"
        return ("cameron_miller2015",) if by_country else self.spec.errors.methods

    def _notes(self, found: _Common) -> tuple[str, ...]:
        spec, count, periods = self.spec, len(self.data), len(self.dates)
        errors = (
            f"clustered by country, Student's t with {count - 1} degrees of freedom"
            if spec.cluster == "country"
            else f"{spec.errors.describe(found.periods)}; of sums over countries by period"
        )
        few = "With so few countries one of them can move the response of all: see each alone. "
        nickell = (
            "The Nickell bias, of order 1/T, from constants of countries beside lags is removed to "
            "first order by the half-panel jackknife."
            if spec.bias_correction
            else f"Nickell bias: constants of countries, estimated from T = {periods} periods, "
            "bias responses by the order of 1/T, more at long horizons of persistent series, and "
            "more countries do not help; bias_correction=True removes it to first order."
        )
        return (
            f"{self.model}: {count} countries ({', '.join(self.countries)}), a constant for each, "
            f"common coefficients on {spec.lags} lags of {len(self.names)} variables; "
            f"{self.sample}, {found.rows[0]} observations at h = 0.",
            f"Errors: {errors}.",
            f"{few if count < FEWEST_CLUSTERS else ''}Where countries respond differently, one "
            "response for all is a mean of theirs, weighted by how much the shock varies in each.",
            nickell,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class PanelResponses(ProjectionIRF):
    """Responses that all countries of a panel share.

    Attributes
    ----------
    countries : tuple of str
    """

    countries: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = (
        "jorda2005",
        "driscoll_kraay1998",
        "almuzara_sancibrian2024",
        "nickell1981",
        "chudik_pesaran_yang2018",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Common:
    """Estimates (H+1, N), a root of their covariance (q, H+1, N), and what bands need."""

    point: np.ndarray
    root: np.ndarray
    rows: np.ndarray
    periods: np.ndarray
    interval: Interval
    degrees: tuple[int, ...]


def _common(
    results: PanelProjectionResults, names: Sequence[str], horizon: int, cumulated: frozenset[str]
) -> _Common:
    """One regression a horizon, and sums of influences over the members of each group."""
    spec, count, dates = results.spec, len(results.data), results.dates
    clustered = spec.cluster == "country"
    groups = count if clustered else len(dates)
    point = np.empty((horizon + 1, len(names)))
    sums = np.zeros((groups, horizon + 1, len(names)))
    rows, regressors = np.empty(horizon + 1, dtype=int), 0
    for h in range(horizon + 1):
        stack = _stack(results, names, h, cumulated)
        rows[h] = len(stack.shock)
        point[h], influence, regressors = _estimate(stack, spec.bias_correction)
        own = stack.units if clustered else stack.periods
        if clustered:
            factor = count / (count - 1) * (rows[h] - 1) / (rows[h] - regressors)
        else:
            corrected = spec.errors.small_sample
            factor = rows[h] / (rows[h] - regressors - count) if corrected else 1.0
        sums[:, h] = np.sqrt(factor) * summed_by(own, influence, groups)
    for i, name in enumerate(names):
        value = spec.held_on_impact(name)
        if not np.isnan(value):
            point[0, i], sums[:, 0, i] = value, 0.0
    horizons = np.arange(horizon + 1)
    if clustered:
        few = (count - 1,) * (horizon + 1)
        return _Common(point, sums, rows, horizons * 0 + count, Student(few), few)
    periods = len(dates) - horizons
    degrees = spec.errors.degrees(horizons, periods, regressors // count + 1)
    root = spec.errors.root(sums, horizons, periods)
    interval = spec.errors.interval(periods)
    return _Common(point, root, rows, periods, interval, tuple(map(int, degrees)))


@dataclass(frozen=True, slots=True, eq=False)
class _Stack:
    """The rows of all countries at one horizon, country after country."""

    responses: np.ndarray
    shock: np.ndarray
    controls: np.ndarray
    units: np.ndarray
    periods: np.ndarray


def _stack(
    results: PanelProjectionResults, names: Sequence[str], h: int, cumulated: frozenset[str]
) -> _Stack:
    constants = 0 if results.spec.trend == "n" else 1  # each country has its own
    parts = []
    for number, one in enumerate(results.data.values()):
        rows = one.rows(h)
        outcome = one.outcome(names, h, cumulated)
        when = results.dates.get_indexer(one.dates[rows])
        own = np.full(len(when), number)
        parts.append((outcome[rows], one.shock[rows], one.controls[rows, constants:], own, when))
    stack = _Stack(*(np.concatenate(part) for part in zip(*parts, strict=True)))
    needed = stack.controls.shape[1] + 1 + len(results.data)
    if len(stack.shock) <= needed:
        raise SampleError(
            f"{len(stack.shock)} observations are left at horizon {h}, whose regressions have "
            f"{needed} coefficients.",
            remedy="Use a shorter horizon, fewer lags or variables, or longer samples.",
        )
    return stack


def _estimate(stack: _Stack, corrected: bool) -> tuple[np.ndarray, np.ndarray, int]:
    """Coefficients (N,), influences (n, N), regressors; by the half-panel jackknife or as is."""
    whole = pooled(stack.responses, stack.shock, stack.controls, stack.units)
    if not corrected:
        return whole.coefficients, whole.influence, whole.regressors
    point, influence = 2 * whole.coefficients, 2 * whole.influence
    early = stack.periods <= np.median(stack.periods)
    for half in (early, ~early):
        part = pooled(
            stack.responses[half], stack.shock[half], stack.controls[half], stack.units[half]
        )
        point = point - part.coefficients / 2
        influence[half] -= part.influence / 2
    return point, influence, whole.regressors
