"""Standard errors of the impact matrix and of the shocks' variances, and of the coefficients.

With A = B^-1 moved to (I + E) A and the variances phi_mk of shock k in regime m, all directions are
unrelated but E_ij and E_ji: an observation has the information omega_ij about E_ij, omega_ji about
E_ji and one about the two together, with omega_ij = sum_m tau_m phi_mj / phi_mi, and a regime of
T_m observations has T_m / (2 phi_mk^2) about phi_mk. The coefficients' estimates are unrelated to
all of them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from .joint_diagonal import curvature, off_diagonal

Kind = Literal["classical", "HC0", "HC1"]


def information(variances: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Information about (E_ij for i != j row by row, phi_mk regime by regime), shape (q, q).

    Parameters
    ----------
    variances : ndarray, shape (M, K)
    counts : ndarray, shape (M,)
    """
    k = variances.shape[1]
    rows, columns = off_diagonal(k)
    weights = counts / counts.sum()
    omega = counts.sum() * curvature(variances, weights)
    pairs = np.diag(omega[rows, columns])
    mirrored = (rows[:, None] == columns) & (columns[:, None] == rows)
    pairs[mirrored] = counts.sum()
    found = np.zeros((len(rows) + variances.size,) * 2)
    found[: len(rows), : len(rows)] = pairs
    later = np.arange(len(rows), len(found))
    found[later, later] = (counts[:, None] / (2 * variances**2)).ravel()
    return found


def scores(shocks: np.ndarray, variances: np.ndarray, membership: np.ndarray) -> np.ndarray:
    """Derivatives of each period's log density by the parameters of ``information``, (T, q).

    Parameters
    ----------
    shocks : ndarray, shape (T, K)
        A u_t.
    variances : ndarray, shape (M, K)
    membership : ndarray, shape (T, M)
        Weight of each regime; if it is a probability given the sample, this is the score of what
        is observed (Fisher's identity).
    """
    rows, columns = off_diagonal(variances.shape[1])
    precision = membership @ (1 / variances)
    turns = -shocks[:, rows] * shocks[:, columns] * precision[:, rows]
    sizes = shocks[:, None] ** 2 / variances**2 - 1 / variances
    sizes = membership[:, :, None] * sizes / 2
    return np.hstack([turns, sizes.reshape(len(shocks), -1)])


def parameter_covariance(
    shocks: np.ndarray, variances: np.ndarray, membership: np.ndarray, *, robust: bool
) -> np.ndarray:
    """Covariance of the estimates of the parameters of ``information``, shape (q, q).

    Parameters
    ----------
    shocks, variances, membership
        As in ``scores``.
    robust : bool
        The sandwich, which holds whatever the distribution of the errors in a regime; otherwise
        the inverse information of normal errors.
    """
    inverse = np.linalg.inv(information(variances, membership.sum(axis=0)))
    if not robust:
        return inverse
    each = scores(shocks, variances, membership)
    return np.asarray(inverse @ (each.T @ each) @ inverse)


def impact_and_errors(
    unmixing: np.ndarray, variances: np.ndarray, covariance: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """B with shocks of unit variance in the weighted mean of the regimes, and its standard errors.

    B = A^-1 D with D_kk^2 = sum_m w_m phi_mk, dB = -A^-1 E D + A^-1 dD.

    Parameters
    ----------
    unmixing : ndarray, shape (K, K)
        A.
    variances : ndarray, shape (M, K)
        phi.
    covariance : ndarray, shape (q, q)
        Of the estimates of (E, phi).
    weights : ndarray, shape (M,)
        w_m: the regimes' shares for shocks of an average period, one and zeros for one regime's.

    Returns
    -------
    impact, std_errors : ndarray, shape (K, K)
    """
    (regimes, k), unit = variances.shape, np.linalg.inv(unmixing)
    size = np.sqrt(weights @ variances)
    rows, columns = off_diagonal(k)
    by_turn = np.zeros((k, k, len(rows)))
    by_turn[:, columns, np.arange(len(rows))] = -unit[:, rows] * size[columns]
    by_size = np.zeros((k, k, regimes, k))
    for j in range(k):
        by_size[:, j, :, j] = np.outer(unit[:, j], weights) / (2 * size[j])
    slope = np.concatenate([by_turn, by_size.reshape(k, k, -1)], axis=2).reshape(k * k, -1)
    variance = np.einsum("aq,qr,ar->a", slope, covariance, slope)
    return unit * size, np.sqrt(variance).reshape(k, k)


def log_ratio_covariance(variances: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Covariance of log(phi_mk / phi_1k), regimes from the second on, shape ((M-1) K, (M-1) K).

    Parameters
    ----------
    variances : ndarray, shape (M, K)
    covariance : ndarray, shape (q, q)
        Of the estimates of (E, phi).
    """
    regimes, k = variances.shape
    sizes = covariance[-regimes * k :, -regimes * k :] / np.outer(variances, variances)
    contrast = np.kron(np.hstack([-np.ones((regimes - 1, 1)), np.eye(regimes - 1)]), np.eye(k))
    return np.asarray(contrast @ sizes @ contrast.T)


def coefficient_covariance(
    x: np.ndarray, shocks: np.ndarray, path: np.ndarray, impact: np.ndarray, kind: Kind
) -> np.ndarray:
    """Covariance of coefficients by generalised least squares, equation by equation, (K n, K n).

    sum_k b_k b_k' (x) (sum_t x_t x_t' / h_kt)^-1, or White's form of it.

    Parameters
    ----------
    x : ndarray, shape (T, n)
    shocks, path : ndarray, shape (T, K)
        B^-1 u_t and their variances h_kt.
    impact : ndarray, shape (K, K)
    kind : {"classical", "HC0", "HC1"}
    """
    (nobs, n), k = x.shape, len(impact)
    length = np.linalg.norm(x, axis=0)
    basis, triangle = np.linalg.qr(x / np.where(length == 0, 1.0, length))
    back = np.linalg.inv(triangle) / length[:, None]
    grams = np.einsum("ta,tk,tb->kab", basis, 1 / path, basis)
    inverses = np.linalg.inv(grams)
    structural = np.zeros((k, n, k, n))
    if kind == "classical":
        structural[np.arange(k), :, np.arange(k), :] = inverses
    else:
        moves = np.einsum("kab,tb,tk->tka", inverses, basis, shocks / path)
        structural = np.einsum("tka,tlb->kalb", moves, moves)
        structural *= nobs / (nobs - n) if kind == "HC1" else 1.0
    found = np.einsum("ik,kalb,jl,ca,db->icjd", impact, structural, impact, back, back)
    return np.asarray(found.reshape(k * n, k * n))
