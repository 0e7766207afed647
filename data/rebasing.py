"""Whether one set of figures is another one times a constant: rebased, or in another unit."""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Fewer common figures than this say nothing about a constant.
MIN_COMMON = 12

#: Share of the common figures that have to fit: with a new base recent months are often revised.
SHARE = 0.9

#: A constant nearer to one than this is a revision, not another base.
SMALLEST = 0.002


def constant_ratio(old: pd.Series, new: pd.Series) -> float | None:
    r"""The constant by which ``old`` is multiplied to give ``new``; None where there is none.

    A figure fits if it lies within the rounding of both, :math:`|n_t - r o_t| \le d_n + |r| d_o`,
    where :math:`d` is half the last decimal place.

    Parameters
    ----------
    old, new : pandas.Series
        Figures of one series, on dates of which at least twelve are common.
    """
    both = pd.concat([old, new], axis="columns", join="inner").dropna()
    both = both[(both != 0).all(axis="columns")]
    if len(both) < MIN_COMMON:
        return None
    before, after = both.to_numpy("float64").T
    ratio = float(np.median(after / before))
    if abs(ratio - 1) < SMALLEST:
        return None
    rounding = _last_place(after) + abs(ratio) * _last_place(before)
    fits = np.abs(after - ratio * before) <= rounding + 1e-9 * np.abs(after)
    return ratio if fits.mean() >= SHARE else None


def power_of_ten(ratio: float) -> int:
    """The exponent where a ratio is a power of ten within one per cent, otherwise 0."""
    if ratio <= 0:
        return 0
    exponent = round(float(np.log10(ratio)))
    return exponent if abs(ratio / 10.0**exponent - 1) < 0.01 else 0


def _last_place(figures: np.ndarray) -> float:
    """Half the last decimal place to which figures are given; 0 where they are not rounded."""
    for places in range(7):
        if np.allclose(figures, np.round(figures, places), rtol=1e-12, atol=0):
            return 0.5 * float(10.0**-places)
    return 0.0
