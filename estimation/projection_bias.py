r"""Bias of local projections in short samples, by the persistence of the controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .projections import Projections


def without_bias(
    found: Projections,
    controls: np.ndarray,
    current: np.ndarray,
    at: Sequence[int],
    terms: int,
    *,
    alone: bool = False,
) -> Projections:
    """Local projections corrected for their bias in short samples.

    Parameters
    ----------
    found : Projections
    controls : ndarray, shape (T, n)
        As in ``project``; deterministic terms first.
    current : ndarray, shape (T, P)
        Variables of the period that enter the regressions, in their order.
    at : sequence of int
        Which of them are the shocks.
    terms : int
        How many of ``controls`` are deterministic.
    alone : bool
        Whether all of ``current`` but the shock's own are controls, or those before it.
    """
    rows, horizon = found.rows[0], len(found.rows) - 1
    persistence = np.empty((horizon, len(at)))
    for j, place in enumerate(at):
        beside = np.delete(current, place, axis=1) if alone else current
        if alone or not j:  # one decomposition serves all shocks of an order
            columns = np.hstack([controls, beside])[:rows]
            products = column_persistence(columns, terms, horizon)
        count = controls.shape[1] + (beside.shape[1] if alone else place)
        persistence[:, j] = products[:, :count].sum(axis=1)
    return replace(
        found,
        coefficients=correct_bias(found.coefficients, persistence, found.rows),
        influence=correct_bias(found.influence, persistence, found.rows),
    )


def column_persistence(columns: np.ndarray, terms: int, horizon: int) -> np.ndarray:
    r"""What each column adds to the weights a_j of past responses in the bias, j = 1, ..., H.

    :math:`a_j = \operatorname{tr}(\Gamma_0^{-1} \Gamma_j)` for the autocovariances
    :math:`\Gamma_j` of all controls about zero. The constant, which is what demeaning costs, is one
    of them and adds 1; the others, about their mean, have the divisor T - 1 - j. The trace is a sum
    over orthonormal columns, each net of those before it.

    Parameters
    ----------
    columns : ndarray, shape (T, n)
        Deterministic terms first.
    terms : int
        How many of the columns are deterministic.
    horizon : int

    Returns
    -------
    ndarray, shape (H, n)
        Sums over the columns that are controls are a_j.

    References
    ----------
    Herbst and Johannsen (2024), with trend and seasonal terms among the controls.
    """
    rows, n = columns.shape
    q = np.linalg.qr(columns / np.sqrt(np.einsum("ti,ti->i", columns, columns)))[0]
    found = np.empty((horizon, n))
    lost = np.where(np.arange(n) < terms, 0, 1)
    for j in range(1, horizon + 1):
        products = np.einsum("ti,ti->i", q[:-j], q[j:])
        found[j - 1] = products * (rows - lost) / (rows - lost - j)
    return found


def correct_bias(responses: np.ndarray, persistence: np.ndarray, rows: np.ndarray) -> np.ndarray:
    r"""Responses plus the bias that their predecessors imply.

    .. math:: \tilde\theta_h = \hat\theta_h + \frac{1}{T_h} \sum_{j=1}^{h} a_j \tilde\theta_{h-j}

    The correction is linear, so the same sums turn the periods' contributions to the errors of the
    responses into those of the corrected ones. It holds for cumulated responses as it stands.

    Parameters
    ----------
    responses : ndarray, shape (..., H+1, K, J)
        Responses, or contributions to their errors.
    persistence : ndarray, shape (H, J)
        a_j by shock; see ``column_persistence``.
    rows : ndarray of int, shape (H+1,)
        T_h, the observations of each horizon.

    References
    ----------
    Herbst and Johannsen (2024), the iterated estimator.
    """
    corrected = np.empty_like(responses)
    for j, weights in enumerate(persistence.T):
        matrix = np.eye(len(rows))
        for h in range(1, len(rows)):
            matrix[h] += weights[:h] @ matrix[h - 1 :: -1] / rows[h]
        by_horizon = np.moveaxis(responses[..., j], -2, 0)
        flat = matrix @ by_horizon.reshape(len(rows), -1)
        corrected[..., j] = np.moveaxis(flat.reshape(by_horizon.shape), 0, -2)
    return corrected
