"""Bodies that arrived, kept on disk for a while so that an interrupted pull can go on."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ...errors import YenloopError
from .protocol import Body

#: Bodies older than this are not used again: publishers release new figures once a day.
KEPT_HOURS = 12.0


@dataclass(frozen=True, slots=True)
class Staging:
    """A folder with one file a body: a line of JSON about it, then its bytes.

    A file is written beside its place and put there by renaming. One that is damaged or too old
    counts as absent.

    Attributes
    ----------
    folder : Path
        Made when the first body is kept.
    complaint : callable
        Makes the error of a folder that cannot be written.
    mirror : str
        Where the bodies come from: those of one mirror are not found under another.
    """

    folder: Path
    complaint: Callable[[Path, OSError], YenloopError]
    mirror: str = ""

    def find(self, url: str) -> Body | None:
        """The body of an address, if it arrived in the last hours."""
        path = self._path(url)
        try:
            if not _is_fresh(path):
                return None
            head, _, content = path.read_bytes().partition(b"\n")
            facts = json.loads(head)
            body = Body(facts["url"], content, facts["retrieved_at"], facts["content_type"])
            intact = body.url == url and body.sha256 == facts["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return body if intact else None

    def keep(self, body: Body) -> None:
        """Keep a body.

        Raises
        ------
        YenloopError
            What ``complaint`` makes, where the disk is full or the folder cannot be written.
        """
        facts = {**asdict(body), "sha256": body.sha256}
        del facts["content"]
        final = self._path(body.url)
        unfinished = final.with_suffix(f".{secrets.token_hex(4)}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(json.dumps(facts).encode() + b"\n" + body.content)
            os.replace(unfinished, final)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise self.complaint(self.folder, error) from error

    def keep_only(self, urls: Iterable[str]) -> None:
        """Remove the bodies of all other addresses."""
        wanted = {self._path(url) for url in urls}
        for path in self.folder.glob("*.*"):
            if path not in wanted:
                with suppress(OSError):
                    path.unlink()

    def sweep(self) -> None:
        """Remove what is too old to be used."""
        for path in self.folder.glob("*.*"):
            with suppress(OSError):  # it is ignored in any case
                if not _is_fresh(path):
                    path.unlink()

    def clear(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, url: str) -> Path:
        name = hashlib.sha256(f"{self.mirror}\n{url}".encode()).hexdigest()
        return self.folder / f"{name[:32]}.body"


def _is_fresh(path: Path) -> bool:
    """Whether it was written in the last hours; a time to come is that of a clock set wrong."""
    return 0 <= time.time() - path.stat().st_mtime < KEPT_HOURS * 3600
