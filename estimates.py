"""Every part of a study, estimated in the order of the report."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from .data.loop_panel import LoopPanel, loop_panel
from .data.panel import Panel
from .data.sources.files import Data
from .errors import SampleError
from .spec import Bands, StudySpec
from .workers import Workers

if TYPE_CHECKING:
    from .models.inference.protocol import Inference
    from .models.loop import LoopGain
    from .models.passthrough_table import PassThroughTable
    from .models.specification_curve import SpecificationCurve
    from .models.spillover import Spillover
    from .models.structural import StructuralVAR
    from .models.volatility import GarchResults
    from .reports.chapters.dynamics import Dynamics
    from .reports.chapters.events import Decisions
    from .reports.chapters.markets import Markets
    from .reports.chapters.regimes import Regimes
    from .reports.compose import Findings

#: Joint draws behind the bands of the historical decomposition.
HISTORY_DRAWS = 200

#: Random starts of the regime tests, beside the embedded null: the same on data and on draws.
#: Two regimes against one need few, since nearly every start finds them.
TEST_STARTS = {"linear": 2, "variance": 5}

Result = TypeVar("Result")


def estimate(
    spec: StudySpec, data: Data, loop: LoopPanel, pool: Workers, step: Callable[[str], None]
) -> Findings:
    """Estimate every part of the study; the regimes, which take longest, in a worker meanwhile.

    Parameters
    ----------
    spec : StudySpec
    data : Data
    loop : LoopPanel
    pool : Workers
    step : callable
        Told the name of each step when it begins.
    """
    from .reports.compose import Findings
    from .schemes import approaches, curve_over, estimate_schemes, sign_results

    pending = [
        pool.submit(_with_warnings, _regimes, spec, loop, mask)
        for mask in (None, spec.regimes.mask)
    ]
    step(f"VAR, responses, decompositions ({spec.var.draws:,} draws)")
    dynamics = _dynamics(spec, loop)
    base = dynamics.svar
    bands = inference(spec.var.bands, spec.identification.draws)
    every = approaches(spec, data, loop, admissible_orders(spec, loop), bands)
    signs = pool.submit(_with_warnings, sign_results, spec, loop, base.reduced)
    over_schemes = pool.submit(_with_warnings, curve_over, spec, loop, every, base.reduced.p)
    step("Pass-through")
    pass_through = _pass_through(spec, loop, dynamics.svar)
    step("Gain of the loop and its specification curve")
    gain, beside, curve = _loop(spec, loop, dynamics.svar)
    step("Volatility and spillovers")
    markets = _markets(spec, data, loop)
    step("Event study of decisions")
    decisions = _decisions(spec, data)
    step("Identification without an order, and verdicts")
    schemes = estimate_schemes(
        spec,
        data,
        loop,
        _recursive(spec, loop, base),
        markets.clock_ordered(spec.seed),
        every,
        lambda: _rewarned(*signs.result()),
        lambda: _rewarned(*over_schemes.result()),
    )
    step("Regimes of JGB sensitivity (begun at the start)")
    regimes, masked = (_rewarned(*one.result()) for one in pending)
    return Findings(
        dynamics, pass_through, gain, beside, curve, regimes, masked, markets, schemes, decisions
    )


def loop_of(spec: StudySpec, data: Data) -> LoopPanel:
    """The loop's series of a study as modelled."""
    return loop_panel(
        data,
        spec.roles,
        required=spec.var.order,
        start=spec.data.start,
        end=spec.data.end,
        tax_dates=spec.data.tax_steps,
    )


def identified(spec: StudySpec, loop: LoopPanel, order: Sequence[str]) -> StructuralVAR:
    """The VAR of the given parts of the loop, recursive in their order."""
    from .models.identification.cholesky import Cholesky
    from .models.var import VAR

    model = VAR(lags=spec.var.lags, max_lags=spec.var.max_lags, seasonal=spec.var.seasonal)
    bands = inference(spec.var.bands, spec.var.draws)
    scheme = Cholesky(loop.ids(order))
    return model.fit(loop.select(order)).identify(scheme, inference=bands, rng=spec.seed)


def in_contract_currency(spec: StudySpec, loop: LoopPanel) -> StructuralVAR | None:
    """The same VAR with import prices in contract currency, where the data hold them."""
    if "import_price_contract" not in loop.roles:
        return None
    replaced = {"import_price": "import_price_contract"}
    return identified(spec, loop, [replaced.get(role, role) for role in spec.var.order])


def inference(bands: Bands, draws: int) -> Inference:
    """The bootstrap of that name in a study file."""
    from .models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
    from .models.inference.block_bootstrap import BlockBootstrap
    from .models.inference.residual_bootstrap import ResidualBootstrap

    found: dict[str, Inference] = {
        "bias-corrected blocks": BiasCorrectedBootstrap(draws, block_length=None),
        "bias-corrected": BiasCorrectedBootstrap(draws),
        "blocks": BlockBootstrap(draws),
        "residual": ResidualBootstrap(draws),
    }
    return found[bands]


def _one_by_one(spec: StudySpec, svar: StructuralVAR) -> StructuralVAR:
    """The same with residuals drawn one by one, as future shocks are in a fan."""
    bands: Bands = "bias-corrected" if "bias" in spec.var.bands else "residual"
    return svar.reduced.identify(
        svar.scheme, inference=inference(bands, spec.var.draws), rng=svar.seed
    )


def admissible_orders(spec: StudySpec, loop: LoopPanel) -> list[tuple[str, ...]]:
    """Orders in which US yields, the yen and JGB yields change places, prices after all three.

    An order in which the yen follows import prices is not among them: their index in yen holds
    the exchange rate of the same month.
    """
    from .models.specification_curve import orders_side_by_side

    movable = loop.ids(["us10y", "yen", "jgb10y"])
    return orders_side_by_side(loop.ids(spec.var.order), movable)


def _dynamics(spec: StudySpec, loop: LoopPanel) -> Dynamics:
    from .models.reduced_form.stationarity import examine_stationarity
    from .reports.chapters.dynamics import Dynamics

    svar = identified(spec, loop, spec.var.order)
    yen, jgb = loop.ids(["yen", "jgb10y"])
    jgb_shock = 10 / svar.columns[jgb].response_scale
    levels = spec.var.levels
    return Dynamics(
        svar=svar,
        selection=svar.reduced.spec.select_lags(loop.select(spec.var.order)),
        diagnostics=svar.reduced.diagnostics(),
        stationarity=examine_stationarity(
            loop.levels.select(loop.ids(spec.var.order)), seasonal=spec.var.seasonal
        ),
        irf=svar.irf(
            spec.var.horizon, size={yen: spec.var.yen_shock, jgb: jgb_shock}, levels=levels
        ),
        fevd=svar.fevd(spec.var.horizon, levels=levels),
        history=svar.historical_decomposition(draws=HISTORY_DRAWS, levels=levels),
        forecast=_one_by_one(spec, svar).forecast(spec.var.forecast_steps, levels=levels),
    )


def _pass_through(spec: StudySpec, loop: LoopPanel, svar: StructuralVAR) -> PassThroughTable:
    from .models.distributed_lag import distributed_lag
    from .models.passthrough import stages
    from .models.passthrough_table import PassThroughTable

    horizons, lags = spec.pass_through.horizons, spec.pass_through.regression_lags
    structural = stages(
        svar,
        in_contract_currency(spec, loop),
        roles=loop.roles,
        horizons=range(max(horizons) + 1),
        levels=spec.var.levels,
    )
    prices = ("import_price", "import_price_contract", "producer_price", "cpi")
    regressions = tuple(
        distributed_lag(
            loop.panel,
            loop.roles[price],
            exchange_rate=loop.roles["yen"],
            lags=lags,
            controls=loop.ids(["oil"]) if "oil" in loop.roles else (),
            horizons=[h for h in horizons if h <= lags],
            levels=spec.var.levels,
        )
        for price in prices
        if price in loop.roles
    )
    return PassThroughTable(structural, regressions, horizons)


def _loop(
    spec: StudySpec, loop: LoopPanel, svar: StructuralVAR
) -> tuple[LoopGain, LoopGain, SpecificationCurve]:
    """The gain, the same with another bootstrap, and its specification curve."""
    from .models.loop import loop_gain
    from .models.specification_curve import specification_curve

    yen = loop.roles["yen"]
    cycle = loop.ids(["yen", "import_price", "cpi", "jgb10y"])
    name: Bands = "blocks" if spec.var.bands == "residual" else "residual"
    other = inference(name, min(spec.var.draws, 1000))
    gain, beside = (
        loop_gain(
            one,
            yen,
            horizons=spec.loop.horizons,
            domestic=cycle,
            cycle=cycle,
            levels=spec.var.levels,
        )
        for one in (svar, svar.reduced.identify(svar.scheme, inference=other, rng=svar.seed))
    )
    curve = specification_curve(
        loop.select(spec.var.order),
        yen,
        order=loop.ids(spec.var.order),
        movable=loop.ids(["us10y", "yen", "jgb10y"]),
        orders=admissible_orders(spec, loop),
        lags=sorted({*spec.loop.lags, *spec.loop.sensitivity_lags, svar.reduced.p}),
        samples={window.name: (window.start, window.end) for window in spec.loop.samples},
        base_lags=svar.reduced.p,
        sensitivity_lags=spec.loop.sensitivity_lags,
        seasonal=spec.var.seasonal,
        horizon=spec.loop.headline,
        inference=inference(spec.var.bands, spec.loop.draws),
        levels=spec.var.levels,
        rng=spec.seed,
    )
    return gain, beside, curve


def _regimes(spec: StudySpec, loop: LoopPanel, mask: tuple[str, str] | None) -> Regimes:
    from .models.regime import jgb_sensitivity, regime_count_test
    from .reports.chapters.regimes import Regimes

    jgb, *drivers = loop.ids(["jgb10y", "yen", "us10y"])
    result = jgb_sensitivity(
        loop.select(["jgb10y", "yen", "us10y"]),
        jgb,
        drivers,
        regimes=spec.regimes.regimes,
        mask=mask,
        rng=spec.seed,
    )
    against_one, against_variance = (
        regime_count_test(
            result,
            null=null,
            draws=spec.regimes.bootstrap_draws,
            starts=TEST_STARTS[null],
            rng=spec.seed,
        )
        for null in ("linear", "variance")
    )
    return Regimes(result, against_one, against_variance)


def _markets(spec: StudySpec, data: Data, loop: LoopPanel) -> Markets:
    from .models.correlation import DCC
    from .models.spillover import has_daily_markets
    from .models.volatility import Garch
    from .reports.chapters.markets import Markets

    if data.daily is not None and has_daily_markets(data.daily):
        spillover, gjr, changes = _daily_markets(spec, data.daily)
    else:
        spillover, changes = _monthly_markets(spec, data, loop)
        gjr = Garch("gjr").fit(changes)
    return Markets(spillover, gjr, DCC().fit(changes, rng=spec.seed))


def _daily_markets(spec: StudySpec, daily: Panel) -> tuple[Spillover, GarchResults, Panel]:
    """Spillovers by the clock, GJR by trading day, and weekly changes for the correlations."""
    from .data.alignment import align_days
    from .models.spillover import DAILY, changes_of, japan_us_spillover, log_variances
    from .models.volatility import Garch

    start = spec.spillover.start_daily
    spillover = japan_us_spillover(
        daily,
        lags=spec.spillover.lags_daily,
        horizon=spec.spillover.horizon,
        draws=spec.spillover.draws,
        start=start,
        rng=spec.seed,
    )
    _, gjr = log_variances(daily, align_days(daily, DAILY.names, start=start), Garch("gjr"))
    weekly = align_days(daily, DAILY.names, calendar="weekly", start=start)
    return spillover, gjr, changes_of(weekly)


def _monthly_markets(spec: StudySpec, data: Data, loop: LoopPanel) -> tuple[Spillover, Panel]:
    """Spillovers of month means, and the changes behind them."""
    from .models.spillover import Blocks, monthly_spillover

    oil, us10y, yen, jgb = loop.ids(["oil", "us10y", "yen", "jgb10y"])
    spillover = monthly_spillover(
        data.monthly,
        oil=oil,
        blocks=Blocks((jgb,), yen, (us10y,)),
        lags=spec.spillover.lags_monthly,
        horizon=spec.spillover.horizon,
        draws=spec.spillover.draws,
        start=spec.data.start,
        end=spec.data.end,
        rng=spec.seed,
    )
    return spillover, loop.select(["oil", "us10y", "yen", "jgb10y"])


def _decisions(spec: StudySpec, data: Data) -> Decisions:
    """The event study, where there are days of decisions and daily figures around them."""
    from .models.event_study import event_study
    from .reports.chapters.events import HOW_TO_GIVE_DAYS, HOW_TO_GIVE_FIGURES, Decisions

    wanted = spec.events
    if wanted.decisions not in data.events:
        return Decisions(None, HOW_TO_GIVE_DAYS.format(name=wanted.decisions))
    days, daily = data.events[wanted.decisions], data.daily
    if daily is None or wanted.surprise not in daily.names:
        given = {"count": len(days), "surprise": wanted.surprise}
        return Decisions(None, HOW_TO_GIVE_FIGURES.format(**given))
    at_hand = [name for name in wanted.series if name in daily.names]
    absent = [name for name in wanted.series if name not in daily.names]
    try:
        study = event_study(
            daily,
            days,
            at_hand,
            surprise=wanted.surprise,
            before=wanted.before,
            after=wanted.after,
            start=wanted.start,
            levels=spec.var.levels,
            draws=wanted.draws,
            rng=spec.seed,
        )
    except SampleError as error:
        return Decisions(None, f"No event study was made. {error}")
    return Decisions(study, f"Not in the data: {', '.join(absent)}." if absent else "")


def _recursive(spec: StudySpec, loop: LoopPanel, base: StructuralVAR) -> list[StructuralVAR]:
    """The base VAR in its own order, then in every admissible one."""
    from .models.identification.cholesky import Cholesky

    return [base] + [
        base.reduced.identify(Cholesky(order), inference=base.inference, rng=base.seed)
        for order in admissible_orders(spec, loop)
    ]


def _with_warnings(work: Callable[..., Result], *arguments: object) -> tuple[Result, list[Warning]]:
    """What the work gives, and the warnings that it raised (another process would lose them)."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return work(*arguments), [w.message for w in caught if isinstance(w.message, Warning)]


def _rewarned(result: Result, raised: Sequence[Warning]) -> Result:
    """The result, after its warnings were raised here."""
    for warning in raised:
        warnings.warn(warning, stacklevel=3)
    return result
