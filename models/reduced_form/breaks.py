"""One break at an unknown date in one equation: the largest Wald statistic over dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ...data.panel import Panel, label_of
from ...estimation.breaks import (
    candidate_dates,
    equation_bootstrap,
    explained_by_break,
    functionals,
    orthonormal,
    residuals_on,
    wald_sequence,
)
from ...estimation.coefficient_covariance import ErrorKind
from ...estimation.streams import seed_from
from ..results import Summary, tidy_frame
from .break_design import BreakDesign, Breaking, design_of_regression, design_of_var
from .break_regimes import (
    ERRORS_IN_WORDS,
    coefficient_table,
    fit_regimes,
    interval_rows,
    intervals_of,
    likely_dates,
    require_options,
    spans,
)
from .break_result import OneBreak, tested

if TYPE_CHECKING:
    from .var_results import VARResults


@dataclass(frozen=True, eq=False, kw_only=True)
class BreakTest(OneBreak):
    """A test of constant coefficients of one equation by the largest Wald statistic over dates.

    ``break_row`` is the date of least squares.

    Attributes
    ----------
    response, label, unit : str
        The equation.
    errors : str
        Assumption behind the statistic and the standard errors.
    intervals : Mapping[float, tuple of int]
        Bai's interval of the date by level, ends included.
    coefficients : DataFrame
        Before and after the break, with standard errors that take its date as known.
    """

    response: str
    label: str
    unit: str
    errors: str
    intervals: Mapping[float, tuple[int, int]]
    coefficients: pd.DataFrame

    methods: ClassVar[tuple[str, ...]] = (
        "andrews1993",
        "andrews_ploberger1994",
        "hansen2000",
        "davidson_flachaire2008",
        "bai1997",
        "eo_morley2015",
        "delong1981",
    )

    @property
    def date_of_sup(self) -> Any:
        """Date of the largest Wald statistic; it can differ from ``date`` where it is robust."""
        return self.sequence.idxmax()

    def interval(self, level: float = 0.90) -> tuple[Any, Any]:
        """First and last date of Bai's interval."""
        first, last = self.intervals[level]
        return self.periods[first - 1], self.periods[last - 1]

    def tidy(self) -> pd.DataFrame:
        """Statistics; ``horizon`` is the row of a date, ``periods[horizon]`` the date."""
        dates = interval_rows(self.break_row, self.intervals, self.likely)
        return tidy_frame(
            {"model": self.model, "response": self.response, **row}
            for row in [*self._test_rows("wald"), *dates]
        )

    @property
    def _of(self) -> str:
        return self.label

    def summary(self) -> Summary:
        """The tests, the date with its intervals, coefficients before and after."""
        dates = pd.DataFrame(
            {
                f"{level:.0%}": {
                    "likely dates": spans(self.periods, self.likely[level]),
                    "interval (Bai)": " to ".join(map(label_of, self.interval(level))),
                }
                for level in self.intervals
            }
        )
        return Summary(
            f"Break at an unknown date: {self.label}, {self.model}",
            [
                ("Wald statistics over all dates", self._tests()),
                (f"Break after {label_of(self.date)}", dates),
                ("Coefficients before and after (date taken as known)", self.coefficients),
            ],
            self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        """Hypothesis, statistic, bootstrap, date, sample."""
        level = max(self.intervals)
        return (
            f"Null: {self.breaking} of the equation of {self.label} constant; alternative: one "
            f"break, {self._candidates_in_words}.",
            f"Wald statistics with {self.restrictions} degrees of freedom at a known date, "
            f"{ERRORS_IN_WORDS[self.errors]}; p-values and critical values: fixed-regressor "
            f"bootstrap, {self.draws:,} draws, seed {self.seed}.",
            f"Date of least squares (last period before the break): {label_of(self.date)}; likely "
            f"dates at {level:.0%} (inverted likelihood ratio): "
            f"{spans(self.periods, self.likely[level])}; Bai's interval "
            f"{' to '.join(map(label_of, self.interval(level)))}, too short for a small break.",
            f"{self.model[0].upper()}{self.model[1:]}, {self.sample}, T = {self.nobs}.",
        )


def break_test(
    data: Panel | pd.DataFrame,
    response: str,
    *,
    breaking: Sequence[str] | None = None,
    constant: bool = True,
    errors: ErrorKind = "HC3",
    trimming: float = 0.15,
    draws: int = 999,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> BreakTest:
    """Test a regression of one column on all others for a break at an unknown date.

    Parameters
    ----------
    data : Panel or DataFrame
    response : str
        The column that is explained.
    breaking : sequence of str, optional
        Regressors whose coefficients may break (``const`` for the constant); all by default.
    constant : bool
        Put a constant, ``const``, among the regressors.
    errors : {"HC3", "HC1", "HC0", "classical"}
        Assumption about the errors, which must not be autocorrelated.
    trimming : float
        Share of the sample that each regime has at least.
    draws : int
        Of the bootstrap.
    levels : sequence of float
        Of the intervals of the date.
    rng : int, Generator or None

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError
    """
    design = design_of_regression(data, response, breaking, constant=constant)
    return _test(design, errors, trimming, draws, levels, seed_from(rng))


def equation_break_test(
    var: VARResults,
    equation: str,
    *,
    breaking: Breaking = "all",
    errors: ErrorKind = "HC3",
    trimming: float = 0.15,
    draws: int = 999,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> BreakTest:
    """Test one equation of a VAR for a break at an unknown date.

    Parameters
    ----------
    var : VARResults
    equation : str
    breaking : {"all", "constant", "lags"} or sequence of str
        Coefficients that may break; the name of a variable stands for all its lags.
    errors, trimming, draws, levels, rng
        As in ``break_test``.
    """
    design = design_of_var(var, [equation], breaking)
    return _test(design, errors, trimming, draws, levels, seed_from(rng))


def _test(
    design: BreakDesign,
    errors: ErrorKind,
    trimming: float,
    draws: int,
    levels: Sequence[float],
    seed: int,
) -> BreakTest:
    require_options(errors, trimming, draws)
    q = design.x.shape[1]
    dates = candidate_dates(design.nobs, trimming, q)
    basis = orthonormal(design.regressors)
    left = residuals_on(basis, design.y)
    fall = explained_by_break(basis, q, left, dates)[:, 0, 0]
    wald = wald_sequence(basis, q, left.T, dates, errors)[0]
    regimes = fit_regimes(design, [dates[fall.argmax()]], errors)

    def largest_and_others(outcomes: np.ndarray) -> np.ndarray:
        unexplained = residuals_on(basis, outcomes)[..., 0]
        found = functionals(wald_sequence(basis, q, unexplained, dates, errors))
        return np.column_stack(list(found.values()))

    drawn = equation_bootstrap(largest_and_others, basis, design.y, errors, draws, seed)
    return BreakTest(
        **tested(wald, drawn, dates, design.periods, q),
        model=design.model,
        response=design.names[0],
        label=design.labels[0],
        unit=design.units[0],
        breaking=design.what_breaks(),
        errors=errors,
        trimming=trimming,
        break_row=regimes.dates[0],
        intervals=intervals_of(design, regimes, 0, errors, levels),
        likely=likely_dates(design, regimes, 0, int(dates[0]), errors, levels),
        coefficients=coefficient_table(design, regimes, ("before", "after")),
        draws=draws,
        seed=seed,
    )
