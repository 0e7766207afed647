"""The delta method: asymptotic normal bands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from ...errors import SpecError
from ..options import require_choice
from .intervals.delta import DELTA
from .intervals.protocol import Interval

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..reduced_form.base import ReducedForm

_WORDS = {
    "gaussian": "normal errors",
    "iid": "independent errors of any distribution",
    "robust": "heteroskedasticity-robust",
}


@dataclass(frozen=True, slots=True)
class DeltaMethod:
    """Normal bands from the asymptotic covariance of coefficients and error covariance.

    Nothing is drawn: the reduced form is moved a little along each column of a square root of that
    covariance, and everything computed from it (identification, size of the shock, cumulation,
    variance shares) is differentiated by differences. So the impact matrix has standard errors,
    also at horizon 0, under any scheme.

    Parameters
    ----------
    errors : {"gaussian", "iid", "robust"}
        Normal errors; independent errors of any distribution, whose fourth moments give the
        covariance of Sigma; errors of moving variance, with White's covariance of the coefficients
        and the covariance between them and Sigma.
    interval : Interval
        ``Delta()``, the only one that reads pairs of perturbed estimates.

    Notes
    -----
    Lütkepohl (2005), proposition 3.6; both the part from the coefficients and the part from Sigma
    are divided by T. The normal approximation fails in small samples near a unit root: long-run
    and cumulated objects are refused there. Residuals are scaled so that their mean square is the
    reported Sigma, which makes White's covariance HC1 with divisor ``df`` and HC0 with ``T``.
    """

    errors: Literal["gaussian", "iid", "robust"] = "gaussian"
    interval: Interval = DELTA

    def __post_init__(self) -> None:
        require_choice("errors", self.errors, tuple(_WORDS))
        if not self.interval.reads_pairs:
            raise SpecError(
                f"The delta method draws no sample from which {self.interval.describe()} could be "
                "read.",
                remedy="Leave the interval, or use a bootstrap.",
            )

    @property
    def name(self) -> str:
        """Key of the band in the validity table."""
        return "delta_method"

    def interval_for(self, reduced: ReducedForm) -> Interval:  # noqa: ARG002
        """The interval, whatever the sample; see ``Inference.interval_for``."""
        return self.interval

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:  # noqa: ARG002
        """Pairs of perturbed reduced forms, for the interval ``Delta``; the seed is not used."""
        from ...estimation.delta import perturbed, root

        return perturbed(
            reduced.lag_coefficients,
            reduced.deterministic,
            reduced.covariance,
            root(self.covariance(reduced)),
        )

    def covariance(self, reduced: ReducedForm) -> np.ndarray:
        """Asymptotic covariance of the coefficients, equation by equation, and vech Sigma."""
        from ...estimation.delta import iid_covariance, normal_covariance, robust_covariance

        coefficients = reduced.coefficient_covariance("classical")
        if self.errors == "gaussian":
            return normal_covariance(coefficients, reduced.covariance, reduced.nobs)
        residuals = _scaled_residuals(reduced)
        if self.errors == "iid":
            return iid_covariance(coefficients, residuals)
        return robust_covariance(coefficients, reduced.covariance, reduced.design, residuals)

    def describe(self) -> str:
        """The method in words."""
        return f"delta method ({_WORDS[self.errors]}), {self.interval.describe()}"


def _scaled_residuals(reduced: ReducedForm) -> np.ndarray:
    """Residuals with the mean square that is reported as Sigma, shape (T, K)."""
    residuals = reduced.residuals.to_numpy()
    used = reduced.nobs if reduced.divisor == "T" else reduced.df_resid
    return np.asarray(residuals * np.sqrt(reduced.nobs / used))
