"""Linear restrictions on the coefficients of a VAR: closed blocks, zeros, general equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...data.panel import Column
from ...errors import SpecError
from ...estimation.restricted_var import LinearRestrictions

#: (equation, variable, lag). The variable may also be a deterministic term, such as ``const``.
#: Lag 0 is the current value of an exogenous column; None stands for all lags that there are.
Coefficient = tuple[str, str, int | None]

#: One restriction: weights by (equation, regressor) as numbers, and the value of their sum.
Row = tuple[dict[tuple[int, int], float], float]


class Restriction(Protocol):
    """A set of linear restrictions on the coefficients of a VAR."""

    def rows(self, names: Sequence[str], regressors: Sequence[str]) -> list[Row]:
        """The restrictions for a VAR of these variables and these regressors of an equation."""
        ...

    def describe(self, columns: Mapping[str, Column]) -> str:
        """The restrictions in words."""
        ...


@dataclass(frozen=True, slots=True)
class BlockExogenous:
    """Equations closed to the past of all other endogenous variables.

    The block is a VAR of its own: its lags enter the other equations, theirs do not enter the
    block. Exogenous columns and deterministic terms stay in all equations. Whether the block
    reacts to the others within the period is the identification's to say: in a recursive one put
    the block first.

    Parameters
    ----------
    block : sequence of str
        Such as ``["oil", "us10y"]``.
    """

    block: Sequence[str]

    def __post_init__(self) -> None:
        names = (self.block,) if isinstance(self.block, str) else tuple(self.block)
        object.__setattr__(self, "block", names)

    def rows(self, names: Sequence[str], regressors: Sequence[str]) -> list[Row]:
        """Zeros at every lag of the others; see ``Restriction.rows``."""
        equations = [_index(name, names, "variable") for name in self.block]
        others = [name for name in names if name not in self.block]
        if not equations or not others:
            raise SpecError(
                f"A closed block of {len(equations)} of {len(names)} variables.",
                remedy="Name at least one variable, and leave at least one out.",
            )
        places = [i for name in others for i in _places(name, None, names, regressors)]
        return [({(equation, i): 1.0}, 0.0) for equation in equations for i in places]

    def describe(self, columns: Mapping[str, Column]) -> str:
        """The block in words."""
        return f"{', '.join(columns[name].label for name in self.block)} closed to all others"


@dataclass(frozen=True, slots=True)
class Zero:
    """Coefficients that are zero.

    Parameters
    ----------
    coefficients : sequence of (equation, variable, lag)
        Such as ``[("cpi", "yen", None), ("cpi", "oil", 3)]``; None stands for all lags.
    """

    coefficients: Sequence[Coefficient]

    def __post_init__(self) -> None:
        object.__setattr__(self, "coefficients", tuple(map(_coefficient, self.coefficients)))

    def rows(self, names: Sequence[str], regressors: Sequence[str]) -> list[Row]:
        """One zero for each coefficient; see ``Restriction.rows``."""
        return [
            ({(_index(equation, names, "equation"), i): 1.0}, 0.0)
            for equation, variable, lag in self.coefficients
            for i in _places(variable, lag, names, regressors)
        ]

    def describe(self, columns: Mapping[str, Column]) -> str:
        """The zeros in words."""
        return f"zero: {', '.join(_in_words(place, columns) for place in self.coefficients)}"


@dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum of coefficients has a given value.

    Parameters
    ----------
    weights : Mapping[(equation, variable, lag), float]
        Such as ``{("cpi", "yen", 1): 1, ("cpi", "yen", 2): -1}``; a lag of None gives each lag
        the weight, so ``{("cpi", "yen", None): 1}`` is about the sum over lags.
    value : float

    Notes
    -----
    Stored as a tuple of pairs, so that the restriction can stand in a frozen specification.
    """

    weights: Mapping[Coefficient, float] | Sequence[tuple[Coefficient, float]]
    value: float = 0.0

    def __post_init__(self) -> None:
        given = self.weights.items() if isinstance(self.weights, Mapping) else self.weights
        object.__setattr__(self, "weights", tuple((_coefficient(place), w) for place, w in given))

    def rows(self, names: Sequence[str], regressors: Sequence[str]) -> list[Row]:
        """The one restriction, unless no such coefficient exists; see ``Restriction.rows``."""
        weights: dict[tuple[int, int], float] = {}
        for (equation, variable, lag), weight in dict(self.weights).items():
            for i in _places(variable, lag, names, regressors):
                weights[_index(equation, names, "equation"), i] = float(weight)
        return [(weights, self.value)] if weights else []

    def describe(self, columns: Mapping[str, Column]) -> str:
        """The equation in words."""
        terms = (f"{w:g} x {_in_words(place, columns)}" for place, w in dict(self.weights).items())
        return f"{' + '.join(terms)} = {self.value:g}"


def as_restrictions(given: Restriction | Sequence[Restriction]) -> tuple[Restriction, ...]:
    """Restrictions as a tuple; one alone need not stand in a list."""
    return tuple(given) if isinstance(given, Sequence) else (given,)


def linear_restrictions(
    restrictions: Sequence[Restriction], names: Sequence[str], regressors: Sequence[str]
) -> LinearRestrictions | None:
    """All restrictions as arrays, None if there are none.

    Raises
    ------
    SpecError
        If a name is not in the model, or the restrictions repeat or contradict one another.
    """
    found = [row for one in restrictions for row in one.rows(names, regressors)]
    rows = [row for i, row in enumerate(found) if row not in found[:i]]
    if not rows:
        return None
    parts, equations, sums = [], [], np.zeros((len(rows), 0))
    for number, (weights, _) in enumerate(rows):
        for equation in sorted({e for e, _ in weights}):
            part = np.zeros(len(regressors))
            for (e, i), weight in weights.items():
                if e == equation:
                    part[i] = weight
            parts.append(part)
            equations.append(equation)
            sums = np.column_stack([sums, np.arange(len(rows)) == number])
    arrays = LinearRestrictions(
        np.array(parts), np.array(equations), sums, np.array([value for _, value in rows])
    )
    if np.linalg.matrix_rank(arrays.matrix(len(names))) < len(rows):
        raise SpecError(
            "The restrictions repeat or contradict one another.",
            remedy="Leave out those that follow from the others.",
        )
    return arrays


def _coefficient(given: Coefficient) -> Coefficient:
    """The place of a coefficient as a tuple."""
    if isinstance(given, str) or len(given) != 3:
        raise SpecError(
            f"{given!r} is not a coefficient.",
            remedy="Write (equation, variable, lag), with None for all lags.",
        )
    equation, variable, lag = given
    return equation, variable, lag


def _places(
    variable: str, lag: int | None, names: Sequence[str], regressors: Sequence[str]
) -> list[int]:
    """Numbers of the regressors that hold a variable at one lag, or at all of them."""
    lags = {name: _variable_and_lag(name) for name in regressors}
    known = [*names, *(base for base, number in lags.values() if number == 0)]
    _index(variable, known, "variable or term")
    places = [
        i
        for i, name in enumerate(regressors)
        if lags[name][0] == variable and lag in (None, lags[name][1])
    ]
    if not places and lag is not None:
        raise SpecError(
            f"No equation holds lag {lag} of {variable}.",
            remedy="Restrict lags that the VAR has; fix their number instead of a criterion.",
        )
    return places


def _variable_and_lag(regressor: str) -> tuple[str, int]:
    """``yen.l2`` is lag 2 of ``yen``; a term without a lag is its own lag 0."""
    base, _, number = regressor.rpartition(".l")
    return (base, int(number)) if base and number.isdigit() else (regressor, 0)


def _index(name: str, available: Sequence[str], what: str) -> int:
    if name not in available:
        raise SpecError(
            f"No {what} is called '{name}'.", remedy=f"Available: {', '.join(available)}."
        )
    return list(available).index(name)


def _in_words(place: Coefficient, columns: Mapping[str, Column]) -> str:
    equation, variable, lag = place
    regressor = columns[variable].label if variable in columns else variable
    at = ", all lags" if lag is None else f", lag {lag}" if lag else ""
    if variable not in columns:
        at = ""
    return f"{regressor}{at} in {columns[equation].label}"
