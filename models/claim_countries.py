"""The statistics of claim C1 that compare Japan with other economies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .claim_components import Component
from .claim_statements import Claim
from .country_contrasts import Contrast, tail
from .passthrough_countries_results import PassThroughComparison

#: Parts of the claim, and the measure of prices that each compares.
PARTS: Mapping[str, str] = {
    "import_price_minus_others": "import_unit_value",
    "cpi_minus_others": "cpi",
}


@dataclass(frozen=True, eq=False)
class LinearComponent(Component):
    """A weighted sum of coefficients: Student's t interval (normal with infinite degrees).

    Attributes
    ----------
    error : float
        Its standard error.
    degrees : float
    """

    error: float = np.nan
    degrees: float = np.inf

    method: ClassVar[str] = "Student's t"

    def interval(self, level: float) -> tuple[float, float]:
        """Estimate plus and minus a quantile times the standard error."""
        low, high = self._contrast.interval(level)
        return float(low[0]), float(high[0])

    def p_at_most(self, bound: float) -> float:
        """P-value of "the statistic is at most ``bound``"."""
        return float(tail(np.array((self.estimate - bound) / self.error), self.degrees))

    def p_at_least(self, bound: float) -> float:
        """P-value of "the statistic is at least ``bound``"."""
        return float(tail(np.array((bound - self.estimate) / self.error), self.degrees))

    @property
    def _contrast(self) -> Contrast:
        estimate, error = np.array([self.estimate]), np.array([self.error])
        return Contrast(self.label, estimate, error, self.degrees)


def country_components(result: PassThroughComparison, claim: Claim) -> tuple[LinearComponent, ...]:
    """Japan minus the mean of the others: one component a part of the claim that was compared.

    A part whose measure no other country has is left out: the claim then has no data on it.

    Parameters
    ----------
    result : PassThroughComparison
        Japan first.
    claim : Claim
        With parts named as in ``PARTS``.
    """
    compared = {one.price: one for one in result.comparisons}
    named = {part.name: part for part in claim.parts}
    found = []
    for name, measure in PARTS.items():
        if name not in named or measure not in compared:
            continue
        part, one = named[name], compared[measure]
        gap = one.headline
        if gap is None:
            continue
        horizon, size = part.horizons[0], float(part.shock_size or 1.0)
        at = one.at(horizon)
        found.append(
            LinearComponent(
                name=name,
                label=part.label,
                statistic=part.statistic.format(horizon=horizon),
                estimate=size * float(gap.estimate[at]),
                draws=np.empty(0),
                region=part.region,
                unit=part.unit,
                scheme=f"{result.approach}; {', '.join(one.rows[1:])}",
                when=f"{horizon} months later",
                error=size * float(gap.std_error[at]),
                degrees=gap.degrees,
            )
        )
    return tuple(found)
