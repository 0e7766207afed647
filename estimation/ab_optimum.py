"""The maximum of the AB likelihood: many starts for an estimate, one for draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .ab_model import FreeEntries, entries_of_impact, log_likelihood, maximise, starting_values
from .impact_choice import choose, with_positive_diagonal

#: Starts for an estimate.
STARTS = 40

#: Two log-likelihoods of an observation closer than this are the same height.
_SAME_HEIGHT = 1e-9


@dataclass(frozen=True, eq=False)
class ABEstimate:
    """A maximum, or one for each of R covariances; NaN where none was found.

    Attributes
    ----------
    a, b : ndarray, shape (..., K, K)
        In the user's normalisation, which can make them large.
    impact : ndarray, shape (..., K, K)
        A^-1 B, with shocks that raise their own variable.
    solutions : int
        Maxima of the same height with different impact matrices; 0 where none was looked for.
    """

    a: np.ndarray
    b: np.ndarray
    impact: np.ndarray
    solutions: int = 0


def estimate(free: FreeEntries, covariance: np.ndarray) -> ABEstimate:
    """A and B (K, K) at the highest maximum, searched from many starts.

    Among maxima of the same height ``choose`` decides.

    Parameters
    ----------
    free : FreeEntries
    covariance : ndarray, shape (K, K)
    """
    chart = _Chart.of(free, covariance)
    theta, solutions = _highest(chart.free, chart.moments(covariance), None)
    found = chart.read(theta[None])
    return ABEstimate(found.a[0], found.b[0], found.impact[0], solutions)


def estimate_near(free: FreeEntries, covariance: np.ndarray, near: np.ndarray) -> ABEstimate:
    """A and B (R, K, K) of many covariances, each climbed to from one neighbouring solution.

    Covariances for which that fails are tried from many starts, one by one, and keep the highest
    maximum, the one nearest to ``near`` if there are several. Without over-identifying restrictions
    a maximum with P P' other than Sigma is none.

    Parameters
    ----------
    free : FreeEntries
    covariance : ndarray, shape (R, K, K)
    near : ndarray, shape (K, K)
        An impact matrix that fits the pattern.
    """
    chart = _Chart.of(free, covariance.mean(axis=0))
    moments, close = chart.moments(covariance), near / chart.scale[:, None]
    start = entries_of_impact(chart.free, close)
    theta, converged = maximise(
        chart.free, moments, np.broadcast_to(start, (len(moments), free.count))
    )
    for r in np.flatnonzero(~(converged & _fits(chart.free, theta, moments))):
        theta[r], _ = _highest(chart.free, moments[r], close)
    theta[~_fits(chart.free, theta, moments)] = np.nan
    return chart.read(theta)


@dataclass(frozen=True, eq=False)
class _Chart:
    """The model in parameters of order one that stay finite.

    Residuals are divided by their standard deviations. An equation whose only fixed coefficient is
    its own, with a shock of its own, has that shock's coefficient fixed at one instead: at a
    maximum the coefficient of the own variable can be close to zero, where all others are
    infinite if it is held fixed (Waggoner and Zha 2003).
    """

    wanted: FreeEntries
    free: FreeEntries
    scale: np.ndarray
    by_row: np.ndarray
    turned: np.ndarray

    @classmethod
    def of(cls, wanted: FreeEntries, covariance: np.ndarray) -> _Chart:
        """The chart for covariances of the size of ``covariance`` (K, K)."""
        eye = np.eye(wanted.size, dtype=bool)
        turned = np.all(
            np.where(eye, np.nan_to_num(wanted.a) != 0, ~(np.abs(wanted.a) > 0)), axis=1
        ) & np.all(np.where(eye, np.isnan(wanted.b), wanted.b == 0), axis=1)
        at = eye & turned[:, None]
        a, b = np.where(at, np.nan, wanted.a), np.where(at, 1.0, wanted.b)
        scale, own = np.sqrt(np.diag(covariance)), np.diag(a)
        by_row = np.where(np.isnan(own) | (own == 0), 1.0, 1 / scale)
        b[~turned] *= by_row[~turned, None]
        return cls(wanted, FreeEntries(by_row[:, None] * a * scale, b), scale, by_row, turned)

    def moments(self, covariance: np.ndarray) -> np.ndarray:
        return np.asarray(covariance / np.outer(self.scale, self.scale))

    def read(self, theta: np.ndarray) -> ABEstimate:
        """The estimates (R, ...) in the units and the normalisation of the user."""
        lost = np.isnan(theta).any(axis=-1)
        a, b = self.free.fill(np.where(lost[:, None], 0.0, theta))
        a[lost], b[lost] = np.eye(len(self.scale)), np.nan
        impact = self.scale[:, None] * with_positive_diagonal(np.linalg.solve(a, b))
        a, b = a / self.by_row[:, None] / self.scale, b / self.by_row[:, None]
        own = np.einsum("rii->ri", a)
        factor = np.where(self.turned, np.diag(self.wanted.a) / own, 1.0)[..., None]
        return ABEstimate(factor * a, factor * b, impact)


def _highest(
    free: FreeEntries, moments: np.ndarray, near: np.ndarray | None
) -> tuple[np.ndarray, int]:
    """Free entries at the highest of the maxima, and how many there are of that height."""
    repeated = np.broadcast_to(moments, (STARTS, *moments.shape))
    theta, converged = maximise(free, repeated, starting_values(free, STARTS))
    if not converged.any():
        return np.full(free.count, np.nan), 0
    theta = theta[converged]
    height = log_likelihood(*free.fill(theta), moments)
    theta = theta[height > height.max() - _SAME_HEIGHT]
    impacts = with_positive_diagonal(_impact(free, theta))
    chosen, solutions = choose(impacts, near)
    return theta[chosen], solutions


def _fits(free: FreeEntries, theta: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Whether P P' = S (true of any estimate where over-identifying restrictions forbid it)."""
    found: np.ndarray = np.isfinite(theta).all(axis=-1)
    if free.count == free.size * (free.size + 1) // 2:
        impact = _impact(free, theta[found])
        gap = np.abs(impact @ np.swapaxes(impact, -1, -2) - moments[found]).max(axis=(-1, -2))
        found[found] = gap < 1e-9
    return found


def _impact(free: FreeEntries, theta: np.ndarray) -> np.ndarray:
    return np.linalg.solve(*free.fill(theta))
