"""Publishers' bodies as text, rows, dates and numbers, read strictly.

Nothing is repaired or guessed. What cannot be read is a ``SourceError`` that says where it
stands; what looks cut off on its way is a ``BusySourceError``, which is worth another try.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterable
from datetime import date, datetime
from io import StringIO
from typing import Literal, NamedTuple

import pandas as pd

from ...errors import BusySourceError, SourceError
from ..dates import label_of
from .protocol import Body
from .tables import PLAIN_NUMBER

_HTML = re.compile(rb"(?:<\?xml[^>]*>|<!--.*?-->|\s)*<(?:!doctype\s+html|html)\b", re.I | re.S)
_CHANGED = "The publisher may have changed its format; look at the address in a browser."
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Dated(NamedTuple):
    """A series on its calendar, and what was seen on the way.

    Attributes
    ----------
    values : pandas.Series
        Ascending, each date once.
    notes : tuple of str
        Dates that were listed twice with the same figure.
    """

    values: pd.Series
    notes: tuple[str, ...]


def text_of(body: Body, encoding: str = "utf-8") -> str:
    """The body as text; a byte order mark is dropped.

    Raises
    ------
    SourceError
        The body is not in that encoding.
    """
    content = body.content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{body.url}: the text is not in {encoding} (byte {error.start}).", remedy=_CHANGED
        ) from None


def refuse_html(body: Body) -> None:
    """Refuse a web page where figures are expected.

    Raises
    ------
    SourceError
    """
    if _HTML.match(body.content.removeprefix(_BYTE_ORDER_MARK)[:4096]):
        title = re.search(rb"<title[^>]*>(.*?)</title>", body.content[:65536], re.I | re.S)
        words = " ".join(title[1].decode("utf-8", "replace").split())[:80] if title else ""
        raise SourceError(
            f"{body.url}: a web page came in the place of figures"
            + (f", titled '{words}'." if words else "."),
            remedy="Check the code in the publisher's catalogue, or try again later.",
        )


def refuse_cut_off(body: Body, ending: bytes = b"\n") -> None:
    """Ask for another try where the body does not end as its publisher's files do.

    Parameters
    ----------
    body : Body
    ending : bytes
        Last bytes of a whole body, such as a line's end or a closing brace. White space may follow.

    Raises
    ------
    BusySourceError
    """
    whole = body.content.endswith(ending) or body.content.rstrip().endswith(ending)
    if not whole:
        raise BusySourceError(
            f"{body.url}: the body was cut off after {len(body.content)} bytes.",
            remedy="Try again; the connection was lost on the way.",
        )


def csv_rows(text: str, *, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """Rows with the number of the line on which they end; blank lines are left out.

    Raises
    ------
    SourceError
        Quotation marks do not match.
    """
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise SourceError(f"Line {reader.line_num} is not CSV: {error}.", remedy=_CHANGED) from None


def number(text: str, where: str, missing: Collection[str] = ("",)) -> float:
    """The cell as a number; NaN where it holds the publisher's sign for a missing figure.

    Parameters
    ----------
    text : str
    where : str
        Place for the message: publisher, code, line and date.
    missing : collection of str
        The publisher's signs, none but an empty cell unless it documents others.

    Raises
    ------
    SourceError
        The cell holds neither, or an infinite number.
    """
    cell = text.strip()
    if cell in missing:
        return math.nan
    if PLAIN_NUMBER.fullmatch(cell) and not math.isinf(value := float(cell)):
        return value
    raise SourceError(f"{where}: '{cell}' is not a number.", remedy=_CHANGED)


def date_of(text: str, form: str, where: str) -> date:
    """The day that a cell names, by a format of ``datetime.strptime`` such as ``%Y-%m-%d``.

    Raises
    ------
    SourceError
    """
    try:
        return datetime.strptime(text.strip(), form).date()
    except ValueError:
        raise SourceError(f"{where}: '{text}' is not a date.", remedy=_CHANGED) from None


def dated(
    pairs: Iterable[tuple[date, float]], frequency: Literal["monthly", "daily"], where: str
) -> Dated:
    """Figures on their calendar, in order of their dates.

    Parameters
    ----------
    pairs : iterable of (date, float)
        Any day of a month stands for the month where the frequency is monthly.
    frequency : {"monthly", "daily"}
    where : str
        Publisher and code for the messages.

    Raises
    ------
    SourceError
        A date has two figures, or there is no figure at all.
    """
    found: dict[pd.Period | pd.Timestamp, float] = {}
    twice = []
    for when, value in pairs:
        period = pd.Period(when, "M") if frequency == "monthly" else pd.Timestamp(when)
        if period in found:
            _refuse_conflict(where, period, found[period], value)
            twice.append(label_of(period))
        found[period] = value
    if all(map(math.isnan, found.values())):
        raise SourceError(
            f"{where}: there are no figures.",
            remedy="Check the code in the publisher's catalogue.",
        )
    periods = sorted(found)
    index = pd.PeriodIndex(periods) if frequency == "monthly" else pd.DatetimeIndex(periods)
    values = pd.Series([found[period] for period in periods], index=index, dtype="float64")
    note = f"listed twice with the same figure: {', '.join(dict.fromkeys(twice))}"
    return Dated(values, (note,) if twice else ())


def _refuse_conflict(
    where: str, period: pd.Period | pd.Timestamp, one: float, other: float
) -> None:
    if one == other or (math.isnan(one) and math.isnan(other)):
        return
    shown = " and ".join(
        "no figure" if math.isnan(value) else f"{value!r}" for value in (one, other)
    )
    raise SourceError(
        f"{where}: {label_of(period)} is listed twice, with {shown}.",
        remedy="Ask the publisher which one holds; the series is left out until then.",
    )
