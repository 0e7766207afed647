"""Cboe on this machine: the file of the VIX in its present form, dates written month first."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

VIX = "cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
FILE = "cboe_vix_daily.csv"


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Answer]]:
    """The raw file, whose dates were rewritten year first, as Cboe sends it."""
    return {VIX: lambda query: Answer(content(raw))}


def content(raw: Path) -> bytes:
    """The file with Cboe's dates."""
    header, *lines = (raw / FILE).read_text(encoding="utf-8").splitlines()
    dated = [f"{line[5:7]}/{line[8:10]}/{line[:4]}{line[10:]}" for line in lines]
    return ("\n".join([header, *dated]) + "\n").encode()
