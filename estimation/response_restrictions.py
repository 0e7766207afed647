"""Sign and zero restrictions on responses, as inequalities and equations in the columns of Q.

With Sigma = F F' every impact matrix is B = F Q, Q orthogonal, and the responses to shock j at
horizon h are Psi_h F q_j, where Psi_h are the moving-average coefficients. Hence a restriction on a
response is one on the inner product of q_j and a row of Psi_h F.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .long_run import long_run_multiplier
from .responses import impulse_responses

#: In the place of a horizon: the cumulated response in the long run.
LONG_RUN = -1


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells (shock, response, horizon) of impulse responses that are restricted.

    Attributes
    ----------
    shock, response : ndarray of int, shape (c,)
    horizon : ndarray of int, shape (c,)
        ``LONG_RUN`` for the cumulated response in the long run.
    cumulative : ndarray of bool, shape (c,)
        Whether the responses up to the horizon are summed.
    sign : ndarray, shape (c,)
        +1 where the response is to be positive, -1 where negative, 0 where zero.
    origin : ndarray of int, shape (c,)
        Number of the restriction that a cell belongs to.
    """

    shock: np.ndarray
    response: np.ndarray
    horizon: np.ndarray
    cumulative: np.ndarray
    sign: np.ndarray
    origin: np.ndarray

    @classmethod
    def of(cls, cells: Sequence[tuple[int, int, int, bool, int, int]]) -> Cells:
        """From tuples (shock, response, horizon, cumulative, sign, origin), sorted by shock."""
        ordered = sorted(cells, key=lambda cell: cell[0])
        columns = zip(*ordered, strict=True) if ordered else [()] * 6
        kinds = (int, int, int, bool, float, int)
        return cls(*(np.array(c, dtype=kind) for c, kind in zip(columns, kinds, strict=True)))

    def __len__(self) -> int:
        return len(self.shock)

    @property
    def last(self) -> int:
        """The last finite horizon."""
        return int(self.horizon.max(initial=0))

    def only(self, which: np.ndarray) -> Cells:
        """Some of the cells."""
        parts = (self.shock, self.response, self.horizon, self.cumulative, self.sign, self.origin)
        return Cells(*(part[which] for part in parts))

    def bounds(self, size: int) -> np.ndarray:
        """Where the cells of each of ``size`` shocks begin, and where the last end, (size+1,)."""
        return np.searchsorted(self.shock, np.arange(size + 1))


@dataclass(frozen=True, slots=True, eq=False)
class ResponseRestrictions:
    """Restrictions on the responses of K variables to K shocks.

    Attributes
    ----------
    size : int
        K.
    signs, zeros : Cells
        Sorted by shock.
    """

    size: int
    signs: Cells
    zeros: Cells

    @property
    def shocks(self) -> np.ndarray:
        """The shocks that are restricted, ascending."""
        return np.unique(np.concatenate([self.signs.shock, self.zeros.shock]))

    def without(self, *origins: int) -> ResponseRestrictions:
        """The rest when some restrictions are dropped."""
        return ResponseRestrictions(
            self.size,
            self.signs.only(~np.isin(self.signs.origin, origins)),
            self.zeros.only(~np.isin(self.zeros.origin, origins)),
        )

    def of_shocks(self, *shocks: int) -> ResponseRestrictions:
        """The restrictions on some of the shocks."""
        return ResponseRestrictions(
            self.size,
            self.signs.only(np.isin(self.signs.shock, shocks)),
            self.zeros.only(np.isin(self.zeros.shock, shocks)),
        )

    def rows(self, lags: np.ndarray, factor: np.ndarray) -> RestrictionRows:
        """The restrictions of R reduced forms as rows.

        Parameters
        ----------
        lags : ndarray, shape (R, p, K, K)
        factor : ndarray, shape (R, K, K)
            F with F F' = Sigma.
        """
        last = max(self.signs.last, self.zeros.last)
        responses = impulse_responses(lags, factor, last)
        cumulated = np.cumsum(responses, axis=1)
        forever = responses[:, 0]
        if (self.zeros.horizon == LONG_RUN).any():
            forever = long_run_multiplier(lags) @ factor

        def rows_of(cells: Cells) -> np.ndarray:
            at = (slice(None), cells.horizon, cells.response)
            summed = cells.cumulative[:, None]
            rows = np.where(summed, cumulated[at], responses[at])
            lasting = (cells.horizon == LONG_RUN)[:, None]
            return np.ascontiguousarray(np.where(lasting, forever[:, cells.response], rows))

        return RestrictionRows(
            rows_of(self.signs) * self.signs.sign[:, None],
            self.signs.bounds(self.size),
            rows_of(self.zeros),
            self.zeros.bounds(self.size),
        )


@dataclass(frozen=True, slots=True, eq=False)
class RestrictionRows:
    """Restrictions of R reduced forms on the columns q_j of Q: M_j q_j >= 0 and Z_j q_j = 0.

    Attributes
    ----------
    signs : ndarray, shape (R, r, K)
        The rows of M_1, ..., M_K, one shock after the other.
    sign_bounds : ndarray of int, shape (K+1,)
        Rows ``sign_bounds[j]`` to ``sign_bounds[j+1]`` (exclusive) are those of shock j.
    zeros : ndarray, shape (R, z, K)
        The rows of Z_1, ..., Z_K.
    zero_bounds : ndarray of int, shape (K+1,)
    """

    signs: np.ndarray
    sign_bounds: np.ndarray
    zeros: np.ndarray
    zero_bounds: np.ndarray

    @property
    def exist(self) -> np.ndarray:
        """Reduced forms with all responses that are restricted, shape (R,), bool."""
        found: np.ndarray = np.isfinite(self.signs).all(axis=(1, 2))
        found &= np.isfinite(self.zeros).all(axis=(1, 2))
        return found

    def with_signs(self, shock: np.ndarray, rows: np.ndarray) -> RestrictionRows:
        """With more inequalities m' q_j >= 0.

        Parameters
        ----------
        shock : ndarray of int, shape (n,)
            j of each.
        rows : ndarray, shape (R, n, K)
            m of each.
        """
        size = len(self.sign_bounds) - 1
        known = np.repeat(np.arange(size), np.diff(self.sign_bounds))
        shocks = np.concatenate([known, shock])
        order = np.argsort(shocks, kind="stable")
        signs = np.ascontiguousarray(np.concatenate([self.signs, rows], axis=1)[:, order])
        bounds = np.searchsorted(shocks[order], np.arange(size + 1))
        return RestrictionRows(signs, bounds, self.zeros, self.zero_bounds)

    def with_columns_fixed(self, columns: np.ndarray) -> RestrictionRows:
        """With q_j the j-th unit vector for some j, so that column j of F is not rotated.

        Parameters
        ----------
        columns : ndarray of int, shape (n,)
            Ascending; none of them has restrictions of its own.
        """
        forms, _, k = self.signs.shape
        unit, others = np.eye(k), np.eye(k, dtype=bool)
        known = np.repeat(np.arange(k), np.diff(self.zero_bounds))
        shocks = np.concatenate([known, np.repeat(columns, k - 1)])
        fixed = np.concatenate([unit[~others[j]] for j in columns])
        zeros = np.concatenate([self.zeros, np.broadcast_to(fixed, (forms, *fixed.shape))], axis=1)
        order = np.argsort(shocks, kind="stable")
        bounds = np.searchsorted(shocks[order], np.arange(k + 1))
        turned = self.with_signs(columns, np.broadcast_to(unit[columns], (forms, len(columns), k)))
        return RestrictionRows(
            turned.signs, turned.sign_bounds, np.ascontiguousarray(zeros[:, order]), bounds
        )

    def at(self, which: np.ndarray) -> RestrictionRows:
        """Those of some of the reduced forms."""
        return RestrictionRows(
            self.signs[which], self.sign_bounds, self.zeros[which], self.zero_bounds
        )
