"""Which of several impact matrices that satisfy the same restrictions is reported."""

from __future__ import annotations

import numpy as np


def with_positive_diagonal(impact: np.ndarray) -> np.ndarray:
    """Turn the shocks (..., K, K) round that lower their own variable."""
    own = np.einsum("...ii->...i", impact)
    return np.asarray(impact * np.where(own < 0, -1.0, 1.0)[..., None, :])


def choose(impacts: np.ndarray, near: np.ndarray | None = None) -> tuple[int, int]:
    """The place of the matrix to report, and how many different ones there are.

    It is the one in which the shocks do most to their own variables, which depends neither on the
    units nor on the order of the variables; or, if ``near`` is given, the one nearest to that.

    Parameters
    ----------
    impacts : ndarray, shape (R, K, K)
        With positive diagonal, in standard deviations of the variables.
    near : ndarray, shape (K, K), optional
    """
    distinct = [impacts[0]]
    for impact in impacts[1:]:
        if all(np.abs(impact - other).max() > 1e-5 for other in distinct):
            distinct.append(impact)
    if near is None:
        merit = np.einsum("rii->r", impacts)
    else:
        merit = -np.abs(impacts - near).sum(axis=(-1, -2))
    return int(merit.argmax()), len(distinct)
