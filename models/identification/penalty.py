"""Uhlig's penalty function: the one model that satisfies sign restrictions best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ...data.panel import Column
from ...errors import NoRotationError, SpecError
from ...estimation.penalty import penalised_columns
from .sign_restrictions import (
    OwnLike,
    RestrictedShocks,
    Restriction,
    ZeroResponse,
    as_own,
    as_restrictions,
    restricted_shocks,
)

if TYPE_CHECKING:
    from ..inference.protocol import Inference
    from ..reduced_form.base import ReducedForm


@dataclass(frozen=True, slots=True)
class UhligPenalty:
    """Of all shocks the one with the largest responses of the right signs.

    A restricted response of the right sign is rewarded by its size, in standard deviations of its
    variable's innovations, and one of the wrong sign penalised by ``penalty`` times its size. A
    reduced form has one solution, whether or not a rotation satisfies all the signs, and none where
    every direction is penalised on balance.

    Parameters
    ----------
    restrictions : sequence of Sign and ZeroResponse
        Each shock needs a sign for its own variable on impact. Shocks with more zeros are solved
        first, among equals those that are named first.
    own : mapping of shock to variable, optional
        Needed for shocks that are not named after a variable.
    penalty : float
        Weight of a violation.

    Notes
    -----
    Uhlig (2005), appendix B; for several shocks, solved one after the other, Mountford and Uhlig
    (2009). The solution is exact; see ``estimation.penalty``. Which of the admissible models is
    best is a choice that adds restrictions of its own and makes bands narrow (Arias, Rubio-Ramirez
    and Waggoner 2018): ``SignRestrictions`` keeps all of them.
    """

    restrictions: Sequence[Restriction]
    own: OwnLike = None
    penalty: float = 100.0

    #: Keys into ``models/citations.bib``.
    methods: ClassVar[tuple[str, ...]] = ("uhlig2005", "mountford_uhlig2009")

    def __post_init__(self) -> None:
        object.__setattr__(self, "restrictions", as_restrictions(self.restrictions))
        object.__setattr__(self, "own", as_own(self.own))
        if not self.penalty >= 1:
            raise SpecError(
                f"penalty = {self.penalty}.",
                remedy="A violation must weigh 1 or more, such as 100.",
            )

    @property
    def name(self) -> str:
        """Key of the scheme in the validity table."""
        return "penalty"

    def shocks(self, names: Sequence[str]) -> RestrictedShocks:
        """The shocks among the variables.

        Raises
        ------
        SpecError, NotIdentifiedError
        """
        found = restricted_shocks(self.restrictions, as_own(self.own), names)
        for missing in found.normalisations:
            raise SpecError(
                f"No sign says what the shock '{missing.shock}' does to its own variable "
                f"'{missing.response}' on impact.",
                remedy=f"Add Sign('{missing.shock}', '{missing.response}', '+').",
            )
        return found

    def shock_names(self, names: Sequence[str]) -> tuple[str, ...]:
        """Name of each shock; see ``NamesShocks.shock_names``."""
        return self.shocks(names).shock_names

    def impact(self, covariance: np.ndarray, lags: np.ndarray, names: Sequence[str]) -> np.ndarray:
        """Impact matrices with NaN for other shocks; see ``FromCovariance.impact``.

        Of many reduced forms, those without a solution give NaN.

        Raises
        ------
        NoRotationError
            If one reduced form is given and no shock is rewarded on balance.
        """
        shocks = self.shocks(names)
        arrays, k = shocks.arrays(), len(names)
        sigma, slopes = covariance.reshape(-1, k, k), lags.reshape(-1, *lags.shape[-3:])
        factor = np.linalg.cholesky(sigma)
        rows = arrays.rows(slopes, factor)
        spread = np.sqrt(np.einsum("rii->ri", sigma))[:, arrays.signs.response]
        rows.signs[:] /= spread[..., None]
        found: np.ndarray = factor @ penalised_columns(rows, _order(shocks), self.penalty)
        if covariance.ndim == 2 and not np.isfinite(found[..., shocks.identified]).all():
            raise NoRotationError(
                "No shock does more that the signs ask for than against them: "
                f"{'; '.join(map(str, self.restrictions))}.",
                remedy="Drop or shorten a restriction.",
            )
        zeros = arrays.zeros.only(arrays.zeros.horizon == 0)
        cells = found[:, zeros.response, zeros.shock]
        found[:, zeros.response, zeros.shock] = np.where(np.isnan(cells), np.nan, 0.0)
        impact: np.ndarray = found.reshape(covariance.shape)
        return impact

    def default_inference(self, reduced: ReducedForm) -> Inference:
        """The posterior; for a model that is not plain least squares, its own default."""
        from ..inference.posterior import Posterior

        return Posterior() if reduced.plain_least_squares else reduced.default_inference

    def imposed_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zero restrictions at horizon 0."""
        return self.shocks(names).imposed_zeros(0)

    def imposed_long_run_zeros(self, names: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Zero restrictions in the long run."""
        return self.shocks(names).imposed_zeros("long_run")

    def imposed_signs(self, names: Sequence[str]) -> frozenset[tuple[str, str, int]]:
        """Sign restrictions by horizon; see ``RestrictsSigns.imposed_signs``."""
        return self.shocks(names).imposed_signs()

    def describe(self, names: Sequence[str], columns: Mapping[str, Column]) -> str:
        """The restrictions shock by shock, and that they may be violated."""
        return (
            "Penalty function (Uhlig) of responses (+ up, - down, 0 none): "
            f"{self.shocks(names).in_words(columns)}; violated signs weigh {self.penalty:g} times "
            "as much as satisfied ones"
        )


def _order(shocks: RestrictedShocks) -> np.ndarray:
    """Columns of the shocks in the order in which they are solved."""
    zeros = {
        s: sum(r.shock == s for r in shocks.restrictions if isinstance(r, ZeroResponse))
        for s, _ in shocks.own
    }
    named = sorted((shock for shock, _ in shocks.own), key=lambda shock: -zeros[shock])
    return np.array([shocks.column[shock] for shock in named])
