"""Variance decomposition and historical decomposition of a structural VAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import NotIdentifiedError, SpecError
from ..estimation.decompositions import fevd, historical_decomposition
from ..estimation.responses import impulse_responses
from .responses import chosen, long_frame, periods_of
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: Parts of a historical decomposition that are not shocks.
INITIAL, TERMS = "initial condition", "deterministic terms"


@dataclass(frozen=True, eq=False, kw_only=True)
class FEVD(StructuralResult):
    """Shares of the forecast error variance of the variables as modelled.

    For a column that enters as a change these are shares in forecasting the change of that
    period, not the level.

    Attributes
    ----------
    names : tuple of str
        Variables and, in the same order, shocks.
    point : ndarray, shape (H, K, K)
        [n - 1, variable, shock] for n steps ahead; rows over shocks sum to one.
    draws : ndarray, shape (R, H, K, K)
    """

    names: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray

    methods: ClassVar[tuple[str, ...]] = ("sims1980", "luetkepohl2005", "runkle1987")
    figure: ClassVar[str] = "fevd"

    def shares(self, response: str) -> pd.DataFrame:
        """Point shares of each shock in one variable, steps ahead in rows."""
        i = self.names.index(chosen(response, self.names, "variable")[0])
        steps = pd.RangeIndex(1, len(self.point) + 1, name="steps ahead")
        return pd.DataFrame(self.point[:, i], index=steps, columns=list(self.names))

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row for each shock, variable, step ahead (from 1) and level."""
        std_error, bands = self.bands_of(self.point, self.draws, levels)
        rows = long_frame(self.point, std_error, bands, self.names, self.names, first=1)
        return tidy_frame(
            rows.assign(
                model=self.model, statistic="fevd", band=self.band, cumulative=False, unit="share"
            )
        )

    def summary(self) -> Summary:
        """Shares in per cent at a few steps ahead, one table a variable."""
        steps = [n for n in (1, 3, 6, 12, 24, 36, 48) if n <= len(self.point)]
        tables = [
            (f"{self.columns[n].label}: share of each shock, %", 100 * self.shares(n).loc[steps])
            for n in self.names
        ]
        return Summary(f"Forecast error variance decomposition, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What is decomposed, identification, bands, sample."""
        what = "Shares of the forecast error variance of the variables as modelled"
        changes = [self.columns[n].label for n in self.names if self.columns[n].differenced]
        which = "all" if len(changes) == len(self.names) else ", ".join(changes)
        kind = f" ({which}: of the change, not of the level)" if changes else ""
        return (f"{what}{kind}; bands are in the table.", *self.setting)

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Stacked shares by steps ahead, one panel a variable (all by default)."""
        return super().plot(
            responses=chosen(response, self.names, "variable"),
            labels={name: self.columns[name].label for name in self.names},
            periods=periods_of(self.columns[self.names[0]]),
            **options,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class HistoricalDecomposition(StructuralResult):
    """What each shock contributed to each variable in each period.

    The baseline is the initial condition plus the deterministic terms: the path without shocks.

    Attributes
    ----------
    names : tuple of str
        Variables and, in the same order, shocks.
    dates : Index, length T
    parts : tuple of str
        The shocks, then ``initial condition`` and ``deterministic terms``.
    point : ndarray, shape (T, K, K+2)
        [time, variable, part]; the parts add up to the data.
    draws : ndarray, shape (R, T, K, K+2)
        The same for the joint draws (R = 0 where no bands were asked for).
    """

    names: tuple[str, ...]
    dates: pd.Index
    parts: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray

    methods: ClassVar[tuple[str, ...]] = ("burbidge1985", "luetkepohl2005")
    figure: ClassVar[str] = "historical"

    def contributions(self, response: str, *, window: int = 1) -> pd.DataFrame:
        """Parts of one variable, dated, in its unit of responses; they add up to ``actual``.

        Parameters
        ----------
        response : str
        window : int
            Sum over this many periods: 12 turns monthly changes into changes over a year.
        """
        i = self.names.index(chosen(response, self.names, "variable")[0])
        values = self.point[:, i] * self.columns[response].response_scale
        frame = pd.DataFrame(values, index=self.dates, columns=list(self.parts))
        frame = frame.assign(actual=values.sum(axis=1))
        return frame if window == 1 else frame.rolling(window).sum().iloc[window - 1 :]

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row a part, variable and period; ``horizon`` counts periods from the first date.

        ``dates[horizon]`` is the date; ``contributions`` gives dated columns.
        """
        std_error = np.full(self.point.shape, np.nan)
        bands: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        if len(self.draws):
            std_error, bands = self.bands_of(self.point, self.draws, levels)
        rows = long_frame(self.point, std_error, bands, self.names, self.parts, first=0)
        scale = rows["response"].map({n: self.columns[n].response_scale for n in self.names})
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            rows[name] *= scale
        units = {name: self.columns[name].unit_of_responses for name in self.names}
        return tidy_frame(
            rows.assign(
                model=self.model,
                statistic="historical_decomposition",
                band=self.band if len(self.draws) else "",
                cumulative=False,
                unit=rows["response"].map(units),
            )
        )

    def summary(self) -> Summary:
        """Standard deviation of each part of each variable."""
        scale = np.array([self.columns[n].response_scale for n in self.names])[:, None]
        table = pd.DataFrame(
            self.point.std(axis=0) * scale,
            index=[
                f"{self.columns[n].label} ({self.columns[n].unit_of_responses})" for n in self.names
            ],
            columns=list(self.parts),
        )
        title = f"Historical decomposition, {self.model}"
        return Summary(title, [("Standard deviation of each part", table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """The baseline, identification and sample."""
        baseline = (
            "Baseline: initial condition and deterministic terms; the parts add up to the data."
        )
        return (baseline, *self.setting)

    def plot(
        self,
        *,
        response: str | None = None,
        start: str | None = None,
        window: int | None = None,
        **options: Any,
    ) -> tuple[Figure, Any]:
        """Stacked contributions of the shocks to one variable with its actual path.

        Parameters
        ----------
        response : str, optional
            By default the first variable.
        start : str, optional
            First period shown.
        window : int, optional
            Sum over this many periods; by default a year for monthly and quarterly changes, whose
            single periods are too noisy to read, and 1 otherwise.
        """
        response = chosen(response, self.names, "variable")[0]
        column = self.columns[response]
        year = {"monthly": 12, "quarterly": 4}.get(column.frequency, 1)
        window = window or (year if column.differenced else 1)
        over = f", change over {window} {periods_of(column).lower()}" if window > 1 else ""
        return super().plot(
            response=response,
            dates=self.dates,
            labels={name: self.columns[name].label for name in self.names},
            title=f"{column.label}{over}",
            start=start,
            window=window,
            with_baseline=column.differenced,
            **options,
        )


def variance_decomposition(svar: StructuralVAR, horizon: int, levels: Sequence[float]) -> FEVD:
    """See ``StructuralVAR.fevd``."""
    if horizon < 1:
        raise SpecError(f"horizon = {horizon}.", remedy="Use at least 1 step ahead.")
    draws, reduced = svar.draws, svar.reduced
    _require_exhaustive(svar.impact, reduced.covariance)
    _require_exhaustive(draws.impact, draws.covariance)
    point = impulse_responses(reduced.lag_coefficients, svar.impact, horizon - 1)
    drawn = impulse_responses(draws.lags, draws.impact, horizon - 1)
    return FEVD(
        **origin(svar, levels),
        names=svar.names,
        point=fevd(point),
        draws=fevd(drawn),
    )


def decompose_history(
    svar: StructuralVAR, draws: int, levels: Sequence[float]
) -> HistoricalDecomposition:
    """See ``StructuralVAR.historical_decomposition``."""
    reduced = svar.reduced
    point = historical_decomposition(
        reduced.y, reduced.z, reduced.lag_coefficients, reduced.deterministic, svar.impact
    )
    drawn = np.empty((0, *point.shape))
    if draws:
        few = slice(0, draws)
        joint = svar.draws
        drawn = historical_decomposition(
            reduced.y, reduced.z, joint.lags[few], joint.deterministic[few], joint.impact[few]
        )
    return HistoricalDecomposition(
        **origin(svar, levels, _history_notes(svar, len(drawn))),
        names=svar.names,
        dates=reduced.dates,
        parts=(*svar.names, INITIAL, TERMS),
        point=point,
        draws=drawn,
    )


def _history_notes(svar: StructuralVAR, drawn: int) -> tuple[str, ...]:
    """Identification and sample; bands only where there are any, with the draws they rest on."""
    if not drawn:
        return svar.point_notes()
    fewer = drawn < len(svar.draws)
    return (*svar.notes(), *([f"Bands of this figure: the first {drawn} draws."] if fewer else []))


def _require_exhaustive(impact: np.ndarray, covariance: np.ndarray) -> None:
    """Refuse impact matrices whose shocks do not reproduce the covariance: B B' = Sigma."""
    scale = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    gap = impact @ np.swapaxes(impact, -1, -2) - covariance
    relative = np.abs(gap) / (scale[..., :, None] * scale[..., None, :])
    if not np.all(relative < 1e-8):
        raise NotIdentifiedError(
            "The identified shocks do not exhaust the residual covariance (B B' is not Sigma), "
            "so shares of the forecast error variance do not exist.",
            remedy="Identify all shocks, or ask for responses only.",
        )
