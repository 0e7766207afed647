"""What a study estimates under every identification that its data allow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from .data.daily_instruments import loop_instruments
from .data.loop_panel import LoopPanel
from .data.sources.files import Data
from .errors import SampleError, SpecError, YenloopError
from .models.identification.heteroskedasticity import VarianceRegimes
from .models.identification.instruments import Instruments
from .models.inference.posterior import Posterior
from .models.loop_measures import loop_measures
from .models.loop_schemes import RECURSIVE, loop_approaches, loop_signs
from .models.scheme_curve import Approach, scheme_curve
from .spec import StudySpec

if TYPE_CHECKING:
    from .models.claims import Evidence
    from .models.inference.protocol import Inference
    from .models.prior_impact import PriorImpact
    from .models.reduced_form.base import ReducedForm
    from .models.rigobon_results import RigobonEstimate
    from .models.robust_bounds import RobustBounds
    from .models.scheme_curve import SchemeCurve
    from .models.structural import StructuralVAR
    from .reports.chapters.identification import Schemes

    SignResults = tuple[RobustBounds | None, PriorImpact | None, str]

#: The shock whose sign-restricted responses are shown with robust bounds, and the most reduced
#: forms for which the ends of the set are searched.
SHOWN, SEARCHED = "yen", 100

#: Daily series whose covariance is compared between decision days and others, cause first.
CAUSE, EFFECTS = "jgb10y_daily", ("us10y_daily", "usdjpy_ecb")


def approaches(
    spec: StudySpec,
    data: Data,
    loop: LoopPanel,
    orders: Sequence[Sequence[str]],
    recursive: Inference,
) -> list[Approach]:
    """Every identification, the base order first."""
    return loop_approaches(
        loop.roles,
        [loop.ids(spec.var.order), *orders],
        loop_instruments(data),
        recursive=recursive,
        draws=spec.identification.draws,
    )


def curve_over(
    spec: StudySpec, loop: LoopPanel, every: Sequence[Approach], base_lags: int
) -> SchemeCurve:
    """The gain, the edges and pass-through over identifications, lags and samples."""
    return scheme_curve(
        loop.select(spec.var.order),
        every,
        loop_measures(loop.roles),
        lags=sorted({*spec.identification.lags, base_lags}),
        samples={w.name: (w.start, w.end) for w in spec.identification.samples},
        base_lags=base_lags,
        seasonal=spec.var.seasonal,
        levels=spec.var.levels,
        rng=spec.seed,
    )


def estimate_schemes(
    spec: StudySpec,
    data: Data,
    loop: LoopPanel,
    recursive: Sequence[StructuralVAR],
    daily: StructuralVAR | None,
    every: Sequence[Approach],
    signs: Callable[[], SignResults],
    curve: Callable[[], SchemeCurve],
) -> Schemes:
    """The schemes without an order in the base VAR, and the verdicts without and with them.

    Parameters
    ----------
    spec : StudySpec
    data : Data
    loop : LoopPanel
    recursive : sequence of StructuralVAR
        The base first.
    daily : StructuralVAR or None
        In the order of the clocks.
    every : sequence of Approach
    signs, curve : callable
        Give what ``sign_results`` and ``curve_over`` estimate elsewhere meanwhile.
    """
    from .models.claims import decide
    from .reports.chapters.identification import Schemes

    others, remarks = _without_orders(recursive[0], every)
    strengths = {
        name: svar.instrument_strength()
        for name, svar in others.items()
        if isinstance(svar.scheme, Instruments)
    }
    # A weak instrument is shown; it can show nothing either way, and does not count.
    counted = [s for name, s in others.items() if name not in strengths or strengths[name].strong]
    evidence = _evidence(loop, recursive, daily, counted)
    orders = {
        svar.scheme.describe(svar.names, svar.columns) for svar in (*recursive, daily) if svar
    }
    robust, prior, missing = signs()
    return Schemes(
        robust=robust,
        prior=prior,
        strengths=strengths,
        decision_days=_decision_days(spec, data),
        variances=_constant_effects(others),
        recursive=decide(_by_orders(one, orders) for one in evidence),
        every=decide(evidence),
        remarks=(*remarks, *([missing] if missing else [])),
        curve=curve(),
    )


def _constant_effects(schemes: Mapping[str, StructuralVAR]) -> str:
    """What the tests of the scheme with moving variances say, in words."""
    svar = next((s for s in schemes.values() if isinstance(s.scheme, VarianceRegimes)), None)
    if svar is None:
        return ""
    said = (f"{test.null}, {_p(test.p_value)}" for test in svar.variance_ratios().tests)
    return f"Tests of null hypotheses: {'; '.join(said)}."


def _p(value: float) -> str:
    return "p < 0.01" if value < 0.01 else f"p = {value:.2f}"


def _decision_days(spec: StudySpec, data: Data) -> RigobonEstimate | None:
    """Answers to the JGB yield from its larger variance on decision days, where there are days."""
    from .models.rigobon import rigobon

    wanted, daily = spec.events, data.daily
    if wanted.decisions not in data.events or daily is None or CAUSE not in daily.names:
        return None
    effects = [name for name in EFFECTS if name in daily.names]
    try:
        return rigobon(
            daily,
            CAUSE,
            effects,
            data.events[wanted.decisions],
            control="other days",
            start=wanted.start,
            levels=spec.var.levels,
            rng=spec.seed,
        )
    except (SampleError, SpecError):
        return None


def _evidence(
    loop: LoopPanel,
    recursive: Sequence[StructuralVAR],
    daily: StructuralVAR | None,
    others: Sequence[StructuralVAR],
) -> list[Evidence]:
    """What was measured for each claim under all admissible schemes."""
    from .models.claim_statistics import claim_c1, claim_c2, claim_c6

    roles, every = loop.roles, [*recursive, *others]
    return [
        claim_c1(every, roles=roles),
        claim_c2(every, roles=roles),
        claim_c6(recursive, daily=daily, beside=others, roles=roles),
    ]


def _by_orders(evidence: Evidence, orders: Collection[str]) -> Evidence:
    """The part that recursive schemes measured."""
    measured = tuple(c for c in evidence.components if c.scheme in orders)
    return replace(evidence, components=measured)


def _without_orders(
    base: StructuralVAR, every: Sequence[Approach]
) -> tuple[dict[str, StructuralVAR], tuple[str, ...]]:
    """The schemes that need no order, identified in the base VAR; and why others are not there."""
    found: dict[str, StructuralVAR] = {}
    remarks: list[str] = []
    for one in every:
        if one.family == RECURSIVE:
            continue
        try:
            found[one.name] = base.reduced.identify(
                one.scheme, inference=one.inference, rng=base.seed
            )
        except YenloopError as error:
            remarks.append(f"{one.name}: {error.problem}")
    return found, tuple(remarks)


def sign_results(spec: StudySpec, loop: LoopPanel, reduced: ReducedForm) -> SignResults:
    """Robust bounds of a sign-restricted shock, the prior beside the posterior, or why not."""
    posterior = Posterior(min(spec.identification.draws, SEARCHED))
    try:
        svar = reduced.identify(loop_signs(loop.roles), inference=posterior, rng=spec.seed)
        bounds = svar.robust_bounds(spec.var.horizon, shock=SHOWN, levels=spec.var.levels)
        return bounds, svar.prior_impact(), ""
    except YenloopError as error:
        return None, None, f"Robust bounds: {error.problem}"
