"""One horizon of a local projection on a panel: common coefficients, a constant for each unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from .least_squares import least_squares


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Coefficients of the shock, one for each response.

    Attributes
    ----------
    coefficients : ndarray, shape (N,)
    influence : ndarray, shape (n, N)
        What each row adds to their errors.
    regressors : int
        Of the regressions, without the constants of the units.
    """

    coefficients: np.ndarray
    influence: np.ndarray
    regressors: int


def pooled(
    responses: np.ndarray, shock: np.ndarray, controls: np.ndarray, units: np.ndarray
) -> Pooled:
    """Least squares within units: the panel regression with a fixed effect for each.

    Parameters
    ----------
    responses : ndarray, shape (n, N)
    shock : ndarray, shape (n,)
    controls : ndarray, shape (n, c)
        Without a constant.
    units : ndarray of int, shape (n,)
        Whose row it is.

    Raises
    ------
    NumericalError
        If the regressors are linearly dependent within units.
    """
    x = within(np.column_stack([controls, shock]), units)
    fit = least_squares(x, within(responses, units))
    if fit.dependent:
        raise NumericalError(
            "The regressors of the panel are linearly dependent within countries.",
            remedy="Leave out a control that repeats others or is constant within countries, or "
            "use fewer lags.",
        )
    own = x @ fit.gram_inverse[:, -1]
    return Pooled(fit.coefficients[-1], own[:, None] * fit.residuals, x.shape[1])


def within(values: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Deviations from the mean of each unit, (n, k)."""
    rows = np.bincount(units)
    means = np.stack([np.bincount(units, weights=column) for column in values.T], axis=1)
    return np.asarray(values - (means / rows[:, None])[units])


def summed_by(groups: np.ndarray, influence: np.ndarray, count: int) -> np.ndarray:
    """Sums of rows (n, N) over the members of each of ``count`` groups, shape (count, N)."""
    found = np.zeros((count, influence.shape[1]))
    np.add.at(found, groups, influence)
    return found
