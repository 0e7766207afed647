"""Proves large and small moves apart: the search, its bootstrap, sums and their bands, refusals."""

import numpy as np
import pandas as pd
import pytest

from yenloop import load
from yenloop.data.panel import Column, Panel
from yenloop.errors import SampleError, SpecError
from yenloop.estimation.threshold import candidate_thresholds, large_only, search_threshold
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.threshold_lag import threshold_lag
from yenloop.models.threshold_lag_results import ThresholdLag

BETA, BORDER = np.array([0.3, 0.2, 0.1]), 2.5


def panel(frame: pd.DataFrame, *, differenced: bool = True) -> Panel:
    frame.index = pd.period_range("1995-01", periods=len(frame), freq="M")
    columns = {
        name: Column(id=name, label=name, unit="%", differenced=differenced) for name in frame
    }
    return Panel.from_frame(frame, columns)


def simulated(periods: int = 300, gap: float = 1.0, noise: float = 1.0, seed: int = 1) -> Panel:
    """Moves beyond 2.5% have coefficients that are larger by the share ``gap``."""
    rng = np.random.default_rng(seed)
    yen, oil = 2 * rng.normal(size=(2, periods))
    split = yen + gap * large_only(yen, BORDER)
    price = np.convolve(split, BETA)[:periods] + 0.2 * oil + noise * rng.normal(size=periods)
    price[1:] += 0.1 * oil[:-1]
    return panel(pd.DataFrame({"price": price, "yen": yen, "oil": oil}).iloc[6:])


def fitted(data: Panel, **options) -> ThresholdLag:
    options = {"lags": 3, "seasonal": False, "hac_lags": 0, "draws": 199, **options}
    return threshold_lag(data, "price", "yen", controls=("oil",), **options)


def test_with_little_noise_threshold_and_sums_are_found():
    data = simulated(noise=1e-6)
    found = fitted(data, candidates=400)
    yen = data.frame["yen"].abs().iloc[3:]
    assert found.threshold == pytest.approx(yen[yen <= BORDER].max())
    large, small, gap = found.estimates.paths
    sums = np.cumsum([*BETA, 0.0])
    np.testing.assert_allclose(small.estimate, sums, atol=1e-6)
    np.testing.assert_allclose(large.estimate, 2 * sums, atol=1e-6)
    np.testing.assert_allclose(gap.estimate, sums, atol=1e-6)
    assert found.r_squared == pytest.approx(1.0)


def test_moves_that_are_alike_give_the_distributed_lag():
    data = simulated(noise=0.0, gap=0.0)
    one = distributed_lag(
        data,
        "price",
        exchange_rate="yen",
        lags=3,
        controls=["oil"],
        seasonal=False,
        horizons=range(4),
    )
    found = fitted(data, threshold=2.0)
    for path in found.estimates.paths[:2]:
        np.testing.assert_allclose(path.estimate, one.estimate, atol=1e-10)
    np.testing.assert_allclose(found.estimates.paths[2].estimate, 0.0, atol=1e-10)


def test_sums_and_errors_at_a_given_threshold_are_those_of_least_squares():
    from statsmodels.regression.linear_model import OLS

    data = simulated()
    found = fitted(data, threshold=2.0, hac_lags=4, control_lags=1)
    yen, oil = data.frame["yen"].to_numpy(), data.frame["oil"].to_numpy()
    moves = np.column_stack([yen[3 - lag : len(yen) - lag] for lag in range(4)])
    large = large_only(moves, 2.0)
    x = np.hstack([large, moves - large, oil[3:, None], oil[2:-1, None], np.ones((len(moves), 1))])
    options = {"maxlags": 4, "kernel": "bartlett", "use_correction": True}
    fit = OLS(data.frame["price"].to_numpy()[3:], x).fit(cov_type="HAC", cov_kwds=options)
    sums = np.zeros((3, 11))
    sums[0, :4] = sums[1, 4:8] = sums[2, :4] = 1.0
    sums[2, 4:8] = -1.0
    for row, path in zip(sums, found.estimates.paths):
        assert path.estimate[-1] == pytest.approx(row @ fit.params, rel=1e-9)
        assert path.std_error[-1] == pytest.approx(np.sqrt(row @ fit.cov_params() @ row), rel=1e-8)
    wald = (found.estimates.paths[2].estimate[-1] / found.estimates.paths[2].std_error[-1]) ** 2
    assert found.equality.loc["sum of coefficients", "statistic"] == pytest.approx(wald)


def test_f_is_that_of_equal_coefficients():
    from statsmodels.regression.linear_model import OLS

    rng = np.random.default_rng(3)
    moves, others = rng.normal(size=(120, 2)), np.ones((120, 1))
    y = moves @ [0.5, 0.2] + rng.normal(size=120)
    found = search_threshold(y, moves, others, np.array([0.5, 0.9]), draws=50, seed=0)
    for place, size in enumerate((0.5, 0.9)):
        fit = OLS(y, np.hstack([large_only(moves, size), moves, others])).fit()
        value = float(fit.f_test(np.eye(5)[:2]).fvalue)
        assert found.f[place] == pytest.approx(value, rel=1e-9)
    assert found.best == int(found.f.argmax())
    assert found.drawn_excess.shape == (50, 2)
    assert found.kept(0.5)[found.best]


def test_candidates_leave_the_share_on_each_side():
    moves = np.random.default_rng(4).normal(size=200)
    sizes = candidate_thresholds(moves, 0.15, 50)
    shares = [(np.abs(moves) > size).mean() for size in sizes]
    assert max(shares) <= 0.85 + 1e-12
    assert min(shares) >= 0.15 - 1e-12
    assert len(sizes) == 50


def test_the_test_rejects_where_moves_differ_and_seldom_where_they_do_not():
    assert fitted(simulated(gap=1.0)).search.p_value < 0.01
    alike = [fitted(simulated(gap=0.0, seed=s), candidates=20).search.p_value for s in range(30)]
    # One in ten, plus three standard errors of so few samples.
    assert np.mean(np.array(alike) < 0.10) <= 0.10 + 3 * np.sqrt(0.09 / 30)


@pytest.mark.parametrize("gap", [0.0, 1.0])
def test_bands_around_an_estimated_threshold_hold_the_truth(gap):
    runs, held = 25, np.zeros((3, 4))
    sums = np.cumsum([*BETA, 0.0])
    truth = [(1 + gap) * sums, sums, gap * sums]
    for seed in range(runs):
        found = fitted(simulated(gap=gap, seed=seed), candidates=20)
        for i, path in enumerate(found.estimates.paths):
            low, high = path.bounds[0.90]
            held[i] += (low <= truth[i]) & (truth[i] <= high)
    assert (held >= 20).all()


def test_an_estimated_threshold_widens_the_bands():
    data = simulated(gap=0.0)
    free = fitted(data)
    fixed = fitted(data, threshold=free.threshold)
    assert "sum of coefficients" not in free.equality.index
    for one, other in zip(free.estimates.paths, fixed.estimates.paths):
        np.testing.assert_allclose(one.estimate, other.estimate, rtol=1e-9)
        width, least = (np.subtract(*path.bounds[0.90][::-1]) for path in (one, other))
        assert (width > 1.1 * least).all()


def test_scaling_the_price_scales_the_sums_and_leaves_the_test():
    data = simulated()
    scaled = data.with_columns(data.frame.assign(price=1000 * data.frame["price"]), data.columns)
    a, b = fitted(data), fitted(scaled)
    assert a.threshold == b.threshold
    assert a.search.p_value == b.search.p_value
    np.testing.assert_allclose(b.estimates.paths[0].estimate, 1000 * a.estimates.paths[0].estimate)


def test_tidy_frame_words_chart_and_storage(tmp_path):
    found = fitted(simulated(), hac_lags=6)
    tidy = found.tidy()
    assert set(tidy["model"]) == {
        f"threshold lags (3), {kind}" for kind in ("large moves", "small moves", "large less small")
    }
    assert set(tidy.loc[tidy["statistic"] == "pass_through", "unit"]) == {
        "% per 1% fall of the yen"
    }
    text = str(found.summary())
    for words in (
        "fixed-regressor bootstrap, 199 replications, weights for 6 months",
        "not told from it at 90%",
        "controls oil with 3 lags",
        "Tests that large and small moves are alike",
    ):
        assert words in text
    assert "Sample Splitting" in found.cite()
    figure, axes = found.plot()
    assert axes.shape == (1, 2)
    assert figure.legends
    again = load(found.save(tmp_path / "threshold.zip"))
    pd.testing.assert_frame_equal(again.tidy(), tidy)


def test_refusals_name_the_remedy():
    data = simulated()
    with pytest.raises(SpecError, match=r"0 months have a move beyond 50.*another threshold"):
        fitted(data, threshold=50.0)
    with pytest.raises(SpecError, match="move within 0.01"):
        fitted(data, threshold=0.01)
    with pytest.raises(SampleError, match="Use fewer lags"):
        fitted(data, lags=24, end="2005-12")
    with pytest.raises(SpecError, match="log changes"):
        fitted(panel(data.frame.copy(), differenced=False))
    with pytest.raises(SpecError, match="trimming = 0.6"):
        fitted(data, trimming=0.6)
