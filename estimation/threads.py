"""Work on the parts of an array in threads."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def in_parts(
    work: Callable[[int, int], object], count: int, threads: int, *, step: int = 1
) -> None:
    """Call ``work(first, last)`` for parts of 0 to ``count``, each in a thread of its own.

    Parameters
    ----------
    work : callable
        Must release the GIL, write nothing that another part reads, and give the same numbers
        whatever the parts.
    count : int
    threads : int
        How many parts.
    step : int
        All parts but the last are a multiple of it.
    """
    if threads == 1:
        work(0, count)
        return
    size = -(-count // (threads * step)) * step
    with ThreadPoolExecutor(threads) as pool:
        parts = [(first, min(first + size, count)) for first in range(0, count, size)]
        for job in [pool.submit(work, *part) for part in parts]:
            job.result()
