"""How much the coefficients of a regression move: variances of random walks by likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..errors import NumericalError
from .streams import block_generator
from .time_varying import log_likelihood, run_filter, score

Spread = Literal["sum", "together", "each"]

#: Movements in standard errors over the sample from which the search starts, then random ones.
_STARTS = (0.5, 3.0, 10.0)

#: Largest movement allowed.
_LARGEST = 200.0


@dataclass(frozen=True, slots=True)
class MovementFit:
    """Movements at the maximum of the likelihood.

    Attributes
    ----------
    movement : ndarray, shape (J,)
        lambda: standard errors of the full-sample estimates by which coefficients move over the
        sample; one for all, or one each.
    log_likelihood, constant : float
        At the maximum, and where none of these movements is.
    maxima : ndarray, shape (S,)
        Log-likelihoods that the starts led to.
    """

    movement: np.ndarray
    log_likelihood: float
    constant: float
    maxima: np.ndarray


def movement_shapes(x: np.ndarray, spread: Spread, total: np.ndarray) -> np.ndarray:
    """Covariances S_j, shape (J, q, q), of Q = sum_j lambda_j^2 S_j.

    Parameters
    ----------
    x : ndarray, shape (T, q)
    spread : {"sum", "together", "each"}
        With C = (X'X)^-1 and c the row of ``total``: ``sum`` is C c c' C / (c' C c T), by which
        c' beta moves and the other combinations as their estimates are correlated with it;
        ``together`` is C / T, all combinations alike; ``each`` the diagonal of it, one coefficient
        at a time. None depends on the units of the regressors, nor the first two on the way in
        which they are combined.
    total : ndarray, shape (1, q)
    """
    inverse = np.linalg.inv(x.T @ x)
    if spread == "sum":
        along = inverse @ total[0]
        return np.asarray(np.outer(along, along)[None] / (total[0] @ along * len(x)))
    if spread == "together":
        return inverse[None] / len(x)
    return np.asarray(np.diag(inverse)[:, None, None] * _corners(x.shape[1]) / len(x))


def covariance_of(shapes: np.ndarray, movement: np.ndarray) -> np.ndarray:
    """Q of these movements, shape (q, q)."""
    return np.asarray(np.einsum("j,jab->ab", movement**2, shapes))


def maximise(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    shapes: np.ndarray,
    *,
    starts: int,
    seed: int,
    known: np.ndarray | None = None,
) -> MovementFit:
    """Movements that maximise the diffuse likelihood, from several starts.

    The squares of the movements are searched, down to zero, with exact derivatives.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, q)
    w : ndarray, shape (T, r)
    shapes : ndarray, shape (J, q, q)
    starts : int
    seed : int
    known : ndarray, shape (q, q), optional
        A part of Q that is not searched.

    Raises
    ------
    NumericalError
        If no start leads to a maximum.
    """
    from scipy.optimize import minimize

    given = np.zeros(shapes.shape[1:]) if known is None else known

    def loss(squares: np.ndarray) -> tuple[float, np.ndarray]:
        filtered = run_filter(y, x, w, given + np.einsum("j,jab->ab", squares, shapes))
        slope = np.einsum("ab,jab->j", score(filtered, x), shapes)
        return -log_likelihood(filtered), -slope

    count = len(shapes)
    rng = block_generator(seed, 0)
    first = [np.full(count, start) for start in _STARTS[:starts]]
    first += [10 ** rng.uniform(-0.5, 1.2, count) for _ in range(starts - len(first))]
    bounds = [(0.0, _LARGEST**2)] * count
    if not count:
        value = -loss(np.empty(0))[0]
        return MovementFit(np.empty(0), value, value, np.array([value]))
    found = [
        minimize(loss, start**2, jac=True, method="L-BFGS-B", bounds=bounds) for start in first
    ]
    sound = [result for result in found if np.isfinite(result.fun)]
    if not sound:
        raise NumericalError(
            "The likelihood of moving coefficients has no maximum from any start.",
            remedy="Use fewer lags, or the median-unbiased estimate.",
        )
    best = min(sound, key=lambda result: float(result.fun))
    constant = -loss(np.zeros(count))[0]
    if -best.fun < constant:
        return MovementFit(np.zeros(count), constant, constant, -np.array([r.fun for r in sound]))
    return MovementFit(
        np.sqrt(best.x), float(-best.fun), constant, -np.array([r.fun for r in sound])
    )


def _corners(q: int) -> np.ndarray:
    """Matrices with a single one on the diagonal, shape (q, q, q)."""
    corners = np.zeros((q, q, q))
    corners[np.arange(q), np.arange(q), np.arange(q)] = 1.0
    return corners
