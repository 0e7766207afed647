"""Responses to an instrumented shock with confidence sets that hold at every strength."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from ..estimation.anderson_rubin import EMPTY, ConfidenceSets
from ..estimation.fieller import BOUNDED, TWO_RAYS, WHOLE_LINE
from .identification.instruments import STRONG
from .responses import chosen, periods_of
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BAND = "Anderson-Rubin"
DELTA = "delta method (diagnostic)"


@dataclass(frozen=True, eq=False, kw_only=True)
class AndersonRubinSets(Result):
    """Responses to one instrumented shock, with the values that the instruments do not reject.

    Attributes
    ----------
    model : str
    columns : Mapping[str, Column]
        What each variable is.
    names : tuple of str
        Responding variables, the order of the second axis.
    shock, size : str
        The shock, and its size in words.
    instruments : tuple of str
        Labels of the instruments.
    point, std_error : ndarray, shape (H+1, N)
        Estimates in the units of responses, and their delta-method standard errors.
    sets : Mapping of level to ConfidenceSets
        In the same units; pieces of shape (H+1, N, S, 2).
    cumulated : frozenset of str
        Variables whose responses are summed over horizons.
    wald : float
        Wald statistic of the hypothesis that the instruments do not move the shock's own variable.
    wald_bounds : Mapping of level to float
        What it has to exceed for the sets of a level to be bounded.
    effective_f : float
        Montiel Olea and Pflueger's effective F.
    covariance : str
        How the covariance of the moments was estimated, in words.
    levels : tuple of float
    setting : tuple of str
        Identification and sample in words.
    facts : Mapping[str, str]
        The same fact by fact; see ``models.provenance.facts_of``.
    nobs : int
    sample : str

    References
    ----------
    Anderson and Rubin (1949); Montiel Olea, Stock and Watson (2021).
    """

    model: str
    columns: Mapping[str, Column]
    names: tuple[str, ...]
    shock: str
    size: str
    instruments: tuple[str, ...]
    point: np.ndarray
    std_error: np.ndarray
    sets: Mapping[float, ConfidenceSets]
    cumulated: frozenset[str]
    wald: float
    wald_bounds: Mapping[float, float]
    effective_f: float
    covariance: str
    levels: tuple[float, ...]
    setting: tuple[str, ...]
    facts: Mapping[str, str]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("anderson_rubin1949", "montielolea_stock_watson2021")
    figure: ClassVar[str] = "anderson_rubin"

    @property
    def horizon(self) -> int:
        """Last horizon."""
        return len(self.point) - 1

    @property
    def strong(self) -> bool:
        """Whether the effective F is high enough for other bands to be shown beside the sets."""
        return self.effective_f >= STRONG

    def bounded(self, level: float) -> bool:
        """Whether the sets of a level are bounded: the instruments move the shock's own variable.

        Their strength decides alone, so that the sets of all responses are bounded, or none is.
        """
        return self.wald > self.wald_bounds[level]

    def contains(self, value: np.ndarray | float, level: float) -> np.ndarray:
        """Whether responses, of shape (H+1, N) or one number, lie in their sets."""
        return self.sets[level].contains(np.broadcast_to(value, self.point.shape))

    def excludes_zero(self, level: float) -> pd.DataFrame:
        """Where zero is rejected, horizons in rows and responses in columns."""
        return pd.DataFrame(~self.contains(0.0, level), columns=list(self.names))

    def select(self, response: str | Sequence[str]) -> AndersonRubinSets:
        """The responses of some variables.

        Raises
        ------
        SpecError
            If a name is not in the model.
        """
        names = chosen(response, self.names, "variable")
        at = [self.names.index(name) for name in names]
        sets = {level: ConfidenceSets(s.pieces[:, at], level) for level, s in self.sets.items()}
        return replace(
            self,
            names=names,
            point=self.point[:, at],
            std_error=self.std_error[:, at],
            sets=sets,
            cumulated=self.cumulated & set(names),
        )

    def tidy(self) -> pd.DataFrame:
        """Per response, horizon and level the set and, as a diagnostic, delta-method limits.

        An unbounded set has infinite limits, and ``band`` says in words what it is; an empty one
        has none. ``pieces`` gives the pieces of sets that have several.
        """
        return tidy_frame(row for level in self.levels for row in self._rows(level))

    def pieces(self) -> pd.DataFrame:
        """One row for each piece of each set.

        Returns
        -------
        DataFrame
            Columns response, horizon, estimate, level, kind, low, high, unit. An empty set has no
            row.
        """
        rows = []
        for level, sets in self.sets.items():
            kind = sets.kind
            for h, i, piece in zip(*np.nonzero(~np.isnan(sets.pieces[..., 0]))):
                low, high = sets.pieces[h, i, piece]
                name = self.names[i]
                rows.append(
                    {
                        "response": name,
                        "horizon": int(h),
                        "estimate": self.point[h, i],
                        "level": level,
                        "kind": str(kind[h, i]),
                        "low": low,
                        "high": high,
                        "unit": self.columns[name].unit_of_responses,
                    }
                )
        columns = ["response", "horizon", "estimate", "level", "kind", "low", "high", "unit"]
        return pd.DataFrame(rows, columns=columns).astype({"low": float, "high": float})

    def summary(self) -> Summary:
        """Estimates and sets at a few horizons."""
        shown = [h for h in (0, 1, 3, 6, 12, 24, 36, 48) if h <= self.horizon]
        tables = []
        for i, name in enumerate(self.names):
            columns: dict[str, object] = {
                "estimate": self.point[shown, i],
                "s.e. (delta)": self.std_error[shown, i],
            }
            for level, sets in self.sets.items():
                columns[f"{level:.0%} set"] = [set_in_words(sets.pieces[h, i]) for h in shown]
            table = pd.DataFrame(columns, index=pd.Index(shown, name="horizon"))
            tables.append((self.label(name), table))
        return Summary(f"Anderson-Rubin sets, {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Size, what is cumulated, the sets and their strength, identification, sample."""
        summed = [self.columns[name].label for name in self.names if name in self.cumulated]
        which = "All responses are" if len(summed) == len(self.names) else ", ".join(summed)
        level = "cumulated: response of the level, not of the change"
        return (
            f"{self.size}.",
            *([f"{which} {level}."] if summed else []),
            f"Sets: Anderson and Rubin's test inverted horizon by horizon, {self.covariance}; they "
            "hold at every strength of the instruments.",
            self._strength_in_words(),
            *self._empty_in_words(),
            *self.setting,
        )

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Responses with their sets as a grid; sets without an end reach the frame.

        Parameters
        ----------
        response : str or sequence of str, optional
            By default all variables.
        """
        picked = self if response is None else self.select(response)
        return super(AndersonRubinSets, picked).plot(
            pieces=picked.pieces(),
            labels={name: self.columns[name].label for name in picked.names},
            title=self.size,
            periods=periods_of(self.columns[self.names[0]]),
            delta=self.strong,
            **options,
        )

    def label(self, name: str) -> str:
        """Label of a response with its unit, and whether it is cumulated."""
        summed = ", cumulated" if name in self.cumulated else ""
        return f"{self.columns[name].label} ({self.columns[name].unit_of_responses}{summed})"

    def _rows(self, level: float) -> Iterator[dict[str, object]]:
        """The rows of one level, the set and the diagnostic of each response and horizon."""
        sets = self.sets[level]
        kind, (low, high) = sets.kind, sets.hull
        below, above = normal_bounds(self.point, self.std_error, level)
        for i, name in enumerate(self.names):
            for h in range(self.horizon + 1):
                place = h, i
                same = {
                    "model": self.model,
                    "statistic": "irf",
                    "shock": self.shock,
                    "response": name,
                    "horizon": h,
                    "estimate": self.point[place],
                    "std_error": self.std_error[place],
                    "level": level,
                    "cumulative": name in self.cumulated,
                    "unit": self.columns[name].unit_of_responses,
                }
                words = _remark(str(kind[place]), sets.pieces[place])
                limits = {"conf_low": low[place], "conf_high": high[place]}
                yield {**same, **limits, "band": BAND + words}
                limits = {"conf_low": below[place], "conf_high": above[place]}
                yield {**same, **limits, "band": DELTA}

    def _strength_in_words(self) -> str:
        """How strong the instruments are, and which sets have an end."""
        degrees = len(self.instruments)
        unit = "degree of freedom" if degrees == 1 else "degrees of freedom"
        said = [f"Wald statistic of relevance {self.wald:.2f} ({degrees} {unit})"]
        ended = [level for level in self.levels if self.bounded(level)]
        if ended:
            said.append(f"the {_and(ended)} sets are bounded")
        endless = [level for level in self.levels if level not in ended]
        if endless:
            needed = " and ".join(f"{self.wald_bounds[level]:.2f}" for level in endless)
            said.append(
                f"the {_and(endless)} sets are not, which would take more than {needed}: the "
                "instruments do not say how large the responses are"
            )
        return f"{'; '.join(said)}."

    def _empty_in_words(self) -> tuple[str, ...]:
        """Whether instruments contradict each other somewhere."""
        empty = [level for level, sets in self.sets.items() if (sets.kind == EMPTY).any()]
        if not empty:
            return ()
        return (
            f"Some {_and(empty)} sets are empty: there the instruments contradict each other, "
            "whatever the response.",
        )


def set_in_words(pieces: np.ndarray) -> str:
    """One set as text: ``[a, b]``, ``outside (a, b)``, ``whole line``, ``empty``.

    Parameters
    ----------
    pieces : ndarray, shape (S, 2)
    """
    kind = str(ConfidenceSets(pieces, np.nan).kind)
    if kind == TWO_RAYS:
        return f"outside ({pieces[0, 1]:.3g}, {pieces[1, 0]:.3g})"
    if kind in (WHOLE_LINE, EMPTY):
        return kind
    there = pieces[~np.isnan(pieces[:, 0])]
    return " or ".join(_piece_in_words(low, high) for low, high in there)


def _piece_in_words(low: float, high: float) -> str:
    if low == high:
        return f"{low:.3g}"
    if np.isinf(low):
        return f"below {high:.3g}"
    return f"above {low:.3g}" if np.isinf(high) else f"[{low:.3g}, {high:.3g}]"


def _remark(kind: str, pieces: np.ndarray) -> str:
    """What follows the band's name in a tidy frame; nothing for an interval."""
    if kind == BOUNDED:
        return ""
    words = set_in_words(pieces)
    return f" ({kind})" if words == kind else f" ({kind}: {words})"


def _and(levels: Sequence[float]) -> str:
    return " and ".join(f"{level:.0%}" for level in levels)
