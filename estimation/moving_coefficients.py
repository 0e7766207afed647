"""A regression with coefficients that follow random walks, from its variances to its paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .drifting_mean import Whitened, whitened, without_autocorrelation
from .least_squares import least_squares
from .median_unbiased import movement_at
from .movement import MovementFit, Spread, covariance_of, maximise, movement_shapes
from .parameter_stability import nyblom, standardised_scores
from .time_varying import CoefficientPath, filtered_path, run_filter, smoothed_path

#: Probabilities at which Nyblom's statistic is inverted: the interval's ends, and the estimate.
_INVERTED = (0.95, 0.5, 0.05)

#: Those of the movements over which paths are averaged for their covariance.
_AVERAGED = (0.9, 0.7, 0.5, 0.3, 0.1)

_STARTS_OF_DRIFT = 3


@dataclass(frozen=True, slots=True)
class MovingFit:
    """Movements, and the paths that they imply.

    Attributes
    ----------
    phi : ndarray, shape (p,)
        Autoregression of the errors.
    movement : ndarray, shape (J,)
        Standard errors over the sample, as used for the paths.
    drift : float
        Of the mean, likewise.
    median_unbiased : (float, float, float)
        Lower end of the 90% interval, estimate, upper end; NaN where coefficients move apart.
    nyblom : float
        The statistic that they come from.
    likelihood : ndarray, shape (J,)
        Movements by maximum likelihood.
    maxima : ndarray, shape (S,)
        Log-likelihoods that its starts led to.
    gain : float
        Log-likelihood above that of coefficients that stay (the mean drifts in both).
    constant : ndarray, shape (q,)
        Generalised least squares of coefficients that stay.
    filtered, smoothed : CoefficientPath
        Rows are those of the sample without its first p. With the median-unbiased movement their
        covariance is the mean over its confidence distribution of the model's covariance, plus
        that of the paths (Hamilton 1986); otherwise movements are taken as known.
    """

    phi: np.ndarray
    movement: np.ndarray
    drift: float
    median_unbiased: tuple[float, float, float]
    nyblom: float
    likelihood: np.ndarray
    maxima: np.ndarray
    gain: float
    constant: np.ndarray
    filtered: CoefficientPath
    smoothed: CoefficientPath


def fit_moving(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    constant: int,
    total: np.ndarray,
    *,
    spread: Spread,
    unbiased: bool,
    longest: int,
    drifting: bool,
    first: int,
    starts: int,
    seed: int,
) -> MovingFit:
    """Estimate how much coefficients move, then filter and smooth them.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, q)
        Regressors whose coefficients move.
    w : ndarray, shape (T, r)
    constant : int
        Column of w that is the constant.
    total : ndarray, shape (1, q)
        The sum of coefficients that moves with ``spread="sum"``.
    spread : {"sum", "together", "each"}
    unbiased : bool
        Use the median-unbiased movement instead of the likelihood's.
    longest : int
        Longest autoregression of the errors.
    drifting : bool
        Whether the mean follows a random walk of its own.
    first : int
        Row of the first filtered estimate.
    starts, seed : int
        Of the search for the maximum.
    """
    white = whitened(y, x, w, constant, longest=longest, drifting=drifting, seed=seed)
    phi, y, x, w = without_autocorrelation(y, x, w, longest)
    width = x.shape[1]
    shapes = movement_shapes(white.x, spread, total)
    moving, others = x, w
    drift_shape = np.zeros((0, width, width))
    if drifting:
        mean = w[:, [constant]]
        moving, others = np.hstack([x, mean]), np.delete(w, constant, axis=1)
        shapes = np.pad(shapes, ((0, 0), (0, 1), (0, 1)))
        drift_shape = np.zeros((1, width + 1, width + 1))
        drift_shape[0, width:, width:] = movement_shapes(mean, "together", np.ones((1, 1)))[0]
    everything = np.concatenate([shapes, drift_shape])
    best = maximise(y, moving, others, everything, starts=starts, seed=seed)
    stays = _drift(y, moving, others, drift_shape, np.zeros_like(everything[0]), seed)
    statistic, inverted = _inverted(white, spread, total)
    movement, drift = best.movement[: len(shapes)], best.movement[len(shapes) :]
    if unbiased:
        movement = np.array([inverted[1]])
        known = covariance_of(shapes, movement)
        drift = _drift(y, moving, others, drift_shape, known, seed).movement

    def paths(size: np.ndarray) -> tuple[CoefficientPath, CoefficientPath]:
        q = covariance_of(everything, np.concatenate([size, drift]))
        filtered = run_filter(y, moving, others, q)
        found = filtered_path(filtered, moving, first), smoothed_path(filtered, moving)
        return _without_mean(found[0], width), _without_mean(found[1], width)

    one_sided, two_sided = paths(movement)
    if unbiased:
        count = 1 if spread == "sum" else width
        sizes = [movement_at(statistic, count, len(white.y), p) for p in _AVERAGED]
        others_too = [paths(np.array([size])) for size in sizes]
        one_sided = _averaged(one_sided, [path for path, _ in others_too])
        two_sided = _averaged(two_sided, [path for _, path in others_too])
    return MovingFit(
        phi=phi,
        movement=movement,
        drift=float(drift.sum()),
        median_unbiased=inverted,
        nyblom=statistic,
        likelihood=best.movement[: len(shapes)],
        maxima=best.maxima,
        gain=max(best.log_likelihood - stays.log_likelihood, 0.0),
        constant=least_squares(np.hstack([white.x, white.w]), white.y[:, None]).coefficients[
            :width, 0
        ],
        filtered=one_sided,
        smoothed=two_sided,
    )


def _drift(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    shape: np.ndarray,
    known: np.ndarray,
    seed: int,
) -> MovementFit:
    """The mean's drift where the other movements are known."""
    starts = _STARTS_OF_DRIFT if len(shape) else 1
    return maximise(y, x, w, shape, starts=starts, seed=seed, known=known)


def _inverted(
    white: Whitened, spread: Spread, total: np.ndarray
) -> tuple[float, tuple[float, float, float]]:
    """Nyblom's statistic of what moves, and the movements of which it is a quantile."""
    left = least_squares(np.hstack([white.x, white.w]), white.y[:, None]).residuals
    moving = white.x
    if spread == "sum":
        moving = white.x @ np.linalg.solve(white.x.T @ white.x, total.T)
    statistic = float(nyblom(standardised_scores(moving, left.T, 0))[0])
    if spread == "each":
        return statistic, (np.nan, np.nan, np.nan)
    low, middle, high = (
        movement_at(statistic, moving.shape[1], len(white.y), p) for p in _INVERTED
    )
    return statistic, (low, middle, high)


def _averaged(path: CoefficientPath, others: Sequence[CoefficientPath]) -> CoefficientPath:
    """A path with the covariance of a mixture around it."""
    away = np.stack([other.coefficients for other in others]) - path.coefficients
    inside = np.mean([other.covariance for other in others], axis=0)
    between = np.einsum("ltq,ltr->tqr", away, away) / len(others)
    return CoefficientPath(path.coefficients, inside + between, path.rows)


def _without_mean(path: CoefficientPath, width: int) -> CoefficientPath:
    """The path of the first coefficients."""
    return CoefficientPath(
        path.coefficients[:, :width], path.covariance[:, :width, :width], path.rows
    )
