"""Asymptotic standard errors of a recursive VAR in closed form (Luetkepohl 2005, sections 3.6-3.7).

Parameters are alpha = vec(A_1, ..., A_p) and sigma = vech Sigma, columns stacked; every derivative
is written out with Kronecker products, and nothing is shared with the package.
"""

import numpy as np


def vech_rows(k):
    """Positions of vech among vec, columns stacked."""
    return [j * k + i for j in range(k) for i in range(j, k)]


def elimination(k):
    return np.eye(k * k)[vech_rows(k)]


def duplication(k):
    d = np.zeros((k * k, k * (k + 1) // 2))
    for column, row in enumerate(vech_rows(k)):
        j, i = divmod(row, k)
        d[row, column] = d[i * k + j, column] = 1
    return d


def commutation(k):
    c = np.zeros((k * k, k * k))
    for i in range(k):
        for j in range(k):
            c[i * k + j, j * k + i] = 1
    return c


def covariance_of_sigma(sigma, nobs):
    """2 D+ (Sigma x Sigma) D+' / T."""
    plus = np.linalg.pinv(duplication(len(sigma)))
    return 2 * plus @ np.kron(sigma, sigma) @ plus.T / nobs


def derivative_of_factor(factor):
    """d vec(P) / d sigma' for the lower triangular P with P P' = Sigma."""
    k = len(factor)
    eliminate = elimination(k)
    middle = eliminate @ (np.eye(k * k) + commutation(k)) @ np.kron(factor, np.eye(k))
    return eliminate.T @ np.linalg.inv(middle @ eliminate.T)


def derivatives(lags, sigma, horizon):
    """Orthogonalised responses (H+1, K, K) with derivatives of vec(Theta_h) by alpha and sigma."""
    p, k, _ = lags.shape
    companion = np.zeros((k * p, k * p))
    companion[:k] = np.hstack(list(lags))
    companion[k:, :-k] = np.eye(k * (p - 1))
    select = np.hstack([np.eye(k), np.zeros((k, k * (p - 1)))])
    powers = [np.linalg.matrix_power(companion, h) for h in range(horizon + 1)]
    phi = [select @ power @ select.T for power in powers]
    factor = np.linalg.cholesky(sigma)
    by_factor = derivative_of_factor(factor)
    theta, by_alpha, by_sigma = [], [], []
    for h in range(horizon + 1):
        g = np.zeros((k * k, k * k * p))
        for m in range(h):
            g += np.kron(select @ powers[h - 1 - m].T, phi[m])
        theta.append(phi[h] @ factor)
        by_alpha.append(np.kron(factor.T, np.eye(k)) @ g)
        by_sigma.append(np.kron(np.eye(k), phi[h]) @ by_factor)
    return np.array(theta), np.array(by_alpha), np.array(by_sigma)


def standard_errors(by_alpha, by_sigma, of_alpha, of_sigma):
    """Roots of the diagonals, as matrices [horizon, response, shock]."""
    variance = np.einsum("hia,ab,hib->hi", by_alpha, of_alpha, by_alpha)
    variance = variance + np.einsum("hia,ab,hib->hi", by_sigma, of_sigma, by_sigma)
    k = int(np.sqrt(variance.shape[1]))
    return np.sqrt(np.maximum(variance, 0)).reshape(-1, k, k).transpose(0, 2, 1)


def cumulated(parts):
    return tuple(np.cumsum(part, axis=0) for part in parts)


def long_run(lags, sigma):
    """Xi = A(1)^-1 P with its derivatives, as arrays of one horizon."""
    p, k, _ = lags.shape
    inverse = np.linalg.inv(np.eye(k) - lags.sum(axis=0))
    factor = np.linalg.cholesky(sigma)
    one_lag = np.kron((inverse @ factor).T, inverse)
    by_alpha = np.hstack([one_lag] * p)
    by_sigma = np.kron(np.eye(k), inverse) @ derivative_of_factor(factor)
    return (inverse @ factor)[None], by_alpha[None], by_sigma[None]


def variance_shares(theta, by_alpha, by_sigma):
    """Shares [n - 1, variable, shock] of the forecast error variance, with their derivatives."""
    k = theta.shape[1]
    responses = theta.transpose(0, 2, 1).reshape(len(theta), k * k)  # vec: shock by shock
    part = np.cumsum(responses**2, axis=0)
    d_part = [
        np.cumsum(2 * responses[:, :, None] * slope, axis=0) for slope in (by_alpha, by_sigma)
    ]
    of_variable = part.reshape(-1, k, k).sum(axis=1)
    total = np.tile(of_variable, k)
    found = []
    for slope in d_part:
        summed = slope.reshape(len(theta), k, k, -1).sum(axis=1)
        d_total = np.tile(summed, (1, k, 1))
        found.append(slope / total[..., None] - (part / total**2)[..., None] * d_total)
    return (part / total).reshape(-1, k, k).transpose(0, 2, 1), *found
