"""The CPB's page and workbook on this machine; the page is built from its description."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

HOST = "www.cpb.nl"
PAGE = f"{HOST}/en/worldtrademonitor/latest"
PATH = "/system/files/cpbmedia/CPB-World-trade-monitor-december-2024.xlsx"
WORKBOOK = f"{HOST}{PATH}"

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(workbook: str = PATH) -> bytes:
    """The page of the latest edition, with the technical description beside the workbook."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>CPB World Trade Monitor December 2024</title></head><body>
<a href="/en/world-trade-monitor/technical-description.pdf">Technical description</a>
<a href="{workbook}">Download data (xlsx)</a>
</body></html>
""".encode()


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    workbook = (raw / "cpb_world_trade_monitor_2024-12.xlsx").read_bytes()
    return {
        PAGE: lambda query: Answer(page(), content_type="text/html"),
        WORKBOOK: lambda query: Answer(workbook, content_type=_EXCEL),
    }
