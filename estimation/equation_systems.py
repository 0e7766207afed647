"""Several regressions on one sample: equation by equation, or seemingly unrelated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .least_squares import least_squares


@dataclass(frozen=True, slots=True)
class SystemFit:
    """Coefficients of C equations and what their errors are made of.

    Attributes
    ----------
    coefficients : tuple of ndarray, each (k_c,)
    residuals : ndarray, shape (T, C)
    influence : ndarray, shape (T, K)
        K = sum of k_c, equation after equation. The rows add up to the errors of all coefficients
        (in the first order), so a long-run covariance of these rows is theirs, across equations
        and with residuals that are correlated over time. Those of equation c are multiplied by the
        root of T / (T - k_c).
    rank : tuple of int
        Numerical rank of the regressors of each equation.
    """

    coefficients: tuple[np.ndarray, ...]
    residuals: np.ndarray
    influence: np.ndarray
    rank: tuple[int, ...]


def separate_regressions(y: np.ndarray, x: Sequence[np.ndarray]) -> SystemFit:
    r"""Least squares equation by equation; the errors are joint.

    Parameters
    ----------
    y : ndarray, shape (T, C)
    x : sequence of ndarray, each (T, k_c)
        Regressors of full rank.
    """
    fits = [least_squares(own, y[:, [c]]) for c, own in enumerate(x)]
    residuals = np.hstack([fit.residuals for fit in fits])
    influence = [
        own * residuals[:, [c]] @ fit.gram_inverse * _correction(own)
        for c, (own, fit) in enumerate(zip(x, fits, strict=True))
    ]
    return SystemFit(
        tuple(fit.coefficients[:, 0] for fit in fits),
        residuals,
        np.hstack(influence),
        tuple(fit.rank for fit in fits),
    )


def seemingly_unrelated(y: np.ndarray, x: Sequence[np.ndarray]) -> SystemFit:
    r"""Generalised least squares with the covariance of the residuals between equations.

    .. math:: \hat\beta = (X' (\hat\Sigma^{-1} \otimes I) X)^{-1} X' (\hat\Sigma^{-1} \otimes I) y,
              \qquad \hat\sigma_{ij} = \hat u_i' \hat u_j / \sqrt{(T - k_i)(T - k_j)}

    in two steps. The weights allow for correlation between equations in the same month only. It is
    consistent with errors that are correlated over time if the regressors of every equation are
    unrelated to the errors of every other one, but the classical standard errors are then wrong:
    those of the long-run covariance of ``influence``, the weighted scores, hold.

    Parameters
    ----------
    y : ndarray, shape (T, C)
    x : sequence of ndarray, each (T, k_c)

    References
    ----------
    Zellner (1962).
    """
    first = separate_regressions(y, x)
    periods, widths = len(y), [own.shape[1] for own in x]
    ends = np.cumsum(widths)
    # The rows of equation e, weighted, hold the regressors of all equations from e on.
    scaled = first.residuals * [_correction(own) for own in x]
    weights = np.linalg.inv(scaled.T @ scaled / periods)
    root = np.linalg.cholesky(weights)
    weighted = np.zeros((len(x), periods, ends[-1]))
    for c, own in enumerate(x):
        weighted[:, :, ends[c] - widths[c] : ends[c]] = root.T[:, c, None, None] * own
    targets = (y @ root).T.reshape(-1, 1)
    fit = least_squares(weighted.reshape(-1, ends[-1]), targets)
    coefficients = np.split(fit.coefficients[:, 0], ends[:-1])
    residuals = np.column_stack([y[:, c] - own @ coefficients[c] for c, own in enumerate(x)])
    pulled = residuals @ weights
    scores = np.hstack([own * pulled[:, [c]] for c, own in enumerate(x)])
    correction = np.concatenate([np.full(own.shape[1], _correction(own)) for own in x])
    influence = scores @ fit.gram_inverse * correction
    return SystemFit(tuple(coefficients), residuals, influence, first.rank)


def _correction(x: np.ndarray) -> float:
    """Root of the factor by which squared residuals are too small on average."""
    rows, columns = x.shape
    return float(np.sqrt(rows / (rows - columns)))
