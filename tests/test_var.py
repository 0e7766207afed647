"""Reduced form: samples, terms, lag choice, refusals; equivariance; a known VAR is recovered."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.data.panel import Column, Panel
from yenloop.errors import GapError, MixedObservationError, NumericalError, SampleError, SpecError
from yenloop.estimation.companion import companion_roots, moving_average
from yenloop.estimation.least_squares import least_squares
from yenloop.models.var import VAR

TRUE_LAGS = np.array([[[0.5, 0.1], [-0.2, 0.6]], [[0.2, 0.0], [0.1, -0.1]]])
TRUE_IMPACT = np.array([[1.0, 0.0], [0.5, 0.8]])


def simulate(periods, *, seed=0, z=None, coefficients=None, burn=100):
    """A VAR(2) of x and y from 1990-01; ``z`` enters with the given coefficients."""
    rng = np.random.default_rng(seed)
    y = np.zeros((periods + burn, 2))
    shocks = rng.standard_normal(y.shape) @ TRUE_IMPACT.T
    for t in range(2, len(y)):
        y[t] = TRUE_LAGS[0] @ y[t - 1] + TRUE_LAGS[1] @ y[t - 2] + shocks[t]
        if z is not None and t >= burn:
            y[t] += coefficients @ z[t - burn]
    index = pd.period_range("1990-01", periods=periods, freq="M")
    return pd.DataFrame(y[burn:], index=index, columns=["x", "y"])


def test_recovers_a_known_var():
    var = VAR(2).fit(simulate(20_000))
    error = 5 * var.std_errors.loc[["x.l1", "y.l1", "x.l2", "y.l2"]].to_numpy()
    gap = np.hstack([*var.lag_coefficients]).T - np.hstack([*TRUE_LAGS]).T
    assert (np.abs(gap) < error).all()
    np.testing.assert_allclose(var.covariance, TRUE_IMPACT @ TRUE_IMPACT.T, atol=0.05)


def test_recovers_exogenous_trend_and_seasonal_terms():
    periods = 6_000
    rng = np.random.default_rng(1)
    month = np.arange(periods) % 12
    z = np.column_stack(
        [rng.standard_normal(periods), np.arange(1, periods + 1) / 1000, (month == 2) - 1 / 12]
    )
    data = simulate(periods, z=z, coefficients=np.array([[2.0, 3.0, 4.0], [-1.0, 0.5, 1.0]]))
    var = VAR(2, trend="ct", seasonal=True, exog=["news"]).fit(data.assign(news=z[:, 0]))
    assert var.names == ("x", "y")
    months = [f"month_{m:02d}" for m in range(1, 12)]
    assert var.z_names == ("const", "trend", *months, "news")
    found = var.params.loc[["news", "trend", "month_03"]].to_numpy()
    target = [[2.0, -1.0], [0.003, 0.0005], [4.0, 1.0]]
    error = 5 * var.std_errors.loc[["news", "trend", "month_03"]].to_numpy()
    assert (np.abs(found - target) < error).all()


def test_quarterly_data_get_three_dummies_and_other_data_none():
    data = simulate(200)
    quarterly = data.set_axis(pd.period_range("1980Q1", periods=200, freq="Q"), axis=0)
    assert VAR(1, seasonal=True).fit(quarterly).z_names[1:] == tuple(
        f"quarter_{q}" for q in (1, 2, 3)
    )
    daily = data.set_axis(pd.bdate_range("2020-01-01", periods=200), axis=0)
    with pytest.raises(SpecError, match="monthly or quarterly"):
        VAR(1, seasonal=True).fit(daily)


def test_lags_are_chosen_under_the_requested_terms_on_a_common_sample():
    # With a strong trend left out, the criteria ask for lags that stand in for it.
    periods = 150
    z = np.arange(1.0, periods + 1)[:, None]
    data = simulate(periods, seed=3, z=z, coefficients=np.array([[0.3], [0.2]]))
    spec = VAR("bic", max_lags=6, trend="ct")
    selection = spec.select_lags(data)
    assert selection.nobs == periods - 6
    assert selection.terms == ("const", "trend")
    fitted = spec.fit(data)
    assert fitted.p == selection.best("bic")
    assert fitted.nobs == periods - fitted.p
    np.testing.assert_array_equal(fitted.lag_selection.table, selection.table)
    for p in (1, 4):
        same_rows = VAR(p, trend="ct").fit(data, start=str(data.index[6 - p]))
        for name in ("aic", "bic", "hqic", "fpe", "loglik"):
            assert selection.table.loc[p, name] == pytest.approx(getattr(same_rows, name))
    without = VAR("bic", max_lags=6, trend="n")
    assert without.fit(data).p == without.select_lags(data).best("bic")


def test_sample_and_trimming_are_reported():
    data = simulate(120)
    data.loc["1990-01":"1990-03", "x"] = np.nan
    var = VAR(2).fit(data, end="1999-06")
    assert var.sample == "1990-06 to 1999-06"
    assert var.nobs == len(var.residuals) == 109
    assert str(var.index[0]) == "1990-04"
    assert "Starts 1990-04: x." in var.notes()


def test_an_interior_gap_is_refused_with_its_date():
    data = simulate(120)
    data.loc["1994-05", "y"] = np.nan
    with pytest.raises(GapError, match=r"'y'.*1994-05"):
        VAR(1).fit(data)


def test_a_short_sample_is_refused_with_numbers_and_remedy():
    with pytest.raises(SampleError, match=r"18 observations.*27.*25 coefficients.*fewer lags"):
        VAR(12).fit(simulate(30))
    with pytest.raises(SampleError, match=r"smaller max_lags"):
        VAR("aic", max_lags=12).fit(simulate(30))


def test_collinear_columns_are_named():
    data = simulate(120)
    data["total"] = data["x"] + 2 * data["y"]
    with pytest.raises(NumericalError, match=r"total\.l1 is a combination of x\.l1, y\.l1"):
        VAR(1).fit(data)
    with pytest.raises(NumericalError, match="clock is explained .* without any residual"):
        VAR(1).fit(simulate(120).assign(clock=np.arange(120.0)))
    same = simulate(120)
    same["z"] = same["x"] + 0.5 * np.roll(same["y"], 1)
    with pytest.raises(NumericalError, match="covariance is singular; closest are x and z"):
        VAR(1).fit(same.iloc[1:])
    with pytest.raises(NumericalError, match=r"flat\.l1 is a combination of const"):
        VAR(1).fit(simulate(120).assign(flat=1.0))


def test_month_means_beside_month_ends_need_a_word():
    described = {
        "x": Column("x", "x", "%", market=True, observed="mean"),
        "y": Column("y", "y", "%", market=True, observed="end"),
    }
    panel = Panel.from_frame(simulate(120), described)
    with pytest.raises(MixedObservationError):
        VAR(1).fit(panel)
    notes = " ".join(VAR(1).fit(panel, allow_mixed=True).notes())
    assert "on request" in notes


@pytest.mark.parametrize(
    "options",
    [{"lags": 0}, {"lags": "sic"}, {"trend": "ctt"}, {"divisor": "n"}, {"max_lags": 0}],
)
def test_options_are_checked(options):
    with pytest.raises(SpecError):
        VAR(**options)


def test_results_are_frozen_and_labelled():
    var = VAR(2).fit(simulate(150))
    with pytest.raises(dataclasses.FrozenInstanceError):
        var.p = 3
    tidy = var.tidy(levels=(0.68, 0.90))
    assert len(tidy) == 2 * 2 * 5
    row = tidy.query("shock == 'y' and response == 'x' and horizon == 2 and level == 0.9").iloc[0]
    assert row["estimate"] == var.params.loc["y.l2", "x"]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert "luetkepohl2005" in var.cite()
    assert "Largest root" in str(var.summary())
    np.testing.assert_allclose(var.fitted + var.residuals, var.y[2:])


def test_both_divisors():
    data = simulate(150)
    by_df, by_t = VAR(2).fit(data), VAR(2, divisor="T").fit(data)
    np.testing.assert_allclose(by_t.covariance * by_t.nobs, by_df.covariance * by_df.df_resid)
    assert by_t.loglik == pytest.approx(by_df.loglik)
    assert "divisor T" in " ".join(by_t.notes())


@settings(max_examples=15, deadline=None)
@given(
    scale=st.sampled_from([1e-3, 10.0, 1e3, 1e6]),
    shift=st.floats(-1e3, 1e3),
    seed=st.integers(0, 1000),
)
def test_units_and_origins_do_not_matter(scale, shift, seed):
    data = simulate(120, seed=seed)
    moved = data.assign(x=scale * data["x"] + shift)
    first, second = VAR(2).fit(data), VAR(2).fit(moved)
    slopes = ["x.l1", "y.l1", "x.l2", "y.l2"]
    np.testing.assert_allclose(
        second.pvalues.loc[slopes], first.pvalues.loc[slopes], rtol=1e-4, atol=1e-9
    )
    np.testing.assert_allclose(
        second.params.loc["y.l1", "x"], scale * first.params.loc["y.l1", "x"], rtol=1e-6
    )
    np.testing.assert_allclose(np.abs(second.roots), np.abs(first.roots), rtol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_the_order_of_the_columns_does_not_matter(seed):
    data = simulate(120, seed=seed)
    first, second = VAR(2).fit(data), VAR(2).fit(data[["y", "x"]])
    rows, columns = list(first.params.index), list(first.params.columns)
    np.testing.assert_allclose(second.params.loc[rows, columns], first.params, atol=1e-12)
    assert second.loglik == pytest.approx(first.loglik)


def test_least_squares_is_accurate_on_integrated_series_with_a_large_mean():
    rng = np.random.default_rng(0)
    walk = 500 + np.cumsum(rng.standard_normal(300)) * 1e-2
    x = np.column_stack([np.ones(300), walk, np.roll(walk, 1) * 1e6])[1:]
    y = x @ np.array([1.0, 2.0, 3e-6])
    fit = least_squares(x, y[:, None])
    np.testing.assert_allclose(fit.coefficients[:, 0], [1.0, 2.0, 3e-6], rtol=1e-8)
    assert fit.rank == 3


def test_roots_and_moving_average_of_a_defective_companion():
    # A Jordan block has no full set of eigenvectors; the recursion does not need them.
    lags = np.array([[[0.5, 1.0], [0.0, 0.5]]])
    np.testing.assert_allclose(np.abs(companion_roots(lags)), [0.5, 0.5], atol=1e-8)
    found = moving_average(lags, 3)[3]
    np.testing.assert_allclose(found, np.linalg.matrix_power(lags[0], 3))
