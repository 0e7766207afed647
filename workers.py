"""A second process for what can be done meanwhile: estimation of one part, drawing of charts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

Out = TypeVar("Out", covariant=True)


class Pending(Protocol[Out]):
    """Work that was handed over; ``result`` waits for it and raises what it raised."""

    def result(self) -> Out:
        """What the work gave."""


class Workers:
    """Processes that take work; results do not depend on which process did it."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor

    def submit(self, work: Callable[..., Out], *arguments: Any) -> Pending[Out]:
        """Hand one piece of work over."""
        pending: Pending[Out] = self._executor.submit(work, *arguments)
        return pending


@contextmanager
def workers(count: int = 2) -> Iterator[Workers]:
    """Processes for the block (joblib's, which need no guard in the user's script).

    Idle ones end by themselves; an error or Ctrl-C inside the block ends all of them at once.
    """
    from joblib.externals.loky import get_reusable_executor

    executor = get_reusable_executor(max_workers=count)
    try:
        yield Workers(executor)
    except BaseException:
        executor.shutdown(wait=False, kill_workers=True)
        raise
