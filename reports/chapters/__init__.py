"""From results to pages: one chapter a file, each with its sentences, charts, tables, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..content import Section
from ..numbers import Numbers


@dataclass(frozen=True, eq=False)
class Chapter:
    """A section of the report and the numbers behind it.

    Attributes
    ----------
    section : Section
    numbers : Mapping[str, Numbers]
        For ``numbers.csv``, by table name.
    """

    section: Section
    numbers: Mapping[str, Numbers]
