"""Rows side by side with joint errors: differences, and tests that all are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..data.panel import Column
from ..estimation.multiplicity import holm

#: Horizon of the summary and of the chart, where the comparison reaches it.
HEADLINE = 12


@dataclass(frozen=True, eq=False)
class Contrast:
    """A weighted sum of the rows of a comparison, at each horizon.

    Attributes
    ----------
    name : str
        Such as ``Japan minus United States``.
    estimate, std_error : ndarray, shape (H,)
    degrees : float
        Degrees of freedom of Student's t; infinite for normal limits.
    """

    name: str
    estimate: np.ndarray
    std_error: np.ndarray
    degrees: float

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Limits at a level, each of shape (H,)."""
        reach = _quantile((1 + level) / 2, self.degrees) * self.std_error
        return self.estimate - reach, self.estimate + reach

    @property
    def p_value(self) -> np.ndarray:
        """P-values of "it is zero" against both sides, shape (H,); NaN where nothing varies."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return 2 * tail(np.abs(self.estimate / self.std_error), self.degrees)


@dataclass(frozen=True, eq=False)
class EqualityTest:
    """Wald tests that some rows of a comparison are equal, one a horizon.

    Attributes
    ----------
    statistic, p_value : ndarray, shape (H,)
        F statistics (times their number of restrictions: chi-square where ``degrees`` is infinite);
        NaN where there is nothing to test.
    restrictions : int
    degrees : float
        Of the denominator.
    """

    statistic: np.ndarray
    p_value: np.ndarray
    restrictions: int
    degrees: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison:
    """Pass-through to one price in several countries, or to several prices in one.

    Attributes
    ----------
    price : str
        Measure of the price, a key of ``data.countries.measures()``.
    label : str
    rows : tuple of str
        Names, the one that is compared with the others first.
    responses, shocks : tuple of Column
        Price and exchange rate of each row.
    horizons : ndarray of int, shape (H,)
    estimate : ndarray, shape (C, H)
    covariance : ndarray, shape (H, C, C)
        Joint over the rows.
    degrees : float
        Number of cosines behind the covariance; infinite with Bartlett's kernel.
    r_squared : tuple of float
    residual_correlation : ndarray, shape (C, C)
        Between the rows, in the same month.
    nobs : int
    sample : str
    """

    price: str
    label: str
    rows: tuple[str, ...]
    responses: tuple[Column, ...]
    shocks: tuple[Column, ...]
    horizons: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    degrees: float
    r_squared: tuple[float, ...]
    residual_correlation: np.ndarray
    nobs: int
    sample: str

    def contrast(self, weights: Sequence[float] | np.ndarray, name: str) -> Contrast:
        """The weighted sum of the rows, one weight a row."""
        weight = np.asarray(weights, dtype=float)
        variance = np.einsum("i,hij,j->h", weight, self.covariance, weight)
        # What cancels exactly leaves rounding of either sign.
        scale = np.einsum("i,hii->h", weight**2, self.covariance)
        variance = np.where(variance > 1e-12 * scale, variance, 0.0)
        return Contrast(name, weight @ self.estimate, np.sqrt(variance), self.degrees)

    @cached_property
    def single(self) -> tuple[Contrast, ...]:
        """Each row by itself."""
        return tuple(self.contrast(row, name) for row, name in zip(np.eye(self.count), self.rows))

    @cached_property
    def differences(self) -> tuple[Contrast, ...]:
        """The first row minus each of the others."""
        unit = np.eye(self.count)
        return tuple(
            self.contrast(unit[0] - unit[i], f"{self.rows[0]} minus {self.rows[i]}")
            for i in range(1, self.count)
        )

    @cached_property
    def minus_others(self) -> Contrast | None:
        """The first row minus the plain mean of the others; None without two of them."""
        if self.count < 3:
            return None
        weights = np.r_[1.0, np.full(self.count - 1, -1 / (self.count - 1))]
        return self.contrast(weights, f"{self.rows[0]} minus mean of the others")

    @property
    def headline(self) -> Contrast | None:
        """The difference that decides: to the mean of the others, or to the only other row."""
        return self.minus_others or next(iter(self.differences), None)

    @property
    def holm(self) -> np.ndarray:
        """P-values of ``differences`` adjusted for their number, shape (C-1, H)."""
        p_values = np.array([one.p_value for one in self.differences])
        return np.apply_along_axis(holm, 0, p_values) if self.differences else p_values

    @cached_property
    def equality(self) -> EqualityTest:
        """That all rows are equal: what pooling them would take for granted."""
        return self._equal(range(self.count))

    @cached_property
    def equality_of_others(self) -> EqualityTest:
        """That all but the first are equal: whether their mean stands for each of them."""
        return self._equal(range(1, self.count))

    @property
    def count(self) -> int:
        """C."""
        return len(self.rows)

    def at(self, horizon: int) -> int:
        """Position of a horizon."""
        return int(np.flatnonzero(self.horizons == horizon)[0])

    @property
    def shown(self) -> int:
        """Position of the headline horizon, or of the last one."""
        return self.at(HEADLINE) if HEADLINE in self.horizons else len(self.horizons) - 1

    def _equal(self, rows: Sequence[int]) -> EqualityTest:
        """Student's F for covariances of cosines (Lazarus et al. 2018), chi-square otherwise."""
        from scipy.special import chdtrc, fdtrc

        count = len(rows) - 1
        degrees = self.degrees - count + 1
        empty = np.full(len(self.horizons), np.nan)
        if count < 1 or degrees < 1:
            return EqualityTest(empty, empty, max(count, 0), degrees)
        apart = np.eye(self.count)[rows[:1]] - np.eye(self.count)[list(rows[1:])]
        gap = apart @ self.estimate
        spread = apart @ self.covariance @ apart.T
        known = np.linalg.matrix_rank(spread) == count
        wald = empty.copy()
        for h in np.flatnonzero(known):
            wald[h] = gap[:, h] @ np.linalg.solve(spread[h], gap[:, h])
        if np.isinf(degrees):
            return EqualityTest(wald, chdtrc(count, wald), count, degrees)
        statistic = wald * degrees / (self.degrees * count)
        return EqualityTest(statistic, fdtrc(count, degrees, statistic), count, degrees)


def tail(distance: np.ndarray, degrees: float) -> np.ndarray:
    """Probability beyond so many standard errors on one side."""
    from scipy.special import ndtr, stdtr

    found = ndtr(-distance) if np.isinf(degrees) else stdtr(degrees, -distance)
    return np.asarray(found)


def _quantile(probability: float, degrees: float) -> float:
    from scipy.special import ndtri, stdtrit

    found = ndtri(probability) if np.isinf(degrees) else stdtrit(degrees, probability)
    return float(found)
