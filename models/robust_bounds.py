"""Responses under sign restrictions whatever the prior over rotations: their identified set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..estimation.robust_bounds import robust_region
from .inference.intervals.protocol import Bounds
from .options import require_levels
from .responses import IRF, chosen, long_frame, periods_of
from .results import Summary, tidy_frame
from .structural_result import StructuralResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class SearchCheck:
    """How well bounds that were searched for are reached.

    Attributes
    ----------
    rotations : int
        From which the searches started, for each reduced form.
    at_outer : float
        Share of bounds that reach those of the restrictions on the shock alone: they are exact.
    repeated : int
        Reduced forms that were searched again from other rotations.
    shortfall : float
        By how much the widths of one search fall short of those of both together, on average.
    """

    rotations: int
    at_outer: float
    repeated: int
    shortfall: float

    def describe(self) -> str:
        """In words."""
        return (
            "Several shocks are restricted: the ends are the furthest that searches from "
            f"{self.rotations} rotations of each reduced form reached, an inner approximation; "
            f"{self.at_outer:.1%} of them are exact. Searches from as many other rotations add "
            f"{self.shortfall:.2%} to the width (mean over {self.repeated} reduced forms)."
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class RobustBounds(StructuralResult):
    """Responses to one shock: their identified set in each draw, and what holds for every prior.

    Restrictions on signs leave a set of responses for each reduced form, inside which the data say
    nothing: a credible band shows the prior over rotations there. Whatever that prior is, the
    posterior mean of a response lies between the means of the ends of its set, and the robust
    region, the shortest interval that holds the whole set with a probability of its level, has at
    least this probability of holding the response.

    Attributes
    ----------
    names : tuple of str
        Responding variables, the last axis of all arrays.
    shock : str
    lower, upper : ndarray, shape (R, H+1, K)
        Ends of the identified set in each draw that has one, in the units of responses; infinite
        where the size of the shock leaves a response without bound.
    estimated : ndarray, shape (2, H+1, K)
        Ends of the set of the estimated reduced form.
    tried : int
        Draws of the reduced form.
    exact : bool
        Whether only this shock is restricted, so that the ends have a closed form.
    check : SearchCheck or None
        How well the ends are reached where they are not exact.
    single_prior : IRF
        The responses to this shock under the one prior that the scheme draws from.

    References
    ----------
    Giacomini and Kitagawa (2021); for the ends Gafarov, Meier and Montiel Olea (2018).
    """

    names: tuple[str, ...]
    shock: str
    lower: np.ndarray
    upper: np.ndarray
    estimated: np.ndarray
    tried: int
    exact: bool
    check: SearchCheck | None
    single_prior: IRF

    methods: ClassVar[tuple[str, ...]] = (
        "giacomini_kitagawa2021",
        "gafarov_meier_montielolea2018",
        "arias_rubio_waggoner2018",
    )
    figure: ClassVar[str] = "robust_bounds"

    @property
    def horizon(self) -> int:
        """Last horizon."""
        return int(self.lower.shape[1]) - 1

    @property
    def units(self) -> dict[str, str]:
        """Unit of each variable's responses."""
        return {name: self.columns[name].unit_of_responses for name in self.names}

    @property
    def size(self) -> str:
        """The shock and its size in words."""
        return self.single_prior.sizes[self.shock]

    @property
    def plausibility(self) -> float:
        """Probability that the restrictions can be satisfied: that the set is not empty.

        Where rotations are searched for, the share of draws for which one was found.
        """
        return len(self.lower) / self.tried

    @cached_property
    def means(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest posterior mean of each response over all priors, each (H+1, K)."""
        return self.lower.mean(axis=0), self.upper.mean(axis=0)

    def region(self, levels: Sequence[float] | None = None) -> Bounds:
        """Robust credible regions by level, each of shape (H+1, K)."""
        wanted = self.levels if levels is None else levels
        require_levels(wanted)
        found: Bounds = {}
        for level in wanted:
            low, high = robust_region(self.lower, self.upper, level)
            found[level] = (low, high)
        return found

    def credible(self, levels: Sequence[float] | None = None) -> Bounds:
        """Bands of ``irf`` under the one prior of the scheme, each of shape (H+1, K)."""
        wanted = self.levels if levels is None else levels
        bounds = self.single_prior.bands(wanted)
        return {level: (low[..., 0], high[..., 0]) for level, (low, high) in bounds.items()}

    def informativeness(self, levels: Sequence[float] | None = None) -> dict[float, np.ndarray]:
        """Share of the robust region that the prior over rotations cuts off, each (H+1, K).

        One minus the width of the credible interval over that of the robust region: 1 where the
        region has no end, about 0 where the prior adds nothing (below it where the shortest
        interval is much shorter than an equal-tailed one); NaN where the size fixes the response.
        """
        region, credible = self.region(levels), self.credible(levels)
        found = {}
        for level, (low, high) in region.items():
            width, narrow = high - low, np.subtract(*credible[level][::-1])
            share = np.divide(narrow, width, out=np.full(width.shape, np.nan), where=width > 0)
            found[level] = 1 - share
        return found

    def contains(self, value: np.ndarray | float, level: float) -> np.ndarray:
        """Whether responses, of shape (H+1, K) or one number, lie in the robust region."""
        low, high = self.region([level])[level]
        return np.asarray((low <= value) & (value <= high))

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """Rows by statistic, response, horizon and level.

        ``robust_region``; ``irf``, the one prior's median target with its credible band;
        ``prior_informativeness``; ``set_of_means`` and ``estimated_set``, whose limits
        are the ends. Regions and sets have no estimate.
        """
        prior = self.single_prior
        none = np.full(prior.point.shape, np.nan)
        wanted = self.levels if levels is None else levels
        lowest, highest = self.means
        frames = [
            self._rows("robust_region", none, none, self.region(wanted)),
            self._rows("irf", prior.point, prior.std_error, self.credible(wanted)),
            self._rows("set_of_means", none, none, {np.nan: (lowest, highest)}),
            self._rows("estimated_set", none, none, {np.nan: tuple(self.estimated)}),
        ]
        for level, share in self.informativeness(wanted).items():
            rows = self._rows("prior_informativeness", share[..., None], none, {}, "share")
            frames.append(rows.assign(level=level))
        return tidy_frame(pd.concat(frames))

    def notes(self) -> tuple[str, ...]:
        """Size, what is shown, plausibility, how the ends were found, then the setting."""
        level = max(self.levels)
        cut = np.nanmean(self.informativeness([level])[level])
        ends = (
            "Ends of the set: exact (only this shock is restricted)."
            if self.check is None
            else self.check.describe()
        )
        unbounded = bool(np.isinf(np.stack(self.region([level])[level])).any())
        return (
            *self.single_prior.notes(),
            "Robust region: shortest interval that holds the whole identified set with the "
            "probability named, so that the response is in it with at least this probability "
            "under every prior over rotations; lowest and highest posterior means over all priors.",
            f"The set is not empty in {self.plausibility:.1%} of {self.tried:,} draws of the "
            f"reduced form. On average the one prior accounts for {cut:.0%} of the width of the "
            f"{level:.0%} robust region.",
            ends,
            *(["Regions at the frame have no end."] if unbounded else []),
        )

    def summary(self) -> Summary:
        """Robust regions, posterior means and what the prior adds, at a few horizons."""
        level = max(self.levels)
        shown = [h for h in (0, 1, 3, 6, 12, 24, 36, 48) if h <= self.horizon]
        share = self.informativeness([level])[level]
        cells = (
            (f"{level:.0%} robust region", _intervals(*self.region([level])[level])),
            (
                f"{level:.0%} credible band, one prior",
                _intervals(*self.credible([level])[level]),
            ),
            ("Posterior means, lowest to highest over all priors", _intervals(*self.means)),
            (
                f"Share of the {level:.0%} robust region that the prior cuts off",
                [[f"{x:.0%}" if np.isfinite(x) else "" for x in row] for row in share],
            ),
        )
        tables = [
            (
                f"{self.size}: {caption}" if n == 0 else caption,
                pd.DataFrame(
                    [values[h] for h in shown],
                    index=[f"h={h}" for h in shown],
                    columns=[self.single_prior.label(name) for name in self.names],
                ).T,
            )
            for n, (caption, values) in enumerate(cells)
        ]
        return Summary(f"Robust bounds of responses, {self.model}", tables, self.notes())

    def plot(
        self, *, response: str | Sequence[str] | None = None, **options: Any
    ) -> tuple[Figure, Any]:
        """Credible bands of the one prior inside the robust regions, one panel a response.

        Parameters
        ----------
        response : str or sequence of str, optional
            By default all variables.
        """
        names = chosen(response, self.names, "variable")
        return super().plot(
            responses=names,
            labels={name: self.columns[name].label for name in names},
            title=self.size,
            periods=periods_of(self.columns[self.names[0]]),
            **options,
        )

    def _rows(
        self,
        statistic: str,
        point: np.ndarray,
        std_error: np.ndarray,
        bands: Mapping[float, tuple[np.ndarray, ...]],
        unit: str = "",
    ) -> pd.DataFrame:
        """Tidy rows of arrays of shape (H+1, K), or (H+1, K, 1)."""
        cells = {level: (low[..., None], high[..., None]) for level, (low, high) in bands.items()}
        rows = long_frame(point, std_error, cells, self.names, (self.shock,), first=0)
        kind = {"irf": self.band, "prior_informativeness": ""}
        return rows.assign(
            model=self.model,
            statistic=statistic,
            band=kind.get(statistic, "robust"),
            cumulative=rows["response"].isin(self.single_prior.cumulated),
            unit=unit or rows["response"].map(self.units),
        )


def _intervals(low: np.ndarray, high: np.ndarray) -> list[list[str]]:
    return [
        [f"[{a:.3g}, {b:.3g}]" for a, b in zip(*row, strict=True)]
        for row in zip(low, high, strict=True)
    ]
