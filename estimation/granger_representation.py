"""Granger's representation of series with unit roots: what errors do to their levels for good."""

from __future__ import annotations

import numpy as np

#: A singular value of A(1) below this, in units of the errors' standard deviations, is zero: the
#: rounding of a reduced rank is a million times smaller, an estimated full rank much larger.
ZERO = 1e-8


def cointegration_rank(lags: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Rank of A(1) = I - A_1 - ... - A_p, shape (...).

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    scale : ndarray, shape (..., K)
        Size of a typical error of each variable, so that the rank does not depend on units.
    """
    roots = np.linalg.svd(_impact_of_levels(lags, scale), compute_uv=False)
    return np.asarray((roots > ZERO * np.maximum(1.0, roots[..., :1])).sum(axis=-1))


def permanent_effects(lags: np.ndarray, scale: np.ndarray, rank: int) -> np.ndarray:
    """Xi of Granger's representation: the effect of errors on the levels in the end.

    y_t = Xi (u_1 + ... + u_t) + a stationary part + initial values, with
    Xi = beta_perp (alpha_perp' Gamma(1) beta_perp)^-1 alpha_perp' and
    Gamma(1) = I - Gamma_1 - ... - Gamma_{p-1} = I + A_2 + 2 A_3 + ... + (p-1) A_p.
    Johansen (1995), theorem 4.2.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
        Of the VAR in levels.
    scale : ndarray, shape (..., K)
        See ``cointegration_rank``.
    rank : int
        Of A(1).

    Returns
    -------
    ndarray, shape (..., K, K)
        Of rank K - r; zero where r = K.
    """
    left, _, right = np.linalg.svd(_impact_of_levels(lags, scale))
    alpha_perp, beta_perp = left[..., rank:], np.swapaxes(right[..., rank:, :], -1, -2)
    weights = np.arange(lags.shape[-3])[:, None, None]
    gamma = np.eye(lags.shape[-1]) + (weights * lags).sum(axis=-3)
    gamma = gamma * scale[..., None, :] / scale[..., :, None]
    across = np.swapaxes(alpha_perp, -1, -2)
    inner = np.linalg.solve(across @ gamma @ beta_perp, across)
    effects: np.ndarray = beta_perp @ inner * scale[..., :, None] / scale[..., None, :]
    return effects


def _impact_of_levels(lags: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """A(1) for variables in units of ``scale``."""
    long_run = np.eye(lags.shape[-1]) - lags.sum(axis=-3)
    found: np.ndarray = long_run * scale[..., None, :] / scale[..., :, None]
    return found
