"""Reduced forms and rotations drawn together until the restrictions hold.

Each attempt draws Sigma from its posterior and a Haar rotation Q, and the coefficients only if the
responses on impact have the right signs, for which they are not needed: most attempts end before.
What is accepted is a sample of the posterior of (A, Sigma, Q) given the restrictions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jit import kernel
from .posterior import NormalInverseWishart, as_reduced_form
from .response_restrictions import Cells, ResponseRestrictions
from .rotations import draw_column, drawing_order, finish_column, turn
from .streams import BLOCK, block_generator
from .threads import in_parts


@dataclass(frozen=True, slots=True, eq=False)
class JointDraws:
    """Accepted draws of reduced form and rotation.

    Attributes
    ----------
    lags : ndarray, shape (N, p, K, K)
    deterministic : ndarray, shape (N, K, m)
    covariance : ndarray, shape (N, K, K)
    impact : ndarray, shape (N, K, K)
        B = F Q, all columns.
    tried : ndarray of int, shape (W,)
        Attempts for each of the W draws that were wanted.
    """

    lags: np.ndarray
    deterministic: np.ndarray
    covariance: np.ndarray
    impact: np.ndarray
    tried: np.ndarray

    def __len__(self) -> int:
        return len(self.lags)

    @property
    def arrays(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Lags, deterministic terms, covariance and impact."""
        return self.lags, self.deterministic, self.covariance, self.impact

    def at(self, which: np.ndarray) -> JointDraws:
        """Some of the draws; the attempts stay."""
        lags, deterministic, covariance, impact = (array[which] for array in self.arrays)
        return JointDraws(lags, deterministic, covariance, impact, self.tried)


def draws_in_one(restrictions: ResponseRestrictions) -> bool:
    """Whether the restrictions are of the kind that ``draw_jointly`` takes.

    A column with zeros after impact cannot be drawn before the coefficients.
    """
    return not restrictions.zeros.horizon.any()


def draw_jointly(
    posterior: NormalInverseWishart,
    lags: int,
    restrictions: ResponseRestrictions,
    *,
    draws: int,
    max_attempts: int,
    seed: int,
    first: int = 0,
    flips: bool = True,
    threads: int = 1,
) -> JointDraws:
    """Independent draws of reduced form and rotation that satisfy the restrictions.

    A draw is a function of ``seed`` and of its number alone; eight consecutive ones share a stream.

    Parameters
    ----------
    posterior : NormalInverseWishart
    lags : int
        p.
    restrictions : ResponseRestrictions
        Signs at any horizon; zeros on impact only.
    draws : int
    max_attempts : int
        Attempts after which a draw is given up.
    seed : int
    first : int
        Number of the first block of random numbers.
    flips : bool
        Take the negative of a column where that satisfies its signs on impact.
    threads : int
    """
    if not draws_in_one(restrictions):
        raise ValueError("zeros after impact need the coefficients before the rotation")
    n, k = posterior.coefficients.shape
    impact, later, order = _staged(restrictions)
    moments = (posterior.coefficients, posterior.root, posterior.factor, posterior.degrees)
    coefficients, factor = np.full((draws, n, k), np.nan), np.full((draws, k, k), np.nan)
    rotation = np.full((draws, k, k), np.nan)
    tried, found = np.zeros(draws, dtype=np.int64), np.zeros(draws, dtype=np.bool_)
    output = (coefficients, factor, rotation, tried, found)

    def run(begin: int, end: int) -> None:
        for start in range(begin, end, BLOCK):
            generator = block_generator(seed, first + start // BLOCK)
            span = (start, min(start + BLOCK, end))
            _draw_block(
                moments, lags, impact, later, order, span, max_attempts, flips, generator, output
            )

    in_parts(run, draws, threads, step=BLOCK)
    return JointDraws(
        *as_reduced_form(coefficients[found], lags),
        factor[found] @ np.swapaxes(factor[found], -1, -2),
        factor[found] @ rotation[found],
        tried,
    )


_Stages = tuple[np.ndarray, ...]


def _staged(restrictions: ResponseRestrictions) -> tuple[_Stages, _Stages, np.ndarray]:
    """Restrictions on impact by shock, those of later signs by horizon, and the drawing order."""
    signs, zeros, k = restrictions.signs, restrictions.zeros, restrictions.size
    now, then = signs.only(signs.horizon == 0), signs.only(signs.horizon > 0)
    bounds, zero_bounds = now.bounds(k), zeros.bounds(k)
    impact = (now.response, now.sign, bounds, zeros.response, zero_bounds)
    later = then.only(np.argsort(then.horizon, kind="stable"))
    order = drawing_order(signs.bounds(k), zero_bounds)
    return impact, _as_arrays(later), order


def _as_arrays(cells: Cells) -> _Stages:
    return cells.shock, cells.response, cells.horizon, cells.cumulative, cells.sign


@kernel
def _draw_block(
    moments: tuple[np.ndarray, np.ndarray, np.ndarray, int],
    lags: int,
    impact: _Stages,
    later: _Stages,
    order: np.ndarray,
    span: tuple[int, int],
    max_attempts: int,
    flips: bool,
    generator: np.random.Generator,
    output: _Stages,
) -> None:
    """Draws ``span[0]`` to ``span[1]`` (exclusive), one after the other."""
    mean, root, factor, degrees = moments
    coefficients, factors, rotation, tried, found = output
    n, k = mean.shape
    f, q = np.empty((k, k)), np.empty((k, k))
    normal, a = np.empty((n, k)), np.empty((n, k))
    last = later[2][-1] if len(later[2]) else 0
    responses = np.empty((2, last + 1, k, k))  # as they are, and summed up to each horizon
    rows = np.empty((max(len(impact[0]), len(impact[3]), 1), k))
    triangle, basis = np.empty((k, k)), np.empty((k, k))
    for draw in range(span[0], span[1]):
        attempts, accepted = 0, False
        while attempts < max_attempts and not accepted:
            attempts += 1
            _draw_factor(factor, degrees, generator, triangle, f)
            if _draw_rotation(f, impact, order, flips, generator, q, rows, basis):
                _draw_coefficients(mean, root, f, generator, normal, a)
                accepted = _later_signs_hold(a, lags, f, q, order, later, responses)
        tried[draw], found[draw] = attempts, accepted
        if accepted:
            for j in range(k):
                for i in range(n):
                    coefficients[draw, i, j] = a[i, j]
                for i in range(k):
                    factors[draw, i, j] = f[i, j]
                    rotation[draw, i, order[j]] = q[j, i]


@kernel
def _draw_factor(
    factor: np.ndarray,
    degrees: int,
    generator: np.random.Generator,
    triangle: np.ndarray,
    f: np.ndarray,
) -> None:
    """F = L A^-T with F F' = Sigma and A A' ~ Wishart(I, degrees), by Bartlett's decomposition.

    ``triangle`` holds A, its diagonal inverted.
    """
    k = len(factor)
    for i in range(k):
        triangle[i, i] = 1 / np.sqrt(generator.chisquare(degrees - i))
        for j in range(i):
            triangle[i, j] = generator.standard_normal()
    for i in range(k):
        for j in range(k):
            value = factor[i, j] if j <= i else 0.0
            for m in range(j):
                value -= f[i, m] * triangle[j, m]
            f[i, j] = value * triangle[j, j]


@kernel
def _draw_rotation(
    f: np.ndarray,
    impact: _Stages,
    order: np.ndarray,
    flips: bool,
    generator: np.random.Generator,
    q: np.ndarray,
    rows: np.ndarray,
    basis: np.ndarray,
) -> bool:
    """A rotation into the rows of ``q``, in drawing order; False where impact signs fail."""
    response, sign, bounds, zero_response, zero_bounds = impact
    k = len(order)
    for place in range(k):
        shock = order[place]
        zeros = zero_bounds[shock + 1] - zero_bounds[shock]
        for row in range(zeros):
            for i in range(k):
                rows[row, i] = f[zero_response[zero_bounds[shock] + row], i]
        held = draw_column(q, place, rows, (0, zeros), generator, basis)
        signs = bounds[shock + 1] - bounds[shock]
        for row in range(signs):
            cell = bounds[shock] + row
            for i in range(k):
                rows[row, i] = sign[cell] * f[response[cell], i]
        if not turn(q, place, rows, (0, signs), flips):
            return False
        finish_column(q, place, basis, held)
    return True


@kernel
def _draw_coefficients(
    mean: np.ndarray,
    root: np.ndarray,
    f: np.ndarray,
    generator: np.random.Generator,
    normal: np.ndarray,
    a: np.ndarray,
) -> None:
    """A = A* + G Z F' with standard normal Z; G is upper triangular."""
    n, k = mean.shape
    for i in range(n):
        for j in range(k):
            normal[i, j] = generator.standard_normal()
    for i in range(n):  # G Z in place: row i needs the rows from i on only
        for j in range(k):
            value = 0.0
            for m in range(i, n):
                value += root[i, m] * normal[m, j]
            normal[i, j] = value
    for i in range(n):
        for j in range(k):
            value = mean[i, j]
            for m in range(k):
                value += normal[i, m] * f[j, m]
            a[i, j] = value


@kernel
def _later_signs_hold(
    a: np.ndarray,
    lags: int,
    f: np.ndarray,
    q: np.ndarray,
    order: np.ndarray,
    later: _Stages,
    responses: np.ndarray,
) -> bool:
    """Whether the responses after impact have the signs they should have."""
    shock, response, horizon, cumulative, sign = later
    k = len(order)
    cell = 0
    for h in range(responses.shape[1]):
        for place in range(k):
            for i in range(k):
                responses[0, h, i, order[place]] = _response(
                    a, lags, f, q, place, order[place], responses, h, i
                )
        for i in range(k):
            for j in range(k):
                before = responses[1, h - 1, i, j] if h > 0 else 0.0
                responses[1, h, i, j] = before + responses[0, h, i, j]
        while cell < len(horizon) and horizon[cell] == h:
            summed = 1 if cumulative[cell] else 0
            if sign[cell] * responses[summed, h, response[cell], shock[cell]] < 0:
                return False
            cell += 1
    return True


@kernel
def _response(
    a: np.ndarray,
    lags: int,
    f: np.ndarray,
    q: np.ndarray,
    place: int,
    shock: int,
    responses: np.ndarray,
    h: int,
    i: int,
) -> float:
    """Response of variable i at horizon h to the shock whose column is ``q[place]``."""
    n, k = a.shape
    value = 0.0
    if h == 0:
        for m in range(k):
            value += f[i, m] * q[place, m]
        return value
    for lag in range(1, min(lags, h) + 1):
        row = n - (lags - lag + 1) * k
        for m in range(k):
            value += a[row + m, i] * responses[0, h - lag, m, shock]
    return value
