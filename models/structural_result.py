"""What all results of a structural VAR share: where they come from and how their bands are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..data.panel import Column
from .inference.intervals.protocol import Bounds, Interval
from .options import require_levels
from .provenance import facts_of
from .results import Result

if TYPE_CHECKING:
    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class StructuralResult(Result):
    """A result computed from the joint draws of a structural VAR.

    Attributes
    ----------
    model : str
        Name of the model, such as ``VAR(3)``.
    columns : Mapping[str, Column]
        What each variable is.
    levels : tuple of float
        Coverage of the bands.
    band : str
        Name of the inference, with the interval where it is not the plain percentile.
    interval : Interval
        How joint draws become an interval.
    setting : tuple of str
        Identification, bands, sample in words.
    facts : Mapping[str, str]
        The same fact by fact; see ``models.provenance.facts_of``.
    nobs : int
    sample : str
    """

    model: str
    columns: Mapping[str, Column]
    levels: tuple[float, ...]
    band: str
    interval: Interval
    setting: tuple[str, ...]
    facts: Mapping[str, str]
    nobs: int
    sample: str

    def bands_of(
        self, point: np.ndarray, draws: np.ndarray, levels: Sequence[float] | None = None
    ) -> tuple[np.ndarray, Bounds]:
        """Standard errors and bounds by level of an array and its joint draws (axis 0)."""
        wanted = self.levels if levels is None else levels
        require_levels(wanted)
        error = self.interval.std_error(point, draws)
        return error, self.interval.bounds(point, draws, wanted)


def origin(
    svar: StructuralVAR, levels: Sequence[float], setting: tuple[str, ...] | None = None
) -> dict[str, Any]:
    """The fields of ``StructuralResult`` for a result of this structural VAR.

    ``setting`` takes the place of the usual notes, where nothing was drawn.
    """
    return {
        "model": svar.reduced.model,
        "columns": svar.columns,
        "levels": tuple(levels),
        "band": svar.band,
        "interval": svar.interval,
        "setting": svar.notes() if setting is None else setting,
        "facts": facts_of(svar),
        "nobs": svar.reduced.nobs,
        "sample": svar.reduced.sample,
    }
