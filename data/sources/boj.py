"""The Bank of Japan's time series, through the API of its Time-Series Data Search; no key needed.

Written from the Bank's manual of February 2026 as it is described in public, and from answers of
the API that others keep. At most 250 codes of one database and one frequency go into a call; the
frequency of a code is not known before it is asked for, so that codes of several frequencies are
asked for apart once the Bank complains, and unknown ones are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...errors import SourceError
from .boj_answers import (
    MIXED_FREQUENCIES,
    UNKNOWN_CODE,
    Answer,
    Refusal,
    arrived,
    day_of,
    read,
    words,
)
from .protocol import Arrived, Body, Fetcher, Missed

if TYPE_CHECKING:
    import pandas as pd

ADDRESS = "https://www.stat-search.boj.or.jp/api/v1"

#: What the Bank asks every service that uses its API to show.
NOTICE = (
    'This service uses the API provided by the "Bank of Japan Time-Series Data Search." '
    "The Bank of Japan does not guarantee the content of the service."
)

_CODES_A_CALL = 250
_CODE = re.compile(r"([A-Z0-9]+)'([A-Z0-9_@$%&.+-]+)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BankOfJapan:
    """Series such as ``FM08'FXERM07``: database, apostrophe, code."""

    key: ClassVar[str] = "boj"
    notice: ClassVar[str] = NOTICE

    def fetch(self, codes: Sequence[str], fetcher: Fetcher) -> Iterator[Arrived | Missed]:
        """Each code once, as many of them in a call as the Bank allows."""
        once = dict.fromkeys(codes)
        yield from (_not_a_code(code) for code in once if not _CODE.fullmatch(code))
        waiting = _calls([code for code in once if _CODE.fullmatch(code)])
        while waiting:
            call = waiting.pop(0)
            try:
                answers = call.ask(fetcher)
            except Refusal as refusal:
                smaller, missed = call.after(refusal)
                waiting[:0] = smaller
                yield from missed
            except SourceError as error:
                yield from (Missed(code, error) for code in call.codes)
            else:
                yield from (_arrived_or_missed(code, answers) for code in call.codes)


def metadata(database: str, fetcher: Fetcher) -> pd.DataFrame:
    """The Bank's catalogue of a database, to find codes in.

    Parameters
    ----------
    database : str
        ``FM08`` exchange rates, ``FM09`` effective exchange rates, ``FM01`` daily and ``FM02``
        monthly money market rates, ``PR01`` producer, export and import prices, ``MD01``
        monetary base, ``MD02`` money stock, ...
    fetcher : Fetcher

    Returns
    -------
    pandas.DataFrame
        By code, as ``fetch`` takes it: name, category, unit, frequency, first and last period
        and the day of the last update, as the Bank writes them.

    Raises
    ------
    SourceError
        There is no such database, or the Bank did not answer.
    """
    import pandas as pd

    answer = _get(fetcher, "getMetadata", {"db": database})
    # Rows without a code are headings of the catalogue's chapters.
    series = [row for row in answer.rows if row.get("SERIES_CODE")]
    table = {
        "name": [words(row, "NAME_OF_TIME_SERIES") for row in series],
        "category": [words(row, "CATEGORY") for row in series],
        "unit": [words(row, "UNIT") for row in series],
        "frequency": [words(row, "FREQUENCY").lower() for row in series],
        "first": [str(row.get("START_OF_THE_TIME_SERIES") or "") for row in series],
        "last": [str(row.get("END_OF_THE_TIME_SERIES") or "") for row in series],
        "updated": [day_of(row.get("LAST_UPDATE")) for row in series],
    }
    codes = [f"{database.upper()}'{row['SERIES_CODE']}" for row in series]
    return pd.DataFrame(table, index=pd.Index(codes, name="code"), dtype="str")


@dataclass(frozen=True, slots=True)
class _Call:
    """Codes of one database that are asked for together."""

    database: str
    codes: tuple[str, ...]

    def ask(self, fetcher: Fetcher) -> list[Answer]:
        """All pages of the answer."""
        names = ",".join(map(_name, self.codes))
        answers: list[Answer] = []
        position = 1
        while True:
            start = {"startPosition": str(position)} if position > 1 else {}
            answer = _get(fetcher, "getDataCode", {"db": self.database, "code": names, **start})
            answers.append(answer)
            following = answer.next_position
            if following is None:
                return answers
            if not position < following <= len(self.codes):
                raise SourceError(
                    f"{answer.body.url}: after position {position} of {len(self.codes)} the next "
                    f"page would begin at {following}.",
                    remedy="The Bank may have changed how it pages; ask for fewer series.",
                )
            position = following

    def after(self, refusal: Refusal) -> tuple[list[_Call], list[Missed]]:
        """What to ask for instead, and the codes that are given up."""
        if refusal.message_id not in (UNKNOWN_CODE, MIXED_FREQUENCIES) or len(self.codes) == 1:
            return [], [_missed(code, refusal) for code in self.codes]
        at = refusal.position
        if refusal.message_id == UNKNOWN_CODE and at is not None and at < len(self.codes):
            others = self.codes[:at] + self.codes[at + 1 :]
            return [_Call(self.database, others)], [_missed(self.codes[at], refusal)]
        # Up to the position named, codes share the frequency of the first.
        cut = at if at and at < len(self.codes) else len(self.codes) // 2
        return [_Call(self.database, part) for part in (self.codes[:cut], self.codes[cut:])], []


def _calls(codes: Sequence[str]) -> list[_Call]:
    by_database: dict[str, list[str]] = {}
    for code in codes:
        by_database.setdefault(code.partition("'")[0].upper(), []).append(code)
    return [
        _Call(database, tuple(some[at : at + _CODES_A_CALL]))
        for database, some in by_database.items()
        for at in range(0, len(some), _CODES_A_CALL)
    ]


def _get(fetcher: Fetcher, query: str, params: Mapping[str, str]) -> Answer:
    """The answer to a query; a refusal of the Bank is raised as one.

    A fetcher passes on the words of a refusal and no more, and it may come under another HTTP
    status than 200; so it is noted where the body is seen.
    """
    refusals: list[Refusal] = []

    def check(body: Body) -> None:
        try:
            read(body)
        except Refusal as refusal:
            refusals.append(refusal)
            raise

    try:
        body = fetcher.get(
            f"{ADDRESS}/{query}", {"format": "json", "lang": "en", **params}, check=check
        )
    except SourceError:
        if refusals:
            raise refusals[-1] from None
        raise
    return read(body)


def _arrived_or_missed(code: str, answers: Sequence[Answer]) -> Arrived | Missed:
    pages: list[tuple[Mapping[str, Any], Body]] = [
        (row, answer.body)
        for answer in answers
        for row in answer.rows
        if str(row.get("SERIES_CODE", "")).upper() == _name(code).upper()
    ]
    try:
        if not pages:
            raise SourceError(
                f"Bank of Japan, {code}: the answer holds no figures of it.",
                remedy="Look its span up in the Bank's catalogue of the database (boj.metadata).",
            )
        return arrived(code, pages)
    except SourceError as error:
        return Missed(code, error)


def _missed(code: str, refusal: Refusal) -> Missed:
    problem = f"Bank of Japan, {code}: not accepted. {refusal.problem}"
    return Missed(code, SourceError(problem, remedy=refusal.remedy))


def _name(code: str) -> str:
    return code.partition("'")[2]


def _not_a_code(code: str) -> Missed:
    return Missed(
        code,
        SourceError(
            f"Bank of Japan: '{code}' is not the code of a series.",
            remedy="Write database, apostrophe and code, such as FM08'FXERM07.",
        ),
    )
