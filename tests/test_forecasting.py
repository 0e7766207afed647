"""Forecasts: dated paths, a fan that holds parameter uncertainty, levels by cumulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

COLUMNS = {
    "fx": Column("fx", "Yen", "%", transform="100 x log difference", differenced=True),
    "jgb": Column(
        "jgb", "JGB yield", "pp", differenced=True, response_unit="bp", response_scale=100
    ),
}


def frame(periods=200, seed=0, mean=0.0):
    rng = np.random.default_rng(seed)
    y = np.zeros((periods, 2))
    e = rng.standard_normal((periods, 2)) @ np.array([[1.0, 0.2], [0, 0.5]])
    for t in range(1, periods):
        y[t] = mean + np.array([[0.5, 0.1], [0.1, 0.3]]) @ y[t - 1] + e[t]
    index = pd.period_range("2005-01", periods=periods, freq="M")
    return pd.DataFrame(y, index=index, columns=["fx", "jgb"])


def identified(data, draws=500, **spec):
    reduced = VAR(**{"lags": 1, **spec}).fit(Panel.from_frame(data, COLUMNS))
    return reduced.identify(Cholesky(), inference=ResidualBootstrap(draws), rng=2)


@pytest.fixture(scope="module")
def svar():
    return identified(frame())


def test_point_path_follows_the_equations(svar):
    found = svar.forecast(3, cumulative=False)
    value = svar.reduced.y[-1]
    for step in range(3):
        value = svar.reduced.deterministic[:, 0] + svar.reduced.lag_coefficients[0] @ value
        np.testing.assert_allclose(found.point[step], value * [1, 100])
    assert [str(d) for d in found.dates] == ["2021-09", "2021-10", "2021-11"]
    assert found.origin == "2021-08"


def test_trend_seasons_and_exogenous_terms_continue():
    data = frame(periods=240).assign(news=np.random.default_rng(4).standard_normal(240))
    known = data.iloc[:228]
    svar = identified(known, draws=100, trend="ct", seasonal=True, exog=["news"])
    future = data[["news"]].iloc[228:]
    found = svar.forecast(12, exog=future, cumulative=False)
    beta = svar.reduced.params
    value = svar.reduced.y[-1]
    for step, date in enumerate(found.dates):
        z = {"const": 1.0, "trend": 229.0 + step, "news": future.loc[date, "news"]}
        z |= {f"month_{m:02d}": (date.month == m) - 1 / 12 for m in range(1, 12)}
        terms = sum(beta.loc[name] * value_of for name, value_of in z.items()).to_numpy()
        value = terms + svar.reduced.lag_coefficients[0] @ value
        np.testing.assert_allclose(found.point[step], value * [1, 100], rtol=1e-9)
    with pytest.raises(SpecError, match=r"exogenous columns \(news\)"):
        svar.forecast(12)
    with pytest.raises(SpecError, match="forecast of 12 periods"):
        svar.forecast(12, exog=future.iloc[:3])


def test_future_exogenous_values_belong_to_their_dates():
    """Rows of other months are never taken in their order."""
    data = frame(periods=240).assign(news=np.random.default_rng(4).standard_normal(240))
    svar = identified(data.iloc[:228], draws=100, exog=["news"])
    future = data[["news"]].iloc[228:]
    right = svar.forecast(3, exog=future).point
    days = future.set_axis(future.index.to_timestamp(how="end"), axis=0)
    np.testing.assert_array_equal(svar.forecast(3, exog=days.iloc[::-1]).point, right)
    with pytest.raises(SpecError, match="news have no row for 2024-03"):
        svar.forecast(3, exog=data[["news"]].iloc[227:230])
    with pytest.raises(SpecError, match="a date twice"):
        svar.forecast(3, exog=pd.concat([future, future]))
    without = identified(data[["fx", "jgb"]], draws=100)
    with pytest.raises(SpecError, match="the model has no exogenous columns"):
        without.forecast(3, exog=future)


def test_cumulated_forecasts_sum_the_same_paths(svar):
    changes, levels = svar.forecast(6, cumulative=False), svar.forecast(6)
    assert levels.cumulated == {"fx", "jgb"}
    np.testing.assert_allclose(levels.draws, changes.draws.cumsum(axis=1))
    np.testing.assert_allclose(levels.point, changes.point.cumsum(axis=0))
    assert levels.history["fx"].iloc[-1] == 0
    steps = levels.history["jgb"].diff().dropna()
    np.testing.assert_allclose(steps, 100 * svar.reduced.y[1:, 1], atol=1e-9)
    assert levels.tidy()["cumulative"].all()
    assert levels.tidy()["unit"].unique().tolist() == ["log points", "bp"]
    assert changes.tidy()["unit"].unique().tolist() == ["%", "bp"]
    assert not changes.tidy()["cumulative"].any()


def test_the_fan_holds_parameter_uncertainty():
    # In a short sample a fan with fixed parameters is narrower.
    svar = identified(frame(periods=40, seed=6), draws=2000, lags=3)
    joint = svar.forecast(12, cumulative=True)
    draws, reduced = svar.draws, svar.reduced
    fixed = replace(
        draws,
        lags=np.broadcast_to(reduced.lag_coefficients, draws.lags.shape),
        deterministic=np.broadcast_to(reduced.deterministic, draws.deterministic.shape),
    )
    plug_in = identified(frame(periods=40, seed=6), draws=2000, lags=3)
    plug_in.__dict__["draws"] = fixed
    narrow = plug_in.forecast(12, cumulative=True)

    def width(found):
        low, high = np.quantile(found.draws, [0.05, 0.95], axis=0)
        return (high - low)[-1]

    assert (width(joint) > 1.1 * width(narrow)).all()


def test_fan_covers_about_as_often_as_it_says():
    hits = []
    for seed in range(60):
        data = frame(periods=106, seed=100 + seed, mean=0.2)
        svar = identified(data.iloc[:100], draws=200)
        path = svar.forecast(6, cumulative=False).path("fx", levels=(0.9,))
        actual = data["fx"].iloc[100:]
        hits.append(((path["low_90"] <= actual) & (actual <= path["high_90"])).mean())
    # 360 outcomes in 60 independent worlds: about three standard errors.
    assert 0.83 < np.mean(hits) < 0.96


def test_same_seed_same_fan(svar):
    again = identified(frame())
    pd.testing.assert_frame_equal(again.forecast(6).tidy(), svar.forecast(6).tidy())


def test_tidy_path_and_words(svar):
    found = svar.forecast(4)
    tidy = found.tidy()
    assert len(tidy) == 2 * 4 * 2
    assert tidy["horizon"].unique().tolist() == [1, 2, 3, 4]
    path = found.path("jgb")
    assert list(path.columns) == ["estimate", "low_68", "high_68", "low_90", "high_90"]
    row = tidy.query("response == 'jgb' and horizon == 4 and level == 0.9").iloc[0]
    assert row["conf_low"] == path["low_90"].iloc[-1]
    assert row["unit"] == "bp"
    assert "parameter uncertainty" in " ".join(found.notes())
    assert "JGB yield (bp since 2021-08)" in str(found.summary())
    with pytest.raises(SpecError, match="steps = 0"):
        svar.forecast(0)


def test_series_adjusted_with_later_data_are_refused(svar):
    columns = {**COLUMNS, "fx": replace(COLUMNS["fx"], two_sided=True)}
    reduced = VAR(1).fit(Panel.from_frame(frame(), columns))
    two_sided = reduced.identify(Cholesky(), inference=ResidualBootstrap(100))
    with pytest.raises(SpecError, match="forecasting"):
        two_sided.forecast(3)


def test_daily_forecasts_fall_on_weekdays():
    data = frame().set_axis(pd.bdate_range("2024-01-01", periods=200), axis=0)
    reduced = VAR(1).fit(data)
    found = reduced.identify(Cholesky(), inference=ResidualBootstrap(100)).forecast(6)
    assert (found.dates.day_of_week < 5).all()
    assert found.dates[0] > data.index[-1]


def test_fan_chart(svar):
    figure, axes = svar.forecast(12).plot(history=24)
    assert axes.shape == (1, 2)
    assert axes[0, 1].get_ylabel() == "bp since 2021-08"
    past = next(line for line in axes[0, 1].lines if line.get_label() == "Data")
    assert len(past.get_xdata()) == 24
    assert len(axes[0, 1].collections) == 2
    assert "resampled shocks" in figure.texts[0].get_text().replace("\n", " ")
