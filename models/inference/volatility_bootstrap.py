"""The bootstrap of a VAR whose shocks have moving variances, which identify them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import DrawError, InvalidInferenceError
from ..reduced_form.heteroskedastic import HeteroskedasticVAR
from .block_bootstrap import Blocks
from .bootstrap import MAX_FAILED
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws, Statistic
    from ...estimation.volatility import VolatilityDraws
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class VolatilityBootstrap(Blocks):
    """Draw errors that keep the way in which variances move, and estimate everything again.

    What identifies the shocks is how variances move, so the draws must keep it and have its
    sampling error:

    - known regimes keep their dates, and each period gets a residual of its own regime;
    - GARCH: standardised shocks are resampled, and each draw has variances of its own, which the
      estimated equations make of them;
    - hidden states: each draw has a path of states of its own, drawn from the estimated chain, and
      each period a residual that is drawn with the probability that it comes from such a state.

    Coefficients (by generalised least squares), impact matrix and variances are estimated again in
    every draw, climbing from the estimate. Dates of regimes that were estimated are held where they
    are: the bands are conditional on them.

    Parameters
    ----------
    draws : int
        Number of replications.
    block_length : int or None
        1 draws residuals one by one. More draws that many neighbours together: inside regimes,
        whose periods count as neighbours, for variances that also move within a regime; under GARCH
        and hidden states it takes the place of the model (moving blocks, Brueggemann, Jentsch and
        Trenkler 2016). None takes 5.03 T^(1/4).
    threads : int
        Threads to use; the draws do not depend on it.
    interval : Interval
        How the draws become an interval.

    Notes
    -----
    Lütkepohl and Schlaak (2019) compare such bootstraps under GARCH. The wild bootstrap, which much
    of this literature uses, keeps u_t u_t' as it is and with it the covariances of the regimes.
    """

    draws: int = 1000
    block_length: int | None = 1
    threads: int = 1
    interval: Interval = PERCENTILE

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "volatility_bootstrap"

    def draw(
        self,
        reduced: ReducedForm,
        seed: int,
        statistic: Statistic | None = None,  # noqa: ARG002
    ) -> ReducedFormDraws:
        """Joint draws of lags, deterministic terms and covariance; see ``Bootstrap.draw``."""
        from ...estimation.var_bootstrap import ReducedFormDraws

        found = self.joint(reduced, seed)
        unit = np.linalg.inv(found.unmixing)
        covariance = unit @ np.swapaxes(unit, -1, -2)
        spread = reduced.spread if isinstance(reduced, HeteroskedasticVAR) else 1.0
        return ReducedFormDraws(
            found.lags, found.deterministic, spread * covariance, found.failed, refitted=0
        )

    def joint(self, reduced: ReducedForm, seed: int) -> VolatilityDraws:
        """Joint draws of coefficients and impact matrix.

        Raises
        ------
        InvalidInferenceError
            If the reduced form has no model of variances.
        DrawError
            If more than five per cent of the draws failed.
        """
        from ...estimation.volatility import bootstrap_volatility

        if not isinstance(reduced, HeteroskedasticVAR):
            raise InvalidInferenceError(
                f"The {reduced.model} has no variances that move, which this bootstrap draws from.",
                remedy="Use it with VarianceRegimes, GarchVariances or SwitchingVariances.",
            )
        found = bootstrap_volatility(
            reduced.volatility,
            reduced.observations,
            reduced.lag_coefficients,
            reduced.deterministic,
            reduced.residuals.to_numpy(),
            draws=self.draws,
            seed=seed,
            df_resid=reduced.df_resid,
            block_length=self.length(reduced.nobs),
            threads=self.threads,
        )
        if found.failed > MAX_FAILED * self.draws:
            raise DrawError(
                f"{found.failed} of {self.draws} bootstrap draws of the {reduced.model} in "
                f"{', '.join(reduced.names)} have no estimate.",
                remedy="Use fewer lags or variables, or longer regimes.",
            )
        return found

    def describe(self) -> str:
        """The method in words."""
        blocks = "" if self.block_length == 1 else "in moving blocks, "
        return (
            f"bootstrap that keeps the variances of the shocks, {blocks}{self.draws:,} draws, "
            f"{self.interval_in_words}"
        )
