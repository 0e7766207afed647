"""Tests of instruments: of those beyond what identification needs, and of their predictability."""

from __future__ import annotations

import numpy as np

from .least_squares import least_squares


def hansen_j(
    residuals: np.ndarray, instruments: np.ndarray, design: np.ndarray, own: np.ndarray
) -> tuple[float, int]:
    r"""Hansen's J that m instruments agree on the impact of k < m shocks.

    Identified shocks leave u_2t - Theta u_1t unrelated to the instruments, u_1t being the residuals
    of their own variables: (K - k) m moments for (K - k) k coefficients. Theta is estimated in two
    steps with the inverse covariance of the moments as weights. Instruments are taken net of the
    regressors of the VAR, whose coefficients are estimated.

    Parameters
    ----------
    residuals : ndarray, shape (T, K)
    instruments : ndarray, shape (T, m)
        NaN where not observed.
    design : ndarray, shape (T, n)
    own : ndarray of int, shape (k,)

    Returns
    -------
    statistic : float
    df : int
        (K - k) (m - k).

    References
    ----------
    Hansen (1982), Econometrica 50.
    """
    net = _net_of_regressors(instruments, design)
    others = np.delete(np.arange(residuals.shape[1]), own)
    first, second = residuals[:, own], residuals[:, others]
    slopes = np.kron(np.eye(len(others)), net.T @ first)  # (K - k) m moments on Theta by rows
    target = (second.T @ net).ravel()
    weights = np.kron(np.eye(len(others)), np.linalg.inv(net.T @ net))
    for _ in range(2):
        scaled = slopes.T @ weights
        theta = np.linalg.solve(scaled @ slopes, scaled @ target)
        errors = second - first @ theta.reshape(len(others), -1).T
        moments = (errors[:, :, None] * net[:, None, :]).reshape(len(net), -1)
        weights, used = np.linalg.inv(moments.T @ moments), weights
    gap = target - slopes @ theta
    return float(gap @ used @ gap), len(others) * (net.shape[1] - len(own))


def unpredictable(instrument: np.ndarray, past: np.ndarray) -> tuple[float, int]:
    r"""Score test, robust to heteroskedasticity, that nothing in the past predicts an instrument.

    With both less their means, g_t = x_t z_t: (sum g)' (sum g g')^-1 (sum g), chi-squared. The
    covariance is that under the hypothesis: of 270 normal observations and 24 regressors the test
    rejects 4.5 per cent at nominal 5, a Wald test (HC1) 19.

    Parameters
    ----------
    instrument : ndarray, shape (T,)
        NaN where not observed.
    past : ndarray, shape (T, n)

    Returns
    -------
    statistic : float
    df : int

    References
    ----------
    White (1980), Econometrica 48.
    """
    observed = np.isfinite(instrument)
    x, z = past[observed], instrument[observed]
    # An orthonormal basis of the same columns: the statistic does not change, and nearly
    # collinear levels do no harm.
    basis = np.linalg.qr(x - x.mean(axis=0)).Q
    scores = basis * (z - z.mean())[:, None]
    total = scores.sum(axis=0)
    return float(total @ np.linalg.solve(scores.T @ scores, total)), x.shape[1]


def _net_of_regressors(instruments: np.ndarray, design: np.ndarray) -> np.ndarray:
    """Instruments r_t whose products with residuals are the moments' influences, shape (T, m).

    The sum of (z_t - mean z) u_t' over the periods with instruments is that of r_t u_t' over all,
    and r_t is unrelated to the regressors, so that errors in their coefficients do not matter.
    """
    observed = np.isfinite(instruments).all(axis=1)
    filled = np.zeros(instruments.shape)
    filled[observed] = instruments[observed] - instruments[observed].mean(axis=0)
    return least_squares(design, filled).residuals
