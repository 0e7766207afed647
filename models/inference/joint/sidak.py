"""Sidak's band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..intervals.protocol import Errors, Interval
from .protocol import varying


@dataclass(frozen=True, slots=True)
class Sidak:
    """Pointwise level 1 - a with (1 - a)^n equal to the joint level: n independent elements.

    Elements are correlated, so the band is wider than needed (Sidak 1967).
    """

    methods: ClassVar[tuple[str, ...]] = ("sidak1967",)

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "sidak"

    def pointwise_level(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        level: float,
        errors: Errors | None = None,  # noqa: ARG002
    ) -> float:
        """The n-th root of the joint level; see ``Joint.pointwise_level``."""
        return float(level ** (1 / max(varying(interval, point, draws), 1)))

    def describe(self) -> str:
        """The rule in words."""
        return "Sidak"
