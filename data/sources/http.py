"""The one way to the network: tries again, keeps the pace and the secrets, and loses nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ...errors import SourceError, SpecError
from .exchange import LATER, Asked, Failure, Limits, exchange, refusal_by
from .hosts import Hosts
from .protocol import Body
from .staging import Staging


@dataclass(frozen=True)
class Client:
    """Gets bodies from publishers, or from a mirror of them. Threads may share it.

    Lost connections, timeouts, bodies that were cut off, and answers by which the server or the
    adapter says that it is busy are tried again after 1, 2, 4, ... seconds, or when the server
    asks for it. Secrets are sent, and occur in nothing that is kept or said.

    Attributes
    ----------
    mirror : str
        ``https://HOST/PATH`` is asked for at ``MIRROR/HOST/PATH``; empty for the publisher.
    staging : Staging or None
        Keeps the bodies that arrived; None keeps nothing.
    limits : Limits
        Of time and size.
    tries : int
        How often an address is asked for at most.
    pace : float
        Seconds between two requests to one host.
    pause : callable, optional
        Waits for a number of seconds; by default until then or :meth:`stop`.
    """

    mirror: str = ""
    staging: Staging | None = None
    limits: Limits = field(default_factory=Limits)
    tries: int = 5
    pace: float = 0.5
    pause: Callable[[float], object] | None = None
    _hosts: Hosts = field(default_factory=Hosts, init=False, repr=False)
    _stopped: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.mirror and urlsplit(self.mirror).scheme not in ("http", "https"):
            raise SpecError(
                f"The mirror '{self.mirror}' is not an address.",
                remedy="Write it as http://HOST:PORT or https://HOST/PATH.",
            )

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        check: Callable[[Body], None] | None = None,
    ) -> Body:
        """The body at an address (see :class:`~yenloop.data.sources.protocol.Fetcher`).

        Raises
        ------
        SourceError
            There is none, or it is not what was asked for.
        """
        asked = Asked.of(url, params, secrets, self.mirror)
        kept = self.staging.find(asked.url) if self.staging else None
        if kept is not None and refusal_by(check, kept, asked) is None:
            return kept
        outcome = self._ask(asked, check)
        if isinstance(outcome, Failure):
            raise SourceError(outcome.problem, remedy=outcome.remedy)
        if self.staging and not asked.is_in(outcome.content):
            self.staging.keep(outcome)
        return outcome

    def stop(self) -> None:
        """Let threads that wait for a host end: nothing more is asked for."""
        self._stopped.set()

    def _ask(self, asked: Asked, check: Callable[[Body], None] | None) -> Body | Failure:
        """Ask until a body passes its check, or another try is of no use."""
        if self._hosts.is_lost(asked.host):
            problem = f"{asked.url}: not asked for, as {asked.host} did not answer before."
            return Failure(problem, LATER)
        deadline = time.monotonic() + self.limits.total
        tries = 0
        while True:
            self._wait(self._hosts.turn(asked.host, self.pace))
            if self._stopped.is_set():
                return Failure(f"{asked.url}: the pull was stopped.", LATER)
            outcome = exchange(asked, self.limits, deadline)
            body = outcome if isinstance(outcome, Body) else outcome.body
            if body is not None:
                outcome = refusal_by(check, body, asked) or outcome
            if isinstance(outcome, Body) or not outcome.again:
                self._hosts.answered(asked.host)
                return outcome
            tries += 1
            wait = max(outcome.wait, 2.0 ** (tries - 1))
            if tries == self.tries or time.monotonic() + wait > deadline:
                self._hosts.failed(asked.host)
                asks = f" It asks to wait {outcome.wait:.0f} s." if outcome.wait else ""
                return Failure(f"{outcome.problem} Asked {tries} times.{asks}", LATER)
            self._wait(wait)

    def _wait(self, seconds: float) -> None:
        if seconds > 0:
            (self.pause or self._stopped.wait)(seconds)
