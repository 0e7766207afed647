"""The number of lags: information criteria on one common sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from ...data.dates import span_of
from ...errors import SampleError
from ...estimation.least_squares import lagged_design, least_squares
from ..results import Result, Summary, tidy_frame

Criterion = Literal["aic", "bic", "hqic", "fpe"]
CRITERIA: tuple[Criterion, ...] = ("aic", "bic", "hqic", "fpe")


@dataclass(frozen=True, eq=False)
class LagSelection(Result):
    """Information criteria for every number of lags, all on the same observations.

    Attributes
    ----------
    table : DataFrame
        One row for each number of lags from 0, columns ``aic``, ``bic``, ``hqic``, ``fpe``,
        ``loglik``.
    nobs : int
        Observations of the common sample.
    sample : str
        Its first and last period.
    terms : tuple of str
        Deterministic and exogenous terms in every model compared.
    """

    table: pd.DataFrame
    nobs: int
    sample: str
    terms: tuple[str, ...]

    methods: ClassVar[tuple[str, ...]] = ("luetkepohl2005",)
    model: ClassVar[str] = "VAR lag selection"

    def best(self, criterion: Criterion, *, least: int = 1) -> int:
        """Number of lags, at least ``least``, at which the criterion is smallest."""
        candidates = self.table.loc[least:, criterion]
        return least + int(candidates.to_numpy().argmin())

    def tidy(self) -> pd.DataFrame:
        """The criteria; ``horizon`` is the number of lags."""
        return tidy_frame(
            {"model": self.model, "statistic": name, "horizon": lag, "estimate": value}
            for name in CRITERIA
            for lag, value in self.table[name].items()
        )

    def summary(self) -> Summary:
        """The table with the choices beneath."""
        chosen = ", ".join(f"{name.upper()} {self.best(name)}" for name in CRITERIA)
        return Summary(
            "Number of lags",
            [("Criteria per observation (smallest is best)", self.table)],
            [
                f"Common sample {self.sample}, T = {self.nobs}; terms in every model: "
                f"{', '.join(self.terms) or 'none'}.",
                f"Chosen (of 1 or more): {chosen}.",
            ],
        )


#: (y, z, lags) -> criteria, the first ``lags`` rows being the presample.
Estimator = Callable[[pd.DataFrame, pd.DataFrame, int], "Criteria"]


@dataclass(frozen=True, slots=True)
class Criteria:
    """Information criteria of one Gaussian VAR, per observation.

    ln|Sigma_T| + c (number of coefficients) / T with c = 2 (AIC), ln T (BIC), 2 ln ln T (HQ), and
    the final prediction error ((T + n) / (T - n))^K |Sigma_T| with n regressors an equation;
    Sigma_T has divisor T. Luetkepohl (2005), sections 4.3.1-4.3.2.
    """

    aic: float
    bic: float
    hqic: float
    fpe: float
    loglik: float


def information_criteria(
    residuals: np.ndarray,
    regressors: float,
    scales: np.ndarray | None = None,
    scale_parameters: int = 0,
) -> Criteria:
    """Criteria and log-likelihood of a Gaussian VAR from its residuals.

    Parameters
    ----------
    residuals : ndarray, shape (T, K)
        Over their scale where the periods differ.
    regressors : float
        Free coefficients of an equation, on average.
    scales : ndarray, shape (T,), optional
        Standard deviation of each period's errors; ln|Sigma_T| becomes that of its average log,
        ln|Sigma_T| + 2 K / T sum_t ln s_t.
    scale_parameters : int
        How many parameters of the scale were estimated; they count like coefficients.
    """
    rows, k = residuals.shape
    log_det = float(np.linalg.slogdet(residuals.T @ residuals / rows)[1])
    if scales is not None:
        log_det += 2 * k * float(np.log(scales).mean())
    coefficients = k * regressors + scale_parameters
    return Criteria(
        aic=log_det + 2 * coefficients / rows,
        bic=log_det + np.log(rows) * coefficients / rows,
        hqic=log_det + 2 * np.log(np.log(rows)) * coefficients / rows,
        fpe=float(np.exp(log_det) * ((rows + regressors) / (rows - regressors)) ** k),
        loglik=-rows / 2 * (k * np.log(2 * np.pi) + log_det + k),
    )


def select_lags(
    y: pd.DataFrame, z: pd.DataFrame, max_lags: int, criteria: Estimator | None = None
) -> LagSelection:
    """Criteria for 0 to ``max_lags`` lags with the terms ``z`` on the rows that all of them have.

    Parameters
    ----------
    y : DataFrame, shape (T, K)
        Endogenous variables.
    z : DataFrame, shape (T, m)
        Deterministic and exogenous terms in the same periods.
    max_lags : int
    criteria : callable, optional
        Criteria of the VAR with a number of lags on data that start with as many rows of
        presample; by default those of least squares.

    Raises
    ------
    SampleError
        If the common sample is too short for the largest model.
    """
    rows, k = len(y) - max_lags, y.shape[1]
    widest = z.shape[1] + k * max_lags
    require_observations(rows, widest, k, f"comparing up to {max_lags} lags", "a smaller max_lags")
    of_lags = criteria or _least_squares_criteria
    found = {
        lags: of_lags(y.iloc[max_lags - lags :], z.iloc[max_lags - lags :], lags)
        for lags in range(max_lags + 1)
    }
    table = pd.DataFrame.from_dict(
        {
            lags: {name: getattr(c, name) for name in (*CRITERIA, "loglik")}
            for lags, c in found.items()
        },
        orient="index",
    ).rename_axis(index="lags")
    index = y.index[max_lags:]
    return LagSelection(table, rows, span_of(index), tuple(map(str, z.columns)))


def _least_squares_criteria(y: pd.DataFrame, z: pd.DataFrame, lags: int) -> Criteria:
    x = lagged_design(y.to_numpy(float), z.to_numpy(float), lags)
    residuals = least_squares(x, y.to_numpy(float)[lags:]).residuals
    return information_criteria(residuals, x.shape[1])


def require_observations(
    rows: int, regressors: int, variables: int, purpose: str, remedy: str
) -> None:
    """Refuse a sample on which the residual covariance cannot have full rank."""
    needed = regressors + variables
    if rows < needed:
        raise SampleError(
            f"{max(rows, 0)} observations are left for {purpose}, which needs at least {needed}: "
            f"{regressors} coefficients in each of {variables} equations.",
            remedy=f"Use {remedy}, fewer variables or a longer sample.",
        )
