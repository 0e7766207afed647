"""How many shocks have GARCH variances: tests of what is left in shocks taken as homoskedastic.

Under the null that r of K shocks have moving variances the other d = K - r, standardised, are
independent over time up to their second moments. Both tests are the same for any rotation of them.
"""

from __future__ import annotations

import numpy as np


def size_autocorrelation(shocks: np.ndarray, lags: int) -> tuple[float, int]:
    """Lanne and Saikkonen's Q_1: autocorrelation of the length of the shocks, and its df.

    T sum_h rho_h^2 of e_t' e_t up to ``lags``, chi-squared with as many degrees of freedom.

    Parameters
    ----------
    shocks : ndarray, shape (T, d)
        Standardised.
    lags : int
    """
    size = np.einsum("ti,ti->t", shocks, shocks)
    size = size - size.mean()
    correlation = [size[h:] @ size[:-h] / (size @ size) for h in range(1, lags + 1)]
    return float(len(size) * np.sum(np.square(correlation))), lags


def product_autocorrelation(shocks: np.ndarray, lags: int) -> tuple[float, int]:
    """Lanne and Saikkonen's Q_2: autocorrelation of all products of shocks, and its df.

    T sum_h tr(G_h' G_0^-1 G_h G_0^-1) with G_h the autocovariances of vech(e_t e_t'); chi-squared
    with lags d^2 (d + 1)^2 / 4 degrees of freedom. Lütkepohl and Milunovich (2016).

    Parameters
    ----------
    shocks : ndarray, shape (T, d)
    lags : int
    """
    nobs, d = shocks.shape
    lower = np.tril_indices(d)
    products = shocks[:, lower[0]] * shocks[:, lower[1]]
    products = products - products.mean(axis=0)
    factor = np.linalg.cholesky(products.T @ products / nobs)
    white = np.linalg.solve(factor, products.T).T
    total = sum(np.sum((white[h:].T @ white[:-h] / nobs) ** 2) for h in range(1, lags + 1))
    return float(nobs * total), lags * (d * (d + 1) // 2) ** 2
