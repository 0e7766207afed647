"""Pass-through over time by every approach, after the tests whether it has changed at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

import numpy as np
import pandas as pd

from ..data.panel import Column, Panel, label_of
from ..estimation.streams import seed_from
from .passthrough import PER_YEN
from .passthrough_moving import moving_pass_through
from .passthrough_moving_result import MovingPassThrough
from .passthrough_paths import PassThroughPath
from .passthrough_regimes import pass_through_by_regime, pass_through_by_state
from .passthrough_regression import LagTerms, lag_regression
from .passthrough_stability import pass_through_stability, stability_of
from .passthrough_stability_result import PassThroughStability
from .passthrough_window_ratios import rolling_structural_pass_through
from .passthrough_windows import discounted_pass_through, rolling_pass_through
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "PassThroughOverTime",
    "discounted_pass_through",
    "moving_pass_through",
    "pass_through_by_regime",
    "pass_through_by_state",
    "pass_through_over_time",
    "pass_through_stability",
    "rolling_pass_through",
    "rolling_structural_pass_through",
]


@dataclass(frozen=True, eq=False, kw_only=True)
class PassThroughOverTime(Result):
    """Paths of the cumulated pass-through to one price, and the tests that come first.

    Attributes
    ----------
    price : Column
    horizon : int
        Months of the pass-through in table and chart.
    stability : PassThroughStability
    windows : tuple of PassThroughPath
        Rolling windows, forgetting, and the recursive VAR where it was asked for.
    moving : MovingPassThrough
    """

    price: Column
    horizon: int
    stability: PassThroughStability
    windows: tuple[PassThroughPath, ...]
    moving: MovingPassThrough

    methods: ClassVar[tuple[str, ...]] = ()
    figure: ClassVar[str] = "passthrough_time"

    @property
    def paths(self) -> tuple[PassThroughPath, ...]:
        """All paths."""
        return (*self.windows, self.moving.filtered, self.moving.smoothed)

    @property
    def nobs(self) -> int:
        """Months of the distributed-lag regression."""
        return self.stability.nobs

    def frame(self, horizons: Sequence[int] | None = None) -> pd.DataFrame:
        """Tidy rows of every date with the column ``date``, all paths."""
        return pd.concat([path.frame(horizons) for path in self.paths], ignore_index=True)

    def tidy(self) -> pd.DataFrame:
        """Tests, then each path at its last date."""
        parts = [self.stability, *self.windows, self.moving]
        return tidy_frame(pd.concat([part.tidy() for part in parts], ignore_index=True))

    def summary(self) -> Summary:
        """Tests of stability, then all paths at one horizon, at the end of each year."""
        columns = {path.approach: self._by_date(path) for path in self.paths}
        table = pd.DataFrame(columns)
        yearly = table[[str(date).endswith("12") for date in table.index]]
        table = pd.concat([yearly, table.iloc[-1:]])
        table = table[~table.index.duplicated()]
        caption = f"Pass-through at {self.horizon} months, % per {PER_YEN} (s.e.)"
        tables = [*self.stability.summary().tables, (caption, table)]
        return Summary(f"Pass-through to {self.price.label} over time", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Stability, then how each path is made."""
        made = dict.fromkeys(note for path in self.paths for note in path.notes())
        return tuple(made)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """All paths at one horizon, one panel an approach."""
        ahead = "in the month" if self.horizon == 0 else f"after {self.horizon} months"
        shown = [(path.model, path.frame([self.horizon])) for path in self.windows]
        shown.append((self.moving.model, self.moving.frame([self.horizon])))
        paths = pd.concat(
            [rows.assign(panel=f"{self.price.label} {ahead}: {name}") for name, rows in shown],
            ignore_index=True,
        )
        return super().plot(paths=paths, notes=self._short_notes(), **options)

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        keys = [*self.stability.methods, *(key for path in self.paths for key in path.references)]
        return bibtex(tuple(dict.fromkeys(keys)))

    def _by_date(self, path: PassThroughPath) -> pd.Series:
        place = path.at(self.horizon)
        pairs = zip(path.estimate[:, place], path.std_error[:, place])
        words = ["" if np.isnan(b) else f"{b:.3f} ({e:.3f})" for b, e in pairs]
        return pd.Series(words, [label_of(date) for date in path.dates], dtype=object)

    def _short_notes(self) -> tuple[str, ...]:
        """Stability, movement, p-values of the paths; the summary has the rest."""
        changed = ", ".join(
            f"{path.approach} p = {path.no_change.p_values[path.at(self.horizon)]:.2f}"
            for path in self.windows
            if path.no_change is not None
        )
        return (
            self.stability.sentence,
            f"A path that leaves the dashed lines anywhere is a sign of change at 10%: {changed}.",
            *self.moving.smoothed.setting,
        )


def pass_through_over_time(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    horizon: int | None = None,
    window: int = 120,
    forgetting: float | Sequence[float] = 0.985,
    order: Sequence[str] = (),
    var_lags: int = 2,
    drifting_mean: bool = True,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 499,
    rng: int | np.random.Generator | None = 0,
    **terms: Unpack[LagTerms],
) -> PassThroughOverTime:
    """Test whether pass-through has changed, then show it over time by every approach.

    Parameters
    ----------
    panel : Panel
        Changes in 100 x log differences.
    price, exchange_rate : str
    horizon : int, optional
        Months; 12 by default, or as many as there are lags.
    window : int
        Months of a rolling window.
    forgetting : float or sequence of float
        See ``discounted_pass_through``.
    order : sequence of str
        Variables of a recursive VAR whose ratio is shown in rolling windows, too; none by default.
    var_lags : int
    drifting_mean : bool
        See ``pass_through_stability`` and ``moving_pass_through``.
    levels : sequence of float
    draws : int
        Of the bootstraps.
    rng : int, Generator or None
    **terms
        See ``LagTerms``.

    Returns
    -------
    PassThroughOverTime

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError
    """
    seed = seed_from(rng)
    regression = lag_regression(panel, price, exchange_rate, **terms)
    month = regression.headline if horizon is None else horizon
    stability = stability_of(
        regression,
        horizon=month,
        drifting_mean=drifting_mean,
        draws=draws,
        levels=levels,
        rng=seed,
    )
    same: dict[str, Any] = {
        "horizons": sorted({0, month}),
        "levels": levels,
        "rng": seed,
        "stability": stability,
    }
    ends = (panel, price, exchange_rate)
    windows = [
        rolling_pass_through(*ends, window=window, draws=draws, **same, **terms),
        discounted_pass_through(*ends, forgetting=forgetting, draws=draws, **same, **terms),
    ]
    if order:
        windows.append(
            rolling_structural_pass_through(
                panel, order, price, exchange_rate, var_lags=var_lags, window=window, **same
            )
        )
    moving = moving_pass_through(*ends, horizon=month, drifting_mean=drifting_mean, **same, **terms)
    return PassThroughOverTime(
        price=regression.price,
        horizon=month,
        stability=stability,
        windows=tuple(windows),
        moving=moving,
    )
