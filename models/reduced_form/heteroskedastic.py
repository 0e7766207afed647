"""A VAR whose structural shocks have moving variances, by generalised least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import pandas as pd

from ...errors import SpecError
from ...estimation.decompositions import implied_residuals
from ...estimation.variance_information import coefficient_covariance
from ...estimation.volatility import Observations, VolatilityFit, VolatilityModel
from ..results import Summary
from .base import ReducedForm
from .coefficients import std_errors, tidy_coefficients

if TYPE_CHECKING:
    from ...estimation.coefficient_covariance import ErrorKind
    from ..inference.protocol import Inference
    from .var_results import VARResults


@dataclass(frozen=True, eq=False, kw_only=True)
class HeteroskedasticVAR(ReducedForm):
    """A VAR estimated again with the variances of its shocks; see ``ReducedForm`` for the rest.

    ``covariance`` is the average of the periods' covariances, B B' for shocks of unit variance on
    average over the sample, with the divisor of the specification.

    Attributes
    ----------
    plain : VARResults
        The same VAR by least squares.
    volatility : VolatilityModel
        How the variances move, in the order of the variables.
    regimes : tuple of str
        The regimes in words; empty where variances move period by period.
    searched : bool
        Whether the dates of the regimes were estimated.
    words : str
        How coefficients and variances were estimated.
    loglik : float
        Gaussian log-likelihood at the maximum.
    """

    plain: VARResults
    volatility: VolatilityModel
    regimes: tuple[str, ...]
    searched: bool
    words: str
    loglik: float

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005", "lanne_luetkepohl2008")

    @property
    def model(self) -> str:
        """Name of the model in tables, such as ``VAR(2)``."""
        return self.plain.model

    @property
    def plain_least_squares(self) -> bool:
        """False: periods are weighted by the variances of their shocks."""
        return False

    @property
    def scales(self) -> np.ndarray | None:
        """Standard deviation of a period's errors that was known beforehand, shape (T,)."""
        return self.plain.scales

    def future_scales(self, steps: int) -> np.ndarray:
        """Scale of the errors in the periods after the sample, shape (steps,)."""
        return self.plain.future_scales(steps)

    @property
    def resampled_rows(self) -> np.ndarray:
        """False for periods with a dummy of their own, whose residual is zero, shape (T,)."""
        return self.plain.resampled_rows

    @cached_property
    def design(self) -> np.ndarray:
        """The regressors of each equation, over ``scales`` where these are, shape (T, n)."""
        return self.plain.design

    @property
    def terms_in_words(self) -> str:
        """Deterministic and exogenous terms, and the estimator."""
        return f"{self.plain.terms_in_words}; {self.words}"

    @property
    def default_inference(self) -> Inference:
        """The bootstrap that keeps the variances of the shocks."""
        from ..inference.volatility_bootstrap import VolatilityBootstrap

        return VolatilityBootstrap()

    @cached_property
    def impact(self) -> np.ndarray:
        """B with shocks of unit variance on average, identified or not, shape (K, K)."""
        return np.asarray(np.linalg.inv(self.volatility.unmixing) * np.sqrt(self.spread))

    @property
    def spread(self) -> float:
        """Periods over the divisor of ``covariance``: likelihoods divide by the periods."""
        count = self.resampled_rows.sum()
        return float(count / (self.nobs if self.divisor == "T" else self.df_resid))

    @cached_property
    def shocks(self) -> np.ndarray:
        """B^-1 u_t, with divisor T, shape (T, K)."""
        return np.asarray(self.residuals.to_numpy() @ self.volatility.unmixing.T)

    @cached_property
    def path(self) -> np.ndarray:
        """Variance of each shock by period, shape (T, K); about one on average."""
        return self.volatility.path(self.residuals.to_numpy())

    @property
    def observations(self) -> Observations:
        """The sample as arrays."""
        return observations(self)

    def reestimate(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same estimator on R other series; see ``ReducedForm.reestimate``."""
        found = self.volatility.reestimate(
            Observations(y, self.z, self.p, self.resampled_rows, self.scales)
        )
        impact = np.linalg.inv(found.unmixing)
        return (
            found.lags,
            found.deterministic,
            self.spread * impact @ np.swapaxes(impact, -1, -2),
        )

    def coefficient_covariance(self, errors: ErrorKind | None = None) -> np.ndarray:
        """Covariance of the coefficients given the variances, shape (K n, K n).

        Parameters
        ----------
        errors : {"classical", "HC0", "HC1"}, optional
            By default the variances are those of the model.

        Raises
        ------
        SpecError
            For HC3, which is one of least squares.
        """
        if errors == "HC3":
            raise SpecError(
                "HC3 is a covariance of least squares.", remedy="Use HC1, or 'classical'."
            )
        unit = np.linalg.inv(self.volatility.unmixing)
        kind = errors or "classical"
        found = coefficient_covariance(self.design, self.shocks, self.path, unit, kind)
        return found * (self.spread if kind == "classical" else 1.0)

    @cached_property
    def params(self) -> pd.DataFrame:
        """Coefficients, regressors in rows and equations in columns."""
        k = len(self.names)
        lags = self.lag_coefficients.transpose(0, 2, 1).reshape(self.p * k, k)
        return self._labelled(np.vstack([self.deterministic.T, lags]))

    @cached_property
    def std_errors(self) -> pd.DataFrame:
        """Standard errors, the variances of the shocks taken as known."""
        return self._labelled(std_errors(cast("VARResults", self)))

    def conf_int(self, level: float = 0.90) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lower and upper bounds of the coefficients by Student's t."""
        from scipy.stats import t

        margin = t.ppf((1 + level) / 2, self.df_resid) * self.std_errors
        return self.params - margin, self.params + margin

    def tidy(self, levels: Sequence[float] = (0.90,)) -> pd.DataFrame:
        """Coefficients: ``shock`` is the regressor, ``response`` the equation, ``horizon`` the lag.

        Intervals are Student's t.
        """
        return tidy_coefficients(cast("VARResults", self), levels)

    def summary(self) -> Summary:
        """Coefficients with standard errors."""
        tables = [("Coefficients", self.params), ("Standard errors", self.std_errors)]
        return Summary(f"{self.model} of {', '.join(self.names)}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Sample, terms, estimator, divisor and stability in words."""
        stable = "stable" if self.is_stable else "NOT stable"
        return (
            f"Sample {self.sample}, T = {self.nobs}; {self.p} lags; {self.terms_in_words}.",
            f"Log-likelihood {self.loglik:.2f}; covariance divisor {self.divisor_in_words}; "
            f"largest root {self.max_root:.3f}, {stable}.",
        )

    def _labelled(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.regressors), columns=list(self.names))


def observations(reduced: ReducedForm) -> Observations:
    """The sample of a reduced form as arrays."""
    return Observations(
        reduced.y[None], reduced.z, reduced.p, reduced.resampled_rows, reduced.scales
    )


def reestimated(
    plain: VARResults, fit: VolatilityFit, volatility: VolatilityModel, **described: Any
) -> HeteroskedasticVAR:
    """The VAR with the coefficients and the variances of a fit.

    Parameters
    ----------
    plain : VARResults
    fit : VolatilityFit
        Of this sample alone.
    volatility : VolatilityModel
        In the order of the variables.
    described
        ``regimes``, ``searched``, ``words``, ``loglik``.
    """
    innovations = implied_residuals(plain.y[None], plain.z, fit.lags, fit.deterministic)[0]
    scale = 1.0 if plain.scales is None else plain.scales[:, None]
    shared = {field.name: getattr(plain, field.name) for field in fields(ReducedForm)}
    unit = np.linalg.inv(volatility.unmixing)
    count = plain.resampled_rows.sum()
    divisor = plain.nobs if plain.divisor == "T" else plain.df_resid
    return HeteroskedasticVAR(
        **shared
        | {
            "spec": replace(plain.spec, errors="classical"),
            "lag_coefficients": fit.lags[0],
            "deterministic": fit.deterministic[0],
            "covariance": unit @ unit.T * (count / divisor),
            "residuals": pd.DataFrame(innovations / scale, plain.dates, list(plain.names)),
        },
        plain=plain,
        volatility=volatility,
        **described,
    )
