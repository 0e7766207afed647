"""What the search for rotations found, so that it can be said beside every result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Weighting = Literal["conditional", "joint"]

_PRIOR = (
    "Within what the restrictions leave open, bands show the uniform prior over rotations, which "
    "the data never revise (Baumeister and Hamilton 2015); robust bounds do without it."
)


@dataclass(frozen=True, slots=True)
class RotationRecord:
    """The search behind the draws of a set-identified structural VAR.

    Attributes
    ----------
    weighting : {"conditional", "joint"}
        Rotations drawn for each reduced form until one is accepted, or a new reduced form for each.
    attempts : int
        Rotations that were begun, up to the signs of their columns.
    accepted : int
        Those that satisfied all restrictions.
    reduced_forms : int
        Reduced forms that were tried.
    without : int
        Those for which no rotation was found; they are dropped. In joint weighting one rotation is
        tried for each, and this says nothing.
    max_attempts : int
        Attempts after which a search is given up.
    candidates : int or None
        Among how many accepted rotations the importance weights chose: all of them (joint), or
        those of one reduced form (conditional). None where no weights were needed.
    effective : float or None
        Effective number of them (for conditional weighting, on average).
    duplicates : int
        Draws that repeat another one.
    """

    weighting: Weighting
    attempts: int
    accepted: int
    reduced_forms: int
    without: int
    max_attempts: int
    candidates: int | None = None
    effective: float | None = None
    duplicates: int = 0

    @property
    def acceptance(self) -> float:
        """Share of attempts that were accepted."""
        return self.accepted / self.attempts if self.attempts else 0.0

    def in_words(self) -> str:
        """All counts in one or two sentences."""
        found = (
            f"Rotations: {self.accepted:,} of {self.attempts:,} attempts accepted "
            f"({self.acceptance:.2g}; columns up to their sign)"
        )
        if self.weighting == "joint":
            found += ", each attempt with a new draw of the reduced form."
        else:
            dropped = f"{self.without:,} (dropped)" if self.without else "none"
            found += (
                f"; of {self.reduced_forms:,} reduced forms {dropped} had no rotation in "
                f"{self.max_attempts:,} attempts."
            )
        return found + self._weights_in_words()

    def remarks(self) -> tuple[str, str]:
        """What the reader of a band must know."""
        return self.in_words(), _PRIOR

    def _weights_in_words(self) -> str:
        if self.candidates is None or self.effective is None:
            return ""
        of = "rotations" if self.weighting == "joint" else "rotations of each reduced form"
        average = "" if self.weighting == "joint" else " on average"
        again = f"; {self.duplicates:,} draws repeat another one" if self.duplicates else ""
        return (
            f" Importance weights chose among {self.candidates:,} {of}, worth "
            f"{self.effective:,.1f} of equal weight{average}{again}."
        )
