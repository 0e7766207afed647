"""The European Central Bank's page on this machine: its own CSV, zipped as it zips it."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

Answer = runpy.run_path(str(Path(__file__).with_name("server.py")))["Answer"]

ARCHIVE = "www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
MEMBER = "eurofxref-hist.csv"


def routes(raw: Path) -> dict[str, Callable[[dict[str, str]], Any]]:
    content = zipped((raw / "ecb_eurofxref_hist_daily.csv").read_bytes())
    return {ARCHIVE: lambda query: Answer(content, content_type="application/zip")}


def zipped(csv: bytes, member: str = MEMBER) -> bytes:
    """An archive of one file."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as writer:
        writer.writestr(member, csv)
    return archive.getvalue()
