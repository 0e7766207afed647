"""Critical values of t statistics with Bartlett's kernel, its bandwidth a share of the sample."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

#: Simulated samples, periods of each, and their seed.
_SAMPLES, _PERIODS, _SEED = 20_000, 200, 2005

#: Bandwidths that are simulated; between them critical values are almost linear.
_KNOTS = np.array([1, 4, 12, 24, 48, 100, 200])


def critical_values(level: float, shares: np.ndarray) -> np.ndarray:
    """Two-sided critical values of t statistics.

    The normal one takes the long-run variance as known. Estimated with lags up to the share b of
    the sample it varies, and is too small on average; the limit with b held fixed allows for both.

    Parameters
    ----------
    level : float
        Coverage, such as 0.90.
    shares : ndarray
        b: (lags + 1) / observations, at most one.

    Returns
    -------
    ndarray
        Of the shape of ``shares``, within about one per cent.

    References
    ----------
    Kiefer and Vogelsang (2005).
    """
    at = np.minimum(np.asarray(shares, float), 1.0) * _PERIODS
    first = np.clip(np.searchsorted(_KNOTS, at, side="right") - 1, 0, len(_KNOTS) - 2)
    needed = np.unique([first, first + 1])
    values = [np.quantile(_statistics(int(_KNOTS[knot])), level) for knot in needed]
    return np.asarray(np.interp(at, _KNOTS[needed], values))


@lru_cache(maxsize=len(_KNOTS))
def _statistics(bandwidth: int) -> np.ndarray:
    """Absolute t statistics of the mean of independent normal samples."""
    rng = np.random.default_rng(_SEED)
    found = []
    for _ in range(_SAMPLES // 4000):
        sample = rng.standard_normal((4000, _PERIODS))
        sums = np.zeros((4000, _PERIODS + 2 * bandwidth))
        np.cumsum(
            sample - sample.mean(axis=1, keepdims=True),
            axis=1,
            out=sums[:, bandwidth : bandwidth + _PERIODS],
        )
        moving = sums[:, bandwidth:] - sums[:, :-bandwidth]
        variance = np.einsum("rt,rt->r", moving, moving) / bandwidth
        found.append(np.abs(sample.sum(axis=1)) / np.sqrt(variance))
    return np.concatenate(found)
