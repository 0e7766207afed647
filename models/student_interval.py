"""Student's t interval of estimates whose variance rests on a few weighted sums of the data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..estimation.delta import directional_derivatives
from ..estimation.student_levels import student_levels
from .inference.intervals.delta import DELTA
from .inference.intervals.protocol import Bounds, Errors, fixed


@dataclass(frozen=True, slots=True)
class Student:
    """Estimate plus and minus a quantile of Student's t times the standard error.

    As for the delta method the draws are pairs; their differences are the weighted sums that the
    variance is the mean square of.

    Parameters
    ----------
    degrees : tuple of int
        Degrees of freedom by horizon, the first axis of the estimate.
    """

    degrees: tuple[int, ...]

    @property
    def name(self) -> str:
        """Key of the rule."""
        return "student"

    @property
    def needs_errors(self) -> bool:
        """No: it computes them."""
        return False

    @property
    def reads_pairs(self) -> bool:
        """Yes."""
        return True

    def std_error(self, point: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Root of the sum of squared differences; see ``Interval.std_error``."""
        return DELTA.std_error(point, draws)

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Bounds by the degrees of freedom of each horizon; see ``Interval.bounds``."""
        from scipy.special import stdtrit

        error = self.std_error(point, draws)
        degrees = self._by_element(point)
        found = {}
        for level in levels:
            reach = stdtrit(degrees, (1 + level) / 2) * error
            found[level] = (point - reach, point + reach)
        return found

    def whole_levels(
        self, point: np.ndarray, draws: np.ndarray, errors: Errors | None = None
    ) -> np.ndarray:
        """Levels of simulated t statistics, numerators and variances; see ``Interval``."""
        error = self.std_error(point, draws)
        varying = ~fixed(point, error)
        factors = directional_derivatives(draws)[:, varying] / error[varying]
        return student_levels(factors, self._by_element(point)[varying])

    def draws_needed(self, level: float) -> int:
        """None: nothing rests on tails of draws."""
        return 0

    def describe(self) -> str:
        """The rule in words."""
        least, most = min(self.degrees), max(self.degrees)
        count = f"{least}" if least == most else f"{least} to {most}"
        return f"Student's t with {count} degrees of freedom"

    def _by_element(self, point: np.ndarray) -> np.ndarray:
        """Degrees of freedom in the shape of ``point``."""
        shape = (-1,) + (1,) * (point.ndim - 1)
        return np.broadcast_to(np.reshape(self.degrees, shape), point.shape)
