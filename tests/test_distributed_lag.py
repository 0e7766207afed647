"""Proves that the distributed-lag sums, their joint HAC errors and their refusals are right."""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.models.distributed_lag import distributed_lag

BETA = np.array([0.5, 0.3, -0.1, 0.05])


def panel(frame: pd.DataFrame, differenced: bool = True) -> Panel:
    frame.index = pd.period_range("2000-01", periods=len(frame), freq="M")
    columns = {
        name: Column(id=name, label=name, unit="100 x dlog", differenced=differenced)
        for name in frame.columns
    }
    return Panel.from_frame(frame, columns)


def simulated(periods: int = 4000, noise: float = 1.0, seed: int = 3) -> Panel:
    rng = np.random.default_rng(seed)
    yen, oil = rng.normal(size=(2, periods))
    price = np.convolve(yen, BETA)[:periods] + 0.4 * oil + noise * rng.normal(size=periods)
    price += 0.5 * np.cos(2 * np.pi * np.arange(periods) / 12)
    return panel(pd.DataFrame({"price": price, "yen": yen, "oil": oil}))


def test_known_coefficients_are_recovered_exactly_without_noise():
    found = distributed_lag(
        simulated(400, noise=0.0), "price", exchange_rate="yen", lags=6, controls=["oil"]
    )
    expected = np.cumsum(np.pad(BETA, (0, 3)))[[0, 1, 3, 6]]
    np.testing.assert_allclose(found.estimate, expected, atol=1e-12)
    assert list(found.horizons) == [0, 1, 3, 6]


def test_known_coefficients_lie_within_their_errors():
    found = distributed_lag(simulated(), "price", exchange_rate="yen", lags=6, controls=["oil"])
    expected = np.cumsum(np.pad(BETA, (0, 3)))[[0, 1, 3, 6]]
    assert (np.abs(found.estimate - expected) < 3 * found.std_error).all()


def test_hac_without_lags_is_hc0_and_with_the_small_sample_factor_hc1():
    from statsmodels.regression.linear_model import OLS

    data = simulated(300)
    options = {"exchange_rate": "yen", "lags": 1, "seasonal": False, "hac_lags": 0}
    plain = distributed_lag(data, "price", small_sample=False, **options)
    scaled = distributed_lag(data, "price", small_sample=True, **options)
    yen = data.frame["yen"]
    x = np.column_stack([yen.iloc[1:], yen.iloc[:-1], np.ones(299)])
    fit = OLS(data.frame["price"].iloc[1:].to_numpy(), x).fit()
    sums = np.array([[1.0, 0, 0], [1, 1, 0]])
    np.testing.assert_allclose(plain.covariance, sums @ fit.cov_HC0 @ sums.T, rtol=1e-10)
    np.testing.assert_allclose(scaled.covariance, sums @ fit.cov_HC1 @ sums.T, rtol=1e-10)


def test_error_of_the_sum_uses_the_joint_covariance():
    found = distributed_lag(simulated(500), "price", exchange_rate="yen", lags=3, hac_lags=4)
    assert found.covariance.shape == (3, 3)
    alone = distributed_lag(
        simulated(500), "price", exchange_rate="yen", lags=3, hac_lags=4, horizons=[3]
    )
    np.testing.assert_allclose(alone.std_error[0], found.std_error[-1], rtol=1e-12)


def test_scaling_the_price_scales_the_estimate_and_its_error():
    data = simulated(300)
    scaled = data.with_columns(data.frame.assign(price=data.frame["price"] * 1000), data.columns)
    a = distributed_lag(data, "price", exchange_rate="yen")
    b = distributed_lag(scaled, "price", exchange_rate="yen")
    np.testing.assert_allclose(b.estimate, 1000 * a.estimate, rtol=1e-9)
    np.testing.assert_allclose(b.std_error, 1000 * a.std_error, rtol=1e-9)


def test_tidy_frame_and_summary_say_unit_sample_and_method():
    found = distributed_lag(simulated(300), "price", exchange_rate="yen", lags=12)
    tidy = found.tidy()
    assert list(tidy["horizon"].unique()) == [0, 1, 3, 6, 12]
    assert (tidy["conf_low"] < tidy["conf_high"]).all()
    text = str(found.summary())
    for word in ("2001-01 to 2024-12", "288 months", "Bartlett, 12 lags", "1% fall of the yen"):
        assert word in text
    assert "Campa" in found.cite()


def test_refusals_name_the_remedy():
    data = simulated(300)
    with pytest.raises(SpecError, match=r"24 months cannot be summed from 12 lags\. Use lags=24"):
        distributed_lag(data, "price", exchange_rate="yen", lags=12, horizons=[12, 24])
    with pytest.raises(SampleError, match="Use fewer lags"):
        distributed_lag(simulated(60), "price", exchange_rate="yen", lags=12, controls=["oil"])
    with pytest.raises(SpecError, match="log changes"):
        distributed_lag(panel(data.frame.copy(), False), "price", exchange_rate="yen")
    double = data.frame.assign(twin=2 * data.frame["yen"])
    with pytest.raises(NumericalError, match="collinear"):
        distributed_lag(panel(double), "price", exchange_rate="yen", controls=["twin"])
    daily = data.frame.set_axis(pd.bdate_range("2020-01-01", periods=300), axis=0)
    with pytest.raises(SpecError, match="seasonal=False"):
        distributed_lag(Panel.from_frame(daily, data.columns), "price", exchange_rate="yen")
