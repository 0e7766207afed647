"""Is the VAR adequate? Stability, and tests of its residuals."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import NearUnitRootWarning, SpecError
from ...estimation.least_squares import lagged_design, least_squares
from ..results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from .base import ReducedForm

#: Level at which a verdict in words speaks of rejection.
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test.

    Attributes
    ----------
    name : str
        Test and lags.
    statistic : float
    df : tuple of float
        Degrees of freedom: one for chi-squared, two for F; empty where the test is infeasible.
    p_value : float
    null : str
        The null hypothesis in words.
    """

    name: str
    statistic: float
    df: tuple[float, ...]
    p_value: float
    null: str

    @property
    def verdict(self) -> str:
        """The outcome at the 5 per cent level in words."""
        if np.isnan(self.p_value):
            return "not computed: too few observations"
        return f"{'rejected' if self.p_value < LEVEL else 'not rejected'} at {LEVEL:.0%}"


@dataclass(frozen=True, eq=False)
class Diagnostics(Result):
    """Stability and residual tests of one VAR.

    Attributes
    ----------
    model : str
    nobs : int
    sample : str
    roots : ndarray of complex
        Eigenvalues of the companion matrix, largest modulus first.
    stability : str
        What the largest root means, in words.
    tests : tuple of TestResult
    """

    model: str
    nobs: int
    sample: str
    roots: np.ndarray
    stability: str
    tests: tuple[TestResult, ...]

    methods: ClassVar[tuple[str, ...]] = (
        "luetkepohl2005",
        "edgerton1999",
        "breusch1978",
        "johansen1995",
    )

    @property
    def max_root(self) -> float:
        """Largest modulus of the roots."""
        return float(np.abs(self.roots[0]))

    @property
    def table(self) -> pd.DataFrame:
        """One row a test: statistic, df, p, null hypothesis and verdict in words."""
        return pd.DataFrame(
            {
                "statistic": [t.statistic for t in self.tests],
                "df": [", ".join(f"{d:g}" for d in t.df) for t in self.tests],
                "p": [t.p_value for t in self.tests],
                "null hypothesis": [t.null for t in self.tests],
                "verdict": [t.verdict for t in self.tests],
            },
            index=pd.Index([t.name for t in self.tests], name="test"),
        )

    def tidy(self) -> pd.DataFrame:
        """Statistics and p-values of the tests, and the largest root."""
        rows = [{"statistic": "largest root", "estimate": self.max_root}]
        for test in self.tests:
            rows.append({"statistic": test.name, "estimate": test.statistic})
            rows.append({"statistic": f"{test.name}, p-value", "estimate": test.p_value})
        return tidy_frame({"model": self.model, **row} for row in rows)

    def summary(self) -> Summary:
        """The table of tests with the statement on stability."""
        return Summary(
            f"Diagnostics of the {self.model}",
            [("Residual tests", self.table)],
            [self.stability, f"Sample {self.sample}, T = {self.nobs}."],
        )


def diagnose(
    var: ReducedForm,
    *,
    portmanteau_lags: int | None = None,
    lm_lags: int = 5,
    arch_lags: int = 5,
) -> Diagnostics:
    """Stability, autocorrelation, normality and conditional heteroskedasticity.

    Parameters
    ----------
    var : ReducedForm
    portmanteau_lags : int, optional
        More than the lags of the VAR; by default the larger of 16 and twice its lags.
    lm_lags, arch_lags : int
        Lags of the Breusch-Godfrey and of the ARCH test.

    Warns
    -----
    NearUnitRootWarning
        If the largest root is close to, on or outside the unit circle.
    """
    if not var.is_stable or var.near_unit_root:
        warnings.warn(_stability(var), NearUnitRootWarning, stacklevel=2)
    lags = portmanteau_lags or max(16, 2 * var.p)
    tests = (
        portmanteau(var, lags),
        portmanteau(var, lags, adjusted=True),
        breusch_godfrey(var, lm_lags),
        edgerton_shukur(var, lm_lags),
        *jarque_bera(var),
        arch_lm(var, arch_lags),
    )
    return Diagnostics(var.model, var.nobs, var.sample, var.roots, _stability(var), tests)


def portmanteau(var: ReducedForm, lags: int, *, adjusted: bool = False) -> TestResult:
    """Portmanteau test of residual autocorrelation up to ``lags``.

    Q = T sum_j tr(C_j' C_0^-1 C_j C_0^-1); the adjusted form weights term j by T / (T - j).
    Luetkepohl (2005), section 4.4.3.
    """
    from scipy.stats import chi2

    if lags <= var.p:
        raise SpecError(
            f"A portmanteau test over {lags} lags of a VAR({var.p}) has no degrees of freedom.",
            remedy=f"Use more than {var.p} lags.",
        )
    u = var.residuals.to_numpy()
    rows, k = u.shape
    factor = np.linalg.cholesky(u.T @ u / rows)
    w = np.linalg.solve(factor, u.T).T
    terms = np.array([np.sum((w[j:].T @ w[: rows - j] / rows) ** 2) for j in range(1, lags + 1)])
    weights = rows / (rows - np.arange(1, lags + 1)) if adjusted else 1.0
    statistic = float(rows * np.sum(weights * terms))
    df = k * k * lags - var.dynamic_coefficients
    name = f"{'Adjusted portmanteau' if adjusted else 'Portmanteau'} ({lags} lags)"
    null = f"no residual autocorrelation up to lag {lags}"
    return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)


def breusch_godfrey(var: ReducedForm, lags: int) -> TestResult:
    """Breusch-Godfrey LM test of residual autocorrelation up to ``lags``.

    T (K - tr(S_R^-1 S_e)) from the regression of residuals on the model's regressors and their
    own lags, missing ones set to zero.
    """
    from scipy.stats import chi2

    restricted, unrestricted = _residual_covariances(var, range(1, lags + 1))
    k = len(var.names)
    statistic = float(var.nobs * (k - np.trace(np.linalg.solve(restricted, unrestricted))))
    df = lags * k * k
    null = f"no residual autocorrelation up to lag {lags}"
    name = f"Breusch-Godfrey LM ({lags} lags)"
    return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)


def edgerton_shukur(var: ReducedForm, lags: int) -> TestResult:
    """F form of the Breusch-Godfrey test with Rao's correction; better in small samples.

    Edgerton and Shukur (1999).
    """
    from scipy.stats import f

    restricted, unrestricted = _residual_covariances(var, range(1, lags + 1))
    k, m = len(var.names), len(var.names) * lags
    log_ratio = np.linalg.slogdet(unrestricted)[1] - np.linalg.slogdet(restricted)[1]
    bound = k * k + m * m - 5
    r = np.sqrt((k * k * m * m - 4) / bound) if bound > 0 else 1.0
    q = k * m / 2 - 1
    left = var.df_resid - m - (k - m + 1) / 2
    shrunk = np.exp(log_ratio / r)
    statistic = float((1 - shrunk) / shrunk * (left * r - q) / (k * m))
    df = (float(k * m), float(np.floor(left * r - q)))
    null = f"no residual autocorrelation up to lag {lags}"
    name = f"Edgerton-Shukur F ({lags} lags)"
    return TestResult(name, statistic, df, float(f.sf(statistic, *df)), null)


def lm_at_lag(var: ReducedForm, lag: int) -> TestResult:
    """LM test of residual autocorrelation at one lag alone.

    (T - d - 1/2) ln(|S_R| / |S_e|) with d coefficients an equation, lags of the residuals
    included, missing ones set to zero. Johansen (1995), p. 22.
    """
    from scipy.stats import chi2

    restricted, unrestricted = _residual_covariances(var, [lag])
    d = var.nobs - var.df_resid + len(var.names)
    log_ratio = np.linalg.slogdet(restricted)[1] - np.linalg.slogdet(unrestricted)[1]
    statistic, df = float((var.nobs - d - 0.5) * log_ratio), len(var.names) ** 2
    null = f"no residual autocorrelation at lag {lag}"
    p_value = float(chi2.sf(statistic, df))
    return TestResult(f"LM at lag {lag}", statistic, (df,), p_value, null)


def jarque_bera(var: ReducedForm) -> tuple[TestResult, TestResult, TestResult]:
    """Multivariate Jarque-Bera test, its skewness and its kurtosis part.

    Residuals are standardised by the Cholesky factor of their covariance, so the statistic
    depends on the order of the variables. Luetkepohl (2005), section 4.5.
    """
    from scipy.stats import chi2

    u = var.residuals.to_numpy()
    rows, k = u.shape
    centred = u - u.mean(axis=0)
    w = np.linalg.solve(np.linalg.cholesky(centred.T @ centred / rows), centred.T).T
    skewness = float(rows * np.sum(np.mean(w**3, axis=0) ** 2) / 6)
    kurtosis = float(rows * np.sum((np.mean(w**4, axis=0) - 3) ** 2) / 24)
    both = ("Jarque-Bera", skewness + kurtosis, 2 * k, "residuals are normal")
    third = ("Skewness", skewness, k, "residuals are not skewed")
    fourth = ("Kurtosis", kurtosis, k, "residuals have no fat tails")

    def result(name: str, statistic: float, df: int, null: str) -> TestResult:
        return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)

    return result(*both), result(*third), result(*fourth)


def arch_lm(var: ReducedForm, lags: int = 5) -> TestResult:
    """Multivariate ARCH-LM test.

    Regression of vech(u u') on its own lags; T K (K+1) R^2 / 2. Luetkepohl (2005), section
    16.5.1. Not computed (NaN) where the lags leave too few observations.
    """
    from scipy.stats import chi2

    u = var.residuals.to_numpy()
    k = u.shape[1]
    standardised = (u - u.mean(axis=0)) / u.std(axis=0, ddof=1)
    lower = np.tril_indices(k)
    products = standardised[:, lower[0]] * standardised[:, lower[1]]
    width, rows = products.shape[1], len(u) - lags
    name, null = f"ARCH-LM ({lags} lags)", f"no conditional heteroskedasticity up to lag {lags}"
    if rows <= 1 + width * (lags + 1):
        return TestResult(name, np.nan, (), np.nan, null)
    full = lagged_design(products, np.ones((len(u), 1)), lags)
    fit = least_squares(full, products[lags:]).residuals
    centred = products[lags:] - products[lags:].mean(axis=0)
    share = np.trace(np.linalg.solve(centred.T @ centred, fit.T @ fit))
    statistic = float(rows * (width - share))
    df = lags * width * width
    return TestResult(name, statistic, (df,), float(chi2.sf(statistic, df)), null)


def _residual_covariances(
    var: ReducedForm, lags: Sequence[int] | range
) -> tuple[np.ndarray, np.ndarray]:
    """Residual covariance without and with lagged residuals among the regressors."""
    u = var.residuals.to_numpy()
    rows = len(u)
    shifted = [np.vstack([np.zeros((lag, u.shape[1])), u[: rows - lag]]) for lag in lags]
    e = least_squares(np.hstack([var.estimated_design, *shifted]), u).residuals
    if not var.plain_least_squares:
        # Restricted residuals still hold what the restrictions leave out, which is no sign of
        # autocorrelation.
        u = least_squares(var.estimated_design, u).residuals
    return u.T @ u / rows, e.T @ e / rows


def _stability(var: ReducedForm) -> str:
    """What the largest root means, in words."""
    beside = " beside the imposed unit roots" if var.unit_roots else ""
    root = f"largest root{beside} {var.max_root:.4f}"
    if var.max_root > 1 + 1e-10:
        return f"Not stable: {root} lies outside the unit circle."
    if not var.is_stable:
        return f"Not stable: {root} lies on the unit circle."
    if var.near_unit_root:
        return f"Stable, but the {root} is close to one: long-run quantities are fragile."
    return f"Stable: {root}, strictly inside the unit circle."
