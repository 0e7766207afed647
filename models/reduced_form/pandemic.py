"""Months in which all shocks are larger: the scale of Lenza and Primiceri."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from ...data.dates import label_of, require_date, span_of
from ...errors import SpecError
from ...estimation.least_squares import least_squares
from ...estimation.pandemic import (
    Residuals,
    ScaleEstimate,
    maximise_scale,
    profile_interval,
    scale_loglik,
    scale_path,
)
from ...estimation.restricted_var import LinearRestrictions, restricted_least_squares
from ..results import Result, Summary, tidy_frame

if TYPE_CHECKING:
    from .var_results import VARResults


@dataclass(frozen=True, slots=True)
class PandemicScale:
    """From ``start`` on all errors are s_t times as large as in normal months.

    s_t is s_0, s_1, s_2 in the first three months and 1 + (s_2 - 1) rho^(j-2) in month j after
    them: a common factor of all standard deviations that fades. The data of these months keep
    their information about the dynamics, with the weight 1 / s_t^2.

    Parameters
    ----------
    start : str
        First month of larger shocks, such as ``2020-03``.
    fixed : (s_0, s_1, s_2, rho), optional
        Known values; by default they are estimated by maximum likelihood, with s_t >= 1 and
        0 <= rho <= 1.

    Notes
    -----
    Lenza and Primiceri (2022), who put a prior on the scale; this is its flat case. To leave
    months out of the estimation altogether, as Schorfheide and Song (2021) do, give each its own
    dummy: ``VAR(outliers=[("2020-03", "2020-06")])``. That serves the responses of normal times
    as well; a forecast made in or soon after such months needs the scale, or its fan is too
    narrow.
    """

    start: str = "2020-03"
    fixed: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.fixed is None:
            return
        values = tuple(map(float, self.fixed))
        object.__setattr__(self, "fixed", values)
        if len(values) != 4 or min(values[:3]) <= 0 or not 0 <= values[3] <= 1:
            raise SpecError(
                f"PandemicScale(fixed={values}).",
                remedy="Give s_0, s_1, s_2 above zero and rho from 0 to 1.",
            )

    def first_row(self, dates: pd.Index) -> int:
        """Row of ``start`` among the periods used.

        Raises
        ------
        SpecError
            If it is not one of them, or they are neither months nor quarters.
        """
        if not isinstance(dates, pd.PeriodIndex) or dates.freqstr[:1] not in ("M", "Q"):
            raise SpecError(
                "The pandemic scale is for monthly or quarterly data.",
                remedy="Use outlier dummies for single days.",
            )
        start = require_date(self.start).asfreq(dates.freqstr, how="start")
        if start not in dates:
            raise SpecError(
                f"The pandemic's start {self.start} is not in the sample ({span_of(dates)}).",
                remedy="Move the start or the sample, or leave the scale out.",
            )
        return int(np.flatnonzero(dates == start)[0])

    def estimate(
        self,
        x: np.ndarray,
        y: np.ndarray,
        dates: pd.Index,
        restrictions: LinearRestrictions | None,
    ) -> ScaleEstimate:
        """The scale of the regression of ``y`` on ``x``, estimated or as fixed.

        Parameters
        ----------
        x : ndarray, shape (T, n)
        y : ndarray, shape (T, K)
        dates : PeriodIndex, length T
        restrictions : LinearRestrictions, optional
        """
        first, standardised = self.first_row(dates), _standardised(x, y, restrictions)
        if self.fixed is None:
            return maximise_scale(standardised, first, len(y))
        scales = scale_path(self.fixed, first, len(y))
        unknown = np.full(4, np.nan)
        held = np.zeros(4, dtype=bool)
        loglik = scale_loglik(standardised(scales), scales)
        return ScaleEstimate(np.array(self.fixed), unknown, held, loglik)


@dataclass(frozen=True, eq=False)
class PandemicResult(Result):
    """The estimated scale of the pandemic months.

    Attributes
    ----------
    model : str
    nobs : int
    sample : str
    start : str
    table : DataFrame
        Rows ``s_0``, ``s_1``, ``s_2``, ``rho`` as far as there are such months; columns
        ``estimate``, ``std_error``, ``conf_low``, ``conf_high``, ``on_bound``.
    level : float
        Coverage of the profile-likelihood intervals.
    scales : Series
        s_t by month.
    likelihood_ratio : float
        Twice the gain in log-likelihood over equal months. Under equal months the scale lies on
        its bound and rho is not identified, so it has no chi-squared distribution.
    setting : tuple of str
    """

    model: str
    nobs: int
    sample: str
    start: str
    table: pd.DataFrame
    level: float
    scales: pd.Series
    likelihood_ratio: float
    setting: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("lenza_primiceri2022",)

    def tidy(self) -> pd.DataFrame:
        """The parameters with standard errors and profile-likelihood intervals."""
        return tidy_frame(
            {
                "model": self.model,
                "statistic": f"pandemic scale {name}",
                "estimate": row["estimate"],
                "std_error": row["std_error"],
                "level": self.level,
                "conf_low": row["conf_low"],
                "conf_high": row["conf_high"],
                "band": "profile likelihood",
                "unit": "ratio",
            }
            for name, row in self.table.iterrows()
        )

    def summary(self) -> Summary:
        """The parameters, and the scale in the first months."""
        first = self.scales.loc[self.start :].iloc[:12]
        shown = pd.DataFrame({"s_t": first.to_numpy()}, index=[label_of(d) for d in first.index])
        return Summary(
            f"Pandemic scale, {self.model}",
            [
                (f"Maximum likelihood, {self.level:.0%} profile intervals", self.table),
                ("Standard deviation of all shocks, normal months = 1", shown),
            ],
            self.setting,
        )


def pandemic_result(var: VARResults, level: float) -> PandemicResult:
    """See ``VARResults.pandemic_scale``."""
    from scipy.stats import chi2

    spec, found = var.spec.pandemic, var.scale
    if spec is None or found is None:
        raise SpecError("The VAR has no pandemic scale.", remedy="Use VAR(pandemic=...).")
    first = spec.first_row(var.dates)
    ones = np.ones((var.nobs, 1)) if var.scales is None else var.scales[:, None]
    standardised = _standardised(var.design * ones, var.y[var.p :], var.restrictions)
    count = len(found.values)
    bounds = np.full((count, 2), np.nan)
    if spec.fixed is None:
        drop = chi2.ppf(level, 1) / 2
        for i in np.flatnonzero(~np.isnan(found.values)):
            bounds[i] = profile_interval(standardised, first, var.nobs, found, int(i), drop)
    table = pd.DataFrame(
        {
            "estimate": found.values,
            "std_error": found.std_errors,
            "conf_low": bounds[:, 0],
            "conf_high": bounds[:, 1],
            "on_bound": found.on_bound,
        },
        index=pd.Index(["s_0", "s_1", "s_2", "rho"][:count], name="parameter"),
    )
    equal = np.ones(var.nobs)
    ratio = 2 * (found.loglik - scale_loglik(standardised(equal), equal))
    return PandemicResult(
        model=var.model,
        nobs=var.nobs,
        sample=var.sample,
        start=spec.start,
        table=table,
        level=level,
        scales=pd.Series(var.scales, index=var.dates, name="scale"),
        likelihood_ratio=ratio,
        setting=(
            f"Sample {var.sample}, T = {var.nobs}; s_t = s_0, s_1, s_2 from {spec.start}, then "
            "1 + (s_2 - 1) rho^j.",
            f"Twice the gain in log-likelihood over equal months: {ratio:.1f} (no chi-squared "
            "p-value: equal months lie on the bound).",
            "Each s rests on the errors of few months: read the profile intervals, not the "
            "standard errors.",
        ),
    )


def estimated_parameters(spec: PandemicScale | None, found: ScaleEstimate | None) -> int:
    """How many parameters of the scale the data decided."""
    if spec is None or found is None or spec.fixed is not None:
        return 0
    return int((~np.isnan(found.values)).sum())


def scale_in_words(spec: PandemicScale, values: Sequence[float] | np.ndarray) -> str:
    """The scheme with its values, for the notes of every result of the VAR."""
    parts = [f"{value:.3g}" for value in values[:3]]
    words = f"shocks from {spec.start} scaled by {', '.join(parts)}"
    if len(values) == 4 and not np.isnan(values[3]):
        fading = f"the excess over one times {values[3]:.3g} in each later period"
        words += f", {'the last of them for good' if values[3] == 1 else fading}"
    how = "fixed" if spec.fixed else "Lenza-Primiceri, maximum likelihood"
    return f"{words} ({how}; sizes are those of normal months)"


def _standardised(
    x: np.ndarray, y: np.ndarray, restrictions: LinearRestrictions | None
) -> Residuals:
    """Residuals over their scale of the maximum likelihood estimate for given scales."""

    def residuals(scales: np.ndarray) -> np.ndarray:
        weighted, explained = x / scales[:, None], y / scales[:, None]
        fit = least_squares(weighted, explained)
        if restrictions is None:
            return fit.residuals
        covariance = fit.residuals.T @ fit.residuals / len(y)
        coefficients, _ = restricted_least_squares(
            fit.coefficients, fit.gram_inverse, covariance, len(y), restrictions
        )
        found: np.ndarray = explained - weighted @ coefficients
        return found

    return residuals
