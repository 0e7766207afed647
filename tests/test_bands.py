"""Proves that percentiles of draws are numpy's to the bit, with ties, gaps and few draws."""

import warnings

import numpy as np
import pytest

from yenloop.estimation.bands import percentiles
from yenloop.models.results import bands_from_draws


def reference(draws, probabilities):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a cell without draws
        return np.nanquantile(draws, probabilities, axis=0)


def test_bands_of_two_thousand_draws():
    draws = np.random.default_rng(1).standard_normal((2000, 5, 3, 3)).cumsum(axis=1)
    tails = [0.16, 0.84, 0.05, 0.95]
    found = percentiles(draws, tails)
    assert found.shape == (4, 5, 3, 3)
    np.testing.assert_array_equal(found, np.quantile(draws, tails, axis=0))


@pytest.mark.parametrize("rows", [1, 2, 3, 23, 24, 25, 26, 60, 333, 1001])
@pytest.mark.parametrize("kind", ["continuous", "ties", "gaps"])
def test_any_number_of_draws_and_probabilities(rows, kind):
    rng = np.random.default_rng(rows)
    for _ in range(5):
        draws = rng.standard_normal((rows, 13))
        if kind == "ties":
            draws = np.round(draws)
        if kind == "gaps":
            draws[rng.random(draws.shape) < 0.4] = np.nan
        probabilities = [0.0, *rng.random(6), 0.5, 0.5, 1.0]
        found = percentiles(draws, probabilities)
        np.testing.assert_array_equal(found, reference(draws, probabilities))


def test_orders_that_trip_a_selection():
    n = 1500
    rising = np.arange(n, dtype=float)
    columns = [
        rising,
        rising[::-1],
        np.zeros(n),
        np.repeat([1.0, 0.0], n // 2),
        np.minimum(rising, rising[::-1]),
        np.where(rising < 5, 1e300, -1e300),
        np.where(rising % 2 == 0, 0.0, rising),
        np.tile(rising[:50], n // 50),
        np.full(n, np.nan),
    ]
    draws = np.column_stack(columns)
    probabilities = [0.05, 0.95, 0.025, 0.975, 0.16, 0.84, 0.5]
    found = percentiles(draws, probabilities)
    np.testing.assert_array_equal(found, reference(draws, probabilities))


def test_layout_and_kind_of_the_array_do_not_matter():
    draws = np.random.default_rng(2).integers(0, 1000, (4, 3, 200))
    turned = np.moveaxis(draws, -1, 0)
    turned.setflags(write=False)
    expected = np.quantile(turned, [0.1, 0.7], axis=0)
    np.testing.assert_array_equal(percentiles(turned, [0.1, 0.7]), expected)
    assert percentiles(np.arange(5.0), [0.5]).tolist() == [2.0]


@pytest.mark.parametrize("probability", [-0.1, 1.1, np.nan])
def test_probabilities_outside_the_unit_interval_are_refused(probability):
    with pytest.raises(ValueError, match="between 0 and 1"):
        percentiles(np.zeros((9, 1)), [0.5, probability])


def test_bands_are_equal_tailed_percentiles_of_the_draws_that_exist():
    draws = np.random.default_rng(3).standard_normal((500, 4))
    draws[:100, 2] = np.nan
    std_error, bands = bands_from_draws(np.zeros(4), draws, (0.68, 0.90))
    for level, (low, high) in bands.items():
        tails = [(1 - level) / 2, (1 + level) / 2]
        np.testing.assert_array_equal([low, high], np.nanquantile(draws, tails, axis=0))
    np.testing.assert_allclose(std_error, np.nanstd(draws, axis=0, ddof=1), rtol=1e-14)


@pytest.mark.parametrize("threads", [2, 3, 40])
def test_the_number_of_threads_changes_nothing(threads):
    draws = np.random.default_rng(5).standard_normal((300, 7, 3))
    draws[4, 2, 1] = np.nan
    alone = percentiles(draws, [0.05, 0.95])
    np.testing.assert_array_equal(percentiles(draws, [0.05, 0.95], threads=threads), alone)
