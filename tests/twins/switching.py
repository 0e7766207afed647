"""Markov switching as a textbook writes it: logs, tuples of regimes, and plain enumeration.

Nothing is shared with the package: histories are tuples (s_t, s_{t-1}, ..., s_{t-p}), and the
smoothed probabilities come from summing over every path of regimes that there is.
"""

import itertools

import numpy as np
from scipy.special import logsumexp


def ergodic(transition):
    """The left eigenvector of the eigenvalue one."""
    values, vectors = np.linalg.eig(transition.T)
    vector = np.real(vectors[:, np.argmin(abs(values - 1))])
    return vector / vector.sum()


def log_density(y, x, w, parameters, t, history, variance_of=0):
    """log f(y_t | history): ``variance_of`` says which of its regimes the variance belongs to."""
    _, beta, gamma, variance, phi = parameters

    def deviation(when, regime):
        return y[when] - x[when] @ beta[regime] - w[when] @ gamma

    error = deviation(t, history[0])
    for lag in range(1, len(history)):
        error -= phi[history[0], lag - 1] * deviation(t - lag, history[lag])
    spread = variance[history[variance_of]]
    return -0.5 * (np.log(2 * np.pi * spread) + error**2 / spread)


def filter_histories(y, x, w, parameters, stretches, p, variance_of=0):
    """Log-likelihood and filtered P(s_t), by recursion over histories in logs."""
    transition = parameters[0]
    k = len(transition)
    with np.errstate(divide="ignore"):
        log_p, log_pi = np.log(transition), np.log(ergodic(transition))
    total, filtered = 0.0, np.full((len(y), k), np.nan)
    for first, stop in stretches:
        past = {
            h: log_pi[h[-1]] + sum(log_p[h[j + 1], h[j]] for j in range(len(h) - 1))
            for h in itertools.product(range(k), repeat=max(p, 1))
        }
        for t in range(first + p, stop):
            joint = {}
            for old, weight in past.items():
                for s in range(k):
                    history = (s, *old)
                    density = log_density(y, x, w, parameters, t, history[: p + 1], variance_of)
                    joint[history] = weight + log_p[old[0], s] + density
            step = logsumexp(list(joint.values()))
            total += step
            joint = {h: weight - step for h, weight in joint.items()}
            filtered[t] = [np.exp(logsumexp([v for h, v in joint.items() if h[0] == s]))
                           for s in range(k)]  # fmt: skip
            past = {
                h: logsumexp([joint[(*h, oldest)] for oldest in range(k)])
                for h in {history[:-1] for history in joint}
            }
    return total, filtered


def enumerate_paths(y, x, w, parameters, p):
    """Log-likelihood, smoothed P(s_t) and smoothed P(s_{t-1}, s_t), from every path of regimes."""
    transition = parameters[0]
    k, periods = len(transition), len(y)
    pi = ergodic(transition)
    first = max(p, 1)
    paths = list(itertools.product(range(k), repeat=periods + first - p))
    shift = first - p  # without lags the path begins one period before the first observation
    weights = np.empty(len(paths))
    for n, path in enumerate(paths):
        weight = np.log(pi[path[0]])
        weight += sum(np.log(transition[a, b]) for a, b in itertools.pairwise(path))
        for t in range(p, periods):
            history = tuple(path[t + shift - lag] for lag in range(p + 1))
            weight += log_density(y, x, w, parameters, t, history)
        weights[n] = weight
    total = logsumexp(weights)
    share = np.exp(weights - total)
    states = np.array(paths)[:, shift:]
    smoothed = np.stack([share @ (states == s) for s in range(k)], axis=1)
    pairs = np.zeros((periods, k, k))
    for t in range(p, periods):
        before, now = np.array(paths)[:, t + shift - 1], states[:, t]
        for i, j in itertools.product(range(k), repeat=2):
            pairs[t, i, j] = share @ ((before == i) & (now == j))
    return total, smoothed, pairs
