"""The AB model A u = B e by Gaussian maximum likelihood: score, information, Newton's method.

Everything is per observation and needs the moment matrix S of the residuals only. A change of one
free entry moves the impact matrix P = A^-1 B by dP = P W, where W = c r' has rank one:

- entry (i, j) of B: c is column i of B^-1, r the unit vector j;
- entry (i, j) of A: c is column i of B^-1, r minus row j of P.

With M = P^-1 S P^-1' the score is tr(W (M - I)) and the expected information
tr(W_a W_b) + tr(W_a W_b'), so that all derivatives are products of the c's and r's (Amisano and
Giannini 1997 give them in vec form).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

#: Squared length of a Newton step, in standard errors of one observation, after which the next one
#: would be below rounding: its square is the distance to the maximum.
CONVERGED = 1e-16
MAX_STEPS = 200
MAX_HALVINGS = 40

#: Distance to the maximum from which Newton's method takes over from scoring.
_NEAR = 1e-3

#: A step that had to be cut to less than this share of its length is a poor one.
_SHORT = 0.2


@dataclass(frozen=True, eq=False)
class FreeEntries:
    """Which entries of A and B are fixed (a number) and which are estimated (NaN).

    Attributes
    ----------
    a, b : ndarray, shape (K, K)
    """

    a: np.ndarray
    b: np.ndarray

    @cached_property
    def cells(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Row, column and whether it is in B, of each free entry; those of A first."""
        in_a, in_b = np.argwhere(np.isnan(self.a)), np.argwhere(np.isnan(self.b))
        cells = np.vstack([in_a, in_b])
        return cells[:, 0], cells[:, 1], np.arange(len(cells)) >= len(in_a)

    @property
    def count(self) -> int:
        """How many entries are free."""
        return len(self.cells[0])

    @property
    def size(self) -> int:
        """How many variables."""
        return len(self.a)

    def fill(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A and B, each (..., K, K), from the free entries (..., q)."""
        rows, columns, in_b = self.cells
        shape = (*theta.shape[:-1], self.size, self.size)
        a, b = np.broadcast_to(self.a, shape).copy(), np.broadcast_to(self.b, shape).copy()
        a[..., rows[~in_b], columns[~in_b]] = theta[..., ~in_b]
        b[..., rows[in_b], columns[in_b]] = theta[..., in_b]
        return a, b

    def read(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The free entries (..., q) of A and B."""
        rows, columns, in_b = self.cells
        return np.where(in_b, b[..., rows, columns], a[..., rows, columns])


def log_likelihood(a: np.ndarray, b: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Gaussian log-likelihood of an observation, without -K/2 log 2 pi.

    log|det A| - log|det B| - tr(P^-1 S P^-1') / 2: determinants of the matrices, whatever their
    shape.

    Parameters
    ----------
    a, b, moments : ndarray, shape (..., K, K)
        ``moments`` is S, the covariance of the residuals.
    """
    inverse = _inverse(b) @ a
    trace = np.einsum("...ij,...jk,...ik->...", inverse, moments, inverse)
    return np.asarray(np.linalg.slogdet(inverse)[1] - trace / 2)


def derivatives(
    free: FreeEntries, theta: np.ndarray, moments: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score (..., q), expected and observed information (..., q, q) of an observation."""
    rows, columns, in_b = free.cells
    a, b = free.fill(theta)
    b_inverse = _inverse(b)
    impact, p_inverse = _inverse(a) @ b, b_inverse @ a
    m = p_inverse @ moments @ _t(p_inverse)
    gap = m - np.eye(free.size)
    c = _t(b_inverse)[..., rows, :]
    r = np.where(in_b[:, None], np.eye(free.size)[columns], -impact[..., columns, :])
    rc, cc, c_gap = r @ _t(c), c @ _t(c), c @ gap
    score = np.einsum("...ai,...ai->...a", c_gap, r)
    expected = rc * _t(rc) + (r @ _t(r)) * cc
    crossed = in_b[:, None] * rc * (c_gap @ _t(r))
    observed = crossed + _t(crossed) + rc * _t(rc) + (r @ m @ _t(r)) * cc
    return score, expected, observed


def maximise(
    free: FreeEntries, moments: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Climb to a maximum of the likelihood from each start, all at once.

    Scoring steps far from the maximum, Newton steps near it, halved until the likelihood rises.
    Where steps have to be very short (the expected information is close to singular, which it can
    be away from the maximum), the next one uses the curvature of the likelihood, its sign apart.

    Parameters
    ----------
    free : FreeEntries
    moments : ndarray, shape (R, K, K)
    start : ndarray, shape (R, q)

    Returns
    -------
    theta : ndarray, shape (R, q)
    converged : ndarray of bool, shape (R,)
    """
    theta = np.array(start, dtype=float)
    converged = np.zeros(len(theta), dtype=bool)
    moving, length = np.arange(len(theta)), np.ones(len(theta))
    for _ in range(MAX_STEPS):
        here, s = theta[moving], moments[moving]
        step, slope = _ascent(free, here, s, length < _SHORT)
        theta[moving], length = _climb(free, here, s, step, slope)
        there = slope < CONVERGED
        converged[moving[there]] = True
        stay = (length > 0) & ~there
        moving, length = moving[stay], length[stay]
        if not len(moving):
            break
    return theta, converged


def entries_of_impact(free: FreeEntries, impact: np.ndarray) -> np.ndarray:
    """Free entries (..., q) for which A P is nearest to B; exact where P fits the pattern.

    Equation by equation: row i of A times P is row i of B.
    """
    size, eye = free.size, np.eye(free.size)
    a, b = np.nan_to_num(free.a), np.nan_to_num(free.b)
    shape = impact.shape
    a, b = np.broadcast_to(a, shape).copy(), np.broadcast_to(b, shape).copy()
    for i in range(size):
        in_a, in_b = np.isnan(free.a[i]), np.isnan(free.b[i])
        known = b[..., i, :] - np.einsum("...j,...jk->...k", a[..., i, :], impact)
        unknown = np.broadcast_to(-eye[in_b], (*shape[:-2], in_b.sum(), size))
        design = _t(np.concatenate([impact[..., in_a, :], unknown], axis=-2))
        found = (np.linalg.pinv(design) @ known[..., None])[..., 0]
        a[..., i, in_a], b[..., i, in_b] = found[..., : in_a.sum()], found[..., in_a.sum() :]
    return free.read(a, b)


def starting_values(free: FreeEntries, count: int) -> np.ndarray:
    """Deterministic starts (count, q): unit diagonals, the rest from narrow to wide spread."""
    rows, columns, _ = free.cells
    noise = np.random.default_rng(1997).standard_normal((count, free.count))
    spread = np.linspace(0.1, 1.5, count)[:, None]
    return np.where(rows == columns, 1.0 + 0.3 * spread * noise, spread * noise)


def numerical_rank(information: np.ndarray) -> int:
    """Rank of a positive semi-definite matrix with its diagonal scaled to one."""
    return len(information) - int(blurred_directions(information).shape[1])


def blurred_directions(information: np.ndarray) -> np.ndarray:
    """Directions (q, d) in which an information matrix, its diagonal scaled to one, is zero."""
    scale = np.sqrt(np.diag(information))
    scale[scale == 0] = 1.0
    roots, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    found: np.ndarray = vectors[:, roots <= 1e-9 * roots.max(initial=1.0)]
    return found


def _ascent(
    free: FreeEntries, theta: np.ndarray, moments: np.ndarray, poor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A direction of ascent (R, q) and the slope of the likelihood along it (R,)."""
    score, expected, observed = derivatives(free, theta, moments)
    scoring, newton = _solve(expected, score), _solve(observed, score)
    slope, newton_slope = (np.einsum("ra,ra->r", score, step) for step in (scoring, newton))
    near = (slope < _NEAR) & (newton_slope > 0) & (newton_slope < 4 * slope)
    step = np.where(near[:, None], newton, scoring)
    poor = poor & ~near & np.isfinite(slope)
    if poor.any():
        roots, vectors = np.linalg.eigh(observed[poor])
        roots = np.maximum(np.abs(roots), 1e-6 * np.abs(roots).max(axis=-1, keepdims=True))
        along = np.einsum("rab,ra->rb", vectors, score[poor]) / roots
        step[poor] = np.einsum("rab,rb->ra", vectors, along)
    return step, np.einsum("ra,ra->r", score, step)


def _climb(
    free: FreeEntries,
    theta: np.ndarray,
    moments: np.ndarray,
    step: np.ndarray,
    slope: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Halve each step until the likelihood rises (to rounding).

    Returns the new points and the share of each step that was taken, 0 where none was.
    """
    before = log_likelihood(*free.fill(theta), moments)
    step, slope = np.nan_to_num(step), np.nan_to_num(slope)
    enough = before - 1e-13 * (1 + np.abs(before))
    length, trial = np.ones(len(theta)), theta.copy()
    open_ = np.arange(len(theta))
    for _ in range(MAX_HALVINGS):
        trial[open_] = theta[open_] + length[open_, None] * step[open_]
        after = log_likelihood(*free.fill(trial[open_]), moments[open_])
        risen = after >= enough[open_] + 1e-4 * length[open_] * slope[open_]
        open_ = open_[~risen]
        if not len(open_):
            break
        length[open_] /= 2
    trial[open_], length[open_] = theta[open_], 0.0
    return trial, length


def _solve(information: np.ndarray, score: np.ndarray) -> np.ndarray:
    """Solve with a trace of Levenberg's ridge, which leaves directions without information be."""
    diagonal = np.einsum("...aa->...a", information)
    ridge = 1e-12 * np.abs(diagonal).max(axis=-1, keepdims=True) + 1e-300
    ridged = information + ridge[..., None] * np.eye(information.shape[-1])
    broken = ~np.isfinite(ridged).all(axis=(-1, -2))
    ridged[broken] = np.eye(information.shape[-1])
    step = np.linalg.solve(ridged, np.where(broken[:, None], np.nan, score)[..., None])
    return np.asarray(step[..., 0])


def _inverse(matrices: np.ndarray) -> np.ndarray:
    """Inverses, with NaN for the matrices that have none."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        singular = np.linalg.slogdet(matrices)[0] == 0
        found = np.linalg.inv(
            np.where(singular[..., None, None], np.eye(len(matrices[-1])), matrices)
        )
        return np.where(singular[..., None, None], np.nan, found)


def _t(matrices: np.ndarray) -> np.ndarray:
    return np.swapaxes(matrices, -1, -2)
