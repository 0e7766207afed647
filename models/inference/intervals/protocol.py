"""What every rule that turns joint draws into an interval can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Bounds = dict[float, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Standard errors of an estimate and of each of its draws.

    Attributes
    ----------
    point : ndarray, shape (...)
    draws : ndarray, shape (R, ...)
    """

    point: np.ndarray
    draws: np.ndarray


class Interval(Protocol):
    """A rule that turns a point estimate and joint draws of it into pointwise intervals."""

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        ...

    def std_error(self, point: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Standard error of each element of ``point``, of the same shape.

        Parameters
        ----------
        point : ndarray, shape (...)
        draws : ndarray, shape (R, ...)
            NaN marks draws where the object does not exist.
        """
        ...

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Lower and upper bounds by level, each of the shape of ``point``.

        Parameters
        ----------
        point : ndarray, shape (...)
        draws : ndarray, shape (R, ...)
        levels : sequence of float
            Coverage of each element.
        errors : Errors, optional
            Standard errors within each draw, for rules that studentise.
        """
        ...

    def describe(self) -> str:
        """The rule in words, such as ``equal-tailed percentiles``."""
        ...
