"""What a structural VAR can be asked under the schemes that it is meant for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from .options import require_levels

if TYPE_CHECKING:
    from .anderson_rubin import AndersonRubinSets
    from .instrument_strength import InstrumentStrength
    from .prior_impact import PriorImpact
    from .responses import Size
    from .robust_bounds import RobustBounds
    from .shock_volatility import ShockVolatility
    from .variance_ratios import VarianceRatios


class SchemeAnswers:
    """Sets of instrumented shocks, bounds of sign-restricted ones, variances by regime.

    Under another scheme each refuses, with what to use.
    """

    def anderson_rubin(
        self: Any,
        horizon: int = 24,
        *,
        shock: str | None = None,
        size: Size = "unit",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
        newey_west: int = 0,
        bias_corrected: bool = False,
    ) -> AndersonRubinSets:
        """Responses to an instrumented shock with sets that hold at every strength.

        They need no draws, and are all that holds where the effective F is below 10. A set may be
        unbounded: then the instruments do not say how large the response is.

        Parameters
        ----------
        horizon : int
            Last horizon, in periods; the first is 0.
        shock : str, optional
            By default the only one with instruments, or the first.
        size : "unit" or mapping of shock to size
            Response of the shock's own variable on impact, in the panel's unit; one standard
            deviation is an estimate itself and has no set.
        cumulative : bool or "auto"
            As in ``irf``.
        levels : sequence of float
            Confidence levels.
        newey_west : int
            Lags in the covariance of the moments; none if the products of instruments and
            residuals are not autocorrelated.
        bias_corrected : bool
            Use coefficients less their bias, in the point too: close to a unit root least squares
            understates persistence, and the sets with it.

        Raises
        ------
        InvalidInferenceError
            If the shock is not identified by instruments of its own.
        SpecError
        """
        from .instrumented import anderson_rubin_sets

        require_levels(levels)
        return anderson_rubin_sets(
            self,
            horizon,
            shock=shock,
            size=size,
            cumulative=cumulative,
            levels=levels,
            newey_west=newey_west,
            bias_corrected=bias_corrected,
        )

    def robust_bounds(
        self: Any,
        horizon: int = 24,
        *,
        shock: str | None = None,
        size: Size = "1sd",
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
        rotations: int = 50,
    ) -> RobustBounds:
        """Responses to a sign-restricted shock whatever the prior over rotations.

        Parameters
        ----------
        horizon, size, cumulative, levels
            As in ``irf``.
        shock : str, optional
            By default the first whose size is given, or the first identified.
        rotations : int
            Of each reduced form, from which the ends of the set are searched for where several
            shocks are restricted; with one restricted shock the ends are exact without any.

        Raises
        ------
        NotIdentifiedError
            If the scheme does not leave a set of models.
        InvalidInferenceError
        """
        from .set_bounds import robust_bounds

        require_levels(levels)
        self.require_valid("irf")
        return robust_bounds(
            self,
            horizon,
            shock=shock,
            size=size,
            cumulative=cumulative,
            levels=levels,
            rotations=rotations,
        )

    def prior_impact(self: Any, *, draws: int = 10_000) -> PriorImpact:
        """What uniform rotations say of the responses on impact, beside the posterior.

        Parameters
        ----------
        draws : int
            Accepted rotations of the estimated reduced form.

        Raises
        ------
        NotIdentifiedError
            If the scheme does not draw rotations.
        """
        from .prior_impact import prior_impact

        self.require_valid("irf")
        return prior_impact(self, draws)

    def instrument_strength(self: Any, *, lags: int | None = None) -> InstrumentStrength:
        """First stages with the effective F and its critical values, and tests of the instruments.

        Parameters
        ----------
        lags : int, optional
            Of all variables, in the test that the past does not predict an instrument; by default
            those of the VAR, or as many as leave ten observations for a coefficient.

        Raises
        ------
        NotIdentifiedError
            If the scheme has no instruments.
        """
        from .instrument_strength import instrument_strength

        return instrument_strength(self, lags=lags)

    def variance_ratios(
        self: Any,
        *,
        levels: Sequence[float] = (0.68, 0.90),
        errors: Literal["robust", "gaussian"] = "robust",
    ) -> VarianceRatios:
        """Variances of the shocks by regime, with tests that they tell the shocks apart.

        Parameters
        ----------
        levels : sequence of float
            Of the ratios' confidence limits.
        errors : {"robust", "gaussian"}
            Whether standard errors hold for errors of any distribution within a regime.

        Raises
        ------
        SpecError
            If the scheme has no regimes of variances.
        """
        from .variance_ratios import variance_ratios

        return variance_ratios(self, levels, errors)

    def shock_volatility(self: Any) -> ShockVolatility:
        """Standard deviations of the shocks by period, where the scheme lets them move.

        Raises
        ------
        SpecError
            If the scheme takes variances as constant.
        """
        from .shock_volatility import shock_volatility

        return shock_volatility(self)
