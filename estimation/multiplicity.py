"""P-values adjusted for the number of hypotheses."""

from __future__ import annotations

import numpy as np


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's (1979) step-down adjustment: family-wise error under any dependence.

    Parameters
    ----------
    p_values : ndarray, shape (n,)
        NaN stands for a hypothesis without data, which is not part of the family.

    Returns
    -------
    ndarray, shape (n,)
    """
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    steps = p_values[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted
