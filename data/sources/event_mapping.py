"""Mappings of files of events: which column holds the day, the hour, the direction, the size.

A mapping of days stands beside the data like one of series::

    [file]
    kind = "events"
    name = "boj_decisions"              # id by which the study asks for them
    label = "Bank of Japan decisions"
    date = "day"                        # column of the days
    clock = "12:00 Asia/Tokyo"          # the hour of all of them, or:
    # time = "hour"                     # column of the hours,
    # zone = "America/New_York"         # and their zone
    direction = "decision"              # optional: column that says which way each went
    size = "surprise"                   # optional: column of numbers
    unit = "bp"                         # unit of the sizes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ...errors import SpecError
from ..clocks import parse_clock

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class EventMapping:
    """What the columns of a file of events are.

    Attributes
    ----------
    name, label, publisher : str
    date : str
        Column of the days.
    clock : str
        Hour of all events; empty where ``time`` names the column of their hours.
    time, zone : str
        Column of hours, and where they hold.
    direction : str
        Column that says which way each went; empty for none.
    directions : Mapping[str, str]
        What its cells mean, in the order in which they are shown; empty where they are shown as
        they stand.
    size, unit : str
        Column of sizes, and their unit.
    scheduled_if_empty : str
        Column that is empty in rows of days that have not come yet.
    leave_out : Mapping[str, tuple of str]
        Column to patterns (``*`` stands for anything): rows that match are no events.
    encoding, sheet : str
        As for series.
    note : str
        What a user has to know.
    """

    name: str
    label: str
    date: str
    publisher: str = "user"
    clock: str = ""
    time: str = ""
    zone: str = ""
    direction: str = ""
    directions: Mapping[str, str] = field(default_factory=dict)
    size: str = ""
    unit: str = ""
    scheduled_if_empty: str = ""
    leave_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    encoding: str = "utf-8-sig"
    sheet: str = ""
    note: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read, the day first."""
        named = (self.date, self.time, self.direction, self.size, self.scheduled_if_empty)
        return tuple(dict.fromkeys(filter(None, (*named, *self.leave_out))))


#: Keys of a table of events; ``kind`` says that it is one.
KEYS = ("kind", *EventMapping.__dataclass_fields__)


def event_mapping(table: Mapping[str, Any], where: str) -> EventMapping:
    """The mapping of a TOML table.

    Raises
    ------
    SpecError
        A key is missing or has a value that is not allowed.
    """
    given = {key: value for key, value in table.items() if key != "kind"}
    for key in ("name", "label", "date"):
        if not isinstance(given.get(key), str) or not given[key]:
            raise _not_valid(where, key, given.get(key), "Events need name, label and date.")
    if not _NAME.fullmatch(given["name"]):
        raise _not_valid(where, "name", given["name"], "Use lower case, digits and underscores.")
    _check_hour(given, where)
    if ("size" in given) != ("unit" in given):
        raise _not_valid(where, "unit", given.get("unit"), "Sizes need a unit; nothing else does.")
    if "directions" in given and "direction" not in given:
        raise _not_valid(where, "directions", "...", 'Name their column: direction = "...".')
    given["leave_out"] = _patterns(given.get("leave_out", {}), where)
    for key, value in given.items():
        wanted = Mapping if key in ("directions", "leave_out") else str
        if not isinstance(value, wanted):
            raise _not_valid(where, key, value, f"Write a {_WORDS[wanted]}.")
    return EventMapping(**given)


_WORDS = {str: "text", Mapping: 'table, such as { "1" = "tightening" }'}


def _check_hour(given: Mapping[str, Any], where: str) -> None:
    """Either one clock for all, or a column of hours and its zone."""
    if ("clock" in given) == ("time" in given) or ("time" in given) != ("zone" in given):
        raise SpecError(
            f"The mapping {where} does not say at which hour the events were known.",
            remedy='Write clock = "12:00 Asia/Tokyo", or the column time = "hour" with '
            'zone = "America/New_York".',
        )
    if "clock" in given:
        parse_clock(str(given["clock"]))
        return
    try:
        ZoneInfo(str(given["zone"]))
    except (KeyError, ValueError, OSError):
        raise _not_valid(
            where, "zone", given["zone"], 'Write a place, such as "Asia/Tokyo".'
        ) from None


def _patterns(table: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, Mapping):
        raise _not_valid(where, "leave_out", table, 'Write { column = "pattern" }.')
    return {
        str(column): (given,) if isinstance(given, str) else tuple(map(str, given))
        for column, given in table.items()
    }


def _not_valid(where: str, key: str, value: object, remedy: str) -> SpecError:
    return SpecError(f"The mapping {where} of events has {key} = {value!r}.", remedy=remedy)
