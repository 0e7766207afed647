"""Sets for long-run multipliers, and tests of linear combinations, from studentised draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..estimation.fieller import FiellerSet, fieller
from .ardl_paths import Bands, parameter_draws
from .options import require_choice, require_levels

if TYPE_CHECKING:
    from .ardl_results import ARDLResults


def ratios(results: ARDLResults, above: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Combinations of parameters over less the coefficient of the price's level.

    Parameters
    ----------
    results : ARDLResults
    above : ndarray, shape (J, size)
        Weights of the numerators.

    Returns
    -------
    numerators, denominators : ndarray, shape (J,)
    covariance : ndarray, shape (J, 2, 2)
    """
    weights = np.zeros((len(above), 2, results.layout.size))
    weights[:, 0], weights[:, 1, results.layout.own_level] = above, -1.0
    values = weights @ results.equation.parameters
    covariance = weights @ results.equation.covariance @ np.swapaxes(weights, 1, 2)
    return values[:, 0], values[:, 1], covariance


def ratio_sets(
    results: ARDLResults,
    above: np.ndarray,
    level: float,
    *,
    bands: Bands,
    draws: int,
    rng: int | np.random.Generator | None,
) -> FiellerSet:
    r"""Fieller's sets of such ratios, with critical values of the bootstrap.

    A ratio r is in the set unless the t statistic of numerator - r denominator is beyond its
    critical value. With integrated series and slow adjustment that t is far from normal: with
    normal critical values (``bands="delta"``) sets at 90% cover 82% to 86% at T = 200 to 400. The
    bootstrap takes the quantile of :math:`|t|` over draws at the estimated ratio.

    Parameters
    ----------
    results : ARDLResults
    above : ndarray, shape (J, size)
    level : float
    bands : {"bootstrap", "delta"}
    draws : int
    rng : int, Generator or None
    """
    from scipy.special import ndtri

    require_levels([level])
    require_choice("bands", bands, ("bootstrap", "delta"))
    a, b, covariance = ratios(results, above)
    if bands == "bootstrap":
        contrasts = above.copy()
        contrasts[:, results.layout.own_level] += a / b
        t = studentised(results, contrasts, draws, rng)
        widened = np.quantile(np.abs(t), level, axis=0) / ndtri((1 + level) / 2)
        covariance = covariance * widened[:, None, None] ** 2
    return fieller(a, b, covariance, level)


def bootstrap_p(
    results: ARDLResults,
    contrasts: np.ndarray,
    draws: int,
    rng: int | np.random.Generator | None,
) -> np.ndarray:
    """P-values, from the bootstrap of t, that combinations of parameters (J, size) are zero."""
    theta, covariance = results.equation.parameters, results.equation.covariance
    error = np.sqrt(np.einsum("ji,ik,jk->j", contrasts, covariance, contrasts))
    beyond = np.abs(studentised(results, contrasts, draws, rng)) >= np.abs(
        contrasts @ theta / error
    )
    return np.asarray((beyond.sum(axis=0) + 1) / (draws + 1))


def studentised(
    results: ARDLResults,
    contrasts: np.ndarray,
    draws: int,
    rng: int | np.random.Generator | None,
) -> np.ndarray:
    """Draws of combinations (J, size) less their estimates, over the error in the draw; (R, J)."""

    def slopes(parameters: np.ndarray) -> np.ndarray:
        return np.broadcast_to(contrasts, (len(parameters), *contrasts.shape))

    found = parameter_draws(results, draws, rng, slopes)
    moved = (found.parameters - results.equation.parameters) @ contrasts.T
    return np.asarray(moved / found.errors)
