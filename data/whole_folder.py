"""A folder that is complete or absent: never half-written, never overwritten."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import YenloopError

#: What a folder that cannot be written is called by whoever writes it.
Complaint = Callable[[Path, OSError], YenloopError]

_PARTIAL = ".partial-"
_DAY = 86_400.0


class WholeFolder:
    """Context manager that gives a folder which appears when it is complete.

    Inside the block ``path`` is a hidden folder beside the final one; at the end of the block its
    files are put on the disk (``fsync``), it is renamed to ``out/<name>``, and ``path`` is the
    final folder. An exception or Ctrl-C removes it and leaves everything else untouched. What
    killed processes left behind is removed when the next folder is begun in ``out``.

    Parameters
    ----------
    out : Path or str
        Folder that holds the finished ones; made if absent.
    name : str
        Name of the folder.
    complaint : callable
        Makes the error of a folder that cannot be written.
    numbered : bool
        Where the name is taken, append ``-2``, ``-3`` and so on; otherwise complain. Nothing is
        ever overwritten.

    Raises
    ------
    YenloopError
        What ``complaint`` makes, when the folder cannot be made or not be put there.
    """

    def __init__(
        self, out: Path | str, name: str, *, complaint: Complaint, numbered: bool = True
    ) -> None:
        self.out = Path(out)
        self.name = name
        self._complaint, self._numbered = complaint, numbered
        token = f"{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = self.out / f"{_PARTIAL}{token}"

    def __enter__(self) -> Self:
        try:
            self.out.mkdir(parents=True, exist_ok=True)
            remove_stale(self.out)
            self.path.mkdir()
        except OSError as error:
            raise self._complaint(self.out, error) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                _put_on_disk(self.path)
                self.path = _rename_to_free_name(self.path, self.out, self.name, self._numbered)
                _sync(self.out)
        except OSError as failure:
            raise self._complaint(self.out, failure) from failure
        finally:
            if self.path.name.startswith(_PARTIAL):
                shutil.rmtree(self.path, ignore_errors=True)


def require_writable(out: Path | str, complaint: Complaint) -> None:
    """Refuse a folder that cannot be written to before anything is computed; leaves no trace.

    Raises
    ------
    YenloopError
        What ``complaint`` makes.
    """
    out = Path(out)
    existing = next(p for p in (out, *out.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=_PARTIAL, dir=existing):
            pass
    except OSError as error:
        raise complaint(out, error) from error


def remove_stale(out: Path) -> None:
    """Remove unfinished folders whose process is gone, or which are older than a day."""
    for path in out.glob(f"{_PARTIAL}*"):
        if _is_stale(path):
            shutil.rmtree(path, ignore_errors=True)


def _put_on_disk(folder: Path) -> None:
    """Files first, then the folders that name them: a power cut cannot leave one without."""
    for path in folder.rglob("*"):
        if path.is_file():
            _sync(path)
    for path in (*(p for p in folder.rglob("*") if p.is_dir()), folder):
        _sync(path)


def _sync(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # folders cannot be opened there
        return
    # A file is opened for writing: Windows syncs no other.
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _rename_to_free_name(path: Path, out: Path, name: str, numbered: bool) -> Path:
    """Rename in one step; a name that another process took in the meantime is passed over."""
    for attempt in count(1):
        final = out / (name if attempt == 1 else f"{name}-{attempt}")
        if final.exists():
            if numbered:
                continue
            raise FileExistsError(f"'{final}' exists")
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
