"""One statistic of a claim: its estimate, its interval, and the tests that the interval inverts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..estimation.fieller import fieller, ratio_std_error


@dataclass(frozen=True, slots=True)
class Region:
    """The open interval of values that support a statement."""

    low: float = -np.inf
    high: float = np.inf

    @property
    def is_margin(self) -> bool:
        """Whether it is a margin around a value, so that the claim is one of equivalence."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    def __str__(self) -> str:
        if self.is_margin:
            return f"between {self.low:g} and {self.high:g}"
        if np.isfinite(self.low):
            return f"above {self.low:g}"
        return f"below {self.high:g}" if np.isfinite(self.high) else ""


@dataclass(frozen=True, eq=False)
class Component:
    """One statistic under one identification, with its joint draws; percentile interval.

    Components of one name are the same statistic under several admissible schemes.

    Attributes
    ----------
    name, label : str
        Key of the statistic, and its short name for tables and charts.
    when : str
        Its horizon in words.
    statistic : str
        What it is, in words.
    estimate : float
    draws : ndarray, shape (R,)
        Joint draws; NaN marks draws in which the statistic does not exist. They count against
        whatever is tested.
    region : Region
        Where the statement has it.
    unit : str
    scheme : str
        The identification in words.
    restricted : bool
        Whether the scheme imposes the value or its sign: the component is left out of the
        statistic.
    restricted_before : bool
        Whether the scheme restricts the response before the horizon, to zero or in its sign, and
        leaves it free afterwards: the component counts, but only beside a scheme that does not.
    """

    name: str
    label: str
    statistic: str
    estimate: float
    draws: np.ndarray
    region: Region
    unit: str
    scheme: str
    restricted: bool = False
    restricted_before: bool = False
    when: str = ""

    method: ClassVar[str] = "percentile"

    @property
    def title(self) -> str:
        """Label and horizon."""
        return f"{self.label}, {self.when}" if self.when else self.label

    def interval(self, level: float) -> tuple[float, float]:
        """Order statistics number (R + 1)(1 -+ level)/2 of the draws (infinite if too few).

        With these order statistics a p-value below is at most (1 - level)/2 exactly when the
        interval lies beyond the bound.
        """
        rank = int((1 - level) / 2 * (len(self.draws) + 1) + 1e-9)
        if rank < 1:
            return -np.inf, np.inf
        low = np.sort(np.where(np.isnan(self.draws), -np.inf, self.draws))
        high = np.sort(np.where(np.isnan(self.draws), np.inf, self.draws))
        return float(low[rank - 1]), float(high[-rank])

    def p_at_most(self, bound: float) -> float:
        """P-value of "the statistic is at most ``bound``": (1 + draws there) / (R + 1)."""
        there = ~(self.draws > bound)
        return float((1 + there.sum()) / (len(self.draws) + 1))

    def p_at_least(self, bound: float) -> float:
        """P-value of "the statistic is at least ``bound``"."""
        there = ~(self.draws < bound)
        return float((1 + there.sum()) / (len(self.draws) + 1))

    def std_error(self, level: float) -> float:
        """Half the interval's width over the normal critical value: robust to wild draws."""
        low, high = self.interval(level)
        return (high - low) / (2 * _normal_quantile((1 + level) / 2))


@dataclass(frozen=True, eq=False)
class RatioComponent(Component):
    """A ratio of two estimates; interval and p-values are Fieller's, from their joint covariance.

    Attributes
    ----------
    numerator, denominator : float
        ``estimate`` is one over the other.
    covariance : ndarray, shape (2, 2)
        Numerator first.
    """

    numerator: float = np.nan
    denominator: float = np.nan
    covariance: np.ndarray = field(default_factory=lambda: np.full((2, 2), np.nan))

    method: ClassVar[str] = "Fieller"

    def interval(self, level: float) -> tuple[float, float]:
        """Fieller's interval; infinite on both sides where the set is unbounded."""
        low, high = fieller(*self._pair, self.covariance, level).hull
        return float(low), float(high)

    def p_at_most(self, bound: float) -> float:
        """P-value of "the ratio is at most ``bound``": the test that Fieller's set inverts."""
        return max(self._p_unbounded, _normal_tail(self._distance(bound)))

    def p_at_least(self, bound: float) -> float:
        """P-value of "the ratio is at least ``bound``"."""
        return max(self._p_unbounded, _normal_tail(-self._distance(bound)))

    def std_error(self, level: float) -> float:
        """Delta-method standard error; infinite where the set at ``level`` is unbounded."""
        bounded = bool(fieller(*self._pair, self.covariance, level).bounded)
        return float(ratio_std_error(*self._pair, self.covariance)) if bounded else np.inf

    @property
    def _pair(self) -> tuple[np.ndarray, np.ndarray]:
        return np.asarray(self.numerator), np.asarray(self.denominator)

    @property
    def _p_unbounded(self) -> float:
        """Nothing is shown about the ratio at a level at which its denominator may be zero."""
        return _normal_tail(abs(self._distance(np.inf)))

    def _distance(self, bound: float) -> float:
        """Standard errors from zero of numerator - bound x denominator, in its denominator's sign.

        At an infinite bound the denominator alone decides.
        """
        weights = np.array([1.0, -bound]) if np.isfinite(bound) else np.array([0, -np.sign(bound)])
        value = weights @ np.array([self.numerator, self.denominator])
        error = np.sqrt(weights @ self.covariance @ weights)
        return float(np.sign(self.denominator) * value / error)


def minimum_detectable_effect(
    std_error: float, region: Region, level: float, power: float
) -> float:
    """Smallest effect that the rule would call supported with the given power, if normal.

    For a one-sided region, the distance of the truth from its limit; for a margin around a
    value, the half-width at which a truth in its centre would be shown.
    """
    chance = (1 + power) / 2 if region.is_margin else power
    return (_normal_quantile((1 + level) / 2) + _normal_quantile(chance)) * std_error


def _normal_tail(distance: float) -> float:
    from scipy.special import ndtr

    return float(ndtr(-distance))


def _normal_quantile(probability: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(probability))
