"""FRED, Federal Reserve Bank of St. Louis: with a key through fredapi, without one as CSV.

Both ways give the same figures. A key (``FRED_API_KEY``, free) adds units, titles, the date of the
last update, and the vintages of ``fred_vintages``.

- https://fred.stlouisfed.org/graph/fredgraph.csv?id=GS10 is the file behind the button "Download"
  of a chart: a line ``observation_date,GS10`` (``DATE,GS10`` until 2024), then a line a date, where
  a missing figure is ``.`` or nothing. What FRED does not know comes as a web page.
- https://api.stlouisfed.org/fred answers in XML, at most 100,000 observations at a time.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import ClassVar, Literal
from urllib.parse import parse_qsl, urlencode

import fredapi
import pandas as pd

from ...errors import BusySourceError, DataError, SourceError
from ..dates import frequency_of, label_of, regular_index
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import csv_rows, date_of, dated, number, refuse_cut_off, refuse_html, text_of

_GRAPH = "https://fred.stlouisfed.org/graph/fredgraph.csv"
_SERIES_PAGE = "https://fred.stlouisfed.org/series/"
_HEADERS = ("observation_date", "date")
_CODE = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
_XML_SAID = re.compile(r', saying: .*?<error .*?message="([^"]*).*', re.S)

_NOTICE = (
    "This product uses the FRED® API but is not endorsed or certified by the Federal Reserve Bank "
    "of St. Louis."
)

#: What FRED's own notes on a series say and its figures do not show; by the start of the code.
_FACTS: Mapping[str, str] = {
    "SP500": "FRED may show the last ten years only; reproduction asks for the written permission "
    "of S&P Dow Jones Indices LLC",
    "DJIA": "FRED may show the last ten years only; reproduction asks for the written permission "
    "of S&P Dow Jones Indices LLC",
    "NIKKEI225": "copyright of Nikkei Inc.: download for research is permitted, redistribution "
    "asks for its permission",
    "BAML": "from April 2026 FRED shows the last three years only; earlier figures come from ICE "
    "Data Indices, or from a file that was stored before",
    "NASDAQ": "copyright of Nasdaq, Inc.: no redistribution without permission",
    "VIXCLS": "copyright of Cboe: no redistribution without permission",
}


def key_of_environment() -> str:
    """The key in ``FRED_API_KEY``; empty where there is none."""
    return os.environ.get("FRED_API_KEY", "").strip()


@dataclass(frozen=True, slots=True)
class Fred:
    """Series of FRED by their ids, monthly or daily.

    Parameters
    ----------
    api_key : str
        From ``FRED_API_KEY`` where it is set. Empty: the CSV of the charts is read.
    """

    api_key: str = field(default_factory=key_of_environment, repr=False)
    key: ClassVar[str] = "fred"

    @property
    def notice(self) -> str:
        """The sentence that FRED asks users of its API to print."""
        return _NOTICE if self.api_key else ""

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each id once, arrived or missed."""
        for code in dict.fromkeys(codes):
            try:
                refuse_code(code)
                yield (
                    _through_api(code, FredClient(self.api_key, fetcher))
                    if self.api_key
                    else _from_chart(code, fetcher)
                )
            except SourceError as error:
                yield Missed(code, error)


class FredClient(fredapi.Fred):  # type: ignore[misc]  # fredapi has no types
    """fredapi, with the package's way to the network in the place of its own.

    Parameters
    ----------
    api_key : str
        Sent as a secret: no address, error or stored body holds it.
    fetcher : Fetcher

    Attributes
    ----------
    bodies : list of Body
        What FRED has answered so far.
    overwritten : list of (date, float)
        Figures that fredapi drops because their date is listed again.
    """

    def __init__(self, api_key: str, fetcher: Fetcher) -> None:
        # Not fredapi's constructor: it would install the environment's proxy for all of Python.
        self._secrets = {"api_key": api_key}
        self._fetcher = fetcher
        self.bodies: list[Body] = []
        self.overwritten: list[tuple[date, float]] = []

    def figures(self, code: str, **window: str) -> list[tuple[date, float]]:
        """The series, today's or of a day, with dates that are listed twice."""
        series = self.get_series(code, **window)
        return self.overwritten + [(stamp.date(), value) for stamp, value in series.items()]

    def observations(self, code: str, first_day: str, last_day: str) -> ET.Element:
        """All figures that held between two days, with the days on which they held."""
        window = {"realtime_start": first_day, "realtime_end": last_day}
        query = urlencode({"series_id": code, **window})
        return self._Fred__fetch_data(f"{self.root_url}/series/observations?{query}")

    def _Fred__fetch_data(self, url: str) -> ET.Element:  # noqa: N802  # fredapi's __fetch_data
        address, _, query = url.partition("?")
        params = dict(parse_qsl(query))
        root = self._page(address, params)
        while len(root) < int(root.get("count", 0)):
            page = self._page(address, {**params, "offset": str(len(root))})
            if not len(page):
                raise SourceError(
                    f"{address}: FRED announced {root.get('count')} rows and sent {len(root)}.",
                    remedy="Try again later.",
                )
            root.extend(page)
        self.overwritten += _overwritten(root, f"FRED {params.get('series_id', '')}")
        return root

    def _page(self, address: str, params: Mapping[str, str]) -> ET.Element:
        try:
            body = self._fetcher.get(address, params, secrets=self._secrets, check=_check_xml)
        except SourceError as error:
            raise _with_remedy(error) from None
        self.bodies.append(body)
        return ET.fromstring(body.content)

    def _parse(self, date_str: str, format: str | None = None) -> datetime:  # noqa: ARG002
        # The same dates as fredapi's, which take seconds for a long daily series.
        return datetime.fromisoformat(date_str)


def calendar_of(dates: Iterable[date], where: str) -> Literal["monthly", "daily"]:
    """Whether FRED's dates are months or days; weeks, quarters and years are refused.

    Raises
    ------
    SourceError
        Other calendars, or a single date, which does not show its calendar.
    """
    days = pd.DatetimeIndex(sorted(set(dates)))
    if len(days) == 1:
        raise SourceError(
            f"{where}: one date only ({label_of(days[0])}), which does not show whether it is a "
            "month or a day.",
            remedy="Choose a series with more dates.",
        )
    try:
        frequency = frequency_of(regular_index(days))
    except DataError as error:
        raise SourceError(f"{where}: {error.problem}", remedy=error.remedy) from None
    if frequency == "daily" or (frequency == "monthly" and (days.day == 1).all()):
        return frequency
    raise SourceError(
        f"{where} is {frequency}: models here take months and days.",
        remedy="Choose a monthly or daily series, or bring it as a file of your own.",
    )


def refuse_code(code: str) -> None:
    """Refuse what cannot be an id of FRED.

    Raises
    ------
    SourceError
    """
    if not _CODE.fullmatch(code):
        raise SourceError(
            f"'{code}' is not an id of FRED.",
            remedy=f"Ids are written as in {_SERIES_PAGE}GS10.",
        )


@contextmanager
def fredapi_errors(code: str) -> Iterator[None]:
    """Turn fredapi's own errors, which it raises at answers of another form, into ours.

    Raises
    ------
    SourceError
    """
    try:
        yield
    except (ValueError, TypeError, KeyError) as error:
        raise SourceError(
            f"FRED {code}: {error}.", remedy=f"Look at {_SERIES_PAGE}{code}, or try again later."
        ) from None


def _through_api(code: str, client: FredClient) -> Arrived:
    where = f"FRED {code}"
    with fredapi_errors(code):
        info = client.get_series_info(code)
        pairs = client.figures(code)
    found = dated(pairs, calendar_of((day for day, _ in pairs), where), where)
    return Arrived(
        code,
        found.values,
        tuple(client.bodies),
        unit=info.get("units", ""),
        title=info.get("title", ""),
        updated=info.get("last_updated", ""),
        notes=(*_facts(code), *found.notes),
    )


def _from_chart(code: str, fetcher: Fetcher) -> Arrived:
    where = f"FRED {code}"
    body = fetcher.get(_GRAPH, {"id": code}, check=partial(_check_csv, code=code))
    pairs = [_pair(row, f"{where}, line {line}") for line, row in csv_rows(text_of(body))[1:]]
    found = dated(pairs, calendar_of((day for day, _ in pairs), where), where)
    return Arrived(code, found.values, (body,), notes=(*_facts(code), *found.notes))


def _pair(row: Sequence[str], where: str) -> tuple[date, float]:
    if len(row) != 2:
        raise SourceError(
            f"{where}: {len(row)} cells where a date and a figure belong.",
            remedy="FRED may have changed its format; look at the address in a browser.",
        )
    day = date_of(row[0], "%Y-%m-%d", where)
    return day, number(row[1], f"{where} ({day})", missing=(".", ""))


def _facts(code: str) -> tuple[str, ...]:
    return tuple(fact for start, fact in _FACTS.items() if code.upper().startswith(start))


def _check_csv(body: Body, *, code: str) -> None:
    refuse_html(body)
    refuse_cut_off(body)
    rows = csv_rows(text_of(body))
    header = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    if len(header) != 2 or header[0] not in _HEADERS or header[1] != code.lower():
        raise SourceError(
            f"{body.url}: the first line is '{','.join(header)}', not 'observation_date,{code}'.",
            remedy=f"Look at {_SERIES_PAGE}{code}; FRED may have changed its format.",
        )


def _check_xml(body: Body) -> None:
    refuse_html(body)
    try:
        root = ET.fromstring(body.content)
    except ET.ParseError as error:
        raise BusySourceError(
            f"{body.url}: the answer was cut off, or is not XML ({error}).",
            remedy="Try again later.",
        ) from None
    if root.tag == "error":
        kind = BusySourceError if root.get("code") == "429" else SourceError
        raise kind(f"{body.url}: {root.get('message', 'an error')}", remedy="Try again later.")


def _with_remedy(error: SourceError) -> SourceError:
    """The error with FRED's reason out of its XML, and what can be done about it."""
    problem = _XML_SAID.sub(r": \1", error.problem)
    if "api_key" in problem:
        remedy = (
            "Correct FRED_API_KEY, or unset it: today's figures come without a key, vintages do "
            "not."
        )
    elif "does not exist in ALFRED" in problem:
        remedy = (
            "FRED keeps no vintages of this series, or none as old as that; use vintages that "
            "were stored here."
        )
    elif "does not exist" in problem:
        remedy = f"Look for its id at {_SERIES_PAGE}."
    else:
        remedy = error.remedy
    return SourceError(problem, remedy=remedy)


def _overwritten(root: ET.Element, where: str) -> list[tuple[date, float]]:
    """Figures of dates that are listed again, of which fredapi keeps the last in silence.

    Raises
    ------
    SourceError
        A figure is no number: fredapi takes 'nan' and 'inf' for some.
    """
    latest: dict[tuple[str, str], float] = {}
    overwritten = []
    for row in root.iter("observation"):
        day, known_from = row.get("date", ""), row.get("realtime_start", "")
        value = number(row.get("value", ""), f"{where}, {day}", missing=(".",))
        if (day, known_from) in latest:
            overwritten.append((date.fromisoformat(day), latest[day, known_from]))
        latest[day, known_from] = value
    return overwritten
