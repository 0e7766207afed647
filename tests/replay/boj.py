"""The Bank of Japan's API on this machine, built from its description; the figures are real.

Figures of the seven series that lie by themselves are of September 2026, those of the bulk zip
archive (3,042 price series) of June 2026. English names of the latter are not known here: their
Japanese ones stand in both languages. The English text of a mixture of frequencies and its
position are assumptions; that of an unknown code was seen.
"""

from __future__ import annotations

import csv
import json
import runpy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

HOST = "www.stat-search.boj.or.jp"
DATA, METADATA = (f"{HOST}/api/v1/{query}" for query in ("getDataCode", "getMetadata"))

CODES_A_CALL, POINTS_A_CALL = 250, 60_000

_PRICES = ("Corporate Goods Price Index", "CY2020=100", 20260910)
_ALONE = {
    "boj_cgpi_domestic_all_PRCG20_2200000000.csv": ("PR01", "PRCG20_2200000000", *_PRICES),
    "boj_import_price_contract_allcommodities_PRCG20_2500000000.csv": (
        "PR01", "PRCG20_2500000000", *_PRICES,
    ),
    "boj_import_price_yen_allcommodities_PRCG20_2600000000.csv": (
        "PR01", "PRCG20_2600000000", *_PRICES,
    ),
    "boj_import_price_yen_petroleum_coal_gas_PRCG20_2600520001.csv": (
        "PR01", "PRCG20_2600520001", *_PRICES,
    ),
    "boj_m2_MAM1NAM2M2MO.csv": (
        "MD02", "MAM1NAM2M2MO", "M2/Average Amounts Outstanding/Money Stock", "100 million yen",
        20260909,
    ),
    "boj_neer_FX180110001.csv": (
        "FM09", "FX180110001", "Nominal Effective Exchange Rate", "CY 2020=100", 20260925,
    ),
    "boj_usdjpy_monthly_FXERM07_2025-01_2026-09.csv": (
        "FM08", "FXERM07",
        "US.Dollar/Yen Spot Rate at 17:00 in JST, Average in the Month, Tokyo Market",
        "Yen per U.S. Dollar", 20261002,
    ),
}  # fmt: skip
ARCHIVE = "boj_cgpi_m_jp_2026-06.zip"

_MESSAGES = {
    "M181000I": (200, "Successfully completed", "正常に終了しました。"),
    "M181030I": (
        200,
        "Successfully completed, but no data found",
        "正常に終了しましたが、該当データはありませんでした。",
    ),
    "M181001E": (400, "Invalid input parameters", "Invalid input parameters"),
    "M181004E": (400, "Database name is not set", "DBが指定されていません。"),
    "M181005E": (400, "Invalid database name", "DB名が正しくありません。"),
    "M181006E": (400, "Series code is not set", "系列コードが指定されていません。"),
    "M181007E": (400, "Too many series codes", "系列コードの数が上限を超えています。"),
    "M181012E": (400, "Invalid start position", "検索開始位置が正しくありません。"),
    "M181013E": (
        400,
        "Nonexistent series code：{}",
        "指定した系列コードは存在しません。：{}番目のコード",
    ),
    "M181014E": (
        400,
        "Frequencies of series codes differ：{}",
        "指定した系列コードの期種が一致しません。：{}番目のコード",
    ),
}


@dataclass(frozen=True)
class Stored:
    """A series as the Bank stores it."""

    database: str
    code: str
    name: str
    unit: str
    updated: int
    dates: tuple[int, ...]
    figures: tuple[float | int | None, ...]
    frequency: str = "MONTHLY"
    category: str = ""

    def about(self, lang: str) -> dict[str, Any]:
        ending = "_J" if lang == "JP" else ""
        return {
            "SERIES_CODE": self.code,
            f"NAME_OF_TIME_SERIES{ending}": self.name,
            f"UNIT{ending}": self.unit,
            "FREQUENCY": self.frequency,
            f"CATEGORY{ending}": self.category,
            "LAST_UPDATE": self.updated,
        }


def routes(
    raw: Path,
    *,
    points: int = POINTS_A_CALL,
    http_status: bool = True,
    extra: Iterable[Stored] = (),
) -> dict[str, Callable[[dict[str, str]], Any]]:
    """The API over the raw figures.

    ``points``: of a call, small to make several pages. ``http_status``: whether the HTTP status is
    the body's, as seen, or always 200, as promised. ``extra``: further series.
    """
    stored = {(s.database, s.code): s for s in [*in_archive(raw), *alone(raw), *extra]}
    bank = _Bank(stored, points, http_status)
    return {DATA: bank.data, METADATA: bank.metadata}


@lru_cache
def alone(raw: Path) -> list[Stored]:
    """The series that lie by themselves."""
    found = []
    for file, (database, code, name, unit, updated) in _ALONE.items():
        rows = list(csv.DictReader(StringIO((raw / file).read_text(encoding="utf-8-sig"))))
        dates = tuple(int(row["month"].replace("-", "")) for row in rows)
        figures = tuple(json.loads(row["value"]) for row in rows)
        found.append(Stored(database, code, name, unit, updated, dates, figures))
    return found


@lru_cache
def in_archive(raw: Path) -> list[Stored]:
    """The series of the bulk zip archive."""
    with ZipFile(raw / ARCHIVE) as archive:
        text = archive.read("cgpi_m_jp.csv").decode("cp932")
    header, *rows = csv.reader(StringIO(text))
    dates = tuple(map(int, header[3:]))
    return [
        Stored(
            "PR01", code, name, "CY2020=100", 20260610, dates,
            tuple(json.loads(cell) if cell else None for cell in cells), category=category,
        )
        for code, category, name, *cells in rows
    ]  # fmt: skip


@dataclass(frozen=True)
class _Bank:
    stored: Mapping[tuple[str, str], Stored]
    points: int
    http_status: bool

    def data(self, query: dict[str, str]) -> Any:
        asked = _upper(query)
        database, codes = asked.get("DB", ""), [c for c in asked.get("CODE", "").split(",") if c]
        if problem := self._problem(asked, database) or self._problem_of(codes, database):
            return self._refuse(asked, *problem)
        start = asked.get("STARTPOSITION", "1")
        if not start.isdecimal() or int(start) < 1:
            return self._refuse(asked, "M181012E")
        rows, following = self._page([self.stored[database, c] for c in codes], int(start), asked)
        figures = [v for row in rows for v in row["VALUES"]["VALUES"]]
        message = "M181000I" if any(v is not None for v in figures) else "M181030I"
        names = ("FORMAT", "LANG", "DB", "STARTDATE", "ENDDATE", "STARTPOSITION")
        return self._answer(
            asked,
            message,
            PARAMETER={name: asked.get(name, "") for name in names},
            NEXTPOSITION=following,
            RESULTSET=rows if message == "M181000I" else [],
        )

    def metadata(self, query: dict[str, str]) -> Any:
        asked = _upper(query)
        database = asked.get("DB", "")
        if problem := self._problem(asked, database):
            return self._refuse(asked, *problem)
        chapter = {
            "SERIES_CODE": "", "NAME_OF_TIME_SERIES": "A chapter", "UNIT": "", "FREQUENCY": "",
            "CATEGORY": "", "LAYER1": 1, "LAYER2": 0, "START_OF_THE_TIME_SERIES": "",
            "END_OF_THE_TIME_SERIES": "", "LAST_UPDATE": "", "NOTES": "",
        }  # fmt: skip
        rows = [chapter] + [
            {
                **series.about(asked.get("LANG", "JP")),
                "LAYER1": 1,
                "LAYER2": place,
                "START_OF_THE_TIME_SERIES": series.dates[0],
                "END_OF_THE_TIME_SERIES": series.dates[-1],
                "NOTES": "",
            }
            for place, series in enumerate(self._of(database), start=1)
        ]
        return self._answer(asked, "M181000I", DB=database, RESULTSET=rows)

    def _of(self, database: str) -> list[Stored]:
        return [series for (its, _), series in self.stored.items() if its == database]

    def _problem(self, asked: Mapping[str, str], database: str) -> tuple[str, ...] | None:
        if any(set(value) & set("<>\"!|\\;'") or not value.isascii() for value in asked.values()):
            return ("M181001E",)
        if not database:
            return ("M181004E",)
        return None if self._of(database) else ("M181005E",)

    def _problem_of(self, codes: list[str], database: str) -> tuple[str, ...] | None:
        if not codes:
            return ("M181006E",)
        if len(codes) > CODES_A_CALL:
            return ("M181007E",)
        found = [self.stored.get((database, code)) for code in codes]
        for place, series in enumerate(found, start=1):
            if series is None:
                return ("M181013E", str(place))
        for place, series in enumerate(found, start=1):
            if series.frequency != found[0].frequency:
                return ("M181014E", str(place))
        return None

    def _page(
        self, series: list[Stored], start: int, asked: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Whole series until the points of a call are used up, and where the next page begins."""
        rows: list[dict[str, Any]] = []
        room = self.points
        for place, each in enumerate(series[start - 1 :], start=start):
            room -= len(each.dates)
            if rows and room < 0:
                return rows, place
            values = {"SURVEY_DATES": list(each.dates), "VALUES": list(each.figures)}
            rows.append({**each.about(asked.get("LANG", "JP")), "VALUES": values})
        return rows, None

    def _refuse(self, asked: Mapping[str, str], message: str, *place: str) -> Any:
        return self._answer(asked, message, *place)

    def _answer(
        self, asked: Mapping[str, str], message: str, *place: str, **content: object
    ) -> Any:
        status, english, japanese = _MESSAGES[message]
        envelope = {
            "STATUS": status,
            "MESSAGEID": message,
            "MESSAGE": (english if asked.get("LANG") == "EN" else japanese).format(*place),
            "DATE": "2026-10-09T14:24:18.973+09:00",
            **content,
        }
        return Answer(
            json.dumps(envelope, ensure_ascii=False).encode(),
            status if self.http_status else 200,
            "application/json",
        )


def _upper(query: Mapping[str, str]) -> dict[str, str]:
    """Names and values do not depend on the case of their letters."""
    return {name.upper(): value.upper() for name, value in query.items()}
