"""The folder of a run: complete or absent, never half-written, never overwritten."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import tempfile
import time
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import OutputError

#: Where runs go unless the user says otherwise, below the current folder.
DEFAULT_OUT = Path("reports") / "runs"

_PARTIAL = ".partial-"
_DAY = 86_400.0


class RunFolder:
    """Context manager that gives a run its folder.

    Inside the block ``path`` is a hidden folder beside the final one; at the end of the block it
    is renamed to ``out/<name>``, and ``path`` is the final folder. An exception or Ctrl-C removes
    it and leaves everything else untouched. If another run took the name first, ``-2``, ``-3``
    and so on are appended, so nothing is ever overwritten and ``out`` may hold earlier runs.
    What killed processes left behind is removed when the next run starts.

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
        self.out = Path(out)
        self.name = name or datetime.now().astimezone().strftime("%Y-%m-%d-%H%M%S")
        token = f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = self.out / f"{_PARTIAL}{token}"

    def __enter__(self) -> Self:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            remove_stale(self.out)
            self.path.mkdir()
        except OSError as error:
            raise not_writable(self.out, error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.path = _rename_to_free_name(self.path, self.out, self.name)
                return
        except OSError as failure:
            raise not_writable(self.out, failure) from failure
        finally:
            if self.path.name.startswith(_PARTIAL):
                shutil.rmtree(self.path, ignore_errors=True)


def require_writable(out: Path | str = DEFAULT_OUT) -> None:
    """Refuse a folder that cannot be written to before anything is computed; leaves no trace.

    Raises
    ------
    OutputError
    """
    out = Path(out)
    existing = next(p for p in (out, *out.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=_PARTIAL, dir=existing):
            pass
    except OSError as error:
        raise not_writable(out, error) from error


def not_writable(out: Path, error: OSError) -> OutputError:
    """The error that names the folder, the reason and the way out."""
    return OutputError(
        f"The report cannot be written to {out} ({error.strerror or error}).",
        remedy="Choose a folder that you can write to with --out DIR.",
    )


def remove_stale(out: Path) -> None:
    """Remove unfinished folders whose process is gone, or which are older than a day."""
    for path in out.glob(f"{_PARTIAL}*"):
        if _is_stale(path):
            shutil.rmtree(path, ignore_errors=True)


def _rename_to_free_name(path: Path, out: Path, name: str) -> Path:
    """Rename in one step; a name that another run took in the meantime is passed over."""
    for attempt in count(1):
        final = out / (name if attempt == 1 else f"{name}-{attempt}")
        if final.exists():
            continue
        try:
            return path.rename(final)
        except OSError:
            if not final.exists():
                raise
    raise AssertionError  # count() has no end


def _is_stale(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime > _DAY:
            return True
    except FileNotFoundError:
        return False  # finished between the listing and now
    owner = re.fullmatch(rf"{re.escape(_PARTIAL)}(.+)-(\d+)-[0-9a-f]+", path.name)
    return owner is not None and owner[1] == _host() and not _is_running(int(owner[2]))


def _is_running(pid: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there; the age alone decides
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _host() -> str:
    """The machine's name: process numbers mean nothing on another one."""
    return re.sub(r"[^A-Za-z0-9.]", "", platform.node()) or "host"
