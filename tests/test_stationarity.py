"""Levels or differences: the decision is right on series whose nature is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import SpecError
from yenloop.models.reduced_form.stationarity import examine_stationarity


@pytest.fixture(scope="module")
def walks():
    rng = np.random.default_rng(0)
    index = pd.period_range("2000-01", periods=400, freq="M")
    steps = rng.standard_normal((400, 3))
    return pd.DataFrame(steps.cumsum(axis=0), index=index, columns=["a", "b", "c"])


def test_independent_random_walks_belong_in_differences(walks):
    found = examine_stationarity(walks, trend="c")
    assert found.decision == "differences"
    assert found.orders == {"a": 1, "b": 1, "c": 1}
    assert found.rank == 0
    assert "no long-run relation" in found.reason


def test_stationary_series_belong_in_levels(walks):
    rng = np.random.default_rng(1)
    noise = pd.DataFrame(rng.standard_normal(walks.shape), index=walks.index, columns=walks.columns)
    found = examine_stationarity(noise, trend="c")
    assert found.decision == "levels"
    assert set(found.orders.values()) == {0}


def test_cointegrated_series_are_found_and_the_loss_is_named(walks):
    rng = np.random.default_rng(2)
    tied = walks.assign(c=walks["a"] - walks["b"] + rng.standard_normal(400))
    found = examine_stationarity(tied, trend="c")
    assert found.decision == "cointegration"
    assert found.rank == found.rank_max_eigen == 1
    assert "leaves out the adjustment" in found.reason


def test_johansen_statistics_are_those_of_statsmodels(walks):
    from statsmodels.tsa.vector_ar.vecm import coint_johansen

    found = examine_stationarity(walks, lags=3)
    expected = coint_johansen(walks.to_numpy(), 0, 2)
    np.testing.assert_allclose(found.johansen["trace"], expected.trace_stat)
    np.testing.assert_allclose(found.johansen["max_eigen"], expected.max_eig_stat)


def test_a_season_is_taken_out_and_nothing_else_changes(walks):
    month = walks.index.month.to_numpy()
    effect = np.where(month == 4, 11.0, -1.0)  # on the changes; zero over a year
    seasonal = walks.add(np.cumsum(effect) - effect[0], axis=0)
    found = examine_stationarity(seasonal, lags=2, seasonal=True)
    clean = examine_stationarity(walks, lags=2, seasonal=True)
    np.testing.assert_allclose(found.johansen["trace"], clean.johansen["trace"], rtol=1e-8)
    assert (found.decision, found.rank) == ("differences", 0)
    assert "Calendar-month effects" in str(found.summary())
    assert "Calendar-month effects" not in str(examine_stationarity(walks, lags=2).summary())


def test_scale_and_order_do_not_matter(walks):
    base = examine_stationarity(walks, lags=2)
    other = examine_stationarity(walks[["c", "a", "b"]].assign(b=1000 * walks["b"]), lags=2)
    np.testing.assert_allclose(other.johansen["trace"], base.johansen["trace"], rtol=1e-6)
    p_values = base.tests.set_index(["series", "form", "test"])["p_value"]
    others = other.tests.set_index(["series", "form", "test"])["p_value"]
    pd.testing.assert_series_equal(others.sort_index(), p_values.sort_index(), rtol=1e-6)


def test_changes_and_odd_levels_are_refused(walks):
    described = {"a": Column("a", "A", "%", differenced=True)}
    with pytest.raises(SpecError, match="already changes"):
        examine_stationarity(Panel.from_frame(walks, described))
    with pytest.raises(SpecError, match=r"level = 0\.2"):
        examine_stationarity(walks, level=0.2)


def test_result_prints_and_draws(walks):
    found = examine_stationarity(walks, lags=2)
    assert "Johansen tests" in str(found.summary())
    assert {"order", "ADF", "DF-GLS", "Phillips-Perron", "KPSS"} == set(found.table.columns)
    tidy = found.tidy()
    assert len(tidy) == 3 * 2 * 4 * 2 + 3 * 5
    figure, axes = found.plot()
    assert axes.shape == (1, 2)
    assert [label.get_text() for label in axes[0, 0].get_yticklabels()] == ["a", "b", "c"]
    assert figure.texts[0].get_text().startswith("Note: ")
