"""Sign restrictions: how often the credible band of one prior and the robust region hold the truth.

Two economies have the same reduced form, so that their data have the same distribution, and differ
only in which model of the identified set is true: one in the middle of it, one close to its edge.
No data can tell them apart: a band that shows a prior over rotations holds the one and misses the
other.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np

from yenloop.errors import NearUnitRootWarning, YenloopError
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.sign_restrictions import Sign
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.posterior import Posterior
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

from .cells import HORIZON, LEVEL, Cell
from .economies import STATIONARY, Economy
from .replicate import ROUNDING, Held

SCHEME = "signs"
ONE_PRIOR = "posterior, one prior"
ROBUST = "robust region"

#: Draws of the posterior in each sample.
SIGN_DRAWS = 500
INFERENCE = Posterior(SIGN_DRAWS)
#: Rotations from which the point is chosen, which no band depends on.
FEW = 8

#: The first shock raises the yen per dollar for two months and import prices for three.
RESTRICTIONS = (Sign("y1", "y1", "+", range(2)), Sign("y1", "y2", "+", range(3)))


def _economy(name: str, where: str, column: tuple[float, float, float]) -> Economy:
    """The reduced form of ``stationary`` with a first shock whose column of Q is given."""
    first = np.array(column)
    basis = np.linalg.qr(np.column_stack([first, np.eye(3)[:, 1:]]))[0]
    rotation = basis * np.sign(first @ basis[:, 0])
    about = (
        "the reduced form of `stationary`, whose first shock raises the first variable (0 and 1 "
        f"months after it) and the second (0 to 2 months); {where}"
    )
    return Economy(name, about, STATIONARY.lags, STATIONARY.impact @ rotation)


SIGN_ECONOMIES = {
    economy.name: economy
    for economy in (
        _economy(
            "middle_of_the_set", "the truth lies in the middle of the set", (0.65, 0.55, -0.5)
        ),
        _economy("edge_of_the_set", "the truth lies close to its edge", (0.05, 0.22, -0.97)),
    )
}


def _cells(bands: Iterable[str], samples: tuple[int, ...]) -> Iterator[Cell]:
    objects = (("irf", 0), ("irf", 1), ("irf", 12), ("cumulative_irf", 12))
    for economy, band, (quantity, horizon), nobs in product(
        SIGN_ECONOMIES, bands, objects, samples
    ):
        yield Cell(economy, nobs, SCHEME, band, quantity, horizon)


#: The cells of ``docs/audit/signs.csv``.
SIGNS = tuple(_cells((ROBUST, ONE_PRIOR), (160, 300)))


def replicate(economy: str, nobs: int, cells: Iterable[Cell], samples: range) -> dict[Cell, Held]:
    """What the bands of the cells hold in some samples; see ``replicate.replicate``."""
    found: dict[Cell, Held] = {}
    wanted = sorted(cells)
    truth = impulse_responses(SIGN_ECONOMIES[economy].lags, SIGN_ECONOMIES[economy].impact, HORIZON)
    for number in samples:
        inside = held_in_sample(SIGN_ECONOMIES[economy], nobs, number, truth[..., 0])
        for cell in wanted:
            held = _count(cell, inside)
            found[cell] = found[cell] + held if cell in found else held
    return found


def held_in_sample(
    economy: Economy, nobs: int, number: int, truth: np.ndarray
) -> dict[tuple[str, str], np.ndarray]:
    """Whether each band of each quantity holds the responses, which are (H+1, K).

    Nothing where the package refuses the bands.
    """
    found: dict[tuple[str, str], np.ndarray] = {}
    try:
        svar = _identified(economy, nobs, number)
        for quantity, values in (("irf", truth), ("cumulative_irf", truth.cumsum(axis=0))):
            bounds = svar.robust_bounds(
                HORIZON, cumulative=quantity == "cumulative_irf", levels=[LEVEL]
            )
            for band, limits in ((ROBUST, bounds.region()), (ONE_PRIOR, bounds.credible())):
                low, high = limits[LEVEL]
                inside = (low - ROUNDING <= values) & (values <= high + ROUNDING)
                found[band, quantity] = np.asarray(inside)
    except YenloopError:
        return {}
    return found


def _identified(economy: Economy, nobs: int, number: int) -> StructuralVAR:
    """The structural VAR of a sample, made as a user makes it."""
    generator = economy.generator(nobs, number)
    reduced = VAR(lags=len(economy.lags)).fit(economy.simulate(nobs, generator))
    seed = int(generator.integers(2**63 - 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NearUnitRootWarning)
        scheme = SignRestrictions(RESTRICTIONS, rotations=FEW)
        return reduced.identify(scheme, inference=INFERENCE, rng=seed)


def _count(cell: Cell, inside: dict[tuple[str, str], np.ndarray]) -> Held:
    if (cell.band, cell.quantity) not in inside:
        return Held(0, 1, (0, 0, 0), 0)
    flags = inside[cell.band, cell.quantity][cell.horizon]
    return Held(1, 0, tuple(map(int, flags)), int(flags.sum()) ** 2)
