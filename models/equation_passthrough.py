"""Pass-through by horizon of one equation: one path, or those of two kinds of moves beside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import Column
from .passthrough import PER_YEN, TABLE_HORIZONS
from .results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PASS_THROUGH = "pass_through"
DIFFERENCE = "pass_through_difference"

_PERIODS: Mapping[str, str] = {
    "daily": "days",
    "weekly": "weeks",
    "monthly": "months",
    "quarterly": "quarters",
    "annual": "years",
}


@dataclass(frozen=True, eq=False)
class EquationPath:
    """Pass-through of one kind of moves, or the difference of two kinds.

    Attributes
    ----------
    kind : str
        Which moves, such as ``falls of the yen``; empty for all of them.
    estimate, std_error : ndarray, shape (H,)
        In % per 1% fall of the yen.
    bounds : mapping of level to (low, high)
        Each of shape (H,).
    difference : bool
        Whether it is the first kind less the second.
    """

    kind: str
    estimate: np.ndarray
    std_error: np.ndarray
    bounds: Mapping[float, tuple[np.ndarray, np.ndarray]]
    difference: bool = False


@dataclass(frozen=True, eq=False, kw_only=True)
class EquationPassThrough(Result):
    """What one equation says of the pass-through at each horizon.

    Attributes
    ----------
    approach : str
        Name of the model, such as ``NARDL(2,4)``.
    price, exchange_rate : Column
    horizons : ndarray of int, shape (H,)
    paths : tuple of EquationPath
    levels : tuple of float
    band : str
        How the intervals are made.
    setting : tuple of str
        The equation in words.
    references : tuple of str
        Keys of the methods.
    nobs : int
    sample : str
    """

    approach: str
    price: Column
    exchange_rate: Column
    horizons: np.ndarray
    paths: tuple[EquationPath, ...]
    levels: tuple[float, ...]
    band: str
    setting: tuple[str, ...]
    references: tuple[str, ...]
    nobs: int
    sample: str

    figure: ClassVar[str] = "equation_passthrough"

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return self.approach

    @property
    def periods(self) -> str:
        """What horizons are counted in."""
        return _PERIODS[self.price.frequency]

    def path(self, kind: str = "") -> EquationPath:
        """The path of that kind of moves; by default the first."""
        if not kind:
            return self.paths[0]
        return {path.kind: path for path in self.paths}[kind]

    def tidy(self) -> pd.DataFrame:
        """One row per kind of moves, horizon and level.

        ``model`` names the approach and the kind of moves. The sign is the same for all kinds: a
        rise of the yen that lowers the price has a positive pass-through.
        """
        return tidy_frame(row for path in self.paths for row in self._rows(path))

    def summary(self) -> Summary:
        """Pass-through at the table's horizons, one table a kind."""
        at = np.isin(self.horizons, TABLE_HORIZONS)
        index = pd.Index(self.horizons[at], name=self.periods)
        tables = []
        for path in self.paths:
            columns = {"estimate": path.estimate[at], "s.e.": path.std_error[at]}
            for level, (low, high) in path.bounds.items():
                columns |= {f"low {level:.0%}": low[at], f"high {level:.0%}": high[at]}
            caption = f"{_heading(path)}, {_unit(path)}"
            tables.append((caption, pd.DataFrame(columns, index=index)))
        return Summary(f"Pass-through to {self.price.label}: {self.model}", tables, self.notes())

    def notes(self) -> tuple[str, ...]:
        """Unit, bands, equation and sample."""
        kinds = [path.kind for path in self.paths if path.kind and not path.difference]
        at = " and ".join(f"{level:.0%}" for level in self.levels)
        sign = "; positive where the price moves with the price of foreign currency"
        return (
            f"Change of {self.price.label} up to the horizon, % per {PER_YEN}"
            f"{sign if kinds else ''}.",
            f"Intervals at {at} per horizon: {self.band}.",
            *self.setting,
            f"Sample {self.sample}, T = {self.nobs}.",
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Pass-through by horizon with its bands, the difference of two kinds beside."""
        kinds = {self._named(path): _heading(path) for path in self.paths}
        return super().plot(
            **{"title": self.price.label, "kinds": kinds, "periods": self.periods, **options}
        )

    def cite(self) -> str:
        """BibTeX of the methods used."""
        from .citations import bibtex

        return bibtex(self.references)

    def _named(self, path: EquationPath) -> str:
        return f"{self.model}, {path.kind}" if path.kind else self.model

    def _rows(self, path: EquationPath) -> Iterator[dict[str, object]]:
        for level, (low, high) in path.bounds.items():
            for i, horizon in enumerate(self.horizons):
                yield {
                    "model": self._named(path),
                    "statistic": DIFFERENCE if path.difference else PASS_THROUGH,
                    "shock": self.exchange_rate.id,
                    "response": self.price.id,
                    "horizon": int(horizon),
                    "estimate": path.estimate[i],
                    "std_error": path.std_error[i],
                    "level": level,
                    "conf_low": low[i],
                    "conf_high": high[i],
                    "band": self.band,
                    "cumulative": True,
                    "unit": _unit(path),
                }


def _unit(path: EquationPath) -> str:
    return "% per 1% move of the yen" if path.difference else f"% per {PER_YEN}"


def _heading(path: EquationPath) -> str:
    return path.kind[:1].upper() + path.kind[1:] if path.kind else "All moves of the yen"
