"""SVEC and long-run effects: zeros hold, counts are checked, known shocks are found."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from yenloop.data.panel import Column, Panel
from yenloop.errors import IdentificationWarning, NotIdentifiedError, SpecError
from yenloop.estimation.granger_representation import permanent_effects
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.identification.long_run import LongRun
from yenloop.models.identification.svec import SVEC, permanent_transitory
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

NAMES = ["a", "b", "c", "d"]

#: Two relations among four variables: two permanent and two transitory shocks.
ALPHA = np.array([[-0.3, 0.0], [0.1, -0.2], [0.1, 0.2], [0.0, 0.1]])
BETA = np.array([[1.0, 0.0], [0.0, 1.0], [-0.5, 0.4], [-0.6, -0.8]])
LAGS = np.stack([np.eye(4) + ALPHA @ BETA.T + 0.2 * np.eye(4), -0.2 * np.eye(4)])


def pattern():
    """Permanent c and d, recursive in the long run; transitory a and b, recursive on impact."""
    return permanent_transitory(["c", "d"], ["a", "b"])


def levels(nobs, impact, seed=0):
    rng = np.random.default_rng(seed)
    y = np.zeros((nobs + 100, 4))
    for t in range(2, len(y)):
        e = impact @ rng.standard_normal(4)
        y[t] = y[t - 1] + ALPHA @ (BETA.T @ y[t - 1]) + 0.2 * (y[t - 1] - y[t - 2]) + e
    index = pd.period_range("1980-01", periods=nobs, freq="M")
    return pd.DataFrame(y[100:], index=index, columns=NAMES)


@pytest.fixture(scope="module")
def truth():
    """The impact matrix that the pattern gives for a known covariance and known lags."""
    mix = np.array([[1, 0.2, 0.3, 0.1], [0, 0.8, -0.2, 0.3], [0.1, 0, 1, 0], [0.2, 0.1, 0.4, 0.7]])
    return pattern().impact(mix @ mix.T, LAGS, NAMES)


@pytest.fixture(scope="module")
def vecm(truth):
    return VECM(1, 2).fit(levels(300, truth))


@pytest.fixture(scope="module")
def svar(vecm):
    return vecm.identify(pattern(), inference=ResidualBootstrap(200))


def effects_of(reduced):
    scale = np.sqrt(np.diag(reduced.covariance))
    return permanent_effects(reduced.lag_coefficients, scale, reduced.rank)


def test_the_permanent_effects_are_the_limit_of_the_responses(vecm):
    effects = effects_of(vecm)
    svar = vecm.identify(Cholesky(), inference=ResidualBootstrap(100))
    np.testing.assert_allclose(effects @ svar.impact, svar.irf(600).point[-1], atol=1e-8)
    np.testing.assert_allclose(vecm.pi @ effects, 0, atol=1e-10)
    np.testing.assert_allclose(effects @ vecm.alpha, 0, atol=1e-10)
    assert np.linalg.matrix_rank(effects, tol=1e-8) == 2


def test_zeros_hold_and_shocks_exhaust_the_covariance(vecm, svar):
    scheme = svar.scheme
    np.testing.assert_allclose(svar.impact @ svar.impact.T, vecm.covariance, rtol=0, atol=1e-10)
    in_the_end = effects_of(vecm) @ svar.impact
    for response, shock in scheme.imposed_long_run_zeros(NAMES):
        assert abs(in_the_end[NAMES.index(response), NAMES.index(shock)]) < 1e-10
    assert scheme.imposed_zeros(NAMES) == {("a", "b")}
    assert svar.impact[0, 1] == 0
    assert (np.diag(svar.impact) > 0).all()
    assert len(scheme.imposed_long_run_zeros(NAMES)) == 9


def test_many_reduced_forms_are_identified_like_each(vecm, svar):
    draws = svar.draws
    for r in (0, 7, 199):
        one = svar.scheme.impact(draws.covariance[r], draws.lags[r], NAMES)
        np.testing.assert_allclose(draws.impact[r], one, atol=1e-9)
    products = draws.impact @ draws.impact.transpose(0, 2, 1)
    np.testing.assert_allclose(products, draws.covariance, atol=1e-10)


def test_known_shocks_are_found(truth):
    vecm = VECM(1, 2).fit(levels(6000, truth, seed=2))
    svar = vecm.identify(pattern())
    np.testing.assert_allclose(svar.impact, truth, atol=0.12)


def test_short_run_zeros_alone_are_cholesky(vecm):
    zeros = [(r, s) for i, r in enumerate(NAMES) for s in NAMES[i + 1 :]]
    found = vecm.identify(SVEC(short_run=zeros)).impact
    np.testing.assert_allclose(found, vecm.identify(Cholesky()).impact, atol=1e-12)


def test_without_relations_it_is_blanchard_and_quah(truth):
    data = levels(300, truth)
    zeros = [(r, s) for i, r in enumerate(NAMES) for s in NAMES[i + 1 :]]
    scheme = SVEC(long_run=zeros, positive="long_run")
    few = ResidualBootstrap(100)
    found = VECM(1, 0).fit(data).identify(scheme, inference=few)
    changes = VAR(1).fit(data.diff().iloc[1:]).identify(LongRun(), inference=few)
    np.testing.assert_allclose(found.impact, changes.impact, atol=1e-9)
    effects = changes.long_run_effects(cumulative=True)
    np.testing.assert_allclose(found.long_run_effects().point, effects.point, atol=1e-8)


def test_a_pattern_that_is_not_recursive_is_solved_too(vecm):
    # Restrictions 2, 2, 1 and 1 on the shocks: no order solves them one after the other.
    lasting = [("c", "a"), ("d", "a"), ("d", "c")]
    within = [("a", "b"), ("c", "b"), ("b", "d")]
    scheme = SVEC(lasting, within)
    with pytest.warns(IdentificationWarning, match="matrices satisfy the zeros equally well"):
        impact = scheme.impact(vecm.covariance, vecm.lag_coefficients, NAMES)
    np.testing.assert_allclose(impact @ impact.T, vecm.covariance, rtol=0, atol=1e-10)
    in_the_end = effects_of(vecm) @ impact
    for response, shock in lasting:
        assert abs(in_the_end[NAMES.index(response), NAMES.index(shock)]) < 1e-9
    for response, shock in within:
        assert impact[NAMES.index(response), NAMES.index(shock)] == 0
    # A neighbouring reduced form has a neighbouring solution, whichever there are beside it.
    near = scheme.impact_near(impact, 1.01 * vecm.covariance, vecm.lag_coefficients, NAMES)
    np.testing.assert_allclose(near, np.sqrt(1.01) * impact, atol=1e-9)


def test_true_over_identifying_zeros_are_accepted_and_false_ones_rejected(truth):
    base = pattern()
    true = SVEC(base.long_run, [("a", "b"), ("b", "c")])
    impact = true.impact(truth @ truth.T, LAGS, NAMES)
    assert impact[1, 2] == 0
    vecm = VECM(1, 2).fit(levels(2000, impact, seed=6))
    svar = vecm.identify(true)
    test = true.overidentification(svar, draws=199)
    assert test.df == (1,)
    assert test.p_value > 0.05
    # The long-run matrix is estimated: chi-squared takes its sampling error for a violation.
    known = true.overidentification(svar, draws=0)
    assert svar.structural_coefficients().df == true.overidentifying(svar.reduced) > 0
    assert known.statistic == test.statistic
    assert known.p_value == pytest.approx(chi2.sf(test.statistic, 1))
    assert known.p_value < test.p_value
    gap = svar.impact @ svar.impact.T - vecm.covariance
    assert 1e-6 < np.abs(gap).max() < 0.1
    false = SVEC(base.long_run, [("a", "b"), ("d", "c")])
    assert false.overidentification(vecm.identify(false), draws=199).p_value == 1 / 200
    with pytest.raises(NotIdentifiedError, match="no restriction is left to test"):
        base.overidentification(vecm.identify(base))


@settings(max_examples=15, deadline=None)
@given(powers=st.lists(st.integers(-3, 4), min_size=4, max_size=4))
def test_units_do_not_matter(vecm, svar, powers):
    factor = 10.0 ** np.array(powers)
    scaled = vecm.lag_coefficients * factor[:, None] / factor
    covariance = vecm.covariance * np.outer(factor, factor)
    found = svar.scheme.impact(covariance, scaled, NAMES)
    np.testing.assert_allclose(found / factor[:, None], svar.impact, atol=1e-9)


def test_order_of_the_variables_does_not_matter(truth, svar):
    order = ["d", "b", "a", "c"]
    moved = VECM(1, 2, normalise=["a", "b"]).fit(levels(300, truth)[order]).identify(pattern())
    found = pd.DataFrame(moved.impact, order, order).loc[NAMES, NAMES]
    np.testing.assert_allclose(found, svar.impact, atol=1e-9)


def test_signs_by_the_long_run(vecm):
    now, later = (
        SVEC(pattern().long_run, pattern().short_run, positive=p) for p in ("impact", "long_run")
    )
    first, second = vecm.identify(now).impact, vecm.identify(later).impact
    np.testing.assert_allclose(np.abs(first), np.abs(second), atol=1e-12)
    in_the_end = effects_of(vecm) @ second
    assert in_the_end[2, 2] > 0
    assert in_the_end[3, 3] > 0
    assert second[0, 0] > 0
    assert "signs by own long-run effects" in later.describe(NAMES, vecm.columns)


def zeros_of(*pairs):
    return [tuple(pair) for pair in pairs]


@pytest.mark.parametrize(
    ("long_run", "short_run", "fault"),
    [
        ([], [], "0 independent restrictions"),
        # Four zeros on a transitory shock count for K - r = 2.
        (
            ["aa", "ba", "ca", "da"],
            ["ab"],
            r"3 independent restrictions \(5 zeros.*count for 2 at most.*need 6",
        ),
        (
            ["ca", "da", "cb", "db", "cc", "dc"],
            [],
            "3 shocks .a, b, c. have no long-run effect; with 2",
        ),
        # Enough zeros, but none that tells the two transitory shocks apart.
        (["ca", "da", "cb", "db", "cd", "dc"], [], "1 rotations of the shocks free"),
    ],
)
def test_patterns_that_do_not_identify_are_refused_with_the_counts(
    vecm, long_run, short_run, fault
):
    scheme = SVEC(zeros_of(*long_run), zeros_of(*short_run))
    with pytest.raises(NotIdentifiedError, match=fault):
        vecm.identify(scheme)


def test_a_shock_that_cannot_move_its_own_variable_is_refused(vecm):
    base = pattern()
    with pytest.raises(NotIdentifiedError, match="keep the shock of b from moving"):
        vecm.identify(SVEC(base.long_run, [("b", "b")]))


def test_names_and_signs_are_checked(vecm):
    with pytest.raises(SpecError, match="x, which is not in the VAR"):
        vecm.identify(SVEC([("x", "a")]))
    with pytest.raises(SpecError, match="positive = 'up'"):
        SVEC(positive="up")
    with pytest.raises(SpecError, match="named twice"):
        permanent_transitory(["a", "b"], ["b"])


def test_a_var_without_unit_roots_is_refused(truth):
    data = levels(300, truth)
    with pytest.raises(NotIdentifiedError, match="fixed number of unit roots"):
        VAR(2).fit(data).identify(pattern())
    with pytest.raises(NotIdentifiedError, match="fixed number of unit roots"):
        VECM(1, 4).fit(data).identify(pattern())


def test_a_sign_without_substance_is_said(truth):
    faint = truth * [0.02, 1.0, 1.0, 1.0]
    with pytest.warns(IdentificationWarning, match="shock of a moves its own variable by 0.02"):
        found = pattern().impact(faint @ faint.T, LAGS, NAMES)
    np.testing.assert_allclose(found, faint, atol=1e-9)


def test_long_run_effects_have_bands_labels_and_words(svar):
    effects = svar.long_run_effects(size={"c": 2.0})
    assert effects.matrix.loc["a", "a"] == 0
    assert (effects.draws[:, :, :2] == 0).all()
    low, high = effects.bands([0.90])[0.90]
    lasting = effects.point[:, 2:]
    assert ((low[:, 2:] <= lasting) & (lasting <= high[:, 2:])).mean() > 0.8
    tidy = effects.tidy()
    assert set(tidy["statistic"]) == {"long_run_effect"}
    assert np.isinf(tidy["horizon"]).all()
    assert len(tidy) == 4 * 4 * 2
    irf = svar.irf(400, size={"c": 2.0})
    np.testing.assert_allclose(irf.point[-1], effects.point, atol=1e-6)
    text = str(effects.summary())
    assert "Granger's representation" in text
    assert "Shock to c of +2 unit on impact" in text
    assert "does not move any variable in the long run" in text
    assert effects.masked == 0
    assert "Johansen" in effects.cite()
    assert np.isfinite(effects.std_errors.to_numpy()).all()


def test_long_run_effects_of_changes_are_sums_of_responses(truth):
    frame = levels(300, truth).diff().iloc[1:]
    described = {
        n: Column(
            id=n, label=n, unit="pp", differenced=n in "ab", response_scale=100, response_unit="bp"
        )
        for n in NAMES
    }
    var = VAR(1).fit(Panel.from_frame(frame, described))
    svar = var.identify(Cholesky(), inference=ResidualBootstrap(100))
    effects = svar.long_run_effects()
    assert effects.names == ("a", "b")
    assert effects.cumulated
    far = svar.irf(200, cumulative=True)
    np.testing.assert_allclose(effects.point, far.point[-1, :2], rtol=1e-6)
    np.testing.assert_allclose(effects.draws, far.draws[:, -1, :2], rtol=1e-4, atol=1e-4)
    assert set(effects.tidy()["unit"]) == {"bp"}
    assert svar.long_run_effects(cumulative=True).names == tuple(NAMES)


def test_effects_without_a_limit_are_refused(vecm, svar, truth):
    with pytest.raises(SpecError, match="do not add up"):
        svar.long_run_effects(cumulative=True)
    still = VAR(1).fit(levels(300, truth).diff().iloc[1:]).identify(Cholesky())
    with pytest.raises(SpecError, match="None of the variables is a change"):
        still.long_run_effects()
    rng = np.random.default_rng(0)
    growing = np.exp(0.03 * np.arange(200))[:, None] + 0.1 * rng.standard_normal((200, 2))
    index = pd.period_range("1990-01", periods=200, freq="M")
    explosive = VAR(1, trend="n").fit(pd.DataFrame(growing, index, ["a", "b"]))
    assert not explosive.is_stable
    with pytest.raises(NotIdentifiedError, match="no limit"):
        explosive.identify(Cholesky()).long_run_effects(cumulative=True)


def test_the_delta_method_gives_bands_of_the_long_run(vecm):
    effects = vecm.identify(pattern(), inference=DeltaMethod()).long_run_effects()
    drawn = vecm.identify(pattern(), inference=ResidualBootstrap(400)).long_run_effects()
    used = drawn.point != 0
    ratio = effects.std_errors.to_numpy()[used] / drawn.std_errors.to_numpy()[used]
    assert ((ratio > 0.4) & (ratio < 1.5)).all()
    bounds = effects.bands([0.68, 0.90, 0.95])
    for inner, outer in pairwise([0.68, 0.90, 0.95]):
        assert (bounds[outer][1] >= bounds[inner][1] - 1e-12).all()
