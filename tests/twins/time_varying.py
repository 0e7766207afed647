"""Coefficients over time in plain numpy: the oracles of the compiled kernels."""

import numpy as np


def window_sums(y, x, functions, first, last, forgetting, lags):
    """Estimates (D, H), HAC covariances (D, H, H) and coefficients (D, n), window by window."""
    estimates, covariances, coefficients = [], [], []
    for start, stop in zip(first, last + 1):
        weight = forgetting ** np.arange(stop - start - 1, -1, -1.0)
        rows, outcome = x[start:stop], y[start:stop]
        b = np.linalg.lstsq(rows * np.sqrt(weight)[:, None], outcome * np.sqrt(weight))[0]
        bread = np.linalg.inv(rows.T @ (rows * weight[:, None]))
        scores = rows * (weight * (outcome - rows @ b))[:, None]
        meat = scores.T @ scores
        for lag in range(1, min(lags, len(scores) - 1) + 1):
            across = scores[lag:].T @ scores[:-lag]
            meat += (1 - lag / (lags + 1)) * (across + across.T)
        effective = weight.sum() ** 2 / (weight**2).sum()
        factor = effective / (effective - x.shape[1])
        coefficients.append(b)
        estimates.append(functions @ b)
        covariances.append(factor * functions @ bread @ meat @ bread @ functions.T)
    return np.array(estimates), np.array(covariances), np.array(coefficients)


def filter_columns(data, x, q):
    """Innovations, their scale, predicted states and covariances of all columns."""
    rows, width = x.shape
    state, p = np.zeros((width, data.shape[1])), np.zeros((width, width))
    innovations, scale, states, covariances = [], [], [], []
    for t in range(rows):
        states.append(state)
        covariances.append(p)
        f = 1 + x[t] @ p @ x[t]
        e = data[t] - x[t] @ state
        gain = p @ x[t] / f
        innovations.append(e)
        scale.append(f)
        state = state + np.outer(gain, e)
        p = p - np.outer(gain, p @ x[t]) + q
    return np.array(innovations), np.array(scale), np.array(states), np.array(covariances)


def smooth_columns(x, innovations, scale, states, covariances):
    """Smoothed states and covariances, r and N before each period, by the backward recursions."""
    rows, width = x.shape
    r, n = np.zeros_like(states[0]), np.zeros((width, width))
    smoothed, spread = np.empty_like(states), np.empty_like(covariances)
    all_r, all_n = np.empty_like(states), np.empty_like(covariances)
    for t in range(rows - 1, -1, -1):
        p = covariances[t]
        carry = np.eye(width) - np.outer(p @ x[t] / scale[t], x[t])
        r = np.outer(x[t], innovations[t]) / scale[t] + carry.T @ r
        n = np.outer(x[t], x[t]) / scale[t] + carry.T @ n @ carry
        smoothed[t], spread[t] = states[t] + p @ r, p - p @ n @ p
        all_r[t], all_n[t] = r, n
    return smoothed, spread, all_r, all_n


def gls_log_likelihood(y, x, w, q, variance):
    """The diffuse log-likelihood from the full covariance of the outcomes, no recursion."""
    rows = len(y)
    times = np.minimum.outer(np.arange(rows), np.arange(rows))
    omega = variance * (np.eye(rows) + times * (x @ q @ x.T))
    regressors = np.column_stack([x, w])
    inverse = np.linalg.inv(omega)
    products = regressors.T @ inverse @ regressors
    left = y - regressors @ np.linalg.solve(products, regressors.T @ inverse @ y)
    freedom = rows - regressors.shape[1]
    sizes = np.linalg.slogdet(omega)[1] + np.linalg.slogdet(products)[1]
    return -0.5 * (freedom * np.log(2 * np.pi) + sizes + left @ inverse @ left)
