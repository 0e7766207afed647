"""Responses and decompositions: sizes, cumulation, bands from joint draws, adding up, charts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.data.loop_panel import load_loop_panel
from yenloop.data.panel import Column, Panel
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.var import VAR

COLUMNS = {
    "fx": Column(
        "fx", "Yen", "%", transform="100 x log difference", differenced=True, response_unit="%"
    ),
    "jgb": Column(
        "jgb", "JGB yield", "pp", differenced=True, response_unit="bp", response_scale=100
    ),
    "gap": Column("gap", "Output gap", "%"),
}


def frame(seed=0, periods=240):
    rng = np.random.default_rng(seed)
    e = rng.standard_normal((periods, 3)) @ np.array([[2, 0.1, 0.3], [0, 0.2, 0.1], [0, 0, 1.0]])
    y = np.zeros_like(e)
    for t in range(1, periods):
        y[t] = 0.4 * y[t - 1] + e[t]
        y[t, 1] += 0.02 * y[t - 1, 0]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return pd.DataFrame(y, index=index, columns=["fx", "jgb", "gap"])


@pytest.fixture(scope="module")
def svar():
    reduced = VAR(2).fit(Panel.from_frame(frame(), COLUMNS))
    return reduced.identify(Cholesky(), inference=ResidualBootstrap(300), rng=5)


@pytest.fixture(scope="module")
def loop():
    reduced = VAR(3).fit(load_loop_panel())
    return reduced.identify(Cholesky(), inference=ResidualBootstrap(200))


def test_sizes_of_shocks(svar):
    sd = svar.irf(6, cumulative=False)
    assert sd.point[0, 0, 0] == pytest.approx(svar.impact[0, 0])
    assert sd.sizes["jgb"].startswith("One-standard-deviation shock to JGB yield (+")
    unit = svar.irf(6, size="unit", cumulative=False)
    np.testing.assert_allclose(unit.point[0, [0, 1, 2], [0, 1, 2]], [1, 100, 1])
    np.testing.assert_allclose(
        unit.draws[:, 0, [0, 1, 2], [0, 1, 2]], np.tile([1, 100, 1], (300, 1))
    )
    ten = svar.irf(6, size={"fx": 10}, cumulative=False)
    np.testing.assert_allclose(ten.draws[..., 0], 10 * unit.draws[..., 0])
    np.testing.assert_allclose(ten.point[..., 1:], sd.point[..., 1:])
    assert ten.sizes["fx"] == "Shock to Yen of +10 log points (+10.5%) on impact"
    assert ten.sized == ("fx",)
    # Rescaling is inside the draw: the ratio of draws, not the ratio of bounds.
    own = svar.draws.impact[:, 0, 0]
    np.testing.assert_allclose(ten.draws[:, 0, 2, 0], 10 * svar.draws.impact[:, 2, 0] / own)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ("2sd", "size = '2sd'"),
        ({"yen": 10}, "No shock is called 'yen'"),
        ({"fx": 0}, "size of fx"),
        ({}, "nothing"),
    ],
)
def test_sizes_are_checked(svar, size, message):
    with pytest.raises(SpecError, match=message):
        svar.irf(4, size=size)


def test_changes_are_cumulated_and_levels_are_not(svar):
    raw, auto = svar.irf(12, cumulative=False), svar.irf(12)
    assert auto.cumulated == {"fx", "jgb"}
    np.testing.assert_allclose(auto.point[:, :2], raw.point[:, :2].cumsum(axis=0))
    np.testing.assert_allclose(auto.point[:, 2], raw.point[:, 2])
    tidy = auto.tidy()
    flags = tidy.groupby("response")["cumulative"].agg(["all", "any"])
    assert flags.loc[["fx", "jgb"], "all"].all()
    assert not flags.loc["gap", "any"]
    assert svar.irf(4, cumulative=True).cumulated == {"fx", "jgb", "gap"}


def test_yields_are_shown_in_basis_points(svar):
    irf = svar.irf(3, cumulative=False)
    assert irf.units == {"fx": "%", "jgb": "bp", "gap": "%"}
    assert irf.point[0, 1, 0] == pytest.approx(100 * svar.impact[1, 0])
    assert set(irf.tidy().query("response == 'jgb'")["unit"]) == {"bp"}


def test_a_cumulated_band_is_not_the_sum_of_the_bounds(svar):
    raw, summed = svar.irf(12, cumulative=False), svar.irf(12)
    low, high = raw.bands([0.9])[0.9]
    low_sum, high_sum = summed.bands([0.9])[0.9]
    from_draws = np.quantile(raw.draws.cumsum(axis=1), [0.05, 0.95], axis=0)
    np.testing.assert_allclose(low_sum[:, 0], from_draws[0][:, 0])
    np.testing.assert_allclose(high_sum[:, 0], from_draws[1][:, 0])
    wrong = (high - low)[:, 1].cumsum(axis=0)[12]
    assert ((high_sum - low_sum)[12, 1] < 0.98 * wrong).all()


def test_tidy_frame_and_selection(svar):
    irf = svar.irf(5)
    tidy = irf.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    assert len(tidy) == 3 * 3 * 6 * 2
    assert sorted(tidy["horizon"].unique()) == list(range(6))
    assert set(tidy["level"]) == {0.68, 0.90}
    one = tidy.query("shock == 'fx' and response == 'jgb' and horizon == 4 and level == 0.9").iloc[
        0
    ]
    assert one["estimate"] == irf.point[4, 1, 0]
    assert one["conf_low"] == pytest.approx(np.quantile(irf.draws[:, 4, 1, 0], 0.05))
    assert one["std_error"] == pytest.approx(irf.draws[:, 4, 1, 0].std(ddof=1))
    assert one["conf_low"] < one["estimate"] < one["conf_high"]
    part = irf.select(shock="fx", response=["jgb", "gap"])
    assert part.point.shape == (6, 2, 1)
    assert part.draws.shape == (300, 6, 2, 1)
    expected = tidy.query("shock == 'fx' and response != 'fx'").reset_index(drop=True)
    pd.testing.assert_frame_equal(part.tidy(), expected)
    assert len(irf.tidy(levels=(0.5,))) == 54
    with pytest.raises(SpecError, match="No variable is called 'cpi'"):
        irf.select(response="cpi")
    with pytest.raises(SpecError, match="horizon = -1"):
        svar.irf(-1)
    with pytest.raises(SpecError, match=r"levels = \(90,\)"):
        svar.irf(4, levels=(90,))
    with pytest.raises(SpecError, match="cumulative = 'yes'"):
        svar.irf(4, cumulative="yes")


def test_same_seed_same_responses(svar):
    again = svar.reduced.identify(Cholesky(), inference=ResidualBootstrap(300), rng=5)
    pd.testing.assert_frame_equal(again.irf(6).tidy(), svar.irf(6).tidy())


@settings(max_examples=8, deadline=None)
@given(scale=st.sampled_from([1e-3, 7.0, 1e3]), which=st.sampled_from(["fx", "jgb", "gap"]))
def test_rescaling_a_series_rescales_its_responses_only(svar, scale, which):
    data = frame()
    moved = Panel.from_frame(data.assign(**{which: scale * data[which]}), COLUMNS)
    other = VAR(2).fit(moved).identify(Cholesky(), inference=ResidualBootstrap(300), rng=5)
    factor = np.array([scale if name == which else 1.0 for name in data])
    base, rescaled = svar.irf(8), other.irf(8)
    np.testing.assert_allclose(rescaled.point, base.point * factor[:, None], rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose(rescaled.draws, base.draws * factor[:, None], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(other.fevd(8).point, svar.fevd(8).point, atol=1e-9)


def test_known_responses_are_recovered():
    reduced = VAR(1).fit(frame(seed=3, periods=20_000))
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(200))
    impact = np.array([[2, 0, 0], [0.1, 0.2, 0], [0.3, 0.1, 1.0]])
    lags = 0.4 * np.eye(3)
    lags[1, 0] = 0.02
    target = np.stack([np.linalg.matrix_power(lags, h) @ impact for h in range(5)])
    irf = svar.irf(4)
    assert (np.abs(irf.point - target) <= 5 * irf.std_error + 1e-12).all()


def test_variance_shares_add_up_in_every_draw(svar):
    fevd = svar.fevd(12)
    np.testing.assert_allclose(fevd.point.sum(axis=2), 1, atol=1e-12)
    np.testing.assert_allclose(fevd.draws.sum(axis=3), 1, atol=1e-12)
    tidy = fevd.tidy().query("statistic == 'fevd'")
    assert tidy["horizon"].min() == 1
    assert not tidy["cumulative"].any()
    assert (tidy[["conf_low", "conf_high"]] >= 0).all().all()
    assert fevd.shares("fx").loc[1].tolist() == [1, 0, 0]
    assert "of the change, not of the level" in fevd.notes()[0]
    with pytest.raises(SpecError, match="1 or more"):
        svar.fevd(0)


def test_history_adds_up(svar):
    history = svar.historical_decomposition(draws=50)
    actual = svar.reduced.y[2:]
    np.testing.assert_allclose(history.point.sum(axis=2), actual, rtol=0, atol=1e-10)
    gaps = history.draws.sum(axis=3) - actual
    assert np.abs(gaps).max() < 1e-10
    parts = history.contributions("jgb")
    assert list(parts.columns) == [
        *svar.names,
        "initial condition",
        "deterministic terms",
        "actual",
    ]
    np.testing.assert_allclose(parts["actual"], 100 * actual[:, 1], atol=1e-8)
    yearly = history.contributions("jgb", window=12)
    assert len(yearly) == len(parts) - 11
    assert yearly["actual"].iloc[0] == pytest.approx(parts["actual"].iloc[:12].sum())
    tidy = history.tidy()
    assert len(tidy) == 3 * 5 * len(actual) * 2
    assert "the first 50 draws" in history.notes()[-1]
    assert np.isnan(svar.historical_decomposition().tidy()["conf_low"]).all()


def test_history_with_trend_seasons_and_exogenous_terms_adds_up():
    data = frame().assign(news=np.random.default_rng(0).standard_normal(240))
    reduced = VAR(3, trend="ct", seasonal=True, exog=["news"]).fit(data)
    history = reduced.identify(Cholesky()).historical_decomposition()
    np.testing.assert_allclose(history.point.sum(axis=2), reduced.y[3:], rtol=0, atol=1e-10)


def test_a_shock_contributes_what_its_responses_say(svar):
    history = svar.historical_decomposition()
    shocks = svar.shocks().to_numpy()
    theta = svar.irf(40, cumulative=False).point / np.array([1, 100, 1])[:, None]
    t = 40
    by_hand = sum(theta[h, :, 0] * shocks[t - h, 0] for h in range(t + 1))
    np.testing.assert_allclose(history.point[t, :, 0], by_hand, atol=1e-12)


def test_summaries_state_size_identification_bands_and_sample(loop):
    irf = loop.irf(24, size={"usdjpy_tokyo": 10})
    text = str(irf.summary())
    for said in ("+10 log points", "Cholesky", "residual bootstrap", "seed 0", "T = "):
        assert said in text, said
    assert "sims1980" in irf.cite()
    assert "%" in str(loop.fevd(12).summary())
    assert "initial condition" in str(loop.historical_decomposition().summary())
    assert "\\toprule" in irf.summary().to_latex()


def test_heteroskedastic_residuals_are_noted_under_the_bands(loop):
    assert loop.reduced.residuals_are_heteroskedastic
    assert "understate the uncertainty of the impact matrix" in loop.irf(3).notes()[-1]
    in_blocks = loop.reduced.identify(Cholesky(), inference=BlockBootstrap(100))
    assert "understate" not in " ".join(in_blocks.irf(3).notes())


def test_response_chart(loop):
    irf = loop.irf(24, size={"usdjpy_tokyo": 10})
    figure, axes = irf.plot()
    assert axes.shape == (2, 3)
    jgb = axes[1, 2]
    assert jgb.get_title() == "JGB 10-year yield"
    assert jgb.get_ylabel() == "bp"
    assert jgb.get_xlabel() == "Months after the shock"
    assert jgb.get_xticks().tolist() == [0, 6, 12, 18, 24]
    assert len(jgb.collections) == 2
    assert figure.legends[0].get_title().get_text() == irf.sizes["usdjpy_tokyo"]
    line = axes[0, 2].lines[0]
    assert line.get_ydata()[0] == pytest.approx(10)
    single, ax = irf.plot(response="cpi_core")
    assert ax.shape == (1, 1)
    note = single.texts[0].get_text().replace("\n", " ")
    assert "Recursive (Cholesky)" in note
    assert "residual bootstrap, 200 draws" in note


def test_response_chart_into_given_axes(loop):
    from matplotlib.figure import Figure

    mine = Figure()
    ax = mine.subplots()
    figure, returned = loop.irf(12).plot(shock="brent", response="cpi_core", ax=ax)
    assert figure is mine
    assert returned is ax
    assert ax.get_title() == "Core CPI (less fresh food)"


def test_decomposition_charts(loop):
    _, axes = loop.fevd(24).plot()
    assert axes.shape == (2, 3)
    top = axes[0, 0].collections[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(100)
    figure, axes = loop.historical_decomposition().plot(response="jgb10y", start="2013-01")
    assert axes[0, 0].get_title() == "JGB 10-year yield, change over 12 months"
    assert axes[0, 0].get_ylabel() == "bp"
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert {"Actual", "Baseline", "Brent crude oil"} <= set(labels)
    actual = loop.historical_decomposition().contributions("jgb10y", window=12)["actual"]
    drawn = next(line for line in axes[0, 0].lines if line.get_label() == "Actual")
    np.testing.assert_allclose(drawn.get_ydata(), actual.loc["2013-01":], atol=1e-8)


def test_what_each_band_overlooks_under_moving_variances_is_said(reduced_with_arch):
    """The robust delta method has White's covariance, without the memory of squared errors."""
    said = {}
    for inference in (DeltaMethod(), DeltaMethod(errors="robust"), BlockBootstrap(100)):
        svar = reduced_with_arch.identify(Cholesky(), inference=inference)
        said[inference] = " ".join(svar.notes())
    classical, robust, blocks = said.values()
    assert "bands that take errors as alike may understate" in classical
    assert "squared errors of neighbouring periods as unrelated may understate" in robust
    assert "understate" not in blocks


@pytest.fixture
def reduced_with_arch():
    rng = np.random.default_rng(1)
    e, u = np.zeros(2), np.zeros((300, 2))
    for t in range(300):
        e = np.sqrt(0.3 + 0.7 * np.minimum(e**2, 30)) * rng.standard_normal(2)
        u[t] = e
    index = pd.period_range("1995-01", periods=300, freq="M")
    reduced = VAR(1).fit(pd.DataFrame(u, index, ["a", "b"]))
    assert reduced.residuals_are_heteroskedastic
    return reduced
