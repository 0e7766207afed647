"""Proves the tests of constant pass-through: brute force, size, power, and what a drift feigns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from yenloop.data.panel import Column, Panel
from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.estimation.breaks import equation_bootstrap, orthonormal, residuals_on
from yenloop.estimation.parameter_stability import (
    contrast_covariance,
    contrasts,
    hac_wald,
    nyblom,
    quasi_local_level,
    standardised_scores,
)
from yenloop.models.passthrough_regression import lag_regression
from yenloop.models.passthrough_stability import pass_through_stability, stability_of
from yenloop.models.storage import load


def panel(frame: pd.DataFrame, start: str = "2000-01") -> Panel:
    frame = frame.set_axis(pd.period_range(start, periods=len(frame), freq="M"), axis=0)
    columns = {
        name: Column(id=name, label=name, unit="100 x dlog", differenced=True) for name in frame
    }
    return Panel.from_frame(frame, columns)


def economy(
    periods: int = 300,
    seed: int = 0,
    *,
    after: float = 1.0,
    date: int = 150,
    mean: float = 0.0,
    persistence: float = 0.3,
) -> Panel:
    """A yen and a price with lags 0 and 1; pass-through times ``after``, mean plus ``mean``."""
    rng = np.random.default_rng(seed)
    late = np.arange(periods) >= date
    yen = lfilter([1.0], [1.0, -0.3], rng.standard_t(6, size=periods)) + mean * late
    error = lfilter([1.0], [1.0, -persistence], rng.normal(size=periods))
    answer = 0.5 * yen + 0.3 * np.append(0.0, yen[:-1])
    price = np.where(late, after, 1.0) * answer + mean * late + error
    return panel(pd.DataFrame({"price": price, "yen": yen}))


SMALL = {"lags": 1, "seasonal": False, "hac_lags": 4}


# -- the statistics -------------------------------------------------------------------------------


def sample(rows: int = 120, seed: int = 1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3))
    return rng.normal(size=rows) + x @ [1.0, 0.5, 0.0], x


def test_wald_statistic_is_that_of_the_regression_with_hac_errors():
    from statsmodels.regression.linear_model import OLS

    y, x = sample()
    moved = np.where(np.arange(120)[:, None] >= 70, x[:, :2], 0.0)
    matrix = np.array([[1.0, 1.0], [0.0, 2.0]])
    basis = orthonormal(x)
    left = residuals_on(basis, y[:, None]).T
    tested = contrasts(basis, moved, matrix)
    options = {"maxlags": 5, "kernel": "bartlett", "use_correction": True}
    fit = OLS(y, np.hstack([x, moved])).fit(cov_type="HAC", cov_kwds=options)
    restrictions = np.hstack([np.zeros((2, 3)), matrix])
    np.testing.assert_allclose(tested.estimate(left)[0], restrictions @ fit.params, rtol=1e-9)
    spread = restrictions @ fit.cov_params() @ restrictions.T
    np.testing.assert_allclose(contrast_covariance(tested, left, 5)[0], spread, rtol=1e-8)
    theirs = float(fit.wald_test(restrictions, use_f=False, scalar=True).statistic)
    assert hac_wald(tested, left, 5)[0] == pytest.approx(theirs, rel=1e-8)
    with pytest.raises(NumericalError, match="regressor whose coefficient breaks"):
        contrasts(basis, x[:, :1], np.eye(1))


def test_nyblom_and_qll_by_their_definitions():
    y, x = sample()
    left = residuals_on(orthonormal(x), y[:, None])[:, 0]
    scores = x * left[:, None]
    variance = scores.T @ scores / 120
    for lag in range(1, 4):
        across = scores[lag:].T @ scores[:-lag] / 120
        variance += (1 - lag / 4) * (across + across.T)
    sums = np.cumsum(scores, axis=0)
    by_hand = np.trace(np.linalg.solve(variance, sums.T @ sums)) / 120**2
    standard = standardised_scores(x, left[None], 3)
    assert nyblom(standard)[0] == pytest.approx(by_hand, rel=1e-9)

    root = np.linalg.cholesky(variance)
    u, r = np.linalg.solve(root, scores.T).T, 1 - 10 / 120
    squares = 0.0
    for column in u.T:
        w = np.empty(120)
        w[0] = column[0]
        for t in range(1, 120):
            w[t] = r * w[t - 1] + column[t] - column[t - 1]
        trend = r ** np.arange(1, 121)
        w -= trend * (trend @ w) / (trend @ trend)
        squares += w @ w
    assert quasi_local_level(standard)[0] == pytest.approx((u**2).sum() - r * squares, rel=1e-9)


def test_qll_has_the_critical_values_of_elliott_and_muller():
    # Their table 1: -7.14, -8.36 and -11.05 with one coefficient.
    u = np.random.default_rng(2).normal(size=(20_000, 250, 1))
    found = quasi_local_level(u - u.mean(axis=1, keepdims=True))
    np.testing.assert_allclose(
        np.quantile(found, [0.90, 0.95, 0.99]), [7.14, 8.36, 11.05], rtol=0.05
    )


def test_bootstrap_errors_have_the_autocorrelation_of_the_residuals():
    rng = np.random.default_rng(3)
    errors = lfilter([1.0], [1.0, -0.6], rng.normal(size=2000))
    basis = np.full((2000, 1), 1 / np.sqrt(2000))

    def correlation(outcomes):
        series = outcomes[..., 0]
        return (series[:, 1:] * series[:, :-1]).sum(axis=1) / (series**2).sum(axis=1)

    drawn = equation_bootstrap(correlation, basis, errors[:, None], "HC1", 99, 0, memory=6)
    assert drawn.mean() == pytest.approx(0.6, abs=0.03)
    plain = equation_bootstrap(correlation, basis, errors[:, None], "HC1", 99, 0)
    assert abs(plain.mean()) < 0.02


# -- known truth ----------------------------------------------------------------------------------


def p_values(samples: int, **truth):
    """p-values over samples: headline, least squares, all coefficients, Nyblom, qLL, known date."""
    found = []
    for seed in range(samples):
        regression = lag_regression(economy(130, seed, date=80, **truth), "price", "yen", **SMALL)
        result = stability_of(regression, draws=99, known_dates=["2006-09"], rng=seed)
        found.append(
            [
                result.p_values["sup"],
                result.least_squares[1],
                result.joint.p_values["sup"],
                *result.moving.loc["cumulated pass-through", "bootstrap p"],
                result.known.loc["2006-09", "bootstrap p"],
            ]
        )
    return np.array(found)


def test_size_is_near_ten_per_cent():
    # In 400 samples of 300 months the tests reject in 9 to 12% at 10%; here 25 of 130 months.
    found = p_values(25)
    assert ((found <= 0.10).mean(axis=0) <= 0.10 + 3 * np.sqrt(0.09 / 25)).all()
    assert 0.35 < found.mean() < 0.65


def test_power_against_a_step():
    assert ((p_values(8, after=2.5) <= 0.10).mean(axis=0) > 0.7).all()


def test_a_shift_of_the_mean_does_not_pass_for_one_of_pass_through():
    headline, fixed = [], []
    for seed in range(6):
        data = economy(200, seed, mean=2.0, date=160)
        result = pass_through_stability(data, "price", "yen", draws=99, known_dates=[], **SMALL)
        headline.append(result.p_values["sup"])
        fixed.append(result.least_squares[1])
    assert np.mean(np.array(fixed) <= 0.10) >= 0.5
    assert np.mean(np.array(headline) <= 0.10) <= 0.34
    assert "if it stays, by least squares" in result.sentence
    plain = pass_through_stability(
        data, "price", "yen", drifting_mean=False, draws=99, known_dates=[], **SMALL
    )
    assert plain.statistics["sup"] == pytest.approx(result.least_squares[0])
    assert "by least squares" not in plain.sentence


def test_a_step_is_dated_and_its_size_estimated():
    result = pass_through_stability(
        economy(400, 5, after=2.0, date=240),
        "price",
        "yen",
        draws=99,
        known_dates=["2020-01"],
        **SMALL,
    )
    assert result.p_values["sup"] <= 0.02
    assert abs(result.break_row - 240) <= 6
    assert result.date in result.likely_dates(0.90)
    known = result.known.loc["2020-01"]
    assert known["change"] == pytest.approx(0.8, abs=3 * known["s.e."])
    assert known["after"] - known["before"] == pytest.approx(known["change"])
    assert known["months after"] == 160


def test_several_breaks():
    data = economy(200, 6, after=3.0, date=100)
    several = pass_through_stability(
        data, "price", "yen", max_breaks=1, draws=99, known_dates=[], **SMALL
    ).several
    assert several.number >= 1
    assert abs(several.rows[1][0] - 99) <= 10


# -- the result -----------------------------------------------------------------------------------


def test_units_and_order_of_draws_do_not_matter():
    data = economy(160)
    scaled = data.with_columns(data.frame * [1000.0, 1.0], data.columns)
    options = {"draws": 99, "known_dates": [], **SMALL}
    one = pass_through_stability(data, "price", "yen", **options)
    other = pass_through_stability(scaled, "price", "yen", **options)
    assert other.statistics["sup"] == pytest.approx(one.statistics["sup"], rel=1e-6)
    assert other.p_values == one.p_values


def test_the_result_reads_in_words_and_travels(tmp_path):
    result = pass_through_stability(
        economy(200), "price", "yen", draws=99, known_dates={"2005-01": "something"}, **SMALL
    )
    text = str(result.summary())
    order = [text.index(words) for words in ("unknown date", "keeps moving", "Known dates")]
    assert order == sorted(order)
    assert result.notes()[0].startswith("Stability first: that pass-through to price at 1 months")
    tidy = result.tidy()
    for name in ("sup_wald", "Nyblom, cumulated pass-through", "pass_through_change, 2005-01"):
        assert (tidy["statistic"] == name).sum() == 1
    assert "Nyblom" in result.cite()
    assert "goncalves_kilian2004" in result.cite()
    again = load(result.save(tmp_path / "tests.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), tidy)
    assert str(again.summary()) == text
    figure, axes = result.plot()
    np.testing.assert_allclose(axes[0, 0].lines[0].get_ydata(), result.sequence)
    assert "Stability first" in figure.texts[-1].get_text()


def test_refusals_and_dates_without_room():
    data = economy(120)
    result = pass_through_stability(
        data, "price", "yen", draws=99, known_dates=["2000-03", "2009-11", "2031-01"], **SMALL
    )
    assert result.known["change"].isna().all()
    assert "Too few months on one side for a test: 2000-03, 2009-11, 2031-01." in result.notes()[2]
    with pytest.raises(SpecError, match="is not a date"):
        pass_through_stability(data, "price", "yen", known_dates=["January"], **SMALL)
    with pytest.raises(SpecError, match="cannot be summed from 1 lags"):
        pass_through_stability(data, "price", "yen", horizon=12, **SMALL)
    with pytest.raises(SpecError, match="draws"):
        pass_through_stability(data, "price", "yen", draws=10, **SMALL)
    with pytest.raises(SampleError, match="cannot carry"):
        pass_through_stability(data, "price", "yen", lags=20, seasonal=False)
    with pytest.raises(SpecError, match="hac_lags"):
        pass_through_stability(data, "price", "yen", lags=1, hac_lags=-1)
