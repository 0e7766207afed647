"""Local projections in words: what decides the numbers, and what a reader must know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..data.dates import span_of
from .projection_bootstrap import samples_in_words
from .projection_errors import LagAugmented
from .provenance import sample_facts

if TYPE_CHECKING:
    from .projection_results import ProjectionResults
    from .projection_shocks import Shocks


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """The facts of some responses and the sentences under their chart.

    Attributes
    ----------
    results : ProjectionResults
    shocks : Shocks
    rows : ndarray of int, shape (H+1,)
        Observations of each horizon.
    seed, failed : int
        Of the bootstrap, where there is one.
    """

    results: ProjectionResults
    shocks: Shocks
    rows: np.ndarray
    seed: int
    failed: int

    def facts(self) -> dict[str, str]:
        """What decides the numbers, under the names that the facts of a VAR have."""
        spec = self.results.spec
        found = sample_facts(self.results.one_step)
        data = found.pop("data")
        return {
            **found,
            "sample": self._sample(),
            "model": self.results.model,
            "identification": self._identification(),
            "shocks": "",
            "bands": self._bands(),
            "seed": str(self.seed) if spec.bootstrap else "",
            "bias": "corrected (Herbst and Johannsen)" if spec.bias_correction else "",
            "data": data,
        }

    def setting(self) -> tuple[str, ...]:
        """Identification, bands, sample and what to mind, in sentences."""
        controls = "" if self.shocks.alone else "; those before the shock's own are controls"
        size = "fixed: the bands are of the response to it"
        if np.isnan(self.shocks.targets).any():
            size = "estimated, which the bands allow for"
        return (
            f"{self._identification()}{controls}.",
            f"Bands: {self._bands()}{self._drawn()}. The size of the shock is {size}.",
            f"{self.results.model}, one regression a horizon, "
            f"{self.results.one_step.terms_in_words}; {self._sample()}.",
            *self.results.remarks,
            *self._moving_variances(),
        )

    def _identification(self) -> str:
        return self.shocks.scheme.describe(self.results.names, self.results.columns)

    def _bands(self) -> str:
        """The errors, and what critical values they are multiplied by."""
        spec = self.results.spec
        if spec.bootstrap is None:
            return spec.errors.describe(self.rows)
        return f"{spec.errors.words}, {samples_in_words(spec.bootstrap)}"

    def _drawn(self) -> str:
        if self.results.spec.bootstrap is None:
            return ""
        return f"; {self.failed} failed, seed {self.seed}"

    def _moving_variances(self) -> tuple[str, ...]:
        """Where the error of an estimated size rests on squares that are not independent."""
        estimated = np.isnan(self.shocks.targets).any()
        independent = isinstance(self.results.spec.errors, LagAugmented)
        if estimated and independent and self.results.one_step.residuals_are_heteroskedastic:
            return (
                "Residuals show conditional heteroskedasticity (ARCH-LM p < 0.01): bands take the "
                "squared shocks of neighbouring periods as unrelated and may understate the "
                "uncertainty of the shock's size.",
            )
        return ()

    def _sample(self) -> str:
        """Periods of the shocks, and how many there are at the first and last horizon."""
        first, last = self.rows[0], self.rows[-1]
        if self.results.spec.sample == "common":
            dates = self.results.one_step.dates[:first]
            return f"{span_of(dates)}, T = {first} at all horizons"
        fewer = f" at h = 0 to {last} at h = {len(self.rows) - 1}" if last < first else ""
        return f"{self.results.sample}, T = {first}{fewer}"
