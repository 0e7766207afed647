"""What a shock does in the end: to levels with unit roots, and to the sum of changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.panel import response_scales
from ..errors import NotIdentifiedError, SpecError
from ..estimation.companion import companion_roots
from ..estimation.granger_representation import permanent_effects
from ..estimation.long_run import long_run_multiplier
from ..estimation.stability import are_stationary
from .inference.intervals.protocol import Bounds
from .responses import cumulated_columns, long_frame
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from .responses import Size
    from .structural import StructuralVAR


@dataclass(frozen=True, eq=False, kw_only=True)
class LongRunEffects(StructuralResult):
    """The limit of the responses of levels at an infinite horizon.

    Attributes
    ----------
    names : tuple of str
        Responding variables, the order of axis -2.
    shocks : tuple of str
        Shocks, the order of axis -1.
    point : ndarray, shape (N, J)
        [response, shock] in the units of responses.
    draws : ndarray, shape (R, N, J)
        The same for each joint draw; NaN where the draw has a root on or outside the unit circle
        beside the imposed ones, so that its responses have no limit.
    sizes : Mapping[str, str]
        The size of each shock in words.
    cumulated : bool
        Whether the effects are sums of responses, as for changes, or limits of levels (VECM).
    """

    names: tuple[str, ...]
    shocks: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray
    sizes: Mapping[str, str]
    cumulated: bool

    methods: ClassVar[tuple[str, ...]] = ("johansen1995", "luetkepohl2005")

    @property
    def masked(self) -> float:
        """Share of draws whose responses have no limit."""
        return float(np.isnan(self.draws).any(axis=(1, 2)).mean())

    @property
    def matrix(self) -> pd.DataFrame:
        """Point effects, responses in rows and shocks in columns."""
        return pd.DataFrame(self.point, list(self.names), list(self.shocks))

    @property
    def std_errors(self) -> pd.DataFrame:
        """Standard errors from the joint draws, in the same shape."""
        errors = self.interval.std_error(self.point, self._kept)
        return pd.DataFrame(errors, list(self.names), list(self.shocks))

    def bands(self, levels: Sequence[float] | None = None) -> Bounds:
        """Lower and upper bounds by level, each of shape (N, J)."""
        return self.bands_of(self.point, self._kept, levels)[1]

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row for each shock, response and level; ``horizon`` is infinite."""
        error, bands = self.bands_of(self.point, self._kept, levels)
        bounds = {level: (low[None], high[None]) for level, (low, high) in bands.items()}
        rows = long_frame(self.point[None], error[None], bounds, self.names, self.shocks, first=0)
        units = {name: self.columns[name].unit_of_responses for name in self.names}
        return tidy_frame(
            rows.assign(
                model=self.model,
                statistic="long_run_effect",
                horizon=np.inf,
                band=self.band,
                cumulative=self.cumulated,
                unit=rows["response"].map(units),
            )
        )

    def summary(self) -> Summary:
        """Effects with the widest band, one column a shock."""
        level = max(self.levels)
        low, high = self.bands([level])[level]
        cells = {
            shock: [
                f"{self.point[i, j]:.3g} [{low[i, j]:.3g}, {high[i, j]:.3g}]"
                for i in range(len(self.names))
            ]
            for j, shock in enumerate(self.shocks)
        }
        labels = [self.columns[name].label_with_unit for name in self.names]
        table = pd.DataFrame(cells, index=labels)
        return Summary(
            f"Long-run effects, {self.model}",
            [(f"Response (rows) to shock (columns), {level:.0%} band", table)],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """What the limit is of, sizes of the shocks, masked draws, identification, sample."""
        what = (
            "Sum of the responses over all horizons: the effect on the level of what enters as a "
            "change."
            if self.cumulated
            else "Limit of the responses of the levels (Granger's representation)."
        )
        share = f"{self.masked:.1%} of the draws have no limit and are left out."
        return (
            what,
            *(f"{self.sizes[shock]}." for shock in self.shocks),
            *([share] if self.masked else []),
            *self.setting,
        )

    @property
    def _kept(self) -> np.ndarray:
        kept: np.ndarray = self.draws[~np.isnan(self.draws).any(axis=(1, 2))]
        return kept


def long_run_effects(
    svar: StructuralVAR,
    *,
    size: Size,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
) -> LongRunEffects:
    """See ``StructuralVAR.long_run_effects``."""
    names, cumulated = _shown(svar, cumulative)
    scale = np.sqrt(np.diag(svar.reduced.covariance))
    multiplier = _multiplier(svar, svar.reduced.lag_coefficients[None], scale)[0]
    if np.isnan(multiplier).any():
        raise NotIdentifiedError(
            f"The {svar.reduced.model} has a root on or outside the unit circle (largest "
            f"{svar.reduced.max_root:.4f}): its responses have no limit.",
            remedy="Let variables with a unit root enter in changes, or use a VECM.",
        )
    impact = svar.irf(0, size=size, cumulative=False, levels=levels)
    unit = response_scales(svar.names, svar.columns)[:, None]
    point = multiplier @ (impact.point[0] / unit) * unit
    drawn = _multiplier(svar, svar.draws.lags, scale) @ (impact.draws[:, 0] / unit) * unit
    for response, shock in svar.scheme.imposed_long_run_zeros(svar.names):  # but for rounding
        if shock in impact.shocks:
            i, j = svar.names.index(response), impact.shocks.index(shock)
            point[i, j], drawn[~np.isnan(drawn[:, i, j]), i, j] = 0.0, 0.0
    rows = [svar.names.index(name) for name in names]
    return LongRunEffects(
        **origin(svar, levels),
        names=names,
        shocks=impact.shocks,
        point=point[rows],
        draws=drawn[:, rows],
        sizes=impact.sizes,
        cumulated=cumulated,
    )


def _shown(svar: StructuralVAR, cumulative: bool | Literal["auto"]) -> tuple[tuple[str, ...], bool]:
    """The variables that have a long-run effect to show, and whether it is a sum of responses."""
    summed = cumulated_columns(svar.names, svar.columns, cumulative)
    if svar.reduced.unit_roots:
        if summed:
            raise SpecError(
                "Responses of levels with unit roots do not add up to a finite sum.",
                remedy="Use cumulative=False: the limit of the levels.",
            )
        return svar.names, False
    if not summed:
        raise SpecError(
            "None of the variables is a change, and responses of stationary levels die out: their "
            "long-run effect is zero.",
            remedy="Use cumulative=True for the sum of the responses, or a VECM.",
        )
    return tuple(name for name in svar.names if name in summed), True


def _multiplier(svar: StructuralVAR, lags: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Long-run effect of errors of R reduced forms, (R, K, K); NaN where there is none."""
    imposed = svar.reduced.unit_roots
    if imposed:
        roots = companion_roots(lags)
        free = np.argsort(np.abs(roots - 1), axis=-1)[:, imposed:]
        largest = np.abs(np.take_along_axis(roots, free, axis=-1)).max(axis=-1, initial=0.0)
        exists = largest < 1 - 1e-10
    else:
        exists = are_stationary(lags * scale / scale[:, None])
    found = np.full((len(lags), *lags.shape[2:]), np.nan)
    if imposed:
        rank = len(svar.names) - imposed
        found[exists] = permanent_effects(lags[exists], scale, rank)
    else:
        found[exists] = long_run_multiplier(lags[exists])
    return found
