"""Credible bands: the posterior of a VAR under a diffuse prior."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import InvalidInferenceError, SpecError
from ..options import require_count
from .intervals.percentile import PERCENTILE
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.posterior import NormalInverseWishart
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class Posterior:
    """Draws from the posterior of coefficients and covariance under the diffuse (Jeffreys) prior.

    With p(A, Sigma) proportional to |Sigma|^-(K+1)/2 and normal errors, Sigma is inverse Wishart
    with scale U'U and T - n degrees of freedom (n regressors in an equation), and A given Sigma is
    normal around least squares. Bands are credible sets: they hold what the data and this prior
    leave open, with no correction for the bias of least squares and none needed.

    Parameters
    ----------
    draws : int
        Independent draws.
    threads : int
        Threads that search for rotations under sign restrictions; the draws do not depend on it.
    interval : Interval
        ``Percentile()``: other intervals take the draws for a sampling distribution.

    Notes
    -----
    Zellner (1971), section 8.1; Uhlig (2005), appendix B. Draws with a root outside the unit circle
    are kept.
    """

    draws: int = 1000
    threads: int = 1
    interval: Interval = PERCENTILE

    def __post_init__(self) -> None:
        require_count("draws", self.draws, 100)
        require_count("threads", self.threads, 1)
        if self.interval.name != "percentile":
            raise SpecError(
                f"A posterior has credible sets, which {self.interval.describe()} are not.",
                remedy="Leave the interval, or use a bootstrap.",
            )

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "posterior"

    def interval_for(self, reduced: ReducedForm) -> Interval:  # noqa: ARG002
        """The interval, whatever the sample; see ``Inference.interval_for``."""
        return self.interval

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:
        """Joint draws of lags, deterministic terms and covariance.

        Raises
        ------
        InvalidInferenceError
            If the model is not one of plain least squares.
        SampleError
            If the sample is too short for the posterior to be proper.
        """
        from ...estimation.posterior import draw_posterior

        return draw_posterior(self.moments(reduced), reduced.p, draws=self.draws, seed=seed)

    def moments(self, reduced: ReducedForm) -> NormalInverseWishart:
        """The parameters of the posterior; see ``draw`` for what is refused."""
        import numpy as np

        from ...estimation.posterior import diffuse_posterior

        if not reduced.plain_least_squares:
            raise InvalidInferenceError(
                "The posterior under a diffuse prior is that of a VAR estimated by least squares, "
                f"which this {reduced.model} ({reduced.terms_in_words}) is not.",
                remedy="Use a bootstrap, or leave out restrictions, unit roots and larger shocks.",
            )
        k = len(reduced.names)
        lags = reduced.lag_coefficients.transpose(0, 2, 1).reshape(-1, k)
        coefficients = np.vstack([reduced.deterministic.T, lags])
        return diffuse_posterior(reduced.design, coefficients, reduced.residuals.to_numpy())

    def describe(self) -> str:
        """The method in words."""
        return (
            f"credible, from {self.draws:,} draws of the posterior under a diffuse (Jeffreys) "
            f"prior, {self.interval.describe()}"
        )
