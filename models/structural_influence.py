"""What single periods do to a structural result: every reduced form is identified again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import numpy as np
import pandas as pd

from ..data.panel import label_of
from ..errors import SpecError
from .identification.joint_draws import identify_draws
from .identification.named_shocks import chosen_shocks
from .identification.protocol import ReadsSample
from .inference.intervals.percentile import PERCENTILE
from .inference.intervals.protocol import Interval, fixed
from .reduced_form.influence import deletions, left_out_in_words, without
from .responses import chosen, periods_of
from .results import Result, Summary, tidy_frame
from .structural_draws import StructuralDraws

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ..estimation.var_bootstrap import ReducedFormDraws
    from .reduced_form.base import ReducedForm
    from .reduced_form.var_results import VARResults
    from .responses import Size
    from .structural import StructuralVAR

#: From joint draws (R of them) to an array of shape (R,) or (R, H).
Statistic = Callable[[StructuralDraws], np.ndarray]


@dataclass(frozen=True, eq=False)
class Influence(Result):
    """The influence of each period on a statistic, or on each of several.

    Influence is the estimate with the period less the estimate without it.

    Attributes
    ----------
    model, shock, response, label, unit : str
        The statistic.
    horizons : tuple of int
        Of the statistics.
    dates : Index, length T
    point : ndarray, shape (H,)
        Estimates with all periods.
    without : ndarray, shape (T, H)
        Estimates without each period; NaN where the identification fails.
    std_error : ndarray, shape (H,)
        Of the estimates, from the joint draws.
    leverage : ndarray, shape (T,)
        Weight of a period in its own fitted value, 0 to 1.
    whole : bool
        Whether a period is left out as a lag too.
    setting : tuple of str
        Identification, bands, sample in words.
    nobs : int
    sample : str
    """

    model: str
    shock: str
    response: str
    label: str
    unit: str
    horizons: tuple[int, ...]
    dates: pd.Index
    point: np.ndarray
    without: np.ndarray
    std_error: np.ndarray
    leverage: np.ndarray
    whole: bool
    setting: tuple[str, ...]
    nobs: int
    sample: str

    methods: ClassVar[tuple[str, ...]] = ("belsley1980", "luetkepohl2005")
    figure: ClassVar[str] = "influence"

    @property
    def relative(self) -> np.ndarray:
        """Influence in standard errors, shape (T, H); zero where an estimate has no error."""
        error = np.where(fixed(self.point, self.std_error), np.inf, self.std_error)
        return np.asarray((self.point - self.without) / error)

    @property
    def largest(self) -> pd.Series:
        """Influence of each period where it is largest, in standard errors, signed."""
        relative = self.relative
        pick = np.abs(np.nan_to_num(relative)).argmax(axis=1)
        return pd.Series(relative[np.arange(self.nobs), pick], self.dates, name="influence")

    def table(self, count: int = 10) -> pd.DataFrame:
        """The most influential periods, with the estimates with and without them."""
        relative = np.abs(np.nan_to_num(self.relative))
        order = relative.max(axis=1).argsort(kind="stable")[::-1][:count]
        pick = relative[order].argmax(axis=1)
        return pd.DataFrame(
            {
                "influence, s.e.": self.relative[order, pick],
                "horizon": [self.horizons[h] for h in pick],
                "estimate": self.point[pick],
                "without": self.without[order, pick],
                "s.e.": self.std_error[pick],
                "leverage": self.leverage[order],
            },
            index=pd.Index([label_of(self.dates[i]) for i in order], name="period"),
        )

    def tidy(self) -> pd.DataFrame:
        """Largest influence of each period; ``horizon`` counts periods from the first date."""
        return tidy_frame(
            {
                "model": self.model,
                "statistic": "influence",
                "shock": self.shock,
                "response": self.response,
                "horizon": row,
                "estimate": value,
                "unit": "standard errors",
            }
            for row, value in enumerate(self.largest)
        )

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Largest influence by date."""
        return super().plot(dates=self.dates, title=self.label, **options)

    def summary(self) -> Summary:
        """The most influential periods."""
        title = f"Influence of single periods, {self.model}"
        return Summary(title, [(f"{self.label} ({self.unit})", self.table())], self.notes())

    def notes(self) -> tuple[str, ...]:
        """What is left out, the unit, identification and sample."""
        over = f", the largest of horizons {self.horizons[0]} to {self.horizons[-1]}"
        failed = int(np.isnan(self.without).any(axis=1).sum())
        return (
            "Influence: estimate with the period less without it, in standard errors"
            f"{over if len(self.horizons) > 1 else ''}. {left_out_in_words(self.whole)}",
            *([f"Without {failed} period(s) the identification fails."] if failed else []),
            *self.setting,
        )


def influence(
    svar: StructuralVAR,
    shock: str | None = None,
    response: str | None = None,
    *,
    horizons: int | Sequence[int] = 12,
    size: Size = "1sd",
    cumulative: bool | Literal["auto"] = "auto",
    statistic: Statistic | None = None,
    label: str = "",
    unit: str = "",
    whole: bool = False,
) -> Influence:
    """The influence of each period; see ``StructuralVAR.influence``."""
    if isinstance(svar.scheme, ReadsSample):
        raise SpecError(
            f"The scheme '{svar.scheme.name}' reads more of the sample than the reduced form, of "
            "which periods are left out here.",
            remedy="Ask for the influence on the coefficients (svar.reduced.influence()), or fit "
            "without the period.",
        )
    found = deletions(svar.reduced, whole=whole)
    # Each reduced form without a period takes the place of a draw, so that whatever is computed
    # from draws is computed without each period.
    deleted = replace(svar, inference=_CaseDeletion(whole))
    if statistic is not None:
        wanted = statistic
        estimates = [
            np.asarray(wanted(d), float) for d in (_alone(svar), deleted.draws, svar.draws)
        ]
        point, left, drawn = (values.reshape(len(values), -1) for values in estimates)
        shown = tuple(range(point.shape[1]))
        label, shock, response, point = label or "Statistic", shock or "", response or "", point[0]
    else:
        shock, response = _pair(svar, shock, response)
        shown = (horizons,) if isinstance(horizons, int) else tuple(horizons)
        point, left, drawn, label, unit = _responses(
            svar, deleted, shock, response, shown, size, cumulative
        )
    return Influence(
        model=svar.reduced.model,
        shock=shock,
        response=response,
        label=label,
        unit=unit,
        horizons=shown,
        dates=svar.reduced.dates,
        point=point,
        without=_in_place(deleted, left),
        std_error=svar.interval.std_error(point, drawn),
        leverage=found.leverage,
        whole=whole,
        setting=svar.notes(),
        nobs=svar.reduced.nobs,
        sample=svar.reduced.sample,
    )


@dataclass(frozen=True, slots=True)
class _CaseDeletion:
    """Reduced forms without each period in the place of draws; not a band."""

    whole: bool
    interval: Interval = PERCENTILE

    @property
    def name(self) -> str:
        return "case_deletion"

    def interval_for(self, reduced: ReducedForm) -> Interval:  # noqa: ARG002
        return self.interval

    def draw(self, reduced: ReducedForm, seed: int) -> ReducedFormDraws:  # noqa: ARG002
        found = deletions(reduced, whole=self.whole)
        return without(cast("VARResults", reduced), found)

    def describe(self) -> str:
        return "each period left out in turn"


def _pair(svar: StructuralVAR, shock: str | None, response: str | None) -> tuple[str, str]:
    if shock is None or response is None:
        raise SpecError(
            "Influence needs a shock and a response, or a statistic.",
            remedy="Name both, or give a function of the joint draws.",
        )
    shocks = chosen_shocks(svar, shock, "Influence")
    return shocks[0], chosen(response, svar.names, "variable")[0]


def _responses(
    svar: StructuralVAR,
    deleted: StructuralVAR,
    shock: str,
    response: str,
    horizons: tuple[int, ...],
    size: Size,
    cumulative: bool | Literal["auto"],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, str, str]:
    """Responses at the horizons: estimate, without each period, draws; label and unit."""
    from .impulse_response import impulse_response

    if not horizons or min(horizons) < 0:
        raise SpecError(f"horizons = {horizons}.", remedy="Use horizons of 0 or more.")
    full, left = (
        impulse_response(
            one, max(horizons), size=size, cumulative=cumulative, levels=(0.90,)
        ).select(shock=shock, response=response)
        for one in (svar, deleted)
    )
    column, picked = svar.columns[response], list(horizons)
    summed = ", cumulated" if response in full.cumulated else ""
    periods = periods_of(column).lower()
    ahead = f"{picked[0]}" if len(picked) == 1 else f"{picked[0]} to {picked[-1]}"
    return (
        full.point[picked, 0, 0],
        left.draws[:, picked, 0, 0],
        full.draws[:, picked, 0, 0],
        f"Response of {column.label}{summed}, after {ahead} {periods}. {full.sizes[shock]}",
        full.units[response],
    )


def _alone(svar: StructuralVAR) -> StructuralDraws:
    """The estimate as one draw."""
    reduced = svar.reduced
    return StructuralDraws(
        reduced.lag_coefficients[None],
        reduced.deterministic[None],
        svar.covariance[None],
        svar.impact[None],
        failed=0,
        refitted=0,
    )


def _in_place(deleted: StructuralVAR, values: np.ndarray) -> np.ndarray:
    """Values by period: NaN where the identification failed without it."""
    nobs = deleted.reduced.nobs
    if len(values) == nobs:
        return values
    kept = identify_draws(deleted, deleted.reduced.draws(deleted.inference, deleted.seed))[1]
    placed = np.full((nobs, values.shape[1]), np.nan)
    placed[kept] = values
    return placed
