"""Long-run identification agrees with EViews on Gali (1992) and with R's BQ on Canada."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NearUnitRootWarning
from yenloop.estimation.long_run import long_run_multiplier
from yenloop.models.identification.long_run import LongRun
from yenloop.models.identification.short_long_run import ShortLongRun
from yenloop.models.var import VAR

pytestmark = pytest.mark.golden

GALI = ShortLongRun(
    short_run={"ygr": ["drate", "rr"]},
    long_run={"ygr": ["drate", "rr", "rmgr"]},
    equations={"drate": {"rr": 1, "rmgr": 1}},
)


@pytest.fixture(scope="module")
def case(golden):
    return golden("gali_1992_short_long_run")


@pytest.fixture(scope="module")
def reduced(case):
    frame = case.frame()
    return VAR(4).fit(
        frame.drop(columns="quarter").set_axis(pd.PeriodIndex(frame.quarter, freq="Q"))
    )


@pytest.fixture(scope="module")
def impact(reduced):
    return reduced.identify(GALI).impact


@pytest.fixture(scope="module")
def equations(impact):
    """A with unit diagonal and the standard deviations of the shocks."""
    inverse = np.linalg.inv(impact)
    own = np.diag(inverse)
    return inverse / own[:, None], 1 / own


def test_sample(case, reduced):
    assert reduced.nobs == case.target("effective observations")
    assert reduced.sample == "1955Q1 to 1987Q3"


def test_a_and_b(case, equations):
    a, b = equations
    np.testing.assert_allclose(a, case.target("A (unit diagonal)"), rtol=0, atol=2e-6)
    np.testing.assert_allclose(b, case.target("diag(B)"), rtol=0, atol=3e-6)


def test_covariance(case, reduced, impact):
    np.testing.assert_allclose(impact @ impact.T, reduced.covariance, rtol=0, atol=1e-14)
    target = case.target("inv(A)B inv(A)B prime")
    np.testing.assert_allclose(reduced.covariance, target, rtol=0, atol=3e-5)


def test_restrictions_and_long_run(case, reduced, impact, equations):
    a, _ = equations
    assert (impact[0, [1, 2]] == 0).all()
    assert abs(a[1, 2] + a[1, 3]) < 1e-13
    first = (long_run_multiplier(reduced.lag_coefficients) @ impact)[0]
    np.testing.assert_allclose(first, case.target("long-run matrix row 1"), rtol=0, atol=5e-6)
    assert np.abs(first[1:]).max() < 1e-13


def test_sequential_instrumental_variables(case, equations):
    """The coefficients of Gali's own estimator, equation by equation, signs as regressors."""
    a, _ = equations
    ours = [*-a[0, 1:], -a[1, 0], -a[1, 2], -a[2, 0], -a[2, 1], -a[2, 3], *-a[3, :3]]
    np.testing.assert_allclose(ours, case.target("sequential IV"), rtol=0, atol=3e-6)


def test_solution_is_unique(case, reduced, impact):
    """Newton's method from random starts ends where the shock-by-shock solution is."""
    from yenloop.estimation.impact_choice import with_positive_diagonal
    from yenloop.estimation.zero_restrictions import _by_steps
    from yenloop.models.identification.short_long_run import _zeros

    factor = np.linalg.cholesky(reduced.covariance)
    zeros = _zeros(GALI._restrictions(reduced.names), factor[None], reduced.lag_coefficients[None])
    starts = np.linalg.qr(np.random.default_rng(3).standard_normal((100, 4, 4)))[0]
    x, converged = _by_steps(zeros.at(np.zeros(100, dtype=int)), starts)
    assert converged.all()
    spread = np.abs(with_positive_diagonal(factor @ x) - impact).max()
    assert spread == pytest.approx(case.target("spread over 100"), abs=1e-12)


@pytest.fixture(scope="module")
def canada(golden):
    frame = golden("canada_vars").frame().drop(columns="time")
    frame = frame.set_axis(pd.period_range("1980Q1", periods=len(frame), freq="Q"), axis=0)
    return frame[["e", "prod", "rw", "U"]]


def test_blanchard_quah_of_canada(golden, canada):
    reduced = VAR(2).fit(canada)
    with pytest.warns(NearUnitRootWarning, match=r"0\.9950"):
        impact = reduced.identify(LongRun()).impact
    target = golden("canada_vars").target("BQ contemporaneous")
    np.testing.assert_allclose(impact, target, rtol=0, atol=1e-9)
    effects = long_run_multiplier(reduced.lag_coefficients) @ impact
    target = golden("canada_vars").target("BQ long-run")
    np.testing.assert_allclose(effects, target, rtol=0, atol=1e-8)


def test_blanchard_quah_with_a_trend(canada):
    impact = VAR(1, trend="ct").fit(canada).identify(LongRun()).impact
    first = [0.11898356048, -0.2828181968, 0.0177424509, -0.355674511]
    np.testing.assert_allclose(impact[0], first, rtol=0, atol=5e-10)
