"""The posterior of a VAR under the diffuse prior p(A, Sigma) ~ |Sigma|^-(K+1)/2 (Jeffreys).

With coefficients A (n, K), regressors X (T, n), least-squares estimate A* and S = U'U,

    Sigma | y ~ inverse Wishart(S, T - n),    A | Sigma, y ~ N(A*, Sigma x (X'X)^-1).

References
----------
Zellner (1971), section 8.1; Kilian and Lütkepohl (2017), section 5.2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError, SampleError
from .streams import BLOCK, block_generator
from .var_bootstrap import ReducedFormDraws


@dataclass(frozen=True, slots=True, eq=False)
class NormalInverseWishart:
    """The posterior in the form in which it is drawn from.

    Attributes
    ----------
    coefficients : ndarray, shape (n, K)
        A*, one column for each equation: m deterministic and exogenous terms, then p lags of the K
        variables.
    root : ndarray, shape (n, n)
        Upper triangular G with G G' = (X'X)^-1.
    factor : ndarray, shape (K, K)
        Lower triangular L with L L' = S.
    degrees : int
        T - n.
    """

    coefficients: np.ndarray
    root: np.ndarray
    factor: np.ndarray
    degrees: int


def diffuse_posterior(
    design: np.ndarray, coefficients: np.ndarray, residuals: np.ndarray
) -> NormalInverseWishart:
    """The posterior of a VAR estimated by least squares.

    Parameters
    ----------
    design : ndarray, shape (T, n)
    coefficients : ndarray, shape (n, K)
    residuals : ndarray, shape (T, K)

    Raises
    ------
    SampleError
        If T - n < K: the posterior of Sigma is not proper.
    NumericalError
        If the regressors or the residuals are linearly dependent.
    """
    rows, n = design.shape
    k = residuals.shape[1]
    if rows - n < k:
        raise SampleError(
            f"{rows} observations, {n} coefficients in an equation, {k} variables: the posterior "
            "of the error covariance is not proper.",
            remedy="Use fewer lags, fewer variables or a longer sample.",
        )
    triangle, units = _triangle(design, "regressors")
    errors, scales = _triangle(residuals, "residuals")
    root = np.linalg.solve(triangle, np.eye(n)) / units[:, None]
    factor = errors.T * np.sign(np.diag(errors)) * scales[:, None]
    return NormalInverseWishart(coefficients, root, factor, rows - n)


def draw_posterior(
    posterior: NormalInverseWishart, lags: int, *, draws: int, seed: int
) -> ReducedFormDraws:
    """Independent draws of coefficients and covariance.

    A draw is a function of ``seed`` and of its number alone.

    Parameters
    ----------
    posterior : NormalInverseWishart
    lags : int
        p.
    draws : int
    seed : int
        Not negative.
    """
    n, k = posterior.coefficients.shape
    triangle = np.zeros((draws, k, k))
    normal = np.empty((draws, n, k))
    for block in range(-(-draws // BLOCK)):
        generator = block_generator(seed, block)
        kept = min(BLOCK, draws - block * BLOCK)
        part = slice(block * BLOCK, block * BLOCK + kept)
        triangle[part] = bartlett(posterior.degrees, k, BLOCK, generator)[:kept]
        normal[part] = generator.standard_normal((BLOCK, n, k))[:kept]
    # With W = A A' ~ Wishart(I, T - n), Sigma = (L A^-T)(L A^-T)'.
    root = np.swapaxes(np.linalg.solve(triangle, posterior.factor.T), -1, -2)
    drawn = posterior.coefficients + posterior.root @ (normal @ np.swapaxes(root, -1, -2))
    return ReducedFormDraws(
        *as_reduced_form(drawn, lags), root @ np.swapaxes(root, -1, -2), failed=0, refitted=0
    )


def bartlett(degrees: int, size: int, count: int, generator: np.random.Generator) -> np.ndarray:
    """Lower triangular A (count, size, size) with A A' ~ Wishart(I, degrees) (Bartlett 1933)."""
    triangle = np.tril(generator.standard_normal((count, size, size)), -1)
    own = np.arange(size)
    triangle[:, own, own] = np.sqrt(generator.chisquare(degrees - own, (count, size)))
    return triangle


def as_reduced_form(coefficients: np.ndarray, lags: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (R, n, K), deterministic ones first, as lags (R, p, K, K) and (R, K, m)."""
    count, n, k = coefficients.shape
    terms = n - lags * k
    by_lag = coefficients[:, terms:].reshape(count, lags, k, k)
    return (
        np.ascontiguousarray(np.swapaxes(by_lag, -1, -2)),
        np.ascontiguousarray(np.swapaxes(coefficients[:, :terms], -1, -2)),
    )


def _triangle(columns: np.ndarray, what: str) -> tuple[np.ndarray, np.ndarray]:
    """R of a QR decomposition of columns scaled to unit length, and their lengths.

    Scaled, so that neither units nor a large mean cost digits.
    """
    length = np.linalg.norm(columns, axis=0)
    if length.all():
        triangle = np.asarray(np.linalg.qr(columns / length, mode="r"))
        if np.abs(np.diag(triangle)).min() > 16 * max(columns.shape) * np.finfo(float).eps:
            return triangle, length
    raise NumericalError(
        f"The {what} of the VAR are linearly dependent.",
        remedy="Leave out a variable that is an exact combination of the others.",
    )
