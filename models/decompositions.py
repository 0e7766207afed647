"""Historical decomposition: what each shock contributed to each variable in each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.panel import response_scales
from ..estimation.decompositions import historical_decomposition
from ..estimation.partial_identification import completed, with_remainder
from .identification.named_shocks import OTHER, parts_of, shock_label
from .responses import chosen, long_frame, periods_of
from .results import Summary, tidy_frame
from .structural_result import StructuralResult, origin

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .reduced_form.base import ReducedForm
    from .structural import StructuralVAR

#: Parts of a historical decomposition that are not shocks.
INITIAL, TERMS, EXOGENOUS = "initial condition", "deterministic terms", "exogenous variables"


@dataclass(frozen=True, eq=False, kw_only=True)
class HistoricalDecomposition(StructuralResult):
    """What each shock contributed to each variable in each period.

    The baseline is the initial condition plus the deterministic terms: the path without shocks
    and without exogenous variables, which are a part of their own where the model has any. What the
    shocks add up to is the unexpected part, seen from the start of the sample: a shock's
    contribution in a period holds the effects of all such shocks until then. Where not all are
    identified, the others are one part: what the identified ones leave of the residuals.

    Attributes
    ----------
    names : tuple of str
        Variables.
    dates : Index, length T
    parts : tuple of str, length P
        The identified shocks, ``other shocks`` where there are any, ``initial condition`` and
        ``deterministic terms``; last ``exogenous variables`` where the model has any.
    point : ndarray, shape (T, K, P)
        [time, variable, part]; the parts add up to the data.
    draws : ndarray, shape (R, T, K, P)
        The same for the joint draws (R = 0 where no bands were asked for).
    """

    names: tuple[str, ...]
    dates: pd.Index
    parts: tuple[str, ...]
    point: np.ndarray
    draws: np.ndarray

    methods: ClassVar[tuple[str, ...]] = ("burbidge1985", "luetkepohl2005")
    figure: ClassVar[str] = "historical"

    def contributions(self, response: str, *, window: int = 1) -> pd.DataFrame:
        """Parts of one variable, dated, in its unit of responses; they add up to ``actual``.

        Parameters
        ----------
        response : str
        window : int
            Sum over this many periods: 12 turns monthly changes into changes over a year.
        """
        i = self.names.index(chosen(response, self.names, "variable")[0])
        values = self.point[:, i] * self.columns[response].response_scale
        frame = pd.DataFrame(values, index=self.dates, columns=list(self.parts))
        frame = frame.assign(actual=values.sum(axis=1))
        return frame if window == 1 else frame.rolling(window).sum().iloc[window - 1 :]

    def tidy(self, levels: Sequence[float] | None = None) -> pd.DataFrame:
        """One row a part, variable and period; ``horizon`` counts periods from the first date.

        ``dates[horizon]`` is the date; ``contributions`` gives dated columns.
        """
        std_error = np.full(self.point.shape, np.nan)
        bands: dict[float, tuple[np.ndarray, np.ndarray]] = {}
        if len(self.draws):
            std_error, bands = self.bands_of(self.point, self.draws, levels)
        rows = long_frame(self.point, std_error, bands, self.names, self.parts, first=0)
        scale = rows["response"].map({n: self.columns[n].response_scale for n in self.names})
        for name in ("estimate", "std_error", "conf_low", "conf_high"):
            rows[name] *= scale
        units = {name: self.columns[name].unit_of_responses for name in self.names}
        return tidy_frame(
            rows.assign(
                model=self.model,
                statistic="historical_decomposition",
                band=self.band if len(self.draws) else "",
                cumulative=False,
                unit=rows["response"].map(units),
            )
        )

    def summary(self) -> Summary:
        """Standard deviation of each part of each variable."""
        scale = response_scales(self.names, self.columns)[:, None]
        table = pd.DataFrame(
            self.point.std(axis=0) * scale,
            index=[self.columns[n].label_with_unit for n in self.names],
            columns=list(self.parts),
        )
        title = f"Historical decomposition, {self.model}"
        return Summary(title, [("Standard deviation of each part", table)], self.notes())

    def notes(self) -> tuple[str, ...]:
        """The baseline, identification and sample."""
        apart = "; exogenous variables apart" if EXOGENOUS in self.parts else ""
        baseline = f"Baseline: initial condition and deterministic terms{apart}"
        rest = "Other shocks: what the identified ones leave of the residuals."
        return (
            f"{baseline}; the parts add up to the data.",
            "Together the shocks are what was unexpected at the start of the sample: a period's "
            "contribution holds the effects of earlier shocks too.",
            *([rest] if OTHER in self.parts else []),
            *self.setting,
        )

    def plot(
        self,
        *,
        response: str | None = None,
        start: str | None = None,
        window: int | None = None,
        **options: Any,
    ) -> tuple[Figure, Any]:
        """Stacked contributions of the shocks to one variable with its actual path.

        Parameters
        ----------
        response : str, optional
            By default the first variable.
        start : str, optional
            First period shown.
        window : int, optional
            Sum over this many periods; by default a year for monthly and quarterly changes, whose
            single periods are too noisy to read, and 1 otherwise.
        """
        response = chosen(response, self.names, "variable")[0]
        column = self.columns[response]
        year = {"monthly": 12, "quarterly": 4}.get(column.frequency, 1)
        window = window or (year if column.differenced else 1)
        over = f", change over {window} {periods_of(column).lower()}" if window > 1 else ""
        return super().plot(
            response=response,
            dates=self.dates,
            labels={name: shock_label(name, self.columns) for name in self._shocks}
            | {EXOGENOUS: EXOGENOUS.capitalize()},
            rest=OTHER,
            title=f"{column.label}{over}",
            start=start,
            window=window,
            with_baseline=column.differenced,
            **options,
        )

    @property
    def _shocks(self) -> tuple[str, ...]:
        """The identified shocks and the others."""
        return self.parts[: self.parts.index(INITIAL)]


def decompose_history(
    svar: StructuralVAR, draws: int, levels: Sequence[float]
) -> HistoricalDecomposition:
    """See ``StructuralVAR.historical_decomposition``."""
    reduced = svar.reduced
    terms, groups = _groups_of_terms(reduced)

    def parts(
        lags: np.ndarray, deterministic: np.ndarray, covariance: np.ndarray, impact: np.ndarray
    ) -> np.ndarray:
        whole = completed(impact, covariance, svar.known)
        found = historical_decomposition(reduced.y, reduced.z, lags, deterministic, whole, groups)
        shocks, others = np.split(found, [len(svar.names)], axis=-1)
        return np.concatenate([with_remainder(shocks, svar.known), others], axis=-1)

    point = parts(reduced.lag_coefficients, reduced.deterministic, svar.covariance, svar.impact)
    drawn = np.empty((0, *point.shape))
    if draws:
        # Perturbed pairs are a whole: some of them say nothing.
        few = slice(None) if svar.inference.interval.reads_pairs else slice(0, draws)
        joint = svar.draws
        drawn = parts(
            joint.lags[few], joint.deterministic[few], joint.covariance[few], joint.impact[few]
        )
    return HistoricalDecomposition(
        **origin(svar, levels, _history_notes(svar, len(drawn))),
        names=svar.names,
        dates=reduced.dates,
        parts=(*parts_of(svar), INITIAL, *terms),
        point=point,
        draws=drawn,
    )


def _groups_of_terms(reduced: ReducedForm) -> tuple[tuple[str, ...], list[list[int]]]:
    """Names of the parts that z makes up, and the columns of z in each."""
    exog = reduced.exogenous_terms
    outside = [i for i, name in enumerate(reduced.z_names) if name in exog]
    inside = [i for i, name in enumerate(reduced.z_names) if name not in exog]
    return ((TERMS, EXOGENOUS), [inside, outside]) if outside else ((TERMS,), [inside])


def _history_notes(svar: StructuralVAR, drawn: int) -> tuple[str, ...]:
    """Identification and sample; bands only where there are any, with the draws they rest on."""
    if not drawn:
        return svar.point_notes()
    fewer = drawn < len(svar.draws)
    return (*svar.notes(), *([f"Bands of this figure: the first {drawn} draws."] if fewer else []))
