"""Importance weights of draws that satisfy zero and sign restrictions."""

from __future__ import annotations

from typing import Literal

import numpy as np

from .long_run import long_run_multiplier
from .response_restrictions import LONG_RUN, Cells
from .responses import impulse_responses

Parameterisation = Literal["impulse_response", "structural"]


def log_zero_sign_weights(
    lags: np.ndarray,
    impact: np.ndarray,
    zeros: Cells,
    order: np.ndarray,
    *,
    parameterisation: Parameterisation = "impulse_response",
) -> np.ndarray:
    r"""Log weights, up to a constant, that turn columns drawn one by one into the wanted posterior.

    The columns of Q in B = P Q, P P' = Sigma, are drawn one after the other, each uniform on the
    unit sphere of what its zeros and the earlier columns leave. Given the reduced form this is not
    the distribution that a uniform Q has where the zeros hold. With zeta the restricted responses
    as functions of the structural parameters theta, D their derivative and R_j the restricted
    responses of shock j's zeros to the shocks drawn after it, the weight of theta is

    .. math:: w(\theta) = \frac{\det(D D')^{1/2}}{\prod_j \det(R_j R_j')^{1/2}} .

    It is the ratio of the two volume elements in step 4 of algorithm 3 of Arias, Rubio-Ramírez and
    Waggoner (2018), in which everything else cancels: the product is that of the densities of
    zeta_j under a uniform Q, one column after the other, and the numerator turns a density of theta
    at zeta = 0 into one on the surface of parameters that satisfy the zeros. No null space is
    differentiated, so that the weights are exact and continuous in the parameters.

    Parameters
    ----------
    lags : ndarray, shape (R, p, K, K)
        Coefficients of the lags; deterministic and exogenous terms cancel.
    impact : ndarray, shape (R, K, K)
        Impact matrices that satisfy the restrictions.
    zeros : Cells
        The restricted responses, none of which is implied by the others.
    order : ndarray of int, shape (K,)
        Shocks in the order in which their columns were drawn.
    parameterisation : {"impulse_response", "structural"}
        What theta is, on whose surface the prior is the same for all parameters with the same
        likelihood. ``impulse_response``: the responses at horizons 0 to p. ``structural``: A_0 and
        A_+ of A_0 y_t = A_+ x_t + e_t.

    Returns
    -------
    ndarray, shape (R,)
        Zero without zeros; NaN where a long-run response does not exist.

    Notes
    -----
    The weights differ between parameterisations, and between reduced forms even where the zeros
    identify exactly: what is uniform over observationally equivalent parameters depends on them.
    With zeros of single horizons up to p, responses are coordinates, D D' = I, and rescaling a
    variable multiplies all weights by one number. Otherwise the surface is curved and its volume
    depends on units: put variables into units of similar size.
    """
    log_weights = np.zeros(len(impact))
    if not len(zeros):
        return log_weights
    responses, forever = _responses(lags, impact, zeros)
    place = np.argsort(order)
    for j in np.unique(zeros.shock):
        own = [_at(responses, forever, zeros, n) for n in range(len(zeros)) if zeros.shock[n] == j]
        later = np.stack(own, axis=1)[..., place > place[j]]
        log_weights -= _half_log_gram(later)
    p = lags.shape[-3]
    if parameterisation == "impulse_response" and _are_coordinates(zeros, p):
        return log_weights
    found = [_slopes(responses, forever, zeros, n, p) for n in range(len(zeros))]
    slopes = np.stack(found, axis=1)
    if parameterisation == "impulse_response":
        slopes = _by_responses(slopes, lags, impact)
    log_weights += _half_log_gram(slopes.reshape(*slopes.shape[:2], -1))
    return log_weights


def _responses(lags: np.ndarray, impact: np.ndarray, zeros: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Responses as far as they are restricted (R, H+1, K, K), and cumulated for ever (R, K, K)."""
    lasting = (zeros.horizon == LONG_RUN).any()
    forever = long_run_multiplier(lags) @ impact if lasting else impact
    return impulse_responses(lags, impact, zeros.last), forever


def _horizons(zeros: Cells, n: int) -> range:
    """The horizons whose responses are summed in a restriction."""
    last = int(zeros.horizon[n])
    return range(0 if zeros.cumulative[n] else last, last + 1)


def _are_coordinates(zeros: Cells, p: int) -> bool:
    """Whether each restricted response is one of those at horizons 0 to p."""
    horizon = zeros.horizon
    summed = zeros.cumulative & (horizon > 0)
    return bool(((horizon != LONG_RUN) & (horizon <= p) & ~summed).all())


def _at(responses: np.ndarray, forever: np.ndarray, zeros: Cells, n: int) -> np.ndarray:
    """The restricted response to all shocks, shape (R, K)."""
    i = zeros.response[n]
    if zeros.horizon[n] == LONG_RUN:
        return np.asarray(forever[:, i])
    return np.asarray(responses[:, _horizons(zeros, n), i].sum(axis=1))


def _slopes(responses: np.ndarray, forever: np.ndarray, zeros: Cells, n: int, p: int) -> np.ndarray:
    """Derivative of a restricted response by A_0 and -A_1, ..., -A_p, shape (R, p+1, K, K).

    With A(z) = A_0 - A_1 z - ... the responses are Theta(z) = A(z)^-1, so that
    d Theta(z) = -Theta(z) dA(z) Theta(z); the common sign is left out.
    """
    i, j = zeros.response[n], zeros.shock[n]
    if zeros.horizon[n] == LONG_RUN:
        product = forever[:, i, :, None] * forever[:, None, :, j]
        return np.repeat(product[:, None], p + 1, axis=1)
    found = np.zeros((len(responses), p + 1, *responses.shape[-2:]))
    for h in _horizons(zeros, n):
        for lag in range(min(p, h) + 1):
            before, after = responses[:, : h - lag + 1, i], responses[:, h - lag :: -1, :, j]
            found[:, lag] += np.einsum("rax,ray->rxy", before, after)
    return found


def _by_responses(slopes: np.ndarray, lags: np.ndarray, impact: np.ndarray) -> np.ndarray:
    """Derivatives by Theta_0, ..., Theta_p, from dA(z) = -A(z) dTheta(z) A(z) up to the power p.

    ``slopes`` are those by A_0, -A_1, ..., -A_p, shape (R, n, p+1, K, K).
    """
    inverse = np.linalg.inv(impact)[:, None]
    coefficients = np.concatenate([inverse, -inverse @ lags], axis=1)[:, :, None]
    transposed = np.swapaxes(coefficients, -1, -2)
    p = lags.shape[-3]
    right, both = np.zeros_like(slopes), np.zeros_like(slopes)
    for m in range(p + 1):
        for b in range(p - m + 1):
            right[:, :, m] += slopes[:, :, m + b] @ transposed[:, b]
    for m in range(p + 1):
        for a in range(p - m + 1):
            both[:, :, m] += transposed[:, a] @ right[:, :, m + a]
    return both


def _half_log_gram(rows: np.ndarray) -> np.ndarray:
    """Log of det(R R')^(1/2) for rows of shape (R, n, columns); NaN where the rows are."""
    gram = rows @ np.swapaxes(rows, -1, -2)
    exists = np.isfinite(gram).all(axis=(-1, -2))
    found = np.linalg.slogdet(np.where(exists[:, None, None], gram, np.eye(rows.shape[-2])))[1]
    return np.where(exists, 0.5 * found, np.nan)
