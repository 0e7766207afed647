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
        beside = np.delete(current, place, axis=1) if alone else current[:, :place]
        every = np.hstack([controls, beside])[:rows]
        persistence[:, j] = control_persistence(every, terms, horizon)
    return replace(
        found,
        coefficients=correct_bias(found.coefficients, persistence, found.rows),
        influence=correct_bias(found.influence, persistence, found.rows),
    )


def control_persistence(controls: np.ndarray, terms: int, horizon: int) -> np.ndarray:
    r"""The weights a_j of past responses in the bias, j = 1, ..., H.

    :math:`a_j = \operatorname{tr}(\Gamma_0^{-1} \Gamma_j)` for the autocovariances
    :math:`\Gamma_j` of all controls about zero. The constant, which is what demeaning costs, is one
    of them and adds 1; the others, about their mean, have the divisor T - 1 - j.

    Parameters
    ----------
    controls : ndarray, shape (T, n)
        Deterministic terms first; without the shock.
    terms : int
        How many of the columns are deterministic.
    horizon : int

    Returns
    -------
    ndarray, shape (H,)

    References
    ----------
    Herbst and Johannsen (2024), with trend and seasonal terms among the controls.
    """
    rows = len(controls)
    length = np.sqrt(np.einsum("ti,ti->i", controls, controls))
    q = np.linalg.qr(controls / length)[0]
    found = np.empty(horizon)
    for j in range(1, horizon + 1):
        products = np.einsum("ti,ti->i", q[:-j], q[j:])
        own = products[:terms].sum() * rows / (rows - j)
        found[j - 1] = own + products[terms:].sum() * (rows - 1) / (rows - 1 - j)
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
        a_j by shock, from ``control_persistence``.
    rows : ndarray of int, shape (H+1,)
        T_h, the observations of each horizon.

    References
    ----------
    Herbst and Johannsen (2024), the iterated estimator.
    """
    corrected = responses.copy()
    for h in range(1, len(rows)):
        for j in range(1, h + 1):
            corrected[..., h, :, :] += persistence[j - 1] * corrected[..., h - j, :, :] / rows[h]
    return corrected
