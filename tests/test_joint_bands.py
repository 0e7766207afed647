"""Joint bands hold whole paths: sup-t to published critical values, between its two bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtri

from yenloop.errors import InvalidInferenceError, SpecError
from yenloop.estimation import delta
from yenloop.estimation.joint_bands import equal_tailed_levels, normal_levels, symmetric_levels
from yenloop.estimation.responses import impulse_responses
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.intervals.delta import DELTA
from yenloop.models.inference.intervals.hall import Hall
from yenloop.models.inference.intervals.percentile import PERCENTILE
from yenloop.models.inference.intervals.percentile_t import PercentileT
from yenloop.models.inference.intervals.protocol import Errors
from yenloop.models.inference.joint.bonferroni import Bonferroni
from yenloop.models.inference.joint.sidak import Sidak
from yenloop.models.inference.joint.sup_t import SupT
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.storage import load, save
from yenloop.models.var import VAR

NAMES = ["a", "b", "c"]


def critical(pointwise):
    """Normal critical value of a pointwise level."""
    return ndtri((1 + np.asarray(pointwise)) / 2)


@pytest.fixture(scope="module")
def reduced():
    rng = np.random.default_rng(11)
    mix = np.array([[1.0, 0, 0], [0.4, 0.8, 0], [-0.3, 0.5, 0.6]])
    e = rng.standard_normal((200, 3)) @ mix.T
    y = np.zeros_like(e)
    for t in range(1, 200):
        y[t] = 0.4 * y[t - 1] + 0.15 * y[t - 1, ::-1] + e[t]
    index = pd.period_range("1995-01", periods=200, freq="M")
    return VAR(2).fit(pd.DataFrame(y, index=index, columns=NAMES))


@pytest.fixture(scope="module")
def drawn(reduced):
    svar = reduced.identify(Cholesky(), inference=ResidualBootstrap(2000))
    return svar.irf(12, cumulative=False)


@pytest.fixture(scope="module")
def normal(reduced):
    svar = reduced.identify(Cholesky(), inference=DeltaMethod())
    return svar.irf(12, cumulative=False)


# -- Montiel Olea and Plagborg-Moeller's own example ---------------------------------------------


@pytest.fixture(scope="module")
def gertler_karadi(golden):
    """Responses of industrial production to the rate, h = 0, ..., 36, in 100 x log.

    Their covariance has Sigma with divisor T - 1 in the part from the coefficients, and fourth
    moments of the residuals in the part from Sigma; the VAR has divisor T.
    """
    frame = golden("gertler_karadi_2015").frame()
    names = ["logip", "logcpi", "gs1", "ebp"]
    index = pd.period_range("1979-07", periods=len(frame), freq="M")
    reduced = VAR(12, divisor="T").fit(frame[names].set_axis(index))
    residuals = reduced.residuals.to_numpy()
    covariance = delta.iid_covariance(np.kron(np.cov(residuals.T), reduced.gram_inverse), residuals)
    moved = delta.perturbed(
        reduced.lag_coefficients, reduced.deterministic, reduced.covariance, delta.root(covariance)
    )
    impact = Cholesky().impact(moved.covariance, moved.lags, names)
    draws = 100 * impulse_responses(moved.lags, impact, 36)[:, :, 0, 2]
    svar = reduced.identify(Cholesky(), inference=DeltaMethod(errors="iid"))
    return 100 * svar.irf(36, cumulative=False).point[:, 0, 2], draws, svar


@pytest.mark.golden
def test_published_responses_and_standard_errors(gertler_karadi):
    point, draws, svar = gertler_karadi
    error = DELTA.std_error(point, draws)
    published = {
        12: (-0.0700158791, 0.1203624247),
        24: (-0.3226430238, 0.1671181822),
        36: (-0.3405424050, 0.1733127723),
    }
    for h, (estimate, std_error) in published.items():
        assert point[h] == pytest.approx(estimate, abs=5e-11)
        assert error[h] == pytest.approx(std_error, abs=2e-9)
    ours = 100 * svar.irf(36, cumulative=False).std_error[:, 0, 2]
    np.testing.assert_allclose(ours[1:], error[1:], rtol=1.5e-3)  # T - 1 against T


@pytest.mark.golden
def test_published_critical_values(gertler_karadi):
    """1.822, 2.3905 and 2.662, each with a simulation error of 0.003; ours has one of 0.0015."""
    point, draws, _ = gertler_karadi
    error = DELTA.std_error(point, draws)
    assert error[0] == 0  # production does not react within the month: 36 responses are left
    factors = delta.directional_derivatives(draws)[:, 1:] / error[1:]
    levels = normal_levels(factors, points=2**18)
    for level, published in ((0.68, 1.822), (0.90, 2.3905), (0.95, 2.662)):
        found = critical(np.quantile(levels, level))
        assert found == pytest.approx(published, abs=0.0045)
        by_rule = critical(SupT().pointwise_level(DELTA, point, draws, level))
        assert by_rule == pytest.approx(published, abs=0.01)
        assert (
            critical(level) < found < critical(Sidak().pointwise_level(DELTA, point, draws, level))
        )


# -- known distributions -------------------------------------------------------------------------


def test_independent_errors_give_sidak_and_equal_ones_the_pointwise_value():
    n = 12
    independent = critical(np.quantile(normal_levels(np.eye(n)), 0.9))
    assert independent == pytest.approx(critical(0.9 ** (1 / n)), abs=0.01)
    equal = critical(np.quantile(normal_levels(np.ones((1, n))), 0.9))
    assert equal == pytest.approx(critical(0.9), abs=1e-3)
    opposite = np.ones((1, n)) * np.where(np.arange(n) % 2, 1, -1)
    assert critical(np.quantile(normal_levels(opposite), 0.9)) == pytest.approx(equal, abs=1e-6)
    assert (normal_levels(np.empty((3, 0))) == 0).all()


def test_simulation_has_a_fixed_stream():
    factors = np.random.default_rng(0).standard_normal((5, 8))
    factors /= np.sqrt((factors**2).sum(axis=0))
    np.testing.assert_array_equal(normal_levels(factors), normal_levels(factors))


def test_levels_of_whole_draws_by_counting():
    draws = np.random.default_rng(1).standard_normal((40, 3))
    ranks = draws.argsort(axis=0).argsort(axis=0)
    expected = 1 - 2 * np.minimum(ranks, 39 - ranks).min(axis=1) / 39
    np.testing.assert_allclose(equal_tailed_levels(draws), expected, rtol=1e-12)
    outer = np.abs(draws).argsort(axis=0).argsort(axis=0).max(axis=1) / 39
    np.testing.assert_allclose(symmetric_levels(draws), outer, rtol=1e-12)
    draws[5, 1] = np.nan  # this draw is held where its other elements are
    expected = 1 - 2 * np.minimum(ranks, 39 - ranks)[5, [0, 2]].min() / 39
    assert equal_tailed_levels(draws)[5] == pytest.approx(expected)
    assert (equal_tailed_levels(np.empty((7, 0))) == 0).all()


# -- the calibrated band -------------------------------------------------------------------------


@pytest.mark.parametrize("level", [0.5, 0.68, 0.9])
@pytest.mark.parametrize(
    "interval", [PERCENTILE, Hall(), PercentileT(), PercentileT(symmetric=True)]
)
def test_the_share_of_draws_held_whole_is_the_joint_level(drawn, interval, level):
    """Algorithm 3: the next narrower band would hold too few."""
    point, draws = drawn.point[:, 2, 0], drawn.draws[:, :, 2, 0]
    errors = Errors(
        drawn.std_error[:, 2, 0], np.broadcast_to(drawn.std_error[:, 2, 0], draws.shape)
    )
    # Hall's and studentised bounds hold the truth where the draws' errors are mirrored.
    mirrored = draws if interval.name == "percentile" else 2 * point - draws

    def held(pointwise):
        low, high = interval.bounds(point, draws, [pointwise], errors)[pointwise]
        return ((low - 1e-12 <= mirrored) & (mirrored <= high + 1e-12)).all(axis=1).mean()

    pointwise = SupT().pointwise_level(interval, point, draws, level, errors)
    assert level < pointwise < 1
    assert held(pointwise - 1e-6) < level <= held(pointwise + 1e-9) < level + 0.01


@pytest.mark.parametrize("kind", ["drawn", "normal"])
@pytest.mark.parametrize("path", [(0, 0), (2, 0), (0, 2), (2, 2)])
def test_critical_values_lie_between_pointwise_and_bonferroni(request, kind, path):
    irf = request.getfixturevalue(kind)
    point, draws = irf.point[(slice(None), *path)], irf.draws[(slice(None), slice(None), *path)]
    last = 0.0
    for level in (0.5, 0.68, 0.8, 0.9):
        found = [
            rule.pointwise_level(irf.interval, point, draws, level)
            for rule in (SupT(), Sidak(), Bonferroni())
        ]
        assert level <= found[0] <= found[1] + 0.002
        assert found[1] < found[2] < 1
        assert found[0] > last
        last = found[0]


def test_a_joint_band_holds_whole_paths_at_its_level_and_pointwise_bands_do_not():
    """VAR(1), T = 150, bias-corrected bootstrap, nominal 90%: 9 responses in 100 samples."""
    rng = np.random.default_rng(30)
    truth = impulse_responses(np.array([[[0.5, 0.2], [0.1, 0.4]]]), np.eye(2), 8)[:, 0, 1]
    index = pd.period_range("2000-01", periods=151, freq="M")
    whole = {"pointwise": 0, "joint": 0}
    for sample in range(100):
        y = np.zeros((201, 2))
        for t in range(1, 201):
            y[t] = y[t - 1] @ [[0.5, 0.1], [0.2, 0.4]] + rng.standard_normal(2)
        reduced = VAR(1).fit(pd.DataFrame(y[-151:], index=index, columns=["x", "y"]))
        svar = reduced.identify(Cholesky(), inference=BiasCorrectedBootstrap(500), rng=sample)
        irf = svar.irf(8, cumulative=False).select(shock="y", response="x")
        for kind, made in (("pointwise", irf), ("joint", irf.joint())):
            low, high = (bound[:, 0, 0] for bound in made.bands([0.9])[0.9])
            whole[kind] += ((low <= truth + 1e-12) & (truth - 1e-12 <= high)).all()
    assert 84 <= whole["joint"] <= 97
    assert whole["pointwise"] <= whole["joint"] - 5


# -- on responses --------------------------------------------------------------------------------


def test_a_joint_band_over_each_path_or_over_all_that_is_shown(drawn):
    over_paths, over_all = drawn.joint(), drawn.joint(over="shown")
    for level in (0.5, 0.68):
        low, high = drawn.bands([level])[level]
        path_low, path_high = over_paths.bands([level])[level]
        all_low, all_high = over_all.bands([level])[level]
        assert (path_low <= low + 1e-12).all()
        assert (path_high >= high - 1e-12).all()
        assert (all_high - all_low >= path_high - path_low - 1e-9)[1:].mean() > 0.9
    part = drawn.select(shock="b", response="c")
    np.testing.assert_array_equal(part.joint().bands()[0.9], part.joint(over="shown").bands()[0.9])
    np.testing.assert_array_equal(
        over_paths.select(shock="b", response="c").bands()[0.9], part.joint().bands()[0.9]
    )
    with pytest.raises(SpecError, match="over = 'all'"):
        drawn.joint(over="all")


def test_responses_without_variance_are_left_out(normal):
    """Production of zeros: the first response of c's shock on a is zero by assumption."""
    point, draws = normal.point[:, 0, 2], normal.draws[:, :, 0, 2]
    assert normal.std_error[0, 0, 2] == 0
    for rule in (SupT(), Sidak(), Bonferroni()):
        with_zero = rule.pointwise_level(DELTA, point, draws, 0.9)
        without = rule.pointwise_level(DELTA, point[1:], draws[:, 1:], 0.9)
        assert with_zero == pytest.approx(without, abs=1e-12)
    low, high = normal.joint().bands([0.9])[0.9]
    assert low[0, 0, 2] == high[0, 0, 2] == 0
    fixed = np.zeros(4), np.zeros((100, 4))
    assert SupT().pointwise_level(PERCENTILE, *fixed, 0.9) == 0.9
    assert Bonferroni().pointwise_level(PERCENTILE, *fixed, 0.9) == pytest.approx(0.9)


@pytest.mark.parametrize("kind", ["drawn", "normal"])
def test_a_joint_band_does_not_depend_on_units(request, kind):
    irf = request.getfixturevalue(kind)
    point, draws = irf.point[:, 1, 0], irf.draws[:, :, 1, 0]
    for rule in (SupT(), Sidak(), Bonferroni()):
        base = rule.pointwise_level(irf.interval, point, draws, 0.8)
        scaled = rule.pointwise_level(irf.interval, 100 * point, 100 * draws, 0.8)
        assert scaled == pytest.approx(base, abs=1e-9)


def test_every_interval_can_be_made_joint(reduced):
    for interval in (Hall(), PercentileT(), PercentileT(symmetric=True)):
        inference = ResidualBootstrap(1000, interval=interval)
        svar = reduced.identify(Cholesky(), inference=inference)
        irf = svar.irf(6, cumulative=False).select(shock="a")
        low, high = irf.bands([0.8])[0.8]
        joint_low, joint_high = irf.joint().bands([0.8])[0.8]
        assert (joint_high - joint_low >= high - low - 1e-12).all()
        assert (joint_high - joint_low)[1:].min() > 0


def test_what_a_joint_band_says_of_itself(drawn, tmp_path):
    joint = drawn.joint(Sidak())
    assert set(joint.tidy()["band"]) == {"residual_bootstrap, Sidak"}
    assert set(drawn.tidy()["band"]) == {"residual_bootstrap"}
    assert (
        "Joint bands (Sidak): a level is the coverage of each whole response path." in joint.notes()
    )
    assert "Plagborg" in drawn.joint().cite()
    assert "Plagborg" not in drawn.cite()
    assert "(90% joint band)" in str(joint.summary())
    np.testing.assert_array_equal(joint.std_error, drawn.std_error)
    again = load(save(joint, tmp_path / "joint.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), joint.tidy())


def test_draws_that_cannot_carry_the_tail_are_refused_with_the_number_needed(reduced, drawn):
    """12 responses at 90%: 0.4% in each tail of the pointwise interval, five draws beyond."""
    path = drawn.select(shock="c", response="a")
    with pytest.raises(SpecError, match=r"12 elements at 95%.*at 99.583%.*at least 2,400 draws"):
        path.joint(Bonferroni()).bands([0.95])
    assert path.joint(Bonferroni()).bands([0.9])
    few = reduced.identify(Cholesky(), inference=ResidualBootstrap(100)).irf(12, cumulative=False)
    with pytest.raises(SpecError, match="100 draws cannot carry"):
        few.joint(over="shown").bands([0.9])
    assert PERCENTILE.draws_needed(0.9) == 100
    assert PercentileT(symmetric=True).draws_needed(0.9) == 50
    assert DELTA.draws_needed(0.999) == 0


def test_rules_that_the_table_does_not_know_are_refused(drawn):
    class Unheard(SupT):
        @property
        def name(self):
            return "unheard_of"

    with pytest.raises(InvalidInferenceError, match="joint band unheard of.*no entry"):
        drawn.joint(Unheard())
