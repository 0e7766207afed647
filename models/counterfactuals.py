"""History had some shocks been zero, or had a variable not reacted to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.dates import label_of, span_of
from ..data.panel import response_scales, window_of
from ..errors import SpecError
from ..estimation import counterfactual as economy
from ..estimation.decompositions import implied_residuals
from ..estimation.gain import is_stable, open_edges
from ..estimation.partial_identification import completed
from .dated_paths import DatedPaths, band_columns
from .identification.named_shocks import chosen_shocks, require_shocks, shock_label
from .inference.intervals.protocol import Bounds
from .responses import chosen, cumulated_columns
from .results import Summary, tidy_frame
from .structural_result import origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

LUCAS = (
    "All other equations are kept as estimated: the gap is what was contributed in the model, not "
    "what would have happened had people known of a different economy (Lucas critique)."
)

Edge = tuple[str, str]


@dataclass(frozen=True, eq=False, kw_only=True)
class Counterfactual(DatedPaths):
    """The path of every variable with some shocks or reactions switched off in some periods.

    Bands hold the uncertainty of the parameters: each draw has its own shocks for the observed
    data. Variables that enter as changes are shown in levels, as the change since the period
    before the counterfactual starts.

    Attributes
    ----------
    shocks_off : tuple of str
    edges_off : tuple of (source, target)
        The target does not react to the source: A_target,source(z) = 0.
    start, end : str
        First and last period in which they are off.
    base : str
        The period before the first.
    actual : ndarray, shape (T, K)
        In the units of responses.
    contribution : ndarray, shape (T, K)
        Actual less counterfactual path; zero before the start.
    draws : ndarray, shape (R, T, K)
        The contribution in each joint draw.
    unstable : float
        Share of draws in which the economy without the edges is not stable.
    """

    shocks_off: tuple[str, ...]
    edges_off: tuple[Edge, ...]
    start: str
    end: str
    base: str
    actual: np.ndarray
    contribution: np.ndarray
    draws: np.ndarray
    unstable: float

    methods: ClassVar[tuple[str, ...]] = ("bernanke1997", "kilian_luetkepohl2017", "lucas1976")
    figure: ClassVar[str] = "counterfactual"

    @property
    def point(self) -> np.ndarray:
        """The counterfactual path, shape (T, K)."""
        path: np.ndarray = self.actual - self.contribution
        return path

    def path(self, name: str, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One variable, dated: ``actual``, ``counterfactual``, its bounds ``low_90``, ...

        ``contribution`` is the first less the second.
        """
        i = self.names.index(chosen(name, self.names, "variable")[0])
        columns = {
            "actual": self.actual[:, i],
            "counterfactual": self.point[:, i],
            "contribution": self.contribution[:, i],
        }
        for name_of_bound, bound in band_columns(self._bounds(levels)[1]).items():
            columns[name_of_bound] = bound[:, i]
        return pd.DataFrame(columns, index=self.dates)

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Statistics ``actual``, ``counterfactual`` and ``contribution`` by variable and period.

        ``horizon`` counts periods from the first date: ``dates[horizon]`` is the date.
        """
        std_error, bands = self._bounds(levels)
        gap_bands = self.bands_of(self.contribution, self.draws, levels)[1]
        frames = [
            self._rows("actual", self.actual, np.full(self.actual.shape, np.nan), {}, first=0),
            self._rows("counterfactual", self.point, std_error, bands, first=0),
            self._rows("contribution", self.contribution, std_error, gap_bands, first=0),
        ]
        return tidy_frame(pd.concat(frames))

    def summary(self) -> Summary:
        """Actual and counterfactual at the end of the window, and where they are furthest apart."""
        last = self._place(self.end)
        furthest = np.abs(self.contribution).argmax(axis=0)
        tables = [
            (f"In {self.end}", self._table(np.full(len(self.names), last))),
            (
                "Where the gap is widest",
                self._table(furthest).assign(period=self._labels(furthest)),
            ),
        ]
        return Summary(f"Counterfactual history, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What is switched off and when, how it is shown, the caveat, then the setting."""
        found = [f"{self.switched_off}, {self.start} to {self.end}."]
        if self.edges_off:
            found.append("In place of its source each target is given the source's sample mean.")
        if self.cumulated:
            summed = [self.columns[n].label for n in self.names if n in self.cumulated]
            which = "All paths" if len(summed) == len(self.names) else ", ".join(summed)
            found.append(f"{which}: change since {self.base}.")
        if self.unstable:
            found.append(
                f"Without the edges the economy is not stable in {self.unstable:.0%} of the draws."
            )
        return (*found, LUCAS, *self.setting)

    def plot(
        self, *, response: str | Sequence[str] | None = None, history: int = 24, **options: Any
    ) -> tuple[Figure, Any]:
        """Actual and counterfactual paths, one panel a variable.

        Parameters
        ----------
        response : str or sequence of str, optional
            By default all variables.
        history : int
            Periods shown before the start.
        """
        names = chosen(response, self.names, "variable")
        return super().plot(
            responses=names,
            dates=self.dates,
            shown_from=max(self._place(self.start) - history, 0),
            window=(self._place(self.start), self._place(self.end)),
            labels={name: self.columns[name].label for name in names},
            units={name: self.unit_since(name) for name in names},
            title=self.switched_off,
            **options,
        )

    @property
    def switched_off(self) -> str:
        """What is switched off, in words."""
        label = {name: column.label for name, column in self.columns.items()}
        parts = [
            f"{label[target]} does not react to {label[source]}"
            for source, target in self.edges_off
        ]
        if self.shocks_off:
            parts.insert(0, self._without_shocks)
        return "; ".join(parts) or "Nothing is switched off"

    @property
    def _without_shocks(self) -> str:
        """``No shocks to Yen, Oil, no monetary shocks``."""
        own = [shock_label(name, self.columns) for name in self.shocks_off if name in self.columns]
        named = [name for name in self.shocks_off if name not in self.columns]
        found = [f"shocks to {', '.join(own)}"] if own else []
        found += [f"{name} shocks" for name in named]
        return f"No {', no '.join(found)}"

    @property
    def since(self) -> str:
        """The period before the first."""
        return self.base

    def _bounds(self, levels: Sequence[float] | None) -> tuple[np.ndarray, Bounds]:
        """Standard errors and bounds of the path: the data less those of the contribution."""
        return self.bands_of(self.point, self.actual - self.draws, levels)

    def _table(self, at: np.ndarray) -> pd.DataFrame:
        """Every variable in a period of its own."""
        level = max(self.levels)
        low, high = self.bands_of(self.contribution, self.draws, [level])[1][level]
        place = at, np.arange(len(self.names))
        return pd.DataFrame(
            {
                "actual": self.actual[place],
                "counterfactual": self.point[place],
                "contribution": self.contribution[place],
                f"{level:.0%} low": low[place],
                f"{level:.0%} high": high[place],
            },
            index=[f"{self.columns[n].label} ({self.unit_since(n)})" for n in self.names],
        )

    def _labels(self, at: np.ndarray) -> list[str]:
        return [label_of(self.dates[t]) for t in at]

    def _place(self, period: str) -> int:
        """Position of a period among the dates."""
        return [label_of(date) for date in self.dates].index(period)


def counterfactual(
    svar: StructuralVAR,
    *,
    shocks_off: Sequence[str],
    edges_off: Sequence[Edge],
    start: str | None,
    end: str | None,
    cumulative: bool | Literal["auto"],
    levels: Sequence[float],
) -> Counterfactual:
    """See ``StructuralVAR.counterfactual``."""
    names, reduced = svar.names, svar.reduced
    shocks = chosen_shocks(svar, shocks_off, "Switching shocks off") if shocks_off else ()
    edges = _edges(svar, edges_off)
    first, last = _window(reduced.dates, start, end)
    joint = svar.draws
    off = [svar.shock_names.index(name) for name in shocks], edges
    estimates = (
        (reduced.lag_coefficients, reduced.deterministic, svar.covariance, svar.impact),
        (joint.lags, joint.deterministic, joint.covariance, joint.impact),
    )
    point, drawn = (_contribution(svar, *found, off, first, last) for found in estimates)
    cumulated = cumulated_columns(names, svar.columns, cumulative)
    actual = reduced.y[reduced.p :].copy()
    for i, name in enumerate(names):
        if name in cumulated:
            for path in (actual, point, drawn):
                np.cumsum(path[..., i], axis=-1, out=path[..., i])
            actual[:, i] -= actual[first - 1, i] if first else 0.0
    scale = response_scales(names, svar.columns)
    return Counterfactual(
        **origin(svar, levels),
        names=names,
        dates=reduced.dates,
        shocks_off=shocks,
        edges_off=tuple((names[source], names[target]) for target, source in edges),
        start=label_of(reduced.dates[first]),
        end=label_of(reduced.dates[last]),
        base=label_of(reduced.index[reduced.p + first - 1]),
        actual=actual * scale,
        contribution=point * scale,
        draws=drawn * scale,
        cumulated=cumulated,
        unstable=_share_unstable(joint.lags, joint.impact, edges),
    )


def _contribution(
    svar: StructuralVAR,
    lags: np.ndarray,
    deterministic: np.ndarray,
    covariance: np.ndarray,
    impact: np.ndarray,
    off: tuple[list[int], list[tuple[int, int]]],
    first: int,
    last: int,
) -> np.ndarray:
    """Actual less counterfactual path in the panel's units, shape (..., T, K)."""
    (shocks, edges), reduced = off, svar.reduced
    residuals = implied_residuals(reduced.y, reduced.z, lags, deterministic)
    inside, loading = open_edges(lags, impact, edges) if edges else (lags, impact)
    equations = np.linalg.inv(completed(impact, covariance, svar.known))
    removed = loading[..., shocks] @ equations[..., shocks, :] @ np.swapaxes(residuals, -1, -2)
    if edges:
        inputs = economy.edge_inputs(reduced.y, lags, impact, edges)
        removed = removed + loading @ np.swapaxes(inputs, -1, -2)
    return economy.gap(np.swapaxes(removed, -1, -2), inside, lags, first, last)


def _edges(svar: StructuralVAR, edges_off: Sequence[Edge]) -> list[tuple[int, int]]:
    """(target, source) positions of edges given as (source, target) names."""
    names, found = svar.names, []
    if any(isinstance(edge, str) or len(edge) != 2 for edge in edges_off):
        raise SpecError(
            f"edges_off = {list(edges_off)}.", remedy="Give pairs (source, target) of variables."
        )
    for source, target in dict.fromkeys(edges_off):
        chosen((source, target), names, "variable")
        if source == target:
            raise SpecError(
                f"No edge from {source} to itself.", remedy="Name two different variables."
            )
        found.append((names.index(target), names.index(source)))
    if found:
        require_shocks(svar, svar.shock_names, "Switching edges off")
    return found


def _window(dates: pd.Index, start: str | None, end: str | None) -> tuple[int, int]:
    """Positions of the first and last period."""
    inside = window_of(pd.DataFrame({"at": np.arange(len(dates))}, index=dates), start, end)["at"]
    if inside.empty:
        raise SpecError(
            f"No period of the sample from {start or 'its start'} to {end or 'its end'}.",
            remedy=f"The sample runs from {span_of(dates)}.",
        )
    return int(inside.iloc[0]), int(inside.iloc[-1])


def _share_unstable(lags: np.ndarray, impact: np.ndarray, edges: list[tuple[int, int]]) -> float:
    if not edges:
        return 0.0
    return float(1 - is_stable(open_edges(lags, impact, edges)[0]).mean())
