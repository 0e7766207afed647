"""AB models: the likelihood of any pattern, its maximum, what is refused, draws and signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.stats import multivariate_normal

from yenloop.errors import (
    DrawError,
    IdentificationWarning,
    InvalidInferenceError,
    NotIdentifiedError,
    SpecError,
)
from yenloop.estimation.ab_model import (
    FreeEntries,
    derivatives,
    entries_of_impact,
    log_likelihood,
    maximise,
    starting_values,
)
from yenloop.models.identification.ab import AB
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.var import VAR

NAN = np.nan
NAMES = ["a", "b", "c"]

#: Each variable is hit by its own shock and the next one's: no order makes it triangular.
CYCLE = np.array([[1.0, 0.5, 0], [0, 1.2, -0.4], [0.3, 0, 0.8]])
CYCLIC = AB(b={"a": ["b"], "b": ["c"], "c": ["a"]})


def several() -> pytest.WarningsRecorder:
    """The cycle of three has two solutions; the one with large own effects is meant."""
    return pytest.warns(IdentificationWarning, match="2 impact matrices satisfy")


def samples(covariance: np.ndarray, count: int, size: int, seed: int = 0) -> np.ndarray:
    """Covariances of ``count`` normal samples."""
    rng = np.random.default_rng(seed)
    factor = np.linalg.cholesky(covariance)
    e = rng.standard_normal((count, size, len(covariance))) @ factor.T
    return np.einsum("rti,rtj->rij", e, e) / size


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    e = rng.standard_normal((400, 3)) @ CYCLE.T
    y = np.zeros_like(e)
    for t in range(1, 400):
        y[t] = 0.5 * y[t - 1] + 0.1 * y[t - 1, ::-1] + e[t]
    return pd.DataFrame(y, index=pd.period_range("1985-01", periods=400, freq="M"), columns=NAMES)


@pytest.fixture(scope="module")
def reduced(data):
    return VAR(1).fit(data)


# -- the likelihood ------------------------------------------------------------------------------


def test_likelihood_is_that_of_the_normal_distribution():
    """The determinant of the matrix, not of its squared elements: B is not triangular."""
    u = np.random.default_rng(1).standard_normal((50, 3)) @ CYCLE.T
    a = np.array([[1.0, 0.2, 0], [0, 1, 0.5], [-0.3, 0, 1]])
    impact = np.linalg.solve(a, CYCLE)
    ours = 50 * (log_likelihood(a, CYCLE, u.T @ u / 50) - 1.5 * np.log(2 * np.pi))
    direct = multivariate_normal(np.zeros(3), impact @ impact.T).logpdf(u).sum()
    assert ours == pytest.approx(direct, rel=1e-12)
    scheme = AB(a=np.where(np.eye(3), 1, NAN), b=np.eye(3))
    assert scheme.overidentifying(NAMES) == 0


def test_score_and_information_are_derivatives():
    a = np.array([[1, NAN, 0], [0, 1, NAN], [NAN, 0, 2.0]])
    b = np.array([[NAN, 0, 0], [0, NAN, 0.3], [0, 0, NAN]])
    free = FreeEntries(a, b)
    theta = np.random.default_rng(0).standard_normal((4, free.count))
    moments = samples(np.eye(3), 4, 20)
    score, expected, observed = derivatives(free, theta, moments)
    h = 1e-5
    shifts = h * np.eye(free.count)

    def central(function):
        return np.stack([(function(theta + s) - function(theta - s)) / (2 * h) for s in shifts], -1)

    found = central(lambda x: log_likelihood(*free.fill(x), moments))
    assert_allclose(found, score, rtol=0, atol=1e-6 * np.abs(score).max())
    found = -central(lambda x: derivatives(free, x, moments)[0])
    assert_allclose(found, observed, rtol=0, atol=1e-6 * np.abs(observed).max())
    at_truth = derivatives(free, theta[0], (p := np.linalg.solve(*free.fill(theta[0]))) @ p.T)
    assert_allclose(at_truth[0], 0, atol=1e-9)
    assert_allclose(at_truth[1], at_truth[2], rtol=1e-9, atol=1e-9)
    assert np.linalg.eigvalsh(expected).min() > -1e-9


def test_the_exact_maximum_is_not_left():
    covariance = CYCLE @ CYCLE.T
    free = CYCLIC.free_entries(NAMES)
    theta, converged = maximise(free, covariance[None], entries_of_impact(free, CYCLE)[None])
    assert converged.all()
    assert_allclose(free.fill(theta[0])[1], CYCLE, rtol=0, atol=1e-12)


def test_any_start_reaches_the_same_height():
    covariance = CYCLE @ CYCLE.T
    free = CYCLIC.free_entries(NAMES)
    theta, converged = maximise(free, np.tile(covariance, (50, 1, 1)), starting_values(free, 50))
    assert converged.all()
    height = log_likelihood(*free.fill(theta), covariance)
    assert_allclose(height, -1.5 - np.linalg.slogdet(covariance)[1] / 2, rtol=0, atol=1e-12)


# -- collapse ------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_recursive_model_is_cholesky(reduced, side):
    below = {"b": ["a"], "c": ["a", "b"]}
    svar = reduced.identify(AB(**{side: below}))
    cholesky = reduced.identify(Cholesky())
    assert_allclose(svar.impact, cholesky.impact, rtol=0, atol=1e-12)
    assert svar.scheme.imposed_zeros(NAMES) == Cholesky().imposed_zeros(NAMES)
    found = svar.structural_coefficients()
    assert found.df == 0
    assert abs(found.lr) < 1e-9
    assert np.isnan(found.p_value)


def test_cholesky_in_another_order(reduced):
    svar = reduced.identify(AB(a={"a": ["c"], "b": ["c", "a"]}))
    assert_allclose(svar.impact, reduced.identify(Cholesky(["c", "a", "b"])).impact, atol=1e-12)


# -- equivariance --------------------------------------------------------------------------------

OVER = AB(a={"a": ["c"], "b": ["a"]})


@pytest.mark.parametrize("scheme", [CYCLIC, OVER, AB(a={"b": {"a": -0.3}, "c": ["b"]})])
@pytest.mark.filterwarnings("ignore::yenloop.errors.IdentificationWarning")
def test_units_do_not_matter(data, reduced, scheme):
    scale = np.array([100.0, 1e-3, 1.0])
    if scheme is not CYCLIC and scheme is not OVER:
        scale[1] = 100.0  # a fixed coefficient has units
    scaled = VAR(1).fit(data * scale).identify(scheme).impact
    assert_allclose(scaled / scale[:, None], reduced.identify(scheme).impact, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scheme", [CYCLIC, OVER])
@pytest.mark.filterwarnings("ignore::yenloop.errors.IdentificationWarning")
def test_the_order_of_variables_does_not_matter(data, reduced, scheme):
    order = ["c", "a", "b"]
    moved = VAR(1).fit(data[order]).identify(scheme)
    found = pd.DataFrame(moved.impact, index=order, columns=order).loc[NAMES, NAMES]
    assert_allclose(found, reduced.identify(scheme).impact, rtol=0, atol=1e-10)


def test_labels_are_read_not_places(reduced):
    pattern = pd.DataFrame(np.eye(3), index=NAMES, columns=NAMES)
    pattern.loc["a", "c"] = pattern.loc["b", "a"] = NAN
    shuffled = pattern.loc[["b", "c", "a"], ["c", "a", "b"]]
    assert AB(a=pattern).free_entries(NAMES).count == 5
    for same in (shuffled, pattern.to_numpy(), {"a": {"c": NAN}, "b": "a"}):
        assert_allclose(reduced.identify(AB(a=same)).impact, reduced.identify(OVER).impact)
    assert AB(a=shuffled) == AB(a=AB(a=shuffled).a)


# -- known truth ---------------------------------------------------------------------------------


def test_a_matrix_that_is_not_triangular_is_found(reduced):
    with several():
        svar = reduced.identify(CYCLIC)
    found = svar.structural_coefficients()
    gap = np.abs(found.b.to_numpy() - CYCLE) / found.b_std_errors.to_numpy()
    assert np.nanmax(gap) < 3
    assert np.isfinite(gap).sum() == 6
    assert_allclose(svar.impact @ svar.impact.T, reduced.covariance, rtol=0, atol=1e-12)


def test_standard_errors_are_the_spread_of_estimates():
    covariance, names, size = CYCLE @ CYCLE.T, NAMES, 400
    free = CYCLIC.free_entries(names)
    drawn = CYCLIC.estimate_near(CYCLE, samples(covariance, 1500, size), names)
    spread = drawn.b.std(axis=0)
    information = size * derivatives(free, entries_of_impact(free, CYCLE), covariance)[1]
    _, errors = free.fill(np.sqrt(np.diag(np.linalg.inv(information))))
    assert_allclose(spread[CYCLE != 0], errors[CYCLE != 0], rtol=0.08)


def test_the_test_of_true_restrictions_is_chi_squared():
    a = np.array([[1, 0, -0.4], [0.6, 1, 0], [0, 0, 1]])
    covariance = np.linalg.inv(a) @ np.linalg.inv(a).T
    drawn = samples(covariance, 1000, 300)
    found = OVER.estimate_near(np.linalg.inv(a), drawn, NAMES)
    best = -np.linalg.slogdet(drawn)[1] / 2 - 1.5
    statistic = 2 * 300 * (best - log_likelihood(found.a, found.b, drawn))
    assert statistic.min() > -1e-9
    assert statistic.mean() == pytest.approx(1, abs=0.15)
    assert np.mean(statistic > 3.841) == pytest.approx(0.05, abs=0.02)


# -- signs and draws -----------------------------------------------------------------------------


def test_shocks_raise_their_own_variable_in_estimate_and_draws(reduced):
    with several():
        svar = reduced.identify(CYCLIC, inference=ResidualBootstrap(200))
    draws = svar.draws
    assert (np.diag(svar.impact) > 0).all()
    assert (np.einsum("rii->ri", draws.impact) > 0).all()
    assert (draws.impact[:, CYCLE == 0] == 0).all()
    products = draws.impact @ draws.impact.transpose(0, 2, 1)
    assert_allclose(products, draws.covariance, rtol=0, atol=1e-10)
    centre = np.abs(draws.impact.mean(axis=0) - svar.impact)
    assert (centre < 0.5 * draws.impact.std(axis=0) + 1e-12).all()


def test_draws_follow_the_solution_of_the_estimate():
    """Each of the two solutions leads draws to itself, so that shocks keep their meaning."""
    covariance = CYCLE @ CYCLE.T
    free = CYCLIC.free_entries(NAMES)
    theta, _ = maximise(free, np.tile(covariance, (50, 1, 1)), starting_values(free, 50))
    impacts = np.abs(free.fill(theta)[1]) * np.sign(free.fill(theta)[1])
    impacts *= np.sign(np.einsum("rii->ri", impacts))[:, None, :]
    other = impacts[np.abs(impacts - CYCLE).max(axis=(1, 2)).argmax()]
    assert np.abs(other - CYCLE).max() > 0.1
    drawn = samples(covariance, 300, 2000)
    for solution in (CYCLE, other):
        found = CYCLIC.impact_near(solution, drawn, np.zeros((300, 1, 3, 3)), NAMES)
        assert_allclose(found.mean(axis=0), solution, rtol=0, atol=0.05)


def test_draws_whose_own_coefficient_is_near_zero_are_found():
    """Normalised on a coefficient near zero the others are huge; the impact matrix is not."""
    impact = np.linalg.inv([[0.05, 1.0, 0], [1.0, 0.2, 0.7], [0, 0, 1.0]])
    impact *= np.sign(np.diag(impact))
    scheme = AB(a={"a": ["b"], "b": ["a", "c"]})
    drawn = samples(impact @ impact.T, 500, 200)
    found = scheme.estimate_near(impact, drawn, NAMES)
    assert found.a[:, 0, 1].min() < -100
    assert found.a[:, 0, 1].max() > 100
    products = found.impact @ found.impact.transpose(0, 2, 1)
    assert_allclose(products, drawn, rtol=0, atol=1e-9)


def test_an_over_identified_model_implies_its_own_covariance(reduced):
    svar = reduced.identify(OVER, inference=ResidualBootstrap(150))
    assert_allclose(svar.covariance, svar.impact @ svar.impact.T)
    assert np.abs(svar.covariance - reduced.covariance).max() > 0.01
    draws = svar.draws
    assert_allclose(draws.covariance, draws.impact @ draws.impact.transpose(0, 2, 1))
    found = svar.structural_coefficients()
    assert found.df == 1
    assert found.lr > 0
    shares = np.linalg.slogdet(svar.covariance)[1] - np.linalg.slogdet(reduced.covariance)[1]
    assert found.lr == pytest.approx(reduced.nobs * shares, rel=1e-9)


def test_the_bootstrap_of_the_test_is_close_to_chi_squared(reduced):
    svar = reduced.identify(OVER)
    asymptotic, resampled = (svar.scheme.overidentification(svar, draws=n) for n in (0, 299))
    assert resampled.statistic == asymptotic.statistic
    assert resampled.p_value == pytest.approx(asymptotic.p_value, abs=0.1)
    exact = reduced.identify(AB(a={"b": ["a"], "c": ["a", "b"]}))
    with pytest.raises(NotIdentifiedError, match="no restriction is left to test"):
        exact.scheme.overidentification(exact)


@dataclass(frozen=True)
class Fragile(AB):
    """Fails in every tenth draw."""

    every: int = 10

    def impact_near(self, near, covariance, lags, names):
        found = super().impact_near(near, covariance, lags, names)
        found[:: self.every] = np.nan
        return found


def test_draws_in_which_the_identification_fails_are_counted(reduced):
    given = {"a": {"b": ["a"], "c": ["a", "b"]}}
    svar = reduced.identify(Fragile(**given, every=50), inference=ResidualBootstrap(200))
    assert svar.draws.failed == 4
    assert len(svar.draws) == 196
    assert np.isfinite(svar.draws.impact).all()
    too_many = reduced.identify(Fragile(**given), inference=ResidualBootstrap(200))
    with pytest.raises(DrawError, match="failed in 20 of 200 draws"):
        _ = too_many.draws


def test_bands(reduced):
    svar = reduced.identify(OVER, inference=ResidualBootstrap(150))
    irf = svar.irf(6)
    for low, high in irf.bands().values():
        assert np.isfinite(low).all()
        assert (low <= high).all()
    shares = svar.fevd(6)
    assert_allclose(shares.point.sum(axis=-1), 1)


# -- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"a": np.full((3, 3), NAN)}, "9 free entries; .* 3 variables holds 6 figures"),
        (
            {"a": {"a": ["b"], "b": ["a"]}, "b": {"a": ["b"]}},
            r"rank 4 at every value: A\[a, b\], A\[b, a\], B\[a, a\]",
        ),
        ({"b": {"a": ["b", "c"], "b": ["a"]}}, r"rank 5 .*B\[a, a\], B\[a, b\], B\[b, a\]"),
        ({"b": {"a": {"a": 0, "b": NAN}}}, "shock of a cannot move its own variable"),
        ({"a": {"a": {"a": 0}}}, "A is singular"),
    ],
)
def test_patterns_that_do_not_identify_are_refused(reduced, given, fault):
    with pytest.raises(NotIdentifiedError, match=fault):
        reduced.identify(AB(**given))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({}, "restricts nothing"),
        ({"a": np.eye(2)}, "A has 2 rows and the VAR 3 variables"),
        ({"a": np.ones((2, 3))}, r"A is \(2, 3\)"),
        ({"a": {"a": ["x"]}}, "A names x, which is not in the VAR"),
        ({"b": {"a": 1.0}}, "Row a of B is 1.0"),
        (
            {"b": pd.DataFrame(np.eye(3), index=NAMES, columns=["a", "b", "x"])},
            "do not have the same names",
        ),
    ],
)
def test_patterns_that_do_not_fit_are_refused(reduced, given, fault):
    with pytest.raises(SpecError, match=fault):
        reduced.identify(AB(**given))


def test_an_unexamined_band_of_another_scheme_is_refused(reduced):
    @dataclass(frozen=True)
    class Unheard(Cholesky):
        @property
        def name(self):
            return "unheard of"

    with pytest.raises(InvalidInferenceError):
        reduced.identify(Unheard()).structural_coefficients()


# -- the result ----------------------------------------------------------------------------------


def test_coefficients_of_a_recursive_scheme_from_draws(reduced):
    """A with unit diagonal from any scheme, spread from the draws, like that of the likelihood."""
    drawn = reduced.identify(Cholesky(), inference=ResidualBootstrap(600)).structural_coefficients()
    likely = reduced.identify(AB(a={"b": ["a"], "c": ["a", "b"]})).structural_coefficients()
    assert_allclose(drawn.a, likely.a, atol=1e-10)
    assert_allclose(drawn.b, likely.b, atol=1e-10)
    assert (np.isnan(drawn.std_error) == np.isnan(likely.std_error)).all()
    assert_allclose(drawn.std_error, likely.std_error, rtol=0.25, equal_nan=True)


def test_the_result_is_labelled_and_says_what_it_is(reduced):
    svar = reduced.identify(OVER)
    found = svar.structural_coefficients(levels=(0.9,))
    tidy = found.tidy()
    assert len(tidy) == 5
    row = tidy[(tidy["response"] == "a") & (tidy["shock"] == "c")].iloc[0]
    assert row["statistic"] == "structural_a"
    assert row["estimate"] == found.a.loc["a", "c"]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    text = str(found.summary())
    assert "LR of 1 over-identifying restrictions" in text
    assert svar.scheme.overidentification(svar).p_value == pytest.approx(found.p_value, rel=1e-9)
    assert "1 over-identifying restriction" in text
    assert "a reacts to c; b reacts to a" in text
    assert "divisor T - coefficients" in text
    assert "Amisano" in found.cite()


def test_the_divisor_is_that_of_the_var(data):
    one, other = (
        VAR(1, divisor=d).fit(data).identify(OVER).structural_coefficients() for d in ("df", "T")
    )
    assert_allclose(one.a, other.a, atol=1e-10)
    assert_allclose(one.b, other.b * np.sqrt(399 / 395), atol=1e-10)
    assert one.lr == pytest.approx(other.lr, rel=1e-9)
    assert one.loglik < other.loglik


def test_an_entry_that_is_no_number_is_refused():
    with pytest.raises(SpecError, match="An entry of a matrix of restrictions is 'x'"):
        AB(a={"b": {"a": "x"}})
