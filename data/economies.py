"""Economies whose pass-through can be compared, and which series are theirs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Economy:
    """An economy and the ids of its series, those first that are preferred.

    Attributes
    ----------
    id, name, currency : str
    per_dollar : tuple of str
        Its currency per US dollar.
    in_dollars : tuple of str
        US dollars per unit of its currency.
    effective : tuple of str
        Published nominal effective rates, up = stronger.
    prices : mapping of str to tuple of str
        By measure.
    tax_months : tuple of str
        Months in which a change of consumption taxes moved its consumer prices.
    absent : str
        Why it cannot be compared, where that is known beforehand.
    """

    id: str
    name: str
    currency: str
    per_dollar: tuple[str, ...] = ()
    in_dollars: tuple[str, ...] = ()
    effective: tuple[str, ...] = ()
    prices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tax_months: tuple[str, ...] = ()
    absent: str = ""


@lru_cache(maxsize=1)
def economies() -> Mapping[str, Economy]:
    """All economies that are known, by id."""
    return {name: _economy(name, keys) for name, keys in _content()["economies"].items()}


def measures() -> Mapping[str, str]:
    """Names of the measures of prices, by key."""
    return dict(_content()["measures"])


def basket_weights() -> Mapping[str, float]:
    """Weights of the basket of large currencies, by economy."""
    return dict(_content()["basket"])


@lru_cache(maxsize=1)
def _content() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("countries.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _economy(name: str, keys: Mapping[str, Any]) -> Economy:
    prices = {measure: tuple(ids) for measure, ids in keys.get("prices", {}).items()}
    lists = {key: tuple(value) for key, value in keys.items() if isinstance(value, list)}
    return Economy(**{**keys, **lists, "id": name, "prices": prices})
