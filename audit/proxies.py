"""Bands of an instrumented shock: the cells, and which bands hold the truth in a sample."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from yenloop.errors import DrawError, InvalidInferenceError
from yenloop.models.anderson_rubin import AndersonRubinSets
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.protocol import Inference
from yenloop.models.reduced_form.var_results import VARResults
from yenloop.models.results import normal_bounds
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

from .cells import BLOCKS, DELTA, HORIZON, KILIAN_BLOCKS, LEVEL, SCHEMES, Cell
from .instruments import INSTRUMENT, INSTRUMENTED, InstrumentedEconomy
from .replicate import ROUNDING, Held
from .wild_proxy import wild_bounds

#: Bootstrap draws per sample: fewer than elsewhere, for five bands in every sample.
PROXY_DRAWS = 1000

SCHEME = "instruments"
SETS = "anderson_rubin"
CORRECTED_SETS = "anderson_rubin, bias-corrected"
WILD = "wild_bootstrap (refused)"

INFERENCES: dict[str, Inference] = {
    BLOCKS: BlockBootstrap(PROXY_DRAWS),
    KILIAN_BLOCKS: BiasCorrectedBootstrap(PROXY_DRAWS, block_length=None),
}
#: Quantities and whether they are sums over horizons.
CUMULATED = {"unit_irf": False, "cumulative_unit_irf": True}


def _cells(
    economies: Iterable[str], bands: Iterable[str], samples: tuple[int, ...]
) -> Iterator[Cell]:
    objects = (("unit_irf", 0), ("unit_irf", 1), ("unit_irf", 12), ("cumulative_unit_irf", 12))
    for economy, band, (quantity, horizon), nobs in product(economies, bands, objects, samples):
        yield Cell(economy, nobs, SCHEME, band, quantity, horizon)


#: The cells of ``docs/audit/proxy.csv``.
PROXY = (
    *_cells(("strong_instrument",), (SETS, DELTA, BLOCKS, KILIAN_BLOCKS, WILD), (160, 300)),
    *_cells(("weak_instrument", "irrelevant_instrument"), (SETS, DELTA), (160, 300)),
    *_cells(("weak_instrument",), (BLOCKS,), (300,)),
    *_cells(("strong_instrument_heteroskedastic",), (SETS, DELTA, BLOCKS, KILIAN_BLOCKS), (300,)),
    *_cells(
        ("strong_instrument_near_unit_root",),
        (SETS, CORRECTED_SETS, DELTA, BLOCKS, KILIAN_BLOCKS),
        (160, 300),
    ),
)


def replicate(economy: str, nobs: int, cells: Iterable[Cell], samples: range) -> dict[Cell, Held]:
    """What the bands of the cells hold in some samples; see ``replicate.replicate``."""
    found: dict[Cell, Held] = {}
    wanted = sorted(cells)
    truth = INSTRUMENTED[economy].truth(SCHEMES["cholesky"], HORIZON).unit_irf[:, :, 0]
    for number in samples:
        sample = Sample.draw(INSTRUMENTED[economy], nobs, number)
        inside = {(c.band, c.quantity): np.empty(0) for c in wanted}
        for band, quantity in inside:
            value = truth.cumsum(axis=0) if CUMULATED[quantity] else truth
            inside[band, quantity] = sample.holds(band, CUMULATED[quantity], value)
        for cell in wanted:
            held = _count(cell, inside[cell.band, cell.quantity])
            found[cell] = found[cell] + held if cell in found else held
    return found


@dataclass(frozen=True, eq=False)
class Sample:
    """One sample with its instrument; all bands share the data and the seed.

    Attributes
    ----------
    reduced : VARResults
    scheme : Instruments
    seed : int
    """

    reduced: VARResults
    scheme: Instruments
    seed: int

    @classmethod
    def draw(cls, economy: InstrumentedEconomy, nobs: int, number: int) -> Sample:
        """A sample, a function of the economy, T and its number alone."""
        generator = economy.generator(nobs, number)
        data = economy.simulate(nobs, generator)
        reduced = VAR(lags=len(economy.lags)).fit(data[list(economy.names)])
        scheme = Instruments(data[INSTRUMENT], economy.names[0])
        return cls(reduced, scheme, int(generator.integers(2**63 - 1)))

    def identified(self, band: str) -> StructuralVAR:
        """The structural VAR whose results the cells are about, made as a user makes it."""
        if band not in self._models:
            inference = INFERENCES.get(band, INFERENCES[BLOCKS])
            self._models[band] = self.reduced.identify(
                self.scheme, inference=inference, rng=self.seed
            )
        return self._models[band]

    def holds(self, band: str, cumulative: bool, truth: np.ndarray) -> np.ndarray:
        """Whether a band holds the responses to the shock, shape (H+1, K).

        Empty where the package refuses the band.
        """
        if band in (SETS, CORRECTED_SETS, DELTA):
            sets = self.sets(cumulative, bias_corrected=band == CORRECTED_SETS)
            if band != DELTA:
                return sets.contains(truth, LEVEL)
            low, high = normal_bounds(sets.point, sets.std_error, LEVEL)
        else:
            try:
                low, high = self._bounds(band, cumulative)
            except (DrawError, InvalidInferenceError):
                return np.empty((0, truth.shape[1]), dtype=bool)
        return np.asarray((low - ROUNDING <= truth) & (truth <= high + ROUNDING))

    def sets(self, cumulative: bool, bias_corrected: bool) -> AndersonRubinSets:
        """Anderson-Rubin sets, and with them what the delta method says."""
        which = cumulative, bias_corrected
        if which not in self._sets:
            self._sets[which] = self.identified(SETS).anderson_rubin(
                HORIZON, cumulative=cumulative, levels=[LEVEL], bias_corrected=bias_corrected
            )
        return self._sets[which]

    def _bounds(self, band: str, cumulative: bool) -> tuple[np.ndarray, np.ndarray]:
        svar = self.identified(band)
        if band == WILD:
            return wild_bounds(svar, HORIZON, PROXY_DRAWS, LEVEL, cumulative=cumulative)
        irf = svar.irf(HORIZON, size="unit", cumulative=cumulative, levels=[LEVEL])
        low, high = irf.bands()[LEVEL]
        return low[..., 0], high[..., 0]

    @cached_property
    def _models(self) -> dict[str, StructuralVAR]:
        return {}

    @cached_property
    def _sets(self) -> dict[tuple[bool, bool], AndersonRubinSets]:
        return {}


def _count(cell: Cell, held: np.ndarray) -> Held:
    # The shock's own response on impact is one by normalisation.
    first = 1 if cell.horizon == 0 else 0
    if not len(held):
        return Held(0, 1, (0,) * (held.shape[1] - first), 0)
    flags = held[cell.horizon, first:]
    return Held(1, 0, tuple(map(int, flags)), int(flags.sum()) ** 2)
