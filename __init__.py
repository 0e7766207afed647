"""yenloop: the loop yen - import prices - CPI - JGB yields - yen, measured.

The names below load on first use, so ``import yenloop`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

#: Public name -> module that defines it.
_PUBLIC = {
    "Panel": "data.panel",
    "Column": "data.panel",
}

__all__ = ["Column", "Panel", "__version__"]

if TYPE_CHECKING:
    from .data.panel import Column, Panel


def __getattr__(name: str) -> object:
    if name in _PUBLIC:
        return getattr(import_module(f".{_PUBLIC[name]}", __name__), name)
    raise AttributeError(f"module 'yenloop' has no attribute '{name}'")


def __dir__() -> list[str]:
    return list(__all__)
