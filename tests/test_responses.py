"""Proves that the kernel of impulse responses equals the recursion, whatever the shapes."""

import numpy as np
import pytest

from yenloop.estimation.companion import moving_average
from yenloop.estimation.responses import MANY_DRAWS, impulse_responses


def system(draws, p, k, shocks):
    rng = np.random.default_rng(draws + p + k)
    lags = rng.standard_normal((draws, p, k, k)) * 0.5 / (k * p) ** 0.5
    return lags, rng.standard_normal((draws, k, shocks))


@pytest.mark.parametrize(
    ("draws", "p", "k", "shocks"),
    [(64, 1, 1, 1), (65, 3, 2, 2), (71, 2, 3, 3), (100, 12, 4, 4), (77, 2, 5, 2), (80, 6, 7, 7)],
)
def test_many_draws_equal_the_recursion(draws, p, k, shocks):
    lags, impact = system(draws, p, k, shocks)
    found = impulse_responses(lags, impact, 20)
    assert found.shape == (draws, 21, k, shocks)
    expected = moving_average(lags, 20) @ impact[:, None]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@pytest.mark.parametrize("draws", [1, 5, MANY_DRAWS - 1, MANY_DRAWS, MANY_DRAWS + 1])
def test_a_draw_does_not_depend_on_the_others(draws):
    lags, impact = system(100, 3, 3, 3)
    found = impulse_responses(lags[:draws], impact[:draws], 12)
    alone = impulse_responses(lags[draws - 1], impact[draws - 1], 12)
    assert alone.shape == (13, 3, 3)
    np.testing.assert_allclose(found[-1], alone, rtol=1e-11, atol=1e-13)


def test_an_explosive_draw_stays_by_itself():
    lags, impact = system(70, 2, 2, 2)
    plain = impulse_responses(lags, impact, 15)
    lags[66] = 1e200
    with np.errstate(over="ignore"):
        found = impulse_responses(lags, impact, 15)
    others = np.arange(70) != 66
    np.testing.assert_array_equal(found[others], plain[others])


def test_leading_axes_broadcast():
    lags, impact = system(96, 2, 3, 3)
    each = impulse_responses(lags, impact, 8)
    np.testing.assert_array_equal(
        impulse_responses(lags.reshape(4, 24, 2, 3, 3), impact.reshape(4, 24, 3, 3), 8),
        each.reshape(4, 24, 9, 3, 3),
    )
    one_impact = impulse_responses(lags, impact[0], 8)
    np.testing.assert_array_equal(one_impact[0], each[0])
    np.testing.assert_allclose(one_impact[50], impulse_responses(lags[50], impact[0], 8))
    one_system = impulse_responses(lags[0], impact, 8)
    np.testing.assert_allclose(one_system[50], impulse_responses(lags[0], impact[50], 8))


def test_impact_and_power_of_an_autoregression():
    """Horizon 0 is B itself; with one lag, horizon h is A^h B."""
    lags, impact = system(64, 1, 3, 3)
    found = impulse_responses(lags, impact, 6)
    np.testing.assert_array_equal(found[:, 0], impact)
    power = np.linalg.matrix_power(lags[:, 0], 6) @ impact
    np.testing.assert_allclose(found[:, 6], power, atol=1e-13)
    np.testing.assert_array_equal(impulse_responses(lags, impact, 0)[:, 0], impact)


def test_input_stays_as_it_was():
    lags, impact = system(64, 2, 2, 2)
    lags.setflags(write=False)
    impact.setflags(write=False)
    kept = lags.copy(), impact.copy()
    impulse_responses(lags, impact, 5)
    np.testing.assert_array_equal(lags, kept[0])
    np.testing.assert_array_equal(impact, kept[1])


def test_units():
    """Responses in other units: rows and columns scale, exactly for powers of two."""
    lags, impact = system(64, 3, 3, 3)
    units = np.array([1024.0, 1.0, 0.125])
    found = impulse_responses(lags * (units[:, None] / units), impact * units[:, None], 10)
    np.testing.assert_array_equal(found, impulse_responses(lags, impact, 10) * units[:, None])
