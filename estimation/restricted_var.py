"""A VAR whose coefficients obey linear restrictions, by generalised least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .least_squares import lagged, many_least_squares

#: Largest change of the residual covariance, relative to its scale, at which iteration ends.
TOLERANCE = 1e-11
MAX_ITERATIONS = 500


@dataclass(frozen=True, slots=True, eq=False)
class LinearRestrictions:
    """c linear restrictions C beta = r on the coefficients of all equations.

    A restriction is a sum of parts, each of which stands in one equation: the form in which the
    covariance of C b needs only products of the parts, however many equations there are.

    Attributes
    ----------
    parts : ndarray, shape (M, n)
        Weights on the n regressors of one equation.
    equation : ndarray of int, shape (M,)
        The equation of each part.
    sums : ndarray, shape (c, M)
        Which parts add up to a restriction.
    values : ndarray, shape (c,)
        What they add up to.
    """

    parts: np.ndarray
    equation: np.ndarray
    sums: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def matrix(self, equations: int) -> np.ndarray:
        """C of shape (c, K n), coefficients equation by equation."""
        spread = np.zeros((len(self.parts), equations, self.parts.shape[1]))
        spread[np.arange(len(self.parts)), self.equation] = self.parts
        return self.sums @ spread.reshape(len(self.parts), -1)

    def fixed(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Regressor, equation and value of each coefficient that a restriction of its own fixes."""
        alone = np.flatnonzero(((self.sums != 0) @ (self.parts != 0).sum(axis=1)) == 1)
        part = np.argmax(self.sums[alone] != 0, axis=1)
        regressor = np.argmax(self.parts[part] != 0, axis=1)
        return (
            regressor,
            self.equation[part],
            self.values[alone] / self.parts[part, regressor],
        )


def restricted_least_squares(
    coefficients: np.ndarray,
    gram_inverse: np.ndarray,
    covariance: np.ndarray,
    nobs: int,
    restrictions: LinearRestrictions,
    *,
    iterate: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Least-squares coefficients moved to where the restrictions hold.

    With b of unrestricted least squares and N = Sigma (x) (X'X)^-1, generalised least squares is

        beta = b - N C' (C N C')^-1 (C b - r),

    which needs nothing but moments that least squares has left. Iterated until Sigma is the
    covariance of its own residuals, beta is the Gaussian maximum likelihood estimate.

    Parameters
    ----------
    coefficients : ndarray, shape (..., n, K)
        b, equations in columns.
    gram_inverse : ndarray, shape (..., n, n)
    covariance : ndarray, shape (..., K, K)
        Covariance of the least-squares residuals with divisor T.
    nobs : int
        T.
    restrictions : LinearRestrictions
        C has full row rank.
    iterate : bool
        Iterate to the maximum likelihood estimate; otherwise one step with Sigma of least squares
        (estimated generalised least squares, asymptotically as efficient).

    Returns
    -------
    coefficients : ndarray, shape (..., n, K)
        NaN where the iteration did not converge.
    covariance : ndarray, shape (..., K, K)
        Of the restricted residuals, divisor T.

    References
    ----------
    Lütkepohl (2005), section 5.2; Oberhofer and Kmenta (1974) for the iteration.
    """
    parts, equation, sums = restrictions.parts, restrictions.equation, restrictions.sums
    products = parts @ gram_inverse @ parts.T
    at_parts = np.einsum("mn,...nm->...m", parts, coefficients[..., equation])
    gap = at_parts @ sums.T - restrictions.values
    place = np.eye(coefficients.shape[-1])[equation]
    sigma = covariance
    for _ in range(MAX_ITERATIONS if iterate else 1):
        spread = sums @ (sigma[..., equation[:, None], equation] * products) @ sums.T
        multipliers = _solve_scaled(spread, gap) @ sums
        # X'U of the restricted residuals U: zero for least squares, what the restrictions cost.
        score = np.einsum("mn,...m,mk->...nk", parts, multipliers, place) @ sigma
        move = gram_inverse @ score
        updated = covariance + np.swapaxes(score, -1, -2) @ move / nobs
        size = np.sqrt(np.diagonal(updated, axis1=-2, axis2=-1))
        change = np.abs(updated - sigma) / (size[..., :, None] * size[..., None, :])
        sigma = updated
        open_ = np.max(change, axis=(-1, -2), initial=0.0) > TOLERANCE
        if not open_.any():
            break
    restricted = coefficients - move
    regressor, equation, value = restrictions.fixed()
    restricted[..., regressor, equation] = value
    if iterate:
        restricted = np.where(open_[..., None, None], np.nan, restricted)
    return restricted, sigma


def restricted_paths(
    y: np.ndarray,
    z: np.ndarray,
    p: int,
    *,
    divisor: float,
    scales: np.ndarray | None = None,
    restrictions: LinearRestrictions | None = None,
    iterate: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The VAR(p) of each of R series, weighted by known scales and restricted as asked.

    Parameters
    ----------
    y : ndarray, shape (R, T+p, K)
    z : ndarray, shape (T, m)
        Deterministic and exogenous columns, the same for all series.
    p : int
    divisor : float
        Of the covariance.
    scales : ndarray, shape (T,), optional
        Standard deviation of each period's errors relative to a normal period.
    restrictions : LinearRestrictions, optional
    iterate : bool
        See ``restricted_least_squares``.

    Returns
    -------
    lags : ndarray, shape (R, p, K, K)
    deterministic : ndarray, shape (R, K, m)
    covariance : ndarray, shape (R, K, K)
        Not finite where the estimation failed.
    """
    count, _, k = y.shape
    nobs, m = z.shape
    x = np.concatenate([np.broadcast_to(z, (count, nobs, m)), lagged(y, p)], axis=2)
    weights = np.ones((nobs, 1)) if scales is None else 1 / scales[:, None]
    found, gram_inverse, covariance = many_least_squares(x * weights, y[:, p:] * weights)
    if restrictions is not None:
        found, covariance = restricted_least_squares(
            found, gram_inverse, covariance, nobs, restrictions, iterate=iterate
        )
    lags = found[:, m:].reshape(count, p, k, k).swapaxes(2, 3)
    return lags, found[:, :m].swapaxes(1, 2), covariance * (nobs / divisor)


def _solve_scaled(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solution of symmetric systems whose rows may be in very different units."""
    length = np.sqrt(np.diagonal(matrix, axis1=-2, axis2=-1))
    scaled = matrix / (length[..., :, None] * length[..., None, :])
    solved: np.ndarray = np.linalg.solve(scaled, (right / length)[..., None])[..., 0] / length
    return solved
