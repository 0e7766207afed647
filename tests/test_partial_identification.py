"""Proves that named and partly identified shocks get the same answers as a full identification.

Two schemes that wrap the recursive one: one identifies and names two of the shocks, the other
names all of them. What they identify must be what the recursive order says, and the rest its rest.
"""

from __future__ import annotations

import datetime
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from yenloop.data.loop_panel import load_loop_panel
from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, NotIdentifiedError, SpecError
from yenloop.estimation.decompositions import fevd
from yenloop.estimation.partial_identification import completed, with_remainder
from yenloop.estimation.responses import impulse_responses
from yenloop.models.claim_statistics import claim_c1, claim_c2, claim_c6
from yenloop.models.claims import decide, judge
from yenloop.models.distributed_lag import distributed_lag
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.named_shocks import OTHER, names_of_shocks
from yenloop.models.identification.protocol import (
    FromCovariance,
    NamesShocks,
    ReadsSample,
    RestrictsSigns,
)
from yenloop.models.identification.rotation_record import RotationRecord
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.intervals.percentile_t import PercentileT
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.loop import loop_edges, loop_gain, open_edge
from yenloop.models.overlay import overlay
from yenloop.models.passthrough import pass_through, stages
from yenloop.models.passthrough_table import PassThroughTable
from yenloop.models.provenance import facts_of
from yenloop.models.reduced_form.pandemic import PandemicScale
from yenloop.models.results import TIDY_COLUMNS, Result
from yenloop.models.scheme_answers import SchemeAnswers
from yenloop.models.storage import load, save
from yenloop.models.structural import StructuralVAR
from yenloop.models.structural_answers import Answers
from yenloop.models.structural_draws import StructuralDraws
from yenloop.models.var import VAR
from yenloop.reports.stored_run import StoredRun

YEN, JGB, CPI, IMPORT = "usdjpy_tokyo", "jgb10y", "cpi_core", "import_price_yen"
BANDS = ResidualBootstrap(150)


@dataclass(frozen=True)
class NamedShocks:
    """The recursive order, whose shocks have names of their own.

    ``called`` pairs names with variables; the other shocks are identified only if ``all_known``.
    """

    called: tuple[tuple[str, str], ...]
    all_known: bool = False
    dated: pd.Series | None = None

    @property
    def name(self) -> str:
        return "cholesky"

    def shock_names(self, names):
        own = {variable: shock for shock, variable in self.called}
        return tuple(own.get(name, name) for name in names)

    def _impact(self, covariance, lags, names):
        whole = Cholesky().impact(covariance, lags, names)
        known = [self.all_known or name in dict(self.called).values() for name in names]
        return np.where(known, whole, np.nan)

    def estimate(self, reduced, seed):
        return reduced, self._impact(reduced.covariance, reduced.lag_coefficients, reduced.names)

    def draw(self, svar):
        found = svar.reduced.draws(svar.inference, svar.seed)
        impact = self._impact(found.covariance, found.lags, svar.names)
        return StructuralDraws(
            found.lags, found.deterministic, found.covariance, impact, found.failed, found.refitted
        )

    def imposed_zeros(self, names):
        shocks = dict(zip(names, self.shock_names(names)))
        return frozenset((r, shocks[s]) for r, s in Cholesky().imposed_zeros(names))

    def imposed_long_run_zeros(self, names):
        return frozenset()

    def describe(self, names, columns):
        return "Recursive, with named shocks"


@dataclass(frozen=True)
class SignedShocks(NamedShocks):
    """The same, said to restrict the signs of some responses and to search for rotations."""

    signs: tuple[tuple[str, str, int], ...] = ()

    def draw(self, svar):
        rotations = RotationRecord("conditional", 100, 50, 50, 0, 10)
        return replace(super().draw(svar), rotations=rotations)

    def imposed_zeros(self, names):
        return frozenset()

    def imposed_signs(self, names):
        return frozenset(self.signs)


TWO = NamedShocks((("yen", YEN), ("monetary", JGB)))
ALL = NamedShocks(
    (
        ("oil supply", "brent"),
        ("US monetary", "us10y"),
        ("yen", YEN),
        ("import cost", IMPORT),
        ("demand", CPI),
        ("monetary", JGB),
    ),
    all_known=True,
)
SCHEMES = {"full": Cholesky(), "two": TWO, "all": ALL}
NAMES = ("brent", "us10y", YEN, IMPORT, CPI, JGB)
KNOWN = np.array([name in (YEN, JGB) for name in NAMES])


@cache
def panel() -> Panel:
    return load_loop_panel()


@cache
def reduced(start=None, **options):
    return VAR(2, **options).fit(panel(), start=start)


@cache
def svar(which: str = "two", inference=BANDS, start=None) -> StructuralVAR:
    return reduced(start).identify(SCHEMES[which], inference=inference, rng=3)


def same(found: np.ndarray, expected: np.ndarray) -> None:
    """Equal to 1e-12 of the largest number."""
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * np.abs(expected).max())


def test_the_schemes_are_what_they_stand_for():
    assert isinstance(TWO, ReadsSample)
    assert isinstance(TWO, NamesShocks)
    assert not isinstance(TWO, FromCovariance)
    assert not isinstance(TWO, RestrictsSigns)
    assert isinstance(SignedShocks(TWO.called), RestrictsSigns)
    assert svar().identified == ("yen", "monetary")
    assert svar().shock_names == ("brent", "us10y", "yen", IMPORT, CPI, "monetary")
    assert svar().shock_of(JGB) == "monetary"
    assert svar("all").identified == ALL.shock_names(NAMES)
    assert svar("full").identified == NAMES


# -- the rest of the covariance --------------------------------------------------------------------


def test_the_rest_does_not_depend_on_how_the_impact_matrix_is_completed():
    rng = np.random.default_rng(2)
    factor = rng.standard_normal((40, 4, 4)) + 3 * np.eye(4)
    covariance = factor @ factor.swapaxes(-1, -2)
    known = np.array([False, True, False, True])
    whole = completed(np.where(known, factor, np.nan), covariance, known)
    np.testing.assert_allclose(whole @ whole.swapaxes(-1, -2), covariance, rtol=1e-10)
    np.testing.assert_array_equal(whole[..., known], factor[..., known])
    lags = 0.2 * rng.standard_normal((40, 2, 4, 4))
    one, other = (fevd(impulse_responses(lags, b, 9)) for b in (whole, factor))
    same(with_remainder(one, known), with_remainder(other, known))
    assert completed(factor, covariance, np.ones(4, bool)) is factor


# -- the identified shocks are those of the full identification ------------------------------------


@pytest.mark.parametrize("which", ["two", "all"])
@pytest.mark.parametrize("size", ["1sd", "unit", {"yen": 10.0, "monetary": -0.1}])
def test_responses_collapse(which, size):
    own = {"yen": YEN, "monetary": JGB}
    plain = {own[s]: x for s, x in size.items()} if isinstance(size, Mapping) else size
    found, full = svar(which).irf(12, size=size), svar("full").irf(12, size=plain)
    assert found.shocks == svar(which).identified
    part = found.select(shock=["yen", "monetary"])
    whole = full.select(shock=[YEN, JGB])
    same(part.point, whole.point)
    same(part.draws, whole.draws)
    same(part.std_error, whole.std_error)
    assert found.sized == (tuple(size) if isinstance(size, Mapping) else found.shocks)
    assert set(found.tidy()["shock"]) == set(found.shocks)


def test_shocks_collapse():
    full = svar("full").shocks()
    assert list(svar().shocks()) == ["yen", "monetary"]
    same(svar().shocks().to_numpy(), full[[YEN, JGB]].to_numpy())
    same(svar("all").shocks().to_numpy(), full.to_numpy())
    series = svar().shock_series()
    assert series.shocks == ("yen", "monetary")
    assert series.largest("monetary", 1).index[0] == full[JGB].abs().idxmax()


def test_shocks_of_pandemic_months_keep_their_size():
    scaled = reduced(pandemic=PandemicScale("2020-03"))
    part, whole = (scaled.identify(s, inference=BANDS, rng=1).shocks() for s in (TWO, Cholesky()))
    same(part["monetary"].to_numpy(), whole[JGB].to_numpy())
    direction = np.linalg.solve(
        scaled.covariance, Cholesky().impact(scaled.covariance, None, NAMES)[:, 2]
    )
    same(part["yen"].to_numpy(), scaled.innovations.to_numpy() @ direction)


@pytest.mark.parametrize("inference", [BANDS, DeltaMethod()], ids=["draws", "delta"])
def test_variance_shares_collapse_and_the_others_have_the_rest(inference):
    found, full = (svar(which, inference).fevd(12) for which in ("two", "full"))
    assert found.sources == ("yen", "monetary", OTHER)
    for part, whole in ((found.point, full.point), (found.draws, full.draws)):
        same(part[..., :2], whole[..., KNOWN])
        same(part[..., 2], whole[..., ~KNOWN].sum(axis=-1))
        np.testing.assert_allclose(part.sum(axis=-1), 1, rtol=0, atol=1e-12)
    same(found.null_draws, full.null_draws[..., KNOWN])
    np.testing.assert_array_equal(found.above_null(), full.above_null()[..., KNOWN])
    np.testing.assert_array_equal(found.p_values, full.p_values[..., KNOWN])
    named = svar("all", inference).fevd(12)
    same(named.draws, full.draws)
    assert named.sources == ALL.shock_names(NAMES)


def test_the_shares_of_the_others_are_marked():
    found = svar().fevd(12)
    assert list(found.shares(JGB)) == ["yen", "monetary", OTHER]
    table = found.summary().tables[0][1]
    assert not table[OTHER].str.startswith("(").any()
    tidy = found.tidy()
    assert set(tidy["shock"]) == {"yen", "monetary", OTHER}
    assert OTHER not in set(tidy.query("statistic != 'fevd'")["shock"])
    assert any(note.startswith("Other shocks are not identified") for note in found.notes())
    assert not any("Other shocks" in note for note in svar("all").fevd(4).notes())
    assert tidy.query("statistic == 'fevd'")["conf_low"].notna().all()


def test_history_collapses_and_adds_up():
    found, full = (svar(w).historical_decomposition(draws=40) for w in ("two", "full"))
    assert found.parts == ("yen", "monetary", OTHER, "initial condition", "deterministic terms")
    actual = reduced().y[2:]
    for part, whole in ((found.point, full.point), (found.draws, full.draws)):
        same(part[..., :2], whole[..., :6][..., KNOWN])
        same(part[..., 2], whole[..., :6][..., ~KNOWN].sum(axis=-1))
        same(part[..., 3:], whole[..., 6:])
        assert np.abs(part.sum(axis=-1) - actual).max() < 1e-10
    said = " ".join(found.notes())
    assert "unexpected at the start of the sample" in said
    assert "Other shocks: what the identified ones leave" in said
    assert OTHER in found.contributions(JGB)


def test_counterfactual_without_identified_shocks_collapses():
    options = {"start": "2013-01", "end": "2015-12"}
    found = svar().counterfactual(shocks_off=["monetary", "yen"], **options)
    full = svar("full").counterfactual(shocks_off=[JGB, YEN], **options)
    same(found.contribution, full.contribution)
    same(found.draws, full.draws)
    assert found.switched_off == "No monetary shocks, no yen shocks"
    label = panel().columns[YEN].label
    assert full.switched_off.startswith("No shocks to JGB 10-year yield, " + label)
    with_edge = svar("all").counterfactual(shocks_off=["demand"], edges_off=[(JGB, YEN)])
    expected = svar("full").counterfactual(shocks_off=[CPI], edges_off=[(JGB, YEN)])
    same(with_edge.draws, expected.draws)


def test_long_run_effects_and_forecasts_collapse():
    found, full = (svar(w).long_run_effects() for w in ("two", "full"))
    assert found.shocks == ("yen", "monetary")
    same(found.point, full.point[:, KNOWN])
    same(found.draws, full.draws[..., KNOWN])
    same(svar().forecast(6).draws, svar("full").forecast(6).draws)


def test_dynamic_multipliers_do_not_depend_on_the_identification():
    fitted = VAR(2, exog=["brent"]).fit(panel())
    two, full = (
        fitted.identify(s, inference=BANDS, rng=3).dynamic_multipliers(6) for s in (TWO, Cholesky())
    )
    np.testing.assert_array_equal(two.draws, full.draws)
    assert two.shocks == ("brent",)


def test_the_gain_needs_the_shock_of_its_node_only():
    found, full = (loop_gain(svar(w), YEN, horizons=(6, 12)) for w in ("two", "full"))
    same(found.total.draws, full.total.draws)
    same(found.total.point, full.total.point)
    named = loop_gain(svar("all"), YEN, domestic=[YEN, IMPORT, CPI, JGB], cycle=[YEN, CPI, JGB])
    plain = loop_gain(svar("full"), YEN, domestic=[YEN, IMPORT, CPI, JGB], cycle=[YEN, CPI, JGB])
    same(named.domestic.draws, plain.domestic.draws)
    same(named.edges.path.draws, plain.edges.path.draws)
    assert named.edges.imposed == plain.edges.imposed != ()
    opened, expected = (open_edge(svar(w), YEN, CPI, horizon=6) for w in ("all", "full"))
    assert (opened.shock, expected.shock) == ("demand", CPI)
    same(opened.contribution[JGB].draws, expected.contribution[JGB].draws)
    assert "(Demand)" in opened.notes()[0]


def test_pass_through_collapses():
    found = pass_through(svar(), "yen", exchange_rate=YEN, prices=[IMPORT, CPI])
    full = pass_through(svar("full"), YEN, exchange_rate=YEN, prices=[IMPORT, CPI])
    for one, other in zip(found.paths, full.paths, strict=True):
        same(one.numerator, other.numerator)
        same(one.covariance, other.covariance)
        assert one.shock == "yen"
    chain = stages(svar())
    same(chain.paths[-1].numerator, stages(svar("full")).paths[-1].numerator)
    other = stages(svar(), shock="monetary")
    assert {path.shock for path in other.paths} == {"monetary"}
    assert "(monetary shock)" in str(other.summary())


# -- what needs more than is identified ------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda: loop_gain(svar(), CPI),
        lambda: loop_gain(svar(), YEN, domestic=[YEN, IMPORT, CPI, JGB]),
        lambda: loop_gain(svar(), YEN, cycle=[YEN, CPI, JGB]),
        lambda: loop_edges(svar(), [YEN, CPI, JGB]),
        lambda: open_edge(svar(), YEN, JGB),
        lambda: svar().counterfactual(edges_off=[(JGB, YEN)]),
        lambda: svar().counterfactual(shocks_off=[CPI]),
        lambda: svar().structural_coefficients(),
        lambda: svar().irf(4, size={CPI: 1.0}),
        lambda: pass_through(svar(), CPI, exchange_rate=YEN, prices=[CPI]),
    ],
)
def test_what_is_not_identified_is_refused_by_name(ask):
    with pytest.raises(NotIdentifiedError, match=r"does not identify.*; it identifies yen, mon"):
        ask()


def test_wrong_names_are_refused():
    for ask in (
        lambda: svar().irf(4, size={"oil": 1.0}),
        lambda: svar().irf(4).select(shock=CPI),
        lambda: svar().counterfactual(shocks_off=[YEN]),
        lambda: open_edge(svar("all"), YEN, JGB, shock=JGB),
    ):
        with pytest.raises(SpecError, match="No shock is called"):
            ask()
    with pytest.raises(SpecError, match="'yen' is not in the VAR"):
        svar().shock_of("yen")


@pytest.mark.parametrize("name", [CPI, OTHER, "monetary"])
def test_a_shock_has_a_name_that_stands_for_nothing_else(name):
    with pytest.raises(SpecError, match=f"called '{name}'"):
        names_of_shocks(NamedShocks(((name, YEN), ("monetary", JGB))), NAMES)


def test_single_periods_and_studentised_draws_need_a_scheme_that_reads_sigma_alone():
    with pytest.raises(SpecError, match="reads more of the sample than the reduced form"):
        svar().influence("yen", CPI)
    studentised = svar("two", ResidualBootstrap(100, interval=PercentileT()))
    with pytest.raises(InvalidInferenceError, match="follow from Sigma and the lags"):
        studentised.irf(4)


def test_columns_that_are_no_part_of_sigma_have_no_shares():
    whole = svar()
    stretched = replace(whole, impact=1.1 * whole.impact)
    with pytest.raises(NotIdentifiedError, match="no part of it"):
        stretched.fevd(4)


# -- words and charts ------------------------------------------------------------------------------


def test_sizes_are_said_by_the_shock_and_its_variable():
    irf = svar().irf(4, size={"yen": -10.0, "monetary": 0.1})
    label = panel().columns[YEN].label
    assert irf.sizes == {
        "yen": f"Yen shock: lowers {label} by 10 log points (9.52%) on impact",
        "monetary": "Monetary shock: raises JGB 10-year yield by 10 bp on impact",
    }
    plain = svar().irf(4).sizes["monetary"]
    assert plain.startswith("Monetary shock of one standard deviation: raises JGB 10-year yield by")
    full = svar("full").irf(4, size={JGB: 0.1}).sizes[JGB]
    assert full == "Shock to JGB 10-year yield of +10 bp on impact"
    figure, _ = irf.plot(shock="monetary")
    assert figure.legends[0].get_title().get_text() == irf.sizes["monetary"]
    assert irf.sizes["monetary"] in figure.texts[0].get_text().replace("\n", " ")


def test_which_shocks_are_identified_is_said_once():
    label = panel().columns[YEN].label
    said = (
        f"Recursive, with named shocks. Identified shocks: yen (raises {label}), monetary "
        "(raises JGB 10-year yield), 4 of 6 not identified."
    )
    assert svar().notes()[0] == svar().point_notes()[0] == said
    assert facts_of(svar())["shocks"].split("; ")[-1] == "4 of 6 not identified"
    assert facts_of(svar("full"))["shocks"] == ""
    assert "Identified" not in svar("full").notes()[0]
    assert "not identified" not in svar("all").notes()[0]
    assert list(svar().summary().tables[0][1]) == ["yen", "monetary"]
    assert not any("Identified shocks" in note for note in svar().forecast(3).notes())


def test_others_are_grey_in_the_charts():
    from yenloop.reports.figures.style import GREY

    def colors(figure):
        legend = figure.legends[0]
        texts = [text.get_text() for text in legend.get_texts()]
        handles = [getattr(h, "get_facecolor", lambda: None)() for h in legend.legend_handles]
        return dict(zip(texts, handles, strict=True))

    from matplotlib.colors import to_rgba

    shares, axes = svar().fevd(24).plot(response=[YEN, JGB])
    history, _ = svar().historical_decomposition().plot(response=JGB, start="2012-01")
    for figure in (shares, history):
        found = colors(figure)
        label = "Other shocks (not identified)"
        assert tuple(found[label]) == pytest.approx(to_rgba(GREY))
        assert tuple(found["Monetary"]) != pytest.approx(to_rgba(GREY))
    top = axes[0, 0].collections[-1].get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx(100)


def test_overlays_match_shocks_by_name():
    two, named, full = (svar(w).irf(6) for w in ("two", "all", "full"))
    found = overlay({"two": two, "all": named})
    assert found.shocks == ("yen", "monetary")
    assert "shocks" in found.differences()
    larger = overlay({"a": two, "b": svar("all").irf(6, size="unit")})
    figure, _ = larger.plot(shock="monetary")
    title = figure.legends[0].get_title().get_text()
    assert title == "Monetary shock: sizes differ, see the note"
    with pytest.raises(SpecError, match="no shock in common"):
        overlay([two, full])


# -- every answer and what can be done with it -----------------------------------------------------

ANSWERS: dict[str, Callable[[StructuralVAR], Result]] = {
    "irf": lambda s: s.irf(4, size={"monetary": 0.1}),
    "fevd": lambda s: s.fevd(4),
    "long_run_effects": lambda s: s.long_run_effects(),
    "historical_decomposition": lambda s: s.historical_decomposition(draws=20),
    "counterfactual": lambda s: s.counterfactual(shocks_off=["monetary"], start="2020-01"),
    "forecast": lambda s: s.forecast(4),
    "shock_series": lambda s: s.shock_series(),
    "dynamic_multipliers": lambda s: (
        VAR(2, exog=["brent"])
        .fit(panel())
        .identify(TWO, inference=BANDS, rng=3)
        .dynamic_multipliers(4)
    ),
    "structural_coefficients": lambda s: svar("all").structural_coefficients(),
    "overlay": lambda s: s.irf(4).overlay(s.irf(4, size="unit")),
    "gain": lambda s: loop_gain(s, YEN, horizons=(6, 12)),
    "edges": lambda s: loop_edges(svar("all"), [YEN, CPI, JGB], horizons=(6, 12)),
    "opened edge": lambda s: open_edge(svar("all"), YEN, JGB, horizon=6),
    "pass-through": lambda s: stages(s, horizons=range(7)),
    "pass-through table": lambda s: PassThroughTable(
        stages(s, horizons=range(7)), (distributed_lag(panel(), IMPORT, exchange_rate=YEN, lags=6),)
    ),
}

#: Refused for schemes that read the sample, or made for schemes of one kind with their own tests.
ELSEWHERE = {
    "influence",
    "anderson_rubin",
    "instrument_strength",
    "robust_bounds",
    "prior_impact",
    "variance_ratios",
    "shock_volatility",
}


def test_every_answer_is_among_them():
    methods = vars(Answers) | vars(SchemeAnswers)
    answers = {name for name, method in methods.items() if inspect.isfunction(method)}
    assert answers <= set(ANSWERS) | ELSEWHERE


@pytest.mark.parametrize("which", ["two", "all"])
@pytest.mark.parametrize("name", ANSWERS)
def test_every_result_is_complete(name, which, tmp_path):
    result = ANSWERS[name](svar(which, start="2017-01"))
    tidy = result.tidy()
    assert list(tidy.columns) == list(TIDY_COLUMNS)
    assert tidy["estimate"].notna().any()
    summary = result.summary()
    assert str(summary)
    assert summary._repr_html_()
    assert "\\toprule" in summary.to_latex()
    assert all(isinstance(note, str) and note for note in result.notes())
    assert result.cite().startswith("@")
    if result.figure:
        figure, _ = result.plot()
        figure.canvas.draw()
    again = load(result.save(tmp_path / "one.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), tidy, check_exact=True)
    assert str(again.summary()) == str(summary)
    assert result.export(tmp_path / "one.xlsx").is_file()
    assert result.export(tmp_path / "one.dta").is_file()


def test_a_structural_var_returns_with_its_scheme(monkeypatch, tmp_path):
    """Series and dates in a scheme too, as those of instruments have."""
    monkeypatch.setattr(NamedShocks, "__module__", "yenloop.schemes_of_this_test")
    module = ModuleType("yenloop.schemes_of_this_test")
    module.NamedShocks = NamedShocks
    monkeypatch.setitem(sys.modules, module.__name__, module)
    days = pd.Series([0.1, np.nan, -0.2], pd.period_range("2013-04", periods=3, freq="M"), name="z")
    scheme = replace(TWO, dated=days)
    made = reduced().identify(scheme, inference=BANDS, rng=3)
    (tmp_path / "results").mkdir()
    found = load(save(made, tmp_path / "results" / "svar.yenloop"))
    assert str(StoredRun(tmp_path).shown("svar")) == str(made.summary())
    pd.testing.assert_series_equal(found.scheme.dated, days, check_freq=True)
    assert found.scheme.called == TWO.called
    np.testing.assert_array_equal(found.impact, made.impact)
    assert found.identified == made.identified
    np.testing.assert_array_equal(found.draws.impact, made.draws.impact)
    pd.testing.assert_frame_equal(found.irf(3).tidy(), made.irf(3).tidy(), check_exact=True)


def test_dates_and_ranges_are_stored(tmp_path):
    values = (
        datetime.date(2013, 4, 4),
        datetime.datetime(2013, 4, 4, 14, 30, tzinfo=datetime.UTC),
        pd.Timestamp("2013-04-04"),
        range(0, 13, 3),
    )
    found = load(save(values, tmp_path / "values"))
    assert found == values
    assert [type(item) for item in found] == [type(item) for item in values]


# -- claims ----------------------------------------------------------------------------------------


def identified(scheme) -> StructuralVAR:
    return reduced().identify(scheme, inference=BANDS, rng=3)


def signed(*signs: tuple[str, str, int]) -> StructuralVAR:
    return identified(SignedShocks(ALL.called, all_known=True, signs=signs))


def test_claims_do_not_depend_on_names():
    named, plain = (
        decide([claim_c1([s]), claim_c2([s]), claim_c6([s])]) for s in (svar("all"), svar("full"))
    )
    columns = ["verdict", "estimate", "conf_low", "conf_high", "p", "left out"]
    pd.testing.assert_frame_equal(named.table[columns], plain.table[columns], rtol=1e-9)


def test_a_scheme_counts_for_the_shocks_that_it_identifies():
    both = [svar("full"), svar()]
    found = {f.component.name: f.schemes for f in judge(claim_c2(both)).findings}
    evidence = claim_c2(both)
    counted = [component.name for component in evidence.components]
    assert {name: counted.count(name) for name in counted} == {
        "yen_to_cpi": 2,
        "cpi_to_jgb": 1,
        "jgb_to_yen": 2,
        "gain": 2,
    }
    assert found["cpi_to_jgb"] == 1
    label = panel().columns[CPI].label
    assert f"1 of 2 schemes do not identify the shock of {label}." in evidence.notes
    with pytest.raises(NotIdentifiedError, match="None of 1 schemes"):
        claim_c2([svar()])


def test_a_restricted_sign_is_no_evidence():
    """At the horizon that is measured; if imposed before, only beside a scheme that is free."""
    later = signed((IMPORT, "yen", 12), (YEN, "monetary", 24), ("us10y", "monetary", 12))
    on_impact = signed(
        (IMPORT, "yen", 0), (CPI, "yen", 0), ("us10y", "monetary", 0), (JGB, "monetary", 0)
    )

    def restricted(one: StructuralVAR) -> set[str]:
        evidence = (claim_c1([one]), claim_c2([one]), claim_c6([one]))
        return {c.name for e in evidence for c in e.components if c.restricted}

    assert restricted(later) == {"import_price", "jgb_to_yen", "us10y_12", "differential"}
    assert restricted(on_impact) == {"us10y_0"}
    verdict = judge(claim_c1([later]))
    assert verdict.verdict == "no data"
    assert "imposed in 1 of 1 schemes" in verdict.left_out[0]
    beside = judge(claim_c1([later, on_impact]))
    assert [(f.component.name, f.schemes) for f in beside.findings] == [("cpi", 2)]


def test_rotations_are_not_taken_for_sampling_error():
    """Where signs identify a set, shares have no null band: draws differ in the rotation too."""
    one = signed((CPI, "yen", 0))
    assert one.set_identified
    assert not svar().set_identified
    shares = one.fevd(6)
    assert shares.null_draws.shape == (len(one.draws), 6, 6, 0)
    same(shares.draws, svar("full").fevd(6).draws)
    assert set(shares.tidy()["statistic"]) == {"fevd"}
    assert not any("null band" in note for note in shares.notes())
    figure, _ = shares.plot(response=JGB)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "Not above its null band" not in labels


def test_units_of_a_named_shock_are_those_of_its_variable():
    columns = {
        "fx": Column("fx", "Yen", "%", transform="100 x log difference", differenced=True),
        "jgb": Column("jgb", "Yield", "pp", response_unit="bp", response_scale=100),
    }
    rng = np.random.default_rng(0)
    index = pd.period_range("2000-01", periods=120, freq="M")
    frame = pd.DataFrame(rng.standard_normal((120, 2)), index, ["fx", "jgb"])
    fitted = VAR(1).fit(Panel.from_frame(frame, columns))
    irf = fitted.identify(NamedShocks((("rates", "jgb"),)), inference=BANDS).irf(2, size="unit")
    assert irf.point[0, 1, 0] == pytest.approx(100)
    assert irf.sizes["rates"] == "Rates shock: raises Yield by 100 bp on impact"
