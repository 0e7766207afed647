"""What every adapter of a publisher does: codes in, series out, through one way to the network."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from ...errors import YenloopError


@dataclass(frozen=True, slots=True)
class Body:
    """What a publisher answered.

    Attributes
    ----------
    url : str
        Where it was found, without keys.
    content : bytes
    retrieved_at : str
        ISO 8601 in UTC, to the second.
    content_type : str
        As the publisher states it; may be empty or wrong.
    """

    url: str
    content: bytes
    retrieved_at: str
    content_type: str = ""

    @property
    def sha256(self) -> str:
        """Identity of the content."""
        return hashlib.sha256(self.content).hexdigest()


class Fetcher(Protocol):
    """The way to the network; tries again, keeps the pace, and keeps what arrived."""

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        *,
        secrets: Mapping[str, str] | None = None,
        check: Callable[[Body], None] | None = None,
    ) -> Body:
        """The body at an address.

        Parameters
        ----------
        url : str
        params : mapping of str to str, optional
            The query.
        secrets : mapping of str to str, optional
            Parameters that are sent and neither kept nor shown, such as keys.
        check : callable, optional
            Looks at the body before it is accepted; raises ``BusySourceError`` for another try
            or ``SourceError`` to give up.

        Raises
        ------
        SourceError
            With the address and the reason.
        """
        ...


@dataclass(frozen=True, slots=True)
class Arrived:
    """A series as its publisher gives it.

    Attributes
    ----------
    code : str
        As asked for.
    values : pandas.Series
        Figures on a monthly ``PeriodIndex`` or a ``DatetimeIndex`` of days, ascending, each date
        once; NaN where the publisher lists the date without a figure.
    bodies : tuple of Body
        What they were read from.
    unit, title : str
        As the publisher states them; empty where it does not.
    updated : str
        The publisher's date of its last update, where it states one.
    notes : tuple of str
        What was seen on the way, such as dates listed twice.
    """

    code: str
    values: pd.Series
    bodies: tuple[Body, ...]
    unit: str = ""
    title: str = ""
    updated: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missed:
    """A series that did not arrive, and why."""

    code: str
    error: YenloopError


class Source(Protocol):
    """A publisher, or a service that passes the figures of several on."""

    @property
    def key(self) -> str:
        """Key in the catalogue: ``fred``, ``boj``, ..."""
        ...

    @property
    def notice(self) -> str:
        """What the publisher asks its users to print; empty where it asks for nothing."""
        ...

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each code once, arrived or missed, as soon as it is known.

        A code that cannot be had does not keep the others from arriving.
        """
        ...
