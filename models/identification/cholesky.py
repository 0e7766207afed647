"""Recursive identification: within a period each variable reacts only to those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...data.panel import Column
from ...errors import NumericalError, SpecError


@dataclass(frozen=True, slots=True)
class Cholesky:
    """The impact matrix is lower triangular in a given order of the variables.

    Parameters
    ----------
    order : sequence of str, optional
        All variables of the VAR, the one that reacts to no other within the period first. By
        default the order of the VAR. The order is part of the identification only: rows and
        columns of the results stay in the order of the VAR.

    Notes
    -----
    The diagonal is positive: a positive shock raises its own variable. Sims (1980).
    """

    order: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.order is not None:
            object.__setattr__(self, "order", tuple(self.order))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "cholesky"

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Lower triangular factor of Sigma in the chosen order; see ``FromCovariance.impact``."""
        place = [names.index(name) for name in self.ordered(names)]
        try:
            factor = np.linalg.cholesky(covariance[..., place, :][..., place])
        except np.linalg.LinAlgError:
            raise NumericalError(
                f"The residual covariance of {', '.join(names)} is singular.",
                remedy="Leave out a variable that is an exact combination of the others.",
            ) from None
        back = np.argsort(place)
        return factor[..., back, :][..., back]

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Every response of a variable to the shock of one that comes after it."""
        order = self.ordered(names)
        return frozenset((r, s) for i, r in enumerate(order) for s in order[i + 1 :])

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None."""
        return frozenset()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The order in words."""
        return "Recursive (Cholesky), order " + ", ".join(
            columns[name].label for name in self.ordered(names)
        )

    def ordered(self, names: Sequence[str]) -> tuple[str, ...]:
        """The order for the variables ``names``, refused unless it is a permutation of them."""
        order = tuple(names) if self.order is None else tuple(self.order)
        if sorted(order) == sorted(names):
            return order
        unknown = [name for name in order if name not in names]
        absent = [name for name in names if name not in order]
        twice = sorted({name for name in order if order.count(name) > 1})
        faults = [
            f"{what}: {', '.join(found)}"
            for what, found in (
                ("not in the VAR", unknown),
                ("missing", absent),
                ("named twice", twice),
            )
            if found
        ]
        raise SpecError(
            f"The order does not fit the VAR ({'; '.join(faults)}).",
            remedy=f"Order all of its variables: {', '.join(names)}.",
        )
