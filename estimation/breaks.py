"""Statistics of one break at every candidate date, for one equation and for a system.

All work in an orthonormal basis of the regressors, in which nothing depends on units. A date is
the number of rows in the first regime. With Q the basis, Q_1 its first columns, which span the
q regressors whose coefficients break, and S_k the sum of Q_1 Q' over the rows after k, what is new
in the dummies of the second regime has the cross product S_k[:, :q] - S_k S_k': no date needs a
regression of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from ..errors import NumericalError, SampleError
from .autoregressive_errors import coloured, innovations, yule_walker
from .coefficient_covariance import ErrorKind
from .streams import BLOCK, block_generator

Change = Literal["coefficients", "covariance", "both"]

#: Draws that are computed together; it bounds memory and does not change a draw.
_TOGETHER = 64


def candidate_dates(nobs: int, trimming: float, coefficients: int) -> np.ndarray:
    """Dates that leave the share ``trimming`` of the rows, rounded down, in each regime.

    Parameters
    ----------
    nobs : int
    trimming : float
        Such as 0.15.
    coefficients : int
        Coefficients that break; each regime needs more rows than that.

    Raises
    ------
    SampleError
    """
    smallest = int(trimming * nobs + 1e-9)
    if smallest <= coefficients or 2 * smallest > nobs:
        raise SampleError(
            f"{smallest} of {nobs} observations in a regime cannot carry {coefficients} "
            "coefficients that break.",
            remedy="Use fewer lags, let fewer coefficients break, or trim more.",
        )
    return np.arange(smallest, nobs - smallest + 1)


def orthonormal(x: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the columns of x, shape (..., T, n), in their order.

    The first j columns of the basis span the first j columns of x.
    """
    length = np.linalg.norm(x, axis=-2, keepdims=True)
    length[length == 0] = 1.0
    basis, _ = np.linalg.qr(x / length)
    return np.asarray(basis)


def residuals_on(basis: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """What the basis (..., T, n) leaves unexplained of the outcomes (..., T, K)."""
    left: np.ndarray = outcomes - basis @ (np.swapaxes(basis, -1, -2) @ outcomes)
    return left


def explained_by_break(
    basis: np.ndarray, width: int, residuals: np.ndarray, dates: np.ndarray
) -> np.ndarray:
    """Fall in the residual cross product when the coefficients break at each date.

    Parameters
    ----------
    basis : ndarray, shape (..., T, n)
        Orthonormal; leading axes are those of the residuals or of length one.
    width : int
        The first columns of the basis, whose coefficients break.
    residuals : ndarray, shape (..., T, K)
        Residuals of the regression without a break.
    dates : ndarray of int, shape (D,)

    Returns
    -------
    ndarray, shape (..., D, K, K)

    Raises
    ------
    NumericalError
        If a regressor does not vary within a regime.
    """
    found = [
        _projected(inner[..., :width] - inner @ np.swapaxes(inner, -1, -2), moments)
        for inner, moments in _after_each_date(basis, width, residuals, dates)
    ]
    return np.stack(found[::-1], axis=-3)


def wald_sequence(
    basis: np.ndarray, width: int, residuals: np.ndarray, dates: np.ndarray, errors: ErrorKind
) -> np.ndarray:
    """Wald statistics of a break in one equation, chi-squared at a known date.

    ``classical`` is T - n - q times the relative fall in the sum of squares, q the coefficients
    that break: q times Chow's F. The others are robust to heteroskedasticity, with the residuals
    of the regression that has the break.

    Parameters
    ----------
    basis : ndarray, shape (T, n)
    width : int
    residuals : ndarray, shape (R, T)
        Of R outcomes on the same regressors.
    dates : ndarray of int, shape (D,)
    errors : {"classical", "HC0", "HC1", "HC3"}

    Returns
    -------
    ndarray, shape (R, D)
    """
    nobs, n = basis.shape
    freedom = nobs - n - width
    if errors == "classical":
        total = np.einsum("rt,rt->r", residuals, residuals)[:, None]
        fall = explained_by_break(basis[None], width, residuals[..., None], dates)[..., 0, 0]
        return np.asarray(freedom * fall / (total - fall))
    leverage = np.einsum("tn,tn->t", basis, basis)
    found = np.empty((len(residuals), len(dates)))
    upper = np.triu_indices(width)
    meat = np.empty((len(residuals), width, width))
    for column, date in enumerate(dates):
        dummies = _new_dummies(basis, width, date)
        moments = residuals @ dummies
        squared = (residuals - moments @ dummies.T) ** 2
        if errors == "HC3":
            left = 1 - leverage - np.einsum("tq,tq->t", dummies, dummies)
            squared *= np.where(left < 1e-8, 0.0, 1 / np.maximum(left, 1e-8)) ** 2
        products = squared @ (dummies[:, upper[0]] * dummies[:, upper[1]])
        meat[:, upper[0], upper[1]] = meat[:, upper[1], upper[0]] = products
        solved = np.linalg.solve(meat, moments[..., None])[..., 0]
        found[:, column] = np.einsum("rq,rq->r", moments, solved)
    return found * (freedom / nobs if errors == "HC1" else 1.0)


def system_sequence(
    basis: np.ndarray,
    width: int,
    residuals: np.ndarray,
    dates: np.ndarray,
    change: Change,
    statistic: Literal["lr", "wald"] = "lr",
) -> np.ndarray:
    """Statistics of a break of all equations at each date.

    The likelihood ratio is T ln|S_0| less the same of the model with a break: T ln|S_k| where one
    covariance serves both regimes, k ln|S_1k| + (T - k) ln|S_2k| where each has its own. The Wald
    statistic (coefficients only) is (T - n - q) tr(E_k^-1 (E_0 - E_k)), E the residual cross
    products. Where only the covariance changes, coefficients stay at least squares of all rows.

    Parameters
    ----------
    basis : ndarray, shape (..., T, n)
    width : int
        All n columns where coefficients and covariance break.
    residuals : ndarray, shape (..., T, K)
    dates : ndarray of int, shape (D,)
    change : {"coefficients", "covariance", "both"}
    statistic : {"lr", "wald"}

    Returns
    -------
    ndarray, shape (..., D)

    References
    ----------
    Bai, Lumsdaine and Stock (1998); Qu and Perron (2007).
    """
    nobs, n = basis.shape[-2:]
    total = np.swapaxes(residuals, -1, -2) @ residuals
    if change == "coefficients":
        fall = explained_by_break(basis, width, residuals, dates)
        left = total[..., None, :, :] - fall
        if statistic == "wald":
            trace = np.trace(np.linalg.solve(left, fall), axis1=-2, axis2=-1)
            return np.asarray((nobs - n - width) * trace)
        return np.asarray(nobs * (_log_det(total)[..., None] - _log_det(left)))
    with_break = np.zeros(1)
    products = _regime_products(basis, residuals, dates, fitted=change == "both")
    for rows, product in zip((dates, nobs - dates), products):
        with_break = with_break + rows * _log_det(product / (rows / nobs)[:, None, None])
    return np.asarray(nobs * _log_det(total)[..., None] - with_break)


def fixed_regressor_bootstrap(
    statistic: Callable[[np.ndarray], np.ndarray],
    residuals: np.ndarray,
    draws: int,
    seed: int,
    weights: Literal["normal", "rademacher"] = "normal",
) -> np.ndarray:
    """A statistic of outcomes in which nothing breaks, with the regressors as they are.

    The outcome of a period is its residual under the null times a random weight, the same for all
    equations. Variances stay where they are in time, and so do the regressors, whatever they are:
    lags of the outcome, or series whose own distribution has changed.

    Parameters
    ----------
    statistic : callable
        From outcomes (r, T, K) to values (r, ...).
    residuals : ndarray, shape (T, K)
        Of the null; ones for errors that are alike in all periods.
    draws : int
    seed : int
    weights : {"normal", "rademacher"}
        For a statistic that is robust to heteroskedasticity the signs +1 and -1, which keep each
        squared residual: with normal weights such a test rejects a true null far too often.

    Returns
    -------
    ndarray, shape (draws, ...)
        A draw depends on the seed and on its number alone.

    References
    ----------
    Hansen (2000), section 3.4; Davidson and Flachaire (2008).
    """
    drawn = np.concatenate(
        [
            block_generator(seed, block).standard_normal((BLOCK, len(residuals)))
            for block in range(-(-draws // BLOCK))
        ]
    )
    if weights == "rademacher":
        drawn = np.sign(drawn)
    found = []
    with threadpool_limits(limits=1, user_api="blas"):
        for first in range(0, len(drawn), _TOGETHER):
            found.append(statistic(drawn[first : first + _TOGETHER, :, None] * residuals))
    return np.concatenate(found)[:draws]


def equation_bootstrap(
    statistic: Callable[[np.ndarray], np.ndarray],
    basis: np.ndarray,
    outcome: np.ndarray,
    errors: ErrorKind,
    draws: int,
    seed: int,
    *,
    memory: int = 0,
) -> np.ndarray:
    """The fixed-regressor bootstrap of one equation under an assumption about its errors.

    Parameters
    ----------
    statistic : callable
        From outcomes (r, T, 1) to values (r, ...).
    basis : ndarray, shape (T, n)
        Orthonormal; what explains the outcome under the null.
    outcome : ndarray, shape (T, 1)
    errors : {"classical", "HC0", "HC1", "HC3"}
        Alike in all periods: normal draws; or the residuals of the null with random signs.
    draws, seed : int
    memory : int
        Longest autoregression of the errors; BIC chooses the order. The random signs are then
        those of its innovations. 0 for errors that are not autocorrelated.

    Returns
    -------
    ndarray, shape (draws, ...)

    References
    ----------
    Goncalves and Kilian (2004) for random signs of an autoregression's innovations.
    """
    if errors == "classical" and not memory:
        return fixed_regressor_bootstrap(statistic, np.ones_like(outcome), draws, seed)
    left = null_residuals(basis, residuals_on(basis, outcome))
    if not memory:
        return fixed_regressor_bootstrap(statistic, left, draws, seed, "rademacher")
    phi = yule_walker(left[:, 0], memory)

    def of_shocks(shocks: np.ndarray) -> np.ndarray:
        return statistic(coloured(shocks[..., 0], phi)[..., None])

    shocks = innovations(left[:, 0], phi)[:, None]
    return fixed_regressor_bootstrap(of_shocks, shocks, draws, seed, "rademacher")


def null_residuals(basis: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Residuals (T, K) over one minus the leverage of their period, as a bootstrap draws them.

    A period with a dummy of its own has no residual.
    """
    left = 1 - np.einsum("tn,tn->t", basis, basis)[:, None]
    return np.where(left < 1e-8, 0.0, residuals / np.maximum(left, 1e-8))


def functionals(sequences: np.ndarray) -> dict[str, np.ndarray]:
    """The largest statistic over dates, the mean, and ln mean exp(W / 2), dates on the last axis.

    Andrews (1993); Andrews and Ploberger (1994).
    """
    largest = sequences.max(axis=-1)
    spread = np.exp((sequences - largest[..., None]) / 2)
    return {
        "sup": largest,
        "mean": sequences.mean(axis=-1),
        "exp": largest / 2 + np.log(spread.mean(axis=-1)),
    }


def p_value(statistic: float, draws: np.ndarray) -> float:
    """Share of the statistic and its draws that is as large: never zero, exact under the null."""
    return float((1 + np.sum(draws >= statistic)) / (1 + len(draws)))


def does_not_vary() -> NumericalError:
    """The error where a regime cannot estimate the coefficients that break."""
    return NumericalError(
        "In one of the regimes a regressor whose coefficient breaks is zero throughout, or a "
        "combination of others.",
        remedy="Let only the coefficients break that both regimes can estimate, or trim more.",
    )


def _after_each_date(
    basis: np.ndarray, width: int, residuals: np.ndarray, dates: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Sums over the second regime of Q_1 Q' and Q_1 u', from the last date back to the first.

    One pass over the rows; the arrays change as it goes on.
    """
    lead = np.broadcast_shapes(basis.shape[:-2], residuals.shape[:-2])
    inner = np.zeros((*basis.shape[:-2], width, basis.shape[-1]))
    moments = np.zeros((*lead, width, residuals.shape[-1]))
    for row in range(basis.shape[-2] - 1, int(dates[0]) - 1, -1):
        x = basis[..., row, :]
        inner += x[..., :width, None] * x[..., None, :]
        moments += x[..., :width, None] * residuals[..., row, None, :]
        if row <= dates[-1]:
            yield inner, moments


def _projected(cross: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """The form m' C^-1 m for the cross products C (..., q, q) of regressors and m (..., q, K)."""
    onto = _inverse_factor(cross) @ moments
    return np.asarray(np.swapaxes(onto, -1, -2) @ onto)


def _inverse_factor(cross: np.ndarray) -> np.ndarray:
    """The inverse of the Cholesky factor of cross products of the regressors of one regime."""
    try:
        factor = np.linalg.cholesky(cross)
    except np.linalg.LinAlgError:
        raise does_not_vary() from None
    if np.diagonal(factor, axis1=-2, axis2=-1).min(initial=1.0) < 1e-6:
        raise does_not_vary()
    return np.asarray(np.linalg.inv(factor))


def _new_dummies(basis: np.ndarray, width: int, date: int) -> np.ndarray:
    """Orthonormal dummies of the second regime, less what the regressors span, shape (T, q)."""
    after = basis[date:]
    inner = after[:, :width].T @ after
    left = -basis @ inner.T
    left[date:] += after[:, :width]
    new: np.ndarray = left @ _inverse_factor(inner[:, :width] - inner @ inner.T).T
    return new


def _regime_products(
    basis: np.ndarray, residuals: np.ndarray, dates: np.ndarray, *, fitted: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Residual cross products of both regimes, shape (..., D, K, K) each.

    ``fitted``: with coefficients of their own; otherwise with those of all rows.
    """
    rows = residuals[..., :, None] * residuals[..., None, :]
    cumulated = np.cumsum(rows, axis=-3)
    first = cumulated[..., dates - 1, :, :]
    second = cumulated[..., -1:, :, :] - first
    if not fitted:
        return first, second
    n = basis.shape[-1]
    pairs = [
        (_projected(np.eye(n) - inner, moments), _projected(inner, moments))
        for inner, moments in _after_each_date(basis, n, residuals, dates)
    ]
    before, after = (np.stack(part[::-1], axis=-3) for part in zip(*pairs))
    return first - before, second - after


def _log_det(matrices: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.slogdet(matrices)[1])
