"""Proves that responses by state, their difference and the dating of the state are right."""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, SampleError, SpecError
from yenloop.estimation.projection_state import dummy, interact, lagged_state, logistic
from yenloop.models.projection_errors import EqualWeightedCosines, NeweyWest
from yenloop.models.projections_iv import InstrumentedProjections
from yenloop.models.projections_state import State, StateProjections
from yenloop.models.storage import load

#: Persistence of the price in the regimes above and below.
HIGH, LOW = 0.7, 0.2


def simulated(periods: int = 600, seed: int = 3, low: float = LOW) -> Panel:
    """A price whose response to the yen depends on an outside state of the month before."""
    rng = np.random.default_rng(seed)
    state = np.zeros(periods)
    noise, yen, own = rng.standard_normal((3, periods))
    for t in range(1, periods):
        state[t] = 0.9 * state[t - 1] + 0.4 * noise[t]
    z = 0.8 * yen + 0.6 * rng.standard_normal(periods)
    price = np.zeros(periods)
    for t in range(1, periods):
        effect = HIGH if state[t - 1] > 0 else low
        price[t] = 0.4 * price[t - 1] + effect * yen[t] + 0.5 * own[t]
    frame = pd.DataFrame({"yen": yen, "price": price, "tight": state, "z": z})
    frame.index = pd.period_range("1975-01", periods=periods, freq="M")
    about = {
        name: Column(id=name, label=name, unit="%", differenced=True, transform="100 x log diff")
        for name in ("yen", "price")
    }
    return Panel.from_frame(frame, about)


def spec(**options) -> StateProjections:
    given = {
        "shock": "yen",
        "variables": ("yen", "price"),
        "lags": 2,
        "state": State("tight", 0.0, high="tight", low="loose"),
    }
    return StateProjections(**(given | options))


def test_the_state_ends_in_the_period_before_the_shock():
    series = np.arange(10.0)
    np.testing.assert_array_equal(lagged_state(series, 3), series[2:9])
    np.testing.assert_allclose(lagged_state(series, 3, window=3), series[1:8])
    np.testing.assert_array_equal(lagged_state(series, 2, window=2), series[:8] + 0.5)


def test_the_state_of_the_period_itself_and_later_ones_do_not_matter():
    data = simulated(300)
    later = data.frame.copy()
    later.iloc[200:, later.columns.get_loc("tight")] = 99.0
    fitted = [spec().fit(Panel.from_frame(f, data.columns)) for f in (data.frame, later)]
    first, second = (fit.state for fit in fitted)
    pd.testing.assert_series_equal(first[:199], second[:199])
    assert first.index[0] == pd.Period("1975-03", "M")
    assert first.iloc[198] == float(data.frame["tight"].iloc[199] > 0)


def test_shares_of_regimes():
    z = np.array([-2.0, 0.0, 1.0, 3.0])
    np.testing.assert_array_equal(dummy(z, 0.0), [0, 0, 1, 1])
    found = logistic(z, 1.0, 2.0)
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-2 * (z - 1))), rtol=1e-12)
    np.testing.assert_allclose(logistic(z, 0.5, 1e3), dummy(z, 0.5), atol=1e-12)
    both = interact(found, np.ones((4, 1)))
    np.testing.assert_allclose(both.sum(axis=1), 1.0)


def test_a_steep_transition_is_the_dummy():
    data = simulated()
    steep = State("tight", 0.0, gamma=1e9, high="tight", low="loose")
    first = spec().fit(data).irf(6)
    second = spec(state=steep).fit(data).irf(6)
    np.testing.assert_allclose(second.point, first.point, atol=1e-8)


@pytest.mark.parametrize("instruments", [(), ("z",)])
def test_one_state_alone_is_the_linear_projection(instruments):
    """Regressions of a dummy state are those of each regime's own periods."""
    data = simulated()
    found = spec(instruments=instruments).fit(data).irf(4)
    masked = data.frame["tight"].shift(1) > 0
    excluded = data.frame.assign(yes=masked.astype(float))
    fitted = InstrumentedProjections(
        shock="yen", variables=("yen", "price"), instruments=instruments, lags=2
    ).fit(Panel.from_frame(excluded.drop(columns=["tight", "yes"]), data.columns))
    from dataclasses import replace

    for regime, inside in enumerate((masked, ~masked)):
        own = replace(fitted.data, only=inside.to_numpy()[2:])
        linear = replace(fitted, data=own).irf(4)
        np.testing.assert_allclose(found.point[..., regime], linear.point, atol=1e-10)


def test_ratios_by_state_are_those_of_each_regime():
    data = simulated()
    fitted = spec().fit(data)
    sums = fitted.irf(6).point
    found = fitted.pass_through("price", 6)
    for number, one in enumerate(found.regimes.values()):
        ratio = sums[:, 1, number] / sums[:, 0, number]
        np.testing.assert_allclose(one.point[:, 0], ratio, atol=1e-10)


def test_equal_regimes_leave_no_difference_and_different_ones_do():
    same = spec().fit(simulated(low=HIGH)).irf(6)
    assert same.wald_difference("price").p_value > 0.05
    apart = spec().fit(simulated()).irf(6)
    assert apart.wald_difference("price").p_value < 1e-4
    band = apart.difference().joint().bands([0.90])[0.90]
    assert band[0][0, 1, 0] > 0  # a larger response on impact in the regime above


def test_known_responses_are_found_in_both_regimes():
    found = spec().fit(simulated(periods=20_000)).irf(3, response="price")
    effects = np.array([HIGH, LOW])
    cumulated = np.cumsum(0.4 ** np.arange(4))[:, None] * effects
    np.testing.assert_allclose(found.point[:, 0], cumulated, atol=0.05)
    ratios = spec().fit(simulated(periods=20_000)).pass_through("price", 3)
    for effect, one in zip(effects, ratios.regimes.values()):
        np.testing.assert_allclose(one.point[:, 0], cumulated[:, 0] / HIGH * effect, atol=0.05)


def test_the_difference_has_the_joint_covariance():
    found = spec(errors=NeweyWest()).fit(simulated()).irf(4, response="price")
    h, joint = 3, found.covariance.reshape(5, 2, 5, 2)
    variance = joint[h, 0, h, 0] + joint[h, 1, h, 1] - 2 * joint[h, 0, h, 1]
    assert found.difference().std_error[h, 0, 0] == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_the_difference_covers():
    """90% bands of the difference at h = 3 in 200 samples of T = 240: 2.1 points of error."""
    inside = []
    for seed in range(200):
        gap = spec().fit(simulated(240, seed)).irf(3, response="price").difference()
        low, high = gap.bands([0.90])[0.90]
        truth = (HIGH - LOW) * (1 + 0.4 + 0.4**2 + 0.4**3)
        inside.append(low[3, 0, 0] <= truth <= high[3, 0, 0])
    assert 0.84 <= np.mean(inside) <= 0.95


def test_regimes_are_named_and_their_meaning_is_said():
    found = spec().fit(simulated()).irf(2)
    assert found.shocks == ("yen, tight", "yen, loose")
    words = " ".join(found.notes())
    assert "F = 1 is the regime 'tight': tight above 0 in the period before the shock" in words
    assert "Gonçalves, Herrera, Kilian and Pesavento 2024" in words
    smooth = State("tight", 0.5, gamma=1.5, window=2)
    words = " ".join(spec(state=smooth).fit(simulated()).irf(2).notes())
    assert "gamma 1.5 per standard deviation" in words
    assert "the mean of the 2 periods before the shock" in words


def test_ratios_have_the_common_form_and_a_joint_difference():
    fitted = spec(instruments=("z",), errors=EqualWeightedCosines()).fit(simulated())
    found = fitted.pass_through("price", 4)
    tidy = found.tidy()
    assert set(tidy["statistic"]) == {"pass_through"}
    assert set(tidy["unit"]) == {"% per 1% fall of the yen"}
    model = "state-dependent LP-IV(2)"
    assert set(tidy["model"]) == {f"{model}, tight", f"{model}, loose"}
    assert found.method == f"{model}, instrumented by z, equal-weighted cosines"
    gap = found.difference()
    np.testing.assert_allclose(
        gap.point[..., 0],
        found.regimes["tight"].point - found.regimes["loose"].point,
        atol=1e-12,
    )
    assert gap.shocks == ("tight minus loose",)
    assert (gap.std_error > 0).all()


def test_results_are_saved_and_drawn(tmp_path):
    fitted = spec().fit(simulated())
    for found in (fitted.irf(3), fitted.irf(3).difference(), fitted.pass_through("price", 3)):
        again = load(found.save(tmp_path / "result.zip"))
        pd.testing.assert_frame_equal(again.tidy(), found.tidy())
        figure, _ = found.plot()
        assert figure.axes
        assert found.cite()
        assert str(found.summary())


def test_what_cannot_be_asked_is_refused():
    data = simulated()
    smooth = State("tight", 0.0, gamma=2.0)
    with pytest.raises(InvalidInferenceError, match="smooth state"):
        spec(state=smooth).fit(data).pass_through("price")
    with pytest.raises(SpecError, match="window no longer"):
        spec(state=State("tight", window=3))
    with pytest.raises(SpecError, match="gamma"):
        State("tight", gamma=-1.0)
    with pytest.raises(SpecError, match="Both regimes"):
        State("tight", high="a", low="a")
    with pytest.raises(SampleError, match="'high' has 0 periods"):
        spec(state=State("tight", 99.0)).fit(data).irf(2)
    filtered = Column(id="tight", label="tight", unit="%", two_sided=True)
    panel = Panel(data.frame, {**data.columns, "tight": filtered})
    with pytest.raises(SpecError, match="later|not yet there"):
        spec().fit(panel)
