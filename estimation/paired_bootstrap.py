"""What an estimate moves by when periods are added to a sample and nothing else changes.

Each replication simulates one path over the long sample and estimates the VAR twice on it: on its
first periods and on all of them. Both estimates share what they have in common, so that their
difference has the sampling distribution of a move from an old sample to a longer one. Where least
squares is efficient its variance is that of the short sample's estimate less that of the long one's
(Hausman 1978), far below the sum that two separate samples would give.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import SampleError
from .general_bootstrap import bootstrap_estimator
from .resampling import INDEPENDENT, Resampling
from .restricted_var import restricted_paths
from .var_bootstrap import ReducedFormDraws


@dataclass(frozen=True, slots=True)
class PairedDraws:
    """Draws of a VAR on the first periods and on all periods of the same simulated paths.

    Attributes
    ----------
    short, long : ReducedFormDraws
        Row r of both belongs to path r; a path on which either estimate failed is left out of both.
    """

    short: ReducedFormDraws
    long: ReducedFormDraws


def bootstrap_pairs(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    residuals: np.ndarray,
    *,
    short: int,
    draws: int,
    seed: int,
    resampling: Resampling = INDEPENDENT,
    usable: np.ndarray | None = None,
    divisor: Literal["df", "T"] = "df",
    threads: int = 1,
) -> PairedDraws:
    """Draws of the reduced form on the first ``short`` periods and on all T of simulated paths.

    Parameters other than ``short`` are those of ``var_bootstrap.bootstrap_reduced_form``: the long
    draws are the same as its draws.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
        The series of the long sample, initial rows included.
    z : ndarray, shape (T, m)
    lags : ndarray, shape (p, K, K)
        Of the VAR that generates the paths; it holds in all periods.
    deterministic : ndarray, shape (K, m)
    residuals : ndarray, shape (T, K)
    short : int
        Periods of the short sample, after the same p initial rows.
    draws, seed : int
    resampling : Resampling
    usable : ndarray of bool, shape (T,), optional
    divisor : {"df", "T"}
    threads : int

    Raises
    ------
    SampleError
        If the short sample is not shorter, or has no more periods than regressors.

    References
    ----------
    Hausman (1978), Econometrica 46, on the variance of the difference.
    """
    nobs, p = len(z), len(lags)
    regressors = z.shape[1] + p * y.shape[1]
    if not regressors < short < nobs:
        raise SampleError(
            f"A sample of {short} periods beside one of {nobs}, with {regressors} coefficients in "
            "an equation.",
            remedy="Compare a sample that carries the VAR with a longer one.",
        )

    def estimates(paths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Lags, deterministic terms and covariance with both samples on axis 1, short first."""
        with np.errstate(over="ignore", invalid="ignore"):  # explosions are counted as failures
            both = [
                restricted_paths(
                    paths[:, : p + rows], z[:rows], p, divisor=rows - regressors * (divisor == "df")
                )
                for rows in (short, nobs)
            ]
        stacked = (np.stack(parts, axis=1) for parts in zip(*both, strict=True))
        return tuple(stacked)  # type: ignore[return-value]

    found = bootstrap_estimator(
        y,
        z,
        lags,
        deterministic,
        residuals,
        estimates,
        draws=draws,
        seed=seed,
        df_resid=nobs - regressors,
        resampling=resampling,
        usable=usable,
        threads=threads,
    )
    return PairedDraws(_of_sample(found, 0), _of_sample(found, 1))


def _of_sample(found: ReducedFormDraws, sample: int) -> ReducedFormDraws:
    lags, deterministic, covariance = (
        np.ascontiguousarray(part[:, sample])
        for part in (found.lags, found.deterministic, found.covariance)
    )
    return ReducedFormDraws(lags, deterministic, covariance, found.failed, found.refitted)
