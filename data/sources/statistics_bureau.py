"""Consumer prices and unemployment, from the Statistics Bureau of Japan."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar

from ...errors import SourceError
from .arrivals import arrivals
from .consumer_prices import BASES, consumer_prices
from .labour_force import unemployment_rate
from .protocol import Arrived, Fetcher, Missed

_UNEMPLOYMENT = "unemployment"


@dataclass(frozen=True, slots=True)
class StatisticsBureau:
    """Monthly figures of the whole of Japan.

    Codes are ``cpi/0161`` and the like, consumer prices with 2020 = 100 by e-Stat's codes of
    groups and items (0001 all items, 0161 less fresh food, 0178 less fresh food and energy, ...);
    ``cpi2025/0161``, the same with 2025 = 100; and ``unemployment``.

    Attributes
    ----------
    app_id : str
        The user's application id at e-Stat, from ``ESTAT_APP_ID``; empty for none.
    """

    app_id: str = field(
        default_factory=lambda: os.environ.get("ESTAT_APP_ID", "").strip(), repr=False
    )

    key: ClassVar[str] = "stat"

    @property
    def notice(self) -> str:
        """What e-Stat asks for where its API is used."""
        if not self.app_id:
            return ""
        return (
            "This service uses the API of e-Stat, but its contents are not guaranteed by the "
            "Government of Japan."
        )

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each code once; all prices of a base year come from one table or file."""
        for family, base in BASES.items():
            prices = [code for code in codes if code.startswith(f"{family}/")]
            if prices:
                yield from consumer_prices(base, prices, fetcher, self.app_id)
        for code in codes:
            if code == _UNEMPLOYMENT:
                yield from arrivals([code], lambda: partial(unemployment_rate, fetcher))
            elif not code.startswith(tuple(f"{family}/" for family in BASES)):
                yield Missed(code, _unknown(code))


def _unknown(code: str) -> SourceError:
    families = ", ".join(f"{family}/0001" for family in BASES)
    return SourceError(
        f"The adapter of the Statistics Bureau has no code '{code}'.",
        remedy=f"There are {families} and the like, and {_UNEMPLOYMENT}.",
    )
