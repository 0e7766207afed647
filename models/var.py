"""The reduced-form VAR: its specification, estimated by least squares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ..data.panel import Panel, as_panel
from ..errors import NumericalError, SpecError
from ..estimation.least_squares import LeastSquares, lagged_design, least_squares
from .reduced_form.deterministic import Trend, deterministic_terms
from .reduced_form.lag_selection import (
    CRITERIA,
    Criterion,
    LagSelection,
    require_observations,
    select_lags,
)
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
        Columns that enter every equation in the current period and are not explained.
    divisor : {"df", "T"}
        Divisor of the residual covariance: T minus the coefficients of an equation, or T.
    """

    lags: int | Criterion = "aic"
    max_lags: int = 12
    trend: Trend = "c"
    seasonal: bool = False
    exog: Sequence[str] | None = None
    divisor: Divisor = "df"

    def __post_init__(self) -> None:
        object.__setattr__(self, "exog", tuple(self.exog or ()))
        if isinstance(self.lags, str):
            _require_choice("lags", self.lags, CRITERIA)
        elif self.lags < 1:
            raise SpecError(f"lags = {self.lags}: a VAR has at least one.", remedy="Use 1 or more.")
        if self.max_lags < 1:
            raise SpecError(f"max_lags = {self.max_lags}.", remedy="Use 1 or more.")
        _require_choice("trend", self.trend, ("n", "c", "ct"))
        _require_choice("divisor", self.divisor, ("df", "T"))

    def fit(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> VARResults:
        """Estimate all equations by least squares on the columns' common sample.

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
            selection = select_lags(y, z, self.max_lags)
            p = selection.best(self.lags)
        else:
            p = self.lags
        return _estimate(self, panel, y, z, p, selection)

    def select_lags(
        self,
        data: Panel | pd.DataFrame,
        *,
        start: str | None = None,
        end: str | None = None,
        allow_mixed: bool = False,
    ) -> LagSelection:
        """The table of information criteria for this model's terms, 0 to ``max_lags`` lags."""
        _, y, z = self._arrange(data, start, end, allow_mixed)
        return select_lags(y, z, self.max_lags)

    def _arrange(
        self, data: Panel | pd.DataFrame, start: str | None, end: str | None, allow_mixed: bool
    ) -> tuple[Panel, pd.DataFrame, pd.DataFrame]:
        """Endogenous columns and the terms z in the common sample's periods."""
        given, exog = as_panel(data), list(self.exog or ())
        names = [name for name in given.names if name not in exog]
        panel = given.select([*names, *exog], start=start, end=end, allow_mixed=allow_mixed)
        panel = replace(panel, trimmed=tuple(dict.fromkeys(given.trimmed + panel.trimmed)))
        terms = deterministic_terms(panel.frame.index, trend=self.trend, seasonal=self.seasonal)
        return panel, panel.frame[names], pd.concat([terms, panel.frame[exog]], axis=1)


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
    x = lagged_design(y.to_numpy(float), z.to_numpy(float), p)
    fit = least_squares(x, y.to_numpy(float)[p:])
    _require_full_rank(fit, regressor_names(z_names, names, p))
    _require_distinct(fit.residuals, y.to_numpy(float), names)
    divisor = rows - x.shape[1] if spec.divisor == "df" else rows
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
        trimmed=panel.trimmed,
        source=panel.source,
        panel_sha256=panel.sha256,
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


def _require_choice(key: str, value: str, choices: Sequence[str]) -> None:
    if value not in choices:
        raise SpecError(f"{key} = '{value}'.", remedy=f"Choose one of: {', '.join(choices)}.")
