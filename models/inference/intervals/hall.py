"""Hall's percentile interval: the percentiles reflected at the estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .percentile import Percentile, equal_tailed
from .protocol import Bounds, Errors


@dataclass(frozen=True, slots=True)
class Hall(Percentile):
    """From 2 x estimate - upper percentile to 2 x estimate - lower percentile of the draws.

    It takes the draws' error about the estimate for the estimate's error about the truth, so that
    a bias of the draws is subtracted instead of added. Bounds may leave the range of the object.

    Notes
    -----
    Hall (1992), section 1.3; Benkwitz, Lütkepohl and Wolters (2001) for impulse responses.
    """

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "hall"

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Reflected quantiles over draws; see ``Interval.bounds``."""
        return {
            level: (2 * point - high, 2 * point - low)
            for level, (low, high) in equal_tailed(draws, levels, self.threads).items()
        }

    def describe(self) -> str:
        """The rule in words."""
        return "Hall's percentiles (reflected at the estimate)"
