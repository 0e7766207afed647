"""Pass-through from distributed-lag regressions, with the joint HAC covariance of the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Column, Panel
from ..errors import NumericalError, SampleError, SpecError
from .passthrough import PER_YEN, TABLE_HORIZONS, require_log_changes
from .results import Result, Summary, normal_bounds, tidy_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, eq=False)
class DistributedLag(Result):
    r"""Cumulated coefficients of a price on current and past changes of the exchange rate.

    .. math:: \Delta p_t = \sum_{l=0}^{L} \beta_l \Delta e_{t-l}
              + \sum_{l=0}^{M} \gamma_l' \Delta w_{t-l} + d' s_t + u_t,
              \qquad \text{pass-through}(h) = \sum_{l \le h} \beta_l

    Attributes
    ----------
    price, exchange_rate : Column
        What is explained, and by what; both in 100 x log differences.
    controls : tuple of str
        Ids of w, with current value and ``control_lags`` lags.
    lags, control_lags : int
        L and M.
    horizons : ndarray of int, shape (H,)
        Horizons of the sums, none beyond L.
    estimate : ndarray, shape (H,)
        Sums of coefficients, in % per 1% fall of the yen.
    covariance : ndarray, shape (H, H)
        Their joint HAC covariance.
    coefficients : Series
        All coefficients of the regression.
    levels : tuple of float
        Levels of the intervals (normal critical values).
    nobs : int
    r_squared : float
    sample : str
    method : str
        Lags, controls and covariance estimator in words.

    References
    ----------
    Campa and Goldberg (2005), Exchange rate pass-through into import prices.
    """

    price: Column
    exchange_rate: Column
    controls: tuple[str, ...]
    lags: int
    control_lags: int
    horizons: np.ndarray
    estimate: np.ndarray
    covariance: np.ndarray
    coefficients: pd.Series
    levels: tuple[float, ...]
    nobs: int
    r_squared: float
    sample: str
    method: str

    methods: ClassVar[tuple[str, ...]] = ("campa_goldberg2005", "newey_west1987")
    figure: ClassVar[str] = "passthrough"

    @property
    def model(self) -> str:
        """Name of the approach in tables."""
        return f"distributed lags ({self.lags})"

    @property
    def std_error(self) -> np.ndarray:
        """HAC standard errors of the sums, shape (H,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def interval(self, level: float) -> tuple[np.ndarray, np.ndarray]:
        """Normal limits of the sums, each of shape (H,)."""
        return normal_bounds(self.estimate, self.std_error, level)

    def tidy(self) -> pd.DataFrame:
        """One row per horizon and level."""
        rows = []
        for level in self.levels:
            low, high = self.interval(level)
            for i, horizon in enumerate(self.horizons):
                rows.append(
                    {
                        "model": self.model,
                        "statistic": "pass_through",
                        "shock": self.exchange_rate.id,
                        "response": self.price.id,
                        "horizon": int(horizon),
                        "estimate": self.estimate[i],
                        "std_error": self.std_error[i],
                        "level": level,
                        "conf_low": low[i],
                        "conf_high": high[i],
                        "band": "normal, HAC",
                        "cumulative": True,
                        "unit": f"% per {PER_YEN}",
                    }
                )
        return tidy_frame(rows)

    def summary(self) -> Summary:
        """Cumulated pass-through by horizon."""
        table = pd.DataFrame(
            {"estimate": self.estimate, "HAC s.e.": self.std_error},
            index=pd.Index(self.horizons, name="months"),
        )
        title = f"Pass-through to {self.price.label}: distributed lags"
        caption = f"Sum of coefficients up to the horizon, % per {PER_YEN}"
        notes = (
            f"Sample {self.sample} ({self.nobs} months), R2 {self.r_squared:.3f}.",
            self.method + ".",
        )
        return Summary(title, [(caption, table)], notes)

    def plot(self, **options: Any) -> tuple[Figure, Any]:
        """Cumulated pass-through with its intervals."""
        return super().plot(labels={self.price.id: self.price.label}, **options)


def distributed_lag(
    panel: Panel,
    price: str,
    *,
    exchange_rate: str,
    lags: int = 12,
    controls: Sequence[str] = (),
    control_lags: int | None = None,
    seasonal: bool = True,
    hac_lags: int = 12,
    small_sample: bool = True,
    horizons: Sequence[int] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
) -> DistributedLag:
    """Regress a price's log change on current and past log changes of the exchange rate.

    Parameters
    ----------
    panel : Panel
        Monthly changes in 100 x log differences.
    price, exchange_rate : str
        Catalogue ids; the exchange rate rises when the yen weakens.
    lags : int
        Lags of the exchange rate; pass-through at horizon h needs at least h of them.
    controls : sequence of str
        Ids that enter with their current value and lags (the oil price, foreign costs).
    control_lags : int, optional
        Lags of the controls; as many as ``lags`` by default.
    seasonal : bool
        Whether calendar-month dummies enter.
    hac_lags : int
        Lags of the Bartlett kernel; 0 gives White's covariance. The default is one year.
    small_sample : bool
        Whether the covariance is multiplied by T / (T - k).
    horizons : sequence of int, optional
        By default those of 0, 1, 3, 6, 12, 24 months that ``lags`` reaches.
    levels : sequence of float

    Returns
    -------
    DistributedLag

    Raises
    ------
    SpecError
        A horizon beyond the lags, or a variable that is not a log change.
    SampleError
        Fewer than two observations a coefficient.
    NumericalError
        Collinear regressors.
    """
    wanted = _horizons(horizons, lags)
    data = panel.select([price, exchange_rate, *controls])
    require_log_changes(data.columns, [price, exchange_rate])
    own_lags = lags if control_lags is None else control_lags
    x = lag_regressors(data.frame, exchange_rate, lags, tuple(controls), own_lags, seasonal)
    y = data.frame[price].loc[x.index]
    require_full_rank(x)
    fit = _ols_hac(y, x, hac_lags, small_sample)

    sums = np.zeros((len(wanted), x.shape[1]))
    for row, horizon in enumerate(wanted):
        sums[row, : horizon + 1] = 1.0  # the exchange rate's lags stand first
    return DistributedLag(
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        controls=tuple(controls),
        lags=lags,
        control_lags=own_lags,
        horizons=np.array(wanted),
        estimate=sums @ fit.params.to_numpy(),
        covariance=sums @ fit.cov_params().to_numpy() @ sums.T,
        coefficients=fit.params,
        levels=tuple(levels),
        nobs=len(y),
        r_squared=float(fit.rsquared),
        sample=span_of(y.index),
        method=_method(
            lags, [data.columns[c] for c in controls], own_lags, seasonal, hac_lags, small_sample
        ),
    )


def _horizons(horizons: Sequence[int] | None, lags: int) -> list[int]:
    if horizons is None:
        return [h for h in TABLE_HORIZONS if h <= lags]
    beyond = [h for h in horizons if h > lags or h < 0]
    if beyond:
        raise SpecError(
            f"Pass-through at {beyond[0]} months cannot be summed from {lags} lags.",
            remedy=f"Use lags={max(beyond)} or more, or horizons from 0 to {lags}.",
        )
    return list(horizons)


def lag_regressors(
    frame: pd.DataFrame,
    exchange_rate: str,
    lags: int,
    controls: tuple[str, ...],
    control_lags: int,
    seasonal: bool,
) -> pd.DataFrame:
    """Current and lagged values (exchange rate first), constant, calendar-month dummies.

    Raises
    ------
    SpecError, SampleError
    """
    orders = {exchange_rate: lags, **dict.fromkeys(controls, control_lags)}
    columns = {
        f"{name}, lag {lag}": frame[name].shift(lag)
        for name, order in orders.items()
        for lag in range(order + 1)
    }
    x = pd.DataFrame(columns).iloc[max(orders.values()) :].assign(constant=1.0)
    if seasonal:
        if not isinstance(x.index, pd.PeriodIndex):
            raise SpecError(
                "Calendar-month dummies need monthly data.", remedy="Pass seasonal=False."
            )
        months = pd.get_dummies(x.index.month, prefix="month", dtype=float, drop_first=True)
        x = pd.concat([x, months.set_axis(x.index, axis=0)], axis=1)
    if len(x) < 2 * x.shape[1]:
        raise SampleError(
            f"{len(x)} months for {x.shape[1]} coefficients of the distributed-lag regression.",
            remedy="Use fewer lags or controls, or a longer sample.",
        )
    return x


def require_full_rank(x: pd.DataFrame) -> None:
    """Refuse collinear regressors.

    Raises
    ------
    NumericalError
    """
    scaled = x.to_numpy() / np.maximum(np.linalg.norm(x.to_numpy(), axis=0), 1e-300)
    if np.linalg.matrix_rank(scaled) < x.shape[1]:
        raise NumericalError(
            "The regressors of the distributed-lag regression are collinear.",
            remedy="Drop a control that repeats another, or the seasonal dummies.",
        )


def _ols_hac(y: pd.Series, x: pd.DataFrame, hac_lags: int, small_sample: bool) -> Any:
    from statsmodels.regression.linear_model import OLS

    options = {"maxlags": hac_lags, "kernel": "bartlett", "use_correction": small_sample}
    return OLS(y, x).fit(cov_type="HAC", cov_kwds=options)


def _method(
    lags: int,
    controls: Sequence[Column],
    control_lags: int,
    seasonal: bool,
    hac_lags: int,
    small_sample: bool,
) -> str:
    parts = [f"OLS on current and {lags} lags of the exchange rate"]
    if controls:
        parts.append(f"controls {', '.join(c.label for c in controls)} with {control_lags} lags")
    if seasonal:
        parts.append("calendar-month dummies")
    factor = "T/(T-k)" if small_sample else "no"
    parts.append(f"HAC s.e. (Bartlett, {hac_lags} lags, {factor} small-sample correction)")
    return ", ".join(parts)
