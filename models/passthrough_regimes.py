"""Pass-through by regime and by the state of the economy, with the test that they are alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from ..data.dates import label_of, require_date
from ..data.panel import Panel
from ..errors import MissingSeriesError, SampleError, SpecError
from ..estimation.streams import seed_from
from .passthrough_regime_regression import compare_regimes
from .passthrough_regimes_result import RegimePassThrough
from .passthrough_regression import LagRegression, LagTerms, lag_regression

#: Fewest months of a regime, for each coefficient of the exchange rate.
MONTHS_A_COEFFICIENT = 2


def pass_through_by_regime(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    starts: Sequence[str] = (),
    inside: tuple[str, str] | None = None,
    states: pd.Series | None = None,
    drifting_mean: bool = True,
    horizons: Sequence[int] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 499,
    rng: int | np.random.Generator | None = 0,
    **terms: Unpack[LagTerms],
) -> RegimePassThrough:
    """Pass-through in regimes that are known, and the test that it is the same.

    The exchange rate's coefficients and the mean of the price differ by regime, the controls' and
    the seasons' do not. Exactly one of ``starts``, ``inside`` and ``states`` says what a regime is.

    Parameters
    ----------
    panel : Panel
        Changes in 100 x log differences.
    price, exchange_rate : str
    starts : sequence of str
        First months of new regimes, such as ``["2022-01"]``.
    inside : (str, str), optional
        First and last month of a regime; all other months are the other, such as
        ``data.policy.YIELD_CURVE_CONTROL``.
    states : Series, optional
        Name of the regime by month, as observed; the price of a month belongs to the state of the
        month before, which the exchange rate of the month cannot have moved.
    drifting_mean : bool
        Generalised least squares, with errors that are autoregressive and a mean that follows a
        random walk beside the regimes' means; if not, least squares with HAC errors.
    horizons : sequence of int, optional
        By default those of the tables that the lags reach, and the longest within a year.
    levels : sequence of float
    draws : int
        Of the bootstrap of the test.
    rng : int, Generator or None
    **terms
        See ``LagTerms``.

    Returns
    -------
    RegimePassThrough
        The last path is the last regime less the first.

    Raises
    ------
    SpecError
        Not exactly one definition of the regimes, or only one regime.
    SampleError
        A regime of less than two months a coefficient.
    NumericalError, MissingSeriesError, GapError
    """
    regression = lag_regression(panel, price, exchange_rate, **terms)
    labels = _labels(regression, starts, inside, states)
    names = list(dict.fromkeys(labels))
    counts = {name: int(np.sum(labels == name)) for name in names}
    _require_months(counts, regression)
    carriers = np.column_stack([labels == name for name in names[1:]]).astype(float)
    loadings = {name: np.eye(len(names))[i, 1:] for i, name in enumerate(names)}
    when = "dated one month earlier" if states is not None else "by the month of the price"
    setting = (
        f"Coefficients of the exchange rate and mean of the price by regime ({when}): "
        + ", ".join(f"{name} {count} months" for name, count in counts.items())
        + "; the other coefficients are common.",
    )
    return compare_regimes(
        regression,
        carriers,
        loadings,
        (names[0], names[-1]),
        counts,
        setting,
        drifting_mean,
        horizons,
        levels,
        draws,
        seed_from(rng),
    )


def pass_through_by_state(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    state: str,
    at: tuple[float, float] = (0.1, 0.9),
    drifting_mean: bool = True,
    horizons: Sequence[int] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 499,
    rng: int | np.random.Generator | None = 0,
    **terms: Unpack[LagTerms],
) -> RegimePassThrough:
    r"""Pass-through that goes with a state of the economy, and the test that it does not.

    .. math:: \Delta p_t = \sum_l (\beta_l + \delta_l z_{t-1}) \Delta e_{t-l} + \kappa z_{t-1}
              + w_t' \gamma + u_t

    Parameters
    ----------
    panel : Panel
        Changes, and the state (in whatever unit).
    price, exchange_rate : str
    state : str
        Id of z, which enters with its value of the month before.
    at : (float, float)
        Quantiles of the state at which pass-through is shown.
    drifting_mean, horizons, levels, draws, rng, **terms
        As in ``pass_through_by_regime``.

    Returns
    -------
    RegimePassThrough
        The last path is that at the high state less that at the low one.

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError
    """
    if not 0 < at[0] < at[1] < 1:
        raise SpecError(f"at = {at}.", remedy="Use two quantiles in order, such as (0.1, 0.9).")
    regression = lag_regression(panel, price, exchange_rate, **terms)
    column = panel.describe(state)
    z = _before(panel.frame[state], regression, column.label).to_numpy(float)
    low, high = (float(np.quantile(z, q)) for q in at)
    spread = float(z.std())
    if spread == 0:
        raise SpecError(f"The state '{state}' never changes.", remedy="Choose another.")
    carriers = ((z - z.mean()) / spread)[:, None]
    names = [f"{column.label} at {value:.2f}" for value in (low, high)]
    loadings = {
        name: np.array([(value - z.mean()) / spread]) for name, value in zip(names, (low, high))
    }
    setting = (
        f"Coefficients of the exchange rate linear in {column.label} ({column.unit}) of the month "
        f"before, shown at its {at[0]:.0%} and {at[1]:.0%} quantiles; it enters on its own, too.",
    )
    return compare_regimes(
        regression,
        carriers,
        loadings,
        (names[0], names[1]),
        dict.fromkeys(names, regression.nobs),
        setting,
        drifting_mean,
        horizons,
        levels,
        draws,
        seed_from(rng),
    )


def _labels(
    regression: LagRegression,
    starts: Sequence[str],
    inside: tuple[str, str] | None,
    states: pd.Series | None,
) -> np.ndarray:
    """Name of the regime of each month."""
    if bool(starts) + (inside is not None) + (states is not None) != 1:
        raise SpecError(
            "Regimes are defined by exactly one of starts, inside and states.",
            remedy="Pass starts=['2022-01'], or inside=('2016-09', '2024-03'), or states.",
        )
    dates = np.array([label_of(date) for date in regression.dates])
    for date in (*starts, *(inside or ())):
        require_date(date)
    if starts:
        order = sorted(starts)
        ends = [*(f" to before {later}" for later in order[1:]), ""]
        names = [f"before {order[0]}", *(f"from {a}{end}" for a, end in zip(order, ends))]
        return np.array(names, dtype=object)[np.searchsorted(order, dates, side="right")]
    if inside is not None:
        first, last = inside
        within = (dates >= first) & (dates <= last)
        return np.where(within, f"{first} to {last}", "other months").astype(object)
    return _before(pd.Series(states), regression, "the state").astype(str).to_numpy(object)


def _before(series: pd.Series, regression: LagRegression, name: str) -> pd.Series:
    """Values of the month before each month of the regression."""
    before = series.shift(1).reindex(regression.dates)
    if before.isna().any():
        missing = label_of(regression.dates[before.isna().to_numpy()][0])
        raise MissingSeriesError(
            f"There is no value of {name} for the month before {missing}.",
            remedy="Give one for every month of the sample, and for the one before it.",
        )
    return before


def _require_months(counts: Mapping[str, int], regression: LagRegression) -> None:
    if len(counts) < 2:
        raise SpecError(
            f"All months are of one regime: {next(iter(counts))}.",
            remedy="Choose dates inside the sample.",
        )
    fewest = MONTHS_A_COEFFICIENT * regression.x.shape[1]
    for name, count in counts.items():
        if count < fewest:
            raise SampleError(
                f"{count} months ({name}) for {regression.x.shape[1]} coefficients.",
                remedy=f"Use fewer lags, or regimes of {fewest} months or more.",
            )
