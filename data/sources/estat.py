"""Tables of e-Stat, the portal of Japan's official statistics, through its API 3.0.

``getStatsData`` answers in JSON, and says in ``RESULT`` of its body whether it succeeded: 0 is
success, 1 that nothing fits the question, 100 and more that the question is refused (100 itself:
the application id). An answer holds up to 100,000 figures; ``NEXT_KEY`` says where the next one
begins. What occurs once is an object where several are a list. (That 200 and more mean a failure
of the service, which is worth another try, is an assumption.)

A month is coded as 2024001111: the year, two zeros, the month twice. The same tables hold years
and fiscal years under other codes (2024000000). ``-`` and ``***`` stand where there is no figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ...errors import BusySourceError, SourceError
from .protocol import Body, Fetcher
from .reading import Dated, dated, number, refuse_cut_off, refuse_html, text_of

_URL = "https://api.e-stat.go.jp/rest/3.0/app/json/getStatsData"
_PER_ANSWER = 100_000
_MISSING = ("", "-", "***")
_MONTH = re.compile(r"(\d{4})00(0[1-9]|1[0-2])\2", re.ASCII)
_SUCCESS, _NOTHING, _KEY_REFUSED, _FAILED = 0, 1, 100, 200
_LOOK = "See https://www.e-stat.go.jp/api/; e-Stat may have changed its format."


@dataclass(frozen=True, slots=True)
class Table:
    """A table or a part of it, with the figures of each of its codes.

    Attributes
    ----------
    title : str
        Name of the statistics.
    updated : str
        Day of the last update, where it is stated.
    names : Mapping[str, str]
        What a code stands for.
    cells : Mapping[str, tuple of (str, str)]
        Codes of time and figures, by code.
    bodies : tuple of Body
        The answers that hold them.
    """

    title: str
    updated: str
    names: Mapping[str, str]
    cells: Mapping[str, tuple[tuple[str, str], ...]]
    bodies: tuple[Body, ...]

    def months(self, code: str) -> Dated:
        """The monthly figures of a code.

        Raises
        ------
        SourceError
        """
        where = f"e-Stat, {self.title}, {code}"
        pairs: list[tuple[date, float]] = []
        for time, figure in self.cells.get(code, ()):
            if month := _MONTH.fullmatch(time):
                place = f"{where}, {month[1]}-{month[2]}"
                value = number(figure, place, missing=_MISSING)
                pairs.append((date(int(month[1]), int(month[2]), 1), value))
        return dated(pairs, "monthly", where)


def get_table(fetcher: Fetcher, table: str, conditions: Mapping[str, str], app_id: str) -> Table:
    """A table or a part of it, all of its pages.

    Parameters
    ----------
    fetcher : Fetcher
    table : str
        Its id.
    conditions : Mapping[str, str]
        Which part, such as ``{"cdCat01": "0001,0161", "cdArea": "00000"}``.
    app_id : str
        The user's application id, which is sent and not shown.

    Raises
    ------
    SourceError
    """
    pages = list(_pages(fetcher, {"statsDataId": table, **conditions}, app_id))
    first, last = pages[0], pages[-1]
    cells: dict[str, list[tuple[str, str]]] = {}
    for page in pages:
        for value in page.values:
            cells.setdefault(value["@cat01"], []).append((value["@time"], value["$"]))
    count = sum(map(len, cells.values()))
    if count != last.total:
        raise SourceError(
            f"e-Stat, table {table}: {count} figures came, and there are {last.total}.",
            remedy="Try again later; the table may have changed in between.",
        )
    names = {code: name for page in pages for code, name in page.names.items()}
    bodies = tuple(page.body for page in pages)
    return Table(
        first.title, first.updated, names, {code: tuple(c) for code, c in cells.items()}, bodies
    )


class _Page(NamedTuple):
    """An answer that succeeded; ``following`` is where the next page begins, 0 for none."""

    body: Body
    title: str
    updated: str
    names: dict[str, str]
    values: list[dict[str, str]]
    total: int
    following: int


def _pages(fetcher: Fetcher, query: Mapping[str, str], app_id: str) -> Iterator[_Page]:
    position = 1
    while position:
        where = {"startPosition": str(position)} if position > 1 else {}
        body = fetcher.get(
            _URL,
            {**query, "limit": str(_PER_ANSWER), **where},
            secrets={"appId": app_id},
            check=lambda body: _check(body, app_id),
        )
        page = _page(body, app_id)
        if page.following and page.following <= position:
            raise SourceError(
                f"{body.url}: the page at {page.following} would follow on {position}.",
                remedy=_LOOK,
            )
        yield page
        position = page.following


def _check(body: Body, app_id: str) -> None:
    refuse_html(body)
    refuse_cut_off(body, b"}")
    _page(body, app_id)


def _page(body: Body, app_id: str) -> _Page:
    """Read an answer, which may be a refusal.

    Raises
    ------
    SourceError, BusySourceError
    """
    text = text_of(body)
    try:
        answer = json.loads(text)["GET_STATS_DATA"]
        status = int(answer["RESULT"]["STATUS"])
        message = str(answer["RESULT"].get("ERROR_MSG", ""))
        if status == _SUCCESS:
            return _read(body, answer["STATISTICAL_DATA"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceError(f"{body.url}: this is no answer of getStatsData.", remedy=_LOOK) from None
    raise _refusal(body, status, message.replace(app_id, "(id)") if app_id else message)


def _refusal(body: Body, status: int, message: str) -> SourceError:
    problem = f"{body.url}: e-Stat answers {status}, '{message}'."
    if status >= _FAILED:
        return BusySourceError(problem, remedy="Try again later.")
    if status == _KEY_REFUSED:
        return SourceError(
            problem, remedy="Check ESTAT_APP_ID; an id is free at https://www.e-stat.go.jp/api/."
        )
    remedy = "Check the codes in the table's page on e-Stat." if status == _NOTHING else _LOOK
    return SourceError(problem, remedy=remedy)


def _read(body: Body, data: dict[str, Any]) -> _Page:
    about, counts = data["TABLE_INF"], data["RESULT_INF"]
    classes = {item["@id"]: item["CLASS"] for item in _listed(data["CLASS_INF"]["CLASS_OBJ"])}
    values = [
        {key: str(value[key]) for key in ("@cat01", "@time", "$")}
        for value in _listed(data["DATA_INF"]["VALUE"])
    ]
    return _Page(
        body,
        str(about["STATISTICS_NAME"]),
        str(about.get("UPDATED_DATE", "")),
        {item["@code"]: item["@name"] for item in _listed(classes["cat01"])},
        values,
        int(counts["TOTAL_NUMBER"]),
        int(counts.get("NEXT_KEY", 0)),
    )


def _listed(items: Any) -> list[Any]:
    """What occurs once is not in a list."""
    return items if isinstance(items, list) else [items]
