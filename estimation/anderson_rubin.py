"""Sets that hold at every strength of the instruments: Anderson and Rubin's test inverted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fieller import BOUNDED, TWO_RAYS, WHOLE_LINE, fieller

#: More pieces than one, or than two rays: only with several instruments.
PIECES = "several pieces"
#: No value is accepted: only with several instruments, when they contradict each other.
EMPTY = "empty"

#: An imaginary part smaller than this, relative to the root, is rounding. A root too many does no
#: harm: whether the set lies between two roots is computed there.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class ConfidenceSets:
    """Values that a test does not reject, as pieces of the line.

    Attributes
    ----------
    pieces : ndarray, shape (..., S, 2)
        Lower and upper limit of each piece, from the left; infinite where it has no end, NaN where
        there are fewer than S pieces.
    level : float
        Confidence level.
    """

    pieces: np.ndarray
    level: float

    @property
    def count(self) -> np.ndarray:
        """How many pieces, shape (...)."""
        return np.asarray((~np.isnan(self.pieces[..., 0])).sum(axis=-1))

    @property
    def hull(self) -> tuple[np.ndarray, np.ndarray]:
        """The smallest interval that holds the set; NaN where it is empty."""
        low, high = self.pieces[..., 0], self.pieces[..., 1]
        least = np.where(np.isnan(low), np.inf, low).min(axis=-1)
        most = np.where(np.isnan(high), -np.inf, high).max(axis=-1)
        none = self.count == 0
        return np.where(none, np.nan, least), np.where(none, np.nan, most)

    @property
    def bounded(self) -> np.ndarray:
        """Where the set has both ends."""
        low, high = self.hull
        return np.asarray(~np.isinf(low) & ~np.isinf(high))

    @property
    def kind(self) -> np.ndarray:
        """``bounded`` (one interval), ``two rays``, ``whole line``, ``several pieces``, ``empty``.

        Shape (...).
        """
        low, high = self.hull
        open_ends = np.isinf(low) & np.isinf(high)
        one = np.where(open_ends, WHOLE_LINE, BOUNDED)
        more = np.where(open_ends & (self.count == 2), TWO_RAYS, PIECES)
        return np.where(self.count == 0, EMPTY, np.where(self.count == 1, one, more))

    def contains(self, value: np.ndarray | float) -> np.ndarray:
        """Whether a value, of shape (...), lies in the set."""
        inside = np.asarray(value)[..., None]
        within = (self.pieces[..., 0] <= inside) & (inside <= self.pieces[..., 1])
        return np.asarray(within.any(axis=-1))

    def scaled(self, factor: np.ndarray | float) -> ConfidenceSets:
        """The sets of a multiple, ``factor`` of shape (...) or a number, not zero."""
        times = np.broadcast_to(factor, self.pieces.shape[:-2])[..., None, None]
        turned = np.where(times < 0, self.pieces[..., ::-1], self.pieces)
        order = np.where(times[..., 0] < 0, -turned[..., 0], turned[..., 0]).argsort(axis=-1)
        return ConfidenceSets(
            np.take_along_axis(turned, order[..., None], axis=-2) * times, self.level
        )


def anderson_rubin(
    numerator: np.ndarray, denominator: np.ndarray, covariance: np.ndarray, level: float
) -> ConfidenceSets:
    r"""The ratios that q instruments do not reject.

    With estimates a and b of two covariances with each instrument, a = r b at the true ratio. The
    test of it needs no strength of the instruments:

    .. math:: AR(r) = (a - r b)' \, \Omega(r)^{-1} (a - r b) \le \chi^2_q , \quad
              \Omega(r) = V_{aa} - r (V_{ab} + V_{ba}) + r^2 V_{bb} .

    With one instrument the set is an interval, two rays or the line, and never empty (it holds
    a / b). With several it is bounded exactly if b differs from zero, may fall into pieces, and is
    empty where the instruments contradict each other at every ratio.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (..., q)
    covariance : ndarray, shape (..., 2 q, 2 q)
        Of both, numerator first.
    level : float

    Returns
    -------
    ConfidenceSets
        Pieces of shape (..., q + 1, 2).

    Notes
    -----
    AR(r) <= c exactly where c Omega(r) - (a - r b)(a - r b)' is positive semi-definite. Its
    determinant is a polynomial of degree 2 q in r, whose real roots (a quadratic eigenvalue
    problem) are all the ends that the set can have. One instrument gives Fieller's quadratic.

    References
    ----------
    Anderson and Rubin (1949); Montiel Olea, Stock and Watson (2021); for several moments Stock
    and Wright (2000).
    """
    if numerator.shape[-1] == 1:
        return _one_instrument(numerator[..., 0], denominator[..., 0], covariance, level)
    from scipy.special import chdtri

    q = numerator.shape[-1]
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)[:-1]
    a, b = (np.broadcast_to(one, (*shape, q)) for one in (numerator, denominator))
    spread = np.broadcast_to(covariance, (*shape, 2 * q, 2 * q))
    bound = float(chdtri(q, 1 - level))
    pieces = np.full((*shape, q + 1, 2), np.nan)
    for place in np.ndindex(shape):
        found = _pieces(a[place], b[place], spread[place], bound)
        pieces[place][: len(found)] = found
    return ConfidenceSets(pieces, level)


def statistic(
    ratio: np.ndarray | float,
    numerator: np.ndarray,
    denominator: np.ndarray,
    covariance: np.ndarray,
) -> np.ndarray:
    """AR(r), chi-squared with q degrees of freedom at the true ratio; see ``anderson_rubin``.

    Parameters
    ----------
    ratio : ndarray, shape (...), or float
    numerator, denominator : ndarray, shape (..., q)
    covariance : ndarray, shape (..., 2 q, 2 q)
    """
    q = numerator.shape[-1]
    r = np.asarray(ratio)[..., None]
    gap = numerator - r * denominator
    v_ab = covariance[..., :q, q:]
    r = r[..., None]
    spread = covariance[..., :q, :q] - r * (v_ab + v_ab.swapaxes(-1, -2))
    solved = np.linalg.solve(spread + r**2 * covariance[..., q:, q:], gap[..., None])[..., 0]
    return np.asarray((gap * solved).sum(axis=-1))


def _one_instrument(
    numerator: np.ndarray, denominator: np.ndarray, covariance: np.ndarray, level: float
) -> ConfidenceSets:
    """Fieller's set in pieces."""
    sets = fieller(numerator, denominator, covariance, level)
    inner = np.stack([sets.low, sets.high], axis=-1)
    none = np.full(inner.shape, np.nan)
    left = np.stack([np.full(sets.low.shape, -np.inf), sets.low], axis=-1)
    right = np.stack([sets.high, np.full(sets.high.shape, np.inf)], axis=-1)
    rays = (sets.kind == TWO_RAYS)[..., None]
    pieces = np.stack([np.where(rays, left, inner), np.where(rays, right, none)], axis=-2)
    return ConfidenceSets(pieces, level)


def _pieces(a: np.ndarray, b: np.ndarray, covariance: np.ndarray, bound: float) -> np.ndarray:
    """The set of one ratio with several instruments, in units that are the instruments' own."""
    q = len(a)
    whiten = np.linalg.inv(np.linalg.cholesky(covariance[q:, q:]))
    size = np.hypot(np.linalg.norm(whiten @ a), np.sqrt(np.trace(_by(whiten, covariance[:q, :q]))))
    unit = size / np.hypot(np.linalg.norm(whiten @ b), np.sqrt(q)) if size > 0 else 1.0
    both = np.kron(np.diag([1 / unit, 1.0]), whiten)
    a, b, covariance = whiten @ a / unit, whiten @ b, _by(both, covariance)
    ends = _possible_ends(a, b, covariance, bound)
    inner = (ends[1:] + ends[:-1]) / 2
    reach = 1 + np.abs(ends).max(initial=0.0)
    probes = np.concatenate([[-2 * reach], inner, [2 * reach]])
    accepted = statistic(probes, a, b, covariance) <= bound
    limits = np.concatenate([[-np.inf], ends, [np.inf]]) * unit
    found: list[tuple[float, float]] = []
    for low, high, inside in zip(limits[:-1], limits[1:], accepted):
        if inside and found and found[-1][1] == low:
            found[-1] = (found[-1][0], high)
        elif inside:
            found.append((low, high))
    return np.array(found).reshape(-1, 2)


def _possible_ends(
    a: np.ndarray, b: np.ndarray, covariance: np.ndarray, bound: float
) -> np.ndarray:
    """Real roots of det(M_0 + r M_1 + r^2 M_2), M the matrix that is semi-definite in the set."""
    from scipy.linalg import eigvals

    q = len(a)
    v_aa, v_ab, v_bb = covariance[:q, :q], covariance[:q, q:], covariance[q:, q:]
    constant = bound * v_aa - np.outer(a, a)
    linear = np.outer(a, b) + np.outer(b, a) - bound * (v_ab + v_ab.T)
    square = bound * v_bb - np.outer(b, b)
    identity, zero = np.eye(q), np.zeros((q, q))
    left = np.block([[zero, identity], [-constant, -linear]])
    right = np.block([[identity, zero], [zero, square]])
    above, below = eigvals(left, right, homogeneous_eigvals=True)
    finite = np.abs(below) > np.finfo(float).eps * np.abs(above)
    roots = above[finite] / below[finite]
    real = np.abs(roots.imag) <= _ROUNDING * (1 + np.abs(roots.real))
    return np.unique(roots[real].real)


def _by(transform: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Covariance of a linear transform."""
    found: np.ndarray = transform @ covariance @ transform.T
    return found
