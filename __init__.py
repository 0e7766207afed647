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
    "BlockBootstrap": ("models.inference.block_bootstrap", "BlockBootstrap"),
    "Cholesky": ("models.identification.cholesky", "Cholesky"),
    "Column": ("data.panel", "Column"),
    "Connectedness": ("models.connectedness", "Connectedness"),
    "DCC": ("models.correlation", "DCC"),
    "Garch": ("models.volatility", "Garch"),
    "MarkovAutoregression": ("models.regime", "MarkovAutoregression"),
    "Panel": ("data.panel", "Panel"),
    "PassThroughTable": ("models.passthrough_table", "PassThroughTable"),
    "RegimeRegression": ("models.regime", "RegimeRegression"),
    "ResidualBootstrap": ("models.inference.residual_bootstrap", "ResidualBootstrap"),
    "VAR": ("models.var", "VAR"),
    "distributed_lag": ("models.distributed_lag", "distributed_lag"),
    "examine_stationarity": ("models.stationarity", "examine_stationarity"),
    "japan_us_spillover": ("models.spillover", "japan_us_spillover"),
    "jgb_sensitivity": ("models.regime", "jgb_sensitivity"),
    "load_bundled": ("data.sources.files", "load_bundled"),
    "load_data": ("data.sources.files", "load_data"),
    "load_loop_panel": ("data.loop_panel", "load_loop_panel"),
    "loop_gain": ("models.loop", "loop_gain"),
    "loop_panel": ("data.loop_panel", "loop_panel"),
    "monthly_spillover": ("models.spillover", "monthly_spillover"),
    "open_edge": ("models.loop", "open_edge"),
    "pass_through": ("models.passthrough", "pass_through"),
    "pass_through_stages": ("models.passthrough", "stages"),
    "regime_count_test": ("models.regime", "regime_count_test"),
    "specification_curve": ("models.specification_curve", "specification_curve"),
}

__all__ = [
    "DCC",
    "VAR",
    "BlockBootstrap",
    "Cholesky",
    "Column",
    "Connectedness",
    "Garch",
    "MarkovAutoregression",
    "Panel",
    "PassThroughTable",
    "RegimeRegression",
    "ResidualBootstrap",
    "__version__",
    "distributed_lag",
    "errors",
    "examine_stationarity",
    "japan_us_spillover",
    "jgb_sensitivity",
    "load_bundled",
    "load_data",
    "load_loop_panel",
    "loop_gain",
    "loop_panel",
    "monthly_spillover",
    "open_edge",
    "pass_through",
    "pass_through_stages",
    "regime_count_test",
    "specification_curve",
]

if TYPE_CHECKING:
    from .data.loop_panel import load_loop_panel, loop_panel
    from .data.panel import Column, Panel
    from .data.sources.files import load_bundled, load_data
    from .models.connectedness import Connectedness
    from .models.correlation import DCC
    from .models.distributed_lag import distributed_lag
    from .models.identification.cholesky import Cholesky
    from .models.inference.block_bootstrap import BlockBootstrap
    from .models.inference.residual_bootstrap import ResidualBootstrap
    from .models.loop import loop_gain, open_edge
    from .models.passthrough import pass_through
    from .models.passthrough import stages as pass_through_stages
    from .models.passthrough_table import PassThroughTable
    from .models.reduced_form.stationarity import examine_stationarity
    from .models.regime import (
        MarkovAutoregression,
        RegimeRegression,
        jgb_sensitivity,
        regime_count_test,
    )
    from .models.specification_curve import specification_curve
    from .models.spillover import japan_us_spillover, monthly_spillover
    from .models.var import VAR
    from .models.volatility import Garch


def __getattr__(name: str) -> object:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'yenloop' has no attribute '{name}'")
    module, defined_as = _PUBLIC[name]
    return getattr(import_module(f".{module}", __name__), defined_as)


def __dir__() -> list[str]:
    return list(__all__)
