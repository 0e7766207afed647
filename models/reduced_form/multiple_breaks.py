"""Several breaks at unknown dates in one equation: the search and the tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from ...data.dates import span_of
from ...data.panel import Panel
from ...estimation.breaks import (
    candidate_dates,
    equation_bootstrap,
    orthonormal,
    p_value,
    residuals_on,
)
from ...estimation.coefficient_covariance import ErrorKind
from ...estimation.multiple_breaks import (
    information_criteria,
    partition_basis,
    sequential_f,
    sup_f,
)
from ...estimation.partitions import Partitions, best_partitions
from ...estimation.streams import seed_from
from ..options import require_choice, require_count
from .break_design import BreakDesign, Breaking, design_of_regression, design_of_var
from .break_regimes import (
    coefficient_table,
    fit_regimes,
    intervals_of,
    likely_dates,
    require_options,
)
from .multiple_breaks_result import MultipleBreaks

if TYPE_CHECKING:
    from .var_results import VARResults

Selection = Literal["sequential", "bic", "lwz"]


def multiple_breaks(
    data: Panel | pd.DataFrame,
    response: str,
    *,
    breaking: Sequence[str] | None = None,
    constant: bool = True,
    max_breaks: int = 5,
    errors: ErrorKind = "HC3",
    trimming: float = 0.15,
    selection: Selection = "sequential",
    draws: int = 499,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> MultipleBreaks:
    """Breaks of a regression of one column on all others.

    Parameters
    ----------
    data : Panel or DataFrame
    response : str
    breaking : sequence of str, optional
        Regressors whose coefficients break (``const`` for the constant); all by default.
    constant : bool
        Put a constant, ``const``, among the regressors.
    max_breaks : int
        As many as the trimming leaves room for, at most.
    errors : {"HC3", "HC1", "HC0", "classical"}
        Assumption about the errors, which must not be autocorrelated.
    trimming : float
        Share of the sample that each regime has at least.
    selection : {"sequential", "bic", "lwz"}
        How the number of breaks is chosen; the sequential rule adds breaks as long as a test of
        one more rejects at 5 per cent.
    draws : int
        Of the bootstrap.
    levels : sequence of float
        Of the intervals of the dates.
    rng : int, Generator or None

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError

    References
    ----------
    Bai and Perron (1998, 2003).
    """
    design = design_of_regression(data, response, breaking, constant=constant)
    options = (max_breaks, errors, trimming, selection, draws, levels, seed_from(rng))
    return _examine(design, *options)


def equation_breaks(
    var: VARResults,
    equation: str,
    *,
    breaking: Breaking = "all",
    max_breaks: int = 5,
    errors: ErrorKind = "HC3",
    trimming: float = 0.15,
    selection: Selection = "sequential",
    draws: int = 499,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> MultipleBreaks:
    """Breaks of one equation of a VAR; options as in ``multiple_breaks``."""
    design = design_of_var(var, [equation], breaking)
    options = (max_breaks, errors, trimming, selection, draws, levels, seed_from(rng))
    return _examine(design, *options)


@dataclass(frozen=True, slots=True)
class _Numerics:
    """The regression in orthonormal coordinates, as the tests need it."""

    y: np.ndarray  # (1, T), less what all regressors explain without a break
    x: np.ndarray
    w: np.ndarray
    most: int
    smallest: int
    errors: ErrorKind

    def partitions(self, outcomes: np.ndarray) -> Partitions:
        return best_partitions(outcomes, self.x, self.w, self.most, self.smallest)

    def bootstrap(
        self,
        statistic: Callable[[np.ndarray], np.ndarray],
        dates: np.ndarray,
        draws: int,
        seed: int,
    ) -> np.ndarray:
        """Draws of a statistic of series (r, T) with breaks at dates (1, l) and no others."""
        return equation_bootstrap(
            lambda outcomes: statistic(outcomes[..., 0]),
            partition_basis(self.x, self.w, dates),
            self.y.T,
            self.errors,
            draws,
            seed,
        )


def _examine(
    design: BreakDesign,
    max_breaks: int,
    errors: ErrorKind,
    trimming: float,
    selection: Selection,
    draws: int,
    levels: Sequence[float],
    seed: int,
) -> MultipleBreaks:
    require_options(errors, trimming, draws)
    require_count("max_breaks", max_breaks, 1)
    require_choice("selection", selection, get_args(Selection))
    smallest = int(candidate_dates(design.nobs, trimming, design.x.shape[1])[0])
    most = min(max_breaks, design.nobs // smallest - 1)
    left = residuals_on(orthonormal(design.regressors), design.y)
    x, w = orthonormal(design.x), orthonormal(design.w)
    numerics = _Numerics(left.T, x, w, most, smallest, errors)
    found = numerics.partitions(numerics.y)
    table, ud_max = _tests(numerics, found, draws, seed)
    return MultipleBreaks(
        model=design.model,
        response=design.names[0],
        label=design.labels[0],
        unit=design.units[0],
        breaking=design.what_breaks(),
        errors=errors,
        trimming=trimming,
        smallest=smallest,
        periods=design.periods,
        outcome=design.y[:, 0],
        table=table,
        ud_max=ud_max[0],
        ud_max_p_value=ud_max[1],
        chosen=_choices(table),
        selection=selection,
        draws=draws,
        seed=seed,
        **_fits(design, found, smallest, errors, levels),
    )


def _choices(table: pd.DataFrame) -> dict[str, int]:
    """Number of breaks by rule."""
    rejected = (table["next_f, p-value"].to_numpy()[:-1] < 0.05).tolist()
    return {
        "sequential": [*rejected, False].index(False),
        "bic": int(table["bic"].to_numpy().argmin()),
        "lwz": int(table["lwz"].to_numpy().argmin()),
    }


def _fits(
    design: BreakDesign,
    found: Partitions,
    smallest: int,
    errors: ErrorKind,
    levels: Sequence[float],
) -> dict[str, Any]:
    """Dates, their intervals, coefficients and fitted values by the number of breaks."""
    rows, intervals, likely, coefficients, fitted = {}, {}, {}, {}, {}
    for number in range(found.squares.shape[1]):
        fit = fit_regimes(design, found.of(number)[0].tolist(), errors)
        rows[number] = fit.dates
        intervals[number] = tuple(
            intervals_of(design, fit, place, errors, levels) for place in range(number)
        )
        likely[number] = tuple(
            likely_dates(design, fit, place, smallest, errors, levels) for place in range(number)
        )
        labels = _regime_labels(design, fit.ends)
        coefficients[number] = coefficient_table(design, fit, labels)
        fitted[number] = design.y[:, 0] - fit.residuals
    return {
        "rows": rows,
        "intervals": intervals,
        "likely": likely,
        "coefficients": coefficients,
        "fitted": fitted,
    }


def _tests(
    numerics: _Numerics, found: Partitions, draws: int, seed: int
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """The table by number of breaks, and UDmax with its p-value."""
    y, x, w, errors = numerics.y, numerics.x, numerics.w, numerics.errors
    most, nobs = numerics.most, y.shape[1]

    def against_none(series: np.ndarray) -> np.ndarray:
        return sup_f(series, x, w, numerics.partitions(series), errors)

    sup = sup_f(y, x, w, found, errors)[0]
    drawn = numerics.bootstrap(against_none, found.of(0), draws, seed)
    bic, lwz = information_criteria(found.squares[0], nobs, x.shape[1], w.shape[1])
    table = pd.DataFrame(
        {"squares": found.squares[0], "bic": bic, "lwz": lwz},
        index=pd.RangeIndex(most + 1, name="breaks"),
    )
    table["sup_f"] = [np.nan, *sup]
    table["sup_f, p-value"] = [np.nan, *(p_value(f, d) for f, d in zip(sup, drawn.T))]
    one_more = [_one_more(numerics, found.of(number), draws, seed) for number in range(most + 1)]
    table["next_f"], table["next_f, p-value"] = zip(*one_more)
    return table, (float(sup.max()), p_value(float(sup.max()), drawn.max(axis=1)))


def _one_more(numerics: _Numerics, dates: np.ndarray, draws: int, seed: int) -> tuple[float, float]:
    """F statistic of one more break than the partition (1, l) has, and its p-value."""

    def statistic(series: np.ndarray) -> np.ndarray:
        return sequential_f(
            series, numerics.x, numerics.w, dates[0], numerics.smallest, numerics.errors
        )

    value = float(statistic(numerics.y)[0])
    if np.isnan(value):
        return value, np.nan
    return value, p_value(value, numerics.bootstrap(statistic, dates, draws, seed))


def _regime_labels(design: BreakDesign, ends: Sequence[int]) -> list[str]:
    """First and last period of each regime."""
    return [span_of(design.periods[first:last]) for first, last in pairwise(ends)]
