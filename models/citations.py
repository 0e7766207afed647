"""BibTeX of the methods that the package implements, read from ``citations.bib``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


def bibtex(keys: Iterable[str]) -> str:
    """The entries for the given keys, one blank line between them."""
    return "\n\n".join(_entries()[key] for key in keys)


@cache
def _entries() -> dict[str, str]:
    text = files(__package__).joinpath("citations.bib").read_text(encoding="utf-8")
    blocks = [block.strip() for block in re.split(r"^(?=@)", text, flags=re.M) if block.strip()]
    return {re.match(r"@\w+\{([^,]+),", block).group(1): block for block in blocks}  # type: ignore[union-attr]
