"""What is found about the gain of a loop: tables, words, tidy rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import NumericalError
from .joint_estimate import JointEstimate
from .loop_edges import LoopEdges
from .results import Summary, tidy_frame
from .structural_result import StructuralResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Horizon of the headline, in periods.
HEADLINE = 24


@dataclass(frozen=True, eq=False)
class OpenedLoop:
    """Largest moduli of the roots when the loop is cut at the node: stable below one.

    Attributes
    ----------
    own, rest : float
        Of the node's own equation, and of the others with the node held.
    closed : float
        Of the VAR itself.
    own_draws, rest_draws : ndarray, shape (R,)
    closed_stable : ndarray of bool, shape (R,)
    """

    own: float
    rest: float
    closed: float
    own_draws: np.ndarray
    rest_draws: np.ndarray
    closed_stable: np.ndarray

    @property
    def unstable(self) -> np.ndarray:
        """Draws in which one of the two parts is unstable: the gain is masked there."""
        return (self.own_draws >= 1) | (self.rest_draws >= 1)

    @property
    def point_unstable(self) -> bool:
        """Whether that is so at the point estimate."""
        return max(self.own, self.rest) >= 1

    @property
    def runs_away(self) -> float:
        """Share of draws with an unstable closed loop while the opened one is stable."""
        return float((~self.closed_stable & ~self.unstable).mean())


@dataclass(frozen=True, eq=False, kw_only=True)
class LoopGain(StructuralResult):
    """Gain of the loop at a node, with joint draws.

    G(H) = 1 - (cumulated own response with the others held) / (with the loop closed). Between 0
    and 1 the loop amplifies, below 0 it damps. In a stable system a gain of one or more would mean
    that the opened system is unstable and the loop stabilises it; such draws are masked.

    Attributes
    ----------
    node : str
    horizons : tuple of int
        Those shown in tables; ``total`` and ``domestic`` hold all from 0 to the last.
    total : JointEstimate, H+1 elements
    domestic : JointEstimate or None, H+1 elements
        With the variables outside ``domestic_names`` exogenous.
    domestic_names : tuple of str
    edges : LoopEdges or None
        Edges and path gain of the named cycle.
    amplification, phase : JointEstimate
        |1 / (1 - G)| and its phase in degrees, averaged over ``bands`` of periods.
    bands : tuple of (shortest, longest)
    long_run : JointEstimate or None, one element
        Gain at z = 1.
    refused_long_run : str
        Why there is none.
    opened : OpenedLoop
    """

    node: str
    horizons: tuple[int, ...]
    total: JointEstimate
    domestic: JointEstimate | None
    domestic_names: tuple[str, ...]
    edges: LoopEdges | None
    amplification: JointEstimate
    phase: JointEstimate
    bands: tuple[tuple[float, float], ...]
    long_run: JointEstimate | None
    refused_long_run: str
    opened: OpenedLoop

    methods: ClassVar[tuple[str, ...]] = ("bode1945", "mason1953")
    figure: ClassVar[str] = "gain"

    @property
    def headline(self) -> int:
        """The horizon that is spoken of: 24 where it was asked for, else the first."""
        return HEADLINE if HEADLINE in self.horizons else self.horizons[0]

    def at(self, horizon: int) -> tuple[float, np.ndarray]:
        """The gain at a horizon: point, and draws of shape (R,) with NaN where masked."""
        return float(self.total.point[horizon]), self.total.draws[:, horizon]

    def at_one(self) -> JointEstimate:
        """The gain at z = 1.

        Raises
        ------
        NumericalError
            For a VAR in levels, and for one that is not stationary as estimated.
        """
        if self.long_run is None:
            raise NumericalError(
                self.refused_long_run, remedy="Use the gain at a finite horizon, such as G(24)."
            )
        return self.long_run

    def tidy(self) -> pd.DataFrame:
        """All numbers in tidy rows.

        Statistics: ``gain``, ``domestic_gain``, ``long_run_gain``, ``edge``, ``path_gain``,
        ``amplification`` and ``phase`` (``response`` is the band of periods), ``root_modulus``,
        ``masked_share``.
        """
        at_node = {"shock": self.node, "response": self.node, "unit": "ratio"}
        every = [{"horizon": h} for h in range(len(self.total.point))]
        rows = self.total.rows(self.levels, every, statistic="gain", **at_node)
        if self.domestic is not None:
            rows += self.domestic.rows(self.levels, every, statistic="domestic_gain", **at_node)
        if self.long_run is not None:
            rows += self.long_run.rows(self.levels, [{}], statistic="long_run_gain", **at_node)
        periods = [{"response": f"{a:g}-{b:g} periods"} for a, b in self.bands]
        for statistic, unit, found in (
            ("amplification", "ratio", self.amplification),
            ("phase", "degrees", self.phase),
        ):
            same = {"statistic": statistic, "shock": self.node, "unit": unit}
            rows += found.rows(self.levels, periods, **same)
        rows += self._root_rows()
        frame = tidy_frame(pd.DataFrame(rows).assign(model=self.model, band=self.band))
        if self.edges is None:
            return frame
        return tidy_frame(pd.concat([frame, self.edges.tidy()]))

    def summary(self) -> Summary:
        """Gains, edges, amplification by period, roots of the opened loop."""
        tables = [("Gain (ratio, no unit)", self._gain_table())]
        if self.edges is not None:
            tables.append(("Edges, others held", self.edges.table))
        tables += [
            ("Amplification |1/(1 - G)| by period of the cycle", self._period_table()),
            ("Largest root (modulus)", self._root_table()),
        ]
        title = f"Gain of the loop at {self.columns[self.node].label}, {self.model}"
        return Summary(title, tables, self.notes())

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """The gain by horizon and the amplification by period."""
        return super().plot(**({"labels": self._labels()} | options))

    def notes(self) -> tuple[str, ...]:
        """The gain in words, what was masked or refused, then the setting."""
        found = [
            self.in_words(),
            "G(H) = 1 - cumulated own response with the others held / with the loop closed, "
            "H in periods; 0 < G < 1 amplifies, G < 0 damps.",
        ]
        if self.opened.unstable.any():
            found.append(
                f"{self.opened.unstable.mean():.1%} of the draws are masked: their opened system "
                "is unstable (a root on or outside the unit circle)."
            )
        if self.opened.runs_away:
            found.append(
                f"In {self.opened.runs_away:.1%} of the draws the loop runs away: the closed "
                "system is unstable, the opened one is not."
            )
        if self.long_run is None:
            found.append(f"No gain at z = 1: {self.refused_long_run}")
        edges = self.edges.notes()[: -len(self.edges.setting)] if self.edges else ()
        return (*found, *edges, *self.setting)

    def in_words(self) -> str:
        """The gain at the headline horizon, what it means, and which part the cycle has."""
        h, label = self.headline, self.columns[self.node].label
        point = float(self.total.point[h])
        if np.isnan(point):
            return (
                f"The gain at {label} is masked: the opened system is unstable (largest roots "
                f"{self.opened.own:.2f} and {self.opened.rest:.2f}) and the loop stabilises it."
            )
        level = max(self.levels)
        meaning = _meaning(point, *self.total.interval(level, h))
        found = [f"G({h}) at {label}, all feedback: {self.total.in_words(level, h)}; {meaning}."]
        if self.domestic is not None:
            found.append(f"Domestic block alone: {self.domestic.in_words(level, h)}.")
        if self.edges is not None:
            around = " -> ".join(self.columns[name].label for name in self.edges.cycle)
            along = self.edges.path.in_words(level, self.horizons.index(h))
            found.append(f"Along {around}: {along}.")
        return " ".join(found)

    def _labels(self) -> dict[str, str]:
        return {name: column.label for name, column in self.columns.items()}

    def _gain_table(self) -> pd.DataFrame:
        rows: dict[tuple[str, str], dict[str, float]] = {}
        for name, found in (("Total", self.total), ("Domestic", self.domestic)):
            if found is not None:
                rows |= {(name, f"G({h})"): self._cells(found, h) for h in self.horizons}
        if self.edges is not None:
            for n, h in enumerate(self.horizons):
                rows["Along the cycle", f"G({h})"] = self._cells(self.edges.path, n)
        if self.long_run is not None:
            rows["Total", "G at z = 1"] = self._cells(self.long_run, 0)
        return pd.DataFrame.from_dict(rows, orient="index")

    def _cells(self, found: JointEstimate, at: int) -> dict[str, float]:
        cells = {"estimate": float(found.point[at])}
        for level in self.levels:
            low, high = found.interval(level, at)
            cells |= {f"{level:.0%} low": low, f"{level:.0%} high": high}
        return cells

    def _period_table(self) -> pd.DataFrame:
        level = max(self.levels)
        low, high = self.amplification.spread([level])[1][level]
        return pd.DataFrame(
            {
                "modulus": self.amplification.point,
                f"{level:.0%} low": low,
                f"{level:.0%} high": high,
                "phase (degrees)": self.phase.point,
            },
            index=[f"{a:g}-{b:g} periods" for a, b in self.bands],
        )

    def _root_table(self) -> pd.DataFrame:
        opened = self.opened
        return pd.DataFrame(
            {
                "point": [opened.own, opened.rest, opened.closed],
                "share of draws at or above 1": [
                    (opened.own_draws >= 1).mean(),
                    (opened.rest_draws >= 1).mean(),
                    (~opened.closed_stable).mean(),
                ],
            },
            index=["Own equation, others held", "Others, node held", "Closed loop"],
        )

    def _root_rows(self) -> list[dict[str, Any]]:
        opened = self.opened
        same = {"shock": self.node, "unit": "ratio"}
        modulus = {**same, "statistic": "root_modulus"}
        rows: list[dict[str, Any]] = []
        for part, point, draws in (
            ("own", opened.own, opened.own_draws),
            ("rest", opened.rest, opened.rest_draws),
        ):
            found = JointEstimate(np.array([point]), draws[:, None], self.interval)
            rows += found.rows(self.levels, [{}], response=part, **modulus)
        # Of the closed loop's root the draws say only whether they are stable.
        rows.append({**modulus, "response": "closed", "estimate": opened.closed})
        share = float(opened.unstable.mean())
        return [*rows, {**same, "statistic": "masked_share", "estimate": share}]


def _meaning(point: float, low: float, high: float) -> str:
    """What an estimate of the gain and its interval say."""
    if point >= 1:
        return "it turns the sign of the cumulated response"
    factor = f"a shock is multiplied by {1 / (1 - point):.2f}"
    if low > 0:
        return f"it amplifies, {factor}"
    if high < 0:
        return f"it damps, {factor}"
    if np.isnan(low):
        return f"without an interval nothing can be said of its sign ({factor})"
    return f"the interval contains zero, so its sign is not determined ({factor})"
