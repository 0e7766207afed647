"""The effect of one variable on others from the change of its variance on event days.

On event days the news of one kind (b e_t, cause and effects) is larger than on control days, all
else the same, so that the covariance of the changes differs by a multiple of b b'. With x the cause
and y an effect, both without their mean in each group of days,

    effect = (E_1[x y] - E_0[x y]) / (E_1[x^2] - E_0[x^2]),

the instrumental-variables estimate with the instrument x / T_1 on event days and -x / T_0 on
control days (Rigobon and Sack 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class MomentShift:
    """How second moments differ between event and control days.

    Attributes
    ----------
    with_effects : ndarray, shape (..., J)
        d_xy, of the cause with each effect.
    own : ndarray, shape (...)
        d_xx, of the cause.
    effects : ndarray, shape (..., J)
        d_yy, of each effect.
    covariance : ndarray, shape (J, 3, 3)
        Of (d_xy, d_xx, d_yy) for each effect; heteroskedasticity-robust.
    """

    with_effects: np.ndarray
    own: np.ndarray
    effects: np.ndarray
    covariance: np.ndarray

    @property
    def ratio(self) -> np.ndarray:
        """The effects, shape (..., J)."""
        return np.asarray(self.with_effects / self.own[..., None])


def moment_shift(x: np.ndarray, y: np.ndarray, event: np.ndarray) -> MomentShift:
    """Differences of second moments with their covariance.

    Parameters
    ----------
    x : ndarray, shape (T,)
    y : ndarray, shape (T, J)
    event : ndarray of bool, shape (T,)
    """
    shift, spread = np.zeros((y.shape[1], 3)), np.zeros((y.shape[1], 3, 3))
    for group, sign in ((event, 1.0), (~event, -1.0)):
        products = _products(x[group], y[group])
        mean = products.mean(axis=0)
        centred = products - mean
        count = len(products)
        shift += sign * mean * count / (count - 1)
        spread += np.einsum("tja,tjb->jab", centred, centred) / (count - 1) / count
    return MomentShift(shift[:, 0], shift[0, 1], shift[:, 2], spread)


def one_shock_statistic(shift: MomentShift) -> np.ndarray:
    """Wald statistic that a single kind of news has moved, d_xx d_yy = d_xy^2, shape (J,).

    Chi-squared with one degree of freedom where d_xx is clearly above zero.
    """
    own = np.broadcast_to(shift.own, shift.effects.shape)
    gap = own * shift.effects - shift.with_effects**2
    slope = np.stack([-2 * shift.with_effects, shift.effects, own], axis=-1)
    return np.asarray(gap**2 / np.einsum("ja,jab,jb->j", slope, shift.covariance, slope))


def resampled_effects(
    x: np.ndarray, y: np.ndarray, event: np.ndarray, draws: int, generator: np.random.Generator
) -> np.ndarray:
    """The effects in samples of days drawn inside each group, shape (draws, J)."""
    above, below = np.zeros((draws, y.shape[1])), np.zeros(draws)
    for group, sign in ((event, 1.0), (~event, -1.0)):
        inside, beside = x[group], y[group]
        count = len(inside)
        weights = generator.multinomial(count, np.full(count, 1 / count), size=draws) / count
        mean_x, mean_y = weights @ inside, weights @ beside
        above += sign * (weights @ (inside[:, None] * beside) - mean_x[:, None] * mean_y)
        below += sign * (weights @ inside**2 - mean_x**2)
    return np.asarray(above / below[:, None])


def _products(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The products x y, x^2 and y^2 of deviations from the mean, shape (T, J, 3)."""
    cause, effects = x - x.mean(), y - y.mean(axis=0)
    squared = np.broadcast_to(cause[:, None] ** 2, effects.shape)
    return np.stack([cause[:, None] * effects, squared, effects**2], axis=-1)
