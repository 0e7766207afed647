"""The Statistics Bureau's files on this machine, which are its own, and e-Stat's API.

Answers of the API are built from its description. They hold the groups of the Bureau's file,
after its last month the items' file's figures at one decimal, and at last those that were taken
from e-Stat itself; years stand between the months, and the newest figures come first.
"""

from __future__ import annotations

import csv
import json
import runpy
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

DOWNLOAD = "www.e-stat.go.jp/stat-search/file-download"
ITEMS = "www.stat.go.jp/data/cpi/2020/csv/zmi2020aa.csv"
WORKBOOK = "www.stat.go.jp/data/roudou/longtime/zuhyou/lt01-a10.xlsx"
API = "api.e-stat.go.jp/rest/3.0/app/json/getStatsData"

#: The application id that the API accepts.
APP_ID = "0123456789abcdef0123456789abcdef01234567"
TABLE, GROUPS = "0003427113", "000032103842"

#: Figures by month such as 2024-11, by code.
Figures = Mapping[str, Mapping[str, str]]


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    groups = (raw / "stat_cpi_zmi2020s_middlecat_1970_2020base.csv").read_bytes()
    items = (raw / "stat_cpi_zmi2020aa_items_2020base.csv").read_bytes()
    workbook = (raw / "stat_unemployment_rate.xlsx").read_bytes()

    def download(query: dict[str, str]) -> Any:
        if query != {"statInfId": GROUPS, "fileKind": "1"}:
            return Answer(b"no such file", 404, "text/plain")
        return Answer(groups, content_type="application/octet-stream")

    return {
        DOWNLOAD: download,
        ITEMS: lambda query: Answer(items),
        WORKBOOK: lambda query: Answer(workbook, content_type="application/vnd.ms-excel"),
        API: lambda query: api(query, figures(raw), names(raw)),
    }


@cache
def figures(raw: Path) -> Figures:
    """Figures of the groups at one decimal, by code and month, with those of e-Stat itself."""
    groups = _columns(raw / "stat_cpi_zmi2020s_middlecat_1970_2020base.csv")
    items = _columns(raw / "stat_cpi_zmi2020aa_items_2020base.csv")
    for code, found in groups.items():
        last = max(found)
        for month, figure in items.get(code, {}).items():
            if month > last:
                found[month] = str(round(Decimal(figure), 1))
    for path in raw.glob("estat_cpi_*.csv"):
        code = path.name.split("_")[3]
        with path.open(encoding="utf-8", newline="") as file:
            groups[code] |= {row["month"]: row["value"] for row in csv.DictReader(file)}
    return groups


@cache
def names(raw: Path) -> dict[str, str]:
    rows = _rows(raw / "stat_cpi_zmi2020s_middlecat_1970_2020base.csv")
    return dict(zip(rows[2][1:], rows[0][1:], strict=True))


def api(
    query: Mapping[str, str], figures: Figures, names: Mapping[str, str], most: int = 100_000
) -> Any:
    """What getStatsData answers; ``most`` is how many figures it gives at once."""
    if query.get("appId") != APP_ID:
        return failure(100, "認証に失敗しました。アプリケーションIDを確認して下さい。")
    wanted = query["cdCat01"].split(",")
    values = [value for code in wanted if code in figures for value in _values(code, figures[code])]
    fits = (query["statsDataId"], query["cdTab"], query["cdArea"]) == (TABLE, "1", "00000")
    if not values or not fits:
        return failure(1, "正常に終了しましたが、該当データはありませんでした。")
    start = int(query.get("startPosition", 1))
    size = min(most, int(query["limit"]))
    return success(values, [(code, f"{code} {names[code]}") for code in wanted if code in names],
                   start, size)  # fmt: skip


def success(
    values: list[dict[str, str]],
    classes: list[tuple[str, str]],
    start: int = 1,
    size: int = 100_000,
) -> Any:
    """A page of these figures; what there is one of stands alone and not in a list."""
    page = values[start - 1 : start - 1 + size]
    end = start - 1 + len(page)
    counts = {"TOTAL_NUMBER": len(values), "FROM_NUMBER": start, "TO_NUMBER": end}
    if end < len(values):
        counts["NEXT_KEY"] = end + 1
    listed = [{"@code": code, "@name": name, "@level": "1"} for code, name in classes]
    tab = {"@id": "tab", "@name": "表章項目", "CLASS": {"@code": "1", "@name": "指数"}}
    category = {"@id": "cat01", "@name": "2020年基準品目", "CLASS": _alone(listed)}
    about = {
        "@id": TABLE,
        "STAT_NAME": {"@code": "00200573", "$": "消費者物価指数"},
        "STATISTICS_NAME": "2020年基準消費者物価指数",
        "UPDATED_DATE": "2026-09-18",
    }
    data = {
        "RESULT_INF": counts,
        "TABLE_INF": about,
        "CLASS_INF": {"CLASS_OBJ": [tab, category]},
        "DATA_INF": {"NOTE": {"@char": "***", "$": "数値なし"}, "VALUE": _alone(page)},
    }
    return _answer(
        {"RESULT": {"STATUS": 0, "ERROR_MSG": "正常に終了しました。"}, "STATISTICAL_DATA": data}
    )


def failure(status: int, message: str) -> Any:
    return _answer({"RESULT": {"STATUS": status, "ERROR_MSG": message}})


def _answer(content: dict[str, Any]) -> Any:
    text = json.dumps({"GET_STATS_DATA": content}, ensure_ascii=False)
    return Answer(text.encode(), content_type="application/json;charset=UTF-8")


def _alone(items: list[Any]) -> Any:
    return items[0] if len(items) == 1 else items


def _values(code: str, found: Mapping[str, str]) -> list[dict[str, str]]:
    times = {f"{month[:4]}00{month[5:]}{month[5:]}": figure for month, figure in found.items()}
    times |= {f"{year}000000": "100.0" for year in {month[:4] for month in found}}
    return [
        {"@tab": "1", "@cat01": code, "@area": "00000", "@time": time, "$": times[time] or "***"}
        for time in sorted(times, reverse=True)
    ]


def _columns(path: Path) -> dict[str, dict[str, str]]:
    rows = _rows(path)
    return {
        code: {f"{row[0][:4]}-{row[0][4:]}": row[at] for row in rows[6:]}
        for at, code in enumerate(rows[2])
        if at
    }


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="cp932", newline="") as file:
        return list(csv.reader(file))
