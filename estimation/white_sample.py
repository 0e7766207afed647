"""Regressors of a VAR in coordinates without collinearity, many samples at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .least_squares import lagged
from .volatility import Observations


@dataclass(frozen=True, slots=True)
class WhiteSample:
    """Regressors and outcomes of R series in coordinates without collinearity.

    Attributes
    ----------
    basis : ndarray, shape (R, T, n)
        Orthonormal columns that span the regressors of each equation.
    to_coefficients : ndarray, shape (R, n, n)
        From coefficients on the basis to those on the regressors.
    fitted : ndarray, shape (R, n, K)
        Coefficients of least squares on the basis.
    residuals : ndarray, shape (R, T, K)
        Of least squares.
    """

    basis: np.ndarray
    to_coefficients: np.ndarray
    fitted: np.ndarray
    residuals: np.ndarray

    @classmethod
    def of(cls, data: Observations) -> WhiteSample:
        """Regressors and outcomes over the known scale; NaN for series that are collinear."""
        y, z, p, scales = data.y, data.z, data.p, data.scales
        x = np.concatenate([np.broadcast_to(z, (len(y), *z.shape)), lagged(y, p)], axis=2)
        weight = np.ones((len(z), 1)) if scales is None else 1 / scales[:, None]
        x, explained = x * weight, y[:, p:] * weight
        sound = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(explained).all(axis=(1, 2))
        x[~sound], explained[~sound] = 0.0, np.nan
        length = np.linalg.norm(x, axis=1)
        length[length == 0] = 1.0
        basis, triangle = np.linalg.qr(x / length[:, None])
        pivots = np.abs(np.diagonal(triangle, axis1=1, axis2=2))
        full = pivots.min(axis=1) > 16 * max(x.shape[1:]) * np.finfo(float).eps
        triangle[~full], explained[~full] = np.eye(x.shape[2]), np.nan
        inverse = np.linalg.solve(triangle, np.eye(x.shape[2])) / length[..., None]
        fitted = np.swapaxes(basis, 1, 2) @ explained
        return cls(basis, inverse, fitted, explained - basis @ fitted)

    def of_runs(self, runs: np.ndarray) -> WhiteSample:
        """Some of the series."""
        return WhiteSample(*(getattr(self, name)[runs] for name in self.__slots__))

    def coefficients(self, change: np.ndarray, m: int) -> tuple[np.ndarray, np.ndarray]:
        """Lags (R, p, K, K) and deterministic terms (R, K, m) after a change of the fit.

        Parameters
        ----------
        change : ndarray, shape (R, n, K)
            Of the coefficients on the basis from those of least squares.
        m : int
            Deterministic and exogenous columns, which come first.
        """
        found = self.to_coefficients @ (self.fitted + change)
        runs, n, k = found.shape
        lags = found[:, m:].reshape(runs, (n - m) // k, k, k).swapaxes(2, 3)
        return lags, found[:, :m].swapaxes(1, 2)
