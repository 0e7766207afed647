"""Volume elements as Arias, Rubio-Ramírez and Waggoner define them, by complex-step derivatives.

The mapping from structural parameters to (A, Sigma, Q), and on to (A, Sigma, w) with q_j = N_j w_j,
is written with operations that are analytic on the branch around a point: products, sums and
square roots without conjugates. A step of i 1e-30 then gives derivatives to the last digit.
"""

from __future__ import annotations

import numpy as np

STEP = 1e-30
LONG_RUN = -1


def factor(a: np.ndarray) -> np.ndarray:
    """Lower triangular L with L L' = a; no conjugates, so that it is analytic."""
    lower = np.zeros_like(a)
    for j in range(len(a)):
        lower[j, j] = np.sqrt(a[j, j] - (lower[j, :j] ** 2).sum())
        for i in range(j + 1, len(a)):
            lower[i, j] = (a[i, j] - (lower[i, :j] * lower[j, :j]).sum()) / lower[j, j]
    return lower


def reduced_form(theta: np.ndarray, p: int, k: int, parameterisation: str):
    """Lags, Sigma and impact matrix from the stacked structural parameters."""
    blocks = theta.reshape(p + 1, k, k)
    if parameterisation == "structural":
        impact = np.linalg.inv(blocks[0])
        return impact @ blocks[1:], impact @ impact.T, impact
    impact = blocks[0]
    lags = np.zeros_like(blocks[1:])
    for n in range(1, p + 1):
        past = sum((lags[i - 1] @ blocks[n - i] for i in range(1, n)), np.zeros_like(impact))
        lags[n - 1] = (blocks[n] - past) @ np.linalg.inv(impact)
    return lags, impact @ impact.T, impact


def parameters(lags: np.ndarray, impact: np.ndarray, parameterisation: str) -> np.ndarray:
    """The stacked structural parameters of a VAR."""
    if parameterisation == "structural":
        inverse = np.linalg.inv(impact)
        return np.concatenate([inverse[None], inverse @ lags]).ravel()
    return np.array([response(lags, impact, h) for h in range(len(lags) + 1)]).ravel()


def restricted_row(lags: np.ndarray, impact: np.ndarray, zero: tuple) -> np.ndarray:
    """Responses to all shocks, one of which is zero: (shock, response, horizon[, summed])."""
    _, i, horizon, *summed = zero
    if horizon == LONG_RUN:
        return (np.linalg.inv(np.eye(len(impact)) - lags.sum(axis=0)) @ impact)[i]
    if summed:
        return sum(response(lags, impact, h)[i] for h in range(horizon + 1))
    return response(lags, impact, horizon)[i]


def response(lags: np.ndarray, impact: np.ndarray, horizon: int) -> np.ndarray:
    """Responses at a horizon."""
    found = [np.eye(len(impact), dtype=lags.dtype)]
    for h in range(1, horizon + 1):
        found.append(sum(lags[i] @ found[h - 1 - i] for i in range(min(h, len(lags)))))
    return found[horizon] @ impact


def jacobian(function, theta: np.ndarray) -> np.ndarray:
    """Derivatives of a real analytic function, one column a parameter."""
    columns = []
    for n in range(len(theta)):
        moved = theta.astype(complex)
        moved[n] += 1j * STEP
        columns.append(function(moved).imag / STEP)
    return np.array(columns).T


def null_basis(rows: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Orthonormal basis of what the rows leave, near the columns of ``reference``."""
    left = reference - rows.T @ np.linalg.solve(rows @ rows.T, rows @ reference)
    return left @ np.linalg.inv(factor(left.T @ left)).T


def log_weight(lags, impact, zeros, order, parameterisation: str) -> float:
    """Log of the ratio of volume elements at one draw."""
    order = list(order)
    p, k = lags.shape[:2]
    theta = parameters(lags, impact, parameterisation)
    vech = np.tril_indices(k)

    def orthogonal(x):
        a, sigma, b = reduced_form(x, p, k, parameterisation)
        lower = factor(sigma)
        return a, sigma, lower, np.linalg.inv(lower) @ b

    def restricted(x):
        a, _, b = reduced_form(x, p, k, parameterisation)
        return np.array([restricted_row(a, b, z)[z[0]] for z in zeros])

    def left_by_zeros(a, lower, q, j):
        rows = [restricted_row(a, lower, z) for z in zeros if z[0] == j]
        rows += [q[:, i] for i in order[: order.index(j)]]
        return np.array(rows).reshape(-1, k)

    def full(x):
        a, sigma, _, q = orthogonal(x)
        return np.concatenate([a.ravel(), sigma[vech], q.ravel()])

    a, _, lower, q = orthogonal(theta)
    reference = {}
    for j in order:
        rows = left_by_zeros(a, lower, q, j)
        reference[j] = np.linalg.svd(rows)[2][len(rows) :].T if len(rows) else np.eye(k)

    def on_spheres(x):
        a, sigma, lower, q = orthogonal(x)
        w = [null_basis(left_by_zeros(a, lower, q, j), reference[j]).T @ q[:, j] for j in order]
        return np.concatenate([a.ravel(), sigma[vech], *w])

    tangent = np.linalg.svd(jacobian(restricted, theta))[2][len(zeros) :].T
    numerator = jacobian(full, theta)
    denominator = jacobian(on_spheres, theta) @ tangent
    return 0.5 * (
        np.linalg.slogdet(numerator.T @ numerator)[1]
        - np.linalg.slogdet(denominator.T @ denominator)[1]
    )
