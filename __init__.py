"""yenloop: the loop yen - import prices - CPI - JGB yields - yen, measured.

The names below load on first use, so ``import yenloop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

#: Public name -> module that defines it.
_PUBLIC = {
    "Cholesky": "models.identification.cholesky",
    "Column": "data.panel",
    "Panel": "data.panel",
    "ResidualBootstrap": "models.inference.residual_bootstrap",
    "VAR": "models.var",
    "load_bundled": "data.sources.files",
    "load_data": "data.sources.files",
    "load_loop_panel": "data.loop_panel",
    "loop_panel": "data.loop_panel",
}

__all__ = [
    "VAR",
    "Cholesky",
    "Column",
    "Panel",
    "ResidualBootstrap",
    "__version__",
    "load_bundled",
    "load_data",
    "load_loop_panel",
    "loop_panel",
]

if TYPE_CHECKING:
    from .data.loop_panel import load_loop_panel, loop_panel
    from .data.panel import Column, Panel
    from .data.sources.files import load_bundled, load_data
    from .models.identification.cholesky import Cholesky
    from .models.inference.residual_bootstrap import ResidualBootstrap
    from .models.var import VAR


def __getattr__(name: str) -> object:
    if name in _PUBLIC:
        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module 'yenloop' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
