"""Zero and sign weights: the volume elements of Arias et al., the limit that they stand for, units.

Also resampling: effective size, how often each draw occurs.
"""

from __future__ import annotations

import runpy
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yenloop.estimation.importance import effective_size, normalised, resample
from yenloop.estimation.response_restrictions import LONG_RUN, Cells
from yenloop.estimation.zero_sign_weights import log_zero_sign_weights

TWINS = Path(__file__).parent / "twins"
twin = SimpleNamespace(**runpy.run_path(str(TWINS / "zero_sign_weights.py")))
BOTH = ("impulse_response", "structural")
IMPACT = ((2, 0, 0), (2, 1, 0), (0, 1, 0))
#: Variables, lags, zeros (shock, response, horizon, summed up to it): at impact, within and beyond
#: the lags, summed, in the long run.
CASES = (
    (3, 1, ((2, 0, 0),)),
    (3, 1, IMPACT),
    (3, 2, ((2, 0, 0), (2, 1, 1), (0, 1, 0))),
    (3, 2, ((1, 0, LONG_RUN), (1, 2, 3))),
    (3, 2, ((1, 0, 2, True), (0, 2, 0))),
    (4, 2, ((0, 1, LONG_RUN), (0, 2, 0), (3, 1, 1), (2, 0, 4))),
)


def order_of(zeros, k: int) -> np.ndarray:
    """Shocks with most zeros first."""
    return np.argsort([-sum(z[0] == j for z in zeros) for j in range(k)], kind="stable")


def weights_of(lags, impact, zeros, *, order=None, **options) -> np.ndarray:
    cells = Cells.of([(*z[:3], len(z) > 3, 0, n) for n, z in enumerate(zeros)])
    order = order_of(zeros, impact.shape[-1]) if order is None else order
    return log_zero_sign_weights(lags, impact, cells, order, **options)


def drawn(k: int, p: int, zeros, count: int, seed: int = 0, covariance=None, fixed=None):
    """Reduced forms with columns drawn one by one as the weights take them to be.

    ``covariance`` and ``fixed`` (lags) stand for one reduced form in all draws.
    """
    rng = np.random.default_rng(seed)
    order = order_of(zeros, k)
    lags, impact = np.empty((count, p, k, k)), np.empty((count, k, k))
    for r in range(count):
        a = 0.3 * rng.standard_normal((p, k, k)) / np.arange(1, p + 1)[:, None, None] / k
        a = a if fixed is None else fixed
        root = rng.standard_normal((k, 2 * k))
        factor = np.linalg.cholesky(root @ root.T if covariance is None else covariance)
        q = np.zeros((k, k))
        for n, j in enumerate(order):
            rows = [twin.restricted_row(a, factor, z) for z in zeros if z[0] == j]
            rows = np.array([*rows, *q.T[list(order[:n])]]).reshape(-1, k)
            basis = np.linalg.svd(rows)[2][len(rows) :].T if len(rows) else np.eye(k)
            w = rng.standard_normal(basis.shape[1])
            q[:, j] = basis @ w / np.linalg.norm(w)
        lags[r], impact[r] = a, factor @ q
    return lags, impact


@pytest.mark.parametrize("parameterisation", BOTH)
@pytest.mark.parametrize(("k", "p", "zeros"), CASES)
def test_weights_are_the_ratio_of_volume_elements(k, p, zeros, parameterisation) -> None:
    """Of algorithm 3, differentiated by complex steps on one branch of the null spaces."""
    lags, impact = drawn(k, p, zeros, 4)
    weights = weights_of(lags, impact, zeros, parameterisation=parameterisation)
    order = order_of(zeros, k)
    slow = [twin.log_weight(a, b, zeros, order, parameterisation) for a, b in zip(lags, impact)]
    np.testing.assert_allclose(np.diff(weights), np.diff(slow), rtol=0, atol=1e-8)
    assert np.ptp(weights) > 0.1


@pytest.mark.parametrize("parameterisation", BOTH)
def test_without_zeros_all_weights_are_one(parameterisation) -> None:
    lags, impact = drawn(3, 2, (), 5)
    weights = weights_of(lags, impact, (), parameterisation=parameterisation)
    np.testing.assert_array_equal(weights, np.zeros(5))


def test_zeros_of_one_shock_have_one_weight_given_the_reduced_form() -> None:
    """Its column is drawn first: uniform where its zeros hold, and so is a uniform Q there.

    For A_0 and A_+ the weight depends on the column, as the surface of zeros is curved.
    """
    zeros = ((1, 0, 0), (1, 2, 1))
    covariance = np.cov(np.random.default_rng(3).standard_normal((4, 9)))
    lags, _ = drawn(4, 1, zeros, 1)
    draws = [drawn(4, 1, zeros, 1, seed, covariance, lags[0]) for seed in range(30)]
    lags, impact = (np.concatenate(part) for part in zip(*draws))
    assert np.ptp(weights_of(lags, impact, zeros)) < 1e-12
    curved = weights_of(lags, impact, zeros, parameterisation="structural")
    assert np.ptp(curved) > 0.1


def test_exactly_identified_recursive_zeros_have_the_weight_of_the_cholesky_factor() -> None:
    """The Jacobian of Sigma = L L' against that of Theta_0 -> (Sigma, Q): prod L_ii^-(K-i).

    Signs of the columns do not matter, so that the weight is one given the reduced form; across
    reduced forms it is what the theory says, not a constant.
    """
    zeros = tuple((j, i, 0) for j in range(4) for i in range(j))
    rng = np.random.default_rng(1)
    root = rng.standard_normal((6, 4, 9))
    lower = np.linalg.cholesky(root @ np.swapaxes(root, 1, 2))
    flipped = lower * rng.choice([-1.0, 1.0], (6, 1, 4))
    lags = np.zeros((6, 1, 4, 4))
    own = np.log(np.diagonal(lower, axis1=1, axis2=2))
    expected = -own @ np.array([3, 2, 1, 0])
    for impact in (lower, flipped):
        found = weights_of(lags, impact, zeros)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_weighted_draws_are_uniform_rotations_that_nearly_satisfy_the_zeros() -> None:
    """The prior of the responses given that the zeros hold, as the limit of small responses."""
    zeros, rng = ((1, 0, 0), (2, 1, 0)), np.random.default_rng(0)
    covariance = np.array([[1.0, 0.6, 0.3], [0.6, 2.0, -0.5], [0.3, -0.5, 1.5]])
    q, r = np.linalg.qr(rng.standard_normal((1_500_000, 3, 3)))
    q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
    uniform = np.linalg.cholesky(covariance) @ q
    near = uniform[(np.abs(uniform[:, 0, 1]) < 0.04) & (np.abs(uniform[:, 1, 2]) < 0.04)]
    lags, impact = drawn(3, 1, zeros, 6000, covariance=covariance)
    weights = normalised(weights_of(lags, impact, zeros))
    for statistic in (
        lambda b: b[:, 0, 0] ** 2,
        lambda b: np.abs(b[:, 1, 1]),
        lambda b: b[:, 2, 2] ** 2,
    ):
        target, weighted = statistic(near), weights @ statistic(impact)
        error = np.hypot(target.std() / len(target) ** 0.5, statistic(impact).std() / 6000**0.5)
        assert abs(weighted - target.mean()) < 3.5 * error
    # without weights the same draws are far from it
    plain = np.abs(impact[:, 1, 1])
    assert abs(plain.mean() - np.abs(near[:, 1, 1]).mean()) > 6 * plain.std() / 6000**0.5


@pytest.mark.parametrize("parameterisation", BOTH)
@pytest.mark.parametrize(("k", "p", "zeros"), CASES)
def test_neither_signs_nor_the_order_of_variables_matter(k, p, zeros, parameterisation) -> None:
    lags, impact = drawn(k, p, zeros, 6)
    options = {"parameterisation": parameterisation}
    weights = weights_of(lags, impact, zeros, **options)
    flips = np.random.default_rng(1).choice([-1.0, 1.0], (6, 1, k))
    flipped = weights_of(lags, impact * flips, zeros, **options)
    np.testing.assert_allclose(flipped, weights, rtol=0, atol=1e-10)
    for place in list(permutations(range(k)))[1::5]:
        move = list(place)
        to = [move.index(i) for i in range(k)]
        moved = [(to[z[0]], to[z[1]], *z[2:]) for z in zeros]
        found = weights_of(
            lags[..., move, :][..., move],
            impact[:, move][..., move],
            moved,
            order=[to[j] for j in order_of(zeros, k)],
            **options,
        )
        np.testing.assert_allclose(found, weights, rtol=0, atol=1e-10)


def test_units_do_not_matter_where_the_responses_are_coordinates() -> None:
    """Beyond the lags, in the long run and for A_0 and A_+ the surface of zeros is curved."""
    units = np.array([100.0, 1.0, 0.01])

    def moved_by_units(p, zeros, parameterisation) -> float:
        lags, impact = drawn(3, p, zeros, 8)
        options = {"parameterisation": parameterisation}
        scaled = lags * units[:, None] / units, impact * units[:, None]
        here = weights_of(lags, impact, zeros, **options)
        return float(np.ptp(weights_of(*scaled, zeros, **options) - here))

    zeros = CASES[2][2]
    assert moved_by_units(2, zeros, "impulse_response") < 1e-10
    assert moved_by_units(2, zeros, "structural") > 0.1
    assert moved_by_units(2, CASES[3][2], "impulse_response") > 0.1


def test_a_long_run_that_does_not_exist_has_no_weight() -> None:
    lags, impact = drawn(3, 1, (), 2)
    lags[1] = 1.2 * np.eye(3)
    weights = weights_of(lags, impact, ((0, 1, LONG_RUN),))
    assert np.isfinite(weights[0])
    assert np.isnan(weights[1])


def test_resampling_gives_each_draw_its_share() -> None:
    weights = np.array([0.0, 0.1, 0.25, 0.65])
    with np.errstate(divide="ignore"):
        logs = np.log(weights) - 1234.5
    assert effective_size(logs) == pytest.approx(1 / (weights**2).sum())
    found = resample(logs, 1000, seed=4)
    counts = np.bincount(found.index, minlength=4)
    assert (np.abs(counts - 1000 * weights) < 1).all()
    assert (found.distinct, found.duplicates) == (3, 997)
    assert found.effective == effective_size(logs)
    equal = resample(np.zeros(50), 50, seed=0)
    np.testing.assert_array_equal(equal.index, np.arange(50))
    assert equal.duplicates == 0
    np.testing.assert_array_equal(resample(logs, 20, 7).index, resample(logs, 20, 7).index)


def test_weights_that_are_none_are_refused() -> None:
    for logs in (
        np.full(3, -np.inf),
        np.array([0.0, np.nan]),
        np.array([0.0, np.inf]),
        np.empty(0),
    ):
        with pytest.raises(ValueError, match="weight"):
            effective_size(logs)
