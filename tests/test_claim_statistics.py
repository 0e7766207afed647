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
