"""What every rule that turns joint draws into an interval can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Bounds = dict[float, tuple[np.ndarray, np.ndarray]]

#: A standard error smaller than this, relative to the number, is rounding; so is one smaller than
#: ``ROUNDING`` relative to the largest number of the path.
FIXED, ROUNDING = 1e-9, 1e-12


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

    @property
    def needs_errors(self) -> bool:
        """Whether it studentises: ``bounds`` needs the standard error of each draw."""
        ...

    @property
    def reads_pairs(self) -> bool:
        """Whether the draws are pairs of perturbed estimates instead of a random sample."""
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

    def whole_levels(
        self, point: np.ndarray, draws: np.ndarray, errors: Errors | None = None
    ) -> np.ndarray:
        """For each of S samples, the smallest level whose intervals hold all its elements.

        The distribution from which sup-t bands take their pointwise level. Elements without
        variance hold at any level.

        Returns
        -------
        ndarray, shape (S,)
        """
        ...

    def draws_needed(self, level: float) -> int:
        """Draws below which the bounds of this level would rest on a few extreme ones."""
        ...

    def describe(self) -> str:
        """The rule in words, such as ``equal-tailed percentiles``."""
        ...


def fixed(point: np.ndarray, std_error: np.ndarray) -> np.ndarray:
    """Elements without variance: imposed zeros, and responses set by the size of the shock.

    Parameters
    ----------
    point, std_error : ndarray, shape (H, ...)
        Paths along axis 0.
    """
    size = np.abs(point)
    return np.asarray(std_error <= np.maximum(FIXED * size, ROUNDING * size.max(axis=0)))
