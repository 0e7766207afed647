"""The recursion of impulse responses for eight draws at a time."""

from __future__ import annotations

import numpy as np

from .jit import kernel
from .lanes import fma, lane_array, load, load_strided, splat, store, store_strided
from .threads import in_parts


def recursion(lags: np.ndarray, impact: np.ndarray, horizon: int, threads: int = 1) -> np.ndarray:
    """Responses for R >= 8 draws.

    Parameters
    ----------
    lags : ndarray, shape (R, p, K, K)
    impact : ndarray, shape (R, K, J)
    horizon : int
    threads : int

    Returns
    -------
    ndarray, shape (R, H+1, K, J)
        Neighbours in memory are the draws of one response: all that follows (cumulating, scaling,
        percentiles) works on one response at a time.
    """
    draws, p, k, _ = lags.shape
    shocks = impact.shape[-1]
    responses = np.empty((horizon + 1, k, shocks, draws))
    # Writable: numba would compile the kernel once more for read-only arrays.
    flat_lags, flat_impact = (
        np.require(part, float, ("C", "W")).reshape(-1) for part in (lags, impact)
    )

    def respond(first: int, last: int) -> None:
        weights = lane_array(k * p * k)
        path = lane_array((horizon + 1) * k * shocks)
        size = (draws, p, k, shocks, horizon)
        _respond(flat_lags, flat_impact, size, first, last, weights, path, responses.reshape(-1))

    in_parts(respond, draws, threads, step=8)
    return np.moveaxis(responses, -1, 0)


@kernel
def _respond(
    lags: np.ndarray,
    impact: np.ndarray,
    size: tuple[int, int, int, int, int],
    first: int,
    last: int,
    weights: np.ndarray,
    path: np.ndarray,
    responses: np.ndarray,
) -> None:
    """Pack eight draws into lanes, run the recursion, unpack.

    ``weights`` holds [A_p, ..., A_1] row by row, so that an equation meets the responses of the
    last p horizons in the order in which ``path`` stores them.
    """
    draws, p, k, shocks, horizon = size
    cells = (horizon + 1) * k * shocks
    for start in range(first, last, 8):
        # The last eight overlap with those before them: the same numbers are written twice.
        draw = min(start, draws - 8)
        for lag in range(p):
            for a in range(k):
                for b in range(k):
                    entry = ((draw * p + lag) * k + a) * k + b
                    value = load_strided(lags, entry, p * k * k)
                    store(weights, (a * p + p - 1 - lag) * k + b, value)
        for i in range(k * shocks):
            store(path, i, load_strided(impact, draw * k * shocks + i, k * shocks))
        for h in range(1, horizon + 1):
            _step(weights, path, h, p, k, shocks)
        for i in range(cells):
            store_strided(responses, i * draws + draw, 1, load(path, i))


@kernel
def _step(weights: np.ndarray, path: np.ndarray, h: int, p: int, k: int, shocks: int) -> None:
    """Responses at horizon ``h``, in tiles of three variables by three shocks."""
    terms = min(h, p) * k
    oldest = (h * k - terms) * shocks
    for a in range(0, k, 3):
        # A tile that sticks out repeats its last row or column.
        a1, a2 = min(a + 1, k - 1), min(a + 2, k - 1)
        row = (a + 1) * p * k - terms
        row1 = (a1 + 1) * p * k - terms
        row2 = (a2 + 1) * p * k - terms
        for s in range(0, shocks, 3):
            s1, s2 = min(s + 1, shocks - 1), min(s + 2, shocks - 1)
            r00 = r01 = r02 = r10 = r11 = r12 = r20 = r21 = r22 = splat(0.0)
            for j in range(terms):
                past = oldest + j * shocks
                y, y1, y2 = load(path, past + s), load(path, past + s1), load(path, past + s2)
                x = load(weights, row + j)
                r00, r01, r02 = fma(x, y, r00), fma(x, y1, r01), fma(x, y2, r02)
                x = load(weights, row1 + j)
                r10, r11, r12 = fma(x, y, r10), fma(x, y1, r11), fma(x, y2, r12)
                x = load(weights, row2 + j)
                r20, r21, r22 = fma(x, y, r20), fma(x, y1, r21), fma(x, y2, r22)
            now, now1, now2 = (h * k + a) * shocks, (h * k + a1) * shocks, (h * k + a2) * shocks
            store(path, now + s, r00)
            store(path, now + s1, r01)
            store(path, now + s2, r02)
            store(path, now1 + s, r10)
            store(path, now1 + s1, r11)
            store(path, now1 + s2, r12)
            store(path, now2 + s, r20)
            store(path, now2 + s1, r21)
            store(path, now2 + s2, r22)
