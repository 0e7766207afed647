"""Impulse responses: sized shocks, cumulated where a column is a change, bands from joint draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from ..data.dates import PERIOD_NAMES
from ..data.panel import Column
from ..errors import SpecError
from .inference.intervals.protocol import Bounds, Errors
from .inference.joint.bands import JointBand, Over
from .inference.validity import require_joint
from .options import require_levels
from .results import Summary, tidy_frame
from .structural_result import StructuralResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .inference.joint.protocol import Joint
    from .overlay import Overlay

Size = Literal["1sd", "unit"] | Mapping[str, float]


@dataclass(frozen=True, eq=False, kw_only=True)
class IRF(StructuralResult):
    """Responses to structural shocks, with the joint draws they were computed from.

    Attributes
    ----------
    names : tuple of str
        Responding variables, the order of axis -2.
    shocks : tuple of str
        Shocks, the order of axis -1.
    point : ndarray, shape (H+1, K, J)
        [horizon, response, shock] in the units of ``units``.
    draws : ndarray, shape (R, H+1, K, J)
        The same for each joint draw.
    sizes : Mapping[str, str]
        The size of each shock in words.
    sized : tuple of str
        Shocks whose size was asked for; the default of a chart.
    cumulated : frozenset of str
        Variables whose responses are summed over horizons.
    errors : Errors or None
        Standard errors of the point and within each draw, for intervals that studentise.
    joint_band : JointBand or None
        What the bands hold at once; None for pointwise bands.
    """

    names: tuple[str, ...]
    shocks: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray
    sizes: Mapping[str, str]
    sized: tuple[str, ...]
    cumulated: frozenset[str]
    errors: Errors | None = None
    joint_band: JointBand | None = None

    methods: ClassVar[tuple[str, ...]] = ("sims1980", "runkle1987", "luetkepohl2005")
    figure: ClassVar[str] = "irf"

    @property
    def horizon(self) -> int:
        """Last horizon."""
        return len(self.point) - 1

    @property
    def units(self) -> dict[str, str]:
        """Unit of each variable's responses."""
        return {name: self.columns[name].unit_of_responses for name in self.names}

    @cached_property
    def std_error(self) -> np.ndarray:
        """Standard errors, shape (H+1, K, J): by default the standard deviation over draws."""
        return self.interval.std_error(self.point, self.draws)

    def bands(self, levels: Sequence[float] | None = None) -> Bounds:
        """Bounds of each level, each of shape (H+1, K, J); pointwise unless made joint."""
        wanted = self.levels if levels is None else levels
        require_levels(wanted)
        if self.joint_band is None:
            return self.interval.bounds(self.point, self.draws, wanted, self.errors)
        return self.joint_band.bounds(self.interval, self.point, self.draws, wanted, self.errors)

    def joint(self, rule: Joint | None = None, *, over: Over = "path") -> IRF:
        """The same responses with joint bands: their levels are of all that they hold at once.

        Parameters
        ----------
        rule : Joint, optional
            ``SupT()`` by default, or ``Sidak()``, ``Bonferroni()``.
        over : {"path", "shown"}
            Hold each path of one response to one shock, or all paths of this result: select
            responses and shocks first.

        Raises
        ------
        InvalidInferenceError
        SpecError
            When bands are computed from too few draws.
        """
        from .inference.joint.sup_t import SupT

        chosen_rule = SupT() if rule is None else rule
        require_joint(chosen_rule.name, "cumulative_irf" if self.cumulated else "irf")
        return replace(self, joint_band=JointBand(chosen_rule, over))

    def select(
        self,
        *,
        shock: str | Sequence[str] | None = None,
        response: str | Sequence[str] | None = None,
    ) -> IRF:
        """The responses of some variables to some shocks, draws included.

        Raises
        ------
        SpecError
            If a name is not in the model.
        """
        shocks = chosen(shock, self.shocks, "shock")
        names = chosen(response, self.names, "variable")
        rows = [self.names.index(name) for name in names]
        columns = [self.shocks.index(name) for name in shocks]
        part = self.errors and Errors(
            self.errors.point[:, rows][..., columns], self.errors.draws[:, :, rows][..., columns]
        )
        return replace(
            self,
            names=names,
            shocks=shocks,
            point=self.point[:, rows][..., columns],
            draws=self.draws[:, :, rows][..., columns],
            errors=part,
            sizes={s: self.sizes[s] for s in shocks},
            sized=tuple(s for s in self.sized if s in shocks) or shocks,
            cumulated=self.cumulated & set(names),
        )

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row for each shock, response, horizon and level; horizons start at 0."""
        bands = self.bands(levels)
        rows = long_frame(self.point, self.std_error, bands, self.names, self.shocks, first=0)
        joint = f", {self.joint_band.rule.describe()}" if self.joint_band else ""
        return tidy_frame(
            rows.assign(
                model=self.model,
                statistic="irf",
                band=self.band + joint,
                cumulative=rows["response"].isin(self.cumulated),
                unit=rows["response"].map(self.units),
            )
        )

    @property
    def references(self) -> tuple[str, ...]:
        """Keys of the methods used, that of joint bands among them."""
        return (*self.methods, *(self.joint_band.rule.methods if self.joint_band else ()))

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.references)

    def notes(self) -> tuple[str, ...]:
        """Size of the shocks, what is cumulated, identification, bands, sample."""
        summed = [self.columns[name].label for name in self.names if name in self.cumulated]
        kept = [self.columns[name].label for name in self.names if name not in self.cumulated]
        level = "cumulated: response of the level, not of the change"
        cumulation = f"{'All responses are' if not kept else ', '.join(summed)} {level}."
        return (
            *(f"{self.sizes[shock]}." for shock in self.sized),
            *([cumulation] if summed else []),
            *self.setting,
            *([self.joint_band.describe()] if self.joint_band else []),
        )

    def plot(
        self,
        *,
        shock: str | None = None,
        response: str | Sequence[str] | None = None,
        ax: Axes | None = None,
        **options: Any,
    ) -> tuple[Figure, Any]:
        """Responses to one shock as a grid, or one response alone.

        Parameters
        ----------
        shock : str, optional
            By default the first shock whose size was asked for.
        response : str or sequence of str, optional
            By default all variables.
        ax : matplotlib Axes, optional
            Draw the one response into it.
        """
        picked = self.select(shock=shock or self.sized[0], response=response)
        return super(IRF, picked).plot(
            labels={name: self.columns[name].label for name in picked.names},
            title=picked.sizes[picked.shocks[0]],
            periods=periods_of(self.columns[self.names[0]]),
            ax=ax,
            **options,
        )

    def summary(self) -> Summary:
        """Responses at a few horizons, with the widest band."""
        level = max(self.levels)
        low, high = self.bands([level])[level]
        shown = [h for h in (0, 1, 3, 6, 12, 24, 36, 48) if h <= self.horizon]
        kind = "joint band" if self.joint_band else "band"
        tables = []
        for s in self.sized:
            j = self.shocks.index(s)
            rows = {
                self.label(name): [
                    f"{self.point[h, i, j]:.3g} [{low[h, i, j]:.3g}, {high[h, i, j]:.3g}]"
                    for h in shown
                ]
                for i, name in enumerate(self.names)
            }
            table = pd.DataFrame.from_dict(rows, orient="index", columns=[f"h={h}" for h in shown])
            tables.append((f"{self.sizes[s]} ({level:.0%} {kind})", table))
        return Summary(f"Impulse responses, {self.model}", tables, self.notes())

    def overlay(self, *others: IRF, labels: Sequence[str] | None = None) -> Overlay:
        """These responses and those of other models in one chart; see ``overlay``."""
        from .overlay import overlay

        return overlay([self, *others], labels)

    def label(self, name: str) -> str:
        """Label of a response with its unit, and whether it is cumulated."""
        column = self.columns[name]
        summed = ", cumulated" if name in self.cumulated else ""
        return f"{column.label} ({column.unit_of_responses}{summed})"


def long_frame(
    point: np.ndarray,
    std_error: np.ndarray,
    bands: Mapping[float, tuple[np.ndarray, np.ndarray]],
    names: Sequence[str],
    shocks: Sequence[str],
    *,
    first: int,
) -> pd.DataFrame:
    """Arrays of shape (H, K, J) as rows ordered by shock, variable, horizon, level.

    ``first`` is the first horizon.
    """

    def column(values: Sequence[np.ndarray]) -> np.ndarray:
        # (level, horizon, variable, shock) -> (shock, variable, horizon, level)
        return np.stack(np.broadcast_arrays(*values)).transpose(3, 2, 1, 0).ravel()

    horizons = range(first, first + len(point))
    index = pd.MultiIndex.from_product(
        [shocks, names, horizons, list(bands) or [np.nan]],
        names=["shock", "response", "horizon", "level"],
    )
    rows = index.to_frame(index=False)
    repeated = len(bands) or 1
    rows["estimate"] = column([point] * repeated)
    rows["std_error"] = column([std_error] * repeated)
    nothing = [np.full(point.shape, np.nan)]
    rows["conf_low"] = column([low for low, _ in bands.values()] or nothing)
    rows["conf_high"] = column([high for _, high in bands.values()] or nothing)
    return rows


def cumulated_columns(
    names: Sequence[str], columns: Mapping[str, Column], cumulative: bool | Literal["auto"]
) -> frozenset[str]:
    """The variables to sum over periods; ``auto`` means those that are changes of a level."""
    if cumulative not in (True, False, "auto"):
        raise SpecError(f"cumulative = {cumulative!r}.", remedy="Use True, False or 'auto'.")
    if cumulative == "auto":
        return frozenset(name for name in names if columns[name].differenced)
    return frozenset(names) if cumulative else frozenset()


def chosen(
    wanted: str | Sequence[str] | None, available: Sequence[str], what: str
) -> tuple[str, ...]:
    """The names that were asked for, all by default, or an error that lists what there is."""
    if wanted is None:
        return tuple(available)
    names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    unknown = [name for name in names if name not in available]
    if unknown or not names:
        raise SpecError(
            f"No {what} is called {', '.join(map(repr, unknown)) or 'nothing'}.",
            remedy=f"Available: {', '.join(available)}.",
        )
    return names


def in_logs(column: Column) -> bool:
    """Whether the column is 100 x log, where sums are log points rather than per cent."""
    return "log" in column.transform and column.unit_of_responses == "%"


def periods_of(column: Column) -> str:
    """The word for periods on an axis: Months, Quarters, Days."""
    return f"{PERIOD_NAMES[column.frequency]}s".capitalize()


def amount(value: float, column: Column, *, signed: bool = True) -> str:
    """A size with its unit; for logs the exact percentage too, which 10 log points are not."""
    percent, sign = 100 * np.expm1(value / 100), "+"
    if not signed:
        value, percent, sign = abs(value), abs(percent), ""
    if in_logs(column):
        return f"{value:{sign}.3g} log points ({percent:{sign}.3g}%)"
    return f"{value:{sign}.3g} {column.unit_of_responses}"
