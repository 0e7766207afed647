"""What an event study found: paths, absolute changes, slopes on the surprise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: The group of all events.
ALL = "all"

_BAND = "studentised, critical values of ordinary days"


@dataclass(frozen=True, eq=False, kw_only=True)
class EventStudy(Result):
    r"""Average changes of daily series around events, beyond those of ordinary days.

    .. math:: \bar c(h) = \frac{1}{n} \sum_e (y_{e, h} - y_{e, -1}) - \text{the same on ordinary
              days}

    Attributes
    ----------
    name, label : str
        The events.
    names : tuple of str, length J
    columns : Mapping[str, Column]
    horizons : ndarray of int, shape (H,)
        Trading days; 0 is the first figure struck after the announcement, -1 the last before.
    groups : tuple of str, length G
        ``all``, then the directions, then the events by the sign of their surprise.
    directions : tuple of str
    counts : ndarray of int, shape (G, J, H)
    estimate, ordinary, std_error : ndarray, shape (G, J, H)
        Excess of the mean over that of ordinary days, the latter, and the standard error from the
        spread over events.
    p_value : ndarray, shape (G, J, H)
        Two-sided, from as many ordinary days.
    critical : ndarray, shape (L, G, J, H)
        Critical values of the t ratio at ``levels``.
    levels : tuple of float
    moves : DataFrame
        By ``group`` and ``series`` the ``mean`` absolute change over the announcement, the same
        on ``ordinary`` days, and ``p`` (one-sided) that it is larger.
    surprise : str
        The series whose change is the surprise.
    slopes : DataFrame, indexed by series
        ``slope`` on the surprise, HC3 ``std_error``, ``p`` that it is zero (permutation), the
        slope over all ``ordinary`` days and ``p_same`` that it is the same.
    nobs : int
        Events used.
    sample : str
    draws, seed : int
    setting : tuple of str
    """

    name: str
    label: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    horizons: np.ndarray
    groups: tuple[str, ...]
    directions: tuple[str, ...]
    counts: np.ndarray
    estimate: np.ndarray
    ordinary: np.ndarray
    std_error: np.ndarray
    p_value: np.ndarray
    critical: np.ndarray
    levels: tuple[float, ...]
    moves: pd.DataFrame
    surprise: str
    slopes: pd.DataFrame
    nobs: int
    sample: str
    draws: int
    seed: int
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = (
        "mackinlay1997",
        "janssen1997",
        "mackinnon_white1985",
        "diciccio_romano2017",
    )
    figure: ClassVar[str] = "event_study"

    @property
    def model(self) -> str:
        """Name in tables."""
        return f"event study: {self.label}"

    @property
    def labels(self) -> dict[str, str]:
        """Name of each series."""
        return {name: self.columns[name].label for name in self.names}

    @property
    def signs(self) -> tuple[str, ...]:
        """The groups by the sign of the surprise."""
        return self.groups[1 + len(self.directions) :]

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Limits of ``estimate`` at one of ``levels``, each of shape (G, J, H).

        NaN where a cell does not vary over events; at -1, from where all changes run, zero.
        """
        reach = np.where(self.std_error > 0, self.critical[self.levels.index(level)], np.nan)
        reach = np.where(self.horizons == -1, 0.0, reach * self.std_error)
        return self.estimate - reach, self.estimate + reach

    def slope_interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Limits of the slopes with t critical values, in the order of ``slopes``."""
        from scipy.special import stdtrit

        slope, std_error = self.slopes["slope"].to_numpy(), self.slopes["std_error"].to_numpy()
        reach = stdtrit(self.slopes["events"].to_numpy() - 2, (1 + level) / 2) * std_error
        return slope - reach, slope + reach

    def table(self, groups: Sequence[str] | None = None, horizon: int = 0) -> pd.DataFrame:
        """Changes at one horizon, one row a group and series, with the widest of the intervals."""
        h = int(np.flatnonzero(self.horizons == horizon)[0])
        low, high = self.interval(max(self.levels))
        rows = [
            {
                "group": group,
                "series": self.columns[name].label,
                "unit": self.columns[name].unit_of_responses,
                "events": int(self.counts[g, j, h]),
                "change": self.estimate[g, j, h],
                "low": low[g, j, h],
                "high": high[g, j, h],
                "p": self.p_value[g, j, h],
            }
            for g, group in enumerate(self.groups)
            for j, name in enumerate(self.names)
            if groups is None or group in groups
        ]
        return pd.DataFrame(rows).set_index(["group", "series"])

    def tidy(self) -> pd.DataFrame:
        """Paths with their intervals and p-values, absolute changes, slopes.

        ``shock`` is the group (of slopes the surprise), ``horizon`` counts trading days.
        """
        rows = [*self._paths(), *self._absolute(), *self._sloped()]
        return tidy_frame({"model": self.model, **row} for row in rows)

    def plot(self, *, groups: Sequence[str] | None = None, **options: Any) -> tuple[Figure, Any]:
        """Paths by direction (or by the sign of the surprise), one row of panels a series.

        Parameters
        ----------
        groups : sequence of str, optional
            Columns of the chart; by default the directions.
        """
        shown = tuple(groups or self.directions or (ALL, *self.signs))
        return super().plot(groups=shown, labels=self.labels, **options)

    def summary(self) -> Summary:
        """Changes over the announcement, absolute changes and slopes."""
        unit, _ = slope_unit(self.columns[self.surprise])
        level = max(self.levels)
        slopes = self.slopes.rename(index=self.labels).drop(columns="std_error")
        moves = self.moves.replace({"series": self.labels}).set_index(["group", "series"])
        return Summary(
            f"{self.label}: event study",
            [
                (f"Change over the announcement, {level:.0%} interval", self.table()),
                ("Mean absolute change over it", moves),
                (f"Change per {unit} of {self.columns[self.surprise].label}", slopes),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Sample, hours, what the changes and the intervals are."""
        tests = int(np.isfinite(self.p_value[..., self.horizons == 0]).sum())
        return (
            f"{self.nobs} {self.label}, {self.sample}. {' '.join(self.setting)}",
            "Changes run from the last figure struck before the announcement to the first struck "
            "after it and on, by each series' own clock and trading days, less their mean on "
            "ordinary days.",
            "Ordinary days: same weekday and hour, no event, from the half year to either side. "
            "Intervals and p-values: t ratios against those of as many ordinary days "
            f"({self.draws} draws, seed {self.seed}).",
            f"One p-value a cell: of the {tests} at the announcement about {0.05 * tests:.0f} lie "
            "below 0.05 by chance alone.",
        )

    def sentence(self) -> str:
        """How much more markets moved, and how each moved with the surprise."""
        level = max(self.levels)
        moved = self.moves[self.moves["group"] == ALL]
        more = "; ".join(
            f"{self.columns[name].label} {_in_unit(mean, self.columns[name])} against "
            f"{ordinary:.2g} (p = {p:.3f})"
            for name, mean, ordinary, p in zip(
                moved["series"], moved["mean"], moved["ordinary"], moved["p"]
            )
        )
        rows = zip(self.slopes.index, self.slopes["slope"], *self.slope_interval(level))
        with_it = "; ".join(
            f"{self.columns[str(name)].label} {_in_unit(slope, self.columns[str(name)])} "
            f"[{low:.2g}, {high:.2g}]"
            for name, slope, low, high in rows
        )
        unit, _ = slope_unit(self.columns[self.surprise])
        return (
            f"Mean absolute change over {self.nobs} {self.label}, {self.sample}, and on ordinary "
            f"days: {more}. Per {unit} of {self.columns[self.surprise].label} on those days, with "
            f"{level:.0%} intervals: {with_it}."
        )

    def _paths(self) -> Iterator[dict[str, Any]]:
        bounds = [self.interval(level) for level in self.levels]
        for cell in np.ndindex(self.estimate.shape):
            group, name = self.groups[cell[0]], self.names[cell[1]]
            where = {"shock": group, "response": name, "horizon": int(self.horizons[cell[2]])}
            unit = self.columns[name].unit_of_responses
            for level, (low, high) in zip(self.levels, bounds):
                yield {
                    **where,
                    "statistic": "event_change",
                    "estimate": self.estimate[cell],
                    "std_error": self.std_error[cell],
                    "level": level,
                    "conf_low": low[cell],
                    "conf_high": high[cell],
                    "band": _BAND,
                    "cumulative": True,
                    "unit": unit,
                }
            yield {
                **where,
                "statistic": "ordinary_change",
                "estimate": self.ordinary[cell],
                "cumulative": True,
                "unit": unit,
            }
            yield {**where, "statistic": "event_p_value", "estimate": self.p_value[cell]}
            yield {**where, "statistic": "events", "estimate": self.counts[cell]}

    def _absolute(self) -> Iterator[dict[str, Any]]:
        for row in self.moves.to_dict("records"):
            where = {"shock": row["group"], "response": row["series"], "horizon": 0}
            unit = {"unit": self.columns[row["series"]].unit_of_responses}
            yield {**where, "statistic": "absolute_change", "estimate": row["mean"], **unit}
            ordinary = {"statistic": "ordinary_absolute_change", "estimate": row["ordinary"]}
            yield {**where, **ordinary, **unit}
            yield {**where, "statistic": "absolute_change_p_value", "estimate": row["p"]}

    def _sloped(self) -> Iterator[dict[str, Any]]:
        limits = {level: self.slope_interval(level) for level in self.levels}
        for place, name in enumerate(self.slopes.index):
            row = self.slopes.iloc[place]
            where = {"shock": self.surprise, "response": name, "horizon": 0}
            for level, (low, high) in limits.items():
                yield {
                    **where,
                    "statistic": "event_slope",
                    "estimate": row["slope"],
                    "std_error": row["std_error"],
                    "level": level,
                    "conf_low": low[place],
                    "conf_high": high[place],
                    "band": "t, HC3",
                    "unit": row["unit"],
                }
            yield {
                **where,
                "statistic": "ordinary_slope",
                "estimate": row["ordinary"],
                "unit": row["unit"],
            }
            yield {**where, "statistic": "event_slope_p_value", "estimate": row["p"]}
            yield {**where, "statistic": "same_slope_p_value", "estimate": row["p_same"]}


def slope_unit(surprise: Column) -> tuple[str, float]:
    """The size of a surprise that slopes are per, in words and in its unit of responses."""
    return ("10 bp", 10.0) if surprise.unit_of_responses == "bp" else ("1%", 1.0)


def _in_unit(value: float, column: Column) -> str:
    unit = column.unit_of_responses
    return f"{value:.2g}{unit if unit == '%' else f' {unit}'}"
