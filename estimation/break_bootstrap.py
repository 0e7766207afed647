"""Residual bootstrap of a statistic of a VAR in which nothing breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ..errors import DrawError
from .breaks import orthonormal, residuals_on
from .forecast_paths import forecast_paths
from .least_squares import lagged
from .resampling import INDEPENDENT, error_table
from .streams import BLOCK, block_generator

#: Blocks of draws that are simulated and examined together; it bounds memory.
_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class StableVAR:
    """The VAR under the null, as a simulation needs it.

    Attributes
    ----------
    start : ndarray, shape (p, K)
    z : ndarray, shape (T, m)
    lags : ndarray, shape (p, K, K)
    deterministic : ndarray, shape (K, m)
    residuals : ndarray, shape (T, K)
        e_t.
    usable : ndarray of bool, shape (T,)
        Periods without a dummy of their own: their residuals are drawn, and they are examined.
    scales : ndarray, shape (T,)
        s_t of u_t = s_t e_t.
    df_resid : float
    order : ndarray of int
        Regressors [z, lags] in the order in which the statistic wants them.
    """

    start: np.ndarray
    z: np.ndarray
    lags: np.ndarray
    deterministic: np.ndarray
    residuals: np.ndarray
    usable: np.ndarray
    scales: np.ndarray
    df_resid: float
    order: np.ndarray


def residual_bootstrap(
    var: StableVAR,
    statistic: Callable[[np.ndarray, np.ndarray], np.ndarray],
    *,
    draws: int,
    seed: int,
) -> np.ndarray:
    """A statistic of samples that the VAR generates from resampled residuals.

    Parameters
    ----------
    var : StableVAR
    statistic : callable
        From an orthonormal basis of the regressors (R, T, n) and the residuals that it leaves
        (R, T, K) to values (R, ...).
    draws : int
    seed : int

    Returns
    -------
    ndarray, shape (draws, ...)
        A draw depends on the seed and on its number alone.

    Raises
    ------
    DrawError
        If a simulated series is not finite.
    """
    table = error_table(INDEPENDENT, var.residuals, var.usable, var.df_resid)
    found = []
    with threadpool_limits(limits=1, user_api="blas"):
        for first in range(0, -(-draws // BLOCK), _TOGETHER):
            rows = [
                INDEPENDENT.rows(block_generator(seed, block), var.usable)
                for block in range(first, first + _TOGETHER)
            ]
            errors = table[np.concatenate(rows, axis=1).T]
            basis = orthonormal(_regressors(var, errors))
            found.append(statistic(basis, residuals_on(basis, errors[:, var.usable])))
    return np.concatenate(found)[:draws]


def _regressors(var: StableVAR, errors: np.ndarray) -> np.ndarray:
    """Regressors, over scales and in order, of series with errors (R, T, K)."""
    count, _, k = errors.shape
    p = len(var.lags)

    def alike(coefficients: np.ndarray) -> np.ndarray:
        return np.broadcast_to(coefficients, (count, *coefficients.shape))

    shocks = errors * var.scales[:, None]
    paths = forecast_paths(var.start, var.z, alike(var.lags), alike(var.deterministic), shocks)
    if not np.isfinite(paths).all():
        raise DrawError(
            "The VAR without a break explodes when it is simulated.",
            remedy="Use differences, or the fixed-regressor bootstrap.",
        )
    y = np.concatenate([np.broadcast_to(var.start, (count, p, k)), paths], axis=1)
    x = np.concatenate([np.broadcast_to(var.z, (count, *var.z.shape)), lagged(y, p)], axis=2)
    scaled: np.ndarray = (x[..., var.order] / var.scales[:, None])[:, var.usable]
    return scaled
