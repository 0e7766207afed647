"""What is measured under every identification of the loop: gain, edges, pass-through."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from .claim_components import Component
from .claim_measures import gain_of, pass_through_of, responses_of
from .claim_statements import Claim, load_claims

if TYPE_CHECKING:
    from .scheme_curve import Measure
    from .structural import StructuralVAR

#: Months at which the US yield's response is shown; the claim looks at more.
US_HORIZONS = (0, 12)


def loop_measures(roles: Mapping[str, str]) -> tuple[Measure, ...]:
    """The statistics of claims C1, C2 and C6, each by itself, on monthly data.

    Each is refused by itself where a scheme does not identify the shock that it needs.

    Parameters
    ----------
    roles : mapping of part to id
        ``us10y``, ``yen``, ``import_price``, ``cpi`` and ``jgb10y``.
    """
    claims = load_claims()
    c1, c2, c6 = claims["C1"], claims["C2"], claims["C6"]
    yen, cpi, jgb, us = roles["yen"], roles["cpi"], roles["jgb10y"], roles["us10y"]
    return (
        partial(_gain, c2, yen, jgb),
        partial(_pass_through, c1, "import_price", roles["import_price"], yen),
        partial(_pass_through, c1, "cpi", cpi, yen),
        partial(_edge, c2, "yen_to_cpi", yen, cpi),
        partial(_edge, c2, "cpi_to_jgb", cpi, jgb),
        partial(_edge, c2, "jgb_to_yen", jgb, yen),
        partial(_us_yield, c6, jgb, us),
    )


def _gain(claim: Claim, yen: str, jgb: str, svar: StructuralVAR) -> list[Component]:
    return [gain_of(svar, claim.part("gain"), yen, jgb)]


def _pass_through(
    claim: Claim, part: str, price: str, yen: str, svar: StructuralVAR
) -> list[Component]:
    return [pass_through_of(svar, claim.part(part), price, yen)]


def _edge(
    claim: Claim, name: str, source: str, response: str, svar: StructuralVAR
) -> list[Component]:
    part = claim.part(name)
    return responses_of(svar, source, part, part.horizons, response)


def _us_yield(claim: Claim, jgb: str, us: str, svar: StructuralVAR) -> list[Component]:
    return responses_of(svar, jgb, claim.part("us10y"), US_HORIZONS, us)
