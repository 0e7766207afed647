"""Proves that the Monte Carlo LR test finds regimes where there are, and has its size elsewhere."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from yenloop.data.economy import regime_economy
from yenloop.errors import SpecError
from yenloop.estimation.streams import block_generator
from yenloop.models.regime import MarkovAutoregression, RegimeRegression, regime_count_test
from yenloop.models.switching.simulation import simulate


@pytest.fixture(scope="module")
def economy():
    return regime_economy(rng=1)


@pytest.fixture(scope="module")
def found(economy):
    return RegimeRegression("jgb10y", ["usdjpy_tokyo", "us10y"]).fit(economy[0], starts=10)


def test_two_regimes_are_found_where_there_are_two(found):
    test = regime_count_test(found, draws=19, starts=2)
    assert test.p_value == 1 / 20
    assert test.statistic == pytest.approx(found.comparison.loc["both", "lr_against_linear"])
    against_variance = regime_count_test(found, null="variance", draws=19, starts=2)
    assert against_variance.p_value == 1 / 20
    assert against_variance.statistic < test.statistic
    assert "Monte Carlo p" in test.sentence()
    assert set(test.tidy()["statistic"]) == {
        "regime_lr", "regime_lr_p_value", "regime_lr_quantile_90"
    }  # fmt: skip


def test_p_values_are_uniform_under_one_regime():
    # Under one regime the statistic does not depend on mean and variance, so the test is exact.
    rng = np.random.default_rng(12)
    index = pd.period_range("2000-01", periods=60, freq="M")
    model = RegimeRegression("y", switch="variance")
    p_values = [
        regime_count_test(
            model.fit(pd.DataFrame({"y": rng.normal(size=60)}, index), starts=1),
            draws=19, starts=1, rng=i,
        ).p_value
        for i in range(30)
    ]  # fmt: skip
    assert abs(np.mean(p_values) - 0.525) < 3 * 0.288 / np.sqrt(30)
    assert np.mean(np.array(p_values) <= 0.1) < 0.1 + 3 * 0.3 / np.sqrt(30)


def test_simulated_samples_keep_regressors_and_first_lags(economy):
    panel, _ = economy
    result = MarkovAutoregression(lags=2, response="jgb10y").fit(panel, starts=2)
    y = simulate(
        result.linear.parameters, result.data, (result.data.x, result.data.w), block_generator(0, 0)
    )
    assert_array_equal(y[:2], result.data.y[:2])
    assert (y[2:] != result.data.y[2:]).all()
    assert_allclose(y.std(), result.data.y.std(), rtol=0.3)


def test_bad_test_is_named(found):
    with pytest.raises(SpecError, match="5% is not attainable"):
        regime_count_test(found, draws=100)
    with pytest.raises(SpecError, match="not nested"):
        regime_count_test(found, null="both")
