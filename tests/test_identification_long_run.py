"""Long-run and mixed restrictions hold in estimate and draws, and agree with the other schemes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import minimize

from yenloop.errors import (
    DrawError,
    IdentificationWarning,
    NearUnitRootWarning,
    NotIdentifiedError,
    NumericalError,
    SpecError,
)
from yenloop.estimation.long_run import long_run_multiplier
from yenloop.estimation.var_bootstrap import ReducedFormDraws
from yenloop.models.identification.ab import AB
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.identification.short_long_run import ShortLongRun
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]
MIX = np.array([[1.0, 0.4, -0.2], [0.3, 0.8, 0.1], [-0.5, 0.2, 0.9]])
SLOPE = np.array([[0.5, 0.1, 0.0], [0.0, 0.4, 0.2], [0.1, 0.0, 0.3]])

#: One shock with two zeros, one with one: solved shock by shock.
MIXED = ShortLongRun(short_run={"a": ["b"]}, long_run={"a": ["b", "c"]})


def simulate(impact: np.ndarray, periods: int, seed: int = 5) -> pd.DataFrame:
    e = np.random.default_rng(seed).standard_normal((periods, 3)) @ impact.T
    y = np.zeros_like(e)
    for t in range(1, periods):
        y[t] = SLOPE @ y[t - 1] + e[t]
    index = pd.period_range("1900-01", periods=periods, freq="M")
    return pd.DataFrame(y, index=index, columns=NAMES)


@pytest.fixture(scope="module")
def data():
    return simulate(MIX, 400)


@pytest.fixture(scope="module")
def reduced(data):
    return VAR(1).fit(data)


def effects(reduced, impact):
    return long_run_multiplier(reduced.lag_coefficients) @ impact


# -- Blanchard-Quah ------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [None, ["c", "a", "b"]])
def test_long_run_matrix_is_triangular_in_the_order(reduced, order):
    svar = reduced.identify(LongRun(order))
    assert_allclose(svar.impact @ svar.impact.T, reduced.covariance, rtol=0, atol=1e-14)
    found = effects(reduced, svar.impact)
    assert (np.diag(found) > 0).all()
    for response, shock in svar.scheme.imposed_long_run_zeros(NAMES):
        assert abs(found[NAMES.index(response), NAMES.index(shock)]) < 1e-12
    assert len(svar.scheme.imposed_long_run_zeros(NAMES)) == 3
    assert svar.scheme.imposed_zeros(NAMES) == frozenset()


def test_it_is_the_formula_of_blanchard_and_quah(reduced):
    multiplier = long_run_multiplier(reduced.lag_coefficients)
    triangular = np.linalg.cholesky(multiplier @ reduced.covariance @ multiplier.T)
    formula = np.linalg.solve(multiplier, triangular)
    assert_allclose(LongRun().impact(reduced.covariance, reduced.lag_coefficients, NAMES), formula)


def test_without_dynamics_the_long_run_is_the_impact():
    covariance = MIX @ MIX.T
    still = np.zeros((1, 3, 3))
    for order in (None, ["b", "c", "a"]):
        found = LongRun(order).impact(covariance, still, NAMES)
        assert_allclose(found, Cholesky(order).impact(covariance, still, NAMES), atol=1e-14)


def test_units_and_order_of_the_long_run_scheme(data, reduced):
    impact = reduced.identify(LongRun()).impact
    scale = np.array([100.0, 1.0, 1e-3])
    scaled = VAR(1).fit(data * scale).identify(LongRun()).impact
    assert_allclose(scaled / scale[:, None], impact, rtol=0, atol=1e-11)
    order = ["b", "c", "a"]
    moved = VAR(1).fit(data[order]).identify(LongRun(NAMES)).impact
    moved = pd.DataFrame(moved, index=order, columns=order).loc[NAMES, NAMES]
    assert_allclose(moved, impact, rtol=0, atol=1e-12)


def test_the_long_run_truth_is_found():
    multiplier = np.linalg.inv(np.eye(3) - SLOPE)
    lasting = np.array([[1.5, 0, 0], [0.4, 1.2, 0], [-0.6, 0.3, 1.0]])
    impact = np.linalg.solve(multiplier, lasting)
    found = VAR(1).fit(simulate(impact, 20_000)).identify(LongRun()).impact
    assert_allclose(found, impact, rtol=0, atol=0.05)


def test_every_draw_is_triangular_in_its_own_long_run(reduced):
    draws = reduced.identify(LongRun(), inference=ResidualBootstrap(200)).draws
    found = long_run_multiplier(draws.lags) @ draws.impact
    assert np.abs(found[:, [0, 0, 1], [1, 2, 2]]).max() < 1e-11
    assert (np.einsum("rii->ri", found) > 0).all()
    products = draws.impact @ draws.impact.transpose(0, 2, 1)
    assert_allclose(products, draws.covariance, rtol=0, atol=1e-12)


def test_a_large_multiplier_costs_no_digits():
    lags = np.array([[[0.999999, 0], [0.1, 0.5]]])
    covariance = np.array([[1.0, 0.3], [0.3, 2.0]])
    with pytest.warns(NearUnitRootWarning, match=r"1\.0000"):
        found = LongRun().impact(covariance, lags, ["a", "b"])
    assert_allclose(found @ found.T, covariance, rtol=0, atol=1e-14)
    lasting = long_run_multiplier(lags) @ found
    assert abs(lasting[0, 1]) < 1e-15 * lasting.max()


@pytest.mark.parametrize("root", [1.0, 1.02])
def test_a_var_without_a_long_run_is_refused(root):
    lags = np.array([np.diag([root, 0.5])])
    for scheme in (LongRun(), ShortLongRun(long_run={"a": ["b"]})):
        with pytest.raises(NotIdentifiedError, match="not stationary.*no long-run effects"):
            scheme.impact(np.eye(2), lags, ["a", "b"])
    found = ShortLongRun(short_run={"a": ["b"]}).impact(np.eye(2), lags, ["a", "b"])
    assert_allclose(found, np.eye(2), atol=1e-15)


def test_draws_beyond_the_unit_circle_count_as_failed(reduced, monkeypatch):
    import yenloop.estimation.var_bootstrap as kernel

    def some_explode(y, z, lags, deterministic, residuals, *, draws, **options):
        drawn = np.repeat(lags[None], draws, 0)
        drawn[:exploding, 0, 0, 0] = 1.5
        covariance = np.repeat(np.cov(residuals.T)[None], draws, 0)
        terms = np.repeat(deterministic[None], draws, 0)
        return ReducedFormDraws(drawn, terms, covariance, 0, 0)

    monkeypatch.setattr(kernel, "bootstrap_reduced_form", some_explode)
    for scheme in (LongRun(), MIXED):
        exploding = 4
        svar = reduced.identify(scheme, inference=ResidualBootstrap(100))
        assert svar.draws.failed == 4
        assert np.isfinite(svar.draws.impact).all()
        exploding = 6
        with pytest.raises(DrawError, match="failed in 6 of 100"):
            _ = reduced.identify(scheme, inference=ResidualBootstrap(100), rng=1).draws


# -- short and long run --------------------------------------------------------------------------


def test_mixed_restrictions_hold(reduced):
    svar = reduced.identify(MIXED, inference=ResidualBootstrap(200))
    assert_allclose(svar.impact @ svar.impact.T, reduced.covariance, rtol=0, atol=1e-14)
    assert svar.impact[0, 1] == 0
    assert np.abs(effects(reduced, svar.impact)[0, 1:]).max() < 1e-13
    assert (np.diag(svar.impact) > 0).all()
    assert svar.scheme.imposed_zeros(NAMES) == {("a", "b")}
    assert svar.scheme.imposed_long_run_zeros(NAMES) == {("a", "b"), ("a", "c")}
    draws = svar.draws
    assert (draws.impact[:, 0, 1] == 0).all()
    assert (np.einsum("rii->ri", draws.impact) > 0).all()
    lasting = long_run_multiplier(draws.lags) @ draws.impact
    assert np.abs(lasting[:, 0, 1:]).max() < 1e-11


def test_triangular_zeros_are_the_recursive_schemes(reduced):
    above = {"a": ["b", "c"], "b": ["c"]}
    short = reduced.identify(ShortLongRun(short_run=above)).impact
    assert_allclose(short, reduced.identify(Cholesky()).impact, rtol=0, atol=1e-13)
    long = reduced.identify(ShortLongRun(long_run=above)).impact
    other = reduced.identify(LongRun()).impact
    assert_allclose(long, other * np.sign(np.diag(other)), rtol=0, atol=1e-13)
    equations = reduced.identify(ShortLongRun(equations={"a": ["b", "c"], "b": "c"})).impact
    assert_allclose(equations, short, rtol=0, atol=1e-13)


ROUND = {"a": "b", "b": "c", "c": "a"}
BACK = {"a": "c", "b": "a", "c": "b"}


@pytest.mark.parametrize(
    ("zeros", "patterns"),
    [
        ({"short_run": ROUND}, {"b": BACK}),
        ({"equations": ROUND}, {"a": BACK}),
        ({"short_run": {"a": ["b", "c"], "b": ["c", "a"]}}, {"b": {"c": ["a", "b"]}}),
        ({"equations": {"a": ["b", "c"], "b": ["c", "a"]}}, {"a": {"c": ["a", "b"]}}),
    ],
)
@pytest.mark.filterwarnings("ignore::yenloop.errors.IdentificationWarning")
def test_zeros_in_one_matrix_are_an_ab_model(reduced, zeros, patterns):
    """Cycles of zeros, and over-identifying ones by maximum likelihood, draws included."""
    if zeros == {"equations": ROUND}:  # it has no solution for every covariance
        reduced = VAR(1).fit(simulate(np.linalg.inv([[1, 0, 0.5], [-0.4, 1, 0], [0, 0.3, 1]]), 400))
    ours, ab = (
        reduced.identify(scheme, inference=ResidualBootstrap(150))
        for scheme in (ShortLongRun(**zeros), AB(**patterns))
    )
    assert_allclose(ours.impact, ab.impact, rtol=0, atol=1e-9)
    assert_allclose(ours.draws.impact, ab.draws.impact, rtol=0, atol=1e-7)
    count = ours.scheme.overidentifying(NAMES)
    assert count == ab.scheme.overidentifying(NAMES)
    found = ours.structural_coefficients()
    assert found.df == count
    assert found.lr == pytest.approx(ab.structural_coefficients().lr, abs=1e-8)


def test_a_cycle_without_a_solution_is_refused_by_both_schemes(reduced):
    with pytest.raises(NumericalError, match="No impact matrix that satisfies"):
        reduced.identify(ShortLongRun(equations=ROUND))
    with pytest.raises(NumericalError, match="No A and B of this pattern reproduce"):
        reduced.identify(AB(a=BACK))


def test_over_identified_mixed_restrictions_are_most_likely(reduced):
    """The same maximum as a general constrained optimiser finds."""
    scheme = ShortLongRun(
        short_run={"a": ["b"]},
        long_run={"a": ["b", "c"]},
        equations={"b": {"a": 1, "c": -0.5}},
    )
    impact = reduced.identify(scheme).impact
    multiplier = long_run_multiplier(reduced.lag_coefficients)

    def loss(x):
        inverse = np.linalg.inv(x.reshape(3, 3))
        trace = np.trace(inverse @ reduced.covariance @ inverse.T)
        return -np.linalg.slogdet(inverse)[1] + trace / 2

    def restricted(x):
        p = x.reshape(3, 3)
        return [p[0, 1], *(multiplier @ p)[0, 1:], np.linalg.inv(p)[1] @ [1, 0, -0.5]]

    assert np.abs(restricted(impact.ravel())).max() < 1e-11
    start = impact.ravel() + 0.05 * np.random.default_rng(0).standard_normal(9)
    constraints = {"type": "eq", "fun": restricted}
    found = minimize(loss, start, method="SLSQP", constraints=constraints, options={"ftol": 1e-14})
    assert found.success
    assert loss(impact.ravel()) <= found.fun + 1e-10
    assert_allclose(impact, found.x.reshape(3, 3), rtol=0, atol=1e-5)


def test_long_run_restrictions_are_tested_by_bootstrap(reduced):
    """Their likelihood ratio is not chi-squared: no such p-value is shown."""
    scheme = ShortLongRun(short_run={"a": ["b", "c"]}, long_run={"a": ["b"], "b": ["c"]})
    svar = reduced.identify(scheme, inference=ResidualBootstrap(150))
    found = svar.structural_coefficients()
    assert found.df == 1
    assert np.isnan(found.p_value)
    assert "chi-squared" not in str(found.summary())
    test = scheme.overidentification(svar, draws=100)
    assert test.statistic == pytest.approx(found.lr, rel=1e-9)
    assert 0 < test.p_value <= 1


def test_units_and_order_of_mixed_restrictions(data, reduced):
    scheme = ShortLongRun(
        short_run={"a": ["b"]}, long_run={"a": ["b"]}, equations={"c": {"a": 1, "b": 1}}
    )
    impact = reduced.identify(scheme).impact
    scaled = VAR(1).fit(100 * data).identify(scheme).impact
    assert_allclose(scaled / 100, impact, rtol=0, atol=1e-11)
    order = ["c", "a", "b"]
    moved = VAR(1).fit(data[order]).identify(scheme).impact
    moved = pd.DataFrame(moved, index=order, columns=order).loc[NAMES, NAMES]
    assert_allclose(moved, impact, rtol=0, atol=1e-12)


def test_three_ways_to_write_zeros(reduced):
    pattern = pd.DataFrame(np.nan, index=NAMES, columns=NAMES)
    pattern.loc["a", "b"] = 0
    lasting = {"a": ["b", "c"]}
    impact = reduced.identify(MIXED).impact
    for short in (pattern.loc[::-1], pattern.to_numpy(), [("a", "b")]):
        same = ShortLongRun(short_run=short, long_run=lasting)
        assert_allclose(reduced.identify(same).impact, impact, rtol=0, atol=1e-15)
    assert ShortLongRun(short_run=[("a", "b")], long_run=lasting) == MIXED


def test_the_mixed_truth_is_found():
    multiplier = np.linalg.inv(np.eye(3) - SLOPE)
    factor = np.linalg.cholesky(MIX @ MIX.T)
    truth = MIXED.impact(MIX @ MIX.T, SLOPE[None], NAMES)
    assert np.abs((multiplier @ truth)[0, 1:]).max() < 1e-13
    assert np.abs(truth - factor).max() > 0.1
    found = VAR(1).fit(simulate(truth, 20_000)).identify(MIXED).impact
    assert_allclose(found, truth, rtol=0, atol=0.05)


@pytest.mark.parametrize(
    ("scheme", "error", "fault"),
    [
        (ShortLongRun(short_run={"a": ["b", "c"]}), NotIdentifiedError, "2 short- .* which need 3"),
        (ShortLongRun(), NotIdentifiedError, "0 short-"),
        (
            ShortLongRun(short_run={"a": ["a", "b", "c"]}),
            NumericalError,
            "No impact matrix",
        ),
        (
            ShortLongRun(short_run={"a": ["a", "b"], "b": ["b"]}),
            NotIdentifiedError,
            "keep the shock of a from moving its own variable",
        ),
        (ShortLongRun(short_run={"a": ["x"]}), SpecError, "short_run names x"),
        (ShortLongRun(equations={"a": {"x": 1}}), SpecError, "names x, not in the VAR"),
    ],
)
def test_restrictions_that_do_not_identify_are_refused(reduced, scheme, error, fault):
    with pytest.raises(error, match=fault):
        reduced.identify(scheme)


def test_wrong_ways_to_write_zeros_are_refused():
    with pytest.raises(SpecError, match="short_run holds 1"):
        ShortLongRun(short_run=np.eye(3))


def test_several_solutions_are_announced(reduced):
    with pytest.warns(IdentificationWarning, match="2 impact matrices"):
        reduced.identify(ShortLongRun(short_run=ROUND))


@pytest.mark.parametrize("scheme", [LongRun(), MIXED])
def test_bands(reduced, scheme):
    svar = reduced.identify(scheme, inference=ResidualBootstrap(150))
    irf = svar.irf(6)
    for low, high in irf.bands().values():
        assert np.isfinite(low).all()
        assert (low <= high).all()
    found = svar.structural_coefficients()
    assert_allclose(found.a.to_numpy() @ svar.impact, found.b, rtol=0, atol=1e-12)
    assert np.isfinite(found.b_std_errors.to_numpy()[np.eye(3, dtype=bool)]).all()
    assert "long" in str(found.summary())


def test_a_response_at_the_boundary_is_named_where_a_root_is_near_one() -> None:
    """The economy of the audit whose spread is almost wholly explained by its own shock."""
    rng = np.random.default_rng(2)
    lags = np.array(
        [
            [[0.085, 0.167, 0.61], [-0.44, 0.73, 1.92], [-0.0077, 0.0077, 1.16]],
            [[0.167, -0.153, -0.79], [0.065, -0.116, -2.17], [0.0052, -0.0028, -0.192]],
        ]
    )
    impact = np.array([[2.20, 0, 0], [1.80, 1.47, 0], [0.075, 0.037, 0.168]])
    y = np.zeros((500, 3))
    for t in range(2, 500):
        y[t] = lags[0] @ y[t - 1] + lags[1] @ y[t - 2] + impact @ rng.standard_normal(3)
    months = pd.period_range("1990-01", periods=300, freq="M")
    data = pd.DataFrame(y[200:], months, ["yen", "price", "spread"])
    notes = VAR(2).fit(data).identify(LongRun(), rng=1).irf(4).notes()
    said = [note for note in notes if "long-run restrictions put the band" in note]
    assert len(said) == 1
    assert "'spread' explains 95%" in said[0]
    recursive = VAR(2).fit(data).identify(Cholesky(), rng=1).irf(4).notes()
    assert not any("put the band" in note for note in recursive)
