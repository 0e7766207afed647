"""Writes a comparison of two runs: page, chart, tables, every number, all of them or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..models.comparison import Comparison
from ..models.moves import PARTS, RANGE
from ..models.storage import save
from .charts import picture_html, render_chart
from .content import Chart
from .formats import Interval
from .latex import table_latex
from .manifest import now, software_versions
from .page import environment
from .run_folder import DEFAULT_OUT, RunFolder, not_writable
from .tables import Table, lay_out, table_csv

#: What the comparison was made of; runs have a ``manifest.json`` instead.
MANIFEST = "comparison.json"


@dataclass(frozen=True)
class ComparisonPage:
    """What the page shows of a comparison."""

    found: Comparison

    @property
    def chart(self) -> Chart:
        """The short list."""
        figure, _ = self.found.plot()
        return Chart(
            "moves",
            figure,
            "Headline numbers of both runs, and where sampling alone would have moved them",
            "Each number's estimates with intervals, the old one above the new one, beside a "
            "shaded range.",
        )

    def tables(self) -> Iterator[Table]:
        """Headline numbers, verdicts, and what changed; those that are empty are left out."""
        yield self.headlines()
        if self.found.verdicts:
            yield self.verdicts()
        for name, caption, frame in (
            ("series", "Series that changed", self._series()),
            ("settings", "Settings of the study file that changed", self.found.settings),
            ("software", "Software that changed", self.found.software),
        ):
            if len(frame):
                heads = {column: str(column).capitalize() for column in frame.columns}
                yield Table(name, caption, frame.rename(columns=heads))

    def headlines(self) -> Table:
        """All headline numbers with the parts of their moves and the test of the new months."""
        found = self.found
        shown = pd.DataFrame([self._row(i) for i in range(len(found.moves))])
        return Table(
            "headline-numbers",
            "Headline numbers: old and new, the parts of the move, and what sampling alone gives",
            shown,
            found.method(),
            units=dict.fromkeys(shown.columns.difference(["Group", "Number", "p"]), ""),
            group="Group",
            missing="not estimated; no range where it is not tested",
        )

    def verdicts(self) -> Table:
        """Each claim's verdict, old and new."""
        rows = [
            {
                "Claim": f"{v.claim}. {v.statement}",
                "Old": v.words["old"],
                "Old months, new figures": v.words["revised"],
                "New": v.words["new"],
            }
            for v in self.found.verdicts
        ]
        return Table("verdicts", "Verdicts on the claims", pd.DataFrame(rows))

    def _row(self, i: int) -> dict[str, object]:
        move, level = self.found.moves[i], f"{self.found.level:.0%}"
        noise = move.noise
        return {
            "Group": f"{move.group} ({move.unit})",
            "Number": move.label,
            "Old": move.old.value,
            f"Old, {level} interval": Interval(move.old.low, move.old.high),
            "New": move.new.value,
            f"New, {level} interval": Interval(move.new.low, move.new.high),
            "Move": move.total,
            **{f"by {PARTS[part]}": getattr(move, part) for part in self.found.parts},
            f"By sampling alone, {RANGE:.0%}": (
                Interval(noise.low, noise.high) if noise else Interval(np.nan, np.nan)
            ),
            "p": f"{noise.p_value:.2f}" if noise else "not tested",
        }

    def _series(self) -> pd.DataFrame:
        """The columns that a reader looks at first; the file has all of them."""
        kept = ["series", "kind", "status", "new", "new_first", "new_last", "revised"]
        kept += ["revised_first", "largest_revision", "largest_at", "unit"]
        return self.found.series[kept].rename(columns=lambda name: name.replace("_", " "))


def write_comparison(
    found: Comparison, inputs: pd.DataFrame, out: Path | str = DEFAULT_OUT
) -> Path:
    """Write a comparison into a new folder ``compare-OLD-NEW`` below ``out``; return that folder.

    It holds ``index.html``, ``moves.csv`` (headline numbers), ``all_numbers.csv``, ``inputs.csv``,
    ``figures``, ``tables``, ``results/comparison.yenloop`` and ``comparison.json``. The folder
    appears when it is complete.

    Parameters
    ----------
    found : Comparison
    inputs : DataFrame
        Every series, changed or not; see ``data.changes.InputChanges``.
    out : Path or str

    Raises
    ------
    OutputError
        When the folder cannot be written to.
    """
    page = ComparisonPage(found)
    folder = RunFolder(out, f"compare-{found.old}-{found.new}")
    try:
        with folder:
            for name, frame in (
                ("moves.csv", found.table),
                ("all_numbers.csv", found.numbers),
                ("inputs.csv", inputs),
            ):
                text = frame.to_csv(index=False, na_rep="NaN", lineterminator="\n")
                _write(folder.path / name, text)
            tables = list(page.tables())
            _write_tables(tables, folder.path / "tables")
            picture = _write_chart(page.chart, folder.path / "figures")
            _write(folder.path / "index.html", _page(page, tables, picture))
            (folder.path / "results").mkdir()
            save(found, folder.path / "results" / "comparison.yenloop")
            _write(folder.path / MANIFEST, _manifest(found, folder.path))
    except OSError as error:
        raise not_writable(folder.out, error) from error
    return folder.path


def _page(page: ComparisonPage, tables: Sequence[Table], picture: str) -> str:
    from markupsafe import Markup

    return (
        environment()
        .get_template("comparison.html.j2")
        .render(
            found=page.found,
            chart_=page.chart,
            tables=tables,
            pictures={"moves": Markup(picture)},
            layouts={table.name: lay_out(table) for table in tables},
            chart_number={"moves": 1},
            table_number={table.name: i for i, table in enumerate(tables, 1)},
            made_at=now()[:10],
            version=software_versions()["yenloop"],
        )
    )


def _write_chart(chart: Chart, folder: Path) -> str:
    """The chart in three formats; return it as HTML for the page."""
    folder.mkdir()
    files = render_chart(chart.figure)
    for kind, content in files.items():
        (folder / f"{chart.name}.{kind}").write_bytes(content)
    return picture_html(files, chart.name, chart.alt, float(chart.figure.get_figwidth()))


def _write_tables(tables: Sequence[Table], folder: Path) -> None:
    folder.mkdir()
    for table in tables:
        _write(folder / f"{table.name}.csv", table_csv(table))
        _write(folder / f"{table.name}.tex", table_latex(table))


def _manifest(found: Comparison, folder: Path) -> str:
    """Which runs were compared, by what, and the hashes of what was written."""
    written = sorted(path for path in folder.rglob("*.csv"))
    fields = {
        "old": found.old,
        "new": found.new,
        "made_at": now(),
        "versions": software_versions(),
        "new_months": found.months,
        "samples": list(found.samples),
        "tested": len(found.tested),
        "parts": list(found.parts),
        "remarks": list(found.remarks),
        "outputs": {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in written
        },
    }
    return json.dumps(fields, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    # The same bytes on every system: no translation of line ends.
    path.write_bytes(text.encode("utf-8"))
