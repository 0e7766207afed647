"""The equal-tailed percentile interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from ....estimation.bands import percentiles
from ....estimation.joint_bands import equal_tailed_levels
from ....estimation.threads import in_parts
from .protocol import Bounds, Errors, fixed

#: Draws that should lie beyond a bound; with fewer it moves with single draws.
TAIL_DRAWS = 5
#: Cells whose standard deviations are computed at a time: their draws fit into the cache.
TOGETHER = 32


@dataclass(frozen=True, slots=True)
class Percentile:
    """From the (1 - level) / 2 to the (1 + level) / 2 quantile of the draws (Efron).

    It has the right coverage where the draws are centred on the estimate's own sampling
    distribution; a bias of the draws goes into it twice.

    Parameters
    ----------
    threads : int
        Threads to use; the bounds do not depend on it.
    """

    threads: int = field(default=1, compare=False, kw_only=True)

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "percentile"

    @property
    def needs_errors(self) -> bool:
        """No: it reads the draws as they are."""
        return False

    @property
    def reads_pairs(self) -> bool:
        """No: the draws are a random sample."""
        return False

    def std_error(self, point: np.ndarray, draws: np.ndarray) -> np.ndarray:
        """Standard deviation over draws; see ``Interval.std_error``."""
        return spread(point, draws, self.threads)

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Quantiles over draws; see ``Interval.bounds``."""
        return equal_tailed(draws, levels, self.threads)

    def whole_levels(
        self, point: np.ndarray, draws: np.ndarray, errors: Errors | None = None
    ) -> np.ndarray:
        """Levels at which the percentiles hold a draw whole; see ``Interval.whole_levels``."""
        return equal_tailed_levels(draws[:, ~fixed(point, spread(point, draws))])

    def draws_needed(self, level: float) -> int:
        """So many that five lie beyond each bound."""
        return draws_beyond((1 - level) / 2)

    def describe(self) -> str:
        """The rule in words."""
        return "equal-tailed percentiles"


#: The default of every bootstrap.
PERCENTILE = Percentile()


def equal_tailed(draws: np.ndarray, levels: Sequence[float], threads: int = 1) -> Bounds:
    """The quantiles of ``draws`` that leave (1 - level) / 2 on either side."""
    tails = [q for level in levels for q in ((1 - level) / 2, (1 + level) / 2)]
    limits = percentiles(draws, tails, threads=threads)
    return {level: (limits[2 * i], limits[2 * i + 1]) for i, level in enumerate(levels)}


def draws_beyond(tail: float) -> int:
    """How many draws put ``TAIL_DRAWS`` of them into a tail of this probability."""
    return ceil(TAIL_DRAWS / tail - 1e-6)


def spread(point: np.ndarray, draws: np.ndarray, threads: int = 1) -> np.ndarray:
    """Standard deviation over draws, those without the object left out.

    Raises
    ------
    ValueError
        If the draws are not draws of ``point``.
    """
    if draws.shape[1:] != point.shape:
        raise ValueError(f"draws {draws.shape} do not match the point {point.shape}")
    cells = np.moveaxis(draws, 0, -1).reshape(-1, len(draws))
    found = np.empty(len(cells))

    def find(first: int, last: int) -> None:
        for start in range(first, last, TOGETHER):
            rows = cells[start : min(start + TOGETHER, last)]
            centred = rows - rows.mean(axis=-1, keepdims=True)
            squares = np.einsum("cr,cr->c", centred, centred)
            found[start : start + len(rows)] = np.sqrt(squares / (len(draws) - 1))

    in_parts(find, len(cells), threads, step=TOGETHER)
    gaps = np.flatnonzero(np.isnan(found))
    found[gaps] = np.nanstd(cells[gaps], axis=-1, ddof=1)
    return found.reshape(point.shape)
