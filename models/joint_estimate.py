"""Numbers with their joint draws, some of which may be masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .inference.intervals.percentile import PERCENTILE
from .inference.intervals.protocol import Interval


@dataclass(frozen=True, eq=False)
class JointEstimate:
    """A vector of numbers with joint draws; a draw in which they do not exist is masked.

    Attributes
    ----------
    point : ndarray, shape (n,)
        NaN where the number does not exist at the point estimate.
    draws : ndarray, shape (R, n)
        NaN in masked draws, so that row r belongs to the same draw in every estimate.
    rule : Interval
        How the draws become an interval.
    """

    point: np.ndarray
    draws: np.ndarray
    rule: Interval = PERCENTILE

    @property
    def masked(self) -> float:
        """Share of draws that are masked."""
        return float(np.isnan(self.draws).any(axis=-1).mean())

    def spread(
        self, levels: Sequence[float]
    ) -> tuple[np.ndarray, dict[float, tuple[np.ndarray, np.ndarray]]]:
        """Standard error and bounds over the draws that are kept.

        NaN throughout where fewer than half of the draws are: the rest is no sample of anything.
        """
        kept = ~np.isnan(self.draws).any(axis=-1)
        if kept.mean() < 0.5:
            nothing = np.full(self.point.shape, np.nan)
            return nothing, dict.fromkeys(levels, (nothing, nothing))
        kept_draws = self.draws[kept]
        error = self.rule.std_error(self.point, kept_draws)
        return error, self.rule.bounds(self.point, kept_draws, levels)

    def interval(self, level: float, at: int = 0) -> tuple[float, float]:
        """Bounds of element ``at``."""
        low, high = self.spread([level])[1][level]
        return float(low[at]), float(high[at])

    def in_words(self, level: float, at: int = 0) -> str:
        """Element ``at`` with its interval, to two digits of the interval's width."""
        low, high = self.interval(level, at)
        if np.isnan(self.point[at]):
            return "masked"
        if np.isnan(low):
            return f"{self.point[at]:.2g} (no interval: most draws are masked)"
        decimals = int(np.clip(1 - np.floor(np.log10(max(high - low, 1e-6))), 0, 6))
        point, low_end, high_end = (f"{x:.{decimals}f}" for x in (self.point[at], low, high))
        return f"{point} ({level:.0%} interval {low_end} to {high_end})"

    def rows(
        self,
        levels: Sequence[float],
        places: Sequence[dict[str, Any]],
        **same: Any,
    ) -> list[dict[str, Any]]:
        """Tidy rows: one for each element and level.

        Parameters
        ----------
        levels : sequence of float
        places : sequence of dict, length n
            Tidy columns in which the elements differ, such as the horizon.
        **same
            Tidy columns that all elements share.
        """
        std_error, bands = self.spread(levels)
        return [
            {
                **same,
                **place,
                "estimate": self.point[n],
                "std_error": std_error[n],
                "level": level,
                "conf_low": low[n],
                "conf_high": high[n],
            }
            for n, place in enumerate(places)
            for level, (low, high) in bands.items()
        ]


def masked_where(condition: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The values with NaN in the draws (leading axis) in which the condition holds."""
    shaped = condition.reshape(*condition.shape, *[1] * (values.ndim - condition.ndim))
    return np.where(shaped, np.nan, values)
