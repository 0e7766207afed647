"""The percentile interval for draws that rest on few independent pieces of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from .percentile import Percentile, draws_beyond, equal_tailed
from .protocol import Bounds, Errors


@dataclass(frozen=True, slots=True)
class ExpandedPercentile(Percentile):
    """Percentiles of a higher level, as many as the pieces are few.

    The spread of n pieces is too small by (n - 1) / n on average and varies from sample to sample
    as a chi-squared with n - 1 degrees of freedom; quantiles are therefore taken at

        alpha' = Phi(sqrt(n / (n - 1)) t_{n-1}^{-1}(alpha)).

    Parameters
    ----------
    pieces : float
        Independent pieces of the sample that the draws rest on, such as blocks.
    threads : int
        Threads to use; the bounds do not depend on it.

    References
    ----------
    Hesterberg (2015), The American Statistician 69, section 5.3: the expanded percentile interval.
    """

    pieces: float

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Quantiles over draws, further out; see ``Interval.bounds``."""
        found = equal_tailed(draws, [self.expanded(level) for level in levels], self.threads)
        return dict(zip(levels, found.values(), strict=True))

    def draws_needed(self, level: float) -> int:
        """So many that five lie beyond each bound."""
        return draws_beyond((1 - self.expanded(level)) / 2)

    def expanded(self, level: float) -> float:
        """The level whose quantiles are taken for an interval of ``level``."""
        from scipy.special import ndtr, stdtrit

        n = self.pieces
        reach = sqrt(n / (n - 1)) * stdtrit(n - 1, (1 + level) / 2)
        return float(2 * ndtr(reach) - 1)
