"""Proves that the loop gain of an estimated VAR is found, bounded, masked and refused rightly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from yenloop.data.economy import LOOP_CYCLE, LOOP_NAMES, loop_economy
from yenloop.data.panel import Column, Panel
from yenloop.errors import NotIdentifiedError, NumericalError, SpecError
from yenloop.estimation import gain as g
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.joint_estimate import JointEstimate
from yenloop.models.loop import loop_edges, loop_gain, open_edge
from yenloop.models.loop_edges import readable_unit
from yenloop.models.results import TIDY_COLUMNS
from yenloop.models.var import VAR
from yenloop.reports.figures.loop_diagram import draw as draw_diagram

YEN = "usdjpy_tokyo"
DOMESTIC = LOOP_NAMES[2:]


def identified(panel, lags=1, draws=200, rng=1):
    return VAR(lags).fit(panel).identify(
        Cholesky(), inference=ResidualBootstrap(draws), rng=rng
    )  # fmt: skip


@pytest.fixture(scope="module")
def economy():
    return loop_economy(320, rng=11, us_follows_jgb=0.1)


@pytest.fixture(scope="module")
def svar(economy):
    return identified(economy[0])


@pytest.fixture(scope="module")
def found(svar):
    return loop_gain(svar, YEN, domestic=DOMESTIC, cycle=LOOP_CYCLE)


# -- known truth ---------------------------------------------------------------------------------


def test_a_long_sample_gives_back_every_true_number():
    """Tolerances are three standard deviations of the estimate over 50 seeds at T = 20,000."""
    panel, truth = loop_economy(20_000, rng=2, us_follows_jgb=0.1)
    result = loop_gain(identified(panel, draws=100), YEN, domestic=DOMESTIC, cycle=LOOP_CYCLE)
    for horizon in (12, 24, 60):
        assert abs(result.total.point[horizon] - truth.gain[horizon]) < 0.04
        assert abs(result.domestic.point[horizon] - truth.domestic_gain[horizon]) < 0.04
    assert abs(result.at_one().point[0] - truth.long_run_gain) < 0.04
    assert abs(result.edges.path.point[-1] - truth.path_gain) < 0.04
    for (source, target), edge in result.edges.edges.items():
        assert_allclose(edge.point[-1], truth.edges[target, source], rtol=0.15)


@pytest.mark.parametrize("path_gain", [0.25, 0.0])
def test_intervals_from_short_samples_cover_the_truth(path_gain):
    """Of twelve 90% intervals at T = 320 fewer than nine cover with probability 0.004."""
    covered = 0
    for seed in range(12):
        panel, truth = loop_economy(320, rng=500 + seed, path_gain=path_gain)
        result = loop_gain(identified(panel, rng=seed), YEN, horizons=(24,))
        low, high = result.total.interval(0.90, 24)
        covered += low <= truth.gain[24] <= high
    assert covered >= 9


# -- what the numbers are ------------------------------------------------------------------------


def test_total_gain_is_the_estimator_on_point_and_draws(svar, found):
    i = LOOP_NAMES.index(YEN)
    reduced, draws = svar.reduced, svar.draws
    point = g.finite_horizon_gain(
        reduced.lag_coefficients, reduced.covariance, svar.impact[:, i], i, 60
    )
    drawn = g.finite_horizon_gain(draws.lags, draws.covariance, draws.impact[..., i], i, 60)
    assert_allclose(found.total.point, point)
    assert_allclose(found.total.draws, drawn)
    value, sampled = found.at(24)
    assert value == point[24]
    assert_allclose(sampled, drawn[:, 24])


def test_path_gain_is_the_product_of_the_edges_in_every_draw(svar, found):
    edges = found.edges.edges
    assert list(edges) == list(zip(LOOP_CYCLE, [*LOOP_CYCLE[1:], LOOP_CYCLE[0]]))
    product = np.prod([edge.draws for edge in edges.values()], axis=0)
    assert_allclose(found.edges.path.draws, product)
    full = g.structural_polynomial(svar.draws.lags, svar.draws.impact)
    i, j = LOOP_NAMES.index("cpi_core"), LOOP_NAMES.index("import_price_yen")
    expected = g.edge_response(full[..., i, :], i, j, 60)[:, [12, 24, 60]]
    assert_allclose(edges["import_price_yen", "cpi_core"].draws, expected, rtol=1e-8)


def test_domestic_gain_without_foreign_variables_is_the_total_gain(svar):
    result = loop_gain(svar, YEN, domestic=LOOP_NAMES)
    assert_allclose(result.domestic.draws, result.total.draws, rtol=1e-8, atol=1e-10)


def test_domestic_gain_is_that_of_the_economy_whose_foreign_edges_are_cut(svar, found):
    inside = [LOOP_NAMES.index(name) for name in DOMESTIC]
    cut = [(foreign, home) for foreign in (0, 1) for home in inside]
    lags, impact = g.open_edges(svar.draws.lags, svar.draws.impact, cut)
    covariance = impact @ impact.swapaxes(-1, -2)
    expected = g.finite_horizon_gain(lags, covariance, impact[..., 2], 2, 60)
    assert_allclose(found.domestic.draws, expected, rtol=1e-7, atol=1e-9)


def test_gain_does_not_depend_on_the_units_of_the_data(economy):
    panel, _ = economy
    scaled = panel.with_columns(panel.frame * [1000, 0.1, 5, 1, 100, 7], panel.columns)
    base = loop_gain(identified(panel), YEN).total
    other = loop_gain(identified(scaled), YEN).total
    assert_allclose(other.point, base.point, rtol=1e-7, atol=1e-9)
    assert_allclose(other.draws, base.draws, rtol=1e-5, atol=1e-6)


# -- units, rows, words --------------------------------------------------------------------------


def test_edges_are_shown_in_readable_units(svar, found):
    tidy = found.edges.tidy()
    units = tidy[tidy["statistic"] == "edge"].drop_duplicates("shock").set_index("shock")["unit"]
    assert units.to_dict() == {
        "usdjpy_tokyo": "% per 10%",
        "import_price_yen": "% per 10%",
        "cpi_core": "bp per 1%",
        "jgb10y": "% per 10 bp",
    }
    scale, _ = readable_unit(svar.columns["cpi_core"], svar.columns["jgb10y"])
    assert scale == 100.0
    scale, _ = readable_unit(svar.columns["jgb10y"], svar.columns["usdjpy_tokyo"])
    assert scale == 0.1


def test_tidy_frame_has_every_statistic_with_its_interval(found):
    tidy = found.tidy()
    assert tuple(tidy.columns) == TIDY_COLUMNS
    assert set(tidy["statistic"]) == {
        "gain", "domestic_gain", "long_run_gain", "edge", "path_gain", "amplification", "phase",
        "root_modulus", "masked_share",
    }  # fmt: skip
    total = tidy[tidy["statistic"] == "gain"]
    assert sorted(total["horizon"].unique()) == list(range(61))
    at = total[(total["horizon"] == 24) & (total["level"] == 0.90)].iloc[0]
    low, high = found.total.interval(0.90, 24)
    assert (at["conf_low"], at["conf_high"]) == (low, high)
    assert low < at["estimate"] < high
    assert at["unit"] == "ratio"
    assert not tidy.duplicated(["statistic", "shock", "response", "horizon", "level"]).any()


def test_roots_of_the_opened_loop_have_intervals(found):
    tidy = found.tidy()
    roots = tidy[(tidy["statistic"] == "root_modulus") & (tidy["level"] == 0.90)]
    assert roots["response"].tolist() == ["own", "rest"]
    expected = np.quantile(found.opened.rest_draws, [0.05, 0.95])
    assert_allclose(roots[["conf_low", "conf_high"]].iloc[1].astype(float), expected)


def test_summary_states_units_sample_method_and_horizon(found):
    text = str(found.summary())
    for phrase in ("ratio", "1999-02 to 2025-08", "residual bootstrap", "G(24)", "Recursive"):
        assert phrase in text
    assert "JGB 10-year yield -> Yen per dollar" in text
    assert "Set to zero within the period" in text
    assert "\\begin{tabular}" in found.summary().to_latex()
    assert "bode1945" in found.cite()


def test_words_say_what_the_interval_allows(found):
    def words(point, low, high):
        draws = np.linspace(low, high, 1001)[:, None].repeat(61, axis=1)
        estimate = JointEstimate(np.full(61, point), draws)
        return replace(found, total=estimate).in_words()

    assert "amplifies" in words(0.3, 0.1, 0.5)
    assert "multiplied by 1.43" in words(0.3, 0.1, 0.5)
    assert "damps" in words(-0.5, -0.9, -0.1)
    assert "sign is not determined" in words(0.1, -0.2, 0.4)
    assert "0.10 (90% interval -0.17 to 0.37)" in words(0.1, -0.2, 0.4)
    assert "no interval" in words(0.1, np.nan, np.nan)


# -- masks and refusals --------------------------------------------------------------------------


def explosive_alone(periods=400, rng=3):
    """A node that would explode alone (root 1.2) and is held by what it moves."""
    full = np.array([[[1.0, 0.0], [0.0, 1.0]], [[-1.2, 0.6], [-0.5, -0.1]]])
    lags, impact = g.reduced_form(full)
    from yenloop.data.economy import simulate_var

    y = simulate_var(lags, impact, periods, rng)
    frame, _ = loop_economy(periods)
    frame = frame.frame[["usdjpy_tokyo", "jgb10y"]].copy()
    frame[:] = y
    columns = {n: Column(n, n, "%", response_unit="%", differenced=True) for n in frame}
    return Panel(frame, columns)


def test_gain_is_masked_where_the_opened_system_is_unstable():
    svar = identified(explosive_alone())
    assert svar.reduced.is_stable
    result = loop_gain(svar, YEN)
    assert result.opened.point_unstable
    assert_allclose(result.opened.own, 1.2, atol=0.1)
    assert result.opened.unstable.mean() > 0.9
    assert np.isnan(result.total.point).all()
    assert (np.isnan(result.total.draws[:, 0]) == result.opened.unstable).all()
    assert "the loop stabilises it" in result.in_words()
    tidy = result.tidy()
    share = tidy.loc[tidy["statistic"] == "masked_share", "estimate"].item()
    assert share == result.opened.unstable.mean()
    assert tidy.loc[tidy["statistic"] == "gain", "conf_low"].isna().all()


def test_roots_are_those_of_the_opened_system_in_every_draw(svar, found):
    own, rest = g.opened_system(
        svar.draws.lags, svar.draws.covariance, svar.draws.impact[..., 2], 2
    )
    assert_allclose(found.opened.own_draws, g.largest_modulus(own))
    assert_allclose(found.opened.rest_draws, g.largest_modulus(rest))
    assert found.opened.runs_away == 0


def test_the_gain_at_one_is_refused_in_levels(economy):
    panel, _ = economy
    columns = {n: replace(c, differenced=False) for n, c in panel.columns.items()}
    levels = panel.with_columns(panel.frame.cumsum(), columns)
    result = loop_gain(identified(levels, lags=2), YEN)
    assert result.long_run is None
    assert "not changes" in " ".join(result.notes())
    assert "long_run_gain" not in set(result.tidy()["statistic"])
    with pytest.raises(NumericalError, match="unit root"):
        result.at_one()


def test_the_gain_at_one_is_refused_when_the_estimate_is_not_stationary(svar):
    lags = svar.reduced.lag_coefficients * 1.005 / svar.reduced.max_root
    reduced = replace(svar.reduced, lag_coefficients=lags)
    assert not reduced.is_stable
    result = loop_gain(replace(svar, reduced=reduced), YEN)
    with pytest.raises(NumericalError, match="not stationary"):
        result.at_one()


def test_edges_into_a_variable_with_a_unit_root_are_not_shown(economy):
    panel, _ = economy
    frame = panel.frame.copy()
    frame["cpi_core"] = frame["cpi_core"].cumsum()
    svar = identified(panel.with_columns(frame, panel.columns), lags=2)
    edges = loop_edges(svar, LOOP_CYCLE)
    assert "cpi_core" in edges.masked
    assert np.isnan(edges.edges["import_price_yen", "cpi_core"].point).all()
    assert np.isfinite(edges.edges["usdjpy_tokyo", "import_price_yen"].point).all()
    assert np.isnan(edges.path.point).all()
    assert "not distinguishable from zero" in " ".join(edges.notes())


class OnlyTheYen:
    """A scheme that identifies one shock."""

    name = "cholesky"

    def impact(self, covariance, lags, names):
        impact = Cholesky().impact(covariance, lags, names)
        return np.where(np.array(names) == YEN, impact, np.nan)

    def imposed_zeros(self, names):
        return Cholesky().imposed_zeros(names)

    def imposed_long_run_zeros(self, names):
        return frozenset()

    def describe(self, names, columns):
        return "One shock"


def test_one_shock_is_enough_for_the_gain_and_not_for_the_rest(economy, found):
    reduced = VAR(1).fit(economy[0])
    svar = reduced.identify(OnlyTheYen(), inference=ResidualBootstrap(200), rng=1)
    assert_allclose(loop_gain(svar, YEN).total.draws, found.total.draws, rtol=1e-10)
    with pytest.raises(NotIdentifiedError, match="import_price_yen"):
        loop_gain(svar, YEN, domestic=DOMESTIC)
    with pytest.raises(NotIdentifiedError, match="cpi_core"):
        loop_gain(svar, YEN, cycle=LOOP_CYCLE)
    with pytest.raises(NotIdentifiedError):
        open_edge(svar, YEN, "jgb10y")
    with pytest.raises(NotIdentifiedError):
        loop_gain(svar, "jgb10y")


def test_wrong_names_are_refused(svar):
    with pytest.raises(SpecError, match="wrong"):
        loop_gain(svar, "wrong")
    with pytest.raises(SpecError, match="not among"):
        loop_gain(svar, YEN, domestic=LOOP_NAMES[3:])
    with pytest.raises(SpecError, match="different variables"):
        loop_edges(svar, (YEN, "jgb10y", YEN))
    with pytest.raises(SpecError, match="two different"):
        open_edge(svar, YEN, YEN)


# -- opening an edge -----------------------------------------------------------------------------


def test_closed_responses_are_the_irf_and_the_parts_add_up(svar):
    opened = open_edge(svar, YEN, "jgb10y", shock=YEN)
    irf = svar.irf(24).select(shock=YEN)
    for n, name in enumerate(opened.names):
        assert_allclose(opened.closed[name].draws, irf.draws[..., n, 0], atol=1e-10)
        together = opened.opened[name].draws + opened.contribution[name].draws
        assert_allclose(together, opened.closed[name].draws, atol=1e-12)


def test_opening_the_only_edge_that_closes_the_loop_leaves_no_gain():
    panel, _ = loop_economy(20_000, rng=4, path_gain=0.25)
    svar = identified(panel, draws=100)
    opened = open_edge(svar, YEN, "jgb10y", shock=YEN, horizon=60)
    closed, without = opened.closed[YEN].point[60], opened.opened[YEN].point[60]
    gain = loop_gain(svar, YEN, horizons=(60,)).total.point[60]
    # Other edges into the yen are zero in truth, so this one has all of the gain.
    assert_allclose(1 - without / closed, gain, atol=0.04)


def test_opened_edge_states_the_caveat_and_its_units(svar):
    opened = open_edge(svar, YEN, "jgb10y", horizon=12)
    assert opened.shock == "jgb10y"
    assert "Lucas" in " ".join(opened.notes())
    tidy = opened.tidy()
    assert set(tidy["statistic"]) == {"irf", "irf_opened", "edge_contribution"}
    assert tidy[tidy["response"] == "jgb10y"]["unit"].unique().tolist() == ["bp"]
    assert "Core CPI (%)" in str(opened.summary())


# -- figures -------------------------------------------------------------------------------------


def test_figures_show_the_numbers_of_the_result(found, svar, tmp_path):
    figure, axes = found.plot()
    line = axes[0, 0].lines[0]
    assert_allclose(line.get_ydata(), found.total.point)
    diagram, ax = draw_diagram(found.tidy(), notes=found.notes(), horizon=found.headline)
    words = " ".join(text.get_text() for text in ax.texts)
    assert "All feedback" in words
    assert f"{100 * found.edges.edges['cpi_core', 'jgb10y'].point[1]:.1f}" in words
    alone, _ = found.edges.plot()
    edge, _ = open_edge(svar, YEN, "jgb10y", horizon=12).plot()
    for n, drawn in enumerate((figure, diagram, alone, edge)):
        drawn.savefig(tmp_path / f"{n}.png")
