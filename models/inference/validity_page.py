"""The validity table as a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable

from .validity import judge
from .validity_rules import BASIS, BOOTSTRAPS, INTERVALS, JOINT, OBJECTS, SCHEMES

_INTRO = """# Which band is valid for what

Every band is made of three things: a source of joint draws of the reduced form, a rule that turns
the draws of an object into an interval, and, where a whole path is to be held, a joint rule. Not
all of them go together, and what holds for one identification or object need not hold for another.
The tables are those that the code enforces: what says **no** is refused with the reason given
below. They are also at hand as a data frame, `validity_table()`.

In the cells: **yes**, **mind** (valid, with something to mind) or **no**, and the numbers of the
[notes](#notes). What a band rests on:
"""


def validity_page() -> str:
    """The tables in Markdown, as in ``docs/validity.md``."""
    notes: dict[str, int] = {}
    parts = [_INTRO]
    parts += [f"- **{_words(band)}**: {reason}" for band, reason in BASIS.items()]
    parts.append("\n## Bands by identification\n")
    for schemes, rows in _by_scheme(notes):
        parts += [f"### {', '.join(map(_words, schemes))}\n", *rows, ""]
    parts += ["## Intervals of a bootstrap\n", *_intervals(notes), ""]
    parts += ["## Joint bands\n", "Of responses, cumulated or not, with any interval.\n"]
    parts += [f"- **{_words(rule)}**: {reason}" for rule, reason in JOINT.items()]
    parts += ["\n## Notes\n", *(f"{number}. {note}" for note, number in notes.items())]
    return "\n".join(parts) + "\n"


def _by_scheme(notes: dict[str, int]) -> list[tuple[list[str], list[str]]]:
    """One table for all schemes with the same judgements."""
    found: dict[tuple[str, ...], list[str]] = {}
    for scheme in SCHEMES:
        rows = [
            [_words(quantity), *(_cell(notes, scheme, band, quantity, None) for band in BASIS)]
            for quantity in OBJECTS
        ]
        table = tuple(_table(["object", *map(_words, BASIS)], rows))
        found.setdefault(table, []).append(scheme)
    return [(schemes, list(table)) for table, schemes in found.items()]


def _intervals(notes: dict[str, int]) -> list[str]:
    """Objects by interval, for the first bootstrap without a refusal of its own; then bands."""
    intervals, plain = INTERVALS[:-1], BOOTSTRAPS[0]
    rows = [
        [
            _words(quantity),
            *(_cell(notes, "cholesky", plain, quantity, i) for i in intervals),
        ]
        for quantity in OBJECTS
    ]
    by_object = _table(["object", *map(_words, intervals)], rows)
    rows = [
        [_words(band), *(_cell(notes, "cholesky", band, "irf", i) for i in intervals)]
        for band in BOOTSTRAPS
        if judge("cholesky", band, "irf").valid
    ]
    by_band = _table(["band of a response", *map(_words, intervals)], rows)
    first = f"With the {_words(plain)}; the delta method has normal bounds only.\n"
    return [first, *by_object, "", *by_band]


def _cell(
    notes: dict[str, int], scheme: str, band: str, quantity: str, interval: str | None
) -> str:
    """A judgement with the numbers of its notes, which are given out as they are met."""
    entry = judge(scheme, band, quantity, interval)
    said = entry.mind if entry.valid else (entry.reason,)
    numbers = [str(notes.setdefault(reason, len(notes) + 1)) for reason in said]
    return " ".join([entry.judgement, ", ".join(numbers)]).strip()


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return ["| " + " | ".join(line) + " |" for line in lines]


def _words(name: str) -> str:
    return name.replace("_", " ")
