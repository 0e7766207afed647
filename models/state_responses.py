"""Responses and ratios by regime, and what lies between the regimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..estimation.delta import moved_along
from . import instrumented_words as words
from .anderson_rubin import BAND
from .instrumented_horizons import joint_root
from .instrumented_responses import InstrumentedResponses
from .projection_irf import PathTest, ProjectionIRF
from .responses import chosen, periods_of
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What a reader of responses by regime must know.
CAVEATS = (
    "Responses are those of shocks in that regime, averaged over what the regime does afterwards; "
    "they do not hold it fixed. Where the shock moves the state itself, projections give the "
    "response to a small shock only, and miss how a large one changes the regime (Gonçalves, "
    "Herrera, Kilian and Pesavento 2024).",
)


@dataclass(frozen=True, eq=False, kw_only=True)
class StateResponses(ProjectionIRF):
    """Responses in two regimes, with their joint covariance.

    The "shocks" are the movement of the same variable in each regime.

    Attributes
    ----------
    regimes : tuple of str
        Names of F = 1 and F = 0, the order of the last axis.
    rank : ndarray, shape (H+1,)
        Kleibergen and Paap's F of the instruments of both regimes; infinite without instruments.
    """

    regimes: tuple[str, ...]
    rank: np.ndarray

    methods: ClassVar[tuple[str, ...]] = (
        "jorda2005",
        "auerbach_gorodnichenko2013",
        "ramey_zubairy2018",
        "goncalves2024",
        "kleibergen_paap2006",
    )

    def difference(self) -> ProjectionIRF:
        """The first regime less the second, with pointwise or (``joint()``) sup-t bands.

        Its ``wald()`` tests that whole paths are the same in both regimes.
        """
        return _difference(self, self.regimes)

    def wald_difference(
        self, response: str | Sequence[str] | None = None, *, horizons: Sequence[int] | None = None
    ) -> PathTest:
        """Wald test that responses do not depend on the regime; see ``ProjectionIRF.wald``."""
        return self.difference().wald(response, horizons=horizons)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Both regimes over one another; one of them with ``shock=``, as of any responses."""
        if "shock" in options or "ax" in options:
            return super().plot(**options)
        wanted = options.pop("response", None)
        picked = self if wanted is None else self.select(response=wanted)
        regime_of = dict(zip(picked.shocks, self.regimes))
        frame = picked.tidy()
        return self._draw(
            "overlay",
            frame.assign(model=frame["shock"].map(regime_of)),
            labels={name: self.columns[name].label for name in picked.names},
            title=_without_regime(picked.sizes[picked.shocks[0]]),
            periods=periods_of(self.columns[self.names[0]]),
            **options,
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class StateRatios(Result):
    """Pass-through, or multipliers, in each of two regimes, with Anderson-Rubin sets.

    Attributes
    ----------
    model : str
    regimes : Mapping of regime to InstrumentedResponses
    setting : tuple of str
        The state in words, and its caveats.
    design : tuple of str
        Controls and sample in words.
    nobs : int
    sample : str
    """

    model: str
    regimes: Mapping[str, InstrumentedResponses]
    setting: tuple[str, ...]
    design: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        *InstrumentedResponses.methods,
        "goncalves2024",
    )

    def difference(self) -> ProjectionIRF:
        """The first regime less the second, by their joint covariance.

        It is a difference of two ratios: its bands hold where both are strong, which the notes of
        the regimes say; the sets of the regimes hold in any case.
        """
        first, second = self.regimes.values()
        influence = first.influence - second.influence
        point = (first.point - second.point)[..., None]
        root = joint_root(first.errors, influence)[..., None]
        whole = first.responses()
        name = _between(tuple(self.regimes))
        return replace(
            whole,
            model=self.model,
            shocks=(name,),
            sized=(name,),
            sizes={name: f"{first.title}: {name}"},
            point=point,
            draws=moved_along(point, root),
            setting=(words.bands(first), *self._by_regime(), *self.setting, *self.design),
            nobs=self.nobs,
            sample=self.sample,
            observations=tuple(
                a + b for a, b in zip(first.observations, second.observations, strict=True)
            ),
        )

    @property
    def method(self) -> str:
        """Estimator and errors in words."""
        first = next(iter(self.regimes.values()))
        return f"{self.model}, {first.method.partition(', ')[2]}"

    def tidy(self) -> pd.DataFrame:
        """The rows of both regimes; ``model`` names approach and regime."""
        parts = [
            one.tidy().assign(model=f"{self.model}, {regime}")
            for regime, one in self.regimes.items()
        ]
        return tidy_frame(pd.concat(parts, ignore_index=True))

    def summary(self) -> Summary:
        """The tables of both regimes."""
        tables = [
            (f"{regime}: {caption}", table)
            for regime, one in self.regimes.items()
            for caption, table in one.summary().tables
        ]
        first = next(iter(self.regimes.values()))
        return Summary(f"{first.title} ({self.model})", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What was estimated, the strength in each regime, the state, controls and sample."""
        first = next(iter(self.regimes.values()))
        return (*words.quantity(first), *self._by_regime(), *self.setting, *self.design)

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Both regimes over one another; a set without an end leaves its side open."""
        first = next(iter(self.regimes.values()))
        names = chosen(response, first.names, "variable")
        frame = self.tidy()
        frame = frame[frame["band"].str.startswith(BAND) & frame["response"].isin(names)]
        ends = frame[["conf_low", "conf_high"]].where(np.isfinite)
        regime = frame["model"].str.removeprefix(f"{self.model}, ")
        return self._draw(
            "overlay",
            frame.assign(conf_low=ends["conf_low"], conf_high=ends["conf_high"], model=regime),
            labels={name: first.columns[name].label for name in names},
            title=first.title,
            periods=periods_of(first.columns[first.shock]),
            **options,
        )

    def _by_regime(self) -> tuple[str, ...]:
        """Sets and strength of each regime."""
        return tuple(
            f"{regime} (T = {one.nobs} at h = 0): {note}"
            for regime, one in self.regimes.items()
            for note in (*words.open_sets(one), *words.strength(one))
        )


def _difference(irf: StateResponses, regimes: tuple[str, ...]) -> ProjectionIRF:
    name = _between(regimes)
    shared = {field.name: getattr(irf, field.name) for field in fields(ProjectionIRF)}
    shared |= {
        "shocks": (name,),
        "sized": (name,),
        "sizes": {name: f"{_without_regime(irf.sizes[irf.shocks[0]])}: {name}"},
        "point": irf.point[..., :1] - irf.point[..., 1:],
        "draws": irf.draws[..., :1] - irf.draws[..., 1:],
    }
    return ProjectionIRF(**shared)


def _between(regimes: tuple[str, ...]) -> str:
    return f"{regimes[0]} minus {regimes[1]}"


def _without_regime(size: str) -> str:
    return size.rsplit(" (", maxsplit=1)[0]
