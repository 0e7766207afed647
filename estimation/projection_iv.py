r"""One horizon of an instrumented local projection: estimates, strength, overidentification.

All functions take what is left of the response, the regressors and the instruments after the
controls (Frisch and Waugh), and return with each estimate its influence: what every period adds to
the estimation error. A long-run covariance of the influences is the covariance of the estimate,
whatever it allows for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from .first_stage import effective_f
from .least_squares import least_squares

#: Covariance matrix of estimates from their influences of shape (n, q), and how many coefficients
#: the equation has; none where the influences allow for them already.
Spread = Callable[[np.ndarray, int], np.ndarray]

#: Rows with more leverage than this, such as those with a dummy of their own, have no residual.
ALONE = 1 - 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Partialled:
    """Response, regressors and instruments of one horizon, net of the controls.

    Attributes
    ----------
    response : ndarray, shape (n,)
    regressors : ndarray, shape (n, k)
    instruments : ndarray, shape (n, m), m >= k
    leverage : ndarray, shape (n,)
        Of the controls and the instruments.
    controls : int
        How many there are.
    """

    response: np.ndarray
    regressors: np.ndarray
    instruments: np.ndarray
    leverage: np.ndarray
    controls: int


@dataclass(frozen=True, slots=True, eq=False)
class KClass:
    """Coefficients of the regressors.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
    influence : ndarray, shape (n, k)
        The estimation error is about their sum over periods.
    residuals : ndarray, shape (n,)
        At the regressors themselves, not at their fitted values: those of a second stage run by
        hand are of another equation and give wrong errors.
    kappa : float
        One for two-stage least squares.
    """

    coefficients: np.ndarray
    influence: np.ndarray
    residuals: np.ndarray
    kappa: float


@dataclass(frozen=True, slots=True, eq=False)
class ReducedForm:
    """Response and regressors, each regressed on the instruments.

    Attributes
    ----------
    response : ndarray, shape (m,)
    regressors : ndarray, shape (m, k)
    influence : ndarray, shape (n, m + m k)
        Of the response's slopes, then of each regressor's.
    """

    response: np.ndarray
    regressors: np.ndarray
    influence: np.ndarray


def ahead(values: np.ndarray, horizon: int, *, summed: bool = False) -> np.ndarray:
    """v_{t+h}, or v_t + ... + v_{t+h}; NaN in the periods that reach beyond the end.

    Parameters
    ----------
    values : ndarray, shape (T, ...)
    """
    found = np.full(values.shape, np.nan)
    last = max(len(values) - horizon, 0)
    if summed:
        found[:last] = sum(values[lead : lead + last] for lead in range(horizon + 1))
    else:
        found[:last] = values[horizon:]
    return found


def partial_out(
    responses: np.ndarray, regressors: np.ndarray, instruments: np.ndarray, controls: np.ndarray
) -> list[Partialled]:
    """What the controls leave of everything, one for each response.

    Parameters
    ----------
    responses : ndarray, shape (n, N)
    regressors : ndarray, shape (n, k)
    instruments : ndarray, shape (n, m)
    controls : ndarray, shape (n, c)

    Raises
    ------
    NumericalError
        If controls and instruments are linearly dependent.
    """
    if least_squares(np.hstack([controls, instruments]), responses).dependent:
        raise NumericalError(
            f"Controls and instruments are linearly dependent in the {len(controls)} periods that "
            "a horizon has.",
            remedy="Leave out a control or an instrument that repeats others, use fewer lags or a "
            "shorter horizon.",
        )
    basis = np.linalg.qr(controls / np.linalg.norm(controls, axis=0)).Q
    y, x, z = (part - basis @ (basis.T @ part) for part in (responses, regressors, instruments))
    own = np.linalg.qr(z / np.linalg.norm(z, axis=0)).Q
    leverage = (basis**2).sum(axis=1) + (own**2).sum(axis=1)
    return [Partialled(one, x, z, leverage, controls.shape[1]) for one in y.T]


def k_class(data: Partialled, *, liml: bool = False) -> KClass:
    r"""Two-stage least squares, or limited-information maximum likelihood.

    .. math:: \hat\beta = (X'(I - \kappa M_Z) X)^{-1} X'(I - \kappa M_Z) y

    with kappa one for two-stage least squares; for LIML the smallest root of
    det((y, X)'(y, X) - kappa (y, X)' M_Z (y, X)) = 0. Where there are as many instruments as
    regressors both are (Z'X)^-1 Z'y, and least squares where the regressors are their own
    instruments.
    """
    y, x, z = data.response, data.regressors, data.instruments
    fitted = _projected(z, x)
    kappa = _liml_root(y, x, z) if liml and z.shape[1] > x.shape[1] else 1.0
    used = kappa * fitted + (1 - kappa) * x
    bread = np.linalg.inv(used.T @ x)
    coefficients = bread @ (used.T @ y)
    residuals = y - x @ coefficients
    return KClass(coefficients, (fitted * residuals[:, None]) @ bread.T, residuals, kappa)


def reduced_form(data: Partialled, *, jackknife: bool = False) -> ReducedForm:
    """Slopes of response and regressors on the instruments, with joint influences.

    Parameters
    ----------
    data : Partialled
    jackknife : bool
        Residuals over one less their leverage, which are the errors of predicting each period from
        the others: White's covariance of them is HC3 (MacKinnon and White 1985).
    """
    both = np.column_stack([data.response, data.regressors])
    fit = least_squares(data.instruments, both)
    loadings = data.instruments @ fit.gram_inverse
    residuals = fit.residuals
    if jackknife:
        residuals = residuals / np.where(data.leverage < ALONE, 1 - data.leverage, np.inf)[:, None]
    influence = residuals[:, :, None] * loadings[:, None, :]  # [period, equation, instrument]
    return ReducedForm(
        fit.coefficients[:, 0], fit.coefficients[:, 1:], influence.reshape(len(both), -1)
    )


def explained_exactly(data: Partialled) -> bool:
    """Whether the regressors are combinations of the instruments, such as some of them."""
    left = data.regressors - _projected(data.instruments, data.regressors)
    return bool(np.linalg.norm(left) <= 1e-9 * np.linalg.norm(data.regressors))


def first_stage_f(data: Partialled, spread: Spread) -> tuple[float, np.ndarray]:
    """Effective F of Montiel Olea and Pflueger with one regressor, and W_2 for its critical values.

    See ``first_stage.effective_f`` and ``first_stage.critical_value``. With one instrument it is
    the squared t of the first stage under the same covariance.
    """
    m = data.instruments.shape[1]
    found = reduced_form(data)
    covariance = spread(found.influence[:, m:], data.controls + m)
    return effective_f(found.regressors[:, 0], covariance, data.instruments)


def kleibergen_paap(data: Partialled, spread: Spread) -> tuple[float, int]:
    r"""Wald statistic that the instruments leave some combination of the regressors unmoved.

    Theta = (Z'Z)^{1/2} Pi (V'V)^{-1/2}, V the residuals of the first stages; with its singular
    values apart from the smallest one spanned by U_1, V_1, the statistic tests that
    U_2' Theta V_2 = 0. With one regressor it is the Wald statistic of the first stage, and under
    errors that are alike Cragg and Donald's.

    Returns
    -------
    statistic : float
        Infinite where the instruments explain the regressors without an error.
    df : int
        m - k + 1.

    References
    ----------
    Kleibergen and Paap (2006), Journal of Econometrics 133.
    """
    z, x = data.instruments, data.regressors
    (n, m), k = z.shape, x.shape[1]
    if explained_exactly(data):
        return np.inf, m - k + 1
    found = reduced_form(data)
    errors = x - z @ found.regressors
    left = np.linalg.cholesky(z.T @ z / n).T
    right = np.linalg.inv(np.linalg.cholesky(errors.T @ errors / n)).T
    u, _, v = np.linalg.svd(left @ found.regressors @ right)
    weights = np.kron((right @ v[-1])[:, None], left.T @ u[:, k - 1 :])
    gap = weights.T @ found.regressors.T.ravel()
    covariance = weights.T @ spread(found.influence[:, m:], data.controls + m) @ weights
    return float(gap @ np.linalg.solve(covariance, gap)), m - k + 1


def overidentification(data: Partialled, spread: Spread) -> tuple[float, int]:
    """Hansen's J in two steps: whether the instruments agree on the coefficients.

    The covariance of the moments is that of two-stage least squares' residuals; coefficients are
    estimated anew with its inverse as weights.

    Returns
    -------
    statistic : float
        Chi-squared if they do.
    df : int
        m - k.

    References
    ----------
    Hansen (1982), Econometrica 50.
    """
    z, x, y = data.instruments, data.regressors, data.response
    residuals = k_class(data).residuals
    weights = np.linalg.inv(spread(z * residuals[:, None], data.controls + x.shape[1]))
    slopes, target = z.T @ x, z.T @ y
    scaled = slopes.T @ weights
    gap = target - slopes @ np.linalg.solve(scaled @ slopes, scaled @ target)
    return float(gap @ weights @ gap), z.shape[1] - x.shape[1]


def _projected(z: np.ndarray, x: np.ndarray) -> np.ndarray:
    basis = np.linalg.qr(z / np.linalg.norm(z, axis=0)).Q
    return np.asarray(basis @ (basis.T @ x))


def _liml_root(y: np.ndarray, x: np.ndarray, z: np.ndarray) -> float:
    both = np.column_stack([y, x])
    left = both - _projected(z, both)
    factor = np.linalg.inv(np.linalg.cholesky(left.T @ left))
    return float(np.linalg.eigvalsh(factor @ (both.T @ both) @ factor.T)[0])
