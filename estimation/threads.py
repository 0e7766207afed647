"""Work on the parts of an array in threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Found = TypeVar("Found")


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


def in_threads(work: Callable[[Item], Found], items: Iterable[Item], threads: int) -> list[Found]:
    """What ``work`` gives for each item, in their order; BLAS keeps to one thread meanwhile.

    Two BLAS threads on small matrices only wait for each other.
    """
    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, items))
