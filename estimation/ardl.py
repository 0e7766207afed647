"""Autoregressive distributed lags of one equation: its forms, its multipliers and their slopes.

Written in levels, y_t = d'z_t + sum_i phi_i y_{t-i} + sum_j sum_l beta_{j,l} x_{j,t-l} + u_t; as an
error correction,

    dy_t = d'z_t + rho y_{t-1} + sum_j theta_j x_{j,t-1} + sum_{i<p} gamma_i dy_{t-i}
           + sum_j sum_{l<q_j} pi_{j,l} dx_{j,t-l} + u_t.

Parameters are those of the error correction, in the order d, rho, theta, gamma, pi. A regressor
without lags enters with its current level, theta_j = pi_{j,0}: a linear restriction, like any that
ties one regressor's parameters to another's. ``Layout.expansion`` holds such restrictions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from ..errors import NumericalError
from .least_squares import least_squares
from .long_run_covariance import bartlett_root


@dataclass(frozen=True, slots=True)
class Equation:
    """A regression whose coefficients are tied by an expansion.

    Attributes
    ----------
    parameters : ndarray, shape (size,)
    covariance : ndarray, shape (size, size)
        As asked for; singular where parameters are tied.
    classical : ndarray, shape (size, size)
        Under errors that are alike and uncorrelated.
    residuals : ndarray, shape (T,)
    df_resid : int
        T less the free parameters.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    classical: np.ndarray
    residuals: np.ndarray
    df_resid: int


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parameters of the error correction stand.

    Attributes
    ----------
    terms : int
        Deterministic and other columns z.
    lags : int
        p, lags of y, at least one.
    orders : tuple of int
        q_j, lags of each regressor.
    """

    terms: int
    lags: int
    orders: tuple[int, ...]

    @property
    def presample(self) -> int:
        """Periods before the first that is explained."""
        return max([self.lags, 1, *self.orders])

    @property
    def own_level(self) -> int:
        """Place of rho."""
        return self.terms

    def level(self, j: int) -> int:
        """Place of theta_j."""
        return self.terms + 1 + j

    @property
    def own_changes(self) -> slice:
        """Places of gamma."""
        first = self.terms + 1 + len(self.orders)
        return slice(first, first + self.lags - 1)

    def changes(self, j: int) -> slice:
        """Places of pi_j; there is one even without lags."""
        first = self.own_changes.stop + sum(max(q, 1) for q in self.orders[:j])
        return slice(first, first + max(self.orders[j], 1))

    @property
    def size(self) -> int:
        """Number of parameters, restricted ones included."""
        before = self.terms + len(self.orders) + self.lags
        return before + sum(max(q, 1) for q in self.orders)

    def expansion(self, ties: Sequence[tuple[int, int]] = ()) -> np.ndarray:
        """S with parameters = S (free parameters), shape (size, free).

        Parameters
        ----------
        ties : sequence of (int, int)
            Pairs of places that hold the same number, besides those of regressors without lags.
        """
        own = [(self.level(j), self.changes(j).start) for j, q in enumerate(self.orders) if q == 0]
        group = list(range(self.size))
        for one, other in (*own, *ties):
            first, second = sorted((group[one], group[other]))
            group = [first if g == second else g for g in group]
        kept = sorted(set(group))
        return np.equal.outer(group, kept).astype(float)


def error_correction_design(
    y: np.ndarray, x: np.ndarray, z: np.ndarray, layout: Layout
) -> tuple[np.ndarray, np.ndarray]:
    """Change of y and all regressors of the error correction.

    Parameters
    ----------
    y : ndarray, shape (N,)
    x : ndarray, shape (N, k)
    z : ndarray, shape (N, d)
    layout : Layout

    Returns
    -------
    change : ndarray, shape (T,), T = N - presample
    design : ndarray, shape (T, size)
    """
    first = layout.presample
    dx = np.diff(x, axis=0, prepend=np.nan)
    columns = [
        *z[first:].T,
        y[first - 1 : -1],
        *x[first - 1 : -1].T,
        *own_changes(y, layout),
    ]
    for j in range(x.shape[1]):
        lags = layout.changes(j)
        columns += [dx[first - lag : len(y) - lag, j] for lag in range(lags.stop - lags.start)]
    return np.diff(y)[first - 1 :], np.column_stack(columns)


def own_changes(y: np.ndarray, layout: Layout) -> list[np.ndarray]:
    """dy_{t-1}, ..., dy_{t-p+1} of series (..., N), each of shape (..., T)."""
    first, rows = layout.presample, y.shape[-1]
    change = np.diff(y, axis=-1)
    return [change[..., first - 1 - lag : rows - 1 - lag] for lag in range(1, layout.lags)]


def estimate(
    change: np.ndarray, design: np.ndarray, expansion: np.ndarray, hac_lags: int | None
) -> Equation:
    """Least squares on the free parameters.

    Parameters
    ----------
    change : ndarray, shape (T,)
    design : ndarray, shape (T, size)
    expansion : ndarray, shape (size, free)
    hac_lags : int or None
        Lags of the Bartlett kernel, with the factor T / (T - free); 0 gives White's covariance,
        None the classical one.

    Raises
    ------
    NumericalError
        Collinear regressors.
    """
    x = design @ expansion
    fit = least_squares(x, change[:, None])
    if fit.dependent:
        raise NumericalError(
            "The regressors of the equation are collinear.",
            remedy="Drop a control that repeats another, or the seasonal dummies.",
        )
    residuals = fit.residuals[:, 0]
    df_resid = len(x) - x.shape[1]
    classical = residuals @ residuals / df_resid * fit.gram_inverse
    covariance = classical
    if hac_lags is not None:
        root = bartlett_root(x * residuals[:, None], hac_lags) @ fit.gram_inverse
        covariance = len(x) / df_resid * root.T @ root
    return Equation(
        parameters=expansion @ fit.coefficients[:, 0],
        covariance=expansion @ covariance @ expansion.T,
        classical=expansion @ classical @ expansion.T,
        residuals=residuals,
        df_resid=df_resid,
    )


def autoregression(parameters: np.ndarray, layout: Layout) -> np.ndarray:
    """phi_1, ..., phi_p from parameters (..., size); shape (..., p)."""
    phi = _summed_by_parts(parameters[..., layout.own_changes])
    phi[..., 0] += 1 + parameters[..., layout.own_level]
    return phi


def distributed_lags(parameters: np.ndarray, layout: Layout, j: int) -> np.ndarray:
    """beta_{j,0}, beta_{j,1}, ... from parameters (..., size); two of them at least."""
    beta = _summed_by_parts(parameters[..., layout.changes(j)])
    beta[..., 1] += parameters[..., layout.level(j)]
    return beta


def multipliers(phi: np.ndarray, beta: np.ndarray, horizon: int) -> np.ndarray:
    """Response of y at horizons 0, ..., H to a lasting unit change of x: sums of psi = beta / phi.

    Parameters
    ----------
    phi : ndarray, shape (..., p)
    beta : ndarray, shape (..., q+1)
    horizon : int

    Returns
    -------
    ndarray, shape (..., H+1)
    """
    p, q = phi.shape[-1], beta.shape[-1] - 1
    psi = np.zeros((*np.broadcast_shapes(phi.shape[:-1], beta.shape[:-1]), horizon + 1))
    for h in range(horizon + 1):
        psi[..., h] = beta[..., h] if h <= q else 0.0
        for lag in range(1, min(p, h) + 1):
            psi[..., h] += phi[..., lag - 1] * psi[..., h - lag]
    return np.cumsum(psi, axis=-1)


def multiplier_slopes(parameters: np.ndarray, layout: Layout, j: int, horizon: int) -> np.ndarray:
    """Derivatives of the multipliers of regressor j, from (..., size) to (..., H+1, size).

    With a = 1 / phi(L): d psi_h / d beta_l = a_{h-l} and d psi_h / d phi_i = (a * psi)_{h-i}, both
    summed over horizons.
    """
    phi, beta = autoregression(parameters, layout), distributed_lags(parameters, layout, j)
    of_beta = multipliers(phi, np.ones(1), horizon)
    psi = np.diff(multipliers(phi, beta, horizon), axis=-1, prepend=0.0)
    of_phi = multipliers(phi, psi, horizon)
    # Both forms are affine in the parameters: a unit vector less the origin gives the slopes.
    phi_slopes = autoregression(np.eye(layout.size), layout)
    phi_slopes = phi_slopes - autoregression(np.zeros(layout.size), layout)
    beta_slopes = distributed_lags(np.eye(layout.size), layout, j)
    slopes = np.zeros((*of_phi.shape, layout.size))
    for slope, path, first in (
        *((phi_slopes[:, i], of_phi, i + 1) for i in range(phi.shape[-1])),
        *((beta_slopes[:, lag], of_beta, lag) for lag in range(beta.shape[-1])),
    ):
        slopes[..., first:, :] += path[..., : max(horizon + 1 - first, 0), None] * slope
    return slopes


def levels_form(parameters: np.ndarray, layout: Layout) -> np.ndarray:
    """d, phi, beta_1, beta_2, ... from parameters (..., size).

    The second beta of a regressor without lags is zero.
    """
    parts = [parameters[..., : layout.terms], autoregression(parameters, layout)]
    parts += [distributed_lags(parameters, layout, j) for j in range(len(layout.orders))]
    return np.concatenate(parts, axis=-1)


def squared_residuals_by_orders(
    y: np.ndarray, groups: Sequence[np.ndarray], z: np.ndarray, max_lags: int
) -> dict[tuple[int, ...], tuple[float, int]]:
    """Sums of squared residuals of all orders (p, q_1, ..., q_g), on one common sample.

    Every order is a subset of the columns of the largest model, so all are read off its triangle;
    the lags of y stand last in each, so that one decomposition gives all p.

    Parameters
    ----------
    y : ndarray, shape (N,)
    groups : sequence of ndarray, shape (N, w)
        Regressors whose lags are chosen together.
    z : ndarray, shape (N, d)
    max_lags : int
        Largest p and q; p is at least one.

    Returns
    -------
    dict of orders to (sum of squares, number of coefficients)
    """
    rows = len(y)

    def lag(values: np.ndarray, by: int) -> np.ndarray:
        return values[max_lags - by : rows - by]

    blocks = [[lag(group, by) for by in range(max_lags + 1)] for group in groups]
    own = [lag(y[:, None], by) for by in range(1, max_lags + 1)]
    everything = np.hstack(
        [z[max_lags:], *(b for block in blocks for b in block), *own, lag(y[:, None], 0)]
    )
    triangle = np.asarray(np.linalg.qr(everything, mode="r"))
    d, widths = z.shape[1], [group.shape[1] for group in groups]
    starts = d + np.cumsum([0, *(width * (max_lags + 1) for width in widths)])
    last = list(range(starts[-1], everything.shape[1]))
    found = {}
    for orders in product(range(max_lags + 1), repeat=len(groups)):
        used = list(range(d))
        for start, width, q in zip(starts, widths, orders):
            used += range(start, start + width * (q + 1))
        remainder = np.asarray(np.linalg.qr(triangle[:, used + last], mode="r"))[:, -1]
        squares = np.cumsum(remainder[::-1] ** 2)[::-1]
        for p in range(1, max_lags + 1):
            found[p, *orders] = float(squares[len(used) + p]), len(used) + p
    return found


def _summed_by_parts(changes: np.ndarray) -> np.ndarray:
    """Coefficients on levels that coefficients on changes amount to.

    sum_l c_l (w_{t-l} - w_{t-l-1}) is w_{t-l}, w_{t-l-1}, ... times the differences of (0, c, 0).
    """
    zero = np.zeros((*changes.shape[:-1], 1))
    return np.diff(np.concatenate([zero, changes, zero], axis=-1), axis=-1)
