"""What an estimate of pass-through is: one cumulated response over another, with its set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..estimation.fieller import (
    BOUNDED,
    TWO_RAYS,
    FiellerSet,
    fieller,
    joint_covariance,
    quantile_set,
    ratio_std_error,
)
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .structural import StructuralVAR

#: Horizons shown in tables, in months.
TABLE_HORIZONS = (0, 1, 3, 6, 12, 24)

#: What the denominator is counted in, when it is an exchange rate that rises as the yen weakens.
PER_YEN = "1% fall of the yen"

#: A ratio is shown only where its denominator differs from zero at this level.
MASK_LEVEL = 0.90

FORMULA = (
    "Pass-through at horizon h = (sum over s <= h of the price's response) / (sum over s <= h of "
    "the exchange rate's response), both in log differences, to the same shock, estimated jointly"
)
PERCENTILE = "percentile of the ratio (diagnostic)"
OVER_MODELS = "percentiles over models"
DRAWN = "Fieller's sets from the joint draws"
BY_MOMENTS = (
    "Fieller's sets from the moments with the instrument, for its shock, which are Anderson and "
    "Rubin's and hold at every strength of it"
)
MANY_MODELS = (
    "for single shocks percentiles of the ratio over the models that satisfy the identification, "
    "not bounded where those of the denominator hold zero"
)

#: An estimate of shape (H,) and its joint draws of shape (R, H).
Drawn = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False, kw_only=True)
class RatioPath:
    """One cumulated response over another, to the same shock.

    Attributes
    ----------
    shock : str
        Name of the shock.
    price, base : Column
        What stands in the numerator and in the denominator.
    per : str
        What the denominator is counted in, such as ``1% fall of the yen``.
    horizons : ndarray of int, shape (H,)
    numerator, denominator : ndarray, shape (H,)
        Cumulated responses, to a shock of one standard deviation; with one instrument cumulated
        covariances with it, which have the same ratio.
    covariance : ndarray, shape (H, 2, 2)
        Of numerator and denominator, over the joint draws or, with one instrument, of the moments.
    percentiles : dict of level to (low, high)
        Equal-tailed percentiles of the ratio's draws, each of shape (H,); empty without draws.
    model, sample : str
    setting : tuple of str
        Identification, draws and sample of the VAR in words.
    nobs : int
    quantity : str
        What the ratio is, where it is not pass-through itself but a part or a difference of it.
    """

    shock: str
    price: Column
    base: Column
    per: str
    horizons: np.ndarray
    numerator: np.ndarray
    denominator: np.ndarray
    covariance: np.ndarray
    percentiles: Mapping[float, tuple[np.ndarray, np.ndarray]]
    model: str
    setting: tuple[str, ...]
    sample: str
    nobs: int
    quantity: str = "pass_through"

    #: How the sets are called in tidy frames.
    band: ClassVar[str] = "Fieller"

    @property
    def statistic(self) -> str:
        """Name of the ratio in tidy frames: what it is counted in is part of it."""
        return self.quantity if self.per == PER_YEN else f"{self.quantity}_per_{self.base.id}"

    @property
    def estimate(self) -> np.ndarray:
        """The ratio; NaN where the denominator is not distinguishable from zero (at 90%)."""
        shown = self.interval(MASK_LEVEL).bounded & (self.denominator != 0)
        ratio = self.numerator / np.where(shown, self.denominator, 1.0)
        return np.asarray(np.where(shown, ratio, np.nan))

    @property
    def std_error(self) -> np.ndarray:
        """Delta-method standard error where the ratio is shown; the intervals do not use it."""
        error = ratio_std_error(self.numerator, self.denominator, self.covariance)
        return np.asarray(np.where(np.isnan(self.estimate), np.nan, error))

    def interval(self, level: float) -> FiellerSet:
        """Fieller's set per horizon."""
        return fieller(self.numerator, self.denominator, self.covariance, level)

    def at(self, horizon: int) -> int:
        """Position of a horizon."""
        return int(np.flatnonzero(self.horizons == horizon)[0])


@dataclass(frozen=True, eq=False, kw_only=True)
class RatioOverModels(RatioPath):
    """The same where many models satisfy the identification: there is no one ratio to estimate.

    Attributes
    ----------
    draws : ndarray, shape (R, H, 2)
        Numerator and denominator in each model.
    """

    draws: np.ndarray

    band: ClassVar[str] = OVER_MODELS

    @property
    def estimate(self) -> np.ndarray:
        """Median of the ratio over the models; NaN where the set is not bounded (at 90%)."""
        above, below = self.draws[..., 0], self.draws[..., 1]
        ratio = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
        shown = self.interval(MASK_LEVEL).bounded
        middle = np.full(len(shown), np.nan)
        middle[shown] = np.nanmedian(ratio[:, shown], axis=0)
        return middle

    @property
    def std_error(self) -> np.ndarray:
        """None: models differ in more than sampling error."""
        return np.full(len(self.horizons), np.nan)

    def interval(self, level: float) -> FiellerSet:
        """Percentiles of the ratio; the whole line where those of the denominator hold zero."""
        return quantile_set(self.draws[..., 0], self.draws[..., 1], level)


def drawn_ratio(
    svar: StructuralVAR,
    above: Drawn,
    below: Drawn,
    *,
    price: str,
    base: str,
    levels: Sequence[float],
    over_models: bool | None = None,
    **facts: Any,
) -> RatioPath:
    """A ratio of two estimates with the same joint draws.

    Parameters
    ----------
    svar : StructuralVAR
    above, below : (ndarray of shape (H,), ndarray of shape (R, H))
        Numerator and denominator: estimate and draws.
    price, base : str
        Ids of what they are responses of.
    levels : sequence of float
    over_models : bool, optional
        Whether the draws are of many models; by default where the scheme leaves many.
    **facts
        Fields of ``RatioPath`` that are not those of the VAR: shock, horizons, per, ...
    """
    many = svar.set_identified if over_models is None else over_models
    ratio: dict[str, Any] = {
        "price": svar.columns[price],
        "base": svar.columns[base],
        "numerator": above[0],
        "denominator": below[0],
        "covariance": joint_covariance(above[1], below[1]),
        "model": svar.reduced.model,
        "setting": svar.notes(),
        "sample": svar.reduced.sample,
        "nobs": svar.reduced.nobs,
        **facts,
    }
    if many:
        both = np.stack(np.broadcast_arrays(above[1], below[1]), axis=-1)
        return RatioOverModels(draws=both, percentiles={}, **ratio)
    return RatioPath(percentiles=_percentiles(above[1], below[1], levels), **ratio)


@dataclass(frozen=True, eq=False)
class PassThrough(Result):
    """Pass-through by price and horizon, with Fieller's sets.

    Attributes
    ----------
    paths : tuple of RatioPath
    levels : tuple of float

    References
    ----------
    Fieller (1954); Shambaugh (2008); Forbes, Hjortsoe and Nenova (2018).
    """

    paths: tuple[RatioPath, ...]
    levels: tuple[float, ...]

    methods: ClassVar[tuple[str, ...]] = ("fieller1954", "shambaugh2008", "forbes2018")
    figure: ClassVar[str] = "passthrough"

    @property
    def labels(self) -> dict[str, str]:
        """Label of each price."""
        return {path.price.id: path.price.label for path in self.paths}

    def tidy(self) -> pd.DataFrame:
        """Per price, horizon and level: Fieller's set and, as a diagnostic, the percentiles.

        An unbounded set has infinite limits, and ``band`` says in words what it is.
        """
        return tidy_frame([row for path in self.paths for row in ratio_rows(path, self.levels)])

    def summary(self) -> Summary:
        """Estimates and Fieller sets at the table's horizons."""
        tables = [
            (
                f"{path.price.label}, % per {path.per} ({path.shock} shock)",
                ratio_table(path, self.levels),
            )
            for path in self.paths
        ]
        return Summary("Pass-through", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Formula, interval, then identification and sample of each VAR."""
        return (
            f"{FORMULA}. The ratio does not depend on the size of the shock.",
            intervals_in_words(self.paths),
            *dict.fromkeys(note for path in self.paths for note in path.setting),
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Pass-through by horizon, one panel per price."""
        return super().plot(labels=self.labels, **options)


def ratio_rows(path: RatioPath, levels: Sequence[float]) -> Iterable[dict[str, object]]:
    """Tidy rows of a ratio: its sets and, as a diagnostic, the percentiles."""
    estimate, std_error = path.estimate, path.std_error
    for level in levels:
        sets = path.interval(level)
        low, high = sets.hull
        for i, horizon in enumerate(path.horizons):
            words = "" if sets.bounded[i] else f" ({sets.kind[i]})"
            if sets.kind[i] == TWO_RAYS:
                words = f" (two rays: {describe_set(sets, i)})"
            same = {
                "model": path.model,
                "statistic": path.statistic,
                "shock": path.shock,
                "response": path.price.id,
                "horizon": int(horizon),
                "estimate": estimate[i],
                "std_error": std_error[i],
                "level": level,
                "cumulative": True,
                "unit": f"% per {path.per}",
            }
            yield {**same, "conf_low": low[i], "conf_high": high[i], "band": f"{path.band}{words}"}
            if path.percentiles:
                low_p, high_p = path.percentiles[level]
                yield {**same, "conf_low": low_p[i], "conf_high": high_p[i], "band": PERCENTILE}


def ratio_table(path: RatioPath, levels: Sequence[float]) -> pd.DataFrame:
    """Estimates and sets at the table's horizons, months in rows."""
    at = np.isin(path.horizons, TABLE_HORIZONS)
    columns = {"estimate": path.estimate[at], "s.e. (delta)": path.std_error[at]}
    for level in levels:
        sets = path.interval(level)
        words = [describe_set(sets, int(i)) for i in np.flatnonzero(at)]
        columns[f"{level:.0%} set"] = np.array(words, dtype=object)
    return pd.DataFrame(columns, index=pd.Index(path.horizons[at], name="months"))


def in_words(path: RatioPath, level: float, horizon: int) -> str:
    """Point and set at one horizon: ``0.71 [0.62, 0.80]``; a point that is hidden is a dash."""
    i = path.at(horizon)
    point = path.estimate[i]
    shown = "-" if np.isnan(point) else f"{point:.3f}"
    return f"{shown} {describe_set(path.interval(level), i)}"


def intervals_in_words(paths: Iterable[RatioPath]) -> str:
    """How the intervals were made, by kind of path."""
    kinds = {
        MANY_MODELS
        if isinstance(path, RatioOverModels)
        else (DRAWN if path.percentiles else BY_MOMENTS)
        for path in paths
    }
    found = [words for words in (DRAWN, BY_MOMENTS, MANY_MODELS) if words in kinds]
    return (
        f"Intervals, horizon by horizon: {'; '.join(found)}. Where the denominator may be zero "
        "they are unbounded, and the point is left out."
    )


def short(label: str) -> str:
    """A label without what stands in brackets, for the heading of a panel."""
    return label.split(" (", maxsplit=1)[0]


def describe_set(sets: FiellerSet, i: int) -> str:
    """Fieller's set at position ``i`` in words."""
    low, high = float(sets.low[i]), float(sets.high[i])
    if sets.kind[i] == BOUNDED:
        return f"[{low:.3f}, {high:.3f}]"
    if sets.kind[i] == TWO_RAYS:
        return f"outside [{low:.3f}, {high:.3f}]"
    return "whole line"


def _percentiles(
    above: np.ndarray, below: np.ndarray, levels: Sequence[float]
) -> dict[float, tuple[np.ndarray, np.ndarray]]:
    ratio = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    tails = {level: ((1 - level) / 2, (1 + level) / 2) for level in levels}
    return {
        level: (np.quantile(ratio, low, axis=0), np.quantile(ratio, high, axis=0))
        for level, (low, high) in tails.items()
    }
