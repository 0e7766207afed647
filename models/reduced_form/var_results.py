"""The estimated VAR: arrays, labelled coefficients, fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd

from ...estimation.coefficient_covariance import ErrorKind, coefficient_covariance
from ...estimation.pandemic import ScaleEstimate, scale_path
from ...estimation.restricted_var import LinearRestrictions, restricted_paths
from ..options import require_levels
from ..results import Summary
from .base import ReducedForm, regressor_names
from .coefficients import std_errors, tidy_coefficients
from .deterministic import OUTLIER
from .examined import Examined
from .lag_selection import Criteria, LagSelection, information_criteria
from .pandemic import estimated_parameters, pandemic_result, scale_in_words
from .restrictions import Restriction, as_restrictions, linear_restrictions

if TYPE_CHECKING:
    from ..dynamic_multipliers import DynamicMultipliers
    from ..inference.protocol import Inference
    from ..responses import Size
    from ..var import VAR, Divisor
    from .pandemic import PandemicResult
    from .restriction_test import RestrictionTest

__all__ = ["VARResults", "regressor_names"]

_SCALED = (
    "Covariance, sizes and variance shares are those of normal months; standard errors and bands "
    "take the scale as known."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class VARResults(Examined, ReducedForm):
    """An estimated VAR; see ``ReducedForm`` for what it shares with a VECM.

    Attributes
    ----------
    spec : VAR
    gram_inverse : ndarray, shape (n, n)
        Inverse of X'X, regressors (over ``scales``) in the order of ``regressors``.
    lag_selection : LagSelection or None
        The criteria, where one of them chose the lags.
    scale : ScaleEstimate or None
        The pandemic scale; see ``pandemic_scale`` for the labelled table.
    """

    spec: VAR
    gram_inverse: np.ndarray
    lag_selection: LagSelection | None
    scale: ScaleEstimate | None = None

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005",)

    @property
    def divisor(self) -> Divisor:
        """Divisor of ``covariance``: ``df`` or ``T``."""
        return self.spec.divisor

    @property
    def model(self) -> str:
        """Name of the model in tables, such as ``VAR(2)``."""
        return f"VAR({self.p})"

    @cached_property
    def params(self) -> pd.DataFrame:
        """Coefficients, regressors in rows and equations in columns."""
        k = len(self.names)
        lags = self.lag_coefficients.transpose(0, 2, 1).reshape(self.p * k, k)
        return self._labelled(np.vstack([self.deterministic.T, lags]))

    @cached_property
    def restrictions(self) -> LinearRestrictions | None:
        """The restrictions of the specification as arrays."""
        return linear_restrictions(self.spec.restrictions, self.names, self.regressors)

    @property
    def plain_least_squares(self) -> bool:
        """Whether the coefficients are those of least squares, equation by equation."""
        return self.restrictions is None and self.spec.pandemic is None

    @cached_property
    def scales(self) -> np.ndarray | None:
        """s_t: the errors' standard deviation relative to a normal month, shape (T,).

        One-step errors are u_t = s_t e_t; ``residuals`` and ``covariance`` are those of e_t.
        """
        return self._scale_path(self.nobs)

    @property
    def divisor_in_words(self) -> str:
        """The divisor in a note; restrictions leave equations different numbers of coefficients."""
        averaged = self.divisor == "df" and self.restrictions is not None
        return super().divisor_in_words + (", on average" if averaged else "")

    def future_scales(self, steps: int) -> np.ndarray:
        """Scale of the errors in the periods after the sample, shape (steps,)."""
        path = self._scale_path(self.nobs + steps)
        return np.ones(steps) if path is None else path[self.nobs :]

    def _scale_path(self, rows: int) -> np.ndarray | None:
        if self.spec.pandemic is None or self.scale is None:
            return None
        return scale_path(self.scale.values, self.spec.pandemic.first_row(self.dates), rows)

    @property
    def resampled_rows(self) -> np.ndarray:
        """False for periods with a dummy of their own, whose residual is zero, shape (T,)."""
        dummies = [name.startswith(OUTLIER) for name in self.z_names]
        return np.asarray((self.z[:, dummies] == 0).all(axis=1))

    @cached_property
    def design(self) -> np.ndarray:
        """The regressors of each equation, over ``scales`` where these are, shape (T, n)."""
        plain = super().design
        return plain if self.scales is None else plain / self.scales[:, None]

    @property
    def df_resid(self) -> float:
        """T minus the free coefficients of an equation, on average."""
        held = 0 if self.restrictions is None else len(self.restrictions)
        return self.nobs - len(self.regressors) + held / len(self.names)

    @property
    def dynamic_coefficients(self) -> int:
        """Coefficients on the past in all equations less the restrictions on them."""
        held = 0
        if self.restrictions is not None:
            lagged = self.restrictions.parts[:, len(self.z_names) :] != 0
            held = int(((self.restrictions.sums != 0) @ lagged.any(axis=1)).sum())
        return self.p * len(self.names) ** 2 - held

    def coefficient_covariance(self, errors: ErrorKind | None = None) -> np.ndarray:
        """Covariance of the coefficients of all equations, shape (K n, K n).

        Parameters
        ----------
        errors : {"classical", "HC0", "HC1", "HC3"}, optional
            The assumption about the errors; by default that of the specification.

        Returns
        -------
        ndarray, shape (K n, K n)
            Equation by equation, regressors in the order of ``regressors``; zero rows where a
            restriction fixes a coefficient. Classical covariances have the divisor of
            ``covariance``. The scale of pandemic months is taken as known.
        """
        return coefficient_covariance(
            self.design,
            self.residuals.to_numpy(),
            self.gram_inverse,
            self.covariance,
            self.restrictions,
            errors=errors or self.spec.errors,
            parameters=self.nobs - self.df_resid,
        )

    @cached_property
    def std_errors(self) -> pd.DataFrame:
        """Standard errors under the specification's assumption about the errors."""
        return self._labelled(std_errors(self))

    @property
    def tvalues(self) -> pd.DataFrame:
        """Coefficients over their standard errors."""
        return self.params / self.std_errors

    @property
    def pvalues(self) -> pd.DataFrame:
        """Two-sided p-values from Student's t with ``df_resid`` degrees of freedom."""
        from scipy.stats import t

        return self._labelled(2 * t.sf(np.abs(self.tvalues.to_numpy()), self.df_resid))

    @cached_property
    def criteria(self) -> Criteria:
        """AIC, BIC, HQ, FPE per observation and the Gaussian log-likelihood, with Sigma_T.

        Free coefficients and estimated parameters of the scale are counted.
        """
        return information_criteria(
            self.residuals.to_numpy(),
            self.nobs - self.df_resid,
            self.scales,
            estimated_parameters(self.spec.pandemic, self.scale),
        )

    @property
    def loglik(self) -> float:
        """Gaussian log-likelihood at the maximum (covariance with divisor T)."""
        return self.criteria.loglik

    @property
    def aic(self) -> float:
        """Akaike criterion per observation."""
        return self.criteria.aic

    @property
    def bic(self) -> float:
        """Schwarz criterion per observation."""
        return self.criteria.bic

    @property
    def hqic(self) -> float:
        """Hannan-Quinn criterion per observation."""
        return self.criteria.hqic

    @property
    def fpe(self) -> float:
        """Final prediction error."""
        return self.criteria.fpe

    def conf_int(self, level: float = 0.90) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lower and upper bounds of the coefficients by Student's t."""
        from scipy.stats import t

        require_levels([level])
        margin = t.ppf((1 + level) / 2, self.df_resid) * self.std_errors
        return self.params - margin, self.params + margin

    def reestimate(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same model estimated on other paths of the endogenous variables.

        Deterministic and exogenous terms, restrictions and the scale of pandemic months are held
        fixed.

        Parameters
        ----------
        y : ndarray, shape (R, T+p, K)

        Returns
        -------
        lags : ndarray, shape (R, p, K, K)
        deterministic : ndarray, shape (R, K, m)
        covariance : ndarray, shape (R, K, K)
            Not finite where the estimation failed.
        """
        return restricted_paths(
            y,
            self.z,
            self.p,
            divisor=self.df_resid if self.divisor == "df" else self.nobs,
            scales=self.scales,
            restrictions=self.restrictions,
            iterate=self.spec.iterate,
        )

    def test_restrictions(
        self,
        restrictions: Restriction | Sequence[Restriction] = (),
        *,
        errors: ErrorKind | None = None,
    ) -> RestrictionTest:
        """Likelihood-ratio and Wald test of restrictions.

        Parameters
        ----------
        restrictions : Restriction or sequence of Restriction, optional
            Tested against this VAR; by default its own restrictions against none.
        errors : {"classical", "HC0", "HC1", "HC3"}, optional
            Covariance of the Wald test; by default that of the specification.
        """
        from .restriction_test import compare

        return compare(self, as_restrictions(restrictions), errors or self.spec.errors)

    def pandemic_scale(self, level: float = 0.90) -> PandemicResult:
        """The scale of the pandemic months with profile-likelihood intervals.

        Raises
        ------
        SpecError
            If the specification has none.
        """
        return pandemic_result(self, level)

    def dynamic_multipliers(
        self,
        horizon: int = 24,
        *,
        size: Size = "unit",
        permanent: bool = False,
        cumulative: bool | Literal["auto"] = "auto",
        levels: Sequence[float] = (0.68, 0.90),
        inference: Inference | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> DynamicMultipliers:
        """Responses to changes of the exogenous columns; no identification is needed.

        See ``StructuralVAR.dynamic_multipliers``, which takes the draws of an identified VAR, for
        the other options.

        Parameters
        ----------
        inference : Inference, optional
            By default ``default_inference``.
        rng : int, Generator or None
            Seed of the draws.
        """
        from ..identification.cholesky import Cholesky

        # Multipliers are those of the reduced form, whichever way its shocks are identified.
        return self.identify(Cholesky(), inference=inference, rng=rng).dynamic_multipliers(
            horizon, size=size, permanent=permanent, cumulative=cumulative, levels=levels
        )

    def tidy(self, levels: Sequence[float] = (0.90,)) -> pd.DataFrame:
        """Coefficients: ``shock`` is the regressor, ``response`` the equation, ``horizon`` the lag.

        Intervals are Student's t.
        """
        return tidy_coefficients(self, levels)

    def summary(self) -> Summary:
        """Fit, coefficients with standard errors, residual correlations."""
        fit = {
            "Lags": self.p,
            "Observations": self.nobs,
            "Coefficients an equation": f"{self.nobs - self.df_resid:g}",
            "Log-likelihood": self.loglik,
            "AIC": self.aic,
            "BIC": self.bic,
            "HQ": self.hqic,
            "Largest root": self.max_root,
        }
        tables = [
            ("Fit", pd.DataFrame({"value": pd.Series(fit, dtype=object)})),
            ("Coefficients", self.params),
            (f"Standard errors ({self.spec.errors})", self.std_errors),
            ("Residual correlations", self.residuals.corr()),
        ]
        return Summary(f"{self.model} of {', '.join(self.names)}", tables, self.notes())

    @property
    def terms_in_words(self) -> str:
        """Terms, restrictions and the scale of pandemic months."""
        parts = [super().terms_in_words]
        parts += [one.describe(self.columns) for one in self.spec.restrictions]
        if self.spec.pandemic is not None and self.scale is not None:
            parts.append(scale_in_words(self.spec.pandemic, self.scale.values))
        return "; ".join(parts)

    def notes(self) -> tuple[str, ...]:
        """Sample, terms, estimator, divisor and stability in words."""
        chosen = f" (by {str(self.spec.lags).upper()})" if self.lag_selection else ""
        stable = "stable" if self.is_stable else "NOT stable"
        near = ", close to the unit circle" if self.is_stable and self.near_unit_root else ""
        return (
            f"Sample {self.sample}, T = {self.nobs}; {self.p} lags{chosen}; {self.terms_in_words}.",
            f"{self._estimator()}; covariance divisor {self.divisor_in_words}; largest root "
            f"{self.max_root:.3f}, {stable}{near}.",
            *([_SCALED] if self.scales is not None else []),
            *(f"{reason[0].upper()}{reason[1:]}." for reason in self.trimmed),
        )

    def _estimator(self) -> str:
        weighted = "" if self.scales is None else "weighted "
        if self.restrictions is None:
            return f"{weighted}least squares".capitalize()
        how = "iterated to maximum likelihood" if self.spec.iterate else "one step"
        count = len(self.restrictions)
        return f"{weighted}generalised least squares ({how}), {count} restrictions".capitalize()

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from ..citations import bibtex

        used = list(self.methods)
        if self.restrictions is not None:
            used.append("oberhofer_kmenta1974")
        if self.spec.pandemic is not None:
            used.append("lenza_primiceri2022")
        if self.spec.errors != "classical":
            used += ["white1980", "mackinnon_white1985"]
        return bibtex(used)

    def _labelled(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.regressors), columns=list(self.names))
