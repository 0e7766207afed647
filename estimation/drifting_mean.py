"""A regression whose errors are autoregressive and whose mean may drift, made an ordinary one.

Everything that is taken out is linear in the series: quasi-differences for the errors'
autoregression, then the scaled innovations of a filter in which the constant follows a random
walk. Least squares between what is left is generalised least squares between the series.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .autoregressive_errors import quasi_differences, yule_walker
from .least_squares import least_squares
from .movement import covariance_of, maximise, movement_shapes
from .time_varying import filter_columns


@dataclass(frozen=True, slots=True)
class Whitened:
    """A regression with errors that are not autocorrelated, and a mean that stays.

    Attributes
    ----------
    phi : ndarray, shape (p,)
        Autoregression of the errors.
    drift : float
        Standard errors by which the mean moves over the sample; 0 where it stays.
    operator : ndarray, shape (T - p, T)
        Series times it are what is left of them.
    y : ndarray, shape (T - p,)
    x : ndarray, shape (T - p, q)
    w : ndarray, shape (T - p, r)
    """

    phi: np.ndarray
    drift: float
    operator: np.ndarray
    y: np.ndarray
    x: np.ndarray
    w: np.ndarray


def without_autocorrelation(
    y: np.ndarray, x: np.ndarray, w: np.ndarray, longest: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Autoregression of the residuals (order by BIC), and quasi-differences of y, x, w."""
    left = least_squares(np.hstack([x, w]), y[:, None]).residuals[:, 0]
    phi = yule_walker(left, longest)
    return phi, quasi_differences(y, phi), quasi_differences(x, phi), quasi_differences(w, phi)


def whitened(
    y: np.ndarray,
    x: np.ndarray,
    w: np.ndarray,
    constant: int,
    *,
    longest: int,
    drifting: bool,
    seed: int,
) -> Whitened:
    """Take out the errors' autoregression and, by maximum likelihood, the drift of the mean.

    Parameters
    ----------
    y : ndarray, shape (T,)
    x : ndarray, shape (T, q)
    w : ndarray, shape (T, r)
    constant : int
        Column of w that is the constant.
    longest : int
        Longest autoregression; BIC chooses the order.
    drifting : bool
        Whether the mean may drift.
    seed : int
        Of the starts of the search.
    """
    phi, y_left, x_left, w_left = without_autocorrelation(y, x, w, longest)
    operator = quasi_differences(np.eye(len(y)), phi)
    drift = 0.0
    if drifting:
        mean = w_left[:, [constant]]
        others = np.hstack([x_left, np.delete(w_left, constant, axis=1)])
        shapes = movement_shapes(mean, "together", np.ones((1, 1)))
        drift = float(maximise(y_left, mean, others, shapes, starts=3, seed=seed).movement[0])
        q = covariance_of(shapes, np.array([drift]))
        data = np.column_stack([operator, y_left, x_left, w_left])
        innovations, scale, _, _ = filter_columns(data, mean, q)
        left = innovations / np.sqrt(scale)[:, None]
        ends = np.cumsum([operator.shape[1], 1, x.shape[1]])
        operator, y_part, x_left, w_left = np.split(left, ends, axis=1)
        y_left = y_part[:, 0]
    return Whitened(phi, drift, operator, y_left, x_left, w_left)
