"""Narrative restrictions: what is known about the shocks of certain dates.

They say what happened in the sample, so that a draw that satisfies them has a weight: the inverse
of the probability that shocks like those of the model would satisfy them by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ...data.dates import label_of, require_date, span_of
from ...data.panel import Column
from ...errors import NumericalError, SpecError
from ...estimation.narrative import (
    ContributionOf,
    InverseProbability,
    Kind,
    Narrative,
    SignOf,
)
from ..options import require_choice
from ..responses import chosen, cumulated_columns

_KINDS: dict[str, str] = {
    "most": "the most important contributor to",
    "least": "the least important contributor to",
    "overwhelming": "more important than all others together for",
}


@dataclass(frozen=True, slots=True)
class ShockSign:
    """The sign of a shock at a date.

    Parameters
    ----------
    shock : str
    date : str
        As the panel prints it: ``2016-09``, ``2016Q3``, ``2016-09-21``.
    sign : {"+", "-"}

    Notes
    -----
    Antolín-Díaz and Rubio-Ramírez (2018), restrictions of type 1.
    """

    shock: str
    date: str
    sign: Literal["+", "-"]

    def __post_init__(self) -> None:
        require_choice("sign", self.sign, ("+", "-"))
        require_date(self.date)

    def describe(self) -> str:
        """The restriction in words."""
        return f"{self.shock} shock {'positive' if self.sign == '+' else 'negative'} in {self.date}"


@dataclass(frozen=True, slots=True)
class LargestContribution:
    """How a shock ranks among those that moved a variable unexpectedly from one date to another.

    The contribution of shock j is what its realisations in the window add to the variable at the
    end, beyond what was expected before the window; contributions are compared in absolute value,
    with those of all other shocks of the VAR, named or not.

    Parameters
    ----------
    shock, variable : str
    start : str
        First date of the window.
    end : str, optional
        Last date; by default the window is one period.
    kind : {"most", "overwhelming", "least"}
        No other shock contributed more; more than all others together; no other contributed less.
    cumulative : bool or "auto"
        Sum the variable over the window: by default where it enters as a change, so that what is
        explained is the change of its level.

    Notes
    -----
    Antolín-Díaz and Rubio-Ramírez (2018), restrictions of types 2 and 3 (A and B).
    """

    shock: str
    variable: str
    start: str
    end: str | None = None
    kind: Kind = "most"
    cumulative: bool | Literal["auto"] = "auto"

    def __post_init__(self) -> None:
        require_choice("kind", self.kind, tuple(_KINDS))
        for date in (self.start, self.end or self.start):
            require_date(date)

    def describe(self) -> str:
        """The restriction in words."""
        one = self.end in (None, self.start)
        when = f"in {self.start}" if one else f"from {self.start} to {self.end}"
        return f"{self.shock} shock {_KINDS[self.kind]} the surprise in {self.variable} {when}"


NarrativeRestriction = ShockSign | LargestContribution


def narrative_of(
    restrictions: Sequence[NarrativeRestriction],
    shocks: Sequence[str],
    names: Sequence[str],
    columns: Mapping[str, Column],
    dates: pd.Index,
) -> Narrative:
    """The restrictions by places in the arrays of a sample.

    Parameters
    ----------
    restrictions : sequence of ShockSign and LargestContribution
    shocks, names : sequence of str
        All shocks and the variables, in the order of the arrays.
    columns : Mapping[str, Column]
    dates : Index, length T
        Periods after the presample: those that have shocks.

    Raises
    ------
    SpecError
        For a shock, variable or date that is not there, or restrictions that contradict another.
    """
    places = {label_of(date): row for row, date in enumerate(dates)}
    signs, contributions = [], []
    for one in restrictions:
        shock = list(shocks).index(chosen(one.shock, shocks, "shock")[0])
        if isinstance(one, ShockSign):
            signs.append(SignOf(shock, _row(one.date, places, dates), 1 if one.sign == "+" else -1))
            continue
        name = chosen(one.variable, names, "variable")[0]
        first = _row(one.start, places, dates)
        last = first if one.end is None else _row(one.end, places, dates)
        if last < first:
            raise SpecError(
                f"The window of a narrative restriction ends in {one.end}, before it starts in "
                f"{one.start}.",
                remedy="Put the earlier date first.",
            )
        summed = name in cumulated_columns(names, columns, one.cumulative)
        contributions.append(
            ContributionOf(shock, list(names).index(name), first, last, one.kind, summed)
        )
    _refuse_contradictions(signs, contributions, restrictions)
    return Narrative(tuple(dict.fromkeys(signs)), tuple(dict.fromkeys(contributions)))


def require_resolved(found: InverseProbability, limit: int) -> np.ndarray:
    """The log weights, unless some draw's could not be determined.

    Such a draw has a weight larger than all others: it can be neither dropped nor set to a number.

    Raises
    ------
    NumericalError
    """
    lost = int(found.unresolved.sum())
    if lost:
        raise NumericalError(
            f"In {lost} of {len(found.log_weights)} draws the narrative restrictions hold by "
            f"chance so rarely that {limit:,} simulated histories do not tell how rarely; their "
            "weights would exceed all others.",
            remedy="Drop the narrative restriction that is least likely, or allow more histories.",
        )
    return found.log_weights


def _row(date: str, places: Mapping[str, int], dates: pd.Index) -> int:
    """Position of a date among the periods that have shocks."""
    if date not in places:
        raise SpecError(
            f"A narrative restriction is about {date}, which is not one of the periods with "
            f"shocks, {span_of(dates)}.",
            remedy=f"Write dates as {label_of(dates[-1])}; the first periods of the data are the "
            "presample of the lags.",
        )
    return places[date]


def _refuse_contradictions(
    signs: Sequence[SignOf],
    contributions: Sequence[ContributionOf],
    restrictions: Sequence[NarrativeRestriction],
) -> None:
    """Refuse a shock of both signs, two shocks of one rank, and two ranks of one shock."""
    claims: list[tuple[tuple[object, ...], object]] = [((s.shock, s.row), s.sign) for s in signs]
    for one in contributions:
        window = (one.variable, one.first, one.last, one.cumulative)
        rank = "least" if one.kind == "least" else "most"
        claims += [((rank, *window), one.shock), ((one.shock, *window), rank)]
    made: dict[tuple[object, ...], object] = {}
    if any(made.setdefault(about, claim) != claim for about, claim in claims):
        said = "; ".join(one.describe() for one in restrictions)
        raise SpecError(
            f"Narrative restrictions contradict one another: {said}.", remedy="Drop one of them."
        )
