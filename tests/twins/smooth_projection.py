"""Bands of smooth local projections as published software makes them: rows as independent data."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from yenloop.estimation.long_run_covariance import cosine_count, cosine_root
from yenloop.estimation.smooth_projection import SmoothFit, Stacked, spline_basis


class StackedRows:
    """Covariances of the path from scores of single rows, horizon after horizon.

    Parameters
    ----------
    stack : Stacked
    fit : SmoothFit
    differences : int
    controls : int
        Of each horizon.
    """

    def __init__(self, stack: Stacked, fit: SmoothFit, differences: int, controls: int) -> None:
        horizons = stack.rows.shape[1]
        basis = spline_basis(horizons)
        rough = np.diff(np.eye(basis.shape[1]), n=differences, axis=0)
        gram = (basis.T * stack.information) @ basis + fit.penalty * rough.T @ rough
        self.to_path = basis @ np.linalg.inv(gram)
        self.scores = np.concatenate(
            [np.outer(fit.scores[stack.rows[:, h], h], basis[h]) for h in range(horizons)]
        )
        squares = float((fit.leverage**2).sum())
        self.free = stack.nobs - 2 * fit.degrees_of_freedom + squares - horizons * controls
        self.path = fit.path
        self.counts = stack.rows.sum(axis=0)

    def white(self, horizon: int, level: float) -> tuple[float, float]:
        """White's covariance, Student's t with the residual degrees of freedom."""
        error = self._error(self.scores)[horizon]
        reach = stdtrit(self.free, (1 + level) / 2) * error
        return self.path[horizon] - reach, self.path[horizon] + reach

    def cosines(self, horizon: int, level: float) -> tuple[float, float]:
        """Cosines over all rows; degrees of freedom those of one horizon's rows."""
        root = cosine_root(self.scores, cosine_count(len(self.scores)), len(self.scores))
        error = self._error(root)[horizon]
        reach = stdtrit(cosine_count(int(self.counts[horizon])), (1 + level) / 2) * error
        return self.path[horizon] - reach, self.path[horizon] + reach

    def _error(self, root: np.ndarray) -> np.ndarray:
        moved = root @ self.to_path.T
        return np.sqrt((moved**2).sum(axis=0) * len(self.scores) / self.free)
