"""Options that a model cannot use are refused, with what it can use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..errors import SpecError


def require_choice(key: str, value: object, choices: Sequence[str]) -> None:
    """Refuse a word that is not among the choices.

    Raises
    ------
    SpecError
    """
    if value not in choices:
        raise SpecError(f"{key} = {value!r}.", remedy=f"Choose one of: {', '.join(choices)}.")


def require_count(key: str, value: int, least: int) -> None:
    """Refuse a number that is not whole or too small.

    Raises
    ------
    SpecError
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least:
        raise SpecError(f"{key} = {value}.", remedy=f"Use a whole number of {least} or more.")


def require_levels(levels: Sequence[float]) -> None:
    """Coverage is a share, such as 0.90, not a percentage.

    Raises
    ------
    SpecError
    """
    given = tuple(levels) if isinstance(levels, Iterable) else levels
    if not isinstance(given, tuple) or not given or not all(0 < level < 1 for level in given):
        raise SpecError(f"levels = {given}.", remedy="Use shares such as (0.68, 0.90).")
