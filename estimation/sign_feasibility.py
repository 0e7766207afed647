"""Whether any shock at all satisfies sign and zero restrictions, by linear programming."""

from __future__ import annotations

import numpy as np

#: Restrictions that no unit vector satisfies by more than this contradict one another.
TOLERANCE = 1e-9


def largest_margin(signs: np.ndarray, zeros: np.ndarray) -> float:
    """The largest t for which some q in the cube |q_i| <= 1 has M q >= t and Z q = 0.

    Rows of M are scaled to unit length. Positive where a shock satisfies the restrictions with room
    to spare; zero where none does, or on the edge of some restriction only.

    Parameters
    ----------
    signs : ndarray, shape (r, K)
        M.
    zeros : ndarray, shape (z, K)
        Z.
    """
    from scipy.optimize import linprog

    k = signs.shape[1]
    rows = signs / np.maximum(np.linalg.norm(signs, axis=1, keepdims=True), 1e-300)
    equal = zeros / np.maximum(np.linalg.norm(zeros, axis=1, keepdims=True), 1e-300)
    solved = linprog(
        np.r_[np.zeros(k), -1.0],
        A_ub=np.column_stack([-rows, np.ones(len(rows))]),
        b_ub=np.zeros(len(rows)),
        A_eq=np.column_stack([equal, np.zeros(len(equal))]) if len(equal) else None,
        b_eq=np.zeros(len(equal)) if len(equal) else None,
        bounds=[(-1, 1)] * k + [(0, 1)],
    )
    return 0.0 if solved.fun is None else -float(solved.fun)


def smallest_conflict(
    signs: np.ndarray, sign_origin: np.ndarray, zeros: np.ndarray, zero_origin: np.ndarray
) -> tuple[int, ...]:
    """Restrictions that no shock satisfies together, though it can when any one is dropped.

    Parameters
    ----------
    signs, zeros : ndarray, shapes (r, K), (z, K)
    sign_origin, zero_origin : ndarray of int, shapes (r,), (z,)
        Number of the restriction that each row belongs to.

    Returns
    -------
    tuple of int
        Empty where the restrictions can be satisfied.
    """

    def contradict(origins: list[int]) -> bool:
        own, equal = np.isin(sign_origin, origins), np.isin(zero_origin, origins)
        return largest_margin(signs[own], zeros[equal]) <= TOLERANCE

    kept = [int(n) for n in np.unique(np.r_[sign_origin, zero_origin])]
    if not contradict(kept):
        return ()
    for origin in list(kept):
        rest = [n for n in kept if n != origin]
        if contradict(rest):
            kept = rest
    return tuple(kept)
