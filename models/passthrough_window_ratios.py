"""Structural pass-through in rolling windows: the ratio of a recursive VAR, with Fieller's sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import numpy as np
import pandas as pd

from ..data.dates import span_of
from ..data.panel import Panel, label_of
from ..errors import SpecError
from ..estimation.breaks import p_value
from ..estimation.fieller import fieller, ratio_std_error
from ..estimation.streams import seed_from
from ..estimation.window_ratios import (
    chance_of_windows,
    cumulated_pair,
    pair_covariance,
    pair_influence,
    recursive_var,
)
from .options import require_count, require_levels
from .passthrough import FORMULA, MASK_LEVEL, TABLE_HORIZONS, require_log_changes
from .passthrough_paths import NoChangeBand, PassThroughPath
from .passthrough_regression import LagTerms, lag_regression
from .passthrough_stability import stability_of
from .passthrough_stability_result import PassThroughStability
from .passthrough_windows import NO_CHANGE_LEVEL


def rolling_structural_pass_through(
    panel: Panel,
    order: Sequence[str],
    price: str,
    exchange_rate: str,
    *,
    var_lags: int = 2,
    window: int = 120,
    horizons: Sequence[int] = TABLE_HORIZONS[:-1],
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 999,
    rng: int | np.random.Generator | None = 0,
    stability: PassThroughStability | None = None,
    **terms: Unpack[LagTerms],
) -> PassThroughPath:
    """Cumulated response of a price over that of the yen to the yen's shock, in every window.

    Parameters
    ----------
    panel : Panel
        Changes.
    order : sequence of str
        All variables of the VAR, in the recursive order.
    price, exchange_rate : str
        Numerator and denominator; the shock is the exchange rate's.
    var_lags : int
        Of the VAR, the same in all windows.
    window : int
        Months that are explained.
    horizons : sequence of int
    levels : sequence of float
        Of Fieller's sets.
    draws : int
        Of random signs behind the band of no change.
    rng : int, Generator or None
    stability : PassThroughStability, optional
        The tests, where they are at hand; made here from the distributed-lag regression otherwise.
    **terms
        Of that regression; see ``LagTerms``.

    Returns
    -------
    PassThroughPath
        NaN where the denominator cannot be told from zero at 90%; limits are infinite where
        Fieller's set is not bounded.

    Raises
    ------
    SpecError
        A variable that is not a log change, a window without room for the VAR.
    SampleError, NumericalError, MissingSeriesError, GapError

    Notes
    -----
    Numerator, denominator and their covariance come from one VAR per window (delta method, robust
    to heteroskedasticity). The band of no change compares each window with the ratio rho of the
    whole sample: it holds the ratios for which numerator - rho denominator is within c standard
    errors, c from the largest such statistic over windows in which nothing changes.
    """
    require_levels(levels)
    for key, count in (("var_lags", var_lags), ("window", window)):
        require_count(key, count, 1)
    names, shown = list(order), np.array(horizons, dtype=int)
    data = panel.select(names)
    _require_room(names, price, exchange_rate, var_lags, window, len(data.frame))
    require_log_changes(data.columns, [price, exchange_rate])
    y = data.frame.to_numpy(float)
    which = (names.index(exchange_rate), names.index(price), names.index(exchange_rate))
    last = np.arange(window - 1, len(y) - var_lags)
    pair, covariance = _by_window(y, var_lags, window, last, which, shown)
    whole = recursive_var(y, var_lags)
    centre = cumulated_pair(whole, *which, int(shown.max()))[shown]
    ratio = centre[:, 0] / centre[:, 1]
    parts = pair_influence(whole, *which, int(shown.max()))[:, shown]
    seed = seed_from(rng)
    chance = chance_of_windows(parts[..., 0] - ratio * parts[..., 1], last, window, draws, seed)
    if stability is None:
        regression = lag_regression(panel, price, exchange_rate, **terms)
        stability = stability_of(regression, rng=seed)
    above, below = pair[..., 0], pair[..., 1]
    masked = fieller(above, below, covariance, MASK_LEVEL).bounded & (below != 0)
    sets = {level: fieller(above, below, covariance, level) for level in levels}
    dates = data.frame.index[var_lags:]
    labels = " -> ".join(data.columns[name].label for name in names)
    return PassThroughPath(
        approach=f"recursive VAR({var_lags}) in windows of {window} months",
        price=data.columns[price],
        exchange_rate=data.columns[exchange_rate],
        horizons=shown,
        dates=dates[last],
        estimate=np.where(masked, above / np.where(below == 0, 1.0, below), np.nan),
        std_error=np.where(masked, ratio_std_error(above, below, covariance), np.nan),
        covariance=None,
        limits={level: found.hull for level, found in sets.items()},
        band="Fieller",
        two_sided=False,
        whole_sample=ratio,
        windows=pd.DataFrame(
            {"first month": [label_of(d) for d in dates[last - window + 1]], "months": window},
            index=dates[last],
        ),
        no_change=_no_change(pair, covariance, ratio, chance),
        stability=stability,
        setting=(
            f"{FORMULA}. Recursive order {labels}; {var_lags} lags in every window of {window} "
            "months, dated by its last.",
            f"Whole sample {span_of(dates)}, T = {len(dates)}; covariance of numerator and "
            "denominator by the delta method, robust to heteroskedasticity.",
        ),
        references=("fieller1954", "shambaugh2008", "luetkepohl2005", "chu1995"),
        nobs=len(dates),
    )


def _by_window(
    y: np.ndarray,
    p: int,
    window: int,
    last: np.ndarray,
    which: tuple[int, int, int],
    horizons: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator (D, H, 2) and their covariance (D, H, 2, 2)."""
    pairs, covariances = [], []
    for row in last:
        var = recursive_var(y[row - window + 1 : row + 1 + p], p)
        pairs.append(cumulated_pair(var, *which, int(horizons.max()))[horizons])
        covariances.append(pair_covariance(var, *which, int(horizons.max()))[horizons])
    return np.array(pairs), np.array(covariances)


def _no_change(
    pair: np.ndarray, covariance: np.ndarray, ratio: np.ndarray, chance: np.ndarray
) -> NoChangeBand:
    """The ratios of each window that are near that of the whole sample, all windows together."""
    weights = np.stack([np.ones_like(ratio), -ratio], axis=-1)
    distance = np.einsum("dhi,hi->dh", pair, weights)
    error = np.sqrt(np.einsum("dhij,hi,hj->dh", covariance, weights, weights))
    own = np.abs(distance / error).max(axis=0)
    reach = np.quantile(chance, NO_CHANGE_LEVEL, axis=0) * error / np.abs(pair[..., 1])
    return NoChangeBand(
        NO_CHANGE_LEVEL,
        ratio - reach,
        ratio + reach,
        np.array([p_value(value, draws) for value, draws in zip(own, chance.T)]),
        "random signs of each month's influence on the ratio",
    )


def _require_room(
    names: list[str], price: str, exchange_rate: str, p: int, window: int, rows: int
) -> None:
    for name in (price, exchange_rate):
        if name not in names:
            raise SpecError(f"'{name}' is not in the order.", remedy=f"Given: {', '.join(names)}.")
    fewest = 2 * (1 + len(names) * p) + len(names)
    if not fewest <= window <= rows - p:
        raise SpecError(
            f"A window of {window} months for a VAR({p}) of {len(names)} series on {rows} months.",
            remedy=f"Choose from {fewest} to {rows - p} months.",
        )
