"""A common break of a VAR: brute force at every date, one equation as a case, known truth, size."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.errors import NumericalError, SampleError, SpecError
from yenloop.estimation.break_bootstrap import StableVAR, residual_bootstrap
from yenloop.estimation.breaks import (
    candidate_dates,
    orthonormal,
    residuals_on,
    system_sequence,
    wald_sequence,
)
from yenloop.estimation.general_bootstrap import bootstrap_estimator
from yenloop.estimation.least_squares import lagged_design
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.storage import load
from yenloop.models.var import VAR

TRUE = 110  # rows before the break


def economy(nobs=200, shift=0.0, louder=1.0, seed=0, variables=2):
    """A VAR(1) whose own lags rise by ``shift`` and whose errors grow louder after row TRUE."""
    rng = np.random.default_rng(seed)
    y = np.zeros((nobs + 1, variables))
    for t in range(1, nobs + 1):
        after = t > TRUE
        e = rng.standard_normal(variables) * (louder if after else 1.0)
        y[t] = (0.2 + shift * after) * y[t - 1] + 0.1 * y[t - 1, ::-1] + e
    index = pd.period_range("2000-01", periods=nobs + 1, freq="M")
    return pd.DataFrame(y, index=index, columns=list("abcd")[:variables])


def log_det(residuals):
    return np.linalg.slogdet(residuals.T @ residuals / len(residuals))[1]


def left_by(x, y):
    return y - x @ np.linalg.lstsq(x, y, rcond=None)[0]


@pytest.mark.parametrize("change", ["coefficients", "covariance", "both"])
def test_every_date_is_the_likelihood_of_two_regimes(change):
    rng = np.random.default_rng(1)
    x = np.column_stack([np.ones(80), 500 + 100 * rng.standard_normal((80, 2))])
    y = rng.standard_normal((80, 3)) + x @ rng.standard_normal((3, 3))
    dates = candidate_dates(80, 0.15, 3)
    basis = orthonormal(x)
    found = system_sequence(basis, 3, residuals_on(basis, y), dates, change)
    stable = left_by(x, y)
    for place in (0, 20, len(dates) - 1):
        k = dates[place]
        parts = [left_by(x[:k], y[:k]), left_by(x[k:], y[k:])]
        if change == "coefficients":
            alternative = 80 * log_det(np.vstack(parts))
        else:
            own = parts if change == "both" else [stable[:k], stable[k:]]
            alternative = sum(len(part) * log_det(part) for part in own)
        assert found[place] == pytest.approx(80 * log_det(stable) - alternative, rel=1e-8)


def test_one_equation_is_its_wald_test():
    rng = np.random.default_rng(2)
    x, y = rng.standard_normal((70, 3)), rng.standard_normal((70, 1))
    basis, dates = orthonormal(x), candidate_dates(70, 0.15, 2)
    left = residuals_on(basis, y)
    system = system_sequence(basis, 2, left, dates, "coefficients", "wald")
    single = wald_sequence(basis, 2, left.T, dates, "classical")[0]
    np.testing.assert_allclose(system, single, rtol=1e-10)


def test_bootstrap_simulates_as_all_others_do():
    var = VAR(2).fit(economy(90))
    lags, z = var.lag_coefficients, var.z
    samples = []

    def keep(y):
        samples.append(y)
        return np.zeros((len(y), 1)), np.zeros((len(y), 1)), np.zeros((len(y), 1))

    common = {"draws": 70, "seed": 3}
    bootstrap_estimator(
        var.y,
        z,
        lags,
        var.deterministic,
        var.residuals.to_numpy(),
        keep,
        df_resid=var.df_resid,
        **common,
    )
    dates = candidate_dates(90, 0.15, 5)

    def largest(basis, residuals):
        return system_sequence(basis, 5, residuals, dates, "coefficients").max(axis=-1)

    stable = StableVAR(
        start=var.y[:2],
        z=z,
        lags=lags,
        deterministic=var.deterministic,
        residuals=var.residuals.to_numpy(),
        usable=np.ones(89, dtype=bool),
        scales=np.ones(89),
        df_resid=var.df_resid,
        order=np.arange(5),
    )
    dates = candidate_dates(89, 0.15, 5)
    found = residual_bootstrap(stable, largest, **common)
    for draw in (0, 33, 69):
        y = np.concatenate(samples)[draw]
        basis = orthonormal(lagged_design(y, np.vstack([np.zeros((2, 1)), z]), 2))
        assert found[draw] == pytest.approx(largest(basis, residuals_on(basis, y[2:])), rel=1e-8)
    fewer = residual_bootstrap(stable, largest, draws=20, seed=3)
    np.testing.assert_array_equal(fewer, found[:20])


def test_finds_a_break_of_the_coefficients():
    var = VAR(1).fit(economy(shift=0.6))
    for bootstrap in ("fixed_regressor", "residual"):
        found = var.system_break_test(draws=199, bootstrap=bootstrap)
        assert found.p_values["sup"] == 0.005
        assert found.asymptotic_p_value < 1e-4
        assert abs(found.break_row - TRUE) <= 10
        assert TRUE in found.likely[0.90]
    assert found.restrictions == 6
    wald = var.system_break_test(draws=99, statistic="wald")
    assert wald.date == found.date
    constants = var.system_break_test(draws=199, breaking="constant")
    assert constants.restrictions == 2
    assert constants.p_values["sup"] > found.p_values["sup"]


def test_tells_a_covariance_from_coefficients():
    var = VAR(1).fit(economy(louder=2.0))
    covariance = var.system_break_test(change="covariance", draws=199)
    assert covariance.p_values["sup"] == 0.005
    assert covariance.restrictions == 3
    assert abs(covariance.break_row - TRUE) <= 4
    assert np.isnan(covariance.asymptotic_p_value)
    np.testing.assert_allclose(covariance.scale_change["ratio"], 2.0, rtol=0.3)
    both = var.system_break_test(change="both", draws=199)
    assert both.p_values["sup"] == 0.005
    assert both.restrictions == 9
    assert var.system_break_test(draws=199).p_values["sup"] > 0.05


@pytest.mark.parametrize(("louder", "bootstrap"), [(1.0, "residual"), (2.0, "fixed_regressor")])
def test_rejects_a_true_null_about_as_often_as_it_says(louder, bootstrap):
    p_values = []
    for seed in range(50):
        var = VAR(1).fit(economy(160, louder=louder, seed=seed))
        p_values.append(var.system_break_test(draws=99, bootstrap=bootstrap).p_values["sup"])
    # 10 per cent nominal; the bound is three Monte Carlo standard errors above.
    assert np.mean(np.array(p_values) <= 0.10) < 0.23
    assert 0.3 < np.mean(p_values) < 0.7


def test_units_and_order_do_not_matter():
    frame = economy(150)
    first, second = (
        VAR(1).fit(data) for data in (frame, (frame * [1e3, 1e-3] + [500.0, 0.0])[["b", "a"]])
    )
    for change in ("coefficients", "both"):
        one, other = (var.system_break_test(change=change, draws=99) for var in (first, second))
        np.testing.assert_allclose(one.sequence, other.sequence, rtol=1e-6)
        assert one.p_values == other.p_values


def test_months_with_a_dummy_are_left_out():
    frame = economy(120)
    frame.loc["2004-03"] += 30.0
    var = VAR(1, outliers=["2004-03"]).fit(frame)
    found = var.system_break_test(draws=99)
    assert found.nobs == 119
    assert "2004-03" not in {str(date) for date in found.periods}
    assert var.system_break_test(change="both", draws=99).nobs == 119
    x = var.design[:, [0, 2, 3]]  # the second column is the dummy
    kept = np.arange(120) != 49
    basis = orthonormal(x[kept])
    left = residuals_on(basis, var.y[1:][kept])
    expected = system_sequence(basis, 3, left, found.candidates, "coefficients")
    np.testing.assert_allclose(found.sequence, expected, rtol=1e-9)


def test_pandemic_months_have_their_weight():
    frame = economy(120)
    plain, none, scaled = (
        VAR(1, pandemic=pandemic).fit(frame)
        for pandemic in (
            None,
            PandemicScale("2005-03", fixed=(1, 1, 1, 0)),
            PandemicScale("2005-03", fixed=(4, 3, 2, 0.5)),
        )
    )
    for bootstrap in ("fixed_regressor", "residual"):
        tests = [var.system_break_test(draws=99, bootstrap=bootstrap) for var in (plain, none)]
        np.testing.assert_allclose(tests[0].sequence, tests[1].sequence, rtol=1e-9)
        assert tests[0].p_values == tests[1].p_values
    weight = 1 / scaled.scales[:, None]
    basis = orthonormal(plain.design * weight)
    left = residuals_on(basis, plain.y[1:] * weight)
    found = scaled.system_break_test(draws=99, bootstrap="residual")
    expected = system_sequence(basis, 3, left, found.candidates, "coefficients")
    np.testing.assert_allclose(found.sequence, expected, rtol=1e-9)


def test_refuses_what_makes_no_sense():
    frame = economy(80)
    var = VAR(1).fit(frame)
    with pytest.raises(SpecError, match="change"):
        var.system_break_test(change="variance")
    with pytest.raises(SpecError, match="likelihood ratio"):
        var.system_break_test(change="both", statistic="wald")
    with pytest.raises(SpecError, match="likelihood ratio"):
        var.system_break_test(change="covariance", bootstrap="fixed_regressor")
    with pytest.raises(SpecError, match="bootstrap"):
        var.system_break_test(bootstrap="wild")
    with pytest.raises(SampleError, match="cannot carry"):
        VAR(6).fit(frame).system_break_test()
    with pytest.raises(SpecError, match="without restrictions"):
        VAR(1, restrictions=[BlockExogenous(["a"])]).fit(frame).system_break_test()
    step = frame.assign(step=np.where(np.arange(81) > 75, 1.0, 0.0))
    with pytest.raises(NumericalError, match="zero throughout"):
        VAR(1, exog=["step"]).fit(step).system_break_test()


def test_results_read_in_words_and_travel(tmp_path):
    found = VAR(1).fit(economy(120, shift=0.7)).system_break_test(draws=99)
    text = " ".join(found.notes())
    assert "all 3 coefficients of each equation constant in all equations" in text
    assert "fixed-regressor bootstrap" in text
    assert "Residual standard deviations" in str(found.summary())
    assert "qu_perron2007" in found.cite()
    assert found.date in found.likely_dates(0.90)
    again = load(found.save(tmp_path / "one.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    figure, axes = found.plot()
    assert axes[0, 0].get_ylabel() == "Likelihood ratio"
    np.testing.assert_allclose(axes[0, 0].lines[0].get_ydata(), found.sequence)
    assert "VAR(1) of a, b" in figure.texts[-1].get_text().replace("\n", " ")
