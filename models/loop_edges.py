"""The edges of a loop: what one variable does to the next while all others are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..errors import SpecError
from ..estimation import gain
from .identification.named_shocks import require_shocks
from .joint_estimate import JointEstimate
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: Level of the interval of A_ii(1) that must leave out zero for an edge into i to be shown.
DISTINGUISHABLE = 0.90


@dataclass(frozen=True, eq=False, kw_only=True)
class LoopEdges(StructuralResult):
    """The edges of a named cycle, and their product.

    An edge is the response of a variable, after H periods, to a sustained unit change of the one
    before it in the cycle while all others are held: the cumulated expansion of
    -A_ij(z) / A_ii(z). In a VAR of changes both sides are moves in levels.

    Attributes
    ----------
    cycle : tuple of str
        Variables in order; the last acts on the first.
    horizons : tuple of int
    edges : Mapping[(source, target), JointEstimate]
        By horizon, in the panel's units (target per source).
    path : JointEstimate
        Product of the edges by horizon: the path gain, without unit.
    masked : tuple of str
        Targets whose edges are not shown because A_ii(1) is not distinguishable from zero.
    imposed : tuple of (source, target)
        Edges whose part within the period the identification sets to zero.
    """

    cycle: tuple[str, ...]
    horizons: tuple[int, ...]
    edges: Mapping[tuple[str, str], JointEstimate]
    path: JointEstimate
    masked: tuple[str, ...]
    imposed: tuple[tuple[str, str], ...]

    methods: ClassVar[tuple[str, ...]] = ("mason1953",)
    figure: ClassVar[str] = "loop_diagram"

    def readable(self) -> dict[tuple[str, str], tuple[JointEstimate, str]]:
        """The edges in readable units, and those units."""
        found = {}
        for (source, target), edge in self.edges.items():
            scale, unit = readable_unit(self.columns[source], self.columns[target])
            found[source, target] = (
                JointEstimate(scale * edge.point, scale * edge.draws, edge.rule),
                unit,
            )
        return found

    def tidy(self) -> pd.DataFrame:
        """Statistics ``edge`` (``shock`` is the source) and ``path_gain``, by horizon."""
        places = [{"horizon": h} for h in self.horizons]
        rows: list[dict[str, Any]] = []
        for (source, target), (edge, unit) in self.readable().items():
            rows += edge.rows(
                self.levels, places, statistic="edge", shock=source, response=target, unit=unit
            )
        at_node = {"shock": self.cycle[0], "response": self.cycle[0], "unit": "ratio"}
        rows += self.path.rows(self.levels, places, statistic="path_gain", **at_node)
        return tidy_frame(pd.DataFrame(rows).assign(model=self.model, band=self.band))

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The cycle as a diagram."""
        labels = {name: column.label for name, column in self.columns.items()}
        return super().plot(**({"labels": labels} | options))

    @property
    def table(self) -> pd.DataFrame:
        """One row per edge and for their product, at every horizon with the widest interval."""
        rows = {
            f"{self.columns[source].label} -> {self.columns[target].label}": {
                "unit": unit,
                **self._cells(edge),
            }
            for (source, target), (edge, unit) in self.readable().items()
        }
        rows["Path gain (product of the edges)"] = {"unit": "ratio", **self._cells(self.path)}
        return pd.DataFrame.from_dict(rows, orient="index")

    def _cells(self, found: JointEstimate) -> dict[str, str]:
        level = max(self.levels)
        low, high = found.spread([level])[1][level]
        return {
            f"{h} periods": f"{found.point[n]:.3g} [{low[n]:.3g}, {high[n]:.3g}]"
            for n, h in enumerate(self.horizons)
        }

    def summary(self) -> Summary:
        """The edges and their product."""
        caption = f"Edges, others held ({max(self.levels):.0%} intervals)"
        return Summary(f"Edges of the loop, {self.model}", [(caption, self.table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """What an edge is, what is masked or imposed, then the setting."""
        label = {name: column.label for name, column in self.columns.items()}
        found = [
            "An edge is the response to a sustained change of its source while all other variables "
            "are held. Paths do not add up to the total gain (Mason's rule)."
        ]
        if self.masked:
            found.append(
                f"Not shown into {', '.join(label[n] for n in self.masked)}: the sum of its own "
                f"coefficients, A_ii(1), is not distinguishable from zero at {DISTINGUISHABLE:.0%}."
            )
        if self.imposed:
            pairs = ", ".join(f"{label[s]} -> {label[t]}" for s, t in self.imposed)
            found.append(f"Set to zero within the period by the identification: {pairs}.")
        return (*found, *self.setting)


def loop_edges(
    svar: StructuralVAR,
    cycle: Sequence[str],
    *,
    horizons: Sequence[int] = (12, 24, 60),
    levels: Sequence[float] = (0.68, 0.90),
) -> LoopEdges:
    """Edges of a cycle with intervals from the joint draws.

    Parameters
    ----------
    svar : StructuralVAR
    cycle : sequence of str
        At least two variables in order; the last acts on the first.
    horizons : sequence of int
    levels : sequence of float

    Raises
    ------
    NotIdentifiedError
        If the shock of a variable of the cycle is not identified: an edge needs the row of its
        target in A(z).
    SpecError
        If a name is not in the VAR, or occurs twice.
    """
    svar.require_valid("gain")
    steps = _steps(svar.names, cycle)
    require_shocks(svar, [svar.shock_of(name) for name in cycle], "The edges of a loop")
    edges, masked = {}, []
    for source, target in steps:
        edges[source, target], clear = _edge(svar, source, target, list(horizons))
        if not clear:
            masked.append(target)
    path = JointEstimate(
        np.prod([edge.point for edge in edges.values()], axis=0),
        np.prod([edge.draws for edge in edges.values()], axis=0),
        svar.interval,
    )
    return LoopEdges(
        **origin(svar, levels),
        cycle=tuple(cycle),
        horizons=tuple(horizons),
        edges=edges,
        path=path,
        masked=tuple(masked),
        imposed=tuple((s, t) for s, t in steps if svar.imposes_zero(t, svar.shock_of(s))),
    )


def readable_unit(source: Column, target: Column) -> tuple[float, str]:
    """Factor from panel units to a readable unit of an edge, and that unit in words.

    Yields move in steps of 10 bp; a price acts on a price in steps of 10, on a yield in steps
    of 1: ``% per 10%``, ``bp per 1%``, ``% per 10 bp``.
    """
    yields = source.unit_of_responses == "bp"
    step = 1 if target.unit_of_responses == "bp" and not yields else 10
    space = "" if source.unit_of_responses == "%" else " "
    unit = f"{target.unit_of_responses} per {step}{space}{source.unit_of_responses}"
    return step * target.response_scale / source.response_scale, unit


def _steps(names: Sequence[str], cycle: Sequence[str]) -> list[tuple[str, str]]:
    """(source, target) around the cycle."""
    unknown = [name for name in cycle if name not in names]
    if unknown or len(set(cycle)) != len(cycle) or len(cycle) < 2:
        raise SpecError(
            f"The cycle {' -> '.join(cycle)} is not a path through different variables of the VAR.",
            remedy=f"Name each variable once; available: {', '.join(names)}.",
        )
    return list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))


def _edge(
    svar: StructuralVAR, source: str, target: str, horizons: list[int]
) -> tuple[JointEstimate, bool]:
    """The edge at the horizons, and whether A_ii(1) of its target is clear of zero.

    The sum of the target's own coefficients is taken in units of the one at z^0. Where it is not
    clear of zero the edge is hidden: a sustained change of the source would move the target for
    ever, at a pace that the data do not tell.
    """
    i, j = svar.names.index(target), svar.names.index(source)
    reduced, draws = svar.reduced, svar.draws
    row = gain.structural_row(reduced.lag_coefficients, svar.covariance, svar.impact[:, i])
    drawn = gain.structural_row(draws.lags, draws.covariance, draws.impact[..., i])
    own_sum = drawn[..., i].sum(-1) / drawn[:, 0, i]
    tail = (1 - DISTINGUISHABLE) / 2
    low, high = np.quantile(own_sum, [tail, 1 - tail])
    clear = bool(low > 0 or high < 0)
    point, sampled = (
        gain.edge_response(a, i, j, max(horizons))[..., horizons] for a in (row, drawn)
    )
    if not clear:
        point, sampled = np.full_like(point, np.nan), np.full_like(sampled, np.nan)
    return JointEstimate(point, sampled, svar.interval), clear
