"""From a start to a maximum of the likelihood: BFGS with the exact score, after a few EM steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .hamilton import OK
from .jit import kernel
from .switching_design import SwitchingDesign, pack, unpack
from .switching_em import em
from .switching_score import objective

#: A maximum is accepted when no element of the score exceeds this.
SCORE_TOLERANCE = 1e-6
#: BFGS stops where rounding lets it go no further; up to here that still counts as converged.
LOOSE_TOLERANCE = 1e-3
#: A step shortened more often than this gains nothing beyond rounding.
MAX_BACKTRACKS = 15
#: Largest move of an element of ``theta`` in one step.
LONGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the climb from one start ended.

    Attributes
    ----------
    theta : ndarray, shape (n,)
    log_likelihood : float
        Minus infinity if the start itself has no likelihood.
    largest_score : float
        Largest absolute element of the score: zero at a maximum.
    evaluations : int
    """

    theta: np.ndarray
    log_likelihood: float
    largest_score: float
    evaluations: int

    @property
    def converged(self) -> bool:
        """Whether the score is zero up to rounding."""
        return bool(np.isfinite(self.log_likelihood) and self.largest_score < LOOSE_TOLERANCE)


def maximise(
    theta: np.ndarray, design: SwitchingDesign, *, em_steps: int = 3, max_steps: int = 500
) -> Maximum:
    """Climb from one start.

    Parameters
    ----------
    theta : ndarray, shape (n,)
        The start; not changed.
    design : SwitchingDesign
    em_steps : int
        Largest number of EM steps before BFGS (models without lags only).
    max_steps : int
        Largest number of BFGS steps.
    """
    point = np.array(theta, dtype=float)
    if design.p == 0 and em_steps > 0:
        point = pack(em(unpack(point, design), design, em_steps).parameters, design)
    score = np.empty_like(point)
    value, evaluations = bfgs(point, score, design, design.usable, max_steps, SCORE_TOLERANCE)
    return Maximum(point, float(value), float(np.abs(score).max()), int(evaluations))


@kernel
def bfgs(
    theta: np.ndarray,
    score: np.ndarray,
    design: SwitchingDesign,
    usable: np.ndarray,
    max_steps: int,
    tolerance: float,
) -> tuple[float, int]:
    """Maximise in place; the log-likelihood reached and the number of evaluations.

    The inverse Hessian starts as the identity, rescaled after the first step (Nocedal and Wright
    2006, 6.20).
    """
    n = theta.shape[0]
    inverse = np.empty((n, n))
    move, trial, trial_score = np.empty(n), np.empty(n), np.empty(n)
    value, status = objective(theta, score, design, usable)
    evaluations = 1
    if status != OK:
        score[:] = np.inf
        return -np.inf, evaluations
    _start_afresh(inverse)
    fresh = True
    for _ in range(max_steps):
        if _largest(score) < tolerance:
            break
        slope = _ascend(inverse, score, move)
        length = min(1.0, LONGEST_STEP / _largest(move))
        found = False
        for _ in range(MAX_BACKTRACKS):
            for i in range(n):
                trial[i] = theta[i] + length * move[i]
            trial_value, status = objective(trial, trial_score, design, usable)
            evaluations += 1
            if status == OK and trial_value >= value + 1e-4 * length * slope:
                found = True
                break
            length *= 0.4
        if not found:
            break
        fresh = _update_inverse(inverse, theta, trial, score, trial_score, fresh)
        value = trial_value
        for i in range(n):
            theta[i] = trial[i]
            score[i] = trial_score[i]
    return value, evaluations


@kernel
def _largest(vector: np.ndarray) -> float:
    """Largest absolute element."""
    largest = 0.0
    for i in range(vector.shape[0]):
        largest = max(largest, abs(vector[i]))
    return largest


@kernel
def _start_afresh(inverse: np.ndarray) -> None:
    """Make the inverse Hessian the identity."""
    for i in range(inverse.shape[0]):
        for j in range(inverse.shape[0]):
            inverse[i, j] = 1.0 if i == j else 0.0


@kernel
def _ascend(inverse: np.ndarray, score: np.ndarray, move: np.ndarray) -> float:
    """The quasi-Newton step and its slope; steepest ascent where the former descends."""
    n = score.shape[0]
    slope = 0.0
    for i in range(n):
        move[i] = 0.0
        for j in range(n):
            move[i] += inverse[i, j] * score[j]
        slope += move[i] * score[i]
    if not slope > 0.0:
        _start_afresh(inverse)
        slope = 0.0
        for i in range(n):
            move[i] = score[i]
            slope += score[i] * score[i]
    return slope


@kernel
def _update_inverse(
    inverse: np.ndarray,
    theta: np.ndarray,
    trial: np.ndarray,
    score: np.ndarray,
    trial_score: np.ndarray,
    fresh: bool,
) -> bool:
    """BFGS update of the inverse Hessian of minus the log-likelihood.

    Where the surface is not concave along the step the update starts afresh (True): keeping the
    old curvature would repeat the same short steps.
    """
    n = theta.shape[0]
    move, fall, image = np.empty(n), np.empty(n), np.empty(n)
    curvature, length, drop = 0.0, 0.0, 0.0
    for i in range(n):
        move[i] = trial[i] - theta[i]
        fall[i] = score[i] - trial_score[i]
        curvature += move[i] * fall[i]
        length += move[i] * move[i]
        drop += fall[i] * fall[i]
    if not curvature > 1e-10 * np.sqrt(length * drop):
        _start_afresh(inverse)
        return True
    if fresh:
        for i in range(n):
            inverse[i, i] = curvature / drop
    stretch = 1.0
    for i in range(n):
        image[i] = 0.0
        for j in range(n):
            image[i] += inverse[i, j] * fall[j]
        stretch += fall[i] * image[i] / curvature
    for i in range(n):
        for j in range(n):
            crossed = image[i] * move[j] + move[i] * image[j]
            inverse[i, j] += (stretch * move[i] * move[j] - crossed) / curvature
    return False
