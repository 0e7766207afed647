r"""Local projections: one regression a horizon, all horizons on one decomposition.

For shock j and horizon h, y_{t+h} is regressed on y_{j,t} and controls: the variables ordered
before j in period t, their lags and deterministic terms. The regressors of the longest sample are
made orthonormal once, X = Q R; a horizon loses the last rows of Q, and the Gram matrix of the rest
is near the identity, so that its Cholesky factor costs no digits. From one horizon to the one
before it, a row is added to the factor. As the factor keeps the order of the columns, it holds the
regressions of all shocks, each nested in the next one's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: A regressor whose part of its own, in the rows that a horizon is left with, has less than this
#: share of it left is a combination of the others.
DEPENDENT = 1e-8
#: The same in the longest sample, where only rounding is left of it.
SINGULAR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Projections:
    """Coefficients of local projections, and what each period contributes to their errors.

    Attributes
    ----------
    coefficients : ndarray, shape (H+1, K, J)
        [horizon, response, shock]: responses to one unit of the shock; NaN if the regressors are
        linearly dependent in the rows of the last horizon.
    influence : ndarray, shape (T, H+1, K, J)
        Contribution of each period t to the error of a coefficient, (X'X)^-1 x_t times the
        residual; zero in the rows that a horizon does not have. Sums of squares are White's
        variances, with the factor T / (T - k) if that was asked for.
    rows : ndarray of int, shape (H+1,)
        Observations of each horizon.
    regressors : ndarray of int, shape (J,)
        Regressors in the regressions of each shock.
    shocks : ndarray, shape (T, J)
        The shocks: what the controls leave of their variables in the regressions of horizon 0.
    """

    coefficients: np.ndarray
    influence: np.ndarray
    rows: np.ndarray
    regressors: np.ndarray
    shocks: np.ndarray


def project(
    y: np.ndarray,
    controls: np.ndarray,
    order: Sequence[int],
    wanted: Sequence[int],
    horizon: int,
    *,
    alone: bool = False,
    cumulated: np.ndarray | None = None,
    common: bool = False,
    small_sample: bool = True,
) -> Projections:
    """Regressions of y_{t+h}, or of sums up to it, on shocks of period t; h = 0, ..., H.

    Parameters
    ----------
    y : ndarray, shape (T, K)
        Variables in the periods t.
    controls : ndarray, shape (T, n)
        Deterministic terms and lags, of full column rank.
    order : sequence of int
        Columns of ``y`` that enter in period t, each with those before it as controls.
    wanted : sequence of int
        Those of ``order`` whose shocks are asked for.
    horizon : int
        H; T - H must exceed the number of regressors.
    alone : bool
        All of ``order`` except the shock's variable are controls, whatever their place.
    cumulated : ndarray of bool, shape (K,), optional
        Variables of which y_t + ... + y_{t+h} is explained.
    common : bool
        Use the periods of the last horizon for all; by default each has all it can.
    small_sample : bool
        Multiply variances by T / (T - k) for k regressors, horizon by horizon.

    References
    ----------
    Jordà (2005); Plagborg-Møller and Wolf (2021) on the order as controls.
    """
    from .projection_kernels import contributions, solve_horizons

    last = len(y) - horizon if common else len(y)
    rows = np.array([last if common else last - h for h in range(horizon + 1)])
    order, n = list(order), controls.shape[1]
    at = [order.index(j) for j in wanted]
    place = np.array([wanted.index(j) if j in wanted else -1 for j in order])
    regressors = n + (np.full(len(order), len(order)) if alone else np.arange(len(order)) + 1)
    spare = rows[:, None] - regressors
    scale = np.sqrt(rows[:, None] / spare) if small_sample else np.ones(spare.shape)
    k, width = y.shape[1], n + len(order)
    influence = np.zeros((last, horizon + 1, k, len(at)))
    q, upper, factor = _orthonormal(np.hstack([controls[:last], y[:last, order]]), rows[-1])
    if factor is None:
        nothing = np.full((horizon + 1, k, len(at)), np.nan)
        return Projections(
            nothing, influence, rows, regressors[at], np.full((last, len(at)), np.nan)
        )
    outcomes = _outcomes(y, rows, cumulated)
    products = (q.T @ outcomes.reshape(last, -1)).reshape(width, horizon + 1, k)
    back = np.zeros((width, horizon + 1, k + len(order)))
    own = np.empty((horizon + 1, len(order), len(order)))
    solve_horizons(factor, q, rows, n, products, back, own)
    parts = (q @ back.reshape(width, -1)).reshape(last, *back.shape[1:])
    loadings, inverse = products[n:], _inverse(own @ upper[n:, n:], alone)
    contributions(parts, outcomes, rows, loadings, inverse, alone, place, scale, influence)
    coefficients = np.einsum("hjm,mhi->hij", inverse, loadings)[..., at]
    weights = (parts[:, 0, k:] @ inverse[0].T)[:, at]
    shocks = weights / np.einsum("tj,tj->j", weights, weights)
    _fix_impact(coefficients[0], influence[:, 0], order, at, alone=alone)
    return Projections(coefficients, influence, rows, regressors[at], shocks)


def sized(
    found: Projections, targets: np.ndarray, divisor: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Responses to shocks of the sizes asked for, and what each period contributes to their errors.

    A shock of one standard deviation has an estimated size: the response is the coefficient times
    sigma_j, and its error has the part theta_h (x_t^2 - sigma_j^2) / (2 sigma_j T), x_t the shock
    with the mean square sigma_j^2.

    Parameters
    ----------
    found : Projections
        Its contributions are scaled where they are: they are large, and of no further use.
    targets : ndarray, shape (J,)
        Units of the shocks' own variables; NaN for one standard deviation.
    divisor : int
        Of the variance of the shocks: T, or T less the regressors of the one-step regressions.

    Returns
    -------
    responses : ndarray, shape (H+1, K, J)
    influence : ndarray, shape (T, H+1, K, J)
    deviations : ndarray, shape (J,)
        sigma_j.
    """
    count = len(found.shocks)
    squares = found.shocks**2 * (count / divisor)
    variance = squares.mean(axis=0)
    deviations = np.sqrt(variance)
    estimated = np.isnan(targets)
    sizes = np.where(estimated, deviations, targets)
    influence = found.influence
    if (sizes != 1).any():
        influence *= sizes
    if estimated.any():
        of_size = np.where(estimated, (squares - variance) / (2 * deviations * count), 0.0)
        influence += of_size[:, None, None, :] * found.coefficients
    return found.coefficients * sizes, influence, deviations


def _orthonormal(x: np.ndarray, fewest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Q and R of X = Q R, and the Cholesky factor U of U'U = Q'Q in the fewest rows.

    The factor is None where columns are linearly dependent in these rows.
    """
    length = np.sqrt(np.einsum("ti,ti->i", x, x))
    length[length == 0] = 1.0
    q, upper = np.linalg.qr(x / length)
    sign = np.where(np.diagonal(upper) < 0, -1.0, 1.0)
    q, upper = np.ascontiguousarray(q * sign), upper * sign[:, None] * length
    if np.diagonal(upper / length).min() < SINGULAR:
        return q, upper, None
    try:
        factor = np.linalg.cholesky(q[:fewest].T @ q[:fewest], upper=True)
    except np.linalg.LinAlgError:
        return q, upper, None
    lost = np.diagonal(factor).min() ** 2 < DEPENDENT
    return q, upper, None if lost else np.ascontiguousarray(factor)


def _outcomes(y: np.ndarray, rows: np.ndarray, cumulated: np.ndarray | None) -> np.ndarray:
    """What is explained, shape (T, H+1, K); zero in the rows that a horizon does not have."""
    found = np.zeros((rows[0], len(rows), y.shape[1]))
    for h, count in enumerate(rows):
        found[:count, h] = y[h : h + count]
        if h and cumulated is not None:
            found[:count, h] += found[:count, h - 1] * cumulated
    return found


def _inverse(triangles: np.ndarray, alone: bool) -> np.ndarray:
    """From coefficients on orthonormal shocks to those on variables, shape (H+1, P, P).

    The variables' own parts are the orthonormal shocks times the triangles.
    """
    if alone:
        return np.linalg.inv(triangles)
    found = np.zeros_like(triangles)
    diagonal = np.arange(triangles.shape[-1])
    found[:, diagonal, diagonal] = 1 / triangles[:, diagonal, diagonal]
    return found


def _fix_impact(
    coefficients: np.ndarray,
    influence: np.ndarray,
    order: Sequence[int],
    at: Sequence[int],
    *,
    alone: bool,
) -> None:
    """Responses in the period of the shock that hold without error: its own, those of controls.

    Computed, they would be ones and zeros up to rounding.
    """
    for j, position in enumerate(at):
        known = list(order) if alone else list(order[: position + 1])
        coefficients[known, j] = 0.0
        coefficients[order[position], j] = 1.0
        influence[:, known, j] = 0.0
