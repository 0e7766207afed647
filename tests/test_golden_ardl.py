"""Proves ARDL, long run and bounds test on R's Denmark example and Pesaran, Shin and Smith (2001).

Tolerances are those of the stored targets: half a unit of the last digit printed.
"""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.estimation.bounds import simulate_bounds
from yenloop.models.ardl import ARDL

pytestmark = pytest.mark.golden


def panel(frame: pd.DataFrame, first: str) -> Panel:
    frame = frame.drop(columns="time").astype(float)
    frame.index = pd.period_range(first, periods=len(frame), freq="Q")
    columns = {
        name: Column(id=name, label=name, unit="log", frequency="quarterly") for name in frame
    }
    return Panel.from_frame(frame, columns)


# -- Denmark, ARDL(3,1,3,2) (R package ARDL) -------------------------------------------------------


@pytest.fixture(scope="module")
def denmark(golden):
    return golden("denmark_ardl")


def money_demand(case, number: int):
    spec = ARDL(lags=(3, 1, 3, 2), case=number, seasonal=False, controls=("IBO", "IDE"))
    return spec.fit(panel(case.frame(), "1974Q1"), "LRM", "LRY")


def test_denmark_coefficients(denmark):
    found = money_demand(denmark, 2)
    table = found.levels_coefficients
    np.testing.assert_allclose(
        table["estimate"], denmark.target("ARDL(3,1,3,2) coefficients"), atol=6e-5
    )
    np.testing.assert_allclose(table["s.e."], denmark.target("s.e."), atol=6e-5)
    assert found.residual_std_error == pytest.approx(denmark.target("residual s.e."), abs=6e-5)
    assert found.aic == pytest.approx(denmark.target("AIC of ARDL(3,1,3,2)"), abs=6e-5)


def test_denmark_long_run(denmark):
    found = money_demand(denmark, 2).long_run.rename(index={"const": "Intercept"})
    for name in ("Intercept", "LRY", "IBO", "IDE"):
        target = denmark.target(f"long-run multiplier {name}")
        assert found.loc[name, "estimate"] == pytest.approx(target, abs=6e-8)
        error = denmark.target(f"long-run s.e. {name}")
        assert found.loc[name, "s.e."] == pytest.approx(error, abs=6e-8)


def test_denmark_bounds_statistics(denmark):
    second, third = money_demand(denmark, 2), money_demand(denmark, 3)
    assert second.bounds_f == pytest.approx(denmark.target("bounds F, case 2"), abs=6e-5)
    assert third.bounds_t == pytest.approx(denmark.target("bounds t, case 3"), abs=6e-7)


def test_denmark_p_value_of_f_in_large_samples(denmark):
    limits = money_demand(denmark, 2).bounds_test(replications=2000).limits
    target = denmark.target("asymptotic p-values: F case 2, t case 3")[0]
    assert limits["asymptotic_p_upper"].iloc[0] == pytest.approx(target, abs=5e-4)


# -- wages in the United Kingdom (Pesaran, Shin and Smith 2001) ------------------------------------

CONTROLS, DUMMIES = ("UR", "Wedge", "Union"), ("D7475", "D7579")


@pytest.fixture(scope="module")
def wages(golden):
    return golden("pesaran_shin_smith_2001")


def wage_equation(case, lags, number: int, first: str, *, fixed=DUMMIES):
    spec = ARDL(lags=lags, case=number, seasonal=False, controls=CONTROLS, fixed=fixed)
    return spec.fit(panel(case.frame(), "1970Q1"), "w", "Prod", start=first)


@pytest.mark.parametrize(("p", "first"), [(4, "1971Q1"), (5, "1970Q4"), (6, "1970Q3")])
def test_table_two(wages, p, first):
    # Productivity has one lag whatever p; with p of them the table is not reproduced.
    fourth, fifth, third = (
        wage_equation(wages, (p, 1, p, p, p), number, first) for number in (4, 5, 3)
    )
    found = [fourth.bounds_f, fifth.bounds_f, fifth.bounds_t, third.bounds_f, third.bounds_t]
    np.testing.assert_allclose(found, wages.target(f"Table II p={p}"), atol=0.0051)
    assert third.sample == "1972Q1 to 1997Q4"


@pytest.fixture(scope="module")
def final(wages):
    return wage_equation(wages, (6, 1, 5, 4, 5), 3, "1970Q3")


def test_final_equation_in_levels(wages, final):
    table = final.levels_coefficients["estimate"]
    found = [*table.drop(list(DUMMIES)), *table[list(DUMMIES)]]
    np.testing.assert_allclose(found, wages.target("ARDL(6,1,5,4,5) coefficients"), atol=6e-6)


def test_levels_relation(wages, final):
    found = final.long_run.rename(index={"const": "c"})
    for name in ("Prod", *CONTROLS, "c"):
        target = wages.target(f"levels relation: long-run coefficient {name}")
        assert found.loc[name, "estimate"] == pytest.approx(target, abs=5.1e-4)
        assert found.loc[name, "s.e."] == pytest.approx(
            wages.target(f"long-run s.e. {name}"), abs=1.1e-3
        )


def test_error_correction_of_the_final_equation(wages, final):
    assert final.error_correction[0] == pytest.approx(
        wages.target("error-correction coefficient"), abs=5.1e-4
    )
    assert final.residual_std_error == pytest.approx(
        wages.target("equation standard error"), abs=6e-5
    )
    table = final.coefficients["estimate"]
    for name, target, tolerance in (
        ("w", "ECM: coefficients of d(w) lags 1..5", 1.1e-3),
        ("UR", "ECM: d(UR) lags 0..4", 5.1e-4),
        ("Wedge", "ECM: d(Wedge) lags 0..3", 5.1e-4),
        ("Union", "ECM: d(Union) lags 0..4", 5.1e-4),
    ):
        rows = table[table.index.str.startswith(f"change of {name}, ")]
        np.testing.assert_allclose(rows, wages.target(target), atol=tolerance)


def test_bounds_statistics_of_the_tests_of_the_r_package(wages):
    # cran/ARDL, tests/testthat/test-bounds_test.R: cases 1 and 4.
    first = wage_equation(wages, (5, 4, 5, 1, 6), 1, "1970Q3")
    assert first.bounds_f == pytest.approx(4.5677603, abs=5e-8)
    assert first.bounds_t == pytest.approx(1.1355325, abs=5e-8)
    fourth = wage_equation(wages, (6, 1, 5, 4, 5), 4, "1970Q3")
    assert fourth.bounds_f == pytest.approx(4.6919878, abs=5e-8)


@pytest.mark.parametrize("number", [3, 5])
def test_published_limits_of_f(wages, number):
    # Theirs are quantiles of 40,000 replications, with a standard error of 0.016 at 5%.
    found = wage_equation(wages, (6, 1, 5, 4, 5), number, "1970Q3").bounds_test(replications=2000)
    target = wages.target(f"critical bounds k=4: case {'III' if number == 3 else 'V'} F 5%")
    limits = found.limits.iloc[0]
    got = [limits["asymptotic_lower"], limits["asymptotic_upper"]]
    np.testing.assert_allclose(got, target, atol=3 * 0.016)


def test_published_limits_of_t(wages):
    # Ours have a standard error of 0.03 from 4,000 replications of T = 1000.
    drawn = simulate_bounds(4, 3, 999, replications=4000).t
    target = wages.target("critical bounds k=4: case III t 5%")
    np.testing.assert_allclose(np.quantile(drawn, 0.05, axis=1), target, atol=3 * 0.03)
