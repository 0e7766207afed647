"""Volatility equations and DCC results: known truth, invariances, edges, dates, typed errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import ClockWarning, GapError, SampleError, SpecError
from yenloop.estimation.garch import GarchShape, garch_path, next_variance
from yenloop.models.correlation import DCC, DCCResults
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.volatility import Garch


def simulated(periods: int, seed: int, *, gamma: float = 0.0, n: int = 1) -> pd.DataFrame:
    """Changes with omega .05, alpha .08, beta .85 and correlation 0.5 between columns."""
    rng = np.random.default_rng(seed)
    root = np.linalg.cholesky(0.5 + 0.5 * np.eye(n))
    z = rng.standard_normal((periods + 500, n)) @ root.T
    h, e = np.ones(n), np.empty_like(z)
    for t, shock in enumerate(z):
        e[t] = np.sqrt(h) * shock
        h = 0.05 + (0.08 + gamma * (e[t] < 0)) * e[t] ** 2 + 0.85 * h
    dates = pd.bdate_range("2001-01-01", periods=periods)
    return pd.DataFrame(0.02 + e[500:], dates, [f"x{i}" for i in range(n)])


@pytest.mark.parametrize(
    ("shape", "theta"),
    [
        (GarchShape(), [0.01, 0.02, 0.1, 0.85]),
        (GarchShape(asymmetric=True), [0.01, 0.02, 0.05, 0.08, 0.85]),
        (GarchShape(student=True), [0.01, 0.02, 0.1, 0.85, 6.0]),
        (GarchShape(True, True, presample=0.3), [0.01, 0.02, 0.05, 0.08, 0.85, 6.0]),
    ],
)
def test_score_is_the_derivative_of_the_likelihood(shape: GarchShape, theta: list[float]) -> None:
    y, at = simulated(300, 1)["x0"].to_numpy(), np.array(theta)
    score = garch_path(at, y, shape).score.sum(axis=0)
    steps = 1e-6 * np.eye(len(at))
    numeric = [
        (garch_path(at + s, y, shape).loglik.sum() - garch_path(at - s, y, shape).loglik.sum())
        / 2e-6
        for s in steps
    ]
    np.testing.assert_allclose(score, numeric, rtol=1e-6, atol=1e-5)


def test_known_truth_is_inside_three_robust_standard_errors() -> None:
    results = Garch().fit(simulated(6000, 2))
    distance = (results.params.loc["x0"] - [0.02, 0.05, 0.08, 0.85]) / results.std_errors.loc["x0"]
    assert (distance.abs() < 3).all()
    assert results.persistence["x0"] == pytest.approx(0.93, abs=0.03)


def test_asymmetry_is_found_and_the_symmetric_model_is_nested() -> None:
    y = simulated(4000, 3, gamma=0.08)
    gjr, garch = Garch("gjr").fit(y), Garch().fit(y)
    estimate, error = gjr.params.loc["x0", "gamma"], gjr.std_errors.loc["x0", "gamma"]
    assert abs(estimate - 0.08) < 3 * error
    assert gjr.loglik > garch.loglik


def test_units_do_not_matter() -> None:
    y = simulated(1500, 4)
    one, thousand = Garch("gjr", "t").fit(y), Garch("gjr", "t").fit(1000 * y)
    scale = [1e3, 1e6, 1, 1, 1, 1]
    np.testing.assert_allclose(thousand.params / scale, one.params, rtol=1e-4, atol=1e-7)
    np.testing.assert_allclose(thousand.std_errors / scale, one.std_errors, rtol=1e-3)
    np.testing.assert_allclose(thousand.volatility, 1000 * one.volatility, rtol=1e-5)
    np.testing.assert_allclose(thousand.standardised, one.standardised, rtol=1e-4, atol=1e-6)


def test_next_variance_is_the_following_date_s_variance() -> None:
    one = Garch("gjr").fit(simulated(500, 5))["x0"]
    np.testing.assert_allclose(one.next_variance.to_numpy()[:-1], one.path.variance[1:])
    last, error = one.last_volatility
    assert last == pytest.approx(np.sqrt(one.next_variance.iloc[-1]))
    assert 0 < error < last
    np.testing.assert_allclose(next_variance(one.theta, one.path, one.shape), one.next_variance)


def test_without_arch_effect_the_variance_is_constant_and_has_no_false_errors() -> None:
    rng = np.random.default_rng(6)
    for _ in range(20):
        noise = pd.DataFrame({"x": rng.standard_normal(300)}, pd.bdate_range("2001", periods=300))
        results = Garch().fit(noise)
        if results["x"].edges == ("no ARCH effect: the variance is constant",):
            break
    assert results.params.loc["x", ["alpha", "beta"]].tolist() == [0.0, 0.0]
    assert results.std_errors.loc["x", ["alpha", "beta"]].isna().all()
    assert results.std_errors.loc["x", ["mu", "omega"]].notna().all()
    np.testing.assert_allclose(results.volatility["x"], noise["x"].std(ddof=0), rtol=1e-6)
    assert "no ARCH effect" in str(results.summary())


def test_persistence_at_its_bound_has_no_standard_error() -> None:
    results = Garch("gjr", persistence_bound=0.7).fit(simulated(1500, 3, gamma=0.08))
    assert results["x0"].edges == ("persistence at its bound 0.7",)
    tidy = results.tidy().set_index("statistic")
    held = tidy.loc["garch_persistence", ["std_error", "conf_low", "conf_high"]]
    assert held.isna().all(axis=None)
    assert tidy.loc["garch_beta", "std_error"].notna().all()


def test_each_market_keeps_its_own_trading_days() -> None:
    y = simulated(400, 7, n=2)
    y.loc[y.index[50:55], "x1"] = np.nan
    results = Garch().fit(y)
    assert [len(one.y) for one in results.series] == [400, 395]
    alone = Garch().fit(y[["x1"]].dropna())
    np.testing.assert_allclose(results.params.loc["x1"], alone.params.loc["x1"], atol=1e-7)


def test_data_that_cannot_carry_an_equation_are_typed_errors() -> None:
    y = simulated(300, 8)
    with pytest.raises(SampleError, match="50 observations"):
        Garch().fit(y.iloc[:50])
    with pytest.raises(SpecError, match="does not move"):
        Garch().fit(0 * y)
    months = pd.DataFrame(y.to_numpy(), pd.period_range("1999-01", periods=300, freq="M"), ["x"])
    months.iloc[100] = np.nan
    with pytest.raises(GapError, match="2007-05"):
        Garch().fit(months)
    with pytest.raises(SpecError, match="egarch"):
        Garch("egarch")  # type: ignore[arg-type]
    with pytest.raises(SpecError, match="persistence_bound"):
        Garch(persistence_bound=1.2)
    with pytest.raises(SpecError, match="needs two series"):
        DCC().fit(y)


@pytest.fixture(scope="module")
def dcc() -> DCCResults:
    frame = simulated(900, 9, n=3)
    columns = {name: Column(name, name.upper(), "%") for name in frame.columns}
    return DCC(draws=200).fit(Panel(frame, columns), rng=3)


def test_correlation_path_has_dates_and_nested_bands(dcc: DCCResults) -> None:
    path = dcc.path("x0", "x2")
    assert set(path["date"]) == set(dcc.dates)
    wide = path.pivot_table(index="date", columns="level", values=["conf_low", "conf_high"])
    assert (wide["conf_low", 0.90] <= wide["conf_low", 0.68]).all()
    assert (wide["conf_high", 0.90] >= wide["conf_high", 0.68]).all()
    mean = path["estimate"].mean()
    assert mean == pytest.approx(0.5, abs=0.1)
    backwards = dcc.path("x2", "x0")
    np.testing.assert_allclose(backwards["conf_low"], path["conf_low"])


def test_daily_correlations_across_clocks_warn() -> None:
    frame = simulated(300, 10, n=2)
    columns = {
        "x0": Column("x0", "Tokyo", "%", clock="15:00 Asia/Tokyo"),
        "x1": Column("x1", "New York", "%", clock="16:00 America/New_York"),
    }
    with pytest.warns(ClockWarning, match="weekly changes"):
        DCC(draws=100).fit(Panel(frame, columns))


def test_constant_correlations_never_fit_better(dcc: DCCResults) -> None:
    assert dcc.loglik >= dcc.loglik_constant - 1e-8
    assert "not chi-squared" in " ".join(dcc.notes())


def test_draws_follow_the_seed_and_stay_admissible(dcc: DCCResults) -> None:
    again = DCC(draws=200).fit(pd.DataFrame({s.name: s.y for s in dcc.garch.series}), rng=3)
    np.testing.assert_array_equal(again.draws, dcc.draws)
    a, b = dcc.draws[:, -2], dcc.draws[:, -1]
    assert ((a >= 0) & (b >= 0) & (a + b < 1)).all()


def test_tidy_frames_summaries_citations_and_charts(dcc: DCCResults) -> None:
    for results in (dcc, dcc.garch):
        tidy = results.tidy()
        assert tuple(tidy.columns) == TIDY_COLUMNS
        assert str(results.summary())
        assert "\\toprule" in results.summary().to_latex()
        assert "@" in results.cite()
        figure, axes = results.plot()
        assert axes.shape[0] >= 1
        assert figure.axes
    errors = dcc.tidy().query("statistic in ['dcc_a', 'dcc_b']")["std_error"]
    assert dcc.optimum.edge or errors.notna().all()
    with pytest.raises(SpecError, match="'gold' is not in the model"):
        dcc.path("x0", "gold")
