"""The paired bootstrap gives the sampling distribution of a move to a longer sample."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yenloop.errors import SampleError
from yenloop.estimation.least_squares import lagged_design, least_squares
from yenloop.estimation.paired_bootstrap import bootstrap_pairs
from yenloop.estimation.resampling import INDEPENDENT, MovingBlocks
from yenloop.estimation.var_bootstrap import bootstrap_reduced_form

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins/paired_bootstrap.py")))

PARTS = ("lags", "deterministic", "covariance")


def autoregression(nobs, k=2, seed=0, p=1):
    """A stationary VAR(1) with a constant and a trend among its regressors, as estimated."""
    rng = np.random.default_rng(seed)
    y = np.zeros((nobs + p, k))
    mix = np.eye(k) + 0.4 * np.eye(k, k=-1)
    for t in range(1, len(y)):
        y[t] = 0.2 + 0.5 * y[t - 1] + mix @ rng.standard_normal(k)
    z = np.column_stack([np.ones(nobs), np.linspace(-1, 1, nobs)])
    return estimated(y, z, p)


def estimated(y, z, p):
    k, m = y.shape[1], z.shape[1]
    fit = least_squares(lagged_design(y, np.vstack([np.zeros((p, m)), z]), p), y[p:])
    lags = fit.coefficients[m:].reshape(p, k, k).transpose(0, 2, 1)
    return y, z, lags, fit.coefficients[:m].T, fit.residuals


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize(
    ("resampling", "rule"),
    [(INDEPENDENT, twin.var.independent), (MovingBlocks(9), twin.var.moving_blocks(9))],
)
def test_equals_its_twin(p, resampling, rule):
    sample = autoregression(60, 3, seed=1, p=p)
    found = bootstrap_pairs(*sample, short=50, draws=10, seed=3, resampling=resampling)
    expected = twin.bootstrap_pairs(*sample, short=50, draws=10, seed=3, rule=rule)
    for draws, estimates in zip((found.short, found.long), expected, strict=True):
        for name, values in zip(PARTS, zip(*estimates, strict=True), strict=True):
            np.testing.assert_allclose(getattr(draws, name), values, rtol=0, atol=1e-11)


def test_the_long_draws_are_those_of_the_bands():
    """A band and a test of the same seed rest on the same samples."""
    sample = autoregression(80, seed=2)
    pairs = bootstrap_pairs(*sample, short=70, draws=20, seed=5, resampling=MovingBlocks(6))
    bands = bootstrap_reduced_form(*sample, draws=20, seed=5, resampling=MovingBlocks(6))
    for name in PARTS:
        np.testing.assert_allclose(getattr(pairs.long, name), getattr(bands, name), atol=1e-12)


@pytest.mark.parametrize("divisor", ["df", "T"])
def test_each_sample_has_its_own_divisor(divisor):
    sample = autoregression(60, seed=3)
    found = bootstrap_pairs(*sample, short=40, draws=8, seed=1, divisor=divisor)
    by_rows = bootstrap_pairs(*sample, short=40, draws=8, seed=1, divisor="T")
    for draws, plain, rows in ((found.short, by_rows.short, 40), (found.long, by_rows.long, 60)):
        factor = rows / (rows - 4) if divisor == "df" else 1.0
        np.testing.assert_allclose(draws.covariance, factor * plain.covariance)


def test_threads_do_not_change_a_bit():
    sample = autoregression(60, seed=4)
    one, two = (bootstrap_pairs(*sample, short=50, draws=130, seed=1, threads=n) for n in (1, 2))
    assert np.array_equal(one.short.lags, two.short.lags)
    assert np.array_equal(one.long.covariance, two.long.covariance)


def test_a_power_of_two_in_the_units_moves_only_the_units():
    y, z, lags, deterministic, residuals = autoregression(60, seed=6)
    units = np.array([1024.0, 1.0])
    ratio = units[:, None] / units
    rescaled = (y * units, z, lags * ratio, deterministic * units[:, None], residuals * units)
    plain = bootstrap_pairs(y, z, lags, deterministic, residuals, short=50, draws=9, seed=1)
    found = bootstrap_pairs(*rescaled, short=50, draws=9, seed=1)
    np.testing.assert_allclose(found.short.lags, plain.short.lags * ratio, rtol=1e-10)


def test_variance_of_the_difference_is_the_difference_of_variances():
    """Hausman (1978): Var(short - long) = Var(short) - Var(long), not their sum."""
    found = bootstrap_pairs(*autoregression(400, seed=7), short=280, draws=4000, seed=1)
    short, long = found.short.lags, found.long.lags
    variance = (short - long).var(axis=0)
    hausman = short.var(axis=0) - long.var(axis=0)
    np.testing.assert_allclose(variance, hausman, rtol=0.12)
    assert (variance < 0.3 * (short.var(axis=0) + long.var(axis=0))).all()


def test_few_new_periods_move_little():
    """The spread of the difference falls with the number of new periods like its square root."""
    sample = autoregression(300, seed=8)
    spreads = []
    for new in (4, 16, 64):
        found = bootstrap_pairs(*sample, short=300 - new, draws=1000, seed=1)
        spreads.append((found.short.lags - found.long.lags).std(axis=0))
    np.testing.assert_allclose(spreads[1] / spreads[0], 2, rtol=0.2)
    np.testing.assert_allclose(spreads[2] / spreads[1], 2, rtol=0.3)


@pytest.mark.parametrize("short", [60, 61, 4, 0])
def test_a_sample_that_is_not_shorter_or_too_short_is_refused(short):
    with pytest.raises(SampleError, match=f"sample of {short} periods beside one of 60"):
        bootstrap_pairs(*autoregression(60), short=short, draws=8, seed=1)


def test_a_path_that_explodes_is_left_out_of_both():
    y, z, lags, deterministic, residuals = autoregression(60, seed=9)
    exploding = (y, z, lags * 0 + 1e9 * np.eye(2), deterministic, residuals)
    found = bootstrap_pairs(*exploding, short=50, draws=8, seed=1)
    assert (found.short.failed, found.long.failed) == (8, 8)
    assert len(found.short.lags) == len(found.long.lags) == 0
