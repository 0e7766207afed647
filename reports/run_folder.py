"""The folder of a run: complete or absent, never half-written, never overwritten."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from ..data import whole_folder
from ..data.whole_folder import WholeFolder
from ..errors import OutputError

#: Where runs go unless the user says otherwise, below the current folder.
DEFAULT_OUT = Path("reports") / "runs"


class RunFolder(WholeFolder):
    """Context manager that gives a run its folder (see :class:`~..data.whole_folder.WholeFolder`).

    If another run took the name first, ``-2``, ``-3`` and so on are appended, so nothing is ever
    overwritten and ``out`` may hold earlier runs.

    Parameters
    ----------
    out : Path or str
        Folder that holds the runs; made if absent.
    name : str, optional
        Name of the run; by default the date and time, such as ``2026-11-22-153012``.

    Raises
    ------
    OutputError
        When the folder cannot be made or the run not be put there.
    """

    def __init__(self, out: Path | str = DEFAULT_OUT, name: str | None = None) -> None:
        made = name or datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        super().__init__(out, made, complaint=not_writable)


def require_writable(out: Path | str = DEFAULT_OUT) -> None:
    """Refuse a folder that cannot be written to before anything is computed; leaves no trace.

    Raises
    ------
    OutputError
    """
    whole_folder.require_writable(out, not_writable)


def not_writable(out: Path, error: OSError) -> OutputError:
    """The error that names the folder, the reason and the way out."""
    return OutputError(
        f"The report cannot be written to {out} ({error.strerror or error}).",
        remedy="Choose a folder that you can write to with --out DIR.",
    )
