"""Proves pass-through by shock, its weights, and that its average is cov/var of forecast errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.economy import loop_economy
from yenloop.data.panel import Panel
from yenloop.errors import InvalidInferenceError, NotIdentifiedError, SpecError
from yenloop.estimation.fieller import quantile_set
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.identification.sign_restrictions import Sign
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.posterior import Posterior
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.passthrough import pass_through
from yenloop.models.passthrough_results import OVER_MODELS, PERCENTILE, RatioOverModels
from yenloop.models.passthrough_shocks import ALL_SHOCKS, shock_dependent_pass_through
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.storage import load
from yenloop.models.var import VAR

YEN, IMPORT, CPI, JGB = "usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y"
ASKED = {"exchange_rate": YEN, "prices": [IMPORT, CPI], "horizons": range(13)}
BANDS = ResidualBootstrap(200)
ORDERS = (None, ["us10y", "jgb10y", "usdjpy_tokyo", "brent", "import_price_yen", "cpi_core"])


@pytest.fixture(scope="module")
def panel() -> Panel:
    return loop_economy(320, rng=4)[0]


@pytest.fixture(scope="module")
def reduced(panel):
    return VAR(lags=2).fit(panel)


@pytest.fixture(scope="module")
def svar(reduced):
    return reduced.identify(Cholesky(), inference=BANDS, rng=1)


@pytest.fixture(scope="module")
def result(svar):
    return shock_dependent_pass_through(svar, **ASKED)


@pytest.fixture(scope="module")
def signed(reduced):
    signs = [
        Sign("yen", YEN, "+"),
        Sign("yen", IMPORT, "+", (0, 1)),
        Sign("monetary", JGB, "+"),
        Sign("monetary", YEN, "-"),
    ]
    scheme = SignRestrictions(signs, own={"yen": YEN, "monetary": JGB}, rotations=100)
    return reduced.identify(scheme, inference=Posterior(200), rng=1)


@pytest.fixture(scope="module")
def instrumented(reduced):
    residual = reduced.residuals[YEN]
    noise = np.random.default_rng(4).standard_normal(len(residual)) * residual.std()
    scheme = Instruments((residual + 0.5 * noise).to_frame("news"), shock=YEN)
    return reduced.identify(scheme, inference=BlockBootstrap(200), rng=1)


def same_ratio(one, other):
    np.testing.assert_allclose(one.numerator / one.denominator, other.numerator / other.denominator)
    for level in (0.68, 0.90):
        ours, theirs = one.interval(level), other.interval(level)
        np.testing.assert_array_equal(ours.kind, theirs.kind)
        np.testing.assert_allclose(ours.low, theirs.low, rtol=1e-8)
        np.testing.assert_allclose(ours.high, theirs.high, rtol=1e-8)


# -- the average over shocks ------------------------------------------------------------------


def forecast_error_moments(lags, covariance, horizon):
    """Covariance matrix of the errors of levels, from Psi_i and Sigma, without any shocks."""
    p, k = lags.shape[:2]
    psi = [np.eye(k)]
    for h in range(1, horizon + 1):
        psi.append(sum(lags[i] @ psi[h - 1 - i] for i in range(min(p, h))))
    levels = np.cumsum(psi, axis=0)
    return np.cumsum([c @ covariance @ c.T for c in levels], axis=0)


def test_the_average_is_the_covariance_of_forecast_errors_over_the_variance(svar, result):
    reduced, draws = svar.reduced, svar.draws
    e = svar.names.index(YEN)
    for path in result.unconditional:
        p = svar.names.index(path.price.id)
        moments = forecast_error_moments(reduced.lag_coefficients, reduced.covariance, 12)
        np.testing.assert_allclose(path.estimate, moments[:, p, e] / moments[:, e, e], rtol=1e-10)
        found = [
            forecast_error_moments(lags, sigma, 12)[-1]
            for lags, sigma in zip(draws.lags[:20], draws.covariance[:20])
        ]
        whole = result.contributions[0].denominator
        np.testing.assert_allclose(whole, moments[:, e, e], rtol=1e-10)
        ratio = [m[p, e] / m[e, e] for m in found]
        low, high = path.interval(0.999).hull
        assert ((low[-1] < ratio) & (ratio < high[-1])).all()


def test_forecast_errors_of_simulated_levels_have_that_regression_coefficient(svar, result):
    rng, horizon, k = np.random.default_rng(0), 6, len(svar.names)
    lags = svar.reduced.lag_coefficients
    errors = np.zeros((horizon + 1, 100_000, k))
    for h in range(horizon + 1):
        errors[h] = rng.standard_normal((100_000, k)) @ svar.impact.T
        for lag in range(min(len(lags), h)):
            errors[h] += errors[h - 1 - lag] @ lags[lag].T
    error = errors.sum(axis=0)  # of the level, from the month before the first shock
    e, p = svar.names.index(YEN), svar.names.index(IMPORT)
    slope = (error[:, p] @ error[:, e]) / (error[:, e] @ error[:, e])
    assert result.unconditional[0].estimate[horizon] == pytest.approx(slope, abs=0.01)


def test_the_average_weights_pass_through_by_shares_of_the_variance(svar, result):
    levels = svar.irf(12, cumulative=True)
    e = levels.names.index(YEN)
    weights = levels.point[:, e] ** 2  # (age, shock)
    for price, path in zip((IMPORT, CPI), result.unconditional):
        moved = weights > 0
        ratio = levels.point[:, levels.names.index(price)][moved] / levels.point[:, e][moved]
        shares = (weights / weights.sum())[moved]
        assert path.estimate[-1] == pytest.approx(shares @ ratio, rel=1e-10)
    by_shock = weights.sum(axis=0) / weights.sum()
    for shock, share in zip(levels.shocks, by_shock):
        assert result.shares[shock].point[-1] == pytest.approx(share, rel=1e-10)


def test_shares_add_up_to_one_and_contributions_to_the_average(result):
    point = sum(share.point for share in result.shares.values())
    draws = sum(share.draws for share in result.shares.values())
    np.testing.assert_allclose(point, 1)
    np.testing.assert_allclose(draws, 1)
    for path in result.unconditional:
        parts = [c for c in result.contributions if c.price.id == path.price.id]
        np.testing.assert_allclose(sum(c.numerator for c in parts), path.numerator, rtol=1e-10)
        np.testing.assert_allclose(parts[0].denominator, path.denominator, rtol=1e-10)


def test_the_average_is_the_same_under_every_identification(reduced, signed, instrumented, result):
    other = reduced.identify(Cholesky(ORDERS[1]), inference=BANDS, rng=1)
    for path, base in zip(
        shock_dependent_pass_through(other, **ASKED).unconditional, result.unconditional
    ):
        same_ratio(path, base)  # the same draws of the reduced form too
    for one in (signed, instrumented):
        for path, base in zip(
            shock_dependent_pass_through(one, **ASKED).unconditional, result.unconditional
        ):
            np.testing.assert_allclose(path.estimate, base.estimate, rtol=1e-10)


# -- shock by shock ---------------------------------------------------------------------------


def test_each_shock_has_the_pass_through_of_the_function_for_one(svar, result):
    assert [p.shock for p in result.paths[::2]] == list(svar.names)
    for path in result.paths:
        alone = pass_through(
            svar, path.shock, exchange_rate=YEN, prices=[path.price.id], horizons=range(13)
        )
        np.testing.assert_array_equal(path.numerator, alone.paths[0].numerator)
        np.testing.assert_array_equal(path.covariance, alone.paths[0].covariance)


def test_the_truth_lies_in_the_sets():
    from yenloop.estimation.responses import impulse_responses

    simulated, truth = loop_economy(4000, rng=5)
    svar = VAR(lags=2).fit(simulated).identify(Cholesky(), inference=BANDS, rng=1)
    found = shock_dependent_pass_through(svar, **ASKED)
    levels = impulse_responses(truth.lags, truth.impact, 12).cumsum(axis=0)
    e = svar.names.index(YEN)
    for path in found.paths:
        p, j = svar.names.index(path.price.id), svar.names.index(path.shock)
        moved = np.abs(levels[:, e, j]) > 1e-9
        exact = levels[moved, p, j] / levels[moved, e, j]
        assert path.interval(0.999).contains(_spread(exact, moved))[moved].all()
    for path in found.unconditional:
        p = svar.names.index(path.price.id)
        both = (levels[:, p] * levels[:, e]).sum(-1).cumsum(), (levels[:, e] ** 2).sum(-1).cumsum()
        assert path.interval(0.999).contains(both[0] / both[1]).all()


def _spread(values, at):
    whole = np.zeros(len(at))
    whole[at] = values
    return whole


def test_scaling_the_variables_scales_the_ratios(panel, result):
    scaled = panel.with_columns(panel.frame.copy(), panel.columns)
    scaled.frame[IMPORT] *= 1000
    scaled.frame[YEN] *= 10
    svar = VAR(lags=2).fit(scaled).identify(Cholesky(), inference=BANDS, rng=1)
    found = shock_dependent_pass_through(svar, **ASKED)
    for one, other in ((found.unconditional[0], result.unconditional[0]),):
        np.testing.assert_allclose(one.estimate, 100 * other.estimate, rtol=1e-6)
        np.testing.assert_allclose(one.interval(0.9).low, 100 * other.interval(0.9).low, rtol=1e-6)
    for shock, share in found.shares.items():
        np.testing.assert_allclose(share.draws, result.shares[shock].draws, atol=1e-8)


# -- other identifications --------------------------------------------------------------------


def test_signs_give_percentiles_over_models_and_no_bound_where_the_yen_may_not_move(signed):
    found = shock_dependent_pass_through(signed, **ASKED)
    assert {p.shock for p in found.paths} == {"yen", "monetary"}
    assert all(isinstance(p, RatioOverModels) for p in found.paths)
    irf = signed.irf(12, cumulative=True).select(shock="yen")
    draws = {n: irf.draws[:, :, i, 0] for i, n in enumerate(irf.names)}
    path = found.paths[0]
    low, high = np.quantile(draws[YEN], [0.05, 0.95], axis=0)
    bounded = (low > 0) | (high < 0)
    sets = path.interval(0.90)
    np.testing.assert_array_equal(sets.bounded, bounded)
    ratio = (draws[IMPORT] / draws[YEN])[:, bounded]
    np.testing.assert_allclose(sets.low[bounded], np.quantile(ratio, 0.05, axis=0))
    np.testing.assert_allclose(path.estimate[bounded], np.median(ratio, axis=0))
    assert np.isnan(path.estimate[~bounded]).all()
    tidy = found.tidy()
    over = tidy[tidy["band"].str.startswith(OVER_MODELS)]
    assert set(over["shock"]) == {"yen", "monetary", "other shocks"}
    assert any("over the models" in note for note in found.notes())
    parts = [c for c in found.contributions if c.price.id == IMPORT]
    total = sum(c.draws[..., 0] for c in parts)
    reference = found.unconditional[0].numerator
    assert total.shape == (200, 13)
    assert (np.abs(total.mean(axis=0) / reference - 1) < 0.5).all()


def test_a_set_over_models_is_bounded_only_where_the_denominator_has_a_sign():
    below = np.linspace(-1, 9, 1001)  # a tenth of the models below zero
    above = 2 * below
    assert not quantile_set(above, below, 0.90).bounded
    clear = quantile_set(above, below, 0.68)
    assert clear.bounded
    assert clear.low == pytest.approx(2)
    assert clear.high == pytest.approx(2)
    none = quantile_set(above, 0 * below, 0.68)
    assert none.low == -np.inf
    assert none.high == np.inf


def test_one_instrument_gives_anderson_rubin_sets_and_the_rest_of_the_variance(instrumented):
    found = shock_dependent_pass_through(instrumented, **ASKED)
    assert {p.shock for p in found.paths} == {YEN}
    assert not found.paths[0].percentiles
    alone = pass_through(instrumented, YEN, exchange_rate=YEN, prices=[IMPORT], horizons=range(13))
    np.testing.assert_array_equal(found.paths[0].covariance, alone.paths[0].covariance)
    assert list(found.shares) == [YEN, "other shocks"]
    assert "moments with the instrument" in " ".join(found.notes())


def test_a_weak_instrument_leaves_the_sets_and_takes_the_shares(reduced):
    noise = np.random.default_rng(8).standard_normal(len(reduced.residuals))
    news = pd.DataFrame({"news": noise}, index=reduced.residuals.index)
    svar = reduced.identify(Instruments(news, shock=YEN), inference=BlockBootstrap(200), rng=1)
    found = shock_dependent_pass_through(svar, **ASKED)
    assert not found.shares
    assert not found.contributions
    assert found.untold.startswith("Shares in the variance of the exchange rate: not given.")
    assert found.unconditional[0].interval(0.90).bounded.all()
    assert found.table(CPI).loc["All shocks"].iloc[-1] == "1"


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_cannot_be_answered_is_refused(svar, reduced, panel, signed):
    with pytest.raises(SpecError, match="not price changes"):
        shock_dependent_pass_through(svar, exchange_rate=YEN, prices=[JGB])
    levels = VAR(lags=2).fit(Panel.from_frame(panel.frame.cumsum()))
    with pytest.raises(SpecError, match="100 x log differences"):
        shock_dependent_pass_through(levels.identify(Cholesky(), inference=BANDS), **ASKED)
    with pytest.raises(NotIdentifiedError, match="does not identify"):
        shock_dependent_pass_through(signed, **ASKED, shocks=[CPI])
    wild = reduced.identify(Cholesky(), inference=WildBootstrap(200), rng=1)
    with pytest.raises(InvalidInferenceError):
        shock_dependent_pass_through(wild, **ASKED)


# -- the result -------------------------------------------------------------------------------


def test_one_tidy_frame_holds_all_with_intervals(result):
    tidy = result.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    assert set(tidy["statistic"]) == {
        "pass_through",
        "pass_through_contribution",
        "exchange_rate_variance_share",
    }
    limits = tidy.loc[tidy["band"] != PERCENTILE, ["conf_low", "conf_high"]]
    assert limits.notna().all().all()
    average = tidy[(tidy["shock"] == ALL_SHOCKS) & tidy["band"].str.startswith("Fieller")]
    assert len(average) == 2 * 2 * 13
    assert set(average["model"]) == {"VAR(2), variance-weighted"}
    assert set(tidy.loc[tidy["statistic"] == "pass_through", "unit"]) == {
        "% per 1% fall of the yen"
    }


def test_it_prints_the_formulas_and_one_row_a_shock(result, tmp_path):
    words = str(result.summary())
    assert "w_js" in words
    assert "sum over s <= h of the price's response" in words
    table = result.table(IMPORT)
    assert list(table.index)[-1] == "All shocks"
    assert table.notna().all().all()
    stored = load(result.save(tmp_path / "one.yenloop"))
    pd.testing.assert_frame_equal(result.tidy(), stored.tidy(), check_exact=True)
    assert words == str(stored.summary())


def test_the_chart_has_a_panel_for_each_shock_and_price(result):
    figure, axes = result.plot()
    assert axes.shape == (7, 2)
    titles = [ax.get_title() for ax in axes.flat]
    assert titles[-1].endswith("all shocks")
    legend = figure.legends[0]
    assert [text.get_text() for text in legend.get_texts()] == ["90% set", "68% set"]
