"""The US Treasury's two files on this machine.

The history is its own file. The current table is built from the descriptions that its users give;
its figures are those of the history's last thirteen months (``All Other`` too, which in truth is
larger there).
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

HOST = "ticdata.treasury.gov"
HISTORY = f"{HOST}/Publish/mfhhis01.txt"
CURRENT = f"{HOST}/resource-center/data-chart-center/tic/Documents/slt_table5.txt"

#: Names in the history and in the current table.
_LINES = {
    **{
        name: name
        for name in (
            "Japan", "United Kingdom", "China, Mainland", "Belgium", "Canada", "Luxembourg",
            "Cayman Islands", "France", "Ireland", "Taiwan", "Switzerland", "Singapore",
            "Hong Kong", "Norway", "India", "Brazil", "Saudi Arabia", "Korea, South", "Israel",
            "Germany",
        )
    },
    "All Other": "All Other",
    "Grand Total": "Grand Total",
    "For. Official": "Of Which: Foreign Official",
    "Treasury Bills": "Of Which: Foreign Official Treasury Bills",
    "T-Bonds & Notes": "Of Which: Foreign Official T-Bonds & Notes",
}  # fmt: skip


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    history = (raw / "ustreas_tic_mfhhis01_2000_2025.txt").read_bytes()
    current = last_thirteen_months(history)
    return {
        HISTORY: lambda query: Answer(history, content_type="text/plain"),
        CURRENT: lambda query: Answer(current, content_type="text/plain"),
    }


def current_table(months: Sequence[str], lines: Mapping[str, Sequence[str]]) -> bytes:
    """Table 5 of form SLT as its users describe it."""
    rows = [
        "Table 5: Major Foreign Holders of Treasury Securities",
        "Holdings at end of time period",
        "Billions of dollars",
        f"Link: https://{CURRENT}",
        "",
        "\t".join(["Country", *months]),
        *("\t".join([name, *cells]) for name, cells in lines.items()),
        "Notes:",
        "The data in this table are collected primarily from U.S.-based custodians and "
        'broker-dealers, on TIC Form SLT, "Aggregate Holdings of Long-Term Securities".',
        "",
    ]
    return "\r\n".join(rows).encode()


def last_thirteen_months(history: bytes) -> bytes:
    """The current table that goes with a history whose first block is a whole year."""
    rows = list(csv.reader(history.decode("ascii").splitlines(), delimiter="\t"))
    years = [at for at, row in enumerate(rows) if row[0] == "Country"][:2]
    year = rows[years[0]][1]
    months = [f"{year}-{month:02}" for month in range(12, 0, -1)] + [f"{int(year) - 1}-12"]
    lines = {}
    for name, shown in _LINES.items():
        new, old = (
            next(row for row in rows[at:] if " ".join(row[0].split()) == name) for at in years
        )
        lines[shown] = [*new[1:13], old[1]]
    return current_table(months, lines)
