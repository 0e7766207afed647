"""What one edge contributes: the economy in which a variable no longer reacts to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import response_scales
from ..errors import SpecError
from ..estimation import gain
from ..estimation.responses import impulse_responses
from .identification.named_shocks import chosen_shocks, require_shocks, shock_label
from .joint_estimate import JointEstimate
from .responses import cumulated_columns
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

LUCAS = (
    "The counterfactual keeps every other equation as estimated: it says what the edge contributes "
    "in the model, not what would happen if a policy removed it (Lucas critique)."
)


@dataclass(frozen=True, eq=False, kw_only=True)
class OpenedEdge(StructuralResult):
    """Responses to a one-standard-deviation shock with and without one edge.

    Attributes
    ----------
    target, source : str
        The target no longer reacts to the source, now or later: A_target,source(z) = 0.
    shock : str
    names : tuple of str
        Responding variables.
    cumulated : frozenset of str
        Variables whose responses are summed over horizons.
    closed, opened, contribution : Mapping[str, JointEstimate]
        Responses by variable over horizons 0..H, in the units of responses; the third is the
        first minus the second, within each draw.
    """

    target: str
    source: str
    shock: str
    names: tuple[str, ...]
    cumulated: frozenset[str]
    closed: Mapping[str, JointEstimate]
    opened: Mapping[str, JointEstimate]
    contribution: Mapping[str, JointEstimate]

    methods: ClassVar[tuple[str, ...]] = ("lucas1976",)
    figure: ClassVar[str] = "opened_edge"

    def tidy(self) -> pd.DataFrame:
        """Statistics ``irf``, ``irf_opened`` and ``edge_contribution`` by response and horizon."""
        rows: list[dict[str, Any]] = []
        for statistic, found in (
            ("irf", self.closed),
            ("irf_opened", self.opened),
            ("edge_contribution", self.contribution),
        ):
            for name in self.names:
                rows += found[name].rows(
                    self.levels,
                    [{"horizon": h} for h in range(len(found[name].point))],
                    statistic=statistic,
                    shock=self.shock,
                    response=name,
                    unit=self.columns[name].unit_of_responses,
                    cumulative=name in self.cumulated,
                )
        return tidy_frame(pd.DataFrame(rows).assign(model=self.model, band=self.band))

    def summary(self) -> Summary:
        """Responses at a few horizons, closed and opened, and what the edge contributes."""
        last = len(self.closed[self.names[0]].point) - 1
        level = max(self.levels)
        tables = []
        for h in (h for h in (0, 6, 12, 24) if h <= last):
            rows = {}
            for name in self.names:
                column, part = self.columns[name], self.contribution[name]
                low, high = part.interval(level, h)
                rows[column.label_with_unit] = {
                    "edge closed": self.closed[name].point[h],
                    "edge opened": self.opened[name].point[h],
                    "contribution": part.point[h],
                    f"{level:.0%} low": low,
                    f"{level:.0%} high": high,
                }
            tables.append((f"After {h} periods", pd.DataFrame.from_dict(rows, orient="index")))
        return Summary(f"{self._title}, {self.model}", tables, self.notes())

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Responses with the edge and without it, side by side."""
        labels = {n: c.label_with_unit for n, c in self.columns.items()}
        return super().plot(**({"labels": labels} | options))

    def notes(self) -> tuple[str, ...]:
        """The shock, the caveat, then the setting."""
        summed = ", ".join(
            self.columns[name].label for name in self.names if name in self.cumulated
        )
        shock = shock_label(self.shock, self.columns)
        found = [f"{self._title}: responses to a shock of one standard deviation ({shock})."]
        if summed:
            found.append(f"Cumulated: {summed}.")
        return (*found, LUCAS, *self.setting)

    @property
    def _title(self) -> str:
        return f"{self._label(self.target)} without its reaction to {self._label(self.source)}"

    def _label(self, name: str) -> str:
        return self.columns[name].label


def open_edge(
    svar: StructuralVAR,
    target: str,
    source: str,
    *,
    shock: str | None = None,
    horizon: int = 24,
    levels: Sequence[float] = (0.68, 0.90),
) -> OpenedEdge:
    """Responses when ``target`` no longer reacts to ``source``, beside those as estimated.

    Parameters
    ----------
    svar : StructuralVAR
        All shocks identified: the counterfactual uses every row of A(z).
    target, source : str
    shock : str, optional
        By default the shock to ``source``. It has the same structural size in both economies.
    horizon : int
    levels : sequence of float

    Raises
    ------
    NotIdentifiedError, SpecError
    """
    svar.require_valid("opened_edge")
    names = svar.names
    if target == source or not {target, source} <= set(names):
        raise SpecError(
            f"No edge from {source} to {target}.",
            remedy=f"Name two different variables of the VAR: {', '.join(names)}.",
        )
    require_shocks(svar, svar.shock_names, "Opening an edge")
    shock = chosen_shocks(svar, shock or svar.shock_of(source), "Opening an edge")[0]
    edge = [(names.index(target), names.index(source))]
    cumulated = cumulated_columns(names, svar.columns, "auto")
    point, drawn = (
        _responses(svar, lags, impact, edge, svar.shock_names.index(shock), horizon, cumulated)
        for lags, impact in (
            (svar.reduced.lag_coefficients, svar.impact),
            (svar.draws.lags, svar.draws.impact),
        )
    )
    closed, opened, contribution = (
        {name: JointEstimate(p[..., n], d[..., n], svar.interval) for n, name in enumerate(names)}
        for p, d in zip(point, drawn, strict=True)
    )
    return OpenedEdge(
        **origin(svar, levels),
        target=target,
        source=source,
        shock=shock,
        names=names,
        cumulated=cumulated,
        closed=closed,
        opened=opened,
        contribution=contribution,
    )


def _responses(
    svar: StructuralVAR,
    lags: np.ndarray,
    impact: np.ndarray,
    edge: Sequence[tuple[int, int]],
    shock: int,
    horizon: int,
    cumulated: frozenset[str],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Closed, opened and their difference, each of shape (..., H+1, K)."""
    closed = impulse_responses(lags, impact, horizon)[..., shock]
    opened = impulse_responses(*gain.open_edges(lags, impact, edge), horizon)[..., shock]
    summed = [i for i, name in enumerate(svar.names) if name in cumulated]
    scale = response_scales(svar.names, svar.columns)
    for responses in (closed, opened):
        responses[..., summed] = responses[..., summed].cumsum(axis=-2)
        responses *= scale
    return closed, opened, closed - opened
