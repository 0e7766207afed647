"""The bounds test's statistics when there is no level relation, simulated at the sample's size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .streams import block_generator

#: Replications that are drawn and solved together.
_TOGETHER = 250


@dataclass(frozen=True, slots=True)
class BoundsDraws:
    """F and t statistics without a level relation.

    Attributes
    ----------
    f, t : ndarray, shape (2, R)
        First with regressors that are I(0), then with regressors that are I(1).
    """

    f: np.ndarray
    t: np.ndarray


def simulate_bounds(
    regressors: int, case: int, nobs: int, *, replications: int = 20_000, seed: int = 0
) -> BoundsDraws:
    """F and t of dy_t on y_{t-1}, x_{t-1} and the terms of a case; y and x are independent.

    y is a random walk, x is white noise or a random walk, all of standard normal steps.

    Parameters
    ----------
    regressors : int
        k, regressors in levels; y is not counted.
    case : {1, 2, 3, 4, 5}
        No terms; a constant inside the relation; a constant outside it; a trend inside it and a
        constant outside; both outside.
    nobs : int
        Observations of the regression.
    replications, seed : int

    References
    ----------
    Pesaran, Shin and Smith (2001), section 4, with T = 1000 and 40,000 replications.
    """
    constant, trend = np.ones((nobs, 1)), np.arange(1.0, nobs + 1)[:, None]
    none = np.empty((nobs, 0))
    outside = {1: none, 2: none, 3: constant, 4: constant}.get(case, np.hstack([constant, trend]))
    inside = {2: constant, 4: trend}.get(case, none)
    f, t = np.empty((2, replications)), np.empty((2, replications))
    for block, first in enumerate(range(0, replications, _TOGETHER)):
        count = min(_TOGETHER, replications - first)
        steps = block_generator(seed, block).standard_normal((_TOGETHER, nobs + 1, regressors + 1))
        walks, here = np.cumsum(steps, axis=1), slice(first, first + count)
        y, change = walks[:, :-1, :1], steps[:, 1:, :1]
        for row, x in enumerate((steps[:, :-1, 1:], walks[:, :-1, 1:])):
            terms = [np.broadcast_to(z, (_TOGETHER, *z.shape)) for z in (outside, inside)]
            columns = np.concatenate([*terms, x, y, change], axis=2)
            found = _statistics(columns, outside.shape[1])
            f[row, here], t[row, here] = (one[:count] for one in found)
    return BoundsDraws(f, t)


def _statistics(columns: np.ndarray, outside: int) -> tuple[np.ndarray, np.ndarray]:
    """F of all but the first columns and t of the last regressor; the outcome stands last.

    Both are read off the triangle of the regression: the outcome's column holds what each
    regressor adds to those before it, and the residual at the end.
    """
    scaled = columns / np.linalg.norm(columns, axis=1, keepdims=True)
    triangle = np.linalg.cholesky(np.swapaxes(scaled, 1, 2) @ scaled)
    outcome, regressors = triangle[:, -1], columns.shape[2] - 1
    spread = outcome[:, -1] / np.sqrt(columns.shape[1] - regressors)
    f = (outcome[:, outside:-1] ** 2).sum(axis=1) / (regressors - outside) / spread**2
    return f, outcome[:, -2] / spread
