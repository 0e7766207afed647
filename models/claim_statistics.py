"""The statistics of claims C1, C2 and C6 from structural VARs: which responses, which schemes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..data.dates import PERIOD_NAMES
from ..data.panel import label_of
from ..errors import SpecError
from ..estimation import gain
from .claim_components import Component, RatioComponent
from .claim_statements import Claim, Part, load_claims
from .claims import Evidence
from .joint_estimate import masked_where
from .passthrough import ROLES, pass_through
from .responses import IRF

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
        One for each scheme; those under which a price cannot react to the yen within the month
        are left out (yen-basis import prices do by construction).
    roles : mapping of part to id
        Ids of ``yen``, ``import_price`` and ``cpi``.
    claim : Claim, optional
        By default that of ``claims.toml``.
    """
    fixed = claim or load_claims()["C1"]
    open_to_yen, note = _where_prices_react(svars, roles)
    components = [
        _ratio(svar, fixed.part(name), roles[name], roles["yen"])
        for svar in open_to_yen
        for name in ("import_price", "cpi")
    ]
    return _evidence(fixed, components, svars, note)


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
    open_to_yen, note = _where_prices_react(svars, roles)
    components: list[Component] = []
    for name, response, shock in edges:
        part = fixed.part(name)
        for svar in open_to_yen if name == "yen_to_cpi" else svars:
            irf = _sized(svar, shock, part, part.horizons[0])
            components.append(_response(svar, irf, part, part.horizons[0], response))
    gain_part = fixed.part("gain")
    components += [_gain(svar, gain_part, roles["yen"], roles["jgb10y"]) for svar in svars]
    return _evidence(fixed, components, svars, note)


def claim_c6(
    svars: Sequence[StructuralVAR],
    *,
    daily: StructuralVAR | None = None,
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
    roles, daily_roles : mapping of part to id
        Ids of ``jgb10y``, ``yen`` and ``us10y`` in the one and in the other.
    claim : Claim, optional
    """
    fixed = claim or load_claims()["C6"]
    models, ids = (list(svars), roles) if daily is None else ([daily], daily_roles)
    measured = (
        ("us10y", ids["us10y"], None),
        ("differential", ids["us10y"], ids["jgb10y"]),
        ("yen", ids["yen"], None),
    )
    components = []
    for svar in models:
        for name, response, minus in measured:
            part = fixed.part(name)
            horizons = part.horizons if daily is None else part.horizons_daily
            irf = _sized(svar, ids["jgb10y"], part, max(horizons))
            components += [_response(svar, irf, part, h, response, minus) for h in horizons]
    period = "Monthly" if daily is None else "Daily, in clock order"
    return _evidence(fixed, components, models, note=f"{period}.")


def _where_prices_react(
    svars: Sequence[StructuralVAR], roles: Mapping[str, str]
) -> tuple[Sequence[StructuralVAR], str]:
    """The schemes under which both prices can react to the yen within the month (all, if none)."""
    zeros = {(roles[price], roles["yen"]) for price in ("import_price", "cpi")}
    found = [svar for svar in svars if not zeros & svar.scheme.imposed_zeros(svar.names)]
    if not found or len(found) == len(svars):
        return svars, ""
    left_out = len(svars) - len(found)
    return found, (
        f"{left_out} of {len(svars)} orders, in which prices cannot react to the yen within the "
        "month, are left out of its effect on prices."
    )


def _sized(svar: StructuralVAR, shock: str, part: Part, horizon: int) -> IRF:
    """Responses to a shock of the part's size, cumulated to levels."""
    svar.require_valid("claim")
    size = float(part.shock_size or 1.0) / svar.columns[shock].response_scale
    return svar.irf(horizon, size={shock: size}).select(shock=shock)


def _response(
    svar: StructuralVAR, irf: IRF, part: Part, horizon: int, response: str, minus: str | None = None
) -> Component:
    """The response of one level (or of a difference of two) at one horizon."""
    i, shock = irf.names.index(response), irf.shocks[0]
    point, draws = irf.point[horizon, i, 0], irf.draws[:, horizon, i, 0]
    if minus is not None:
        j = irf.names.index(minus)
        point, draws = point - irf.point[horizon, j, 0], draws - irf.draws[:, horizon, j, 0]
    several = len(part.horizons) > 1
    zero = (response, shock) in svar.scheme.imposed_zeros(svar.names)
    return Component(
        name=f"{part.name}_{horizon}" if several else part.name,
        draws=draws,
        estimate=float(point),
        restricted=zero and horizon == 0,
        impact_zero=zero,
        **_words(svar, part, horizon),
    )


def _ratio(svar: StructuralVAR, part: Part, price: str, yen: str) -> RatioComponent:
    """Pass-through for a fall of the yen by the part's size."""
    horizon, size = part.horizons[0], float(part.shock_size or 1.0)
    ratio = pass_through(svar, yen, exchange_rate=yen, prices=[price], horizons=[horizon])
    path = ratio.paths[0]
    scale = np.array([size, 1.0])
    return RatioComponent(
        name=part.name,
        draws=np.empty(0),
        estimate=size * float(path.estimate[0]),
        impact_zero=(price, yen) in svar.scheme.imposed_zeros(svar.names),
        numerator=size * float(path.numerator[0]),
        denominator=float(path.denominator[0]),
        covariance=path.covariance[0] * np.outer(scale, scale),
        **_words(svar, part, horizon),
    )


def _gain(svar: StructuralVAR, part: Part, yen: str, jgb: str) -> Component:
    """The finite-horizon gain at the yen node; draws whose opened system is unstable are NaN."""
    svar.require_valid("gain")
    horizon, i = part.horizons[0], svar.names.index(yen)
    reduced, draws = svar.reduced, svar.draws

    def at_horizon(lags: np.ndarray, covariance: np.ndarray, impact: np.ndarray) -> np.ndarray:
        system = (lags, covariance, impact[..., i], i)
        own, rest = gain.opened_system(*system)
        unstable = ~(gain.is_stable(own) & gain.is_stable(rest))
        return masked_where(unstable, gain.finite_horizon_gain(*system, horizon)[..., -1:])[..., 0]

    point = at_horizon(reduced.lag_coefficients[None], svar.covariance[None], svar.impact[None])
    return Component(
        name=part.name,
        draws=at_horizon(draws.lags, draws.covariance, draws.impact),
        estimate=float(point[0]),
        impact_zero=(yen, jgb) in svar.scheme.imposed_zeros(svar.names),
        **_words(svar, part, horizon),
    )


def _words(svar: StructuralVAR, part: Part, horizon: int) -> dict[str, Any]:
    """What a component takes over from the claims file, and the scheme."""
    when = _when(svar, horizon)
    return {
        "label": part.label,
        "when": when,
        "statistic": part.statistic.format(horizon=horizon, when=when),
        "region": part.region,
        "unit": part.unit,
        "scheme": svar.scheme.describe(svar.names, svar.columns),
    }


def _when(svar: StructuralVAR, horizon: int) -> str:
    if horizon == 0:
        return "on impact"
    frequency = svar.columns[svar.names[0]].frequency
    period = "trading day" if frequency == "daily" else PERIOD_NAMES[frequency]
    return f"{horizon} {period}{'s' if horizon > 1 else ''} later"


def _evidence(
    claim: Claim, components: Sequence[Component], svars: Sequence[StructuralVAR], note: str = ""
) -> Evidence:
    if not svars:
        raise SpecError(
            f"No structural VAR was given for claim {claim.id}.",
            remedy=f"It needs {claim.scheme}.",
        )
    samples = dict.fromkeys(svar.reduced.sample for svar in svars)
    last = min(svar.reduced.dates[-1] for svar in svars)
    last = last.to_period("M") if isinstance(last, pd.Timestamp) else last
    shared = svars[0].notes()[1:]  # draws, model, sample, caveats; the schemes differ
    notes = (*filter(None, [note]), *shared)
    return Evidence(claim, tuple(components), ", ".join(samples), label_of(last), notes)
