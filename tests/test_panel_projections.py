"""Proves that panel projections are those of linearmodels, with errors that few countries carry."""

import numpy as np
import pandas as pd
import pytest
from scipy.signal import lfilter

from yenloop.errors import InvalidInferenceError, NumericalError, SampleError, SpecError
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.panel_projections import FEWEST_CLUSTERS, PanelProjections
from yenloop.models.projection_errors import EqualWeightedCosines, LagAugmented, NeweyWest
from yenloop.models.projections import LocalProjections
from yenloop.models.storage import load


def countries(
    count: int = 4, periods: int = 120, seed: int = 0, persistence: float = 0.5, ragged: int = 7
) -> dict[str, pd.DataFrame]:
    """Exchange rate and price by country, on samples of different length, with a common shock."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(periods + 50)
    found = {}
    for number in range(count):
        rate = 0.6 * common + 0.8 * rng.standard_normal(periods + 50)
        own = 0.5 * common + rng.standard_normal(periods + 50)
        price = lfilter([1.0], [1.0, -persistence], 0.5 * rate + own)
        start = 50 + ragged * number
        frame = pd.DataFrame({"rate": rate[start:], "price": price[start:] + number})
        index = pd.period_range("2000-01", periods=periods, freq="M")[ragged * number :]
        found[f"country {number}"] = frame.set_axis(index, axis=0)
    return found


def stacked(data: dict[str, pd.DataFrame], h: int, lags: int = 2):
    """Response, shock and controls of all countries as linearmodels wants them."""
    parts = []
    for name, frame in data.items():
        past = {f"{c}{lag}": frame[c].shift(lag) for c in frame for lag in range(1, lags + 1)}
        own = pd.DataFrame({"y": frame["price"].shift(-h), "rate": frame["rate"], **past})
        own = own.dropna()
        own.index = pd.MultiIndex.from_product([[name], own.index.to_timestamp()])
        parts.append(own)
    return pd.concat(parts)


@pytest.mark.parametrize("h", [0, 5])
def test_estimates_and_errors_are_those_of_linearmodels(h):
    from linearmodels.panel import PanelOLS

    data = countries()
    frame = stacked(data, h)
    model = PanelOLS(frame["y"], frame.drop(columns="y"), entity_effects=True)
    cases = {
        NeweyWest(): {"cov_type": "kernel", "kernel": "bartlett", "bandwidth": h},
        LagAugmented(): {"cov_type": "clustered", "cluster_time": True},
    }
    for errors, options in cases.items():
        peer = model.fit(debiased=True, **options)
        spec = PanelProjections(shock="rate", lags=2, errors=errors)
        found = spec.fit(data).irf(h, response="price")
        assert found.point[h, 0, 0] == pytest.approx(peer.params["rate"], rel=1e-9)
        assert found.std_error[h, 0, 0] == pytest.approx(peer.std_errors["rate"], rel=1e-9)
        assert found.observations[h] == peer.nobs


def test_errors_clustered_by_country_are_those_of_linearmodels():
    from linearmodels.panel import PanelOLS

    data = countries(count=FEWEST_CLUSTERS, periods=60, ragged=1)
    frame = stacked(data, 2)
    model = PanelOLS(frame["y"], frame.drop(columns="y"), entity_effects=True)
    peer = model.fit(cov_type="clustered", cluster_entity=True, group_debias=True)
    found = PanelProjections(shock="rate", lags=2, cluster="country").fit(data).irf(2)
    assert found.std_error[2, 1, 0] == pytest.approx(peer.std_errors["rate"], rel=1e-9)
    assert found.interval.degrees == (FEWEST_CLUSTERS - 1,) * 3
    assert set(found.tidy()["band"]) == {"clustered by country"}


@pytest.mark.parametrize("errors", [LagAugmented(), NeweyWest(), EqualWeightedCosines()])
def test_one_country_is_the_local_projection(errors):
    frame = countries()["country 1"]
    found = PanelProjections(shock="rate", lags=3, errors=errors).fit({"one": frame}).irf(6)
    lp = LocalProjections(lags=3, errors=errors).fit(frame)
    expected = lp.irf("rate", 6, scheme=Cholesky(("rate", "price")), size="unit")
    np.testing.assert_allclose(found.point, expected.point, atol=1e-12)
    np.testing.assert_allclose(found.std_error, expected.std_error, atol=1e-12)
    assert found.observations == expected.observations


def test_levels_of_countries_and_their_order_do_not_matter():
    data = countries()
    first = PanelProjections(shock="rate", lags=2).fit(data).irf(4)
    moved = {name: data[name] + 100 * i for i, name in enumerate(reversed(data))}
    second = PanelProjections(shock="rate", lags=2).fit(moved).irf(4)
    np.testing.assert_allclose(second.point, first.point, atol=1e-9)
    np.testing.assert_allclose(second.std_error, first.std_error, atol=1e-9)


def test_errors_clustered_by_country_are_refused_for_few_countries():
    with pytest.raises(InvalidInferenceError, match="4 countries do not carry"):
        PanelProjections(shock="rate", cluster="country").fit(countries())
    words = " ".join(PanelProjections(shock="rate", lags=2).fit(countries()).irf(2).notes())
    assert "one of them can move the response of all" in words
    assert "Nickell bias" in words
    assert "of sums over countries by period" in words


def test_the_jackknife_removes_the_nickell_bias():
    """Mean of 30 panels of 8 countries and 60 periods, persistence 0.9, h = 4."""
    truth = (0.5 + 0.6 * 0.5) * 0.9**4  # of the common shock in the rate, half is the price's own
    plain, corrected = [], []
    for seed in range(30):
        data = countries(8, 60, seed, persistence=0.9, ragged=0)
        for found, option in ((plain, False), (corrected, True)):
            spec = PanelProjections(shock="rate", lags=1, bias_correction=option)
            found.append(spec.fit(data).irf(4, response="price").point[4, 0, 0])
    assert np.mean(plain) < truth - 0.05
    assert abs(np.mean(corrected) - truth) < 0.5 * abs(np.mean(plain) - truth)


def test_joint_bands_and_whole_paths():
    found = PanelProjections(shock="rate", lags=2).fit(countries()).irf(6)
    assert found.wald("price").p_value < 1e-6
    wide = found.joint().bands([0.90])[0.90]
    narrow = found.bands([0.90])[0.90]
    assert (wide[1] - wide[0])[1:].sum() > (narrow[1] - narrow[0])[1:].sum()


def test_results_are_saved_and_drawn(tmp_path):
    found = PanelProjections(shock="rate", lags=2).fit(countries()).irf(4)
    again = load(found.save(tmp_path / "result.zip"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    figure, _ = found.plot()
    assert figure.axes
    assert found.cite()
    assert found.countries[0] == "country 0"


def test_what_cannot_be_asked_is_refused():
    data = countries()
    with pytest.raises(SpecError, match="without countries"):
        PanelProjections(shock="rate").fit({})
    with pytest.raises(SpecError, match="none of Newey-West"):
        PanelProjections(shock="rate", cluster="country", errors=NeweyWest())
    other = data | {"country 0": data["country 0"].rename(columns={"price": "cpi"})}
    with pytest.raises(SpecError, match="other variables"):
        PanelProjections(shock="rate").fit(other)
    with pytest.raises(SampleError, match="left at horizon"):
        PanelProjections(shock="rate", lags=2).fit(data).irf(115)
    twice = {name: frame.assign(same=frame["price"]) for name, frame in data.items()}
    with pytest.raises(NumericalError, match="linearly dependent"):
        PanelProjections(shock="rate", lags=2).fit(twice).irf(2)
