"""The catalogue: what each series is, by id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from ..errors import MissingSeriesError, SpecError
from .clocks import parse_clock
from .panel import Column, Frequency, Observed

TransformKind = Literal["dlog100", "log100", "diff", "level"]
#: How a series is made of the figures of its source.
Make = Literal["as published", "month mean", "month end", "month sum"]

#: Factor from the published unit to the unit of responses.
_RESPONSE_SCALES = {"": 1.0, "bp": 100.0}

_SERIES_KEYS = {
    "label", "code", "frequency", "observed", "clock", "market", "unit", "transform",
    "response_unit", "flip", "taxed", "seasonal", "note", "source", "fetch", "make", "lag",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """Where the figures of a series come from and when they are there.

    Attributes
    ----------
    source : str
        Key of the adapter (see ``data/sources/registry.py``).
    code : str
        What the adapter is asked for.
    make : str
        ``as published``, or ``month mean``, ``month end`` or ``month sum`` of daily figures.
    lag : int
        Days from the end of a period until its figure is published, at the latest in a usual
        month: what was known on a date rests on it.
    """

    source: str
    code: str
    make: Make
    lag: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A series of the catalogue.

    Attributes
    ----------
    column : Column
        Description of the published figures, in levels.
    transform : str
        What the study does to them by default: ``dlog100``, ``log100``, ``diff`` or ``level``.
    flip : bool
        Whether the study turns the sign so that up means a weaker currency.
    taxed : bool
        Whether the figures include consumption tax and step when it changes.
    seasonal : bool
        Whether the figures have a season that the study removes.
    credit : str
        The credit that the publisher's terms ask for.
    note : str
        What a user has to know.
    recipe : Recipe or None
        How the series is fetched; None where only a user's own file can bring it.
    """

    column: Column
    transform: TransformKind = "level"
    flip: bool = False
    taxed: bool = False
    seasonal: bool = False
    credit: str = ""
    note: str = ""
    recipe: Recipe | None = None


@lru_cache(maxsize=1)
def entries() -> Mapping[str, Entry]:
    """All series of the catalogue, by id (read once)."""
    text = resources.files(__package__).joinpath("catalog.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    found: dict[str, Entry] = {}
    for family in content["family"]:
        shared = {key: value for key, value in family.items() if key not in ("series", "publisher")}
        publisher = content["publishers"][family["publisher"]]
        for name, own in family["series"].items():
            if name in found:
                raise SpecError(f"The id '{name}' occurs twice.", remedy="Mend catalog.toml.")
            found[name] = make_entry(name, {**shared, **own}, publisher)
    return MappingProxyType(found)


def load() -> Mapping[str, Column]:
    """Descriptions of all series of the catalogue, by id."""
    return {name: found.column for name, found in entries().items()}


def entry(name: str) -> Entry:
    """The series of an id.

    Raises
    ------
    MissingSeriesError
        The catalogue has no such id; the ids nearest to it are named.
    """
    if name not in entries():
        raise MissingSeriesError(
            f"The catalogue has no series '{name}'.", remedy=nearest(name, entries())
        )
    return entries()[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy that names what was probably meant."""
    names = sorted(known)
    close = get_close_matches(name, names, n=4, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"There are: {shown}."


def make_entry(name: str, keys: Mapping[str, Any], publisher: Mapping[str, str]) -> Entry:
    """Make an entry of the keys of a TOML table.

    Raises
    ------
    SpecError
        A key is unknown or missing, or its value is none of those allowed.
    """
    _check_keys(name, keys)
    response_unit = _one_of(name, keys, "response_unit", tuple(_RESPONSE_SCALES), default="")
    column = Column(
        id=name,
        label=str(keys["label"]),
        unit=str(keys["unit"]),
        publisher=publisher.get("name", "user"),
        code=str(keys.get("code", "")),
        frequency=cast(Frequency, _one_of(name, keys, "frequency", get_args(Frequency))),
        observed=cast(Observed, _one_of(name, keys, "observed", get_args(Observed))),
        clock=str(keys.get("clock", "")),
        market=_flag(name, keys, "market"),
        response_unit=response_unit,
        response_scale=_RESPONSE_SCALES[response_unit],
        terms=publisher.get("terms", ""),
    )
    if column.market and column.observed not in ("mean", "end"):
        raise SpecError(
            f"The market price '{name}' does not say whether it is a mean or the last of a period.",
            remedy='Set observed = "mean" or observed = "end".',
        )
    if column.clock:
        parse_clock(column.clock)
    kind = _one_of(name, keys, "transform", get_args(TransformKind), default="level")
    return Entry(
        column,
        cast(TransformKind, kind),
        flip=_flag(name, keys, "flip"),
        taxed=_flag(name, keys, "taxed"),
        seasonal=_flag(name, keys, "seasonal"),
        credit=publisher.get("credit", ""),
        note=str(keys.get("note", "")),
        recipe=_recipe(name, keys),
    )


def _recipe(name: str, keys: Mapping[str, Any]) -> Recipe | None:
    if keys.get("source", "file") == "file":
        return None
    code = str(keys.get("fetch", keys.get("code", "")))
    lag = keys.get("lag")
    if not code or not isinstance(lag, int) or lag < 0:
        raise SpecError(
            f"The series '{name}' has a source, and {'no code' if not code else 'no lag'}.",
            remedy="Write code (or fetch) and lag, the days from a period's end to its figure.",
        )
    make = _one_of(name, keys, "make", get_args(Make), default="as published")
    return Recipe(str(keys["source"]), code, cast(Make, make), lag)


def _check_keys(name: str, keys: Mapping[str, Any]) -> None:
    unknown = sorted(set(keys) - _SERIES_KEYS)
    if unknown:
        raise SpecError(
            f"The series '{name}' has the unknown key '{unknown[0]}'.",
            remedy=nearest(unknown[0], _SERIES_KEYS),
        )
    missing = [key for key in ("label", "unit", "frequency", "observed") if not keys.get(key)]
    if missing:
        raise SpecError(
            f"The series '{name}' does not say its {', '.join(missing)}.",
            remedy="A new series needs label, unit, frequency and observed.",
        )


def _one_of(
    name: str,
    keys: Mapping[str, Any],
    key: str,
    allowed: tuple[str, ...],
    default: str | None = None,
) -> str:
    value = keys.get(key, default)
    if value not in allowed:
        raise SpecError(
            f"The series '{name}' has {key} = {value!r}.",
            remedy=f"Allowed: {', '.join(repr(a) for a in allowed)}.",
        )
    return str(value)


def _flag(name: str, keys: Mapping[str, Any], key: str) -> bool:
    value = keys.get(key, False)
    if not isinstance(value, bool):
        raise SpecError(
            f"The series '{name}' has {key} = {value!r}.", remedy="Write true or false."
        )
    return value
