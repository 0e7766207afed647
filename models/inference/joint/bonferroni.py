"""Bonferroni's band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..intervals.protocol import Errors, Interval
from .protocol import varying


@dataclass(frozen=True, slots=True)
class Bonferroni:
    """Each of n elements may miss with an n-th of the joint probability of a miss.

    It holds whatever the distribution, and is the widest of the three.
    """

    methods: ClassVar[tuple[str, ...]] = ()

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "bonferroni"

    def pointwise_level(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        level: float,
        errors: Errors | None = None,  # noqa: ARG002
    ) -> float:
        """One less (1 - level) / n; see ``Joint.pointwise_level``."""
        return 1 - (1 - level) / max(varying(interval, point, draws), 1)

    def describe(self) -> str:
        """The rule in words."""
        return "Bonferroni"
