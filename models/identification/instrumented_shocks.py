"""Which instruments are for which shocks: as given, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import SpecError
from ...estimation.proxy import Rule

#: Shocks with the instruments that they share.
Pairs = tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]

_TOLD_APART: dict[Rule, str] = {
    "instruments": "each may also pick up the shocks before it",
    "equations": "recursive: given the other variables, that of a shock does not react to those of "
    "later ones",
    "impact": "recursive: later ones do not move the variables of earlier ones within the period",
}


def as_pairs(shock: object, instruments: tuple[str, ...]) -> Pairs:
    """Shocks that share instruments, with these: one pair unless each has its own.

    Parameters
    ----------
    shock : str, sequence of str, mapping, or such pairs
    instruments : tuple of str
        All there are.

    Raises
    ------
    SpecError
    """
    if isinstance(shock, str):
        return (((shock,), instruments),)
    if isinstance(shock, Mapping):
        pairs = tuple(((name,), _as_names(columns)) for name, columns in shock.items())
    elif isinstance(shock, Sequence) and shock and all(isinstance(one, str) for one in shock):
        pairs = ((tuple(shock), instruments),)
    elif isinstance(shock, tuple) and shock and all(isinstance(one, tuple) for one in shock):
        pairs = shock  # as it was stored
    else:
        pairs = ()
    shocks = [name for names, _ in pairs for name in names]
    unknown = [name for _, columns in pairs for name in columns if name not in instruments]
    if not shocks or len(set(shocks)) < len(shocks) or unknown or not all(c for _, c in pairs):
        fault = f"{unknown[0]} is no instrument" if unknown else "name each shock once"
        raise SpecError(
            f"shock = {shock!r}: {fault}.",
            remedy=f"Name a shock, several, or a mapping of shocks to {', '.join(instruments)}.",
        )
    if any(len(columns) < len(names) for names, columns in pairs):
        raise SpecError(
            f"{len(instruments)} instruments for {len(shocks)} shocks.",
            remedy="Give at least as many instruments as shocks.",
        )
    return pairs


def _as_names(columns: object) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)  # type: ignore[arg-type]


def in_words(pairs: Pairs, label: Mapping[str, str], rule: Rule) -> str:
    """``z1, z2 for the shocks of a, b (recursive: ...)``, shocks by their labels."""
    found = "; ".join(
        f"{', '.join(instruments)} for the shock{'s' * (len(shocks) > 1)} of "
        f"{', '.join(label[shock] for shock in shocks)}"
        for shocks, instruments in pairs
    )
    several = sum(len(shocks) for shocks, _ in pairs) > 1
    return f"{found} ({_TOLD_APART[rule]})" if several else found
