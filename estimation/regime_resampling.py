"""Residuals drawn inside regimes: each period gets one of its own regime's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .resampling import INDEPENDENT, Resampling
from .streams import BLOCK


@dataclass(frozen=True, slots=True)
class WithinRegimes:
    """A rule of resampling applied to each regime by itself.

    Regimes keep their dates and with them their variances, so that the difference between their
    covariances, which identifies the shocks, is drawn with its sampling error. The periods of a
    regime count as neighbours although others may lie between them.

    Attributes
    ----------
    regime : ndarray of int, shape (T,)
    rule : Resampling
        Inside a regime: residuals one by one, or in blocks.
    """

    regime: np.ndarray
    rule: Resampling = INDEPENDENT

    def table(self, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:
        """The tables of all regimes, one under the other; see ``Resampling.table``."""
        return np.concatenate(
            [self.rule.table(residuals[here], usable[here]) for here in self._places()]
        )

    def rows(self, generator: np.random.Generator, usable: np.ndarray) -> np.ndarray:
        """See ``Resampling.rows``."""
        drawn = np.empty((len(usable), BLOCK), dtype=int)
        above = 0
        for here in self._places():
            drawn[here] = above + self.rule.rows(generator, usable[here])
            above += len(self.rule.table(np.zeros((int(here.sum()), 0)), usable[here]))
        return drawn

    def _places(self) -> list[np.ndarray]:
        return [self.regime == m for m in range(int(self.regime.max()) + 1)]
