"""Averages over events tested against ordinary days, and slopes with HC3 errors.

Few events, heavy tails and volatility that moves over time make normal critical values too small.
So the statistic is studentised, t = (mean - ordinary mean) / s.e., and its critical values are
those of the same statistic on as many ordinary days, drawn anew for each event from days like its
own (Janssen, 1997: studentised permutation tests keep their size when the variances differ).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .streams import block_generator


@dataclass(frozen=True, slots=True)
class PlaceboTest:
    """Means of groups of events beside those of ordinary days.

    Attributes
    ----------
    counts : ndarray of int, shape (G, C)
        Events of each group whose cell is known.
    mean : ndarray, shape (G, C)
    ordinary : ndarray, shape (G, C)
        Mean over all ordinary days like those of the events.
    std_error : ndarray, shape (G, C)
        Of the mean, from the events alone.
    statistics : ndarray, shape (R, G, C)
        Absolute studentised deviations of as many ordinary days.
    p_value : ndarray, shape (G, C)
        Two-sided: (1 + draws as far out) / (1 + R). NaN where a cell does not vary.
    larger_p_value : ndarray, shape (G, C)
        One-sided and not studentised: that the mean is larger than on as many ordinary days.
    """

    counts: np.ndarray
    mean: np.ndarray
    ordinary: np.ndarray
    std_error: np.ndarray
    statistics: np.ndarray
    p_value: np.ndarray
    larger_p_value: np.ndarray

    def critical(self, level: float) -> np.ndarray:
        """Values that the statistic exceeds with probability 1 - level, shape (G, C)."""
        draws = len(self.statistics)
        place = int(np.ceil(level * (draws + 1)))
        if place > draws:
            return np.full(self.mean.shape, np.inf)
        return np.asarray(np.partition(self.statistics, place - 1, axis=0)[place - 1])


def placebo_test(
    cells: np.ndarray, ordinary: np.ndarray, picks: np.ndarray, groups: np.ndarray
) -> PlaceboTest:
    """Test means of groups of events against draws of ordinary days.

    Parameters
    ----------
    cells : ndarray, shape (E, C)
        What is averaged, by event; NaN where it is not known.
    ordinary : ndarray, shape (E, K, C)
        The same on the ordinary days that are like each event's; NaN where a day is not one.
    picks : ndarray of int, shape (R, E)
        For each draw, which ordinary day stands for each event.
    groups : ndarray of bool, shape (G, E)
        Who belongs where.
    """
    weights = groups.astype(float)
    known = np.isfinite(cells)
    counts, mean, std_error = _averages(np.where(known, cells, 0.0), known, weights)
    centre = _centre(ordinary, known, weights)
    statistics = np.empty((len(picks), *mean.shape))
    larger = np.zeros(mean.shape)
    events = np.arange(len(cells))
    for r, pick in enumerate(picks):
        drawn = ordinary[events, pick]
        present = known & np.isfinite(drawn)
        _, average, error = _averages(np.where(present, drawn, 0.0), present, weights)
        statistics[r] = _studentised(average - centre, error)
        larger += average >= mean
    own = _studentised(mean - centre, std_error)
    as_far = (statistics >= own).sum(axis=0)
    varies = (std_error > 0) & (counts > 1)
    share = (1 + as_far) / (1 + len(picks))
    larger = (1 + larger) / (1 + len(picks))
    return PlaceboTest(
        counts,
        mean,
        centre,
        std_error,
        statistics,
        np.where(varies, share, np.nan),
        np.where(varies, larger, np.nan),
    )


def draw_ordinary_days(allowed: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """For each draw and event one of its ordinary days, each as likely as any other.

    Parameters
    ----------
    allowed : ndarray of bool, shape (E, K)
        At least one day in each row.
    draws, seed : int

    Returns
    -------
    ndarray of int, shape (draws, E)
    """
    first = np.argsort(~allowed, axis=1, kind="stable")
    uniform = block_generator(seed, 0).random((draws, len(allowed)))
    place = (uniform * allowed.sum(axis=1)).astype(int)
    return np.asarray(first[np.arange(len(allowed)), place])


def hc3_slope(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope of y on x and a constant, with its HC3 standard error.

    Parameters
    ----------
    x, y : ndarray, shape (..., n)
        Pairs of which one is NaN are left out.

    Returns
    -------
    slope, std_error : ndarray, shape (...)
        NaN where x does not vary or fewer than three pairs are left.

    References
    ----------
    MacKinnon and White (1985).
    """
    present = np.isfinite(x) & np.isfinite(y)
    n = present.sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        x_mean = np.where(present, x, 0.0).sum(axis=-1, keepdims=True) / n
        y_mean = np.where(present, y, 0.0).sum(axis=-1, keepdims=True) / n
        across = np.where(present, x - x_mean, 0.0)
        spread = (across**2).sum(axis=-1, keepdims=True)
        slope = (across * np.where(present, y, 0.0)).sum(axis=-1, keepdims=True) / spread
        residual = np.where(present, y - y_mean - slope * across, 0.0)
        leverage = np.minimum(1 / n + across**2 / spread, 1 - 1e-12)
        meat = ((across * residual / (1 - leverage)) ** 2).sum(axis=-1, keepdims=True)
        std_error = np.sqrt(meat) / spread
    enough = (n > 2) & (spread > 0)
    return np.where(enough, slope, np.nan)[..., 0], np.where(enough, std_error, np.nan)[..., 0]


def permutation_p_value(x: np.ndarray, y: np.ndarray, draws: int, seed: int) -> float:
    """P-value of "y does not move with x": the slope's t ratio against x dealt out anew.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
    draws, seed : int

    References
    ----------
    DiCiccio and Romano (2017): with a robust t ratio the test is exact under independence and of
    the right size in large samples where x and y are only uncorrelated.
    """
    present = np.isfinite(x) & np.isfinite(y)
    x, y = x[present], y[present]
    slope, std_error = hc3_slope(x, y)
    if not std_error > 0:
        return float("nan")
    order = np.argsort(block_generator(seed, 1).random((draws, len(x))), axis=1)
    slopes, errors = hc3_slope(x[order], np.broadcast_to(y, order.shape))
    as_far = _studentised(slopes, errors) >= abs(slope) / std_error
    return float((1 + as_far.sum()) / (1 + draws))


def same_slope_p_value(
    own: tuple[float, float], drawn: tuple[np.ndarray, np.ndarray], ordinary: float
) -> float:
    """P-value of "the slope is that of ordinary days", from slopes of as many ordinary days.

    Parameters
    ----------
    own : (float, float)
        Slope over the events and its standard error.
    drawn : (ndarray, ndarray), shape (R,) each
        The same over ordinary days.
    ordinary : float
        Slope over all ordinary days.
    """
    slope, std_error = own
    if not std_error > 0:
        return float("nan")
    as_far = _studentised(drawn[0] - ordinary, drawn[1]) >= abs(slope - ordinary) / std_error
    return float((1 + as_far.sum()) / (1 + len(drawn[0])))


def _averages(
    values: np.ndarray, present: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, mean and standard error of each group; ``values`` are zero where not ``present``."""
    counts = weights @ present
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = weights @ values / counts
        squares = np.maximum(weights @ values**2 - counts * mean**2, 0.0)
        # What rounding leaves of a zero is one.
        squares[squares <= 1e-12 * (weights @ values**2)] = 0.0
        std_error = np.sqrt(squares / (counts - 1) / counts)
    return counts.astype(int), mean, np.where(counts > 1, std_error, np.nan)


def _centre(ordinary: np.ndarray, known: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean over each event's ordinary days, averaged over the events of a group."""
    present = np.isfinite(ordinary)
    days = present.sum(axis=1)
    own = np.where(present, ordinary, 0.0).sum(axis=1) / np.maximum(days, 1)
    usable = known & (days > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((weights @ np.where(usable, own, 0.0)) / (weights @ usable))


def _studentised(deviation: np.ndarray, std_error: np.ndarray) -> np.ndarray:
    """Absolute t ratio; a draw that cannot be judged counts as far out."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(deviation) / std_error
    return np.asarray(np.where(np.isnan(ratio), np.inf, ratio))
