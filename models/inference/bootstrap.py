"""What all bootstraps of a reduced form share: the engine that fits the model, and its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import DrawError, SpecError
from ...estimation.resampling import Resampling
from .intervals.percentile import Percentile

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws, Statistic
    from ..reduced_form.base import ReducedForm
    from .intervals.protocol import Interval

#: Largest share of draws that may fail numerically.
MAX_FAILED = 0.05


class Bootstrap:
    """A rule of resampling, replicated on whatever reduced form it is given.

    Attributes
    ----------
    draws : int
    threads : int
    interval : Interval
    """

    __slots__ = ()

    draws: int
    threads: int
    interval: Interval

    def __post_init__(self) -> None:
        if self.draws < 100:
            raise SpecError(
                f"{self.draws} bootstrap draws cannot carry a percentile band.",
                remedy="Ask for at least 100, better 2,000.",
            )
        if self.interval.reads_pairs:
            raise SpecError(
                f"A bootstrap gives samples, from which {self.interval.describe()} cannot be read.",
                remedy="Leave the interval, or use DeltaMethod.",
            )

    def interval_for(self, reduced: ReducedForm) -> Interval:  # noqa: ARG002
        """The interval, whatever the sample; see ``Inference.interval_for``."""
        plain = type(self.interval) is Percentile
        return Percentile(threads=self.threads) if plain else self.interval

    def resampling(self, reduced: ReducedForm) -> Resampling:
        """Which residuals each period of a draw gets."""
        raise NotImplementedError

    def draw(
        self, reduced: ReducedForm, seed: int, statistic: Statistic | None = None
    ) -> ReducedFormDraws:
        """Joint draws of lags, deterministic terms and covariance.

        Parameters
        ----------
        reduced : ReducedForm
        seed : int
        statistic : Statistic, optional
            Computed from each replication's rows and residuals.

        Raises
        ------
        DrawError
            If more than five per cent of the draws failed numerically.
        """
        return self.replicate(reduced, seed, self.draws, statistic)

    def replicate(
        self, reduced: ReducedForm, seed: int, draws: int, statistic: Statistic | None = None
    ) -> ReducedFormDraws:
        """Any number of draws around the coefficients of a reduced form; see ``draw``."""
        rule = self.resampling(reduced)
        found = _engine(reduced, seed, draws, self.threads, rule, statistic)
        if found.failed > MAX_FAILED * draws:
            raise DrawError(
                f"{found.failed} of {draws} bootstrap draws of the {reduced.model} in "
                f"{', '.join(reduced.names)} failed numerically.",
                remedy="Use fewer lags, or leave out a variable that nearly repeats another.",
            )
        return found


def _engine(
    reduced: ReducedForm,
    seed: int,
    draws: int,
    threads: int,
    resampling: Resampling,
    statistic: Statistic | None,
) -> ReducedFormDraws:
    """Plain least squares is replicated by the compiled engine.

    Any other estimator (restrictions, scaled months, cointegration) replicates itself through
    ``reestimate``.
    """
    if reduced.plain_least_squares:
        from ...estimation.var_bootstrap import bootstrap_reduced_form

        return bootstrap_reduced_form(
            reduced.y,
            reduced.z,
            reduced.lag_coefficients,
            reduced.deterministic,
            reduced.residuals.to_numpy(),
            draws=draws,
            seed=seed,
            resampling=resampling,
            usable=reduced.resampled_rows,
            divisor="df" if reduced.divisor == "df" else "T",
            statistic=statistic,
            threads=threads,
        )
    from ...estimation.general_bootstrap import bootstrap_estimator

    return bootstrap_estimator(
        reduced.y,
        reduced.z,
        reduced.lag_coefficients,
        reduced.deterministic,
        reduced.residuals.to_numpy(),
        reduced.reestimate,
        draws=draws,
        seed=seed,
        df_resid=reduced.df_resid,
        resampling=resampling,
        usable=reduced.resampled_rows,
        scales=reduced.scales,
        statistic=statistic,
        threads=threads,
    )
