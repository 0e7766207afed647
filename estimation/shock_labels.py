"""Which statistical shock belongs to which variable, and which is which in another sample.

Variances identify shocks up to their order and sign. Both come from what the shocks do: never from
the order in which an eigenvalue problem happens to return them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

#: Share of the variance of a matched shock that the shock of the estimate must explain.
CLEAR = 0.5


def own_shocks(
    impact: np.ndarray, covariance: np.ndarray, fixed: Mapping[int, int] | None = None
) -> np.ndarray:
    """For each variable the column of its shock.

    The assignment with the largest sum over variables of the share b_jk^2 / sigma_jj of a
    variable's variance that its own shock makes up. It depends on neither the units nor the order
    of the variables.

    Parameters
    ----------
    impact : ndarray, shape (K, K)
        [variable, shock].
    covariance : ndarray, shape (K, K)
    fixed : mapping of variable to column, optional
        What is known beforehand.

    Returns
    -------
    ndarray of int, shape (K,)
    """
    from scipy.optimize import linear_sum_assignment

    shares = impact**2 / np.diag(covariance)[:, None]
    for variable, column in (fixed or {}).items():
        shares[variable, column] = len(impact) + 1.0
    found: np.ndarray = linear_sum_assignment(shares, maximize=True)[1]
    return found


def own_signs(impact: np.ndarray) -> np.ndarray:
    """-1 for shocks (..., K) that lower their own variable, else 1."""
    return np.where(np.einsum("...ii->...i", impact) < 0, -1.0, 1.0)


def matched(
    impact: np.ndarray, reference: np.ndarray, known: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Columns of many impact matrices in the order of one, each raising its own variable.

    A column is measured in the shocks of the reference, B_0^-1 b_k, and divided by its length: the
    squares are the shares of the shock that each shock of the reference explains, and add up to
    one. The assignment with the largest sum of them is taken.

    Parameters
    ----------
    impact : ndarray, shape (R, K, K)
    reference : ndarray, shape (K, K)
        B_0.
    known : ndarray of bool, shape (K,), optional
        Shocks whose label matters; all by default.

    Returns
    -------
    impact : ndarray, shape (R, K, K)
    ambiguous : ndarray of bool, shape (R,)
        Where the reference explains less than half of one of its shocks, or turns it round: the
        label of that draw is a guess.
    """
    from scipy.optimize import linear_sum_assignment

    wanted = np.ones(len(reference), dtype=bool) if known is None else known
    overlap = np.linalg.solve(reference, impact)
    overlap /= np.linalg.norm(overlap, axis=1, keepdims=True)
    order = np.array([linear_sum_assignment(one**2, maximize=True)[1] for one in overlap])
    order = order.reshape(len(impact), len(reference))
    ordered = np.take_along_axis(impact, order[:, None], axis=2)
    signs = own_signs(ordered)
    agreement = signs * np.einsum("rii->ri", np.take_along_axis(overlap, order[:, None], axis=2))
    ambiguous = (agreement[:, wanted] < np.sqrt(CLEAR)).any(axis=1)
    return ordered * signs[:, None], ambiguous
