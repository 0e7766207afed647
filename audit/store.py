"""The work file: what has been simulated so far, so that an interrupted audit can go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import yenloop

from .cells import Cell
from .replicate import Held

#: What the figures depend on; an edit anywhere in it makes earlier figures count for nothing.
_SOURCES = (
    "estimation/*.py",
    "models/identification/*.py",
    "models/inference/**/*.py",
    "models/reduced_form/*.py",
    "models/[airsv]*.py",  # impulse_response, responses, structural, var, variance_shares
    "audit/[ceiprw]*.py",  # cells, economies, replicate, and those with instruments
    "audit/sign_sets.py",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive samples of one economy and length.

    Attributes
    ----------
    economy : str
    nobs : int
    first, last : int
        Numbers of its samples, from the first up to but without the last.
    """

    economy: str
    nobs: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class WorkFile:
    """Finished batches, one to a line."""

    path: Path

    @classmethod
    def below(cls, folder: Path) -> WorkFile:
        """The work file of the present source, in a folder of work files."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder / f"{fingerprint()}.jsonl")

    def append(self, batch: Batch, found: dict[Cell, Held]) -> None:
        """Add a finished batch."""
        rows = [[asdict(cell), asdict(held)] for cell, held in found.items()]
        line = json.dumps({"batch": asdict(batch), "found": rows})
        with self.path.open("a", encoding="utf-8") as file:
            file.write("\n" + line)  # ends a line that was cut off

    def read(self) -> dict[Batch, dict[Cell, Held]]:
        """All finished batches; a line that was cut off is left out."""
        if not self.path.exists():
            return {}
        found: dict[Batch, dict[Cell, Held]] = {}
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            found.setdefault(Batch(**entry["batch"]), {}).update(
                (Cell(**cell), Held(**{k: _tuples(value) for k, value in held.items()}))
                for cell, held in entry["found"]
            )
        return found


def _tuples(value: int | list[int]) -> int | tuple[int, ...]:
    """What JSON turned into a list."""
    return tuple(value) if isinstance(value, list) else value


def totals(batches: Iterable[dict[Cell, Held]]) -> dict[Cell, Held]:
    """The batches added up; the order does not matter."""
    found: dict[Cell, Held] = {}
    for batch in batches:
        for cell, held in batch.items():
            found[cell] = found[cell] + held if cell in found else held
    return found


def fingerprint() -> str:
    """Hash of the source that the figures depend on."""
    root = Path(yenloop.__file__).parent
    digest = hashlib.sha256()
    for pattern in _SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
