"""Restrictions on the signs of responses, and zeros beside them, as a user writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...data.panel import Column
from ...errors import NotIdentifiedError, SpecError
from ...estimation.response_restrictions import LONG_RUN, Cells, ResponseRestrictions

Horizons = int | range | Sequence[int]


@dataclass(frozen=True, slots=True)
class Sign:
    """The response of a variable to a shock is positive, or negative, at some horizons.

    Parameters
    ----------
    shock : str
        Name of the shock.
    response : str
        The variable, in the units in which it enters the VAR.
    sign : {"+", "-"}
    horizons : int or sequence of int
        Periods after the shock: one, or several such as ``range(4)``; 0 is the period of the shock.
    cumulative : bool
        Whether the sign is that of the response summed up to the horizon: for a variable in
        changes, the response of its level.

    Raises
    ------
    SpecError
    """

    shock: str
    response: str
    sign: Literal["+", "-"]
    horizons: Horizons = 0
    cumulative: bool = False

    def __post_init__(self) -> None:
        if self.sign not in ("+", "-"):
            raise SpecError(
                f"The sign of {self.response} after {self.shock} is {self.sign!r}.",
                remedy="Use '+' or '-'; a response of zero is a ZeroResponse.",
            )
        object.__setattr__(self, "horizons", _as_horizons(self.horizons, self))

    @property
    def steps(self) -> tuple[int, ...]:
        """The horizons, ascending."""
        return tuple(self.horizons)  # type: ignore[arg-type]

    @property
    def at(self) -> str:
        """The horizons in words, such as ``h = 0-3, cumulated``."""
        spans = "+".join(_spans(self.steps))
        return f"h = {spans}{', cumulated' if self.cumulative and self.steps != (0,) else ''}"

    def __str__(self) -> str:
        """In words, such as ``monetary: jgb10y + (h = 0-3)``."""
        return f"{self.shock}: {self.response} {self.sign} ({self.at})"


@dataclass(frozen=True, slots=True)
class ZeroResponse:
    """The response of a variable to a shock is zero at one horizon.

    Parameters
    ----------
    shock, response : str
    horizon : int or "long_run"
        ``long_run``: the response cumulated over all horizons, which for a variable in changes is
        the lasting effect on its level.

    Raises
    ------
    SpecError
    """

    shock: str
    response: str
    horizon: int | Literal["long_run"] = 0

    def __post_init__(self) -> None:
        if self.horizon != "long_run":
            _as_horizons(self.horizon, self)

    @property
    def at(self) -> str:
        """The horizon in words."""
        return "long run" if self.horizon == "long_run" else f"h = {self.horizon}"

    def __str__(self) -> str:
        """In words, such as ``monetary: oil 0 (h = 0)``."""
        return f"{self.shock}: {self.response} 0 ({self.at})"


Restriction = Sign | ZeroResponse
OwnLike = Mapping[str, str] | Iterable[tuple[str, str]] | None


@dataclass(frozen=True, slots=True)
class RestrictedShocks:
    """Restricted shocks among the variables of a VAR, one shock to a variable.

    Attributes
    ----------
    names : tuple of str
        The variables.
    own : tuple of (shock, variable)
        Shocks in the order in which they are first named, with the variable that each belongs to.
    restrictions : tuple of Sign or ZeroResponse
    """

    names: tuple[str, ...]
    own: tuple[tuple[str, str], ...]
    restrictions: tuple[Restriction, ...]

    @property
    def column(self) -> dict[str, int]:
        """Where each shock stands among the columns of the impact matrix."""
        return {shock: self.names.index(variable) for shock, variable in self.own}

    @property
    def identified(self) -> np.ndarray:
        """Columns of restricted shocks, shape (K,), bool."""
        return np.isin(np.arange(len(self.names)), list(self.column.values()))

    @property
    def shock_names(self) -> tuple[str, ...]:
        """Name of each shock; that of its variable where it is not restricted."""
        named = {variable: shock for shock, variable in self.own}
        return tuple(named.get(name, name) for name in self.names)

    @property
    def normalisations(self) -> tuple[Sign, ...]:
        """Shocks raise their own variable on impact, where no sign at horizon 0 is given for it."""
        given = {
            (r.shock, r.response) for r in self.restrictions if isinstance(r, Sign) and 0 in r.steps
        }
        return tuple(Sign(shock, own, "+") for shock, own in self.own if (shock, own) not in given)

    @property
    def imposed(self) -> tuple[Restriction, ...]:
        """All restrictions, normalisations last."""
        return (*self.restrictions, *self.normalisations)

    def arrays(self) -> ResponseRestrictions:
        """All restrictions as arrays; ``origin`` counts them in the order of ``imposed``."""
        signs, zeros = [], []
        for number, restriction in enumerate(self.imposed):
            j, i = self.column[restriction.shock], self.names.index(restriction.response)
            if isinstance(restriction, Sign):
                sign = 1 if restriction.sign == "+" else -1
                summed = restriction.cumulative
                signs += [(j, i, h, summed, sign, number) for h in restriction.steps]
            else:
                h = LONG_RUN if restriction.horizon == "long_run" else int(restriction.horizon)
                zeros.append((j, i, h, False, 0, number))
        return ResponseRestrictions(len(self.names), Cells.of(signs), Cells.of(zeros))

    def imposed_zeros(self, horizon: int | str) -> frozenset[tuple[str, str]]:
        """Pairs (response, shock) that are zero at a horizon, or in the ``long_run``."""
        zeros = [
            r for r in self.restrictions if isinstance(r, ZeroResponse) and r.horizon == horizon
        ]
        return frozenset((zero.response, zero.shock) for zero in zeros)

    def imposed_signs(self) -> frozenset[tuple[str, str, int]]:
        """Triples (response, shock, horizon) whose sign is restricted; no normalisations."""
        signs = [r for r in self.restrictions if isinstance(r, Sign)]
        return frozenset((sign.response, sign.shock, h) for sign in signs for h in sign.steps)

    def in_words(self, columns: Mapping[str, Column]) -> str:
        """Shock by shock, such as ``monetary: JGB 10y + (h = 0-3), Oil 0 (h = 0)``."""
        parts = []
        for shock, own in self.own:
            cells = [_cell(r, columns) for r in self.restrictions if r.shock == shock]
            belongs = "" if shock == own else f" (of {columns[own].label})"
            parts.append(f"{shock}{belongs}: {', '.join(cells) or 'no restriction of its own'}")
        return "; ".join(parts)


def as_own(own: OwnLike) -> tuple[tuple[str, str], ...]:
    """The variables of shocks as pairs (shock, variable)."""
    pairs = own.items() if isinstance(own, Mapping) else own or ()
    return tuple((str(shock), str(variable)) for shock, variable in pairs)


def restricted_shocks(
    restrictions: Sequence[Restriction],
    own: tuple[tuple[str, str], ...],
    names: Sequence[str],
    others: Sequence[str] = (),
) -> RestrictedShocks:
    """Place the restricted shocks among the variables of a VAR.

    Parameters
    ----------
    restrictions : sequence of Sign or ZeroResponse
    own : tuple of (shock, variable)
        Needed for shocks that are not named after a variable.
    names : sequence of str
        The variables.
    others : sequence of str
        Shocks that are restricted otherwise, such as by narratives.

    Raises
    ------
    SpecError
        If names do not fit, or restrictions contradict one another.
    NotIdentifiedError
        If a shock has more zeros than rotations can satisfy.
    """
    shocks = tuple(dict.fromkeys([*(r.shock for r in restrictions), *others]))
    placed = _placed(shocks, dict(own), names)
    for restriction in restrictions:
        if restriction.response not in names:
            raise SpecError(
                f"A restriction is on '{restriction.response}', which is not in the VAR "
                f"({restriction}).",
                remedy=f"Its variables: {', '.join(names)}.",
            )
    found = RestrictedShocks(tuple(names), placed, tuple(restrictions))
    _require_consistent(found)
    _require_rank(found)
    return found


def as_restrictions(given: Iterable[Restriction]) -> tuple[Restriction, ...]:
    """The restrictions as a tuple, refused unless all are ``Sign`` or ``ZeroResponse``."""
    restrictions = (given,) if isinstance(given, Sign | ZeroResponse) else tuple(given)
    for restriction in restrictions:
        if not isinstance(restriction, Sign | ZeroResponse):
            raise SpecError(
                f"{restriction!r} is no restriction.",
                remedy="Use Sign('yen', 'cpi', '+', range(4)) or ZeroResponse('yen', 'oil').",
            )
    return restrictions


def _placed(
    shocks: Sequence[str], own: Mapping[str, str], names: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Each shock with its variable."""
    unused = [shock for shock in own if shock not in shocks]
    if unused:
        raise SpecError(
            f"The shock '{unused[0]}' has a variable of its own but no restriction.",
            remedy=f"Restrict it, or leave it out of own; restricted: {', '.join(shocks)}.",
        )
    for shock in shocks:
        variable = own.get(shock, shock)
        if variable not in names:
            raise SpecError(
                f"The shock '{shock}' belongs to no variable of the VAR.",
                remedy=f"Say which one it raises: own={{'{shock}': ...}}, one of "
                f"{', '.join(names)}.",
            )
        if shock in names and variable != shock:
            raise SpecError(
                f"The shock '{shock}' is named after a variable and belongs to '{variable}'.",
                remedy="Give it another name.",
            )
        rival = next((s for s in shocks if s != shock and own.get(s, s) == variable), None)
        if rival:
            raise SpecError(
                f"The shocks '{shock}' and '{rival}' both belong to '{variable}'.",
                remedy="Give one of them another variable in own, one that it raises on impact.",
            )
    return tuple((shock, own.get(shock, shock)) for shock in shocks)


def _require_consistent(found: RestrictedShocks) -> None:
    """Refuse restrictions that say the opposite, or the same, of one response."""
    known: dict[tuple[str, str, int | str, bool], Restriction] = {}
    for restriction in found.restrictions:
        for cell in _cells(restriction):
            earlier = known.setdefault(cell, restriction)
            if earlier is not restriction:
                twice = "repeats" if _kind(earlier) == _kind(restriction) else "contradicts"
                raise SpecError(
                    f"The restriction {restriction} {twice} {earlier}.", remedy="Drop one of them."
                )
    for shock, own in found.own:
        if isinstance(known.get((shock, own, 0, False)), ZeroResponse):
            raise SpecError(
                f"The shock '{shock}' belongs to '{own}' and is to leave it unmoved on impact.",
                remedy=f"Let it belong to a variable that it moves: own={{'{shock}': ...}}.",
            )


def _require_rank(found: RestrictedShocks) -> None:
    """The n-th shock by falling number of zeros can have K - n of them."""
    k = len(found.names)
    zeros = [
        sum(r.shock == s for r in found.restrictions if isinstance(r, ZeroResponse))
        for s, _ in found.own
    ]
    order = sorted(range(len(zeros)), key=lambda j: -zeros[j])
    for place, j in enumerate(order, start=1):
        if zeros[j] > k - place:
            shock = found.own[j][0]
            raise NotIdentifiedError(
                f"The shock '{shock}' has {zeros[j]} zero restrictions. It is number {place} by "
                f"their number, and number n of {k} shocks can have {k} - n: more leave it no "
                "direction that is orthogonal to the shocks before it.",
                remedy=f"Leave '{shock}' at most {k - place} zeros, or use ShortLongRun, which "
                "estimates over-identified models.",
            )


def _cells(restriction: Restriction) -> Iterator[tuple[str, str, int | str, bool]]:
    """What is restricted; at horizon 0 a cumulated response is the response."""
    if isinstance(restriction, ZeroResponse):
        yield restriction.shock, restriction.response, restriction.horizon, False
        return
    for h in restriction.steps:
        yield restriction.shock, restriction.response, h, restriction.cumulative and h > 0


def _kind(restriction: Restriction) -> str:
    return restriction.sign if isinstance(restriction, Sign) else "0"


def _cell(restriction: Restriction, columns: Mapping[str, Column]) -> str:
    return f"{columns[restriction.response].label} {_kind(restriction)} ({restriction.at})"


def _as_horizons(given: Horizons, restriction: Restriction) -> tuple[int, ...]:
    steps = (given,) if isinstance(given, int | np.integer) else given
    whole = isinstance(steps, Iterable) and not isinstance(steps, str)
    steps = tuple(steps) if whole else ()
    if not steps or not all(
        isinstance(h, int | np.integer) and not isinstance(h, bool) and h >= 0 for h in steps
    ):
        raise SpecError(
            f"The response of {restriction.response} to {restriction.shock} is restricted at "
            f"{given!r}.",
            remedy="Use a horizon of 0 or more, several such as range(4), or for a ZeroResponse "
            "'long_run'.",
        )
    return tuple(sorted({int(h) for h in steps}))


def _spans(steps: Sequence[int]) -> Iterator[str]:
    """Runs of horizons, such as ``0-3``."""
    first = last = steps[0]
    for step in [*steps[1:], None]:
        if step is not None and step == last + 1:
            last = step
            continue
        yield f"{first}" if first == last else f"{first}-{last}"
        if step is not None:
            first = last = step
