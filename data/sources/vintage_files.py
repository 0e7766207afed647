"""Stored vintages among the places that figures are read from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..panel import Panel
from ..snapshots import Vintage, verify
from .parts import Part, Remarks, SeriesPart, line_of


def read_vintage(path: Path) -> list[Part]:
    """The monthly and the daily series of a vintage, and what is to be said of it.

    Raises
    ------
    SnapshotError
        A file of it is missing or was altered.
    """
    vintage = Vintage(path)
    verify(vintage)
    panels = [panel for panel in vintage.panels() if panel is not None]
    parts: list[Part] = [_series(vintage, panel) for panel in panels]
    return [*parts, Remarks(tuple(_remarks(vintage)))]


def _series(vintage: Vintage, panel: Panel) -> SeriesPart:
    entries = {name: vintage.entry(name) for name in panel.names}
    first = panel.columns[panel.names[0]]
    return SeriesPart(
        panel,
        "series",
        f"{_name(vintage)}: {len(entries)} {first.frequency} series, {panel.sample}",
        {name: line_of(panel, _origin(vintage, name), found) for name, found in entries.items()},
        entries,
        stored_on=vintage.made_at.date().isoformat(),
    )


def _remarks(vintage: Vintage) -> Iterator[str]:
    """What did not arrive is said as loudly as what did."""
    if vintage.missed:
        yield f"{_name(vintage)}: did not arrive: {', '.join(vintage.missed)}"
        for name, why in vintage.missed.items():
            yield f"  {name}: {why}"
    for found in vintage.findings:
        yield f"  seen on arrival: {found.in_words()}"


def _name(vintage: Vintage) -> str:
    return f"vintage {vintage.id} (made {vintage.made_at:%Y-%m-%d %H:%M} UTC)"


def _origin(vintage: Vintage, name: str) -> str:
    facts = vintage.sidecar(name)
    return f"{facts['source']} {facts['fetched']}".strip()
