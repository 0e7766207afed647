"""Ratios of cumulated responses of a recursive VAR in windows, and how they move by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .breaks import does_not_vary
from .delta import directional_derivatives, perturbed, robust_covariance, root
from .least_squares import lagged_design, least_squares
from .responses import impulse_responses
from .streams import BLOCK, block_generator
from .var_bootstrap import ReducedFormDraws


@dataclass(frozen=True, slots=True)
class RecursiveVAR:
    """Least squares of a VAR with a constant.

    Attributes
    ----------
    lags : ndarray, shape (p, K, K)
    constant : ndarray, shape (K, 1)
    covariance : ndarray, shape (K, K)
        Divisor T less the coefficients of an equation.
    design : ndarray, shape (T, 1 + K p)
    residuals : ndarray, shape (T, K)
        Scaled so that their mean square is ``covariance``.
    gram_inverse : ndarray
    """

    lags: np.ndarray
    constant: np.ndarray
    covariance: np.ndarray
    design: np.ndarray
    residuals: np.ndarray
    gram_inverse: np.ndarray

    @property
    def coefficient_covariance(self) -> np.ndarray:
        """Of all coefficients, equation by equation, with errors alike in all periods."""
        return np.asarray(np.kron(self.covariance, self.gram_inverse))


def recursive_var(y: np.ndarray, p: int) -> RecursiveVAR:
    """Estimate a VAR(p) on rows of y (T+p, K), first to last in the recursive order."""
    k = y.shape[1]
    design = lagged_design(y, np.ones((len(y), 1)), p)
    fit = least_squares(design, y[p:])
    if fit.dependent:
        raise does_not_vary()
    residuals = fit.residuals * np.sqrt(len(design) / (len(design) - design.shape[1]))
    return RecursiveVAR(
        fit.coefficients[1:].reshape(p, k, k).transpose(0, 2, 1),
        fit.coefficients[:1].T,
        residuals.T @ residuals / len(design),
        design,
        residuals,
        fit.gram_inverse,
    )


def cumulated_pair(
    var: RecursiveVAR | ReducedFormDraws, shock: int, above: int, below: int, horizon: int
) -> np.ndarray:
    """Cumulated responses of two variables to a recursive shock, shape (..., H+1, 2)."""
    responses = impulse_responses(var.lags, np.linalg.cholesky(var.covariance), horizon)
    return np.asarray(np.cumsum(responses[..., [above, below], shock], axis=-2))


def pair_covariance(
    var: RecursiveVAR, shock: int, above: int, below: int, horizon: int
) -> np.ndarray:
    """Covariance of the pair by the delta method, robust to moving variances, (H+1, 2, 2)."""
    theta = robust_covariance(var.coefficient_covariance, var.covariance, var.design, var.residuals)
    moved = perturbed(var.lags, var.constant, var.covariance, root(theta))
    slopes = directional_derivatives(cumulated_pair(moved, shock, above, below, horizon))
    return np.asarray(np.einsum("qhi,qhj->hij", slopes, slopes))


def pair_influence(
    var: RecursiveVAR, shock: int, above: int, below: int, horizon: int
) -> np.ndarray:
    """What each period adds to the pair's error, shape (T, H+1, 2)."""
    rows, k = var.residuals.shape
    ahead = var.design @ var.gram_inverse
    to_coefficients = (var.residuals[:, :, None] * ahead[:, None, :]).reshape(rows, -1)
    row, column = np.tril_indices(k)
    products = var.residuals[:, row] * var.residuals[:, column]
    theta = np.hstack([to_coefficients, (products - products.mean(axis=0)) / rows])
    moved = perturbed(var.lags, var.constant, var.covariance, theta.T)
    return directional_derivatives(cumulated_pair(moved, shock, above, below, horizon))


def chance_of_windows(
    influence: np.ndarray, last: np.ndarray, window: int, draws: int, seed: int
) -> np.ndarray:
    """Largest t statistic over windows of a mean that never changes, shape (draws, H).

    Each period's influence gets a random sign; a window's mean less that of all periods is divided
    by the window's own standard error.

    Parameters
    ----------
    influence : ndarray, shape (T, H)
    last : ndarray of int, shape (D,)
        Last row of each window.
    window : int
    draws, seed : int
        A draw depends on the seed and on its number alone.
    """
    rows, shown = influence.shape

    def over_windows(values: np.ndarray) -> np.ndarray:
        sums = np.zeros((*values.shape[:-2], rows + 1, shown))
        np.cumsum(values, axis=-2, out=sums[..., 1:, :])
        return np.asarray((sums[..., last + 1, :] - sums[..., last + 1 - window, :]) / window)

    error = np.sqrt(over_windows(influence**2) / window)
    found = []
    for block in range(-(-draws // BLOCK)):
        signs = np.sign(block_generator(seed, block).standard_normal((BLOCK, rows)))
        signed = signs[:, :, None] * influence
        away = over_windows(signed) - signed.mean(axis=1, keepdims=True)
        found.append(np.abs(away / error).max(axis=1))
    return np.concatenate(found)[:draws]
