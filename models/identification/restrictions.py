"""How restrictions are written down: matrices of free and fixed entries, lists of zeros."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...errors import SpecError

#: A matrix with NaN where an entry is free, or what each row holds beside the default.
PatternLike = Any

#: Zeros as {response: shocks}, as (response, shock) pairs, or a matrix of NaN and 0.
ZerosLike = Any


@dataclass(frozen=True, slots=True)
class Pattern:
    """A square matrix whose entries are fixed (a number) or free (None).

    Attributes
    ----------
    cells : tuple of (row, column, value or None)
        Rows and columns are names of variables, or positions in the VAR's order.
    size : int or None
        Number of rows of a full matrix; None if only some entries are given.
    """

    cells: tuple[tuple[str | int, str | int, float | None], ...]
    size: int | None = None

    def matrix(self, names: Sequence[str], default: np.ndarray, what: str) -> np.ndarray:
        """The entries in the order of ``names``, NaN where free.

        Parameters
        ----------
        names : sequence of str
        default : ndarray, shape (K, K)
            Holds for the entries that are not given.
        what : str
            Name of the matrix in messages.

        Raises
        ------
        SpecError
            If the rows or columns are not the variables of the VAR.
        """
        found = np.array(default, dtype=float)
        if self.size not in (None, len(names)):
            raise SpecError(
                f"{what} has {self.size} rows and the VAR {len(names)} variables.",
                remedy=f"Give a row and a column for each of {', '.join(names)}.",
            )
        place: dict[str | int, int] = {name: i for i, name in enumerate(names)}
        for row, column, value in self.cells:
            i, j = (
                key if isinstance(key, int) else _place(key, place, what) for key in (row, column)
            )
            found[i, j] = np.nan if value is None else value
        return found


def as_pattern(given: PatternLike, what: str) -> Pattern | None:
    """A pattern from what a user writes.

    Parameters
    ----------
    given : DataFrame, array or mapping
        A DataFrame is read by its labels, an array in the order of the VAR. In both NaN (or None)
        is a free entry and a number a fixed one. A mapping gives some rows only: to each variable
        either the names of its free entries, or a mapping of names to numbers and NaN.
    what : str
        Name of the matrix in messages.
    """
    if given is None or isinstance(given, Pattern):
        return given
    if isinstance(given, Mapping):
        return Pattern(tuple(_cells_by_row(given, what)))
    labels: Sequence[str | int]
    values = pd.DataFrame(given)
    if values.shape[0] != values.shape[1]:
        raise SpecError(f"{what} is {values.shape}.", remedy="Give a square matrix.")
    labels = range(len(values))
    if isinstance(given, pd.DataFrame):
        rows, columns = ([str(name) for name in axis] for axis in given.axes)
        if sorted(rows) != sorted(columns) or len(set(rows)) < len(rows):
            raise SpecError(
                f"The rows and columns of {what} do not have the same names, each once.",
                remedy="Label both with the variables of the VAR; shocks are named as variables.",
            )
        values = given.set_axis(rows, axis=0).set_axis(columns, axis=1)[rows]
        labels = rows
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    cells = tuple(
        (labels[i], labels[j], _entry(value)) for (i, j), value in np.ndenumerate(numbers)
    )
    return Pattern(cells, len(values))


def as_zeros(given: ZerosLike, what: str) -> Pattern:
    """Zeros from what a user writes; every other entry is free.

    Parameters
    ----------
    given : mapping, sequence of pairs, DataFrame or array
        ``{response: shocks}``, pairs (response, shock), or a matrix of NaN and 0.
    what : str
    """
    if given is None:
        return Pattern(())
    if isinstance(given, Pattern):
        return given
    if isinstance(given, Mapping):
        rows = {row: _names(shocks) for row, shocks in given.items()}
        return Pattern(tuple((str(r), str(s), 0.0) for r, shocks in rows.items() for s in shocks))
    if not isinstance(given, pd.DataFrame | np.ndarray):
        pairs = list(given)
        if all(isinstance(p, tuple) and len(p) == 2 for p in pairs):
            return Pattern(tuple((str(response), str(shock), 0.0) for response, shock in pairs))
    pattern = as_pattern(given, what)
    assert pattern is not None
    other = [value for _, _, value in pattern.cells if value not in (None, 0.0)]
    if other:
        raise SpecError(f"{what} holds {other[0]:g}.", remedy="Use 0 for a zero and NaN elsewhere.")
    return pattern


def as_equations(given: Any) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    """Restrictions on equations from ``{equation: weights}`` or ``{equation: [weights, ...]}``.

    Weights map variables to numbers; a name alone stands for the weight 1 on it.
    """
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        return tuple(given)
    found = []
    for equation, restrictions in given.items():
        several = isinstance(restrictions, Sequence) and not isinstance(restrictions, str)
        for weights in restrictions if several else [restrictions]:
            terms = {weights: 1.0} if isinstance(weights, str) else dict(weights)
            found.append((str(equation), tuple((str(k), float(w)) for k, w in terms.items())))
    return tuple(found)


def exactly_zero(
    impact: np.ndarray, zeros: Iterable[tuple[str, str]], names: Sequence[str]
) -> np.ndarray:
    """Impact matrices (..., K, K) with imposed zeros (response, shock) free of rounding.

    NaN stays NaN.
    """
    for response, shock in zeros:
        cell = impact[..., names.index(response), names.index(shock)]
        impact[..., names.index(response), names.index(shock)] = np.where(np.isnan(cell), cell, 0.0)
    return impact


def _cells_by_row(given: Mapping[Any, Any], what: str) -> Iterable[tuple[str, str, float | None]]:
    for row, entries in given.items():
        if isinstance(entries, Mapping):
            yield from ((str(row), str(name), _entry(value)) for name, value in entries.items())
        elif isinstance(entries, np.ndarray | int | float):
            raise SpecError(
                f"Row {row} of {what} is {entries!r}.",
                remedy="Give the names of its free entries, or {name: number or NaN}.",
            )
        else:
            yield from ((str(row), str(name), None) for name in _names(entries))


def _names(given: str | Iterable[str]) -> list[str]:
    return [given] if isinstance(given, str) else [str(name) for name in given]


def _entry(value: float | None) -> float | None:
    if not isinstance(value, int | float | np.number | None):
        raise SpecError(
            f"An entry of a matrix of restrictions is {value!r}.",
            remedy="Use a number for a fixed entry, NaN or None for a free one.",
        )
    return None if value is None or np.isnan(value) else float(value)


def _place(key: str | int, place: Mapping[str | int, int], what: str) -> int:
    if key not in place:
        raise SpecError(
            f"{what} names {key}, which is not in the VAR.",
            remedy=f"Its variables: {', '.join(map(str, place))}.",
        )
    return place[key]
