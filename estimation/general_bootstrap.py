"""Bootstrap of a vector autoregression whose estimator is not plain least squares.

The series are simulated as for plain least squares, many replications at a time, and handed to the
model's own estimator. Errors may have a standard deviation that is known up to scale period by
period, u_t = s_t e_t: the e_t are resampled and multiplied by s_t.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .decompositions import implied_residuals
from .resampling import INDEPENDENT, Resampling, error_table
from .streams import BLOCK, block_generator
from .threads import in_threads
from .var_bootstrap import ReducedFormDraws, Statistic

#: Blocks of replications that are simulated and estimated together. It is the same however many
#: draws are asked for, so that a replication's last digits do not depend on it.
TOGETHER = 8

#: Lags (R, p, K, K), deterministic (R, K, m) and covariance (R, K, K) of series (R, T+p, K).
Estimator = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def bootstrap_estimator(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    residuals: np.ndarray,
    estimator: Estimator,
    *,
    draws: int,
    seed: int,
    df_resid: float | np.ndarray,
    resampling: Resampling = INDEPENDENT,
    usable: np.ndarray | None = None,
    scales: np.ndarray | None = None,
    statistic: Statistic | None = None,
    threads: int = 1,
) -> ReducedFormDraws:
    """Draws of the reduced form by resampling residuals and estimating as the model does.

    Rules and random numbers are those of ``var_bootstrap.bootstrap_reduced_form``: with least
    squares as the estimator, the draws are the same.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
        The series, initial rows included.
    z : ndarray, shape (T, m)
        Deterministic and exogenous columns, held fixed.
    lags : ndarray, shape (p, K, K)
    deterministic : ndarray, shape (K, m)
    residuals : ndarray, shape (T, K)
        e_t.
    estimator : Estimator
        Rows with numbers that are not finite count as failed and are left out.
    draws : int
    seed : int
    df_resid : float or ndarray, shape (K,)
        T minus the free coefficients of an equation.
    resampling : Resampling
    usable : ndarray of bool, shape (T,), optional
        Periods whose residual may be drawn.
    scales : ndarray, shape (T,), optional
        s_t; all one by default.
    statistic : Statistic, optional
        Computed from each replication; its residuals are those of e_t.
    threads : int
    """
    nobs = len(z)
    drawable = np.ones(nobs, dtype=bool) if usable is None else usable
    spread = np.ones((nobs, 1)) if scales is None else scales[:, None]
    errors = error_table(resampling, residuals, drawable, df_resid)
    model = _Model(y[: len(lags)], z @ deterministic.T, lags, errors, spread, resampling, drawable)

    def replicate(chunk: int) -> tuple[np.ndarray, ...]:
        blocks = range(chunk * TOGETHER, (chunk + 1) * TOGETHER)
        drawn, simulated = _simulate(model, seed, blocks)
        estimates = estimator(simulated)
        if statistic is None:
            return estimates
        with np.errstate(over="ignore", invalid="ignore"):  # explosions are counted as failures
            residuals = implied_residuals(simulated, z, *estimates[:2]) / spread
            return *estimates, statistic(drawn, residuals)

    chunks = range(-(-draws // (TOGETHER * BLOCK)))
    parts = in_threads(replicate, chunks, threads)
    found = [np.concatenate(part)[:draws] for part in zip(*parts)]
    finite = [np.isfinite(part).reshape(draws, -1).all(axis=1) for part in found[:3]]
    kept = np.all(finite, axis=0)
    lags_drawn, deterministic_drawn, covariance, *more = (part[kept] for part in found)
    return ReducedFormDraws(
        lags_drawn,
        deterministic_drawn,
        covariance,
        draws - int(kept.sum()),
        refitted=0,
        statistic=more[0] if more else None,
    )


def simulated_paths(start: np.ndarray, errors: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """Series (R, T+p, K) that begin with ``start`` (p, K); those that explode are not finite.

    Parameters
    ----------
    start : ndarray, shape (p, K)
    errors : ndarray, shape (R, T, K)
        Deterministic part included.
    lags : ndarray, shape (p, K, K)
    """
    runs, nobs, k = errors.shape
    p = len(start)
    y = np.empty((runs, nobs + p, k))
    y[:, :p], y[:, p:] = start, errors
    flat = y.reshape(runs, -1)
    oldest_first = np.concatenate(list(lags[::-1].transpose(0, 2, 1)))
    with np.errstate(over="ignore", invalid="ignore"):  # explosions are counted as failures
        for now in range(p, nobs + p):
            y[:, now] += flat[:, (now - p) * k : now * k] @ oldest_first
    return y


@dataclass(frozen=True, slots=True)
class _Model:
    """The data-generating VAR."""

    start: np.ndarray  # (p, K)
    drift: np.ndarray  # (T, K)
    lags: np.ndarray
    errors: np.ndarray  # table from which the rule draws, K columns
    spread: np.ndarray  # (T, 1)
    resampling: Resampling
    usable: np.ndarray


def _simulate(model: _Model, seed: int, blocks: range) -> tuple[np.ndarray, np.ndarray]:
    """Rows drawn (8 blocks, T) and series (8 blocks, T+p, K) of the replications of blocks."""
    rows = [model.resampling.rows(block_generator(seed, block), model.usable) for block in blocks]
    drawn = np.concatenate(rows, axis=1).T
    errors = model.drift + model.spread * model.errors[drawn]
    return drawn, simulated_paths(model.start, errors, model.lags)
