"""What shocks are called, which of them are identified, and what needs those that are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ...data.panel import Column
from ...errors import NotIdentifiedError, SpecError
from ..responses import chosen
from .protocol import NamesShocks

if TYPE_CHECKING:
    from ..structural import StructuralVAR
    from .protocol import Identification

#: What the shocks that are not identified do together, beside those that are.
OTHER = "other shocks"


def names_of_shocks(scheme: Identification, names: Sequence[str]) -> tuple[str, ...]:
    """The name of each variable's shock: the variable's, unless the scheme gives another.

    Raises
    ------
    SpecError
        If two shocks have one name, or one has the name of a variable that it does not belong to.
    """
    if not isinstance(scheme, NamesShocks):
        return tuple(names)
    shocks = tuple(scheme.shock_names(names))
    for shock, own in zip(shocks, names, strict=True):
        if shocks.count(shock) > 1 or shock == OTHER or (shock in names and shock != own):
            raise SpecError(
                f"The shock to {own} is called '{shock}', which stands for something else.",
                remedy="Give every shock a name of its own, or that of its variable.",
            )
    return shocks


def chosen_shocks(svar: StructuralVAR, wanted: str | Sequence[str], what: str) -> tuple[str, ...]:
    """The shocks that were asked for, all of them identified.

    Raises
    ------
    SpecError
        If there is no such shock.
    NotIdentifiedError
    """
    shocks = chosen(wanted, svar.shock_names, "shock")
    require_shocks(svar, shocks, what)
    return shocks


def require_shocks(svar: StructuralVAR, shocks: Sequence[str], what: str) -> None:
    """Refuse what needs shocks that the scheme does not identify.

    Raises
    ------
    NotIdentifiedError
    """
    missing = [shock for shock in shocks if shock not in svar.identified]
    if missing:
        needed = "shock" if len(missing) == 1 else "shocks"
        raise NotIdentifiedError(
            f"{what}: the scheme '{svar.scheme.name}' does not identify the {needed} of "
            f"{', '.join(missing)}; it identifies {', '.join(svar.identified)}.",
            remedy="Use a scheme that identifies it, such as a recursive order.",
        )


def parts_of(svar: StructuralVAR) -> tuple[str, ...]:
    """The identified shocks, then the others as one where there are any."""
    return (*svar.identified, *(() if svar.known.all() else (OTHER,)))


def shock_label(shock: str, columns: Mapping[str, Column]) -> str:
    """A shock in a legend: its variable's label, or its own name."""
    if shock == OTHER:
        return "Other shocks (not identified)"
    return columns[shock].label if shock in columns else shock[:1].upper() + shock[1:]


def shock_in_words(shock: str, columns: Mapping[str, Column]) -> str:
    """A shock at the beginning of a sentence: ``Shock to Yen``, ``Monetary shock``."""
    label = shock_label(shock, columns)
    return f"Shock to {label}" if shock in columns else f"{label} shock"


def which_shocks(svar: StructuralVAR) -> tuple[str, ...]:
    """The identified shocks in words and how many are not; nothing where it goes without saying."""
    if svar.identified == svar.names:
        return ()
    found = [
        svar.columns[own].label if shock == own else f"{shock} (raises {svar.columns[own].label})"
        for shock, own in zip(svar.shock_names, svar.names, strict=True)
        if shock in svar.identified
    ]
    others = len(svar.names) - len(found)
    return (*found, *([f"{others} of {len(svar.names)} not identified"] if others else []))
