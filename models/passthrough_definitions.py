"""How much the definition of pass-through matters: the same data, three formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column, Panel
from ..data.seasonal import seasonally_adjust
from ..data.transforms import difference
from ..errors import SpecError
from .identification.cholesky import Cholesky
from .inference.residual_bootstrap import ResidualBootstrap
from .passthrough_results import (
    PER_YEN,
    RatioPath,
    describe_set,
    drawn_ratio,
    ratio_rows,
    short,
)
from .results import Result, Summary, tidy_frame
from .var import VAR

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .inference.protocol import Inference
    from .structural import StructuralVAR

#: Smoothing of the Hodrick-Prescott filter for months.
MONTHLY_SMOOTHING = 14_400

#: Months shown in the table.
DEFINITION_HORIZONS = (0, 3, 6, 12, 24, 36)

LEVELS = "HP levels, ratio of level responses"
SUMS = "HP levels, ratio of cumulated responses"
CHANGES = "100 x dlog, ratio of cumulated responses"


@dataclass(frozen=True, eq=False, kw_only=True)
class DefinedRatio:
    """One definition of pass-through to one price.

    Attributes
    ----------
    definition : str
    path : RatioPath
        The ratio at every month; its point is hidden where the set is not bounded at 90%.
    """

    definition: str
    path: RatioPath

    @property
    def ratio(self) -> np.ndarray:
        """The ratio as it is computed, shown or not, shape (H,)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = self.path.numerator / self.path.denominator
        return found

    @property
    def crossing(self) -> int | None:
        """First month in which the exchange rate's response has another sign than on impact."""
        other = np.sign(self.path.denominator) != np.sign(self.path.denominator[0])
        return int(self.path.horizons[other.argmax()]) if other.any() else None

    def unbounded(self, level: float) -> np.ndarray:
        """Months whose set is not bounded."""
        months: np.ndarray = self.path.horizons[~self.path.interval(level).bounded]
        return months

    def widest(self, level: float) -> float:
        """Width of the widest set over all months; infinite where one is not bounded."""
        low, high = self.path.interval(level).hull
        return float((high - low).max())

    def verdict(self, level: float) -> str:
        """Whether the definition holds over all months, and where it does not."""
        if self.crossing is not None:
            return f"explodes: the denominator crosses zero at {self.crossing} months"
        months = self.unbounded(level)
        if len(months):
            return f"not bounded ({level:.0%}) in {len(months)} months from {months[0]} on"
        return f"bounded ({level:.0%}) at all months"


@dataclass(frozen=True, eq=False)
class PassThroughDefinitions(Result):
    """Pass-through by definition: which ones explode, and the one that does not.

    Attributes
    ----------
    ratios : tuple of DefinedRatio
    levels : tuple of float
    horizons : tuple of int
        Months shown in the table.
    setting : tuple of str
    """

    ratios: tuple[DefinedRatio, ...]
    levels: tuple[float, ...]
    horizons: tuple[int, ...]
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("yoshida2022", "hodrick_prescott1997", "fieller1954")
    figure: ClassVar[str] = "passthrough_panels"

    @property
    def table(self) -> pd.DataFrame:
        """Ratios as computed, one row for each price and definition, months in columns."""
        rows = {
            (one.path.price.label, one.definition): {
                **{h: one.ratio[one.path.at(h)] for h in self.horizons},
                "largest": float(np.abs(one.ratio).max()),
                "widest set": one.widest(max(self.levels)),
                "verdict": one.verdict(max(self.levels)),
            }
            for one in self.ratios
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["price", "definition"])

    @property
    def sets(self) -> pd.DataFrame:
        """The set of each ratio in the table at the widest level, in words."""
        level = max(self.levels)
        rows = {
            (one.path.price.label, one.definition): {
                h: describe_set(one.path.interval(level), one.path.at(h)) for h in self.horizons
            }
            for one in self.ratios
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["price", "definition"])

    def tidy(self) -> pd.DataFrame:
        """Ratios with their sets; ``model`` ends with the definition."""
        rows = [row for one in self.ratios for row in ratio_rows(one.path, self.levels)]
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Ratios as computed, then their sets."""
        tables = [
            (f"Ratios as computed, % per {PER_YEN}, by months", self.table),
            (f"{max(self.levels):.0%} sets", self.sets),
        ]
        return Summary("Pass-through by definition", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What the definitions are, then the setting."""
        return (
            f"{LEVELS}: responses of the cycles of the logs, price over exchange rate, month by "
            "month. A cycle comes back to zero, so the denominator crosses it.",
            f"{SUMS}: sums of these over the months, which are no change of a price.",
            f"{CHANGES}: sums of responses of log changes are responses of the log level; the "
            "definition used everywhere else. Seasons are taken out by month dummies.",
            "Where a set is not bounded the exchange rate's response is not distinguishable from "
            "zero, and the ratio as computed means nothing. Bands take the cycles as data; the "
            "filter is two-sided.",
            *self.setting,
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Prices in rows, definitions in columns."""
        panels = [
            (
                f"{short(one.path.price.label)}: {one.definition}",
                {"": {"model": one.path.model, "response": one.path.price.id}},
            )
            for one in self.ratios
        ]
        return super().plot(**({"panels": panels, "columns": 3} | options))


def pass_through_definitions(
    panel: Panel,
    *,
    exchange_rate: str,
    prices: Sequence[str],
    order: Sequence[str] | None = None,
    lags: int = 6,
    smoothing: float = MONTHLY_SMOOTHING,
    horizons: Iterable[int] = DEFINITION_HORIZONS,
    inference: Inference | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int = 0,
) -> PassThroughDefinitions:
    """The same recursive VAR in cycles and in changes, and the ratios that are made of it.

    Parameters
    ----------
    panel : Panel
        Monthly levels: 100 x log of prices and of the exchange rate, which rises when the yen
        weakens, and whatever else is in the VAR as it is (yields in per cent).
    exchange_rate : str
    prices : sequence of str
    order : sequence of str, optional
        Order of the recursive identification; by default the panel's.
    lags : int
    smoothing : float
        Parameter of the Hodrick-Prescott filter.
    horizons : iterable of int
        Months in the table; sets are computed at every month up to the last.
    inference : Inference, optional
        By default the residual bootstrap.
    levels : sequence of float
    rng : int

    Raises
    ------
    SpecError
        The panel is in changes already.

    References
    ----------
    Yoshida and Zhai (2025), Journal of International Money and Finance 154, 103312, who filter
    levels and cumulate; Hodrick and Prescott (1997).
    """
    names = list(order or panel.names)
    held = panel.select(names)
    changed = [name for name in names if held.columns[name].differenced]
    if changed:
        raise SpecError(
            f"'{changed[0]}' is a change, and definitions in levels need levels.",
            remedy="Pass 100 x log levels, such as LoopPanel.levels.",
        )
    changes = seasonally_adjust(difference(held), names)
    shown = tuple(sorted(set(horizons)))
    bands = inference or ResidualBootstrap()
    models = {
        kind: VAR(lags=lags).fit(data).identify(Cholesky(names), inference=bands, rng=rng)
        for kind, data in (("cycles", _cycles(held, smoothing)), ("changes", changes))
    }
    made = [
        (LEVELS, models["cycles"], False),
        (SUMS, models["cycles"], True),
        (CHANGES, models["changes"], True),
    ]
    ratios = [
        DefinedRatio(definition=definition, path=path)
        for price in prices
        for definition, svar, cumulative in made
        for path in [_ratio(svar, price, exchange_rate, cumulative, shown[-1], levels, definition)]
    ]
    setting = dict.fromkeys(note for svar in models.values() for note in svar.notes())
    return PassThroughDefinitions(tuple(ratios), tuple(levels), shown, tuple(setting))


def _ratio(
    svar: StructuralVAR,
    price: str,
    exchange_rate: str,
    cumulative: bool,
    last: int,
    levels: Sequence[float],
    definition: str,
) -> RatioPath:
    """Price over exchange rate after the exchange rate's shock, at every month."""
    shock = svar.shock_of(exchange_rate)
    names = [price, exchange_rate]
    irf = svar.irf(last, cumulative=cumulative).select(shock=shock, response=names)
    above, below = ((irf.point[:, i, 0], irf.draws[:, :, i, 0]) for i in range(2))
    return drawn_ratio(
        svar,
        above,
        below,
        price=price,
        base=exchange_rate,
        levels=levels,
        shock=shock,
        per=PER_YEN,
        horizons=np.arange(last + 1),
        model=f"{svar.reduced.model}, {definition}",
        quantity="pass_through" if definition == CHANGES else "pass_through_by_definition",
    )


def _cycles(panel: Panel, smoothing: float) -> Panel:
    """What the Hodrick-Prescott filter leaves of each series when its trend is taken out."""
    from statsmodels.tsa.filters.hp_filter import hpfilter

    frame = panel.frame.copy()
    columns: dict[str, Column] = dict(panel.columns)
    for name in panel.names:
        frame[name] = hpfilter(panel.frame[name].to_numpy(), smoothing)[0]
        step = f"cycle of the Hodrick-Prescott filter ({smoothing:g})"
        columns[name] = replace(columns[name].after(step, two_sided=True), unit="HP cycle")
    return panel.with_columns(frame, columns)
