"""Tests and criteria for the number of breaks in one equation.

Outcomes have their draws on the first axis; x are orthonormal regressors whose coefficients break,
w orthonormal ones whose coefficients do not.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from .breaks import orthonormal, residuals_on, wald_sequence
from .coefficient_covariance import ErrorKind
from .partitions import Partitions, common_coefficients, regimes


def sup_f(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, partitions: Partitions, errors: ErrorKind
) -> np.ndarray:
    """F statistics of 0 against l = 1, ..., M breaks at the dates of least squares.

    ``classical`` is the F test of equal coefficients in all regimes; the others are Wald
    statistics robust to heteroskedasticity over l q.

    Parameters
    ----------
    y : ndarray, shape (R, T)
    x : ndarray, shape (T, q)
    w : ndarray, shape (T, r)
    partitions : Partitions
    errors : {"classical", "HC0", "HC1", "HC3"}

    Returns
    -------
    ndarray, shape (R, M)

    References
    ----------
    Bai and Perron (1998), section 4.1.
    """
    nobs, q = x.shape
    found = []
    for breaks in range(1, partitions.squares.shape[1]):
        freedom = nobs - (breaks + 1) * q - w.shape[1]
        if errors == "classical":
            least = partitions.squares[:, breaks]
            wald = freedom * (partitions.squares[:, 0] - least) / least
        else:
            wald = _robust_wald(y, x, w, partitions.of(breaks), errors)
            wald *= freedom / nobs if errors == "HC1" else 1.0
        found.append(wald / (breaks * q))
    return np.column_stack(found)


def sequential_f(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    dates: np.ndarray,
    smallest: int,
    errors: ErrorKind,
) -> np.ndarray:
    """Largest F statistic of one more break within any regime of a partition.

    Parameters
    ----------
    y : ndarray, shape (R, T)
    x : ndarray, shape (T, q)
    w : ndarray, shape (T, r)
        Its coefficients are those estimated with the breaks at ``dates``.
    dates : ndarray of int, shape (l,)
        The partition under the null, the same for all draws.
    smallest : int
        Fewest rows of each new regime.
    errors : {"classical", "HC0", "HC1", "HC3"}

    Returns
    -------
    ndarray, shape (R,)
        NaN where no regime has room for another break.

    References
    ----------
    Bai and Perron (1998), section 4.3.
    """
    if w.shape[1]:
        everywhere = np.broadcast_to(dates, (len(y), len(dates)))
        y = y - common_coefficients(y, x, w, everywhere)[0] @ w.T
    ends = [0, *dates.tolist(), x.shape[0]]
    largest = []
    for first, last in pairwise(ends):
        if last - first < 2 * smallest:
            continue
        basis = orthonormal(x[first:last])
        left = residuals_on(basis, y[:, first:last, None])[..., 0]
        inside = np.arange(smallest, last - first - smallest + 1)
        wald = wald_sequence(basis, x.shape[1], left, inside, errors)
        largest.append(wald.max(axis=1) / x.shape[1])
    return np.max(largest, axis=0) if largest else np.full(len(y), np.nan)


def information_criteria(squares: np.ndarray, nobs: int, q: int, r: int) -> np.ndarray:
    """BIC and LWZ of partitions with 0 to M breaks, shape (2, M+1).

    ln(SSR / T) + c ln(T) / T with c = (l + 1) q + r + l coefficients and dates; Liu, Wu and
    Zidek's is ln(SSR / (T - c)) + 0.299 c ln(T)^2.1 / T. Yao (1988); Liu, Wu and Zidek (1997).
    """
    breaks = np.arange(len(squares))
    count = (breaks + 1) * q + r + breaks
    bic = np.log(squares / nobs) + count * np.log(nobs) / nobs
    lwz = np.log(squares / (nobs - count)) + 0.299 * count * np.log(nobs) ** 2.1 / nobs
    return np.stack([bic, lwz])


def partition_basis(x: np.ndarray, w: np.ndarray, dates: np.ndarray) -> np.ndarray:
    """Orthonormal basis of w and of x by regime, shape (T, n), for dates of shape (1, l)."""
    parts = [rows[0, :, None] * x for rows in regimes(dates, x.shape[0])]
    return orthonormal(np.hstack([w, *parts]))


def _by_regime(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, dates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Regressors x by regime (R, T, (l+1) q) and y (R, T), both less what w explains."""
    parts = [rows[..., None] * x for rows in regimes(dates, x.shape[0])]
    design = np.concatenate(parts, axis=-1)
    return design - w @ (w.T @ design), y - (y @ w) @ w.T


def _robust_wald(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, dates: np.ndarray, errors: ErrorKind
) -> np.ndarray:
    """Wald statistics of equal coefficients in neighbouring regimes, shape (R,)."""
    design, left = _by_regime(y, x, w, dates)
    across = np.swapaxes(design, 1, 2)
    bread = np.linalg.inv(across @ design)
    coefficients = bread @ (across @ left[..., None])
    residuals = left - (design @ coefficients)[..., 0]
    if errors == "HC3":
        leverage = np.einsum("rti,rij,rtj->rt", design, bread, design, optimize=True)
        room = 1 - leverage - np.einsum("ts,ts->t", w, w)
        residuals = np.where(room < 1e-8, 0.0, residuals / np.maximum(room, 1e-8))
    meat = across @ (residuals[..., None] ** 2 * design)
    breaks, q = dates.shape[1], x.shape[1]
    change = np.kron(np.diff(np.eye(breaks + 1), axis=0), np.eye(q))
    delta = change @ coefficients
    variance = change @ bread @ meat @ bread @ change.T
    wald: np.ndarray = (np.swapaxes(delta, 1, 2) @ np.linalg.solve(variance, delta))[:, 0, 0]
    return wald
