"""Kilian's bootstrap after bootstrap, for persistent series in small samples."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...errors import SpecError
from .block_bootstrap import Blocks
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.bias_correction import Bias
    from ...estimation.var_bootstrap import ReducedFormDraws, Statistic
    from ..reduced_form.base import ReducedForm

#: Draws of the bootstrap that estimates a bias without a formula, however many are asked for.
FIRST_STAGE = 1000


@dataclass(frozen=True, slots=True)
class BiasCorrectedBootstrap(Blocks):
    """Resample residuals around coefficients that are corrected for their small-sample bias.

    Least squares understates the persistence of a VAR. A plain bootstrap does so twice, once in
    the coefficients from which it simulates and once in the estimates from its samples, and its
    bands lie too low. Here

    1. the bias Psi of the coefficients is estimated, and A - Psi takes the place of the estimate A;
    2. samples are simulated from A - Psi with the resampled residuals of the estimate;
    3. each sample is estimated, and the same Psi is subtracted.

    In step 1 a correction that would take a root to the unit circle or beyond is shrunk in steps of
    one hundredth until it does not; an estimate that is not stationary itself is not corrected.
    In step 3 Psi is subtracted whole: responses at finite horizons exist wherever the roots are,
    and to shrink there would cut off the side on which the truth of a persistent system lies.

    The point estimate, and with it the responses in the middle of a band, stays that of the
    uncorrected estimate A; so does each draw's covariance.

    Parameters
    ----------
    draws : int
        Number of replications.
    block_length : int or None
        1 draws residuals one by one; more draws that many neighbours together, for errors whose
        variance moves over time (see ``BlockBootstrap``); None takes its default length.
    threads : int
        Threads to use; the draws do not depend on it.
    interval : Interval
        How the draws become an interval.
    stationary : bool
        Whether corrections are shrunk in step 3 too, as in Kilian's article. Such draws are counted
        apart from failed ones. Restrictions on the long run need it, and ``identify`` sees to it.

    Notes
    -----
    Kilian (1998). Psi is Pope's (1990) formula for least squares with no deterministic term but a
    constant, with T the periods explained. Otherwise (trend, seasonal or exogenous terms, outlier
    dummies, other estimators, an estimate with a root outside the unit circle) it is the mean error
    of 1,000 bootstrap draws around A, as in Kilian's article.
    As in his programs, residuals are not computed again from A - Psi. Deterministic terms are
    corrected with the slopes, so that the mean of the series stays where it is.
    """

    draws: int = 2000
    block_length: int | None = 1
    threads: int = 1
    interval: Interval = PERCENTILE
    stationary: bool = False

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "bias_corrected_bootstrap"

    def draw(
        self, reduced: ReducedForm, seed: int, statistic: Statistic | None = None
    ) -> ReducedFormDraws:
        """Joint draws of lags, deterministic terms and covariance; see ``Bootstrap.draw``.

        The residuals that a statistic sees are those of least squares, as the covariance is.

        Raises
        ------
        SpecError
            If the model imposes unit roots, which a correction would undo.
        DrawError
            If more than five per cent of the draws failed numerically.
        """
        from ...estimation.bias_correction import subtract_bias

        corrected, bias = self.corrected(reduced, seed)
        found = self.replicate(corrected, seed, self.draws, statistic)
        if not self.stationary:
            deterministic = found.deterministic - bias.deterministic
            return replace(found, lags=found.lags - bias.lags, deterministic=deterministic)
        units = np.sqrt(np.diag(reduced.covariance))
        lags, deterministic, share = subtract_bias(found.lags, found.deterministic, bias, units)
        return replace(
            found, lags=lags, deterministic=deterministic, adjusted=int((share < 1).sum())
        )

    def corrected(self, reduced: ReducedForm, seed: int) -> tuple[ReducedForm, Bias]:
        """The reduced form less its bias, and that bias; the seed is for a bias without a formula.

        Raises
        ------
        SpecError
            If the model imposes unit roots, which a correction would undo.
        """
        from ...estimation.bias_correction import subtract_bias

        if reduced.unit_roots:
            raise SpecError(
                f"The {reduced.model} imposes {reduced.unit_roots} unit roots; a correction for "
                "bias would move them.",
                remedy="Use ResidualBootstrap or BlockBootstrap, or a VAR in levels.",
            )
        bias = self._bias(reduced, seed)
        units = np.sqrt(np.diag(reduced.covariance))
        lags, deterministic, _ = subtract_bias(
            reduced.lag_coefficients[None], reduced.deterministic[None], bias, units
        )
        return replace(reduced, lag_coefficients=lags[0], deterministic=deterministic[0]), bias

    def describe(self) -> str:
        """The method in words."""
        blocks = "" if self.block_length == 1 else "moving-block "
        kept = ", draws kept stationary" if self.stationary else ""
        return (
            f"bias-corrected {blocks}bootstrap after bootstrap around the uncorrected point "
            f"estimate{kept}, {self.draws:,} draws, {self.interval_in_words}"
        )

    def _bias(self, reduced: ReducedForm, seed: int) -> Bias:
        from ...estimation.bias_correction import Bias, bias_by_formula

        constant_at_most = reduced.z.shape[1] <= 1 and not np.diff(reduced.z, axis=0).any()
        if reduced.plain_least_squares and reduced.max_root < 1 and constant_at_most:
            return bias_by_formula(
                reduced.lag_coefficients, reduced.covariance, reduced.y, reduced.z
            )
        first = self.replicate(reduced, seed, FIRST_STAGE)
        return Bias(
            first.lags.mean(axis=0) - reduced.lag_coefficients,
            first.deterministic.mean(axis=0) - reduced.deterministic,
        )
