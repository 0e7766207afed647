"""Simulated responses of a switching model, on the regressors and dates of the data."""

from __future__ import annotations

import numpy as np

from ...estimation.hamilton import ergodic_or_raise
from ...estimation.switching_design import SwitchingParameters
from .data import SwitchingData


def simulate(
    parameters: SwitchingParameters,
    data: SwitchingData,
    regressors: tuple[np.ndarray, np.ndarray],
    generator: np.random.Generator,
) -> np.ndarray:
    """One simulated response, shape (T,).

    Regressors are held fixed. Each stretch starts from the ergodic distribution, and its first
    ``lags`` observations are those of the data.

    Parameters
    ----------
    parameters : SwitchingParameters
        In the data's units; one regime is the linear model.
    data : SwitchingData
    regressors : (ndarray, ndarray)
        Switching and common regressors as the parameters have them, shapes (T, nx), (T, nw).
    generator : Generator
    """
    x, w = regressors
    fitted = x @ parameters.switching.T + (w @ parameters.common)[:, None]
    error = generator.standard_normal(len(data.y))
    y, p = data.y.copy(), data.lags
    cumulated = parameters.transition.cumsum(axis=1)
    start = ergodic_or_raise(parameters.transition).cumsum()
    for first, stop in data.stretches:
        uniform = generator.random(stop - first)
        regime = np.empty(stop - first, dtype=int)
        for t, draw in enumerate(uniform):
            reach = cumulated[regime[t - 1]] if t else start
            regime[t] = min(int(np.searchsorted(reach, draw, side="right")), len(reach) - 1)
        mean = fitted[np.arange(first, stop), regime]
        sigma = np.sqrt(parameters.variance)[regime]
        if not p:
            y[first:stop] = mean + sigma * error[first:stop]
            continue
        deviation = y[first:stop] - mean
        for t in range(p, stop - first):
            past = deviation[t - p : t][::-1]
            deviation[t] = parameters.ar[regime[t]] @ past + sigma[t] * error[first + t]
        y[first + p : stop] = (mean + deviation)[p:]
    return y
