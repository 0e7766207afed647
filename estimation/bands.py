"""Percentiles of joint draws."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .jit import kernel
from .threads import in_parts

#: Parts that are not longer than this are sorted by insertion.
SHORT = 24
#: Values that are looked at to choose where to split a longer part.
SAMPLE = 15


def percentiles(
    draws: np.ndarray, probabilities: Sequence[float], *, threads: int = 1
) -> np.ndarray:
    """Quantiles over draws, linearly interpolated: the numbers of ``np.nanquantile`` to the bit.

    A percentile needs two order statistics, not a sorted sample: each cell's draws are only split
    around them (quickselect).

    Parameters
    ----------
    draws : ndarray, shape (R, ...)
        Draw axis first. NaN marks draws where the object does not exist; they are left out.
    probabilities : sequence of float, length Q
        Between 0 and 1.
    threads : int

    Returns
    -------
    ndarray, shape (Q, ...)
        NaN where a cell has no draws.
    """
    wanted = np.asarray(probabilities, dtype=float)
    if not ((wanted >= 0) & (wanted <= 1)).all():
        raise ValueError(f"probabilities must lie between 0 and 1: {list(probabilities)}")
    order = np.argsort(np.abs(wanted - 0.5), kind="stable")
    # One cell's draws side by side; writable, or numba would compile the kernel once more.
    cells = np.require(np.moveaxis(draws, 0, -1), float, ("C", "W")).reshape(-1)
    found = np.empty((len(wanted), math.prod(draws.shape[1:])))

    def find(first: int, last: int) -> None:
        _percentiles(cells, len(draws), wanted[order], order, first, last, found)

    in_parts(find, found.shape[1], threads)
    return found.reshape(len(wanted), *draws.shape[1:])


@kernel
def _percentiles(
    draws: np.ndarray,
    rows: int,
    probabilities: np.ndarray,
    order: np.ndarray,
    first: int,
    last: int,
    found: np.ndarray,
) -> None:
    """Percentiles of cells ``first`` to ``last``, the innermost of ``probabilities`` first."""
    values, spare = np.empty(rows + 1), np.empty(rows)
    for cell in range(first, last):
        end = np.uint64(0)
        for row in range(np.uint64(rows)):
            value = draws[np.uint64(cell * rows) + row]
            values[end] = value
            end += np.uint64(value == value)  # a NaN is overwritten by what comes next
        stop: int = np.int64(end)  # type: ignore[assignment]
        inner = (stop, -1)  # none yet
        for q in range(len(probabilities)):
            value = np.nan
            if stop > 0:
                value, inner = _interpolated(values, stop, inner, probabilities[q], spare)
            found[order[q], cell] = value


@kernel
def _interpolated(
    values: np.ndarray,
    stop: int,
    inner: tuple[int, int],
    probability: float,
    spare: np.ndarray,
) -> tuple[float, tuple[int, int]]:
    """A quantile of ``values[:stop]``, further out than those before it.

    ``inner`` holds the lowest and the highest rank that are in place already: only what lies
    beyond them is still to be split.
    """
    position = (stop - 1) * probability
    below = int(position)
    above = min(below + 1, stop - 1)
    low, high = (0, inner[0]) if below < inner[0] else (inner[1] + 1, stop)
    if low <= below < high:
        high = _place(values, low, high, below, spare)
        low = below + 1
    if low <= above < high:
        _place(values, low, high, above, spare)
    inner = (min(inner[0], below), max(inner[1], above))
    step = values[above] - values[below]
    weight = position - int(position)
    if weight < 0.5:  # as numpy does it: exact at both ends
        return values[below] + step * weight, inner
    return values[above] - step * (1 - weight), inner


@kernel
def _place(values: np.ndarray, low: int, high: int, rank: int, spare: np.ndarray) -> int:
    """Put in ``values[rank]`` what would be there if ``values[low:high]`` were sorted.

    Smaller values end up before it, larger ones after it. Returns an index beyond which nothing was
    left to be split: it is ``high``, or in place itself.
    """
    while high - low > SHORT:
        _choose_pivot(values, low, high, rank)
        split = _split(values, low, high, spare)
        if split == low:  # nothing is smaller than the pivot; there may be many like it
            low = _gather_equal(values, low, high)
            if rank < low:
                return high
        elif rank < split:
            high = split
        elif rank > split:
            low = split + 1
        else:
            return high
    _insertion_sort(values, low, high)
    return high


@kernel
def _choose_pivot(values: np.ndarray, low: int, high: int, rank: int) -> None:
    """Move to ``low`` a value whose rank is probably a little to the inner side of ``rank``."""
    stride = (high - low) // SAMPLE
    for i in range(SAMPLE):
        _swap(values, low + i, low + i * stride)
    _insertion_sort(values, low, low + SAMPLE)
    choice = (rank - low) * SAMPLE // (high - low)
    choice += 1 if 2 * choice < SAMPLE else -1
    _swap(values, low, low + choice)


@kernel
def _split(values: np.ndarray, low: int, high: int, spare: np.ndarray) -> int:
    """Put the values smaller than ``values[low]`` before it, the others after; where it stands.

    Each value is written to both ends of what is left of ``spare``, and one end moves on: a branch
    would be mispredicted half the time, an exchange in place would wait for the one before it.
    """
    pivot = values[low]
    left = np.uint64(0)  # unsigned: no test for negative subscripts
    right = np.uint64(high - low - 1)
    for i in range(np.uint64(low + 1), np.uint64(high)):
        value = values[i]
        spare[left] = value
        spare[right] = value
        smaller = np.uint64(value < pivot)
        left += smaller
        right -= np.uint64(1) - smaller
    spare[left] = pivot
    for i in range(np.uint64(high - low)):
        values[np.uint64(low) + i] = spare[i]
    return low + np.int64(left)  # type: ignore[return-value]


@kernel
def _gather_equal(values: np.ndarray, low: int, high: int) -> int:
    """Bring the values equal to ``values[low]``, the smallest, to the front; where they end."""
    end = low + 1
    for i in range(low + 1, high):
        if values[i] == values[low]:
            _swap(values, i, end)
            end += 1
    return end


@kernel
def _insertion_sort(values: np.ndarray, low: int, high: int) -> None:
    for i in range(low + 1, high):
        value = values[i]
        j = i
        while j > low and values[j - 1] > value:
            values[j] = values[j - 1]
            j -= 1
        values[j] = value


@kernel
def _swap(values: np.ndarray, i: int, j: int) -> None:
    value = values[i]
    values[i] = values[j]
    values[j] = value
