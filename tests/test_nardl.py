"""Proves falls and rises apart: partial sums, collapse to ARDL, known asymmetry, tests, chart."""

import numpy as np
import pandas as pd
import pytest

from yenloop import load
from yenloop.data.panel import Column, Panel
from yenloop.errors import NumericalError, SpecError
from yenloop.estimation.nardl import partial_sums
from yenloop.models.ardl import ARDL
from yenloop.models.nardl import NARDL
from yenloop.models.nardl_results import FALLS, RISES

PLAIN = {"seasonal": False, "order_check": False}
RHO, PLUS, MINUS = -0.1, 0.08, 0.05


def panel(frame: pd.DataFrame, *, differenced: bool = False) -> Panel:
    frame.index = pd.period_range("1995-01", periods=len(frame), freq="M")
    unit = "%" if differenced else "100 x log"
    columns = {
        name: Column(id=name, label=name, unit=unit, differenced=differenced) for name in frame
    }
    return Panel.from_frame(frame, columns)


def simulated(
    periods: int = 300, noise: float = 0.8, seed: int = 1, minus: float = MINUS, impact: float = 0.5
) -> Panel:
    """Falls of the yen pass through by 0.8 in the long run and 0.7 at once, rises by less."""
    rng = np.random.default_rng(seed)
    yen = np.cumsum(2 * rng.normal(size=periods + 50))
    plus, down = partial_sums(yen)
    rises, falls = np.diff(plus, prepend=0), np.diff(down, prepend=0)
    price = np.zeros(periods + 50)
    for t in range(1, len(price)):
        price[t] = (
            (1 + RHO) * price[t - 1]
            + PLUS * plus[t - 1]
            + minus * down[t - 1]
            + 0.7 * rises[t]
            + impact * falls[t]
            + noise * rng.normal()
        )
    return panel(
        pd.DataFrame({"price": price, "yen": yen, "oil": rng.normal(size=periods + 50)}).iloc[50:]
    )


def equation(data: Panel, **options):
    return NARDL(lags=(1, 1), **PLAIN, **options).fit(data, "price", "yen")


def true_path(long_run: float, impact: float, horizon: int) -> np.ndarray:
    return long_run + (impact - long_run) * (1 + RHO) ** np.arange(horizon + 1)


# -- partial sums and collapse ---------------------------------------------------------------------


def test_partial_sums_start_at_zero_and_add_up():
    x = np.array([3.0, 5.0, 5.0, 4.0, 7.0])
    rises, falls = partial_sums(x)
    np.testing.assert_array_equal(rises, [0, 2, 2, 2, 5])
    np.testing.assert_array_equal(falls, [0, 0, 0, -1, -1])
    np.testing.assert_array_equal(rises + falls, x - x[0])


@pytest.mark.parametrize("lags", [(2, 3, 1), (1, 0, 2)])
@pytest.mark.parametrize("bands", ["delta", "bootstrap"])
def test_with_equal_sides_it_is_the_ardl(lags, bands):
    data = simulated()
    options = {"lags": lags, "controls": ("oil",), **PLAIN}
    plain = ARDL(**options).fit(data, "price", "yen")
    equal = NARDL(**options, symmetric="both").fit(data, "price", "yen")
    assert equal.bounds_f == pytest.approx(plain.bounds_f, rel=1e-8)
    assert equal.error_correction == pytest.approx(plain.error_correction, rel=1e-8)
    assert equal.aic == pytest.approx(plain.aic, rel=1e-10)
    one = plain.pass_through(12, bands=bands, draws=100).paths[0]
    for side in equal.pass_through(12, bands=bands, draws=100).paths:
        np.testing.assert_allclose(side.estimate, one.estimate, rtol=1e-7)
        np.testing.assert_allclose(side.bounds[0.90], one.bounds[0.90], rtol=1e-6)
    assert equal.symmetry_tests().empty
    assert equal.counts[0][0] == plain.counts[0][0]


def test_sides_that_share_the_short_run_differ_in_the_long_run_alone():
    data = simulated()
    found = equation(data, symmetric="short")
    table = found.coefficients["estimate"]
    assert table["change of yen+, lag 0"] == table["change of yen-, lag 0"]
    assert table["yen+, lag 1"] != table["yen-, lag 1"]
    assert list(found.symmetry_tests().index) == ["long run"]
    gap = found.pass_through(6, draws=100).paths[2]
    low, high = gap.bounds[0.90]
    assert gap.estimate[0] == low[0] == high[0] == 0.0
    assert (low[1:] < high[1:]).all()
    found = equation(data, symmetric="long")
    assert list(found.symmetry_tests().index) == ["short run", "impact"]
    assert "long run alike by assumption" in str(found.summary())


# -- known truth -----------------------------------------------------------------------------------


def test_without_noise_the_asymmetry_is_found():
    found = equation(simulated(noise=0.0))
    np.testing.assert_allclose(found.long_run["estimate"].iloc[:2], [0.8, 0.5], atol=1e-8)
    table = found.pass_through(24, bands="delta")
    np.testing.assert_allclose(table.path(FALLS).estimate, true_path(0.8, 0.7, 24), atol=1e-8)
    np.testing.assert_allclose(table.path(RISES).estimate, true_path(0.5, 0.5, 24), atol=1e-8)
    gap = table.paths[2]
    assert gap.difference
    np.testing.assert_allclose(gap.estimate, table.paths[0].estimate - table.paths[1].estimate)


def test_bands_hold_the_truth_and_the_difference_in_most_samples():
    runs, at = 40, [0, 6, 24]
    truth = [true_path(0.8, 0.7, 24)[at], true_path(0.5, 0.5, 24)[at]]
    truth.append(truth[0] - truth[1])
    held, in_set = np.zeros((3, 3)), 0
    for seed in range(runs):
        found = equation(simulated(200, seed=seed))
        for i, path in enumerate(found.pass_through(24, draws=199, rng=seed).paths):
            low, high = path.bounds[0.90]
            held[i] += (low[at] <= truth[i]) & (truth[i] <= high[at])
        in_set += bool(found.long_run_difference(0.90, draws=199).contains(0.3)[0])
    # Nine in ten, less 2.5 standard errors of so few samples.
    assert (held >= 31).all()
    assert in_set >= 31


def test_asymmetry_is_found_where_it_is_and_not_where_it_is_not():
    apart = equation(simulated(400)).symmetry_tests()
    assert (apart.loc[["long run", "impact"], ["p", "p (bootstrap)"]] < 0.05).all(axis=None)
    alike = equation(simulated(400, minus=PLUS, impact=0.7)).symmetry_tests()
    assert (alike[["p", "p (bootstrap)"]] > 0.05).all(axis=None)


def test_wald_statistics_are_squares_of_difference_over_error():
    found = equation(simulated())
    tests = found.symmetry_tests()
    np.testing.assert_allclose(tests["chi2"], (tests["difference"] / tests["s.e."]) ** 2)
    levels = found.long_run["estimate"]
    assert tests.loc["long run", "difference"] == pytest.approx(levels["yen+"] - levels["yen-"])
    # The delta method and Fieller's set are close where the price clearly adjusts.
    sets = found.long_run_difference(0.90, bands="delta")
    reach = 1.645 * tests.loc["long run", "s.e."]
    assert sets.low[0] == pytest.approx(tests.loc["long run", "difference"] - reach, abs=0.02)


# -- inference, counts, words ----------------------------------------------------------------------


def test_the_band_of_the_difference_comes_from_joint_draws():
    table = equation(simulated()).pass_through(12, draws=400)
    falls, rises, gap = (path.bounds[0.90] for path in table.paths)
    widths = [high - low for low, high in (falls, rises, gap)]
    # Both sides share their errors at long horizons: the difference is known better than either.
    assert widths[2][-1] < widths[0][-1]
    assert widths[2][-1] < widths[1][-1]


def test_robust_errors_come_with_a_wild_bootstrap():
    table = equation(simulated(), hac_lags=0).pass_through(6, draws=150)
    assert table.band == "symmetric percentile-t, wild bootstrap (150 joint draws)"
    by_delta = equation(simulated(), hac_lags=0).pass_through(6, bands="delta")
    assert by_delta.band == "normal, delta method, HAC"


def test_the_bounds_test_counts_falls_and_rises_as_two_and_as_one():
    test = equation(simulated(noise=0.2)).bounds_test(replications=2000)
    assert list(test.limits["count"]) == [2, 2, 1, 1]
    assert "k = 2: falls and rises as two; k = 1: falls and rises as one" in test.notes()[1]
    assert set(test.verdicts) <= {"found", "inconclusive"}


def test_tidy_frame_words_and_storage(tmp_path):
    found = NARDL(lags=(1, 2, 1), controls="oil", **PLAIN).fit(simulated(), "price", "yen")
    table = found.pass_through(12, draws=100)
    tidy = table.tidy()
    sides = tidy[tidy["statistic"] == "pass_through"]
    assert set(sides["model"]) == {
        "NARDL(1,2,1) of log levels, falls of the yen",
        "NARDL(1,2,1) of log levels, rises of the yen",
    }
    assert set(sides["unit"]) == {"% per 1% fall of the yen"}
    assert set(tidy["statistic"]) == {"pass_through", "pass_through_difference"}
    text = str(found.summary())
    assert "lags 1 of price, 2 of yen, 1 of oil" in text
    assert "Sums of falls (+) and rises (-) of the yen" in text
    assert "Tests that falls and rises of the yen are alike" in text
    assert list(found.tidy()["statistic"][:3]) == ["long_run_pass_through"] * 2 + [
        "long_run_multiplier"
    ]
    assert "Asymmetric Cointegration" in table.cite()
    again = load(found.save(tmp_path / "nardl.zip"))
    pd.testing.assert_frame_equal(again.pass_through(12, draws=100).tidy(), tidy)


def test_chart_has_both_sides_and_the_difference():
    figure, axes = equation(simulated()).pass_through(12, draws=100).plot()
    assert axes.shape == (1, 2)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["Falls of the yen", "Rises of the yen", "Falls less rises"]
    assert [len(ax.collections) for ax in axes.flat] == [4, 2]


def test_refusals():
    rng = np.random.default_rng(3)
    changes = panel(
        pd.DataFrame(rng.normal(size=(200, 2)), columns=["price", "yen"]), differenced=True
    )
    with pytest.raises(SpecError, match="the series are changes"):
        equation(changes)
    with pytest.raises(SpecError, match="symmetric = 'some'"):
        NARDL(symmetric="some")
    yen = rng.normal(size=200).cumsum()
    price = np.exp(np.arange(200) / 60) + 0.1 * rng.normal(size=200)
    growing = panel(pd.DataFrame({"price": price, "yen": yen}))
    with pytest.raises(NumericalError, match="does not come to rest"):
        equation(growing).pass_through()
