"""The commands: ``yenloop run`` and what prepares it."""

from __future__ import annotations

import _thread
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import cli_data
from .cli_data import Store
from .data.store import DEFAULT_STORE
from .errors import YenloopError
from .reports.run_folder import DEFAULT_OUT

if TYPE_CHECKING:
    from .models.comparison import Comparison
    from .reports.stored_run import StoredRun
    from .reproduce import Reproduction

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Measure the loop yen - import prices - CPI - JGB yields - yen.",
    pretty_exceptions_enable=False,
)
app.add_typer(cli_data.app, name="data")

_Study = Annotated[Path | None, typer.Argument(help="Study file (TOML); none: the default study.")]
_Data = Annotated[
    list[Path] | None,
    typer.Option(
        "--data",
        metavar="WHERE",
        help="A folder with monthly_panel.csv (and daily_panel.csv), or a CSV or Excel file with "
        "its mapping; may be given several times, also for days of events and instruments; none "
        "and no vintage: the embedded panel.",
    ),
]
_Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Folder in which the run's folder is made.")
]

_Vintage = Annotated[
    str | None,
    typer.Option(
        "--vintage",
        metavar="ID",
        help="Stored figures: a vintage's id, or latest (with --known-on the newest made by then).",
    ),
]
_KnownOn = Annotated[
    str | None,
    typer.Option(
        "--known-on",
        metavar="DATE",
        help="Use only what had been published by then: release lags cut what is later.",
    ),
]

_Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="RUN",
        help="An earlier run, by folder or name, with which the new one is compared. Its study is "
        "used unless one is given; so are its places of data, the newest vintage for a vintage.",
    ),
]


@app.command()
def run(
    study: _Study = None,
    data: _Data = None,
    vintage: _Vintage = None,
    known_on: _KnownOn = None,
    store: Store = DEFAULT_STORE,
    since: _Since = None,
    out: _Out = DEFAULT_OUT,
) -> None:
    """Estimate the study and write its report."""
    try:
        _run(study, _places(data, vintage, known_on, store), known_on, since, out)
    except KeyboardInterrupt:
        text = "Stopped; nothing half-written was left and earlier runs are untouched."
        raise typer.Exit(_say(text, code=130)) from None


def _places(
    data: list[Path] | None, vintage: str | None, known_on: str | None, store: Path
) -> list[Path] | None:
    """The places of the figures; a vintage is one of them."""
    if vintage is None:
        return data
    from .data.real_time import newest_known
    from .data.snapshots import open_vintage

    if vintage == "latest" and known_on is not None:
        stored = newest_known(known_on, store)
    else:
        stored = open_vintage(vintage, store)
    return [*(data or ()), stored.path]


def _run(
    study: Path | None,
    data: list[Path] | None,
    known_on: str | None,
    since: str | None,
    out: Path,
) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    started = time.perf_counter()
    with console.status("Starting") as status:
        step = _Steps(console, status)
        step("Loading the estimators")
        from .earlier import places_now, study_of
        from .spec import read_spec
        from .study import run_study

        before = _earlier(since, out) if since is not None else None
        spec = study_of(before) if before and study is None else read_spec(study)
        where = places_now(before) if before and data is None else data
        folder = run_study(spec, where, out, known_on=known_on, announce=console.print, step=step)
        found = _compared(before.path, folder, out, step) if before else None
        step.close()
    console.print(f"{time.perf_counter() - started:.1f} s in all.")
    console.print(f"Report: {folder / 'index.html'}")
    if found is not None:
        _tell_moves(console, found)


def _earlier(since: str, out: Path) -> StoredRun:
    """The run to compare with, refused before anything is estimated if its figures are lost."""
    from .reports.inputs import read_inputs
    from .reports.stored_run import open_run

    stored = open_run(since, out)
    read_inputs(stored)
    return stored


@app.command()
def compare(
    old: Annotated[str, typer.Argument(help="Folder or name of the earlier run.")],
    new: Annotated[
        str | None, typer.Argument(help="Folder or name of the later run; none: the newest.")
    ] = None,
    out: _Out = DEFAULT_OUT,
) -> None:
    """Explain how the conclusions moved from one run to another."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    try:
        with console.status("Starting") as status:
            step = _Steps(console, status)
            step("Loading the estimators")
            from .reports.stored_run import open_run

            found = _compared(open_run(old, out).path, open_run(new, out).path, out, step)
            step.close()
    except KeyboardInterrupt:
        text = "Stopped; nothing half-written was left and both runs are untouched."
        raise typer.Exit(_say(text, code=130)) from None
    _tell_moves(console, found)


def _compared(old: Path, new: Path, out: Path, step: _Steps) -> Comparison:
    from .compare import compare_runs

    return compare_runs(old, new, out, step=step)


#: Columns of text that the table of moves needs at least: no number is cut.
WIDTH = 120


def _tell_moves(console: Any, found: Comparison) -> None:
    """What changed, the short list, the sentences, and where the page is."""
    from rich.table import Table

    short = found.short().reset_index("number").drop(columns=["unit", "move"])
    table = Table(box=None, header_style="bold", padding=(0, 1))
    table.add_column("", min_width=30, max_width=60)
    for name in short.columns[1:]:
        table.add_column(str(name), justify="right", no_wrap=True)
    for group, rows in short.groupby(level="group", sort=False):
        table.add_row(f"[italic]{group}[/italic]")
        for row in rows.itertuples(index=False):
            table.add_row(*map(str, row))
    console.print("\n".join(found.inputs_in_words()))
    console.print(table, soft_wrap=False, width=max(console.width, WIDTH))
    console.print("\n".join((*found.sentences(), *found.remarks)))
    console.print(f"Comparison: {Path(found.folder) / 'index.html'}")


@app.command()
def reproduce(
    run: Annotated[
        str | None, typer.Argument(help="Folder or name of a run; none: the newest.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep the run made again, with its page, here."),
    ] = None,
) -> None:
    """Make a run again from its own study, seed and figures, and compare all numbers.

    The exit code is 0 if all files are byte-identical or all numbers equal to 1e-8, and else 1.
    """
    try:
        found = _reproduced(run, out)
    except KeyboardInterrupt:
        raise typer.Exit(_say("Stopped; the run is untouched.", code=130)) from None
    typer.echo(str(found.summary()))
    if not found.succeeded:
        raise typer.Exit(1)


def _reproduced(run: str | None, out: Path | None) -> Reproduction:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    with console.status("Starting") as status:
        step = _Steps(console, status)
        step("Loading the estimators")
        from .reports.stored_run import open_run
        from .reproduce import reproduce as make_again

        found = make_again(open_run(run), out, step=step)
        step.close()
    return found


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = Path("study.toml"),
) -> None:
    """Write the default study as a file to edit."""
    from .errors import OutputError
    from .spec import StudySpec, to_toml

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(to_toml(StudySpec()))
    except FileExistsError:
        raise OutputError(f"'{path}' exists.", remedy="Name another file.") from None
    except OSError as error:
        raise OutputError(f"'{path}' cannot be written: {error}.", remedy="Name another.") from None
    typer.echo(f"Study file: {path}")


@app.command()
def show(
    run: Annotated[
        str | None, typer.Argument(help="Folder or name of a run; none: the newest.")
    ] = None,
    what: Annotated[
        str | None, typer.Argument(help="A table or a stored result of it; none: the run in brief.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="FILE",
            help="Write a workbook (.xlsx) or a Stata file (.dta) instead: of a stored result, or "
            "of all numbers of the run.",
        ),
    ] = None,
    out: _Out = DEFAULT_OUT,
) -> None:
    """Show an earlier run, or a table or result of it."""
    from .reports.stored_run import open_run

    stored = open_run(run, out)
    if to is not None:
        typer.echo(f"Written: {stored.export(to, what)}")
        return
    typer.echo(str(stored.summary() if what is None else stored.shown(what)))


class _Steps:
    """The terminal's side of progress: names the step under way, prints it when it is done."""

    def __init__(self, console: Any, status: Any) -> None:
        self._console, self._status = console, status
        self._name, self._since = "", time.perf_counter()

    def __call__(self, name: str) -> None:
        self.close()
        self._name, self._since = name, time.perf_counter()
        self._status.update(f"{name} ...")

    def close(self) -> None:
        if self._name:
            self._console.print(f"  {self._name:<58} {time.perf_counter() - self._since:6.1f} s")
            self._name = ""


def main() -> None:
    """Run the command line: errors become one line with the remedy and a non-zero exit code."""
    sys.unraisablehook = _interrupt_again
    try:
        app()
    except YenloopError as error:
        sys.exit(_say(str(error), code=2))


def _interrupt_again(lost: sys.UnraisableHookArgs) -> None:
    """Raise Ctrl-C anew where Python would swallow it: inside a callback of an import, say."""
    if lost.exc_type is KeyboardInterrupt:
        _thread.interrupt_main()
    else:
        sys.__unraisablehook__(lost)


def _say(sentence: str, *, code: int) -> int:
    print(f"yenloop: {sentence}", file=sys.stderr)
    return code
