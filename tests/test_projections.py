"""Local projections are the regressions they say: by a twin, by collapse, by units and order."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yenloop.data.panel import Column, Panel
from yenloop.errors import GapError, NumericalError, SampleError, SpecError
from yenloop.estimation.companion import moving_average
from yenloop.estimation.least_squares import lagged
from yenloop.estimation.projections import project
from yenloop.models.identification.cholesky import Cholesky
from yenloop.models.inference.delta_method import DeltaMethod
from yenloop.models.inference.residual_bootstrap import ResidualBootstrap
from yenloop.models.overlay import overlay
from yenloop.models.projection_errors import EqualWeightedCosines, NeweyWest
from yenloop.models.projection_shocks import ReducedFormInnovations
from yenloop.models.projections import LocalProjections
from yenloop.models.responses import IRF
from yenloop.models.storage import load
from yenloop.models.var import VAR

twin = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "twins" / "projections.py")))

NAMES = ["a", "b", "c"]
LAGS = np.array(
    [
        [[0.5, 0.1, 0.0], [0.2, 0.4, 0.1], [-0.1, 0.1, 0.3]],
        [[0.1, 0.0, 0.1], [0.0, 0.2, 0.0], [0.1, -0.1, 0.1]],
    ]
)
IMPACT = np.array([[1.0, 0.0, 0.0], [0.5, 0.8, 0.0], [-0.3, 0.4, 1.2]])
INNOVATIONS = ReducedFormInnovations()


def simulated(periods=200, seed=3, lags=LAGS, impact=IMPACT):
    rng = np.random.default_rng(seed)
    y = np.zeros((periods + 100, len(impact)))
    for t in range(len(lags), len(y)):
        y[t] = 0.3 + impact @ rng.standard_normal(len(impact))
        y[t] += sum(a @ y[t - lag] for lag, a in enumerate(lags, start=1))
    return y[100:]


def labelled(y, start="2000-01"):
    index = pd.period_range(start, periods=len(y), freq="M")
    return pd.DataFrame(y, index=index, columns=NAMES[: y.shape[1]])


@pytest.fixture(scope="module")
def data():
    return labelled(simulated())


@pytest.fixture(scope="module")
def fitted(data):
    return LocalProjections(2).fit(data)


# -- the regressions ------------------------------------------------------------------------------


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("common", [False, True])
def test_all_horizons_at_once_are_the_regressions_one_by_one(alone, common):
    y = simulated() * [1.0, 10.0, 0.1] + [0.0, 50.0, 7.0]
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    cumulated = np.array([False, True, False])
    order, wanted = [2, 0, 1], [1, 2]
    options = {"alone": alone, "common": common, "cumulated": cumulated}
    found = project(y[2:], controls, order, wanted, 9, **options)
    expected, influence = twin.project(y[2:], controls, order, wanted, 9, **options)
    scale = y.std(axis=0)
    units = scale[:, None] / scale[wanted]
    np.testing.assert_allclose(found.coefficients / units, expected / units, rtol=0, atol=1e-10)
    np.testing.assert_allclose(found.influence / units, influence / units, rtol=0, atol=1e-9)
    assert list(found.rows) == ([189] * 10 if common else list(range(198, 188, -1)))
    assert list(found.regressors) == ([10, 10] if alone else [10, 8])


def test_levels_far_from_zero_lose_no_digits():
    """Random walks around 500 with units far apart: a constant takes their level out."""
    walks = np.random.default_rng(5).standard_normal((300, 3)).cumsum(axis=0)
    units = np.array([1e-3, 1.0, 1e4])
    found = []
    for y in (walks, (walks + 500) * units):
        controls = np.hstack([np.ones((294, 1)), lagged(y, 6)])
        found.append(project(y[6:], controls, [0, 1, 2], [0, 1, 2], 24).coefficients)
    ratio = units[:, None] / units
    np.testing.assert_allclose(found[1] / ratio, found[0], rtol=0, atol=2e-9)


def test_shocks_are_what_the_controls_leave(data):
    """Nested: the structural shocks of the VAR times their own impact."""
    y = data.to_numpy()
    controls = np.hstack([np.ones((198, 1)), lagged(y, 2)])
    svar = VAR(2).fit(data).identify(Cholesky())
    expected = svar.shocks().to_numpy() * np.diagonal(svar.impact)
    found = project(y[2:], controls, [0, 1, 2], [0, 1, 2], 0).shocks
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("order", [None, ["c", "a", "b"]])
@pytest.mark.parametrize("divisor", ["df", "T"])
def test_the_period_of_the_shock_is_that_of_the_var(data, order, divisor):
    svar = VAR(2, divisor=divisor).fit(data).identify(Cholesky(order))
    found = LocalProjections(2, divisor=divisor).fit(data)
    irf = found.irf(horizon=3, scheme=Cholesky(order))
    np.testing.assert_allclose(irf.point[0], svar.impact, rtol=0, atol=1e-12)
    unit = found.irf(horizon=0, scheme=Cholesky(order), size="unit").point[0]
    np.testing.assert_allclose(unit, svar.impact / np.diagonal(svar.impact), rtol=0, atol=1e-12)
    zeros = [(i, j) for i in range(3) for j in range(3) if svar.impact[i, j] == 0]
    assert all(irf.point[0, i, j] == 0 == irf.std_error[0, i, j] for i, j in zeros)


def test_without_shocks_a_linear_system_is_projected_exactly():
    """With three lags and no errors every projection is the moving average of the system."""
    lags = np.array([[[0.9, 0.3], [-0.2, 0.6]], [[-0.3, 0.1], [0.2, 0.2]], [[0.1, 0], [0.1, -0.3]]])
    y = np.zeros((40, 2))
    y[:3] = np.random.default_rng(0).standard_normal((3, 2))
    for t in range(3, 40):
        y[t] = sum(a @ y[t - lag] for lag, a in enumerate(lags, start=1))
    controls = lagged(y, 2)  # with y_t these are three past values of y_{t+1}
    found = project(y[2:], controls, [0, 1], [0, 1], 12, alone=True)
    np.testing.assert_allclose(found.coefficients, moving_average(lags, 12), rtol=0, atol=1e-6)
    assert np.abs(found.influence).max() < 1e-8


def test_in_a_long_sample_responses_are_those_of_the_var_that_made_it():
    frame = labelled(simulated(40_000, seed=1), start="0001-01")
    irf = LocalProjections(2).fit(frame).irf(horizon=12, scheme=Cholesky())
    truth = moving_average(LAGS, 12) @ IMPACT
    t = (irf.point - truth)[1:] / irf.std_error[1:]
    assert np.abs(t).max() < 4
    np.testing.assert_allclose(irf.point, truth, rtol=0, atol=0.04)


def test_order_enters_as_controls(fitted, data):
    """The same as coefficients on all of y_t times the impact of the VAR, on one sample."""
    common = replace(fitted.spec, sample="common").fit(data)
    last = len(data) - 8
    impact = VAR(2).fit(data.iloc[:last]).identify(Cholesky()).impact
    blocks = common.irf(horizon=8, scheme=INNOVATIONS, size="unit").point
    found = common.irf(horizon=8, scheme=Cholesky(), size="unit").point
    expected = blocks @ (impact / np.diagonal(impact))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_an_innovation_is_the_shock_of_the_variable_that_comes_last(fitted):
    last = Cholesky(["c", "a", "b"])
    recursive = fitted.irf("b", 6, scheme=last, size="unit")
    innovation = fitted.irf("b", 6, scheme=INNOVATIONS, size="unit")
    np.testing.assert_allclose(innovation.point, recursive.point, rtol=0, atol=1e-12)
    np.testing.assert_allclose(innovation.std_error, recursive.std_error, rtol=0, atol=1e-9)


# -- size, sums, samples --------------------------------------------------------------------------


def test_one_standard_deviation_is_structural(fitted):
    svar = fitted.one_step.identify(Cholesky())
    irf = fitted.irf(horizon=5, scheme=Cholesky())
    own = np.diagonal(irf.point[0])
    np.testing.assert_allclose(own, np.diagonal(svar.impact), rtol=1e-12)
    reduced_form = np.sqrt(np.diagonal(fitted.one_step.covariance))
    assert (own[1:] < 0.97 * reduced_form[1:]).all()  # what lpirfs would take
    unit = fitted.irf(horizon=5, scheme=Cholesky(), size="unit")
    np.testing.assert_allclose(irf.point, unit.point * own, rtol=1e-12)
    ten = fitted.irf(horizon=5, scheme=Cholesky(), size={"b": -10}).point[..., 0]
    np.testing.assert_allclose(ten, -10 * unit.point[..., 1], rtol=1e-12)


def test_the_error_of_an_estimated_size_is_in_the_bands(fitted):
    """On impact it is that of the delta method for a standard deviation; later it adds up."""
    var = fitted.one_step.identify(Cholesky(), inference=DeltaMethod(errors="robust")).irf(0)
    irf = fitted.irf(horizon=4, scheme=Cholesky())
    own = np.arange(3)
    np.testing.assert_allclose(irf.std_error[0, own, own], var.std_error[0, own, own], rtol=1e-6)
    assert irf.std_error[0, 0, 0] > 0
    unit = fitted.irf(horizon=4, scheme=Cholesky(), size="unit")
    assert unit.std_error[0, 0, 0] == 0
    fixed = {name: irf.point[0, i, i] for i, name in enumerate(NAMES)}
    held = fitted.irf(horizon=4, scheme=Cholesky(), size=fixed)
    np.testing.assert_allclose(held.point, irf.point, rtol=1e-12)
    assert irf.std_error[1, 0, 0] > held.std_error[1, 0, 0]
    # Off the diagonal the impact moves with the size and with the regression of the period.
    assert np.abs(irf.std_error[0, 1, 0] / var.std_error[0, 1, 0] - 1) < 0.02


def test_the_error_of_the_size_is_right_in_simulation():
    """Standard errors of one-deviation responses against their spread over samples."""
    points, errors = [], []
    for seed in range(300):
        irf = (
            LocalProjections(2)
            .fit(labelled(simulated(150, seed=seed)))
            .irf("a", 3, scheme=Cholesky())
        )
        points.append(irf.point[..., 0])
        errors.append(irf.std_error[..., 0])
    spread = np.std(points, axis=0)
    ratio = np.mean(errors, axis=0) / spread
    assert ratio.min() > 0.88
    assert ratio.max() < 1.12


def test_cumulated_responses_are_regressions_of_sums(data):
    spec = LocalProjections(2, sample="common")
    fit = spec.fit(data)
    options = {"horizon": 6, "scheme": Cholesky(), "size": "unit"}
    plain = fit.irf(cumulative=False, **options)
    summed = fit.irf(cumulative=True, **options)
    np.testing.assert_allclose(summed.point, plain.point.cumsum(axis=0), rtol=0, atol=1e-12)
    low, high = summed.bands([0.9])[0.9]
    wide = np.diff([bound.cumsum(axis=0) for bound in plain.bands([0.9])[0.9]], axis=0)[0]
    assert (wide[2:, 0, 0] > 1.1 * (high - low)[2:, 0, 0]).all()  # sums of bounds are not bounds
    own = LocalProjections(2).fit(data)
    both = [own.irf(cumulative=c, **options).point for c in (True, False)]
    assert np.abs(both[0] - both[1].cumsum(axis=0)).max() > 1e-4  # samples differ by horizon


def test_only_differenced_columns_are_cumulated_by_themselves(data):
    columns = {
        "a": Column("a", "Yen", "%", differenced=True, response_unit="%"),
        "b": Column("b", "JGB", "pp", response_unit="bp", response_scale=100),
        "c": Column("c", "Gap", "%"),
    }
    panel = Panel.from_frame(data, columns, source="test")
    irf = LocalProjections(2).fit(panel).irf("a", 4, scheme=Cholesky(), size={"a": 10})
    plain = LocalProjections(2).fit(data).irf("a", 4, scheme=Cholesky(), size={"a": 10})
    summed = (
        LocalProjections(2)
        .fit(data)
        .irf("a", 4, scheme=Cholesky(), size={"a": 10}, cumulative=True)
    )
    assert irf.cumulated == {"a"}
    np.testing.assert_allclose(irf.point[:, 0], summed.point[:, 0], rtol=1e-12)
    np.testing.assert_allclose(irf.point[:, 1], 100 * plain.point[:, 1], rtol=1e-12)
    np.testing.assert_allclose(irf.std_error[:, 1], 100 * plain.std_error[:, 1], rtol=1e-7)
    assert irf.sizes == {"a": "Shock to Yen of +10 % on impact"}
    rows = irf.tidy()
    assert set(rows.loc[rows["response"] == "b", "unit"]) == {"bp"}
    assert rows.loc[rows["response"] == "a", "cumulative"].all()


def test_each_horizon_has_its_own_sample_unless_asked(fitted, data):
    irf = fitted.irf(horizon=6, scheme=Cholesky())
    assert irf.observations == tuple(range(198, 191, -1))
    assert list(irf.observed.index) == list(range(7))
    assert "T = 198 at h = 0 to 192 at h = 6" in " ".join(irf.notes())
    common = replace(fitted.spec, sample="common").fit(data).irf(horizon=6, scheme=Cholesky())
    assert common.observations == (192,) * 7
    assert common.nobs == 192
    assert "2000-03 to 2016-02, T = 192 at all horizons" in " ".join(common.notes())
    results = (fitted, replace(fitted.spec, sample="common").fit(data))
    own, one = (r.irf(horizon=6, scheme=Cholesky(), size="unit").point for r in results)
    np.testing.assert_allclose(one[6], own[6], rtol=0, atol=1e-12)
    assert np.abs(one[1] - own[1]).max() > 1e-4


# -- units, deterministic terms -------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(
    factor=st.floats(-4, 4).map(lambda x: 10.0**x),
    shift=st.floats(-1e3, 1e3),
    which=st.integers(0, 2),
)
def test_units_and_constants_change_nothing_else(factor, shift, which):
    y = simulated(120)
    scale = np.where(np.arange(3) == which, factor, 1.0)
    one, other = (
        LocalProjections(2).fit(labelled(z)).irf(horizon=5, scheme=Cholesky())
        for z in (y, y * scale + shift * scale)
    )
    np.testing.assert_allclose(other.point / scale[:, None], one.point, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(
        other.std_error / scale[:, None], one.std_error, rtol=1e-6, atol=1e-8
    )


def test_trend_seasons_and_exogenous_columns_are_controls(data):
    rng = np.random.default_rng(8)
    extra = data.assign(x=rng.standard_normal(len(data)))
    spec = LocalProjections(2, trend="ct", seasonal=True, exog=["x"], exog_lags=1)
    fit = spec.fit(extra)
    assert fit.names == ("a", "b", "c")
    assert len(fit.one_step.regressors) == 2 + 11 + 2 + 6
    found = fit.irf("b", 4, scheme=Cholesky(), size="unit")
    y, controls = fit.one_step.y[2:], fit.one_step.design
    expected, _ = twin.project(
        y, controls, [0, 1], [1], 4, alone=False, cumulated=np.zeros(3, bool), common=False
    )
    np.testing.assert_allclose(found.point, expected, rtol=0, atol=1e-11)
    assert "exogenous x with 1 lag" in " ".join(found.notes())


def test_lags_may_be_chosen_as_those_of_the_var(data):
    chosen = LocalProjections("aic", max_lags=6).fit(data)
    assert chosen.p == VAR("aic", max_lags=6).fit(data).p
    assert chosen.model == f"LP({chosen.p})"


# -- beside the VAR -------------------------------------------------------------------------------


def test_overlay_with_the_var_of_the_same_specification(fitted):
    var = fitted.one_step.identify(Cholesky(), inference=ResidualBootstrap(200)).irf(8)
    irf = fitted.irf(horizon=8, scheme=Cholesky())
    both = overlay({"VAR": var, "LP": irf})
    assert both.names == tuple(NAMES)
    facts = both.differences()
    assert {"sample", "model", "bands"} <= facts.keys()
    assert not {"variables", "identification", "terms", "covariance", "data"} & facts.keys()
    assert facts["model"] == {"VAR": "VAR(2)", "LP": "LP(2)"}
    rows = both.tidy()
    assert set(rows["model"]) == {"VAR", "LP"}
    impact = [rows[(rows["horizon"] == 0) & (rows["model"] == m)] for m in ("VAR", "LP")]
    np.testing.assert_allclose(*(part["estimate"] for part in impact), rtol=0, atol=1e-12)
    assert "jorda2005" in both.cite()
    assert any("one period" in note and note.startswith("LP: ") for note in both.notes())
    figure, axes = both.plot(shock="a")
    assert axes.size == 4
    assert sum(ax.get_visible() for ax in axes.flat) >= 3
    figure.clear()


def test_responses_are_an_irf_that_is_selected_saved_and_told(fitted, tmp_path):
    irf = fitted.irf(["a", "c"], 6, scheme=Cholesky())
    assert isinstance(irf, IRF)
    part = irf.select(shock="c", response=["a", "b"])
    np.testing.assert_array_equal(part.point, irf.point[:, :2, 1:])
    again = load(irf.save(tmp_path / "lp.yenloop"))
    pd.testing.assert_frame_equal(again.tidy(), irf.tidy())
    assert again.wald("b").p_value == irf.wald("b").p_value
    whole = load(fitted.save(tmp_path / "fitted.yenloop"))
    pd.testing.assert_frame_equal(whole.irf(["a", "c"], 6, scheme=Cholesky()).tidy(), irf.tidy())
    text = str(irf.summary())
    assert "LP(2) (local projections)" in text
    assert "Observations" in text
    assert "T  198  197  195  192" in text
    assert "Recursive (Cholesky), order a, b, c; those before the shock's own are controls" in text
    assert "The size of the shock is estimated" in text
    fixed = fitted.irf("a", 2, scheme=Cholesky(), size="unit").notes()
    assert any("The size of the shock is fixed" in note for note in fixed)
    assert "montiel_olea_plagborg_moller2021" in irf.cite()


def test_what_strains_the_bands_is_said():
    """A root near one, squares that hang together, dynamics that the lags miss."""
    rng = np.random.default_rng(3)
    errors, variance = rng.standard_normal((400, 2)), np.ones(2)
    y = np.zeros((400, 2))
    for t in range(2, 400):
        shock = np.sqrt(variance) * errors[t]
        variance = 0.1 + 0.5 * shock**2 + 0.4 * variance
        y[t] = np.array([0.97, 0.3]) * y[t - 1] + np.array([0.0, 0.5]) * y[t - 2] + shock
    fitted = LocalProjections(1).fit(labelled(y))
    notes = " ".join(fitted.irf("a", 4, scheme=Cholesky()).notes())
    assert "The largest root of the VAR is 0.9" in notes
    assert "Residuals show conditional heteroskedasticity" in notes
    assert "One-step residuals are autocorrelated" in notes
    sized = " ".join(fitted.irf("a", 4, scheme=Cholesky(), size="unit").notes())
    assert "conditional heteroskedasticity" not in sized
    drawn = LocalProjections(1, bootstrap=ResidualBootstrap(100)).fit(labelled(y))
    assert "largest root" not in " ".join(drawn.irf("a", 1, scheme=Cholesky()).notes())


def test_results_give_their_regressions(fitted, data):
    one = fitted.regression(3)
    y = data.to_numpy()
    x = np.column_stack([np.ones(198), y[2:], lagged(y, 2)])[:195]
    expected = np.linalg.lstsq(x, y[5:], rcond=None)[0]
    np.testing.assert_allclose(one["estimate"], expected, rtol=0, atol=1e-11)
    assert list(one.index[:5]) == ["const", "a", "b", "c", "a.l1"]
    irf = fitted.irf("b", 3, scheme=INNOVATIONS, size="unit")
    assert one.loc["b", ("std_error", "a")] == pytest.approx(irf.std_error[3, 0, 0], rel=1e-9)
    summed = fitted.regression(3, cumulative=True).loc["b", ("estimate", "a")]
    total = fitted.irf("b", 3, scheme=INNOVATIONS, size="unit", cumulative=True)
    assert summed == pytest.approx(total.point[3, 0, 0], rel=1e-9)
    rows = fitted.tidy()
    assert set(rows["statistic"]) == {"coefficient"}
    assert rows["horizon"].max() == 24
    assert "Coefficients one period ahead" in str(fitted.summary())
    assert "T = 198 at h = 0" in fitted.notes()[0]


# -- refusals -------------------------------------------------------------------------------------


def test_gaps_are_refused_with_their_dates(data):
    holed = data.copy()
    holed.iloc[50, 1] = np.nan
    with pytest.raises(GapError, match="'b' has no value in 2004-03"):
        LocalProjections(2).fit(holed)


def test_what_cannot_be_estimated_is_refused(fitted, data):
    short = replace(fitted.spec, bias_correction=True, bootstrap=ResidualBootstrap(100)).fit(data)
    assert short.irf("b", 0, scheme=Cholesky()).point.shape == (1, 3, 1)
    with pytest.raises(SampleError, match="9 observations are left at horizon 189"):
        fitted.irf("b", 189, scheme=Cholesky())
    pulse = data.assign(x=np.where(np.arange(200) == 195, 1.0, 0.0))
    late = LocalProjections(2, exog=["x"]).fit(pulse)
    assert late.irf("a", 2, scheme=Cholesky()).point.shape == (3, 3, 1)
    with pytest.raises(NumericalError, match="190 periods that are left at horizon 8"):
        late.irf("a", 8, scheme=Cholesky())
    with pytest.raises(NumericalError, match="left at horizon 8"):
        replace(late.spec, sample="common").fit(pulse).irf("a", 8, scheme=Cholesky())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "cholesky"}, "scheme = 'cholesky'"),
        ({"scheme": Cholesky}, "in a local projection the order"),
        ({"scheme": INNOVATIONS}, "no structural standard deviation"),
        ({"scheme": Cholesky(["a", "b"])}, "missing: c"),
        ({"scheme": Cholesky(), "shock": "d"}, "No shock is called 'd'"),
        ({"scheme": Cholesky(), "shock": "a", "size": {"b": 1}}, "No shock is called 'b'"),
        ({"scheme": Cholesky(), "size": {"b": 0}}, "The size of b is 0"),
        ({"scheme": Cholesky(), "horizon": -1}, "horizon = -1"),
        ({"scheme": Cholesky(), "levels": [90]}, "levels = "),
        ({"scheme": Cholesky(), "cumulative": "some"}, "cumulative = 'some'"),
    ],
)
def test_options_that_make_no_sense_are_refused(fitted, options, message):
    with pytest.raises(SpecError, match=message):
        fitted.irf(**options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lags": 0}, "lags = 0"),
        ({"lags": "best"}, "lags = 'best'"),
        ({"sample": "mine"}, "sample = 'mine'"),
        ({"errors": "hac"}, "errors = 'hac'"),
        ({"errors": NeweyWest}, "errors = "),
        ({"bootstrap": 1000}, "bootstrap = 1000"),
        ({"trend": "x"}, "trend = 'x'"),
    ],
)
def test_specifications_that_make_no_sense_are_refused(options, message):
    with pytest.raises(SpecError, match=message):
        LocalProjections(**options)


def test_bandwidths_must_fit_the_sample(data):
    with pytest.raises(SpecError, match="lags = -1"):
        NeweyWest(lags=-1)
    with pytest.raises(SpecError, match="count = 0"):
        EqualWeightedCosines(count=0)
    for errors, message in ((NeweyWest(200), "200 lags"), (EqualWeightedCosines(250), "250 cos")):
        with pytest.raises(SpecError, match=message):
            LocalProjections(2, errors=errors).fit(data).irf(horizon=2, scheme=Cholesky())
