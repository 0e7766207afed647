"""Proves ARDL estimates, multipliers and their bands, the bounds test and the refusals."""

import numpy as np
import pandas as pd
import pytest

from yenloop import load
from yenloop.data.panel import Column, Panel
from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.estimation.ardl import (
    Layout,
    autoregression,
    distributed_lags,
    multiplier_slopes,
    multipliers,
)
from yenloop.estimation.bounds import simulate_bounds
from yenloop.models.ardl import ARDL
from yenloop.models.bounds_test import bounds_test
from yenloop.models.inference.intervals.percentile import PERCENTILE

PLAIN = {"seasonal": False, "order_check": False}

#: dp = 2 - 0.1 (p - 0.6 e + 0.2 oil)_{-1} + 0.3 dp_{-1} + 0.4 de + 0.1 de_{-1} + 0.05 doil + u
RHO, THETA, OIL = -0.1, 0.06, -0.02


def panel(frame: pd.DataFrame, *, differenced: bool = False) -> Panel:
    frame.index = pd.period_range("1995-01", periods=len(frame), freq="M")
    unit = "%" if differenced else "100 x log"
    columns = {
        name: Column(id=name, label=name, unit=unit, differenced=differenced) for name in frame
    }
    return Panel.from_frame(frame, columns)


def simulated(periods: int = 300, noise: float = 0.5, seed: int = 1) -> Panel:
    rng = np.random.default_rng(seed)
    yen, oil = np.cumsum(2 * rng.normal(size=(2, periods + 100)), axis=1)
    change, lagged = np.diff(yen, prepend=yen[0]), np.zeros(periods + 100)
    price = np.full(periods + 100, 20.0)
    lagged[1:] = change[:-1]
    for t in range(2, len(price)):
        price[t] = (
            price[t - 1]
            + 2
            + RHO * price[t - 1]
            + THETA * yen[t - 1]
            + OIL * oil[t - 1]
            + 0.3 * (price[t - 1] - price[t - 2])
            + 0.4 * change[t]
            + 0.1 * lagged[t]
            + 0.05 * (oil[t] - oil[t - 1])
            + noise * rng.normal()
        )
    return panel(pd.DataFrame({"price": price, "yen": yen, "oil": oil}).iloc[100:])


def equation(data: Panel, **options):
    return ARDL(lags=(2, 2, 1), controls=("oil",), **PLAIN, **options).fit(data, "price", "yen")


def true_path(horizon: int) -> np.ndarray:
    """The price after a lasting unit change of the yen, period by period."""
    price = np.zeros(horizon + 3)
    yen = np.r_[0.0, 0.0, np.ones(horizon + 1)]
    for t in range(2, len(price)):
        price[t] = (
            (1 + RHO) * price[t - 1]
            + THETA * yen[t - 1]
            + 0.3 * (price[t - 1] - price[t - 2])
            + 0.4 * (yen[t] - yen[t - 1])
            + 0.1 * (yen[t - 1] - yen[t - 2])
        )
    return price[2:]


# -- against statsmodels ---------------------------------------------------------------------------


def test_both_forms_are_those_of_statsmodels():
    from statsmodels.tsa import ardl

    data = simulated()
    found = equation(data)
    frame = data.frame
    orders = {"yen": 2, "oil": 1}
    that = ardl.ARDL(frame["price"], 2, frame[["yen", "oil"]], orders).fit()
    np.testing.assert_allclose(found.levels_coefficients["estimate"], that.params, rtol=1e-7)
    np.testing.assert_allclose(found.levels_coefficients["s.e."], that.bse, rtol=1e-7)
    uecm = ardl.UECM(frame["price"], 2, frame[["yen", "oil"]], orders).fit()
    np.testing.assert_allclose(found.coefficients["estimate"], uecm.params, rtol=1e-7)
    assert found.bounds_f == pytest.approx(uecm.bounds_test(3)[0], rel=1e-8)
    assert found.aic == pytest.approx(that.aic, rel=1e-10)


@pytest.mark.parametrize("lags", [0, 6])
def test_robust_covariance_is_that_of_statsmodels(lags):
    from statsmodels.tsa.ardl import UECM

    data = simulated()
    found = equation(data, hac_lags=lags)
    model = UECM(data.frame["price"], 2, data.frame[["yen", "oil"]], {"yen": 2, "oil": 1})
    kind = {"maxlags": lags, "kernel": "bartlett", "use_correction": True}
    that = model.fit(cov_type="HAC", cov_kwds=kind)
    np.testing.assert_allclose(found.equation.covariance, that.cov_params(), rtol=1e-5, atol=1e-14)
    # The bounds statistics keep the covariance for which their limits hold.
    assert found.bounds_f == pytest.approx(equation(data).bounds_f, rel=1e-12)


def test_lags_are_those_with_the_smallest_criterion_of_all():
    from statsmodels.tsa.ardl import ardl_select_order

    data = simulated(400)
    found = ARDL(max_lags=3, ic="bic", controls=("oil",), **PLAIN).fit(data, "price", "yen")
    frame = data.frame
    that = ardl_select_order(frame["price"], 3, frame[["yen", "oil"]], 3, ic="bic").model
    assert found.orders == that.ardl_order
    assert len(found.selection) == 10
    assert "(by BIC)" in found.notes()[0]


# -- known truth -----------------------------------------------------------------------------------


def test_without_noise_the_truth_is_found():
    found = equation(simulated(noise=0.0))
    assert found.error_correction[0] == pytest.approx(RHO, abs=1e-9)
    np.testing.assert_allclose(found.long_run["estimate"], [0.6, -0.2, 20.0], atol=1e-7)
    path = found.pass_through(24, bands="delta").paths[0]
    np.testing.assert_allclose(path.estimate, true_path(24), atol=1e-9)


def test_bands_and_sets_hold_the_truth_in_most_samples():
    runs, truth = 50, true_path(24)[[0, 3, 12, 24]]
    held, in_set = np.zeros(4), 0
    for seed in range(runs):
        found = equation(simulated(200, seed=seed))
        low, high = found.pass_through(24, draws=199, rng=seed).paths[0].bounds[0.90]
        held += (low[[0, 3, 12, 24]] <= truth) & (truth <= high[[0, 3, 12, 24]])
        in_set += found.long_run_sets(0.90, draws=199, rng=seed).contains(
            np.array([0.6, -0.2, 20.0])
        )[0]
    # Nine in ten, less 2.5 standard errors of so few samples.
    assert (held >= 40).all()
    assert in_set >= 40


def test_slopes_are_derivatives():
    layout = Layout(1, 3, (2, 0))
    theta = np.random.default_rng(2).normal(scale=0.2, size=layout.size)
    theta[layout.own_level] = -0.2

    def path(at: np.ndarray) -> np.ndarray:
        return multipliers(autoregression(at, layout), distributed_lags(at, layout, 0), 12)

    steps = 1e-6 * np.eye(layout.size)
    by_difference = np.stack([(path(theta + e) - path(theta - e)) / 2e-6 for e in steps], axis=1)
    np.testing.assert_allclose(multiplier_slopes(theta, layout, 0, 12), by_difference, atol=1e-8)
    both = multiplier_slopes(np.stack([theta, 2 * theta]), layout, 0, 12)
    np.testing.assert_allclose(both[0], multiplier_slopes(theta, layout, 0, 12), atol=1e-14)


def test_changes_give_the_response_of_the_level():
    rng = np.random.default_rng(4)
    yen, noise = rng.normal(size=(2, 4000))
    price = np.zeros(4000)
    for t in range(1, 4000):
        price[t] = 0.5 * price[t - 1] + 0.3 * yen[t] + 0.1 * yen[t - 1] + 0.3 * noise[t]
    data = panel(pd.DataFrame({"price": price, "yen": yen}), differenced=True)
    found = ARDL(lags=1, **PLAIN).fit(data, "price", "yen")
    path = found.pass_through(12, bands="delta").paths[0]
    psi = 0.3 * 0.5 ** np.arange(13)
    psi[1:] += 0.1 * 0.5 ** np.arange(12)
    np.testing.assert_allclose(path.estimate, psi.cumsum(), atol=0.05)
    assert "past changes add up to 0.5" in found.notes()[1]
    assert list(found.speed(draws=100).index) == ["periods to half of the long run"]
    with pytest.raises(SpecError, match="asks for a relation in levels"):
        found.bounds_test()


def test_a_regressor_without_lags_enters_with_its_current_level():
    data = simulated()
    found = ARDL(lags=(2, 0), **PLAIN).fit(data, "price", "yen")
    frame = data.frame
    price, yen = frame["price"].to_numpy(), frame["yen"].to_numpy()
    x = np.column_stack([np.ones(298), price[1:-1], price[:-2], yen[2:]])
    by_hand = np.linalg.lstsq(x, price[2:], rcond=None)[0]
    np.testing.assert_allclose(found.levels_coefficients["estimate"], by_hand, rtol=1e-8)
    assert list(found.levels_coefficients.index[-1:]) == ["yen, lag 0"]


# -- what must not matter --------------------------------------------------------------------------


def test_units_and_origins_do_not_matter():
    data = simulated()
    moved = data.with_columns(
        data.frame.assign(price=1000 * data.frame["price"] + 5, oil=data.frame["oil"] - 300),
        data.columns,
    )
    plain, scaled = equation(data), equation(moved)
    a, b = (one.pass_through(24, draws=100).paths[0] for one in (plain, scaled))
    np.testing.assert_allclose(b.estimate, 1000 * a.estimate, rtol=1e-8)
    np.testing.assert_allclose(b.bounds[0.90], 1000 * np.array(a.bounds[0.90]), rtol=1e-6)
    assert scaled.bounds_f == pytest.approx(plain.bounds_f, rel=1e-8)
    assert scaled.bounds_t == pytest.approx(plain.bounds_t, rel=1e-8)


def test_bands_depend_on_the_seed_alone():
    found = equation(simulated(150))
    first, again, other = (found.pass_through(6, draws=150, rng=seed) for seed in (3, 3, 4))
    pd.testing.assert_frame_equal(first.tidy(), again.tidy())
    assert not first.tidy().equals(other.tidy())


@pytest.mark.parametrize("hac_lags", [None, 0])
def test_errors_within_draws_are_those_of_the_delta_method(hac_lags):
    from yenloop.estimation.nardl import _Conditional

    found = equation(simulated(), hac_lags=hac_lags)
    layout, theta = found.layout, found.equation.parameters
    model = _Conditional(found.y, found.x, found.z, layout, found.expansion, theta)
    fits = model.estimate(found.y[None])
    np.testing.assert_allclose(fits.free[0] @ found.expansion.T, theta, rtol=1e-7)
    slopes = multiplier_slopes(theta, layout, 0, 12)[None]
    errors = model.std_errors(fits, slopes @ found.expansion, hac_lags is not None)
    by_delta = found.pass_through(12, bands="delta").paths[0].std_error
    np.testing.assert_allclose(errors[0], by_delta, rtol=1e-8)


def test_other_intervals_can_be_made_of_the_draws():
    found = equation(simulated())
    table = found.pass_through(6, interval=PERCENTILE, draws=200)
    assert "equal-tailed percentiles" in table.band
    path = table.paths[0]
    assert (path.bounds[0.90][0] < path.estimate).all()


# -- bounds test -----------------------------------------------------------------------------------


def test_simulated_limits_approach_the_tabulated_ones():
    from statsmodels.tsa.ardl.pss_critical_values import crit_vals

    for case in (1, 2, 3, 4, 5):
        draws = simulate_bounds(2, case, 300, replications=3000).f
        tabulated = [crit_vals[2, case, integrated][1] for integrated in (False, True)]
        np.testing.assert_allclose(np.quantile(draws, 0.95, axis=1), tabulated, atol=0.25)


def test_simulated_statistics_are_those_of_a_regression():
    from statsmodels.regression.linear_model import OLS

    from yenloop.estimation.streams import block_generator

    draws = simulate_bounds(1, 3, 60, replications=3, seed=8)
    steps = block_generator(8, 0).standard_normal((250, 61, 2))[0]
    walks = steps.cumsum(axis=0)
    x = np.column_stack([np.ones(60), walks[:-1]])
    fit = OLS(steps[1:, 0], x).fit()
    assert draws.t[1, 0] == pytest.approx(fit.tvalues[1], rel=1e-8)
    assert draws.f[1, 0] == pytest.approx(float(fit.f_test(np.eye(3)[1:]).fvalue), rel=1e-8)


@pytest.mark.parametrize(
    ("f", "t", "verdict", "words"),
    [
        (20.0, -8.0, "found", "A relation in levels is found at 5%"),
        (0.5, -8.0, "not found", "No relation in levels is found"),
        (4.3, -8.0, "inconclusive", "not conclusive"),
        (20.0, -3.2, "inconclusive", "not conclusive"),
        (20.0, -0.5, "degenerate", "does not adjust"),
    ],
)
def test_the_sentence_follows_from_the_limits(f, t, verdict, words):
    test = bounds_test(
        f, t, price="p", case=3, counts=[(2, "two")], nobs=150, sample="", replications=4000
    )
    assert test.verdicts == (verdict,)
    assert words in test.sentence
    assert words in str(test.summary())
    assert {"bounds F", "bounds t, p-value, I(1)"} <= set(test.tidy()["statistic"])


def test_small_samples_have_wider_limits_than_the_tables():
    limits = equation(simulated(60)).bounds_test(replications=4000).limits.set_index("statistic")
    assert limits.loc["F", "upper"] > limits.loc["F", "asymptotic_upper"] + 0.2
    assert limits.loc["F", "p_upper"] > limits.loc["F", "asymptotic_p_upper"]


def test_there_is_no_limit_of_t_with_terms_inside_the_relation():
    test = equation(simulated(), case=2).bounds_test(replications=2000)
    assert list(test.limits["statistic"]) == ["F"]


# -- speed, words, storage -------------------------------------------------------------------------


def test_speed_of_adjustment():
    found = equation(simulated(2000, noise=0.2))
    table = found.speed(draws=200)
    assert table.loc["error-correction coefficient", "estimate"] == pytest.approx(RHO, abs=0.01)
    gap = table.loc["half-life of a gap"]
    assert gap["estimate"] == pytest.approx(np.log(0.5) / np.log(0.9), rel=0.1)
    assert gap["low 90%"] < gap["estimate"] < gap["high 90%"]
    reached = int((true_path(60) / 0.6 >= 0.5).argmax())
    assert table.loc["periods to half of the long run", "estimate"] == reached


def test_sets_of_the_long_run_allow_for_a_t_that_is_not_normal():
    found = equation(simulated(120, seed=3))
    plain, drawn = found.long_run_sets(0.90, bands="delta"), found.long_run_sets(0.90)
    assert plain.bounded[0]
    assert (drawn.hull[0] < plain.low).all()
    assert (drawn.hull[1] > plain.high).all()
    assert drawn.contains(found.long_run["estimate"].to_numpy()).all()


def test_a_price_that_may_not_adjust_has_an_unbounded_half_life_and_long_run():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(rng.normal(size=(150, 2)).cumsum(axis=0), columns=["price", "yen"])
    found = ARDL(lags=1, **PLAIN).fit(panel(frame), "price", "yen")
    assert found.converges
    table = found.speed(draws=200, levels=(0.99,))
    assert np.isinf(table.loc["half-life of a gap", "high 99%"])
    assert not found.long_run_sets(0.99).bounded[0]
    tidy = found.tidy(0.99)
    assert np.isinf(tidy.loc[0, "conf_low"])
    assert "Fieller, bootstrap (" in tidy.loc[0, "band"]


def test_tidy_frame_and_words(tmp_path):
    found = equation(simulated())
    table = found.pass_through(24, draws=100)
    tidy = table.tidy()
    assert set(tidy["statistic"]) == {"pass_through"}
    assert set(tidy["unit"]) == {"% per 1% fall of the yen"}
    assert tidy["cumulative"].all()
    assert len(tidy) == 2 * 25
    assert (tidy["model"] == "ARDL(2,2,1) of log levels").all()
    text = str(table.summary())
    for words in ("1995-03 to 2019-12, T = 298", "symmetric percentile-t", "68% and 90%", "months"):
        assert words in text
    assert "Bounds Testing" in found.cite()
    long_run = found.tidy().set_index("shock")
    assert long_run.loc["yen", "statistic"] == "long_run_pass_through"
    assert long_run.loc["oil", "statistic"] == "long_run_multiplier"
    again = load(found.save(tmp_path / "ardl.zip"))
    pd.testing.assert_frame_equal(again.pass_through(24, draws=100).tidy(), tidy)
    pd.testing.assert_frame_equal(load(table.save(tmp_path / "path.zip")).tidy(), tidy)


def test_chart_of_one_path():
    figure, axes = equation(simulated()).pass_through(12, draws=100).plot()
    assert axes.shape == (1, 1)
    assert axes[0, 0].get_xlabel() == "Months after the move"
    assert axes[0, 0].get_ylabel() == "% per 1% fall of the yen"
    assert "All moves of the yen" in [text.get_text() for text in figure.legends[0].get_texts()]


# -- refusals --------------------------------------------------------------------------------------


def test_a_series_that_must_be_differenced_twice_is_refused():
    rng = np.random.default_rng(5)
    twice = rng.normal(size=200).cumsum().cumsum()
    frame = pd.DataFrame({"price": twice, "yen": rng.normal(size=200).cumsum()})
    with pytest.raises(SpecError, match=r"'price' is integrated of order 2.*I\(0\) and I\(1\)"):
        ARDL(lags=1).fit(panel(frame), "price", "yen")
    frame = frame[["yen", "price"]].set_axis(["price", "yen"], axis=1)
    with pytest.raises(SpecError, match="'yen' is integrated of order 2"):
        ARDL(lags=1).fit(panel(frame), "price", "yen")
    changes = panel(frame.diff().iloc[1:], differenced=True)
    with pytest.raises(SpecError, match="'yen' is integrated of order 2"):
        ARDL(lags=1).fit(changes, "price", "yen")
    assert ARDL(lags=1, **PLAIN).fit(changes, "price", "yen").nobs == 198


def test_random_walks_pass_the_check_of_order():
    data = simulated(250)
    found = ARDL(lags=(2, 2, 1), controls=("oil",)).fit(data, "price", "yen")
    assert found.cautions == ()
    assert "month_01" in found.terms


def test_an_equation_that_explodes_has_no_pass_through():
    rng = np.random.default_rng(6)
    yen = rng.normal(size=200).cumsum()
    price = np.zeros(200)
    for t in range(1, 200):
        price[t] = 1.02 * price[t - 1] + 0.1 * yen[t] + 0.1 * rng.normal()
    found = ARDL(lags=1, **PLAIN).fit(
        panel(pd.DataFrame({"price": price, "yen": yen})), "price", "yen"
    )
    assert not found.converges
    with pytest.raises(NumericalError, match="not negative. Multipliers do not converge"):
        found.pass_through()


def test_refusals_name_the_remedy():
    data = simulated()
    index = data.with_columns(
        data.frame, {n: Column(id=n, label=n, unit="index, 2020=100") for n in data.frame}
    )
    with pytest.raises(SpecError, match=r"needs logs, and 'price' is in index.*log_level"):
        equation(index)
    mixed = data.with_columns(
        data.frame, {**data.columns, "yen": Column("yen", "yen", "%", differenced=True)}
    )
    with pytest.raises(SpecError, match="Pass-through needs log changes, and 'price'"):
        equation(mixed)
    with pytest.raises(SpecError, match="for 3 groups of series"):
        ARDL(lags=(1, 1), controls=("oil",), **PLAIN).fit(data, "price", "yen")
    with pytest.raises(SampleError, match="longer sample"):
        ARDL(lags=6, controls=("oil",), **PLAIN).fit(data, "price", "yen", end="1997-06")
    with pytest.raises(SampleError, match="smaller max_lags"):
        ARDL(controls=("oil",), **PLAIN).fit(data, "price", "yen", end="1999-06")
    double = data.with_columns(data.frame.assign(oil=2 * data.frame["yen"]), data.columns)
    with pytest.raises(NumericalError, match="collinear"):
        equation(double)
    for wrong in ({"case": 6}, {"lags": 0}, {"lags": (1, -1)}, {"ic": "fpe"}, {"hac_lags": -1}):
        with pytest.raises(SpecError):
            ARDL(**wrong)
    with pytest.raises(SpecError, match="bands = 'normal'"):
        equation(data).pass_through(bands="normal")
    with pytest.raises(SpecError, match="combinations"):
        ARDL(max_lags=24, controls=("oil", "gas", "coal"), **PLAIN).fit(
            data.with_columns(
                data.frame.assign(gas=1.0, coal=2.0),
                {**data.columns, **{n: Column(n, n, "log") for n in ("gas", "coal")}},
            ),
            "price",
            "yen",
        )
