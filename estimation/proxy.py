r"""External instruments: the impact of the shocks that they move, from their covariance with u.

Instruments z_t that are related to k shocks and to no other satisfy

    E[u_t z_t'] = B_1 Phi',

hence the columns of E[u z'] span those of B_1 (K, k). With one shock that is B_1 up to scale; with
several, a rotation of them is left, which a triangular rule takes away. The scale is that of shocks
of unit variance, B_1' Sigma^-1 B_1 = I.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

#: How the shocks of a block are told apart; see ``orthogonal_shocks``.
Rule = Literal["instruments", "equations", "impact"]

#: Of singular values, of an instrument's variation to its size, and of an own response to its
#: residual's standard deviation: below this share there is only rounding.
NOTHING = 1e-10


def joint_moments(residuals: np.ndarray, instruments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Covariances of residuals with instruments, and of these, over the periods with all of them.

    Parameters
    ----------
    residuals : ndarray, shape (..., T, K)
    instruments : ndarray, shape (..., T, m)
        NaN where not observed.

    Returns
    -------
    products : ndarray, shape (..., K, m)
        Mean of u_t (z_t - mean z)'; NaN without any period.
    variance : ndarray, shape (..., m, m)
    """
    observed = np.isfinite(instruments).all(axis=-1, keepdims=True)
    count = observed.sum(axis=-2, keepdims=True).astype(float)
    count = np.where(count > 0, count, np.nan)
    z = np.where(observed, instruments, 0.0)
    z = np.where(observed, z - z.sum(axis=-2, keepdims=True) / count, 0.0)
    across = np.swapaxes(z, -1, -2)
    return np.swapaxes(across @ residuals, -1, -2) / count, across @ z / count


def directions(residuals: np.ndarray, instruments: np.ndarray, own: np.ndarray) -> np.ndarray:
    r"""Columns that span the impact of k shocks, from m >= k instruments.

    Two-stage least squares of the residuals on those of the shocks' own variables spans the same
    space as Gamma S^-1 Gamma_own', with Gamma = cov(u, z), S = var(z). With as many instruments as
    shocks that is the space of Gamma S^-1 alone, the slopes of u on z, whose signs say which way
    an instrument moves its variable.

    Parameters
    ----------
    residuals : ndarray, shape (..., T, K)
    instruments : ndarray, shape (..., T, m)
        NaN where not observed.
    own : ndarray of int, shape (k,)
        The shocks' own variables.

    Returns
    -------
    ndarray, shape (..., K, k)
        For instruments in standard deviations; NaN where these are collinear or constant.
    """
    products, variance = joint_moments(residuals, instruments)
    deviation = np.sqrt(np.diagonal(variance, axis1=-2, axis2=-1))
    largest = np.fmax.reduce(np.abs(instruments), axis=-2)
    deviation = np.where(deviation > NOTHING * largest, deviation, np.nan)[..., None, :]
    products = products / deviation
    found: np.ndarray = products @ _inverse(variance / deviation / np.swapaxes(deviation, -1, -2))
    if instruments.shape[-1] == len(own):
        return found
    return np.asarray(found @ np.swapaxes(products[..., own, :], -1, -2))


def covariance_where_observed(
    residuals: np.ndarray, instruments: np.ndarray, coefficients: float
) -> np.ndarray:
    """Covariance of the residuals over the periods with all instruments, shape (..., K, K).

    Means are taken off, as residuals need not add up to zero in a part of the sample.

    Parameters
    ----------
    residuals : ndarray, shape (..., T, K)
    instruments : ndarray, shape (..., T, m)
    coefficients : float
        Taken off the number of periods in the divisor. NaN where nothing is left.
    """
    observed = np.isfinite(instruments).all(axis=-1, keepdims=True)
    count = observed.sum(axis=-2, keepdims=True).astype(float)
    mean = np.where(observed, residuals, 0.0).sum(axis=-2, keepdims=True) / np.fmax(count, 1.0)
    u = np.where(observed, residuals - mean, 0.0)
    divisor = np.where(count > coefficients, count - coefficients, np.nan)
    return np.asarray(np.swapaxes(u, -1, -2) @ u / divisor)


def orthogonal_shocks(
    space: np.ndarray, covariance: np.ndarray, own: np.ndarray, rule: Rule
) -> np.ndarray:
    r"""Impact of k uncorrelated shocks of unit variance, B_1 = G R with R' (G' Sigma^-1 G) R = I.

    With one shock there is nothing to choose. With more, R is such that

    - ``instruments``: R is upper triangular: column j of G holds shocks 1 to j, as where the
      instrument of the first shock is unrelated to the second;
    - ``equations``: in e_1 = B_1' Sigma^-1 u_t the coefficients of the own variables are lower
      triangular: given the variables outside the block, the own variable of shock 1 does not react
      to that of shock 2 (Mertens and Ravn 2013);
    - ``impact``: their impact responses are lower triangular: shock 2 does not move the own
      variable of shock 1 within the period.

    Parameters
    ----------
    space : ndarray, shape (..., K, k)
        G.
    covariance : ndarray, shape (..., K, K)
    own : ndarray of int, shape (k,)
    rule : {"instruments", "equations", "impact"}

    Returns
    -------
    ndarray, shape (..., K, k)
        Each shock raises its own variable; NaN where it moves it by nothing but rounding, hence
        has no sign, and where the columns of G are collinear.
    """
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))[..., :, None]
    g = space / deviation
    g = g / np.linalg.norm(g, axis=-2, keepdims=True)
    across = np.swapaxes(g, -1, -2)
    weights = across @ np.linalg.inv(covariance / deviation / np.swapaxes(deviation, -1, -2))
    found = g @ _rotation(g[..., own, :], weights[..., own], weights @ g, rule)
    response = np.diagonal(found[..., own, :], axis1=-2, axis2=-1)[..., None, :]
    sign = np.where(np.abs(response) > NOTHING, np.sign(response), np.nan)
    return np.asarray(found * sign * deviation)


def _rotation(
    responses: np.ndarray, coefficients: np.ndarray, gram: np.ndarray, rule: Rule
) -> np.ndarray:
    """R by one of the rules, from the own rows of G, the own columns of G' Sigma^-1 and the two."""
    if rule == "equations":
        back = _inverse(coefficients)
        triangle = _cholesky(back @ gram @ np.swapaxes(back, -1, -2))
        return np.swapaxes(_inverse(coefficients @ triangle), -1, -2)
    if rule == "impact":
        triangle = _cholesky(responses @ _inverse(gram) @ np.swapaxes(responses, -1, -2))
        return np.asarray(_inverse(responses) @ triangle)
    return np.swapaxes(_inverse(_cholesky(gram)), -1, -2)


def _cholesky(matrix: np.ndarray) -> np.ndarray:
    """Lower triangular factors; NaN where a matrix is singular."""
    sound = _regular(matrix)
    return np.where(sound, np.linalg.cholesky(_or_identity(matrix, sound)), np.nan)


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Inverses; NaN where a matrix is singular."""
    sound = _regular(matrix)
    return np.where(sound, np.linalg.inv(_or_identity(matrix, sound)), np.nan)


def _regular(matrix: np.ndarray) -> np.ndarray:
    """Which matrices are regular, shape (..., 1, 1)."""
    finite = np.isfinite(matrix).all(axis=(-1, -2), keepdims=True)
    if matrix.shape[-1] == 1:
        return np.asarray(finite & (matrix != 0))
    singular = np.linalg.svd(np.where(finite, matrix, 0.0), compute_uv=False)
    regular = singular[..., -1:] > NOTHING * singular[..., :1]
    return np.asarray(finite & regular[..., None])


def _or_identity(matrix: np.ndarray, sound: np.ndarray) -> np.ndarray:
    return np.where(sound, matrix, np.eye(matrix.shape[-1]))
