"""Smooth local projections: responses that are splines in the horizon, penalised for roughness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, response_scales
from ..errors import SpecError
from ..estimation.projection_iv import partial_out
from ..estimation.smooth_projection import (
    SmoothFit,
    Stacked,
    choose,
    penalty_grid,
    smooth,
    spline_basis,
)
from .options import require_choice, require_count, require_levels
from .projection_design import Arranged, ProjectionDesign
from .projection_irf import ProjectionIRF
from .projections_iv import size_of
from .responses import amount, chosen, cumulated_columns, periods_of
from .results import Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Criterion = Literal["loocv", "gcv", "aic"]
CRITERIA: dict[str, str] = {
    "loocv": "leave-one-out cross-validation",
    "gcv": "generalised cross-validation",
    "aic": "the Akaike criterion",
}

SMOOTH, ROUGH = "smooth", "without penalty"


@dataclass(frozen=True, kw_only=True)
class SmoothProjections(ProjectionDesign):
    r"""Local projections of all horizons at once, with responses that are smooth in the horizon.

    .. math:: \min \sum_{h, t} (y_{t+h} - x_t B(h)'\theta - w_t'\gamma_h)^2
              + \lambda \lVert D^r \theta \rVert^2

    One regression: the penalty bears on the response of the shock, not on the controls, and is not
    laid over estimates made before.

    Parameters
    ----------
    shock, variables, before, lags, errors, trend, seasonal, exclude
        See ``ProjectionDesign``. The shock is the innovation of its variable, ordered after
        ``before``.
    penalty : {"loocv", "gcv", "aic"} or float
        What chooses lambda for each response, on the rows of all horizons with their controls; or
        lambda itself. Zero gives local projections.
    weighted : bool
        Whether the rows of each horizon are divided by the standard deviation of their residuals
        without a penalty. Barnichon and Brownlees do not, and the horizons with the largest
        residuals then choose the penalty for all.
    differences : int
        r: a large penalty makes a response a polynomial of degree r - 1.

    References
    ----------
    Barnichon and Brownlees (2019), Review of Economics and Statistics 101.
    """

    penalty: Criterion | float = "loocv"
    weighted: bool = True
    differences: int = 3

    def __post_init__(self) -> None:
        super().__post_init__()
        require_count("differences", self.differences, 1)
        if isinstance(self.penalty, str):
            require_choice("penalty", self.penalty, list(CRITERIA))
        elif not 0 <= self.penalty < np.inf:
            raise SpecError(
                f"penalty = {self.penalty}.", remedy="Use a number of 0 or more, or a criterion."
            )

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> SmoothProjectionResults:
        """Arrange the data; the regression is run when responses are asked for.

        Raises
        ------
        SpecError, MissingSeriesError, GapError, MixedObservationError, SampleError
        """
        arranged = self.arrange(data, start=start, end=end, allow_mixed=allow_mixed)
        return SmoothProjectionResults(spec=self, data=arranged)


@dataclass(frozen=True, eq=False, kw_only=True)
class SmoothProjectionResults:
    """Smooth projections on one sample.

    Attributes
    ----------
    spec : SmoothProjections
    data : Arranged
    """

    spec: SmoothProjections
    data: Arranged

    @property
    def model(self) -> str:
        """Name of the approach in tables, such as ``smooth LP(12)``."""
        return f"smooth LP({self.spec.lags})"

    def irf(
        self,
        horizon: int = 24,
        *,
        response: str | Sequence[str] | None = None,
        size: Literal["unit"] | Mapping[str, float] = "unit",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> SmoothResponses:
        """Smooth responses, with those without a penalty beside them.

        Parameters
        ----------
        horizon : int
            Last horizon, at least ``differences`` + 1. Responses that hold without error on impact
            (of the shock's own variable, and of those before it) are smoothed from horizon 1.
        response, size, cumulative, levels
            See ``InstrumentedProjectionResults.irf``.

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        require_count("horizon", horizon, self.spec.differences + 1)
        require_levels(levels)
        data, spec = self.data, self.spec
        names = chosen(response, data.names, "variable")
        cumulated = cumulated_columns(names, data.columns, cumulative)
        data.require_rows(horizon, data.controls.shape[1] + 1)
        stacks = self._stacks(names, horizon, cumulated)
        fits = {name: self._fit(stack) for name, stack in stacks.items()}
        rough = {name: self._at(stack, 0.0) for name, stack in stacks.items()}
        moved, column = size_of(size, spec.shock), data.columns[spec.shock]
        words = f"{column.label}: {amount(moved * column.response_scale, column)} on impact"
        common: dict[str, Any] = {
            "levels": tuple(levels),
            "names": names,
            "shocks": (spec.shock,),
            "sizes": {spec.shock: words},
            "sized": (spec.shock,),
            "cumulated": cumulated,
            "cited": (*SmoothResponses.methods, *spec.errors.methods),
        }
        plain, smooth_model = f"LP({spec.lags})", self.model
        found = self._fields(fits, smooth_model, words, horizon, moved)
        found["band"] = f"{spec.errors.name}, bias not counted"
        return SmoothResponses(
            **found,
            **common,
            setting=(*self._notes(fits, horizon), *data.notes(smooth_model)),
            unsmoothed=ProjectionIRF(
                **self._fields(rough, plain, words, horizon, moved),
                **common,
                setting=data.notes(plain),
            ),
            penalties={name: float(fit.penalty) for name, fit in fits.items()},
            freedom={name: fit.degrees_of_freedom for name, fit in fits.items()},
        )

    def _stacks(
        self, names: Sequence[str], horizon: int, cumulated: frozenset[str]
    ) -> dict[str, Stacked]:
        """Rows of each response, from the first horizon that does not hold without error."""
        found = {}
        for name, stack in _stacked(self.data, names, horizon, cumulated).items():
            own = _from(stack, 0 if np.isnan(self.spec.held_on_impact(name)) else 1)
            found[name] = own.weighted() if self.spec.weighted else own
        return found

    def _fields(
        self, fits: Mapping[str, SmoothFit], model: str, words: str, horizon: int, size: float
    ) -> dict[str, Any]:
        """Fields of responses; see ``Arranged.fields``."""
        data = self.data
        counts = np.array([data.rows(h).sum() for h in range(horizon + 1)])
        arrays = _joined(fits, data, horizon, size)
        found = data.fields(model, words, *arrays, counts, data.controls.shape[1] + 1)
        return found | {"interval": data.spec.errors.interval(_whole(data, horizon))}

    def _fit(self, stack: Stacked) -> SmoothFit:
        if not isinstance(self.spec.penalty, str):
            return self._at(stack, float(self.spec.penalty))
        return choose((self._at(stack, one) for one in penalty_grid(stack)), self.spec.penalty)

    def _at(self, stack: Stacked, penalty: float) -> SmoothFit:
        return smooth(
            stack,
            spline_basis(stack.rows.shape[1]),
            penalty,
            differences=self.spec.differences,
            controls=self.data.controls.shape[1],
        )

    def _notes(self, fits: Mapping[str, SmoothFit], horizon: int) -> tuple[str, ...]:
        spec = self.spec
        how = (
            f"chosen for each response by {CRITERIA[spec.penalty]} on all horizons at once"
            if isinstance(spec.penalty, str)
            else "given"
        )
        freedom = ", ".join(
            f"{self.data.columns[name].label} {fit.degrees_of_freedom:.1f}"
            for name, fit in fits.items()
        )
        alike = ", horizons weighted alike" if spec.weighted else ""
        errors = spec.errors.describe(_whole(self.data, horizon))
        return (
            f"Cubic B-splines with a knot at each horizon, penalty on differences of order "
            f"{spec.differences}, {how}{alike}; degrees of freedom of the paths: {freedom}.",
            f"Bands: {errors}, over periods with all their horizons together. {UNDERCOVERAGE}",
        )


UNDERCOVERAGE = (
    "They leave the bias of smoothing out and cover too little where a response turns sharply: "
    "read them beside the bands without penalty."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class SmoothResponses(ProjectionIRF):
    """Smooth responses; bands are of the smoothed path around its own mean.

    Attributes
    ----------
    unsmoothed : ProjectionIRF
        The same regressions without a penalty, whose bands count no bias because there is none.
    penalties, freedom : Mapping of variable to float
        lambda, and the degrees of freedom of the path that it leaves.
    """

    unsmoothed: ProjectionIRF
    penalties: Mapping[str, float]
    freedom: Mapping[str, float]

    methods: ClassVar[tuple[str, ...]] = ("barnichon_brownlees2019", "eilers_marx1996", "jorda2005")

    def summary(self) -> Summary:
        """Responses at a few horizons, smooth and without penalty."""
        found, plain = super().summary(), self.unsmoothed.summary()
        tables = [(f"{SMOOTH.capitalize()}: {caption}", table) for caption, table in found.tables]
        tables += [(f"{ROUGH.capitalize()}: {caption}", t) for caption, t in plain.tables[:-1]]
        return replace(found, tables=tables)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The smooth responses over those without a penalty."""
        if "ax" in options:
            return super().plot(**options)
        wanted = options.pop("response", None)
        names = chosen(wanted, self.names, "variable")
        parts = [
            one.select(response=names).tidy().assign(model=label)
            for label, one in ((SMOOTH, self), (ROUGH, self.unsmoothed))
        ]
        return self._draw(
            "overlay",
            pd.concat(parts, ignore_index=True),
            labels={name: self.columns[name].label for name in names},
            title=self.sizes[self.shocks[0]],
            periods=periods_of(self.columns[self.names[0]]),
            **options,
        )


def _whole(data: Arranged, horizon: int) -> np.ndarray:
    """Periods that every horizon of a smooth path rests on: those of the longest sample."""
    return np.full(horizon + 1, data.spans(0)[0])


def _stacked(
    data: Arranged, names: Sequence[str], horizon: int, cumulated: frozenset[str]
) -> dict[str, Stacked]:
    """Each response and the shock net of the controls, horizon by horizon."""
    shape = len(data.y), horizon + 1
    rows = np.stack([data.rows(h) for h in range(horizon + 1)], axis=1)
    shock, leverage = np.zeros(shape), np.zeros(shape)
    responses = {name: np.zeros(shape) for name in names}
    for h in range(horizon + 1):
        there, x = rows[:, h], data.shock[rows[:, h], None]
        outcome = data.outcome(names, h, cumulated)
        parts = partial_out(outcome[there], x, x, data.controls[there])
        own = parts[0].regressors[:, 0]
        shock[there, h] = own
        leverage[there, h] = parts[0].leverage - own**2 / (own @ own)
        for name, part in zip(names, parts):
            responses[name][there, h] = part.response
    return {name: Stacked(one, shock, leverage, rows) for name, one in responses.items()}


def _from(stack: Stacked, first: int) -> Stacked:
    """The same from a horizon on."""
    parts = (stack.response, stack.shock, stack.leverage, stack.rows)
    return Stacked(*(part[:, first:] for part in parts))


def _joined(
    fits: Mapping[str, SmoothFit], data: Arranged, horizon: int, size: float
) -> tuple[np.ndarray, np.ndarray]:
    """Paths (H+1, N, 1) and a root of their covariance, in the units of responses.

    All horizons of a path rest on all periods, so autocovariances are those of the last one.
    """
    point = np.empty((horizon + 1, len(fits), 1))
    influence = np.zeros((len(data.y), *point.shape))
    for i, (name, fit) in enumerate(fits.items()):
        first = horizon + 1 - len(fit.path)
        point[:first, i, 0], point[first:, i, 0] = data.spec.held_on_impact(name), fit.path
        rows = np.array([data.rows(h).sum() for h in range(first, horizon + 1)])
        corrected = rows if data.spec.errors.small_sample else None
        influence[:, first:, i, 0] = fit.influence(corrected)
    scale = size * response_scales(list(fits), data.columns)[:, None]
    last = np.full(horizon + 1, horizon)
    root = data.spec.errors.root(influence, last, _whole(data, horizon))
    return point * scale, root * scale
