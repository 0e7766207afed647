"""Variance shares: collapse to known cases, invariances, rolling windows, and a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.estimation.connectedness import (
    measures,
    net_between,
    rolling_shares,
    variance_shares,
)
from yenloop.estimation.least_squares import least_squares


def random_var(seed: int, k: int = 4, p: int = 2) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    lags = rng.uniform(-0.3, 0.3, (p, k, k)) / p
    factor = np.tril(rng.standard_normal((k, k)))
    np.fill_diagonal(factor, 0.5 + np.abs(np.diag(factor)))
    return lags, factor @ factor.T


def fit_var(y: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Reduced form with a constant: lag matrices and residual cross product / T."""
    total, k = y.shape
    x = np.hstack([np.ones((total - p, 1)), *(y[p - i : total - i] for i in range(1, p + 1))])
    fit = least_squares(x, y[p:])
    lags = fit.coefficients[1:].reshape(p, k, k).transpose(0, 2, 1)
    return lags, fit.residuals.T @ fit.residuals / len(x)


def test_generalised_equals_recursive_when_residuals_are_uncorrelated() -> None:
    lags, covariance = random_var(1)
    diagonal = np.diag(np.diag(covariance))
    generalised = variance_shares(lags, diagonal, 10, scheme="generalised")
    for order in (None, [3, 1, 0, 2]):
        recursive = variance_shares(lags, diagonal, 10, scheme="recursive", order=order)
        np.testing.assert_allclose(recursive, generalised, atol=1e-14)


def test_recursive_shares_are_the_variance_decomposition_of_the_cholesky_factor() -> None:
    lags, covariance = random_var(2, k=3, p=1)
    factor = np.linalg.cholesky(covariance)
    responses = [np.linalg.matrix_power(lags[0], h) @ factor for h in range(5)]
    variance = sum(r @ r.T for r in responses).diagonal()
    expected = sum(r**2 for r in responses) / variance[:, None]
    shares = variance_shares(lags, covariance, 5, scheme="recursive")
    np.testing.assert_allclose(shares, expected, rtol=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_generalised_shares_do_not_depend_on_the_order_of_the_series(
    seed: int, order: list[int]
) -> None:
    lags, covariance = random_var(seed)
    at = np.array(order)
    moved = variance_shares(
        lags[:, at[:, None], at], covariance[at[:, None], at], 10, scheme="generalised"
    )
    shares = variance_shares(lags, covariance, 10, scheme="generalised")
    np.testing.assert_allclose(moved, shares[at[:, None], at], atol=1e-13)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_naming_an_order_is_the_same_as_reordering_the_series(seed: int, order: list[int]) -> None:
    lags, covariance = random_var(seed)
    at = np.array(order)
    reordered = variance_shares(
        lags[:, at[:, None], at], covariance[at[:, None], at], 10, scheme="recursive"
    )
    shares = variance_shares(lags, covariance, 10, scheme="recursive", order=order)
    np.testing.assert_allclose(reordered, shares[at[:, None], at], atol=1e-13)


@pytest.mark.parametrize("scheme", ["recursive", "generalised"])
def test_shares_do_not_depend_on_units_and_rows_sum_to_one(scheme: str) -> None:
    lags, covariance = random_var(3)
    unit = np.array([1000.0, 1.0, 0.01, 7.0])
    scaled = variance_shares(
        lags * unit[:, None] / unit, covariance * np.outer(unit, unit), 10, scheme=scheme
    )
    shares = variance_shares(lags, covariance, 10, scheme=scheme)
    np.testing.assert_allclose(scaled, shares, rtol=1e-11)
    np.testing.assert_allclose(shares.sum(axis=-1), 1.0, atol=1e-14)


def test_draws_are_batched_without_changing_any_number() -> None:
    drawn = [random_var(seed) for seed in range(3)]
    lags, covariance = (np.stack(part) for part in zip(*drawn, strict=True))
    together = variance_shares(lags, covariance, 6, scheme="recursive", order=[2, 0, 1, 3])
    for one, (a, s) in zip(together, drawn, strict=True):
        alone = variance_shares(a, s, 6, scheme="recursive", order=[2, 0, 1, 3])
        np.testing.assert_allclose(one, alone, atol=1e-15)


def test_measures_satisfy_their_identities() -> None:
    lags, covariance = random_var(4)
    table = 100 * variance_shares(lags, covariance, 10, scheme="generalised")
    m = measures(table)
    np.testing.assert_allclose(m.net, m.pairwise.sum(axis=0), atol=1e-11)
    np.testing.assert_allclose(m.net.sum(), 0.0, atol=1e-11)
    np.testing.assert_allclose(m.total, m.from_others.mean(), atol=1e-11)
    np.testing.assert_allclose(m.corrected, m.total * 4 / 3)
    np.testing.assert_allclose(net_between(table, [1], [0, 2, 3]), m.net[1], atol=1e-11)
    np.testing.assert_allclose(
        net_between(table, [0, 1], [2, 3]), -net_between(table, [2, 3], [0, 1]), atol=1e-11
    )


def test_net_between_blocks_does_not_depend_on_the_order_inside_a_block() -> None:
    lags, covariance = random_var(5)
    nets = [
        net_between(
            variance_shares(lags, covariance, 10, scheme="recursive", order=order), [0, 1], [2, 3]
        )
        for order in ([0, 1, 2, 3], [1, 0, 2, 3], [1, 0, 3, 2])
    ]
    np.testing.assert_allclose(nets, nets[0], atol=1e-14)


@pytest.mark.parametrize("scheme", ["recursive", "generalised"])
def test_rolling_tables_equal_separate_regressions(scheme: str) -> None:
    rng = np.random.default_rng(6)
    y = 500.0 + rng.standard_normal((700, 3)).cumsum(axis=0)
    tables = rolling_shares(y, 120, 2, 10, scheme=scheme, order=[2, 0, 1])
    assert tables.shape == (581, 3, 3)
    for first in (0, 1, 300, 580):
        lags, covariance = fit_var(y[first : first + 120], 2)
        alone = variance_shares(lags, covariance, 10, scheme=scheme, order=[2, 0, 1])
        np.testing.assert_allclose(tables[first], alone, atol=1e-9)


def two_clocks(to_us: float, to_japan: float, total: int, seed: int) -> np.ndarray:
    """Same-date data in which Japan's close comes first.

    US_t hears Japan_t; Japan_t hears US_{t-1}. Unit shocks.
    """
    shocks = np.random.default_rng(seed).standard_normal((total, 2))
    y = np.zeros((total, 2))
    for t in range(1, total):
        y[t, 0] = shocks[t, 0] + to_japan * y[t - 1, 1]
        y[t, 1] = shocks[t, 1] + to_us * y[t, 0]
    return y


@pytest.mark.parametrize(
    ("to_us", "to_japan", "japan_first", "generalised", "us_first"),
    [(0.4, 0.0, 13.6, 0.0, -13.6), (0.4, 0.4, -0.1, -12.2, -27.7), (0.4, 0.2, 10.0, -3.3, -17.5)],
)
def test_only_the_order_of_the_clocks_recovers_who_moves_whom(
    to_us: float, to_japan: float, japan_first: float, generalised: float, us_first: float
) -> None:
    """Net of Japan in percentage points; the Monte Carlo error at T = 60,000 is below 0.3."""
    lags, covariance = fit_var(two_clocks(to_us, to_japan, 60_000, seed=7), 2)

    def net(scheme: str, order: list[int] | None = None) -> float:
        table = 100 * variance_shares(lags, covariance, 10, scheme=scheme, order=order)
        return float(measures(table).net[0])

    assert net("recursive", [0, 1]) == pytest.approx(japan_first, abs=0.6)
    assert net("generalised") == pytest.approx(generalised, abs=0.6)
    assert net("recursive", [1, 0]) == pytest.approx(us_first, abs=0.6)
