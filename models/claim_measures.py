"""The statistics of claims under one identification: responses, pass-through, gain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.dates import PERIOD_NAMES
from ..estimation import gain
from .claim_components import Component, RatioComponent
from .claim_statements import Part
from .identification.instruments import Instruments
from .identification.named_shocks import require_shocks
from .instrumented_claims import instrumented_ratio, instrumented_responses
from .joint_estimate import masked_where
from .passthrough import pass_through

if TYPE_CHECKING:
    from .structural import StructuralVAR


def responses_of(
    svar: StructuralVAR,
    source: str,
    part: Part,
    horizons: Sequence[int],
    response: str,
    minus: str | None = None,
) -> list[Component]:
    """The response of one level, or of a difference of two, to the shock of ``source``.

    The shock has the part's size; see ``_sized``.
    """
    shock = svar.shock_of(source)
    size = float(part.shock_size or 1.0) / svar.columns[source].response_scale
    measured = [response] if minus is None else [response, minus]
    zero = svar.imposes_zero(response, shock)
    facts = {
        horizon: {
            **_words(svar, part, horizon),
            "name": f"{part.name}_{horizon}" if len(part.horizons) > 1 else part.name,
            "restricted": (zero and horizon == 0)
            or _sign_is_imposed(svar, measured, shock, [horizon]),
            "restricted_before": zero or _sign_is_imposed(svar, measured, shock, range(horizon)),
        }
        for horizon in horizons
    }
    if isinstance(svar.scheme, Instruments):
        return [*instrumented_responses(svar, shock, size, measured, facts)]
    point, draws = _sized(svar, shock, size, measured, max(horizons))
    return [_component(svar, point[h], draws[:, h], facts[h]) for h in horizons]


def _sized(
    svar: StructuralVAR, shock: str, size: float, measured: Sequence[str], horizon: int
) -> tuple[np.ndarray, np.ndarray]:
    """Response of a level, less that of a second one, to a shock of some size: point and draws."""
    svar.require_valid("claim")
    irf = svar.irf(horizon, size={shock: size}).select(shock=shock)
    first, *rest = (irf.names.index(name) for name in measured)
    point, draws = irf.point[:, first, 0], irf.draws[:, :, first, 0]
    for i in rest:
        point, draws = point - irf.point[:, i, 0], draws - irf.draws[:, :, i, 0]
    return point, draws


def _component(
    svar: StructuralVAR, point: float, draws: np.ndarray, facts: Mapping[str, Any]
) -> Component:
    """The statistic with its draws.

    Where many models satisfy the scheme, the estimate is the median of the draws: scaled to a size,
    that of a single model (the median target) says little.
    """
    middle = np.nanmedian(draws) if svar.set_identified else point
    return Component(estimate=float(middle), draws=draws, **facts)


def _sign_is_imposed(
    svar: StructuralVAR, responses: Sequence[str], shock: str, horizons: Iterable[int]
) -> bool:
    """Whether the sign of one of the responses is restricted at one of the horizons.

    What the shock does to its own variable on impact is its size, whatever the scheme.
    """
    return any(
        svar.imposes_sign(name, shock, horizon)
        for horizon in horizons
        for name in responses
        if horizon or svar.shock_of(name) != shock
    )


def pass_through_of(svar: StructuralVAR, part: Part, price: str, yen: str) -> Component:
    """Pass-through for a fall of the yen by the part's size.

    Where many models satisfy the scheme, quantiles over the draws of the ratio; Fieller's interval
    is for one ratio of two estimates.
    """
    horizon, size = part.horizons[0], float(part.shock_size or 1.0)
    shock = svar.shock_of(yen)
    facts = {
        **_words(svar, part, horizon),
        "name": part.name,
        "restricted": _sign_is_imposed(svar, [price], shock, [horizon]),
        "restricted_before": svar.imposes_zero(price, shock)
        or _sign_is_imposed(svar, [price], shock, range(horizon)),
    }
    if isinstance(svar.scheme, Instruments):
        return instrumented_ratio(svar, shock, size, price, yen, horizon, facts)
    if svar.set_identified:
        svar.require_valid("claim")
        irf = svar.irf(horizon, cumulative=True).select(shock=shock, response=[price, yen])
        above, below = irf.draws[:, -1, :, 0].T
        return _component(svar, np.nan, size * above / below, facts)
    ratio = pass_through(svar, shock, exchange_rate=yen, prices=[price], horizons=[horizon])
    path = ratio.paths[0]
    scale = np.array([size, 1.0])
    return RatioComponent(
        draws=np.empty(0),
        estimate=size * float(path.estimate[0]),
        numerator=size * float(path.numerator[0]),
        denominator=float(path.denominator[0]),
        covariance=path.covariance[0] * np.outer(scale, scale),
        **facts,
    )


def gain_of(svar: StructuralVAR, part: Part, yen: str, jgb: str) -> Component:
    """The finite-horizon gain at the yen node; draws whose opened system is unstable are NaN."""
    require_shocks(svar, [svar.shock_of(yen)], "The gain")
    svar.require_valid("gain")
    horizon, i = part.horizons[0], svar.names.index(yen)
    reduced, draws = svar.reduced, svar.draws

    def at_horizon(lags: np.ndarray, covariance: np.ndarray, impact: np.ndarray) -> np.ndarray:
        system = (lags, covariance, impact[..., i], i)
        own, rest = gain.opened_system(*system)
        unstable = ~(gain.is_stable(own) & gain.is_stable(rest))
        return masked_where(unstable, gain.finite_horizon_gain(*system, horizon)[..., -1:])[..., 0]

    point = at_horizon(reduced.lag_coefficients[None], svar.covariance[None], svar.impact[None])
    facts = {
        **_words(svar, part, horizon),
        "name": part.name,
        "restricted_before": svar.imposes_zero(yen, svar.shock_of(jgb)),
    }
    drawn = at_horizon(draws.lags, draws.covariance, draws.impact)
    return _component(svar, float(point[0]), drawn, facts)


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
