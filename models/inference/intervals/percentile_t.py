"""The percentile-t interval: quantiles of studentised draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ....estimation.bands import percentiles
from ....estimation.joint_bands import equal_tailed_levels, symmetric_levels
from .percentile import Percentile, draws_beyond, equal_tailed
from .protocol import Bounds, Errors, fixed


@dataclass(frozen=True, slots=True)
class PercentileT(Percentile):
    """From estimate - t_high x s.e. to estimate - t_low x s.e.

    t are the quantiles of (draw - estimate) / (standard error within the draw). The studentised
    error depends less on the parameters than the error itself, which makes the interval more
    accurate than percentiles where the standard errors are good.

    Parameters
    ----------
    symmetric : bool
        Use the quantile of the absolute value of t on both sides.

    Notes
    -----
    Hall (1992), section 3.5; Kilian and Lütkepohl (2017), section 12.2. The standard error on the
    right is that of the estimate, never that of the last draw.
    """

    symmetric: bool = False

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "percentile_t"

    @property
    def needs_errors(self) -> bool:
        """Yes: each draw is divided by its own standard error."""
        return True

    def bounds(
        self,
        point: np.ndarray,
        draws: np.ndarray,
        levels: Sequence[float],
        errors: Errors | None = None,
    ) -> Bounds:
        """Quantiles of the studentised draws; see ``Interval.bounds``."""
        t, error = _studentised(point, draws, errors)
        if self.symmetric:
            reach = percentiles(np.abs(t), levels) * error
            return {level: (point - r, point + r) for level, r in zip(levels, reach)}
        return {
            level: (point - high * error, point - low * error)
            for level, (low, high) in equal_tailed(t, levels, self.threads).items()
        }

    def whole_levels(
        self, point: np.ndarray, draws: np.ndarray, errors: Errors | None = None
    ) -> np.ndarray:
        """Levels at which the intervals hold a draw whole; see ``Interval.whole_levels``."""
        t, error = _studentised(point, draws, errors)
        varying = t[:, error > 0]
        return symmetric_levels(varying) if self.symmetric else equal_tailed_levels(varying)

    def draws_needed(self, level: float) -> int:
        """So many that five lie beyond each quantile that is read."""
        return draws_beyond(1 - level if self.symmetric else (1 - level) / 2)

    def describe(self) -> str:
        """The rule in words."""
        return f"{'symmetric ' if self.symmetric else ''}percentile-t"


def _studentised(
    point: np.ndarray, draws: np.ndarray, errors: Errors | None
) -> tuple[np.ndarray, np.ndarray]:
    """Studentised draws and the estimate's standard errors; both zero where nothing varies."""
    if errors is None:
        raise ValueError("percentile-t needs the standard error of each draw")
    still = fixed(point, errors.point)
    scale = np.where(still, np.inf, errors.draws)
    return (draws - point) / scale, np.where(still, 0.0, errors.point)
