"""Simulate what is not yet in the work file, in two processes, and say how far it is."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from yenloop.workers import workers

from . import projections, proxies, sign_sets
from .cells import Cell
from .replicate import Held, replicate
from .store import Batch, WorkFile, totals

#: What simulates the cells of a scheme, where ``replicate`` does not: a function of the economy, T,
#: the cells and the numbers of the samples.
WAYS = {
    proxies.SCHEME: proxies.replicate,
    sign_sets.SCHEME: sign_sets.replicate,
    projections.SCHEME: projections.replicate,
}

#: Samples of a batch: what is lost at most when the audit is interrupted, for each process.
BATCH = 25


def run(
    cells: Sequence[Cell], samples: int, work: WorkFile, processes: int = 2
) -> dict[Cell, Held]:
    """Coverage of all cells over the given number of samples.

    Parameters
    ----------
    cells : sequence of Cell
    samples : int
        Samples of each economy and length.
    work : WorkFile
        Batches that it holds are not simulated again, if they hold all cells.
    processes : int
        The figures do not depend on it.
    """
    done = {
        batch: found
        for batch, found in work.read().items()
        if _wanted(cells, batch) <= found.keys()
    }
    plan = list(_plan(cells, samples))
    missing = [batch for batch in plan if batch not in done]
    if missing:
        print(f"{len(plan) - len(missing)} of {len(plan)} batches are there already.", flush=True)
    for batch, found in _simulated(cells, missing, processes):
        work.append(batch, found)
        done[batch] = found
    every = set(cells)
    return {
        cell: held for cell, held in totals(done[batch] for batch in plan).items() if cell in every
    }


def _plan(cells: Iterable[Cell], samples: int) -> Iterable[Batch]:
    """Batches in order: economies and lengths together."""
    places = sorted({(cell.economy, cell.nobs) for cell in cells})
    for economy, nobs in places:
        for first in range(0, samples, BATCH):
            yield Batch(economy, nobs, first, min(first + BATCH, samples))


def _wanted(cells: Iterable[Cell], batch: Batch) -> set[Cell]:
    return {c for c in cells if (c.economy, c.nobs) == (batch.economy, batch.nobs)}


def _simulated(
    cells: Sequence[Cell], batches: Sequence[Batch], processes: int
) -> Iterable[tuple[Batch, dict[Cell, Held]]]:
    """The batches one after the other, as they are finished."""
    started = time.monotonic()

    def report(number: int, batch: Batch) -> None:
        gone = time.monotonic() - started
        left = gone / number * (len(batches) - number)
        print(
            f"{batch.economy}, T = {batch.nobs}: {batch.last} samples; "
            f"{gone / 60:.1f} min gone, about {left / 60:.1f} min left",
            flush=True,
        )

    if processes == 1:
        for number, batch in enumerate(batches, start=1):
            yield batch, _simulate(cells, batch)
            report(number, batch)
        return
    with workers(processes) as pool:
        pending = [(batch, pool.submit(_simulate, cells, batch)) for batch in batches]
        for number, (batch, result) in enumerate(pending, start=1):
            yield batch, result.result()
            report(number, batch)


def _simulate(cells: Sequence[Cell], batch: Batch) -> dict[Cell, Held]:
    wanted, found = _wanted(cells, batch), {}
    for scheme in {cell.scheme for cell in wanted}:
        way = WAYS.get(scheme, replicate)
        some = {cell for cell in wanted if cell.scheme == scheme}
        found |= way(batch.economy, batch.nobs, some, range(batch.first, batch.last))
    return found
