"""yenloop: the loop yen - import prices - CPI - JGB yields - yen, measured.

The names below load on first use, so ``import yenloop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from . import errors

__version__ = "0.1.0"

#: Public name -> where it is defined: module, then the name there.
_PUBLIC = {
    "AB": ("models.identification.ab", "AB"),
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
    "DCC": ("models.correlation", "DCC"),
    "DeltaMethod": ("models.inference.delta_method", "DeltaMethod"),
    "Garch": ("models.volatility", "Garch"),
    "Hall": ("models.inference.intervals.hall", "Hall"),
    "Linear": ("models.reduced_form.restrictions", "Linear"),
    "LongRun": ("models.identification.long_run", "LongRun"),
    "MarkovAutoregression": ("models.regime", "MarkovAutoregression"),
    "PandemicScale": ("models.reduced_form.pandemic", "PandemicScale"),
    "Panel": ("data.panel", "Panel"),
    "PassThroughTable": ("models.passthrough_table", "PassThroughTable"),
    "Percentile": ("models.inference.intervals.percentile", "Percentile"),
    "PercentileT": ("models.inference.intervals.percentile_t", "PercentileT"),
    "RegimeRegression": ("models.regime", "RegimeRegression"),
    "ResidualBootstrap": ("models.inference.residual_bootstrap", "ResidualBootstrap"),
    "SVEC": ("models.identification.svec", "SVEC"),
    "ShortLongRun": ("models.identification.short_long_run", "ShortLongRun"),
    "Sidak": ("models.inference.joint.sidak", "Sidak"),
    "SupT": ("models.inference.joint.sup_t", "SupT"),
    "VAR": ("models.var", "VAR"),
    "VECM": ("models.vecm", "VECM"),
    "WildBootstrap": ("models.inference.wild_bootstrap", "WildBootstrap"),
    "Zero": ("models.reduced_form.restrictions", "Zero"),
    "break_test": ("models.reduced_form.breaks", "break_test"),
    "distributed_lag": ("models.distributed_lag", "distributed_lag"),
    "evaluate_forecasts": ("models.forecast_evaluation", "evaluate_forecasts"),
    "examine_stationarity": ("models.reduced_form.stationarity", "examine_stationarity"),
    "japan_us_spillover": ("models.spillover", "japan_us_spillover"),
    "jgb_sensitivity": ("models.regime", "jgb_sensitivity"),
    "load": ("models.storage", "load"),
    "load_bundled": ("data.sources.files", "load_bundled"),
    "load_data": ("data.sources.files", "load_data"),
    "load_loop_panel": ("data.loop_panel", "load_loop_panel"),
    "loop_gain": ("models.loop", "loop_gain"),
    "loop_panel": ("data.loop_panel", "loop_panel"),
    "monthly_spillover": ("models.spillover", "monthly_spillover"),
    "multiple_breaks": ("models.reduced_form.multiple_breaks", "multiple_breaks"),
    "open_edge": ("models.loop", "open_edge"),
    "open_run": ("reports.stored_run", "open_run"),
    "overlay": ("models.overlay", "overlay"),
    "pass_through": ("models.passthrough", "pass_through"),
    "pass_through_stages": ("models.passthrough", "stages"),
    "permanent_transitory": ("models.identification.svec", "permanent_transitory"),
    "regime_count_test": ("models.regime", "regime_count_test"),
    "save": ("models.storage", "save"),
    "specification_curve": ("models.specification_curve", "specification_curve"),
}

__all__ = [
    "AB",
    "DCC",
    "SVEC",
    "VAR",
    "VECM",
    "BiasCorrectedBootstrap",
    "BlockBootstrap",
    "BlockExogenous",
    "Bonferroni",
    "Cholesky",
    "Column",
    "Connectedness",
    "DeltaMethod",
    "Garch",
    "Hall",
    "Linear",
    "LongRun",
    "MarkovAutoregression",
    "PandemicScale",
    "Panel",
    "PassThroughTable",
    "Percentile",
    "PercentileT",
    "RegimeRegression",
    "ResidualBootstrap",
    "ShortLongRun",
    "Sidak",
    "SupT",
    "WildBootstrap",
    "Zero",
    "__version__",
    "break_test",
    "distributed_lag",
    "errors",
    "evaluate_forecasts",
    "examine_stationarity",
    "japan_us_spillover",
    "jgb_sensitivity",
    "load",
    "load_bundled",
    "load_data",
    "load_loop_panel",
    "loop_gain",
    "loop_panel",
    "monthly_spillover",
    "multiple_breaks",
    "open_edge",
    "open_run",
    "overlay",
    "pass_through",
    "pass_through_stages",
    "permanent_transitory",
    "regime_count_test",
    "save",
    "specification_curve",
]

if TYPE_CHECKING:
    from .data.loop_panel import load_loop_panel, loop_panel
    from .data.panel import Column, Panel
    from .data.sources.files import load_bundled, load_data
    from .models.connectedness import Connectedness
    from .models.correlation import DCC
    from .models.distributed_lag import distributed_lag
    from .models.forecast_evaluation import evaluate_forecasts
    from .models.identification.ab import AB
    from .models.identification.cholesky import Cholesky
    from .models.identification.long_run import LongRun
    from .models.identification.short_long_run import ShortLongRun
    from .models.identification.svec import SVEC, permanent_transitory
    from .models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
    from .models.inference.block_bootstrap import BlockBootstrap
    from .models.inference.delta_method import DeltaMethod
    from .models.inference.intervals.hall import Hall
    from .models.inference.intervals.percentile import Percentile
    from .models.inference.intervals.percentile_t import PercentileT
    from .models.inference.joint.bonferroni import Bonferroni
    from .models.inference.joint.sidak import Sidak
    from .models.inference.joint.sup_t import SupT
    from .models.inference.residual_bootstrap import ResidualBootstrap
    from .models.inference.wild_bootstrap import WildBootstrap
    from .models.loop import loop_gain, open_edge
    from .models.overlay import overlay
    from .models.passthrough import pass_through
    from .models.passthrough import stages as pass_through_stages
    from .models.passthrough_table import PassThroughTable
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
    from .models.specification_curve import specification_curve
    from .models.spillover import japan_us_spillover, monthly_spillover
    from .models.storage import load, save
    from .models.var import VAR
    from .models.vecm import VECM
    from .models.volatility import Garch
    from .reports.stored_run import open_run


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'yenloop' has no attribute '{name}'")
    module, defined_as = _PUBLIC[name]
    return getattr(import_module(f".{module}", __name__), defined_as)


def __dir__() -> list[str]:
    return list(__all__)
