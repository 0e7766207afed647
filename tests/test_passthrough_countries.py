"""Proves that pass-through is compared across countries with right sums, joint errors and size."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from yenloop.data import catalog
from yenloop.data.countries import CountryPanel, country_figures, country_panel
from yenloop.data.economies import basket_weights, economies
from yenloop.data.panel import Column, Panel
from yenloop.data.sources.files import load_data
from yenloop.errors import (
    DataError,
    GapError,
    InvalidInferenceError,
    MissingSeriesError,
    NumericalError,
    SpecError,
)
from yenloop.estimation.equation_systems import seemingly_unrelated, separate_regressions
from yenloop.estimation.long_run_covariance import bartlett_root
from yenloop.models.claim_countries import country_components
from yenloop.models.claim_statements import load_claims
from yenloop.models.country_regression import CountryRegression
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.passthrough_countries import compare_countries, compare_measures
from yenloop.models.passthrough_countries_pooled import FEWEST, pool_countries

LAGS = 4
#: Pass-through by horizon, Japan and three others.
TRUTH = {"japan": 0.6, "us": 0.3, "euro": 0.3, "uk": 0.3}
SHORT = CountryRegression(lags=LAGS, control_lags=1, seasonal=False, tax_dummies=False)


def simulated(
    truth: dict[str, float], periods: int = 400, noise: float = 0.5, seed: int = 3
) -> CountryPanel:
    """Countries whose prices take over a share of the currency's fall in five equal steps.

    Errors are correlated between countries and over time, as world prices make them.
    """
    rng = np.random.default_rng(seed)
    count = len(truth)
    errors = rng.normal(size=(periods + 1, count)) + rng.normal(size=(periods + 1, 1))
    errors = noise * (errors[1:] + 0.6 * errors[:-1])
    figures: dict[str, np.ndarray] = {}
    for c, (name, share) in enumerate(truth.items()):
        rate, world = rng.normal(size=(2, periods))
        passed = np.convolve(rate, np.full(LAGS + 1, share / (LAGS + 1)))[:periods]
        figures[f"{name}_currency"] = rate
        figures[f"{name}_oil"] = world
        figures[f"{name}_cpi"] = passed + 0.2 * world + errors[:, c]
    return as_country_panel(figures, list(truth))


def as_country_panel(figures: dict[str, np.ndarray], names: list[str]) -> CountryPanel:
    periods = len(next(iter(figures.values())))
    frame = pd.DataFrame(figures, index=pd.period_range("1990-01", periods=periods, freq="M"))
    columns = {
        name: Column(id=name, label=name, unit="%", differenced=True) for name in frame.columns
    }
    return CountryPanel(
        panel=Panel(frame, columns),
        economies=tuple(economies()[name] for name in names),
        prices=("cpi",),
        controls=("oil",),
        rate="dollar",
        meanings={name: f"the currency of {name}" for name in names},
        sources={f"{name}_cpi": "cpi_all" for name in names},
        left_out={"Canada": "no CPI in the data"},
    )


@cache
def real(shared: Path) -> Panel:
    panels = ("monthly_panel", "cpb_trade_panel_monthly", "fx_h10_monthly_panel")
    prices = shared / "instruments" / "bis_cpi_monthly_index_2010.csv"
    data = load_data([*(shared / "real" / f"{name}.csv" for name in panels), prices])
    return country_figures(data.monthly, data.countries)


# ------------------------------------------------------------------------------- known truth


def test_known_shares_are_found_exactly_without_noise():
    found = compare_countries(simulated(TRUTH, 120, noise=0.0), SHORT)["cpi"]
    steps = (found.horizons + 1) / (LAGS + 1)
    np.testing.assert_allclose(found.estimate, np.outer(list(TRUTH.values()), steps), atol=1e-10)
    np.testing.assert_allclose(found.headline.estimate, 0.3 * steps, atol=1e-10)


@pytest.mark.parametrize("estimator", ["separate", "sur"])
def test_a_known_difference_is_found(estimator: str):
    regression = replace(SHORT, estimator=estimator)
    found = compare_countries(simulated(TRUTH, 1200), regression)["cpi"]
    gap = found.minus_others
    at = found.at(3)
    assert abs(gap.estimate[at] - 0.24) < 3 * gap.std_error[at]
    assert gap.p_value[at] < 0.01
    assert found.equality.p_value[at] < 0.01
    assert found.equality_of_others.p_value[at] > 0.01
    assert (found.holm >= [one.p_value for one in found.differences]).all()


def test_sur_is_more_precise_where_errors_are_shared():
    data = simulated(TRUTH, 600)
    alone = compare_countries(data, SHORT)["cpi"]
    joint = compare_countries(data, replace(SHORT, estimator="sur"))["cpi"]
    assert (joint.single[0].std_error < alone.single[0].std_error).mean() > 0.5
    assert alone.residual_correlation[0, 1] > 0.3


def test_the_tests_of_equal_countries_have_their_size():
    """Of tests at 10% on 240 months with errors that last 10% reject, up to chance.

    In 1,500 samples it is 11.5% (Japan minus the others) and 11.1% (all equal); with Bartlett's
    kernel and normal limits 13.5% and 20%.
    """
    equal, samples = dict.fromkeys(TRUTH, 0.4), 120
    rejected = np.zeros(2)
    for seed in range(1000, 1000 + samples):
        found = compare_countries(simulated(equal, 240, seed=seed), SHORT)["cpi"]
        p_values = [found.minus_others.p_value[-1], found.equality.p_value[-1]]
        rejected += np.array(p_values) < 0.1
    chance = 3 * np.sqrt(0.1 * 0.9 / samples)
    assert (np.abs(rejected / samples - 0.1) < chance).all()


def test_joint_errors_allow_for_what_countries_share():
    """Countries that share nearly all errors are told apart better than two that share none."""
    found = compare_countries(simulated(TRUTH, 600), SHORT)["cpi"]
    apart = np.sqrt(found.single[0].std_error ** 2 + found.single[1].std_error ** 2)
    covariance = found.covariance[:, 0, 1]
    gap = found.differences[0].std_error
    np.testing.assert_allclose(gap**2, apart**2 - 2 * covariance, rtol=1e-9)


# ---------------------------------------------------------------------------------- collapse


@pytest.mark.parametrize("estimator", ["separate", "sur"])
def test_one_country_is_the_single_equation(estimator: str):
    data = simulated({"japan": 0.6}, 300)
    found = compare_countries(data, replace(SHORT, estimator=estimator, errors="hac"))["cpi"]
    alone = distributed_lag(
        data.panel,
        "japan_cpi",
        exchange_rate="japan_currency",
        lags=LAGS,
        controls=["japan_oil"],
        control_lags=1,
        seasonal=False,
    )
    np.testing.assert_allclose(found.estimate[0], alone.estimate, rtol=1e-9)
    np.testing.assert_allclose(found.single[0].std_error, alone.std_error, rtol=1e-9)
    assert found.headline is None
    assert found.differences == ()
    assert np.isnan(found.equality.p_value).all()


def test_identical_countries_do_not_differ():
    data = simulated({"japan": 0.6}, 300)
    frame = data.panel.frame
    twins = {f"us{name.removeprefix('japan')}": values for name, values in frame.items()}
    both = as_country_panel({**frame, **twins}, ["japan", "us"])
    found = compare_countries(both, SHORT)["cpi"]
    np.testing.assert_allclose(found.headline.estimate, 0.0, atol=1e-12)
    np.testing.assert_array_equal(found.headline.std_error, 0.0)
    assert np.isnan(found.equality.p_value).all()
    with pytest.raises(NumericalError, match='use estimator="separate"'):
        compare_countries(both, replace(SHORT, estimator="sur"))


def test_sur_with_the_same_regressors_is_least_squares():
    """Zellner (1962): nothing is gained where all equations have the same regressors."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 4)), rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    one, other = separate_regressions(y, [x] * 3), seemingly_unrelated(y, [x] * 3)
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.influence, other.influence, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize(("method", "ours"), [("ols", separate_regressions),
                                              ("gls", seemingly_unrelated)])  # fmt: skip
def test_systems_equal_those_of_linearmodels(method, ours):
    from linearmodels.system import SUR

    rng = np.random.default_rng(1)
    x = [np.column_stack([np.ones(150), rng.normal(size=(150, k))]) for k in (2, 3, 5)]
    noise = rng.normal(size=(151, 3)) @ rng.normal(size=(3, 3))
    y = np.column_stack([own.sum(axis=1) for own in x]) + noise[1:] + 0.7 * noise[:-1]
    equations = {str(c): {"dependent": y[:, c], "exog": own} for c, own in enumerate(x)}
    theirs = SUR(equations).fit(
        method=method, cov_type="kernel", kernel="bartlett", bandwidth=6, debiased=True
    )
    fit = ours(y, x)
    root = bartlett_root(fit.influence, 6)
    np.testing.assert_allclose(np.concatenate(fit.coefficients), theirs.params, rtol=1e-10)
    np.testing.assert_allclose(root.T @ root, theirs.cov, rtol=1e-9, atol=1e-14)


def test_rescaling_one_price_rescales_its_row_only():
    data = simulated(TRUTH, 300)
    scaled = data.panel.frame.assign(us_cpi=1000 * data.panel.frame["us_cpi"])
    panel = data.panel.with_columns(scaled, data.panel.columns)
    for estimator in ("separate", "sur"):
        regression = replace(SHORT, estimator=estimator)
        one = compare_countries(data, regression)["cpi"]
        other = compare_countries(replace(data, panel=panel), regression)["cpi"]
        factor = np.array([1.0, 1000.0, 1.0, 1.0])
        np.testing.assert_allclose(other.estimate, factor[:, None] * one.estimate, rtol=1e-7)
        expected = np.outer(factor, factor) * one.covariance
        np.testing.assert_allclose(other.covariance, expected, rtol=1e-6)


# ------------------------------------------------------------------------------------ panels


def test_panel_estimators_are_refused_for_a_few_countries():
    data = simulated(TRUTH, 300)
    with pytest.raises(InvalidInferenceError, match="need 10 countries or more, and there are 4"):
        pool_countries(data, "cpi", "mean_group", SHORT)
    with pytest.raises(InvalidInferenceError, match="known to 41% of itself"):
        pool_countries(data, "cpi", "fixed_effects", SHORT)


def test_panel_estimators_find_what_is_common_to_many():
    names = [name for name, one in economies().items() if one.prices]
    assert len(names) >= FEWEST
    data = simulated(dict.fromkeys(names, 0.4), 400)
    own = compare_countries(data, SHORT)["cpi"]
    group = pool_countries(data, "cpi", "mean_group", SHORT)
    np.testing.assert_allclose(group.pooled.estimate, own.estimate.mean(axis=0), rtol=1e-9)
    spread = own.estimate.std(axis=0, ddof=1) / np.sqrt(len(names))
    np.testing.assert_allclose(group.pooled.std_error, spread, rtol=1e-9)
    fixed = pool_countries(data, "cpi", "fixed_effects", SHORT)
    truth = 0.4 * (fixed.horizons + 1) / (LAGS + 1)
    assert (np.abs(fixed.pooled.estimate - truth) < 4 * fixed.pooled.std_error).all()
    assert "mean_group" not in fixed.cite()
    assert "Driscoll" in fixed.cite()
    assert f"{len(names)} countries" in str(fixed.summary())


def test_fixed_effects_equal_those_of_linearmodels():
    from linearmodels.panel import PanelOLS

    names = [name for name, one in economies().items() if one.prices]
    data = simulated(dict.fromkeys(names, 0.4), 120)
    regression = replace(SHORT, errors="hac", hac_lags=3)
    ours = pool_countries(data, "cpi", "fixed_effects", regression)
    rows = []
    for number, economy in enumerate(data.economies):
        one = regression.equation(data, economy, "cpi")
        frame = pd.DataFrame(np.column_stack([one.x, one.w[:, :2]])).add_prefix("x")
        frame = frame.assign(y=one.y, country=number, month=one.dates.to_timestamp())
        rows.append(frame.set_index(["country", "month"]))
    stacked = pd.concat(rows)
    fit = PanelOLS(stacked["y"], stacked.drop(columns="y"), entity_effects=True).fit(
        cov_type="kernel", kernel="bartlett", bandwidth=3, debiased=True, count_effects=True
    )
    total = np.zeros(7)
    total[: LAGS + 1] = 1.0
    np.testing.assert_allclose(ours.pooled.estimate[-1], fit.params[: ours.horizons[-1] + 1].sum())
    np.testing.assert_allclose(
        ours.pooled.std_error[ours.horizons == 3][0],
        np.sqrt(np.r_[np.ones(4), 0, 0, 0] @ fit.cov.to_numpy() @ np.r_[np.ones(4), 0, 0, 0]),
        rtol=1e-9,
    )


# -------------------------------------------------------------------------------------- data


def levels(names: list[str], seed: int = 0) -> Panel:
    """Made-up published figures under ids of the catalogue."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.02, size=(200, len(names)))
    frame = pd.DataFrame(
        100 * np.exp(steps.cumsum(axis=0)),
        index=pd.period_range("2005-01", periods=200, freq="M"),
        columns=names,
    )
    return Panel(frame, {name: catalog.entry(name).column for name in names})


RATES = ["usdjpy_h10", "usdeur_h10", "usdgbp_h10", "usdcny_h10"]
WORLD = ["fuels_hwwi", "commodities_hwwi"]


def test_rates_prices_and_controls_are_what_they_are_said_to_be():
    unit_values = ["jp_import_price_usd_cpb", "us_import_price_usd_cpb"]
    figures = levels([*RATES, *WORLD, *unit_values])
    log = 100 * np.log(figures.frame)
    yen, euro, pound, yuan = (log[name] for name in RATES)
    made = country_panel(figures, prices=["import_unit_value"]).panel.frame
    weight = basket_weights()
    others = (weight["euro"] * euro + weight["uk"] * pound + weight["china"] * yuan) / sum(
        weight[name] for name in ("us", "euro", "uk", "china")
    )
    fall = (yen - others).diff().iloc[1:]
    np.testing.assert_allclose(made["japan_currency"], fall)
    price = (log[unit_values[0]] + yen).diff().iloc[1:]
    np.testing.assert_allclose(made["japan_import_unit_value"], price)
    abroad = (log["fuels_hwwi"] + others).diff().iloc[1:]
    np.testing.assert_allclose(made["japan_fuels_hwwi"], abroad)
    # At home world prices rise with a fall of the currency, for the dollar as for the yen.
    np.testing.assert_allclose(
        made["us_fuels_hwwi"] + made["us_currency"], log["fuels_hwwi"].diff().iloc[1:], atol=1e-10
    )
    np.testing.assert_allclose(made["us_import_unit_value"], log[unit_values[1]].diff().iloc[1:])

    dollar = country_panel(figures, prices=["import_unit_value"], rate="dollar")
    np.testing.assert_allclose(dollar.panel.frame["japan_currency"], yen.diff().iloc[1:])
    np.testing.assert_allclose(dollar.panel.frame["us_currency"], made["us_currency"])
    assert dollar.meanings["japan"] == "yen per US dollar"
    assert dollar.meanings["us"].startswith("the inverse cross, dollar per unit of a basket (euro")


def test_a_rate_quoted_in_dollars_is_the_same_rate():
    figures = levels([*RATES, *WORLD, "japan_cpi", "uk_cpi"])
    turned = figures.frame.rename(columns={"usdgbp_h10": "gbpusd_h10"})
    turned["gbpusd_h10"] = 1 / turned["gbpusd_h10"]
    columns = {name: catalog.entry(name).column for name in turned.columns}
    one = country_panel(figures, prices=["cpi"]).panel.frame
    other = country_panel(Panel(turned, columns), prices=["cpi"]).panel.frame
    np.testing.assert_allclose(one, other, atol=1e-10)


def test_published_effective_rates_are_used_with_their_sign_turned():
    figures = levels(["usdjpy_h10", "neer", "us_neer", *WORLD, "japan_cpi", "us_cpi_bis"])
    found = country_panel(figures, prices=["cpi"], rate="effective")
    fall = -100 * np.log(figures.frame["us_neer"]).diff().iloc[1:]
    np.testing.assert_allclose(found.panel.frame["us_currency"], fall)
    assert "Nominal effective dollar" in found.meanings["us"]
    assert found.left_out["Korea"].endswith("no nominal effective rate in the data")


def test_the_data_given_hold_five_economies_with_both_prices(shared_data: Path):
    found = country_panel(real(shared_data))
    names = [economy.name for economy in found.economies]
    assert names == ["Japan", "United States", "Euro area", "United Kingdom", "China"]
    assert found.panel.sample == "2000-02 to 2024-12"
    assert found.left_out["Korea"] == "no import unit value in the data"
    assert found.left_out["Australia"] == "its CPI is quarterly over this sample"
    wider = country_panel(real(shared_data), prices=["cpi"])
    assert len(wider.economies) == 11
    alone = country_panel(real(shared_data), prices=["cpi_food", "cpi_energy"])
    assert [economy.id for economy in alone.economies] == ["japan"]


def test_the_basket_moves_with_the_published_effective_rates(shared_data: Path):
    figures = real(shared_data)
    made = country_panel(figures, prices=["cpi"], only=["us"]).panel.frame
    for economy, index, least in (("japan", "neer", 0.97), ("us", "dollar_broad", 0.8)):
        published = -np.log(figures.frame[index]).diff()
        both = pd.concat([made[f"{economy}_currency"], published], axis=1).dropna()
        assert np.corrcoef(both.T)[0, 1] > least


def test_what_cannot_be_compared_is_refused_with_the_reason(shared_data: Path):
    figures = levels([*RATES, *WORLD, "us_cpi_bis"])
    with pytest.raises(MissingSeriesError, match="Japan cannot be compared: no CPI in the data"):
        country_panel(figures, prices=["cpi"])
    with pytest.raises(MissingSeriesError, match="basket of currencies needs the rate of the euro"):
        country_panel(levels(["usdjpy_h10", *WORLD, "japan_cpi"]), prices=["cpi"])
    with pytest.raises(SpecError, match="Did you mean"):
        country_panel(figures, prices=["cpi_foods"])
    with pytest.raises(SpecError, match="There is no economy 'korean'"):
        country_panel(figures, prices=["cpi"], only=["korean"])
    with pytest.raises(GapError, match="2025-10"):
        country_panel(real(shared_data), prices=["cpi"], controls=["oil_wb"])
    with pytest.raises(SpecError, match="no two measures"):
        compare_measures(simulated(TRUTH), "japan", SHORT)
    with pytest.raises(SpecError, match="cannot be summed from 4 lags"):
        compare_countries(simulated(TRUTH), replace(SHORT, horizons=[12]))


def test_two_files_that_disagree_are_refused():
    one, other = levels(["usdjpy_h10", "neer"]), levels(["usdjpy_h10", "japan_cpi"], seed=1)
    with pytest.raises(DataError, match="'usdjpy_h10'"):
        country_figures(one, other)
    joined = country_figures(one, one)
    assert joined.names == one.names


LONG = "month,code,value\n2020-01,A,1\n2020-02,A,2\n2020-01,B,5\n2020-02,B,\n2020-03,B,7\n"
LONG_MAPPING = """
[file]
kind = "countries"
date = "month"
frequency = "monthly"
series = "code"
value = "value"
[columns]
A = "japan_cpi"
"""


def read_long(folder: Path, figures: str = LONG, mapping: str = LONG_MAPPING) -> Panel | None:
    (folder / "long.csv").write_text(figures, encoding="utf-8")
    (folder / "long.toml").write_text(mapping, encoding="utf-8")
    return load_data(folder / "long.csv").countries


def test_a_file_with_a_row_for_each_series_is_read_strictly(tmp_path: Path):
    assert read_long(tmp_path).frame["japan_cpi"].to_list() == [1.0, 2.0]
    both = read_long(tmp_path, mapping=LONG_MAPPING + 'B = "us_cpi_bis"\n')
    assert both.frame["us_cpi_bis"].isna().to_list() == [False, True, False]
    with pytest.raises(GapError, match="Series 'A'"):
        read_long(tmp_path, LONG.replace("2020-02,A", "2020-01,A"))
    with pytest.raises(DataError, match="series 'A', 2020-02: 'two'"):
        read_long(tmp_path, LONG.replace("A,2", "A,two"))
    with pytest.raises(MissingSeriesError, match="no series 'C'"):
        read_long(tmp_path, mapping=LONG_MAPPING + 'C = "us_cpi_bis"\n')
    with pytest.raises(DataError, match="no columns 'code'"):
        read_long(tmp_path, LONG.replace("code", "kind"))
    with pytest.raises(SpecError, match="one of series and value"):
        read_long(tmp_path, mapping=LONG_MAPPING.replace('value = "value"\n', ""))


# --------------------------------------------------------------------------- results, claims


CLAIM = """
level = 0.90
power = 0.80
[[claim]]
id = "C1"
statement = "more in Japan"
sample = "common"
scheme = "distributed lags"
note = ""
[[claim.part]]
name = "cpi_minus_others"
label = "CPI, Japan minus others"
statistic = "{horizon}-month pass-through to the CPI, Japan minus the mean of the others"
unit = "% per 10-log-point fall of the currency"
shock_size = 10.0
horizons = [3]
low = 0.0
"""


def test_the_claim_rests_on_japan_minus_the_mean_of_the_others():
    claim = load_claims(CLAIM)["C1"]
    result = compare_countries(simulated(TRUTH, 300), SHORT)
    (part,) = country_components(result, claim)
    gap = result["cpi"].minus_others
    at = result["cpi"].at(3)
    assert part.estimate == pytest.approx(10 * gap.estimate[at])
    low, high = part.interval(0.90)
    assert (low, high) == pytest.approx([10 * side[at] for side in gap.interval(0.90)])
    # The interval and the tests agree: at its limits a one-sided p-value is 5%.
    assert part.p_at_most(low) == pytest.approx(0.05)
    assert part.p_at_least(high) == pytest.approx(0.05)
    assert country_components(compare_countries(simulated({"japan": 0.5}), SHORT), claim) == ()


def test_tidy_frame_summary_and_chart_say_what_they_show(tmp_path: Path):
    result = compare_countries(simulated(TRUTH, 300), SHORT)
    tidy = result.tidy()
    shown = tidy[tidy["statistic"] == "pass_through"]
    assert len(shown) == len(TRUTH) * 3 * 2  # countries, horizons 0 1 3, levels
    assert set(tidy.loc[tidy["statistic"] == "p_holm", "response"]) == {"cpi"}
    assert (shown["conf_low"] < shown["conf_high"]).all()
    text = str(result.summary())
    for word in (
        "Japan minus mean of the others", "Not compared: Canada (no CPI in the data)", "T = 296",
        "% per 1% fall of the currency", "equal-weighted cosines", "Wald test of equality",
    ):  # fmt: skip
        assert word in text
    assert "Zellner" not in result.cite()
    figure, axes = result.plot()
    assert axes.shape == (2, 1)
    assert [tick.get_text() for tick in axes[0, 0].get_yticklabels()] == list(result["cpi"].rows)
    figure.savefig(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 0


def test_results_are_saved_and_read_back(tmp_path: Path):
    from yenloop.models.storage import load

    result = compare_countries(simulated(TRUTH, 200), SHORT)
    again = load(result.save(tmp_path / "countries.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), result.tidy(), check_exact=True)


def test_two_measures_of_japanese_import_prices(shared_data: Path):
    """Unit values understate what the price index takes over: differences of measure are large."""
    data = country_panel(real(shared_data), prices=["import_unit_value", "import_price"], only=[])
    found = compare_measures(data)["measures"]
    assert found.rows == ("Import unit value", "Import price index")
    gap = found.headline
    assert gap.interval(0.90)[1][found.at(12)] < 0
    assert gap.std_error[found.at(12)] < found.single[0].std_error[found.at(12)]


def test_the_comparison_of_the_data_given(shared_data: Path):
    """Frozen: five economies, 2001-02 to 2024-12; neither difference can be told from zero."""
    result = compare_countries(country_panel(real(shared_data)))
    assert (result.sample, result.nobs) == ("2001-02 to 2024-12", 287)
    at = result["cpi"].at(12)
    import_price, cpi = (result[price].minus_others for price in ("import_unit_value", "cpi"))
    assert import_price.estimate[at] == pytest.approx(-0.0101, abs=5e-4)
    assert cpi.estimate[at] == pytest.approx(0.0296, abs=5e-4)
    for gap in (import_price, cpi):
        low, high = gap.interval(0.90)
        assert low[at] < 0 < high[at]
