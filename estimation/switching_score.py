"""Likelihood and exact score of the Gaussian Markov-switching regression.

The filter runs over k**(p+1) histories of regimes. The score is Fisher's identity: the gradient
of the complete-data log-likelihood, averaged over the smoothed histories.
"""

from __future__ import annotations

import numpy as np

from .hamilton import (
    IMPOSSIBLE,
    NOT_ERGODIC,
    OK,
    Filtered,
    ergodic,
    filter_kernel,
    hamilton_filter,
    initial_histories,
    smoother_kernel,
)
from .jit import kernel
from .switching_design import SwitchingDesign, SwitchingParameters, unpack


def log_likelihood_and_score(
    theta: np.ndarray, design: SwitchingDesign
) -> tuple[float, np.ndarray]:
    """Log-likelihood and its gradient; minus infinity and NaN where there is none."""
    gradient = np.empty_like(theta)
    value, status = objective(np.ascontiguousarray(theta), gradient, design, design.usable)
    if status != OK:
        gradient[:] = np.nan
    return float(value), gradient


def filter_at(parameters: SwitchingParameters, design: SwitchingDesign) -> Filtered:
    """Run the Hamilton filter at given parameters.

    Raises
    ------
    NumericalError
    """
    flat = SwitchingParameters(*(np.ascontiguousarray(part) for part in parameters))
    rows = len(design.y)
    deviation = np.empty((rows, design.k))
    error = np.zeros((rows, design.k ** (design.p + 1)))
    log_density = np.zeros_like(error)
    densities(flat, design, design.usable, deviation, error, log_density)
    return hamilton_filter(log_density, flat.transition, design.usable)


@kernel
def objective(
    theta: np.ndarray, gradient: np.ndarray, design: SwitchingDesign, usable: np.ndarray
) -> tuple[float, int]:
    """Log-likelihood and a status code; fill ``gradient`` with the score in ``theta``."""
    rows, k = design.y.shape[0], design.k
    parameters = unpack(theta, design)
    distribution = np.empty(k)
    if ergodic(parameters.transition, distribution) != OK:
        return -np.inf, NOT_ERGODIC
    deviation = np.empty((rows, k))
    error = np.empty((rows, k ** (design.p + 1)))
    log_density = np.empty((rows, k ** (design.p + 1)))
    densities(parameters, design, usable, deviation, error, log_density)
    memory = max(design.p, 1)
    start = np.empty(k**memory)
    initial_histories(parameters.transition, distribution, start)
    filtered = np.empty((rows, k ** (memory + 1)))
    contributions = np.empty(rows)
    value, status = filter_kernel(
        log_density, parameters.transition, start, usable, filtered, contributions
    )
    if status != OK:
        return -np.inf, IMPOSSIBLE
    smoothed = np.empty((rows, k ** (memory + 1)))
    initial = np.empty((usable.shape[0], start.shape[0]))
    smoother_kernel(filtered, usable, k, smoothed, initial)
    for i in range(gradient.shape[0]):
        gradient[i] = 0.0
    n_chain = k * (k - 1)
    chain_score(parameters.transition, distribution, smoothed, initial, usable, gradient[:n_chain])
    regression_score(parameters, design, usable, smoothed, error, deviation, gradient[n_chain:])
    return value, OK


@kernel
def densities(
    parameters: SwitchingParameters,
    design: SwitchingDesign,
    usable: np.ndarray,
    deviation: np.ndarray,
    error: np.ndarray,
    log_density: np.ndarray,
) -> None:
    """Fill the deviations by regime, and errors and Gaussian log densities by history.

    The sum over lags is built up like a tree: the histories of l lags branch into k of l + 1.
    """
    _deviations(parameters, design, deviation)
    k, p, phi = design.k, design.p, parameters.ar
    branch, constant, precision = np.empty(k**p), np.empty(k), np.empty(k)
    for s in range(k):
        constant[s] = -0.5 * np.log(2.0 * np.pi * parameters.variance[s])
        precision[s] = 0.5 / parameters.variance[s]
    for g in range(usable.shape[0]):
        for t in range(usable[g, 0], usable[g, 1]):
            for s in range(k):
                branch[0] = deviation[t, s]
                size = 1
                for lag in range(p):
                    for past in range(k - 1, -1, -1):
                        shift = phi[s, lag] * deviation[t - 1 - lag, past]
                        for b in range(size):
                            branch[past * size + b] = branch[b] - shift
                    size *= k
                for b in range(size):
                    value = branch[b]
                    error[t, b * k + s] = value
                    log_density[t, b * k + s] = constant[s] - precision[s] * value * value


@kernel
def _deviations(
    parameters: SwitchingParameters, design: SwitchingDesign, deviation: np.ndarray
) -> None:
    """Fill v[t, s] = y_t - x_t' beta_s - w_t' gamma."""
    beta, gamma = parameters.switching, parameters.common
    for t in range(design.y.shape[0]):
        rest = design.y[t]
        for j in range(gamma.shape[0]):
            rest -= design.w[t, j] * gamma[j]
        for s in range(design.k):
            value = rest
            for j in range(beta.shape[1]):
                value -= design.x[t, j] * beta[s, j]
            deviation[t, s] = value


@kernel
def regression_score(
    parameters: SwitchingParameters,
    design: SwitchingDesign,
    usable: np.ndarray,
    smoothed: np.ndarray,
    error: np.ndarray,
    deviation: np.ndarray,
    gradient: np.ndarray,
) -> None:
    """Score in beta, gamma, log(sigma^2 - floor) and phi, in that order.

    ``pull[t, s]`` collects the derivative with respect to v_t(s), to which x_t' beta_s and
    w_t' gamma belong, over all dates whose error contains it.
    """
    k, p, variance = design.k, design.p, parameters.variance
    weight = np.empty((error.shape[0], k, k**p))
    slope = np.zeros(k)
    _weigh(smoothed, error, variance, usable, weight, slope)
    at = k * design.x.shape[1] + design.w.shape[1]
    for s in range(k):
        above_floor = 1.0 - design.variance_floor / variance[s]
        gradient[at + s * design.switching_variance] += slope[s] * above_floor
    at += k if design.switching_variance else 1
    pull = np.zeros((error.shape[0], k))
    own = p * design.switching_ar
    _share_among_lags(weight, deviation, parameters.ar, usable, own, gradient[at:], pull)
    _through_regressors(pull, design, gradient)


@kernel
def _weigh(
    smoothed: np.ndarray,
    error: np.ndarray,
    variance: np.ndarray,
    usable: np.ndarray,
    weight: np.ndarray,
    slope: np.ndarray,
) -> None:
    """Errors over the variance, weighted by their histories, and the slope in log sigma^2."""
    k, n_density = variance.shape[0], error.shape[1]
    n_older = smoothed.shape[1] // n_density
    for s in range(k):
        precision = 1.0 / variance[s]
        total = 0.0
        for g in range(usable.shape[0]):
            for t in range(usable[g, 0], usable[g, 1]):
                for b in range(weight.shape[2]):
                    probability = 0.0
                    for older in range(n_older):
                        probability += smoothed[t, older * n_density + b * k + s]
                    e = error[t, b * k + s]
                    weight[t, s, b] = probability * precision * e
                    total += weight[t, s, b] * e - probability
        slope[s] = 0.5 * total


@kernel
def _share_among_lags(
    weight: np.ndarray,
    deviation: np.ndarray,
    phi: np.ndarray,
    usable: np.ndarray,
    own: int,
    gradient: np.ndarray,
    pull: np.ndarray,
) -> None:
    """Hand the weighted errors of each date to phi and to the deviations that they contain.

    The histories are folded from the oldest regime on; what is left of a date is its sum. The
    gradient of phi begins every ``own`` elements (0: phi is common).
    """
    k, p = phi.shape
    sizes = np.empty(p, dtype=np.int64)
    for lag in range(p):
        sizes[lag] = k**lag
    for g in range(usable.shape[0]):
        for t in range(usable[g, 0], usable[g, 1]):
            for s in range(k):
                for lag in range(p - 1, -1, -1):
                    size = sizes[lag]
                    for past in range(k):
                        total = 0.0
                        for b in range(past * size, (past + 1) * size):
                            total += weight[t, s, b]
                        gradient[s * own + lag] += total * deviation[t - 1 - lag, past]
                        pull[t - 1 - lag, past] += total * phi[s, lag]
                    for past in range(1, k):
                        for b in range(size):
                            weight[t, s, b] += weight[t, s, past * size + b]
                pull[t, s] -= weight[t, s, 0]


@kernel
def _through_regressors(pull: np.ndarray, design: SwitchingDesign, gradient: np.ndarray) -> None:
    """Turn derivatives in the deviations into those in beta and gamma."""
    nx, nw = design.x.shape[1], design.w.shape[1]
    for t in range(pull.shape[0]):
        for s in range(design.k):
            for j in range(nx):
                gradient[s * nx + j] -= pull[t, s] * design.x[t, j]
            for j in range(nw):
                gradient[design.k * nx + j] -= pull[t, s] * design.w[t, j]


@kernel
def chain_score(
    transition: np.ndarray,
    distribution: np.ndarray,
    smoothed: np.ndarray,
    initial: np.ndarray,
    usable: np.ndarray,
    gradient: np.ndarray,
) -> None:
    """Score in the logits of the transition matrix, through the moves and the ergodic start."""
    k = transition.shape[0]
    moves = np.zeros((k, k))
    first = np.zeros(k)
    for g in range(usable.shape[0]):
        for t in range(usable[g, 0], usable[g, 1]):
            c = 0
            for _ in range(smoothed.shape[1] // (k * k)):
                for i in range(k):
                    for j in range(k):
                        moves[i, j] += smoothed[t, c]
                        c += 1
        _count_initial(initial[g], moves, first)
    sensitivity = np.empty(k)
    for s in range(k):
        sensitivity[s] = first[s] / distribution[s] if distribution[s] > 0.0 else 0.0
    _through_ergodic(transition, distribution, sensitivity)
    at = 0
    for i in range(k):
        leaving = 0.0
        through = 0.0
        for j in range(k):
            leaving += moves[i, j]
            through += transition[i, j] * sensitivity[j]
        for j in range(k):
            if j != i:
                shift = distribution[i] * (sensitivity[j] - through)
                gradient[at] = moves[i, j] - transition[i, j] * (leaving - shift)
                at += 1


@kernel
def _count_initial(initial: np.ndarray, moves: np.ndarray, first: np.ndarray) -> None:
    """Add the moves within the regimes before a stretch, and the regime that they start from."""
    k = moves.shape[0]
    for h in range(initial.shape[0]):
        block = initial.shape[0] // k
        earlier = h // block
        first[earlier] += initial[h]
        while block > 1:
            block //= k
            later = (h // block) % k
            moves[earlier, later] += initial[h]
            earlier = later


@kernel
def _through_ergodic(
    transition: np.ndarray, distribution: np.ndarray, sensitivity: np.ndarray
) -> None:
    """Turn d/d pi into the row vector Z d/d pi, Z = (I - P + 1 pi')^-1 the fundamental matrix.

    A change dP of the chain moves its ergodic distribution by pi' dP Z.
    """
    k = transition.shape[0]
    matrix = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            matrix[i, j] = distribution[j] - transition[i, j] + (1.0 if i == j else 0.0)
    for c in range(k):
        pivot = c
        for i in range(c + 1, k):
            if abs(matrix[i, c]) > abs(matrix[pivot, c]):
                pivot = i
        for j in range(k):
            matrix[c, j], matrix[pivot, j] = matrix[pivot, j], matrix[c, j]
        sensitivity[c], sensitivity[pivot] = sensitivity[pivot], sensitivity[c]
        for i in range(c + 1, k):
            ratio = matrix[i, c] / matrix[c, c]
            for j in range(c, k):
                matrix[i, j] -= ratio * matrix[c, j]
            sensitivity[i] -= ratio * sensitivity[c]
    for i in range(k - 1, -1, -1):
        for j in range(i + 1, k):
            sensitivity[i] -= matrix[i, j] * sensitivity[j]
        sensitivity[i] /= matrix[i, i]
