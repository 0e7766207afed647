"""What a structural VAR can be asked: each answer is computed in a module of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from .options import require_levels
from .scheme_answers import SchemeAnswers

if TYPE_CHECKING:
    from .counterfactuals import Counterfactual
    from .decompositions import HistoricalDecomposition
    from .dynamic_multipliers import DynamicMultipliers
    from .forecasting import Forecast
    from .identification.coefficients import StructuralCoefficients
    from .long_run_effects import LongRunEffects
    from .responses import IRF, Size
    from .shocks import ShockSeries
    from .structural_influence import Influence, Statistic
    from .variance_shares import FEVD


class Answers(SchemeAnswers):
    """The methods of ``StructuralVAR`` that return results; all use the same joint draws."""

    def irf(
        self: Any,
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
        from .impulse_response import impulse_response
        from .responses import cumulated_columns

        require_levels(levels)
        self.require_valid("irf")
        if cumulated_columns(self.names, self.columns, cumulative):
            self.require_valid("cumulative_irf")
        return impulse_response(self, horizon, size=size, cumulative=cumulative, levels=levels)

    def dynamic_multipliers(
        self: Any,
        horizon: int = 24,
        *,
        size: Size = "unit",
        permanent: bool = False,
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> DynamicMultipliers:
        """Responses to changes of the exogenous columns, with bands from the joint draws.

        Parameters
        ----------
        horizon : int
            Last horizon, in periods; the first is 0.
        size : {"unit", "1sd"} or mapping of column to size
            One unit of the panel, one standard deviation of the column in the sample, or the
            sizes given (the other columns change by one unit).
        permanent : bool
            Whether the change lasts: multipliers summed over the periods since it began. By
            default it is one period's alone.
        cumulative : bool or "auto"
            Sum the responses over horizons: all, none, or those of the differenced columns, whose
            cumulated response is the response of the level.
        levels : sequence of float

        Raises
        ------
        SpecError
            If the VAR has no exogenous columns.
        """
        from .dynamic_multipliers import multipliers

        require_levels(levels)
        self.require_valid("dynamic_multiplier")
        return multipliers(
            self, horizon, size=size, permanent=permanent, cumulative=cumulative, levels=levels
        )

    def fevd(self: Any, horizon: int = 24, *, levels: Sequence[float] = (0.68, 0.90)) -> FEVD:
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
        from .variance_shares import variance_decomposition

        require_levels(levels)
        self.require_valid("fevd")
        return variance_decomposition(self, horizon, levels=levels)

    def long_run_effects(
        self: Any,
        *,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> LongRunEffects:
        """Effects of the shocks at an infinite horizon, with bands from the joint draws.

        In a VECM the limits of the levels' responses; in a stationary VAR the sums of responses.

        Parameters
        ----------
        size : {"1sd", "unit"} or mapping of shock to size
            As in ``irf``: the shock's size on impact.
        cumulative : bool or "auto"
            Which variables of a stationary VAR to show: all, or those that are changes, whose
            summed responses are the effect on their level.
        levels : sequence of float

        Raises
        ------
        NotIdentifiedError
            If the responses have no limit.
        SpecError
        """
        from .long_run_effects import long_run_effects

        require_levels(levels)
        self.require_valid("long_run_effect")
        return long_run_effects(self, size=size, cumulative=cumulative, levels=levels)

    def historical_decomposition(
        self: Any, *, draws: int = 0, levels: Sequence[float] = (0.68, 0.90)
    ) -> HistoricalDecomposition:
        """What each shock, the initial condition and the deterministic terms contributed.

        Parameters
        ----------
        draws : int
            How many of the joint draws to decompose for bands; none by default.
        levels : sequence of float
        """
        from .decompositions import decompose_history

        require_levels(levels)
        self.require_valid("historical_decomposition")
        return decompose_history(self, draws=draws, levels=levels)

    def counterfactual(
        self: Any,
        *,
        shocks_off: Sequence[str] = (),
        edges_off: Sequence[tuple[str, str]] = (),
        start: str | None = None,
        end: str | None = None,
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
    ) -> Counterfactual:
        """The historical path had some shocks been zero, or some reactions not taken place.

        Parameters
        ----------
        shocks_off : sequence of str
        edges_off : sequence of (source, target)
            The target does not react to the source: A_target,source(z) = 0, within the period and
            later. The target is given the source's sample mean instead.
        start, end : str, optional
            First and last period in which they are off; by default the whole sample.
        cumulative : bool or "auto"
            Show the change since the period before the start: for all, none, or the differenced
            columns.
        levels : sequence of float

        Raises
        ------
        NotIdentifiedError
            If one of the shocks is not identified; for edges, if any shock is not.
        SpecError
        """
        from .counterfactuals import counterfactual

        require_levels(levels)
        self.require_valid("counterfactual")
        if edges_off:
            self.require_valid("opened_edge")
        return counterfactual(
            self,
            shocks_off=shocks_off,
            edges_off=edges_off,
            start=start,
            end=end,
            cumulative=cumulative,
            levels=levels,
        )

    def forecast(
        self: Any,
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

        require_levels(levels)
        self.require_valid("forecast")
        return forecast(self, steps, exog=exog, cumulative=cumulative, levels=levels)

    def structural_coefficients(
        self: Any, *, levels: Sequence[float] = (0.68, 0.90)
    ) -> StructuralCoefficients:
        """A and B of A u_t = B e_t, with standard errors and the test of the restrictions.

        Under ``AB`` the estimates of its own matrices, with standard errors from the information
        matrix; under any other scheme that identifies all shocks, A with a unit diagonal and B
        diagonal, with standard errors from the joint draws.

        Raises
        ------
        NotIdentifiedError
            If the scheme does not identify all shocks.
        """
        from .identification.coefficients import structural_coefficients

        require_levels(levels)
        return structural_coefficients(self, levels)

    def influence(
        self: Any,
        shock: str | None = None,
        response: str | None = None,
        *,
        horizons: int | Sequence[int] = 12,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        statistic: Statistic | None = None,
        label: str = "",
        unit: str = "",
        whole: bool = False,
    ) -> Influence:
        """What single periods do to a response, or to any statistic of the joint draws.

        Parameters
        ----------
        shock, response : str, optional
            Needed unless a ``statistic`` is given.
        horizons : int or sequence of int
            Of the response; of several the one with the largest influence counts.
        size, cumulative
            As in ``irf``.
        statistic : callable, optional
            From joint draws to an array of shape (R,) or (R, ...).
        label, unit : str
            Of the statistic.
        whole : bool
            Leave a period out as a lag too.

        Raises
        ------
        SpecError, SampleError
        """
        from .structural_influence import influence

        return influence(
            self,
            shock,
            response,
            horizons=horizons,
            size=size,
            cumulative=cumulative,
            statistic=statistic,
            label=label,
            unit=unit,
            whole=whole,
        )

    def shock_series(self: Any) -> ShockSeries:
        """The structural shocks as a result: table and chart of the largest, with their dates."""
        from .shocks import shock_series

        return shock_series(self)
