"""Whether pass-through has changed at all: the tests that come before any story about change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from ..data.dates import label_of, require_date
from ..data.panel import Panel
from ..estimation.breaks import candidate_dates, equation_bootstrap, p_value
from ..estimation.drifting_mean import Whitened, whitened
from ..estimation.least_squares import least_squares
from ..estimation.parameter_stability import contrast_covariance, hac_wald
from ..estimation.streams import seed_from
from .passthrough_regression import LagRegression, LagTerms, lag_regression
from .passthrough_stability_result import PassThroughStability
from .passthrough_stability_tests import Changes, StabilityTests, after_row, stability_tests
from .reduced_form.break_regimes import require_options
from .reduced_form.break_result import tested
from .reduced_form.breaks import BreakTest, break_test
from .reduced_form.multiple_breaks import multiple_breaks
from .reduced_form.multiple_breaks_result import MultipleBreaks

__all__ = ["KNOWN_DATES", "PassThroughStability", "pass_through_stability", "stability_of"]

#: Columns of the table of known dates.
KNOWN_COLUMNS = (
    "event",
    "months after",
    "before",
    "after",
    "change",
    "s.e.",
    "chi2 p",
    "bootstrap p",
    "change, least squares",
    "p, least squares",
)

#: First months of what may have changed pass-through, known beforehand.
KNOWN_DATES: Mapping[str, str] = {
    "2013-01": "price-stability target of 2%",
    "2016-09": "yield-curve control begins",
    "2022-01": "import prices and the yen's slide",
    "2024-03": "yield-curve control ends",
}

#: Fewest months before and after a known date, for each coefficient that changes.
MONTHS_A_COEFFICIENT = 2


def pass_through_stability(
    panel: Panel,
    price: str,
    exchange_rate: str,
    *,
    horizon: int | None = None,
    drifting_mean: bool = True,
    known_dates: Mapping[str, str] | Sequence[str] = KNOWN_DATES,
    trimming: float = 0.15,
    max_breaks: int = 0,
    draws: int = 499,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
    **terms: Unpack[LagTerms],
) -> PassThroughStability:
    r"""Test whether the pass-through of a distributed-lag regression is constant.

    The headline is the largest Wald statistic, over dates, of a change of the cumulated
    coefficients :math:`\sum_{l \le h} \beta_l` alone; all coefficients of the exchange rate may
    change at each date, those of the other regressors stay. Beside it: two tests against
    pass-through that keeps moving, a change of all coefficients of the exchange rate (with the date
    and its interval), and dates known beforehand.

    Parameters
    ----------
    panel : Panel
        Changes in 100 x log differences.
    price, exchange_rate : str
    horizon : int, optional
        h, months; 12 by default, or as many as there are lags.
    drifting_mean : bool
        Whether the mean of the price may drift: generalised least squares, with errors that are
        autoregressive and a mean that follows a random walk (its variance by maximum likelihood).
        Where a mean that moves must not, a rise of inflation while the yen falls passes for a rise
        of pass-through. If not, least squares with HAC errors, which stands beside the other.
    known_dates : mapping of str to str, or sequence of str
        First months of the new regime, with what happened. A month that leaves too few on one side
        is listed without a test.
    trimming : float
        Share of the sample that each regime has at least.
    max_breaks : int
        Most breaks in Bai and Perron's search; 0 leaves it out (it takes half a minute).
    draws : int
        Of the bootstrap.
    levels : sequence of float
        Of the intervals of dates.
    rng : int, Generator or None
    **terms
        See ``LagTerms``.

    Returns
    -------
    PassThroughStability

    Raises
    ------
    SpecError, SampleError, NumericalError, MissingSeriesError, GapError

    Notes
    -----
    In 400 simulated samples of 300 months (6 lags, stochastic volatility, errors with an
    autocorrelation of 0.3) in which nothing changes, the tests reject at 10% in 9 to 12%; by the
    asymptotic p-value the headline rejects in 15%, that of least squares in a third. A rise from
    0.8 to 1.2 in the middle is found by the headline in 76% (120 samples), by least squares in 63%.
    Where the mean of price and yen jumps by one standard deviation and pass-through stays, the
    headline rejects in 14% (200 samples), least squares in 35%.

    References
    ----------
    Andrews (1993); Nyblom (1989); Hansen (1992); Elliott and Müller (2006); Bai (1997).
    """
    return stability_of(
        lag_regression(panel, price, exchange_rate, **terms),
        horizon=horizon,
        drifting_mean=drifting_mean,
        known_dates=known_dates,
        trimming=trimming,
        max_breaks=max_breaks,
        draws=draws,
        levels=levels,
        rng=rng,
    )


def stability_of(
    regression: LagRegression,
    *,
    horizon: int | None = None,
    drifting_mean: bool = True,
    known_dates: Mapping[str, str] | Sequence[str] = KNOWN_DATES,
    trimming: float = 0.15,
    max_breaks: int = 0,
    draws: int = 499,
    levels: Sequence[float] = (0.68, 0.90),
    rng: int | np.random.Generator | None = 0,
) -> PassThroughStability:
    """The tests of ``pass_through_stability`` for a regression that is at hand."""
    require_options("HC3", trimming, draws)
    seed = seed_from(rng)
    month = regression.headline if horizon is None else horizon
    dates = candidate_dates(regression.nobs, trimming, regression.x.shape[1])
    white = whitened(
        regression.y,
        regression.x,
        regression.w,
        regression.w_names.index("constant"),
        longest=regression.hac_lags,
        drifting=drifting_mean,
        seed=seed,
    )
    known = _known_rows(regression, known_dates)
    rows = {first: row for first, (row, _) in known.items() if row}
    tests = stability_tests(regression, white, month, dates, rows, drifting_mean)
    outcome = regression.y[:, None]
    found = tests(outcome[None])[0]
    drawn = equation_bootstrap(
        tests, tests.plain.basis, outcome, "HC1", draws, seed, memory=regression.hac_lags
    )
    headline = tests.headline
    sequence = headline.sequence(headline.residuals(outcome.T))[0]
    joint, several = _all_coefficients(regression, white, trimming, max_breaks, draws, levels, seed)
    return PassThroughStability(
        **tested(sequence, drawn[:, :3], dates, regression.dates, 1),
        model=f"distributed lags ({regression.lags})",
        breaking=f"the cumulated pass-through at {month} months",
        trimming=trimming,
        draws=draws,
        seed=seed,
        break_row=joint.break_row + len(white.phi),
        likely={level: rows + len(white.phi) for level, rows in joint.likely.items()},
        price=regression.price,
        exchange_rate=regression.exchange_rate,
        horizon=month,
        hac_lags=regression.hac_lags,
        drifting_mean=drifting_mean,
        least_squares=(float(found[3]), p_value(float(found[3]), drawn[:, 3])),
        setting=regression.setting,
        joint=joint,
        moving=_moving_table(found[4:8], drawn[:, 4:8]),
        known=_known_table(regression, tests, known, month, drawn[:, 8:]),
        several=several,
    )


def _all_coefficients(
    regression: LagRegression,
    white: Whitened,
    trimming: float,
    max_breaks: int,
    draws: int,
    levels: Sequence[float],
    seed: int,
) -> tuple[BreakTest, MultipleBreaks | None]:
    """A change, or several, of all coefficients of the exchange rate, by generalised least squares.

    Errors are not autocorrelated there, as the tests and the intervals of dates want it.
    """
    names = [regression.price.id, *regression.x_names, *regression.w_names]
    frame = pd.DataFrame(
        np.column_stack([white.y, white.x, white.w]), regression.dates[len(white.phi) :], names
    )
    options: dict[str, Any] = {
        "breaking": regression.x_names,
        "constant": False,
        "trimming": trimming,
        "levels": levels,
        "rng": seed,
    }
    joint = break_test(frame, regression.price.id, draws=draws, **options)
    if not max_breaks:
        return joint, None
    fewer = min(draws, 199)
    return joint, multiple_breaks(
        frame, regression.price.id, max_breaks=max_breaks, draws=fewer, **options
    )


def _known_rows(
    regression: LagRegression, dates: Mapping[str, str] | Sequence[str]
) -> dict[str, tuple[int, str]]:
    """Rows before each known date, 0 where a side is too short, and what happened."""
    named = dict(dates) if isinstance(dates, Mapping) else dict.fromkeys(dates, "")
    fewest = MONTHS_A_COEFFICIENT * regression.x.shape[1]
    labels = [label_of(date) for date in regression.dates]
    found = {}
    for first, event in named.items():
        require_date(first)
        row = sum(label < first for label in labels)
        enough = min(row, regression.nobs - row) >= fewest
        found[first] = (row if enough else 0, event)
    return found


def _moving_table(found: np.ndarray, drawn: np.ndarray) -> pd.DataFrame:
    """Tests against coefficients that move, with bootstrap p-values."""
    index = pd.MultiIndex.from_product(
        [["cumulated pass-through", "all coefficients"], ["Nyblom", "qLL (sign turned)"]]
    )
    p_values = [p_value(value, draws) for value, draws in zip(found, drawn.T)]
    return pd.DataFrame({"statistic": found, "bootstrap p": p_values}, index=index)


def _known_table(
    regression: LagRegression,
    tests: StabilityTests,
    known: Mapping[str, tuple[int, str]],
    month: int,
    drawn: np.ndarray,
) -> pd.DataFrame:
    """Pass-through before and after each known date, and the test of its change."""
    from scipy.stats import chi2

    labels = [label_of(date) for date in regression.dates]
    order = list(tests.plain.known)
    parts = np.split(drawn, 2, axis=1)
    rows: dict[str, dict[str, object]] = {}
    for first, (row, event) in known.items():
        rows[first] = {"event": event, "months after": sum(label >= first for label in labels)}
        if not row:
            continue
        place = order.index(first)
        main = _change(regression, tests.headline, first, row, month)
        plain = _change(regression, tests.plain, first, row, month)
        rows[first] |= {
            **{name: main[name] for name in ("before", "after", "change", "s.e.")},
            "chi2 p": chi2.sf(main["wald"], 1),
            "bootstrap p": p_value(main["wald"], parts[0][:, place]),
            "change, least squares": plain["change"],
            "p, least squares": p_value(plain["wald"], parts[1][:, place]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=KNOWN_COLUMNS)


def _change(
    regression: LagRegression, changes: Changes, first: str, row: int, month: int
) -> dict[str, float]:
    """Pass-through before and after one date, its change with standard error, the statistic."""
    change, left = changes.known[first], changes.residuals(regression.y[None])
    series = np.column_stack([regression.regressors, after_row(regression, row), regression.y])
    seen = series if changes.operator is None else changes.operator @ series
    before = least_squares(seen[:, :-1], seen[:, -1:]).coefficients[: month + 1, 0].sum()
    moved = float(change.estimate(left)[0, 0])
    return {
        "before": float(before),
        "after": float(before) + moved,
        "change": moved,
        "s.e.": float(np.sqrt(contrast_covariance(change, left, changes.lags)[0, 0, 0])),
        "wald": float(hac_wald(change, left, changes.lags)[0]),
    }
