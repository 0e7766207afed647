"""The EIA's API of spot prices on this machine, built from its description; the prices are real.

A whole row, as one was seen in 2026, carries names of the area, the product and the process too.
"""

from __future__ import annotations

import csv
import json
import runpy
from collections.abc import Callable
from pathlib import Path

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

DATA = "api.eia.gov/v2/petroleum/pri/spt/data/"
ROWS_A_PAGE = 5000

#: The key that the API accepts.
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCD"

FILES = {
    ("RBRTE", "monthly"): "eia_brent_monthly.csv",
    ("RBRTE", "daily"): "eia_brent_daily.csv",
    ("RWTC", "monthly"): "eia_wti_monthly.csv",
    ("RWTC", "daily"): "eia_wti_daily.csv",
}
DESCRIPTIONS = {
    "RBRTE": "Europe Brent Spot Price FOB (Dollars per Barrel)",
    "RWTC": "Cushing, OK WTI Spot Price FOB (Dollars per Barrel)",
}


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Answer]]:
    """The four series, with ``KEY``."""
    return {DATA: lambda query: answer(query, figures(raw, query))}


def figures(raw: Path, query: dict[str, str]) -> list[tuple[str, str]]:
    """Prices as text by period, as the query asks for them; none for another series."""
    name = FILES.get((query["facets[series][]"], query["frequency"]))
    if name is None:
        return []
    digits = 7 if query["frequency"] == "monthly" else 10
    with (raw / name).open(newline="", encoding="utf-8") as file:
        rows = [(row["Date"][:digits], row["Price"]) for row in csv.DictReader(file)]
    return sorted(rows, reverse=query["sort[0][direction]"] == "desc")


def answer(query: dict[str, str], rows: list[tuple[str, str | None]]) -> Answer:
    """A page of the rows; the key is not repeated."""
    if "api_key" not in query:
        return refusal("API_KEY_MISSING", "No api_key was supplied. Get one at https://www.eia.gov")
    if query["api_key"] != KEY:
        return refusal("API_KEY_INVALID", "An invalid api_key was supplied.")
    offset, length = int(query["offset"]), min(int(query["length"]), ROWS_A_PAGE)
    series = query["facets[series][]"]
    page = [
        {
            "period": period,
            "duoarea": "ZEU" if series == "RBRTE" else "YCUOK",
            "area-name": "NA",
            "process": "PF4",
            "process-name": "Spot Price FOB",
            "series": series,
            "series-description": DESCRIPTIONS.get(series, ""),
            "value": value,
            "units": "$/BBL",
        }
        for period, value in rows[offset : offset + length]
    ]
    warning = {"warning": "incomplete return", "description": "The API can only return 5000 rows."}
    body = {
        "response": {
            **({"warnings": [warning]} if len(rows) > ROWS_A_PAGE else {}),
            "total": str(len(rows)),
            "dateFormat": "YYYY-MM" if query["frequency"] == "monthly" else "YYYY-MM-DD",
            "frequency": query["frequency"],
            "data": page,
        },
        "request": {"command": "/v2/petroleum/pri/spt/data/", "params": {"offset": offset}},
        "apiVersion": "2.1.12",
    }
    return Answer(json.dumps(body).encode(), 200, "application/json")


def refusal(code: str, message: str, status: int = 403) -> Answer:
    """The EIA's way to say no."""
    body = {"error": {"code": code, "message": message}}
    return Answer(json.dumps(body).encode(), status, "application/json")
