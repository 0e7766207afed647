"""Proves that forecasts out of sample use only the past, and that their scores are right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop import VAR, BlockExogenous, Column, PandemicScale, Panel
from yenloop.errors import SampleError, SpecError
from yenloop.estimation.scores import crps, mean_and_error
from yenloop.models.forecast_evaluation import evaluate_forecasts


def quarterly(golden) -> pd.DataFrame:
    frame = golden("stock_watson_2001").frame()
    frame.index = pd.PeriodIndex(frame["date"].str.upper(), freq="Q")
    return frame[["infl", "unemp", "ff"]]


@pytest.mark.golden
def test_stock_watson_table_2_on_the_stored_vintage(golden):
    """Three models, three variables, three horizons: an independent program's numbers."""
    expected = np.array(
        [
            [0.8040479030748552, 0.708824563545703, 0.6972338314043649],
            [0.3394862236635644, 0.2803656620036394, 0.28923952739546926],
            [0.7930667303005953, 0.7824642116590929, 0.6633499751732408],
            [0.7205258159302744, 0.6761124647215406, 0.6481697675203422],
            [0.6164263797119385, 0.525125573154884, 0.5301248008649527],
            [1.3632725468654592, 1.2766533055069689, 1.0775316451409558],
            [0.7587529672506965, 0.7901475194636683, 0.793627976497431],
            [1.1151197529826398, 0.9418818332363704, 0.7743587399399635],
            [2.181353837297393, 1.9744460237902037, 1.7192903755875182],
        ]
    )
    found = evaluate_forecasts(
        VAR(lags=4),
        quarterly(golden),
        first_origin="1985Q1",
        horizons=(2, 4, 8),
        targets={"infl": "mean"},
        autoregression=VAR(lags=4),
        draws=100,
    ).rmse()
    by_horizon = found[["Random walk", "AR", "VAR(4)"]].swaplevel().loc[[2, 4, 8]]
    np.testing.assert_allclose(by_horizon.to_numpy(), expected, rtol=1e-9)


def simulated(periods: int = 140, *, differenced: bool = False) -> Panel:
    rng = np.random.default_rng(11)
    y = np.zeros((periods, 2))
    for t in range(1, periods):
        y[t] = np.array([0.6, 0.3]) * y[t - 1, 0] + rng.standard_normal(2)
    frame = pd.DataFrame(
        y, index=pd.period_range("2000-01", periods=periods, freq="M"), columns=["a", "b"]
    )
    columns = {
        name: Column(id=name, label=name.upper(), unit="%", differenced=differenced)
        for name in frame
    }
    return Panel.from_frame(frame, columns)


def test_a_forecast_knows_nothing_of_what_comes_after_its_origin():
    panel = simulated()
    changed = panel.frame.copy()
    changed.iloc[-10:] += 2.0
    options = {"first_origin": "2010-06", "horizons": (1, 2), "draws": 100}
    one = evaluate_forecasts(VAR(lags=1), panel.frame, **options)
    other = evaluate_forecasts(VAR(lags=1), changed, **options)
    # Outcomes of the last ten months differ; whatever was forecast and scored before does not.
    until = len(one.origins) - 11
    for name, record in one.records.items():
        for field in ("errors", "crps", "inside"):
            mine, theirs = (getattr(r, field) for r in (record, other.records[name]))
            axis = 1 if field == "inside" else 0
            before = np.arange(until)
            np.testing.assert_array_equal(mine.take(before, axis), theirs.take(before, axis))


def test_the_true_model_wins_covers_and_scores_best():
    found = evaluate_forecasts(
        VAR(lags=1),
        simulated(400),
        first_origin="2012-01",
        horizons=(1, 6),
        autoregression=VAR(lags=1),
        draws=200,
    )
    rmse = found.rmse()
    assert rmse.loc[("A", 1), "VAR(1)"] == pytest.approx(1.0, abs=0.12)
    assert (rmse.loc["B", "VAR(1)"] < rmse.loc["B", "Random walk"]).all()
    assert (found.scores()["VAR(1)"] < found.scores()["Random walk"]).all()
    np.testing.assert_allclose(found.coverage(0.90)["VAR(1)"], 0.90, atol=0.06)
    tests = found.against("Random walk")
    assert (tests["t"] < 0).all()
    assert tests.loc[("B", 1), "p_value"] < 0.01


def test_rows_not_yet_known_are_left_out_and_counted():
    found = evaluate_forecasts(
        VAR(lags=1), simulated(), first_origin="2011-01", horizons=(1, 6), draws=100
    )
    assert list(found.against("AR").loc["A", "origins"]) == [7, 2]
    assert found.sample == "2011-01 to 2011-07"


def test_changes_are_summed_and_their_walk_stands_still():
    panel = simulated(differenced=True)
    assert panel.columns["a"].differenced
    found = evaluate_forecasts(VAR(lags=1), panel, first_origin="2011-01", horizons=(3,), draws=100)
    assert found.targets == {"a": "sum", "b": "sum"}
    values = panel.frame["a"].to_numpy()
    first = values[133:136].sum()  # February to April 2011
    assert found.records["Random walk"].errors[0, 0, 0] == pytest.approx(first)


def test_rescaling_a_series_rescales_its_errors_and_nothing_else():
    frame = simulated().frame
    options = {"first_origin": "2010-06", "horizons": (1, 3), "draws": 100}
    one = evaluate_forecasts(VAR(lags=1), frame, **options)
    other = evaluate_forecasts(VAR(lags=1), frame * [1024, 1], **options)
    np.testing.assert_allclose(other.rmse().loc["a"], 1024 * one.rmse().loc["a"], rtol=1e-9)
    np.testing.assert_allclose(other.scores().loc["b"], one.scores().loc["b"], rtol=1e-9)
    np.testing.assert_allclose(other.coverage(), one.coverage())
    np.testing.assert_allclose(other.against("AR")["t"], one.against("AR")["t"], rtol=1e-6)


def test_crps_is_the_integral_of_the_squared_distance_of_distributions():
    rng = np.random.default_rng(0)
    draws, outcome = rng.standard_normal((60, 3)), np.array([0.2, -1.0, 5.0])
    grid = np.linspace(-8, 8, 160_001)
    for j in range(3):
        below = (draws[:, j, None] <= grid).mean(axis=0)
        integral = np.trapezoid((below - (grid >= outcome[j])) ** 2, grid)
        assert crps(draws, outcome)[j] == pytest.approx(integral, abs=2e-4)
    np.testing.assert_allclose(crps(np.full((9, 3), 1.5), outcome), abs(1.5 - outcome))


def test_error_of_a_mean_is_newey_wests():
    import statsmodels.api as sm

    scores = np.random.default_rng(1).standard_normal((80, 1)).cumsum(axis=0)
    fit = sm.OLS(scores[:, 0], np.ones(80)).fit(
        cov_type="HAC", cov_kwds={"maxlags": 5, "use_correction": False}
    )
    mean, error = mean_and_error(scores, 5)
    assert mean[0] == pytest.approx(fit.params[0])
    assert error[0] == pytest.approx(fit.bse[0])
    with_end = np.vstack([scores, np.full((3, 1), np.nan)])
    np.testing.assert_allclose(mean_and_error(with_end, 5), (mean, error))


def test_refusals():
    panel = simulated()
    with pytest.raises(SpecError, match="future values nobody knew"):
        evaluate_forecasts(VAR(lags=1, exog=["b"]), panel, first_origin="2010-01")
    with pytest.raises(SampleError, match="data end in 2011-08"):
        evaluate_forecasts(VAR(lags=1), panel, first_origin="2011-07", horizons=(1,))
    with pytest.raises(SpecError, match="targets"):
        evaluate_forecasts(VAR(lags=1), panel, first_origin="2010-01", targets={"a": "middle"})
    with pytest.raises(SpecError, match="levels"):
        evaluate_forecasts(VAR(lags=1), panel, first_origin="2010-01", levels=(90,))


def test_tidy_summary_and_chart_hold_every_model():
    found = evaluate_forecasts(
        VAR(lags="bic", max_lags=3), simulated(), first_origin="2010-06", horizons=(1, 3), draws=100
    )
    tidy = found.tidy()
    assert set(tidy["statistic"]) == {"rmse", "crps", "coverage_68", "coverage_90"}
    assert len(tidy) == 4 * 3 * 2 * 2
    assert (tidy["std_error"] > 0).mean() > 0.9
    assert "as they are known now" in str(found.summary())
    figure, axes = found.plot()
    assert axes[0, 0].get_xlabel() == "Periods ahead"
    assert len(figure.legends) == 1


def test_special_months_enter_once_they_have_come():
    """Before it a month cannot have been known to be special; afterwards it is."""
    panel, options = simulated(), {"first_origin": "2010-06", "horizons": (1,), "draws": 100}
    late = [VAR(1, outliers=["2011-02"]), VAR(1, pandemic=PandemicScale("2011-02"))]
    plain = evaluate_forecasts(VAR(1), panel, **options).records["VAR(1)"].errors
    for model in late:
        errors = evaluate_forecasts(model, panel, **options).records["VAR(1)"].errors
        np.testing.assert_array_equal(errors[:8], plain[:8])  # from June 2010 to January 2011
        assert not np.isclose(errors[9:], plain[9:]).all()


def test_the_univariate_benchmark_has_none_of_the_restrictions():
    panel, options = simulated(), {"first_origin": "2011-01", "horizons": (1,), "draws": 100}
    names = panel.names
    closed = VAR(1, restrictions=[BlockExogenous([names[0]])])
    found = evaluate_forecasts(closed, panel, **options).records["AR"].errors
    np.testing.assert_array_equal(
        found, evaluate_forecasts(VAR(1), panel, **options).records["AR"].errors
    )
