"""Responses and multipliers by instrumented projections, with sets that hold however weak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..estimation.anderson_rubin import ConfidenceSets
from ..estimation.delta import moved_along
from ..estimation.fieller import BOUNDED
from ..estimation.first_stage import BIASES
from . import instrumented_words as words
from .anderson_rubin import BAND, set_in_words
from .identification.instruments import STRONG
from .inference.intervals.protocol import Interval
from .instrumented_horizons import Strength, joint_root
from .passthrough import TABLE_HORIZONS
from .projection_errors import ProjectionErrors
from .projection_irf import ProjectionIRF
from .responses import chosen, periods_of
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False, kw_only=True)
class InstrumentedResponses(Result):
    """Responses per movement of an instrumented variable, by horizon.

    Attributes
    ----------
    model : str
    columns : Mapping[str, Column]
    names : tuple of str
        Responding variables, the order of the second axis.
    shock : str
        The instrumented variable.
    instruments : tuple of str
        Empty where its own innovation is its instrument.
    statistic : str
        ``irf``, ``multiplier`` or ``pass_through``.
    title : str
        The movement, its size and its source in words.
    per : str
        What a ratio is counted in; empty for responses.
    point : ndarray, shape (H+1, N)
        Estimates, in the units of ``units``.
    influence : ndarray, shape (T, H+1, N)
        What each period adds to their errors.
    sets : Mapping of level to ConfidenceSets
        Anderson-Rubin sets, pieces of shape (H+1, N, S, 2).
    strength : Strength
        Of the instruments, by horizon.
    cumulated : frozenset of str
        Variables whose responses are summed up to the horizon.
    interval : Interval
        Of the Wald bands.
    errors : ProjectionErrors
    levels : tuple of float
    setting : tuple of str
        Controls and sample in words.
    facts : Mapping[str, str]
    observations, degrees : tuple of int
        By horizon; see ``ProjectionIRF``.
    nobs : int
    sample : str

    References
    ----------
    Anderson and Rubin (1949); Chernozhukov and Hansen (2008); Ramey and Zubairy (2018); Montiel
    Olea and Pflueger (2013).
    """

    model: str
    columns: Mapping[str, Column]
    names: tuple[str, ...]
    shock: str
    instruments: tuple[str, ...]
    statistic: str
    title: str
    per: str
    point: np.ndarray
    influence: np.ndarray
    sets: Mapping[float, ConfidenceSets]
    strength: Strength
    cumulated: frozenset[str]
    interval: Interval
    errors: ProjectionErrors
    levels: tuple[float, ...]
    setting: tuple[str, ...]
    facts: Mapping[str, str]
    observations: tuple[int, ...]
    degrees: tuple[int, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = (
        "jorda2015",
        "stock_watson2018",
        "ramey_zubairy2018",
        "anderson_rubin1949",
        "chernozhukov_hansen2008",
        "mackinnon_white1985",
        "montielolea_pflueger2013",
        "kleibergen_paap2006",
    )
    figure: ClassVar[str] = "anderson_rubin"

    @property
    def horizon(self) -> int:
        """Last horizon."""
        return len(self.point) - 1

    @property
    def units(self) -> dict[str, str]:
        """Unit of each variable's responses."""
        per = f" per {self.per}" if self.per else ""
        return {name: f"{self.columns[name].unit_of_responses}{per}" for name in self.names}

    @cached_property
    def root(self) -> np.ndarray:
        """A root of the joint covariance of all estimates, shape (q, H+1, N)."""
        return joint_root(self.errors, self.influence)

    @cached_property
    def std_error(self) -> np.ndarray:
        """Standard errors of the estimates, shape (H+1, N): right where instruments are strong."""
        return np.asarray(np.sqrt(np.einsum("qhi,qhi->hi", self.root, self.root)))

    @property
    def strong(self) -> np.ndarray:
        """Horizons at which the effective F is at least 10, shape (H+1,)."""
        return np.asarray(self.strength.effective_f >= STRONG)

    @property
    def estimate(self) -> np.ndarray:
        """The estimates; a pass-through is NaN where its widest set is not bounded."""
        if not self.statistic.startswith("pass_through"):
            return self.point
        return np.where(self.sets[max(self.levels)].bounded, self.point, np.nan)

    @property
    def method(self) -> str:
        """Estimator and errors in words."""
        source = (
            f"instrumented by {', '.join(self.columns[name].label for name in self.instruments)}"
            if self.instruments
            else "least squares"
        )
        return f"{self.model}, {source}, {self.errors.name}"

    def responses(self) -> ProjectionIRF:
        """The estimates with bands from their joint covariance, pointwise or joint over horizons.

        They hold where the instruments are strong: at horizons where ``strong`` says so.
        """
        point = self.point[..., None]
        label = self.columns[self.shock].label
        columns = {
            name: replace(column, response_unit=self.units.get(name, column.unit_of_responses))
            for name, column in self.columns.items()
        }
        return ProjectionIRF(
            model=self.model,
            columns=columns,
            levels=self.levels,
            band=self.errors.name,
            interval=self.interval,
            setting=(words.bands(self), *words.strength(self), *self.setting),
            facts=self.facts,
            nobs=self.nobs,
            sample=self.sample,
            names=self.names,
            shocks=(self.shock,),
            point=point,
            draws=moved_along(point, self.root[..., None]),
            sizes={self.shock: self.title or label},
            sized=(self.shock,),
            cumulated=self.cumulated,
            observations=self.observations,
            degrees=self.degrees,
            cited=(*self.methods, *self.errors.methods),
        )

    def contains(self, value: np.ndarray | float, level: float) -> np.ndarray:
        """Whether values, of shape (H+1, N) or one number, lie in their sets."""
        return self.sets[level].contains(np.broadcast_to(value, self.point.shape))

    def select(self, response: str | Sequence[str]) -> InstrumentedResponses:
        """The responses of some variables.

        Raises
        ------
        SpecError
            If a name is not among them.
        """
        names = chosen(response, self.names, "variable")
        at = [self.names.index(name) for name in names]
        strength = self.strength
        return replace(
            self,
            names=names,
            point=self.point[:, at],
            influence=self.influence[:, :, at],
            sets={q: ConfidenceSets(s.pieces[:, at], q) for q, s in self.sets.items()},
            strength=replace(strength, j=strength.j[:, at], p_value=strength.p_value[:, at]),
            cumulated=self.cumulated & set(names),
        )

    @property
    def first_stages(self) -> pd.DataFrame:
        """Strength by horizon: effective F with its critical values, rank test, Hansen's J."""
        found = self.strength
        columns = {
            "effective F": found.effective_f,
            **{
                f"critical value, bias {bias:.0%}": found.critical[:, i]
                for i, bias in enumerate(BIASES)
            },
            "Kleibergen-Paap F": found.kleibergen_paap,
        }
        if len(self.instruments) > 1:
            for i, name in enumerate(self.names):
                columns[f"J, {name}"] = found.j[:, i]
                columns[f"p, {name}"] = found.p_value[:, i]
        table = pd.DataFrame(columns, index=pd.RangeIndex(self.horizon + 1, name="horizon"))
        return table.assign(observations=self.observations)

    def tidy(self) -> pd.DataFrame:
        """Per response, horizon and level the Anderson-Rubin set, then the Wald interval.

        An unbounded set has infinite limits, and ``band`` says in words what it is.
        """
        return tidy_frame(row for level in self.levels for row in self._rows(level))

    def pieces(self) -> pd.DataFrame:
        """One row for each piece of each set: response, horizon, estimate, level, low, high."""
        rows = []
        for level, sets in self.sets.items():
            for h, i, piece in zip(*np.nonzero(~np.isnan(sets.pieces[..., 0]))):
                low, high = sets.pieces[h, i, piece]
                rows.append(
                    {
                        "response": self.names[i],
                        "horizon": int(h),
                        "estimate": self.point[h, i],
                        "level": level,
                        "kind": str(sets.kind[h, i]),
                        "low": low,
                        "high": high,
                        "unit": self.units[self.names[i]],
                    }
                )
        return pd.DataFrame(rows).astype({"low": float, "high": float})

    def summary(self) -> Summary:
        """Estimates, sets and strength at a few horizons."""
        shown = [h for h in TABLE_HORIZONS if h <= self.horizon]
        tables = []
        for i, name in enumerate(self.names):
            columns: dict[str, object] = {
                "estimate": self.estimate[shown, i],
                "s.e.": self.std_error[shown, i],
            }
            for level, sets in self.sets.items():
                columns[f"{level:.0%} set"] = [set_in_words(sets.pieces[h, i]) for h in shown]
            table = pd.DataFrame(columns, index=pd.Index(shown, name="horizon"))
            tables.append((f"{self.columns[name].label}, {self.units[name]}", table))
        tables.append(("Strength of the instruments", self.first_stages.loc[shown]))
        return Summary(f"{self.title} ({self.model})", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """What was estimated, the sets, the strength, controls and sample."""
        return (
            *words.quantity(self),
            *words.open_sets(self),
            *words.strength(self),
            *self.setting,
        )

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Estimates with their sets, one panel a response; sets without an end reach the frame.

        Parameters
        ----------
        response : str or sequence of str, optional
            By default all.
        """
        picked = self if response is None else self.select(response)
        return super(InstrumentedResponses, picked).plot(
            pieces=picked.pieces(),
            labels={name: self.columns[name].label for name in picked.names},
            title=self.title,
            periods=periods_of(self.columns[self.shock]),
            delta=bool(picked.strong.all()),
            **options,
        )

    def cite(self) -> str:
        """BibTeX of the methods used, those of the errors among them."""
        from .citations import bibtex

        return bibtex((*self.methods, *self.errors.methods))

    def _rows(self, level: float) -> Iterator[dict[str, object]]:
        sets, estimate = self.sets[level], self.estimate
        kind, (low, high) = sets.kind, sets.hull
        below, above = self.interval.bounds(
            self.point, moved_along(self.point, self.root), [level]
        )[level]
        for i, name in enumerate(self.names):
            for h in range(self.horizon + 1):
                place = h, i
                same = {
                    "model": self.model,
                    "statistic": self.statistic,
                    "shock": self.shock,
                    "response": name,
                    "horizon": h,
                    "estimate": estimate[place],
                    "std_error": self.std_error[place],
                    "level": level,
                    "cumulative": name in self.cumulated,
                    "unit": self.units[name],
                }
                remark = ""
                if kind[place] != BOUNDED:
                    remark = f" ({kind[place]}: {set_in_words(sets.pieces[place])})"
                limits = {"conf_low": low[place], "conf_high": high[place]}
                yield {**same, **limits, "band": BAND + remark}
                limits = {"conf_low": below[place], "conf_high": above[place]}
                yield {**same, **limits, "band": f"delta method, {self.errors.name}"}
