"""A vintage as files for other programs, with the publishers' terms and credits beside."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd

from ..errors import OutputError, SpecError
from .dates import label_of
from .panel import Panel
from .snapshots import Vintage, verify
from .whole_file import write_whole
from .whole_folder import WholeFolder

#: What is said of each series beside its figures.
_FACTS = (
    "id", "label", "publisher", "code", "unit", "frequency", "observed", "clock", "source",
    "fetched", "made", "retrieved_at", "updated", "terms", "credit", "sha256",
)  # fmt: skip


def export(vintage: Vintage, path: Path | str) -> Path:
    """Write a vintage as a workbook or as a folder of CSV files.

    A path that ends in ``.xlsx`` becomes a workbook with the sheets *monthly*, *daily* and
    *sources*. Any other is a new folder with ``monthly_panel.csv``, ``daily_panel.csv``,
    ``sources.csv`` and the ``mapping.toml`` with which ``--data`` reads it. Publishers that do
    not allow redistribution are named in *sources*.

    Parameters
    ----------
    vintage : Vintage
    path : path

    Raises
    ------
    OutputError
        The files cannot be written, or the folder exists.
    SnapshotError
        A file of the vintage is missing or was altered.
    SpecError
        The path has another ending.
    """
    target = Path(path)
    if target.suffix not in ("", ".xlsx"):
        raise SpecError(
            f"'{target}' is neither a workbook nor a folder.",
            remedy="End it in .xlsx, or name a folder for CSV files.",
        )
    verify(vintage)
    panels = dict(zip(("monthly", "daily"), vintage.panels(), strict=True))
    tables = {kind: _table(panel) for kind, panel in panels.items() if panel is not None}
    sources = pd.DataFrame(list(_sources(vintage)), columns=list(_FACTS))
    if target.suffix == ".xlsx":
        return write_whole(target, _workbook({**tables, "sources": sources}))
    with WholeFolder(target.parent, target.name, complaint=_refused, numbered=False) as folder:
        for kind, table in tables.items():
            _write(folder.path / f"{kind}_panel.csv", _csv(table))
        _write(folder.path / "sources.csv", _csv(sources))
        _write(folder.path / "mapping.toml", _mapping(vintage, tables))
    return folder.path


def restricted(vintage: Vintage) -> dict[str, str]:
    """Terms of the publishers that limit what may be passed on, by publisher."""
    found = {}
    for name in vintage.series:
        facts = vintage.sidecar(name)
        if "redistribut" in facts["terms"]:
            found[str(facts["publisher"])] = str(facts["terms"])
    return found


def _table(panel: Panel) -> pd.DataFrame:
    frame = panel.frame
    dates = pd.Index([label_of(date) for date in frame.index], name="date")
    return frame.set_axis(dates, axis="index").reset_index()


def _sources(vintage: Vintage) -> Iterator[list[str]]:
    for name in vintage.series:
        facts = vintage.sidecar(name)
        yield [str(facts[key]) for key in _FACTS]


def _mapping(vintage: Vintage, tables: dict[str, pd.DataFrame]) -> str:
    """The mapping file of the exported folder."""
    lines = [f"# Vintage {vintage.id}, made {vintage.made_at:%Y-%m-%d %H:%M} UTC."]
    for kind, table in tables.items():
        lines += [f'["{kind}_panel.csv"]', 'date = "date"', f'frequency = "{kind}"']
        lines += [f'["{kind}_panel.csv".columns]']
        lines += [f'{name} = "{name}"' for name in table.columns if name != "date"]
    return "\n".join(lines) + "\n"


def _workbook(tables: dict[str, pd.DataFrame]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.append([str(column) for column in table.columns])
        cells = table.astype(object).where(table.notna(), None)
        for row in cells.itertuples(index=False, name=None):
            sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(table: pd.DataFrame) -> str:
    return table.to_csv(index=False, lineterminator="\n")


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def _refused(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"The vintage cannot be exported to '{folder}': {error.strerror or error}.",
        remedy="Name a new folder, or a file that ends in .xlsx.",
    )
