"""Shared fixtures: the golden cases, and data that every test may use."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


@dataclass(frozen=True)
class GoldenCase:
    """One published case: its data files and the target numbers beside them."""

    folder: Path

    def frame(self, name: str = "data.csv", **options: Any) -> pd.DataFrame:
        return pd.read_csv(self.folder / name, **options)

    def target(self, name: str) -> Any:
        """The stored value of the target of that name, or of the one that starts with it."""
        targets = json.loads((self.folder / "targets.json").read_text(encoding="utf-8"))
        exact = [t for t in targets if t["name"] == name]
        matches = exact or [t for t in targets if t["name"].startswith(name)]
        if len(matches) != 1:
            raise KeyError(f"{name!r} matches {len(matches)} targets of {self.folder.name}")
        value = matches[0]["value"]
        return np.array(value) if isinstance(value, list) else value


@pytest.fixture(scope="session")
def golden() -> Callable[[str], GoldenCase]:
    """Open a golden case by name; skip where the case data are not at hand."""

    def open_case(name: str) -> GoldenCase:
        folder = SHARED / "golden" / name
        if not folder.is_dir():
            pytest.skip(f"golden case {name}: its data are not beside this checkout")
        return GoldenCase(folder)

    return open_case


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of development data; skip where it is absent (a user's clone)."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the development data are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def raw(shared_data: Path) -> Path:
    """Folder of the publishers' own files."""
    return shared_data / "real" / "raw"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many golden cases were compared, and how many could not be."""
    reports = terminalreporter.stats
    ran = sum(
        "golden" in r.keywords for kind in ("passed", "failed") for r in reports.get(kind, [])
    )
    skipped = sum("golden" in r.keywords for r in reports.get("skipped", []))
    terminalreporter.write_line(f"golden cases: {ran} compared, {skipped} skipped")
