"""One matrix that makes several covariance matrices diagonal, by Gaussian maximum likelihood.

Covariances S_m of T_m observations each are modelled as B Lambda_m B' with Lambda_m diagonal.
With A = B^-1 and the variances at their optimum, lambda_mk = (A S_m A')_kk, twice the negative
log-likelihood of an observation is, up to a constant and with weights tau_m = T_m / T,

    C(A) = sum_m tau_m sum_k log (A S_m A')_kk - 2 log|det A|.

Rows of A have no scale of their own in it. Two matrices are made diagonal exactly; more of them
only by restricting the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

#: Largest element of the gradient at a minimum; rounding is below 1e-14.
TOLERANCE = 1e-11
MAX_STEPS = 300

#: Largest element of a step of A in its own coordinates, and how often a step is halved.
_LONGEST = 0.5
_HALVINGS = 30

#: Below this curvature a direction counts as flat.
SMALLEST_CURVATURE = 1e-10


@dataclass(frozen=True, slots=True)
class JointDiagonal:
    """The minimum for one or many sets of covariances.

    Attributes
    ----------
    unmixing : ndarray, shape (..., K, K)
        A = B^-1 [shock, variable]; shocks have unit variance on average, with weights tau.
    variances : ndarray, shape (..., M, K)
        Variance of shock k in regime m.
    converged : ndarray of bool, shape (...)
    """

    unmixing: np.ndarray
    variances: np.ndarray
    converged: np.ndarray


def diagonalise(
    covariances: np.ndarray,
    weights: np.ndarray,
    start: np.ndarray | None = None,
    *,
    steps: int = MAX_STEPS,
) -> JointDiagonal:
    """A and the variances of R sets of M covariances.

    Parameters
    ----------
    covariances : ndarray, shape (R, M, K, K)
    weights : ndarray, shape (R, M)
        tau_m, which add up to one.
    start : ndarray, shape (R, K, K), optional
        A to climb from; by default the exact solutions of all pairs of regimes, of which the best
        minimum is kept. For two regimes there is nothing to climb.
    steps : int
        Most steps of a climb, each of which lowers C.

    Notes
    -----
    Two matrices: S_1 = L L', L^-1 S_2 L^-1' = Q Lambda Q', A = Q' L^-1. More: Newton's steps in
    the coordinates of A itself, A <- (I + E) A. The expected curvature couples E_ij with E_ji only
    (Pham 2001); its determinant, omega_ij omega_ji - 1 with omega_ij = sum_m tau_m lambda_mj /
    lambda_mi, is zero exactly where the variances of two shocks are proportional.
    """
    if covariances.shape[1] == 2:
        unmixing = _of_pair(covariances[:, 0], covariances[:, 1])
        return _scaled(unmixing, covariances, weights, np.ones(len(covariances), dtype=bool))
    if start is not None:
        unmixing, converged = _descend(covariances, weights, start, steps)
        return _scaled(unmixing, covariances, weights, converged)
    pairs = list(combinations(range(covariances.shape[1]), 2))
    ends = [
        _descend(covariances, weights, _of_pair(covariances[:, i], covariances[:, j]), steps)
        for i, j in pairs
    ]
    heights = np.array([criterion(end, covariances, weights) for end, _ in ends])
    best = np.where(np.isfinite(heights), heights, np.inf).argmin(axis=0)
    row = np.arange(len(covariances))
    unmixing = np.stack([end for end, _ in ends])[best, row]
    converged = np.stack([done for _, done in ends])[best, row]
    return _scaled(unmixing, covariances, weights, converged)


def criterion(unmixing: np.ndarray, covariances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """C(A) of the module's head, shape (R,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(_variances(unmixing, covariances)).sum(axis=-1)
        return np.asarray((weights * logs).sum(axis=-1) - 2 * np.linalg.slogdet(unmixing)[1])


def curvature(variances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """omega_ij = sum_m tau_m lambda_mj / lambda_mi, shape (..., K, K).

    Information of an observation about E_ij; with E_ji it shares the information one.
    """
    return np.asarray(np.einsum("...m,...mi,...mj->...ij", weights, 1 / variances, variances))


def off_diagonal(k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the elements off the diagonal, row by row."""
    rows, columns = np.divmod(np.arange(k * k), k)
    other = rows != columns
    return rows[other], columns[other]


def _of_pair(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """A that makes two covariances (R, K, K) diagonal, largest ratio second over first on top."""
    inverse = np.linalg.inv(np.linalg.cholesky(first))
    _, vectors = np.linalg.eigh(inverse @ second @ np.swapaxes(inverse, -1, -2))
    return np.asarray(np.swapaxes(vectors[..., ::-1], -1, -2) @ inverse)


def _descend(
    covariances: np.ndarray, weights: np.ndarray, start: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Minima of C reached from ``start`` (R, K, K), and whether the gradient vanishes there."""
    unmixing = np.array(start)
    converged = np.zeros(len(unmixing), dtype=bool)
    moving = np.arange(len(unmixing))
    for _ in range(steps):
        here, s, tau = unmixing[moving], covariances[moving], weights[moving]
        gradient, step = _step(here, s, tau)
        there = np.abs(gradient).max(axis=(-1, -2)) < TOLERANCE
        converged[moving[there]] = True
        lower, found = _shorten(here, s, tau, gradient, step)
        unmixing[moving[~there & lower]] = found[~there & lower]
        # Where no step lowers C beyond rounding the search has ended without a flat gradient.
        stuck = ~lower & ~there
        converged[moving[stuck]] = np.abs(gradient[stuck]).max(axis=(-1, -2)) < TOLERANCE**0.5
        moving = moving[lower & ~there]
        if not len(moving):
            break
    return unmixing, converged


def _step(
    unmixing: np.ndarray, covariances: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Half the gradient of C in E, and a step of E; its diagonal is scale, and stays zero.

    Newton's step, or where C is not convex that with the expected curvature.
    """
    k = unmixing.shape[-1]
    turned = unmixing[:, None] @ covariances @ np.swapaxes(unmixing, -1, -2)[:, None]
    variances = np.diagonal(turned, axis1=-2, axis2=-1)
    gradient = np.einsum("rm,rmij->rij", weights, turned / variances[..., None]) - np.eye(k)
    step = _expected_step(gradient, variances, weights)
    hessian = _hessian(turned, variances, weights)
    convex = np.flatnonzero(np.linalg.eigvalsh(hessian)[:, 0] > SMALLEST_CURVATURE)
    rows, columns = off_diagonal(k)
    slope = gradient[convex][:, rows, columns, None]
    step[convex[:, None], rows, columns] = -np.linalg.solve(hessian[convex], slope)[..., 0]
    size = np.abs(step).max(axis=(-1, -2), keepdims=True)
    return gradient, step * np.minimum(1.0, _LONGEST / np.maximum(size, 1e-300))


def _expected_step(gradient: np.ndarray, variances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The step for covariances that A makes diagonal: E_ij is coupled with E_ji only."""
    omega = curvature(variances, weights)
    other = np.swapaxes(omega, -1, -2)
    own = np.eye(omega.shape[-1], dtype=bool)
    determinant = np.where(own, 1.0, np.maximum(omega * other - 1, SMALLEST_CURVATURE))
    step = -(other * gradient - np.swapaxes(gradient, -1, -2)) / determinant
    step[:, own] = 0.0
    return np.asarray(step)


def _hessian(turned: np.ndarray, variances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Half the second derivatives of C by E off the diagonal, shape (R, K (K-1), K (K-1)).

    With M_m = A S_m A' those by E_ij and E_ik are sum_m tau_m (M_jk / M_ii - 2 M_ij M_ik / M_ii^2);
    E_ij and E_ji have one more.
    """
    relative = turned / variances[..., None]
    by_row = np.einsum("rm,rmi,rmjk->rijk", weights, 1 / variances, turned)
    by_row -= 2 * np.einsum("rm,rmij,rmik->rijk", weights, relative, relative)
    rows, columns = off_diagonal(turned.shape[-1])
    same = rows[:, None] == rows
    found = np.where(same, by_row[:, rows[:, None], columns[:, None], columns], 0.0)
    mirrored = (rows[:, None] == columns) & (columns[:, None] == rows)
    return np.asarray(found + mirrored)


def _shorten(
    unmixing: np.ndarray,
    covariances: np.ndarray,
    weights: np.ndarray,
    gradient: np.ndarray,
    step: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Halve each step until C falls; whether it did, and where to."""
    height = criterion(unmixing, covariances, weights)
    slope = 2 * (gradient * step).sum(axis=(-1, -2))
    length = np.ones(len(unmixing))
    found = np.array(unmixing)
    lower = np.zeros(len(unmixing), dtype=bool)
    eye = np.eye(unmixing.shape[-1])
    for _ in range(_HALVINGS):
        open_ = ~lower
        trial = (eye + length[open_, None, None] * step[open_]) @ unmixing[open_]
        ahead = criterion(trial, covariances[open_], weights[open_])
        good = ahead <= height[open_] + 1e-4 * length[open_] * slope[open_] + 1e-15
        found[np.flatnonzero(open_)[good]] = trial[good]
        lower[np.flatnonzero(open_)[good]] = True
        length[~lower] /= 2
        if lower.all():
            break
    return lower, found


def _variances(unmixing: np.ndarray, covariances: np.ndarray) -> np.ndarray:
    """(A S_m A')_kk, shape (R, M, K)."""
    return np.asarray(np.einsum("rki,rmij,rkj->rmk", unmixing, covariances, unmixing))


def _scaled(
    unmixing: np.ndarray, covariances: np.ndarray, weights: np.ndarray, converged: np.ndarray
) -> JointDiagonal:
    """Rows of A scaled to unit variance on average."""
    variances = _variances(unmixing, covariances)
    average = (weights[..., None] * variances).sum(axis=-2)
    return JointDiagonal(
        unmixing / np.sqrt(average)[..., None], variances / average[..., None, :], converged
    )
