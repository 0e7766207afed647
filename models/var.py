"""The reduced-form VAR: its specification and its estimation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel
from ..errors import NumericalError, SpecError
from ..estimation.coefficient_covariance import ErrorKind
from ..estimation.least_squares import LeastSquares, lagged_design, least_squares
from ..estimation.pandemic import ScaleEstimate, scale_path
from ..estimation.restricted_var import restricted_least_squares
from .options import require_choice, require_count
from .reduced_form.deterministic import Outlier, Trend, deterministic_terms, outlier_dummies
from .reduced_form.exogenous import exogenous_terms
from .reduced_form.lag_selection import (
    CRITERIA,
    Criteria,
    Criterion,
    LagSelection,
    information_criteria,
    require_observations,
    select_lags,
)
from .reduced_form.pandemic import PandemicScale, estimated_parameters
from .reduced_form.restrictions import Restriction, as_restrictions, linear_restrictions
from .reduced_form.var_results import VARResults, regressor_names

Divisor = Literal["df", "T"]


@dataclass(frozen=True, slots=True)
class VAR:
    """A vector autoregression y_t = D z_t + A_1 y_{t-1} + ... + A_p y_{t-p} + u_t.

    Parameters
    ----------
    lags : int or {"aic", "bic", "hqic", "fpe"}
        Number of lags, or the criterion that chooses it among 1 to ``max_lags`` on the sample
        common to all of them, with the deterministic and exogenous terms of this model.
    max_lags : int
    trend : {"n", "c", "ct"}
        No term, a constant, a constant and a linear trend (1 in the first period of the data).
    seasonal : bool
        Centred seasonal dummies: 11 for months, 3 for quarters.
    exog : sequence of str, optional
        Columns that enter every equation and are not explained.
    exog_lags : int
        Past values of them that enter beside the current one; terms ``brent``, ``brent.l1``, ...
    outliers : sequence of str or (str, str)
        Periods, or first and last of a run of them, that get a dummy each: they have no residual
        and no say in the coefficients, but stand among the lags of the periods after them.
    pandemic : PandemicScale, optional
        Months in which all shocks are larger by a common factor.
    restrictions : sequence of Restriction
        Such as ``[BlockExogenous(["oil", "us10y"])]``. The equations are then a system of
        seemingly unrelated regressions, for which least squares one by one (R's
        ``vars::restrict``) is not efficient: generalised least squares is used.
    iterate : bool
        Under restrictions: iterate to the Gaussian maximum likelihood estimate, on which criteria
        and likelihood-ratio tests rest; otherwise one step from the covariance of least squares.
    errors : {"classical", "HC0", "HC1", "HC3"}
        What standard errors assume: errors alike in all periods, or not.
    divisor : {"df", "T"}
        Divisor of the residual covariance: T minus the coefficients of an equation (under
        restrictions the free ones, on average), or T.
    """

    lags: int | Criterion = "aic"
    max_lags: int = 12
    trend: Trend = "c"
    seasonal: bool = False
    exog: Sequence[str] | None = None
    exog_lags: int = 0
    outliers: Sequence[Outlier] = ()
    pandemic: PandemicScale | None = None
    restrictions: Sequence[Restriction] = ()
    iterate: bool = True
    errors: ErrorKind = "classical"
    divisor: Divisor = "df"

    def __post_init__(self) -> None:
        exog = (self.exog,) if isinstance(self.exog, str) else tuple(self.exog or ())
        object.__setattr__(self, "exog", exog)
        object.__setattr__(self, "outliers", _outliers(self.outliers))
        object.__setattr__(self, "restrictions", as_restrictions(self.restrictions))
        if isinstance(self.lags, str):
            require_choice("lags", self.lags, CRITERIA)
        else:
            require_count("lags", self.lags, 1)
        require_count("max_lags", self.max_lags, 1)
        require_count("exog_lags", self.exog_lags, 0)
        if self.exog_lags and not self.exog:
            raise SpecError(
                f"exog_lags = {self.exog_lags} without exogenous columns.",
                remedy="Name the columns in exog.",
            )
        require_choice("errors", self.errors, get_args(ErrorKind))
        require_choice("trend", self.trend, get_args(Trend))
        require_choice("divisor", self.divisor, get_args(Divisor))

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> VARResults:
        """Estimate all equations on the columns' common sample.

        Parameters
        ----------
        data : Panel or DataFrame
            Every column that is not in ``exog`` is endogenous, in the panel's order.
        start, end : str, optional
            First and last period of the data used; the first p of them are the presample.
        allow_mixed : bool
            Accept month means beside month ends of market prices; the notes say so.

        Raises
        ------
        MissingSeriesError, GapError, MixedObservationError, SampleError, NumericalError
        """
        panel, y, z = self._arrange(data, start, end, allow_mixed)
        selection = None
        if isinstance(self.lags, str):
            selection = self._compare_lags(y, z)
            p = selection.best(self.lags)
        else:
            p = self.lags
        return _estimate(self, panel, *self._with_presample(y, z, p), p, selection)

    def select_lags(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> LagSelection:
        """The table of information criteria of this model, 0 to ``max_lags`` lags."""
        _, y, z = self._arrange(data, start, end, allow_mixed)
        return self._compare_lags(y, z)

    def _compare_lags(self, y: pd.DataFrame, z: pd.DataFrame) -> LagSelection:
        """Criteria of the model as specified, restrictions and pandemic scale included."""

        def criteria(y: pd.DataFrame, z: pd.DataFrame, lags: int) -> Criteria:
            fit = _fit(self, y, z, lags)
            count = estimated_parameters(self.pandemic, fit.scale)
            return information_criteria(fit.residuals, fit.regressors, fit.scales, count)

        y, z = self._with_presample(y, z, self.max_lags)
        return select_lags(y, z, self.max_lags, criteria)

    def _arrange(
        self, data: Panel | pd.DataFrame, start: str | None, end: str | None, allow_mixed: bool
    ) -> tuple[Panel, pd.DataFrame, pd.DataFrame]:
        """Endogenous columns and the terms z in the common sample's periods.

        Lags of exogenous columns are missing in the first periods.
        """
        given, exog = as_panel(data), list(self.exog or ())
        names = [name for name in given.names if name not in exog]
        if not names:
            raise SpecError(
                "Every column of the data is in exog: nothing is left to explain.",
                remedy="Leave at least one column out of exog.",
            )
        panel = given.select([*names, *exog], start=start, end=end, allow_mixed=allow_mixed)
        panel = replace(panel, trimmed=tuple(dict.fromkeys(given.trimmed + panel.trimmed)))
        index = panel.frame.index
        terms = [
            deterministic_terms(index, trend=self.trend, seasonal=self.seasonal),
            exogenous_terms(panel.frame[exog], self.exog_lags),
            outlier_dummies(index, self.outliers),
        ]
        return panel, panel.frame[names], pd.concat(terms, axis=1)

    def _with_presample(
        self, y: pd.DataFrame, z: pd.DataFrame, p: int
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The rows that leave p of presample before the first with all lags of all columns."""
        surplus = max(self.exog_lags - p, 0)
        return y.iloc[surplus:], z.iloc[surplus:]


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Arrays of an estimated VAR."""

    coefficients: np.ndarray  # (n, K)
    residuals: np.ndarray  # (T, K), over their scale
    gram_inverse: np.ndarray  # (n, n)
    regressors: float  # free coefficients of an equation, on average
    scale: ScaleEstimate | None
    scales: np.ndarray | None  # (T,)


def _fit(spec: VAR, y: pd.DataFrame, z: pd.DataFrame, p: int) -> _Fit:
    """Least squares, weighted and restricted as the specification says."""
    explained, k = y.to_numpy(float)[p:], y.shape[1]
    names = tuple(map(str, y.columns))
    terms = regressor_names(tuple(map(str, z.columns)), names, p)
    x = lagged_design(y.to_numpy(float), z.to_numpy(float), p)
    fit = least_squares(x, explained)
    _require_full_rank(fit, terms)
    restrictions = linear_restrictions(spec.restrictions, names, terms)
    scale = scales = None
    if spec.pandemic is not None:
        dates = y.index[p:]
        scale = spec.pandemic.estimate(x, explained, dates, restrictions)
        scales = scale_path(scale.values, spec.pandemic.first_row(dates), len(x))
        x, explained = x / scales[:, None], explained / scales[:, None]
        fit = least_squares(x, explained)
    coefficients, residuals, held = fit.coefficients, fit.residuals, 0
    if restrictions is not None:
        held = len(restrictions)
        covariance = residuals.T @ residuals / len(x)
        coefficients, _ = restricted_least_squares(
            coefficients, fit.gram_inverse, covariance, len(x), restrictions, iterate=spec.iterate
        )
        _require_convergence(coefficients)
        residuals = explained - x @ coefficients
    free = len(terms) - held / k
    return _Fit(coefficients, residuals, fit.gram_inverse, free, scale, scales)


def _estimate(
    spec: VAR,
    panel: Panel,
    y: pd.DataFrame,
    z: pd.DataFrame,
    p: int,
    selection: LagSelection | None,
) -> VARResults:
    k, m, rows = y.shape[1], z.shape[1], len(y) - p
    names, z_names = tuple(map(str, y.columns)), tuple(map(str, z.columns))
    require_observations(rows, m + k * p, k, f"a VAR({p}) of {k} variables", "fewer lags")
    fit = _fit(spec, y, z, p)
    _require_distinct(fit.residuals, y.to_numpy(float), names)
    divisor = rows - fit.regressors if spec.divisor == "df" else rows
    return VARResults(
        spec=spec,
        names=names,
        columns=panel.columns,
        p=p,
        z_names=z_names,
        y=y.to_numpy(float),
        z=z.to_numpy(float)[p:],
        index=y.index,
        lag_coefficients=np.ascontiguousarray(
            fit.coefficients[m:].reshape(p, k, k).transpose(0, 2, 1)
        ),
        deterministic=np.ascontiguousarray(fit.coefficients[:m].T),
        covariance=fit.residuals.T @ fit.residuals / divisor,
        residuals=pd.DataFrame(fit.residuals, index=y.index[p:], columns=y.columns),
        gram_inverse=fit.gram_inverse,
        lag_selection=selection,
        scale=fit.scale,
        trimmed=panel.trimmed,
        source=panel.source,
        panel_sha256=panel.sha256,
    )


def _outliers(given: Sequence[Outlier]) -> tuple[Outlier, ...]:
    """Periods and runs as plain tuples; a bare string is one period."""
    items = (given,) if isinstance(given, str) else tuple(given)
    return tuple(item if isinstance(item, str) else (item[0], item[1]) for item in items)


def _require_convergence(coefficients: np.ndarray) -> None:
    if np.isnan(coefficients).any():
        raise NumericalError(
            "Generalised least squares under the restrictions did not converge.",
            remedy="Use iterate=False, fewer restrictions or a longer sample.",
        )


def _require_full_rank(fit: LeastSquares, terms: Sequence[str]) -> None:
    """Refuse linearly dependent regressors, naming one such combination."""
    if fit.dependent:
        first, *others = (terms[i] for i in fit.dependent[0])
        source = f"a combination of {', '.join(others)}" if others else "zero throughout"
        raise NumericalError(
            f"The regressors are linearly dependent: {first} is {source}.",
            remedy="Leave out one of these variables or terms, or use fewer lags.",
        )


def _require_distinct(residuals: np.ndarray, y: np.ndarray, names: Sequence[str]) -> None:
    """Refuse residuals that are zero or combinations of one another, naming the variables."""
    for name, residual, values in zip(names, residuals.T, y.T):
        if residual.std() <= 1e-12 * values.std():
            raise NumericalError(
                f"{name} is explained by the regressors without any residual.",
                remedy="Leave it out, or make it exogenous.",
            )
    correlation = np.corrcoef(residuals, rowvar=False).reshape(len(names), len(names))
    if np.linalg.eigvalsh(correlation)[0] > 1e-12:
        return
    closest = np.abs(correlation - np.eye(len(names)))
    i, j = divmod(int(closest.argmax()), len(names))
    raise NumericalError(
        f"The residual covariance is singular; closest are {names[i]} and {names[j]}.",
        remedy="Leave out a variable that is an exact combination of others.",
    )
