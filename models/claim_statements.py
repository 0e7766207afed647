"""What each claim says and must show, read from ``claims.toml``: fixed before estimation."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from ..errors import SpecError
from .claim_components import Region

T = TypeVar("T", "Claim", "Part")


@dataclass(frozen=True, slots=True)
class Part:
    """One statistic of a claim.

    Attributes
    ----------
    name, label, statistic, unit : str
        ``statistic`` says in words what is measured; ``{horizon}`` in it is filled in.
    horizons, horizons_daily : tuple of int
        In months, and in trading days where a daily model is used.
    region : Region
        Where the statement has the statistic.
    shock_size : float, optional
        Move of the shocked variable on impact, in the unit in which its responses are shown.
    """

    name: str
    label: str
    statistic: str
    unit: str
    horizons: tuple[int, ...]
    region: Region
    horizons_daily: tuple[int, ...] = ()
    shock_size: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement with the parts that must all be shown for it.

    Attributes
    ----------
    id, statement : str
    sample, scheme : str
        Sample and identifications that are admitted.
    note : str
        What the reader must know about the statistic.
    level, power : float
        Level of the intervals; power of the minimum detectable effect.
    parts : tuple of Part
    """

    id: str
    statement: str
    sample: str
    scheme: str
    note: str
    level: float
    power: float
    parts: tuple[Part, ...]

    def part(self, name: str) -> Part:
        """A part by name."""
        return next(part for part in self.parts if part.name == name)


def load_claims(text: str | None = None) -> dict[str, Claim]:
    """The claims by id.

    Parameters
    ----------
    text : str, optional
        The content of another file in the form of ``claims.toml``.

    Raises
    ------
    SpecError
        A key is unknown or missing, or a part has no region.
    """
    if text is None:
        return dict(_bundled())
    raw = tomllib.loads(text)
    return {entry["id"]: _claim(entry, raw["level"], raw["power"]) for entry in raw["claim"]}


@cache
def _bundled() -> Mapping[str, Claim]:
    text = files(__package__).joinpath("claims.toml").read_text(encoding="utf-8")
    return load_claims(text)


def _claim(entry: Mapping[str, Any], level: float, power: float) -> Claim:
    fields = {key: value for key, value in entry.items() if key != "part"}
    parts = tuple(_part(entry["id"], part) for part in entry.get("part", ()))
    return _build(Claim, entry["id"], fields | {"level": level, "power": power, "parts": parts})


def _part(claim: str, entry: Mapping[str, Any]) -> Part:
    limits = {key: float(entry[key]) for key in ("low", "high") if key in entry}
    if not limits:
        raise SpecError(
            f"Part '{entry.get('name')}' of claim {claim} has no region.",
            remedy="Give low, high or both.",
        )
    fields = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in entry.items()
        if key not in limits
    }
    return _build(Part, claim, fields | {"region": Region(**limits)})


def _build(kind: type[T], claim: str, fields: Mapping[str, Any]) -> T:
    try:
        return kind(**fields)
    except TypeError as error:
        raise SpecError(
            f"Claim {claim} of the claims file: {error}.",
            remedy=f"The keys are {', '.join(field.name for field in dataclass_fields(kind))}.",
        ) from None
