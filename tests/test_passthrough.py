"""Proves that pass-through is the ratio of cumulated responses, with honest sets around it."""

import numpy as np
import pytest

from yenloop.data.economy import loop_economy
from yenloop.data.panel import Panel
from yenloop.errors import SpecError
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.passthrough import PERCENTILE, pass_through, stages
from yenloop.models.passthrough_table import PassThroughTable
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.var import VAR

YEN, IMPORT, CPI = "usdjpy_tokyo", "import_price_yen", "cpi_core"


def identified(panel: Panel, order=None, draws: int = 400):
    inference = ResidualBootstrap(draws=draws)
    return VAR(lags=2).fit(panel).identify(Cholesky(order), inference=inference, rng=1)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return loop_economy(320, rng=4)[0]


@pytest.fixture(scope="module")
def svar(panel):
    return identified(panel)


@pytest.fixture(scope="module")
def result(svar):
    return pass_through(svar, YEN, exchange_rate=YEN, prices=[IMPORT, CPI])


def test_on_impact_it_is_the_ratio_of_impact_entries(svar, result):
    place = {name: i for i, name in enumerate(svar.names)}
    column = svar.impact[:, place[YEN]]
    for path in result.paths:
        expected = column[place[path.price.id]] / column[place[YEN]]
        assert path.estimate[0] == pytest.approx(expected, rel=1e-12)


def test_it_is_the_ratio_of_cumulated_responses_whatever_the_size(svar, result):
    for size in ("1sd", {YEN: 10.0}, {YEN: -0.3}):
        irf = svar.irf(24, size=size, cumulative=True).select(shock=YEN)
        ratio = irf.point[:, irf.names.index(IMPORT), 0] / irf.point[:, irf.names.index(YEN), 0]
        np.testing.assert_allclose(result.paths[0].estimate, ratio, rtol=1e-10)


def test_the_truth_lies_in_the_set(panel):
    from yenloop.estimation.responses import impulse_responses

    simulated, truth = loop_economy(4000, rng=5)
    found = pass_through(identified(simulated), YEN, exchange_rate=YEN, prices=[IMPORT, CPI])
    names = panel.names
    responses = impulse_responses(truth.lags, truth.impact, 24)[..., names.index(YEN)].cumsum(0)
    for path in found.paths:
        exact = responses[:, names.index(path.price.id)] / responses[:, names.index(YEN)]
        inside = path.interval(0.99).contains(exact)
        assert inside.all()
        assert (np.abs(path.estimate - exact) < 4 * path.std_error).all()


def test_scaling_the_variables_scales_the_ratio(panel, result):
    scaled = panel.with_columns(panel.frame * dict.fromkeys(panel.names, 1.0), panel.columns)
    scaled.frame[IMPORT] *= 1000
    scaled.frame[YEN] *= 10
    found = pass_through(identified(scaled), YEN, exchange_rate=YEN, prices=[IMPORT])
    plain, other = result.paths[0], found.paths[0]
    np.testing.assert_allclose(other.estimate, 100 * plain.estimate, rtol=1e-6)
    for level in (0.68, 0.90):
        np.testing.assert_allclose(
            other.interval(level).low, 100 * plain.interval(level).low, rtol=1e-6
        )


def test_a_shock_that_does_not_move_the_yen_gives_unbounded_sets_and_no_point(svar):
    found = pass_through(svar, "cpi_core", exchange_rate=YEN, prices=[IMPORT])
    path, tidy = found.paths[0], found.tidy()
    assert np.isnan(path.estimate[0])  # the yen does not react within the month
    sets = path.interval(0.90)
    assert sets.kind[0] == "whole line"
    np.testing.assert_array_equal(np.isnan(path.estimate), ~sets.bounded)
    rows = tidy[(tidy["level"] == 0.90) & (tidy["band"] != PERCENTILE)]
    open_rows = rows[rows["estimate"].isna()]
    assert len(open_rows) == (~sets.bounded).sum() > 0
    assert np.isneginf(open_rows["conf_low"]).all()
    assert np.isposinf(open_rows["conf_high"]).all()
    assert open_rows["band"].str.contains("whole line|two rays: outside", regex=True).all()
    assert "whole line" in str(found.summary())


def test_sets_are_never_masked(result):
    tidy = result.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    fieller_rows = tidy[tidy["band"].str.startswith("Fieller")]
    assert len(fieller_rows) == 2 * 2 * 25
    assert fieller_rows[["conf_low", "conf_high"]].notna().all().all()
    assert (tidy["band"] == PERCENTILE).sum() == 2 * 2 * 25
    assert set(tidy["unit"]) == {"% per 1% fall of the yen"}


def test_levels_and_yields_are_refused(svar, panel):
    with pytest.raises(SpecError, match="not price changes"):
        pass_through(svar, YEN, exchange_rate=YEN, prices=["jgb10y"])
    levels = Panel.from_frame(panel.frame.cumsum())
    with pytest.raises(SpecError, match="100 x log differences"):
        pass_through(identified(levels), YEN, exchange_rate=YEN, prices=[CPI])
    with pytest.raises(SpecError, match="Available"):
        pass_through(svar, YEN, exchange_rate=YEN, prices=["cgpi"])


def test_stages_multiply(svar):
    found = stages(svar)
    assert [p.price.id for p in found.paths] == [IMPORT, CPI, CPI]
    first, direct, onward = (path.estimate for path in found.paths)
    np.testing.assert_allclose(first * onward, direct, rtol=1e-10)
    assert found.paths[2].statistic == "pass_through_per_import_price_yen"


def test_contract_currency_takes_the_other_model(panel, svar):
    renamed = panel.frame.rename(columns={IMPORT: "import_price_contract"})
    renamed["import_price_contract"] -= renamed[YEN]  # without the mechanical effect
    columns = {
        name: panel.columns[IMPORT if name == "import_price_contract" else name]
        for name in renamed.columns
    }
    contract = identified(Panel.from_frame(renamed, columns))
    found = stages(svar, contract)
    yen_basis, contract_basis = found.paths[:2]
    np.testing.assert_allclose(contract_basis.estimate, yen_basis.estimate - 1, rtol=1e-8)


def test_table_puts_the_approaches_side_by_side(panel, result):
    regression = distributed_lag(panel, CPI, exchange_rate=YEN, lags=12)
    table = PassThroughTable(result, (regression,))
    frame = table.frame
    assert set(frame["approach"]) == {f"VAR(2), {YEN} shock", "distributed lags (12)"}
    lagged = frame[frame["approach"] == "distributed lags (12)"]
    assert list(lagged["horizon"]) == [0, 1, 3, 6, 12]  # 24 months need 24 lags
    assert frame.drop(columns=["std_error", "estimate"]).notna().all().all()
    assert {"low 68%", "high 68%", "low 90%", "high 90%", "sample", "method"} <= set(frame.columns)
    assert len(table.tidy()) == len(result.tidy()) + len(regression.tidy())
    assert table.summary().to_latex().count("toprule") == 2


def test_chart_says_where_the_set_is_not_bounded(svar):
    weak = pass_through(svar, "cpi_core", exchange_rate=YEN, prices=[IMPORT])
    figure, axes = weak.plot()
    words = " ".join(text.get_text() for text in axes.flat[0].texts)
    assert "90% set not bounded" in words
    assert "at any horizon" in words
    assert any("Fieller" in text.get_text() for text in figure.texts)
