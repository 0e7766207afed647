"""The regression that every country is given, and how its errors are reckoned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from ..data import catalog
from ..data.countries import CountryPanel
from ..data.economies import Economy
from ..estimation.long_run_covariance import bartlett_root, cosine_count, cosine_root
from .options import require_choice, require_levels
from .passthrough import TABLE_HORIZONS
from .passthrough_regression import LagRegression, lag_regression


@dataclass(frozen=True, slots=True)
class CountryRegression:
    r"""Terms, estimator and covariance, the same in every country.

    .. math:: \Delta p_{ct} = \sum_{l \le L} \beta_{cl} \Delta e_{c,t-l}
              + \sum_{l \le M} \gamma_{cl}' \Delta w_{c,t-l} + d_c' s_t + u_{ct},
              \qquad \text{pass-through}_c(h) = \sum_{l \le h} \beta_{cl}

    Attributes
    ----------
    lags, control_lags : int
        L and M; as many of the controls as of the exchange rate by default.
    seasonal : bool
        Whether calendar-month dummies enter.
    tax_dummies : bool
        Whether months of tax changes have a dummy of their own in equations of consumer prices.
    estimator : str
        ``separate``: least squares equation by equation. ``sur``: feasible GLS, more precise where
        the errors of countries are correlated, and biased where what moves one currency is related
        to the errors of another country.
    errors : str
        ``ewc``: equal-weighted cosines with Student's t and F. ``hac``: Bartlett's kernel with
        normal limits, which reject too often in samples of some hundred months.
    hac_lags : int
        Lags of Bartlett's kernel.
    horizons : tuple of int, optional
        By default those of the pass-through table that the lags reach.
    levels : tuple of float

    References
    ----------
    Campa and Goldberg (2005); Zellner (1962); Lazarus, Lewis, Stock and Watson (2018).
    """

    lags: int = 12
    control_lags: int | None = None
    seasonal: bool = True
    tax_dummies: bool = True
    estimator: Literal["separate", "sur"] = "separate"
    errors: Literal["ewc", "hac"] = "ewc"
    hac_lags: int = 12
    horizons: Sequence[int] | None = None
    levels: Sequence[float] = (0.68, 0.90)

    def __post_init__(self) -> None:
        require_choice("estimator", self.estimator, ("separate", "sur"))
        require_choice("errors", self.errors, ("ewc", "hac"))
        require_levels(self.levels)

    @property
    def shown(self) -> list[int]:
        """Horizons in months."""
        if self.horizons is None:
            return [h for h in TABLE_HORIZONS if h <= self.lags]
        return list(self.horizons)

    def equation(self, data: CountryPanel, economy: Economy, price: str) -> LagRegression:
        """Outcome and regressors of one country's price, tax months among them.

        Raises
        ------
        SpecError, SampleError, NumericalError
        """
        found = lag_regression(
            data.panel,
            data.column(economy.id, price),
            data.rate_of(economy.id),
            lags=self.lags,
            controls=[data.column(economy.id, name) for name in data.controls],
            control_lags=self.control_lags,
            seasonal=self.seasonal,
            hac_lags=self.hac_lags,
        )
        if not (self.tax_dummies and price.startswith("cpi")):
            return found
        months = [pd.Period(month, "M") for month in economy.tax_months]
        inside = [month for month in months if month in found.dates]
        steps = [(found.dates == month).astype(float) for month in inside]
        names = (*found.w_names, *(f"tax, {month}" for month in inside))
        return replace(found, w=np.column_stack([found.w, *steps]), w_names=names)

    def long_run_root(self, influence: np.ndarray) -> tuple[np.ndarray, float]:
        """A root of the long-run covariance of sums over months, and its degrees of freedom.

        Parameters
        ----------
        influence : ndarray, shape (T, ...)
        """
        if self.errors == "hac":
            return bartlett_root(influence, self.hac_lags), np.inf
        count = cosine_count(len(influence))
        return cosine_root(influence, count), float(count)

    def band(self, degrees: float) -> str:
        """How intervals are made."""
        if self.errors == "hac":
            return "normal, HAC"
        return f"Student's t ({degrees:.0f}), equal-weighted cosines"

    def terms(self, controls: Sequence[str]) -> str:
        """The regressors in words."""
        known = catalog.entries()
        labels = [known[name].column.label if name in known else name for name in controls]
        world = [label.replace(" (US dollars)", "") for label in labels]
        lags = self.lags if self.control_lags is None else self.control_lags
        parts = [f"current and {self.lags} lags of the exchange rate"]
        if world:
            abroad = "in the currency that the exchange rate is counted in"
            parts.append(f"{', '.join(world)} with {lags} lags, {abroad}")
        if self.seasonal:
            parts.append("calendar-month dummies")
        if self.tax_dummies:
            parts.append("in consumer prices dummies for months of tax changes")
        return ", ".join(parts)

    def covariance_in_words(self, degrees: float) -> str:
        """How the errors are reckoned."""
        kernel = f"Bartlett's kernel with {self.hac_lags} lags"
        if self.errors == "ewc":
            kernel = f"{degrees:.0f} equal-weighted cosines"
        return f"{kernel}, factor T / (T - k)"
