"""Rises and falls apart: partial sums, and the bootstrap of one equation with given regressors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .ardl import Layout, autoregression, error_correction_design, own_changes
from .resampling import INDEPENDENT, Resampling, error_table
from .streams import BLOCK, block_generator

#: Blocks of replications that are simulated and estimated together; it does not change a draw.
TOGETHER = 16

#: Derivatives of M quantities, from parameters (R, size) to (R, M, size).
Slopes = Callable[[np.ndarray], np.ndarray]


def partial_sums(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the rises and of the falls of a series since its first period, where both are zero.

    A change of zero goes to neither. The two add up to x_t - x_0.

    Parameters
    ----------
    x : ndarray, shape (N,)

    Returns
    -------
    rises, falls : ndarray, shape (N,)
        The falls are negative.
    """
    change = np.diff(x, prepend=x[0])
    return np.cumsum(np.maximum(change, 0.0)), np.cumsum(np.minimum(change, 0.0))


@dataclass(frozen=True, slots=True)
class EquationDraws:
    """Joint draws of an equation's parameters.

    Attributes
    ----------
    parameters : ndarray, shape (R, size)
    errors : ndarray, shape (R, M) or None
        Standard errors, within each draw, of the quantities whose slopes were given.
    """

    parameters: np.ndarray
    errors: np.ndarray | None


def bootstrap_equation(
    y: np.ndarray,
    x: np.ndarray,
    z: np.ndarray,
    layout: Layout,
    expansion: np.ndarray,
    parameters: np.ndarray,
    residuals: np.ndarray,
    *,
    draws: int,
    seed: int,
    resampling: Resampling = INDEPENDENT,
    slopes: Slopes | None = None,
    robust: bool = False,
) -> EquationDraws:
    """Draws of the parameters by resampling residuals, regressors and first values held fixed.

    Parameters
    ----------
    y : ndarray, shape (N,)
    x : ndarray, shape (N, k)
    z : ndarray, shape (N, d)
    layout : Layout
    expansion : ndarray, shape (size, free)
    parameters : ndarray, shape (size,)
    residuals : ndarray, shape (T,)
    draws, seed : int
    resampling : Resampling
    slopes : callable, optional
        Derivatives of M quantities, from parameters (R, size) to (R, M, size).
    robust : bool
        Whether their standard errors allow for errors of moving variance (HC1).
    """
    nobs = len(residuals)
    usable = np.ones(nobs, dtype=bool)
    df_resid = nobs - expansion.shape[1]
    table = error_table(resampling, residuals[:, None], usable, df_resid)[:, 0]
    model = _Conditional(y, x, z, layout, expansion, parameters)
    found, errors = [], []
    blocks = -(-draws // BLOCK)
    for first in range(0, blocks, TOGETHER):
        rows = [
            resampling.rows(block_generator(seed, block), usable)
            for block in range(first, min(first + TOGETHER, blocks))
        ]
        fits = model.estimate(model.simulate(table[np.concatenate(rows, axis=1).T]))
        drawn = fits.free @ expansion.T
        found.append(drawn)
        if slopes is not None:
            errors.append(model.std_errors(fits, slopes(drawn) @ expansion, robust))
    return EquationDraws(
        np.concatenate(found)[:draws], np.concatenate(errors)[:draws] if errors else None
    )


@dataclass(frozen=True, slots=True)
class _Fits:
    """R regressions with what their standard errors need.

    ``left`` is what the given columns leave of the lags of y and of the outcome, ``triangle`` its
    triangle, ``projected`` what they explain, in the coordinates of their basis.
    """

    free: np.ndarray
    left: np.ndarray
    triangle: np.ndarray
    projected: np.ndarray


class _Conditional:
    """The equation given its regressors: simulates y, and estimates many y at once."""

    def __init__(
        self,
        y: np.ndarray,
        x: np.ndarray,
        z: np.ndarray,
        layout: Layout,
        expansion: np.ndarray,
        parameters: np.ndarray,
    ) -> None:
        _, design = error_correction_design(y, x, z, layout)
        own = np.zeros(layout.size, dtype=bool)
        own[layout.own_level] = True
        own[layout.own_changes] = True
        self._layout = layout
        self._start = y[: layout.presample]
        self._phi = autoregression(parameters, layout)
        self._given = np.where(own, 0.0, design) @ parameters
        # No restriction ties a lag of y to anything, so free parameters are of one kind or another.
        self._own = np.asarray(expansion[own].any(axis=0))
        given = design[:, ~own] @ expansion[np.ix_(~own, ~self._own)]
        self._basis, self._triangle = np.linalg.qr(given)

    def simulate(self, errors: np.ndarray) -> np.ndarray:
        """Paths of y, first values included, from errors of shape (R, T)."""
        first, p = len(self._start), len(self._phi)
        paths = np.empty((len(errors), first + errors.shape[1]))
        paths[:, :first] = self._start
        backwards = self._phi[::-1]
        for t in range(errors.shape[1]):
            past = paths[:, first + t - p : first + t]
            paths[:, first + t] = self._given[t] + past @ backwards + errors[:, t]
        return paths

    def estimate(self, paths: np.ndarray) -> _Fits:
        """Regressions of paths (R, N), what is given being partialled out."""
        first = len(self._start)
        own = [paths[:, first - 1 : -1], *own_changes(paths, self._layout)]
        change = np.diff(paths, axis=1)[:, first - 1 :]
        columns = np.stack([*own, change], axis=-1)
        projected = self._basis.T @ columns
        left = columns - self._basis @ projected
        triangle = np.asarray(np.linalg.qr(left, mode="r"))
        of_own = np.linalg.solve(triangle[:, :-1, :-1], triangle[:, :-1, -1:])
        explained = projected[:, :, -1:] - projected[:, :, :-1] @ of_own
        free = np.empty((len(paths), len(self._own)))
        free[:, self._own] = of_own[..., 0]
        free[:, ~self._own] = np.linalg.solve(self._triangle, explained)[..., 0]
        return _Fits(free, left, triangle, projected)

    def std_errors(self, fits: _Fits, slopes: np.ndarray, robust: bool) -> np.ndarray:
        """Of quantities with slopes (R, M, free) in the free parameters; shape (R, M)."""
        given, total = len(self._triangle), len(self._own)
        full = np.zeros((len(slopes), total, total))
        full[:, :given, :given] = self._triangle
        full[:, :given, given:] = fits.projected[:, :, :-1]
        full[:, given:, given:] = fits.triangle[:, :-1, :-1]
        ordered = np.concatenate([slopes[..., ~self._own], slopes[..., self._own]], axis=-1)
        # A quantity's error is the errors of the equation times these weights on an orthonormal
        # basis of the regressors.
        weights = np.linalg.solve(np.swapaxes(full, 1, 2), np.swapaxes(ordered, 1, 2))
        nobs = len(self._basis)
        if not robust:
            spread = np.abs(fits.triangle[:, -1, -1]) / np.sqrt(nobs - total)
            return np.asarray(spread[:, None] * np.linalg.norm(weights, axis=1))
        of_own = fits.free[:, self._own, None]
        residuals = (fits.left[..., -1:] - fits.left[..., :-1] @ of_own)[..., 0]
        own_basis = np.linalg.solve(
            np.swapaxes(fits.triangle[:, :-1, :-1], 1, 2), np.swapaxes(fits.left[..., :-1], 1, 2)
        )
        by_period = self._basis @ weights[:, :given]
        by_period += np.swapaxes(own_basis, 1, 2) @ weights[:, given:]
        by_period *= residuals[..., None]
        scale = np.sqrt(nobs / (nobs - total))
        return np.asarray(scale * np.linalg.norm(by_period, axis=1))
