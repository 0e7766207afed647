"""EM for the Markov-switching regression (Hamilton 1990).

It moves safely from a poor start but crawls near the maximum, and its step for the transition
matrix ignores what the matrix says about the ergodic start (so the likelihood may fall by the
order 1/T). It therefore only prepares a start; the maximum itself is left to the likelihood and
its score. The mean form with lags has no closed M-step and does without.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NumericalError
from .hamilton import kim_smoother, pairs_of, regimes_of
from .switching_design import SwitchingDesign, SwitchingParameters
from .switching_score import filter_at

#: A move is never given less than this probability, or the optimiser would start at infinity.
_SMALLEST_MOVE = 1e-6


@dataclass(frozen=True, slots=True)
class EMPath:
    """Where EM went.

    Attributes
    ----------
    parameters : SwitchingParameters
        The best point passed.
    log_likelihoods : tuple of float
        At the start and after each step.
    """

    parameters: SwitchingParameters
    log_likelihoods: tuple[float, ...]


def em(start: SwitchingParameters, design: SwitchingDesign, steps: int) -> EMPath:
    """At most ``steps`` EM steps; fewer where a regime empties and has nothing to estimate.

    Parameters
    ----------
    start : SwitchingParameters
    design : SwitchingDesign
        Without lags.
    steps : int
    """
    best = parameters = start
    path: list[float] = []
    for step in range(steps + 1):
        try:
            filtered = filter_at(parameters, design)
            path.append(filtered.log_likelihood)
            if filtered.log_likelihood >= max(path):
                best = parameters
            if step < steps:
                smoothed = kim_smoother(filtered, design.k, design.usable)
                parameters = _m_step(smoothed.joint, parameters, design)
        except (NumericalError, np.linalg.LinAlgError):
            break
    return EMPath(best, tuple(path))


def _m_step(
    joint: np.ndarray, old: SwitchingParameters, design: SwitchingDesign
) -> SwitchingParameters:
    """Transition matrix from the joint moves, coefficients by GLS, variances of the new errors."""
    k, nx = old.switching.shape
    moves = pairs_of(joint, k).sum(axis=0)
    transition = moves / moves.sum(axis=1, keepdims=True)
    if not np.isfinite(transition).all():
        raise NumericalError("A regime is empty.", remedy="Start elsewhere.")
    transition = np.maximum(transition, _SMALLEST_MOVE)

    # Common coefficients need the precision-weighted sum over regimes, not pooled least squares.
    weights = regimes_of(joint, k)
    gram, moment = 0.0, 0.0
    for s in range(k):
        rows = np.zeros((len(joint), k * nx + len(old.common)))
        rows[:, s * nx : (s + 1) * nx] = design.x
        rows[:, k * nx :] = design.w
        weighted = rows * (weights[:, s] / old.variance[s])[:, None]
        gram = gram + weighted.T @ rows
        moment = moment + weighted.T @ design.y
    solution = np.linalg.solve(gram, moment)
    switching, common = solution[: k * nx].reshape(k, nx), solution[k * nx :]

    fitted = design.x @ switching.T + (design.w @ common)[:, None]
    squares = (weights * (design.y[:, None] - fitted) ** 2).sum(axis=0)
    if design.switching_variance:
        variance = squares / weights.sum(axis=0)
    else:
        variance = np.full(k, squares.sum() / weights.sum())
    return SwitchingParameters(
        transition / transition.sum(axis=1, keepdims=True),
        switching,
        common,
        np.maximum(variance, 1.001 * design.variance_floor),
        old.ar,
    )
