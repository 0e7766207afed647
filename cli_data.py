"""The commands ``yenloop data ...``: figures from their publishers, and vintages of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .data.store import DEFAULT_STORE
from .errors import SnapshotError

if TYPE_CHECKING:
    from .data.snapshots import Vintage

app = typer.Typer(
    no_args_is_help=True, help="Figures: what they are, pulled anew, and their dated vintages."
)

Store = Annotated[
    Path, typer.Option("--store", metavar="DIR", help="Folder that holds the vintages.")
]


@app.command()
def show(
    where: Annotated[
        list[Path] | None,
        typer.Argument(
            help="As --data of run, or a vintage's folder; several are laid side by side; none: "
            "the embedded panel."
        ),
    ] = None,
) -> None:
    """Show which catalogue ids figures are, their clocks and how they were observed."""
    from .data.sources.files import load_data

    with _working("Reading the figures"):
        report = load_data(where).report
    for line in report:
        typer.echo(line)


@app.command()
def pull(
    store: Store = DEFAULT_STORE,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="A catalogue id; may be given several times."),
    ] = None,
    mirror: Annotated[
        str,
        typer.Option(
            "--mirror", metavar="URL", help="Ask for https://HOST/PATH at URL/HOST/PATH instead."
        ),
    ] = "",
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask again for what an interrupted pull has.")
    ] = False,
) -> None:
    """Get the catalogue's series from their publishers and store them as a new vintage.

    The exit code is 0 if all arrived and 1 if some did not.
    """
    try:
        vintage = _pull(store, only, mirror, fresh)
    except KeyboardInterrupt:
        typer.echo(
            "yenloop: Stopped; no vintage was made. What arrived is kept for the next pull.",
            err=True,
        )
        raise typer.Exit(130) from None
    for line in _arrived(vintage):
        typer.echo(line)
    if vintage.missed:
        raise typer.Exit(1)


@app.command("list")
def list_vintages(store: Store = DEFAULT_STORE) -> None:
    """List the stored vintages, oldest first."""
    from .data.snapshots import vintages

    stored = vintages(store)
    if not stored:
        typer.echo(f"There is no vintage in '{store}': make one with `yenloop data pull`.")
    for vintage in stored:
        try:
            missed = f", {len(vintage.missed)} did not arrive" if vintage.missed else ""
            found = f", {len(vintage.findings)} suspicious" if vintage.findings else ""
            typer.echo(f"{vintage.path.name}  {len(vintage.series)} series{missed}{found}")
        except SnapshotError as error:
            typer.echo(f"{vintage.path.name}  {error}")


@app.command()
def verify(
    which: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="A vintage; none: all of them.")
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Compare every byte of a vintage, or of all, with its hashes."""
    from .data import snapshots

    chosen = [snapshots.open_vintage(which, store)] if which else snapshots.vintages(store)
    damaged = []
    for vintage in chosen:
        try:
            with _working(f"Verifying {vintage.path.name}"):
                files = snapshots.verify(vintage)
            typer.echo(f"{vintage.path.name}  {files} files, all as they were written")
        except SnapshotError as error:
            damaged.append(error)
            typer.echo(f"yenloop: {error}", err=True)
    if damaged:
        raise typer.Exit(2)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Id or folder of a vintage.")],
    new: Annotated[
        str, typer.Argument(metavar="NEW", help="Id or folder of a vintage, or latest.")
    ] = "latest",
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE", help="Write the numbers as CSV, too.")
    ] = None,
    store: Store = DEFAULT_STORE,
) -> None:
    """Show what changed from one vintage to another: new periods and revisions by series."""
    from .data.snapshot_diff import diff as compared
    from .data.snapshots import open_vintage
    from .data.whole_file import write_whole

    with _working("Comparing"):
        changes = compared(open_vintage(old, store), open_vintage(new, store))
    for line in changes.lines():
        typer.echo(line)
    if to is not None:
        text = changes.frame.to_csv(index=False, lineterminator="\n")
        typer.echo(f"Written: {write_whole(to, text.encode())}")


@app.command()
def export(
    which: Annotated[
        str, typer.Argument(metavar="ID", help="Id or folder of a vintage, or latest.")
    ],
    to: Annotated[
        Path, typer.Argument(metavar="FILE", help="A workbook (.xlsx), or a new folder for CSV.")
    ],
    store: Store = DEFAULT_STORE,
) -> None:
    """Write a vintage as a workbook or as CSV files, with the publishers' terms beside."""
    from .data import vintage_export
    from .data.snapshots import open_vintage

    vintage = open_vintage(which, store)
    with _working("Writing"):
        written = vintage_export.export(vintage, to)
    typer.echo(f"Written: {written}")
    for line in _terms(vintage):
        typer.echo(line)


@app.command()
def known(
    day: Annotated[str, typer.Argument(metavar="DATE", help="YYYY-MM-DD, or a month for its end.")],
    store: Store = DEFAULT_STORE,
) -> None:
    """Show what was known on a date: the vintage made by then, and what release lags leave.

    The release lags are applied to the newest vintage, or to the embedded panel where there is
    none.
    """
    from .data.real_time import as_known_on, newest_known
    from .data.snapshots import vintages
    from .data.sources.files import load_data

    try:
        typer.echo(f"Newest vintage made by {day}: {newest_known(day, store).path.name}")
    except SnapshotError as error:
        typer.echo(error.problem)
    with _working("Reading the figures"):
        stored = vintages(store)
        data = load_data(stored[-1].path if stored else None)
        cut = as_known_on(data, day)
    for line in (data.headlines[0], *cut.report[len(data.report) :]):
        typer.echo(line)


def _pull(store: Path, only: list[str] | None, mirror: str, fresh: bool) -> Vintage:
    import shlex

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from .data.pull import pull as get

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("Asking the publishers", total=None)

        def tell(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what[:40].ljust(40))

        return get(
            store,
            names=only,
            mirror=mirror,
            fresh=fresh,
            command=shlex.join(["yenloop", *sys.argv[1:]]),
            progress=tell,
        )


def _arrived(vintage: Vintage) -> Iterator[str]:
    """What a pull has to say."""
    asked = len(vintage.series) + len(vintage.missed)
    yield f"Vintage {vintage.id}: {len(vintage.series)} of {asked} series arrived."
    if vintage.missed:
        yield f"Did not arrive ({len(vintage.missed)}):"
        yield from (f"  {name}: {why}" for name, why in vintage.missed.items())
    if vintage.findings:
        yield f"To look at ({len(vintage.findings)}; nothing was left out):"
        yield from (f"  {found.in_words()}" for found in vintage.findings)
    yield from _terms(vintage)
    yield from vintage.notices
    yield f"Stored: {vintage.path}"


def _terms(vintage: Vintage) -> Iterator[str]:
    from .data.vintage_export import restricted

    terms = restricted(vintage)
    if terms:
        yield "Terms that limit what may be passed on:"
        yield from (f"  {publisher}: {text}" for publisher, text in terms.items())


@contextmanager
def _working(what: str) -> Iterator[None]:
    """Say on a terminal what takes its time."""
    from rich.console import Console

    with Console(stderr=True).status(f"{what} ..."):
        yield
