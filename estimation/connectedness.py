"""Connectedness: who moves whom, from the shares of a VAR's forecast-error variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from .companion import moving_average
from .least_squares import lagged_design

Scheme = Literal["recursive", "generalised"]

#: Windows whose moments are solved together: enough for batched LAPACK, small in memory.
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class ConnectednessMeasures:
    """What a table of variance shares says, in its unit.

    Attributes
    ----------
    to : ndarray, shape (..., K)
        Column sums without the diagonal: what a series sends to all others.
    from_others : ndarray, shape (..., K)
        Row sums without the diagonal: what a series receives from all others.
    net : ndarray, shape (..., K)
        ``to - from_others``; positive for a net sender.
    pairwise : ndarray, shape (..., K, K)
        ``[i, j]`` = share of i due to j minus share of j due to i: what j sends i, net.
    total : ndarray, shape (...)
        Sum off the diagonal divided by K (Diebold and Yilmaz).
    corrected : ndarray, shape (...)
        The same divided by K - 1, which can reach 100 (Chatziantoniou and Gabauer).
    """

    to: np.ndarray
    from_others: np.ndarray
    net: np.ndarray
    pairwise: np.ndarray
    total: np.ndarray
    corrected: np.ndarray


def variance_shares(
    lags: np.ndarray,
    covariance: np.ndarray,
    horizon: int,
    *,
    scheme: Scheme,
    order: Sequence[int] | None = None,
) -> np.ndarray:
    r"""Shares of each series' forecast-error variance, by source; rows sum to one.

    With Phi_h the moving-average coefficients and Sigma the residual covariance,

    .. math:: \theta_{ij} \propto \sum_{h=0}^{H-1} (e_i' \Phi_h G e_j)^2 ,

    where G is the Cholesky factor of Sigma in the given order (``recursive``, Diebold and Yilmaz
    2009) or Sigma diag(Sigma)^{-1/2} (``generalised``, Pesaran and Shin 1998; Diebold and Yilmaz
    2012). Generalised shares do not add up to one by themselves, so each row is divided by its
    sum; recursive rows already do. A horizon of H sums H terms, Phi_0 to Phi_{H-1}.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    covariance : ndarray, shape (..., K, K)
        Its degrees-of-freedom divisor cancels.
    horizon : int
        Number of steps H, at least 1.
    scheme : {"recursive", "generalised"}
    order : sequence of int, optional
        Positions of the series from first to last, for ``recursive`` only.

    Returns
    -------
    ndarray, shape (..., K, K)
        [receiver, source].
    """
    weights = (
        _recursive(covariance, order) if scheme == "recursive" else generalised_impact(covariance)
    )
    responses = moving_average(lags, horizon - 1) @ weights[..., None, :, :]
    contributions = (responses**2).sum(axis=-3)
    shares: np.ndarray = contributions / contributions.sum(axis=-1, keepdims=True)
    return shares


def generalised_impact(covariance: np.ndarray) -> np.ndarray:
    """Sigma diag(Sigma)^{-1/2}: column j is what comes with one deviation of residual j.

    Each residual moves the others as it is correlated with them (Pesaran and Shin 1998). The
    columns are not shocks: their outer products do not add up to Sigma.

    Parameters
    ----------
    covariance : ndarray, shape (..., K, K)

    Returns
    -------
    ndarray, shape (..., K, K)
        [response, residual].
    """
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    impact: np.ndarray = covariance / deviation[..., None, :]
    return impact


def measures(table: np.ndarray) -> ConnectednessMeasures:
    """TO, FROM, NET, pairwise net and the total index of tables [receiver, source].

    Parameters
    ----------
    table : ndarray, shape (..., K, K)
        Shares or per cent; the measures carry the same unit.
    """
    k = table.shape[-1]
    off = table * (1.0 - np.eye(k))
    to, from_others = off.sum(axis=-2), off.sum(axis=-1)
    total = off.sum(axis=(-2, -1))
    pairwise = table - np.swapaxes(table, -1, -2)
    return ConnectednessMeasures(
        to, from_others, to - from_others, pairwise, total / k, total / (k - 1)
    )


def net_between(table: np.ndarray, senders: Sequence[int], receivers: Sequence[int]) -> np.ndarray:
    """What one group sends to another, net: positive when ``senders`` send more than they get.

    Shares are summed over both groups, not averaged, so the number grows with their size.

    Parameters
    ----------
    table : ndarray, shape (..., K, K)
    senders, receivers : sequence of int
        Positions of the two groups.

    Returns
    -------
    ndarray, shape (...)
    """
    one, other = list(senders), list(receivers)
    sent: np.ndarray = table[..., other, :][..., one].sum(axis=(-2, -1))
    received: np.ndarray = table[..., one, :][..., other].sum(axis=(-2, -1))
    net: np.ndarray = sent - received
    return net


def rolling_shares(
    y: np.ndarray,
    window: int,
    p: int,
    horizon: int,
    *,
    scheme: Scheme,
    order: Sequence[int] | None = None,
) -> np.ndarray:
    """Variance shares of a VAR(p) with a constant in every window of ``y``.

    The moments of a window are differences of cumulated sums; centring and scaling first keeps
    them accurate (4e-13 on integrated series with a large mean).

    Parameters
    ----------
    y : ndarray, shape (T, K)
    window : int
        Rows of ``y`` in a window, of which ``window - p`` are fitted; the regression needs
        ``window - p >= 1 + K p + K``.
    p, horizon : int
    scheme, order
        As in ``variance_shares``.

    Returns
    -------
    ndarray, shape (T - window + 1, K, K)
        One table for each window, the first ending at row ``window - 1``.
    """
    total, k = y.shape
    rows = window - p
    scaled = (y - y.mean(axis=0)) / y.std(axis=0)
    z = np.hstack([lagged_design(scaled, np.ones((total, 1)), p), scaled[p:]])
    cumulated = np.zeros((len(z) + 1, z.shape[1], z.shape[1]))
    np.cumsum(z[:, :, None] * z[:, None, :], axis=0, out=cumulated[1:])
    tables = np.empty((total - window + 1, k, k))
    for first in range(0, len(tables), _CHUNK):
        part = slice(first, min(first + _CHUNK, len(tables)))
        moments = cumulated[part.start + rows : part.stop + rows] - cumulated[part]
        lags, covariance = _solve_moments(moments, p, k)
        tables[part] = variance_shares(lags, covariance, horizon, scheme=scheme, order=order)
    return tables


def _recursive(covariance: np.ndarray, order: Sequence[int] | None) -> np.ndarray:
    """Cholesky factor with the series in the given order, rows and columns put back."""
    k = covariance.shape[-1]
    at = np.arange(k) if order is None else np.asarray(order)
    back = np.argsort(at)
    factor: np.ndarray = np.linalg.cholesky(covariance[..., at[:, None], at])
    return factor[..., back[:, None], back]


def _solve_moments(moments: np.ndarray, p: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Lag matrices and residual cross products from the moments of [1, lags, y].

    One Cholesky factor of all of them holds the normal equations' factor, the projections and
    the factor of the residual cross product.
    """
    factor = np.linalg.cholesky(moments)
    n = 1 + k * p
    regressors = np.swapaxes(factor[:, :n, :n], 1, 2)
    coefficients = np.linalg.solve(regressors, np.swapaxes(factor[:, n:, :n], 1, 2))
    by_lag = coefficients[:, 1:].reshape(-1, p, k, k)
    residual = factor[:, n:, n:]
    return np.swapaxes(by_lag, -1, -2), residual @ np.swapaxes(residual, 1, 2)
