"""Proves the chain of pass-through: one stage is the direct route, a pure chain loses nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.economy import loop_economy
from yenloop.data.panel import Panel
from yenloop.errors import NotIdentifiedError, SpecError
from yenloop.estimation.chain import along_chain, months_to_half
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.sign_restrictions import Sign
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.posterior import Posterior
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.opened_edge import open_edge
from yenloop.models.passthrough import pass_through
from yenloop.models.passthrough_chain import HalfLife, pass_through_chain
from yenloop.models.passthrough_parts import (
    groups_in,
    invoicing_shares,
    pass_through_by_part,
    replacing,
)
from yenloop.models.passthrough_results import PERCENTILE
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.storage import load
from yenloop.models.var import VAR

YEN, IMPORT, CPI, JGB = "usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y"
LINKS = [YEN, IMPORT, CPI]
BANDS = ResidualBootstrap(200)


def identified(panel: Panel, lags: int = 2, rng: int = 1):
    return VAR(lags=lags).fit(panel).identify(Cholesky(), inference=BANDS, rng=rng)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return loop_economy(320, rng=4)[0]


@pytest.fixture(scope="module")
def svar(panel):
    return identified(panel)


@pytest.fixture(scope="module")
def result(svar):
    return pass_through_chain(svar, LINKS)


# -- collapse ---------------------------------------------------------------------------------


def test_one_stage_is_the_direct_route(svar):
    found = pass_through_chain(svar, [YEN, CPI])
    alone = pass_through(svar, YEN, exchange_rate=YEN, prices=[CPI]).paths[0]
    for path in (found.product, found.direct, found.stages[0]):
        np.testing.assert_array_equal(path.numerator, alone.numerator)
        np.testing.assert_array_equal(path.covariance, alone.covariance)
    np.testing.assert_array_equal(found.difference.numerator, 0)
    np.testing.assert_array_equal(found.difference.interval(0.90).low, 0)


def test_on_impact_and_in_the_long_run_the_stages_multiply(svar):
    found = pass_through_chain(svar, LINKS, horizons=(0, 1, 300))
    multiplied = np.prod([stage.estimate for stage in found.stages], axis=0)
    assert found.product.estimate[0] == pytest.approx(multiplied[0], rel=1e-12)
    assert found.product.estimate[2] == pytest.approx(multiplied[2], rel=1e-6)
    assert abs(found.product.estimate[1] / multiplied[1] - 1) > 0.01  # each takes its time


def test_with_every_lag_at_zero_the_stages_multiply_at_every_horizon():
    rng = np.random.default_rng(0)
    impact = np.tril(rng.standard_normal((3, 3))) + 3 * np.eye(3)
    responses = np.concatenate([impact[None], np.zeros((5, 3, 3))])
    stages = impact[1, 0] / impact[0, 0] * impact[2, 1] / impact[1, 1]
    along = along_chain(responses, [0, 1, 2]).cumsum()
    np.testing.assert_allclose(along / impact[0, 0], stages)


# -- against loops ----------------------------------------------------------------------------


def test_the_chain_is_what_sequences_of_shocks_do_one_after_the_other(svar):
    responses = impulse_responses(svar.draws.lags, svar.draws.impact, 12)
    places = [svar.names.index(name) for name in LINKS]
    found = along_chain(responses, places)
    for r in range(5):
        path = responses[r, :, places[0], places[0]].copy()
        for source, target in ((places[0], places[1]), (places[1], places[2])):
            own, other = responses[r, :, source, source], responses[r, :, target, source]
            moved, made = np.zeros(13), np.zeros(13)
            for h in range(13):
                shock = (path[h] - moved[h]) / own[0]  # puts the source on its path
                moved[h:] += shock * own[: 13 - h]
                made[h:] += shock * other[: 13 - h]
            path = made
        np.testing.assert_allclose(found[r], path, rtol=1e-8, atol=1e-12)


def test_a_stage_shut_is_the_economy_with_the_edge_open(svar, result):
    for left, lost, (source, target) in zip(
        result.left, result.lost, ((YEN, IMPORT), (IMPORT, CPI))
    ):
        opened = open_edge(svar, target, source, shock=YEN)
        np.testing.assert_allclose(left.numerator, opened.opened[CPI].point, atol=1e-12)
        np.testing.assert_allclose(lost.numerator, opened.contribution[CPI].point, atol=1e-12)
        spread = opened.opened[CPI].draws.var(axis=0, ddof=1)
        np.testing.assert_allclose(left.covariance[:, 0, 0], spread, rtol=1e-6)
        np.testing.assert_allclose(
            left.numerator + lost.numerator, result.direct.numerator, rtol=1e-10
        )
        np.testing.assert_array_equal(left.denominator, result.direct.denominator)


def test_direct_route_and_product_differ_by_the_difference(result):
    gap = result.direct.estimate - result.product.estimate
    np.testing.assert_allclose(result.difference.estimate, gap, atol=1e-12)
    both = result.direct.covariance[:, 0, 0] + result.product.covariance[:, 0, 0]
    assert (result.difference.covariance[1:, 0, 0] < both[1:]).all()  # drawn jointly


# -- known truth ------------------------------------------------------------------------------


def test_where_the_chain_is_the_only_way_it_is_the_direct_route():
    """In the simulated economy CPI reacts to import prices alone."""
    simulated, truth = loop_economy(3000, rng=6)
    responses = impulse_responses(truth.lags, truth.impact, 24)
    names = simulated.names
    places = [names.index(name) for name in LINKS]
    direct = responses[:, places[-1], places[0]]
    np.testing.assert_allclose(along_chain(responses, places), direct, atol=1e-14)

    found = pass_through_chain(identified(simulated), LINKS)
    assert found.difference.interval(0.999).contains(0).all()
    assert found.left[1].interval(0.999).contains(0).all()  # nothing is left without the stage
    exact = direct.cumsum() / responses[:, places[0], places[0]].cumsum()
    assert found.product.interval(0.999).contains(exact).all()
    half = months_to_half(exact)
    low, high = found.half_lives[-1].interval(0.999)
    assert low <= half <= high


def test_months_to_half():
    np.testing.assert_allclose(months_to_half(np.array([0.0, 1.0, 2.0, 4.0])), 2.0)
    np.testing.assert_allclose(months_to_half(np.array([0.0, 1.0, 3.0, 4.0])), 1.5)
    np.testing.assert_allclose(months_to_half(np.array([3.0, 1.0, 4.0])), 0.0)
    np.testing.assert_allclose(months_to_half(np.array([0.0, -4.0, -1.0])), 0.125)
    np.testing.assert_allclose(months_to_half(np.array([[0.0, 2.0], [1.0, 2.0]])), [0.5, 0.0])


def test_a_half_life_of_nothing_can_be_any_month(svar):
    column = svar.columns[CPI]
    untold = HalfLife(column, 24, np.nan, np.empty(0))
    assert untold.interval(0.90) == (0.0, 24.0)
    assert untold.in_words(0.90) == "- [0.0, 24.0]"
    told = HalfLife(column, 24, 3.0, np.linspace(2, 4, 101))
    assert told.interval(0.90) == pytest.approx((2.1, 3.9))


# -- invariance -------------------------------------------------------------------------------


def test_scaling_the_variables_scales_the_chain(panel, result):
    scaled = panel.with_columns(panel.frame.copy(), panel.columns)
    scaled.frame[IMPORT] *= 1000
    scaled.frame[YEN] *= 10
    found = pass_through_chain(identified(scaled), LINKS)
    np.testing.assert_allclose(10 * found.product.estimate, result.product.estimate, rtol=1e-5)
    for one, other in zip(found.left, result.left):
        low, reference = 10 * one.interval(0.90).low, other.interval(0.90).low
        np.testing.assert_allclose(low, reference, rtol=1e-4, atol=1e-7)
    for one, other in zip(found.half_lives, result.half_lives):
        np.testing.assert_allclose(one.draws, other.draws, atol=1e-5)


# -- the result -------------------------------------------------------------------------------


def test_every_number_has_an_interval_and_names_its_approach(result, tmp_path):
    tidy = result.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    shown = tidy[tidy["band"] != PERCENTILE]
    assert shown[["conf_low", "conf_high"]].notna().all().all()
    keys = ["model", "statistic", "shock", "response", "horizon", "level"]
    assert not shown.duplicated(keys).any()
    direct = shown[(shown["statistic"] == "pass_through") & (shown["response"] == CPI)]
    assert set(direct["model"]) == {
        "VAR(2)",
        "VAR(2), product of the stages",
        "VAR(2), without Yen per dollar -> Import prices",
        "VAR(2), without Import prices -> Core CPI",
    }
    assert set(shown.loc[shown["unit"] == "months", "statistic"]) == {"half_life"}
    stored = load(result.save(tmp_path / "one.yenloop"))
    pd.testing.assert_frame_equal(tidy, stored.tidy(), check_exact=True)
    words = str(result.summary())
    assert words == str(stored.summary())
    assert "Lucas critique" in words
    assert "half-life, 90%" in words


def test_the_chart_shows_stages_then_the_direct_route_beside_the_others(result):
    figure, axes = result.plot()
    shown = [ax for ax in axes.flat if ax.axison]
    assert len(shown) == 2 + 2 + 1 + 1
    assert len(shown[0].lines) == 2  # a line and zero
    assert len(shown[2].lines) == 3
    assert shown[1].get_ylabel().replace("\n", " ").startswith("% per 1% rise of")
    assert any("Fieller" in text.get_text() for text in figure.texts)


def test_what_is_no_chain_is_refused(svar):
    for links in ([YEN], [YEN, IMPORT, YEN]):
        with pytest.raises(SpecError, match="no stage, or passes a variable twice"):
            pass_through_chain(svar, links)
    with pytest.raises(SpecError, match="not price changes"):
        pass_through_chain(svar, [YEN, JGB])
    signs = SignRestrictions([Sign(YEN, YEN, "+")], rotations=20)
    partial = svar.reduced.identify(signs, inference=Posterior(100), rng=1)
    with pytest.raises(NotIdentifiedError, match="chain of pass-through"):
        pass_through_chain(partial, LINKS)


# -- parts, groups, invoicing -------------------------------------------------------------------


def with_column(panel: Panel, name: str, values: pd.Series) -> Panel:
    columns = {**panel.columns, name: panel.columns[IMPORT]}
    return panel.with_columns(panel.frame.assign(**{name: values}), columns)


def test_each_part_has_a_var_of_its_own(panel):
    double = with_column(panel, "cpi_food", 2 * panel.frame[CPI])
    whole = with_column(double, "cpi_energy", panel.frame[CPI])
    order = panel.names
    identify = replacing(VAR(lags=2), whole, order, CPI, BANDS, rng=1)
    found = pass_through_by_part(identify, ["cpi_food", "cpi_energy"], exchange_rate=YEN)
    alone = pass_through(identified(panel), YEN, exchange_rate=YEN, prices=[CPI]).paths[0]
    food, energy = found.paths
    np.testing.assert_allclose(energy.estimate, alone.estimate, rtol=1e-10)
    np.testing.assert_allclose(food.estimate, 2 * alone.estimate, rtol=1e-8)
    assert [path.model for path in found.paths] == [
        "VAR(2) with cpi_food",
        "VAR(2) with cpi_energy",
    ]
    with pytest.raises(SpecError, match="not in the order"):
        replacing(VAR(lags=2), whole, order, "cgpi", BANDS)


def test_the_share_in_foreign_currency_is_what_an_index_in_yen_holds_of_the_rate(panel):
    """Contracts in foreign currency for 70% of imports: both VARs tell the same story."""
    sellers = panel.frame[IMPORT] - 0.7 * panel.frame[YEN]
    both = with_column(panel, "import_price_contract", sellers)
    identify = replacing(VAR(lags=2), both, panel.names, IMPORT, BANDS, rng=1)
    pairs = [(IMPORT, "import_price_contract")]
    found = invoicing_shares(identify, pairs, exchange_rate=YEN)
    np.testing.assert_allclose(found.point, 0.7, rtol=1e-10)
    np.testing.assert_allclose(found.draws, 0.7, rtol=1e-8)
    alone = pass_through(identify(IMPORT), YEN, exchange_rate=YEN, prices=[IMPORT]).paths[0]
    assert found.yen_basis[0].estimate[0] == pytest.approx(alone.estimate[0], rel=1e-12)
    assert "0.70 [0.70, 0.70]" in found.table.iloc[0].to_list()
    assert set(found.tidy()["statistic"]) == {"foreign_currency_share"}
    assert "drew the same months" in str(found.summary())


def test_shares_from_draws_of_different_months_are_refused(panel):
    noise = np.random.default_rng(0).standard_normal(len(panel.frame))
    both = with_column(panel, "import_price_contract", pd.Series(noise, panel.frame.index))

    def differently(name: str):
        seed = 1 if name == IMPORT else 2
        return replacing(VAR(lags=2), both, panel.names, IMPORT, BANDS, rng=seed)(name)

    with pytest.raises(SpecError, match="did not draw the same months"):
        invoicing_shares(differently, [(IMPORT, "import_price_contract")], exchange_rate=YEN)


def test_groups_are_those_that_the_panel_holds(panel):
    held = ["import_food_yen", "import_food_contract", "import_metals_yen"]
    held += ["import_metals_yen_2020on", "import_metals_contract_2020on"]
    groups = panel
    for name in held:
        groups = with_column(groups, name, panel.frame[IMPORT])
    assert groups_in(groups) == [
        ("import_food_yen", "import_food_contract"),
        ("import_metals_yen_2020on", "import_metals_contract_2020on"),
    ]
