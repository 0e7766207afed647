"""Subtracting an estimate of the bias from a VAR's coefficients without losing stationarity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .least_squares import least_squares
from .pope import pope_bias
from .stability import are_stationary

#: A correction is shrunk in steps of one over this.
STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Bias:
    """Expected error of an estimated VAR.

    Attributes
    ----------
    lags : ndarray, shape (p, K, K)
    deterministic : ndarray, shape (K, m)
    """

    lags: np.ndarray
    deterministic: np.ndarray


def bias_by_formula(lags: np.ndarray, covariance: np.ndarray, y: np.ndarray, z: np.ndarray) -> Bias:
    """Pope's bias of the slopes, and that of the deterministic terms which goes with it.

    Of the terms D z_t is subtracted what the correction of the slopes adds to the fitted values,
    as far as z can absorb it: the corrected model keeps the estimate's mean.

    Parameters
    ----------
    lags : ndarray, shape (p, K, K)
    covariance : ndarray, shape (K, K)
    y : ndarray, shape (T+p, K)
    z : ndarray, shape (T, m)
        A constant (m = 1) or nothing (m = 0).
    """
    p, last = len(lags), len(y)
    bias = pope_bias(lags, covariance, len(z), constant=z.shape[1] == 1)
    moved = sum(y[p - lag : last - lag] @ bias[lag - 1].T for lag in range(1, p + 1))
    return Bias(bias, -least_squares(z, np.asarray(moved)).coefficients.T)


def subtract_bias(
    lags: np.ndarray, deterministic: np.ndarray, bias: Bias, units: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Estimates less the bias, or less as much of it as leaves them stationary.

    Where the whole correction would take a root to the unit circle or beyond, it is shrunk to the
    largest of 99%, 98%, ..., 1% that does not (found by bisection). An estimate that is not
    stationary itself stays as it is.

    Parameters
    ----------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    bias : Bias
    units : ndarray, shape (K,)
        Of what size the variables are, such as their errors' standard deviations.

    Returns
    -------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    share : ndarray, shape (R,)
        Of the correction that was made, 0 to 1.

    References
    ----------
    Kilian (1998), Review of Economics and Statistics 80, section II.
    """
    ratio = units / units[:, None]
    share = _stationary_share(lags * ratio, bias.lags * ratio)
    return (
        lags - share[:, None, None, None] * bias.lags,
        deterministic - share[:, None, None] * bias.deterministic,
        share,
    )


def _stationary_share(lags: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Shares of the correction in steps of one hundredth, shape (R,)."""

    def corrected(which: np.ndarray, steps: np.ndarray) -> np.ndarray:
        shrunk: np.ndarray = lags[which] - steps[:, None, None, None] / STEPS * bias
        return shrunk

    def no_real_root_beyond_one(which: np.ndarray, steps: np.ndarray) -> np.ndarray:
        # det(I - A_1 x - ... - A_p x^p) is 1 at x = 0: if it is not positive at x = 1, it has a
        # zero in between. That is how most corrections fail, and costs next to nothing to see.
        closing = np.eye(lags.shape[-1]) - corrected(which, steps).sum(axis=1)
        return np.asarray(np.linalg.det(closing) > 0)

    def stationary(which: np.ndarray, steps: np.ndarray) -> np.ndarray:
        return are_stationary(corrected(which, steps))

    steps = np.full(len(lags), STEPS)
    return _largest_passing(stationary, _largest_passing(no_real_root_beyond_one, steps)) / STEPS


def _largest_passing(
    passes: Callable[[np.ndarray, np.ndarray], np.ndarray], steps: np.ndarray
) -> np.ndarray:
    """The largest step up to those given that passes, by bisection; zero where zero fails too."""
    found = steps.copy()
    asked = np.flatnonzero(steps > 0)
    failing = asked[~passes(asked, steps[asked])]
    found[failing] = 0
    failing = failing[passes(failing, found[failing])]
    low, high = np.zeros(len(failing), dtype=int), steps[failing]
    while (open_ := np.flatnonzero(high - low > 1)).size:
        middle = (low[open_] + high[open_]) // 2
        fine = passes(failing[open_], middle)
        low[open_[fine]] = middle[fine]
        high[open_[~fine]] = middle[~fine]
    found[failing] = low
    return found
