"""Bands of local projections: the cells, and which bands hold the truth in a sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.projection_errors import EqualWeightedCosines, NeweyWest
from yenloop.models.projection_irf import ProjectionIRF
from yenloop.models.projections import LocalProjections

from .cells import HORIZON, LEVEL, SCHEMES, SUP_T, Cell
from .economies import ECONOMIES
from .replicate import ROUNDING, Held

#: Bootstrap draws per sample: each is 25 horizons of regressions.
PROJECTION_DRAWS = 300

SCHEME = "local_projections"
LAG_AUGMENTED = "lag_augmented"
CORRECTED = "lag_augmented, bias-corrected"
BOOTSTRAP = "lag_augmented, bootstrap"
BARTLETT = "newey_west"
COSINES = "equal_weighted_cosines"

INFERENCES = {BOOTSTRAP: BiasCorrectedBootstrap(PROJECTION_DRAWS)}
SPECS = {
    LAG_AUGMENTED: LocalProjections(2),
    CORRECTED: LocalProjections(2, bias_correction=True),
    BOOTSTRAP: LocalProjections(2, bias_correction=True, bootstrap=INFERENCES[BOOTSTRAP]),
    BARTLETT: LocalProjections(2, errors=NeweyWest()),
    COSINES: LocalProjections(2, errors=EqualWeightedCosines()),
}
#: Shock size and whether responses are sums, by quantity.
ASKED = {
    "irf": ("1sd", False),
    "irf_path": ("1sd", False),
    "unit_irf": ("unit", False),
    "cumulative_unit_irf": ("unit", True),
}


def _cells(
    economies: Iterable[str], bands: Iterable[str], samples: tuple[int, ...]
) -> Iterator[Cell]:
    objects = (
        *(("irf", h) for h in (0, 12)),
        *(("unit_irf", h) for h in (1, 12, 24)),
        ("cumulative_unit_irf", 12),
    )
    for economy, band, (quantity, horizon), nobs in product(economies, bands, objects, samples):
        yield Cell(economy, nobs, SCHEME, band, quantity, horizon)


#: The cells of ``docs/audit/projections.csv``.
PROJECTIONS = (
    *_cells(
        ("stationary", "heteroskedastic", "near_unit_root", "levels"),
        (LAG_AUGMENTED, CORRECTED, BARTLETT, COSINES),
        (160, 240),
    ),
    *(
        Cell(economy, 240, SCHEME, BOOTSTRAP, "unit_irf", horizon)
        for economy, horizon in product(("near_unit_root", "levels"), (1, 12, 24))
    ),
    *(
        Cell(economy, 240, SCHEME, band + SUP_T, "irf_path", HORIZON)
        for economy, band in product(("stationary", "near_unit_root"), (LAG_AUGMENTED, COSINES))
    ),
)


def replicate(economy: str, nobs: int, cells: Iterable[Cell], samples: range) -> dict[Cell, Held]:
    """What the bands of the cells hold in some samples; see ``replicate.replicate``."""
    found: dict[Cell, Held] = {}
    wanted = sorted(cells)
    truth = ECONOMIES[economy].truth(SCHEMES["cholesky"], HORIZON)
    values = {
        "irf": truth.irf,
        "irf_path": truth.irf,
        "unit_irf": truth.unit_irf,
        "cumulative_unit_irf": truth.unit_irf.cumsum(axis=0),
    }
    for number in samples:
        sample = Sample(economy, nobs, number)
        for cell in wanted:
            held = _count(cell, values[cell.quantity], *sample.bounds(cell))
            found[cell] = found[cell] + held if cell in found else held
    return found


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample, a function of the economy, T and its number alone; all bands share it."""

    economy: str
    nobs: int
    number: int

    def bounds(self, cell: Cell) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper bounds of all responses, from the result that a user would ask for."""
        size, cumulative = ASKED[cell.quantity]
        key = cell.band.removesuffix(SUP_T), size, cumulative
        if key not in self._irfs:
            fitted = SPECS[key[0]].fit(self._data)
            self._irfs[key] = fitted.irf(
                horizon=HORIZON,
                scheme=Cholesky(),
                size=size,
                cumulative=cumulative,
                levels=[LEVEL],
                rng=self.number,
            )
        irf = self._irfs[key]
        return (irf.joint() if cell.band.endswith(SUP_T) else irf).bands()[LEVEL]

    @cached_property
    def _data(self) -> pd.DataFrame:
        economy = ECONOMIES[self.economy]
        return economy.simulate(self.nobs, economy.generator(self.nobs, self.number))

    @cached_property
    def _irfs(self) -> dict[tuple[str, str, bool], ProjectionIRF]:
        return {}


def _count(cell: Cell, truth: np.ndarray, low: np.ndarray, high: np.ndarray) -> Held:
    held = (low - ROUNDING <= truth) & (truth <= high + ROUNDING)
    if cell.quantity == "irf_path":
        flags = held.all(axis=0).ravel()
    else:
        moves = np.abs(truth[cell.horizon]) > ROUNDING
        flags = held[cell.horizon][moves]
    return Held(1, 0, tuple(map(int, flags)), int(flags.sum()) ** 2)
