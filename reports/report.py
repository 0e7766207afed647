"""Writes a run: page, figures, tables, numbers and manifest, all of them or none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from ..data.sources.files import Data
from ..models.storage import save
from .charts import picture_html, render_chart
from .content import Chart, Report
from .inputs import FOLDER, write_inputs
from .latex import table_latex
from .numbers import numbers_csv
from .page import render_page
from .run_folder import DEFAULT_OUT, RunFolder, not_writable
from .tables import table_csv

#: A chart's files by kind: ``pdf``, ``svg`` and ``png``.
Files = dict[str, bytes]


def draw_here(chart: Chart) -> Files:
    """Draw a chart in this process."""
    return render_chart(chart.figure)


def write_report(
    report: Report,
    out: Path | str = DEFAULT_OUT,
    draw: Callable[[Chart], Files] | None = draw_here,
    data: Data | None = None,
) -> Path:
    """Write the report into a new folder below ``out`` and return that folder.

    It holds ``index.html``, ``numbers.csv``, ``manifest.json``, ``figures/*.{pdf,svg,png}``,
    ``tables/*.{csv,tex}``, ``results/*.yenloop`` and, in ``inputs``, the figures used. The folder
    appears when it is complete: an error or Ctrl-C leaves nothing behind, and earlier runs in
    ``out`` are never touched.

    Parameters
    ----------
    report : Report
    out : Path or str
        Folder that holds the runs; the run goes to ``out/<date and time>``.
    draw : callable
        Gives a chart's files; another process may have drawn them meanwhile. None leaves charts
        and page out.
    data : Data, optional
        The figures that the run was given, to be kept with it.

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    ValueError
        When two charts or tables share a name, or a name is no file stem.
    """
    started = perf_counter()
    _require_distinct_names([chart.name for chart in report.charts()])
    _require_distinct_names([table.name for table in report.tables()])
    run = RunFolder(out, _run_name(report.manifest.run_at))
    try:
        with run:
            _write_tables(report, run.path / "tables")
            _write(run.path / "numbers.csv", numbers_csv(report.numbers))
            if draw is not None:
                pictures = _write_figures(report, run.path / "figures", draw)
                _write(run.path / "index.html", render_page(report, pictures))
            _write_results(report, run.path / "results")
            seconds = {**report.manifest.seconds, "report": round(perf_counter() - started, 3)}
            outputs = _hashes(run.path)
            inputs = write_inputs(data, run.path / FOLDER) if data is not None else {}
            manifest = replace(report.manifest, seconds=seconds, outputs=outputs, inputs=inputs)
            _write(run.path / "manifest.json", manifest.to_json())
    except OSError as error:
        raise not_writable(run.out, error) from error
    return run.path


def _write_figures(report: Report, folder: Path, draw: Callable[[Chart], Files]) -> dict[str, str]:
    """Write each chart in three formats; return each as HTML for the page."""
    folder.mkdir()
    pictures = {}
    for chart in report.charts():
        files = draw(chart)
        for kind, content in files.items():
            (folder / f"{chart.name}.{kind}").write_bytes(content)
        inches = float(chart.figure.get_figwidth())
        pictures[chart.name] = picture_html(files, chart.name, chart.alt, inches)
    return pictures


def _write_tables(report: Report, folder: Path) -> None:
    folder.mkdir()
    for table in report.tables():
        _write(folder / f"{table.name}.csv", table_csv(table))
        _write(folder / f"{table.name}.tex", table_latex(table))


def _write_results(report: Report, folder: Path) -> None:
    folder.mkdir()
    for name, result in report.results.items():
        save(result, folder / f"{name}.yenloop")


def _write(path: Path, text: str) -> None:
    # The same bytes on every system: no translation of line ends.
    path.write_bytes(text.encode("utf-8"))


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of the CSV files made so far, by their path in the run."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.csv"))
    }


def _run_name(run_at: str) -> str:
    """``2026-11-22-153012`` of ``2026-11-22T15:30:12+09:00``."""
    return run_at[:19].replace(":", "").replace("T", "-")


def _require_distinct_names(names: list[str]) -> None:
    for name in names:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            raise ValueError(f"not a file stem of lower-case letters, digits and hyphens: {name!r}")
        if names.count(name) > 1:
            raise ValueError(f"the name {name!r} is used twice")
