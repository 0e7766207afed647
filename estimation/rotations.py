"""Haar rotations that satisfy sign and zero restrictions, drawn column by column.

An orthogonal matrix is Haar distributed on O(K) when each of its columns, given those before it, is
uniform on the unit sphere of what is orthogonal to them: a Gaussian vector, projected and scaled to
unit length. That is the QR decomposition of a Gaussian matrix with a positive diagonal of R; the
one that LAPACK returns, whose diagonal has either sign, is not Haar (Stewart 1980; Mezzadri 2007).

Both orientations, determinant 1 and -1, have equal probability. Rotations proper, SO(K), would tie
the sign of the last column to those of the others, although a shock and its negative are the same
shock; where some columns are not restricted, the distribution of the others is the same under both.

- Columns are checked as they are drawn: most attempts end at their first column.
- The negative of a column is as likely as the column: whichever satisfies the signs is taken. With
  J restricted shocks an attempt is accepted 2^J times as often, with the same distribution of what
  is accepted.
- A column with zero restrictions is drawn in their null space (Arias, Rubio-Ramirez and Waggoner
  2018), columns with more zeros first. This is not uniform given the zeros: where there are any,
  accepted rotations need the weights of ``zero_sign_weights``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .jit import kernel
from .response_restrictions import RestrictionRows
from .streams import BLOCK, block_generator
from .threads import in_parts

#: A zero restriction whose row has less than this left (relative to its length) outside the span of
#: what the column is orthogonal to already is implied by it.
IMPLIED = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Rotations:
    """Accepted rotations of R reduced forms, ``count`` of each.

    Attributes
    ----------
    rotation : ndarray, shape (R, count, K, K)
        Q with shock j in column j, orthogonal to 1e-15; NaN where none was found.
    found : ndarray of bool, shape (R, count)
    attempts : ndarray of int, shape (R, count)
        Rotations that were begun, the accepted one included.
    """

    rotation: np.ndarray
    found: np.ndarray
    attempts: np.ndarray


def draw_rotations(
    rows: RestrictionRows,
    *,
    count: int = 1,
    max_attempts: int,
    seed: int,
    first: int = 0,
    order: np.ndarray | None = None,
    flips: bool = True,
    threads: int = 1,
) -> Rotations:
    """Independent rotations that satisfy the restrictions, ``count`` of each reduced form.

    A rotation is a function of ``seed`` and of its number (reduced form times ``count``, plus its
    place) alone; eight consecutive ones share a stream, so that the result does not depend on the
    number of threads.

    Parameters
    ----------
    rows : RestrictionRows
        Of R reduced forms. The n-th shock in the order has at most K - n zeros.
    count : int
    max_attempts : int
        Attempts after which a rotation is given up.
    seed : int
        Not negative.
    first : int
        Number of the first block of random numbers, so that a search can be continued.
    order : ndarray of int, shape (K,), optional
        Shocks in the order in which their columns are drawn; by default ``drawing_order``.
    flips : bool
        Take the negative of a column where that satisfies its signs.
    threads : int
    """
    forms, _, k = rows.signs.shape
    total = forms * count
    rotation = np.full((total, k, k), np.nan)
    attempts = np.zeros(total, dtype=np.int64)
    found = np.zeros(total, dtype=np.bool_)
    exist = rows.exist
    if order is None:
        order = drawing_order(rows.sign_bounds, rows.zero_bounds)
    arrays = (rows.signs, rows.sign_bounds, rows.zeros, rows.zero_bounds, order, exist)

    def run(begin: int, end: int) -> None:
        for start in range(begin, end, BLOCK):
            generator = block_generator(seed, first + start // BLOCK)
            span = (start, min(start + BLOCK, end))
            _draw_block(
                arrays, count, span, max_attempts, flips, generator, (rotation, found, attempts)
            )

    in_parts(run, total, threads, step=BLOCK)
    return Rotations(
        rotation.reshape(forms, count, k, k),
        found.reshape(forms, count),
        attempts.reshape(forms, count),
    )


def drawing_order(sign_bounds: np.ndarray, zero_bounds: np.ndarray) -> np.ndarray:
    """Shocks by falling number of zeros, then of signs, shape (K,).

    A column must leave those after it the dimensions that their zeros need; among equals the one
    that is rejected most often comes first.
    """
    return np.lexsort((-np.diff(sign_bounds), -np.diff(zero_bounds)))


@kernel
def _draw_block(
    arrays: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    count: int,
    span: tuple[int, int],
    max_attempts: int,
    flips: bool,
    generator: np.random.Generator,
    output: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Rotations ``span[0]`` to ``span[1]`` (exclusive), one after the other."""
    signs, sign_bounds, zeros, zero_bounds, order, exist = arrays
    rotation, found, attempts = output
    k = len(order)
    q, basis = np.empty((k, k)), np.empty((k, k))
    for n in range(span[0], span[1]):
        form = n // count
        if not exist[form]:
            continue
        own_signs, own_zeros = signs[form], zeros[form]
        tried, accepted = 0, False
        while tried < max_attempts and not accepted:
            tried += 1
            accepted = True
            for place in range(k):
                shock = order[place]
                span_of_zeros = (zero_bounds[shock], zero_bounds[shock + 1])
                span_of_signs = (sign_bounds[shock], sign_bounds[shock + 1])
                held = draw_column(q, place, own_zeros, span_of_zeros, generator, basis)
                if not turn(q, place, own_signs, span_of_signs, flips):
                    accepted = False
                    break
                finish_column(q, place, basis, held)
        attempts[n], found[n] = tried, accepted
        if accepted:
            for place in range(k):
                for i in range(k):
                    rotation[n, i, order[place]] = q[place, i]


@kernel
def draw_column(
    q: np.ndarray,
    place: int,
    zeros: np.ndarray,
    span: tuple[int, int],
    generator: np.random.Generator,
    basis: np.ndarray,
) -> int:
    """A Gaussian vector ``q[place]`` orthogonal to ``q[:place]`` and to ``zeros[span]``.

    Returns how many rows of ``basis`` hold what the zeros add; see ``basis_of_zeros``.
    """
    k = q.shape[1]
    held = basis_of_zeros(q, place, zeros, span, basis)
    for i in range(k):
        q[place, i] = generator.standard_normal()
    project(q, place, q, place)
    project(q, place, basis, held)
    return held


@kernel
def basis_of_zeros(
    q: np.ndarray, place: int, zeros: np.ndarray, span: tuple[int, int], basis: np.ndarray
) -> int:
    """Rows of ``basis`` that complete ``q[:place]`` to an orthonormal basis with ``zeros[span]``.

    Returns how many they are; zeros that are implied by those before them add none.
    """
    k = q.shape[1]
    held = 0
    for row in range(span[0], span[1]):
        for i in range(k):
            basis[held, i] = zeros[row, i]
        length = length_of(basis, held)
        for _ in range(2):
            project(basis, held, q, place)
            project(basis, held, basis, held)
        left = length_of(basis, held)
        if left > IMPLIED * length:
            for i in range(k):
                basis[held, i] /= left
            held += 1
    return held


@kernel
def turn(q: np.ndarray, place: int, signs: np.ndarray, span: tuple[int, int], flips: bool) -> bool:
    """Whether ``signs[span]`` times ``q[place]`` are positive; turned if its negative's are.

    Where there are no signs it stays as it is.
    """
    k = q.shape[1]
    positive, negative = True, flips
    for row in range(span[0], span[1]):
        value = 0.0
        for i in range(k):
            value += signs[row, i] * q[place, i]
        if value < 0:
            positive = False
        elif value > 0:
            negative = False
        if not (positive or negative):
            return False
    if not positive:
        for i in range(k):
            q[place, i] = -q[place, i]
    return True


@kernel
def finish_column(q: np.ndarray, place: int, basis: np.ndarray, held: int) -> None:
    """Give ``q[place]`` unit length, once what rounding left of its projections is taken off."""
    project(q, place, q, place)
    project(q, place, basis, held)
    length = length_of(q, place)
    for i in range(q.shape[1]):
        q[place, i] /= length


@kernel
def project(x: np.ndarray, row: int, onto: np.ndarray, count: int) -> None:
    """Take off ``x[row]`` its components along the first ``count`` (orthonormal) rows."""
    k = x.shape[1]
    for other in range(count):
        along = 0.0
        for i in range(k):
            along += x[row, i] * onto[other, i]
        for i in range(k):
            x[row, i] -= along * onto[other, i]


@kernel
def length_of(x: np.ndarray, row: int) -> float:
    """Euclidean length of ``x[row]``."""
    square = 0.0
    for i in range(x.shape[1]):
        square += x[row, i] * x[row, i]
    length: float = np.sqrt(square)
    return length
