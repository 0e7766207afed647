"""FRED on this machine: charts as CSV and the API as XML, in FRED's present form.

The figures are those of the raw files. Where these are older downloads with other headers, they
are rendered as FRED sends them now; files of one series that overlap agree and are joined. Spreads
of ICE come whole, though FRED shows only their last three years since April 2026. Three kinds are
made here of other raw files, as FRED makes them: monthly Treasury yields (means of the daily ones
at two decimals, of months that are over), the EIA's prices, and the Nikkei 225 (Yahoo's closes at
two decimals).

Vintages are built from FRED's description of its API: a window cuts the days between which a
figure held, and may hold 2,000 vintages.
"""

from __future__ import annotations

import csv
import runpy
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import quoteattr

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

GRAPH = "fred.stlouisfed.org/graph/fredgraph.csv"
API = "api.stlouisfed.org/fred/series"
OBSERVATIONS, VINTAGE_DATES = f"{API}/observations", f"{API}/vintagedates"

#: The key that the API accepts.
KEY = "abcdefghijklmnopqrstuvwxyz123456"
TODAY = "2026-11-23"
FOREVER = "9999-12-31"

FILES = {
    "BAMLC0A0CM": ("fredsiva_BAMLC0A0CM.csv",),
    "BAMLH0A0HYM2": ("fredsiva_BAMLH0A0HYM2.csv", "fred_BAMLH0A0HYM2.csv"),
    "CP0000EZ19M086NEST": ("fred_CP0000EZ19M086NEST_1996_2024.csv",),
    "CPIAUCSL": ("fredsiva_CPIAUCSL.csv",),
    "CPILFESL": ("fredsiva_CPILFESL.csv",),
    "DCOILWTICO": ("fred_DCOILWTICO.csv",),
    "DEXCAUS": ("fred_DEXCAUS.csv",),
    "DEXCHUS": ("fred_DEXCHUS.csv",),
    "DEXJPUS": ("fred_DEXJPUS_1971_2026-01.csv", "fred_DEXJPUS_2025-12_2026-07_tail.csv"),
    "DEXMXUS": ("fred_DEXMXUS.csv",),
    "DEXUSEU": ("fred_DEXUSEU.csv",),
    "DFII10": ("fred_DFII10.csv",),
    "DGS10": ("fredsiva_DGS10.csv", "fred_DGS10.csv"),
    "DGS2": ("fred_DGS2.csv",),
    "DGS30": ("fred_DGS30.csv",),
    "DTWEXBGS": ("fredsiva_DTWEXBGS.csv",),
    "EXJPUS": ("fred_EXJPUS_2002_2024.csv", "fred_h10_exchange_rates_monthly_allcountries.csv"),
    "FEDFUNDS": ("fred_FEDFUNDS.csv",),
    "INDPRO": ("fredsiva_INDPRO.csv",),
    "IR3TIB01JPM156N": ("fred_IR3TIB01JPM156N.csv",),
    "IRSTCI01JPM156N": (
        "fred_IRSTCI01JPM156N_1992_2024-01.csv",
        "fred_IRSTCI01JPM156N_2017-06_2026-06.csv",
    ),
    "JPNCPIALLMINMEI": ("fred_JPNCPIALLMINMEI_1992_2021.csv",),
    "LRHUTTTTJPM156S": ("fred_LRHUTTTTJPM156S_1992_2024-01.csv",),
    "M2SL": ("fredsiva_M2SL.csv",),
    "NASDAQCOM": ("fred_NASDAQCOM.csv",),
    "PALLFNFINDEXM": ("fredsiva_PALLFNFINDEXM.csv",),
    "PCOPPUSDM": ("fredsiva_PCOPPUSDM.csv",),
    "SP500": ("fredsiva_SP500.csv",),
    "T10YIE": ("fred_T10YIE.csv",),
    "UNRATE": ("fredsiva_UNRATE.csv",),
    "VIXCLS": ("fredsiva_VIXCLS.csv",),
    "DCOILBRENTEU": ("eia_brent_daily.csv",),
    "MCOILBRENTEU": ("eia_brent_monthly.csv",),
    "MCOILWTICO": ("eia_wti_monthly.csv",),
    "NIKKEI225": ("yahoo_N225_daily_1965_2024-08.csv", "yahoo_N225_daily_2021-05_2026-05.csv"),
}
MONTH_MEANS = {"GS2": "DGS2", "GS10": "DGS10", "GS30": "DGS30"}
CODES = (*FILES, *MONTH_MEANS)

UNITS = {"CPIAUCSL": "Index 1982-1984=100", "DGS10": "Percent", "GS10": "Percent"}
TITLES = {
    "CPIAUCSL": "Consumer Price Index for All Urban Consumers: All Items in U.S. City Average",
    "GS10": "Market Yield on U.S. Treasury Securities at 10-Year Constant Maturity",
}

NOT_FOUND = (
    b"<!DOCTYPE html>\n<html><head><title>404 Not Found | FRED</title></head>"
    b"<body><h1>Not Found</h1></body></html>\n"
)

Figures = Mapping[str, str]
#: By the day of a vintage, the figures that it holds by date.
Vintages = Mapping[str, Figures]
Routes = dict[str, Callable[[dict[str, str]], Answer]]


def routes(raw: Path) -> Routes:
    """The present figures of ``CODES``: as CSV, and by the API with ``KEY``."""
    return {**chart_routes(raw), **api_routes(lambda code: figures(raw, code))}


def chart_routes(raw: Path) -> Routes:
    def chart(query: dict[str, str]) -> Answer:
        code = query["id"]
        if code not in CODES:
            return Answer(NOT_FOUND, 404, "text/html; charset=utf-8")
        lines = [f"observation_date,{code}"]
        lines += [f"{day},{figure}" for day, figure in figures(raw, code).items()]
        return Answer(("\n".join(lines) + "\n").encode())

    return {GRAPH: chart}


def api_routes(
    present: Callable[[str], Figures | None],
    vintages: Mapping[str, Vintages] | None = None,
    *,
    rows_a_page: int = 100_000,
    vintages_a_window: int = 2000,
    cuts: bool = True,
) -> Routes:
    """The API: ``present`` gives today's figures of a series, or nothing where it is unknown.

    ``cuts`` says whether a window cuts the days between which a figure held.
    """
    vintages = vintages or {}

    def guarded(answer: Callable[[dict[str, str]], Answer]) -> Callable[[dict[str, str]], Answer]:
        def check(query: dict[str, str]) -> Answer:
            if query.get("api_key") != KEY:
                return error("The value for variable api_key is not registered.")
            return answer(query)

        return check

    def series(query: dict[str, str]) -> Answer:
        code = query["series_id"]
        found = present(code)
        if found is None:
            return error("The series does not exist.")
        attributes = {
            "id": code,
            "title": TITLES.get(code, f"Title of {code}"),
            "observation_start": min(found),
            "observation_end": max(found),
            "units": UNITS.get(code, f"Unit of {code}"),
            "last_updated": "2026-11-20 15:16:23-06",
        }
        inner = f"<series {_attributes(attributes)}/>"
        return _xml(f'<seriess realtime_start="{TODAY}" realtime_end="{TODAY}">{inner}</seriess>')

    def observations(query: dict[str, str]) -> Answer:
        code = query["series_id"]
        first, last = query.get("realtime_start"), query.get("realtime_end")
        if first is None or last is None:
            found = present(code)
            if found is None:
                return error("The series does not exist.")
            rows = [(day, TODAY, TODAY, figure) for day, figure in found.items()]
        else:
            held = vintages.get(code)
            if held is None or last < min(held):
                return error("The series does not exist in ALFRED but may exist in FRED.")
            inside = sum(first <= day <= last for day in held)
            if inside > vintages_a_window:
                return error(
                    f"There are {inside} vintage dates in the specified real-time period: {first} "
                    f"to {last}. This exceeds the maximum number of vintage dates allowed for this "
                    f"file type ({vintages_a_window})."
                )
            rows = _within(_periods(held), first, last, cuts)
        lines = [
            f'<observation realtime_start="{start}" realtime_end="{end}" date="{day}" '
            f'value="{figure or "."}"/>'
            for day, start, end, figure in rows
        ]
        return _list("observations", lines, query, rows_a_page)

    def vintage_dates(query: dict[str, str]) -> Answer:
        held = vintages.get(query["series_id"])
        if held is None:
            return error("The series does not exist in ALFRED but may exist in FRED.")
        lines = [f"<vintage_date>{day}</vintage_date>" for day in sorted(held)]
        return _list("vintage_dates", lines, query, min(rows_a_page, 10_000))

    return {
        API: guarded(series),
        OBSERVATIONS: guarded(observations),
        VINTAGE_DATES: guarded(vintage_dates),
    }


def error(words: str, status: int = 400) -> Answer:
    """FRED's way to say no."""
    name = {400: "Bad Request", 404: "Not Found", 429: "Too Many Requests"}[status]
    message = quoteattr(f"{name}.  {words}")
    return _xml(f'<error code="{status}" message={message} />', status)


@cache
def figures(raw: Path, code: str) -> Figures | None:
    """A series as text by date, in order; empty text where there is no figure."""
    if code in MONTH_MEANS:
        return _month_means(figures(raw, MONTH_MEANS[code]))
    if code not in FILES:
        return None
    found: dict[str, str] = {}
    for name in FILES[code]:
        for day, figure in _rows(raw / name):
            if found.get(day) and figure and Decimal(found[day]) != Decimal(figure):
                raise ValueError(f"{name}: {day} was {found[day]} and is {figure}.")
            found[day] = figure or found.get(day, "")
    return dict(sorted(found.items()))


def _rows(path: Path) -> Iterable[tuple[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            if row.get("Country", "Japan") != "Japan":
                continue
            day = next(iter(row.values()))[:10]
            if path.name.startswith("yahoo"):
                yield day, _two_decimals(Decimal(row["Close"]))
                continue
            figure = list(row.values())[-1].strip()
            # Months stand at their first day; the EIA's files put them at the fifteenth.
            monthly = len(day) == 7 or path.name.endswith("monthly.csv")
            yield (f"{day[:7]}-01" if monthly else day), "" if figure == "." else figure


def _month_means(daily: Figures) -> Figures:
    means = {}
    quoted = [(day, Decimal(figure)) for day, figure in daily.items() if figure]
    for month, days in groupby(quoted, key=lambda pair: pair[0][:7]):
        if month < max(daily)[:7]:
            values = [value for _, value in days]
            means[f"{month}-01"] = _two_decimals(sum(values) / len(values))
    return means


def _two_decimals(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _periods(held: Vintages) -> list[tuple[str, str, str, str]]:
    """Date, days from and until which a figure held, figure; as FRED joins vintages."""
    days = sorted(held)
    ends = [str(date.fromisoformat(day) - timedelta(days=1)) for day in days[1:]] + [FOREVER]
    rows = []
    for at in sorted({day for vintage in held.values() for day in vintage}):
        runs: list[list[str]] = []
        for start, end in zip(days, ends, strict=True):
            figure = held[start].get(at)
            if figure is None:
                continue
            if runs and runs[-1][2] == figure and _next_day(runs[-1][1]) == start:
                runs[-1][1] = end
            else:
                runs.append([start, end, figure])
        rows += [(at, start, end, figure) for start, end, figure in runs]
    return rows


def _within(
    rows: Iterable[tuple[str, str, str, str]], first: str, last: str, cuts: bool
) -> list[tuple[str, str, str, str]]:
    return [
        (at, max(start, first), min(end, last), figure) if cuts else (at, start, end, figure)
        for at, start, end, figure in rows
        if start <= last and end >= first
    ]


def _next_day(day: str) -> str:
    return "" if day == FOREVER else str(date.fromisoformat(day) + timedelta(days=1))


def _list(tag: str, lines: list[str], query: Mapping[str, str], limit: int) -> Answer:
    offset = int(query.get("offset", 0))
    head = {"count": len(lines), "offset": offset, "limit": limit}
    page = "\n".join(lines[offset : offset + limit])
    return _xml(f"<{tag} {_attributes(head)}>\n{page}\n</{tag}>")


def _attributes(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in values.items())


def _xml(content: str, status: int = 200) -> Answer:
    text = f'<?xml version="1.0" encoding="utf-8" ?>\n{content}\n'
    return Answer(text.encode(), status, "text/xml; charset=UTF-8")
