"""The ministry's two workbooks on this machine, byte for byte."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

PRESENT = "www.meti.go.jp/statistics/tyo/iip/xls/b2020_gsm1j.xlsx"
LINKED = "www.meti.go.jp/statistics/tyo/iip/xls/b2020_sgs1j.xlsx"

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    present = (raw / "meti_iip_2018_2020base.xlsx").read_bytes()
    linked = (raw / "meti_iip_1978_2017_linked.xlsx").read_bytes()
    return {
        PRESENT: lambda query: Answer(present, content_type=_EXCEL),
        LINKED: lambda query: Answer(linked, content_type=_EXCEL),
    }
