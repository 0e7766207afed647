"""Delta-method standard errors of impulse responses, for many draws at once.

What ``delta`` finds by moving the whole reduced form is here in closed form for the coefficients,
so that each draw of a bootstrap can have standard errors of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .delta import STEP
from .responses import impulse_responses

#: Draws computed together: enough for eight at a time in the recursion, few enough for memory.
CHUNK = 64
#: Added to the diagonal of second moments, relative to it: those of an explosive draw are
#: numerically singular.
RIDGE = 1e-12

Impact = Callable[[np.ndarray, np.ndarray], np.ndarray]


def response_errors(
    lags: np.ndarray,
    covariance: np.ndarray,
    impact: Impact,
    cumulated: np.ndarray,
    *,
    nobs: int,
    horizon: int,
) -> np.ndarray:
    """Standard errors of sized, possibly cumulated responses under normal errors.

    A response to shock j moves with the coefficients by
    d Theta_h[:, j] = sum_m Phi_{h-m} dA X_m[:, j] + Phi_h dB[:, j], m = 1, ..., h, where
    X_m = (Theta_{m-1}, ..., Theta_{m-p}) stacked. The covariance of dA is Sigma (x) M^-1, M the
    second moments of the regressors that the draw's own parameters imply for a sample of this
    length (finite for unstable draws too). dB comes by central differences, so that any scheme
    and any size of the shock will do.

    Parameters
    ----------
    lags : ndarray, shape (R, p, K, K)
    covariance : ndarray, shape (R, K, K)
    impact : callable
        From covariances (..., K, K) and lags (..., p, K, K) to sized impact matrices (..., K, J).
    cumulated : ndarray of bool, shape (K,)
        Variables whose responses are summed over horizons.
    nobs : int
        T.
    horizon : int

    Returns
    -------
    ndarray, shape (R, H+1, K, J)

    References
    ----------
    Lütkepohl (2005), proposition 3.6.
    """
    # A scheme that does not look at the lags is spared the differences along them.
    looks_at_lags = not np.array_equal(
        impact(covariance[:1], lags[:1]), impact(covariance[:1], 0.9 * lags[:1])
    )
    parts = [slice(start, start + CHUNK) for start in range(0, len(lags), CHUNK)]
    found = [
        _errors_of_chunk(
            lags[part], covariance[part], impact, cumulated, nobs, horizon, looks_at_lags
        )
        for part in parts
    ]
    return np.concatenate(found)


def _errors_of_chunk(
    lags: np.ndarray,
    covariance: np.ndarray,
    impact: Impact,
    cumulated: np.ndarray,
    nobs: int,
    horizon: int,
    looks_at_lags: bool,
) -> np.ndarray:
    """Standard errors of a few draws."""
    p, k = lags.shape[1:3]
    factor = np.linalg.cholesky(covariance)
    moving = impulse_responses(lags, np.eye(k), max(nobs + p - 2, horizon))
    orthogonal = np.ascontiguousarray(moving) @ factor[:, None]
    directions = _precision_root(orthogonal[:, : nobs + p - 1], p, nobs)
    past = _regressor_responses(impulse_responses(lags, impact(covariance, lags), horizon), p)
    loadings = np.einsum("rdx,rmdj->rjmx", directions, past, optimize=True)
    reach = moving[:, : horizon + 1].copy()
    reach[:, :, cumulated] = np.cumsum(reach[:, :, cumulated], axis=1)
    variance = _variance_from_coefficients(reach @ factor[:, None], loadings)
    of_impact = _impact_along_covariance(lags, covariance, impact, factor, nobs)
    squares = np.einsum("rdaj,rdbj->rjab", of_impact, of_impact)
    if looks_at_lags:
        by_lags = _impact_along_lags(lags, covariance, impact, factor, directions)
        squares += np.einsum("rcxaj,rcxbj->rjab", by_lags, by_lags)
        variance += 2 * _covariance_with_impact(reach, factor, loadings, by_lags)
    variance += np.einsum("rhia,rjab,rhib->rhij", reach, squares, reach, optimize=True)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _precision_root(orthogonal: np.ndarray, p: int, nobs: int) -> np.ndarray:
    """L with L L' = M^-1, shape (R, K p, K p).

    M = sum_t E x_t x_t' for the T regressors x_t = (y_{t-1}, ..., y_{t-p}), deterministic terms
    taken out, of a series that starts p periods before the sample: finite whatever the roots.
    """
    draws, periods, k, _ = orthogonal.shape
    # Row t of the sample holds the errors of the t + p - 1 periods before it.
    rows = np.minimum(nobs, nobs + p - 1 - np.arange(periods))
    padded = np.concatenate([np.zeros((draws, p - 1, k, k)), orthogonal], axis=1)
    weighted = np.empty((draws, periods, k, p, k))  # [draw, age, error, lag, variable]
    for lag in range(p):
        shifted = padded[:, p - 1 - lag : p - 1 - lag + periods]
        # An error of age s has reached lag l of the regressors by Phi_{s-l}.
        weighted[:, :, :, lag] = np.sqrt(rows)[:, None, None] * shifted.swapaxes(2, 3)
    stacked = weighted.reshape(draws, periods * k, p * k)
    moments = stacked.swapaxes(1, 2) @ stacked
    scale = np.sqrt(np.einsum("rii->ri", moments))
    scaled = moments / (scale[:, :, None] * scale[:, None, :]) + RIDGE * np.eye(p * k)
    inverse: np.ndarray = np.linalg.inv(np.linalg.cholesky(scaled)) / scale[:, None, :]
    return inverse.swapaxes(1, 2)


def _regressor_responses(responses: np.ndarray, p: int) -> np.ndarray:
    """X_m = (Theta_{m-1}, ..., Theta_{m-p}) for m = 1, ..., H: shape (R, H, K p, J)."""
    draws, last, k, shocks = responses[:, 1:].shape
    padded = np.concatenate([np.zeros((draws, p - 1, k, shocks)), responses[:, :-1]], axis=1)
    lagged = [padded[:, p - 1 - lag : p - 1 - lag + last] for lag in range(p)]
    return np.stack(lagged, axis=2).reshape(draws, last, p * k, shocks)


def _variance_from_coefficients(reach: np.ndarray, loadings: np.ndarray) -> np.ndarray:
    """Variance of sum_m Phi_{h-m} dA X_m[:, j], shape (R, H+1, K, J).

    It is the sum over m and m' of two scalar products: of rows of Phi_{h-m} P and Phi_{h-m'} P,
    and of the loadings of X_m and X_m'.

    Parameters
    ----------
    reach : ndarray, shape (R, H+1, K, K)
        Phi_h P.
    loadings : ndarray, shape (R, J, H, K p)
    """
    draws, length, k, _ = reach.shape
    shocks = loadings.shape[1]
    ahead = np.einsum("rsia,rtia->rist", reach, reach, optimize=True)
    behind = loadings @ loadings.swapaxes(2, 3)
    variance = np.zeros((draws, length, k, shocks))
    for h in range(1, length):
        left = ahead[:, :, h - 1 :: -1, h - 1 :: -1].reshape(draws, k, h * h)
        right = behind[:, :, :h, :h].reshape(draws, shocks, h * h)
        variance[:, h] = left @ right.swapaxes(1, 2)
    return variance


def _covariance_with_impact(
    reach: np.ndarray, factor: np.ndarray, loadings: np.ndarray, by_lags: np.ndarray
) -> np.ndarray:
    """Covariance of sum_m Phi_{h-m} dA X_m[:, j] with Phi_h dB[:, j], shape (R, H+1, K, J)."""
    orthogonal = reach @ factor[:, None]
    between = np.einsum("rjmx,rcxaj->rjmca", loadings, by_lags, optimize=True)
    found = np.zeros((*reach.shape[:3], loadings.shape[1]))
    for h in range(1, reach.shape[1]):
        moved = np.einsum(
            "rmic,rjmca->rija", orthogonal[:, h - 1 :: -1], between[:, :, :h], optimize=True
        )
        found[:, h] = np.einsum("rija,ria->rij", moved, reach[:, h])
    return found


def _impact_along_covariance(
    lags: np.ndarray, covariance: np.ndarray, impact: Impact, factor: np.ndarray, nobs: int
) -> np.ndarray:
    """Slopes of B along independent directions of Sigma, shape (R, K(K+1)/2, K, J).

    Sigma moves by P G P', where G is symmetric with independent elements of variance 1 / T, on the
    diagonal 2 / T.
    """
    k = factor.shape[-1]
    steps = np.zeros((k * (k + 1) // 2, k, k))
    for step, (i, j) in zip(steps, zip(*np.tril_indices(k))):
        step[i, j] = step[j, i] = 1 / np.sqrt(nobs)
        step[i, i] *= np.sqrt(2) if i == j else 1
    moves = STEP * factor[:, None] @ steps @ factor[:, None].swapaxes(2, 3)
    there, back = (
        impact(
            covariance[:, None] + sign * moves, np.broadcast_to(lags[:, None], _each(lags, moves))
        )
        for sign in (1, -1)
    )
    slopes: np.ndarray = (there - back) / (2 * STEP)
    return slopes


def _impact_along_lags(
    lags: np.ndarray,
    covariance: np.ndarray,
    impact: Impact,
    factor: np.ndarray,
    directions: np.ndarray,
) -> np.ndarray:
    """Slopes of B along independent directions of the lags, shape (R, K, K p, K, J).

    Direction (c, x) moves [A_1, ..., A_p] by the outer product of column c of P and column x of L.
    """
    draws, p, k, _ = lags.shape
    width = p * k
    by_lag = directions.swapaxes(1, 2).reshape(draws, width, p, 1, k)
    found = []
    for c in range(k):
        moves = STEP * factor[:, None, None, :, c, None] * by_lag
        same = np.broadcast_to(covariance[:, None], (draws, width, k, k))
        there, back = (impact(same, lags[:, None] + sign * moves) for sign in (1, -1))
        found.append((there - back) / (2 * STEP))
    return np.stack(found, axis=1)


def _each(lags: np.ndarray, moves: np.ndarray) -> tuple[int, ...]:
    """Shape of the lags repeated for every move."""
    return (*moves.shape[:2], *lags.shape[1:])
