"""Courtesy to publishers' servers: a pace for each, and no more questions to one that is down."""

from __future__ import annotations

import threading
import time
from collections import defaultdict

#: Addresses of a host that may fail one after the other before it is asked no more.
LOST_AFTER = 3


class Hosts:
    """What a client knows of the hosts that it asks. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: defaultdict[str, float] = defaultdict(float)
        self._failures: defaultdict[str, int] = defaultdict(int)

    def turn(self, host: str, pace: float) -> float:
        """Seconds to wait for the next turn, which is taken: turns are ``pace`` seconds apart."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._turns[host])
            self._turns[host] = at + pace
            return at - now

    def answered(self, host: str) -> None:
        """Note that an address was answered, be it with a refusal."""
        with self._lock:
            self._failures[host] = 0

    def failed(self, host: str) -> None:
        """Note that an address was given up after several tries."""
        with self._lock:
            self._failures[host] += 1

    def is_lost(self, host: str) -> bool:
        """Whether so many addresses failed in a row that the others are not worth the wait."""
        with self._lock:
            return self._failures[host] >= LOST_AFTER
