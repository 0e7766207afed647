"""Johansen's maximum likelihood by reduced-rank regression, for one sample or many draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Concentrated:
    """The error-correction model with its short run partialled out.

    dy_t = alpha beta' w_{t-1} + Psi x_t + u_t, with w the lagged levels and the terms restricted
    to the long run, x the unrestricted terms and the lagged changes.

    Attributes
    ----------
    changes : ndarray, shape (..., T, K)
    levels : ndarray, shape (..., T, K+m2)
        w: lagged levels, then restricted terms.
    short_run : ndarray, shape (..., T, n)
        x: unrestricted terms, then changes at lag 1, 2, ...
    basis : ndarray, shape (..., T, n)
        Orthonormal columns that span x.
    triangle : ndarray, shape (..., n, n)
        x = basis triangle.
    r0, r1 : ndarray, shapes (..., T, K) and (..., T, K+m2)
        Residuals of changes and levels on x.
    """

    changes: np.ndarray
    levels: np.ndarray
    short_run: np.ndarray
    basis: np.ndarray
    triangle: np.ndarray
    r0: np.ndarray
    r1: np.ndarray


@dataclass(frozen=True, slots=True)
class ReducedRank:
    """A vector error-correction model of given rank at the maximum of its likelihood.

    Attributes
    ----------
    eigenvalues : ndarray, shape (..., K)
        Squared canonical correlations of changes and levels, largest first.
    alpha : ndarray, shape (..., K, r)
    beta : ndarray, shape (..., K+m2, r)
        Not normalised: beta' S_11 beta is proportional to the identity.
    psi : ndarray, shape (..., K, n)
        Coefficients of the unrestricted terms, then of the lagged changes.
    residuals : ndarray, shape (..., T, K)
    """

    eigenvalues: np.ndarray
    alpha: np.ndarray
    beta: np.ndarray
    psi: np.ndarray
    residuals: np.ndarray


def concentrate(
    y: np.ndarray, unrestricted: np.ndarray, restricted: np.ndarray, lags: int
) -> Concentrated:
    """Partial the short run out of changes and lagged levels.

    Parameters
    ----------
    y : ndarray, shape (..., T+lags+1, K)
        Levels with the presample first.
    unrestricted : ndarray, shape (T, m1)
        Terms that enter every equation freely.
    restricted : ndarray, shape (T, m2)
        Terms that enter through the long-run relations only.
    lags : int
        Lags of the changes.
    """
    *batch, length, _ = y.shape
    rows = length - lags - 1
    d = np.diff(y, axis=-2)
    past = [d[..., lags - lag : length - 1 - lag, :] for lag in range(1, lags + 1)]

    def same(terms: np.ndarray) -> np.ndarray:
        return np.broadcast_to(terms, (*batch, *terms.shape))

    changes = d[..., lags:, :]
    levels = np.concatenate([y[..., lags:-1, :], same(restricted)], axis=-1)
    short_run = np.concatenate([same(unrestricted), *past], axis=-1)
    if short_run.shape[-1] > rows:
        raise ValueError(f"{short_run.shape[-1]} regressors for {rows} observations")
    basis, triangle = np.linalg.qr(short_run)
    return Concentrated(
        changes,
        levels,
        short_run,
        basis,
        triangle,
        _residual(changes, basis),
        _residual(levels, basis),
    )


def reduced_rank(data: Concentrated, rank: int) -> ReducedRank:
    """Maximise the likelihood at a given rank.

    The canonical correlations are singular values of the product of two orthonormal bases: no
    moment matrix is formed, so neither units nor large means cost digits.

    Parameters
    ----------
    data : Concentrated
    rank : int
        0 gives the VAR in changes, K the unrestricted VAR in levels.
    """
    q0 = np.linalg.qr(data.r0)[0]
    q1, t1 = np.linalg.qr(data.r1)
    left, correlations, _ = np.linalg.svd(np.swapaxes(q1, -1, -2) @ q0)
    directions = left[..., :rank]
    beta = np.linalg.solve(t1, directions)
    alpha = np.swapaxes(data.r0, -1, -2) @ (q1 @ directions)
    long_run = alpha @ np.swapaxes(beta, -1, -2)
    to_explain = data.changes - data.levels @ np.swapaxes(long_run, -1, -2)
    psi = np.linalg.solve(data.triangle, np.swapaxes(data.basis, -1, -2) @ to_explain)
    return ReducedRank(
        eigenvalues=correlations**2,
        alpha=alpha,
        beta=beta,
        psi=np.swapaxes(psi, -1, -2),
        residuals=data.r0 - data.r1 @ np.swapaxes(long_run, -1, -2),
    )


def canonical_correlations(r0: np.ndarray, r1: np.ndarray) -> np.ndarray:
    """Squared canonical correlations of two sets of columns, largest first."""
    q0, q1 = np.linalg.qr(r0)[0], np.linalg.qr(r1)[0]
    found: np.ndarray = np.linalg.svd(np.swapaxes(q1, -1, -2) @ q0, compute_uv=False) ** 2
    return found


def short_run_lags(psi: np.ndarray, p: int, k: int) -> np.ndarray:
    """Coefficients of the lagged changes from the last columns of ``psi``.

    Parameters
    ----------
    psi : ndarray, shape (..., E, n)
        One row an equation.
    p : int
        Lags of the VAR in levels.
    k : int
        Variables.

    Returns
    -------
    ndarray, shape (..., p-1, E, K)
    """
    *batch, width = psi.shape
    gamma = psi[..., width - k * (p - 1) :].reshape(*batch, p - 1, k)
    return np.moveaxis(gamma, -2, -3)


def level_lags(long_run: np.ndarray, gamma: np.ndarray) -> np.ndarray:
    """Coefficients on the lagged levels of dy_t = Pi y_{t-1} + sum_l Gamma_l dy_{t-l}.

    Pi + Gamma_1, then Gamma_l - Gamma_{l-1}, last -Gamma_{p-1}; the first of them plus the identity
    matrix is A_1 of the VAR in levels.

    Parameters
    ----------
    long_run : ndarray, shape (..., E, K)
        Pi = alpha beta', one row an equation.
    gamma : ndarray, shape (..., p-1, E, K)

    Returns
    -------
    ndarray, shape (..., p, E, K)
    """
    lags = np.concatenate([long_run[..., None, :, :], -gamma], axis=-3)
    lags[..., :-1, :, :] += gamma
    return lags


def _residual(values: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """What an orthonormal basis does not explain.

    Done twice: one pass leaves rounding of the size of the levels, which is large beside what
    is left of a trending series.
    """
    for _ in range(2):
        values = values - basis @ (np.swapaxes(basis, -1, -2) @ values)
    return values
