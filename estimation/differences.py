"""Derivatives of a function of several parameters by central differences."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

#: Step, for parameters of order one.
STEP = 1e-5


def slopes_at_zero(
    function: Callable[[np.ndarray], np.ndarray], directions: np.ndarray
) -> np.ndarray:
    """Derivatives of a function at zero, shape (..., q).

    Parameters
    ----------
    function : callable
        From a move of the parameters, shape (n,), to an array of shape (...).
    directions : ndarray, shape (q, n)
    """
    steps = STEP * directions
    ends = [(function(step) - function(-step)) / (2 * STEP) for step in steps]
    return np.stack(ends, axis=-1)
