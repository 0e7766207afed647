"""Proves that filter, smoother, score and EM are those of the model, against plain enumeration."""

from __future__ import annotations

import itertools
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from yenloop.errors import NumericalError
from yenloop.estimation.hamilton import (
    ergodic_or_raise,
    hamilton_filter,
    kim_smoother,
    pairs_of,
    predicted_of,
    regimes_of,
    whole,
)
from yenloop.estimation.switching_design import (
    SwitchingDesign,
    SwitchingParameters,
    pack,
    unpack,
)
from yenloop.estimation.switching_em import em
from yenloop.estimation.switching_fit import maximise
from yenloop.estimation.switching_score import filter_at, log_likelihood_and_score

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "switching.py")))

SHAPES = [(2, 0), (2, 1), (2, 3), (3, 0), (3, 1)]


def make(rng, rows=60, k=2, p=0, *, variance=True, ar=False, stretches=None, floor=0.0):
    """A design with a constant and two regressors, one of them common, and parameters."""
    x = np.column_stack([np.ones(rows), rng.normal(size=rows)])
    w = rng.normal(size=(rows, 1))
    y = rng.normal(size=rows).cumsum() * 0.3 + x[:, 1]
    blocks = whole(rows) if stretches is None else np.array(stretches)
    design = SwitchingDesign(y, x, w, blocks, k, p, variance, ar, floor)
    spread = np.exp(rng.normal(0, 0.4, k)) + floor
    phi = rng.normal(0, 0.3, (k, p))
    parameters = SwitchingParameters(
        rng.dirichlet(np.ones(k), k) * 0.6 + 0.4 * np.eye(k),
        rng.normal(size=(k, 2)),
        rng.normal(size=1),
        spread if variance else np.full(k, spread[0]),
        phi if ar else np.tile(phi[:1], (k, 1)),
    )
    return design, parameters


def linear_log_likelihood(y, z):
    """Gaussian log-likelihood of least squares."""
    residual = y - z @ np.linalg.lstsq(z, y, rcond=None)[0]
    return -0.5 * len(y) * (np.log(2 * np.pi * np.mean(residual**2)) + 1)


# -- against enumeration ---------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "p"), SHAPES)
def test_smoother_sums_over_every_path_of_regimes(k, p):
    design, parameters = make(np.random.default_rng(k + 10 * p), rows=7, k=k, p=p, ar=True)
    filtered = filter_at(parameters, design)
    smoothed = kim_smoother(filtered, k, design.usable)
    total, marginal, pairs = twin.enumerate_paths(design.y, design.x, design.w, parameters, p)
    assert_allclose(filtered.log_likelihood, total, rtol=1e-12)
    assert_allclose(regimes_of(smoothed.joint, k)[p:], marginal[p:], atol=1e-13)
    assert_allclose(pairs_of(smoothed.joint, k)[p:], pairs[p:], atol=1e-13)


@pytest.mark.parametrize(("k", "p"), SHAPES)
def test_filter_is_the_recursion_over_histories_in_logs(k, p):
    stretches = [[0, 40], [45, 90]]
    design, parameters = make(np.random.default_rng(3), 90, k, p, ar=True, stretches=stretches)
    filtered = filter_at(parameters, design)
    total, marginal = twin.filter_histories(design.y, design.x, design.w, parameters, stretches, p)
    assert_allclose(filtered.log_likelihood, total, rtol=1e-12)
    used = ~np.isnan(marginal[:, 0])
    assert_allclose(regimes_of(filtered.joint, k)[used], marginal[used], atol=1e-12)
    assert_array_equal(filtered.joint[~used], 0)


def test_transition_matrix_goes_from_row_to_column():
    # From regime 0 the chain always moves to 1; the second observation must be judged by 1.
    transition = np.array([[0.0, 1.0], [0.5, 0.5]])
    log_density = np.log([[1.0, 1e-300], [0.3, 0.7]])
    filtered = hamilton_filter(log_density, transition)
    assert_allclose(np.exp(filtered.contributions[1]), 0.7, rtol=1e-12)


# -- identities ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "p"), SHAPES)
def test_probabilities_are_coherent(k, p):
    stretches = [[0, 30], [30, 60]]
    design, parameters = make(np.random.default_rng(1), 60, k, p, stretches=stretches)
    filtered = filter_at(parameters, design)
    smoothed = kim_smoother(filtered, k, design.usable).joint
    rows = np.concatenate([np.arange(a, b) for a, b in design.usable])
    marginal, pairs = regimes_of(smoothed, k), pairs_of(smoothed, k)
    assert_allclose(marginal[rows].sum(1), 1, atol=1e-13)
    assert_allclose(pairs.sum(1), marginal, atol=1e-14)
    for first, stop in design.usable:
        assert_array_equal(smoothed[stop - 1], filtered.joint[stop - 1])
        assert_allclose(pairs[first + 1 : stop].sum(2), marginal[first : stop - 1], atol=1e-13)
    predicted = predicted_of(regimes_of(filtered.joint, k), parameters.transition, design.usable)
    assert_allclose(predicted[rows].sum(1), 1, atol=1e-13)
    assert_allclose(predicted[design.usable[1, 0]], ergodic_or_raise(parameters.transition))


@pytest.mark.parametrize("p", [0, 2])
def test_stretches_have_the_likelihood_of_separate_samples(p):
    rng = np.random.default_rng(4)
    design, parameters = make(rng, 80, 2, p, stretches=[[0, 33], [33, 80]])
    parts = [
        design._replace(y=design.y[a:b], x=design.x[a:b], w=design.w[a:b], stretches=whole(b - a))
        for a, b in design.stretches
    ]
    separate = [filter_at(parameters, part) for part in parts]
    together = filter_at(parameters, design)
    assert_allclose(together.log_likelihood, sum(f.log_likelihood for f in separate), rtol=1e-13)
    assert_allclose(together.joint, np.concatenate([f.joint for f in separate]), atol=1e-15)
    joined = filter_at(parameters, design._replace(stretches=whole(80)))
    assert abs(joined.log_likelihood - together.log_likelihood) > 1e-3


@given(st.integers(0, 2**32 - 1), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_ergodic_distribution_is_the_eigenvector(seed, k):
    transition = np.random.default_rng(seed).dirichlet(np.full(k, 0.5), k)
    transition = np.maximum(transition, 1e-9)
    transition /= transition.sum(1, keepdims=True)
    distribution = ergodic_or_raise(transition)
    assert (distribution >= 0).all()
    assert_allclose(distribution @ transition, distribution, atol=1e-14)


def test_chain_that_never_leaves_has_no_ergodic_start():
    with pytest.raises(NumericalError, match="ergodic"):
        ergodic_or_raise(np.eye(2))


# -- numerical safety ------------------------------------------------------------------------------


def test_densities_far_below_underflow_are_filtered_in_logs():
    rng = np.random.default_rng(0)
    design, parameters = make(rng, 40, 2, 2)
    design.y[20] = 5e3  # log densities of about -1e7
    filtered = filter_at(parameters, design)
    total, marginal = twin.filter_histories(design.y, design.x, design.w, parameters, [[0, 40]], 2)
    assert_allclose(filtered.log_likelihood, total, rtol=1e-12)
    assert_allclose(regimes_of(filtered.joint, 2)[2:], marginal[2:], atol=1e-12)


@pytest.mark.parametrize("bad", [-np.inf, np.nan])
def test_impossible_observation_is_an_error_not_a_number(bad):
    log_density = np.zeros((5, 2))
    log_density[3] = bad
    with pytest.raises(NumericalError, match="zero likelihood"):
        hamilton_filter(log_density, np.full((2, 2), 0.5))


# -- collapse --------------------------------------------------------------------------------------


def test_one_regime_is_least_squares():
    rng = np.random.default_rng(5)
    design, parameters = make(rng, 80, 1)
    end = maximise(pack(parameters, design), design)
    expected = linear_log_likelihood(design.y, np.column_stack([design.x, design.w]))
    assert_allclose(end.log_likelihood, expected, rtol=1e-10)


def test_equal_regimes_are_one_regime_whatever_the_chain():
    rng = np.random.default_rng(6)
    design, parameters = make(rng, 80, 3, 1)
    single, one = make(rng, 80, 1, 1)
    single = design._replace(k=1)
    alike = parameters._replace(
        switching=np.tile(parameters.switching[0], (3, 1)), variance=np.full(3, 0.7)
    )
    one = SwitchingParameters(
        np.ones((1, 1)), alike.switching[:1], alike.common, alike.variance[:1], alike.ar[:1]
    )
    assert_allclose(
        filter_at(alike, design).log_likelihood, filter_at(one, single).log_likelihood, rtol=1e-13
    )


# -- score, EM, climb ------------------------------------------------------------------------------


@pytest.mark.parametrize(("k", "p"), SHAPES)
@pytest.mark.parametrize(("variance", "ar"), [*itertools.product([False, True], repeat=2)])
def test_score_is_the_gradient(k, p, variance, ar):
    design, parameters = make(
        np.random.default_rng(7), 60, k, p, variance=variance, ar=ar, floor=0.1,
        stretches=[[0, 25], [30, 60]],
    )  # fmt: skip
    theta = pack(parameters, design)
    score = log_likelihood_and_score(theta, design)[1]
    step = 1e-5 * np.eye(len(theta))
    numerical = [
        (log_likelihood_and_score(theta + h, design)[0]
         - log_likelihood_and_score(theta - h, design)[0]) / 2e-5
        for h in step
    ]  # fmt: skip
    assert_allclose(score, numerical, atol=2e-6)


@pytest.mark.parametrize(("k", "p"), SHAPES)
def test_packing_is_undone_by_unpacking(k, p):
    design, parameters = make(np.random.default_rng(8), 40, k, p, ar=True, floor=0.05)
    for there, back in zip(parameters, unpack(pack(parameters, design), design)):
        assert_allclose(back, there, rtol=1e-12)


@pytest.mark.parametrize("variance", [False, True])
def test_em_climbs(variance):
    rng = np.random.default_rng(9)
    design, parameters = make(rng, 200, 2, variance=variance, stretches=[[0, 90], [90, 200]])
    path = np.array(em(parameters, design, 60).log_likelihoods)
    # The step for the chain ignores the ergodic start, so a fall of order 1/T is possible.
    assert (np.diff(path) > -1 / 200).all()
    assert path[-1] > path[0] + 10


@pytest.mark.parametrize(("k", "p"), SHAPES)
def test_climb_ends_above_its_start_at_a_zero_score(k, p):
    design, parameters = make(np.random.default_rng(10), 150, k, p, floor=0.01)
    theta = pack(parameters, design)
    end = maximise(theta, design)
    assert end.log_likelihood > log_likelihood_and_score(theta, design)[0] + 1
    assert end.converged
    assert end.largest_score < 1e-4
    value, score = log_likelihood_and_score(end.theta, design)
    assert_allclose(value, end.log_likelihood, rtol=1e-13)
    assert_allclose(np.abs(score).max(), end.largest_score, rtol=1e-6, atol=1e-12)


def test_start_without_likelihood_is_reported_not_returned_as_a_fit():
    design, parameters = make(np.random.default_rng(11), 40)
    design.y[5] = np.nan
    end = maximise(pack(parameters, design), design)
    assert end.log_likelihood == -np.inf
    assert not end.converged
