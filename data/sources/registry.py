"""Adapters by the key that the catalogue names; a module is loaded when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import cast

from ...errors import SpecError
from .protocol import Source

#: Module and class of each adapter.
_ADAPTERS: Mapping[str, tuple[str, str]] = {
    "fred": ("fred", "Fred"),
    "boj": ("boj", "BankOfJapan"),
    "mof": ("mof", "JgbCurve"),
    "mof_interventions": ("mof_interventions", "Interventions"),
    "customs": ("customs", "Customs"),
    "stat": ("statistics_bureau", "StatisticsBureau"),
    "ecb": ("ecb", "ReferenceRates"),
    "treasury": ("treasury", "TreasuryHoldings"),
    "worldbank": ("worldbank", "PinkSheet"),
    "eia": ("eia", "SpotPrices"),
    "bis": ("bis", "BisStatistics"),
    "cboe": ("cboe", "Cboe"),
    "meti": ("meti", "IndustrialProduction"),
    "cpb": ("cpb", "WorldTradeMonitor"),
}

#: Keys of adapters; ``file`` stands for figures that only a user's own file can bring.
KEYS = (*_ADAPTERS, "file")


def adapter(key: str) -> Source:
    """The adapter of a key, with the keys of the environment where it uses one.

    Raises
    ------
    SpecError
        There is no such adapter.
    """
    if key not in _ADAPTERS:
        raise SpecError(
            f"There is no source '{key}'.", remedy=f"There are: {', '.join(_ADAPTERS)}."
        )
    module, name = _ADAPTERS[key]
    return cast(Source, getattr(import_module(f".{module}", __package__), name)())
