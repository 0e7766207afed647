"""One study: figures -> models -> report. It sequences; it computes nothing."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from .data.real_time import as_known_on
from .data.sources.files import Data, Place, load_data
from .estimates import estimate, loop_of
from .spec import StudySpec
from .workers import Pending, Workers, workers

if TYPE_CHECKING:
    from .reports.content import Chart

Tell = Callable[[str], None]


def silent(_: str) -> None:
    """Tell nobody: library functions stay quiet."""


def run_study(
    spec: StudySpec,
    where: Data | Place | Sequence[Place] | None,
    out: Path | str,
    *,
    known_on: str | None = None,
    command: str | None = None,
    pictures: bool = True,
    announce: Tell = silent,
    step: Tell = silent,
) -> Path:
    """Read the figures, estimate every part of the study and write its report.

    Parameters
    ----------
    spec : StudySpec
    where : Data, path, sequence of paths or None
        Figures, or where they are, as ``load_data``; None for the embedded panel.
    out : path
        Folder in which the run's folder is made.
    known_on : str, optional
        A date: only what had been published by then is used (``as_known_on``).
    command : str, optional
        What makes the run again; by default ``yenloop run`` on the places given.
    pictures : bool
        Draw the charts and write the page; without them a run takes half the time.
    announce : callable
        Told each line that a user must see: which series play which part.
    step : callable
        Told the name of each step when it begins.

    Returns
    -------
    Path
        The run's folder.

    Raises
    ------
    YenloopError
        With the series, date or key concerned and the remedy; nothing half-written is left.
    """
    from threadpoolctl import threadpool_limits

    from .reports.compose import compose
    from .reports.manifest import Manifest
    from .reports.report import write_report
    from .reports.run_folder import require_writable

    require_writable(out)
    clock = _Clock(step)
    # Small matrices: a second BLAS thread would only take time from the workers.
    with (
        threadpool_limits(1, user_api="blas"),
        workers() as pool,
        warnings.catch_warnings(record=True) as raised,
    ):
        warnings.simplefilter("always")
        clock("Reading the figures")
        data = where if isinstance(where, Data) else load_data(where)
        if known_on is not None:
            data = as_known_on(data, known_on)
        loop = loop_of(spec, data)
        for line in (*data.headlines, *loop.choices):
            announce(line)
        findings = estimate(spec, data, loop, pool, clock)
        clock("Drawing and writing the report")
        manifest = Manifest(
            seed=spec.seed,
            command=_command(where, known_on) if command is None else command,
            data=data.hashes,
            mapping=(
                *(data.lines[name] for name in loop.roles.values()),
                *loop.choices,
                *(events.in_words() for events in data.events.values()),
            ),
            spec=spec.model_dump(mode="json"),
            seconds=clock.seconds,
            warnings=tuple(dict.fromkeys(f"{w.category.__name__}: {w.message}" for w in raised)),
        )
        drawing = _Drawing(pool) if pictures else None
        begin = drawing.begin if drawing else _leave
        report = compose(spec.title, data, loop, findings, manifest, begin)
        return write_report(report, out, draw=drawing.files if drawing else None, data=data)


def _leave(_: Chart) -> None:
    """Leave a chart undrawn."""


class _Drawing:
    """Draws charts in the workers while the next chapter is being written."""

    def __init__(self, pool: Workers) -> None:
        self._pool = pool
        self._pending: dict[str, Pending[dict[str, bytes]]] = {}

    def begin(self, chart: Chart) -> None:
        """Hand a chart over."""
        from .reports.charts import render_chart

        self._pending[chart.name] = self._pool.submit(render_chart, chart.figure)

    def files(self, chart: Chart) -> dict[str, bytes]:
        """Its files, when they are there."""
        return self._pending[chart.name].result()


class _Clock:
    """Announces each step and keeps how long it took."""

    def __init__(self, tell: Tell) -> None:
        self._tell, self._name, self._since = tell, "", perf_counter()
        self.seconds: dict[str, float] = {}

    def __call__(self, name: str) -> None:
        now = perf_counter()
        if self._name:
            self.seconds[self._name] = round(now - self._since, 3)
        self._name, self._since = name, now
        self._tell(name)


def _command(where: Data | Place | Sequence[Place] | None, known_on: str | None) -> str:
    places: list[Place] = []
    if not isinstance(where, Data):
        places = [where] if isinstance(where, str | Path) else list(where or ())
    parts = ["yenloop run", *(f"--data {shlex.quote(str(place))}" for place in places)]
    return " ".join([*parts, *([f"--known-on {known_on}"] if known_on else [])])
