"""Impact matrices under linear zero restrictions on their columns and on the rows of their inverse.

With Sigma = F F' an impact matrix is P = F X. A zero response of some combination r of variables
(a row of the unit matrix on impact, a row of A(1)^-1 in the long run) to shock j is f'X e_j = 0
with f' = r'F; a zero combination w of the coefficients of equation i of P^-1 is e_i'X^-1 g = 0 with
g = F^-1 w. Where P P' = Sigma, X is orthogonal, X^-1 = X', and both say that a vector is orthogonal
to a column of X (Rubio-Ramirez, Waggoner and Zha 2010).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .impact_choice import choose, with_positive_diagonal

MAX_STEPS = 300

#: Starts for an estimate where the restrictions cannot be solved shock by shock.
STARTS = 60

#: Size of a step (in standard deviations) after which the solution no longer moves.
_CONVERGED = 1e-12

#: Longest step: the linearised restrictions hold near a point only.
_LONGEST = 0.5


@dataclass(frozen=True, eq=False)
class ZeroRestrictions:
    """Restrictions f'X e_j = 0 (or e_j'X^-1 f = 0) on R matrices X.

    Attributes
    ----------
    shocks : ndarray of int, shape (m,)
        j, the shock (or the equation) of each.
    inverse : ndarray of bool, shape (m,)
        Whether it restricts the inverse.
    vectors : ndarray, shape (R, m, K)
        f, of unit length; NaN where the restrictions do not exist.
    """

    shocks: np.ndarray
    inverse: np.ndarray
    vectors: np.ndarray

    @property
    def size(self) -> int:
        """How many shocks."""
        return int(self.vectors.shape[-1])

    @property
    def sequence(self) -> np.ndarray | None:
        """Shocks by falling number of restrictions if that is K - 1, ..., 1, 0; None otherwise.

        Then each column of X in turn is the one direction left, and the solution is unique.
        """
        counts = np.bincount(self.shocks, minlength=self.size)
        order = np.argsort(-counts, kind="stable")
        falling = np.arange(self.size)[::-1]
        return order if np.array_equal(counts[order], falling) else None

    def at(self, which: np.ndarray) -> ZeroRestrictions:
        """Those of some of the R matrices."""
        return ZeroRestrictions(self.shocks, self.inverse, self.vectors[which])


def solve(restrictions: ZeroRestrictions, factor: np.ndarray) -> tuple[np.ndarray, int]:
    """The most likely X (K, K) of one matrix (R = 1), and how many there are of that likelihood.

    Parameters
    ----------
    restrictions : ZeroRestrictions
    factor : ndarray, shape (K, K)
        F with its rows in standard deviations of the variables; of several solutions ``choose``
        takes one by F X.

    Returns
    -------
    x : ndarray, shape (K, K)
    solutions : int
        0 if none was found; x is then of no use.
    """
    if restrictions.sequence is not None:
        return _in_sequence(restrictions, restrictions.sequence)[0], 1
    return _search(restrictions, factor, None)


def solve_near(restrictions: ZeroRestrictions, factor: np.ndarray, near: np.ndarray) -> np.ndarray:
    """The most likely X (R, K, K) of many matrices, reached from one impact matrix.

    Parameters
    ----------
    restrictions : ZeroRestrictions
    factor : ndarray, shape (R, K, K)
    near : ndarray, shape (K, K)
        An impact matrix; like ``factor`` in standard deviations of the variables.

    Returns
    -------
    ndarray, shape (R, K, K)
        NaN where there is no solution.
    """
    found = np.full(factor.shape, np.nan)
    exist = np.flatnonzero(np.isfinite(restrictions.vectors).all(axis=(-1, -2)))
    given = restrictions.at(exist)
    if given.sequence is not None:
        found[exist] = _in_sequence(given, given.sequence)
        return found
    x, converged = _by_steps(given, np.linalg.solve(factor[exist], near))
    found[exist[converged]] = x[converged]
    for r in exist[~converged]:
        x_r, solutions = _search(restrictions.at(np.array([r])), factor[r], near)
        found[r] = x_r if solutions else np.nan
    return found


def rotations_left(restrictions: ZeroRestrictions, x: np.ndarray) -> int:
    """How many directions of rotation the restrictions leave free at ``x`` (K, K)."""
    size = restrictions.size
    upper = np.triu_indices(size, 1)
    skew = np.zeros((len(upper[0]), size, size))
    skew[np.arange(len(upper[0])), upper[0], upper[1]] = 1.0
    skew -= np.swapaxes(skew, -1, -2)
    jacobian = _gradient(restrictions, x[None])[0] @ skew.reshape(len(skew), -1).T
    return len(skew) - int(np.linalg.matrix_rank(jacobian, tol=1e-8))


def log_likelihood(x: np.ndarray) -> np.ndarray:
    """Of an observation with P = F X, less that with P P' = Sigma: at most zero."""
    inverse = np.linalg.inv(x)
    trace = np.einsum("...ij,...ij->...", inverse, inverse)
    return np.asarray(np.linalg.slogdet(inverse)[1] - (trace - x.shape[-1]) / 2)


def _in_sequence(restrictions: ZeroRestrictions, order: np.ndarray) -> np.ndarray:
    """Orthogonal X (R, K, K), one column after another.

    Column n is orthogonal to its restrictions and to all columns before it.
    """
    vectors, size = restrictions.vectors, restrictions.size
    found = np.zeros((len(vectors), size, size))
    for n, j in enumerate(order):
        own = np.swapaxes(vectors[:, restrictions.shocks == j], -1, -2)
        taken = np.concatenate([own, found[..., order[:n]]], axis=-1)
        found[..., j] = np.linalg.qr(taken, mode="complete")[0][..., -1]
    return found


def _search(
    restrictions: ZeroRestrictions, factor: np.ndarray, near: np.ndarray | None
) -> tuple[np.ndarray, int]:
    """The most likely X (K, K) over many starts, and how many there are of that likelihood."""
    size = restrictions.size
    starts = np.linalg.qr(np.random.default_rng(1992).standard_normal((STARTS, size, size)))[0]
    x, converged = _by_steps(restrictions.at(np.zeros(STARTS, dtype=int)), starts)
    if not converged.any():
        return starts[0], 0
    x = x[converged]
    height = log_likelihood(x)
    x = x[height > height.max() - 1e-9]
    chosen, solutions = choose(with_positive_diagonal(factor @ x), near)
    return np.asarray(x[chosen]), solutions


def _by_steps(restrictions: ZeroRestrictions, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Most likely X (R, K, K) from each start and whether it was reached, by scoring steps.

    Maximises -log|det X| - tr(X^-1 X^-1') / 2, the Gaussian likelihood with Sigma = F F', subject
    to the restrictions; without over-identifying ones this is Newton's method for X X' = I. A step
    is dX = X W, where W solves the first-order conditions.
    """
    x = np.array(start, dtype=float)
    converged = np.zeros(len(x), dtype=bool)
    moving = np.arange(len(x))
    for _ in range(MAX_STEPS):
        step = _step(restrictions.at(moving), x[moving])
        length = np.abs(step).max(axis=(-1, -2))
        step *= np.minimum(1.0, _LONGEST / np.maximum(length, 1e-300))[:, None, None]
        x[moving] += x[moving] @ step
        converged[moving[length < _CONVERGED]] = True
        moving = moving[np.isfinite(length) & (length >= _CONVERGED)]
        if not len(moving):
            break
    return x, converged


def _step(restrictions: ZeroRestrictions, x: np.ndarray) -> np.ndarray:
    """W (R, K, K) that solves the first-order conditions of the quadratic model.

    A trace on the diagonal keeps the system solvable where the restrictions leave a rotation free.
    """
    size, count = restrictions.size, len(restrictions.shocks)
    inverse = np.linalg.inv(x)
    gap = inverse @ np.swapaxes(inverse, -1, -2) - np.eye(size)
    eye = np.eye(size * size)
    swapped = eye.reshape(size, size, -1).swapaxes(0, 1).reshape(size * size, -1)
    gradient = _gradient(restrictions, x)
    system = np.zeros((len(x), size * size + count, size * size + count))
    system[:] = np.diag(np.repeat([1e-12, -1e-13], [size * size, count]))
    system[:, : size * size, : size * size] += eye + swapped
    system[:, size * size :, : size * size] = gradient
    system[:, : size * size, size * size :] = np.swapaxes(gradient, -1, -2)
    right = np.concatenate([gap.reshape(len(x), -1), -_values(restrictions, x)], axis=-1)
    solved = np.linalg.solve(system, right[..., None])
    return np.asarray(solved[:, : size * size, 0].reshape(x.shape))


def _gradient(restrictions: ZeroRestrictions, x: np.ndarray) -> np.ndarray:
    """Derivatives (..., m, K*K) of the restrictions along dX = X W, in the entries of W."""
    rows, inverse = np.arange(len(restrictions.shocks)), restrictions.inverse
    along = np.einsum("...mk,...ka->...ma", restrictions.vectors, x)
    against = np.einsum("...ak,...mk->...ma", np.linalg.inv(x), restrictions.vectors)
    found = np.zeros((*along.shape, restrictions.size))
    j = restrictions.shocks
    found[..., rows[~inverse], :, j[~inverse]] = np.moveaxis(along[..., ~inverse, :], -2, 0)
    found[..., rows[inverse], j[inverse], :] = -against[..., inverse, :]
    return found.reshape(*along.shape[:-1], -1)


def _values(restrictions: ZeroRestrictions, x: np.ndarray) -> np.ndarray:
    """The restricted numbers (..., m), zero where the restrictions hold."""
    columns = np.swapaxes(x, -1, -2)[..., restrictions.shocks, :]
    rows = np.linalg.inv(x)[..., restrictions.shocks, :]
    restricted = np.where(restrictions.inverse[:, None], rows, columns)
    return np.asarray(np.einsum("...mk,...mk->...m", restrictions.vectors, restricted))
