"""Total connectedness over time, beside what a window of unrelated series would show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ..data.dates import label_of, span_of
from ..errors import SampleError
from ..estimation.connectedness import measures, rolling_shares
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from .connectedness import ConnectednessResults


@dataclass(frozen=True, eq=False)
class RollingConnectedness(Result):
    """The total index of each window.

    Attributes
    ----------
    model : str
    total : pandas.Series
        Total index in per cent, dated by the window's last period.
    placebo : tuple of float
        Mean and 95% quantile of the index when the series are shifted against each other in time,
        which keeps each series' own dynamics and leaves nothing between them. A short window
        shows that much connectedness where there is none.
    window, horizon, nobs : int
    setting : tuple of str
    """

    model: str
    total: pd.Series
    placebo: tuple[float, float]
    window: int
    horizon: int
    nobs: int
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("diebold_yilmaz2012",)
    figure: ClassVar[str] = "spillover_rolling"

    @property
    def sample(self) -> str:
        """Ends of the first and of the last window."""
        return span_of(self.total.index)

    def tidy(self) -> pd.DataFrame:
        """One row for each window; ``horizon`` is the date on which it ends."""
        rows = pd.DataFrame(
            {
                "horizon": [label_of(date) for date in self.total.index],
                "estimate": self.total.to_numpy(),
                "statistic": "spillover_total_rolling",
            }
        )
        placebo = pd.DataFrame(
            {
                "estimate": self.placebo,
                "statistic": ["spillover_placebo_mean", "spillover_placebo_95"],
            }
        )
        frame = pd.concat([rows, placebo])
        return tidy_frame(frame.assign(model=self.model, unit="% of forecast-error variance"))

    def summary(self) -> Summary:
        """The index at its extremes and at the end."""
        table = pd.DataFrame(
            {
                "date": [
                    label_of(self.total.idxmin()),
                    label_of(self.total.idxmax()),
                    label_of(self.total.index[-1]),
                ],
                "total index, %": [self.total.min(), self.total.max(), self.total.iloc[-1]],
            },
            index=["lowest", "highest", "last"],
        )
        return Summary(f"Rolling connectedness, {self.model}", [("", table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """Window, scheme, and what unrelated series would show."""
        mean, high = self.placebo
        return (
            f"Total index in windows of {self.window} rows, {self.horizon} steps ahead; dated by "
            "the window's end.",
            *self.setting,
            f"Unrelated series (shifted in time against each other) show {mean:.1f}% on average "
            f"and {high:.1f}% in one window of twenty; only what lies above speaks of spillovers.",
        )


def roll(results: ConnectednessResults, window: int) -> RollingConnectedness:
    """Estimate the VAR of ``results`` in every window of its data.

    Raises
    ------
    SampleError
        The window is too short for the VAR (N p + 1 coefficients an equation), or longer than
        the sample.
    """
    reduced, spec = results.reduced, results.spec
    k, p = len(results.names), reduced.p
    shortest = p + 1 + k * p + k
    if not shortest <= window <= len(reduced.y):
        raise SampleError(
            f"A window of {window} rows for a VAR({p}) of {k} series on {len(reduced.y)} rows.",
            remedy=f"Choose a window between {shortest} and {len(reduced.y)} rows.",
        )
    recursive = spec.scheme == "recursive"
    order = [results.names.index(name) for name in results.order] if recursive else None

    def totals(y: np.ndarray) -> np.ndarray:
        tables = rolling_shares(y, window, p, spec.horizon, scheme=spec.scheme, order=order)
        total: np.ndarray = 100 * measures(tables).total
        return total

    rows = len(reduced.y)
    shifted = np.column_stack([np.roll(reduced.y[:, i], i * rows // k) for i in range(k)])
    unrelated = totals(shifted)
    return RollingConnectedness(
        model=results.model,
        total=pd.Series(totals(reduced.y), reduced.index[window - 1 :], name="total"),
        placebo=(float(unrelated.mean()), float(np.quantile(unrelated, 0.95))),
        window=window,
        horizon=spec.horizon,
        nobs=rows,
        setting=results.notes()[1:3],
    )
