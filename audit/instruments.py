"""Economies with an instrument for one of their shocks, of a strength that is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from .economies import HETEROSKEDASTIC, NEAR_UNIT_ROOT, STATIONARY, Economy

#: Name of the instrument's column.
INSTRUMENT = "z"


@dataclass(frozen=True, eq=False)
class InstrumentedEconomy(Economy):
    """An economy with z_t = sqrt(F / T) e_1t + v_t, v_t standard normal.

    Attributes
    ----------
    strength : float
        F: T R^2 / (1 - R^2) of the first stage, the residual of the first variable on z, in the
        population. It does not grow with the sample, as that of a weak instrument.
    """

    strength: float = 0.0

    def simulate(self, nobs: int, generator: np.random.Generator) -> pd.DataFrame:
        """As ``Economy.simulate``, with the instrument in a last column."""
        data, shocks = self._with_shocks(nobs, generator)
        noise = generator.standard_normal(len(data))
        return data.assign(**{INSTRUMENT: np.sqrt(self.strength / nobs) * shocks[:, 0] + noise})


def _instrumented(economy: Economy, name: str, strength: float) -> InstrumentedEconomy:
    about = (
        f"`{economy.name}` with an instrument for the first shock, F = {strength:g} in the "
        "population"
    )
    fields = {"lags": economy.lags, "impact": economy.impact, "garch": economy.garch}
    return InstrumentedEconomy(name, about, **fields, strength=strength)


STRONG = _instrumented(STATIONARY, "strong_instrument", 50)
WEAK = _instrumented(STATIONARY, "weak_instrument", 5)
IRRELEVANT = replace(
    _instrumented(STATIONARY, "irrelevant_instrument", 0),
    about="`stationary` with a series that no shock moves in the place of an instrument",
)
PERSISTENT = _instrumented(NEAR_UNIT_ROOT, "strong_instrument_near_unit_root", 50)
MOVING_VARIANCES = _instrumented(HETEROSKEDASTIC, "strong_instrument_heteroskedastic", 50)

INSTRUMENTED = {
    economy.name: economy for economy in (STRONG, WEAK, IRRELEVANT, PERSISTENT, MOVING_VARIANCES)
}
