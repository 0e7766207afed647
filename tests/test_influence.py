"""Influence of single periods: every closed form is the refit with a dummy; outliers are found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.stats.outliers_influence import OLSInfluence

from yenloop.data.panel import Column, Panel
from yenloop.errors import SampleError, SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.influence import deletions, without
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.storage import load
from yenloop.models.var import VAR

MONTHS = ("2000-03", "2003-07", "2006-08")


def economy(nobs=80, seed=0):
    rng = np.random.default_rng(seed)
    y = np.zeros((nobs, 3))
    for t in range(1, nobs):
        y[t] = 0.5 * y[t - 1] + 0.2 * y[t - 1, ::-1] + rng.standard_normal(3)
    index = pd.period_range("2000-01", periods=nobs, freq="M")
    return pd.DataFrame(y + np.array([500.0, 0.0, -3.0]), index=index, columns=["a", "b", "c"])


def refit_without(frame, month, lags=2, rows=1, **options):
    """The VAR with a dummy for the month, or for it and the months after it."""
    start = frame.index.get_loc(month)
    outliers = [str(date) for date in frame.index[start : start + rows]]
    return VAR(lags, outliers=outliers, **options).fit(frame)


@pytest.fixture(scope="module")
def var():
    return VAR(2).fit(economy())


@pytest.fixture(scope="module")
def svar(var):
    return var.identify(Cholesky(), inference=ResidualBootstrap(200))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("month", MONTHS)
def test_deletion_is_a_dummy(var, whole, month):
    found = without(var, deletions(var, whole=whole))
    row = var.dates.get_loc(month)
    dummy = refit_without(economy(), month, rows=3 if whole else 1)
    np.testing.assert_allclose(found.lags[row], dummy.lag_coefficients, rtol=0, atol=1e-10)
    constant = dummy.deterministic[:, 0]
    np.testing.assert_allclose(found.deterministic[row, :, 0], constant, rtol=1e-9)
    np.testing.assert_allclose(found.covariance[row], dummy.covariance, rtol=0, atol=1e-10)


def test_deletion_is_the_regression_without_the_row():
    var = VAR(1, divisor="T").fit(economy())
    found = without(var, deletions(var, whole=False))
    kept = np.arange(var.nobs) != 30
    fit = np.linalg.lstsq(var.design[kept], var.y[1:][kept], rcond=None)[0]
    np.testing.assert_allclose(found.lags[30, 0], fit[1:].T, rtol=0, atol=1e-10)
    left = var.y[1:][kept] - var.design[kept] @ fit
    np.testing.assert_allclose(found.covariance[30], left.T @ left / kept.sum(), atol=1e-10)


def test_pandemic_months_have_their_weight():
    scale = PandemicScale("2003-05", fixed=(4, 3, 2, 0.5))
    var = VAR(1, pandemic=scale).fit(economy())
    found = without(var, deletions(var, whole=False))
    row = var.dates.get_loc("2003-05")
    kept = np.arange(var.nobs) != row
    y = (var.y[1:] / var.scales[:, None])[kept]
    fit = np.linalg.lstsq(var.design[kept], y, rcond=None)[0]
    np.testing.assert_allclose(found.lags[row, 0], fit[1:].T, rtol=0, atol=1e-10)


def test_one_equation_as_in_statsmodels(var):
    found = var.influence()
    reference = OLSInfluence(sm.OLS(var.y[2:, 1], var.design).fit())
    np.testing.assert_allclose(found.dfbetas[:, :, 1], reference.dfbetas, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(found.leverage, reference.hat_matrix_diag, rtol=1e-8)
    frame = economy()[["b"]]
    alone = VAR(1).fit(frame)
    reference = OLSInfluence(sm.OLS(alone.y[1:, 0], alone.design).fit())
    np.testing.assert_allclose(alone.influence().cook, reference.cooks_distance[0], rtol=1e-8)


@pytest.mark.parametrize("month", MONTHS)
def test_responses_are_those_of_the_refit(svar, month):
    options = {"size": {"a": 2.0}, "cumulative": True}
    found = svar.influence("a", "c", horizons=range(13), **options)
    dummy = refit_without(economy(), month).identify(Cholesky(), inference=ResidualBootstrap(100))
    path = dummy.irf(12, **options).select(shock="a", response="c").point[:, 0, 0]
    row = svar.reduced.dates.get_loc(month)
    np.testing.assert_allclose(found.without[row], path, rtol=0, atol=1e-10)
    full = svar.irf(12, **options).select(shock="a", response="c")
    np.testing.assert_allclose(found.point, full.point[:, 0, 0])
    np.testing.assert_allclose(found.std_error, full.std_error[:, 0, 0])


def test_any_statistic_of_the_draws(svar):
    found = svar.influence(statistic=lambda draws: draws.covariance[:, 0, 1], label="Covariance")
    row = svar.reduced.dates.get_loc(MONTHS[1])
    dummy = refit_without(economy(), MONTHS[1])
    assert found.without[row, 0] == pytest.approx(dummy.covariance[0, 1], abs=1e-10)
    assert found.horizons == (0,)
    assert found.point[0] == pytest.approx(svar.reduced.covariance[0, 1])
    single = svar.influence("a", "c", horizons=6)
    assert single.point.shape == (1,)


def test_responses_that_are_fixed_have_no_influence(svar):
    found = svar.influence("c", "a", horizons=0)  # a zero of the recursive identification
    np.testing.assert_array_equal(found.relative, 0.0)
    found = svar.influence("a", "a", horizons=0, size="unit")
    np.testing.assert_array_equal(found.relative, 0.0)


def test_finds_the_month_that_matters():
    frame = economy(150)
    frame.loc["2005-05", "b"] += 15.0
    var = VAR(1).fit(frame)
    table = var.influence().table(3)
    assert {"2005-05", "2005-06"} & set(table.index[:2])
    assert var.influence(whole=True).table(1).index[0] in ("2005-05", "2005-04")
    svar = var.identify(Cholesky(), inference=ResidualBootstrap(200))
    found = svar.influence("b", "c", horizons=range(7))
    assert found.table(1).index[0] in ("2005-05", "2005-06")
    assert abs(found.largest).max() > 4 * abs(found.largest).median()


def test_units_do_not_matter(svar):
    scaled = VAR(2).fit(economy() * [1e3, 1.0, 1e-3])
    one, other = (
        v.influence("a", "c", horizons=range(7))
        for v in (svar, scaled.identify(Cholesky(), inference=ResidualBootstrap(200)))
    )
    np.testing.assert_allclose(one.relative, other.relative, rtol=1e-5, atol=1e-7)
    first, second = svar.reduced.influence(), scaled.influence()
    np.testing.assert_allclose(first.dfbetas, second.dfbetas, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(first.cook, second.cook, rtol=1e-7)


def test_a_month_with_a_dummy_has_no_influence():
    var = refit_without(economy(), MONTHS[1])
    row = var.dates.get_loc(MONTHS[1])
    found = var.influence()
    assert found.leverage[row] == pytest.approx(1.0)
    np.testing.assert_allclose(found.dfbetas[row], 0.0)
    np.testing.assert_allclose(found.covariance[row], 0.0, atol=1e-12)


def test_refuses_what_makes_no_sense(svar):
    with pytest.raises(SpecError, match="a shock and a response"):
        svar.influence("a")
    with pytest.raises(SpecError, match="horizons"):
        svar.influence("a", "b", horizons=-1)
    with pytest.raises(SpecError, match="No shock is called"):
        svar.influence("z", "b")
    with pytest.raises(SpecError, match="without restrictions"):
        VAR(1, restrictions=[BlockExogenous(["a"])]).fit(economy()).influence()
    with pytest.raises(SampleError, match="too few to leave out"):
        VAR(3).fit(economy(19)).influence(whole=True)


def test_results_read_in_words_and_travel(svar, tmp_path):
    columns = {name: Column(name, f"Label {name}", "%") for name in "abc"}
    labelled = VAR(2).fit(Panel(economy(), columns, source="simulated"))
    found = labelled.identify(Cholesky(), inference=ResidualBootstrap(100)).influence("a", "c")
    assert found.label.startswith("Response of Label c, after 12 months. One-standard-deviation")
    reduced = labelled.influence(whole=True)
    assert "those in which it is a lag" in " ".join(reduced.notes())
    assert "belsley1980" in reduced.cite()
    for result in (found, reduced):
        again = load(result.save(tmp_path / "one.yenloop"))
        pd.testing.assert_frame_equal(again.tidy(), result.tidy())
        assert str(again.summary()) == str(result.summary())
        figure, axes = result.plot(named=3)
        assert axes[0, 0].get_ylabel() == "Influence, standard errors"
        names = [text.get_text() for text in axes[0, 0].texts]
        assert names == list(result.table(3).index)
        assert "without it" in figure.texts[-1].get_text().replace("\n", " ")
