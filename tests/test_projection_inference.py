"""Errors, joint bands and tests of local projections: definitions, collapse, coverage."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f, norm, t

from yenloop.errors import InvalidInferenceError, SpecError
from yenloop.estimation.joint_bands import normal_levels
from yenloop.estimation.least_squares import lagged
from yenloop.estimation.long_run_covariance import (
    bartlett_root,
    bartlett_variances,
    cosine_count,
    cosine_root,
)
from yenloop.estimation.projection_bias import correct_bias, without_bias
from yenloop.estimation.projections import project
from yenloop.estimation.student_levels import student_levels
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.bias_corrected_bootstrap import BiasCorrectedBootstrap
from yenloop.models.inference.block_bootstrap import BlockBootstrap
from yenloop.models.inference.intervals.delta import DELTA
from yenloop.models.inference.intervals.percentile_t import PercentileT
from yenloop.models.inference.joint.bonferroni import Bonferroni
from yenloop.models.inference.joint.sidak import Sidak
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.inference.wild_bootstrap import WildBootstrap
from yenloop.models.projection_errors import (
    EqualWeightedCosines,
    LagAugmented,
    NeweyWest,
)
from yenloop.models.projection_shocks import ReducedFormInnovations
from yenloop.models.projections import LocalProjections
from yenloop.models.storage import load
from yenloop.models.student_interval import Student
from yenloop.models.var import VAR

sys.path.append(str(Path(__file__).resolve().parents[1]))  # the audit is not installed

import audit.projections as audit
from audit.cells import SUP_T, Cell
from audit.economies import ECONOMIES
from audit.report import as_page

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "projections.py")))

NAMES = ["a", "b", "c"]
IMPACT = np.array([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [-0.3, 0.4, 1.2]])
PERSISTENCE = np.array([[0.7, 0.1, 0.0], [0.2, 0.5, 0.1], [-0.1, 0.1, 0.4]])


def simulated(periods, seed, lags=PERSISTENCE):
    rng = np.random.default_rng(seed)
    y = np.zeros((periods + 101, len(lags)))
    impact = IMPACT[: len(lags), : len(lags)]
    for time in range(1, len(y)):
        y[time] = lags @ y[time - 1] + impact @ rng.standard_normal(len(lags))
    return y[100:]


def labelled(y):
    index = pd.period_range("2000-01", periods=len(y), freq="M")
    return pd.DataFrame(y, index=index, columns=NAMES[: y.shape[1]])


@pytest.fixture(scope="module")
def data():
    return labelled(simulated(199, seed=4))


def responses(data, errors=None, *, horizon=8, size="unit", **options):
    spec = LocalProjections(2, errors=errors or LagAugmented(), **options)
    return spec.fit(data).irf(horizon=horizon, scheme=Cholesky(), size=size)


# -- long-run covariances -------------------------------------------------------------------------


@pytest.mark.parametrize("lags", [0, 1, 7, 30])
def test_moving_sums_are_the_bartlett_kernel(lags):
    scores = np.random.default_rng(1).standard_normal((90, 4)).cumsum(axis=0)
    root = bartlett_root(scores, lags)
    expected = twin.bartlett(scores, lags)
    assert root.shape == (90 + lags, 4)
    np.testing.assert_allclose(root.T @ root, expected, rtol=1e-11, atol=1e-9)
    grouped = np.stack([scores, scores[::-1]], axis=1)
    found = bartlett_variances(grouped, np.array([lags, 3]))
    np.testing.assert_allclose(found[0], np.diag(expected), rtol=1e-11)
    np.testing.assert_allclose(found[1], np.diag(twin.bartlett(scores[::-1], 3)), rtol=1e-11)


@pytest.mark.parametrize("count", [1, 5, 16])
def test_cosines_are_the_published_estimator(count):
    scores = np.random.default_rng(2).standard_normal((75, 3))
    root = cosine_root(scores, count)
    np.testing.assert_allclose(root.T @ root, twin.cosines(scores, count), rtol=1e-11)
    assert [cosine_count(n) for n in (238, 258, 1)] == [15, 16, 1]
    # Scores beyond the estimate's own periods, of a scale estimated in more of them, go on.
    longer = np.vstack([scores, np.zeros((5, 3))])
    np.testing.assert_allclose(cosine_root(longer, count, rows=75), root, rtol=1e-12)


def test_without_autocovariances_errors_are_those_of_white(data):
    y = data.to_numpy()
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    x = np.column_stack([controls, y[2:, :2]])[:-3]
    inverse = np.linalg.inv(x.T @ x)
    residuals = y[5:] - x @ inverse @ x.T @ y[5:]
    hc0 = np.sqrt((((x @ inverse)[:, -1:] * residuals) ** 2).sum(axis=0))
    hc1 = hc0 * np.sqrt(len(x) / (len(x) - x.shape[1]))
    for errors, expected in (
        (NeweyWest(0, small_sample=False), hc0),
        (NeweyWest(0), hc1),
        (LagAugmented(), hc1),
    ):
        found = responses(data, errors).select(shock="b").std_error[3, :, 0]
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("lags", [4, "horizon"])
def test_newey_west_is_that_of_statsmodels(data, lags):
    from statsmodels.api import OLS

    irf = responses(data, NeweyWest(lags, small_sample=False), horizon=6)
    y = data.to_numpy()
    x = np.column_stack([np.ones(198), y[2:], lagged(y, 2)])
    for h in (0, 1, 6):
        used = {"maxlags": h if lags == "horizon" else lags, "use_correction": False}
        fit = OLS(y[2 + h :, 1], x[: 198 - h, [0, 1, *range(4, 10)]])
        found = fit.fit(cov_type="HAC", cov_kwds=used)
        assert irf.point[h, 1, 0] == pytest.approx(found.params[1], rel=1e-10)
        assert irf.std_error[h, 1, 0] == pytest.approx(found.bse[1], rel=1e-8)


def test_local_projections_are_those_of_statsmodels(data):
    from statsmodels.tsa.api import LocalProjections as Peer

    irf = responses(data, NeweyWest(5, small_sample=False), sample="common")
    found = Peer(data, shock_idx=0, lags=2, horizons=8, nw_lags=5).fit()
    np.testing.assert_allclose(irf.point[..., 0], found.irfs[..., 0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(irf.std_error[1:, :, 0], found.stderr[1:, :, 0], rtol=1e-8)


def test_cosine_intervals_are_students(data):
    irf = responses(data, EqualWeightedCosines(7))
    assert irf.interval == Student((7,) * 9)
    high = irf.bands([0.9])[0.9][1]
    np.testing.assert_allclose(high - irf.point, t.ppf(0.95, 7) * irf.std_error, rtol=1e-12)
    assert "Student's t with 7 degrees" in " ".join(irf.notes())
    by_rule = responses(data, EqualWeightedCosines(), horizon=20)
    assert by_rule.interval.degrees[0] == 14
    assert by_rule.interval.degrees[-1] == 13
    assert "13 to 14 degrees of freedom" in by_rule.facts["bands"]


def test_each_rule_says_what_it_is(data):
    words = {rule: responses(data, rule).notes() for rule in (LagAugmented(), NeweyWest())}
    augmented, bartlett = (" ".join(notes) for notes in words.values())
    assert "lag augmentation, heteroskedasticity-robust errors (HC1, factor T" in augmented
    assert "normal critical values. The size of the shock is fixed" in augmented
    assert "not for shocks summed over the horizon" in augmented
    assert "Bartlett, as many lags as the horizon, factor T / (T - k)), normal" in bartlett
    assert "cover too little" in bartlett
    tidy = responses(data, NeweyWest(3)).tidy()
    assert set(tidy["band"]) == {"Newey-West"}


# -- the joint covariance -------------------------------------------------------------------------


def test_the_joint_covariance_is_that_of_stacked_scores(data):
    irf = responses(data, horizon=4)
    y = data.to_numpy()
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    options = {"alone": False, "cumulated": np.zeros(3, bool), "common": False}
    _, influence = twin.project(y[2:], controls, [0, 1, 2], [0, 1, 2], 4, **options)
    influence[:, 0][:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]] = 0  # fixed within the period
    stacked = influence.reshape(198, -1)
    np.testing.assert_allclose(irf.covariance, stacked.T @ stacked, rtol=0, atol=1e-10)
    np.testing.assert_allclose(np.sqrt(np.diag(irf.covariance)), irf.std_error.ravel(), atol=1e-12)


@pytest.mark.parametrize("errors", [NeweyWest(), NeweyWest(6), EqualWeightedCosines()])
def test_joint_covariances_keep_the_errors_of_each_horizon(data, errors):
    irf = responses(data, errors)
    covariance = irf.covariance
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), irf.std_error.ravel(), atol=1e-12)
    assert np.linalg.eigvalsh(covariance).min() > -1e-12
    # Neighbouring horizons share most of their errors, whatever their lags.
    place = [h * 9 + 3 for h in (6, 7)]  # the response of b to a
    part = covariance[np.ix_(place, place)]
    assert part[0, 1] / np.sqrt(part[0, 0] * part[1, 1]) > 0.6


def test_covariances_between_horizons_are_right_in_simulation():
    points, covariances = [], []
    for seed in range(300):
        irf = responses(labelled(simulated(150, seed=seed)), horizon=6).select(
            shock="a", response="b"
        )
        points.append(irf.point.ravel())
        covariances.append(irf.covariance)
    spread = np.cov(np.array(points)[:, 1:].T)
    mean = np.mean(covariances, axis=0)[1:, 1:]
    scale = np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    assert np.abs(mean / scale - spread / scale).max() < 0.2


def test_student_levels_know_the_uncertainty_of_variances():
    one = student_levels(np.ones((1, 1)), np.array([5]))
    np.testing.assert_allclose(np.quantile(one, [0.1, 0.5, 0.9]), [0.1, 0.5, 0.9], atol=0.015)
    assert not student_levels(np.empty((3, 0)), np.empty(0, dtype=int)).any()
    factors = np.eye(4)
    many = np.quantile(student_levels(factors, np.full(4, 2000), 4096), 0.9)
    assert many == pytest.approx(np.quantile(normal_levels(factors), 0.9), abs=0.006)
    # Independent elements: the level is between the joint one and Bonferroni's.
    few = np.quantile(student_levels(factors, np.full(4, 6)), 0.9)
    assert 0.9 < few < 1 - 0.1 / 4
    assert few == pytest.approx(0.9**0.25, abs=0.003)


@pytest.mark.parametrize("errors", [LagAugmented(), NeweyWest(), EqualWeightedCosines()])
def test_joint_bands_lie_between_pointwise_and_bonferroni(data, errors):
    irf = responses(data, errors, size="1sd").select(shock="a", response="b")
    width = {
        name: np.diff(one.bands([0.9])[0.9], axis=0)[0]
        for name, one in (
            ("pointwise", irf),
            ("sup-t", irf.joint()),
            ("sidak", irf.joint(Sidak())),
            ("bonferroni", irf.joint(Bonferroni())),
        )
    }
    assert (width["pointwise"] < width["sup-t"]).all()
    assert (width["sup-t"] < 1.002 * width["sidak"]).all()
    assert (width["sidak"] < width["bonferroni"]).all()
    assert "sup-t" in irf.joint().tidy()["band"].iloc[0]


def test_responses_fixed_by_the_size_take_no_part_in_joint_bands(data):
    irf = responses(data).select(shock="a", response="a").joint()
    low, high = irf.bands([0.9])[0.9]
    assert low[0, 0, 0] == high[0, 0, 0] == 1


# -- tests of paths -------------------------------------------------------------------------------


def test_one_restriction_is_the_square_of_t(data):
    irf = responses(data, horizon=4)
    found = irf.wald("b", shock="a", horizons=[3])
    ratio = irf.point[3, 1, 0] / irf.std_error[3, 1, 0]
    df = irf.observations[3] - 10  # regressors of the shock with the most
    assert found.df == (1, df)
    assert found.statistic == pytest.approx(ratio**2, rel=1e-9)
    assert found.p_value == pytest.approx(2 * t.sf(abs(ratio), df), rel=1e-7)
    shifted = irf.wald("b", shock="a", horizons=[3], value=irf.point[3, 1, 0])
    assert shifted.p_value == pytest.approx(1)


def test_whole_paths_are_tested_with_the_joint_covariance(data):
    irf = responses(data, horizon=6)
    found = irf.wald(["b", "c"], shock="a")
    one = irf.select(shock="a", response=["b", "c"])
    gap = one.point.ravel()
    wald = gap @ np.linalg.solve(one.covariance, gap)
    n = irf.observations[6] - 10
    assert found.df == (14, n - 13)
    assert found.statistic == pytest.approx(wald * (n - 13) / (14 * n), rel=1e-8)
    assert found.p_value == pytest.approx(f.sf(found.statistic, *found.df))
    assert "Responses of b, c to the shock to a at 7 horizons, h = 0 to 6 are zero" in str(
        found.summary()
    )
    assert set(found.tidy()["statistic"]) == {"wald F", "wald F, p-value"}
    assert "montiel_olea_plagborg_moller2021" in found.cite()
    path = irf.wald("b", shock="a", horizons=[1, 2], value=irf.point[[1, 2], 1, 0])
    assert path.p_value == pytest.approx(1)
    assert "are as given" in path.null


def test_tests_that_the_covariance_cannot_carry_are_refused(data):
    irf = responses(data, EqualWeightedCosines(4), horizon=6)
    assert irf.wald("b", horizons=[1, 2, 3, 4]).df == (4, 1)
    with pytest.raises(SpecError, match="5 responses are tested at once with a covariance of rank"):
        irf.wald("b", horizons=range(1, 6))
    with pytest.raises(SpecError, match="fixed by construction"):
        irf.wald("a", shock="a", horizons=[0])
    with pytest.raises(SpecError, match="horizons = "):
        irf.wald("b", horizons=[7])


def test_wald_tests_of_a_path_have_their_size():
    """Twelve true values at once, at 10%: a chi-squared rejects up to half of them under HAC."""
    truth = np.array([np.linalg.matrix_power(PERSISTENCE, h) @ IMPACT for h in range(13)])
    truth = truth[1:, 1, 0]
    rejected = dict.fromkeys(("augmented", "bartlett", "cosines"), 0)
    rules = (LagAugmented(), NeweyWest(), EqualWeightedCosines())
    samples = 150
    for seed in range(samples):
        frame = labelled(simulated(240, seed=1000 + seed))
        for name, errors in zip(rejected, rules, strict=True):
            fit = LocalProjections(1, errors=errors).fit(frame)
            irf = fit.irf("a", 12, scheme=Cholesky(), size="unit")
            test = irf.wald("b", horizons=range(1, 13), value=truth)
            rejected[name] += test.p_value < 0.1
    for name, count in rejected.items():
        assert 0.03 < count / samples < 0.2, name


# -- bias -----------------------------------------------------------------------------------------


def test_the_correction_is_that_of_herbst_and_johannsen(data):
    y = data.to_numpy()
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    plain = project(y[2:], controls, [0, 1], [1], 8)
    found = without_bias(plain, controls, y[2:, :2], [1], 1)
    beside = np.column_stack([controls[:, 1:], y[2:, 0]])
    for i in range(3):
        expected = twin.corrected(plain.coefficients[:, i, 0], beside, plain.rows)
        np.testing.assert_allclose(found.coefficients[:, i, 0], expected, rtol=0, atol=1e-11)
    spec = LocalProjections(2, bias_correction=True).fit(data)
    irf = spec.irf("b", 8, scheme=Cholesky(), size="unit")
    np.testing.assert_allclose(irf.point, found.coefficients, rtol=0, atol=1e-12)
    error = np.sqrt((found.influence**2).sum(axis=0))
    np.testing.assert_allclose(irf.std_error, error, rtol=1e-8, atol=1e-12)
    assert any("Herbst and Johannsen" in note for note in irf.notes())
    assert "herbst_johannsen2024" in irf.cite()


def test_the_controls_of_an_innovation_are_all_other_variables(data):
    y = data.to_numpy()
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    alone = project(y[2:], controls, [0, 1, 2], [1], 8, alone=True)
    last = project(y[2:], controls, [0, 2, 1], [1], 8)
    found = without_bias(alone, controls, y[2:], [1], 1, alone=True)
    expected = without_bias(last, controls, y[2:, [0, 2, 1]], [2], 1)
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=0, atol=1e-12)


def test_corrections_are_linear_and_cumulate(data):
    rng = np.random.default_rng(3)
    one, two = rng.standard_normal((2, 7, 2, 1))
    persistence, rows = rng.random((6, 1)), np.full(7, 90)
    both = correct_bias(one + 2 * two, persistence, rows)
    parts = correct_bias(one, persistence, rows) + 2 * correct_bias(two, persistence, rows)
    np.testing.assert_allclose(both, parts, rtol=1e-12)
    np.testing.assert_allclose(
        correct_bias(one.cumsum(axis=0), persistence, rows),
        correct_bias(one, persistence, rows).cumsum(axis=0),
        rtol=1e-12,
    )
    sums, plain = (
        LocalProjections(2, bias_correction=True, sample="common")
        .fit(data)
        .irf("a", 6, scheme=Cholesky(), size="unit", cumulative=c)
        for c in (True, False)
    )
    np.testing.assert_allclose(sums.point, plain.point.cumsum(axis=0), rtol=0, atol=1e-12)


# -- coverage -------------------------------------------------------------------------------------


def autoregression(rho, periods, rng):
    errors = rng.standard_normal(periods + 101)
    y = np.zeros(len(errors))
    for time in range(1, len(y)):
        y[time] = rho * y[time - 1] + errors[time]
    return y[100:, None]


def test_coverage_of_lag_augmented_intervals():
    """At h = 12 and T = 240, 90% intervals for AR(1) processes; 800 samples each.

    The correction for bias takes half of the shortfall that persistence causes. White's errors
    without the augmenting lag hold the truth in less than half of the samples.
    """
    horizon, held = 12, {}
    for rho in (0.5, 0.95):
        rng = np.random.default_rng(7)
        inside = np.zeros(3)
        for _ in range(800):
            y = autoregression(rho, 240, rng)
            controls = np.hstack([np.ones((240, 1)), y[:-1]])
            augmented = project(y[1:], controls, [0], [0], horizon)
            corrected = without_bias(augmented, controls, y[1:], [0], 1)
            without = project(y[1:], controls[:, :1], [0], [0], horizon)
            for k, one in enumerate((augmented, corrected, without)):
                gap = one.coefficients[-1, 0, 0] - rho**horizon
                inside[k] += abs(gap) < norm.ppf(0.95) * np.sqrt((one.influence[:, -1] ** 2).sum())
        held[rho] = inside / 800
    assert held[0.5][0] > 0.87
    assert held[0.95][0] > 0.78
    assert held[0.95][1] > held[0.95][0] + 0.01
    assert held[0.95][2] < 0.45


def test_coverage_of_responses_to_shocks_of_estimated_size():
    """Three variables, T = 240, h = 12, from the tables that a user gets."""
    truth = np.linalg.matrix_power(PERSISTENCE, 12) @ IMPACT
    inside = []
    for seed in range(250):
        irf = responses(labelled(simulated(240, seed=5000 + seed)), horizon=12, size="1sd")
        low, high = irf.bands([0.9])[0.9]
        inside.append((low[12] <= truth) & (truth <= high[12]))
    assert np.mean(inside) > 0.87


def test_the_audit_counts_what_a_user_sees():
    cells = [
        Cell("stationary", 160, audit.SCHEME, audit.COSINES, "cumulative_unit_irf", 12),
        Cell("stationary", 160, audit.SCHEME, audit.LAG_AUGMENTED + SUP_T, "irf_path", 24),
    ]
    assert {cells[0]} <= set(audit.PROJECTIONS)
    counted = audit.replicate("stationary", 160, cells, range(2, 3))
    economy = ECONOMIES["stationary"]
    fit = LocalProjections(2, errors=EqualWeightedCosines()).fit(
        economy.simulate(160, economy.generator(160, 2))
    )
    irf = fit.irf(horizon=24, scheme=Cholesky(), size="unit", cumulative=True)
    low, high = (bound[12] for bound in irf.bands([0.9])[0.9])
    truth = economy.truth(Cholesky(), 24).unit_irf[:13].sum(axis=0)
    assert counted[cells[0]].by_response == tuple(((low <= truth) & (truth <= high)).ravel())
    assert len(counted[cells[1]].by_response) == 9
    page = as_page(counted, "projections")
    assert "Coverage of local projections" in page
    assert "equal weighted cosines" in page


# -- bootstrap ------------------------------------------------------------------------------------


FEW = ResidualBootstrap(200)


@pytest.fixture(scope="module")
def drawn(data):
    spec = LocalProjections(2, bootstrap=FEW)
    return spec.fit(data).irf("a", 6, scheme=Cholesky(), rng=3)


def test_bootstrap_intervals_are_percentile_t_around_the_known_response(data, drawn):
    plain = responses(data, horizon=6, size="1sd").select(shock="a")
    np.testing.assert_allclose(drawn.point, plain.point, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(drawn.errors.point, plain.std_error, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(drawn.covariance, plain.covariance, rtol=0, atol=1e-10)
    assert drawn.draws.shape == (200, 7, 3, 1)
    ratio = (drawn.draws - drawn.point)[:, 3, 1, 0] / drawn.errors.draws[:, 3, 1, 0]
    low, high = drawn.bands([0.9])[0.9]
    reach = np.quantile(np.abs(ratio), 0.9) * drawn.errors.point[3, 1, 0]
    expected = drawn.point[3, 1, 0] + reach * np.array([-1, 1])
    np.testing.assert_allclose([low[3, 1, 0], high[3, 1, 0]], expected, rtol=1e-9)
    lower, upper = np.quantile(ratio, [0.05, 0.95])
    error = drawn.errors.point[3, 1, 0]
    tails = LocalProjections(2, bootstrap=ResidualBootstrap(200, interval=PercentileT()))
    low, high = tails.fit(data).irf("a", 6, scheme=Cholesky(), rng=3).bands([0.9])[0.9]
    expected = drawn.point[3, 1, 0] - np.array([upper, lower]) * error
    np.testing.assert_allclose([low[3, 1, 0], high[3, 1, 0]], expected, rtol=1e-9)
    assert abs(ratio.mean()) < 0.4
    assert 0.8 < ratio.std() < 1.3
    assert drawn.band == "lag-augmented, percentile-t"
    said = "symmetric percentile-t from 200 samples of the VAR (residuals one by one)"
    assert said in drawn.facts["bands"]
    assert "0 failed, seed 3" in " ".join(drawn.notes())


def test_bootstrap_samples_depend_on_the_seed_alone(data, drawn):
    fitted = LocalProjections(2, bootstrap=FEW).fit(data)
    again = fitted.irf("a", 6, scheme=Cholesky(), rng=3)
    np.testing.assert_array_equal(again.draws, drawn.draws)
    more = LocalProjections(2, bootstrap=ResidualBootstrap(208)).fit(data)
    first = more.irf("a", 6, scheme=Cholesky(), rng=3).draws[:200]
    np.testing.assert_array_equal(first, drawn.draws)
    other = fitted.irf("a", 6, scheme=Cholesky(), rng=4)
    assert np.abs(other.draws - drawn.draws)[:, 1:].min() > 0


def test_bootstrap_results_are_selected_joined_and_saved(drawn, tmp_path):
    part = drawn.select(response=["c", "b"])
    np.testing.assert_array_equal(part.errors.draws, drawn.errors.draws[:, :, [2, 1]])
    assert part.wald("b").p_value == pytest.approx(drawn.wald("b").p_value)
    low, high = part.joint(over="path").bands([0.68])[0.68]
    plain = part.bands([0.68])[0.68]
    assert (high - low >= plain[1] - plain[0]).all()
    again = load(drawn.save(tmp_path / "drawn.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), drawn.tidy())


def test_the_response_in_the_samples_is_that_of_their_var(data):
    """With the estimate in the place of the truth: a VAR's responses, sized and cumulated."""
    from yenloop.models.projection_bootstrap import _responses_of
    from yenloop.models.projection_estimate import Regressions
    from yenloop.models.projection_shocks import Shocks

    fitted = LocalProjections(2).fit(data)
    svar = VAR(2).fit(data).identify(Cholesky(["b", "a", "c"]))
    for size in ("1sd", "unit", {"c": -2.0}):
        shocks = Shocks.of(Cholesky(["b", "a", "c"]), "c", size, fitted.names)
        plan = Regressions.of(fitted, shocks, 5, frozenset("b"))
        found = _responses_of(fitted.one_step, shocks, plan)
        expected = svar.irf(5, size=size).select(shock="c").point
        expected[:, 1] = expected[:, 1].cumsum(axis=0)
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)
    shocks = Shocks.of(ReducedFormInnovations(), "c", "unit", fitted.names)
    plan = Regressions.of(fitted, shocks, 5, frozenset())
    found = _responses_of(fitted.one_step, shocks, plan)
    np.testing.assert_allclose(found[0, :, 0], [0, 0, 1])


def test_bootstraps_that_do_not_keep_the_period_are_refused():
    with pytest.raises(InvalidInferenceError, match="wild bootstrap keeps"):
        LocalProjections(2, bootstrap=WildBootstrap(200))


@pytest.mark.parametrize("bootstrap", [BiasCorrectedBootstrap(100), BlockBootstrap(100)])
def test_other_bootstraps_say_what_they_do(data, bootstrap):
    fitted = LocalProjections(1, bootstrap=bootstrap).fit(data)
    irf = fitted.irf("a", 2, scheme=Cholesky(), levels=(0.68,))
    which = "bias-corrected VAR" if isinstance(bootstrap, BiasCorrectedBootstrap) else "blocks"
    assert which in irf.facts["bands"]
    assert irf.interval != DELTA
