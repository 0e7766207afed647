"""The DCC second stage equals its twin, its score is the derivative, CCC is its special case, and
two-stage errors cover.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yenloop.errors import NumericalError
from yenloop.estimation.dcc import (
    correlation_likelihood,
    correlation_target,
    dynamic_correlations,
    maximise_correlation,
    pair_path,
)
from yenloop.estimation.dcc_inference import (
    Margin,
    correlation_influence,
    garch_influence,
    target_influence,
)
from yenloop.estimation.garch import GarchShape, garch_path
from yenloop.estimation.garch_optimum import maximise

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "dcc.py")))


def simulated(periods: int, n: int, a: float, b: float, seed: int) -> np.ndarray:
    """Standardised residuals with dynamic correlations around 0.4."""
    rng = np.random.default_rng(seed)
    mean = 0.4 + 0.6 * np.eye(n)
    q, z = mean.copy(), np.empty((periods, n))
    for t in range(periods):
        d = 1 / np.sqrt(np.diag(q))
        z[t] = np.linalg.cholesky(q * np.outer(d, d)) @ rng.standard_normal(n)
        q = (1 - a - b) * mean + a * np.outer(z[t], z[t]) + b * q
    return z


# Lengths around the block of eight dates; sizes around a full group of eight elements.
@pytest.mark.parametrize(("periods", "n"), [(1, 2), (7, 3), (8, 2), (9, 4), (300, 3), (123, 8)])
def test_kernel_equals_its_twin(periods: int, n: int) -> None:
    z = simulated(max(periods, 40), n, 0.05, 0.9, seed=n)
    target = correlation_target(z)
    found = correlation_likelihood(z[:periods], target, 0.04, 0.93)
    loglik, score = twin.correlation_likelihood(z[:periods], target, 0.04, 0.93)
    np.testing.assert_allclose(found.loglik, loglik, atol=1e-12)
    np.testing.assert_allclose(found.score, score, atol=1e-10)


@pytest.mark.parametrize(("a", "b"), [(0.04, 0.9), (0.2, 0.3), (0.0, 0.5), (0.01, 0.0)])
def test_score_is_the_derivative_of_the_likelihood(a: float, b: float) -> None:
    z = simulated(400, 4, 0.05, 0.9, seed=1)
    target = correlation_target(z)
    score = correlation_likelihood(z, target, a, b).score.sum(axis=0)
    step = 1e-6

    def total(da: float, db: float) -> float:
        return float(correlation_likelihood(z, target, a + da, b + db).loglik.sum())

    numeric = [
        (total(step, 0) - total(-step, 0)) / (2 * step),
        (total(0, step) - total(0, -step)) / (2 * step),
    ]
    np.testing.assert_allclose(score, numeric, rtol=1e-7, atol=1e-6)


def test_without_dynamics_it_is_constant_correlation() -> None:
    z = simulated(500, 3, 0.05, 0.9, seed=2)
    target = correlation_target(z)
    d = 1 / np.sqrt(np.diag(target))
    constant = target * np.outer(d, d)
    inverse = np.linalg.inv(constant)
    quadratic = np.einsum("ti,ij,tj->t", z, inverse, z) - (z**2).sum(axis=1)
    expected = -0.5 * (np.linalg.slogdet(constant)[1] + quadratic)
    np.testing.assert_allclose(
        correlation_likelihood(z, target, 0.0, 0.0).loglik, expected, atol=1e-12
    )
    np.testing.assert_allclose(
        dynamic_correlations(z, target, 0.0, 0.0), np.broadcast_to(constant, (500, 3, 3))
    )


def test_correlation_paths_agree_with_the_recursion() -> None:
    z = simulated(200, 3, 0.05, 0.9, seed=3)
    target = correlation_target(z)
    path = dynamic_correlations(z, target, 0.05, 0.9)
    np.testing.assert_allclose(path, twin.correlations(z, target, 0.05, 0.9), atol=1e-12)
    elements = np.array([[target[0, 0], target[2, 2], target[2, 0]]])
    pair = pair_path(z[:, 0], z[:, 2], elements, np.array([0.05]), np.array([0.9]))
    np.testing.assert_allclose(pair[0], path[:, 0, 2], atol=1e-12)


def test_maximum_has_no_slope_and_ignores_order_and_sign_of_the_series() -> None:
    z = simulated(1500, 3, 0.05, 0.9, seed=4)
    best = maximise_correlation(z, correlation_target(z))
    assert best.converged
    assert not best.edge
    at = correlation_likelihood(z, correlation_target(z), best.a, best.b)
    np.testing.assert_allclose(at.score.mean(axis=0), 0.0, atol=1e-7)
    turned = z[:, [2, 0, 1]] * [1.0, -1.0, 1.0]
    again = maximise_correlation(turned, correlation_target(turned))
    np.testing.assert_allclose([again.a, again.b], [best.a, best.b], atol=1e-6)


def test_constant_correlations_end_at_the_edge() -> None:
    hits = 0
    for seed in range(6):
        z = simulated(800, 2, 0.0, 0.0, seed)
        best = maximise_correlation(z, correlation_target(z))
        hits += best.edge == "a = 0"
    assert hits >= 2  # half of them, were the score at zero symmetric


def test_a_redundant_series_is_a_typed_error() -> None:
    z = simulated(100, 2, 0.05, 0.9, seed=5)
    redundant = np.column_stack([z, z[:, 0]])
    with pytest.raises(NumericalError, match="singular"):
        correlation_likelihood(redundant, correlation_target(redundant), 0.05, 0.9)


def two_stages(seed: int, periods: int, a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Estimate of (correlation of Qbar, a, b) and its two-stage standard errors."""
    z = simulated(periods + 300, 2, a, b, seed)
    h, y = np.ones(2), np.empty_like(z)
    for t, shock in enumerate(z):
        y[t] = np.sqrt(h) * shock
        h = 0.05 + 0.08 * y[t] ** 2 + 0.87 * h
    margins, shape = [], GarchShape()
    for series in y[300:].T:
        start = np.array([0.0, 0.05 * series.var(), 0.08, 0.87])
        found = maximise(start, series, shape, persistence_bound=0.9999)
        influence = garch_influence(found.theta, series, shape, found.free)
        margins.append(Margin(series, shape, found.theta, influence))
    paths = [garch_path(m.theta, m.y, shape) for m in margins]
    residuals = np.column_stack([p.residual / np.sqrt(p.variance) for p in paths])
    target = correlation_target(residuals)
    best = maximise_correlation(residuals, target)
    of_target = target_influence(margins, target, best.a, best.b)
    of_ab = correlation_influence(margins, target, best.a, best.b, of_target)
    correlation = target[1, 0] / np.sqrt(target[0, 0] * target[1, 1])
    by_element = [-0.5 * correlation / target[0, 0], 1 / np.sqrt(target[0, 0] * target[1, 1])]
    by_element.append(-0.5 * correlation / target[1, 1])
    influence = np.column_stack([of_target @ by_element, of_ab])
    error = np.sqrt((influence**2).sum(axis=0)) / len(residuals)
    return np.array([correlation, best.a, best.b]), error


@pytest.mark.slow
def test_two_stage_errors_are_of_the_size_of_the_sampling_error() -> None:
    """40 samples of 1,500; b has a long left tail, so spread is half the central 68% range.

    An error of the target that takes z z' as uncorrelated over time would be half the spread.
    """
    runs = [two_stages(seed, 1500, 0.05, 0.9) for seed in range(40)]
    estimates = np.array([estimate for estimate, _ in runs])
    errors = np.array([error for _, error in runs])
    low, high = np.quantile(estimates, [0.16, 0.84], axis=0)
    ratio = np.median(errors, axis=0) / ((high - low) / 2)
    assert (ratio > 0.7).all()
    assert (ratio < 1.4).all()
    covered = np.abs(estimates - [0.4, 0.05, 0.9]) < 1.645 * errors
    assert (covered.mean(axis=0) > 0.72).all()  # 0.9 minus four standard errors of 40 draws
