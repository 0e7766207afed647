"""Pass-through by date: what every path over time carries, tests of stability first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.dates import label_of, span_of
from ..data.panel import Column
from ..estimation.fixed_b import critical_values
from .passthrough import PER_YEN
from .passthrough_stability_result import PassThroughStability
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Limits of each level, arrays of shape (D, H).
Limits = Mapping[float, tuple[np.ndarray, np.ndarray]]

#: Name of the rows that say where a path would stay if nothing had changed.
NO_CHANGE = "no_change"

#: Dates that a table shows.
_SHOWN = 9


@dataclass(frozen=True, eq=False)
class NoChangeBand:
    """Where the whole path would stay, with this probability, if pass-through had never changed.

    Attributes
    ----------
    level : float
    low, high : ndarray, shape (D, H)
        Around the estimate of the whole sample.
    p_values : ndarray, shape (H,)
        Of the largest distance of the path from that estimate, in standard errors.
    made : str
        Where its distribution comes from.
    """

    level: float
    low: np.ndarray
    high: np.ndarray
    p_values: np.ndarray
    made: str


@dataclass(frozen=True, eq=False, kw_only=True)
class PassThroughPath(Result):
    """Cumulated pass-through by date and horizon.

    Attributes
    ----------
    approach : str
        Such as ``rolling windows of 120 months``.
    price, exchange_rate : Column
    horizons : ndarray of int, shape (H,)
    dates : Index, length D
        A window's is its last month.
    estimate, std_error : ndarray, shape (D, H)
        In % per 1% fall of the yen.
    covariance : ndarray, shape (D, H, H), or None
        Of the horizons of one date; none for ratios.
    limits : mapping of level to (low, high)
        Each of shape (D, H); infinite where a set is not bounded.
    band : str
        How the limits are made.
    two_sided : bool
        Whether an estimate uses later months.
    whole_sample : ndarray, shape (H,)
        The estimate that never changes.
    windows : DataFrame
        By date: what an estimate rests on.
    no_change : NoChangeBand, optional
    stability : PassThroughStability
    setting : tuple of str
        How the path is made.
    references : tuple of str
        Keys of the methods.
    nobs : int
    """

    approach: str
    price: Column
    exchange_rate: Column
    horizons: np.ndarray
    dates: pd.Index
    estimate: np.ndarray
    std_error: np.ndarray
    covariance: np.ndarray | None
    limits: Limits
    band: str
    two_sided: bool
    whole_sample: np.ndarray
    windows: pd.DataFrame
    no_change: NoChangeBand | None
    stability: PassThroughStability
    setting: tuple[str, ...]
    references: tuple[str, ...]
    nobs: int

    figure: ClassVar[str] = "passthrough_time"

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return self.approach

    @property
    def sample(self) -> str:
        """First and last date of the path."""
        return span_of(self.dates)

    @property
    def levels(self) -> tuple[float, ...]:
        """Levels of the limits."""
        return tuple(self.limits)

    def at(self, horizon: int) -> int:
        """Position of a horizon."""
        return int(np.flatnonzero(self.horizons == horizon)[0])

    def frame(self, horizons: Sequence[int] | None = None) -> pd.DataFrame:
        """Tidy rows of every date, with the column ``date`` before those of tidy frames."""
        shown = list(self.horizons) if horizons is None else list(horizons)
        parts = [self._rows(int(horizon)) for horizon in shown]
        return pd.concat(parts, ignore_index=True)

    def tidy(self) -> pd.DataFrame:
        """Rows of the last date; ``model`` says which it is."""
        rows = self.frame()
        last = rows[(rows["date"] == self.dates[-1]) & (rows["statistic"] != NO_CHANGE)]
        model = f"{self.approach}, {label_of(self.dates[-1])}"
        return tidy_frame(last.drop(columns="date").assign(model=model))

    def summary(self) -> Summary:
        """Tests of stability, then the path at the longest horizon at some dates."""
        place, level = len(self.horizons) - 1, max(self.limits)
        at = np.unique(np.linspace(0, len(self.dates) - 1, _SHOWN).round().astype(int))
        low, high = self.limits[level]
        table = pd.DataFrame(
            {
                "estimate": self.estimate[at, place],
                "s.e.": self.std_error[at, place],
                f"low {level:.0%}": low[at, place],
                f"high {level:.0%}": high[at, place],
            },
            index=pd.Index([label_of(date) for date in self.dates[at]], name="date"),
        ).join(self.windows.iloc[at].set_axis([label_of(d) for d in self.dates[at]], axis=0))
        caption = f"Pass-through at {self.horizons[-1]} months, % per {PER_YEN}"
        tables = [*self.stability.summary().tables[:2], (caption, table)]
        title = f"Pass-through to {self.price.label} over time: {self.approach}"
        return Summary(title, tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Stability, how the path is made, what noise looks like, limits."""
        notes = [self.stability.sentence, *self.setting]
        if self.no_change is not None:
            p_value = self.no_change.p_values[-1]
            notes.append(
                f"Between the dashed lines the whole path stays in {self.no_change.level:.0%} of "
                f"samples in which pass-through never changes ({self.no_change.made}); "
                f"p = {p_value:.2f} at {self.horizons[-1]} months."
            )
        notes.append(f"Limits: {self.band}, date by date and given the date.")
        return tuple(notes)

    def plot(self, *, horizons: Sequence[int] | None = None, **options: Any) -> tuple[Figure, Any]:
        """The path with its limits, one panel a horizon: by default the first and the last."""
        shown = self.horizons[[0, -1]] if horizons is None else np.asarray(horizons)
        frame = self.frame([int(h) for h in dict.fromkeys(shown)])
        months = frame["horizon"].map(lambda h: "in the month" if h == 0 else f"after {h} months")
        frame = frame.assign(panel=f"{self.price.label}, {self.approach}: " + months)
        return super().plot(paths=frame, **options)

    def cite(self) -> str:
        """BibTeX of the methods used, those of the tests included."""
        from .citations import bibtex

        return bibtex(tuple(dict.fromkeys([*self.stability.methods, *self.references])))

    def _rows(self, horizon: int) -> pd.DataFrame:
        """Rows of one horizon: limits by level, then the band of no change."""
        place = self.at(horizon)
        same = {
            "date": self.dates,
            "model": self.approach,
            "shock": self.exchange_rate.id,
            "response": self.price.id,
            "horizon": horizon,
            "cumulative": True,
            "unit": f"% per {PER_YEN}",
        }
        point = {
            "statistic": "pass_through",
            "estimate": self.estimate[:, place],
            "std_error": self.std_error[:, place],
            "band": self.band,
        }
        parts = [
            {**same, **point, "level": q, "conf_low": low[:, place], "conf_high": high[:, place]}
            for q, (low, high) in self.limits.items()
        ]
        if self.no_change is not None:
            parts.append(
                {
                    **same,
                    "statistic": NO_CHANGE,
                    "estimate": self.whole_sample[place],
                    "band": "whole path without a change",
                    "level": self.no_change.level,
                    "conf_low": self.no_change.low[:, place],
                    "conf_high": self.no_change.high[:, place],
                }
            )
        frames = [dated(part) for part in parts]
        return pd.concat(frames, ignore_index=True)


def dated(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A tidy frame with the column ``date`` before the others."""
    frame = pd.DataFrame(columns)
    tidy = tidy_frame(frame.drop(columns="date"))
    tidy.insert(0, "date", frame["date"])
    return tidy


def normal_limits(estimate: np.ndarray, std_error: np.ndarray, levels: Sequence[float]) -> Limits:
    """Normal limits by level."""
    return {level: normal_bounds(estimate, std_error, level) for level in levels}


def fixed_b_limits(
    estimate: np.ndarray, std_error: np.ndarray, levels: Sequence[float], shares: np.ndarray
) -> Limits:
    """Limits by level with the critical values that Bartlett's kernel needs in short samples.

    ``shares`` (D,) is bandwidth over observations, date by date.
    """
    found = {}
    for level in levels:
        reach = critical_values(level, shares)[:, None] * std_error
        found[level] = (estimate - reach, estimate + reach)
    return found
