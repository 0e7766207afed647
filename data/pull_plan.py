"""What a pull asks for: each code of each source once, whatever is made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..errors import SpecError
from .catalog import Entry, Recipe, entries, entry

#: Source and code.
Item = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """Series to be made, and what to ask for.

    Attributes
    ----------
    entries : mapping of str to Entry
        The series, by id.
    codes : mapping of str to tuple of str
        Codes by the key of their source.
    """

    entries: Mapping[str, Entry]
    codes: Mapping[str, tuple[str, ...]]


def plan_of(names: Iterable[str] | None = None) -> Plan:
    """The plan for some series of the catalogue, or for all that have a publisher to ask.

    Raises
    ------
    MissingSeriesError
        The catalogue has no such series.
    SpecError
        A series can come from a file of the user's only, or none is named.
    """
    wanted = {name: entry(name) for name in names} if names is not None else _with_recipe()
    if not wanted:
        raise SpecError("No series is asked for.", remedy="Name some, or none to ask for all.")
    codes: dict[str, dict[str, None]] = {}
    for name, found in wanted.items():
        recipe = recipe_of(name, found)
        codes.setdefault(recipe.source, {})[recipe.code] = None
    return Plan(wanted, {source: tuple(asked) for source, asked in codes.items()})


def recipe_of(name: str, found: Entry) -> Recipe:
    """Where the figures of a series come from.

    Raises
    ------
    SpecError
        No publisher can be asked for them.
    """
    if found.recipe is None:
        raise SpecError(
            f"No publisher can be asked for '{name}': its figures come from a file of yours.",
            remedy="Leave it out here, and name the file in the study.",
        )
    return found.recipe


def _with_recipe() -> dict[str, Entry]:
    return {name: found for name, found in entries().items() if found.recipe is not None}
