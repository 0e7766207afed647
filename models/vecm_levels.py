"""The VAR in levels that an error-correction model is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..estimation.johansen import level_lags, short_run_lags


def split_terms(
    z: np.ndarray, z_names: Sequence[str], restricted: str
) -> tuple[np.ndarray, np.ndarray]:
    """Terms outside and inside the long-run relations, shapes (T, m1) and (T, m2).

    The trend inside them has the date of the lagged levels beside it.
    """
    inside = np.array([name == restricted for name in z_names], dtype=bool)
    lagged = 1.0 if restricted == "trend" else 0.0
    return z[:, ~inside], z[:, inside] - lagged


def level_form(
    alpha: np.ndarray,
    beta: np.ndarray,
    psi: np.ndarray,
    *,
    p: int,
    z_names: Sequence[str],
    restricted: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Lag coefficients and deterministic terms of the VAR in levels.

    Parameters
    ----------
    alpha : ndarray, shape (..., K, r)
    beta : ndarray, shape (..., K+m2, r)
    psi : ndarray, shape (..., K, m1 + K (p-1))
        Unrestricted terms, then lagged changes.
    p : int
        Lags of the VAR in levels.
    z_names : sequence of str, length m
        All terms, in the order of the result.
    restricted : str
        The one inside the relations, or ``""``.

    Returns
    -------
    lags : ndarray, shape (..., p, K, K)
    deterministic : ndarray, shape (..., K, m)
    """
    lags, deterministic = from_coefficients(
        alpha, beta, psi, p=p, z_names=z_names, restricted=restricted
    )
    lags[..., 0, :, :] += np.eye(lags.shape[-1])
    return lags, deterministic


def from_coefficients(
    alpha: np.ndarray,
    beta: np.ndarray,
    psi: np.ndarray,
    *,
    p: int,
    z_names: Sequence[str],
    restricted: str,
) -> tuple[np.ndarray, np.ndarray]:
    """The part of ``level_form`` that is linear in an equation's coefficients (rows of alpha, psi).

    A_1 lacks the identity matrix.
    """
    k = beta.shape[-2] - bool(restricted)
    long_run = alpha @ np.swapaxes(beta, -1, -2)
    lags = level_lags(long_run[..., :k], short_run_lags(psi, p, k))
    deterministic = np.zeros((*psi.shape[:-1], len(z_names)))
    outside = [i for i, name in enumerate(z_names) if name != restricted]
    deterministic[..., outside] = psi[..., : len(outside)]
    if restricted:
        inside = long_run[..., k]
        deterministic[..., z_names.index(restricted)] = inside
        if restricted == "trend":  # t - 1 stands in the relations
            deterministic[..., z_names.index("const")] -= inside
    return lags, deterministic
