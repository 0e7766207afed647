"""Distributed-lag pass-through in rolling windows, and with older months forgotten by degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from ..data.panel import Panel, label_of, refuse_two_sided
from ..errors import NumericalError, SpecError
from ..estimation.breaks import equation_bootstrap, orthonormal, p_value, residuals_on
from ..estimation.streams import seed_from
from ..estimation.window_regressions import (
    OK,
    WindowEstimates,
    discounted_regressions,
    prediction_errors,
    rolling_regressions,
)
from .options import require_count, require_levels
from .passthrough_paths import NoChangeBand, PassThroughPath, fixed_b_limits
from .passthrough_regression import LagRegression, LagTerms, lag_regression
from .passthrough_stability import stability_of
from .passthrough_stability_result import PassThroughStability

#: Effective months that a path needs for each coefficient.
MONTHS_A_COEFFICIENT = 2

#: Level of the band in which a path stays if nothing changes.
NO_CHANGE_LEVEL = 0.90


def rolling_pass_through(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    window: int = 120,
    horizons: Sequence[int] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 499,
    rng: int | np.random.Generator | None = 0,
    stability: PassThroughStability | None = None,
    **terms: Unpack[LagTerms],
) -> PassThroughPath:
    """Cumulated pass-through of a distributed-lag regression in every window of so many months.

    Parameters
    ----------
    panel : Panel
        Changes in 100 x log differences.
    price, exchange_rate : str
    window : int
        Months that are explained; lags reach back before the first of them.
    horizons : sequence of int, optional
        By default those of the tables that the lags reach, and the longest within a year.
    levels : sequence of float
    draws : int
        Of the bootstrap behind the tests and the band of no change.
    rng : int, Generator or None
    stability : PassThroughStability, optional
        The tests, where they are at hand; made here otherwise.
    **terms
        See ``LagTerms``.

    Returns
    -------
    PassThroughPath
        Dated by the last month of each window.

    Raises
    ------
    SpecError
        A window longer than the sample, or of less than two months a coefficient.
    SampleError, NumericalError, MissingSeriesError, GapError

    Notes
    -----
    Limits have the critical values of Kiefer and Vogelsang (2005), the band of no change is that of
    the moving-estimates test. In 600 simulated windows of 120 months with 6 or 12 lags of the
    exchange rate and of a control, calendar months and errors with an autocorrelation of 0.3, the
    90% limits of the sum held it in 84 to 87% (normal limits: 80 to 84%).
    """
    regression = lag_regression(panel, price, exchange_rate, **terms)
    require_levels(levels)
    require_count("window", window, 1)
    fewest = MONTHS_A_COEFFICIENT * regression.regressors.shape[1]
    if not fewest <= window <= regression.nobs:
        raise SpecError(
            f"A window of {window} months, for {regression.regressors.shape[1]} coefficients and "
            f"a sample of {regression.nobs} months.",
            remedy=f"Choose from {fewest} to {regression.nobs} months, or fewer lags and controls.",
        )
    shown, functions = _functions(regression, horizons)
    found = rolling_regressions(
        regression.y, regression.regressors, functions, window, regression.hac_lags
    )
    seed = seed_from(rng)
    return _path(
        regression,
        found,
        shown,
        functions,
        levels,
        draws,
        seed,
        stability,
        approach=f"rolling windows of {window} months",
        windows=pd.DataFrame(
            {
                "first month": [label_of(d) for d in regression.dates[found.last - window + 1]],
                "months": window,
                "s.d. of the yen": _spread(regression, found, window),
            },
            index=regression.dates[found.last],
        ),
        made=(
            f"Least squares in every window of {window} months, dated by its last; each estimate "
            "rests on all months of its window alike."
        ),
        references=("campa_goldberg2005", "newey_west1987", "kiefer_vogelsang2005", "chu1995"),
    )


def discounted_pass_through(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    forgetting: float | Sequence[float] = 0.98,
    horizons: Sequence[int] | None = None,
    levels: Sequence[float] = (0.68, 0.90),
    draws: int = 499,
    rng: int | np.random.Generator | None = 0,
    stability: PassThroughStability | None = None,
    **terms: Unpack[LagTerms],
) -> PassThroughPath:
    r"""Cumulated pass-through from all months up to each date, older ones forgotten by degrees.

    Discounted least squares weighs a month of age a by :math:`\lambda^a`: about
    :math:`(1 + \lambda) / (1 - \lambda)` months count. Estimates use no later month.

    Parameters
    ----------
    panel, price, exchange_rate, horizons, levels, draws, rng, stability, **terms
        As in ``rolling_pass_through``.
    forgetting : float or sequence of float
        lambda in (0, 1]; 1 is recursive least squares. Of several, each date takes the one whose
        one-step predictions had the smallest squared errors until then.

    Raises
    ------
    SpecError
        A factor that leaves less than two effective months a coefficient, or a series that was
        adjusted with later observations.
    SampleError, NumericalError, MissingSeriesError, GapError

    References
    ----------
    Raftery, Kárný and Ettler (2010); Koop and Korobilis (2012).
    """
    regression = lag_regression(panel, price, exchange_rate, **terms)
    refuse_two_sided(
        [regression.price, regression.exchange_rate], "estimates that use no later month"
    )
    require_levels(levels)
    factors = [forgetting] if isinstance(forgetting, float | int) else list(forgetting)
    _require_factors(factors, regression.regressors.shape[1])
    shown, functions = _functions(regression, horizons)
    start = MONTHS_A_COEFFICIENT * regression.regressors.shape[1] - 1
    candidates = [
        discounted_regressions(
            regression.y, regression.regressors, functions, factor, start, regression.hac_lags
        )
        for factor in factors
    ]
    best = _best_so_far(candidates, factors, regression)
    found = _chosen(candidates, best)
    chosen = np.array(factors)[best]
    words = (
        f"the factor {factors[0]:g}"
        if len(factors) == 1
        else "the factor that predicted best so far"
    )
    return _path(
        regression,
        found,
        shown,
        functions,
        levels,
        draws,
        seed_from(rng),
        stability,
        approach=f"forgetting by {'/'.join(f'{factor:g}' for factor in factors)}",
        windows=pd.DataFrame(
            {"forgetting factor": chosen, "effective months": found.effective},
            index=regression.dates[found.last],
        ),
        made=(
            f"Discounted least squares from all months up to each date (one-sided), {words}; "
            f"{found.effective[-1]:.0f} effective months at the end."
        ),
        references=(
            "campa_goldberg2005",
            "newey_west1987",
            "kiefer_vogelsang2005",
            "raftery2010",
            "koop_korobilis2012",
        ),
    )


def _functions(
    regression: LagRegression, horizons: Sequence[int] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Horizons, and the functions of all coefficients that are their pass-through."""
    shown = regression.horizons if horizons is None else horizons
    sums = regression.sums(list(shown))
    nothing = np.zeros((len(sums), regression.w.shape[1]))
    return np.array(shown, dtype=int), np.hstack([sums, nothing])


def _path(
    regression: LagRegression,
    found: WindowEstimates,
    horizons: np.ndarray,
    functions: np.ndarray,
    levels: Sequence[float],
    draws: int,
    seed: int,
    stability: PassThroughStability | None,
    *,
    made: str,
    **words: Any,
) -> PassThroughPath:
    """The result, with the tests and the band of no change."""
    if (found.status != OK).any():
        at = label_of(regression.dates[found.last[found.status != OK][0]])
        raise NumericalError(
            f"The regressors do not vary enough in the months up to {at}.",
            remedy="Use a longer window, or fewer lags, controls or seasonal dummies.",
        )
    whole = rolling_regressions(
        regression.y, regression.regressors, functions, regression.nobs, regression.hac_lags
    )
    error = np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
    return PassThroughPath(
        price=regression.price,
        exchange_rate=regression.exchange_rate,
        horizons=horizons,
        dates=regression.dates[found.last],
        estimate=found.estimate,
        std_error=error,
        covariance=found.covariance,
        limits=fixed_b_limits(
            found.estimate, error, levels, (regression.hac_lags + 1) / found.effective
        ),
        band=f"fixed-b, HAC ({regression.hac_lags})",
        two_sided=False,
        whole_sample=whole.estimate[0],
        no_change=_no_change(regression, found, whole, draws, seed),
        stability=stability or stability_of(regression, draws=draws, rng=seed),
        setting=(made, regression.setting),
        nobs=regression.nobs,
        **words,
    )


def _no_change(
    regression: LagRegression, found: WindowEstimates, whole: WindowEstimates, draws: int, seed: int
) -> NoChangeBand:
    """How far windows stray from the whole sample's estimate when pass-through never changes.

    The largest distance over dates, in standard deviations that differ by date: the
    moving-estimates test of Chu, Hornik and Kuan (1995), its distribution from the bootstrap.
    """
    dates, shown, _ = found.influence.shape
    away = (found.influence - whole.influence).reshape(dates * shown, -1)
    basis = orthonormal(regression.regressors)

    def distances(outcomes: np.ndarray) -> np.ndarray:
        return np.asarray(residuals_on(basis, outcomes)[..., 0] @ away.T)

    drawn = equation_bootstrap(
        distances, basis, regression.y[:, None], "HC1", draws, seed, memory=regression.hac_lags
    ).reshape(draws, dates, shown)
    spread = drawn.std(axis=0)
    spread[spread < 1e-9 * np.abs(whole.estimate).max()] = np.inf  # the whole sample itself
    largest = np.abs(drawn / spread).max(axis=1)
    centre = whole.estimate[0]
    own = np.abs((found.estimate - centre) / spread).max(axis=0)
    reach = np.quantile(largest, NO_CHANGE_LEVEL, axis=0) * np.where(np.isinf(spread), 0.0, spread)
    return NoChangeBand(
        NO_CHANGE_LEVEL,
        centre - reach,
        centre + reach,
        np.array([p_value(value, draw) for value, draw in zip(own, largest.T)]),
        "same bootstrap as the tests",
    )


def _spread(regression: LagRegression, found: WindowEstimates, window: int) -> np.ndarray:
    """Standard deviation of the exchange rate's change in each window: what there is to learn."""
    change = regression.x[:, 0]
    return np.array([change[last - window + 1 : last + 1].std() for last in found.last])


def _require_factors(factors: Sequence[float], coefficients: int) -> None:
    fewest = MONTHS_A_COEFFICIENT * coefficients
    smallest = (fewest - 1) / (fewest + 1)
    if not factors or not all(smallest <= factor <= 1 for factor in factors):
        raise SpecError(
            f"forgetting = {', '.join(f'{factor:g}' for factor in factors) or 'nothing'}, for "
            f"{coefficients} coefficients.",
            remedy=f"Use factors from {smallest:.4f} to 1, or fewer lags and controls.",
        )


def _best_so_far(
    candidates: Sequence[WindowEstimates], factors: Sequence[float], regression: LagRegression
) -> np.ndarray:
    """Which factor's one-step predictions erred least up to each date; the largest at first."""
    errors = [prediction_errors(c, regression.y, regression.regressors) for c in candidates]
    squares = np.cumsum(np.square(errors), axis=1)
    return np.append(int(np.argmax(factors)), np.argmin(squares, axis=0))


def _chosen(candidates: Sequence[WindowEstimates], best: np.ndarray) -> WindowEstimates:
    """The estimates of the chosen factor at each date."""
    at = np.arange(len(best))

    def pick(name: str) -> np.ndarray:
        return np.asarray(np.stack([getattr(found, name) for found in candidates])[best, at])

    names = ("estimate", "covariance", "coefficients", "influence", "effective", "status")
    return WindowEstimates(candidates[0].last, **{name: pick(name) for name in names})
