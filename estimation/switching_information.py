"""Standard errors of the impact matrix and the variances where states are hidden.

The score of what is observed is the expected score given the sample (Fisher's identity), exact at
any point; its derivative by differences is the observed information. Coefficients are unrelated to
these parameters in large samples and taken as known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from .differences import slopes_at_zero
from .hamilton import pairs_of, regimes_of
from .joint_diagonal import off_diagonal
from .switching_variances import SwitchingModel, filtered_joint, smoothed
from .variance_information import scores


def parameter_covariance(
    model: SwitchingModel, residuals: np.ndarray, usable: np.ndarray, *, robust: bool
) -> np.ndarray:
    """Covariance of the estimates of (E_ij for i != j, phi_mk), shape (q, q).

    Parameters
    ----------
    model : SwitchingModel
    residuals : ndarray, shape (T, K)
    usable : ndarray of bool, shape (T,)
    robust : bool
        The sandwich with the derivatives of the periods' contributions to the likelihood;
        otherwise the inverse of the observed information.
    """
    moved = _moves(model)
    size = len(_scale(model))

    def score(move: np.ndarray) -> np.ndarray:
        return _score(moved(move), residuals, usable)

    def contributions(move: np.ndarray) -> np.ndarray:
        return filtered_joint(moved(move), residuals, usable)[2]

    hessian = slopes_at_zero(score, np.eye(size))
    inverse = np.linalg.inv(-(hessian + hessian.T) / 2)
    if robust:
        each = slopes_at_zero(contributions, np.eye(size))
        inverse = inverse @ (each.T @ each) @ inverse
    wanted = size - len(model.transition) * (len(model.transition) - 1)
    scale = _scale(model)[:wanted]
    return np.asarray(inverse[:wanted, :wanted] * np.outer(scale, scale))


def _scale(model: SwitchingModel) -> np.ndarray:
    """What a move of one means for each parameter: E, phi relative to itself, log odds."""
    k, states = model.variances.shape[1], len(model.transition)
    return np.concatenate(
        [np.ones(k * (k - 1)), model.variances.ravel(), np.ones(states * (states - 1))]
    )


def _moves(model: SwitchingModel) -> Callable[[np.ndarray], SwitchingModel]:
    """The model with its parameters moved: E, log phi, and log odds of each move to staying."""
    states, k = model.variances.shape
    rows, columns = off_diagonal(k)
    leave, enter = off_diagonal(states)

    def moved(move: np.ndarray) -> SwitchingModel:
        turn = np.eye(k)
        turn[rows, columns] += move[: len(rows)]
        sizes = move[len(rows) : len(rows) + states * k].reshape(states, k)
        odds = np.array(model.transition)
        odds[leave, enter] *= np.exp(move[len(rows) + states * k :])
        return replace(
            model,
            unmixing=turn @ model.unmixing,
            variances=model.variances * np.exp(sizes),
            transition=odds / odds.sum(axis=1, keepdims=True),
        )

    return moved


def _score(model: SwitchingModel, residuals: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Derivative of the log-likelihood by the moves, at the model itself."""
    states, k = model.variances.shape
    _, joint, _ = smoothed(model, residuals, usable)
    membership = regimes_of(joint, states)
    shocks = residuals[usable] @ model.unmixing.T
    each = scores(shocks, model.variances, membership[usable]).sum(axis=0)
    each[k * (k - 1) :] *= model.variances.ravel()
    pairs = pairs_of(joint, states).sum(axis=0)
    gap = pairs - pairs.sum(axis=1, keepdims=True) * model.transition
    leave, enter = off_diagonal(states)
    return np.concatenate([each, gap[leave, enter]])
