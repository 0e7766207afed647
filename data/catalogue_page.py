"""The catalogue as a page of the documentation: every series with all that defines it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .catalog import Entry, entries

_HEAD = """\
# The catalogue

Every series that yenloop knows, {count} of them, of which `yenloop data pull` fetches {fetched}
without a key. A column of a panel is one of these ids: it says who publishes the figures, in which
unit, at which hour a market price is struck and whether a month is a mean, an end, a sum or a
survey. *Lag* is the number of days from the end of a period until its figure is published, in a
usual month at the latest; what was known on a date rests on it. "own file" stands where the
publisher's terms or form leave only a file of the user's (`docs/data.md` shows the mapping).
"""

_HEADINGS = (
    "id", "label", "code", "unit", "frequency", "observed", "clock", "fetched from", "lag", "note"
)  # fmt: skip


def catalogue_page() -> str:
    """The page in Markdown, publishers in the order of the catalogue."""
    found = list(entries().values())
    fetched = sum(entry.recipe is not None for entry in found)
    parts = [_HEAD.format(count=len(found), fetched=fetched)]
    by_publisher: dict[str, list[Entry]] = {}
    for entry in found:
        by_publisher.setdefault(entry.column.publisher, []).append(entry)
    for publisher, series in by_publisher.items():
        parts.append("\n".join(_section(publisher, series)))
    return "\n".join(parts)


def _section(publisher: str, series: list[Entry]) -> Iterator[str]:
    yield f"## {publisher}\n"
    yield f"{series[0].column.terms}\n"
    yield _line(_HEADINGS)
    yield _line(["---"] * len(_HEADINGS))
    yield from (_row(entry) for entry in series)
    yield ""


def _row(entry: Entry) -> str:
    column, recipe = entry.column, entry.recipe
    made = recipe is not None and recipe.make != "as published"
    return _line(
        (
            f"`{column.id}`",
            column.label,
            column.code,
            column.unit,
            column.frequency,
            column.observed,
            column.clock or "not stated",
            "own file"
            if recipe is None
            else f"{recipe.source}: {recipe.code}" + (f", {recipe.make} of days" if made else ""),
            "" if recipe is None else str(recipe.lag),
            entry.note,
        )
    )


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
