"""The estimated reduced form: arrays, labelled coefficients, fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...data.panel import Column, label_of
from ...errors import SpecError
from ...estimation.companion import companion_roots
from ...estimation.streams import seed_from
from ..results import Result, Summary, tidy_frame
from .deterministic import Trend
from .lag_selection import Criteria, LagSelection, information_criteria

if TYPE_CHECKING:
    from ...estimation.var_bootstrap import ReducedFormDraws
    from ..identification.protocol import Identification
    from ..inference.protocol import Inference
    from ..structural import StructuralVAR
    from ..var import VAR, Divisor
    from .diagnostics import Diagnostics

#: A largest root above this is called close to the unit circle.
NEAR_UNIT_ROOT = 0.98


def regressor_names(z_names: Sequence[str], names: Sequence[str], lags: int) -> tuple[str, ...]:
    """Terms of each equation: z, then ``name.l1`` for all variables, then lag 2, ..."""
    return (*z_names, *(f"{name}.l{lag}" for lag in range(1, lags + 1) for name in names))


@dataclass(frozen=True, eq=False)
class VARResults(Result):
    """An estimated reduced form.

    Attributes
    ----------
    spec : VAR
    names : tuple of str
        Endogenous variables; the order of every array.
    columns : Mapping[str, Column]
        What each column is, exogenous ones included.
    p : int
        Number of lags.
    z_names : tuple of str
        Deterministic and exogenous terms: constant, trend, seasonals, exogenous.
    y : ndarray, shape (T+p, K)
        Data with the p presample rows first.
    z : ndarray, shape (T, m)
    index : Index, length T+p
        Periods of ``y``.
    lag_coefficients : ndarray, shape (p, K, K)
        A_l as [lag, equation, variable].
    deterministic : ndarray, shape (K, m)
    covariance : ndarray, shape (K, K)
        Residual covariance with the divisor of the specification.
    residuals : DataFrame, shape (T, K)
    gram_inverse : ndarray, shape (n, n)
        Inverse of X'X, regressors in the order of ``regressors``.
    lag_selection : LagSelection or None
        The criteria, where one of them chose the lags.
    trimmed : tuple of str
        What decided the ends of the sample, in words.
    source, panel_sha256 : str
        Where the data came from and their hash.
    """

    spec: VAR
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    p: int
    z_names: tuple[str, ...]
    y: np.ndarray
    z: np.ndarray
    index: pd.Index
    lag_coefficients: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    residuals: pd.DataFrame
    gram_inverse: np.ndarray
    lag_selection: LagSelection | None
    trimmed: tuple[str, ...]
    source: str
    panel_sha256: str

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005",)

    @property
    def trend(self) -> Trend:
        """Deterministic trend of the specification."""
        return self.spec.trend

    @property
    def divisor(self) -> Divisor:
        """Divisor of ``covariance``: ``df`` or ``T``."""
        return self.spec.divisor

    @property
    def model(self) -> str:
        """Name of the model in tables, such as ``VAR(2)``."""
        return f"VAR({self.p})"

    @property
    def dates(self) -> pd.Index:
        """Periods used, presample excluded, length T."""
        return self.index[self.p :]

    @property
    def nobs(self) -> int:
        """Observations used, presample excluded."""
        return len(self.z)

    @property
    def sample(self) -> str:
        """First and last period used, presample excluded."""
        return f"{label_of(self.dates[0])} to {label_of(self.dates[-1])}"

    @property
    def regressors(self) -> tuple[str, ...]:
        """Terms of each equation: z, then ``name.l1`` for all variables, then lag 2, ..."""
        return regressor_names(self.z_names, self.names, self.p)

    @property
    def df_resid(self) -> int:
        """T minus the coefficients of one equation."""
        return self.nobs - len(self.regressors)

    @cached_property
    def params(self) -> pd.DataFrame:
        """Coefficients, regressors in rows and equations in columns."""
        k = len(self.names)
        lags = self.lag_coefficients.transpose(0, 2, 1).reshape(self.p * k, k)
        return self._labelled(np.vstack([self.deterministic.T, lags]))

    @cached_property
    def std_errors(self) -> pd.DataFrame:
        """Standard errors from ``covariance`` (with its divisor) and (X'X)^-1."""
        variance = np.outer(np.diag(self.gram_inverse), np.diag(self.covariance))
        return self._labelled(np.sqrt(variance))

    @property
    def tvalues(self) -> pd.DataFrame:
        """Coefficients over their standard errors."""
        return self.params / self.std_errors

    @property
    def pvalues(self) -> pd.DataFrame:
        """Two-sided p-values from Student's t with ``df_resid`` degrees of freedom."""
        from scipy.stats import t

        return self._labelled(2 * t.sf(np.abs(self.tvalues.to_numpy()), self.df_resid))

    @property
    def fitted(self) -> pd.DataFrame:
        """Fitted values."""
        actual = pd.DataFrame(self.y[self.p :], index=self.dates, columns=list(self.names))
        return actual - self.residuals

    @cached_property
    def criteria(self) -> Criteria:
        """AIC, BIC, HQ, FPE per observation and the Gaussian log-likelihood, with Sigma_T."""
        return information_criteria(self.residuals.to_numpy(), len(self.regressors))

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

    @cached_property
    def roots(self) -> np.ndarray:
        """Eigenvalues of the companion matrix, largest modulus first."""
        return companion_roots(self.lag_coefficients)

    @property
    def max_root(self) -> float:
        """Largest modulus of the roots."""
        return float(np.abs(self.roots[0]))

    @property
    def is_stable(self) -> bool:
        """Whether all roots lie strictly inside the unit circle."""
        return self.max_root < 1 - 1e-10

    @property
    def near_unit_root(self) -> bool:
        """Whether the largest root is so close to one that long-run quantities are fragile."""
        return self.max_root > NEAR_UNIT_ROOT

    @cached_property
    def residuals_are_heteroskedastic(self) -> bool:
        """Whether the multivariate ARCH-LM test rejects at 1 per cent."""
        from .diagnostics import arch_lm

        return arch_lm(self).p_value < 0.01

    @cached_property
    def residuals_are_autocorrelated(self) -> bool:
        """Whether Edgerton and Shukur's test up to lag 5 rejects at 1 per cent."""
        from .diagnostics import edgerton_shukur

        enough = self.nobs > len(self.regressors) + 6 * len(self.names)
        return enough and edgerton_shukur(self, 5).p_value < 0.01

    def diagnostics(self, **lags: int) -> Diagnostics:
        """Stability and tests of the residuals; see ``models.diagnostics.diagnose``."""
        from .diagnostics import diagnose

        return diagnose(self, **lags)

    def identify(
        self,
        scheme: Identification,
        *,
        inference: Inference | None = None,
        rng: int | np.random.Generator | None = 0,
    ) -> StructuralVAR:
        """Attach an identification and a source of joint draws.

        Parameters
        ----------
        scheme : Identification
            Such as ``Cholesky(order)``.
        inference : Inference, optional
            By default ``ResidualBootstrap(draws=2000)``.
        rng : int, Generator or None
            Seed of the draws; the same seed gives the same draws.
        """
        from ..inference.residual_bootstrap import ResidualBootstrap
        from ..structural import StructuralVAR

        seed = seed_from(rng)
        if seed < 0:
            raise SpecError(f"rng = {seed}.", remedy="Use a seed of 0 or more.")
        impact = scheme.impact(self.covariance, self.lag_coefficients, self.names)
        bands = ResidualBootstrap() if inference is None else inference
        return StructuralVAR(self, scheme, bands, seed, impact)

    def draws(self, inference: Inference, seed: int) -> ReducedFormDraws:
        """Joint draws of the reduced form, made once: every identification shares them."""
        key = (inference, seed)
        if key not in self._drawn:
            self._drawn[key] = inference.draw(self, seed)
        return self._drawn[key]

    @cached_property
    def _drawn(self) -> dict[tuple[Inference, int], ReducedFormDraws]:
        return {}

    def conf_int(self, level: float = 0.90) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lower and upper bounds of the coefficients by Student's t."""
        from scipy.stats import t

        margin = t.ppf((1 + level) / 2, self.df_resid) * self.std_errors
        return self.params - margin, self.params + margin

    def tidy(self, levels: Sequence[float] = (0.90,)) -> pd.DataFrame:
        """Coefficients: ``shock`` is the regressor, ``response`` the equation, ``horizon`` the lag.

        Intervals are Student's t.
        """
        lagged = [(name, lag) for lag in range(1, self.p + 1) for name in self.names]
        terms = [(name, 0) for name in self.z_names] + lagged
        k, n = len(self.names), len(terms)
        rows = pd.DataFrame(
            {
                "model": self.model,
                "statistic": "coefficient",
                "shock": [variable for variable, _ in terms] * k,
                "response": np.repeat(self.names, n),
                "horizon": [lag for _, lag in terms] * k,
                "estimate": self.params.to_numpy().T.ravel(),
                "std_error": self.std_errors.to_numpy().T.ravel(),
                "band": "t",
                "unit": [self._unit(name, *term) for name in self.names for term in terms],
            }
        )
        frames = []
        for level in levels:
            low, high = (bound.to_numpy().T.ravel() for bound in self.conf_int(level))
            frames.append(rows.assign(level=level, conf_low=low, conf_high=high))
        return tidy_frame(pd.concat(frames))

    def _unit(self, name: str, regressor: str, lag: int) -> str:
        """Unit of a coefficient: of the equation, per unit of the variable that it multiplies."""
        unit = self.columns[name].unit
        return f"{unit} per {self.columns[regressor].unit}" if lag else unit

    def summary(self) -> Summary:
        """Fit, coefficients with standard errors, residual correlations."""
        fit = {
            "Lags": self.p,
            "Observations": self.nobs,
            "Coefficients an equation": len(self.regressors),
            "Log-likelihood": self.loglik,
            "AIC": self.aic,
            "BIC": self.bic,
            "HQ": self.hqic,
            "Largest root": self.max_root,
        }
        tables = [
            ("Fit", pd.DataFrame({"value": pd.Series(fit, dtype=object)})),
            ("Coefficients", self.params),
            ("Standard errors", self.std_errors),
            ("Residual correlations", self.residuals.corr()),
        ]
        return Summary(f"{self.model} of {', '.join(self.names)}", tables, self.notes())

    @property
    def terms_in_words(self) -> str:
        """Deterministic and exogenous terms, the seasonal dummies counted."""
        words = {"const": "constant", "trend": "trend"}
        named = [words[name] for name in self.z_names if name in words]
        exog = list(self.spec.exog or ())
        seasons = len(self.z_names) - len(named) - len(exog)
        if seasons:
            named.append(f"{seasons} seasonal dummies")
        if exog:
            named.append(f"exogenous {', '.join(self.columns[name].label for name in exog)}")
        return "terms: " + (", ".join(named) or "none")

    def notes(self) -> tuple[str, ...]:
        """Sample, terms, divisor and stability in words."""
        divisor = "T - coefficients of an equation" if self.divisor == "df" else "T"
        chosen = f" (by {str(self.spec.lags).upper()})" if self.lag_selection else ""
        stable = "stable" if self.is_stable else "NOT stable"
        near = ", close to the unit circle" if self.is_stable and self.near_unit_root else ""
        return (
            f"Sample {self.sample}, T = {self.nobs}; {self.p} lags{chosen}; {self.terms_in_words}.",
            f"Least squares; covariance divisor {divisor}; largest root {self.max_root:.3f}, "
            f"{stable}{near}.",
            *(f"{reason[0].upper()}{reason[1:]}." for reason in self.trimmed),
        )

    def _labelled(self, values: np.ndarray) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(self.regressors), columns=list(self.names))
