"""Compiled loops over periods of local projections: contributions to responses, moving sums."""

from __future__ import annotations

import numpy as np

from .jit import kernel


@kernel
def solve_horizons(
    factor: np.ndarray,
    q: np.ndarray,
    rows: np.ndarray,
    controls: int,
    products: np.ndarray,
    back: np.ndarray,
    own: np.ndarray,
) -> None:
    """Normal equations of all horizons, from the one with the fewest rows to the first.

    Each horizon has more rows than the next one; they are added to the Cholesky factor by rotations
    (rank-one updates), which lose no digits.

    Parameters
    ----------
    factor : ndarray, shape (N, N)
        Upper triangle U of U'U = Q'Q in the rows of the last horizon; overwritten.
    q : ndarray, shape (T, N)
    rows : ndarray of int, shape (H+1,)
    controls : int
        n, the columns that are controls of all shocks; P = N - n follow.
    products : ndarray, shape (N, H+1, K)
        Q'Y on entry; the last P rows are the coefficients on the orthonormal shocks on return.
    back : ndarray, shape (N, H+1, K + P), of zeros
        Q times it gives what the controls explain of Y, and the orthonormal shocks.
    own : ndarray, shape (H+1, P, P)
        The last rows and columns of U, by horizon.
    """
    width, horizons, k = products.shape
    shocks = width - controls
    row = np.empty(width)
    for h in range(horizons - 1, -1, -1):
        for t in range(rows[h + 1] if h + 1 < horizons else rows[h], rows[h]):
            for i in range(width):
                row[i] = q[t, i]
            for j in range(width):
                length = np.sqrt(factor[j, j] ** 2 + row[j] ** 2)
                cosine, sine = factor[j, j] / length, row[j] / length
                factor[j, j] = length
                for i in range(j + 1, width):
                    kept = factor[j, i]
                    factor[j, i] = cosine * kept + sine * row[i]
                    row[i] = cosine * row[i] - sine * kept
        for j in range(width):
            for c in range(k):
                products[j, h, c] /= factor[j, j]
            for i in range(j + 1, width):
                for c in range(k):
                    products[i, h, c] -= factor[j, i] * products[j, h, c]
        for i in range(controls):
            for c in range(k):
                back[i, h, c] = products[i, h, c]
        for j in range(shocks):
            back[controls + j, h, k + j] = 1.0
            for i in range(shocks):
                own[h, j, i] = factor[controls + j, controls + i] if i >= j else 0.0
        for j in range(width - 1, -1, -1):
            for i in range(j + 1, width):
                for c in range(k + shocks):
                    back[j, h, c] -= factor[j, i] * back[i, h, c]
            for c in range(k + shocks):
                back[j, h, c] /= factor[j, j]


@kernel
def contributions(
    parts: np.ndarray,
    outcomes: np.ndarray,
    rows: np.ndarray,
    loadings: np.ndarray,
    inverse: np.ndarray,
    alone: bool,
    place: np.ndarray,
    scale: np.ndarray,
    out: np.ndarray,
) -> None:
    """Contributions of periods to the errors of coefficients: weight of the period times residual.

    Parameters
    ----------
    parts : ndarray, shape (T, H+1, K + P)
        What the controls explain, and the orthonormal shocks.
    outcomes : ndarray, shape (T, H+1, K)
    rows : ndarray of int, shape (H+1,)
    loadings : ndarray, shape (P, H+1, K)
        Coefficients on the orthonormal shocks.
    inverse : ndarray, shape (H+1, P, P)
        Turns them into coefficients on the variables.
    alone : bool
        Whether all shocks are regressors at once, or each with those before it.
    place : ndarray of int, shape (P,)
        Where a shock goes in the last axis of ``out``; negative for one that is a control only.
    scale : ndarray, shape (H+1, P)
    out : ndarray, shape (T, H+1, K, J), of zeros
    """
    shocks, horizons, k = loadings.shape
    residual = np.empty(k)
    for t in range(len(out)):
        for h in range(horizons):
            if t >= rows[h]:
                continue
            for i in range(k):
                residual[i] = outcomes[t, h, i] - parts[t, h, i]
            if alone:
                for j in range(shocks):
                    for i in range(k):
                        residual[i] -= parts[t, h, k + j] * loadings[j, h, i]
            for j in range(shocks):
                weight = 0.0
                if alone:
                    for m in range(shocks):
                        weight += inverse[h, j, m] * parts[t, h, k + m]
                else:
                    weight = inverse[h, j, j] * parts[t, h, k + j]
                    for i in range(k):
                        residual[i] -= parts[t, h, k + j] * loadings[j, h, i]
                if place[j] >= 0:
                    for i in range(k):
                        out[t, h, i, place[j]] = scale[h, j] * weight * residual[i]


@kernel
def moving_sums(scores: np.ndarray, lags: int, out: np.ndarray) -> None:
    """Sums over lags + 1 neighbouring periods, divided by the root of lags + 1.

    Parameters
    ----------
    scores : ndarray, shape (T, n)
    out : ndarray, shape (T + lags, n)
        The first and last rows hold sums over the fewer periods that there are.
    """
    rows, width = scores.shape
    total = np.zeros(width)
    scale = 1 / np.sqrt(lags + 1.0)
    for s in range(rows + lags):
        if s < rows:
            for c in range(width):
                total[c] += scores[s, c]
        if s > lags:
            for c in range(width):
                total[c] -= scores[s - lags - 1, c]
        for c in range(width):
            out[s, c] = total[c] * scale


@kernel
def moving_sum_squares(scores: np.ndarray, lags: np.ndarray, out: np.ndarray) -> None:
    """Sums of squares of ``moving_sums``, with lags that differ between groups of columns.

    Parameters
    ----------
    scores : ndarray, shape (T, G, n)
    lags : ndarray of int, shape (G,)
    out : ndarray, shape (G, n)
    """
    rows, groups, width = scores.shape
    total = np.zeros(width)
    for g in range(groups):
        last = lags[g]
        for c in range(width):
            total[c] = 0.0
            out[g, c] = 0.0
        for s in range(rows + last):
            if s < rows:
                for c in range(width):
                    total[c] += scores[s, g, c]
            if s > last:
                for c in range(width):
                    total[c] -= scores[s - last - 1, g, c]
            for c in range(width):
                out[g, c] += total[c] * total[c]
        for c in range(width):
            out[g, c] /= last + 1.0
