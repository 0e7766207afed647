"""Proves the options on prices: dates of discounts, what each does, and one table of all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import loop_panel
from yenloop.data.sources.files import load_bundled, load_data
from yenloop.data.subsidies import (
    DISCOUNT,
    ELECTRICITY_DISCOUNTS,
    MOBILE_FEE_CUTS,
    discount_changes,
    electricity_discount,
    mobile_fee_months,
    subsidy_months,
)
from yenloop.data.tax_steps import TAX_DATES
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.passthrough import pass_through
from yenloop.models.price_options import (
    ALTERNATIVES,
    PriceOptions,
    pass_through_by_option,
    prepare_prices,
)
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.storage import load
from yenloop.models.var import VAR

ROLES = ["oil", "us10y", "yen", "import_price", "cpi", "jgb10y"]
NAMES = ["brent", "us10y", "usdjpy_tokyo", "import_price_yen", "cpi_core", "jgb10y"]
YEN, IMPORT, CPI = NAMES[2:5]
MONTHS = pd.period_range("2021-01", "2026-08", freq="M")


@pytest.fixture(scope="module")
def published():
    return load_bundled()


# -- dates ------------------------------------------------------------------------------------


def test_discounts_are_billed_the_month_after_they_are_used():
    discount = electricity_discount(MONTHS)
    assert discount["2023-01"] == 0
    assert discount["2023-02"] == 7.0  # the Statistics Bureau: in the CPI of February 2023
    assert discount["2023-10"] == 3.5
    assert discount["2024-06"] == 1.8
    assert discount["2024-07":"2024-08"].eq(0).all()
    assert discount["2026-05"] == 0
    used = sum(
        rate * len(pd.period_range(first, last, freq="M"))
        for first, last, rate in ELECTRICITY_DISCOUNTS
    )
    assert discount.sum() == pytest.approx(used)


def test_changes_sum_to_the_discount_and_name_the_months():
    changes = discount_changes(MONTHS)
    np.testing.assert_allclose(changes.cumsum(), electricity_discount(MONTHS), atol=1e-12)
    assert subsidy_months(MONTHS)[:3] == ("2023-02", "2023-10", "2024-06")
    late = pd.period_range("2023-10", "2023-12", freq="M")
    assert discount_changes(late).to_list() == [-3.5, 0.0, 0.0]  # knows the month before
    assert mobile_fee_months(MONTHS) == MOBILE_FEE_CUTS
    assert mobile_fee_months(late) == ()


def test_energy_in_the_cpi_turns_in_those_months_and_mobile_fees_in_theirs(shared_data):
    data = load_data(shared_data / "real").monthly.frame
    energy = 100 * np.log(data["cpi_energy"]).diff()
    changes = discount_changes(MONTHS)
    larger = changes[changes.abs() >= 1.5].index.intersection(energy.dropna().index)
    assert len(larger) == 13
    assert (np.sign(energy[larger]) == -np.sign(changes[larger])).all()
    rest = energy["2023-02":"2026-05"].drop([pd.Period(m, "M") for m in subsidy_months(MONTHS)])
    assert energy[larger].abs().min() > rest.abs().median()
    core = 100 * np.log(data["cpi_corecore"]).diff()
    assert core["1999-02":].idxmin() == pd.Period(MOBILE_FEE_CUTS[0], "M")


# -- what each option does --------------------------------------------------------------------


def test_the_default_is_the_study_s_treatment(published):
    prepared = prepare_prices(published, NAMES)
    loop = loop_panel(load_data()).select(ROLES)
    pd.testing.assert_frame_equal(prepared.panel.frame, loop.frame)
    assert prepared.seasonal
    assert (prepared.outliers, prepared.exog) == ((), ())
    ours = prepared.fit(VAR(lags=3))
    study = VAR(lags=3, seasonal=True).fit(loop)
    np.testing.assert_array_equal(ours.lag_coefficients, study.lag_coefficients)


def test_tax_steps_are_taken_out_or_dummied_or_left(published):
    left = prepare_prices(published, NAMES, PriceOptions(tax="leave"))
    adjusted = prepare_prices(published, NAMES, PriceOptions(tax="adjust"))
    dummied = prepare_prices(published, NAMES, PriceOptions(tax="dummies"))
    inside = TAX_DATES[2:]
    assert dummied.outliers == inside
    pd.testing.assert_frame_equal(dummied.panel.frame, left.panel.frame)
    gap = (left.panel.frame - adjusted.panel.frame)[CPI]
    moved = gap.abs() > 1e-9
    assert tuple(gap.index[moved].astype(str)) == inside
    assert 1 < gap["2014-04"] < 3  # from 5% to 8%, on most of the basket
    fit = dummied.fit(VAR(lags=3))
    at = fit.dates.isin(pd.PeriodIndex(inside, freq="M"))
    np.testing.assert_allclose(fit.residuals[at], 0, atol=1e-10)
    assert not fit.resampled_rows[at].any()


def test_dummies_leave_their_months_out_of_the_estimate(published):
    """Whatever the prices did in the last month of the sample, dummied it changes nothing."""
    until = "2023-02"
    other = published.frame.copy()
    other.loc[pd.Period(until, "M"), CPI] *= 1.2
    option = PriceOptions(tax="leave", subsidies="dummies", seasons="none")
    fits = [
        prepare_prices(panel, NAMES, option, end=until).fit(VAR(lags=2))
        for panel in (published, published.with_columns(other, published.columns))
    ]
    np.testing.assert_allclose(*(fit.lag_coefficients for fit in fits), atol=1e-9)


def test_the_amount_of_the_discount_enters_with_one_coefficient(published):
    prepared = prepare_prices(published, NAMES, PriceOptions(subsidies="amount"))
    assert prepared.exog == (DISCOUNT.id,)
    fit = prepared.fit(VAR(lags=3))
    assert fit.names == tuple(NAMES)
    place = fit.z_names.index(DISCOUNT.id)
    effect = fit.deterministic[fit.names.index(CPI), place]
    assert -0.25 < effect < -0.05  # % of core CPI per yen per kWh
    before = prepare_prices(published, NAMES, PriceOptions(subsidies="amount"), end="2022-12")
    assert before.exog == ()


def test_stl_looks_ahead_and_is_refused_in_real_time(published):
    by_stl = prepare_prices(published, NAMES, PriceOptions(seasons="stl"))
    assert not by_stl.seasonal
    assert by_stl.panel.columns[CPI].two_sided
    assert not by_stl.panel.columns[IMPORT].two_sided  # has no season
    with pytest.raises(SpecError, match="not yet there"):
        prepare_prices(published, NAMES, PriceOptions(seasons="stl"), real_time=True)
    none = prepare_prices(published, NAMES, PriceOptions(seasons="none"), real_time=True)
    assert not none.fit(VAR(lags=2, seasonal=True)).spec.seasonal


def test_unknown_words_are_refused():
    with pytest.raises(SpecError, match="Choose one of: adjust, dummies, leave"):
        PriceOptions(tax="drop")
    with pytest.raises(SpecError, match="seasons = 'x13'"):
        PriceOptions(seasons="x13")


# -- with and without, in one table -------------------------------------------------------------


@pytest.fixture(scope="module")
def table(published):
    def estimate(prices):
        svar = prices.fit(VAR(lags=2)).identify(Cholesky(), inference=ResidualBootstrap(100), rng=1)
        return pass_through(svar, YEN, exchange_rate=YEN, prices=[IMPORT, CPI], horizons=(0, 6, 12))

    return pass_through_by_option(published, NAMES, estimate)


def test_one_row_an_option_with_intervals(table, tmp_path):
    for price in (IMPORT, CPI):
        found = table.table(price)
        assert list(found.index) == list(ALTERNATIVES)
        assert list(found.columns) == ["0 months", "6 months", "12 months"]
        assert found.map(lambda cell: "[" in cell).all().all()
    tidy = table.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    assert set(tidy["statistic"]) == {"pass_through"}
    assert len(tidy) == len(ALTERNATIVES) * 2 * 3 * 2
    words = str(table.summary())
    assert "two-sided" in words
    assert "no test that two rows are the same" in words
    stored = load(table.save(tmp_path / "one.yenloop"))
    assert str(stored.summary()) == words


def test_options_change_the_estimate_and_the_first_is_the_study_s(table, published):
    prepared = prepare_prices(published, NAMES)
    svar = prepared.fit(VAR(lags=2)).identify(Cholesky(), inference=ResidualBootstrap(100), rng=1)
    alone = pass_through(svar, YEN, exchange_rate=YEN, prices=[IMPORT, CPI], horizons=(0, 6, 12))
    first = table.results["as in the study"]
    pd.testing.assert_frame_equal(first.tidy(), alone.tidy())
    estimates = {name: found.paths[1].estimate[-1] for name, found in table.results.items()}
    assert len(set(np.round(list(estimates.values()), 8))) == len(ALTERNATIVES)


def test_the_chart_has_options_in_rows(table):
    figure, axes = table.plot(horizon=12)
    assert axes.shape == (1, 2)
    labels = [text.get_text() for text in axes[0, 0].get_yticklabels()]
    assert labels == list(ALTERNATIVES)
    assert "after 12 months" in axes[0, 1].get_title()
    assert any("STL" in text.get_text() for text in figure.texts)
