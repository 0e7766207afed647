"""The World Bank's page and workbook on this machine; the page is built from its description."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

PAGE = "www.worldbank.org/en/research/commodity-markets"
FOLDER = "thedocs.worldbank.org/en/doc/74e8be41ceb20fa0da750cda2f6b9e4e-0050012026/related"
WORKBOOK = f"{FOLDER}/CMO-Historical-Data-Monthly.xlsx"

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page(workbook: str = f"https://{WORKBOOK}") -> bytes:
    """The page on commodity markets, with links to other documents around the one sought."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>Commodity Markets</title></head><body>
<a href="https://{FOLDER}/CMO-Pink-Sheet-June-2026.pdf">Pink Sheet</a>
<a href="https://{FOLDER}/CMO-Historical-Data-Annual.xlsx">Annual prices (XLS)</a>
<a href="{workbook}" target="_blank">Monthly prices (XLS)</a>
</body></html>
""".encode()


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    workbook = (raw / "worldbank_pinksheet_CMO-Historical-Data-Monthly.xlsx").read_bytes()
    return {
        PAGE: lambda query: Answer(page(), content_type="text/html"),
        WORKBOOK: lambda query: Answer(workbook, content_type=_EXCEL),
    }
