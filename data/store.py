"""Where vintages are kept, and how their folders are named: after the moment, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

#: Where vintages go unless the user says otherwise, below the current folder.
DEFAULT_STORE = Path("data") / "vintages"

#: The file by which a folder is known to be a vintage.
RECORD = "vintage.json"

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{6}Z)(?:-(\d+))?")


def vintage_folders(store: Path | str) -> tuple[Path, ...]:
    """Folders of a store's vintages, oldest first."""
    found = [
        (matched[1], int(matched[2] or 1), path)
        for path in Path(store).glob("*/")
        if (matched := _NAME.fullmatch(path.name))
    ]
    return tuple(path for *_, path in sorted(found))


def free_name(store: Path | str, made_at: datetime) -> str:
    """The name of a vintage made at a moment, numbered where one of the same second has it."""
    name = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    names = (name if attempt == 1 else f"{name}-{attempt}" for attempt in count(1))
    return next(free for free in names if not (Path(store) / free).exists())
