r"""The return ratio of a feedback loop in a structural vector autoregression.

With A(z) = B^{-1} (I - A_1 z - ... - A_p z^p) and C(z) = A(z)^{-1}, the response of variable i to
its own shock is C_ii(z) when everything feeds back and 1 / A_ii(z) when nothing else reacts. Bode's
return ratio at node i and the amplification by the loop are

    G_i(z) = 1 - 1 / (A_ii(z) C_ii(z)),        1 / (1 - G_i(z)) = A_ii(z) C_ii(z).

Row i of A(z) is b_i' Sigma^{-1} (I - sum_l A_l z^l) where b_i' Sigma^{-1} b_i = 1, so the gain
needs the reduced form and one identified shock b_i. Nothing depends on how a shock is scaled.

Arrays carry their draws on the leading axes: ``lags`` (..., p, K, K), ``covariance`` (..., K, K),
``shock`` b_i (..., K), ``impact`` B (..., K, K). A polynomial is stored with the coefficient of z^0
first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .companion import companion, companion_roots

#: Ranges of periods, in observations, over which the amplification is averaged.
PERIOD_BANDS = ((3.0, 12.0), (12.0, 36.0), (36.0, 96.0))

#: A gain below this is zero.
ROUNDING = 1e-12


def finite_horizon_gain(
    lags: np.ndarray, covariance: np.ndarray, shock: np.ndarray, node: int, horizon: int
) -> np.ndarray:
    """Gain at every horizon: one minus the ratio of cumulated own responses, held over closed.

    G(H) = 1 - sum_{h<=H} [1/A_ii]_h / sum_{h<=H} [C_ii]_h; as H grows it converges to G at z = 1
    where the system is stationary.

    Parameters
    ----------
    lags : ndarray, shape (..., p, K, K)
    covariance : ndarray, shape (..., K, K)
    shock : ndarray, shape (..., K)
        Impact of the node's own shock, in any scale.
    node : int
        Position i of the variable at which the loop is cut.
    horizon : int

    Returns
    -------
    ndarray, shape (..., horizon + 1)
    """
    own = structural_row(lags, covariance, shock)[..., node]
    held = own_response_held(own, horizon)
    closed = own_response_closed(lags, shock, node, horizon)
    gain: np.ndarray = 1.0 - held.cumsum(-1) / closed.cumsum(-1)
    # One minus a ratio is not known better than this. A recursive order sets G(0) to zero: what
    # rounding leaves of it is not an estimate and has no interval.
    return np.where(np.abs(gain) < ROUNDING, 0.0, gain)


def gain_at(
    lags: np.ndarray, covariance: np.ndarray, shock: np.ndarray, node: int, z: np.ndarray
) -> np.ndarray:
    """The return ratio G_i(z) at points of the complex plane.

    Parameters
    ----------
    z : ndarray, shape (N,)
        ``exp(-2j pi / period)`` for a cycle of that many observations; 1 for the long run.

    Returns
    -------
    ndarray of complex, shape (..., N)
    """
    powers = np.asarray(z, complex)[:, None] ** np.arange(lags.shape[-3] + 1)
    own = structural_row(lags, covariance, shock)[..., node] @ powers.T
    closed = np.empty_like(own)
    for n, at in enumerate(powers):
        closed[..., n] = np.linalg.solve(_characteristic(lags, at), shock[..., None])[..., node, 0]
    gain: np.ndarray = 1.0 - 1.0 / (own * closed)
    return gain


def long_run_gain(
    lags: np.ndarray, covariance: np.ndarray, shock: np.ndarray, node: int
) -> np.ndarray:
    """Gain at z = 1; NaN where the closed loop has a root on or outside the unit circle.

    A unit root forces the gain at z = 1 to 1 or 0/0, so it says nothing about the loop there.

    Returns
    -------
    ndarray, shape (...)
    """
    stable = is_stable(lags)
    gain = np.full(stable.shape, np.nan)
    points = gain_at(lags[stable], covariance[stable], shock[stable], node, np.ones(1))
    gain[stable] = points[..., 0].real
    return gain


def amplification_by_period(
    lags: np.ndarray,
    covariance: np.ndarray,
    shock: np.ndarray,
    node: int,
    bands: Sequence[tuple[float, float]] = PERIOD_BANDS,
    points: int = 16,
) -> tuple[np.ndarray, np.ndarray]:
    """Average of |1 / (1 - G)| and of its phase over bands of periods.

    Frequencies are the midpoints of ``points`` equal intervals of each band. Phases are averaged
    on the circle; a negative phase means that the closed loop lags behind the held response.

    Returns
    -------
    modulus, degrees : ndarray, shape (..., number of bands)
    """
    middle = (np.arange(points) + 0.5) / points
    frequencies = [2 * np.pi * (1 / b + (1 / a - 1 / b) * middle) for a, b in bands]
    gain = gain_at(lags, covariance, shock, node, np.exp(-1j * np.concatenate(frequencies)))
    factor = (1.0 / (1.0 - gain)).reshape(*gain.shape[:-1], len(bands), points)
    modulus = np.abs(factor)
    return modulus.mean(-1), np.degrees(np.angle((factor / modulus).mean(-1)))


# -- the equations of the structural form --------------------------------------------------------


def structural_row(lags: np.ndarray, covariance: np.ndarray, shock: np.ndarray) -> np.ndarray:
    """Row i of A(z) from the one shock b_i: b_i' Sigma^{-1} (I - sum_l A_l z^l).

    The row is scaled so that its coefficients at z^0 times ``shock`` are one.

    Returns
    -------
    ndarray, shape (..., p + 1, K)
        Coefficient of z^l on each variable.
    """
    weights = np.linalg.solve(covariance, shock[..., None])[..., 0]
    weights = weights / (weights * shock).sum(-1, keepdims=True)
    lagged = -(weights[..., None, None, :] @ lags)[..., 0, :]
    return np.concatenate([weights[..., None, :], lagged], axis=-2)


def structural_polynomial(lags: np.ndarray, impact: np.ndarray) -> np.ndarray:
    """All rows of A(z), from the full impact matrix.

    Returns
    -------
    ndarray, shape (..., p + 1, K, K)
        Coefficient of z^l by [equation, variable].
    """
    present = np.linalg.inv(impact)[..., None, :, :]
    return np.concatenate([present, -(present @ lags)], axis=-3)


def reduced_form(polynomial: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lags and impact matrix that belong to structural equations A(z), shape (..., p + 1, K, K)."""
    impact = np.linalg.inv(polynomial[..., 0, :, :])
    return -(impact[..., None, :, :] @ polynomial[..., 1:, :, :]), impact


def domestic_system(
    lags: np.ndarray, covariance: np.ndarray, impact: np.ndarray, domestic: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Lags and impact of the domestic equations alone: nothing feeds back to the other block.

    With A_XD(z) = 0 the responses of the domestic block D to its own shocks are those of
    A_DD(z)^{-1}: the foreign variables never move. Only the domestic shocks are used.

    Parameters
    ----------
    domestic : sequence of int
        Positions of the domestic variables; the result keeps their order.
    """
    rows = [structural_row(lags, covariance, impact[..., i]) for i in domestic]
    return reduced_form(np.stack(rows, axis=-2)[..., list(domestic)])


def open_edges(
    lags: np.ndarray, impact: np.ndarray, edges: Sequence[tuple[int, int]]
) -> tuple[np.ndarray, np.ndarray]:
    """Lags and impact of the economy in which some variables no longer react to some others.

    Parameters
    ----------
    edges : sequence of (target, source)
        A_target,source(z) is set to zero, at lag 0 and at all others.
    """
    rows = structural_polynomial(lags, impact)
    for target, source in edges:
        if target == source:
            raise ValueError("an edge joins two different variables")
        rows[..., target, source] = 0.0
    return reduced_form(rows)


# -- responses -----------------------------------------------------------------------------------


def own_response_held(own: np.ndarray, horizon: int) -> np.ndarray:
    """Response of the node to its own shock while nothing else reacts: the expansion of 1 / A_ii.

    Parameters
    ----------
    own : ndarray, shape (..., p + 1)
        Coefficients of A_ii(z).
    """
    return expand_quotient(np.ones_like(own[..., :1]), own, horizon)


def own_response_closed(lags: np.ndarray, shock: np.ndarray, node: int, horizon: int) -> np.ndarray:
    """Response of the node to its own shock with the loop closed: (Psi_h b_i)_i, h = 0..horizon."""
    p, k = lags.shape[-3], lags.shape[-1]
    side_by_side = np.moveaxis(lags, -3, -2).reshape(*lags.shape[:-3], k, p * k)
    past = np.zeros((*shock.shape[:-1], p * k))
    present = shock
    own = np.empty((*shock.shape[:-1], horizon + 1))
    own[..., 0] = shock[..., node]
    for h in range(1, horizon + 1):
        past = np.concatenate([present, past[..., :-k]], axis=-1)
        present = (side_by_side @ past[..., None])[..., 0]
        own[..., h] = present[..., node]
    return own


def edge_response(row: np.ndarray, target: int, source: int, horizon: int) -> np.ndarray:
    """Response of ``target`` to a sustained unit change of ``source``, all others held.

    The cumulated expansion of -A_ij(z) / A_ii(z). In a system of changes it is the move in the
    level of i after the level of j has moved by one unit for good.

    Parameters
    ----------
    row : ndarray, shape (..., p + 1, K)
        The target's structural equation.

    Returns
    -------
    ndarray, shape (..., horizon + 1)
    """
    return expand_quotient(-row[..., source], row[..., target], horizon).cumsum(-1)


def edge_long_run(row: np.ndarray, target: int, source: int) -> np.ndarray:
    """The edge at z = 1: -A_ij(1) / A_ii(1), shape (...)."""
    edge: np.ndarray = -row[..., source].sum(-1) / row[..., target].sum(-1)
    return edge


def expand_quotient(numerator: np.ndarray, denominator: np.ndarray, horizon: int) -> np.ndarray:
    """Coefficients of z^0..z^horizon in numerator(z) / denominator(z), by long division.

    Parameters
    ----------
    numerator : ndarray, shape (..., m + 1)
    denominator : ndarray, shape (..., p + 1)
        Its coefficient at z^0 is not zero.
    """
    quotient = np.zeros((*denominator.shape[:-1], horizon + 1))
    known = min(numerator.shape[-1], horizon + 1)
    quotient[..., :known] = numerator[..., :known]
    p = denominator.shape[-1] - 1
    for h in range(horizon + 1):
        reach = min(p, h)
        past = quotient[..., h - reach : h]
        feedback = (denominator[..., reach:0:-1] * past).sum(-1)
        quotient[..., h] = (quotient[..., h] - feedback) / denominator[..., 0]
    return quotient


# -- stability of the closed and of the opened loop ----------------------------------------------


def opened_system(
    lags: np.ndarray, covariance: np.ndarray, shock: np.ndarray, node: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lag matrices of the two parts that are left when the loop is cut at the node.

    The node's own equation with the others held is the scalar autoregression A_ii(z). The others
    with the node held follow A_-i,-i(z); its determinant is C_ii(z) det A(z), so it needs b_i
    alone: taking b_-i / b_ii times the node's reduced-form equation from the others' removes the
    node's shock and leaves lag matrices A_l[-i, -i] - (b_-i / b_ii) A_l[i, -i] with an identity
    at z^0.

    Returns
    -------
    own : ndarray, shape (..., p, 1, 1)
    rest : ndarray, shape (..., p, K - 1, K - 1)
    """
    row = structural_row(lags, covariance, shock)[..., node]
    own = -row[..., 1:, None, None] / row[..., :1, None, None]
    others = np.delete(np.arange(lags.shape[-1]), node)
    loading = shock[..., others] / shock[..., node, None]
    rest = lags[..., others[:, None], others]
    return own, rest - loading[..., None, :, None] * lags[..., [node], :][..., others]


def is_stable(lags: np.ndarray, doublings: int = 10) -> np.ndarray:
    """Whether all roots of the companion matrix lie inside the unit circle, per draw.

    The companion matrix is squared again and again. It is stable once a power has a norm below
    one, and unstable once the trace of a power, a sum of powers of its eigenvalues, exceeds their
    number. Eigenvalues settle the few draws that are still in doubt.

    Returns
    -------
    ndarray of bool, shape (...)
    """
    flat = lags.reshape(-1, *lags.shape[-3:])
    stable = np.zeros(len(flat), dtype=bool)
    doubtful = np.arange(len(flat))
    power = companion(flat)
    for _ in range(doublings):
        power = power @ power
        contracts = np.abs(power).sum(-1).max(-1) < 1
        stable[doubtful[contracts]] = True
        # A draw that is not a number fails both comparisons and counts as unstable.
        within = np.abs(np.trace(power, axis1=-2, axis2=-1)) <= power.shape[-1]
        doubtful, power = doubtful[within & ~contracts], power[within & ~contracts]
    stable[doubtful] = largest_modulus(flat[doubtful]) < 1
    return stable.reshape(lags.shape[:-3])


def largest_modulus(lags: np.ndarray) -> np.ndarray:
    """Largest modulus among the companion roots, shape (...): below one when stable."""
    modulus: np.ndarray = np.abs(companion_roots(lags)).max(-1)
    return modulus


def _characteristic(lags: np.ndarray, powers: np.ndarray) -> np.ndarray:
    """I - sum_l A_l z^l, shape (..., K, K); ``powers`` are z^0..z^p."""
    k = lags.shape[-1]
    flat = lags.reshape(*lags.shape[:-2], k * k)
    lagged = (powers.real[1:] @ flat) + 1j * (powers.imag[1:] @ flat)
    equations: np.ndarray = np.eye(k) - lagged.reshape(*lagged.shape[:-1], k, k)
    return equations
