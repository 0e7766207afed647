"""The normal interval of the delta method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....estimation.delta import directional_derivatives
from ....estimation.joint_bands import normal_levels
from ...results import normal_bounds
from .protocol import Bounds, Errors, fixed


@dataclass(frozen=True, slots=True)
class Delta:
    """Estimate plus and minus a normal quantile times the delta method's standard error.

    The draws are not a sample: they are the object at pairs of reduced forms, moved by a small
    step along each column of a square root of their covariance. Their central differences are the
    object's derivatives in these directions, and the sum of their squares is its variance.
    """

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "delta"

    @property
    def needs_errors(self) -> bool:
        """No: it computes them."""
        return False

    @property
    def reads_pairs(self) -> bool:
        """Yes."""
        return True

    def std_error(self, point: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Root of the sum of squared derivatives; see ``Interval.std_error``."""
        derivatives = directional_derivatives(draws)
        return np.asarray(np.sqrt(np.einsum("r...,r...->...", derivatives, derivatives)))

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Normal bounds; see ``Interval.bounds``."""
        error = self.std_error(point, draws)
        return {level: normal_bounds(point, error, level) for level in levels}

    def whole_levels(
        self, point: np.ndarray, draws: np.ndarray, errors: Errors | None = None
    ) -> np.ndarray:
        """Levels of simulated normal errors; see ``Interval.whole_levels``."""
        error = self.std_error(point, draws)
        varying = ~fixed(point, error)
        return normal_levels(directional_derivatives(draws)[:, varying] / error[varying])

    def draws_needed(self, level: float) -> int:
        """None: nothing rests on tails of draws."""
        return 0

    def describe(self) -> str:
        """The rule in words."""
        return "normal bounds"


#: The interval of the delta method, and of nothing else.
DELTA = Delta()
