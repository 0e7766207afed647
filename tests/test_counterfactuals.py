"""Counterfactual history: adding up, brute-force twins, invariance, refusals; parts of history."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import load_loop_panel
from yenloop.data.panel import Column, Panel
from yenloop.errors import NotIdentifiedError, SpecError
from yenloop.models.counterfactuals import LUCAS
from yenloop.models.decompositions import EXOGENOUS
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

PERIODS, LAGS = 200, 2
COLUMNS = {
    "fx": Column(
        "fx", "Yen", "%", transform="100 x log difference", differenced=True, response_unit="%"
    ),
    "jgb": Column(
        "jgb", "JGB yield", "pp", differenced=True, response_unit="bp", response_scale=100
    ),
    "gap": Column("gap", "Output gap", "%"),
}


def frame(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((PERIODS, 3)) @ np.array([[2, 0.1, 0.3], [0, 0.2, 0.1], [0, 0, 1]])
    y = np.zeros_like(errors)
    for t in range(1, PERIODS):
        y[t] = 0.4 * y[t - 1] + errors[t] + [0.2, 0, 1]
        y[t, 1] += 0.02 * y[t - 1, 0]
    index = pd.period_range("2000-01", periods=PERIODS, freq="M")
    return pd.DataFrame(y, index=index, columns=["fx", "jgb", "gap"])


def identified(data: pd.DataFrame, inference=None, **options) -> StructuralVAR:
    reduced = VAR(LAGS, **options).fit(Panel.from_frame(data, COLUMNS))
    return reduced.identify(Cholesky(), inference=inference or ResidualBootstrap(200), rng=5)


@pytest.fixture(scope="module")
def svar() -> StructuralVAR:
    return identified(frame())


def simulated(svar, shocks, edges, first, last, *, draw=None) -> np.ndarray:
    """The counterfactual path in the structural form, equation by equation, in panel units."""
    reduced, names = svar.reduced, svar.names
    a, d, b = reduced.lag_coefficients, reduced.deterministic, svar.impact
    if draw is not None:
        a, d, b = (getattr(svar.draws, n)[draw] for n in ("lags", "deterministic", "impact"))
    present, mean = np.linalg.inv(b), reduced.y.mean(axis=0)
    y = reduced.y.copy()
    for t in range(LAGS + first, len(y)):
        z = reduced.z[t - LAGS]
        past = sum(a[lag] @ reduced.y[t - 1 - lag] for lag in range(LAGS))
        e = present @ (reduced.y[t] - d @ z - past)
        left = [present.copy(), *(-present @ a[lag] for lag in range(LAGS))]
        right = present @ d @ z
        if first <= t - LAGS <= last:
            for name in shocks:
                e[names.index(name)] = 0.0
            for source, target in edges:
                i, j = names.index(target), names.index(source)
                for matrix in left:
                    right[i] -= matrix[i, j] * mean[j]
                    matrix[i, j] = 0.0
        right = right + e - sum(left[1 + lag] @ y[t - 1 - lag] for lag in range(LAGS))
        y[t] = np.linalg.solve(left[0], right)
    return y[LAGS:]


def test_nothing_switched_off_gives_the_data(svar) -> None:
    found = svar.counterfactual(cumulative=False)
    actual = svar.reduced.y[LAGS:] * [1, 100, 1]
    np.testing.assert_allclose(found.point, actual, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.actual - found.draws, actual[None].repeat(200, 0), atol=1e-10)
    assert found.switched_off == "Nothing is switched off"


def test_data_less_the_contributions_of_the_shocks_is_the_path(svar) -> None:
    """Over the whole sample these are the historical decomposition's, in every draw."""
    history = svar.historical_decomposition(draws=200)
    found = svar.counterfactual(shocks_off=["fx", "gap"], cumulative=False)
    scale = np.array([1, 100, 1])
    parts = history.point[:, :, [0, 2]].sum(axis=-1) * scale
    np.testing.assert_allclose(found.contribution, parts, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.actual - parts, found.point, rtol=0, atol=1e-10)
    drawn = history.draws[..., [0, 2]].sum(axis=-1) * scale
    np.testing.assert_allclose(found.draws, drawn, rtol=0, atol=1e-10)
    none = svar.counterfactual(shocks_off=svar.names, cumulative=False)
    baseline = history.point[:, :, 3:].sum(axis=-1) * scale
    np.testing.assert_allclose(none.point, baseline, rtol=0, atol=1e-10)


@pytest.mark.parametrize(
    ("shocks", "edges"),
    [
        (["jgb"], []),
        ([], [("fx", "jgb")]),
        ([], [("fx", "jgb"), ("jgb", "gap"), ("gap", "fx")]),
        (["fx"], [("fx", "jgb")]),
    ],
)
def test_paths_are_those_of_the_structural_form(svar, shocks, edges) -> None:
    """In a window within the sample, at the estimate and in single draws."""
    found = svar.counterfactual(
        shocks_off=shocks, edges_off=edges, start="2005-03", end="2009-12", cumulative=False
    )
    first, last = 60, 117
    assert (found.start, found.end, found.base) == ("2005-03", "2009-12", "2005-02")
    assert str(found.dates[first]) == "2005-03"
    expected = simulated(svar, shocks, edges, first, last) * [1, 100, 1]
    np.testing.assert_allclose(found.point, expected, rtol=0, atol=1e-9)
    assert (found.contribution[:first] == 0).all()
    assert np.abs(found.contribution[last + 1]).max() > 1e-4
    for draw in (0, 150):
        expected = simulated(svar, shocks, edges, first, last, draw=draw) * [1, 100, 1]
        np.testing.assert_allclose(found.actual - found.draws[draw], expected, rtol=0, atol=1e-9)


def test_an_edge_that_is_not_there_contributes_nothing(svar) -> None:
    """In the recursive form built from the estimates without any reaction of fx to jgb."""
    reduced = svar.reduced
    lags = reduced.lag_coefficients.copy()
    lags[:, 0, 1] = 0.0
    closed = replace(reduced, lag_coefficients=lags)
    without = StructuralVAR(closed, svar.scheme, svar.inference, svar.seed, svar.impact)
    gap = without.counterfactual(edges_off=[("jgb", "fx")]).contribution
    np.testing.assert_allclose(gap, 0, atol=1e-10)


def test_where_a_scale_begins_does_not_matter(svar) -> None:
    moved = identified(frame().add([0.0, 0.0, 300.0]))
    options = {"edges_off": [("gap", "fx"), ("gap", "jgb")], "start": "2008-01"}
    here, there = (one.counterfactual(**options) for one in (svar, moved))
    np.testing.assert_allclose(there.contribution, here.contribution, rtol=0, atol=1e-6)
    np.testing.assert_allclose(there.draws, here.draws, rtol=0, atol=1e-5)


def test_changes_are_shown_as_levels_since_the_start(svar) -> None:
    raw = svar.counterfactual(shocks_off=["fx"], start="2005-03", cumulative=False)
    found = svar.counterfactual(shocks_off=["fx"], start="2005-03")
    assert found.cumulated == {"fx", "jgb"}
    np.testing.assert_allclose(found.contribution[:, :2], raw.contribution[:, :2].cumsum(axis=0))
    np.testing.assert_allclose(found.draws[..., 1], raw.draws[..., 1].cumsum(axis=1))
    np.testing.assert_allclose(found.point[:, 2], raw.point[:, 2])
    assert found.actual[59, :2] == pytest.approx(0)
    np.testing.assert_allclose(np.diff(found.actual[:, 0]), svar.reduced.y[LAGS + 1 :, 0])
    assert found.unit_since("fx") == "log points since 2005-02"
    assert found.unit_since("jgb") == "bp since 2005-02"
    assert found.unit_since("gap") == "%"


def test_bands_of_the_path_mirror_those_of_the_contribution(svar) -> None:
    found = svar.counterfactual(shocks_off=["fx"], start="2005-03")
    path = found.path("jgb")
    low, high = found.bands_of(found.contribution, found.draws, [0.9])[1][0.9]
    np.testing.assert_allclose(path["low_90"], path["actual"] - high[:, 1], atol=1e-9)
    np.testing.assert_allclose(path["high_90"], path["actual"] - low[:, 1], atol=1e-9)
    np.testing.assert_allclose(path["actual"] - path["counterfactual"], path["contribution"])
    by_delta = identified(frame(), DeltaMethod()).counterfactual(
        shocks_off=["fx"], start="2005-03", cumulative=False
    )
    by_draws = svar.counterfactual(shocks_off=["fx"], start="2005-03", cumulative=False)
    errors = [r.bands_of(r.contribution, r.draws)[0][60:] for r in (by_delta, by_draws)]
    assert np.corrcoef(errors[0].ravel(), errors[1].ravel())[0, 1] > 0.97


def test_tidy_frame(svar) -> None:
    found = svar.counterfactual(shocks_off=["fx"], start="2005-03")
    tidy, rows = found.tidy(), 3 * len(found.dates)
    counts = tidy["statistic"].value_counts().to_dict()
    assert counts == {"actual": rows, "counterfactual": 2 * rows, "contribution": 2 * rows}
    one = tidy.query("statistic == 'counterfactual' and response == 'jgb' and horizon == 100")
    assert one["estimate"].iloc[0] == found.path("jgb")["counterfactual"].iloc[100]
    assert set(one["unit"]) == {"bp"}
    assert one["cumulative"].all()


def partial(svar: StructuralVAR, known: int) -> StructuralVAR:
    """Only one column of the impact matrix is identified."""
    columns = np.arange(3) == known
    drawn = replace(svar.draws, impact=np.where(columns, svar.draws.impact, np.nan))
    impact = np.where(columns, svar.impact, np.nan)
    found = StructuralVAR(svar.reduced, svar.scheme, svar.inference, svar.seed, impact)
    found.__dict__["draws"] = drawn
    return found


def test_one_identified_shock_is_enough_to_switch_it_off(svar) -> None:
    options = {"shocks_off": ["jgb"], "start": "2005-03"}
    whole, part = svar.counterfactual(**options), partial(svar, 1).counterfactual(**options)
    np.testing.assert_allclose(part.contribution, whole.contribution, atol=1e-9)
    np.testing.assert_allclose(part.draws, whole.draws, atol=1e-8)


def test_refusals(svar) -> None:
    with pytest.raises(NotIdentifiedError, match="Switching shocks off.*fx"):
        partial(svar, 1).counterfactual(shocks_off=["fx"])
    with pytest.raises(NotIdentifiedError, match="Switching edges off"):
        partial(svar, 1).counterfactual(edges_off=[("fx", "jgb")])
    with pytest.raises(SpecError, match="No shock is called 'yen'"):
        svar.counterfactual(shocks_off=["yen"])
    with pytest.raises(SpecError, match="No variable is called 'cpi'"):
        svar.counterfactual(edges_off=[("fx", "cpi")])
    with pytest.raises(SpecError, match="from fx to itself"):
        svar.counterfactual(edges_off=[("fx", "fx")])
    with pytest.raises(SpecError, match="No period of the sample from 2030-01"):
        svar.counterfactual(start="2030-01")


def test_summary_and_notes_say_what_is_switched_off(svar) -> None:
    found = svar.counterfactual(
        shocks_off=["gap"], edges_off=[("fx", "jgb")], start="2005-03", end="2009-12"
    )
    notes = found.notes()
    assert notes[0] == (
        "No shocks to Output gap; JGB yield does not react to Yen, 2005-03 to 2009-12."
    )
    assert LUCAS in notes
    assert any("sample mean" in note for note in notes)
    assert any("change since 2005-02" in note for note in notes)
    text = str(found.summary())
    assert "In 2009-12" in text
    assert "contribution" in text
    assert "bernanke1997" in found.cite()


def test_chart() -> None:
    reduced = VAR(2).fit(load_loop_panel())
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(150))
    found = svar.counterfactual(shocks_off=["usdjpy_tokyo"], start="2013-01", end="2015-12")
    figure, axes = found.plot(response=["cpi_core", "usdjpy_tokyo"])
    ax = axes[0, 1]
    assert ax.get_ylabel() == "log points since 2012-12"
    lines = {line.get_label(): line for line in ax.lines}
    np.testing.assert_allclose(
        lines["Actual"].get_ydata(), found.path("usdjpy_tokyo")["actual"].loc["2011-01":]
    )
    np.testing.assert_allclose(
        lines["Counterfactual"].get_ydata(),
        found.path("usdjpy_tokyo")["counterfactual"].loc["2012-12":],
    )
    assert len(ax.collections) == 2
    assert figure.legends[0].get_title().get_text().startswith("No shocks to Yen per US dollar")
    assert "Lucas critique" in figure.texts[0].get_text()


def test_exogenous_variables_are_a_part_of_their_own() -> None:
    """All exogenous columns and their lags, not the first ones only."""
    rng = np.random.default_rng(3)
    news = pd.DataFrame(rng.standard_normal((PERIODS, 2)), frame().index, ["war", "peace"])
    moved = frame() + np.outer(news["peace"], [2, 0.1, 1])
    reduced = VAR(LAGS, trend="ct", exog=["war", "peace"], exog_lags=1).fit(moved.join(news))
    history = reduced.identify(Cholesky()).historical_decomposition()
    assert history.parts[-1] == EXOGENOUS
    np.testing.assert_allclose(history.point.sum(axis=2), reduced.y[LAGS:], rtol=0, atol=1e-10)
    outside = [n.split(".")[0] in ("war", "peace") for n in reduced.z_names]
    assert sum(outside) == 4
    path = np.zeros((len(reduced.z) + LAGS, 3))
    for t, z in enumerate(reduced.z):
        path[t + LAGS] = reduced.deterministic[:, outside] @ z[outside]
        for lag in range(LAGS):
            path[t + LAGS] += reduced.lag_coefficients[lag] @ path[t + LAGS - 1 - lag]
    np.testing.assert_allclose(history.point[..., -1], path[LAGS:], rtol=0, atol=1e-10)
    assert "exogenous variables apart" in history.notes()[0]
    figure, _ = history.plot(response="fx")
    assert "Exogenous variables" in [t.get_text() for t in figure.legends[0].get_texts()]


def test_shocks_as_a_result(svar) -> None:
    """The dated series of the structural VAR, the largest in the table and in the chart."""
    found = svar.shock_series()
    pd.testing.assert_frame_equal(found.series, svar.shocks())
    largest = found.largest("jgb", 3)
    assert largest.abs().min() >= found.series["jgb"].abs().drop(largest.index).max()
    tidy = found.tidy()
    assert tidy["estimate"].tolist() == found.series.to_numpy().T.ravel().tolist()
    assert "unit variance" in found.notes()[0]
    figure, axes = found.plot(shock=["fx", "jgb"])
    assert {text.get_text() for text in axes[0, 1].texts} == set(map(str, largest.index))
    assert axes[0, 0].get_ylabel() == "Standard deviations"
    assert "unit variance" in figure.texts[0].get_text()


def test_an_edge_is_a_pair(svar):
    with pytest.raises(SpecError, match="pairs .source, target."):
        svar.counterfactual(edges_off=["yen"])
