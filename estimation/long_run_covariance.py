r"""Covariance of a sum of serially correlated scores: Bartlett's kernel and equal-weighted cosines.

Everything is given as a root R (q, ...), whose products R' R are the covariance of the sum over
periods of the scores: so the covariance of many sums is positive semi-definite by construction,
and its parts need not be formed. The root of White's covariance is the scores themselves.
"""

from __future__ import annotations

import numpy as np


def bartlett_root(scores: np.ndarray, lags: int) -> np.ndarray:
    r"""A root of :math:`\sum_{|l| \le L} (1 - |l| / (L + 1)) \sum_t s_t s_{t-l}'`.

    Bartlett's weights are those of the outer products of moving sums over L + 1 periods, so the
    cost does not depend on L.

    Parameters
    ----------
    scores : ndarray, shape (T, ...)
        Scores as they are: no divisor, no centring (those of least squares add up to zero).
    lags : int
        L; 0 gives White's covariance.

    Returns
    -------
    ndarray, shape (T + L, ...)

    References
    ----------
    Newey and West (1987).
    """
    from .projection_kernels import moving_sums

    flat = np.ascontiguousarray(scores).reshape(len(scores), -1)
    root = np.empty((len(scores) + lags, flat.shape[1]))
    moving_sums(flat, lags, root)
    return root.reshape(-1, *scores.shape[1:])


def bartlett_variances(scores: np.ndarray, lags: np.ndarray) -> np.ndarray:
    """The diagonal of the Bartlett covariance, with lags that differ between groups of columns.

    Parameters
    ----------
    scores : ndarray, shape (T, G, ...)
    lags : ndarray of int, shape (G,)

    Returns
    -------
    ndarray, shape (G, ...)
    """
    from .projection_kernels import moving_sum_squares

    flat = np.ascontiguousarray(scores).reshape(*scores.shape[:2], -1)
    found = np.empty(flat.shape[1:])
    moving_sum_squares(flat, np.asarray(lags, dtype=np.int64), found)
    return found.reshape(scores.shape[1:])


def cosine_count(rows: int) -> int:
    """B = 0.4 T^(2/3) cosines, rounded (Lazarus, Lewis, Stock and Watson 2018)."""
    return max(int(np.rint(0.4 * rows ** (2 / 3))), 1)


def cosine_root(scores: np.ndarray, count: int, rows: int | None = None) -> np.ndarray:
    r"""A root of :math:`(2 / B) \sum_{b \le B} C_b C_b'`.

    :math:`C_b = \sum_t s_t \cos(\pi b (t - 1/2) / T)`: all but independent draws from the
    distribution of the sum of the scores, over the root of two, so that t statistics have Student's
    distribution with B degrees of freedom.

    Parameters
    ----------
    scores : ndarray, shape (rows or more, ...)
    count : int
        B.
    rows : int, optional
        T, where scores after the first T periods are not those of the estimate itself but of a
        scale that was estimated in more periods.

    Returns
    -------
    ndarray, shape (B, ...)

    References
    ----------
    Müller (2004); Lazarus, Lewis, Stock and Watson (2018).
    """
    length = rows or len(scores)
    angle = np.pi * np.outer(np.arange(1, count + 1), np.arange(len(scores)) + 0.5) / length
    weights = np.sqrt(2 / count) * np.cos(angle)
    root: np.ndarray = weights @ scores.reshape(len(scores), -1)
    return root.reshape(count, *scores.shape[1:])
