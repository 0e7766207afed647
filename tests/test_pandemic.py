"""The pandemic scale: collapse to weighted least squares, the likelihood's maximum, known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from yenloop.errors import SpecError
from yenloop.estimation.pandemic import scale_path
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.reduced_form.pandemic import PandemicScale, scale_in_words
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR

TRUTH = (9.0, 6.0, 4.0, 0.8)
START = "2016-09"


def simulate(variables, periods=260, first=200, *, seed=0, values=TRUTH):
    """A VAR(1) from 2000-01 whose errors are larger from row ``first`` (2016-09) on."""
    rng = np.random.default_rng(seed)
    lag = 0.5 * np.eye(variables) + 0.1 * np.eye(variables, k=-1)
    root = np.tril(rng.uniform(-0.5, 0.5, (variables, variables)), -1) + np.eye(variables)
    scale = scale_path(values, first, periods)
    y = np.zeros((periods, variables))
    for t in range(1, periods):
        y[t] = lag @ y[t - 1] + scale[t] * (root @ rng.standard_normal(variables))
    index = pd.period_range("2000-01", periods=periods, freq="M")
    return pd.DataFrame(y, index=index, columns=[f"y{i}" for i in range(variables)])


@pytest.fixture(scope="module")
def data():
    return simulate(3, seed=1)


@pytest.fixture(scope="module")
def scaled(data):
    return VAR(1, pandemic=PandemicScale(START)).fit(data)


# -- the path -------------------------------------------------------------------------------------


def test_the_path_of_the_scale():
    path = scale_path((9, 6, 4, 0.5), 2, 8)
    np.testing.assert_allclose(path, [1, 1, 9, 6, 4, 2.5, 1.75, 1.375])
    np.testing.assert_allclose(scale_path((9, 6), 2, 4), [1, 1, 9, 6])
    np.testing.assert_allclose(scale_path((9, 6, 1, np.nan), 0, 5), [9, 6, 1, 1, 1])


# -- collapse -------------------------------------------------------------------------------------


def test_equal_months_are_least_squares(data):
    one = VAR(2, pandemic=PandemicScale(START, fixed=(1, 1, 1, 0))).fit(data)
    plain = VAR(2).fit(data)
    np.testing.assert_allclose(one.params, plain.params, rtol=1e-10)
    np.testing.assert_allclose(one.std_errors, plain.std_errors, rtol=1e-10)
    assert one.loglik == pytest.approx(plain.loglik)
    assert one.aic == pytest.approx(plain.aic)  # nothing was estimated


@pytest.mark.parametrize("errors", ["classical", "HC1"])
def test_a_known_scale_is_weighted_least_squares(data, errors):
    values = (5.0, 3.0, 2.0, 0.5)
    spec = VAR(2, pandemic=PandemicScale(START, fixed=values), errors=errors)
    var = spec.fit(data)
    scale = scale_path(values, 198, 258)
    np.testing.assert_array_equal(var.scales, scale)
    x = var.design * scale[:, None]
    kind = {"classical": "nonrobust"}.get(errors, errors)
    for i, name in enumerate(var.names):
        theirs = sm.WLS(var.y[2:, i], x, weights=scale**-2.0).fit(cov_type=kind)
        np.testing.assert_allclose(var.params[name], theirs.params, rtol=1e-9)
        np.testing.assert_allclose(var.std_errors[name], theirs.bse, rtol=1e-9)
    np.testing.assert_allclose(var.innovations, var.residuals.mul(scale, axis=0))
    np.testing.assert_allclose(var.fitted + var.innovations, var.y[2:], atol=1e-12)
    u = var.residuals.to_numpy()
    np.testing.assert_allclose(var.covariance, u.T @ u / var.df_resid, rtol=1e-12)


def test_the_likelihood_is_that_of_the_data(scaled):
    # Directly: each month normal with covariance s_t^2 Sigma.
    u, sigma = scaled.residuals.to_numpy(), scaled.residuals.to_numpy()
    sigma = sigma.T @ sigma / len(u)
    innovations = scaled.innovations.to_numpy()
    total = sum(
        -0.5 * np.linalg.slogdet(2 * np.pi * s**2 * sigma)[1]
        - 0.5 * e @ np.linalg.solve(s**2 * sigma, e)
        for s, e in zip(scaled.scales, innovations)
    )
    assert scaled.loglik == pytest.approx(total)
    assert scaled.aic == pytest.approx(
        (-2 * scaled.loglik + 2 * (3 * 4 + 4)) / 259 - 3 * (1 + np.log(2 * np.pi))
    )


# -- the maximum ----------------------------------------------------------------------------------


def test_no_other_scale_is_more_likely(data, scaled):
    found = scaled.scale.values
    for i in range(4):
        for factor in (0.97, 1.03):
            other = found.copy()
            other[i] *= factor
            moved = VAR(1, pandemic=PandemicScale(START, fixed=tuple(other))).fit(data)
            assert moved.loglik < scaled.loglik - 1e-5
    assert scaled.loglik > VAR(1).fit(data).loglik + 50


def test_standard_errors_are_the_curvature(data, scaled):
    # Second differences of the concentrated likelihood, by brute force.
    found, step = scaled.scale.values, 1e-3

    def loglik(*moves):
        values = found.copy()
        for i, sign in moves:
            values[i] *= 1 + sign * step
        return VAR(1, pandemic=PandemicScale(START, fixed=tuple(values))).fit(data).loglik

    curvature = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            corners = (
                [loglik((i, a), (j, b)) * a * b for a in (1, -1) for b in (1, -1)]
                if i != j
                else [loglik((i, 1)), loglik((i, -1)), -2 * loglik()]
            )
            divisor = (4 if i != j else 1) * step**2 * found[i] * found[j]
            curvature[i, j] = sum(corners) / divisor
    errors = np.sqrt(np.diag(np.linalg.inv(-curvature)))
    np.testing.assert_allclose(scaled.scale.std_errors, errors, rtol=1e-3)


def test_finds_the_truth_with_many_variables():
    var = VAR(1, pandemic=PandemicScale(START)).fit(simulate(16, 400, seed=3))
    assert not var.scale.on_bound.any()
    assert (np.abs(var.scale.values - TRUTH) < 3 * var.scale.std_errors).all()
    assert (var.scale.std_errors[:3] < 0.3 * np.array(TRUTH[:3])).all()
    plain = VAR(1).fit(simulate(16, 400, seed=3))
    truth = 0.5 * np.eye(16) + 0.1 * np.eye(16, k=-1)
    gaps = [np.abs(v.lag_coefficients[0] - truth).mean() for v in (var, plain)]
    assert gaps[0] < 0.8 * gaps[1]


def test_profile_intervals_hold_the_truth(data, scaled):
    result = scaled.pandemic_scale(0.95)
    table = result.table
    assert list(table.index) == ["s_0", "s_1", "s_2", "rho"]
    assert table["conf_low"].lt(np.array(TRUTH)).all()
    assert table["conf_high"].gt(np.array(TRUTH)).all()
    # At the end of an interval the likelihood is lower by half the critical value.
    end = table.loc["s_0", "conf_high"]
    best = max(
        VAR(1, pandemic=PandemicScale(START, fixed=(end, *rest))).fit(data).loglik
        for rest in _grid_around(scaled.scale.values[1:])
    )
    assert scaled.loglik - best == pytest.approx(3.841459 / 2, abs=0.02)
    assert result.likelihood_ratio == pytest.approx(2 * (scaled.loglik - VAR(1).fit(data).loglik))
    assert len(result.tidy()) == 4
    assert "profile intervals" in str(result.summary())
    assert "lenza_primiceri2022" in result.cite()


def _grid_around(values):
    a, b, c = values
    return [(a * i, b * j, c * k) for i in (0.97, 1, 1.03) for j in (0.97, 1) for k in (0.99, 1)]


def test_calm_months_stay_on_the_bound():
    calm = simulate(3, values=(1, 1, 1, 0), seed=4)
    calm.loc["2016-09":"2016-11"] *= 0.2
    var = VAR(1, pandemic=PandemicScale(START)).fit(calm)
    assert var.scale.values.min() >= 1 or np.isnan(var.scale.values[3])
    assert var.scale.on_bound[:3].any()
    assert np.isnan(var.scale.std_errors[var.scale.on_bound]).all()
    assert np.isfinite(var.scales).all()
    assert (var.scales >= 1).all()
    table = var.pandemic_scale().table.iloc[:3]
    assert (table.loc[table["on_bound"], "conf_low"] == 1).all()


def test_a_sample_that_ends_in_the_pandemic(data):
    var = VAR(1, pandemic=PandemicScale(START)).fit(data, end="2016-10")
    assert len(var.scale.values) == 2
    assert list(var.pandemic_scale().table.index) == ["s_0", "s_1"]
    np.testing.assert_array_equal(var.scales[:-2], 1.0)
    assert VAR(1, pandemic=PandemicScale(START)).fit(data, end="2016-11").scale.values.shape == (3,)


# -- equivariance ---------------------------------------------------------------------------------


def test_units_do_not_matter(data, scaled):
    moved = VAR(1, pandemic=PandemicScale(START)).fit(data.assign(y1=100 * data["y1"] + 7))
    np.testing.assert_allclose(moved.scale.values, scaled.scale.values, rtol=1e-4)
    terms = ["y0.l1", "y1.l1", "y2.l1"]
    np.testing.assert_allclose(moved.tvalues.loc[terms], scaled.tvalues.loc[terms], rtol=1e-3)


# -- together with other options, and downstream --------------------------------------------------


def test_restrictions_and_scale_are_estimated_together(data):
    spec = VAR(1, pandemic=PandemicScale(START), restrictions=[BlockExogenous(["y0"])])
    var = spec.fit(data)
    for i in range(4):
        for factor in (0.97, 1.03):
            other = var.scale.values.copy()
            other[i] *= factor
            fixed = PandemicScale(START, fixed=tuple(other))
            moved = VAR(1, pandemic=fixed, restrictions=spec.restrictions).fit(data)
            assert moved.loglik < var.loglik - 1e-5
    alone = VAR(1, pandemic=PandemicScale(START, fixed=tuple(var.scale.values))).fit(data[["y0"]])
    np.testing.assert_allclose(
        var.params.loc[["const", "y0.l1"], "y0"], alone.params["y0"], atol=1e-10
    )
    ratio = var.test_restrictions().tests[0]
    assert ratio.df == (2,)
    assert ratio.p_value > 0.01


def test_history_adds_up_and_shocks_are_what_happened(scaled):
    svar = scaled.identify(Cholesky(), inference=ResidualBootstrap(100))
    history = svar.historical_decomposition(draws=10)
    np.testing.assert_allclose(history.point.sum(axis=2), scaled.y[1:], rtol=0, atol=1e-10)
    np.testing.assert_allclose(history.draws.sum(axis=-1) - scaled.y[1:], 0, rtol=0, atol=1e-10)
    # A shock's contribution is the responses times the shocks as they were, scale included.
    shocks = svar.shocks().to_numpy()
    responses = svar.irf(258, cumulative=False).point
    by_hand = sum(responses[h][:, 1] * shocks[210 - h, 1] for h in range(211))
    np.testing.assert_allclose(history.point[210, :, 1], by_hand, atol=1e-10)
    unit = shocks / scaled.scales[:, None]
    np.testing.assert_allclose(unit.T @ unit / scaled.df_resid, np.eye(3), atol=1e-10)


def test_draws_are_centred_on_normal_months(scaled):
    drawn = scaled.draws(ResidualBootstrap(500), 0)
    np.testing.assert_allclose(
        drawn.covariance.mean(axis=0), scaled.covariance, rtol=0.1, atol=0.03
    )
    error = scaled.std_errors.to_numpy().T
    np.testing.assert_allclose(drawn.deterministic.std(axis=0)[:, 0], error[:, 0], rtol=0.2)
    np.testing.assert_allclose(drawn.lags.std(axis=0)[0], error[:, 1:], rtol=0.2)


def test_a_fan_made_in_the_pandemic_is_wider(data):
    spec = VAR(1, pandemic=PandemicScale(START, fixed=(9, 6, 4, 0.8)))
    inside = spec.fit(data, end="2016-11")
    np.testing.assert_allclose(inside.future_scales(3), [3.4, 2.92, 2.536])
    svar = inside.identify(Cholesky(), inference=ResidualBootstrap(500))
    fan = svar.forecast(1, cumulative=False)
    np.testing.assert_allclose(
        fan.draws[:, 0].std(axis=0), 3.4 * np.sqrt(np.diag(inside.covariance)), rtol=0.15
    )
    early = spec.fit(data, end="2016-09")
    np.testing.assert_allclose(early.future_scales(3), [6.0, 4.0, 3.4])


def test_lags_are_chosen_with_the_scale(data):
    spec = VAR("bic", max_lags=3, pandemic=PandemicScale(START))
    fitted = VAR(2, pandemic=PandemicScale(START)).fit(data, start="2000-02")
    assert spec.select_lags(data).table.loc[2, "bic"] == pytest.approx(fitted.bic, rel=1e-6)


def test_the_scheme_is_printed(scaled):
    irf = scaled.identify(Cholesky(), inference=ResidualBootstrap(100)).irf(3)
    notes = " ".join(irf.notes())
    assert "shocks from 2016-09 scaled by" in notes
    assert "Lenza-Primiceri" in notes
    assert "normal months" in notes
    assert "Weighted least squares" in " ".join(scaled.notes())
    assert "lenza_primiceri2022" in scaled.cite()


# -- refusals -------------------------------------------------------------------------------------


def test_starts_and_values_are_checked(data):
    with pytest.raises(SpecError, match="start 2031-01 is not in the sample"):
        VAR(1, pandemic=PandemicScale("2031-01")).fit(data)
    with pytest.raises(SpecError, match="is not in the sample"):
        VAR(2, pandemic=PandemicScale("2000-02")).fit(data)
    daily = data.set_axis(pd.bdate_range("2020-01-01", periods=len(data)), axis=0)
    with pytest.raises(SpecError, match="monthly or quarterly"):
        VAR(1, pandemic=PandemicScale("2020-03")).fit(daily)
    for wrong in ((1, 2, 3), (0, 2, 3, 0.5), (5, 4, 3, 1.5)):
        with pytest.raises(SpecError):
            PandemicScale(fixed=wrong)
    with pytest.raises(SpecError, match="no pandemic scale"):
        VAR(1).fit(data).pandemic_scale()


def test_the_fading_in_words():
    words = scale_in_words(PandemicScale(START), [3.0, 2.0, 1.5, 0.25])
    assert "scaled by 3, 2, 1.5, the excess over one times 0.25 in each later period" in words
    lasting = scale_in_words(PandemicScale(START), [3.0, 2.0, 1.5, 1.0])
    assert "scaled by 3, 2, 1.5, the last of them for good" in lasting


def test_the_start_must_be_a_date(data):
    with pytest.raises(SpecError, match="'spring' is not a date"):
        VAR(1, pandemic=PandemicScale("spring")).fit(data)
