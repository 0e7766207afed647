r"""Smooth local projections: all horizons in one regression whose coefficients are a spline.

.. math:: \min_\theta \sum_h \sum_t (y_{t+h} - x_t B(h)'\theta - w_t'\gamma_h)^2
          + \lambda \lVert D^r \theta \rVert^2

The response at horizon h is B(h)' theta, B the cubic B-splines with a knot at each horizon and D^r
the r-th difference: a large penalty shrinks the response to a polynomial of degree r - 1, none
leaves local projections as they are. Coefficients of the controls are free at each horizon, so
that response and shock enter net of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Stacked:
    """Response and shock of all horizons net of the controls; zero in rows that a horizon lacks.

    Attributes
    ----------
    response, shock : ndarray, shape (T, H)
    leverage : ndarray, shape (T, H)
        Of the controls: what a row's own response counts in its fitted value. It belongs to the
        cross-validation of the whole regression; zeros take the rows net of the controls as data.
    rows : ndarray of bool, shape (T, H)
    """

    response: np.ndarray
    shock: np.ndarray
    leverage: np.ndarray
    rows: np.ndarray

    @property
    def nobs(self) -> int:
        """Rows of all horizons."""
        return int(self.rows.sum())

    def weighted(self) -> Stacked:
        """The rows of each horizon over the standard deviation of what no penalty leaves of them.

        Residuals grow with the horizon, above all those of cumulated responses: as they are, the
        last horizons would choose the penalty for all, and smooth away what the first ones show.
        """
        residuals = self.response - self.shock * self._alone
        scale = np.sqrt((residuals**2).sum(axis=0) / self.rows.sum(axis=0))
        return Stacked(self.response / scale, self.shock / scale, self.leverage, self.rows)

    @property
    def _alone(self) -> np.ndarray:
        """Each horizon's own coefficient."""
        return np.asarray((self.shock * self.response).sum(axis=0) / self.information)

    @property
    def information(self) -> np.ndarray:
        """Sums of squares of the shock by horizon, shape (H,)."""
        return np.asarray((self.shock**2).sum(axis=0))


@dataclass(frozen=True, slots=True, eq=False)
class SmoothFit:
    """Responses at one penalty, and the criteria that penalties are chosen by.

    Attributes
    ----------
    penalty : float
        lambda, in units of ``Stacked.information``.
    path : ndarray, shape (H,)
    smoother : ndarray, shape (H, H)
        What a row's shock times residual at a horizon adds to the path.
    scores : ndarray, shape (T, H)
        Shock times residual of each row.
    leverage : ndarray, shape (T, H)
        What a row's own response counts in its fitted value, the controls apart.
    free : ndarray, shape (H,)
        Rows of each horizon less its controls and its share of the path's degrees of freedom.
    rss, loocv, gcv, aic : float
        Sum of squared residuals; squared errors of predicting each row from all others; its
        approximation with equal leverages; log rss + 2 df / n.
    """

    penalty: float
    path: np.ndarray
    smoother: np.ndarray
    scores: np.ndarray
    leverage: np.ndarray
    free: np.ndarray
    rss: float
    loocv: float
    gcv: float
    aic: float

    @property
    def degrees_of_freedom(self) -> float:
        """Of the path: the number of horizons without a penalty, r with an infinite one."""
        return float(self.leverage.sum())

    def influence(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Contribution of each period, with all its horizons, to the path's error, shape (T, H).

        Parameters
        ----------
        rows : ndarray, shape (H,), optional
            Rows of each horizon: then scores have the factor rows / free.
        """
        factor = 1.0 if rows is None else np.sqrt(rows / self.free)
        return np.asarray((self.scores * factor) @ self.smoother.T)


def spline_basis(horizons: int, degree: int = 3) -> np.ndarray:
    """B-splines with unit knots at consecutive horizons, shape (H, H + degree - 1).

    For cubic splines each row holds 1/6, 2/3, 1/6.
    """
    from scipy.interpolate import BSpline

    spline = BSpline.basis_element(np.arange(degree + 2), extrapolate=False)
    weights = spline(np.arange(1, degree + 1))
    basis = np.zeros((horizons, horizons + degree - 1))
    for h in range(horizons):
        basis[h, h : h + degree] = weights
    return basis


def smooth(
    data: Stacked, basis: np.ndarray, penalty: float, *, differences: int = 3, controls: int = 0
) -> SmoothFit:
    """The penalised regression at one penalty.

    Parameters
    ----------
    data : Stacked
    basis : ndarray, shape (H, K)
    penalty : float
    differences : int
        r.
    controls : int
        Coefficients of the controls at each horizon.

    Notes
    -----
    Rows enter only through their sums by horizon. The inverse is that of the penalty set under the
    splines as further rows, so that it exists without a penalty too, where the splines are more
    than the horizons and their smallest coefficients are taken.

    References
    ----------
    Barnichon and Brownlees (2019); Eilers and Marx (1996).
    """
    count, weight = data.nobs, data.information
    rough = np.diff(np.eye(basis.shape[1]), n=differences, axis=0)
    rows = np.vstack([np.sqrt(weight)[:, None] * basis, np.sqrt(penalty) * rough])
    inverse = np.linalg.pinv(rows)
    smoother = basis @ (inverse @ inverse.T) @ basis.T
    path = smoother @ (data.shock * data.response).sum(axis=0)
    residuals = data.response - data.shock * path
    leverage = data.shock**2 * np.diag(smoother)
    df, rss = float(leverage.sum()), float((residuals**2).sum())
    left_out = residuals / (1 - leverage - data.leverage)
    return SmoothFit(
        penalty=penalty,
        path=path,
        smoother=smoother,
        scores=data.shock * residuals,
        leverage=leverage,
        free=data.rows.sum(axis=0) - controls - leverage.sum(axis=0),
        rss=rss,
        loocv=float((left_out**2).sum()),
        gcv=rss / (1 - (df + data.leverage.sum()) / count) ** 2,
        aic=float(np.log(rss) + 2 * df / count),
    )


def penalty_grid(data: Stacked, count: int = 50) -> np.ndarray:
    """Penalties from one that leaves the response as it is to one that makes it a polynomial."""
    return np.asarray(np.exp(np.linspace(-6, 12, count)) * data.information.mean())


def choose(fits: Iterable[SmoothFit], criterion: str) -> SmoothFit:
    """The fit with the smallest value of ``loocv``, ``gcv`` or ``aic``."""
    return min(fits, key=lambda fit: float(getattr(fit, criterion)))
