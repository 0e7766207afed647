"""The Hamilton filter and the Kim smoother, on histories of regimes.

A history is the string of regimes (s_t, s_{t-1}, ..., s_{t-m}), coded as the number
sum_j s_{t-j} k^j: its last base-k digit is the regime today. The memory m is at least 1, so every
joint probability carries the pair (s_t, s_{t-1}); a density that depends on p lagged regimes takes
m = max(p, 1). Transition matrices are row-stochastic: ``transition[i, j]`` is the probability of
going from regime i to regime j.

The sample may consist of stretches that are not neighbours in time: the filter restarts from the
ergodic distribution at each of them, and the smoother never looks across.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from .jit import kernel

#: Status of a kernel: fine, no regime can have produced an observation, no ergodic distribution.
OK, IMPOSSIBLE, NOT_ERGODIC = 0, 1, 2

#: Outside this range a likelihood is summed in logs; what underflow lost inside is below 1e-100.
SMALLEST, LARGEST = 1e-200, 1e200


@dataclass(frozen=True, slots=True)
class Filtered:
    """What the Hamilton filter leaves.

    Attributes
    ----------
    log_likelihood : float
    contributions : ndarray, shape (T,)
        log f(y_t | Y_{t-1}); zero outside the stretches.
    joint : ndarray, shape (T, k**(m+1))
        P(s_t, ..., s_{t-m} | Y_t) by history; zero outside the stretches.
    """

    log_likelihood: float
    contributions: np.ndarray
    joint: np.ndarray


@dataclass(frozen=True, slots=True)
class Smoothed:
    """What the Kim smoother leaves.

    Attributes
    ----------
    joint : ndarray, shape (T, k**(m+1))
        P(s_t, ..., s_{t-m} | Y_T) by history.
    initial : ndarray, shape (S, k**m)
        The same for the m regimes before the first observation of each stretch.
    """

    joint: np.ndarray
    initial: np.ndarray


def hamilton_filter(
    log_density: np.ndarray, transition: np.ndarray, stretches: np.ndarray | None = None
) -> Filtered:
    """Filtered probabilities and the likelihood of a Markov-switching model (Hamilton 1989).

    Parameters
    ----------
    log_density : ndarray, shape (T, k**(p+1))
        log f(y_t | history, past), by the p + 1 latest regimes (p = 0: by today's).
    transition : ndarray, shape (k, k)
        Row-stochastic.
    stretches : ndarray of int, shape (S, 2), optional
        First row and end (exclusive) of each run of neighbouring observations; default: one.

    Raises
    ------
    NumericalError
        If an observation is impossible in every regime that can be reached, or if the chain has
        no unique ergodic distribution.
    """
    rows, densities = log_density.shape
    k = transition.shape[0]
    joint = np.zeros((rows, max(densities, k * k)))
    contributions = np.zeros(rows)
    blocks = whole(rows) if stretches is None else np.ascontiguousarray(stretches, dtype=np.int64)
    start = np.empty(joint.shape[1] // k)
    initial_histories(transition, ergodic_or_raise(transition), start)
    total, status = filter_kernel(
        np.ascontiguousarray(log_density), transition, start, blocks, joint, contributions
    )
    if status != OK:
        raise NumericalError(
            "An observation has zero likelihood in every regime.",
            remedy="Check the parameters: a variance may be zero or a figure not finite.",
        )
    return Filtered(float(total), contributions, joint)


def kim_smoother(filtered: Filtered, k: int, stretches: np.ndarray | None = None) -> Smoothed:
    """Probabilities of regimes given the whole sample, on the extended state (Kim 1994).

    Parameters
    ----------
    filtered : Filtered
    k : int
        Number of regimes.
    stretches : ndarray of int, shape (S, 2), optional
        As given to the filter.
    """
    rows, histories = filtered.joint.shape
    blocks = whole(rows) if stretches is None else np.ascontiguousarray(stretches, dtype=np.int64)
    joint = np.zeros((rows, histories))
    initial = np.empty((len(blocks), histories // k))
    smoother_kernel(filtered.joint, blocks, k, joint, initial)
    return Smoothed(joint, initial)


def regimes_of(joint: np.ndarray, k: int) -> np.ndarray:
    """P(s_t = i) from a joint distribution over histories, shape (T, k)."""
    marginal: np.ndarray = joint.reshape(len(joint), -1, k).sum(axis=1)
    return marginal


def pairs_of(joint: np.ndarray, k: int) -> np.ndarray:
    """P(s_{t-1} = i, s_t = j) from a joint distribution over histories, shape (T, k, k)."""
    pairs: np.ndarray = joint.reshape(len(joint), -1, k, k).sum(axis=1)
    return pairs


def predicted_of(filtered: np.ndarray, transition: np.ndarray, stretches: np.ndarray) -> np.ndarray:
    """P(s_t = i | Y_{t-1}) from the filtered marginals, shape (T, k)."""
    predicted = np.zeros_like(filtered)
    start = ergodic_or_raise(transition)
    for first, stop in stretches:
        predicted[first] = start @ transition
        predicted[first + 1 : stop] = filtered[first : stop - 1] @ transition
    return predicted


def whole(rows: int) -> np.ndarray:
    """A sample without interruption, as stretches."""
    return np.array([[0, rows]], dtype=np.int64)


def ergodic_or_raise(transition: np.ndarray) -> np.ndarray:
    """The ergodic distribution of a chain, shape (k,)."""
    distribution = np.empty(transition.shape[0])
    if ergodic(np.ascontiguousarray(transition), distribution) != OK:
        raise NumericalError(
            "The Markov chain has no unique ergodic distribution.",
            remedy="A regime is never left: fit fewer regimes or a structural break.",
        )
    return distribution


@kernel
def ergodic(transition: np.ndarray, distribution: np.ndarray) -> int:
    """Ergodic distribution by state reduction (Grassmann, Taksar and Heyman 1985).

    It adds and divides but never subtracts, so probabilities near zero keep their digits and none
    turns negative.
    """
    k = transition.shape[0]
    reduced = transition.copy()
    for n in range(k - 1, 0, -1):
        leaving = 0.0
        for j in range(n):
            leaving += reduced[n, j]
        if not leaving > 0.0:
            return NOT_ERGODIC
        for i in range(n):
            reduced[i, n] /= leaving
            for j in range(n):
                reduced[i, j] += reduced[i, n] * reduced[n, j]
    distribution[0] = 1.0
    total = 1.0
    for n in range(1, k):
        distribution[n] = 0.0
        for i in range(n):
            distribution[n] += distribution[i] * reduced[i, n]
        total += distribution[n]
    for n in range(k):
        distribution[n] /= total
    return OK


@kernel
def initial_histories(
    transition: np.ndarray, distribution: np.ndarray, histories: np.ndarray
) -> None:
    """Fill the probability of each string of m regimes of a chain from ``distribution`` on."""
    k = transition.shape[0]
    for h in range(histories.shape[0]):
        oldest = h // (histories.shape[0] // k)
        probability = distribution[oldest]
        block = histories.shape[0] // k
        earlier = oldest
        while block > 1:
            block //= k
            later = (h // block) % k
            probability *= transition[earlier, later]
            earlier = later
        histories[h] = probability


@kernel
def filter_kernel(
    log_density: np.ndarray,
    transition: np.ndarray,
    start: np.ndarray,
    stretches: np.ndarray,
    joint: np.ndarray,
    contributions: np.ndarray,
) -> tuple[float, int]:
    """Fill ``joint`` and ``contributions``; the log-likelihood and a status code."""
    k = transition.shape[0]
    n_joint = joint.shape[1]
    n_lagged = n_joint // k
    n_density = log_density.shape[1]
    lagged = np.empty(n_lagged)
    n_older = n_lagged // k
    deep = n_density == n_joint
    density = np.empty(n_density)
    log_likelihood = 0.0
    for g in range(stretches.shape[0]):
        for h in range(n_lagged):
            lagged[h] = start[h]
        for t in range(stretches[g, 0], stretches[g, 1]):
            for d in range(n_density):
                density[d] = np.exp(log_density[t, d])
            top = 0.0
            total = 0.0
            for older in range(n_older):
                for i in range(k):
                    h = older * k + i
                    for j in range(k):
                        value = lagged[h] * transition[i, j] * density[h * k + j if deep else j]
                        joint[t, h * k + j] = value
                        total += value
            if not SMALLEST < total < LARGEST:
                top, total = _sum_in_logs(log_density[t], transition, lagged, joint[t])
                if not total > 0.0:
                    return -np.inf, IMPOSSIBLE
            contributions[t] = np.log(total) + top
            log_likelihood += contributions[t]
            share = 1.0 / total
            for c in range(n_joint):
                joint[t, c] *= share
            for h in range(n_lagged):
                lagged[h] = joint[t, h]
            for oldest in range(1, k):
                for h in range(n_lagged):
                    lagged[h] += joint[t, oldest * n_lagged + h]
    if not np.isfinite(log_likelihood):
        return -np.inf, IMPOSSIBLE
    return log_likelihood, OK


@kernel
def _sum_in_logs(
    log_density: np.ndarray, transition: np.ndarray, lagged: np.ndarray, joint: np.ndarray
) -> tuple[float, float]:
    """One filter step by log-sum-exp over the joint: the largest term and the scaled sum."""
    k = transition.shape[0]
    n_joint = joint.shape[0]
    deep = log_density.shape[0] == n_joint
    top = -np.inf
    for c in range(n_joint):
        h = c // k
        prior = lagged[h] * transition[h % k, c % k]
        joint[c] = np.log(prior) + log_density[c if deep else c % k] if prior > 0.0 else -np.inf
        top = max(top, joint[c])
    if not np.isfinite(top):
        return top, 0.0
    total = 0.0
    for c in range(n_joint):
        joint[c] = np.exp(joint[c] - top)
        total += joint[c]
    return top, total


@kernel
def smoother_kernel(
    filtered: np.ndarray, stretches: np.ndarray, k: int, joint: np.ndarray, initial: np.ndarray
) -> None:
    """Fill ``joint`` and ``initial`` backwards.

    P(h_t | Y_T) = P(h_t | Y_t) P(l_{t+1} | Y_T) / P(l_{t+1} | Y_t), where l_{t+1} are the m
    regimes up to t. The ratio is zero where the predicted probability is.
    """
    n_joint = filtered.shape[1]
    n_lagged = n_joint // k
    known = np.empty(n_lagged)
    predicted = np.empty(n_lagged)
    for g in range(stretches.shape[0]):
        first, last = stretches[g, 0], stretches[g, 1] - 1
        for c in range(n_joint):
            joint[last, c] = filtered[last, c]
        for t in range(last, first - 1, -1):
            for h in range(n_lagged):
                known[h] = 0.0
                for j in range(k):
                    known[h] += joint[t, h * k + j]
            if t == first:
                break
            for h in range(n_lagged):
                predicted[h] = filtered[t - 1, h]
            for oldest in range(1, k):
                for h in range(n_lagged):
                    predicted[h] += filtered[t - 1, oldest * n_lagged + h]
            for h in range(n_lagged):
                known[h] = known[h] / predicted[h] if predicted[h] > 0.0 else 0.0
            for oldest in range(k):
                for h in range(n_lagged):
                    c = oldest * n_lagged + h
                    joint[t - 1, c] = filtered[t - 1, c] * known[h]
        for h in range(n_lagged):
            initial[g, h] = known[h]
