"""Bootstrap of a vector autoregression's reduced form.

Each replication draws errors from the residuals, rebuilds the series from its actual initial
values and its actual deterministic terms, and estimates the coefficients again:

    y*_t = D z_t + A_1 y*_{t-1} + ... + A_p y*_{t-p} + u*_t.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ..errors import NumericalError, SampleError
from .decompositions import implied_residuals
from .lanes import lane_array
from .least_squares import lagged_design, least_squares
from .resampling import INDEPENDENT, Resampling, error_table
from .streams import BLOCK, block_generator
from .var_replication import replicate, workspace

#: A replication with a smaller pivot (see ``lane_algebra.smallest_pivot``) is estimated by QR.
#: Above it, responses over 48 months are right to 1e-9; macroeconomic series lie above 1e-4.
SMALLEST_PIVOT = 1e-5

#: What a caller computes from replications while their series are at hand, shape (R, ...): from the
#: rows of the table that the periods drew, shape (R, T), and the estimated residuals, (R, T, K).
Statistic = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class ReducedFormDraws:
    """Joint draws of a VAR's coefficients and error covariance.

    Attributes
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    covariance : ndarray, shape (R, K, K)
    failed : int
        Replications without a finite estimate; they are left out of the arrays.
    refitted : int
        Replications so close to collinearity that they were estimated by QR instead of by normal
        equations.
    adjusted : int
        Draws whose correction for bias was shrunk or left out to keep them stationary.
    statistic : ndarray, shape (R, ...), or None
        What the caller asked to be computed from each replication.
    """

    lags: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    failed: int
    refitted: int
    adjusted: int = 0
    statistic: np.ndarray | None = None


def bootstrap_reduced_form(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    residuals: np.ndarray,
    *,
    draws: int,
    seed: int,
    resampling: Resampling = INDEPENDENT,
    usable: np.ndarray | None = None,
    divisor: Literal["df", "T"] = "df",
    statistic: Statistic | None = None,
    threads: int = 1,
) -> ReducedFormDraws:
    """Draws of the reduced form by resampling residuals.

    The residuals are multiplied by sqrt(T / (T - n)), n = K p + m being the number of regressors of
    an equation. Single draws are independent, so the errors must be neither autocorrelated nor
    conditionally heteroskedastic; neighbours drawn together in blocks keep their conditional
    variances together, which the sampling error of the covariance depends on.

    A replication is a function of ``seed`` and of its number alone: the first 500 of 2,000 draws
    are the 500 draws of the same seed, whatever the number of threads.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
        The series, initial rows included.
    z : ndarray, shape (T, m)
        Deterministic and exogenous columns of the T estimation rows; held fixed. m may be 0.
    lags : ndarray, shape (p, K, K)
    deterministic : ndarray, shape (K, m)
    residuals : ndarray, shape (T, K)
    draws : int
    seed : int
        Not negative.
    resampling : Resampling
        How errors are drawn from the residuals.
    usable : ndarray of bool, shape (T,), optional
        Periods whose residual may be drawn; all by default.
    divisor : {"df", "T"}
        The covariance is the residuals' cross product over T - n or over T.
    statistic : Statistic, optional
        Computed from each replication.
    threads : int

    Raises
    ------
    SampleError
        If there are no more rows than regressors.
    NumericalError
        If the deterministic columns are linearly dependent or a number is not finite.

    References
    ----------
    Lütkepohl (2005), appendix D.3; Kilian and Lütkepohl (2017), chapter 12.
    """
    drawable = np.ones(len(z), dtype=bool) if usable is None else usable
    model = _prepare(y, z, lags, deterministic, residuals, resampling, drawable, divisor, statistic)
    blocks = -(-draws // BLOCK)
    output = _Output.empty(blocks * BLOCK, model)
    # Two BLAS threads on matrices of this size only wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        if threads == 1:
            refitted = _run_blocks(model, output, seed, range(blocks), draws)
        else:
            with ThreadPoolExecutor(threads) as pool:
                runs = [range(i, blocks, threads) for i in range(threads)]
                jobs = [pool.submit(_run_blocks, model, output, seed, run, draws) for run in runs]
                refitted = sum(job.result() for job in jobs)
    return _collect(model, output, draws, refitted)


@dataclass(frozen=True, slots=True)
class _Model:
    """The data-generating VAR in the coordinates in which it is simulated and estimated.

    Where z spans a constant (and a trend), x_t = y_t - c_0 - c_1 t replaces y_t, with (c_0, c_1)
    fitted to y: z absorbs the difference, and no digits are lost to a large mean or a steep trend.
    """

    nobs: int
    size: tuple[int, int, int]  # K, p, m
    path: np.ndarray  # (g, K): c_0 and c_1, as far as z spans them
    path_on_z: np.ndarray  # (g, m): constant and trend as combinations of the columns of z
    basis: np.ndarray  # (T, m): orthonormal columns that span z
    basis_on_z: np.ndarray  # (m, m): basis = z basis_on_z
    start: np.ndarray  # (p, K): initial rows of x
    dynamics: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # see ``var_moments.simulate``
    resampling: Resampling
    usable: np.ndarray  # (T,): periods whose residual may be drawn
    errors: np.ndarray  # table from which the rule draws, K columns
    divisor: float
    statistic: Statistic | None


def _prepare(
    y: np.ndarray,
    z: np.ndarray,
    lags: np.ndarray,
    deterministic: np.ndarray,
    residuals: np.ndarray,
    resampling: Resampling,
    usable: np.ndarray,
    divisor: Literal["df", "T"],
    statistic: Statistic | None,
) -> _Model:
    p, k, _ = lags.shape
    nobs, m = z.shape
    regressors = k * p + m
    _require_shapes(
        {
            "y": (y, (nobs + p, k)),
            "lags": (lags, (p, k, k)),
            "residuals": (residuals, (nobs, k)),
            "deterministic": (deterministic, (k, m)),
            "z": (z, (nobs, m)),
            "usable": (usable, (nobs,)),
        }
    )
    if nobs <= regressors:
        raise SampleError(
            f"{nobs} observations cannot carry {regressors} coefficients in an equation.",
            remedy="Use fewer lags, fewer variables or a longer sample.",
        )
    path, path_on_z, fixed = _fixed_path(y, z)
    basis, triangle = np.linalg.qr(z)
    drift = z @ deterministic.T - fixed[p:]
    for lag in range(1, p + 1):
        drift += fixed[p - lag : nobs + p - lag] @ lags[lag - 1].T
    return _Model(
        nobs,
        (k, p, m),
        path,
        path_on_z,
        basis,
        np.linalg.inv(triangle),
        y[:p] - fixed[:p],
        _dynamics(drift, lags),
        resampling,
        usable,
        error_table(resampling, residuals, usable, nobs - regressors),
        float(nobs - regressors if divisor == "df" else nobs),
        statistic,
    )


def _dynamics(
    drift: np.ndarray, lags: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The error-correction form of the VAR as ``var_moments.simulate`` takes it."""
    k = lags.shape[-1]
    later = np.cumsum(lags[::-1], axis=0)[::-1]  # A_l + ... + A_p
    short_run = -np.moveaxis(later[:0:-1], 0, 1)  # oldest difference first
    # P + G_1 = A_1 - I: what a row adds to the next one.
    parts = (drift, later[0] - np.eye(k), short_run, lags[0] - np.eye(k))
    return tuple(np.ascontiguousarray(part).ravel() for part in parts)  # type: ignore[return-value]


def _fixed_path(y: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The constant or line through y that z can absorb.

    Returns its coefficients (g, K), constant and trend as combinations of the columns of z (g, m),
    and its values (T+p, K). g counts those of constant and trend that z spans, in this order.
    """
    nobs = len(z)
    trend = np.column_stack([np.ones(len(y)), np.arange(nobs - len(y) + 1, nobs + 1)])
    on_z = least_squares(z, trend[-nobs:])
    if on_z.dependent:
        raise NumericalError(
            "The deterministic and exogenous columns of the VAR are linearly dependent.",
            remedy="Drop the column that the others add up to.",
        )
    distance = np.linalg.norm(on_z.residuals, axis=0) / np.linalg.norm(trend[-nobs:], axis=0)
    width = int(np.cumprod(distance < 1e-10).sum())
    path = least_squares(trend[:, :width], y).coefficients
    return path, on_z.coefficients.T[:width], trend[:, :width] @ path


def _require_shapes(arrays: dict[str, tuple[np.ndarray, tuple[int, ...]]]) -> None:
    for name, (array, shape) in arrays.items():
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
        if not np.isfinite(array).all():
            raise NumericalError(
                f"{name} holds values that are not finite.",
                remedy="Trim the sample to the rows where every column is observed.",
            )


@dataclass(frozen=True, slots=True)
class _Output:
    """Arrays that the blocks fill, one row per replication."""

    lags: np.ndarray
    on_basis: np.ndarray
    covariance: np.ndarray
    pivot: np.ndarray
    statistics: dict[int, np.ndarray]  # by block

    @classmethod
    def empty(cls, rows: int, model: _Model) -> _Output:
        k, p, m = model.size
        lags, on_basis, covariance, pivot = (
            np.empty(shape) for shape in ((rows, p, k, k), (rows, k, m), (rows, k, k), (rows,))
        )
        return cls(lags, on_basis, covariance, pivot, {})


def _run_blocks(
    model: _Model, output: _Output, seed: int, blocks: Sequence[int], draws: int
) -> int:
    """Replicate block after block in one workspace; the number of replications that needed QR."""
    k, p, m = model.size
    refitted = 0
    work = workspace(model.start, model.nobs, m)
    level = work[0].reshape(model.nobs + p, k, BLOCK)
    basis = lane_array(model.nobs * m)
    basis[:] = np.repeat(model.basis.ravel(), BLOCK)
    errors = model.errors.ravel()
    lags, on_basis, covariance = (
        a.ravel() for a in (output.lags, output.on_basis, output.covariance)
    )
    for block in blocks:
        drawn = model.resampling.rows(block_generator(seed, block), model.usable)
        replicate(
            work,
            model.dynamics,
            basis,
            errors,
            drawn.ravel() * k,
            model.size,
            model.nobs,
            model.divisor,
            (lags, on_basis, covariance, output.pivot),
            block * BLOCK,
        )
        kept = min(BLOCK, draws - block * BLOCK)
        pivots = output.pivot[block * BLOCK : block * BLOCK + kept]
        for lane in np.flatnonzero(~(pivots >= SMALLEST_PIVOT)):
            refitted += _refit(model, output, block * BLOCK + int(lane), level[:, :, lane])
        if model.statistic is not None:
            rows = slice(block * BLOCK, (block + 1) * BLOCK)
            estimate = output.lags[rows], output.on_basis[rows]
            with np.errstate(over="ignore", invalid="ignore"):  # explosions count as failures
                residuals = implied_residuals(level.transpose(2, 0, 1), model.basis, *estimate)
                output.statistics[block] = model.statistic(drawn.T, residuals)
    return refitted


def _refit(model: _Model, output: _Output, draw: int, x: np.ndarray) -> bool:
    """Estimate one replication again by QR; if that fails too, False and a NaN as its pivot."""
    k, p, m = model.size
    output.pivot[draw] = np.nan
    if not np.isfinite(x).all():
        return False
    fit = least_squares(lagged_design(x, np.pad(model.basis, ((p, 0), (0, 0))), p), x[p:])
    if fit.dependent or not np.isfinite(fit.coefficients).all():
        return False
    output.pivot[draw] = 0.0
    output.on_basis[draw] = fit.coefficients[:m].T
    output.lags[draw] = fit.coefficients[m:].reshape(p, k, k).transpose(0, 2, 1)
    output.covariance[draw] = fit.residuals.T @ fit.residuals / model.divisor
    return True


def _collect(model: _Model, output: _Output, draws: int, refitted: int) -> ReducedFormDraws:
    """Leave out what failed, and return to the units of y and the columns of z.

    The fixed path satisfies c_t - sum_l A_l c_{t-l} = D* [1, t]', which is added to the
    coefficients of x on z.
    """
    kept = ~np.isnan(output.pivot[:draws])
    lags, covariance = (a[:draws][kept] for a in (output.lags, output.covariance))
    deterministic = output.on_basis[:draws][kept] @ model.basis_on_z.T
    closing = np.eye(model.size[0]) - lags.sum(axis=1)  # I - A_1 - ... - A_p
    for coefficients, on_z in zip(model.path, model.path_on_z):
        deterministic += (closing @ coefficients)[:, :, None] * on_z
    if len(model.path) == 2:
        delay = np.einsum("l,rlij->rij", np.arange(1.0, len(lags[0]) + 1), lags)
        deterministic += (delay @ model.path[1])[:, :, None] * model.path_on_z[0]
    found = None
    if model.statistic is not None:
        blocks = [output.statistics[block] for block in sorted(output.statistics)]
        found = np.concatenate(blocks)[:draws][kept]
    failed = draws - int(kept.sum())
    return ReducedFormDraws(lags, deterministic, covariance, failed, refitted, statistic=found)
