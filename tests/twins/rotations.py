"""Rotations under sign and zero restrictions, as a textbook writes them.

``one_rotation`` and ``one_joint_draw`` read the same random numbers as the kernels, one attempt
after the other, with projections by least squares; ``by_rejection`` is the plain algorithm of
Rubio-Ramirez, Waggoner and Zha (2010): a whole Haar matrix by QR, then all restrictions.
"""

import numpy as np

from yenloop.estimation.streams import BLOCK, block_generator


def haar(generator, count, k):
    """QR of Gaussian matrices with a positive diagonal of R."""
    q, r = np.linalg.qr(generator.standard_normal((count, k, k)))
    return q * np.sign(np.einsum("rii->ri", r))[:, None, :]


def raw_qr(generator, count, k):
    """What LAPACK returns: not Haar."""
    return np.linalg.qr(generator.standard_normal((count, k, k)))[0]


def by_rejection(signs, bounds, generator, wanted, batch=20_000):
    """Haar matrices (wanted, K, K) that satisfy all signs (r, K), none of them flipped."""
    k = signs.shape[1]
    shock = np.repeat(np.arange(k), np.diff(bounds))
    found = []
    while sum(map(len, found)) < wanted:
        q = haar(generator, batch, k)
        found.append(q[(np.einsum("rk,nkr->nr", signs, q[:, :, shock]) >= 0).all(axis=1)])
    return np.concatenate(found)[:wanted]


def orthogonal_to(vector, others):
    """What is left of a vector outside the span of the rows of ``others``."""
    if not len(others):
        return vector
    return vector - others.T @ np.linalg.lstsq(others.T, vector, rcond=None)[0]


def columns(signs_of, zeros_of, order, generator, flips):
    """One attempt: Q (K, K), or None where a column is rejected."""
    k = len(order)
    drawn, q = [], np.empty((k, k))
    for shock in order:
        column = orthogonal_to(
            generator.standard_normal(k), np.array([*drawn, *zeros_of(shock)]).reshape(-1, k)
        )
        column /= np.linalg.norm(column)
        values = np.array([row @ column for row in signs_of(shock)])
        if (values < 0).any():
            if not flips or (values > 0).any():
                return None
            column = -column
        drawn.append(column)
        q[:, shock] = column
    return q


def draw_rotations(rows, order, *, count, seed, flips=True, max_attempts=10**6):
    """Q (R, count, K, K) and attempts (R, count)."""
    forms, _, k = rows.signs.shape
    found, attempts = np.full((forms * count, k, k), np.nan), np.zeros(forms * count, dtype=int)
    for n in range(forms * count):
        if n % BLOCK == 0:
            generator = block_generator(seed, n // BLOCK)
        form = n // count

        def signs_of(shock, form=form):
            return rows.signs[form, rows.sign_bounds[shock] : rows.sign_bounds[shock + 1]]

        def zeros_of(shock, form=form):
            return rows.zeros[form, rows.zero_bounds[shock] : rows.zero_bounds[shock + 1]]

        while attempts[n] < max_attempts:
            attempts[n] += 1
            q = columns(signs_of, zeros_of, order, generator, flips)
            if q is not None:
                found[n] = q
                break
    return found.reshape(forms, count, k, k), attempts.reshape(forms, count)


def responses(lags, impact, horizon):
    """Theta_0, ..., Theta_H of one draw by powers of the companion matrix."""
    p, k, _ = lags.shape
    companion = np.zeros((k * p, k * p))
    companion[:k] = np.hstack(list(lags))
    companion[k:, :-k] = np.eye(k * (p - 1))
    return np.array(
        [np.linalg.matrix_power(companion, h)[:k, :k] @ impact for h in range(horizon + 1)]
    )


def one_joint_draw(posterior, lags, restrictions, order, generator):
    """Reduced form, impact matrix and attempts of the first accepted draw."""
    n, k = posterior.coefficients.shape
    signs, zeros = restrictions.signs, restrictions.zeros
    attempts = 0
    while True:
        attempts += 1
        triangle = np.zeros((k, k))
        for i in range(k):
            triangle[i, i] = np.sqrt(generator.chisquare(posterior.degrees - i))
            triangle[i, :i] = [generator.standard_normal() for _ in range(i)]
        factor = posterior.factor @ np.linalg.inv(triangle).T

        def signs_of(shock, factor=factor):
            own = (signs.shock == shock) & (signs.horizon == 0)
            return signs.sign[own][:, None] * factor[signs.response[own]]

        def zeros_of(shock, factor=factor):
            return factor[zeros.response[zeros.shock == shock]]

        q = columns(signs_of, zeros_of, order, generator, True)
        if q is None:
            continue
        normal = generator.standard_normal((n, k))
        a = posterior.coefficients + posterior.root @ normal @ factor.T
        slopes = a[n - lags * k :].reshape(lags, k, k).transpose(0, 2, 1)
        theta = responses(slopes, factor @ q, int(signs.horizon.max()))
        summed = np.cumsum(theta, axis=0)
        cells = np.where(
            signs.cumulative,
            summed[signs.horizon, signs.response, signs.shock],
            theta[signs.horizon, signs.response, signs.shock],
        )
        if (signs.sign * cells >= 0).all():
            return slopes, a[: n - lags * k].T, factor @ factor.T, factor @ q, attempts
