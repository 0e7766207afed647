"""Standard errors of a switching model: Hessian, outer product of scores, sandwich.

The information matrices are taken in the optimiser's unconstrained parameters; what is reported
(probabilities, coefficients, standard deviations, durations) follows by the delta method, which at
an interior maximum is the same as inverting the Hessian in those quantities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ...estimation.switching_design import SwitchingDesign, unpack
from ...estimation.switching_score import filter_at, log_likelihood_and_score
from ..options import require_choice
from .multistart import AT_BOUNDARY
from .scaling import ScaledModel

Covariance = Literal["hessian", "opg", "sandwich"]

AT_ITS_BOUNDARY = "transition probability at its boundary"
FLAT = "the likelihood is flat in some direction"

#: Step of the central differences, in units of the optimiser.
_STEP = 1e-5
#: Smallest eigenvalue of the information, relative to the largest, that still is curvature.
_SMALLEST_CURVATURE = 1e-10


@dataclass(frozen=True, slots=True)
class Quantity:
    """A reported number: what it is, of which regressor or move, in which regime.

    Attributes
    ----------
    statistic : str
        ``regime_transition``, ``regime_coefficient``, ``regime_sigma``, ``regime_ar`` or
        ``regime_duration``.
    name : str
        Regressor, ``sigma``, ``ar 1``, ``duration``; empty for a transition.
    regime : int or None
        None where it does not switch.
    to : int or None
        Destination of a transition.
    """

    statistic: str
    name: str
    regime: int | None
    to: int | None = None


def quantities(model: ScaledModel) -> tuple[Quantity, ...]:
    """What is reported of a model, in the order of :func:`values`."""
    k, p, design = model.design.k, model.design.p, model.design
    regimes = range(k)
    variances = regimes if design.switching_variance else (None,)
    ar_regimes = regimes if design.switching_ar else (None,)
    lags = [f"ar {lag}" for lag in range(1, p + 1)]
    return (
        *(Quantity("regime_transition", "", i, j) for i in regimes for j in regimes),
        *(Quantity("regime_coefficient", n, i) for i in regimes for n in model.switching),
        *(Quantity("regime_coefficient", n, None) for n in model.common),
        *(Quantity("regime_sigma", "sigma", i) for i in variances),
        *(Quantity("regime_ar", n, i) for i in ar_regimes for n in lags),
        *(Quantity("regime_duration", "duration", i) for i in regimes),
    )


def values(theta: np.ndarray, model: ScaledModel) -> np.ndarray:
    """The reported numbers at a point of the optimiser, in the data's units."""
    parameters, design = model.parameters(theta), model.design
    sigma, leaving = np.sqrt(parameters.variance), 1 - np.diag(parameters.transition)
    with np.errstate(divide="ignore"):
        duration = 1 / leaving
    return np.concatenate(
        [
            parameters.transition.ravel(),
            parameters.switching.ravel(),
            parameters.common,
            sigma if design.switching_variance else sigma[:1],
            (parameters.ar if design.switching_ar else parameters.ar[:1]).ravel(),
            duration,
        ]
    )


def standard_errors(
    theta: np.ndarray, model: ScaledModel, kind: Covariance
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Delta-method standard errors of :func:`values`, and why one is missing.

    A transition probability at its boundary has no standard error, nor has anything else of its
    row where nothing in it is free. It is held fixed, and the other standard errors are
    conditional on it.

    Returns
    -------
    std_error : ndarray
        NaN where there is none.
    reasons : tuple of str
        Empty where there is one.
    """
    require_choice("covariance", kind, get_args(Covariance))
    with np.errstate(invalid="ignore"):  # an infinite duration has no derivative
        jacobian = np.stack(
            [
                (values(theta + step, model) - values(theta - step, model)) / (2 * _STEP)
                for step in _STEP * np.eye(len(theta))
            ],
            axis=1,
        )
    moves = _held_moves(theta, model.design)
    held = np.zeros(len(theta), dtype=bool)
    held[model.design.blocks["transition"]] = moves[~np.eye(len(moves), dtype=bool)]
    covariance = _covariance(theta, model.design, ~held, kind)
    if covariance is None:
        return np.full(len(jacobian), np.nan), (FLAT,) * len(jacobian)
    free = jacobian[:, ~held]
    variance = np.einsum("qi,ij,qj->q", free, covariance, free)
    lost = np.array([_is_lost(quantity, moves) for quantity in quantities(model)])
    std_error = np.where(lost, np.nan, np.sqrt(np.maximum(variance, 0)))
    return std_error, tuple(AT_ITS_BOUNDARY if bound else "" for bound in lost)


def _held_moves(theta: np.ndarray, design: SwitchingDesign) -> np.ndarray:
    """Moves whose logit stands for a probability at its boundary, shape (k, k)."""
    transition = unpack(theta, design).transition
    held = transition < AT_BOUNDARY
    # The logits of a row are relative to staying: if that is impossible, all of them are lost.
    held |= np.diag(held)[:, None]
    np.fill_diagonal(held, False)
    return held


def _is_lost(quantity: Quantity, moves: np.ndarray) -> bool:
    """Whether a quantity is a probability at its boundary, or of a row where nothing is free."""
    if quantity.statistic not in ("regime_transition", "regime_duration"):
        return False
    row = moves[quantity.regime]
    everything = row.sum() == len(row) - 1
    return bool(everything or (quantity.to is not None and row[quantity.to]))


def _covariance(
    theta: np.ndarray, design: SwitchingDesign, free: np.ndarray, kind: Covariance
) -> np.ndarray | None:
    """Covariance of the free parameters; None where the likelihood is flat."""
    steps = _STEP * np.eye(len(theta))[free]
    try:
        if kind != "opg":
            bread = _inverse(_information(theta, design, steps, free))
            if kind == "hessian":
                return bread
        scores = np.stack(
            [_contributions(theta + s, design) - _contributions(theta - s, design) for s in steps],
            axis=1,
        ) / (2 * _STEP)
        outer = scores.T @ scores
        return _inverse(outer) if kind == "opg" else bread @ outer @ bread
    except np.linalg.LinAlgError:
        return None


def _information(
    theta: np.ndarray, design: SwitchingDesign, steps: np.ndarray, free: np.ndarray
) -> np.ndarray:
    """Minus the Hessian, by central differences of the exact score."""
    rows = [
        log_likelihood_and_score(theta - s, design)[1][free]
        - log_likelihood_and_score(theta + s, design)[1][free]
        for s in steps
    ]
    matrix = np.array(rows) / (2 * _STEP)
    return (matrix + matrix.T) / 2


def _contributions(theta: np.ndarray, design: SwitchingDesign) -> np.ndarray:
    """Log densities of each observation given those before it."""
    return filter_at(unpack(theta, design), design).contributions


def _inverse(information: np.ndarray) -> np.ndarray:
    """Inverse of a positive definite matrix; LinAlgError where it is not."""
    if not np.isfinite(information).all():
        raise np.linalg.LinAlgError
    eigenvalues, vectors = np.linalg.eigh(information)
    if not eigenvalues[0] > _SMALLEST_CURVATURE * eigenvalues[-1]:
        raise np.linalg.LinAlgError
    inverse: np.ndarray = (vectors / eigenvalues) @ vectors.T
    return inverse
