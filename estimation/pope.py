"""The small-sample bias of a VAR's least-squares coefficients."""

from __future__ import annotations

import numpy as np

from ..errors import NumericalError
from .companion import companion

#: Doublings of the sum that gives the variance: enough for roots of 1 - 1e-9.
MAX_DOUBLINGS = 40


def pope_bias(
    lags: np.ndarray, covariance: np.ndarray, nobs: int, *, constant: bool = True
) -> np.ndarray:
    """Expected error of least-squares slopes, to order 1 / T, by the formula of Nicholls and Pope.

    For the companion form x_t = A x_{t-1} + u_t with Gamma = E[x_t x_t'] and Sigma = E[u_t u_t'],

        E[A^ - A] = -(1/T) Sigma [(I - A')^-1 + A' (I - A'^2)^-1 + sum_i l_i (I - l_i A')^-1]
                    Gamma^-1,

    l_i being the eigenvalues of A. The first term is what estimating the mean costs; it drops out
    of a model without a constant.

    Parameters
    ----------
    lags : ndarray, shape (p, K, K)
        Of a stationary VAR: all roots inside the unit circle.
    covariance : ndarray, shape (K, K)
        Only its shape counts, not its scale.
    nobs : int
        T, the periods explained (presample left out), as in Kilian's own programs; some others
        divide by all periods of the data.
    constant : bool
        Whether the model has one. Trends, seasonal terms or exogenous variables need another
        formula.

    Returns
    -------
    ndarray, shape (p, K, K)
        To be subtracted from an estimate.

    Raises
    ------
    NumericalError
        If the VAR is not stationary.

    References
    ----------
    Nicholls and Pope (1988), Australian Journal of Statistics 30A; Pope (1990), Journal of Time
    Series Analysis 11; Kilian (1998), Review of Economics and Statistics 80.
    """
    p, k, _ = lags.shape
    # In units of the errors' standard deviations, the variance is well conditioned.
    units = np.sqrt(np.diag(covariance))
    a = companion(lags * (units / units[:, None]))
    roots = np.linalg.eigvals(a)
    if np.abs(roots).max() >= 1:
        raise NumericalError(
            f"The VAR has a root of {np.abs(roots).max():.4f}: the bias has no formula there.",
            remedy="Difference the series, or estimate the bias by a bootstrap.",
        )
    sigma = np.zeros_like(a)
    sigma[:k, :k] = covariance / np.outer(units, units)
    transposed, identity = a.T, np.eye(k * p)
    bracket = transposed @ np.linalg.inv(identity - transposed @ transposed)
    for root in roots:
        bracket = bracket + (root * np.linalg.inv(identity - root * transposed)).real
    if constant:
        bracket += np.linalg.inv(identity - transposed)
    product = sigma[:k] @ bracket
    bias = -np.linalg.solve(_variance(a, sigma), product.T).T / nobs
    return bias.reshape(k, p, k).swapaxes(0, 1) * (units[:, None] / units)


def _variance(a: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Gamma = sum_h A^h Sigma A'^h, the number of terms doubled until the sum stands."""
    total, power = sigma, a
    for _ in range(MAX_DOUBLINGS):
        added = power @ total @ power.T
        total = total + added
        power = power @ power
        if np.abs(added).max() <= 1e-16 * np.abs(total).max():
            break
    return total
