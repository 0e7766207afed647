"""The shocks of local projections: which variables of the period are controls, and the size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.panel import Column
from ..errors import SpecError
from .identification.cholesky import Cholesky
from .impulse_response import own_targets, size_in_words
from .responses import Size, amount, chosen


@dataclass(frozen=True, slots=True)
class ReducedFormInnovations:
    """The innovation of one variable, those of all others held at zero.

    All other variables of the period are controls, as if each variable were ordered last. It is the
    one-step error of a VAR, not a structural shock: it has a size in units, and no structural
    standard deviation.
    """

    @property
    def name(self) -> str:
        """Short name."""
        return "innovations"

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:  # noqa: ARG002
        """What the shocks are, in words."""
        return "Reduced-form innovations, each with those of the other variables at zero"


Scheme = Cholesky | ReducedFormInnovations


@dataclass(frozen=True, slots=True, eq=False)
class Shocks:
    """The shocks that were asked for.

    Attributes
    ----------
    scheme : Cholesky or ReducedFormInnovations
    names : tuple of str
        Names of the shocks, which are those of their variables.
    order : tuple of str
        Variables of the period that enter the regressions, each with those before it as controls.
    targets : ndarray, shape (J,)
        Sizes in units of the shocks' variables; NaN for one standard deviation.
    sized : tuple of str
        Shocks whose size was asked for.
    """

    scheme: Scheme
    names: tuple[str, ...]
    order: tuple[str, ...]
    targets: np.ndarray
    sized: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scheme: Scheme,
        shock: str | Sequence[str] | None,
        size: Size,
        variables: tuple[str, ...],
    ) -> Shocks:
        """Resolve what was asked for.

        Raises
        ------
        SpecError
        """
        if isinstance(scheme, type) or not isinstance(scheme, Cholesky | ReducedFormInnovations):
            raise SpecError(
                f"scheme = {scheme!r}.",
                remedy="Pass Cholesky(order) or ReducedFormInnovations(): in a local projection "
                "the order of the variables decides which of them are controls.",
            )
        if shock is None and isinstance(size, Mapping):
            shock = tuple(size)
        names = chosen(shock, variables, "shock")
        targets = own_targets(size, names)
        if isinstance(size, Mapping):
            chosen(tuple(size), names, "shock")
        if isinstance(scheme, ReducedFormInnovations):
            if np.isnan(targets).any():
                raise SpecError(
                    "An innovation of the reduced form has no structural standard deviation.",
                    remedy="Use size='unit', a mapping such as {'usdjpy': 10}, or Cholesky(order).",
                )
            order = variables
        else:
            ordered = scheme.ordered(variables)
            order = ordered[: 1 + max(ordered.index(name) for name in names)]
        sized = tuple(size) if isinstance(size, Mapping) else names
        return cls(scheme, names, order, targets, sized)

    @property
    def alone(self) -> bool:
        """Whether all other variables of the period are controls of each."""
        return isinstance(self.scheme, ReducedFormInnovations)

    def impact(self, covariance: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Responses on impact that the scheme finds in a covariance, shape (K, K)."""
        if isinstance(self.scheme, ReducedFormInnovations):
            return np.eye(len(names))
        return self.scheme.impact(covariance, np.empty((0, *covariance.shape)), names)

    def sizes_in_words(
        self, columns: Mapping[str, Column], deviations: np.ndarray
    ) -> dict[str, str]:
        """The size of each shock by what it does to its own variable within the period."""
        found = {}
        for name, target, deviation in zip(self.names, self.targets, deviations, strict=True):
            found[name] = size_in_words(name, name, columns, target, deviation)
            if self.alone:
                column = columns[name]
                size = amount(target * column.response_scale, column)
                found[name] = f"Innovation in {column.label} of {size}"
        return found
