"""How one value is printed: significant digits, intervals, dates, and a dash for no value."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
import pandas as pd

from ..data.panel import label_of

DASH = "–"  # an en dash; the table's note says why there is no value
MINUS = "−"  # the true minus sign, as wide as a digit
_ROUNDING = 1e-10  # smaller numbers are what rounding leaves of a zero


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval as one cell of a table.

    Attributes
    ----------
    low, high : float
        Bounds; an infinite one is unbounded on that side, NaN means that there is no interval.
        ``low > high`` is the complement that Fieller's method can give: everything but the
        values between ``high`` and ``low``.
    """

    low: float
    high: float

    @property
    def missing(self) -> bool:
        """Whether there is no interval at all."""
        return math.isnan(self.low) or math.isnan(self.high)


def p_value_text(p: float) -> str:
    """A p-value with three decimals; smaller ones as a bound."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def is_number(value: object) -> bool:
    """Whether a cell is a number or an interval (and so set flush right)."""
    return isinstance(value, (Interval, Real, np.number)) and not isinstance(
        value, (bool, np.bool_)
    )


def is_missing(value: object) -> bool:
    """Whether a cell has no value."""
    if isinstance(value, Interval):
        return value.missing
    if value is None or value is pd.NaT or value is pd.NA:
        return True
    return isinstance(value, float) and math.isnan(value)


def decimals_for(values: Iterable[object], *, digits: int = 3) -> int:
    """Decimals that give the typical value ``digits`` significant digits.

    The median magnitude decides, so that one huge or tiny entry does not. More than three decimals
    are only for what would keep fewer than two significant digits; whole numbers get none.

    Parameters
    ----------
    values : iterable
        Cells that are printed with the same number of decimals; anything but numbers and
        intervals is passed over.
    """
    sizes = sorted(abs(x) for x in _finite(values) if abs(x) > _ROUNDING)
    if all(float(x).is_integer() for x in sizes):
        return 0
    median = sizes[len(sizes) // 2]
    first = -math.floor(math.log10(median))  # decimal place of the first significant digit
    places = first + digits - 1
    return min(max(places, 0), 3) if first < 3 else min(first + 1, 6)


def number_text(value: float, decimals: int) -> str:
    """A number with a true minus sign; one that is not zero is never printed as zero."""
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "unbounded"
    for places in range(decimals, 7):
        text = f"{value:.{places}f}"
        if float(text) != 0:
            return text.replace("-", MINUS)
    text = f"{value:.1e}" if abs(value) > _ROUNDING else f"{0:.{decimals}f}"
    return text.replace("-", MINUS)


def interval_text(interval: Interval, decimals: int) -> str:
    """``[low, high]``, with unbounded sides in words."""
    if interval.missing:
        return DASH
    low, high = (number_text(x, decimals) for x in (interval.low, interval.high))
    if interval.low > interval.high:
        return f"outside ({high}, {low})"
    if interval.low == -math.inf and interval.high == math.inf:
        return "unbounded"
    left = "(" if math.isinf(interval.low) else "["
    right = ")" if math.isinf(interval.high) else "]"
    return f"{left}{low}, {high}{right}"


def cell_text(value: object, decimals: int = 0) -> str:
    """Any cell as it is printed."""
    if is_missing(value):
        return DASH
    if isinstance(value, Interval):
        return interval_text(value, decimals)
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, Integral):
        return str(int(value)).replace("-", MINUS)
    if isinstance(value, Real):
        return number_text(float(value), decimals)
    return label_of(value)


def _finite(values: Iterable[object]) -> list[float]:
    ends: list[float] = []
    for value in values:
        if isinstance(value, Interval):
            ends += [value.low, value.high]
        elif is_number(value):
            ends.append(float(value))  # type: ignore[arg-type]
    return [x for x in ends if math.isfinite(x)]
