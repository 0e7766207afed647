"""The Ministry of Finance's yield files on this machine: both histories are its own files.

The files of the current month are rendered in their present form (a title with the month, and a
note below the figures): the English one holds the month after its history, with the figures of
the Japanese history; the Japanese one is that of a month without a day so far.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

_SITE = "www.mof.go.jp"
_ENGLISH = f"{_SITE}/english/policy/jgbs/reference/interest_rate"
HISTORY, MONTH = f"{_ENGLISH}/historical/jgbcme_all.csv", f"{_ENGLISH}/jgbcme.csv"
HISTORY_JP = f"{_SITE}/jgbs/reference/interest_rate/data/jgbcm_all.csv"
MONTH_JP = f"{_SITE}/jgbs/reference/interest_rate/jgbcm.csv"

HEADER = "Date,1Y,2Y,3Y,4Y,5Y,6Y,7Y,8Y,9Y,10Y,15Y,20Y,25Y,30Y,40Y"
HEADER_JP = "基準日,1年,2年,3年,4年,5年,6年,7年,8年,9年,10年,15年,20年,25年,30年,40年"


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    history = (raw / "mof_jgbcme_all_1974_2026-04.csv").read_bytes()
    history_jp = (raw / "mof_jgbcm_all_1974_2026-06_jp.csv").read_bytes()
    may = [
        line.replace("R8.5.", "2026/5/")
        for line in history_jp.decode("cp932").splitlines()
        if line.startswith("R8.5.")
    ]
    return {
        HISTORY: lambda query: Answer(history),
        MONTH: lambda query: Answer(english(may, "Interest Rate (May 2026)", NOTE)),
        HISTORY_JP: lambda query: Answer(history_jp),
        MONTH_JP: lambda query: Answer(japanese([], "国債金利情報（令和8年7月）")),
    }


NOTE = """\
,,,,,,,,,,,,,,,
"  If you cannot download the latest csv data, please clear the browser's cache.",,,
"""


def english(days: Sequence[str], title: str = "Interest Rate", notes: str = "") -> bytes:
    """An English file with these days."""
    head = f"{title},,,,,,,,,,,,,,,(Unit : %)"
    return _file([head, HEADER, *days], notes)


def japanese(days: Sequence[str], title: str = "国債金利情報", notes: str = "") -> bytes:
    """A Japanese file with these days."""
    head = f"{title},,,,,,,,,,,,,,,(単位 : %)"
    return _file([head, HEADER_JP, *days], notes)


def _file(lines: Sequence[str], notes: str) -> bytes:
    text = "\n".join(lines) + "\n" + notes
    return text.replace("\n", "\r\n").encode("cp932")
