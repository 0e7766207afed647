"""Fieller's confidence set for a ratio of two estimates, vectorised over horizons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BOUNDED = "bounded"
TWO_RAYS = "two rays"
WHOLE_LINE = "whole line"


@dataclass(frozen=True, slots=True)
class FiellerSet:
    """The ratios that a two-sided normal test does not reject.

    Attributes
    ----------
    kind : ndarray of str, shape (...)
        ``bounded``: the interval [low, high]. ``two rays``: everything outside (low, high), an
        open interval (one limit may be infinite). ``whole line``: no ratio is rejected.
    low, high : ndarray, shape (...)
        The limits that ``kind`` speaks of; infinite for the whole line.
    level : float
        Confidence level.
    """

    kind: np.ndarray
    low: np.ndarray
    high: np.ndarray
    level: float

    @property
    def bounded(self) -> np.ndarray:
        """Where the set is an interval: the denominator differs from zero at this level."""
        return np.asarray(self.kind == BOUNDED)

    @property
    def hull(self) -> tuple[np.ndarray, np.ndarray]:
        """The smallest interval that holds the set: (-inf, inf) unless it is bounded."""
        low = np.where(self.bounded, self.low, -np.inf)
        return low, np.where(self.bounded, self.high, np.inf)

    def contains(self, ratio: np.ndarray | float) -> np.ndarray:
        """Whether a ratio lies in the set."""
        inside = (self.low <= ratio) & (ratio <= self.high)
        outside = (ratio <= self.low) | (self.high <= ratio)
        return np.where(self.kind == TWO_RAYS, outside, inside)


def fieller(
    numerator: np.ndarray, denominator: np.ndarray, covariance: np.ndarray, level: float = 0.90
) -> FiellerSet:
    r"""Fieller's set for numerator / denominator from their joint normal approximation.

    With estimates a and b, variances v_a and v_b, covariance c and the two-sided normal critical
    value z, the set is

    .. math:: \{r : (a - r b)^2 \le z^2 (v_a - 2 r c + r^2 v_b)\},

    the solution of A r^2 - 2 B r + C <= 0 with A = b^2 - z^2 v_b, B = a b - z^2 c and
    C = a^2 - z^2 v_a. It is an interval exactly when b differs from zero at this level (A > 0);
    otherwise it is unbounded, and only an unbounded set can cover with the stated probability
    when the denominator may be zero.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (...)
        Estimates; the ratio has the unit of one over the other.
    covariance : ndarray, shape (..., 2, 2)
        Their covariance matrix, numerator first.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    FiellerSet
        Arrays of the broadcast shape.

    Notes
    -----
    The discriminant is taken in the form z^2 (b^2 v_a - 2 a b c + a^2 v_b - z^2 |V|), which does
    not cancel, and the smaller root from the product of the roots.

    References
    ----------
    Fieller (1954), Some problems in interval estimation.
    """
    from scipy.special import ndtri

    z2 = float(ndtri((1 + level) / 2)) ** 2
    a, b, scale = _unit_size(numerator, denominator, covariance)
    v_a, v_b, c = _variances(covariance, *scale)
    A = b**2 - z2 * v_b
    B = a * b - z2 * c
    C = a**2 - z2 * v_a
    D = z2 * (b**2 * v_a - 2 * a * b * c + a**2 * v_b - z2 * (v_a * v_b - c**2))

    bounded = A > 0
    two_rays = ~bounded & (D > 0)
    low, high = _roots(A, B, C, np.sqrt(np.maximum(D, 0.0)))
    unit = scale[0] / scale[1]
    known = bounded | two_rays
    return FiellerSet(
        kind=np.where(bounded, BOUNDED, np.where(two_rays, TWO_RAYS, WHOLE_LINE)),
        low=np.where(known, low * unit, -np.inf),
        high=np.where(known, high * unit, np.inf),
        level=level,
    )


def quantile_set(numerator: np.ndarray, denominator: np.ndarray, level: float = 0.90) -> FiellerSet:
    """The set of a ratio from draws that are not normal around one point, such as many models.

    Equal-tailed quantiles of the ratio where those of the denominator leave out zero, and the whole
    line elsewhere: as with Fieller's set, a ratio is bounded only where its denominator has a sign.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (R, ...)
        The same R draws of both, draw axis first.
    level : float
        Probability between 0 and 1.

    Returns
    -------
    FiellerSet
        Arrays of shape (...).
    """
    tails = [(1 - level) / 2, (1 + level) / 2]
    lowest, highest = np.quantile(denominator, tails, axis=0)
    bounded = (lowest > 0) | (highest < 0)
    safe = np.where(denominator == 0, np.nan, denominator)
    low, high = np.nanquantile(np.where(bounded, numerator / safe, 0.0), tails, axis=0)
    return FiellerSet(
        kind=np.where(bounded, BOUNDED, WHOLE_LINE),
        low=np.where(bounded, low, -np.inf),
        high=np.where(bounded, high, np.inf),
        level=level,
    )


def ratio_std_error(
    numerator: np.ndarray, denominator: np.ndarray, covariance: np.ndarray
) -> np.ndarray:
    """Delta-method standard error of the ratio; meaningful only far from a zero denominator.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (...)
    covariance : ndarray, shape (..., 2, 2)

    Returns
    -------
    ndarray, shape (...)
        Infinite where the denominator is exactly zero.
    """
    v_a, v_b, c = _variances(covariance, 1.0, 1.0)
    safe = np.where(denominator == 0, np.nan, denominator)
    ratio = numerator / safe
    variance = np.maximum(v_a - 2 * ratio * c + ratio**2 * v_b, 0.0) / safe**2
    return np.asarray(np.where(denominator == 0, np.inf, np.sqrt(variance)))


def joint_covariance(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Covariance of numerator and denominator over joint draws.

    Parameters
    ----------
    numerator, denominator : ndarray, shape (R, ...)
        The same R draws of both, draw axis first.

    Returns
    -------
    ndarray, shape (..., 2, 2)
        Divisor R - 1, numerator first.
    """
    both = np.stack(np.broadcast_arrays(numerator, denominator), axis=-1)
    centred = both - both.mean(axis=0)
    return np.asarray(np.einsum("r...i,r...j->...ij", centred, centred) / (len(both) - 1))


def _unit_size(
    numerator: np.ndarray, denominator: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Both estimates in units of their own size, so that no product over- or underflows."""
    sizes = []
    for estimate, position in ((numerator, 0), (denominator, 1)):
        size = np.hypot(estimate, np.sqrt(covariance[..., position, position]))
        sizes.append(np.where(size > 0, size, 1.0))
    return (
        np.asarray(numerator / sizes[0]),
        np.asarray(denominator / sizes[1]),
        (sizes[0], sizes[1]),
    )


def _variances(
    covariance: np.ndarray, size_a: np.ndarray | float, size_b: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    v_a = covariance[..., 0, 0] / size_a / size_a
    v_b = covariance[..., 1, 1] / size_b / size_b
    return v_a, v_b, covariance[..., 0, 1] / size_a / size_b


def _roots(
    A: np.ndarray, B: np.ndarray, C: np.ndarray, root_of_d: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Roots of A r^2 - 2 B r + C in order; a vanishing A sends one of them to infinity."""
    q = B + np.copysign(root_of_d, B)
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.where(A != 0, q / A, np.copysign(np.inf, -q))
        second = np.where(q != 0, C / q, first)
    return np.minimum(first, second), np.maximum(first, second)
