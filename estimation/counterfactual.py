"""History without some of its shocks, or without some reactions of one variable to another.

In structural form, P_0 y_t + P_1 y_{t-1} + ... = c_t + e_t with P_0 = B^{-1}. The counterfactual
economy has some elements of P(z) set to zero and some of e_t, in some periods. What is switched
off in period t drives a gap between the actual and the counterfactual path, which then follows
the counterfactual economy's own recursion:

    P'_0 g_t + P'_1 g_{t-1} + ... = e_off,t - sum_l (P_l - P'_l) (y_{t-l} - mean of y).

A variable that no longer reacts to another one is given that one's mean instead: its own level
does not depend on where the other's scale begins.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .companion import side_by_side
from .gain import structural_polynomial


def edge_inputs(
    y: np.ndarray, lags: np.ndarray, impact: np.ndarray, edges: Sequence[tuple[int, int]]
) -> np.ndarray:
    """What came into each structural equation through some edges, the sources' means left out.

    Parameters
    ----------
    y : ndarray, shape (T+p, K)
        Data with the presample first.
    lags : ndarray, shape (..., p, K, K)
    impact : ndarray, shape (..., K, K)
    edges : sequence of (target, source)

    Returns
    -------
    ndarray, shape (..., T, K)
        [period, equation]: -sum_l P_l[target, source] (y_{t-l} - mean of y)[source].
    """
    polynomial = structural_polynomial(lags, impact)
    p = lags.shape[-3]
    rows = len(y) - p
    centred = y - y.mean(axis=0)
    lagged = np.stack([centred[p - lag : p - lag + rows] for lag in range(p + 1)])
    inputs = np.zeros((*lags.shape[:-3], rows, y.shape[1]))
    for target, source in edges:
        through = polynomial[..., target, source]
        inputs[..., target] -= np.einsum("...l,lt->...t", through, lagged[..., source])
    return inputs


def gap(
    entering: np.ndarray, inside: np.ndarray, outside: np.ndarray, first: int, last: int
) -> np.ndarray:
    """Actual less counterfactual path, when something is switched off in some periods.

    Parameters
    ----------
    entering : ndarray, shape (..., T, K)
        What would have entered the variables in each period; only ``first`` to ``last`` are used.
    inside, outside : ndarray, shape (..., p, K, K)
        Lag matrices of the counterfactual economy, which holds from ``first`` to ``last``, and of
        the actual one, which the gap follows afterwards.
    first, last : int
        First and last of the periods, counted from 0.

    Returns
    -------
    ndarray, shape (..., T, K)
        Zero before ``first``.
    """
    *_, p, k, _ = inside.shape
    path = np.zeros_like(entering)
    path[..., first : last + 1, :] = entering[..., first : last + 1, :]
    state = np.zeros((*entering.shape[:-2], p * k, 1))
    within, after = side_by_side(inside), side_by_side(outside)
    for t in range(first, entering.shape[-2]):
        path[..., t, :] += ((within if t <= last else after) @ state)[..., 0]
        state[..., k:, :] = state[..., :-k, :].copy()
        state[..., :k, 0] = path[..., t, :]
    return path
