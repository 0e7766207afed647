"""Proves the table of definitions: the published digits, and which rows explode."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import loop_panel
from yenloop.data.panel import Column, Panel
from yenloop.data.seasonal import seasonally_adjust
from yenloop.data.sources.files import load_data
from yenloop.data.transforms import difference, flip
from yenloop.errors import SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.passthrough import pass_through
from yenloop.models.passthrough_definitions import (
    CHANGES,
    LEVELS,
    SUMS,
    pass_through_definitions,
)
from yenloop.models.passthrough_results import PERCENTILE
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.storage import load
from yenloop.models.var import VAR

BANDS = ResidualBootstrap(draws=300)
ORDER = ["epi", "eri", "ipi", "cpi", "ip", "ssr_a"]
PRINTED = 1e-3  # rows printed with three decimals, to one unit of the last of them

#: Yoshida and Zhai's data, months 0, 3, 6, 12, 24, 36.
REFERENCE = {
    ("ipi", LEVELS): [0.764, 0.778, -0.041, -2.988, 1.972, 5.955],
    ("ipi", SUMS): [0.764, 0.791, 0.713, 0.544, 0.074, 0.087],
    ("ipi", CHANGES): [0.780, 0.810, 0.661, 0.476, 0.462, 0.471],
    ("cpi", SUMS): [-0.011, 0.001, 0.009, 0.029, 0.035, 0.020],
    ("cpi", CHANGES): [0.001, 0.021, 0.039, 0.038, 0.036, 0.036],
}


@pytest.fixture(scope="module")
def published(golden) -> Panel:
    """100 x log, the exchange rate turned so that it rises when the yen weakens."""
    frame = golden("japan_erpt_yoshida_zhai_2025").frame(index_col="Date")
    frame.index = pd.PeriodIndex(frame.index, freq="M")
    units = {name: "percent" if name == "ssr_a" else "100 x log" for name in frame}
    logs = frame.assign(**{n: 100 * frame[n] for n, unit in units.items() if unit != "percent"})
    columns = {name: Column(name, name, unit) for name, unit in units.items()}
    return flip(Panel.from_frame(logs, columns), ["eri"])


@pytest.fixture(scope="module")
def ours() -> Panel:
    loop = loop_panel(load_data())
    return loop.levels.select(loop.ids(["oil", "us10y", "yen", "import_price", "cpi", "jgb10y"]))


def table_of(panel: Panel, **options):
    asked = {"exchange_rate": "eri", "prices": ["ipi", "cpi"], "order": ORDER, "inference": BANDS}
    return pass_through_definitions(panel, **(asked | options))


@pytest.fixture(scope="module")
def our_table(ours):
    yen, imports, cpi = ours.names[2:5]
    return pass_through_definitions(ours, exchange_rate=yen, prices=[imports, cpi], inference=BANDS)


@pytest.mark.golden
def test_the_published_table(published):
    table = table_of(published).table
    for row, expected in REFERENCE.items():
        found = table.loc[row, [0, 3, 6, 12, 24, 36]].to_numpy(float)
        np.testing.assert_allclose(found, expected, atol=PRINTED, err_msg=str(row))


@pytest.mark.golden
def test_the_ratio_of_level_responses_explodes_where_the_denominator_crosses_zero(published):
    found = {(one.path.price.id, one.definition): one for one in table_of(published).ratios}
    levels, changes = found["ipi", LEVELS], found["ipi", CHANGES]
    assert levels.crossing == 13
    assert levels.verdict(0.90).startswith("explodes")
    assert 12 in levels.unbounded(0.90)
    assert np.abs(levels.ratio).max() > 5
    assert changes.crossing is None
    assert not len(changes.unbounded(0.90))
    assert changes.widest(0.90) < 1


@pytest.mark.golden
def test_units_do_not_matter(published):
    columns = dict(published.columns)
    scaled = published.with_columns(published.frame / 100, columns)
    one, other = table_of(published), table_of(scaled)
    np.testing.assert_allclose(
        one.table[[0, 6, 36]].to_numpy(float), other.table[[0, 6, 36]].to_numpy(float), rtol=1e-6
    )


def test_ours_does_not_explode(our_table):
    found = {(one.path.price.id, one.definition): one for one in our_table.ratios}
    for (_, definition), one in found.items():
        assert (one.crossing is not None) == (definition == LEVELS)
        assert np.isfinite(one.widest(0.90)) == (definition != LEVELS)
        if definition == CHANGES:
            assert one.verdict(0.90) == "bounded (90%) at all months"
    widths = [found["import_price_yen", d].widest(0.90) for d in (LEVELS, SUMS, CHANGES)]
    assert widths[0] == np.inf
    assert widths[1] > widths[2]


def test_changes_are_the_pass_through_of_all_other_tables(ours, our_table):
    yen, imports = ours.names[2:4]
    changes = seasonally_adjust(difference(ours), ours.names)
    svar = VAR(lags=6).fit(changes).identify(Cholesky(), inference=BANDS, rng=0)
    alone = pass_through(svar, yen, exchange_rate=yen, prices=[imports], horizons=range(37))
    found = next(one for one in our_table.ratios if one.definition == CHANGES)
    np.testing.assert_allclose(found.path.estimate, alone.paths[0].estimate, rtol=1e-12)
    np.testing.assert_allclose(found.path.covariance, alone.paths[0].covariance, rtol=1e-12)


def test_intervals_stand_beside_every_ratio(our_table, tmp_path):
    tidy = our_table.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    shown = tidy[tidy["band"] != PERCENTILE]
    assert shown[["conf_low", "conf_high"]].notna().all().all()
    own = shown[shown["statistic"] == "pass_through"]
    assert set(own["model"]) == {f"VAR(6), {CHANGES}"}
    assert our_table.sets.shape == (6, 6)
    words = str(our_table.summary())
    assert "explodes: the denominator crosses zero" in words
    stored = load(our_table.save(tmp_path / "one.yenloop"))
    assert str(stored.summary()) == words


def test_the_chart_has_prices_in_rows_and_definitions_in_columns(our_table):
    _, axes = our_table.plot()
    assert axes.shape == (2, 3)
    texts = [" ".join(text.get_text() for text in ax.texts) for ax in axes.flat]
    assert "not bounded" in texts[0]
    assert texts[2] == ""


def test_changes_are_refused_as_levels(ours):
    yen, imports = ours.names[2:4]
    with pytest.raises(SpecError, match="is a change, and definitions in levels need levels"):
        pass_through_definitions(difference(ours), exchange_rate=yen, prices=[imports])
