"""The statistics of claims C1, C2 and C6 from structural VARs: which responses, which schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ..data.panel import label_of
from ..errors import NotIdentifiedError, SpecError
from .claim_components import Component
from .claim_measures import gain_of, pass_through_of, responses_of
from .claim_statements import Claim, load_claims
from .claims import Evidence
from .passthrough import ROLES

if TYPE_CHECKING:
    from .structural import StructuralVAR

#: Ids of the parts in the daily panel.
DAILY_ROLES: Mapping[str, str] = {
    "jgb10y": "jgb10y_daily",
    "yen": "usdjpy_ecb",
    "us10y": "us10y_daily",
}


def claim_c1(
    svars: Sequence[StructuralVAR],
    *,
    roles: Mapping[str, str] = ROLES,
    claim: Claim | None = None,
) -> Evidence:
    """C1, Japan's part: 12-month pass-through of the yen to import prices and to the CPI.

    Parameters
    ----------
    svars : sequence of StructuralVAR
        One for each scheme; those that do not identify the yen shock, or under which a price
        cannot react to the yen within the month (yen-basis import prices do by construction), are
        left out.
    roles : mapping of part to id
        Ids of ``yen``, ``import_price`` and ``cpi``.
    claim : Claim, optional
        By default that of ``claims.toml``.
    """
    fixed = claim or load_claims()["C1"]
    with_yen, said = _that_identify(svars, roles["yen"])
    open_to_yen, note = _where_prices_react(with_yen, roles)
    components = [
        pass_through_of(svar, fixed.part(name), roles[name], roles["yen"])
        for svar in open_to_yen
        for name in ("import_price", "cpi")
    ]
    return _evidence(fixed, components, svars, note, *said)


def claim_c2(
    svars: Sequence[StructuralVAR],
    *,
    roles: Mapping[str, str] = ROLES,
    claim: Claim | None = None,
) -> Evidence:
    """C2: the three edges of the loop have the stated sign, and the loop gain is positive.

    No recursive order leaves all three edges free within the month. An order that frees an edge
    gives what moves both ends within the month to its source, and one that does not sets it to
    zero on impact; so all orders count, the least favourable decides, and for each edge (for the
    gain: that from the JGB yield to the yen) at least one order must leave it free. From the yen
    to the CPI only those orders count in which prices can react to the yen within the month.
    A scheme that identifies some of the shocks only counts for what follows from these.

    Parameters
    ----------
    svars : sequence of StructuralVAR
        One for each admissible scheme.
    roles : mapping of part to id
        Ids of ``yen``, ``import_price``, ``cpi`` and ``jgb10y``.
    claim : Claim, optional
    """
    fixed = claim or load_claims()["C2"]
    edges = (
        ("yen_to_cpi", roles["cpi"], roles["yen"]),
        ("cpi_to_jgb", roles["jgb10y"], roles["cpi"]),
        ("jgb_to_yen", roles["yen"], roles["jgb10y"]),
    )
    components: list[Component] = []
    notes: list[str] = []
    for name, response, source in edges:
        part = fixed.part(name)
        able, said = _that_identify(svars, source)
        if name == "yen_to_cpi":
            able, note = _where_prices_react(able, roles)
            notes.append(note)
        notes += said
        for svar in able:
            components += responses_of(svar, source, part, part.horizons, response)
    gain_part = fixed.part("gain")
    components += [
        gain_of(svar, gain_part, roles["yen"], roles["jgb10y"])
        for svar in _that_identify(svars, roles["yen"])[0]
    ]
    return _evidence(fixed, components, svars, *notes)


def claim_c6(
    svars: Sequence[StructuralVAR],
    *,
    daily: StructuralVAR | None = None,
    beside: Sequence[StructuralVAR] = (),
    roles: Mapping[str, str] = ROLES,
    daily_roles: Mapping[str, str] = DAILY_ROLES,
    claim: Claim | None = None,
) -> Evidence:
    """C6: US yields do not follow JGB yields up, and their differential falls with the yen.

    Within the month recursive orders cannot tell which of two markets follows the other: with JGB
    yields first all that they share counts as Japan's, with US yields first the response on impact
    is zero by assumption and left out. All orders count, and the least favourable decides.

    Parameters
    ----------
    svars : sequence of StructuralVAR
        Monthly, one for each admissible scheme; used when there is no daily model.
    daily : StructuralVAR, optional
        In clock order: Tokyo's markets, then the yen, then New York's.
    beside : sequence of StructuralVAR
        Monthly schemes without zeros on these responses, which count whether there is a daily
        model or not: parts of their own where there is one.
    roles, daily_roles : mapping of part to id
        Ids of ``jgb10y``, ``yen`` and ``us10y`` in the one and in the other.
    claim : Claim, optional
    """
    fixed = claim or load_claims()["C6"]
    if daily is None:
        models = [*svars, *beside]
        components, said = _us_yields(fixed, models, roles, daily=False)
        return _evidence(fixed, components, models, "Monthly.", *said)
    components, said = _us_yields(fixed, [daily], daily_roles, daily=True)
    if beside:
        monthly, more = _us_yields(fixed, beside, roles, daily=False)
        components += [replace(c, name=f"{c.name}_monthly") for c in monthly]
        said += ["Parts in months: schemes without an order.", *more]
    return _evidence(fixed, components, [daily, *beside], "Daily, in clock order.", *said)


def _us_yields(
    claim: Claim, models: Sequence[StructuralVAR], ids: Mapping[str, str], *, daily: bool
) -> tuple[list[Component], list[str]]:
    """The parts of C6 under each model, and which of them do not identify the shock."""
    measured = (
        ("us10y", ids["us10y"], None),
        ("differential", ids["us10y"], ids["jgb10y"]),
        ("yen", ids["yen"], None),
    )
    able, said = _that_identify(models, ids["jgb10y"])
    components: list[Component] = []
    for svar in able:
        for name, response, minus in measured:
            part = claim.part(name)
            horizons = part.horizons_daily if daily else part.horizons
            components += responses_of(svar, ids["jgb10y"], part, horizons, response, minus)
    return components, said


def _that_identify(
    svars: Sequence[StructuralVAR], variable: str
) -> tuple[Sequence[StructuralVAR], list[str]]:
    """The schemes that identify the shock of a variable, and how many do not in words.

    Raises
    ------
    NotIdentifiedError
        If none does: then nothing is known of what it does.
    """
    found = [svar for svar in svars if svar.shock_of(variable) in svar.identified]
    if len(found) == len(svars):
        return svars, []
    label, left_out = svars[0].columns[variable].label, len(svars) - len(found)
    if not found:
        raise NotIdentifiedError(
            f"None of {len(svars)} schemes identifies the shock of {label}.",
            remedy="Add one that does, such as a recursive order.",
        )
    return found, [f"{left_out} of {len(svars)} schemes do not identify the shock of {label}."]


def _where_prices_react(
    svars: Sequence[StructuralVAR], roles: Mapping[str, str]
) -> tuple[Sequence[StructuralVAR], str]:
    """The schemes under which both prices can react to the yen within the month (all, if none)."""
    prices, yen = [roles[price] for price in ("import_price", "cpi")], roles["yen"]
    found = [
        svar
        for svar in svars
        if not any(svar.imposes_zero(price, svar.shock_of(yen)) for price in prices)
    ]
    if not found or len(found) == len(svars):
        return svars, ""
    left_out = len(svars) - len(found)
    return found, (
        f"{left_out} of {len(svars)} schemes, in which prices cannot react to the yen within the "
        "month, are left out of its effect on prices."
    )


def _evidence(
    claim: Claim, components: Sequence[Component], svars: Sequence[StructuralVAR], *said: str
) -> Evidence:
    if not svars:
        raise SpecError(
            f"No structural VAR was given for claim {claim.id}.",
            remedy=f"It needs {claim.scheme}.",
        )
    samples = dict.fromkeys(svar.reduced.sample for svar in svars)
    ends = [svar.reduced.dates[-1] for svar in svars]
    last = min(end.to_period("M") if isinstance(end, pd.Timestamp) else end for end in ends)
    shared = svars[0].notes()[1:]  # draws, model, sample, caveats; the schemes differ
    notes = (*dict.fromkeys(filter(None, said)), *shared)
    return Evidence(claim, tuple(components), ", ".join(samples), label_of(last), notes)
