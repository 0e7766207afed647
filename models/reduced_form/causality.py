"""Granger and instantaneous causality between the variables of a VAR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from ...errors import NumericalError, SampleError, SpecError
from ...estimation.coefficient_covariance import ErrorKind, coefficient_covariance
from ...estimation.least_squares import lagged_design, least_squares
from ...estimation.multiplicity import holm
from ..options import require_choice
from .causality_results import CausalityTable, CausalityTest

if TYPE_CHECKING:
    from .var_results import VARResults

Denominator = Literal["system", "equation"]


def granger_test(
    var: VARResults,
    cause: str | Sequence[str],
    effect: str | Sequence[str] | None = None,
    *,
    errors: ErrorKind | None = None,
    extra_lags: int = 0,
    denominator: Denominator = "system",
) -> CausalityTest:
    """Test that the lags of ``cause`` are absent from the equations of ``effect``.

    Parameters
    ----------
    var : VARResults
    cause : str or sequence of str
    effect : str or sequence of str, optional
        All other variables by default.
    errors : {"classical", "HC0", "HC1", "HC3"}, optional
        Assumption about the errors; by default that of the VAR.
    extra_lags : int
        Lags added to the VAR and not tested: as many as the highest order of integration make
        the test valid for integrated or cointegrated series, at some loss of power.
    denominator : {"system", "equation"}
        Degrees of freedom of the F statistic: those of all K equations, K (T - n), or of one.

    Raises
    ------
    SpecError
        If a name is unknown or on both sides, or the VAR already excludes the cause.

    References
    ----------
    Luetkepohl (2005), section 3.6.1; Toda and Yamamoto (1995); Dolado and Luetkepohl (1996).
    """
    require_choice("denominator", denominator, get_args(Denominator))
    causes, effects = _groups(var, cause, effect)
    kind = errors or var.spec.errors
    fit = _augmented(var, extra_lags, kind)
    return _granger(var, fit, causes, effects, kind, extra_lags, denominator)


def granger_table(
    var: VARResults,
    *,
    errors: ErrorKind | None = None,
    extra_lags: int = 0,
    denominator: Denominator = "system",
) -> CausalityTable:
    """Granger causality from each variable to each other, with Holm's correction.

    Pairs that the restrictions of the VAR exclude are left out. Parameters are those of
    ``granger_test``.
    """
    require_choice("denominator", denominator, get_args(Denominator))
    kind = errors or var.spec.errors
    fit = _augmented(var, extra_lags, kind)
    tests = [
        _granger(var, fit, (cause,), (effect,), kind, extra_lags, denominator)
        for cause, effect in permutations(var.names, 2)
        if fit.is_free(var.names.index(cause), var.names.index(effect))
    ]
    pairs = pd.DataFrame(
        {
            "cause": [test.cause[0] for test in tests],
            "effect": [test.effect[0] for test in tests],
            "F": [test.f for test in tests],
            "p": [test.f_p_value for test in tests],
            "p_holm": holm(np.array([test.f_p_value for test in tests])),
            "Wald": [test.wald for test in tests],
            "p_wald": [test.wald_p_value for test in tests],
        }
    )
    return CausalityTable(
        model=var.model,
        names=var.names,
        columns=var.columns,
        pairs=pairs,
        df=tests[0].df if tests else (),
        errors=kind,
        extra_lags=extra_lags,
        fragile=_fragile(var, extra_lags),
        nobs=fit.nobs,
        sample=var.sample,
    )


def instantaneous_test(
    var: VARResults,
    cause: str | Sequence[str],
    effect: str | Sequence[str] | None = None,
    *,
    errors: ErrorKind | None = None,
) -> CausalityTest:
    """Test that the errors of two groups of variables are uncorrelated.

    The Wald statistic of the covariances s_ij, i in one group and j in the other, has the
    asymptotic covariance (s_ik s_jl + s_il s_jk) / T of normal errors; with ``errors`` other than
    ``classical`` it is the sample covariance of the products u_i u_j. The relation is symmetric.

    Parameters
    ----------
    var : VARResults
    cause : str or sequence of str
    effect : str or sequence of str, optional
        All other variables by default.
    errors : {"classical", "HC0", "HC1", "HC3"}, optional
        By default those of the VAR.

    References
    ----------
    Luetkepohl (2005), section 3.6.3.
    """
    from scipy.stats import chi2

    causes, effects = _groups(var, cause, effect)
    kind = errors or var.spec.errors
    u = var.residuals.to_numpy()[var.resampled_rows]
    first = [var.names.index(i) for i in effects for _ in causes]
    second = [var.names.index(j) for _ in effects for j in causes]
    products = u[:, first] * u[:, second]
    if kind == "classical":
        s = u.T @ u / len(u)
        variance = s[np.ix_(first, first)] * s[np.ix_(second, second)]
        variance += s[np.ix_(first, second)] * s[np.ix_(second, first)]
    else:
        variance = np.cov(products, rowvar=False, bias=True).reshape(len(first), len(first))
    wald, rank = _wald(products.mean(axis=0), variance / len(u))
    return CausalityTest(
        model=var.model,
        kind="instantaneous",
        cause=causes,
        effect=effects,
        columns=var.columns,
        wald=wald,
        wald_p_value=float(chi2.sf(wald, rank)),
        restrictions=rank,
        f=np.nan,
        df=(),
        f_p_value=np.nan,
        errors=kind,
        lags=0,
        extra_lags=0,
        fragile=False,
        nobs=len(u),
        sample=var.sample,
    )


@dataclass(frozen=True, slots=True)
class _Fit:
    """Coefficients of the VAR, with extra lags where asked for, and their covariance."""

    coefficients: np.ndarray  # (n, K), z first
    covariance: np.ndarray  # (K, n, K, n)
    terms: int  # columns of z
    lags: int  # tested
    df_resid: float
    nobs: int

    def rows(self, causes: Sequence[int]) -> np.ndarray:
        """Regressors that are tested lags of these variables."""
        k = self.coefficients.shape[1]
        return np.array([self.terms + lag * k + j for lag in range(self.lags) for j in causes])

    def is_free(self, cause: int, effect: int) -> bool:
        """Whether any tested coefficient is not fixed by a restriction."""
        rows = self.rows([cause])
        return bool(self.covariance[effect, rows, effect, rows].any())


def _augmented(var: VARResults, extra_lags: int, errors: ErrorKind) -> _Fit:
    """The VAR as estimated, or with extra lags on the same data."""
    k = len(var.names)
    if extra_lags == 0:
        covariance = var.coefficient_covariance(errors)
        n = len(var.regressors)
        return _Fit(
            var.params.to_numpy(),
            covariance.reshape(k, n, k, n),
            len(var.z_names),
            var.p,
            var.df_resid,
            var.nobs,
        )
    if extra_lags < 0 or var.restrictions is not None:
        raise SpecError(
            "Extra lags need a VAR without restrictions, and a number of 0 or more.",
            remedy="Leave the restrictions out, or extra_lags at 0.",
        )
    lags = var.p + extra_lags
    z = np.vstack([np.zeros((var.p, var.z.shape[1])), var.z])
    z = z[:, z[lags:].any(axis=0)]
    x, y = lagged_design(var.y, z, lags), var.y[lags:]
    if var.scales is not None:
        x, y = (part / var.scales[extra_lags:, None] for part in (x, y))
    nobs, n = x.shape
    if nobs < n + k:
        raise SampleError(
            f"{nobs} observations are too few for a VAR({lags}) of {k} variables.",
            remedy="Use fewer lags or a longer sample.",
        )
    fit = least_squares(x, y)
    if fit.dependent:
        raise NumericalError(
            f"The regressors of the VAR({lags}) are linearly dependent.",
            remedy="Use fewer extra lags.",
        )
    sigma = fit.residuals.T @ fit.residuals / (nobs - n if var.divisor == "df" else nobs)
    covariance = coefficient_covariance(
        x, fit.residuals, fit.gram_inverse, sigma, errors=errors, parameters=n
    )
    shaped = covariance.reshape(k, n, k, n)
    return _Fit(fit.coefficients, shaped, z.shape[1], var.p, nobs - n, nobs)


def _granger(
    var: VARResults,
    fit: _Fit,
    causes: tuple[str, ...],
    effects: tuple[str, ...],
    errors: ErrorKind,
    extra_lags: int,
    denominator: Denominator,
) -> CausalityTest:
    from scipy.stats import chi2
    from scipy.stats import f as f_distribution

    rows = fit.rows([var.names.index(name) for name in causes])
    equations = np.array([var.names.index(name) for name in effects])
    size = len(rows) * len(equations)
    variance = fit.covariance[np.ix_(equations, rows, equations, rows)].reshape(size, size)
    wald, rank = _wald(fit.coefficients[np.ix_(rows, equations)].T.ravel(), variance)
    degrees = (float(rank), (len(var.names) if denominator == "system" else 1) * fit.df_resid)
    return CausalityTest(
        model=var.model,
        kind="granger",
        cause=causes,
        effect=effects,
        columns=var.columns,
        wald=wald,
        wald_p_value=float(chi2.sf(wald, rank)),
        restrictions=rank,
        f=wald / rank,
        df=degrees,
        f_p_value=float(f_distribution.sf(wald / rank, *degrees)),
        errors=errors,
        lags=var.p,
        extra_lags=extra_lags,
        fragile=_fragile(var, extra_lags),
        nobs=fit.nobs,
        sample=var.sample,
    )


def _wald(estimate: np.ndarray, variance: np.ndarray) -> tuple[float, int]:
    """Wald statistic in units of standard errors, and the rank of the covariance.

    Directions that restrictions fix have no variance and are not tested.
    """
    free = np.diag(variance) > 0
    if not free.any():
        raise SpecError(
            "The restrictions of the VAR already exclude this cause.",
            remedy="Test it in the VAR without them (test_restrictions).",
        )
    error = np.sqrt(np.diag(variance)[free])
    roots, directions = np.linalg.eigh(variance[np.ix_(free, free)] / np.outer(error, error))
    kept = roots > 1e-10 * len(roots)
    along = (directions.T @ (estimate[free] / error))[kept]
    return float(np.sum(along**2 / roots[kept])), int(kept.sum())


def _groups(
    var: VARResults, cause: str | Sequence[str], effect: str | Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Both groups as names of the VAR."""
    causes = (cause,) if isinstance(cause, str) else tuple(cause)
    if effect is None:
        effect = [name for name in var.names if name not in causes]
    effects = (effect,) if isinstance(effect, str) else tuple(effect)
    unknown = [name for name in (*causes, *effects) if name not in var.names]
    if unknown or not causes or not effects or set(causes) & set(effects):
        what = (
            f"'{unknown[0]}' is not in the VAR" if unknown else "A variable on both sides, or none"
        )
        raise SpecError(
            f"{what}: {', '.join(causes)} -> {', '.join(effects)}.",
            remedy=f"Name different variables of: {', '.join(var.names)}.",
        )
    return causes, effects


def _fragile(var: VARResults, extra_lags: int) -> bool:
    return not extra_lags and (var.near_unit_root or not var.is_stable)
