"""What every model of the variances of structural shocks can do, and its bootstrap.

A model says how the variance of each shock moves: known regimes, GARCH, hidden states. It draws
errors for new samples that keep the way in which variances move, and estimates coefficients, impact
matrix and variances of such a sample again, from its own estimates as the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .general_bootstrap import TOGETHER, simulated_paths
from .resampling import Resampling
from .streams import BLOCK, block_generator
from .threads import in_threads

#: Errors of the eight replications of one block, shape (8, T, K), over their known scale.
ErrorSource = Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """The data of one sample, or of R samples of the same periods.

    Attributes
    ----------
    y : ndarray, shape (R, T+p, K)
    z : ndarray, shape (T, m)
    p : int
    usable : ndarray of bool, shape (T,)
        False for periods whose residual a dummy of their own makes zero.
    scales : ndarray, shape (T,), or None
        Known standard deviation of all errors of a period, relative to others.
    """

    y: np.ndarray
    z: np.ndarray
    p: int
    usable: np.ndarray
    scales: np.ndarray | None


@dataclass(frozen=True, slots=True, eq=False)
class VolatilityFit:
    """Estimates of R samples; NaN where a sample has none.

    Attributes
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    unmixing : ndarray, shape (R, K, K)
        B^-1 [shock, variable]; shocks have unit variance on average.
    """

    lags: np.ndarray
    deterministic: np.ndarray
    unmixing: np.ndarray


class VolatilityModel(Protocol):
    """An estimated model of the variances of structural shocks, in the order of their variables."""

    @property
    def unmixing(self) -> np.ndarray:
        """B^-1 [shock, variable], shape (K, K)."""
        ...

    def path(self, residuals: np.ndarray) -> np.ndarray:
        """Variance of each shock by period, shape (T, K), given residuals (T, K)."""
        ...

    def source(self, residuals: np.ndarray, usable: np.ndarray, length: int) -> ErrorSource:
        """Errors of new samples drawn from residuals (T, K), in blocks of ``length`` neighbours."""
        ...

    def reestimate(self, sample: Observations) -> VolatilityFit:
        """The model estimated again, climbing from this estimate."""
        ...


def looked_up(rule: Resampling, residuals: np.ndarray, usable: np.ndarray) -> ErrorSource:
    """Errors that are rows of a table, as a rule of resampling takes them."""
    table = rule.table(residuals, usable)

    def errors(generator: np.random.Generator) -> np.ndarray:
        return np.asarray(table[rule.rows(generator, usable).T])

    return errors


@dataclass(frozen=True, slots=True)
class VolatilityDraws:
    """Joint draws of the R replications that have an estimate.

    Attributes
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    unmixing : ndarray, shape (R, K, K)
    failed : int
    """

    lags: np.ndarray
    deterministic: np.ndarray
    unmixing: np.ndarray
    failed: int


def bootstrap_volatility(
    model: VolatilityModel,
    sample: Observations,
    lags: np.ndarray,
    deterministic: np.ndarray,
    residuals: np.ndarray,
    *,
    draws: int,
    seed: int,
    df_resid: float,
    block_length: int = 1,
    threads: int = 1,
) -> VolatilityDraws:
    """Draw errors as the model says, rebuild the series, estimate everything again.

    Parameters
    ----------
    model : VolatilityModel
    sample : Observations
        The data, R = 1.
    lags, deterministic, residuals : ndarray
        Shapes (p, K, K), (K, m), (T, K); residuals over their known scale.
    draws, seed : int
    df_resid : float
        T minus the coefficients of an equation; errors are scaled by sqrt(T / df).
    block_length : int
        Neighbours drawn together.
    threads : int
        The draws do not depend on it.
    """
    p, usable = sample.p, sample.usable
    source = model.source(residuals, usable, block_length)
    spread = np.sqrt(usable.sum() / df_resid)
    if sample.scales is not None:
        spread = spread * sample.scales[:, None]
    start, drift = sample.y[0, :p], sample.z @ deterministic.T

    def replicate(chunk: int) -> VolatilityFit:
        blocks = range(chunk * TOGETHER, (chunk + 1) * TOGETHER)
        errors = np.concatenate([source(block_generator(seed, block)) for block in blocks])
        y = simulated_paths(start, drift + spread * errors, lags)
        return model.reestimate(Observations(y, sample.z, p, usable, sample.scales))

    chunks = range(-(-draws // (TOGETHER * BLOCK)))
    parts = in_threads(replicate, chunks, threads)
    found = [
        np.concatenate([getattr(part, field) for part in parts])[:draws]
        for field in ("lags", "deterministic", "unmixing")
    ]
    kept = np.all([np.isfinite(part).reshape(draws, -1).all(axis=1) for part in found], axis=0)
    lags_drawn, deterministic_drawn, unmixing = (part[kept] for part in found)
    failed = draws - int(kept.sum())
    return VolatilityDraws(lags_drawn, deterministic_drawn, unmixing, failed)
