"""The structural VAR: an identified impact matrix and joint draws, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..errors import SpecError
from .inference.validity import require_valid

if TYPE_CHECKING:
    from .decompositions import FEVD, HistoricalDecomposition
    from .forecasting import Forecast
    from .identification.protocol import Identification
    from .inference.protocol import Inference
    from .reduced_form.var_results import VARResults
    from .responses import IRF, Size


@dataclass(frozen=True, slots=True)
class StructuralDraws:
    """Joint draws of a structural VAR, draw axis first.

    Attributes
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    covariance : ndarray, shape (R, K, K)
    impact : ndarray, shape (R, K, K)
        [draw, response, shock].
    failed : int
        Draws that failed numerically; they are not among the R.
    refitted : int
        Draws that needed the slower, more accurate estimation.
    """

    lags: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    impact: np.ndarray
    failed: int
    refitted: int

    def __len__(self) -> int:
        return len(self.lags)


@dataclass(frozen=True, eq=False)
class StructuralVAR:
    """A reduced form with an identification: u_t = B e_t, e_t of unit variance.

    Attributes
    ----------
    reduced : VARResults
    scheme : Identification
    inference : Inference
        Source of the joint draws.
    seed : int
    impact : ndarray, shape (K, K)
        B as [response, shock]; shock j is named as variable j.
    """

    reduced: VARResults
    scheme: Identification
    inference: Inference
    seed: int
    impact: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Variables and, in the same order, shocks."""
        return self.reduced.names

    @property
    def columns(self) -> Mapping[str, Column]:
        """What each variable is."""
        return self.reduced.columns

    @property
    def band(self) -> str:
        """Name of the inference, with the interval where it is not the plain percentile."""
        interval = self.inference.interval.name
        return self.inference.name + ("" if interval == "percentile" else f", {interval}")

    @cached_property
    def draws(self) -> StructuralDraws:
        """Joint draws of the reduced form, each identified by the same scheme.

        Raises
        ------
        DrawError
            If more than five per cent of the draws failed.
        """
        found = self.reduced.draws(self.inference, self.seed)
        return StructuralDraws(
            found.lags,
            found.deterministic,
            found.covariance,
            self.scheme.impact(found.covariance, found.lags, self.names),
            found.failed,
            found.refitted,
        )

    def irf(
        self,
        horizon: int = 24,
        *,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> IRF:
        """Impulse responses with bands from the joint draws.

        Parameters
        ----------
        horizon : int
            Last horizon, in periods; the first is 0.
        size : {"1sd", "unit"} or mapping of shock to size
            One structural standard deviation; one unit of the shock's own variable on impact; or,
            for the named shocks, their own variable's impact response in the panel's unit (the
            other shocks stay at one standard deviation). Rescaling is done inside each draw.
        cumulative : bool or "auto"
            Sum the responses over horizons: all, none, or those of the differenced columns, whose
            cumulated response is the response of the level.
        levels : sequence of float
            Coverage of the bands.

        Raises
        ------
        SpecError, InvalidInferenceError, DrawError
        """
        from .responses import impulse_response

        _require_levels(levels)
        self.require_valid("irf")
        if cumulative:
            self.require_valid("cumulative_irf")
        return impulse_response(self, horizon, size=size, cumulative=cumulative, levels=levels)

    def fevd(self, horizon: int = 24, *, levels: Sequence[float] = (0.68, 0.90)) -> FEVD:
        """Shares of the forecast error variance of the variables as modelled.

        Parameters
        ----------
        horizon : int
            Last horizon, in steps ahead; the first is 1.
        levels : sequence of float

        Raises
        ------
        NotIdentifiedError
            If the shocks do not exhaust the covariance (B B' differs from Sigma).
        """
        from .decompositions import variance_decomposition

        _require_levels(levels)
        self.require_valid("fevd")
        return variance_decomposition(self, horizon, levels=levels)

    def historical_decomposition(
        self, *, draws: int = 0, levels: Sequence[float] = (0.68, 0.90)
    ) -> HistoricalDecomposition:
        """What each shock, the initial condition and the deterministic terms contributed.

        Parameters
        ----------
        draws : int
            How many of the joint draws to decompose for bands; none by default.
        levels : sequence of float
        """
        from .decompositions import decompose_history

        _require_levels(levels)
        self.require_valid("historical_decomposition")
        return decompose_history(self, draws=draws, levels=levels)

    def forecast(
        self,
        steps: int = 12,
        *,
        exog: pd.DataFrame | None = None,
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> Forecast:
        """Forecasts with a fan that holds parameter and shock uncertainty.

        Parameters
        ----------
        steps : int
            Periods ahead.
        exog : DataFrame, optional
            Values of the exogenous columns in those periods, where the model has any.
        cumulative : bool or "auto"
            Show the change since the last observation: for all, none, or the differenced columns.
        levels : sequence of float
        """
        from .forecasting import forecast

        _require_levels(levels)
        self.require_valid("forecast")
        return forecast(self, steps, exog=exog, cumulative=cumulative, levels=levels)

    def shocks(self) -> pd.DataFrame:
        """Structural shocks e_t = B^-1 u_t in standard deviations, dated, shape (T, K)."""
        residuals = self.reduced.residuals
        values = np.linalg.solve(self.impact, residuals.to_numpy().T).T
        return pd.DataFrame(values, index=residuals.index, columns=list(self.names))

    def require_valid(self, quantity: str) -> None:
        """Refuse a band that is not valid for this identification and object."""
        require_valid(self.scheme.name, self.inference.name, quantity)

    def notes(self) -> tuple[str, ...]:
        """Identification, bands and sample in words, for the note under a figure."""
        kept = len(self.draws)
        lost = f" ({self.draws.failed} failed)" if self.draws.failed else ""
        identification, *sample = self.point_notes()
        return (
            identification,
            f"Bands: {self.inference.describe()}; {kept:,} kept{lost}, seed {self.seed}.",
            *sample,
            *self._caveats(),
        )

    def point_notes(self) -> tuple[str, ...]:
        """Identification and sample in words, where nothing was drawn."""
        return (
            f"{self.scheme.describe(self.names, self.columns)}.",
            f"{self.reduced.model}, {self.reduced.terms_in_words}; {self.reduced.sample}, "
            f"T = {self.reduced.nobs}.",
        )

    def _caveats(self) -> list[str]:
        """What the reader of a band must know about this sample."""
        found = []
        if not self.reduced.is_stable:
            found.append("The VAR is not stable: responses do not die out.")
        if self.reduced.residuals_are_autocorrelated:
            found.append(
                "Residuals are autocorrelated (Edgerton-Shukur F up to lag 5, p < 0.01): the lags "
                "do not hold all dynamics, and bands take them as if they did."
            )
        draws_one_by_one = self.inference.name == "residual_bootstrap"
        if draws_one_by_one and self.reduced.residuals_are_heteroskedastic:
            found.append(
                "Residuals show conditional heteroskedasticity (ARCH-LM p < 0.01): a bootstrap of "
                "independent residuals may understate the uncertainty of the impact matrix."
            )
        return found


def _require_levels(levels: Sequence[float]) -> None:
    """Coverage is a share, such as 0.90, not a percentage."""
    if not levels or not all(0 < level < 1 for level in levels):
        raise SpecError(f"levels = {tuple(levels)}.", remedy="Use shares such as (0.68, 0.90).")
