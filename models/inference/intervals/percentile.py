"""The equal-tailed percentile interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....estimation.bands import percentiles
from .protocol import Bounds, Errors


@dataclass(frozen=True, slots=True)
class Percentile:
    """From the (1 - level) / 2 to the (1 + level) / 2 quantile of the draws (Efron).

    It has the right coverage where the draws are centred on the estimate's own sampling
    distribution; a bias of the draws goes into it twice.
    """

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "percentile"

    def std_error(self, point: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Standard deviation over draws; see ``Interval.std_error``."""
        return spread(point, draws)

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Quantiles over draws; see ``Interval.bounds``."""
        tails = [q for level in levels for q in ((1 - level) / 2, (1 + level) / 2)]
        limits = percentiles(draws, tails)
        return {level: (limits[2 * i], limits[2 * i + 1]) for i, level in enumerate(levels)}

    def describe(self) -> str:
        """The rule in words."""
        return "equal-tailed percentiles"


#: The default of every bootstrap.
PERCENTILE = Percentile()


def spread(point: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Standard deviation over draws, those without the object left out.

    Raises
    ------
    ValueError
        If the draws are not draws of ``point``.
    """
    if draws.shape[1:] != point.shape:
        raise ValueError(f"draws {draws.shape} do not match the point {point.shape}")
    deviation = (np.nanstd if np.isnan(draws).any() else np.std)(draws, axis=0, ddof=1)
    return np.asarray(deviation)
