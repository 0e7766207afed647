"""Japan Customs' file of world totals on this machine, built from its description.

The figures since 2000 are those that the development data derive from CPB's volumes and unit
values; the months of the year after the last are zeros, as in the file of a year that has begun.
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

FILE = "www.customs.go.jp/toukei/suii/html/data/d41ma.csv"

#: A month such as 2024-12, exports and imports in thousand yen.
Month = tuple[str, int, int]


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    content = rendered(months(raw.parent))
    return {FILE: lambda query: Answer(content)}


def months(real: Path) -> list[Month]:
    """Derived totals of the development data, in whole thousands of yen."""
    found = []
    with (real / "monthly_panel.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            exports, imports = (
                row[f"{name}_nominal_yen_tn_cpb"] for name in ("exports", "imports")
            )
            if exports and imports:
                month = next(iter(row.values()))[:7]
                found.append((month, round(1e9 * float(exports)), round(1e9 * float(imports))))
    return found


def rendered(listed: Sequence[Month], unit: str = "a thousand yen") -> bytes:
    """The file of these months, with zeros to the end of the year after the last one."""
    year = int(listed[-1][0][:4]) + (listed[-1][0][5:] == "12")
    there = {month for month, _, _ in listed}
    to_come = [(name, 0, 0) for at in range(1, 13) if (name := f"{year}-{at:02d}") not in there]
    lines = [
        "《世界》  【月別】　（単位：千円） ,,",
        f"WORLD  Monthly Data  ({unit}) ,,",
        "Years/Months,Exp-Total,Imp-Total",
        ",,",
        *(f"{name.replace('-', '/')},{exports} ,{imports} " for name, exports, imports in listed),
        *(f"{name.replace('-', '/')},0 ,0 " for name, _, _ in to_come),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("cp932")
