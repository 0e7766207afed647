"""Posterior draws have the moments of theory; drawn with rotations they are those that satisfy."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import ks_2samp

from yenloop.errors import InvalidInferenceError, NumericalError, SampleError, SpecError
from yenloop.estimation.posterior import bartlett, diffuse_posterior, draw_posterior
from yenloop.estimation.posterior_rotations import draw_jointly, draws_in_one
from yenloop.estimation.response_restrictions import LONG_RUN, Cells, ResponseRestrictions
from yenloop.estimation.rotations import draw_rotations, drawing_order
from yenloop.estimation.streams import block_generator
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.intervals.hall import Hall
from yenloop.models.inference.posterior import Posterior
from yenloop.models.inference.validity import require_valid
from yenloop.models.reduced_form.restrictions import BlockExogenous
from yenloop.models.var import VAR
from yenloop.models.vecm import VECM

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "rotations.py")))
NAMES = ["a", "b", "c"]


def data(periods: int = 120, seed: int = 5) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    mix = np.array([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [-0.3, 0.2, 0.6]])
    y = np.zeros((periods, 3))
    for t in range(1, periods):
        y[t] = 0.2 + 0.4 * y[t - 1] + rng.standard_normal(3) @ mix.T
    return pd.DataFrame(y, pd.period_range("2000-01", periods=periods, freq="M"), NAMES)


@pytest.fixture(scope="module")
def reduced():
    return VAR(2).fit(data())


@pytest.fixture(scope="module")
def moments(reduced):
    return Posterior().moments(reduced)


# -- the posterior -------------------------------------------------------------------------------


def test_moments_are_those_of_theory(reduced, moments):
    """E Sigma = S / (v - K - 1), its variance; E A, V vec A = E Sigma x (X'X)^-1."""
    draws = draw_posterior(moments, 2, draws=20_000, seed=1)
    residuals = reduced.residuals.to_numpy()
    scatter, k, v = residuals.T @ residuals, 3, reduced.nobs - 7
    assert moments.degrees == v
    mean = scatter / (v - k - 1)
    own = np.diag(mean)
    spread = np.sqrt(2 * np.outer(own, own) / (v - k - 3))  # of the diagonal, exactly
    error = 4 * spread / np.sqrt(len(draws.lags))
    assert (np.abs(draws.covariance.mean(axis=0) - mean) < error).all()
    assert_allclose(np.diag(draws.covariance.std(axis=0)), np.diag(spread) * np.ones(3), rtol=0.04)
    stacked = np.concatenate(
        [draws.deterministic, *np.moveaxis(draws.lags, 1, 0)], axis=2
    )  # equation by equation
    point = np.concatenate([reduced.deterministic, *reduced.lag_coefficients], axis=1)
    variance = np.kron(mean, np.linalg.inv(reduced.design.T @ reduced.design))
    flat = stacked.reshape(len(stacked), -1) - point.ravel()
    deviation = np.sqrt(np.diag(variance))
    assert (np.abs(flat.mean(axis=0)) < 4.5 * deviation / np.sqrt(len(flat))).all()
    correlation = (flat.T @ flat / len(flat) - variance) / np.outer(deviation, deviation)
    assert np.abs(correlation).max() < 0.05


def test_the_draws_of_a_seed_begin_alike_and_factors_are_wishart(moments):
    few, many = (draw_posterior(moments, 2, draws=n, seed=3) for n in (13, 40))
    assert_array_equal(few.lags, many.lags[:13])
    assert_array_equal(few.covariance, many.covariance[:13])
    a = bartlett(20, 3, 20_000, block_generator(0, 0))
    assert_allclose((a @ np.swapaxes(a, 1, 2)).mean(axis=0), 20 * np.eye(3), atol=0.3)


def test_units_and_means_of_the_series_do_not_matter(reduced):
    """Rescaled, the draws are rescaled; a constant added leaves the dynamics as they are."""
    scale = np.array([1000.0, 1.0, 1e-3])
    base = Posterior(100).draw(reduced, 2)
    scaled = Posterior(100).draw(VAR(2).fit(data() * scale), 2)
    assert_allclose(scaled.covariance, base.covariance * np.outer(scale, scale), rtol=1e-9, atol=0)
    assert_allclose(scaled.lags, base.lags * scale[:, None] / scale, rtol=1e-6, atol=1e-9)
    shifted = Posterior(100).draw(VAR(2).fit(data() + 1e5), 2)
    assert_allclose(shifted.lags, base.lags, rtol=0, atol=1e-8)
    assert_allclose(shifted.covariance, base.covariance, rtol=0, atol=1e-9)


def test_it_is_an_inference_like_others(reduced):
    svar = reduced.identify(Cholesky(), inference=Posterior(400), rng=1)
    assert len(svar.draws) == 400
    irf = svar.irf(6)
    assert set(irf.tidy()["band"]) == {"posterior"}
    assert any(note.startswith("Bands: credible, from 400 draws") for note in svar.notes())
    assert_allclose(np.median(irf.draws, axis=0)[:2], irf.point[:2], atol=0.1)


def test_what_has_no_such_posterior_is_refused(reduced):
    restricted = VAR(1, restrictions=BlockExogenous(["a"])).fit(data())
    for model in (restricted, VECM(lags=1, rank=1).fit(data())):
        with pytest.raises(InvalidInferenceError, match="estimated by least squares"):
            Posterior().draw(model, 0)
    with pytest.raises(SampleError, match="not proper"):
        diffuse_posterior(np.eye(9)[:, :7], np.zeros((7, 3)), np.ones((9, 3)))
    with pytest.raises(NumericalError, match="residuals of the VAR are linearly dependent"):
        diffuse_posterior(np.ones((30, 1)), np.zeros((1, 2)), np.ones((30, 2)))
    with pytest.raises(SpecError, match="credible sets"):
        Posterior(interval=Hall())
    for options in ({"draws": 20}, {"threads": 0}):
        with pytest.raises(SpecError):
            Posterior(**options)
    with pytest.raises(InvalidInferenceError, match="no sampling distribution"):
        require_valid("cholesky", "posterior", "irf", interval="hall")


# -- drawn together with rotations ---------------------------------------------------------------

#: (shock, response, horizon, cumulative, sign, origin)
SIGNS = [
    *((0, 0, h, False, 1, 0) for h in range(3)),
    (0, 1, 0, False, -1, 1),
    (1, 1, 0, False, 1, 2),
    *((1, 2, h, True, 1, 3) for h in (0, 2, 4)),
]
ZEROS = [(1, 0, 0, False, 0, 4)]


def restricted(zeros=()) -> ResponseRestrictions:
    return ResponseRestrictions(3, Cells.of(SIGNS), Cells.of(zeros))


@pytest.mark.parametrize("zeros", [(), ZEROS])
def test_the_kernel_is_the_textbook_algorithm(moments, zeros):
    wanted = restricted(zeros)
    found = draw_jointly(moments, 2, wanted, draws=20, max_attempts=10_000, seed=6)
    order = drawing_order(wanted.signs.bounds(3), wanted.zeros.bounds(3))
    for n in range(20):
        if n % 8 == 0:
            generator = block_generator(6, n // 8)
        slow = twin.one_joint_draw(moments, 2, wanted, order, generator)
        for array, expected in zip((*found.arrays, found.tried), slow):
            assert_allclose(array[n], expected, rtol=0, atol=1e-10)


def test_accepted_draws_satisfy_everything_and_reproduce_sigma(moments):
    found = draw_jointly(moments, 2, restricted(ZEROS), draws=300, max_attempts=10_000, seed=1)
    assert len(found) == 300
    assert_allclose(found.impact @ np.swapaxes(found.impact, 1, 2), found.covariance, atol=1e-12)
    assert np.abs(found.impact[:, 0, 1]).max() < 1e-13
    for lags, impact in zip(found.lags, found.impact):
        theta = twin.responses(lags, impact, 4)
        summed = np.cumsum(theta, axis=0)
        for j, i, h, cumulative, sign, _ in SIGNS:
            assert sign * (summed if cumulative else theta)[h, i, j] > -1e-12


@pytest.mark.parametrize("zeros", [(), ZEROS])
def test_they_are_the_posterior_draws_with_one_rotation_each_that_satisfy(moments, zeros):
    """Staged rejection, with sign flips, against whole draws that are accepted or not."""
    wanted = restricted(zeros)
    quick = draw_jointly(moments, 2, wanted, draws=2000, max_attempts=10_000, seed=2)
    whole = draw_posterior(moments, 2, draws=60_000, seed=8)
    factor = np.linalg.cholesky(whole.covariance)
    tried = draw_rotations(wanted.rows(whole.lags, factor), max_attempts=1, seed=9)
    kept = tried.found[:, 0]
    assert kept.sum() > 1000
    assert abs(2000 / quick.tried.sum() / kept.mean() - 1) < 0.1
    slow = (whole.lags, whole.covariance, factor @ tried.rotation[:, 0])
    for fast, other in zip((quick.lags, quick.covariance, quick.impact), slow):
        for place in np.ndindex(fast.shape[1:]):
            cell = (slice(None), *place)
            assert ks_2samp(fast[cell].round(12), other[kept][cell].round(12)).pvalue > 1e-4


def test_joint_draws_do_not_depend_on_threads(moments):
    options = {"draws": 60, "max_attempts": 5000, "seed": 3}
    one = draw_jointly(moments, 2, restricted(), **options)
    two = draw_jointly(moments, 2, restricted(), **options, threads=2)
    for a, b in zip(one.arrays, two.arrays):
        assert_array_equal(a, b)
    assert_array_equal(one.at(np.arange(5)).lags, one.lags[:5])


def test_zeros_after_impact_are_not_drawn_before_the_coefficients(moments):
    for horizon in (2, LONG_RUN):
        later = restricted([(1, 0, horizon, False, 0, 4)])
        assert not draws_in_one(later)
        with pytest.raises(ValueError, match="coefficients before"):
            draw_jointly(moments, 2, later, draws=1, max_attempts=1, seed=0)
