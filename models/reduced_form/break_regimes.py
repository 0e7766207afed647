"""A regression whose coefficients break at given dates, and how well the data tell the dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args

import numpy as np
import pandas as pd

from ...data.panel import label_of
from ...errors import SpecError
from ...estimation.break_dates import Side, date_interval, likelihood_margin
from ...estimation.breaks import explained_by_break, orthonormal, residuals_on
from ...estimation.coefficient_covariance import ErrorKind, coefficient_covariance
from ...estimation.least_squares import least_squares
from ..options import require_choice
from .break_design import BreakDesign

ERRORS_IN_WORDS = {
    "classical": "errors alike in all periods",
    "HC0": "robust to heteroskedasticity (HC0)",
    "HC1": "robust to heteroskedasticity (HC1)",
    "HC3": "robust to heteroskedasticity (HC3)",
}


@dataclass(frozen=True, eq=False)
class Regimes:
    """Coefficients by regime, given the dates of the breaks.

    Attributes
    ----------
    dates : tuple of int
        Rows before each break.
    coefficients, std_errors : ndarray, shape (l+1, q)
        Of the regressors that break; standard errors take the dates as known.
    common : ndarray, shape (r,)
        Coefficients of the regressors that do not break.
    residuals : ndarray, shape (T,)
    """

    dates: tuple[int, ...]
    coefficients: np.ndarray
    std_errors: np.ndarray
    common: np.ndarray
    residuals: np.ndarray

    @property
    def ends(self) -> tuple[int, ...]:
        """First row of each regime, and the number of rows."""
        return (0, *self.dates, len(self.residuals))


def fit_regimes(design: BreakDesign, dates: Sequence[int], errors: ErrorKind) -> Regimes:
    """Least squares with coefficients of their own in each regime, one equation.

    Parameters
    ----------
    design : BreakDesign
        With one outcome.
    dates : sequence of int
    errors : {"classical", "HC0", "HC1", "HC3"}
        Assumption behind the standard errors.
    """
    q, nobs = design.x.shape[1], design.nobs
    ends = (0, *dates, nobs)
    stacked = np.zeros((nobs, len(ends) - 1, q))
    for regime, (first, last) in enumerate(pairwise(ends)):
        stacked[first:last, regime] = design.x[first:last]
    x = np.hstack([stacked.reshape(nobs, -1), design.w])
    fit = least_squares(x, design.y)
    sigma = fit.residuals.T @ fit.residuals / (nobs - x.shape[1])
    variance = np.diag(
        coefficient_covariance(
            x, fit.residuals, fit.gram_inverse, sigma, errors=errors, parameters=x.shape[1]
        )
    )
    moving = slice(0, (len(ends) - 1) * q)
    return Regimes(
        dates=tuple(int(date) for date in dates),
        coefficients=fit.coefficients[moving, 0].reshape(-1, q),
        std_errors=np.sqrt(variance[moving]).reshape(-1, q),
        common=fit.coefficients[moving.stop :, 0],
        residuals=fit.residuals[:, 0],
    )


def sides_of(
    design: BreakDesign, regimes: Regimes, number: int, errors: ErrorKind
) -> tuple[Side, Side]:
    """The regimes before and after one break as a search for its date sees them.

    Errors have one variance (``classical``), or a second moment of their own in each regime.
    """
    change = regimes.coefficients[number + 1] - regimes.coefficients[number]
    ends, common = regimes.ends, np.mean(regimes.residuals**2)
    sides = []
    for regime in (number, number + 1):
        rows = slice(ends[regime], ends[regime + 1])
        shift = (design.x[rows] @ change) ** 2
        squared = common if errors == "classical" else regimes.residuals[rows] ** 2
        sides.append(Side(float(shift.mean() / 2), float((shift * squared).mean())))
    return sides[0], sides[1]


def intervals_of(
    design: BreakDesign, regimes: Regimes, number: int, errors: ErrorKind, levels: Sequence[float]
) -> dict[float, tuple[int, int]]:
    """Bai's interval of one date by level, as rows of the sample.

    In samples of 120 to 300 periods it covers the date of a small break too rarely; the set of
    ``likely_dates`` does not.
    """
    before, after = sides_of(design, regimes, number, errors)
    found = {}
    for level in levels:
        earlier, later = date_interval(before, after, level)
        date = regimes.dates[number]
        found[level] = (max(date - earlier, 1), min(date + later, design.nobs))
    return found


def likely_dates(
    design: BreakDesign,
    regimes: Regimes,
    number: int,
    smallest: int,
    errors: ErrorKind,
    levels: Sequence[float],
) -> dict[float, np.ndarray]:
    """Dates of one break, the others given, that the inverted likelihood ratio does not reject."""
    sides = sides_of(design, regimes, number, errors)
    first, last = regimes.ends[number], regimes.ends[number + 2]
    own = (design.y[:, 0] - design.w @ regimes.common)[first:last, None]
    basis = orthonormal(design.x[first:last])
    dates = np.arange(smallest, last - first - smallest + 1)
    fall = explained_by_break(basis, design.x.shape[1], residuals_on(basis, own), dates)[:, 0, 0]
    above = fall.max() - fall
    return {level: first + dates[above <= likelihood_margin(*sides, level)] for level in levels}


def coefficient_table(design: BreakDesign, regimes: Regimes, labels: Sequence[str]) -> pd.DataFrame:
    """Coefficients and standard errors, one pair of columns a regime."""
    columns = {}
    for label, value, error in zip(labels, regimes.coefficients, regimes.std_errors):
        columns[label, "coefficient"] = value
        columns[label, "s.e."] = error
    return pd.DataFrame(columns, index=list(design.x_names))


def stretches(rows: np.ndarray) -> list[tuple[int, int]]:
    """First and last of each stretch of neighbouring rows."""
    parts = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return [(int(part[0]), int(part[-1])) for part in parts]


def spans(periods: pd.Index, rows: np.ndarray) -> str:
    """Dates in words, neighbours as ``first to last``."""
    words = [(label_of(periods[a - 1]), label_of(periods[b - 1])) for a, b in stretches(rows)]
    return ", ".join(first if first == last else f"{first} to {last}" for first, last in words)


def date_rows(
    row: int, intervals: Mapping[float, Sequence[tuple[int, int]]], band: str, place: int = 1
) -> list[dict[str, Any]]:
    """Tidy rows of a date, counted from 0; ``horizon`` numbers the break.

    One row for each stretch of dates of each level.
    """
    return [
        {
            "statistic": "break_date",
            "horizon": place,
            "estimate": row - 1,
            "level": level,
            "conf_low": first - 1,
            "conf_high": last - 1,
            "band": band,
            "unit": "row",
        }
        for level, found in intervals.items()
        for first, last in found
    ]


def interval_rows(
    row: int,
    intervals: Mapping[float, tuple[int, int]],
    likely: Mapping[float, np.ndarray],
    place: int = 1,
) -> list[dict[str, Any]]:
    """Tidy rows of a date with Bai's interval and with its likely dates."""
    bai = {level: [found] for level, found in intervals.items()}
    parts = {level: stretches(found) for level, found in likely.items()}
    return [
        *date_rows(row, bai, "Bai (1997)", place),
        *date_rows(row, parts, "likely dates", place),
    ]


def require_options(errors: str, trimming: float, draws: int) -> None:
    """Refuse options that no test of breaks can use."""
    require_choice("errors", errors, get_args(ErrorKind))
    if not 0 < trimming < 0.5:
        raise SpecError(f"trimming = {trimming}.", remedy="Use a share such as 0.15.")
    if draws < 99:
        raise SpecError(
            f"{draws} bootstrap draws cannot tell a p-value of 0.05.",
            remedy="Ask for at least 99, better 999.",
        )
