"""Diagnostics: size under the null, power where something is wrong, a unit root is not stable."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NearUnitRootWarning, SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.reduced_form.diagnostics import (
    arch_lm,
    breusch_godfrey,
    edgerton_shukur,
    jarque_bera,
    portmanteau,
)
from yenloop.models.var import VAR


def var_of(shocks, root=0.5, lags=1):
    """A fitted VAR of independent AR(1) series driven by the given shocks, shape (T, K)."""
    y = np.zeros_like(shocks)
    for t in range(1, len(y)):
        y[t] = root * y[t - 1] + shocks[t]
    index = pd.period_range("1980-01", periods=len(y), freq="M")
    names = [f"v{i}" for i in range(y.shape[1])]
    return VAR(lags).fit(pd.DataFrame(y, index=index, columns=names))


@pytest.mark.parametrize(
    "test",
    [
        lambda var: portmanteau(var, 8, adjusted=True),
        lambda var: edgerton_shukur(var, 2),
        lambda var: jarque_bera(var)[0],
        lambda var: arch_lm(var, 2),
    ],
    ids=["portmanteau", "edgerton-shukur", "jarque-bera", "arch"],
)
def test_rejects_a_true_null_about_as_often_as_it_says(test):
    rng = np.random.default_rng(5)
    p_values = [test(var_of(rng.standard_normal((250, 2)))).p_value for _ in range(150)]
    # 5% nominal; the bounds are four Monte Carlo standard errors wide.
    assert 0 <= np.mean(np.array(p_values) < 0.05) < 0.125
    assert 0.35 < np.mean(p_values) < 0.65


def test_finds_autocorrelation_that_the_lags_leave():
    rng = np.random.default_rng(1)
    e = rng.standard_normal((400, 2))
    shocks = e + 0.6 * np.vstack([np.zeros((3, 2)), e[:-3]])
    var = var_of(shocks)
    assert portmanteau(var, 10).p_value < 1e-6
    assert breusch_godfrey(var, 4).p_value < 1e-6
    assert var.residuals_are_autocorrelated
    assert "autocorrelated" in " ".join(var.identify(Cholesky()).notes())
    white = var_of(e)
    assert not white.residuals_are_autocorrelated
    assert "autocorrelated" not in " ".join(white.identify(Cholesky()).notes())


def test_finds_arch_and_fat_tails_and_the_bands_say_so():
    rng = np.random.default_rng(2)
    calm = rng.standard_normal((600, 2))
    sd = np.repeat(np.where(np.arange(12) % 2, 4.0, 1.0), 50)[:, None]
    var = var_of(calm * sd)
    assert arch_lm(var).p_value < 1e-6
    assert var.residuals_are_heteroskedastic
    assert jarque_bera(var)[2].p_value < 1e-6


def test_results_read_in_words():
    rng = np.random.default_rng(3)
    found = var_of(rng.standard_normal((300, 3))).diagnostics()
    assert found.stability.startswith("Stable: largest root 0.")
    assert list(found.table.columns) == ["statistic", "df", "p", "null hypothesis", "verdict"]
    assert found.table["verdict"].str.contains("rejected at 5%").all()
    assert len(found.tidy()) == 1 + 2 * len(found.tests)
    assert "Residual tests" in str(found.summary())
    assert "edgerton1999" in found.cite()


def test_a_unit_root_is_not_called_stable():
    walk = np.arange(40.0)
    index = pd.period_range("1980-01", periods=40, freq="M")
    rng = np.random.default_rng(0)
    # x_t = 1 + x_{t-1} holds almost exactly, so the fitted VAR has a root of one.
    noise = rng.standard_normal((40, 2))
    frame = pd.DataFrame({"x": walk + 1e-9 * noise[:, 0], "y": noise[:, 1]}, index=index)
    var = VAR(1).fit(frame)
    assert var.max_root == pytest.approx(1, abs=1e-8)
    assert not var.is_stable
    with pytest.warns(NearUnitRootWarning, match="Not stable"):
        var.diagnostics()


def test_infeasible_tests_say_so():
    rng = np.random.default_rng(4)
    var = var_of(rng.standard_normal((60, 4)))
    found = arch_lm(var)
    assert np.isnan(found.p_value)
    assert found.verdict == "not computed: too few observations"
    assert not var.residuals_are_heteroskedastic
    with pytest.raises(SpecError, match="no degrees of freedom"):
        portmanteau(var, 1)
