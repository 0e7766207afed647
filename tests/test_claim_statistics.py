"""Proves that the verdicts on C1, C2, C6 are right where the truth is known, and never luck."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from yenloop.data.economy import loop_economy
from yenloop.data.loop_panel import LOOP, loop_panel
from yenloop.data.panel import Panel
from yenloop.data.sources.files import load_data
from yenloop.errors import SpecError
from yenloop.models.claim_statistics import claim_c1, claim_c2, claim_c6
from yenloop.models.claims import Verdicts, decide
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.instruments import Instruments
from yenloop.models.identification.sign_restrictions import Sign
from yenloop.models.identification.signs import SignRestrictions
from yenloop.models.inference.posterior import Posterior
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.specification_curve import orders_in_places
from yenloop.models.structural import StructuralVAR
from yenloop.models.var import VAR

MOVABLE = ("us10y", "usdjpy_tokyo", "jgb10y")


def identified(panel: Panel, *, lags: int = 1, draws: int = 300) -> list[StructuralVAR]:
    reduced = VAR(lags=lags).fit(panel)
    inference = ResidualBootstrap(draws=draws)
    orders = orders_in_places(panel.names, MOVABLE)
    return [reduced.identify(Cholesky(o), inference=inference, rng=0) for o in orders]


def verdicts(svars: Sequence[StructuralVAR]) -> Verdicts:
    return decide([claim_c1(svars), claim_c2(svars), claim_c6(svars)])


def words(found: Verdicts) -> dict[str, str]:
    return {v.claim: v.verdict for v in found.verdicts}


@pytest.fixture(scope="module")
def bundled() -> Panel:
    return loop_panel(load_data()).select(LOOP)


# -- economies whose loop is known -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("path_gain", "loop"),
    [(0.25, "supported"), (0.0, "not distinguishable"), (-0.25, "not distinguishable")],
)
def test_a_loop_is_found_where_there_is_one(path_gain, loop):
    """Prices follow the yen in all three; US yields never answer to JGB yields.

    Recursive orders with JGB yields first take the US yield's effect on JGB yields for the
    opposite: they must not refute C6.
    """
    panel, _ = loop_economy(3000, rng=1, path_gain=path_gain)
    found = words(verdicts(identified(panel)))
    assert found == {"C1": "supported", "C2": loop, "C6": "not distinguishable"}


def test_a_negative_edge_is_seen():
    panel, _ = loop_economy(3000, rng=1, path_gain=-0.25)
    edges = {f.component.name: f.verdict for f in verdicts(identified(panel))["C2"].findings}
    assert edges["jgb_to_yen"] == "contradicted"
    assert edges["cpi_to_jgb"] == "supported"


def test_a_daily_model_in_clock_order_can_decide():
    """With JGB yields first in truth, the US yield's margin is shown or refuted."""
    names = ["jgb10y_daily", "usdjpy_ecb", "us10y_daily"]
    found = {}
    for response in (0.0, 0.8):
        rng = np.random.default_rng(7)
        e = rng.normal(size=(6000, 3)) * [0.04, 0.6, 0.02]
        e[:, 1] += 5.0 * e[:, 0]  # the yen falls when JGB yields rise
        e[:, 2] += response * e[:, 0]
        evidence = claim_c6([], daily=daily(names, e))
        found[response] = words(decide([evidence]))["C6"]
        assert len(evidence.last_month) == len("2024-01")
    assert found == {0.0: "supported", 0.8: "contradicted"}


def daily(names: list[str], values: np.ndarray) -> StructuralVAR:
    from yenloop.data.catalog import load
    from yenloop.data.transforms import apply, catalogue_recipe

    index = pd.bdate_range("2001-01-01", periods=len(values) + 1)
    level = np.vstack([np.zeros(3), values.cumsum(0)])
    level[:, 1] = 100 * np.exp(level[:, 1] / 100)
    panel = Panel(pd.DataFrame(level, index, names), {n: load()[n] for n in names})
    changes = apply(panel, catalogue_recipe(names).transforms).panel.select(names)
    return VAR(lags=1).fit(changes).identify(Cholesky(), inference=ResidualBootstrap(300), rng=0)


# -- what the schemes impose -----------------------------------------------------------------------


def test_restricted_horizons_are_left_out(bundled):
    svars = identified(bundled, lags=2, draws=200)
    found = verdicts(svars)
    six = found["C6"]
    assert six.left_out == ("US 10-year yield, on impact: imposed in 3 of 6 schemes",)
    by_name = {f.component.name: f for f in six.findings}
    assert (by_name["us10y_0"].schemes, by_name["us10y_1"].schemes) == (3, 6)
    assert {f.component.name for f in found["C2"].findings} == {
        "yen_to_cpi",
        "cpi_to_jgb",
        "jgb_to_yen",
        "gain",
    }
    assert found["C2"].sample == svars[0].reduced.sample
    assert found["C2"].last_month == str(bundled.frame.index[-1])


def test_one_order_alone_cannot_answer_what_it_imposes(bundled):
    base = identified(bundled, lags=2, draws=200)[:1]
    assert base[0].scheme.order[-1] == "jgb10y"
    found = words(verdicts(base))
    assert found["C2"] == "no data"
    assert found["C6"] == "no data"
    with pytest.raises(SpecError, match="No structural VAR"):
        claim_c1([])


# -- luck ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_permuted_dates_leave_at_most_one_claim_standing(bundled, seed):
    rng = np.random.default_rng(seed)
    shuffled = bundled.frame.apply(lambda column: rng.permutation(column.to_numpy()))
    found = verdicts(identified(bundled.with_columns(shuffled, bundled.columns), draws=200))
    assert sum(v.verdict == "supported" for v in found.verdicts) <= 1


def test_the_same_draws_give_the_same_verdicts(bundled):
    first, second = (verdicts(identified(bundled, draws=200)) for _ in range(2))
    assert first.tidy().equals(second.tidy())
    assert first.table.equals(second.table)


def test_chart_has_a_row_for_each_part(bundled):
    found = verdicts(identified(bundled, draws=200))
    figure, axes = found.plot()
    rows = [label.get_text() for ax in axes[:, 0] for label in ax.get_yticklabels()]
    assert sorted(rows) == sorted(found.parts["part"])
    titles = [ax.get_title(loc="left") for ax in axes[:, 0]]
    assert [t for t in titles if t] == [f"{v.claim}: {v.verdict}" for v in found.verdicts]
    assert any("shaded" in text.get_text() for text in figure.texts)


# -- schemes without an order ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def economy():
    return loop_economy(400, rng=3, path_gain=0.25)[0]


def signs(horizons=(0,)) -> SignRestrictions:
    yen, imports = "usdjpy_tokyo", "import_price_yen"
    return SignRestrictions(
        [Sign(yen, imports, "+", horizons), Sign("jgb10y", "jgb10y", "+")], rotations=100
    )


def test_daily_and_monthly_schemes_count_beside_each_other(economy):
    """Dates of days and of months do not mix; parts in months have names of their own."""
    monthly = VAR(lags=1).fit(economy).identify(signs(), inference=Posterior(200), rng=1)
    e = np.random.default_rng(7).normal(size=(600, 3)) * [0.04, 0.6, 0.02]
    found = claim_c6(
        [], daily=daily(["jgb10y_daily", "usdjpy_ecb", "us10y_daily"], e), beside=[monthly]
    )
    names = [c.name for c in found.components]
    assert {"us10y_0", "us10y_0_monthly", "differential_monthly"} <= set(names)
    assert len(names) == len(set(names))
    assert decide([found])["C6"].verdict in ("not distinguishable", "contradicted", "supported")


def test_where_many_models_fit_pass_through_is_that_of_each_draw(economy):
    svar = VAR(lags=1).fit(economy).identify(signs(), inference=Posterior(200), rng=1)
    component = claim_c1([svar]).components[0]
    irf = svar.irf(12, cumulative=True).select(
        shock="usdjpy_tokyo", response=["import_price_yen", "usdjpy_tokyo"]
    )
    ratio = 10 * irf.draws[:, -1, 0, 0] / irf.draws[:, -1, 1, 0]
    np.testing.assert_allclose(component.draws, ratio)
    assert component.estimate == pytest.approx(np.median(ratio))
    assert component.method == "percentile"


def test_a_sign_imposed_before_the_horizon_counts_only_beside_a_free_scheme(economy):
    svar = VAR(lags=1).fit(economy).identify(signs(), inference=Posterior(200), rng=1)
    imports, cpi = claim_c1([svar]).components
    assert (imports.restricted, imports.restricted_before) == (False, True)
    assert (cpi.restricted, cpi.restricted_before) == (False, False)
    longer = VAR(lags=1).fit(economy).identify(signs((0, 12)), inference=Posterior(200), rng=1)
    assert claim_c1([longer]).components[0].restricted


def test_an_instrumented_shock_is_measured_by_anderson_rubin_sets(economy):
    """The component holds exactly the values that the set of the same response holds."""
    reduced = VAR(lags=1).fit(economy)
    rng = np.random.default_rng(2)
    for noise in (0.5, 30.0):  # strong, weak
        residual = reduced.residuals["jgb10y"]
        z = residual + noise * residual.std() * rng.standard_normal(len(residual))
        svar = reduced.identify(Instruments(z.to_frame("news"), shock="jgb10y"), rng=1)
        sets = svar.anderson_rubin(12, size={"jgb10y": 0.10}, levels=(0.90,)).select("us10y")
        found = {c.name: c for c in claim_c6([svar]).components}
        for horizon in (0, 1, 12):
            component = found[f"us10y_{horizon}"]
            assert component.method == "Anderson-Rubin"
            low, high = (limit[horizon, 0] for limit in sets.sets[0.90].hull)
            np.testing.assert_allclose(component.interval(0.90), (low, high), rtol=1e-9)
            assert component.estimate == pytest.approx(sets.point[horizon, 0])


def test_a_claim_skips_a_scheme_that_does_not_identify_its_shock(economy):
    reduced = VAR(lags=1).fit(economy)
    recursive = reduced.identify(Cholesky(), inference=ResidualBootstrap(200), rng=1)
    partial = reduced.identify(signs(), inference=Posterior(200), rng=1)
    found = claim_c2([recursive, partial])
    assert sum(c.name == "cpi_to_jgb" for c in found.components) == 1
    assert any("do not identify the shock" in note for note in found.notes)
