"""Do more zeros than identification needs agree with the data? A bootstrap of the LR test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ...errors import NotIdentifiedError
from ..inference.residual_bootstrap import ResidualBootstrap
from ..reduced_form.diagnostics import TestResult
from .joint_draws import impact_of

if TYPE_CHECKING:
    from ..structural import StructuralVAR


def overidentification_test(svar: StructuralVAR, df: int, *, draws: int = 999) -> TestResult:
    """LR test of the restrictions beyond those that identify the shocks.

    LR = T (log|B B'| + tr((B B')^-1 Sigma) - log|Sigma| - K); the divisor of Sigma cancels out.

    Parameters
    ----------
    svar : StructuralVAR
        Identified by maximum likelihood given the lags.
    df : int
        Over-identifying restrictions.
    draws : int
        Bootstrap samples in which the restrictions hold: the estimated lags, and errors resampled
        so that their covariance is B B'. In each of them the lags, Sigma and B are estimated
        again. With 0 the p-value is that of chi-squared with ``df`` degrees of freedom.

    Raises
    ------
    NotIdentifiedError
        If there is no restriction to test.

    Notes
    -----
    The statistic takes the lags as known. Restrictions on long-run effects rest on estimated lags,
    whose sampling error does not fade beside that of Sigma; so chi-squared, which R's ``vars``
    uses, is not its limit. With true restrictions in a VECM of four variables it rejects at nominal
    5 per cent in 36 per cent of 400 samples of 300 periods (as in samples of 1,500), the bootstrap
    (199 draws) in 5; in a stationary VAR of three variables in 26 and 5 per cent of 200 samples.
    """
    if df < 1:
        raise NotIdentifiedError(
            "The shocks are exactly identified: no restriction is left to test.",
            remedy="Add one.",
        )
    reduced = svar.reduced
    found = float(likelihood_ratio(svar.impact, reduced.covariance, reduced.nobs))
    name = f"LR test of over-identification ({f'{draws:,} draws' if draws else 'chi-squared'})"
    null = f"{df} over-identifying {'restriction holds' if df == 1 else 'restrictions hold'}"
    if not draws:
        from scipy.stats import chi2

        return TestResult(name, found, (df,), float(chi2.sf(found, df)), null)
    statistics = _under_the_null(svar, draws)
    p_value = (1 + (statistics >= found).sum()) / (1 + len(statistics))
    return TestResult(name, found, (df,), float(p_value), null)


def likelihood_ratio(impact: np.ndarray, covariance: np.ndarray, nobs: int) -> np.ndarray:
    """The statistic for impact matrices and covariances of shape (..., K, K)."""
    whitened = np.linalg.solve(impact, np.linalg.cholesky(covariance))
    trace = np.einsum("...ij,...ij->...", whitened, whitened)
    log_ratio = 2 * np.linalg.slogdet(whitened)[1]
    return np.asarray(nobs * (trace - log_ratio - impact.shape[-1]))


def _under_the_null(svar: StructuralVAR, draws: int) -> np.ndarray:
    """The statistic in bootstrap samples in which the restrictions hold."""
    reduced = svar.reduced
    to_null = svar.impact @ np.linalg.inv(np.linalg.cholesky(reduced.covariance))
    residuals = reduced.residuals.to_numpy() @ to_null.T
    null = replace(
        reduced,
        residuals=pd.DataFrame(residuals, reduced.dates, list(svar.names)),
        covariance=svar.impact @ svar.impact.T,
    )
    found = ResidualBootstrap(draws).draw(null, svar.seed)
    impact = impact_of(svar, found.covariance, found.lags)
    solved = np.isfinite(impact).all(axis=(-1, -2))
    return likelihood_ratio(impact[solved], found.covariance[solved], reduced.nobs)
