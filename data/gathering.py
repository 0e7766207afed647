"""Sources asked side by side; what fails at one keeps nothing back at another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue

from ..errors import SnapshotError, SourceError, YenloopError
from .pull_plan import Item
from .sources.http import Client
from .sources.protocol import Arrived, Missed, Source

#: Told how many of how many codes are done, and which was the last.
Progress = Callable[[int, int, str], None]

Outcome = Arrived | Missed


def gather(
    codes: Mapping[str, Sequence[str]],
    client: Client,
    source: Callable[[str], Source],
    progress: Progress,
) -> dict[Item, Outcome]:
    """Every code, arrived or missed, by its source and code.

    One thread asks each source. ``progress`` is called by the thread that called this function.

    Parameters
    ----------
    codes : mapping of str to sequence of str
        By the key of their source.
    client : Client
    source : callable
        The adapter of a key.
    progress : callable

    Raises
    ------
    SnapshotError
        What arrived cannot be kept.
    """
    outcomes: SimpleQueue[tuple[Item, Outcome]] = SimpleQueue()
    for key, asked in codes.items():
        # Daemons, so that Ctrl-C need not wait for a server that is silent.
        threading.Thread(
            target=_ask, args=(key, asked, client, source, outcomes), daemon=True
        ).start()
    total = sum(map(len, codes.values()))
    found: dict[Item, Outcome] = {}
    try:
        progress(0, total, "")
        while len(found) < total:
            item, outcome = outcomes.get()
            if isinstance(outcome, Missed) and isinstance(outcome.error, SnapshotError):
                raise outcome.error
            found[item] = outcome
            progress(len(found), total, " ".join(item))
    finally:
        client.stop()
    return found


def _ask(
    key: str,
    codes: Sequence[str],
    client: Client,
    source: Callable[[str], Source],
    outcomes: SimpleQueue[tuple[Item, Outcome]],
) -> None:
    """Put each code once into ``outcomes``, whatever the adapter does."""
    open_codes = dict.fromkeys(codes)
    reason: YenloopError = SourceError(
        f"{key}: nothing was said of it.", remedy="Please report it."
    )
    try:
        for outcome in source(key).fetch(codes, client):
            if outcome.code in open_codes:
                del open_codes[outcome.code]
                outcomes.put(((key, outcome.code), outcome))
    except YenloopError as error:
        reason = error
    except Exception as error:  # a format that no one foresaw must not cost the other sources
        reason = SourceError(
            f"{key}: the answer could not be read ({type(error).__name__}: {error}).",
            remedy="The publisher may have changed its format; please report it.",
        )
    for code in open_codes:
        outcomes.put(((key, code), Missed(code, reason)))
