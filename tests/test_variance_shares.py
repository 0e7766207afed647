"""Null bands of variance shares: size near nominal under a true zero, power, collapse, charts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import load_loop_panel
from yenloop.estimation.decompositions import fevd as fevd_of
from yenloop.estimation.decompositions import shares_of_variance
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.var import VAR

#: The first variable is closed to the others: their shocks explain nothing of it at any horizon.
LAGS = np.array([[0.9, 0, 0], [0.3, 0.4, 0.2], [0.2, 0.1, 0.5]])
IMPACT = np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.3, 0.5, 0.6]])


def closed_economy(seed: int, periods: int) -> pd.DataFrame:
    errors = np.random.default_rng(seed).standard_normal((periods + 50, 3)) @ IMPACT.T
    y = np.zeros_like(errors)
    for t in range(1, len(y)):
        y[t] = LAGS @ y[t - 1] + errors[t]
    index = pd.period_range("1950-01", periods=periods, freq="M")
    return pd.DataFrame(y[50:], index=index, columns=["a", "b", "c"])


def identified(data: pd.DataFrame, inference=None, **options):
    return VAR(2, **options).fit(data).identify(Cholesky(), inference=inference, rng=1)


@pytest.fixture(scope="module")
def fevd():
    return identified(closed_economy(4, 300), ResidualBootstrap(500)).fevd(24)


def test_a_true_zero_is_rejected_as_often_as_the_level_says() -> None:
    """120 samples: the Monte Carlo error of a rejection rate of 10 per cent is 3 points."""
    p_values = []
    for seed in range(120):
        svar = identified(closed_economy(seed, 120), ResidualBootstrap(200))
        theta = impulse_responses(svar.reduced.lag_coefficients, svar.impact, 23)
        drawn = impulse_responses(svar.draws.lags, svar.draws.impact, 23)
        null = shares_of_variance(drawn - drawn.mean(axis=0), drawn)
        p_values.append((null >= fevd_of(theta)).mean(axis=0)[[1, 5, 23], 0, 1:])
    for level in (0.10, 0.32):
        rate = (np.array(p_values) <= level).mean(axis=0)
        assert (np.abs(rate - level) < 0.08).all(), (level, rate)


def test_shares_that_are_there_are_above_their_null_band(fevd) -> None:
    clear = fevd.above_null()
    assert clear[:, [0, 1, 2], [0, 1, 2]].all()
    assert clear[1:, 1, 0].all()
    assert (fevd.p_values[:, 1, 1] == 0).all()
    # The interval of the draws says that they are all there: it never reaches zero.
    low = fevd.bands_of(fevd.point, fevd.draws, [0.9])[1][0.9][0]
    assert (low[1:] > 0).all()


def test_an_imposed_zero_is_not_above_its_null_band(fevd) -> None:
    assert (fevd.point[0, 0, 1:] == 0).all()
    assert (fevd.null_limits()[0.9][0, 0, 1:] == 0).all()
    assert (fevd.p_values[0, 0, 1:] == 1).all()
    assert not fevd.above_null()[0, 0, 1:].any()


def test_null_draws_are_squared_sampling_errors_over_the_variance_of_the_draw() -> None:
    svar = identified(closed_economy(4, 200), ResidualBootstrap(150))
    fevd, theta = svar.fevd(5), svar.irf(4, cumulative=False).draws
    error = theta - theta.mean(axis=0)
    by_hand = (error[:, :5] ** 2).sum(axis=1) / (theta[:, :5] ** 2).sum(axis=(1, 3))[..., None]
    np.testing.assert_allclose(fevd.null_draws[:, 4], by_hand, rtol=1e-10)
    p_value = (by_hand >= fevd.point[4]).mean(axis=0)
    np.testing.assert_array_equal(fevd.p_values[4], p_value)
    np.testing.assert_allclose(
        fevd.null_limits([0.9])[0.9][4], np.quantile(by_hand, 0.9, axis=0), rtol=1e-10
    )


def test_draws_around_another_centre_have_the_same_null_band() -> None:
    """Bias-corrected draws lie around corrected coefficients, not around the estimate."""
    data = closed_economy(2, 400)
    plain = identified(data, ResidualBootstrap(1000)).fevd(12).null_limits()[0.9]
    corrected = identified(data, BiasCorrectedBootstrap(1000)).fevd(12).null_limits()[0.9]
    np.testing.assert_allclose(corrected[1:, 0, 1:], plain[1:, 0, 1:], rtol=0.35)


def test_the_delta_method_gives_the_null_band_of_a_bootstrap_in_a_long_sample() -> None:
    data = closed_economy(3, 4000)
    by_bootstrap = identified(data, ResidualBootstrap(1000)).fevd(8).null_limits()[0.9]
    by_delta = identified(data, DeltaMethod()).fevd(8)
    assert by_delta.null_draws.shape == (2000, 8, 3, 3)
    np.testing.assert_allclose(by_delta.null_limits()[0.9], by_bootstrap, rtol=0.15, atol=1e-12)


def test_units_do_not_matter(fevd) -> None:
    data = closed_economy(4, 300) * [1000, 1, 0.01]
    moved = identified(data, ResidualBootstrap(500)).fevd(24)
    np.testing.assert_allclose(moved.null_draws, fevd.null_draws, rtol=1e-5, atol=1e-10)


def test_tidy_frame_holds_shares_null_bands_and_p_values(fevd) -> None:
    tidy = fevd.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    cells = 24 * 3 * 3
    counts = tidy["statistic"].value_counts()
    assert counts.to_dict() == {"fevd": 2 * cells, "fevd_null": 2 * cells, "fevd_p_value": cells}
    at = "shock == 'b' and response == 'a' and horizon == 12"
    null = tidy.query(f"statistic == 'fevd_null' and {at} and level == 0.9").iloc[0]
    assert null["conf_low"] == 0
    assert null["conf_high"] == fevd.null_limits()[0.9][11, 0, 1]
    assert null["estimate"] == pytest.approx(fevd.null_draws[:, 11, 0, 1].mean())
    p_value = tidy.query(f"statistic == 'fevd_p_value' and {at}")["estimate"].item()
    assert p_value == fevd.p_values[11, 0, 1]


def test_the_summary_brackets_what_is_not_above_its_null_band(fevd) -> None:
    table = dict(fevd.summary().tables)["a: share of each shock, %"]
    assert table.loc[1].tolist() == ["100.0", "(0.0)", "(0.0)"]
    assert table.loc[24, "a"] == f"{100 * fevd.point[23, 0, 0]:.1f}"
    assert any("one-sided null band, 90%" in note for note in fevd.notes())
    assert "luetkepohl1990" in fevd.cite()


def test_the_chart_hatches_what_is_not_above_its_null_band() -> None:
    svar = VAR(3).fit(load_loop_panel()).identify(Cholesky(), inference=ResidualBootstrap(200))
    fevd = svar.fevd(24)
    figure, axes = fevd.plot(response="jgb10y")
    hatched = [c for c in axes[0, 0].collections if c.get_hatch()]
    i = fevd.names.index("jgb10y")
    assert len(hatched) == (~fevd.above_null()[:, i]).any(axis=0).sum()
    assert figure.legends[0].get_texts()[-1].get_text() == "Not above its null band"
    assert axes[0, 0].get_ylim() == (0, 100)
    assert axes[0, 0].get_xlabel() == "Months ahead"
