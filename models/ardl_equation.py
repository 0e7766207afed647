"""An estimated equation: series, parameters and what they say of the fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column
from ..estimation.ardl import Equation, Layout, levels_form
from .ardl_design import level_names, parameter_names


@dataclass(frozen=True, eq=False, kw_only=True)
class EstimatedEquation:
    """An autoregressive distributed lag with its data and its least-squares estimates.

    Attributes
    ----------
    price, exchange_rate : Column
    columns : Mapping[str, Column]
    form : {"levels", "changes"}
    case : int
        Of Pesaran, Shin and Smith.
    orders : tuple of int
        p, then q of the exchange rate and of each control.
    layout : Layout
        Where the parameters stand.
    regressors : tuple of str
        Names of the columns of ``x``.
    terms : tuple of str
        Names of the columns of ``z``; constant and trend stand first.
    fixed : tuple of str
    seasonal : bool
    hac_lags : int or None
    ic : str
    selection : DataFrame or None
        The ten best combinations of lags; None where they were given.
    cautions : tuple of str
    y : ndarray, shape (N,)
        The price, presample included.
    x : ndarray, shape (N, k)
    z : ndarray, shape (N, d)
    change : ndarray, shape (T,)
        What is explained: the change of ``y``.
    expansion : ndarray, shape (size, free)
        Parameters from the free ones.
    equation : Equation
        Parameters of the error correction, covariances and residuals.
    dates : Index of the T periods
    """

    price: Column
    exchange_rate: Column
    columns: Mapping[str, Column]
    form: str
    case: int
    orders: tuple[int, ...]
    layout: Layout
    regressors: tuple[str, ...]
    terms: tuple[str, ...]
    fixed: tuple[str, ...]
    seasonal: bool
    hac_lags: int | None
    ic: str
    selection: pd.DataFrame | None
    cautions: tuple[str, ...]
    y: np.ndarray
    x: np.ndarray
    z: np.ndarray
    change: np.ndarray
    expansion: np.ndarray
    equation: Equation
    dates: pd.Index

    @property
    def nobs(self) -> int:
        """T, the presample left out."""
        return len(self.change)

    @property
    def sample(self) -> str:
        """First and last period that is explained."""
        return span_of(self.dates)

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """Parameters of the error correction: ``estimate``, ``s.e.``."""
        names = parameter_names(self.price.id, self.regressors, self.terms, self.layout)
        return _with_errors(self.equation.parameters, self.equation.covariance, names)

    @cached_property
    def levels_coefficients(self) -> pd.DataFrame:
        """Coefficients of the form in levels: ``estimate``, ``s.e.``."""
        origin = levels_form(np.zeros(self.layout.size), self.layout)
        slopes = levels_form(np.eye(self.layout.size), self.layout).T - origin[:, None]
        covariance = slopes @ self.equation.covariance @ slopes.T
        names = level_names(self.price.id, self.regressors, self.terms, self.layout)
        found = _with_errors(origin + slopes @ self.equation.parameters, covariance, names)
        without = [n for n, q in zip(self.regressors, self.layout.orders) if q == 0]
        return found.drop(index=[f"{name}, lag 1" for name in without])

    @property
    def residuals(self) -> pd.Series:
        """Residuals by date."""
        return pd.Series(self.equation.residuals, index=self.dates)

    @property
    def residual_std_error(self) -> float:
        """Divisor T less the free coefficients."""
        squares = float(self.equation.residuals @ self.equation.residuals)
        return float(np.sqrt(squares / self.equation.df_resid))

    @property
    def r_squared(self) -> float:
        """Of the changes."""
        centred = self.change - self.change.mean()
        return float(1 - self.equation.residuals @ self.equation.residuals / (centred @ centred))

    @property
    def aic(self) -> float:
        """-2 log-likelihood + 2 (coefficients + 1), on this equation's own sample."""
        fit = np.log(2 * np.pi * np.mean(self.equation.residuals**2)) + 1
        return float(self.nobs * fit + 2 * (self.expansion.shape[1] + 1))


def _with_errors(values: np.ndarray, covariance: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    errors = np.sqrt(np.diag(covariance).clip(0))
    return pd.DataFrame({"estimate": values, "s.e.": errors}, index=list(names))
