"""A second process for what can be done meanwhile: estimation of one part, drawing of charts."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

Out = TypeVar("Out", covariant=True)

_TRACKER = "ignore::UserWarning:joblib.externals.loky.backend.resource_tracker"


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

    They end with it, after an error or Ctrl-C at once and in the middle of work.
    """
    from joblib.externals.loky import get_reusable_executor

    with _quiet_tracker():
        with _interrupts_ignored():  # by the processes: the block ends them
            # Idle processes wait: joblib's would end after ten seconds, and work that is handed
            # over at that moment can be lost.
            executor = get_reusable_executor(
                max_workers=count, timeout=None, initializer=_end_with, initargs=(os.getpid(),)
            )
            executor.submit(int)  # starts them
            processes = list(executor._processes.values())
        try:
            yield Workers(executor)
        except BaseException:
            # Its own kill_workers trips over work that waits in the queue.
            for process in processes:
                process.terminate()
            raise
        finally:
            # Nothing is left to do here unless an error came: idle processes are told to end. One
            # that is terminated instead can take the lock of the queue along, for which its
            # manager would wait for ever.
            executor.shutdown(wait=True)


def _end_with(parent: int) -> None:
    """End this process when the one that started it is gone: a killed one cannot tell it to."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C for the moment, which processes that are started in it inherit for good."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may change it
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _quiet_tracker() -> Iterator[None]:
    """Let joblib's tracker of semaphores say nothing of those that ended workers took along.

    It is a process of its own, which reads its filters from the environment; its warning would
    stand under the one line that tells the user what is wrong.
    """
    before = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (before, _TRACKER)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONWARNINGS"]
        else:
            os.environ["PYTHONWARNINGS"] = before
