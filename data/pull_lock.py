"""One pull at a time into a store; a second one is told since when the first runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ..errors import BusyStoreError
from .snapshots import not_stored

_LOCK = ".pull.lock"
_HOLDER = ".pull.json"


@contextmanager
def only_pull(store: Path) -> Iterator[None]:
    """Hold the store for the block. The system lets go of it when the process ends, however.

    Raises
    ------
    BusyStoreError
        Another pull, of this process or another, holds it.
    SnapshotError
        The store cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(store / _LOCK)
    try:
        store.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise _busy(store) from None
    except OSError as error:
        raise not_stored(store, error) from error
    try:
        _name_holder(store)
        yield
    finally:
        with suppress(OSError):
            (store / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _name_holder(store: Path) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        (store / _HOLDER).write_text(json.dumps({"since": since, "process": os.getpid()}))
    except OSError as error:
        raise not_stored(store, error) from error


def _busy(store: Path) -> BusyStoreError:
    try:
        holder = json.loads((store / _HOLDER).read_text())
        since = datetime.fromisoformat(holder["since"])
        who = f"since {since:%Y-%m-%d %H:%M:%S} UTC (process {holder['process']})"
    except (OSError, ValueError, KeyError, TypeError):  # begun, or ended, at this moment
        who = "since a moment ago"
    return BusyStoreError(
        f"Another pull writes to '{store}', {who}.",
        remedy="Wait until it ends, or pull into another folder with --store DIR.",
    )
