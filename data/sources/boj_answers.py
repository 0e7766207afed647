"""Answers of the Bank of Japan's time-series API: the envelope, refusals, pages and series.

Success or failure is the body's ``STATUS``, whatever the HTTP status: the manual promises 200
always, and clients have seen the HTTP status follow the body's. Errors are JSON in any case::

    {"STATUS": 400, "MESSAGEID": "M181013E", "MESSAGE": "Nonexistent series code：2", "DATE": ...}

and a page of series looks like this; ``NEXTPOSITION`` is the place, among the codes asked for, of
the first series that did not fit in, null on the last page::

    {"STATUS": 200, "MESSAGEID": "M181000I", "MESSAGE": "Successfully completed", "DATE": ...,
     "PARAMETER": {...}, "NEXTPOSITION": null, "RESULTSET": [
       {"SERIES_CODE": "FXERM07", "NAME_OF_TIME_SERIES": "...", "UNIT": "Yen per U.S. Dollar",
        "FREQUENCY": "MONTHLY", "CATEGORY": "...", "LAST_UPDATE": 20260903,
        "VALUES": {"SURVEY_DATES": [202607, 202608], "VALUES": [162.45, null]}}]}
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ...errors import BusySourceError, SourceError
from .protocol import Arrived, Body
from .reading import date_of, dated, number, refuse_html, text_of

UNKNOWN_CODE = "M181013E"
MIXED_FREQUENCIES = "M181014E"

_SUCCESS, _REFUSED, _BUSY = (200,), (400,), (500, 503)
_NO_DATA = "M181030I"

_Frequency = Literal["monthly", "daily"]

#: Frequencies that are read, and how their dates are written.
_DATES: Mapping[str, tuple[_Frequency, str, int]] = {
    "MONTHLY": ("monthly", "%Y%m", 6),
    "DAILY": ("daily", "%Y%m%d", 8),
}
_CHANGED = "The Bank may have changed its format; compare with its manual of the API."


class Refusal(SourceError):
    """The Bank does not accept what was asked for.

    Parameters
    ----------
    problem, remedy : str
        As for every error.
    message_id : str
        The Bank's, such as ``M181013E``.
    position : int or None
        Which of the codes it complains of, counted from 0; None where it does not say.
    """

    def __init__(
        self, problem: str, *, remedy: str, message_id: str = "", position: int | None = None
    ) -> None:
        super().__init__(problem, remedy=remedy)
        self.message_id = message_id
        self.position = position


@dataclass(frozen=True, slots=True)
class Answer:
    """What a body holds.

    Attributes
    ----------
    body : Body
    rows : tuple of mapping
        A series each, as the Bank writes it.
    next_position : int or None
        Where the next page begins, counted from 1; None on the last one.
    """

    body: Body
    rows: tuple[Mapping[str, Any], ...]
    next_position: int | None


def read(body: Body) -> Answer:
    """The answer in a body.

    Raises
    ------
    Refusal
        ``STATUS`` 400.
    BusySourceError
        ``STATUS`` 500 or 503, or the JSON was cut off.
    SourceError
        The body is something else.
    """
    refuse_html(body)
    envelope = _json(body)
    status, message_id = envelope.get("STATUS"), str(envelope.get("MESSAGEID", ""))
    address = body.url.partition("?")[0]
    said = f"{address}: the Bank of Japan says '{envelope.get('MESSAGE', '')}' ({message_id})."
    if status in _BUSY:
        raise BusySourceError(said, remedy="Try again later.")
    if status in _REFUSED:
        remedy = "Look the code up in the Bank's catalogue of the database (boj.metadata)."
        position = _position(str(envelope.get("MESSAGE", "")))
        raise Refusal(said, remedy=remedy, message_id=message_id, position=position)
    if status not in _SUCCESS:
        raise SourceError(f"{body.url}: the answer has the STATUS {status!r}.", remedy=_CHANGED)
    return Answer(body, _rows(body, envelope, message_id), _next_position(body, envelope))


def arrived(code: str, pages: Sequence[tuple[Mapping[str, Any], Body]]) -> Arrived:
    """A series of the rows that give it, one on each of the pages on which it stands.

    Raises
    ------
    SourceError
        It is neither monthly nor daily, has no figures, or a row is not as documented.
    """
    where = f"Bank of Japan, {code}"
    row = pages[0][0]
    frequency = _frequency(where, row)
    pairs = [pair for part, _ in pages for pair in _pairs(where, part)]
    found = dated(pairs, frequency, where)
    return Arrived(
        code,
        found.values,
        tuple(body for _, body in pages),
        unit=words(row, "UNIT"),
        title=words(row, "NAME_OF_TIME_SERIES"),
        updated=day_of(row.get("LAST_UPDATE")),
        notes=found.notes,
    )


def words(row: Mapping[str, Any], name: str) -> str:
    """A text of a row, in English; in Japanese where the Bank gives no English."""
    return str(row.get(name) or row.get(f"{name}_J") or "").strip()


def day_of(stamp: object) -> str:
    """``20260903`` as ``2026-09-03``; empty where there is no such day."""
    text = str(stamp or "")
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if re.fullmatch(r"\d{8}", text) else ""


def _json(body: Body) -> dict[str, Any]:
    try:
        content = json.loads(text_of(body), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise BusySourceError(
            f"{body.url}: the JSON was cut off or is damaged (character {error.pos} of "
            f"{len(error.doc)}).",
            remedy="Try again; the connection may have been lost on the way.",
        ) from None
    if not isinstance(content, dict) or "STATUS" not in content:
        raise SourceError(f"{body.url}: the answer has no STATUS.", remedy=_CHANGED)
    return content


def _refuse_constant(name: str) -> float:
    raise SourceError(f"Bank of Japan: {name} is no figure.", remedy=_CHANGED)


def _position(message: str) -> int | None:
    """Codes are counted from 1 at the end of the message, in both of its languages."""
    counted = re.findall(r"\d+", message)
    return int(counted[-1]) - 1 if counted and int(counted[-1]) > 0 else None


def _rows(
    body: Body, envelope: Mapping[str, Any], message_id: str
) -> tuple[Mapping[str, Any], ...]:
    rows = envelope.get("RESULTSET")
    if rows is None and message_id == _NO_DATA:
        return ()
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError(f"{body.url}: the answer has no RESULTSET of series.", remedy=_CHANGED)
    return tuple(rows)


def _next_position(body: Body, envelope: Mapping[str, Any]) -> int | None:
    position = envelope.get("NEXTPOSITION")
    if position is None or position == "":
        return None
    if not re.fullmatch(r"[1-9]\d*", str(position), re.ASCII):
        raise SourceError(f"{body.url}: NEXTPOSITION is {position!r}.", remedy=_CHANGED)
    return int(position)


def _frequency(where: str, row: Mapping[str, Any]) -> _Frequency:
    name = str(row.get("FREQUENCY", ""))
    if name not in _DATES:
        raise SourceError(
            f"{where}: its frequency is '{name}'; monthly and daily series are read.",
            remedy="Take a monthly or daily series of the same database, or bring it as a file.",
        )
    return _DATES[name][0]


def _pairs(where: str, row: Mapping[str, Any]) -> Iterator[tuple[date, float]]:
    values = row.get("VALUES")
    columns = values if isinstance(values, dict) else {}
    dates, figures = columns.get("SURVEY_DATES"), columns.get("VALUES")
    if not isinstance(dates, list) or not isinstance(figures, list) or len(dates) != len(figures):
        raise SourceError(
            f"{where}: the answer does not pair dates with figures.",
            remedy=_CHANGED,
        )
    _, form, width = _DATES[str(row["FREQUENCY"])]
    for stamp, figure in zip(dates, figures, strict=True):
        text = str(stamp)
        if len(text) != width:
            raise SourceError(f"{where}: '{text}' is not a date.", remedy=_CHANGED)
        yield date_of(text, form, where), _figure(figure, f"{where}, {text}")


def _figure(figure: object, where: str) -> float:
    """JSON's null is the Bank's sign for a figure that is missing or not published."""
    if figure is None:
        return math.nan
    if isinstance(figure, bool) or not isinstance(figure, int | float | str):
        raise SourceError(f"{where}: {figure!r} is not a number.", remedy=_CHANGED)
    return number(str(figure), where, missing=())
