"""Proves that instrumented projections, multipliers and their sets are right, weak or strong."""

import numpy as np
import pandas as pd
import pytest

from yenloop.data.panel import Column, Panel
from yenloop.errors import InvalidInferenceError, NumericalError, SampleError, SpecError
from yenloop.estimation.anderson_rubin import EMPTY, statistic
from yenloop.estimation.fieller import fieller
from yenloop.estimation.projection_iv import (
    ahead,
    first_stage_f,
    k_class,
    kleibergen_paap,
    overidentification,
    partial_out,
    reduced_form,
)
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.projection_errors import EqualWeightedCosines, NeweyWest
from yenloop.models.projections import LocalProjections
from yenloop.models.projections_iv import InstrumentedProjections
from yenloop.models.storage import load
from yenloop.models.var import VAR

LAGS = np.array([[[0.4, 0.0, 0.0], [0.2, 0.3, 0.0], [0.1, 0.15, 0.5]]])
IMPACT = np.array([[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [0.1, 0.4, 0.6]])
NAMES = ("oil", "yen", "price")


def simulated(periods: int = 240, strength: float = 0.7, seed: int = 1, count: int = 1) -> Panel:
    """Monthly changes and instruments z = strength x (the yen's shock) + noise."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal((periods + 50, 3))
    y = np.zeros((periods + 50, 3))
    for t in range(1, len(y)):
        y[t] = LAGS[0] @ y[t - 1] + IMPACT @ shocks[t]
    z = strength * shocks[:, 1:2] + rng.standard_normal((len(y), count))
    columns = [*NAMES, *(f"z{i}" for i in range(count))]
    index = pd.period_range("2000-01", periods=periods, freq="M")
    frame = pd.DataFrame(np.hstack([y, z])[50:], index=index, columns=columns)
    about = {
        name: Column(id=name, label=name, unit="%", differenced=True, transform="100 x log diff")
        for name in NAMES
    }
    return Panel.from_frame(frame, about)


def truth(horizon: int, response: int = 2, shock: int = 1) -> np.ndarray:
    """Cumulated response over the shock's own cumulated response, h = 0 to ``horizon``."""
    path, power = [], np.eye(3)
    for _ in range(horizon + 1):
        path.append(power @ IMPACT[:, shock])
        power = LAGS[0] @ power
    sums = np.cumsum(path, axis=0)
    return sums[:, response] / sums[:, shock]


def one_horizon(count: int = 2, regressors: int = 1, n: int = 180, seed: int = 4):
    """Response, regressors, instruments and controls of one regression, heteroskedastic."""
    rng = np.random.default_rng(seed)
    controls = np.column_stack([np.ones(n), rng.standard_normal((n, 3))])
    z = rng.standard_normal((n, count))
    common = rng.standard_normal(n) * (0.5 + np.abs(z[:, 0]))
    x = z @ rng.uniform(0.3, 1, (count, regressors)) + common[:, None]
    x += 0.4 * rng.standard_normal(x.shape)
    y = x.sum(axis=1) + common + controls[:, 1] + 0.3 * rng.standard_normal(n)
    return y, x, z, controls


def white(influence: np.ndarray, coefficients: int) -> np.ndarray:
    n = len(influence)
    return influence.T @ influence * n / (n - coefficients)


@pytest.mark.parametrize("liml", [False, True])
def test_estimates_and_errors_are_those_of_linearmodels(liml):
    from linearmodels.iv import IV2SLS, IVLIML

    y, x, z, w = one_horizon()
    data = partial_out(y[:, None], x, z, w)[0]
    found = k_class(data, liml=liml)
    errors = np.sqrt(np.diag(white(found.influence, w.shape[1] + 1)))
    peer = (IVLIML if liml else IV2SLS)(y, w, x, z).fit(cov_type="robust", debiased=True)
    np.testing.assert_allclose(found.coefficients, peer.params.iloc[-1:], rtol=1e-9)
    np.testing.assert_allclose(errors, peer.std_errors.iloc[-1:], rtol=1e-6 if liml else 1e-9)
    assert found.kappa == (pytest.approx(peer.kappa) if liml else 1.0)


def test_tests_of_instruments_are_those_of_linearmodels():
    from linearmodels.iv import IV2SLS, IVGMM

    y, x, z, w = one_horizon(count=3)
    data = partial_out(y[:, None], x, z, w)[0]
    plain = lambda influence, coefficients: influence.T @ influence  # noqa: E731
    j, df = overidentification(data, plain)
    peer = IVGMM(y, w, x, z, weight_type="robust").fit(iter_limit=2).j_stat
    assert (j, df) == (pytest.approx(peer.stat, rel=1e-9), 2)
    first = IV2SLS(y, w, x, z).fit(cov_type="robust", debiased=False).first_stage.diagnostics
    rank, df = kleibergen_paap(data, plain)
    assert (rank, df) == (pytest.approx(first["f.stat"].iloc[0], rel=1e-9), 3)


def test_rank_statistic_under_equal_errors_is_that_of_cragg_and_donald():
    y, x, z, w = one_horizon(count=4, regressors=2)
    data = partial_out(y[:, None], x, z, w)[0]
    slopes = reduced_form(data).regressors
    errors = data.regressors - data.instruments @ slopes
    sigma = errors.T @ errors / len(y)
    gram = data.instruments.T @ data.instruments
    found, df = kleibergen_paap(data, lambda *_: np.kron(sigma, np.linalg.inv(gram)))
    roots = np.linalg.eigvals(np.linalg.solve(sigma, slopes.T @ gram @ slopes))
    assert (found, df) == (pytest.approx(roots.real.min(), rel=1e-9), 3)


def test_effective_f_of_one_instrument_is_the_squared_t():
    y, x, z, w = one_horizon(count=1)
    data = partial_out(y[:, None], x, z, w)[0]
    found = reduced_form(data)
    error = white(found.influence[:, 1:], w.shape[1] + 1)[0, 0]
    expected = found.regressors[0, 0] ** 2 / error
    assert first_stage_f(data, white)[0] == pytest.approx(expected, rel=1e-12)


def test_jackknife_is_hc3():
    from statsmodels.regression.linear_model import OLS

    y, x, z, w = one_horizon()
    data = partial_out(y[:, None], x, z, w)[0]
    influence = reduced_form(data, jackknife=True).influence
    peer = OLS(y, np.hstack([w, z])).fit().cov_HC3[-2:, -2:]
    np.testing.assert_allclose((influence.T @ influence)[:2, :2], peer, rtol=1e-9)


def test_own_innovation_as_instrument_is_the_local_projection():
    data = simulated()
    panel = data.select(NAMES)
    found = InstrumentedProjections(shock="yen", before=("oil",), lags=3).fit(panel).irf(8)
    lp = LocalProjections(lags=3).fit(panel)
    expected = lp.irf("yen", 8, scheme=Cholesky(NAMES), size="unit")
    np.testing.assert_allclose(found.point, expected.point[..., 0], atol=1e-12)
    np.testing.assert_allclose(found.std_error, expected.std_error[..., 0], atol=1e-12)
    cosines = EqualWeightedCosines()
    spec = InstrumentedProjections(shock="yen", before=("oil",), lags=3, errors=cosines)
    expected = (
        LocalProjections(lags=3, errors=cosines)
        .fit(panel)
        .irf("yen", 8, scheme=Cholesky(NAMES), size="unit")
    )
    low, high = expected.bands([0.90])[0.90]
    bands = spec.fit(panel).irf(8).responses().bands([0.90])[0.90]
    np.testing.assert_allclose(bands, (low, high), atol=1e-12)


@pytest.mark.parametrize("errors", [NeweyWest(), EqualWeightedCosines()])
def test_shock_as_its_own_instrument_is_least_squares(errors):
    panel = simulated().select(NAMES)
    spec = {"shock": "yen", "before": ("oil",), "lags": 2, "errors": errors}
    alone = InstrumentedProjections(**spec).fit(panel).multiplier(6)
    named = InstrumentedProjections(instruments="yen", **spec).fit(panel).multiplier(6)
    np.testing.assert_allclose(alone.point, named.point, atol=1e-12)
    np.testing.assert_allclose(alone.std_error, named.std_error, atol=1e-12)


def test_multiplier_is_the_ratio_of_cumulated_responses():
    panel = simulated().select(NAMES)
    fitted = InstrumentedProjections(shock="yen", before=("oil",), lags=3).fit(panel)
    sums = fitted.irf(12).point
    ratio = sums[:, 2] / sums[:, 1]
    found = fitted.pass_through("price", 12)
    np.testing.assert_allclose(found.point[:, 0], ratio, atol=1e-12)


def test_pass_through_on_impact_is_that_of_the_recursive_var():
    panel = simulated().select(NAMES)
    reduced = VAR(lags=3).fit(panel)
    factor = np.linalg.cholesky(reduced.covariance)
    fitted = InstrumentedProjections(shock="yen", before=("oil",), lags=3).fit(panel)
    found = fitted.pass_through("price", 0).point[0, 0]
    assert found == pytest.approx(factor[2, 1] / factor[1, 1], abs=1e-12)


def test_set_of_one_instrument_is_fiellers():
    data = simulated(strength=0.4)
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(data)
    found = fitted.multiplier(4, response="price", levels=(0.90,))
    arranged, h = fitted.data, 4
    rows = arranged.rows(h)
    part = partial_out(
        ahead(arranged.y[:, 2:], h, summed=True)[rows],
        ahead(arranged.shock, h, summed=True)[rows, None],
        arranged.z[rows],
        arranged.controls[rows],
    )[0]
    moments = reduced_form(part, jackknife=True)
    expected = fieller(
        moments.response[0],
        moments.regressors[0, 0],
        moments.influence.T @ moments.influence,
        0.90,
    )
    low, high = found.sets[0.90].hull
    np.testing.assert_allclose((low[h, 0], high[h, 0]), expected.hull, rtol=1e-10)


def test_sets_do_not_depend_on_units_nor_on_the_order_of_instruments():
    data = simulated(count=2)
    spec = {"shock": "yen", "lags": 2}
    first = InstrumentedProjections(instruments=("z0", "z1"), **spec).fit(data).irf(5)
    scaled = data.frame.assign(price=1000 * data.frame["price"], z1=-7 * data.frame["z1"])
    other = Panel.from_frame(scaled, data.columns)
    second = InstrumentedProjections(instruments=("z1", "z0"), **spec).fit(other).irf(5)
    np.testing.assert_allclose(second.point[:, 2], 1000 * first.point[:, 2], rtol=1e-8)
    pieces = first.sets[0.90].pieces[:, 2], second.sets[0.90].pieces[:, 2]
    np.testing.assert_allclose(pieces[1], 1000 * pieces[0], rtol=1e-6)
    np.testing.assert_allclose(second.strength.effective_f, first.strength.effective_f, rtol=1e-8)


@pytest.mark.parametrize(("strength", "count"), [(0.0, 1), (0.35, 1), (1.0, 2)])
def test_sets_cover_at_every_strength(strength, count):
    """90% sets of the multiplier at h = 12, T = 240; 250 samples, so 1.9 points of error."""
    value, inside = truth(12)[12], []
    for seed in range(250):
        data = simulated(strength=strength, seed=seed, count=count).frame.to_numpy()
        y, z, p = data[:, :3], data[:, 3:], 2
        past = np.hstack([data[p - lag : -lag] for lag in range(1, p + 1)])
        controls = np.column_stack([np.ones(len(past)), past])
        price, yen = (ahead(y[p:, [i]], 12, summed=True) for i in (2, 1))
        rows = np.isfinite(yen[:, 0])
        part = partial_out(price[rows], yen[rows], z[p:][rows], controls[rows])[0]
        found = reduced_form(part, jackknife=True)
        covariance = found.influence.T @ found.influence
        test = statistic(value, found.response, found.regressors[:, 0], covariance)
        inside.append(test <= {1: 2.7055, 2: 4.6052}[count])
    assert 0.86 <= np.mean(inside) <= 0.94


def test_long_samples_find_the_truth():
    data = simulated(periods=20_000, strength=1.0)
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=1).fit(data)
    found = fitted.pass_through("price", 6, levels=(0.90, 0.999))
    np.testing.assert_allclose(found.point[:, 0], truth(6), atol=0.03)
    assert found.contains(truth(6)[:, None], 0.999).all()
    assert found.strong.all()


def test_a_useless_instrument_gives_sets_without_an_end_said_in_words():
    data = simulated(strength=0.0, seed=8)
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(data)
    found = fitted.pass_through("price", 12)
    tidy = found.tidy()
    sets = tidy[tidy["band"].str.startswith("Anderson-Rubin")]
    endless = sets[np.isinf(sets["conf_low"]) & np.isinf(sets["conf_high"])]
    assert len(endless)
    assert endless["band"].str.contains("whole line|two rays|outside").all()
    at_ninety = endless[endless["level"] == 0.90]
    assert at_ninety["estimate"].isna().all()
    words = " ".join(found.notes())
    assert "not bounded at horizons" in words
    assert "only the Anderson-Rubin sets hold" in words


def test_pass_through_has_the_common_form():
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(simulated())
    found = fitted.pass_through(["price"], 6)
    tidy = found.tidy()
    assert set(tidy["statistic"]) == {"pass_through"}
    assert set(tidy["unit"]) == {"% per 1% fall of the yen"}
    assert tidy["cumulative"].all()
    assert set(tidy["model"]) == {"LP-IV(2)"}
    assert list(tidy["horizon"].unique()) == list(range(7))
    assert found.sample == "2000-03 to 2019-12"
    assert "instrumented by z0" in found.method


def test_instruments_that_contradict_each_other_are_named():
    data = simulated(periods=600, strength=1.0, count=2)
    shifted = data.frame.assign(z1=data.frame["z1"] + 2 * data.frame["price"])
    fitted = InstrumentedProjections(shock="yen", instruments=("z0", "z1"), lags=2).fit(
        Panel.from_frame(shifted, data.columns)
    )
    found = fitted.irf(4, response="price")
    assert (found.strength.p_value[:3] < 0.05).all()
    assert "Hansen's J rejects" in " ".join(found.notes())
    assert (found.sets[0.68].kind == EMPTY).any()


def test_responses_known_on_impact_are_points():
    data = simulated(count=2)
    spec = InstrumentedProjections(shock="yen", before=("oil",), instruments=("z0", "z1"), lags=2)
    found = spec.fit(data).irf(3)
    np.testing.assert_array_equal(found.point[0, :2], [0.0, 1.0])
    np.testing.assert_array_equal(found.std_error[0, :2], 0.0)
    np.testing.assert_array_equal(found.sets[0.90].pieces[0, :2, 0], [[0.0, 0.0], [1.0, 1.0]])


def test_excluded_periods_are_seen_by_no_regression():
    data = simulated()
    broken = data.frame.copy()
    broken.loc["2008-09":"2008-12"] += 100.0
    fits = [
        InstrumentedProjections(
            shock="yen", instruments="z0", lags=2, exclude=[("2008-09", "2008-12")]
        ).fit(Panel.from_frame(frame, data.columns))
        for frame in (data.frame, broken)
    ]
    first, second = (fit.irf(6) for fit in fits)
    np.testing.assert_allclose(first.point, second.point, atol=1e-10)
    assert first.observations[6] == 240 - 2 - 6 - (4 + 2 + 6)
    assert "2008-09 to 2008-12" in " ".join(first.notes())


def test_size_and_units():
    data = simulated()
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(data)
    unit, ten = fitted.irf(4), fitted.irf(4, size={"yen": -10.0})
    np.testing.assert_allclose(ten.point, -10 * unit.point, atol=1e-12)
    low, high = unit.sets[0.90].hull
    lower, upper = ten.sets[0.90].hull
    np.testing.assert_allclose((lower, upper), (-10 * high, -10 * low), atol=1e-10)
    assert "-10 log points" in ten.notes()[0]


def test_joint_bands_and_tests_of_paths():
    data = simulated(periods=600)
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(data)
    responses = fitted.irf(6, response="price").responses()
    low, high = responses.joint().bands([0.90])[0.90]
    lower, upper = responses.bands([0.90])[0.90]
    assert (low < lower).all()
    assert (upper < high).all()
    assert responses.wald().p_value < 0.01


def test_results_are_saved_selected_and_drawn(tmp_path):
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(simulated())
    found = fitted.pass_through(horizon=6)
    again = load(found.save(tmp_path / "result.zip"))
    pd.testing.assert_frame_equal(again.tidy(), found.tidy())
    one = found.select("price")
    pd.testing.assert_frame_equal(
        one.tidy(), found.tidy().query("response == 'price'").reset_index(drop=True)
    )
    figure, _ = found.plot(response="price")
    assert len(figure.axes) == 1
    assert "Strength of the instruments" in str(found.summary())
    assert "ramey_zubairy2018" in found.methods


def test_what_cannot_be_asked_is_refused():
    data = simulated()
    with pytest.raises(SpecError, match="repeat"):
        InstrumentedProjections(shock="yen", instruments=("z0", "z0"))
    with pytest.raises(SpecError, match="before itself"):
        InstrumentedProjections(shock="yen", before=("yen",))
    with pytest.raises(SpecError, match="errors"):
        InstrumentedProjections(shock="yen", errors="HAC")
    fitted = InstrumentedProjections(shock="yen", instruments="z0", lags=2).fit(data)
    with pytest.raises(SpecError, match="standard deviation"):
        fitted.irf(4, size="1sd")
    with pytest.raises(SampleError, match="left at horizon"):
        fitted.irf(230)
    levels = Panel.from_frame(data.frame)
    with pytest.raises(SpecError, match="log changes"):
        InstrumentedProjections(shock="yen", instruments="z0").fit(levels).pass_through("price")
    twice = Panel.from_frame(data.frame.assign(z1=2 * data.frame["z0"]))
    with pytest.raises(NumericalError, match="linearly dependent"):
        InstrumentedProjections(shock="yen", instruments=("z0", "z1")).fit(twice).irf(2)
    few = EqualWeightedCosines(count=1)
    two = simulated(count=2)
    spec = InstrumentedProjections(shock="yen", instruments=("z0", "z1"), errors=few, lags=2)
    with pytest.raises(InvalidInferenceError, match="cosines"):
        spec.fit(two).irf(2)
