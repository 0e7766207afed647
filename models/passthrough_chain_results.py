"""A chain of pass-through: its stages, their product, a stage shut, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from .opened_edge import LUCAS
from .passthrough_results import (
    FORMULA,
    PER_YEN,
    TABLE_HORIZONS,
    RatioPath,
    in_words,
    intervals_in_words,
    ratio_rows,
    short,
)
from .results import Summary, tidy_frame
from .structural_result import StructuralResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PRODUCT = (
    "Product of the stages: each stage is given the shocks to its source that put the source on "
    "the path which it has by the stages before, and each takes its time; at a single horizon the "
    "ratios of the stages do not multiply, on impact and in the long run they do. The direct route "
    "less the product is what reaches the last price on other ways than this chain"
)
SHUT = (
    "A stage shut: the target no longer reacts to the source, at once or later, while all other "
    "ways stay open. What is left and what is lost are both per 1% that the yen falls as estimated "
    "and add up to the direct route"
)


@dataclass(frozen=True, slots=True, eq=False)
class HalfLife:
    """Months until half of the pass-through of the last horizon has arrived.

    Attributes
    ----------
    price : Column
    of : int
        The last horizon.
    point : float
        NaN where the pass-through at the last horizon is not distinguishable from zero.
    draws : ndarray, shape (R,)
        In each joint draw; empty where it is not told.
    """

    price: Column
    of: int
    point: float
    draws: np.ndarray

    @property
    def told(self) -> bool:
        """Whether there is a pass-through at the last horizon, half of which could arrive."""
        return len(self.draws) > 0

    def interval(self, level: float) -> tuple[float, float]:
        """Percentiles over the draws; from none to all of the months where it is not told."""
        if not self.told:
            return 0.0, float(self.of)
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2])
        return float(low), float(high)

    def rows(self, levels: Iterable[float], **same: str) -> list[dict[str, Any]]:
        """Tidy rows, one a level."""
        limits = {level: self.interval(level) for level in levels}
        return [
            {
                **same,
                "statistic": "half_life",
                "response": self.price.id,
                "horizon": self.of,
                "estimate": self.point,
                "std_error": self.draws.std(ddof=1) if self.told else np.nan,
                "level": level,
                "conf_low": low,
                "conf_high": high,
                "band": "percentiles" if self.told else "the whole range",
                "cumulative": True,
                "unit": "months",
            }
            for level, (low, high) in limits.items()
        ]

    def in_words(self, level: float) -> str:
        """Point and interval in months."""
        low, high = self.interval(level)
        point = f"{self.point:.1f}" if self.told else "-"
        return f"{point} [{low:.1f}, {high:.1f}]"


@dataclass(frozen=True, eq=False, kw_only=True)
class PassThroughChain(StructuralResult):
    """Stages of pass-through, their product beside the direct route, and each stage shut.

    Attributes
    ----------
    links : tuple of str
        From the exchange rate to the last price.
    stages : tuple of RatioPath
        Each price over the link before it, after that link's own shock.
    routes : tuple of RatioPath
        Each price over the exchange rate, after the exchange rate's shock.
    product, difference : RatioPath
        The stages one through the other, and the direct route to the last price less that.
    left, lost : tuple of RatioPath
        Of the direct route, with each stage shut.
    unstable : tuple of float
        Share of draws in which the economy with the stage shut is not stable.
    half_lives : tuple of HalfLife
        One for each price.
    """

    links: tuple[str, ...]
    stages: tuple[RatioPath, ...]
    routes: tuple[RatioPath, ...]
    product: RatioPath
    difference: RatioPath
    left: tuple[RatioPath, ...]
    lost: tuple[RatioPath, ...]
    unstable: tuple[float, ...]
    half_lives: tuple[HalfLife, ...]

    methods: ClassVar[tuple[str, ...]] = (
        "shambaugh2008",
        "sasaki2022",
        "fieller1954",
        "sims_zha2006",
        "lucas1976",
    )
    figure: ClassVar[str] = "passthrough_panels"

    @property
    def direct(self) -> RatioPath:
        """The last price over the exchange rate."""
        return self.routes[-1]

    def tidy(self) -> pd.DataFrame:
        """Ratios (``pass_through``, ``..._difference``, ``..._lost``) and ``half_life``.

        ``model`` names the approach.
        """
        rows: list[dict[str, Any]] = [
            row for path in (*self._ratios, *self.lost) for row in ratio_rows(path, self.levels)
        ]
        for found in self.half_lives:
            rows += found.rows(self.levels, model=self.model, shock=self.direct.shock)
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Stages; prices after the yen's shock; the last one by every way; half-lives."""
        level = max(self.levels)
        stages = {_stage(path): path for path in self.stages}
        routes = {path.price.label: path for path in self.routes}
        beside = {"direct route": self.direct}
        beside |= {_approach(path): path for path in (self.product, self.difference)}
        beside |= {f"left {_approach(path)}": path for path in self.left}
        beside |= {f"lost {_approach(path)}": path for path in self.lost}
        sets = f"with {level:.0%} sets"
        tables = [
            (f"Stages: % per 1% of the source, after its own shock, {sets}", self._table(stages)),
            (f"After the {self.direct.shock} shock: % per {PER_YEN}, {sets}", self._table(routes)),
            (f"{self.direct.price.label}: % per {PER_YEN}, {sets}", self._table(beside)),
            (
                f"Months until half of the pass-through after {self.half_lives[0].of} has arrived",
                pd.DataFrame(
                    {f"half-life, {level:.0%}": [h.in_words(level) for h in self.half_lives]},
                    index=[h.price.label for h in self.half_lives],
                ),
            ),
        ]
        return Summary(f"Chain of pass-through, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Formulas, intervals, the caveat, then the setting."""
        found = [
            f"{FORMULA}. {PRODUCT}.",
            intervals_in_words(self._ratios),
            f"{SHUT}. {LUCAS}",
            f"Half-life: months until half of the pass-through after {self.half_lives[0].of} has "
            "arrived for the first time, percentiles over the draws; where that pass-through is "
            "not distinguishable from zero it can be any.",
        ]
        found += [
            f"The economy {_approach(path)} is not stable in {share:.1%} of the draws."
            for path, share in zip(self.left, self.unstable, strict=True)
            if share
        ]
        return (*found, *self.setting)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Stages in their order, then the direct route beside the product and each stage shut."""
        panels: list[tuple[str, Mapping[str, Mapping[str, str]]]] = [
            (_stage(path), {"": _its_rows(path)}) for path in self.stages
        ]
        panels += [
            (
                f"{short(self.direct.price.label)}, {title}",
                {"Direct route": _its_rows(self.direct), other: _its_rows(path)},
            )
            for title, other, path in (
                *((_approach(path), "A stage shut", path) for path in self.left),
                ("direct and by stages", "Product of the stages", self.product),
            )
        ]
        panels.append(("Direct route less product", {"": _its_rows(self.difference)}))
        return super().plot(**({"panels": panels} | options))

    @property
    def _ratios(self) -> tuple[RatioPath, ...]:
        """All pass-throughs, each once."""
        return (*self.stages, *self.routes, self.product, self.difference, *self.left)

    def _table(self, paths: Mapping[str, RatioPath]) -> pd.DataFrame:
        level = max(self.levels)
        at = [int(h) for h in self.direct.horizons if h in TABLE_HORIZONS]
        rows = {
            name: {f"{h} months": in_words(path, level, h) for h in at}
            for name, path in paths.items()
        }
        return pd.DataFrame.from_dict(rows, orient="index")


def _stage(path: RatioPath) -> str:
    return f"{short(path.base.label)} -> {short(path.price.label)}"


def _approach(path: RatioPath) -> str:
    """What a path's model says after the name of the VAR."""
    return path.model.split(", ", maxsplit=1)[1]


def _its_rows(path: RatioPath) -> dict[str, str]:
    """Values of tidy columns that only the rows of this path have."""
    return {
        "model": path.model,
        "statistic": path.statistic,
        "shock": path.shock,
        "response": path.price.id,
    }
