"""First stages and tests of instruments: published critical values, oracles, size and power."""

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NotIdentifiedError
from yenloop.estimation.first_stage import conditional_first_stage, critical_value, first_stage
from yenloop.estimation.instrument_tests import hansen_j, unpredictable
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

FEW = ResidualBootstrap(100)


def related(rng, periods=300, slope=(0.4, 0.2), moving=False):
    """A residual and instruments with errors whose variance may depend on the instruments."""
    z = rng.standard_normal((periods, len(slope)))
    scale = np.exp(0.7 * z[:, 0]) if moving else 1.0
    return z @ np.array(slope) + scale * rng.standard_normal(periods), z


# -- Effective F ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bias", "published"), [(0.05, 37.42), (0.10, 23.11), (0.20, 15.06), (0.30, 12.05)]
)
def test_critical_values_with_one_instrument_are_those_of_the_table(bias, published):
    for scale in (1.0, 1e6):
        assert critical_value(np.array([[scale]]), bias) == pytest.approx(published, abs=0.005)


@pytest.mark.parametrize("m", [2, 3, 5])
def test_critical_values_under_equal_weights_are_exact(m):
    """Then the sum is noncentral chi-squared with m degrees of freedom and nothing is approximate.

    The noncentrality is m over the bias, the threshold of the mean of the effective F less one.
    """
    from scipy.stats import ncx2

    for bias in (0.05, 0.1, 0.2, 0.3):
        exact = ncx2.ppf(0.95, m, m / bias) / m
        assert critical_value(3.0 * np.eye(m), bias) == pytest.approx(exact)


def test_critical_values_of_unequal_weights_are_close_to_those_of_the_sum():
    """Worst case of the noncentrality: all of it on the largest weight."""
    rng = np.random.default_rng(0)
    weights, bias = np.array([3.0, 1.0, 0.5]), 0.1
    shift = np.zeros(3)
    shift[0] = np.sqrt(weights.sum() / bias / weights[0])
    draws = ((rng.standard_normal((400_000, 3)) + shift) ** 2) @ weights / weights.sum()
    found = critical_value(np.diag(weights), bias)
    assert found == pytest.approx(np.quantile(draws, 0.95), rel=0.01)


def test_effective_f_with_one_instrument_is_the_robust_f():
    y, z = related(np.random.default_rng(1), slope=(0.3,), moving=True)
    stage = first_stage(y, z)
    assert stage.effective_f == pytest.approx(stage.f_hc1)
    assert stage.f_hc1 == pytest.approx(stage.t[0] ** 2)
    assert stage.f_hc0 == pytest.approx(stage.f_hc1 * 300 / 298)


def test_effective_f_weighs_by_the_variance_of_each_direction():
    y, z = related(np.random.default_rng(2), moving=True)
    z = z @ np.array([[1.0, 0.5], [0.0, 2.0]])
    stage = first_stage(y, z)
    q = np.linalg.qr(z - z.mean(axis=0)).Q * np.sqrt(300)
    slopes = q.T @ y / 300
    errors = y - y.mean() - q @ slopes
    w = (q * errors[:, None] ** 2).T @ q / 297
    assert stage.effective_f == pytest.approx(300 * slopes @ slopes / np.trace(w))
    for bias, value in stage.critical_values.items():
        assert value == pytest.approx(critical_value(w, bias))
    # Whatever the instruments are called: any basis of the same space gives the same F.
    other = first_stage(y, z @ np.array([[2.0, 1.0], [-3.0, 0.1]]))
    for name in ("f", "f_hc0", "f_hc1", "effective_f", "r2"):
        assert getattr(other, name) == pytest.approx(getattr(stage, name))


def test_first_stage_is_that_of_statsmodels():
    import statsmodels.api as sm

    y, z = related(np.random.default_rng(3), moving=True)
    z[:40, 1] = np.nan
    fit = sm.OLS(y[40:], sm.add_constant(z[40:])).fit()
    robust = fit.get_robustcov_results("HC1")
    stage = first_stage(y, z)
    assert stage.nobs == 260
    assert stage.f == pytest.approx(fit.fvalue)
    assert stage.r2 == pytest.approx(fit.rsquared)
    assert stage.adj_r2 == pytest.approx(fit.rsquared_adj)
    assert stage.intercept == pytest.approx(fit.params[0])
    np.testing.assert_allclose(stage.t, robust.tvalues[1:])
    assert stage.f_hc1 == pytest.approx(robust.f_test(np.eye(3)[1:]).fvalue)


def test_instruments_that_do_not_tell_shocks_apart_are_weak_for_each():
    rng = np.random.default_rng(4)
    z, common = rng.standard_normal((400, 2)), rng.standard_normal((400, 2))
    same = z @ [1.0, 1.0]
    together = np.column_stack([same, same]) + common
    apart = z + common
    for j in (0, 1):
        assert first_stage(together[:, j], z).effective_f > 100
        assert conditional_first_stage(together, j, z).effective_f < 10
        alone, conditional = first_stage(apart[:, j], z), conditional_first_stage(apart, j, z)
        assert conditional.effective_f > 100
        assert conditional.nobs == alone.nobs


def test_conditional_f_is_that_of_sanderson_and_windmeijer():
    rng = np.random.default_rng(5)
    z = rng.standard_normal((200, 3))
    u = z @ rng.standard_normal((3, 2)) + rng.standard_normal((200, 2))
    x = np.column_stack([np.ones(200), z])
    project = x @ np.linalg.solve(x.T @ x, x.T)
    second = np.column_stack([x[:, 0], project @ u[:, 1]])
    delta = np.linalg.lstsq(second, u[:, 0], rcond=None)[0][1]
    net = u[:, 0] - delta * u[:, 1]
    explained = project @ net
    rest = net - explained
    expected = (((explained - net.mean()) ** 2).sum() / 2) / (rest @ rest / 196)
    assert conditional_first_stage(u, 0, z).f == pytest.approx(expected)


# -- Tests of the instruments --------------------------------------------------------------------


def test_hansen_j_is_that_of_two_step_gmm():
    from linearmodels.iv import IVGMM

    rng = np.random.default_rng(6)
    y, z = related(rng, slope=(0.5, 0.5, 0.2), moving=True)
    u = np.column_stack([y, 0.5 * y + rng.standard_normal(300)])
    u -= u.mean(axis=0)
    one = np.ones((300, 1))
    fit = IVGMM(u[:, [1]], one, u[:, [0]], z).fit(iter_limit=2, cov_type="robust")
    statistic, df = hansen_j(u, z, one, np.array([0]))
    # The oracle's weights include those of the moment of the constant, which is zero here.
    assert df == fit.j_stat.df
    assert statistic == pytest.approx(fit.j_stat.stat, rel=0.03)


def test_hansen_j_has_its_size_and_finds_instruments_of_different_shocks():
    rng = np.random.default_rng(7)
    design, rejected = np.ones((250, 1)), {"valid": 0, "not": 0}
    for _ in range(300):
        shocks = rng.standard_normal((250, 3))
        u = shocks @ np.array([[1, 0.4, 0.2], [0.3, 1, 0.5], [0.2, -0.3, 1]]).T
        valid = shocks[:, [0]] + rng.standard_normal((250, 2))
        for name, z in (("valid", valid), ("not", valid + [[0, 0.7]] * shocks[:, [1]])):
            statistic, df = hansen_j(u - u.mean(axis=0), z, design, np.array([0]))
            assert df == 2
            rejected[name] += statistic > 5.991  # chi-squared, 2 degrees of freedom, 5 per cent
    assert 0.02 < rejected["valid"] / 300 < 0.09
    assert rejected["not"] / 300 > 0.9


def test_the_score_test_has_its_size_and_finds_news_that_was_known():
    rng = np.random.default_rng(8)
    rejected = np.zeros(2)
    for _ in range(400):
        past = rng.standard_normal((200, 8))
        z = rng.standard_normal(200) * (rng.random(200) < 0.6)
        z[:30] = np.nan
        for i, instrument in enumerate((z, z + 0.4 * past[:, 3])):
            statistic, df = unpredictable(instrument, past)
            assert df == 8
            rejected[i] += statistic > 15.507  # chi-squared, 8 degrees of freedom, 5 per cent
    assert 0.01 < rejected[0] / 400 < 0.08
    assert rejected[1] / 400 > 0.8


# -- The result ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(9)
    index = pd.period_range("2001-01", periods=200, freq="M")
    shocks = rng.standard_normal((200, 3))
    y = np.zeros((200, 3))
    for t in range(1, 200):
        y[t] = 0.5 * y[t - 1] + shocks[t] @ [[1, 0.3, 0], [0.2, 1, 0.4], [-0.3, 0, 1]]
    reduced = VAR(2).fit(pd.DataFrame(y, index, list("abc")))
    z = shocks[:, [0, 0, 2]] + rng.standard_normal((200, 3))
    return reduced, pd.DataFrame(z, index, ["one", "two", "three"])


def test_the_result_in_tables_words_and_a_tidy_frame(sample):
    reduced, z = sample
    svar = reduced.identify(Instruments(z[["one", "two"]], "a"), inference=FEW)
    found = svar.instrument_strength(lags=1)
    assert found.strong
    assert [test.df for test in found.predictability] == [(3,), (3,)]
    (j,) = found.overidentification
    assert j.df == (2,)
    assert j == svar.scheme.overidentification(svar)[0]
    assert found.effective_f == found.stages["a"].effective_f
    assert "Effective F" in found.table.index
    text = str(found.summary())
    for words in ("one", "two", "Hansen's J", "at least 10", "2001-03 to 2017-08"):
        assert words in text
    tidy = found.tidy()
    slope = tidy[tidy["statistic"] == "first-stage slope"]
    assert slope["response"].tolist() == ["one", "two"]
    assert (slope["conf_low"] < slope["estimate"]).all()
    effective = tidy.loc[tidy["statistic"] == "Effective F", "estimate"]
    assert effective.item() == found.effective_f
    assert "montielolea_pflueger2013" in found.cite()


def test_exact_identification_leaves_nothing_to_test(sample):
    reduced, z = sample
    svar = reduced.identify(Instruments(z["one"], "a"), inference=FEW)
    assert svar.instrument_strength().overidentification == ()
    block = reduced.identify(Instruments(z[["one", "three"]], ["a", "c"]), inference=FEW)
    assert block.instrument_strength().overidentification == ()


def test_later_instruments_count_net_of_earlier_shocks(sample):
    """An instrument that moves only with the first shock is none for the second."""
    reduced, z = sample
    true = reduced.identify(Instruments(z, {"a": ["one", "two"], "c": "three"}), inference=FEW)
    assert true.instrument_strength().strong
    false = reduced.identify(Instruments(z, {"c": "three", "b": "two", "a": "one"}), inference=FEW)
    stages = false.instrument_strength().stages
    assert stages["c"].effective_f > 10
    same = reduced.identify(Instruments(z, {"a": "one", "b": "two"}), inference=FEW)
    assert same.instrument_strength().stages["b"].effective_f < 10


def test_other_schemes_have_no_instruments(sample):
    reduced, _ = sample
    with pytest.raises(NotIdentifiedError, match="has no instruments"):
        reduced.identify(Cholesky(), inference=FEW).instrument_strength()
