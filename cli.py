"""The commands: ``yenloop run`` and what prepares it."""

from __future__ import annotations

import _thread
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from . import cli_data
from .cli_data import Store
from .data.store import DEFAULT_STORE
from .errors import YenloopError
from .reports.run_folder import DEFAULT_OUT

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


@app.command()
def run(
    study: _Study = None,
    data: _Data = None,
    vintage: _Vintage = None,
    known_on: _KnownOn = None,
    store: Store = DEFAULT_STORE,
    out: _Out = DEFAULT_OUT,
) -> None:
    """Estimate the study and write its report."""
    try:
        _run(study, _places(data, vintage, known_on, store), known_on, out)
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


def _run(study: Path | None, data: list[Path] | None, known_on: str | None, out: Path) -> None:
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    started = time.perf_counter()
    with console.status("Starting") as status:
        step = _Steps(console, status)
        step("Loading the estimators")
        from .spec import read_spec
        from .study import run_study

        folder = run_study(
            read_spec(study), data, out, known_on=known_on, announce=console.print, step=step
        )
        step.close()
    console.print(f"{time.perf_counter() - started:.1f} s in all.")
    console.print(f"Report: {folder / 'index.html'}")


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
