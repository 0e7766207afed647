"""yenloop: the loop yen - import prices - CPI - JGB yields - yen, measured.

The names below load on first use, so ``import yenloop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from . import errors
from .version import __version__

#: Public name -> where it is defined: module, then the name there.
_PUBLIC = {
    "AB": ("models.identification.ab", "AB"),
    "ARDL": ("models.ardl", "ARDL"),
    "Approach": ("models.scheme_curve", "Approach"),
    "BiasCorrectedBootstrap": (
        "models.inference.bias_corrected_bootstrap",
        "BiasCorrectedBootstrap",
    ),
    "BlockBootstrap": ("models.inference.block_bootstrap", "BlockBootstrap"),
    "BlockExogenous": ("models.reduced_form.restrictions", "BlockExogenous"),
    "Bonferroni": ("models.inference.joint.bonferroni", "Bonferroni"),
    "Cholesky": ("models.identification.cholesky", "Cholesky"),
    "Column": ("data.panel", "Column"),
    "Connectedness": ("models.connectedness", "Connectedness"),
    "CountryRegression": ("models.country_regression", "CountryRegression"),
    "DCC": ("models.correlation", "DCC"),
    "DeltaMethod": ("models.inference.delta_method", "DeltaMethod"),
    "EqualWeightedCosines": ("models.projection_errors", "EqualWeightedCosines"),
    "Events": ("data.events", "Events"),
    "FredVintages": ("data.sources.fred_vintages", "FredVintages"),
    "Garch": ("models.volatility", "Garch"),
    "GarchVariances": ("models.identification.garch_variances", "GarchVariances"),
    "Hall": ("models.inference.intervals.hall", "Hall"),
    "InstrumentedProjections": ("models.projections_iv", "InstrumentedProjections"),
    "Instruments": ("models.identification.instruments", "Instruments"),
    "InstrumentsAndSigns": ("models.identification.instruments_and_signs", "InstrumentsAndSigns"),
    "LagAugmented": ("models.projection_errors", "LagAugmented"),
    "LargestContribution": ("models.identification.narrative", "LargestContribution"),
    "Linear": ("models.reduced_form.restrictions", "Linear"),
    "LocalProjections": ("models.projections", "LocalProjections"),
    "LongRun": ("models.identification.long_run", "LongRun"),
    "MarkovAutoregression": ("models.regime", "MarkovAutoregression"),
    "NARDL": ("models.nardl", "NARDL"),
    "NeweyWest": ("models.projection_errors", "NeweyWest"),
    "PandemicScale": ("models.reduced_form.pandemic", "PandemicScale"),
    "Panel": ("data.panel", "Panel"),
    "PanelProjections": ("models.panel_projections", "PanelProjections"),
    "PassThroughTable": ("models.passthrough_table", "PassThroughTable"),
    "Percentile": ("models.inference.intervals.percentile", "Percentile"),
    "PercentileT": ("models.inference.intervals.percentile_t", "PercentileT"),
    "Posterior": ("models.inference.posterior", "Posterior"),
    "PriceOptions": ("models.price_options", "PriceOptions"),
    "ReducedFormInnovations": ("models.projection_shocks", "ReducedFormInnovations"),
    "RegimeRegression": ("models.regime", "RegimeRegression"),
    "ResidualBootstrap": ("models.inference.residual_bootstrap", "ResidualBootstrap"),
    "SVEC": ("models.identification.svec", "SVEC"),
    "ShockSign": ("models.identification.narrative", "ShockSign"),
    "ShortLongRun": ("models.identification.short_long_run", "ShortLongRun"),
    "Sidak": ("models.inference.joint.sidak", "Sidak"),
    "Sign": ("models.identification.sign_restrictions", "Sign"),
    "SignRestrictions": ("models.identification.signs", "SignRestrictions"),
    "SmoothProjections": ("models.smooth_projections", "SmoothProjections"),
    "State": ("models.projections_state", "State"),
    "StateProjections": ("models.projections_state", "StateProjections"),
    "SupT": ("models.inference.joint.sup_t", "SupT"),
    "SwitchingVariances": ("models.identification.switching_variances", "SwitchingVariances"),
    "UhligPenalty": ("models.identification.penalty", "UhligPenalty"),
    "VAR": ("models.var", "VAR"),
    "VECM": ("models.vecm", "VECM"),
    "VarianceRegimes": ("models.identification.heteroskedasticity", "VarianceRegimes"),
    "VolatilityBootstrap": ("models.inference.volatility_bootstrap", "VolatilityBootstrap"),
    "WildBootstrap": ("models.inference.wild_bootstrap", "WildBootstrap"),
    "Zero": ("models.reduced_form.restrictions", "Zero"),
    "ZeroResponse": ("models.identification.sign_restrictions", "ZeroResponse"),
    "as_known_on": ("data.real_time", "as_known_on"),
    "break_test": ("models.reduced_form.breaks", "break_test"),
    "compare_countries": ("models.passthrough_countries", "compare_countries"),
    "compare_measures": ("models.passthrough_countries", "compare_measures"),
    "compare_runs": ("compare", "compare_runs"),
    "country_figures": ("data.countries", "country_figures"),
    "country_panel": ("data.countries", "country_panel"),
    "diff_vintages": ("data.snapshot_diff", "diff"),
    "discounted_pass_through": ("models.passthrough_windows", "discounted_pass_through"),
    "distributed_lag": ("models.distributed_lag", "distributed_lag"),
    "evaluate_forecasts": ("models.forecast_evaluation", "evaluate_forecasts"),
    "event_instruments": ("data.daily_instruments", "event_instruments"),
    "event_study": ("models.event_study", "event_study"),
    "examine_stationarity": ("models.reduced_form.stationarity", "examine_stationarity"),
    "invoicing_shares": ("models.passthrough_parts", "invoicing_shares"),
    "japan_us_spillover": ("models.spillover", "japan_us_spillover"),
    "jgb_sensitivity": ("models.regime", "jgb_sensitivity"),
    "load": ("models.storage", "load"),
    "load_bundled": ("data.sources.files", "load_bundled"),
    "load_data": ("data.sources.files", "load_data"),
    "load_loop_panel": ("data.loop_panel", "load_loop_panel"),
    "loop_approaches": ("models.loop_schemes", "loop_approaches"),
    "loop_gain": ("models.loop", "loop_gain"),
    "loop_instruments": ("data.daily_instruments", "loop_instruments"),
    "loop_measures": ("models.loop_measures", "loop_measures"),
    "loop_panel": ("data.loop_panel", "loop_panel"),
    "loop_signs": ("models.loop_schemes", "loop_signs"),
    "monthly_spillover": ("models.spillover", "monthly_spillover"),
    "moving_pass_through": ("models.passthrough_moving", "moving_pass_through"),
    "multiple_breaks": ("models.reduced_form.multiple_breaks", "multiple_breaks"),
    "newest_known": ("data.real_time", "newest_known"),
    "open_edge": ("models.loop", "open_edge"),
    "open_run": ("reports.stored_run", "open_run"),
    "open_vintage": ("data.snapshots", "open_vintage"),
    "overlay": ("models.overlay", "overlay"),
    "paired_samples": ("models.paired_samples", "paired_samples"),
    "pass_through": ("models.passthrough", "pass_through"),
    "pass_through_by_option": ("models.price_options", "pass_through_by_option"),
    "pass_through_by_part": ("models.passthrough_parts", "pass_through_by_part"),
    "pass_through_by_regime": ("models.passthrough_regimes", "pass_through_by_regime"),
    "pass_through_by_state": ("models.passthrough_regimes", "pass_through_by_state"),
    "pass_through_chain": ("models.passthrough_chain", "pass_through_chain"),
    "pass_through_definitions": ("models.passthrough_definitions", "pass_through_definitions"),
    "pass_through_over_time": ("models.passthrough_time", "pass_through_over_time"),
    "pass_through_stability": ("models.passthrough_stability", "pass_through_stability"),
    "pass_through_stages": ("models.passthrough", "stages"),
    "permanent_transitory": ("models.identification.svec", "permanent_transitory"),
    "pool_countries": ("models.passthrough_countries_pooled", "pool_countries"),
    "pull": ("data.pull", "pull"),
    "real_time_panel": ("data.real_time", "real_time_panel"),
    "regime_count_test": ("models.regime", "regime_count_test"),
    "reproduce_run": ("reproduce", "reproduce"),
    "rigobon": ("models.rigobon", "rigobon"),
    "rolling_pass_through": ("models.passthrough_windows", "rolling_pass_through"),
    "rolling_structural_pass_through": (
        "models.passthrough_window_ratios",
        "rolling_structural_pass_through",
    ),
    "save": ("models.storage", "save"),
    "scheme_curve": ("models.scheme_curve", "scheme_curve"),
    "shock_dependent_pass_through": ("models.passthrough_shocks", "shock_dependent_pass_through"),
    "size_instrument": ("data.daily_instruments", "size_instrument"),
    "specification_curve": ("models.specification_curve", "specification_curve"),
    "threshold_lag": ("models.threshold_lag", "threshold_lag"),
    "vintages": ("data.snapshots", "vintages"),
}

__all__ = [
    "AB",
    "ARDL",
    "DCC",
    "NARDL",
    "SVEC",
    "VAR",
    "VECM",
    "Approach",
    "BiasCorrectedBootstrap",
    "BlockBootstrap",
    "BlockExogenous",
    "Bonferroni",
    "Cholesky",
    "Column",
    "Connectedness",
    "CountryRegression",
    "DeltaMethod",
    "EqualWeightedCosines",
    "Events",
    "FredVintages",
    "Garch",
    "GarchVariances",
    "Hall",
    "InstrumentedProjections",
    "Instruments",
    "InstrumentsAndSigns",
    "LagAugmented",
    "LargestContribution",
    "Linear",
    "LocalProjections",
    "LongRun",
    "MarkovAutoregression",
    "NeweyWest",
    "PandemicScale",
    "Panel",
    "PanelProjections",
    "PassThroughTable",
    "Percentile",
    "PercentileT",
    "Posterior",
    "PriceOptions",
    "ReducedFormInnovations",
    "RegimeRegression",
    "ResidualBootstrap",
    "ShockSign",
    "ShortLongRun",
    "Sidak",
    "Sign",
    "SignRestrictions",
    "SmoothProjections",
    "State",
    "StateProjections",
    "SupT",
    "SwitchingVariances",
    "UhligPenalty",
    "VarianceRegimes",
    "VolatilityBootstrap",
    "WildBootstrap",
    "Zero",
    "ZeroResponse",
    "__version__",
    "as_known_on",
    "break_test",
    "compare_countries",
    "compare_measures",
    "compare_runs",
    "country_figures",
    "country_panel",
    "diff_vintages",
    "discounted_pass_through",
    "distributed_lag",
    "errors",
    "evaluate_forecasts",
    "event_instruments",
    "event_study",
    "examine_stationarity",
    "invoicing_shares",
    "japan_us_spillover",
    "jgb_sensitivity",
    "load",
    "load_bundled",
    "load_data",
    "load_loop_panel",
    "loop_approaches",
    "loop_gain",
    "loop_instruments",
    "loop_measures",
    "loop_panel",
    "loop_signs",
    "monthly_spillover",
    "moving_pass_through",
    "multiple_breaks",
    "newest_known",
    "open_edge",
    "open_run",
    "open_vintage",
    "overlay",
    "paired_samples",
    "pass_through",
    "pass_through_by_option",
    "pass_through_by_part",
    "pass_through_by_regime",
    "pass_through_by_state",
    "pass_through_chain",
    "pass_through_definitions",
    "pass_through_over_time",
    "pass_through_stability",
    "pass_through_stages",
    "permanent_transitory",
    "pool_countries",
    "pull",
    "real_time_panel",
    "regime_count_test",
    "reproduce_run",
    "rigobon",
    "rolling_pass_through",
    "rolling_structural_pass_through",
    "save",
    "scheme_curve",
    "shock_dependent_pass_through",
    "size_instrument",
    "specification_curve",
    "threshold_lag",
    "vintages",
]

if TYPE_CHECKING:
    from .compare import compare_runs
    from .data.countries import country_figures, country_panel
    from .data.daily_instruments import event_instruments, loop_instruments, size_instrument
    from .data.events import Events
    from .data.loop_panel import load_loop_panel, loop_panel
    from .data.panel import Column, Panel
    from .data.pull import pull
    from .data.real_time import as_known_on, newest_known, real_time_panel
    from .data.snapshot_diff import diff as diff_vintages
    from .data.snapshots import open_vintage, vintages
    from .data.sources.files import load_bundled, load_data
    from .data.sources.fred_vintages import FredVintages
    from .models.ardl import ARDL
    from .models.connectedness import Connectedness
    from .models.correlation import DCC
    from .models.country_regression import CountryRegression
    from .models.distributed_lag import distributed_lag
    from .models.event_study import event_study
    from .models.forecast_evaluation import evaluate_forecasts
    from .models.identification.ab import AB
    from .models.identification.cholesky import Cholesky
    from .models.identification.garch_variances import GarchVariances
    from .models.identification.heteroskedasticity import VarianceRegimes
    from .models.identification.instruments import Instruments
    from .models.identification.instruments_and_signs import InstrumentsAndSigns
    from .models.identification.long_run import LongRun
    from .models.identification.narrative import LargestContribution, ShockSign
    from .models.identification.penalty import UhligPenalty
    from .models.identification.short_long_run import ShortLongRun
    from .models.identification.sign_restrictions import Sign, ZeroResponse
    from .models.identification.signs import SignRestrictions
    from .models.identification.svec import SVEC, permanent_transitory
    from .models.identification.switching_variances import SwitchingVariances
    from .models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
    from .models.inference.block_bootstrap import BlockBootstrap
    from .models.inference.delta_method import DeltaMethod
    from .models.inference.intervals.hall import Hall
    from .models.inference.intervals.percentile import Percentile
    from .models.inference.intervals.percentile_t import PercentileT
    from .models.inference.joint.bonferroni import Bonferroni
    from .models.inference.joint.sidak import Sidak
    from .models.inference.joint.sup_t import SupT
    from .models.inference.posterior import Posterior
    from .models.inference.residual_bootstrap import ResidualBootstrap
    from .models.inference.volatility_bootstrap import VolatilityBootstrap
    from .models.inference.wild_bootstrap import WildBootstrap
    from .models.loop import loop_gain, open_edge
    from .models.loop_measures import loop_measures
    from .models.loop_schemes import loop_approaches, loop_signs
    from .models.nardl import NARDL
    from .models.overlay import overlay
    from .models.paired_samples import paired_samples
    from .models.panel_projections import PanelProjections
    from .models.passthrough import pass_through
    from .models.passthrough import stages as pass_through_stages
    from .models.passthrough_chain import pass_through_chain
    from .models.passthrough_countries import compare_countries, compare_measures
    from .models.passthrough_countries_pooled import pool_countries
    from .models.passthrough_definitions import pass_through_definitions
    from .models.passthrough_moving import moving_pass_through
    from .models.passthrough_parts import invoicing_shares, pass_through_by_part
    from .models.passthrough_regimes import pass_through_by_regime, pass_through_by_state
    from .models.passthrough_shocks import shock_dependent_pass_through
    from .models.passthrough_stability import pass_through_stability
    from .models.passthrough_table import PassThroughTable
    from .models.passthrough_time import pass_through_over_time
    from .models.passthrough_window_ratios import rolling_structural_pass_through
    from .models.passthrough_windows import discounted_pass_through, rolling_pass_through
    from .models.price_options import PriceOptions, pass_through_by_option
    from .models.projection_errors import EqualWeightedCosines, LagAugmented, NeweyWest
    from .models.projection_shocks import ReducedFormInnovations
    from .models.projections import LocalProjections
    from .models.projections_iv import InstrumentedProjections
    from .models.projections_state import State, StateProjections
    from .models.reduced_form.breaks import break_test
    from .models.reduced_form.multiple_breaks import multiple_breaks
    from .models.reduced_form.pandemic import PandemicScale
    from .models.reduced_form.restrictions import BlockExogenous, Linear, Zero
    from .models.reduced_form.stationarity import examine_stationarity
    from .models.regime import (
        MarkovAutoregression,
        RegimeRegression,
        jgb_sensitivity,
        regime_count_test,
    )
    from .models.rigobon import rigobon
    from .models.scheme_curve import Approach, scheme_curve
    from .models.smooth_projections import SmoothProjections
    from .models.specification_curve import specification_curve
    from .models.spillover import japan_us_spillover, monthly_spillover
    from .models.storage import load, save
    from .models.threshold_lag import threshold_lag
    from .models.var import VAR
    from .models.vecm import VECM
    from .models.volatility import Garch
    from .reports.stored_run import open_run
    from .reproduce import reproduce as reproduce_run


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'yenloop' has no attribute '{name}'")
    module, defined_as = _PUBLIC[name]
    return getattr(import_module(f".{module}", __name__), defined_as)


def __dir__() -> list[str]:
    return list(__all__)
