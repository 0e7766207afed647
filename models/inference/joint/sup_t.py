"""The sup-t band: as narrow as a band of one pointwise level can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..intervals.protocol import Errors, Interval


@dataclass(frozen=True, slots=True)
class SupT:
    """The pointwise level at which the intervals hold whole draws with the joint probability.

    For a bootstrap the level is calibrated on the draws: the share of draws that lie in the band
    as a whole is the joint level (algorithm 3 of the paper). For the delta method it is that of
    the critical value of the largest absolute normal error, given the correlations of all elements.

    Notes
    -----
    Montiel Olea and Plagborg-Møller (2019). Elements without variance are left out.
    """

    methods: ClassVar[tuple[str, ...]] = ("montiel_olea2019",)

    @property
    def name(self) -> str:
        """Key of the rule in the validity table."""
        return "sup_t"

    def pointwise_level(
        self,
        interval: Interval,
        point: np.ndarray,
        draws: np.ndarray,
        level: float,
        errors: Errors | None = None,
    ) -> float:
        """Quantile of the levels at which whole draws are held; see ``Joint.pointwise_level``."""
        held = interval.whole_levels(point, draws, errors)
        return max(level, float(np.quantile(held, level, method="inverted_cdf")))

    def describe(self) -> str:
        """The rule in words."""
        return "sup-t"
