"""Forecasts with a fan: parameter uncertainty from the joint draws, shocks resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd

from ..data.panel import label_of, refuse_two_sided, response_scales
from ..estimation.forecast_paths import forecast_paths
from .dated_paths import DatedPaths, band_columns
from .options import require_count
from .reduced_form.deterministic import deterministic_terms, next_periods
from .reduced_form.exogenous import future_exogenous
from .responses import chosen, cumulated_columns
from .results import Summary, tidy_frame
from .structural_result import origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .reduced_form.base import ReducedForm
    from .structural import StructuralVAR


class Parameters(Protocol):
    """Joint draws of a VAR's coefficients."""

    @property
    def lags(self) -> np.ndarray:
        """Shape (R, p, K, K)."""
        ...

    @property
    def deterministic(self) -> np.ndarray:
        """Shape (R, K, m)."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Forecast(DatedPaths):
    """Point path and fan.

    The point is the path without future shocks; the fan is that of paths drawn from the joint
    draws of the parameters and resampled residuals.

    Attributes
    ----------
    origin : str
        Last observation; ``dates`` are the S periods after it.
    point : ndarray, shape (S, K)
        In the units of responses.
    draws : ndarray, shape (R, S, K)
        Simulated paths.
    history : DataFrame, shape (T+p, K)
        Data in the same units; relative to the last observation where cumulated.
    """

    origin: str
    point: np.ndarray
    draws: np.ndarray
    history: pd.DataFrame

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005", "runkle1987")
    figure: ClassVar[str] = "forecast"

    def path(self, name: str, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Point and bounds of one variable, dated: ``estimate``, ``low_90``, ``high_90``, ..."""
        i = self.names.index(chosen(name, self.names, "variable")[0])
        bands = self.bands_of(self.point, self.draws, levels)[1]
        bounds = {name: bound[:, i] for name, bound in band_columns(bands).items()}
        return pd.DataFrame({"estimate": self.point[:, i], **bounds}, index=self.dates)

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row a variable, step ahead (from 1) and level; ``dates[horizon - 1]`` is the date."""
        std_error, bands = self.bands_of(self.point, self.draws, levels)
        return tidy_frame(self._rows("forecast", self.point, std_error, bands, first=1))

    def summary(self) -> Summary:
        """Paths with their fan, one table a variable."""
        tables = [
            (f"{self.columns[name].label} ({self.unit_since(name)})", self.path(name))
            for name in self.names
        ]
        return Summary(f"Forecasts from {self.origin}, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What the fan holds, bands, sample."""
        fan = "The fan holds parameter uncertainty (joint draws) and resampled shocks."
        return (f"Forecasts from {self.origin}. {fan}", *self.setting)

    def plot(
        self, *, response: str | Sequence[str] | None = None, history: int = 60, **options: Any
    ) -> tuple[Figure, Any]:
        """Fan charts with ``history`` past periods, one panel a variable."""
        names = chosen(response, self.names, "variable")
        return super().plot(
            responses=names,
            dates=self.dates,
            history=self.history.iloc[-history:],
            labels={name: self.columns[name].label for name in names},
            units={name: self.unit_since(name) for name in names},
            **options,
        )

    @property
    def since(self) -> str:
        """The last observation."""
        return self.origin


def forecast(
    svar: StructuralVAR,
    steps: int,
    *,
    exog: pd.DataFrame | None,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
) -> Forecast:
    """Forecasts of a structural VAR; see ``StructuralVAR.forecast``."""
    require_count("steps", steps, 1)
    refuse_two_sided(svar.columns.values(), "forecasting")
    reduced, draws, names = svar.reduced, svar.draws, svar.names
    dates = next_periods(reduced.index, steps)
    point, paths = predictive_paths(reduced, draws, dates, exog, svar.seed)
    cumulated = cumulated_columns(names, svar.columns, cumulative)
    history = pd.DataFrame(reduced.y, index=reduced.index, columns=list(names))
    for i, name in enumerate(names):
        if name in cumulated:
            paths[..., i] = np.cumsum(paths[..., i], axis=-1)
            point[:, i] = np.cumsum(point[:, i])
            level = history[name].cumsum()
            history[name] = level - level.iloc[-1]
    scale = response_scales(names, svar.columns)
    return Forecast(
        **origin(svar, levels, svar.notes()[1:]),
        names=names,
        dates=dates,
        origin=label_of(reduced.index[-1]),
        point=point * scale,
        draws=paths * scale,
        history=history * scale,
        cumulated=cumulated,
    )


def predictive_paths(
    reduced: ReducedForm,
    draws: Parameters,
    dates: pd.Index,
    exog: pd.DataFrame | None,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """The path without future shocks, and paths with drawn parameters and resampled residuals.

    Parameters
    ----------
    reduced : ReducedForm
    draws : joint draws of its parameters
    dates : Index, length S
        The periods after the last observation.
    exog : DataFrame, optional
        Exogenous columns in those periods.
    seed : int

    Returns
    -------
    point : ndarray, shape (S, K)
    paths : ndarray, shape (R, S, K)
    """
    z = _future_terms(reduced, dates, exog)
    start, steps = reduced.y[-reduced.p :], len(dates)
    still = np.zeros((1, steps, len(reduced.names)))
    point = forecast_paths(
        start, z, reduced.lag_coefficients[None], reduced.deterministic[None], still
    )[0]
    shocks = _resampled(reduced, len(draws.lags), steps, seed)
    return point, forecast_paths(start, z, draws.lags, draws.deterministic, shocks)


def _future_terms(reduced: ReducedForm, dates: pd.Index, exog: pd.DataFrame | None) -> np.ndarray:
    """Deterministic terms continued, exogenous columns as given, shape (S, m)."""
    spec, z_names = reduced.spec, reduced.z_names
    trend = reduced.z[-1, z_names.index("trend")] if "trend" in z_names else 0
    terms = deterministic_terms(
        dates, trend=spec.trend, seasonal=spec.seasonal, first=int(trend) + 1
    )
    ahead = future_exogenous(reduced, dates, exog)
    single = len(z_names) - terms.shape[1] - ahead.shape[1]  # dummies of past periods
    return np.hstack([terms.to_numpy(), ahead, np.zeros((len(dates), single))])


def _resampled(reduced: ReducedForm, draws: int, steps: int, seed: int) -> np.ndarray:
    """Errors of the periods ahead, shape (draws, steps, K), drawn from the residuals.

    Residuals are centred and scaled for degrees of freedom; where months have a scale of their
    own, they are multiplied by that of the periods ahead.
    """
    u = reduced.residuals.to_numpy()[reduced.resampled_rows]
    scaled = (u - u.mean(axis=0)) * np.sqrt(len(u) / reduced.df_resid)
    # A stream of its own: the bootstrap's would repeat the resampling that made each draw.
    generator = np.random.default_rng([seed, 1])
    drawn: np.ndarray = scaled[generator.integers(0, len(scaled), size=(draws, steps))]
    drawn *= reduced.future_scales(steps)[:, None]
    return drawn
