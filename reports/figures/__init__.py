"""One picture a file; each takes a tidy frame, never a model."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawing(name: str) -> Callable[..., tuple[Figure, Any]]:
    """The function that draws the picture of that name (``irf``, ``fevd``, ...)."""
    draw: Callable[..., tuple[Figure, Any]] = import_module(f".{name}", __name__).draw
    return draw
