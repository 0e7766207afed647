"""Long-run identification: some shocks have no lasting effect on some variables."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...data.panel import Column
from ...errors import NearUnitRootWarning, NotIdentifiedError
from ...estimation.companion import companion_roots
from ...estimation.long_run import long_run_multiplier, recursive_long_run
from ..reduced_form.base import NEAR_UNIT_ROOT
from .cholesky import Cholesky


@dataclass(frozen=True, slots=True)
class LongRun:
    """The cumulated responses at an infinite horizon are lower triangular in a given order.

    The first shock alone moves the first variable in the long run, the first two the second, and
    so on. For a variable in changes this is the effect on its level.

    Parameters
    ----------
    order : sequence of str, optional
        All variables of the VAR; the first is moved for good by its own shock only. By default the
        order of the VAR. Rows and columns of the results stay in the order of the VAR.

    Notes
    -----
    B = A(1) chol(A(1)^-1 Sigma A(1)^-1') with A(1) = I - A_1 - ... - A_p. The diagonal of the
    long-run matrix is positive: a positive shock raises its own variable in the long run, and may
    lower it on impact. The VAR must be stationary: variables with a unit root enter in changes
    (cointegrated ones need an error correction model). Blanchard and Quah (1989).
    """

    order: Sequence[str] | None = None

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = ("blanchard_quah1989",)

    def __post_init__(self) -> None:
        if self.order is not None:
            object.__setattr__(self, "order", tuple(self.order))

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "long_run"

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Impact matrix behind the triangular long-run matrix; see ``FromCovariance.impact``.

        Of many reduced forms, those with a root beyond the unit circle give NaN.

        Raises
        ------
        NotIdentifiedError
            If the VAR is not stationary.
        """
        if covariance.ndim == 2:
            require_long_run(lags, names)
        place = [names.index(name) for name in Cholesky(self.order).ordered(names)]
        factor = Cholesky().impact(covariance, lags, names)
        found = recursive_long_run(factor, long_run_multiplier(lags)[..., place, :])
        return found[..., np.argsort(place)]

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """None at horizon 0."""
        return frozenset()

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Long-run effects of the shocks of later variables on earlier ones."""
        return Cholesky(self.order).imposed_zeros(names)

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The order in words."""
        labels = [columns[name].label for name in Cholesky(self.order).ordered(names)]
        return (
            f"Long-run restrictions (Blanchard-Quah), order {', '.join(labels)}: no lasting effect "
            "on a variable of the shocks of later ones; a positive shock raises its own variable "
            "in the long run"
        )


def require_long_run(lags: np.ndarray, names: Sequence[str]) -> None:
    """Refuse a VAR whose responses do not add up, and warn where that is a close call.

    Raises
    ------
    NotIdentifiedError
    """
    largest = float(np.abs(companion_roots(lags)[0]))
    if largest >= 1 - 1e-10:
        raise NotIdentifiedError(
            f"The VAR of {', '.join(names)} is not stationary (largest root {largest:.4f}): it has "
            "no long-run effects to restrict.",
            remedy="Let variables with a unit root enter in changes, or use a VECM.",
        )
    if largest > NEAR_UNIT_ROOT:
        warnings.warn(
            f"The largest root of the VAR is {largest:.4f}: the long-run effects behind the "
            "identification are close to not existing. Let variables with a unit root enter in "
            "changes.",
            NearUnitRootWarning,
            stacklevel=4,
        )
