"""The effect of one market on others identified by its variance on event days, as a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..estimation.fieller import BOUNDED, TWO_RAYS, FiellerSet
from .identification.instruments import STRONG
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class RigobonEstimate(Result):
    """Effects of one variable on others from the change of its variance on event days.

    Attributes
    ----------
    model : str
    cause : str
    effects : tuple of str, length J
    columns : Mapping[str, Column]
    units : Mapping[str, str]
        Unit of each effect.
    events_label : str
    control : str
    counts : tuple of int
        Event and control days.
    deviations : DataFrame, shape (1 + J, 2)
        Standard deviation of the changes on event and on control days, in units of responses.
    estimate, std_error : ndarray, shape (J,)
        Rigobon's; the error by the delta method, which needs a strong shift of the variance.
    strength : float
        Square of the t ratio of the shift of the cause's variance: the effective F.
    sets : Mapping[float, FiellerSet]
        Anderson-Rubin sets by level, shape (J,).
    percentiles : Mapping[float, (ndarray, ndarray)]
        Of the bootstrap, by level.
    slope, slope_error : ndarray, shape (J,)
        Least squares on event days alone with HC3 errors: the event study.
    slope_bounds : Mapping[float, (ndarray, ndarray)]
    one_shock : ndarray, shape (J,)
        p-value of the test that a single kind of news has moved; NaN where the shift is weak.
    draws, seed : int
    setting : tuple of str
    nobs : int
    sample : str
    """

    model: str
    cause: str
    effects: tuple[str, ...]
    columns: Mapping[str, Column]
    units: Mapping[str, str]
    events_label: str
    control: str
    counts: tuple[int, int]
    deviations: pd.DataFrame
    estimate: np.ndarray
    std_error: np.ndarray
    strength: float
    sets: Mapping[float, FiellerSet]
    percentiles: Mapping[float, tuple[np.ndarray, np.ndarray]]
    slope: np.ndarray
    slope_error: np.ndarray
    slope_bounds: Mapping[float, tuple[np.ndarray, np.ndarray]]
    one_shock: np.ndarray
    draws: int
    seed: int
    setting: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        "rigobon_sack2004",
        "anderson_rubin1949",
        "lewis2022",
        "fieller1954",
        "mackinnon_white1985",
    )
    figure: ClassVar[str] = "rigobon"

    @property
    def weak(self) -> bool:
        """Whether the variance shifts too little for normal or percentile intervals."""
        return self.strength < STRONG

    def tidy(self) -> pd.DataFrame:
        """One row for each effect, method and level, then the strength.

        An Anderson-Rubin set that is not an interval has infinite limits.
        """
        rows = []
        for j, name in enumerate(self.effects):
            entry = {"model": self.model, "shock": self.cause, "response": name, "horizon": 0}
            entry = {**entry, "cumulative": False, "unit": self.units[name]}
            ours = {**entry, "statistic": "rigobon", "estimate": self.estimate[j]}
            for level, found in self.sets.items():
                low, high = (limit[j] for limit in found.hull)
                rows.append(_interval(ours, np.nan, level, low, high, "Anderson-Rubin"))
            for level, (low, high) in self.percentiles.items():
                error = self.std_error[j]
                rows.append(_interval(ours, error, level, low[j], high[j], "bootstrap"))
            plain = {**entry, "statistic": "event_day_slope", "estimate": self.slope[j]}
            for level, (low, high) in self.slope_bounds.items():
                error = self.slope_error[j]
                rows.append(_interval(plain, error, level, low[j], high[j], "normal, HC3"))
        strength = {"statistic": "effective_f", "shock": self.cause, "estimate": self.strength}
        return tidy_frame([*rows, {"model": self.model, **strength}])

    def summary(self) -> Summary:
        """Effects with sets and the event study beside them; how the variances shift."""
        labels = [self.columns[name].label for name in self.effects]
        table = pd.DataFrame(
            {
                "unit": [self.units[name] for name in self.effects],
                "effect": self.estimate,
                **{
                    f"{level:.0%} Anderson-Rubin set": [
                        _in_words(found, j) for j in range(len(labels))
                    ]
                    for level, found in self.sets.items()
                },
                **{
                    f"{level:.0%} bootstrap": [
                        f"{a:.3g} to {b:.3g}" for a, b in zip(low, high, strict=True)
                    ]
                    for level, (low, high) in self.percentiles.items()
                    if not self.weak
                },
                "one kind of news, p": self.one_shock,
                "event-day slope (HC3)": [
                    f"{a:.3g} ({b:.2g})" for a, b in zip(self.slope, self.slope_error, strict=True)
                ],
            },
            index=labels,
        )
        return Summary(
            f"Effects of {self.columns[self.cause].label} by its variance on {self.events_label}",
            [
                ("Response on the same date", table),
                ("Standard deviation of changes", self.deviations),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Strength, method, days, clocks."""
        verdict = (
            f"below {STRONG:g}: the shift of the variance is weak and only the Anderson-Rubin set "
            "holds"
            if self.weak
            else f"at least {STRONG:g}"
        )
        return (
            f"Effective F {self.strength:.1f} ({verdict}): squared t ratio of the rise of the "
            "variance of the cause; the first-stage F of its instrument, which is made of the "
            "cause itself, says nothing (Lewis 2022).",
            *self.setting,
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Each effect with its Anderson-Rubin set, and the event-day slope below it."""
        labels = {name: self.columns[name].label for name in (self.cause, *self.effects)}
        return super().plot(labels=labels, **options)


def _interval(
    entry: dict[str, Any], error: float, level: float, low: float, high: float, band: str
) -> dict[str, Any]:
    limits = {"level": level, "conf_low": low, "conf_high": high}
    return {**entry, "std_error": error, "band": band, **limits}


def _in_words(found: FiellerSet, j: int) -> str:
    low, high = f"{found.low[j]:.3g}", f"{found.high[j]:.3g}"
    if found.kind[j] == BOUNDED:
        return f"{low} to {high}"
    return f"outside {low} to {high}" if found.kind[j] == TWO_RAYS else "any value"
