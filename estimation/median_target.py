"""The one model whose responses are closest to the medians over many models."""

from __future__ import annotations

import numpy as np


def median_target(responses: np.ndarray) -> int:
    """Number of the model that is closest to the median responses of all (Fry and Pagan 2011).

    Medians taken response by response belong to no model: they mix shocks of different rotations,
    which are not orthogonal to one another. Distances are in standard deviations over models,
    squared and summed over horizons, variables and shocks; units do not matter. Responses that are
    the same in all models do not count.

    Parameters
    ----------
    responses : ndarray, shape (N, H+1, K, J)
        [model, horizon, response, shock].

    Returns
    -------
    int
        Below N.
    """
    centred = responses - np.median(responses, axis=0)
    spread = responses.std(axis=0)
    alike = spread <= 1e-12 * np.abs(responses).max(axis=0)
    centred /= np.where(alike, np.inf, spread)
    return int(np.argmin(np.square(centred).sum(axis=(1, 2, 3))))
