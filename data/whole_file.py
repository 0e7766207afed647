"""Files that are whole or absent."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from ..errors import OutputError


def write_whole(path: str | Path, content: bytes) -> Path:
    """Write a file; one that exists is replaced only when the new one is complete.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    target = Path(path)
    part = None
    try:
        with NamedTemporaryFile(dir=target.parent, prefix=".partial-", delete=False) as file:
            part = Path(file.name)
            file.write(content)
        # A temporary file is its owner's alone; a result is as readable as any new file.
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        return part.replace(target)
    except OSError as error:
        raise OutputError(
            f"'{target}' cannot be written: {error.strerror or error}.",
            remedy="Name a file in a folder that exists and that you can write to.",
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
