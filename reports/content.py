"""What a report is made of: charts, tables, sections and the front page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .manifest import Manifest
from .numbers import Numbers
from .tables import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class Chart:
    """A figure of a report.

    Attributes
    ----------
    name : str
        Stem of its files: lower case, digits, hyphens.
    figure : matplotlib.figure.Figure
    caption : str
        What it shows, with units.
    alt : str
        The same in words for who cannot see it: what rises, what falls, by how much.
    notes : sequence of str
        Sample and method, as far as the picture itself does not say them.
    """

    name: str
    figure: Figure
    caption: str
    alt: str
    notes: Sequence[str] = ()


@dataclass(frozen=True, eq=False)
class Section:
    """A section: plain sentences, then charts, then tables.

    Attributes
    ----------
    id : str
        Anchor on the page.
    title : str
    paragraphs : sequence of str
        Plain text, escaped when printed.
    charts : sequence of Chart
    tables : sequence of Table
    """

    id: str
    title: str
    paragraphs: Sequence[str] = ()
    charts: Sequence[Chart] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, eq=False)
class FrontPage:
    """The page that is read first, and by most readers alone.

    Attributes
    ----------
    as_of : str
        Last common month of the series, and whether it is stale (``staleness_note``).
    headlines : sequence of str
        What was found, one sentence each.
    diagram : Chart
        The loop, each edge with its elasticity and interval.
    gain : str
        The loop gain in a sentence, with interval, horizon and sample.
    curve : Chart
        The specification curve of the gain.
    curve_sentence : str
        What the curve says of the gain's sign.
    regime, spillover : str
        Where the system stands at the last common date, which the sentence names.
    verdicts : Table
        The claims and what became of them.
    """

    as_of: str
    headlines: Sequence[str]
    diagram: Chart
    gain: str
    curve: Chart
    curve_sentence: str
    regime: str
    spillover: str
    verdicts: Table


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that a run publishes.

    Attributes
    ----------
    title : str
    front : FrontPage
    sections : sequence of Section
    numbers : mapping of table name to Numbers
        Every number behind the report, for ``numbers.csv``.
    manifest : Manifest
    credits : sequence of str
        Publishers of the data, as their terms ask to be named.
    results : mapping of name to result
        Stored with the run, to be looked at and continued from later.
    """

    title: str
    front: FrontPage
    sections: Sequence[Section]
    numbers: Mapping[str, Numbers]
    manifest: Manifest
    credits: Sequence[str] = ()
    results: Mapping[str, object] = field(default_factory=dict)

    def charts(self) -> Iterator[Chart]:
        """Charts in the order of the page."""
        yield self.front.diagram
        yield self.front.curve
        for section in self.sections:
            yield from section.charts

    def tables(self) -> Iterator[Table]:
        """Tables in the order of the page."""
        yield self.front.verdicts
        for section in self.sections:
            yield from section.tables
