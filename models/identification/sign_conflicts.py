"""Which sign and zero restrictions stand in one another's way, and how much each of them costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...errors import NoRotationError
from ...estimation.narrative import Narrative
from ...estimation.sign_feasibility import smallest_conflict
from ..results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from ...estimation.response_restrictions import ResponseRestrictions
    from .rotation_search import Search
    from .sign_restrictions import RestrictedShocks

#: A share is measured by this many accepted rotations, or as many as the attempts for each allow.
SAMPLE, PATIENCE = 64, 20_000

#: Pairs of restrictions that are looked at where no single one makes the difference, and the
#: accepted rotations that are enough to tell which pairs do.
PAIRS, FEW = 100, 16


@dataclass(frozen=True, eq=False, kw_only=True)
class Conflicts(Result):
    """How restrictive the restrictions are at the estimated reduced form, together and one by one.

    Attributes
    ----------
    model : str
    restrictions : tuple of str
        Restrictions in words; normalisations last.
    acceptance : float
        Share of rotations, up to the signs of columns, that satisfy all of them. Zero where none of
        about a million did.
    without : ndarray, shape (n,)
        The same when one restriction is dropped.
    contradictory : tuple of tuple of int
        Restrictions on one shock that no direction satisfies together, and each of which is needed
        for that; exact, by linear programming.
    rival_shocks : tuple of (str, str)
        Shocks whose restrictions no two orthogonal directions were found to satisfy, although each
        shock's can be satisfied.
    without_pairs : tuple of (int, int, float)
        Shares when two restrictions are dropped, where dropping one does not help; largest first.
    narrative : bool
        Whether the narrative, not these restrictions, is what no rotation satisfies.
    """

    model: str
    restrictions: tuple[str, ...]
    acceptance: float
    without: np.ndarray
    contradictory: tuple[tuple[int, ...], ...]
    rival_shocks: tuple[tuple[str, str], ...]
    without_pairs: tuple[tuple[int, int, float], ...]
    narrative: bool = False

    methods: ClassVar[tuple[str, ...]] = ("rubio_waggoner_zha2010",)

    @property
    def most_binding(self) -> int:
        """The restriction whose absence raises the share most."""
        return int(np.argmax(self.without))

    def tidy(self) -> pd.DataFrame:
        """Shares of accepted rotations, of all restrictions (no name) and without each."""
        named = zip(("", *self.restrictions), (self.acceptance, *self.without), strict=True)
        return tidy_frame(
            {
                "model": self.model,
                "statistic": "acceptance_without" if name else "acceptance",
                "response": name,
                "estimate": share,
                "unit": "share of rotations",
            }
            for name, share in named
        )

    def summary(self) -> Summary:
        """The shares, with what contradicts what."""
        table = pd.DataFrame({"accepted without it": self.without}, index=list(self.restrictions))
        return Summary(
            f"Sign and zero restrictions on the {self.model}",
            [(f"Share of rotations accepted; with all restrictions {self.acceptance:.2g}", table)],
            tuple(self.sentences()),
        )

    def sentences(self) -> Iterator[str]:
        """What stands in the way, the most certain first."""
        for conflict in self.contradictory:
            yield f"No shock can satisfy at once: {self.named(*conflict)}."
        for shock, rival in self.rival_shocks:
            yield (
                "No two orthogonal shocks were found that satisfy the restrictions on "
                f"'{shock}' and those on '{rival}'."
            )
        if self.narrative:
            yield "Rotations satisfy the signs and zeros, but none of them the narrative."
        elif self.without.max(initial=0.0) > self.acceptance:
            yield (
                f"The most binding restriction is {self.restrictions[self.most_binding]}: without "
                f"it {self.without[self.most_binding]:.2g} of the rotations are accepted"
                + (f", with it {self.acceptance:.2g}." if self.acceptance else ".")
            )
        for one, other, share in self.without_pairs[:3]:
            yield f"Without both {self.named(one, other)} {share:.2g} are accepted."

    def named(self, *numbers: int) -> str:
        """Some of the restrictions in words."""
        return " | ".join(self.restrictions[n] for n in numbers)


def examine(search: Search, shocks: RestrictedShocks) -> Conflicts:
    """Look at the restrictions together, without each, and shock by shock."""
    whole, everything = search.restrictions, _named(shocks)
    count = len(everything)
    acceptance = _share(search, whole, narrative=True)
    by_signs = _share(search, whole) if search.narrative.rows else acceptance
    contradictory = tuple(conflict for j in whole.shocks if (conflict := _conflict(search, j)))
    without = np.array([_share(search, whole.without(n), narrative=True) for n in range(count)])
    rivals, pairs = [], []
    if not acceptance and not contradictory and not by_signs:
        rivals = [
            (_shock(shocks, one), _shock(shocks, other))
            for one, other in combinations(whole.shocks, 2)
            if not _share(search, whole.of_shocks(one, other))
        ]
        if not without.any():
            dropped = list(combinations(range(count), 2))[:PAIRS]
            pairs = [(*pair, _share(search, whole.without(*pair), sample=FEW)) for pair in dropped]
    return Conflicts(
        model=search.reduced.model,
        restrictions=everything,
        acceptance=acceptance,
        without=without,
        contradictory=contradictory,
        rival_shocks=tuple(rivals),
        without_pairs=tuple(sorted((p for p in pairs if p[2]), key=lambda pair: -pair[2])),
        narrative=bool(by_signs) and not acceptance,
    )


def no_rotation(search: Search, shocks: RestrictedShocks) -> NoRotationError:
    """The error that says why no rotation of the estimate was found."""
    found = examine(search, shocks)
    sentences = " ".join(found.sentences()) or "No single restriction or pair of them stands out."
    remedy = "Drop or shorten a restriction; max_attempts can be raised where a set is only small."
    if found.contradictory:
        remedy = f"Drop or shorten one of: {found.named(*found.contradictory[0])}."
    elif found.narrative:
        remedy = "Drop the narrative restriction that you trust least."
    elif found.without.any():
        remedy = f"Drop or shorten {found.restrictions[found.most_binding]}."
    elif found.without_pairs:
        remedy = f"Drop or shorten both {found.named(*found.without_pairs[0][:2])}."
    return NoRotationError(
        f"No rotation of the estimated {search.reduced.model} satisfied the restrictions in "
        f"{search.max_attempts:,} attempts. {sentences}",
        remedy=remedy,
    )


def none_in_draws(search: Search) -> NoRotationError:
    """The error where rotations were found for the estimate, but for no draw."""
    return NoRotationError(
        "No draw of the reduced form has a rotation that satisfies the restrictions, in "
        f"{search.max_attempts:,} attempts each.",
        remedy="Drop or shorten a restriction, or raise max_attempts.",
    )


def _named(shocks: RestrictedShocks) -> tuple[str, ...]:
    given = [str(restriction) for restriction in shocks.restrictions]
    return (*given, *(f"{one}, by normalisation" for one in shocks.normalisations))


def _shock(shocks: RestrictedShocks, column: int) -> str:
    return shocks.shock_names[column]


def _conflict(search: Search, shock: int) -> tuple[int, ...]:
    """Restrictions on one shock that contradict one another at the estimate."""
    own = search.restrictions.of_shocks(shock)
    rows = own.rows(*_estimate(search))
    return smallest_conflict(rows.signs[0], own.signs.origin, rows.zeros[0], own.zeros.origin)


def _share(
    search: Search,
    restrictions: ResponseRestrictions,
    *,
    narrative: bool = False,
    sample: int = SAMPLE,
) -> float:
    """Share of rotations of the estimate that are accepted."""
    kept = search.narrative if narrative else Narrative(())
    patient = replace(
        search,
        restrictions=restrictions,
        narrative=kept,
        max_attempts=min(PATIENCE, search.max_attempts),
    )
    found = patient.of_estimate(sample, "conflicts")
    return float(found.found.sum() / max(found.attempts.sum(), 1))


def _estimate(search: Search) -> tuple[np.ndarray, np.ndarray]:
    """Lags and factor of the estimated reduced form."""
    reduced = search.reduced
    return reduced.lag_coefficients[None], np.linalg.cholesky(reduced.covariance)[None]
