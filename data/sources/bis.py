"""Statistics of the Bank for International Settlements, through its SDMX service; no key needed.

One address gives a series in two forms. With the package ``sdmx1`` (the optional extra ``sdmx``)
SDMX-ML is asked for and read by it; without, CSV is asked for and read here. Both give the same
figures, ``NaN`` where there is none: central banks have no policy rate at times, and days on which
they are closed are listed too.

Written from what the service was seen to answer in 2026; an unknown series is HTTP 404.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.util import find_spec
from typing import ClassVar, Literal

from ...errors import SourceError
from .bis_answers import read_csv, refuse_damaged_csv
from .bis_sdmx import read_message, refuse_damaged_message
from .protocol import Arrived, Fetcher, Missed
from .reading import date_of, dated, number

ADDRESS = "https://stats.bis.org/api/v1/data"

_MISSING = ("", "NaN")

#: Units by their code in the BIS's list of units, where it is in use here.
_UNITS = {"368": "Per cent per year", "882": "Index, 2020 = 100"}

_FREQUENCIES: dict[str, Literal["monthly", "daily"]] = {"M": "monthly", "D": "daily"}
_FORMS = {7: "%Y-%m", 10: "%Y-%m-%d"}
_CODE = re.compile(r"([A-Z0-9_]+)/([A-Z](?:\.[A-Z0-9_]+)+)", re.ASCII)
_CHANGED = "The BIS may have changed its format; look at the address in a browser."


@dataclass(frozen=True, slots=True)
class BisStatistics:
    """Series such as ``WS_EER/M.R.B.JP``: data set and key, its first letter the frequency.

    Attributes
    ----------
    sdmx : bool
        Whether SDMX-ML is asked for; by default where ``sdmx1`` is installed.
    """

    key: ClassVar[str] = "bis"
    notice: ClassVar[str] = ""

    sdmx: bool = field(default_factory=lambda: find_spec("sdmx") is not None)

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each series once, a request each."""
        for code in dict.fromkeys(codes):
            try:
                yield self._series(code, fetcher)
            except SourceError as error:
                yield Missed(code, error)

    def _series(self, code: str, fetcher: Fetcher) -> Arrived:
        key = _key(code)
        url = f"{ADDRESS}/{code}"
        if self.sdmx:
            body = fetcher.get(url, check=refuse_damaged_message)
            read, way = read_message(body, key), "read as SDMX-ML by sdmx1"
        else:
            body = fetcher.get(url, {"format": "csv"}, check=refuse_damaged_csv)
            read, way = read_csv(body, key), "read as CSV"
        where = f"Bank for International Settlements, {code}"
        found = dated(
            (
                (_day(period, key, where), number(figure, f"{where}, {period}", _MISSING))
                for period, figure in read.observations
            ),
            _FREQUENCIES[key[0]],
            where,
        )
        return Arrived(
            code,
            found.values,
            (body,),
            unit=_UNITS.get(read.unit, read.unit),
            title=read.title,
            updated=read.updated,
            notes=(*found.notes, way),
        )


def _key(code: str) -> str:
    pair = _CODE.fullmatch(code)
    if not pair:
        raise SourceError(
            f"Bank for International Settlements: '{code}' is not the code of one series.",
            remedy="Write data set and key, such as WS_EER/M.R.B.JP, without wildcards.",
        )
    if pair[2][0] not in _FREQUENCIES:
        raise SourceError(
            f"Bank for International Settlements, {code}: its frequency is '{pair[2][0]}'; monthly "
            "(M) and daily (D) series are read.",
            remedy="Take a monthly or daily series, or bring it as a file.",
        )
    return pair[2]


def _day(period: str, key: str, where: str) -> date:
    """The period; a month may be written as its last day, a day never as a month."""
    if len(period) not in _FORMS or (key[0] == "D" and len(period) != 10):
        raise SourceError(f"{where}: '{period}' is not a date.", remedy=_CHANGED)
    return date_of(period, _FORMS[len(period)], where)
