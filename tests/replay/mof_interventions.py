"""The Ministry of Finance's file of interventions on this machine, built from its description.

Operations are those of the development data; each quarter ends with its total.
"""

from __future__ import annotations

import csv
import runpy
from calendar import month_abbr, month_name
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

FILE = (
    "www.mof.go.jp/english/policy/international_policy/reference/feio/"
    "foreign_exchange_intervention_operations.csv"
)

_NAMES = {
    "USD": ("米ドル", "the US dollar"),
    "JPY": ("日本円", "the Japanese yen"),
    "DEM": ("独マルク", "the German mark"),
    "EUR": ("ユーロ", "the euro"),
    "IDR": ("インドネシアルピア", "the Indonesian rupiah"),
}
HEADER = [
    ["財務省", *[""] * 8],
    ["外国為替平衡操作の実施状況（平成3年4月以降）", *[""] * 8],
    ["Foreign Exchange Intervention Operations (period: April 1991-)", *[""] * 8],
    ["実施年月日", "", "", "Intervention Date", "", "", "", "", ""],
    ["年", "月", "日", "Year", "Month", "Day", "金額(amount)", "売買通貨", "Currency pairs"],
    ["", "", "", "", "", "", "(100 million yen)", "", ""],
]
NOTES = [[""] * 9, ["(注1) 金額は四捨五入", *[""] * 8], ["(Note 1) Rounded.", *[""] * 8]]


class Operation(NamedTuple):
    """An operation, with its amount in 100 million yen."""

    day: date
    amount: int
    sold: str
    bought: str


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    content = rendered(operations(raw.parents[1]), (1991, 2), (2026, 2))
    return {FILE: lambda query: Answer(content)}


def operations(shared_data: Path) -> list[Operation]:
    """The operations of the development data."""
    path = shared_data / "instruments" / "mof_fx_intervention_daily.csv"
    found = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            _, sold, _, bought = row["direction"].split("_")
            amount = round(10 * float(row["amount_bn_yen"]))
            found.append(Operation(date.fromisoformat(row["date"]), amount, sold, bought))
    return found


def rendered(
    listed: Sequence[Operation],
    first: tuple[int, int],
    last: tuple[int, int],
    *,
    rounding: int = 0,
) -> bytes:
    """The file of these operations and of quarters from ``first`` to ``last``.

    ``rounding`` is what each total that is not zero exceeds the sum of its operations by.
    """
    by_quarter = defaultdict(list)
    for each in listed:
        by_quarter[each.day.year, (each.day.month + 2) // 3].append(each)
    lines, shown, quarter = list(HEADER), (0, 0), first
    while quarter <= last:
        for each in by_quarter[quarter]:
            lines.append(_line(each, shown))
            shown = (each.day.year, each.day.month)
        total = sum(each.amount for each in by_quarter[quarter])
        lines.append(_total(quarter, total + rounding * bool(total)))
        year, number = quarter
        quarter = (year + number // 4, number % 4 + 1)
    lines += NOTES
    return "".join(f"{','.join(map(_quoted, line))}\r\n" for line in lines).encode("cp932")


def _line(each: Operation, shown: tuple[int, int]) -> list[str]:
    """Year and month stand where they change."""
    new_year, new_month = each.day.year != shown[0], (each.day.year, each.day.month) != shown
    (sold_jp, sold), (bought_jp, bought) = _NAMES[each.sold], _NAMES[each.bought]
    return [
        _era(each.day.year) if new_year else "",
        f"{each.day.month}月" if new_month else "",
        f"{each.day.day}日",
        str(each.day.year) if new_year else "",
        month_abbr[each.day.month] if new_month else "",
        str(each.day.day),
        f"{each.amount:,}",
        f"{sold_jp}売り・{bought_jp}買い",
        f"{sold} (sold) {bought} (bought)",
    ]


def _total(quarter: tuple[int, int], total: int) -> list[str]:
    year, number = quarter
    start, end = 3 * number - 2, 3 * number
    words = f"{month_name[start]} - {month_name[end]} {year}"
    return [f"{_era(year)}{start}月～{end}月期計", "", "", words, "", "", f"{total:,}", "", ""]


def _era(year: int) -> str:
    return f"令和{year - 2018}年" if year > 2018 else f"平成{year - 1988}年"


def _quoted(cell: str) -> str:
    return f'"{cell}"' if "," in cell else cell
