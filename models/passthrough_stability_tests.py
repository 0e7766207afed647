"""The statistics that test pass-through for change, worked out once for all bootstrap draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from ..estimation.breaks import functionals, orthonormal, residuals_on
from ..estimation.drifting_mean import Whitened
from ..estimation.parameter_stability import (
    Contrasts,
    contrasts,
    hac_wald,
    nyblom,
    quasi_local_level,
    standardised_scores,
)
from .passthrough_regression import LagRegression


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of the cumulated pass-through in one regression, at many dates.

    Attributes
    ----------
    operator : ndarray, shape (n, T), or None
        What makes the regression of the series; none for the series as they are.
    basis : ndarray
        Orthonormal; the regressors without a change.
    by_date : sequence of Contrasts
    known : mapping of str to Contrasts
    lags : int
        Of Bartlett's kernel.
    """

    operator: np.ndarray | None
    basis: np.ndarray
    by_date: Sequence[Contrasts]
    known: Mapping[str, Contrasts]
    lags: int

    def residuals(self, outcomes: np.ndarray) -> np.ndarray:
        """Residuals without a change, of outcomes (R, T)."""
        seen = outcomes if self.operator is None else outcomes @ self.operator.T
        return residuals_on(self.basis, seen[..., None])[..., 0]

    def sequence(self, residuals: np.ndarray) -> np.ndarray:
        """Wald statistics by candidate date, shape (R, D)."""
        return np.column_stack([hac_wald(c, residuals, self.lags) for c in self.by_date])

    def at_known(self, residuals: np.ndarray) -> np.ndarray:
        """Wald statistics by known date, shape (R, number of them)."""
        found = [hac_wald(change, residuals, self.lags) for change in self.known.values()]
        return np.column_stack(found) if found else np.empty((len(residuals), 0))


@dataclass(frozen=True, slots=True)
class StabilityTests:
    """All statistics of one outcome, or of the many of a bootstrap.

    Attributes
    ----------
    plain : Changes
        By least squares with HAC errors and a constant mean.
    white : Changes
        By generalised least squares, where errors are not autocorrelated and the mean may drift.
    directions : sequence of ndarray
        Regressors of the second whose coefficients may move: that of the cumulated pass-through
        alone, then all.
    drifting : bool
        Whether the headline is that of the second.
    """

    plain: Changes
    white: Changes
    directions: Sequence[np.ndarray]
    drifting: bool

    @property
    def headline(self) -> Changes:
        """Where the headline comes from."""
        return self.white if self.drifting else self.plain

    def __call__(self, outcomes: np.ndarray) -> np.ndarray:
        """Statistics of outcomes (R, T, 1), one column each.

        Those over dates; the largest by least squares; Nyblom's and qLL of the cumulated
        pass-through and of all coefficients; known dates by both.
        """
        plain, white = (c.residuals(outcomes[..., 0]) for c in (self.plain, self.white))
        by_date = self.plain.sequence(plain)
        headline = self.white.sequence(white) if self.drifting else by_date
        scores = [standardised_scores(x, white, 0) for x in self.directions]
        return np.column_stack(
            [
                *functionals(headline).values(),
                by_date.max(axis=1),
                *(test(u) for u in scores for test in (nyblom, quasi_local_level)),
                self.headline.at_known(white if self.drifting else plain),
                self.plain.at_known(plain),
            ]
        )


def stability_tests(
    regression: LagRegression,
    white: Whitened,
    month: int,
    dates: np.ndarray,
    known: Mapping[str, int],
    drifting: bool,
) -> StabilityTests:
    """The statistics, with all that does not depend on the outcome worked out.

    Parameters
    ----------
    regression : LagRegression
    white : Whitened
        The same with errors that are not autocorrelated.
    month : int
        Horizon of the cumulated pass-through.
    dates : ndarray of int, shape (D,)
        Rows before each candidate date.
    known : mapping of str to int
        Rows before each known date.
    drifting : bool
        Whether the mean may drift.
    """
    total = regression.sums([month])

    def changes(operator: np.ndarray | None, regressors: np.ndarray, lags: int) -> Changes:
        basis = orthonormal(regressors)

        def at(row: int) -> Contrasts:
            moved = after_row(regression, row)
            return contrasts(basis, moved if operator is None else operator @ moved, total)

        with threadpool_limits(limits=1, user_api="blas"):
            by_date = [at(int(row)) for row in dates] if drifting or operator is None else []
            return Changes(operator, basis, by_date, {m: at(k) for m, k in known.items()}, lags)

    return StabilityTests(
        changes(None, regression.regressors, regression.hac_lags),
        changes(white.operator, np.hstack([white.x, white.w]), 0),
        (white.x @ np.linalg.solve(white.x.T @ white.x, total.T), white.x),
        drifting,
    )


def after_row(regression: LagRegression, row: int) -> np.ndarray:
    """Regressors by which the exchange rate's coefficients change after so many rows."""
    return np.where(np.arange(regression.nobs)[:, None] >= row, regression.x, 0.0)
