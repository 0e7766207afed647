"""Bias of a VAR's slopes and its stationary correction, as the formulas are printed."""

import numpy as np


def companion(lags):
    p, k, _ = lags.shape
    return np.vstack([np.hstack(list(lags)), np.eye(k * (p - 1), k * p)])


def pope_bias(lags, covariance, nobs, constant=True):
    """Pope (1990) with the variance from vec(Gamma) = (I - A (x) A)^-1 vec(Sigma)."""
    p, k, _ = lags.shape
    a, n, eye = companion(lags), k * p, np.eye(k * p)
    sigma = np.zeros((n, n))
    sigma[:k, :k] = covariance
    gamma = np.linalg.solve(np.eye(n * n) - np.kron(a, a), sigma.ravel()).reshape(n, n)
    total = a.T @ np.linalg.inv(eye - a.T @ a.T)
    total = total + sum(root * np.linalg.inv(eye - root * a.T) for root in np.linalg.eigvals(a))
    if constant:
        total = total + np.linalg.inv(eye - a.T)
    bias = -(sigma @ total @ np.linalg.inv(gamma)).real / nobs
    return np.array([bias[:k, k * lag : k * (lag + 1)] for lag in range(p)])


def stationary_share(lags, bias):
    """Kilian (1998): from the whole correction down in steps of one hundredth."""
    for step in range(100, 0, -1):
        if np.abs(np.linalg.eigvals(companion(lags - step / 100 * bias))).max() < 1:
            return step / 100
    return 0.0
