"""Spot prices of crude oil, US Energy Information Administration (EIA).

With a key (``EIA_API_KEY``, free) from the EIA's API, version 2, which answers in JSON, at most
5,000 rows at a time and figures as text. Without one from the copy that FRED keeps of the same
series, and the notes say so. The copy lists holidays without a figure, where the EIA leaves them
out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar, Literal, NamedTuple

from ...errors import BusySourceError, SourceError
from .fred import Fred
from .protocol import Arrived, Body, Fetcher, Missed
from .reading import date_of, dated, number, refuse_html

_ADDRESS = "https://api.eia.gov/v2/petroleum/pri/spt/data/"
_PAGE = 5000
_CHANGED = "The EIA may have changed its format; look at https://www.eia.gov/opendata/."


class _Spot(NamedTuple):
    series: str
    frequency: Literal["monthly", "daily"]
    at_fred: str


_SPOTS: Mapping[str, _Spot] = {
    "RBRTE/M": _Spot("RBRTE", "monthly", "MCOILBRENTEU"),
    "RBRTE/D": _Spot("RBRTE", "daily", "DCOILBRENTEU"),
    "RWTC/M": _Spot("RWTC", "monthly", "MCOILWTICO"),
    "RWTC/D": _Spot("RWTC", "daily", "DCOILWTICO"),
}
_DATES = {"monthly": "%Y-%m", "daily": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class SpotPrices:
    """Brent (``RBRTE/M``, ``RBRTE/D``) and West Texas Intermediate (``RWTC/M``, ``RWTC/D``).

    US dollars per barrel; ``M`` are the EIA's month means of the daily prices ``D``.

    Parameters
    ----------
    api_key : str
        From ``EIA_API_KEY`` where it is set. Empty: FRED's copy is read.
    fred : Fred
        How FRED is asked for its copy.
    """

    api_key: str = field(
        default_factory=lambda: os.environ.get("EIA_API_KEY", "").strip(), repr=False
    )
    fred: Fred = field(default_factory=Fred)
    key: ClassVar[str] = "eia"

    @property
    def notice(self) -> str:
        """Nothing for the EIA itself; FRED's where its copy is read."""
        return "" if self.api_key else self.fred.notice

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each price once, arrived or missed."""
        for code in dict.fromkeys(codes):
            try:
                spot = _spot(code)
                if self.api_key:
                    yield _from_eia(code, spot, self.api_key, fetcher)
                else:
                    yield from _from_fred(code, spot, self.fred, fetcher)
            except SourceError as error:
                yield Missed(code, error)


def _spot(code: str) -> _Spot:
    if code not in _SPOTS:
        raise SourceError(
            f"EIA: '{code}' is not a spot price that is read here.",
            remedy=f"There are {', '.join(_SPOTS)}.",
        )
    return _SPOTS[code]


def _from_fred(code: str, spot: _Spot, fred: Fred, fetcher: Fetcher) -> Iterator[Arrived | Missed]:
    note = f"no EIA_API_KEY is set: FRED's copy {spot.at_fred}"
    for found in fred.fetch([spot.at_fred], fetcher):
        if isinstance(found, Arrived):
            yield replace(found, code=code, notes=(note, *found.notes))
        else:
            yield Missed(code, found.error)


def _from_eia(code: str, spot: _Spot, api_key: str, fetcher: Fetcher) -> Arrived:
    where = f"EIA {code}"
    bodies: list[Body] = []
    rows: list[Mapping[str, Any]] = []
    total = 1
    while len(rows) < total:
        body = fetcher.get(
            _ADDRESS, _query(spot, len(rows)), secrets={"api_key": api_key}, check=_check
        )
        page = json.loads(body.content)["response"]
        bodies.append(body)
        rows += page["data"]
        total = int(page["total"])
        if not page["data"]:
            raise SourceError(
                f"{where}: {total} rows were announced and {len(rows)} came.",
                remedy="Check EIA_API_KEY and the series, or try again later.",
            )
    found = dated((_pair(row, spot, where) for row in rows), spot.frequency, where)
    return Arrived(
        code,
        found.values,
        tuple(bodies),
        unit=str(rows[-1].get("units", "")),
        title=str(rows[-1].get("series-description", "")),
        notes=found.notes,
    )


def _query(spot: _Spot, offset: int) -> dict[str, str]:
    # Sorted, so that pages neither overlap nor leave rows out.
    return {
        "frequency": spot.frequency,
        "data[0]": "value",
        "facets[series][]": spot.series,
        "sort[0][column]": "period",
        "sort[0][direction]": "asc",
        "offset": str(offset),
        "length": str(_PAGE),
    }


def _pair(row: Mapping[str, Any], spot: _Spot, where: str) -> tuple[date, float]:
    period, value = row.get("period"), row.get("value")
    if row.get("series") != spot.series:
        raise SourceError(
            f"{where}: a row of the series {row.get('series')!r} came for {period}.",
            remedy=_CHANGED,
        )
    when = date_of(str(period), _DATES[spot.frequency], where)
    # A price that is missing comes as null.
    return when, number("" if value is None else str(value), f"{where}, {period}")


def _check(body: Body) -> None:
    refuse_html(body)
    try:
        answer = json.loads(body.content)
    except ValueError:
        raise BusySourceError(
            f"{body.url}: the answer was cut off, or is not JSON.", remedy="Try again later."
        ) from None
    if isinstance(answer, dict) and "error" in answer:
        reason = answer["error"]
        words = reason.get("message", reason) if isinstance(reason, dict) else reason
        raise SourceError(
            f"{body.url}: the EIA answers: {words}",
            remedy="Check EIA_API_KEY, or unset it: FRED's copy comes without it.",
        )
    response = answer.get("response") if isinstance(answer, dict) else None
    if not (
        isinstance(response, dict)
        and str(response.get("total")).isdecimal()
        and isinstance(response.get("data"), list)
        and all(isinstance(row, dict) for row in response["data"])
    ):
        raise SourceError(f"{body.url}: the answer holds no rows.", remedy=_CHANGED)
