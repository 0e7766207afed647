"""Joint bands of responses: over each path, or over all that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ....errors import SpecError
from ...options import require_choice
from ..intervals.protocol import Bounds, Errors, Interval
from .protocol import Joint, varying

Over = Literal["path", "shown"]


@dataclass(frozen=True, slots=True)
class JointBand:
    """A joint rule and what it is joint over.

    Attributes
    ----------
    rule : Joint
    over : {"path", "shown"}
        Each path of one response to one shock, or all paths that the result holds.
    """

    rule: Joint
    over: Over = "path"

    def __post_init__(self) -> None:
        require_choice("over", self.over, get_args(Over))

    def bounds(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Joint bounds by level, each of the shape of ``point``.

        Parameters
        ----------
        interval : Interval
        point : ndarray, shape (H+1, K, J)
        draws : ndarray, shape (R, H+1, K, J)
        levels : sequence of float
            Probability that all that the band is joint over is held.
        errors : Errors, optional

        Raises
        ------
        SpecError
            If the draws are too few for the pointwise level.
        """
        found: Bounds = {q: (np.empty(point.shape), np.empty(point.shape)) for q in levels}
        for path in self._paths(point.shape):
            here, drawn = point[path], draws[:, *path]
            error = errors and Errors(errors.point[path], errors.draws[:, *path])
            for level, (low, high) in found.items():
                pointwise = self._pointwise(interval, here, drawn, level, error)
                bounds = interval.bounds(here, drawn, [pointwise], error)[pointwise]
                low[path], high[path] = bounds
        return found

    def describe(self) -> str:
        """The band in words."""
        held = "all paths shown" if self.over == "shown" else "each whole response path"
        return f"Joint bands ({self.rule.describe()}): a level is the coverage of {held}."

    def _paths(self, shape: tuple[int, ...]) -> list[tuple[slice | int, ...]]:
        """What the band is joint over, as subscripts of (horizon, response, shock)."""
        everything = slice(None)
        if self.over == "shown":
            return [(everything, everything, everything)]
        return [(everything, i, j) for i in range(shape[1]) for j in range(shape[2])]

    def _pointwise(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        level: float,
        errors: Errors | None,
    ) -> float:
        """The pointwise level, refused where too few draws lie beyond its bounds."""
        count = varying(interval, point, draws)
        bonferroni = 1 - (1 - level) / max(count, 1)
        found = self.rule.pointwise_level(interval, point, draws, level, errors)
        # Calibrated on too few draws it may come out as one; Bonferroni's is enough in any case.
        needed = interval.draws_needed(min(found, bonferroni))
        if len(draws) < needed:
            raise SpecError(
                f"A {self.rule.describe()} band of {count} elements at {level:.0%} takes pointwise "
                f"intervals at {found:.3%}, which {len(draws):,} draws cannot carry.",
                remedy=f"Use at least {needed:,} draws, or the delta method.",
            )
        return found
