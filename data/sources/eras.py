"""Years and days by Japanese era, as ministries write them: S49.9.24, R8.6.30, 令和元年5月1日."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from ...errors import SourceError


@dataclass(frozen=True, slots=True)
class _Era:
    letter: str
    name: str
    first: date
    last: date


# An era ends in the middle of a year: 7 January 1989 is Showa 64, and the next day Heisei 1.
_ERAS = (
    _Era("S", "昭和", date(1926, 12, 25), date(1989, 1, 7)),
    _Era("H", "平成", date(1989, 1, 8), date(2019, 4, 30)),
    _Era("R", "令和", date(2019, 5, 1), date.max),
)
_NAME = "(" + "|".join(name for era in _ERAS for name in (era.letter, era.name)) + ")"
_YEAR = rf"{_NAME}\s*(元|\d{{1,2}})"
_YEAR_ALONE = re.compile(rf"{_YEAR}年", re.ASCII)
_DAY = re.compile(
    rf"{_YEAR}(?:\.(\d{{1,2}})\.(\d{{1,2}})|年\s*(\d{{1,2}})月\s*(\d{{1,2}})日)", re.ASCII
)


def era_date(text: str, where: str) -> date:
    """The day of a date by era, such as ``S49.9.24``, ``R8.6.30`` or ``令和元年5月1日``.

    Parameters
    ----------
    text : str
    where : str
        Place for the message.

    Raises
    ------
    SourceError
        It is no such date, there is no such day, or the day is not in that era.
    """
    found = _DAY.fullmatch(_plain(text))
    if found is None:
        raise _unreadable(text, where, "a date by Japanese era")
    era, year = _era_and_year(found[1], found[2])
    month, day = int(found[3] or found[5]), int(found[4] or found[6])
    try:
        when = date(year, month, day)
    except ValueError:
        raise _unreadable(text, where, "a date by Japanese era") from None
    if not era.first <= when <= era.last:
        raise _unreadable(text, where, f"in that era, which lasted {_span(era)}")
    return when


def era_year(text: str, where: str) -> int:
    """The year of a label such as ``昭和28年``, ``令和元年`` or ``令和 6年``.

    Raises
    ------
    SourceError
        It is no such label, or the era had no such year.
    """
    found = _YEAR_ALONE.fullmatch(_plain(text))
    if found is None:
        raise _unreadable(text, where, "a year by Japanese era")
    era, year = _era_and_year(found[1], found[2])
    if not era.first.year <= year <= era.last.year:
        raise _unreadable(text, where, f"in that era, which lasted {_span(era)}")
    return year


def _era_and_year(name: str, count: str) -> tuple[_Era, int]:
    era = next(era for era in _ERAS if name in (era.letter, era.name))
    # The first year of an era is written 元 ("origin") or 1.
    return era, era.first.year + (1 if count == "元" else int(count)) - 1


def _plain(text: str) -> str:
    """Full-width digits, letters and spaces as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _span(era: _Era) -> str:
    return f"from {era.first}" + ("" if era.last == date.max else f" to {era.last}")


def _unreadable(text: str, where: str, expected: str) -> SourceError:
    return SourceError(
        f"{where}: '{text}' is not {expected}.",
        remedy="The publisher may have changed its format; look at the address in a browser.",
    )
