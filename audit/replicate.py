"""One sample of an economy: which of its bands hold the truth."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from yenloop.errors import DrawError, NearUnitRootWarning, NotIdentifiedError, SpecError
from yenloop.models.reduced_form.var_results import VARResults
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

from .cells import BANDS, HORIZON, LEVEL, SCHEMES, SUP_T, Cell
from .economies import ECONOMIES, Economy, Truth

#: Shares nearer to 0 or 1 than this are at the boundary, where no interval has its level.
INTERIOR = 0.1
#: A response is zero by construction, or held, up to rounding.
ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Held:
    """How often a cell's band held the truth in some samples.

    Attributes
    ----------
    samples : int
        Samples with a band.
    refused : int
        Samples in which the package refuses the band: the identification fails in the estimate or
        in more than five per cent of the draws, or a joint band needs more draws. They are left
        out of the coverage.
    by_response : tuple of int
        Samples in which each response (share, path) was held whose truth is not at a boundary.
    squares : int
        Sum over samples of the squared number of these held, for the Monte Carlo error.
    at_boundary : tuple of int
        The same as ``by_response`` where the truth is at a boundary: no part of the coverage.
    """

    samples: int
    refused: int
    by_response: tuple[int, ...]
    squares: int
    at_boundary: tuple[int, ...] = ()

    def __add__(self, other: Held) -> Held:
        return Held(
            self.samples + other.samples,
            self.refused + other.refused,
            _sums(self.by_response, other.by_response),
            self.squares + other.squares,
            _sums(self.at_boundary, other.at_boundary),
        )

    @property
    def coverage(self) -> float:
        """Share of the responses held, over responses and samples; NaN without samples."""
        if not self.samples:
            return float("nan")
        return sum(self.by_response) / (self.samples * len(self.by_response))

    @property
    def lowest(self) -> float:
        """Coverage of the response that is held least often, boundary or not; NaN without any."""
        every = (*self.by_response, *self.at_boundary)
        return min(every) / self.samples if self.samples else float("nan")

    @property
    def mc_error(self) -> float:
        """Standard error of ``coverage``: samples are independent, responses of one are not."""
        if self.samples < 2:
            return float("nan")
        variance = self.squares / (self.samples * len(self.by_response) ** 2) - self.coverage**2
        return float(np.sqrt(max(variance, 0.0) / (self.samples - 1)))


def replicate(economy: str, nobs: int, cells: Iterable[Cell], samples: range) -> dict[Cell, Held]:
    """What the bands of the cells hold in some samples of one economy and length.

    Parameters
    ----------
    economy : str
    nobs : int
        T.
    cells : iterable of Cell
        Of this economy and length.
    samples : range
        Numbers of the samples, each a function of its number alone.
    """
    found: dict[Cell, Held] = {}
    wanted = sorted(cells, key=_svar_of)
    for sample in samples:
        for cell, held in _one_sample(ECONOMIES[economy], nobs, wanted, sample):
            found[cell] = found[cell] + held if cell in found else held
    return found


def identified(reduced: VARResults, scheme: str, band: str, seed: int) -> StructuralVAR:
    """The structural VAR whose results the cells are about, made as a user makes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NearUnitRootWarning)
        return reduced.identify(SCHEMES[scheme], inference=BANDS[band], rng=seed)


def bounds(svar: StructuralVAR, quantity: str, joint: bool) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper bounds of all responses or shares, from the results a user would ask for."""
    if quantity == "fevd":
        shares = svar.fevd(HORIZON, levels=[LEVEL])
        return shares.bands_of(shares.point, shares.draws)[1][LEVEL]
    responses = svar.irf(
        HORIZON,
        size="unit" if quantity == "unit_irf" else "1sd",
        cumulative=quantity == "cumulative_irf",
        levels=[LEVEL],
    )
    return (responses.joint() if joint else responses).bands()[LEVEL]


def _sums(some: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a + b for a, b in zip(some, others, strict=True))


@cache
def true_values(economy: str, scheme: str) -> Truth:
    """The truth of an economy under a scheme."""
    return ECONOMIES[economy].truth(SCHEMES[scheme], HORIZON)


def _one_sample(
    economy: Economy, nobs: int, cells: list[Cell], sample: int
) -> Iterator[tuple[Cell, Held]]:
    """Each cell in one sample; all bands share the data and the seed."""
    generator = economy.generator(nobs, sample)
    reduced = VAR(lags=len(economy.lags)).fit(economy.simulate(nobs, generator))
    seed = int(generator.integers(2**63 - 1))
    for (scheme, band), group in groupby(cells, _svar_of):
        truth = true_values(economy.name, scheme)
        inside: dict[tuple[str, bool], np.ndarray | None] = {}
        for cell in group:
            what = _what(cell)
            if what not in inside:
                inside[what] = _unless_refused(reduced, scheme, band, seed, truth, what)
            yield cell, _count(cell, truth, inside[what])


def _unless_refused(
    reduced: VARResults, scheme: str, band: str, seed: int, truth: Truth, what: tuple[str, bool]
) -> np.ndarray | None:
    """Whether the band holds the truth; None where the package refuses to give it.

    A joint band is refused where its pointwise bounds would rest on a few extreme draws.
    """
    joint = what[1]
    try:
        return _held(identified(reduced, scheme, band, seed), truth, *what)
    except (DrawError, NotIdentifiedError):
        return None
    except SpecError:
        if joint:
            return None
        raise


def _count(cell: Cell, truth: Truth, inside: np.ndarray | None) -> Held:
    refused = inside is None
    held = np.zeros(truth.irf.shape, dtype=bool) if inside is None else inside
    boundary = _at_boundary(cell, truth)
    flags = _counted(cell, truth, held, leave_out=boundary)
    apart = held[cell.horizon][boundary]
    squares = int(flags.sum()) ** 2
    return Held(
        int(not refused), int(refused), tuple(map(int, flags)), squares, tuple(map(int, apart))
    )


def _at_boundary(cell: Cell, truth: Truth) -> np.ndarray:
    """Responses to the shock that explains almost all of a variable's variance, [response, shock].

    An impact is at most the error's standard deviation. A recursive scheme says which ones are
    there; where long-run restrictions estimate the rotation, an impact that is almost there can
    only be missed downwards.
    """
    if cell.scheme == "long_run" and cell.quantity in ("irf", "cumulative_irf"):
        return np.asarray(truth.fevd[0] > 1 - INTERIOR)
    return np.zeros(truth.irf.shape[1:], dtype=bool)


def _svar_of(cell: Cell) -> tuple[str, str]:
    """Cells of one scheme and band share the draws, whether joint or not."""
    return cell.scheme, cell.band.removesuffix(SUP_T)


def _what(cell: Cell) -> tuple[str, bool]:
    """Cells of one quantity share its bounds at all horizons; a path is made of responses."""
    quantity = "irf" if cell.quantity == "irf_path" else cell.quantity
    return quantity, cell.band.endswith(SUP_T)


def _held(svar: StructuralVAR, truth: Truth, quantity: str, joint: bool) -> np.ndarray:
    """Whether the band holds the truth, [horizon, response, shock]; for tests, what is rejected."""
    if quantity == "zero_share":
        return svar.fevd(HORIZON, levels=[LEVEL]).above_null(LEVEL)
    low, high = bounds(svar, quantity, joint)
    value = getattr(truth, quantity)
    return np.asarray((low - ROUNDING <= value) & (value <= high + ROUNDING))


def _counted(
    cell: Cell, truth: Truth, held: np.ndarray, leave_out: np.ndarray | bool = False
) -> np.ndarray:
    """The flags that the cell is about.

    Responses that are zero by assumption do not count, nor those to leave out, nor shares at the
    boundary; for the test, only shares that are zero.
    """
    if cell.quantity == "irf_path":
        return np.asarray(held[: cell.horizon + 1].all(axis=0).ravel())
    if cell.quantity in ("fevd", "zero_share"):
        share = truth.fevd[cell.horizon - 1]
        interior = (share > INTERIOR) & (share < 1 - INTERIOR)
        return np.asarray(
            held[cell.horizon - 1][interior if cell.quantity == "fevd" else share < ROUNDING]
        )
    value = getattr(truth, cell.quantity)[cell.horizon]
    return np.asarray(held[cell.horizon][(np.abs(value) > ROUNDING) & ~np.asarray(leave_out)])
